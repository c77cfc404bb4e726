//! Comments on the timeline: the box in which one is written or changed, who can be named in it, and how one reads.

use std::collections::BTreeMap;

use domain::access::{Act, Level};
use domain::api::look::{Person, ReadersReply};
use domain::api::record::RecordBody;
use domain::api::{Empty, ListReaders};
use domain::command::Action;
use domain::comment::{COMMENT, Piece, pieces};
use domain::ids::Id;
use domain::message::Problem;
use domain::time::Instant;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::mention::{asked, shown, wire};
use super::page::person;
use crate::components::{Badge, Button, ButtonKind, FormProblem, IconButton, Tone, icon, icons};
use crate::fields;
use crate::i18n::{problem_text, say, t, tr};
use crate::state::loader::{Told, load};
use crate::state::names::{learn_one, name_of};
use crate::state::outbox::{self, Note};
use crate::state::session::{me, role, schema};
use crate::state::{app, time};

/// People that are offered at a time.
const OFFERED: usize = 8;

impl Told for ReadersReply {}

/// Whether the reader may say something beside records of this kind.
pub fn may_comment(entity: &str) -> bool {
    let kind =
        schema().entity(COMMENT).is_some_and(|kind| kind.parents.iter().any(|parent| parent == entity));
    kind && role().is_some_and(|role| role.level(COMMENT, Act::Create) != Level::None)
}

/// The input at the head of a timeline.
#[component]
pub fn CommentBox(entity: String, id: Memo<Option<Id>>, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let about = entity.clone();
    let send = move |text: String| {
        let id = id.get_untracked()?;
        let values = BTreeMap::from([
            ("text".to_owned(), Json::from(text)),
            (about.clone(), Json::from(id.to_string())),
        ]);
        let action = Action::Create { entity: COMMENT.to_owned(), record: time::new_id(), values };
        let note = Note {
            key: "outbox.item.create".to_owned(),
            entity: COMMENT.to_owned(),
            name: name.get_untracked(),
            toast: Some(say("comment.saved.toast", &[])),
            record: Some((about.clone(), id)),
        };
        Some((action, note, Vec::new()))
    };
    view! { <Writing entity id text=String::new() named=Vec::new() send on_done=|()| {} /> }
}

type Sent = Option<(Action, Note, Vec<RecordBody>)>;

