//! One record: who or what it is, what can be done, what is known, what happened.

use std::sync::Arc;

use domain::access::{Act, Level};
use domain::api::record::{Hit, RecordBody, RecordReply};
use domain::api::{Empty, GetRecord};
use domain::command::Action;
use domain::ids::Id;
use domain::schema::{Entity, Field, Label};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use super::Gone;
use super::became::Became;
use super::convert::ConvertAction;
use super::desk::Desk;
use super::facts::Facts;
use super::form::{EditForm, Unsaved, is_sheet_open};
use super::list::{may_restore, restore, told};
use super::looks::Look;
use super::people::{Standing, between};
use super::reach::Reach;
use super::related::Related;
use super::signals::StageSignals;
use super::stage::StagePath;
use super::timeline::Timeline;
use crate::api::ApiError;
use crate::components::{
    Avatar, AvatarShape, Badge, Button, ButtonKind, ButtonRow, EmptyState, IconButton, Sheet, SkeletonRows,
    Toast, Tone, icon, icons,
};
use crate::fields::{self, Picker};
use crate::i18n::{label, say, t, tr};
use crate::pages::{Page, Unread, Width};
use crate::routes;
use crate::state::drafts::{self, Draft};
use crate::state::loader::{Loader, load};
use crate::state::outbox::{self, Note};
use crate::state::recent;
use crate::state::session::{role, schema};
use crate::state::{Touching, app};

/// A record as the server knows it with what waits on top; or as only this device knows it.
pub(super) fn known(entity: &str, id: Id) -> (Loader<RecordReply>, Memo<Option<Arc<RecordBody>>>) {
    let entity = entity.to_owned();
    let reply = load::<GetRecord>({
        let entity = entity.clone();
        move || Some((vec![entity.clone(), id.to_string()], Empty {}))
    });
    let body = Memo::new(move |_| {
        let overlay = app().overlay.get();
        match reply.value.get() {
            Some(reply) => overlay.apply(reply.seq, &reply.record).filter(|body| !body.deleted).map(Arc::new),
            None => overlay.find_created(&entity, id).map(Arc::new),
        }
    });
    (reply, body)
}

#[component]
pub fn RecordPage(definition: Entity, id: Id) -> impl IntoView {
    let (reply, body) = known(&definition.id, id);
    let gone = Memo::new(move |_| {
        let refused = reply.error.with(|error| matches!(error, Some(ApiError::Refused(_))));
        let deleted = reply.value.with(Option::is_some);
        body.with(Option::is_none) && (refused || deleted)
    });
    let deleted = Memo::new(move |_| {
        let reply = reply.value.get()?;
        app().overlay.get().apply(reply.seq, &reply.record).filter(|body| body.deleted).map(Arc::new)
    });
    let there = Memo::new(move |_| body.with(Option::is_some));
    move || {
        if gone.get() {
            match deleted.get() {
                Some(body) => view! { <DeletedRecord body /> }.into_any(),
                None => view! { <Gone /> }.into_any(),
            }
        } else if there.get() {
            view! { <Present definition=definition.clone() id body stale=reply.stale /> }.into_any()
        } else {
            view! {
                <Page title=t("record.details") back=routes::records(&definition.id) width=Width::Broad>
                    {move || {
                        match reply.error.get() {
                            Some(error) => view! { <Unread error /> }.into_any(),
                            None => view! { <SkeletonRows count=5 /> }.into_any(),
                        }
                    }}
                </Page>
            }
            .into_any()
        }
    }
}

/// In place of a record that was deleted: who did that and when, and the way back for those who may go it.
#[component]
fn DeletedRecord(body: Arc<RecordBody>) -> impl IntoView {
    let back = routes::records(&body.entity);
    let may = may_restore(&body);
    let (named, said) = (body.clone(), body.clone());
    let title = move || fields::title(&schema(), &named);
    view! {
        <Page title=title back=back width=Width::Broad>
            <EmptyState drawing=icons::DELETE title=t("deleted.gone.title") body=move || told(&said)>
                {may.then(|| view! {
                    <Button label=t("action.restore") kind=ButtonKind::Primary drawing=icons::UNDO on_press=move |()| restore(&body) />
                })}
            </EmptyState>
        </Page>
    }
}

/// The record as it was when somebody began to change it, with the unsaved work they go on with.
type Editing = RwSignal<Option<(Arc<RecordBody>, Option<Draft>)>>;

