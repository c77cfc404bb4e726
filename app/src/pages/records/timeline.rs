//! What happened with a record and what belongs to it, day by day: touches, tasks and comments, and who changed what; or
//! the files that were attached to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::record::{RecordBody, TimelineEntry, TimelineKind};
use domain::command::ChangeKind;
use domain::comment::COMMENT;
use domain::fields::FieldKind;
use domain::files::FileInfo;
use domain::forecast::CLOSE;
use domain::ids::Id;
use domain::look;
use domain::process::SAID;
use domain::time::{Date, Instant, Zone as _};
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::comments::{CommentBox, comment, may_comment};
use super::history::{History, Shown};
use super::page::person;
use crate::components::{
    Badge, Button, ChipGroup, Choice, EmptyState, Icon, Select, SkeletonRows, Switch, Tone, icon, icons,
};
use crate::fields::{self, day_text};
use crate::i18n::{format, label, t, tr};
use crate::pages::UnreadPart;
use crate::routes;
use crate::state::app;
use crate::state::names::name_of;
use crate::state::preferences::{read, write};
use crate::state::session::{me, schema, schema_now, zone};
use crate::state::time::{ZONES, now};

/// Fields whose changes follow from what stands beside them: nobody wants to read about them.
const SILENT: [&str; 6] = ["rank", "stage_since", "last_touch_at", "next_touch", "updated_at", "updated_by"];

type Changes = BTreeMap<String, (Json, Json)>;

/// What is told of a change.
fn told(changes: Changes) -> Changes {
    let moved = changes.contains_key("stage");
    let is_told = |field: &str, after: &Json| {
        // What was said about one move is not unsaid by the next, and what is over was closed on that day.
        let follows = after.is_null() && SAID.contains(&field) || moved && field == CLOSE;
        !follows && !SILENT.contains(&field)
    };
    changes.into_iter().filter(|(field, (_, after))| is_told(field, after)).collect()
}

/// Entries of one day, newest first.
type Days = Vec<(Date, Vec<TimelineEntry>)>;

fn by_day(entries: Vec<TimelineEntry>, day: impl Fn(Instant) -> Option<Date>) -> Days {
    let mut days = Days::new();
    for entry in entries {
        let Some(on) = day(entry.at()) else { continue };
        match days.iter_mut().find(|(known, _)| *known == on) {
            Some((_, entries)) => entries.push(entry),
            None => days.push((on, vec![entry])),
        }
    }
    days
}

/// Who did what stands here.
fn actor(entry: &TimelineEntry) -> Option<Id> {
    match entry {
        TimelineEntry::Touch { record, .. }
        | TimelineEntry::Task { record, .. }
        | TimelineEntry::Comment { record, .. } => fields::reference(record, "owner"),
        TimelineEntry::Change { by, .. } | TimelineEntry::File { by, .. } => Some(*by),
    }
}

