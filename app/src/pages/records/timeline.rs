//! What happened with a record: touches and tasks, and who changed what; or the files that were attached to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::record::{RecordBody, TimelineEntry, TimelineKind};
use domain::command::ChangeKind;
use domain::fields::FieldKind;
use domain::files::FileInfo;
use domain::forecast::CLOSE;
use domain::ids::Id;
use domain::process::SAID;
use domain::time::Instant;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::history::History;
use super::page::person;
use crate::components::{
    Badge, Button, ChipGroup, Choice, EmptyState, Icon, SkeletonRows, Tone, icon, icons,
};
use crate::fields;
use crate::i18n::{format, label, t, tr};
use crate::pages::UnreadPart;
use crate::routes;
use crate::state::app;
use crate::state::preferences::{read, write};
use crate::state::session::schema;

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

#[component]
pub fn Timeline(entity: String, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let id = Memo::new(move |_| body.with(|body| body.as_ref().map(|body| body.id)));
    let history = History::load(&entity, id, read(REMEMBERED).and_then(|code| kind_of(&code)));
    let (first, shown) = (history.first, history.only);
    let show = move |kind: Option<TimelineKind>| {
        write(REMEMBERED, kind_code(kind));
        history.show(kind);
    };
    let entries = {
        let entity = entity.clone();
        Memo::new(move |_| {
            let mut all = history.entries();
            let known: BTreeSet<Id> = all
                .iter()
                .filter_map(|entry| {
                    if let TimelineEntry::Touch { record, .. } = entry { Some(record.id) } else { None }
                })
                .collect();
            // Touches that are only on this device yet stand where they will stand.
            let touches = matches!(shown.get(), None | Some(TimelineKind::Touch));
            let waiting = app().overlay.with(|overlay| overlay.created(0, "touch"));
            let waiting = waiting.into_iter().filter(|_| touches);
            for record in waiting
                .filter(|touch| !known.contains(&touch.id) && fields::reference(touch, &entity) == id.get())
            {
                let at = record.values.get("happened_at").and_then(Json::as_str).and_then(Instant::parse);
                all.insert(
                    0,
                    TimelineEntry::Touch { at: at.unwrap_or_else(crate::state::time::now), record },
                );
            }
            all
        })
    };
    let has_more = move || history.next.with(Option::is_some);
    let key = |entry: &TimelineEntry| match entry {
        TimelineEntry::Touch { record, .. } | TimelineEntry::Task { record, .. } => {
            format!("{}.{}", record.id, record.version)
        }
        TimelineEntry::Change { command, at, change, .. } => format!("{command}.{at}.{change:?}"),
        TimelineEntry::File { file, record, .. } => format!("{}.{record}", file.id),
    };
    let list = move || {
        // A page may have nothing to tell and others behind it.
        if entries.with(|entries| !entries.is_empty()) || has_more() {
            let entity = entity.clone();
            view! {
                <ol class="timeline">
                    <For each=move || entries.get() key=key let:entry>
                        {event(entry, &entity)}
                    </For>
                </ol>
                <Show when=has_more>
                    <Button label=t("action.show_more") block=true pending=history.pending on_press=move |()| history.more() />
                </Show>
            }
            .into_any()
        } else if first.value.with(Option::is_some) && shown.with(Option::is_some) {
            view! { <p class="list-note">{t("timeline.filter.none")}</p> }.into_any()
        } else if first.value.with(Option::is_some) {
            view! { <EmptyState drawing=icons::HISTORY title=t("timeline.empty.title") body=t("timeline.empty.body") /> }.into_any()
        } else if let Some(error) = first.error.get() {
            view! { <UnreadPart error /> }.into_any()
        } else {
            view! { <SkeletonRows count=3 /> }.into_any()
        }
    };
    let chosen = Signal::derive(move || shown.with(|kind| kind_code(*kind)).to_owned());
    let choices = KINDS.map(|(kind, key)| Choice::new(kind_code(kind), t(key))).to_vec();
    view! {
        <div class="timeline-filter">
            <ChipGroup
                legend=t("timeline.filter")
                choices=choices
                value=chosen
                scroll=true
                on_choose=move |code: String| show(kind_of(&code))
            />
        </div>
        {list}
    }
}

/// What of the history is shown.
const KINDS: [(Option<TimelineKind>, &str); 5] = [
    (None, "list.filter.all"),
    (Some(TimelineKind::Touch), "kind.touches"),
    (Some(TimelineKind::Task), "kind.tasks"),
    (Some(TimelineKind::Change), "timeline.filter.changes"),
    (Some(TimelineKind::File), "timeline.filter.files"),
];
/// Under which the device remembers it.
const REMEMBERED: &str = "zhike.timeline";

const fn kind_code(kind: Option<TimelineKind>) -> &'static str {
    match kind {
        None => "all",
        Some(TimelineKind::Touch) => "touch",
        Some(TimelineKind::Task) => "task",
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

/// What was noted on the lead that became this, says so.
fn from_lead(record: &RecordBody, entity: &str) -> Option<AnyView> {
    let lead = fields::reference(record, "lead").filter(|_| entity != "lead")?;
    let to = routes::record("lead", &lead.to_string());
    Some(view! { <A href=to attr:class="badge">{t("kind.lead")}</A> }.into_any())
}

fn touch(at: Instant, record: RecordBody, entity: &str) -> AnyView {
    let lead = from_lead(&record, entity);
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
                    {lead}
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
    let lead = from_lead(record, entity);
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
                    {lead}
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
