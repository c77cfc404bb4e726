//! A record of another kind: picked by searching, or made on the spot where a name is enough.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::access::{Act, Level};
use domain::api::record::{Hit, ListRequest, SearchRequest};
use domain::api::{ListRecords, Search};
use domain::command::Action;
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::{Input, plain};
use crate::components::{Avatar, ButtonRow, PickButton, SearchBox, Sheet, SkeletonRows, icon, icons};
use crate::i18n::{label, problems_text, say, t, tr};
use crate::routes;
use crate::state::names::{learn, learn_one, name_of};
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema};
use crate::state::{app, ask};

/// Typing pauses this long before a search is sent.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) fn text(json: &Json) -> String {
    let id = json.as_str().and_then(|text| text.parse::<Id>().ok());
    id.and_then(name_of).unwrap_or_default()
}

pub(super) fn display(entity: &str, json: &Json) -> AnyView {
    let id = plain(json);
    if id.is_empty() {
        return ().into_any();
    }
    let json = json.clone();
    let name = move || {
        let name = text(&json);
        if name.is_empty() { tr("record.unnamed", &[]) } else { name }
    };
    view! { <A href=routes::record(entity, &id)>{name}</A> }.into_any()
}

pub(super) fn input(input: &Input, entity: &str) -> AnyView {
    let value = input.value;
    let open = RwSignal::new(false);
    let entity = entity.to_owned();
    let shown = Signal::derive(move || value.with(text));
    let pick = move |hit: Hit| {
        learn_one(hit.id, &hit.title);
        value.set(Json::from(hit.id.to_string()));
        open.set(false);
    };
    let title = {
        let field = input.field.label.clone();
        move || label(&field)
    };
    view! {
        <PickButton
            value=shown
            placeholder=t("field.choose")
            clear=t("action.clear")
            on_press=move |()| open.set(true)
            on_clear=move |()| value.set(Json::Null)
        />
        <Sheet open title=title close=t("action.close")>
            <Picker entities=vec![entity.clone()] on_pick=pick />
        </Sheet>
    }
    .into_any()
}

/// Finds a record of one of several kinds: what is recent at first, then what matches.
#[component]
pub fn Picker(
    entities: Vec<String>,
    #[prop(into)] on_pick: Callback<Hit>,
    /// Stands before what is recent, until something is typed.
    #[prop(optional, into)]
    first: Option<ViewFn>,
    /// Those stand there already.
    #[prop(optional, into)]
    told: Signal<Vec<Id>>,
) -> impl IntoView {
    let query = RwSignal::new(String::new());
    let hits = RwSignal::new(None::<Vec<Hit>>);
    let untyped = Memo::new(move |_| query.with(String::is_empty));
    let turn = StoredValue::new(0_u32);
    let kinds = entities.clone();
    Effect::new(move |before: Option<()>| {
        let text = query.get().trim().to_owned();
        let now = turn.get_value() + 1;
        turn.set_value(now);
        let kinds = kinds.clone();
        let find = move || {
            spawn_local(async move {
                if turn.try_get_value() != Some(now) {
                    return;
                }
                let found = find(&kinds, &text).await;
                if turn.try_get_value() == Some(now) {
                    hits.set(Some(found));
                }
            });
        };
        if before.is_some() { set_timeout(find, PAUSE) } else { find() }
    });
    let several = entities.len() > 1;
    let only = entities.first().cloned().unwrap_or_default();
    let row = move |hit: Hit| {
        let (entity, detail, name) = (hit.entity.clone(), hit.detail.clone(), hit.title.clone());
        let sub = move || {
            let kind = schema().entity(&entity).map(|entity| label(&entity.label)).unwrap_or_default();
            match (several, detail.is_empty()) {
                (true, false) => format!("{kind} · {detail}"),
                (true, true) => kind,
                (false, _) => detail.clone(),
            }
        };
        let title = hit.title.clone();
        view! {
            <ButtonRow title=title sub=sub on_press=move |()| on_pick.run(hit.clone())>
                <Avatar name />
            </ButtonRow>
        }
    };
    // The picker may stand inside a form, which must not be sent by the return key of the search.
    let keep_form = move |event: leptos::ev::KeyboardEvent| {
        let typing = event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
        if typing && event.key() == "Enter" {
            event.prevent_default();
        }
    };
    view! {
        <div class="stack" on:keydown=keep_form>
            <SearchBox value=query label=t("field.search") clear=t("action.clear") autofocus=true />
            {first.map(|first| view! { <Show when=move || untyped.get()>{first.run()}</Show> })}
            {move || match hits.get() {
                None => view! { <SkeletonRows count=4 /> }.into_any(),
                Some(mut found) => {
                    let told = if untyped.get() { told.get() } else { Vec::new() };
                    let none = (found.is_empty() && told.is_empty())
                        .then(|| view! { <p class="list-note">{t("list.no_match.title")}</p> });
                    found.retain(|hit| !told.contains(&hit.id));
                    let rows = (!found.is_empty())
                        .then(|| view! { <div class="group">{found.into_iter().map(row).collect_view()}</div> });
                    view! { {rows} {none} }.into_any()
                }
            }}
            <CreateByName entity=only query on_pick />
        </div>
    }
}