#[component]
fn Present(
    definition: Entity,
    id: Id,
    body: Memo<Option<Arc<RecordBody>>>,
    stale: RwSignal<bool>,
) -> impl IntoView {
    let editing: Editing = RwSignal::new(None);
    let offered = RwSignal::new(None::<Draft>);
    let key = drafts::key(&definition.id, Some(id));
    drafts::offer(key.clone(), offered);
    let desk = Desk::new(&key, offered);
    let menu = RwSignal::new(false);
    let assigning = RwSignal::new(false);
    let title =
        Memo::new(move |_| body.get().map(|body| fields::title(&schema(), &body)).unwrap_or_default());
    Effect::new(move |_| {
        if let Some(body) = body.get().filter(|_| !title.with(String::is_empty)) {
            let (entity, id, title) = (body.entity.clone(), body.id, title.get());
            recent::look_at(Hit { entity, id, title, detail: String::new(), found: None });
        }
    });
    let may = Memo::new(move |_| body.with(|body| body.as_ref().map(|body| body.may).unwrap_or_default()));
    let may_edit = Memo::new(move |_| may.get().update && editing.with(Option::is_none));
    // Whoever edits goes on with what they had not saved: nothing typed is lost by beginning anew.
    let edit = move || {
        if let Some(body) = body.get_untracked() {
            editing.set(Some((body, desk.clear())));
        }
    };
    edit_by_key(may_edit, edit);
    let actions = move || {
        view! {
            <Show when=move || may_edit.get()>
                <IconButton label=t("action.edit") drawing=icons::EDIT on_press=move |()| edit() />
            </Show>
            <Show when=move || may.get().delete || may.get().assign>
                <IconButton label=t("action.more") drawing=icons::MORE on_press=move |()| menu.set(true) />
            </Show>
        }
    };
    let waiting = Memo::new(move |_| {
        body.get().is_some_and(|body| app().overlay.with(|overlay| overlay.is_waiting(body.id)))
    });
    let given_up = {
        let key = key.clone();
        move |work: Option<Draft>| {
            let before = editing.get_untracked().map(|(before, _)| before);
            editing.set(None);
            focus_heading();
            let (Some(before), Some(work)) = (before, work) else { return };
            let key = key.clone();
            // What was given up can be had back, here or when one returns.
            let again = move || {
                drafts::keep(&key, &work);
                let _ = editing.try_set(Some((before.clone(), Some(work.clone()))));
            };
            // Outside of the form, which takes everything made in it along when it goes.
            spawn_local(async move {
                let toast = Toast::new(say("draft.discarded.toast", &[])).with_icon(icons::CHECK);
                app().toasts.show(toast.with_action(say("action.undo", &[]), again));
            });
        }
    };
    let given_up = Callback::new(given_up);
    let done = move |()| {
        editing.set(None);
        focus_heading();
    };
    let discard = move |()| {
        drafts::forget(&key);
        offered.set(None);
    };
    let discard = Callback::new(discard);
    let shown = {
        let definition = definition.clone();
        move || match editing.get() {
            Some((before, draft)) => {
                let definition = definition.clone();
                view! { <EditForm definition body=(*before).clone() draft on_done=done on_cancel=given_up /> }
                    .into_any()
            }
            None => {
                let may_go_on = move || may.get().update;
                view! {
                    <Show when=may_go_on>
                        <Unsaved offered on_continue=move |()| edit() on_discard=discard />
                    </Show>
                    <Reading definition=definition.clone() body desk title waiting />
                }
                .into_any()
            }
        }
    };
    let kind = definition.label.clone();
    view! {
        <Page title=move || title.get() over=move || label(&kind) back=routes::records(&definition.id) width=Width::Broad actions=actions>
            <div class="stack">
                <StaleNote stale />
                {shown}
            </div>
            <RecordMenu definition=definition.clone() body menu assigning />
        </Page>
    }
}

/// `e` opens the form, unless somebody is typing, a sheet is open, or a fact took the key.
fn edit_by_key(may_edit: Memo<bool>, edit: impl Fn() + Send + Sync + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        let taken = event.default_prevented() || is_typing(&event) || is_sheet_open();
        if event.key() != "e" || !plain || taken || !may_edit.get_untracked() {
            return;
        }
        event.prevent_default();
        edit();
        focus_later("#record-form :is(input, select, textarea, button)");
    });
    on_cleanup(move || handle.remove());
}

fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| {
        element.matches("input, textarea, select, [contenteditable=true]").unwrap_or_default()
    })
}

/// After a form is closed the focus would be nowhere.
fn focus_heading() {
    focus_later("h1");
}