#[component]
pub fn Timeline(entity: String, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let id = Memo::new(move |_| body.with(|body| body.as_ref().map(|body| body.id)));
    let has_related = !look::related(&schema_now(), &entity).is_empty();
    let remembered = Shown {
        only: read(REMEMBERED).and_then(|code| kind_of(&code)),
        by: None,
        related: has_related && read(RELATED).is_none_or(|code| code != NOT_RELATED),
    };
    let history = History::load(&entity, id, remembered);
    let (first, shown) = (history.first, history.shown);
    let show = move |kind: Option<TimelineKind>| {
        write(REMEMBERED, kind_code(kind));
        history.show(Shown { only: kind, ..shown.get_untracked() });
    };
    let entries = {
        let entity = entity.clone();
        Memo::new(move |_| with_waiting(history.entries(), &entity, id.get(), shown.get()))
    };
    // Whoever stood here once stays offered while others are not shown.
    let people = Memo::new(move |before: Option<&BTreeSet<Id>>| {
        let mut people = before.cloned().unwrap_or_default();
        entries.with(|entries| people.extend(entries.iter().filter_map(actor)));
        people
    });
    let days = Memo::new(move |_| by_day(entries.get(), |at| ZONES.date(&zone(), at)));
    let has_more = move || history.next.with(Option::is_some);
    let key = |entry: &TimelineEntry| match entry {
        TimelineEntry::Touch { record, .. }
        | TimelineEntry::Task { record, .. }
        | TimelineEntry::Comment { record, .. } => format!("{}.{}", record.id, record.version),
        TimelineEntry::Change { command, at, change, .. } => format!("{command}.{at}.{change:?}"),
        TimelineEntry::File { file, record, .. } => format!("{}.{record}", file.id),
    };
    let list = {
        let entity = entity.clone();
        move || {
            // A page may have nothing to tell and others behind it.
            if entries.with(|entries| !entries.is_empty()) || has_more() {
                let entity = entity.clone();
                let day = move |day: Date| {
                    let of_day = move || {
                        let found = days.with(|days| {
                            days.iter().find(|(known, _)| *known == day).map(|(_, entries)| entries.clone())
                        });
                        found.unwrap_or_default()
                    };
                    let entity = entity.clone();
                    view! {
                        <section class="timeline-day">
                            <h3 class="timeline-date">{move || day_text(day)}</h3>
                            <ol class="timeline">
                                <For each=of_day key=key let:entry>
                                    {event(entry, &entity)}
                                </For>
                            </ol>
                        </section>
                    }
                };
                let all = move || days.with(|days| days.iter().map(|(day, _)| *day).collect::<Vec<_>>());
                view! {
                    <For each=all key=|day| *day children=day />
                    <Show when=has_more>
                        <Button label=t("action.show_more") block=true pending=history.pending on_press=move |()| history.more() />
                    </Show>
                }
                .into_any()
            } else if first.value.with(Option::is_some)
                && shown.with(|shown| shown.only.is_some() || shown.by.is_some())
            {
                view! { <p class="list-note">{t("timeline.filter.none")}</p> }.into_any()
            } else if first.value.with(Option::is_some) {
                view! { <EmptyState drawing=icons::HISTORY title=t("timeline.empty.title") body=t("timeline.empty.body") /> }.into_any()
            } else if let Some(error) = first.error.get() {
                view! { <UnreadPart error /> }.into_any()
            } else {
                view! { <SkeletonRows count=3 /> }.into_any()
            }
        }
    };
    let chosen = Signal::derive(move || shown.with(|shown| kind_code(shown.only)).to_owned());
    let choices = KINDS.map(|(kind, key)| Choice::new(kind_code(kind), t(key))).to_vec();
    let person_choices = Signal::derive(move || {
        let people = people.get().into_iter().map(|id| Choice::new(id.to_string(), move || person(id)));
        [Choice::new(String::new(), t("look.everybody"))].into_iter().chain(people).collect::<Vec<_>>()
    });
    let chosen_person =
        Signal::derive(move || shown.with(|shown| shown.by).map(|by| by.to_string()).unwrap_or_default());
    let show_person = move |code: String| {
        history.show(Shown { by: code.parse().ok(), ..shown.get_untracked() });
    };
    let show_related = move |related: bool| {
        write(RELATED, if related { "also" } else { NOT_RELATED });
        history.show(Shown { related, ..shown.get_untracked() });
    };
    let several = move || people.with(|people| people.len() > 1) || shown.with(|shown| shown.by.is_some());
    let name = Signal::derive(move || {
        body.with(|body| body.as_ref().map(|body| fields::title(&schema(), body))).unwrap_or_default()
    });
    view! {
        {may_comment(&entity).then(|| view! { <CommentBox entity=entity.clone() id name /> })}
        <div class="timeline-filter">
            <ChipGroup
                legend=t("timeline.filter")
                choices=choices
                value=chosen
                scroll=true
                on_choose=move |code: String| show(kind_of(&code))
            />
            <div class="timeline-narrow">
                <Show when=several>
                    <Select value=chosen_person choices=person_choices on_choose=show_person alone=t("look.by") />
                </Show>
                {has_related
                    .then(|| {
                        let value = Signal::derive(move || shown.with(|shown| shown.related));
                        view! { <Switch label=t("look.related") value on_change=show_related /> }
                    })}
            </div>
        </div>
        {list}
    }
}