/// A text with people in it. What is typed stays until it is kept.
#[component]
fn Writing(
    entity: String,
    id: Memo<Option<Id>>,
    text: String,
    named: Vec<(Id, String)>,
    send: impl Fn(String) -> Sent + Send + Sync + 'static,
    #[prop(into)] on_done: Callback<()>,
    /// There is a way to give it up.
    #[prop(optional)]
    changes: bool,
) -> impl IntoView {
    let text = RwSignal::new(text);
    let picked = StoredValue::new(named);
    let caret = RwSignal::new(0_usize);
    let problem = RwSignal::new(None::<String>);
    let pending = RwSignal::new(false);
    let place = NodeRef::<html::Textarea>::new();
    let list = NodeRef::<html::Div>::new();
    // Escape lets a sign be a sign, until another one is typed.
    let dismissed = RwSignal::new(None::<usize>);
    let wanted = Memo::new(move |_| {
        let found = text.with(|text| asked(text, caret.get()).map(|(at, asked)| (at, asked.to_owned())));
        found.filter(|(at, _)| dismissed.get() != Some(*at))
    });
    let looks = Memo::new(move |before: Option<&bool>| before == Some(&true) || wanted.with(Option::is_some));
    let readers = load::<ListReaders>(move || {
        let id = id.get().filter(|_| looks.get())?;
        Some((vec![entity.clone(), id.to_string()], Empty {}))
    });
    let offered = Memo::new(move |_| {
        let (Some((_, asked)), Some(reply)) = (wanted.get(), readers.value.get()) else { return Vec::new() };
        let asked = asked.to_lowercase();
        let own = me();
        let fits = |person: &&Person| Some(person.id) != own && person.name.to_lowercase().contains(&asked);
        reply.people.iter().filter(fits).take(OFFERED).cloned().collect::<Vec<_>>()
    });
    let note_caret = move || {
        if let Some(area) = place.get_untracked() {
            caret.set(area.selection_start().ok().flatten().unwrap_or_default() as usize);
        }
    };
    let focus = move || {
        if let Some(area) = place.get_untracked() {
            let _ = area.focus();
        }
    };
    let pick = move |person: Person| {
        let Some((at, asked)) = wanted.get_untracked() else { return };
        learn_one(person.id, &person.name);
        let before = text.with_untracked(|text| text.get(..at).unwrap_or_default().to_owned());
        let after =
            text.with_untracked(|text| text.get(at + 1 + asked.len()..).unwrap_or_default().to_owned());
        let begin = format!("{before}@{} ", person.name);
        picked.update_value(|picked| picked.push((person.id, person.name)));
        let units = begin.encode_utf16().count();
        text.set(begin + after.trim_start());
        focus();
        caret.set(units);
        // The new text has to stand there first.
        request_animation_frame(move || {
            if let Some(area) = place.try_get_untracked().flatten() {
                let units = u32::try_from(units).unwrap_or(u32::MAX);
                let _ = area.set_selection_range(units, units);
            }
        });
    };
    // Arrows go from the text to the people and among them, and Escape back.
    let step = move |event: &leptos::ev::KeyboardEvent, by: i32| {
        let Some(list) = list.get_untracked() else { return };
        let Ok(all) = list.query_selector_all("button") else { return };
        let active = document().active_element();
        let is_active = |at: &u32| {
            let element = all.item(*at).and_then(|node| node.dyn_into::<web_sys::Element>().ok());
            element.is_some() && element == active
        };
        let now = (0..all.length()).find(is_active).and_then(|at| i32::try_from(at).ok()).unwrap_or(-1);
        let next = u32::try_from(now + by).ok().and_then(|at| all.item(at));
        event.prevent_default();
        match next.and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) {
            Some(button) => {
                let _ = button.focus();
            }
            None if now + by < 0 => focus(),
            None => {}
        }
    };
    let submit = move || {
        let said = text.get_untracked();
        if pending.get_untracked() {
            return;
        }
        if said.trim().is_empty() {
            problem.set(Some(untrack(|| tr("problem.required", &[]))));
            focus();
            return;
        }
        let Some((action, note, known)) = send(picked.with_value(|picked| wire(said.trim(), picked))) else {
            return;
        };
        pending.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = outbox::submit(outbox::command(vec![action]), note, known).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    let _ = text.try_set(String::new());
                    picked.try_update_value(Vec::clear);
                    on_done.try_run(());
                }
                Err(found) => {
                    let texts: Vec<String> =
                        found.iter().map(|found: &Problem| untrack(|| problem_text(found))).collect();
                    problem.try_set(Some(texts.join(" ")));
                }
            }
        });
    };
    let submit = StoredValue::new(submit);
    let press = move || submit.with_value(|submit| submit());
    let keys = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            press();
        }
        "ArrowDown" if !offered.with_untracked(Vec::is_empty) => step(&event, 1),
        "Escape" => {
            if let Some((at, _)) = wanted.get_untracked() {
                event.prevent_default();
                dismissed.set(Some(at));
            } else if changes {
                event.prevent_default();
                on_done.run(());
            }
        }
        _ => {}
    };
    let among = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => step(&event, 1),
        "ArrowUp" => step(&event, -1),
        "Escape" => {
            event.prevent_default();
            dismissed.set(wanted.get_untracked().map(|(at, _)| at));
            focus();
        }
        _ => {}
    };
    let name_somebody = move |()| {
        let units = caret.get_untracked();
        let (mut begin, mut end) = (String::new(), String::new());
        text.with_untracked(|text| {
            let mut count = 0;
            for char in text.chars() {
                if count < units {
                    begin.push(char)
                } else {
                    end.push(char)
                }
                count += char.len_utf16();
            }
        });
        if begin.ends_with(|char: char| char.is_ascii_alphanumeric()) {
            begin.push(' ');
        }
        begin.push('@');
        let units = begin.encode_utf16().count();
        dismissed.set(None);
        text.set(begin + &end);
        caret.set(units);
        focus();
        request_animation_frame(move || {
            if let Some(area) = place.try_get_untracked().flatten() {
                let units = u32::try_from(units).unwrap_or(u32::MAX);
                let _ = area.set_selection_range(units, units);
            }
        });
    };
    let hint = move || {
        wanted.with(Option::is_some).then(|| {
            if readers.value.with(Option::is_some) {
                offered.with(Vec::is_empty).then(|| tr("comment.people.none", &[]))
            } else if readers.error.with(Option::is_some) {
                Some(tr("comment.people.unread", &[]))
            } else {
                None
            }
        })?
    };
    let people = move || {
        (!offered.with(Vec::is_empty)).then(|| {
            view! {
                <div class="comment-people" role="group" aria-label=move || tr("comment.people", &[]) node_ref=list on:keydown=among>
                    <For each=move || offered.get() key=|person| person.id let:person>
                        {
                            let name = person.name.clone();
                            view! {
                                <button type="button" class="comment-person" on:click=move |_| pick(person.clone())>
                                    {icon(icons::USER)}
                                    <span>{name}</span>
                                </button>
                            }
                        }
                    </For>
                </div>
            }
        })
    };
    view! {
        <div class="comment-box">
            <textarea
                class="input"
                aria-label=t("comment.write")
                rows="2"
                node_ref=place
                placeholder=t("comment.write")
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                prop:value=text
                on:input:target=move |event| {
                    text.set(event.target().value());
                    note_caret();
                }
                on:keyup=move |_| note_caret()
                on:click=move |_| note_caret()
                on:keydown=keys
            ></textarea>
            {people}
            <p class="comment-hint" role="status">{hint}</p>
            <FormProblem problem />
            <div class="comment-foot">
                <Button label=t("comment.mention") kind=ButtonKind::Quiet on_press=name_somebody />
                {changes.then(|| view! { <Button label=t("action.cancel") on_press=on_done /> })}
                <Button
                    label=move || tr(if changes { "action.save" } else { "comment.send" }, &[])
                    kind=ButtonKind::Primary
                    pending
                    on_press=move |()| press()
                />
            </div>
        </div>
    }
}