pub(super) fn focus_later(selector: &'static str) {
    request_animation_frame(move || {
        let found = document().query_selector(selector).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Says that what is shown may be old.
#[component]
pub fn StaleNote(stale: RwSignal<bool>) -> impl IntoView {
    view! {
        <Show when=move || stale.get()>
            <p class="notice" data-tone="warning" role="status">
                {icon(icons::OFFLINE)} <span>{t("sync.stale")}</span>
            </p>
        </Show>
    }
}

#[component]
fn Reading(
    definition: Entity,
    body: Memo<Option<Arc<RecordBody>>>,
    desk: Desk,
    title: Memo<String>,
    waiting: Memo<bool>,
) -> impl IntoView {
    let company = matches!(definition.id.as_str(), "account");
    let mut facts = vec!["account", "company", "position", "industry", "series", "code"];
    facts.retain(|field| !definition.hides(field));
    let subtitle = move || {
        body.get().map(|body| {
            let schema = schema();
            let texts = facts
                .iter()
                .map(|field| fields::text_of(&schema, &body, field))
                .filter(|text| !text.is_empty())
                .take(2);
            texts.collect::<Vec<_>>().join(" · ")
        })
    };
    let lead = definition.id == "lead";
    let standing = between(&definition.id);
    let has_stages = definition.field("stage").is_some();
    let shape = if company { AvatarShape::Square } else { AvatarShape::Large };
    view! {
        <div class="record-head">
            {move || view! { <Avatar name=title.get() shape /> }}
            <div class="record-name">
                <p class="record-title">{move || title.get()}</p>
                <p class="record-sub">{subtitle}</p>
            </div>
            <Show when=move || waiting.get()>
                <Badge label=t("timeline.waiting") tone=Tone::Warning />
            </Show>
        </div>
        <KeyFacts definition=definition.clone() body />
        <Actions definition=definition.clone() body />
        <Reach body />
        {lead.then(|| view! { <Became body /> })}
        {has_stages.then(|| view! { <StagePath body /> })}
        <StageSignals definition=definition.clone() body />
        {definition.follow_up.then(|| view! { <Look definition=definition.clone() body /> })}
        <div class="record-columns">
            <div class="stack">
                {standing.into_iter().map(|between| view! { <Standing between body /> }).collect_view()}
                <section class="card" aria-labelledby="facts-title">
                    <h2 class="card-title" id="facts-title">{t("record.details")}</h2>
                    <Facts definition=definition.clone() body desk />
                </section>
                <Related entity=definition.id.clone() body above=quick(&definition) />
            </div>
            <section aria-labelledby="timeline-title">
                <h2 class="group-title" id="timeline-title">{t("record.timeline")}</h2>
                <Timeline entity=definition.id.clone() body />
            </section>
        </div>
    }
}

/// What one looks for first, in large: the worth of a deal, the standing of a customer, whose it is.
const KEY_FACTS: [&str; 7] = ["amount", "grade", "status", "close_date", "due", "price", "owner"];

#[component]
fn KeyFacts(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let fields: Vec<Field> = KEY_FACTS
        .into_iter()
        .filter_map(|id| definition.field(id))
        .filter(|field| !field.retired && !definition.hides(&field.id))
        .cloned()
        .collect();
    let facts = Memo::new(move |_| {
        let schema = schema();
        let body = body.get()?;
        let told = fields.iter().filter_map(|field| {
            let text = fields::text_of(&schema, &body, &field.id);
            (!text.is_empty()).then(|| (field.label.clone(), text))
        });
        Some(told.take(4).collect::<Vec<_>>())
    });
    move || {
        // One alone says no more here than among the details.
        let facts = facts.get().filter(|facts| facts.len() > 1)?;
        let fact = |(name, text): (Label, String)| {
            view! {
                <div class="key-fact">
                    <dt>{move || label(&name)}</dt>
                    <dd class="numeric">{text}</dd>
                </div>
            }
        };
        Some(view! { <dl class="key-facts">{facts.into_iter().map(fact).collect_view()}</dl> })
    }
}

/// What is most often made from a record's page, beside the touch.
fn quick(definition: &Entity) -> Vec<&'static str> {
    let mut kinds = match definition.id.as_str() {
        "account" => vec!["deal", "contact"],
        "contact" => vec!["deal"],
        _ => Vec::new(),
    };
    let touchable = schema().entity("touch").is_some_and(|touch| touch.parents.contains(&definition.id));
    if touchable {
        kinds.push("task");
    }
    kinds.retain(|kind| role().is_some_and(|role| role.level(kind, Act::Create) != Level::None));
    kinds
}

/// The few things one does with a record, each one tap away.
#[component]
fn Actions(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let touchable = schema().entity("touch").is_some_and(|touch| touch.parents.contains(&definition.id));
    let may_create = |entity: &str| role().is_some_and(|role| role.level(entity, Act::Create) != Level::None);
    let touch = move |_| {
        if let Some(body) = body.get_untracked() {
            app().touching.set(Some(Touching::Record(Box::new((*body).clone()))));
        }
    };
    let entity = definition.id.clone();
    let lead = entity == "lead";
    let quick = quick(&definition);
    let [new_deal, new_contact, new_task] = ["deal", "contact", "task"].map(|kind| quick.contains(&kind));
    let with_parent = move |kind: &'static str| {
        let entity = entity.clone();
        move || {
            let query = body.with(|body| {
                let body = body.as_ref()?;
                let account = fields::reference(body, "account").filter(|_| entity != "account");
                let own = format!("{entity}={}", body.id);
                Some(account.map_or(own.clone(), |account| format!("{own}&account={account}")))
            });
            format!("{}?{}", routes::new_record(kind), query.unwrap_or_default())
        }
    };
    view! {
        <div class="record-actions">
            {(touchable && may_create("touch"))
                .then(|| {
                    view! {
                        <button type="button" class="record-action" aria-haspopup="dialog" aria-label=t("add.touch") on:click=touch>
                            {icon(icons::TOUCH)}
                            <span>{t("kind.touch")}</span>
                        </button>
                    }
                })}
            {lead.then(|| view! { <ConvertAction body /> })}
            {new_deal
                .then(|| {
                    view! {
                        <A href=with_parent("deal") attr:class="record-action">
                            {icon(icons::DEAL)}
                            <span>{t("add.deal")}</span>
                        </A>
                    }
                })}
            {new_contact
                .then(|| {
                    view! {
                        <A href=with_parent("contact") attr:class="record-action">
                            {icon(icons::CONTACT)}
                            <span>{t("add.contact")}</span>
                        </A>
                    }
                })}
            {new_task
                .then(|| {
                    view! {
                        <A href=with_parent("task") attr:class="record-action">
                            {icon(icons::TASK)}
                            <span>{t("add.task")}</span>
                        </A>
                    }
                })}
        </div>
    }
}

#[component]
fn RecordMenu(
    definition: Entity,
    body: Memo<Option<Arc<RecordBody>>>,
    menu: RwSignal<bool>,
    assigning: RwSignal<bool>,
) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let list = routes::records(&definition.id);
    let ownable = definition.field("owner").is_some();
    let remove = move |()| {
        menu.set(false);
        let Some(body) = body.get_untracked() else { return };
        let name = fields::title(&crate::state::session::schema_now(), &body);
        // What waits before it makes the version higher by the time it arrives.
        let base_version = body.version + app().overlay.with_untracked(|overlay| overlay.waiting(body.id));
        let action = Action::Delete { entity: body.entity.clone(), record: body.id, base_version };
        let note = Note {
            key: "outbox.item.delete".to_owned(),
            entity: body.entity.clone(),
            name: name.clone(),
            toast: Some(say("record.deleted.toast", &[("name", &name)])),
            record: Some((body.entity.clone(), body.id)),
        };
        let known = RecordBody { version: base_version, ..(*body).clone() };
        outbox::submit_soon(outbox::command(vec![action]), note, vec![known]);
        navigate.with_value(|navigate| {
            navigate(&list, leptos_router::NavigateOptions { replace: true, ..Default::default() })
        });
    };
    let remove = Callback::new(remove);
    let give = move |hit: domain::api::record::Hit| {
        assigning.set(false);
        let Some(body) = body.get_untracked() else { return };
        crate::state::names::learn_one(hit.id, &hit.title);
        let action = Action::Assign {
            entity: body.entity.clone(),
            record: body.id,
            old_owner: fields::reference(&body, "owner"),
            owner: Some(hit.id),
        };
        let note = Note {
            key: "outbox.item.update".to_owned(),
            entity: body.entity.clone(),
            name: fields::title(&crate::state::session::schema_now(), &body),
            toast: Some(say("record.assigned.toast", &[("name", &hit.title)])),
            record: Some((body.entity.clone(), body.id)),
        };
        outbox::submit_soon(outbox::command(vec![action]), note, vec![(*body).clone()]);
    };
    let may = Memo::new(move |_| body.with(|body| body.as_ref().map(|body| body.may).unwrap_or_default()));
    view! {
        <Sheet open=menu title=t("action.more") close=t("action.close")>
            <div class="group">
                <Show when=move || may.get().assign && ownable>
                    <ButtonRow
                        title=t("record.assign")
                        on_press=move |()| {
                            menu.set(false);
                            assigning.set(true);
                        }
                    >
                        <span class="row-icon">{icon(icons::USER)}</span>
                    </ButtonRow>
                </Show>
                <Show when=move || may.get().delete>
                    <ButtonRow title=t("action.delete") sub=t("record.delete.body") danger=true on_press=remove>
                        <span class="row-icon">{icon(icons::DELETE)}</span>
                    </ButtonRow>
                </Show>
            </div>
        </Sheet>
        <Sheet open=assigning title=t("record.assign") close=t("action.close")>
            <Picker entities=vec!["user".to_owned()] on_pick=give />
        </Sheet>
    }
}

/// Somebody's name, or that it is one.
pub fn person(id: Id) -> String {
    crate::state::names::name_of(id).unwrap_or_else(|| tr("timeline.someone", &[]))
}