/// The history with what is only on this device yet, where it will stand.
fn with_waiting(
    mut all: Vec<TimelineEntry>,
    entity: &str,
    id: Option<Id>,
    shown: Shown,
) -> Vec<TimelineEntry> {
    let known: BTreeSet<Id> = all
        .iter()
        .filter_map(|entry| match entry {
            TimelineEntry::Touch { record, .. } | TimelineEntry::Comment { record, .. } => Some(record.id),
            _ => None,
        })
        .collect();
    for kind in [TimelineKind::Comment, TimelineKind::Touch] {
        if !shown.only.is_none_or(|only| only == kind) {
            continue;
        }
        let waiting = app().overlay.with(|overlay| overlay.created(0, kind_code(Some(kind))));
        let here = waiting.into_iter().filter(|record| {
            let by = fields::reference(record, "owner").or_else(me);
            let is_of = shown.by.is_none_or(|asked| by == Some(asked));
            !known.contains(&record.id) && fields::reference(record, entity) == id && is_of
        });
        for record in here {
            let at = record.values.get("happened_at").and_then(Json::as_str).and_then(Instant::parse);
            let at = at.unwrap_or_else(now);
            let entry = match kind {
                TimelineKind::Comment => TimelineEntry::Comment { at, record },
                _ => TimelineEntry::Touch { at, record },
            };
            all.insert(0, entry);
        }
    }
    all
}

/// What of the history is shown.
const KINDS: [(Option<TimelineKind>, &str); 6] = [
    (None, "list.filter.all"),
    (Some(TimelineKind::Touch), "kind.touches"),
    (Some(TimelineKind::Task), "kind.tasks"),
    (Some(TimelineKind::Comment), "comment.badge"),
    (Some(TimelineKind::Change), "timeline.filter.changes"),
    (Some(TimelineKind::File), "timeline.filter.files"),
];
/// Under which the device remembers it.
const REMEMBERED: &str = "zhike.timeline";
/// The same for whether what belongs to a record is shown too.
const RELATED: &str = "zhike.timeline.related";
const NOT_RELATED: &str = "own";

const fn kind_code(kind: Option<TimelineKind>) -> &'static str {
    match kind {
        None => "all",
        Some(TimelineKind::Touch) => "touch",
        Some(TimelineKind::Task) => "task",
        Some(TimelineKind::Comment) => COMMENT,
        Some(TimelineKind::Change) => "change",
        Some(TimelineKind::File) => "file",
    }
}

fn kind_of(code: &str) -> Option<TimelineKind> {
    KINDS.into_iter().find(|(kind, _)| kind_code(*kind) == code).and_then(|(kind, _)| kind)
}

fn moment(at: Instant) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
    let ms = at.unix_ms() as f64;
    format::moment(ms)
}

fn event(entry: TimelineEntry, entity: &str) -> AnyView {
    match entry {
        TimelineEntry::Touch { at, record } => touch(at, record, entity),
        TimelineEntry::Task { at, record } => task(at, &record, entity),
        TimelineEntry::Comment { at, record } => {
            let about = about(&record, entity);
            comment(at, record, moment(at), about)
        }
        TimelineEntry::Change { at, by, change, fields, .. } => {
            changed(at, by, change, fields, entity.to_owned())
        }
        TimelineEntry::File { at, by, file, entity: held_by, record } => {
            attached(at, by, file, (held_by != entity).then_some((held_by, record)))
        }
    }
}

fn touch_drawing(kind: &str) -> Icon {
    match kind {
        "call" => icons::CALL,
        "visit" => icons::VISIT,
        "wechat" => icons::CHAT,
        "email" => icons::MAIL,
        "meeting" => icons::MEETING,
        _ => icons::TOUCH,
    }
}

/// What a line is about that is not the record itself: its deal, its contact, or the lead that became this.
fn about(record: &RecordBody, entity: &str) -> Option<AnyView> {
    let kinds: &[&str] = match entity {
        "account" => &["deal", "contact", "lead"],
        "contact" => &["deal", "lead"],
        "deal" => &["lead"],
        _ => &[],
    };
    let found = kinds.iter().find_map(|kind| Some(((*kind).to_owned(), fields::reference(record, kind)?)));
    let (kind, id) = found?;
    let to = routes::record(&kind, &id.to_string());
    let name = move || {
        let kind = schema().entity(&kind).map(|kind| label(&kind.label)).unwrap_or_default();
        // What is out of sight has no name here.
        name_of(id).map_or_else(|| kind.clone(), |name| format!("{kind} · {name}"))
    };
    Some(view! { <A href=to attr:class="badge event-about">{name}</A> }.into_any())
}