/// A comment on the timeline; its author changes and deletes it where it stands.
pub fn comment(at: Instant, record: RecordBody, when: String, about: Option<AnyView>) -> AnyView {
    let waiting = app().overlay.with_untracked(|overlay| overlay.is_waiting(record.id));
    let said = record.values.get("text").and_then(Json::as_str).unwrap_or_default().to_owned();
    let author = fields::reference(&record, "owner");
    let editing = RwSignal::new(false);
    let may = record.may;
    let edited = record.version > 1 && !waiting;
    let who = move || author.map_or_else(|| tr("timeline.someone", &[]), person);
    let body = StoredValue::new(record);
    let remove = move |()| {
        let body = body.get_value();
        let base_version = body.version + app().overlay.with_untracked(|overlay| overlay.waiting(body.id));
        let action = Action::Delete { entity: COMMENT.to_owned(), record: body.id, base_version };
        let toast = say("comment.deleted.toast", &[]);
        outbox::submit_soon(
            outbox::command(vec![action]),
            note_of("outbox.item.delete", &body, toast),
            vec![body],
        );
    };
    let content = {
        let said = said.clone();
        move || {
            if editing.get() {
                let (text, named) = shown(&said, &|id| untrack(|| name_of(id)));
                let (entity, subject) = body.with_value(subject_of);
                let id = Memo::new(move |_| subject);
                let before = said.clone();
                let send = move |text: String| {
                    let body = body.get_value();
                    let wire = |text: String| BTreeMap::from([("text".to_owned(), Json::from(text))]);
                    let action = Action::Update {
                        entity: COMMENT.to_owned(),
                        record: body.id,
                        base_version: body.version,
                        old: wire(before.clone()),
                        values: wire(text),
                    };
                    Some((
                        action,
                        note_of("outbox.item.update", &body, say("comment.saved.toast", &[])),
                        vec![body],
                    ))
                };
                view! { <Writing entity id text named send changes=true on_done=move |()| editing.set(false) /> }.into_any()
            } else {
                let part = |piece: Piece<'_>| match piece {
                    Piece::Text(text) => view! { <span>{text.to_owned()}</span> }.into_any(),
                    Piece::Person(id) => {
                        view! { <span class="mention">{move || format!("@{}", person(id))}</span> }.into_any()
                    }
                };
                view! { <p class="event-body">{pieces(&said).into_iter().map(part).collect_view()}</p> }
                    .into_any()
            }
        }
    };
    view! {
        <li class="event" data-kind="comment">
            <span class="event-icon">{icon(icons::CHAT)}</span>
            <div>
                <div class="event-head">
                    <span>{who}</span>
                    <Badge label=t("comment.badge") />
                    {about}
                    {edited.then(|| view! { <span class="event-when">{t("comment.edited")}</span> })}
                    {waiting.then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })}
                    <time class="event-when" datetime=at.to_string()>{when}</time>
                </div>
                {content}
                <Show when=move || !editing.get() && !waiting && (may.update || may.delete)>
                    <div class="comment-tools">
                        <Show when=move || may.update>
                            <IconButton label=t("comment.edit") drawing=icons::EDIT on_press=move |()| editing.set(true) />
                        </Show>
                        <Show when=move || may.delete>
                            <IconButton label=t("comment.delete") drawing=icons::DELETE on_press=remove />
                        </Show>
                    </div>
                </Show>
            </div>
        </li>
    }
    .into_any()
}

/// What a comment is about: that is asked who sees it.
fn subject_of(body: &RecordBody) -> (String, Option<Id>) {
    let about = ["deal", "contact", "account", "lead"].into_iter();
    let mut found = about.map(|entity| (entity.to_owned(), fields::reference(body, entity)));
    found.find(|(_, id)| id.is_some()).unwrap_or_default()
}

fn note_of(key: &str, body: &RecordBody, toast: String) -> Note {
    Note {
        key: key.to_owned(),
        entity: COMMENT.to_owned(),
        name: untrack(|| tr("comment.badge", &[])),
        toast: Some(toast),
        record: Some(subject_of(body)).and_then(|(entity, id)| Some((entity, id?))),
    }
}