/// A new record with nothing but the name that was searched for, where its definition asks for no more.
#[component]
fn CreateByName(entity: String, query: RwSignal<String>, on_pick: Callback<Hit>) -> impl IntoView {
    let definition = schema().entity(&entity).cloned();
    let by_name = ["account", "competitor"];
    let Some(definition) = definition.filter(|definition| by_name.contains(&definition.id.as_str())) else {
        return ().into_any();
    };
    let enough = definition.fields.iter().all(|field| !field.required || field.id == definition.title);
    let allowed = role().is_some_and(|role| role.level(&definition.id, Act::Create) != Level::None);
    if !enough || !allowed {
        return ().into_any();
    }
    let create = move |()| {
        let name = query.get_untracked().trim().to_owned();
        let id = crate::state::time::new_id();
        let values = BTreeMap::from([(definition.title.clone(), Json::from(name.as_str()))]);
        let command =
            outbox::command(vec![Action::Create { entity: definition.id.clone(), record: id, values }]);
        let note = Note {
            key: "outbox.item.create".to_owned(),
            entity: definition.id.clone(),
            name: name.clone(),
            ..Note::default()
        };
        let entity = definition.id.clone();
        spawn_local(async move {
            match outbox::submit(command, note, Vec::new()).await {
                Ok(_) => {
                    on_pick.try_run(Hit { entity, id, title: name, detail: String::new(), found: None });
                }
                Err(problems) => {
                    let said = untrack(|| problems_text(&problems, &entity));
                    app().toasts.show(crate::components::Toast::new(said));
                }
            }
        });
    };
    let title = move || tr("field.create", &[("name", query.get().trim())]);
    view! {
        <Show when=move || !query.with(|text| text.trim().is_empty())>
            <div class="group">
                <ButtonRow title=title on_press=create.clone()>
                    <span class="row-icon">{icon(icons::ADD)}</span>
                </ButtonRow>
            </div>
        </Show>
    }
    .into_any()
}

/// By the search index when something was typed, otherwise the latest of each kind. Without network: what waits here.
async fn find(kinds: &[String], text: &str) -> Vec<Hit> {
    let schema = crate::state::session::schema_now();
    let mut found = Vec::new();
    let overlay = app().overlay.get_untracked();
    for kind in kinds {
        let Some(definition) = schema.entity(kind) else { continue };
        for body in overlay.created(0, kind) {
            let title = body.values.get(&definition.title).map(plain).unwrap_or_default();
            if domain::text::fold(&title).contains(&domain::text::fold(text)) {
                found.push(Hit {
                    entity: kind.clone(),
                    id: body.id,
                    title,
                    detail: say("timeline.waiting", &[]),
                    found: None,
                });
            }
        }
    }
    if !text.is_empty() {
        let entity = match kinds {
            [only] if only != "user" => Some(only.clone()),
            _ => None,
        };
        if kinds.iter().all(|kind| kind != "user")
            && let Ok(reply) = ask::<Search>(&[], &SearchRequest { q: text.to_owned(), entity }).await
        {
            found.extend(reply.hits.into_iter().filter(|hit| kinds.contains(&hit.entity)));
            dedupe(&mut found);
            if !found.is_empty() {
                return found;
            }
        }
    }
    for kind in kinds {
        let Some(definition) = schema.entity(kind) else { continue };
        let filter = (!text.is_empty())
            .then(|| serde_json::json!(["contains", ["field", definition.title], text]).to_string());
        let limit = if kinds.len() > 1 { 8 } else { 30 };
        let request = ListRequest {
            filter,
            sort: Some("-updated_at".to_owned()),
            limit: Some(limit),
            ..ListRequest::default()
        };
        let Ok(reply) = ask::<ListRecords>(&[kind], &request).await else { continue };
        learn(&reply.names);
        let hit = |body: domain::api::record::RecordBody| {
            let detail = ["account", "company", "phone", "email"].iter().find_map(|id| {
                let field = definition.field(id)?;
                let text = super::text(field, body.values.get(*id)?);
                (!text.is_empty()).then_some(text)
            });
            let title = body.values.get(&definition.title).map(plain).unwrap_or_default();
            Hit { entity: kind.clone(), id: body.id, title, detail: detail.unwrap_or_default(), found: None }
        };
        found.extend(reply.records.into_iter().map(hit));
    }
    dedupe(&mut found);
    found
}

fn dedupe(hits: &mut Vec<Hit>) {
    let mut seen = std::collections::BTreeSet::new();
    hits.retain(|hit| seen.insert(hit.id));
}