fn touch(at: Instant, record: RecordBody, entity: &str) -> AnyView {
    let about = about(&record, entity);
    let kind = record.values.get("kind").and_then(Json::as_str).unwrap_or_default().to_owned();
    let waiting = app().overlay.with_untracked(|overlay| overlay.is_waiting(record.id));
    let record = Arc::new(record);
    let (head, result, body) = (record.clone(), record.clone(), record);
    let who = move || {
        let actor = fields::reference(&head, "owner").map_or_else(|| tr("timeline.someone", &[]), person);
        tr("timeline.touch", &[("actor", &actor), ("kind", &fields::text_of(&schema(), &head, "kind"))])
    };
    let outcome = move || {
        let text = fields::text_of(&schema(), &result, "outcome");
        (!text.is_empty()).then(|| view! { <Badge label=text /> })
    };
    let summary = fields::text_of(&schema(), &body, "summary");
    let photos = files_of(&body);
    view! {
        <li class="event" data-kind="touch">
            <span class="event-icon">{icon(touch_drawing(&kind))}</span>
            <div>
                <div class="event-head">
                    <span>{who}</span>
                    {outcome}
                    {about}
                    {waiting.then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })}
                    <time class="event-when" datetime=at.to_string()>{move || moment(at)}</time>
                </div>
                <p class="event-body">{summary}</p>
                {photos}
            </div>
        </li>
    }
    .into_any()
}

/// What was brought along, in the order of its fields.
fn files_of(record: &RecordBody) -> Vec<AnyView> {
    let schema = schema();
    let fields = schema.entity(&record.entity).map(|entity| entity.fields.as_slice()).unwrap_or_default();
    let held = fields.iter().filter(|field| matches!(field.kind, FieldKind::File(_)));
    held.filter_map(|field| record.values.get(&field.id)).map(fields::file_strip).collect()
}

/// A file, and what holds it when that is not the record itself.
fn attached(at: Instant, by: Id, file: FileInfo, holder: Option<(String, Id)>) -> AnyView {
    let holder = holder.map(|(entity, record)| {
        let kind = entity.clone();
        let name = move || schema().entity(&kind).map(|entity| label(&entity.label)).unwrap_or_default();
        // What was noted on the lead that became this stands there.
        if entity == "lead" {
            let to = routes::record(&entity, &record.to_string());
            view! { <A href=to attr:class="badge">{name}</A> }.into_any()
        } else {
            view! { <Badge label=name /> }.into_any()
        }
    });
    view! {
        <li class="event" data-kind="file">
            <span class="event-icon">{icon(icons::FILE)}</span>
            <div>
                <div class="event-head">
                    <span>{move || person(by)}</span>
                    {holder}
                    <time class="event-when" datetime=at.to_string()>{move || moment(at)}</time>
                </div>
                <ul class="files">{fields::file_line(file)}</ul>
            </div>
        </li>
    }
    .into_any()
}

fn task(at: Instant, record: &RecordBody, entity: &str) -> AnyView {
    let about = about(record, entity);
    let done = record.values.get("status").and_then(Json::as_str) == Some("done");
    let drawing = if done { icons::CIRCLE_CHECK } else { icons::TASK };
    let schema = schema();
    let due = fields::text_of(&schema, record, "due");
    let (to, name) = (routes::record("task", &record.id.to_string()), fields::title(&schema, record));
    view! {
        <li class="event" data-kind="task">
            <span class="event-icon">{icon(drawing)}</span>
            <div>
                <div class="event-head">
                    <A href=to>{name}</A>
                    {(!due.is_empty()).then(|| view! { <Badge label=due /> })}
                    {about}
                    <time class="event-when" datetime=at.to_string()>{move || moment(at)}</time>
                </div>
            </div>
        </li>
    }
    .into_any()
}

