//! What is asked of a touch beside what was said: who of the customer's people was there, and how often it came to
//! nothing before.

use domain::api::record::{ListRequest, RecordBody, TimelineEntry, TimelineKind, TimelineRequest};
use domain::api::{Empty, GetRecord, GetTimeline, ListRecords};
use domain::fruitless::{MANY_FRUITLESS, fruitless_in_a_row, is_fruitless};
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value as Json, json};

use crate::components::{ChipGroup, Choice, icon, icons};
use crate::fields;
use crate::i18n::{t, tr};
use crate::state::session::schema_now;
use crate::state::{app, ask};

/// More would not be chips any more; whoever is missing was changed long ago.
const PEOPLE: u32 = 8;
const NOBODY: &str = "";

/// The customer whose people may have been there. A contact is somebody already.
async fn account_of(subject: &RecordBody) -> Option<Id> {
    match subject.entity.as_str() {
        "account" => Some(subject.id),
        "deal" => match fields::reference(subject, "account") {
            Some(account) => Some(account),
            // What was picked by its name is not known any better yet.
            None if subject.version == 0 => {
                let reply = ask::<GetRecord>(&["deal", &subject.id.to_string()], &Empty {}).await.ok()?;
                fields::reference(&reply.record, "account")
            }
            None => None,
        },
        _ => None,
    }
}

/// The contacts of the customer, one tap each; nothing where there are none.
#[component]
pub fn WhoWasThere(subject: RecordBody, chosen: RwSignal<String>) -> impl IntoView {
    let people = RwSignal::new(Vec::<(Id, String)>::new());
    spawn_local(async move {
        let Some(account) = account_of(&subject).await else { return };
        let request = ListRequest {
            filter: Some(json!(["=", ["field", "account"], account]).to_string()),
            sort: Some("-updated_at".to_owned()),
            limit: Some(PEOPLE),
            ..ListRequest::default()
        };
        // Without network nobody is asked who it was.
        let Ok(reply) = ask::<ListRecords>(&["contact"], &request).await else { return };
        let schema = schema_now();
        let found =
            untrack(|| reply.records.iter().map(|body| (body.id, fields::title(&schema, body))).collect());
        people.try_set(found);
    });
    let choices = Signal::derive(move || {
        let named = people.get().into_iter().map(|(id, name)| Choice::new(id.to_string(), name));
        named.chain([Choice::new(NOBODY, t("log.who.unsaid"))]).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || people.with(|people| !people.is_empty())>
            <ChipGroup
                legend=t("log.who")
                show_legend=true
                choices
                value=chosen
                on_choose=move |value| chosen.set(value)
            />
        </Show>
    }
}

/// How many of the last touches with this one came to nothing.
async fn row_of(entity: &str, id: Id) -> Option<usize> {
    let request = TimelineRequest { only: Some(TimelineKind::Touch), ..TimelineRequest::default() };
    let reply = ask::<GetTimeline>(&[entity, &id.to_string()], &request).await.ok()?;
    let touches = reply.entries.iter().filter_map(|entry| match entry {
        TimelineEntry::Touch { record, .. } => Some(record),
        _ => None,
    });
    Some(fruitless_in_a_row(touches.map(|touch| touch.values.get("outcome").and_then(Json::as_str))))
}

/// Says of a touch that comes to nothing which one in a row it is, and warns at the third.
#[component]
pub fn FruitlessHint(entity: String, id: Id, outcome: RwSignal<String>) -> impl IntoView {
    let before = RwSignal::new(0_usize);
    spawn_local(async move {
        let (overlay, kind) = (app().overlay.get_untracked(), entity.clone());
        // Those that wait on this device are the newest.
        let mut waiting = overlay.created(0, "touch");
        waiting.retain(|touch| fields::reference(touch, &kind) == Some(id) && overlay.is_waiting(touch.id));
        waiting.reverse();
        let outcomes = waiting.iter().map(|touch| touch.values.get("outcome").and_then(Json::as_str));
        let mut count = fruitless_in_a_row(outcomes);
        if count == waiting.len() {
            count += row_of(&entity, id).await.unwrap_or_default();
        }
        before.try_set(count);
    });
    let count = Memo::new(move |_| {
        let comes_to_nothing = outcome.with(|outcome| is_fruitless(outcome));
        let all = before.get() + 1;
        (comes_to_nothing && all > 1).then_some(all)
    });
    let said = move || {
        count.get().map(|count| {
            let many = count >= MANY_FRUITLESS;
            let key = if many { "log.fruitless.many" } else { "log.fruitless" };
            view! {
                <p class="notice" data-tone=many.then_some("warning")>
                    {icon(if many { icons::ALERT } else { icons::INFO })}
                    <span>{move || tr(key, &[("count", &count.to_string())])}</span>
                </p>
            }
        })
    };
    view! { <div role="status">{said}</div> }
}