fn changed(at: Instant, by: Id, change: ChangeKind, changes: Changes, entity: String) -> AnyView {
    let said = told(changes);
    if change == ChangeKind::Updated && said.is_empty() {
        return ().into_any();
    }
    let details = said.clone();
    let kind = entity.clone();
    let head = move || {
        let actor = person(by);
        let schema = schema();
        let definition = schema.entity(&kind);
        match change {
            ChangeKind::Created => {
                let name = definition.map(|definition| label(&definition.label)).unwrap_or_default();
                tr("timeline.created", &[("actor", &actor), ("entity", &name)])
            }
            ChangeKind::Deleted => tr("timeline.deleted", &[("actor", &actor)]),
            ChangeKind::Restored => tr("timeline.restored", &[("actor", &actor)]),
            ChangeKind::Updated | ChangeKind::Defined => {
                let field = definition.and_then(|definition| definition.field("stage"));
                if let (Some((_, after)), Some(field)) = (said.get("stage"), field) {
                    return tr(
                        "timeline.moved",
                        &[("actor", &actor), ("stage", &fields::text(field, after))],
                    );
                }
                let names = said
                    .keys()
                    .filter_map(|field| definition?.field(field))
                    .map(|field| label(&field.label))
                    .collect::<Vec<_>>();
                tr("timeline.updated", &[("actor", &actor), ("fields", &names.join(" · "))])
            }
        }
    };
    let drawing = match change {
        ChangeKind::Created => icons::ADD,
        ChangeKind::Deleted => icons::DELETE,
        ChangeKind::Restored => icons::UNDO,
        ChangeKind::Updated | ChangeKind::Defined => icons::EDIT,
    };
    let line = move |(id, (before, after)): (String, (Json, Json))| {
        let entity = entity.clone();
        move || {
            let schema = schema();
            let field = schema.entity(&entity)?.field(&id)?;
            let shown = |json: &Json| {
                let text = fields::text(field, json);
                if text.is_empty() { tr("timeline.blank", &[]) } else { text }
            };
            let text = tr(
                "timeline.change",
                &[("field", &label(&field.label)), ("before", &shown(&before)), ("after", &shown(&after))],
            );
            Some(view! { <p>{text}</p> })
        }
    };
    let lines = (change == ChangeKind::Updated).then(|| details.into_iter().map(line).collect_view());
    view! {
        <li class="event" data-kind="change">
            <span class="event-icon">{icon(drawing)}</span>
            <div>
                <div class="event-head">
                    <span>{head}</span>
                    <time class="event-when" datetime=at.to_string()>{move || moment(at)}</time>
                </div>
                <div class="event-changes">{lines}</div>
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_stand_with_their_day_in_their_order() {
        let entry = |at: i64| TimelineEntry::Change {
            at: Instant::from_unix_ms(at).expect("a moment"),
            command: Id::v7(1, &[0; 10]),
            by: Id::v7(2, &[0; 10]),
            change: ChangeKind::Created,
            fields: Changes::new(),
        };
        let day = 86_400_000;
        let days = by_day([2 * day + 5, 2 * day, day - 1, 7].map(entry).to_vec(), Instant::utc_date);
        let found: Vec<_> = days
            .into_iter()
            .map(|(day, entries)| {
                (day.to_string(), entries.iter().map(|entry| entry.at().unix_ms()).collect())
            })
            .collect();
        let expected: [(String, Vec<i64>); 2] =
            [("1970-01-03".into(), vec![2 * day + 5, 2 * day]), ("1970-01-01".into(), vec![day - 1, 7])];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_day_of_closing_is_told_unless_it_follows_from_a_move() {
        let changed = |fields: &[&str]| {
            fields.iter().map(|field| ((*field).to_owned(), (json!("a"), json!("b")))).collect::<Changes>()
        };
        for (fields, said) in [
            (&["close_date"][..], &["close_date"][..]),
            (&["amount", "close_date", "rank"], &["amount", "close_date"]),
            (&["close_date", "stage", "stage_since"], &["stage"]),
            (&["next_touch", "last_touch_at"], &[]),
        ] {
            assert_eq!(told(changed(fields)), changed(said));
        }
        let unsaid = SAID.into_iter().map(|field| (field.to_owned(), (json!("a"), Json::Null))).collect();
        assert_eq!(told(unsaid), Changes::new());
    }
}
