//! About whom a touch is: whoever was looked at last and whoever is due come first, everybody else is searched for.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::GetToday;
use domain::api::record::{Hit, RecordBody, TodayRequest};
use domain::command::May;
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use crate::components::{Avatar, ButtonRow};
use crate::fields::{self, Picker};
use crate::i18n::{label, say, t, tr};
use crate::state::session::{schema, schema_now};
use crate::state::{ask, recent};

/// Rows of each kind: with more of them the search would be out of sight.
const SHOWN: usize = 4;

#[component]
pub fn ChooseSubject(#[prop(into)] on_pick: Callback<RecordBody>) -> impl IntoView {
    let parents = schema_now().entity("touch").map(|touch| touch.parents.clone()).unwrap_or_default();
    // The customer first: most touches are about one.
    let mut kinds: Vec<String> = parents;
    kinds.sort_by_key(|kind| match kind.as_str() {
        "account" => 0,
        "deal" => 1,
        "contact" => 2,
        _ => 3,
    });
    let pick = move |hit: Hit| {
        let title = schema_now().entity(&hit.entity).map(|entity| entity.title.clone()).unwrap_or_default();
        on_pick.run(RecordBody {
            entity: hit.entity,
            id: hit.id,
            version: 0,
            values: BTreeMap::from([(title, Json::from(hit.title))]),
            deleted: false,
            deleted_at: None,
            may: May { update: true, delete: false, assign: false },
        });
    };
    let pick = Callback::new(pick);
    let near = Near::find(&kinds);
    view! {
        <div class="stack">
            <p class="soft">{t("touch.with")}</p>
            <Picker
                entities=kinds
                on_pick=pick
                told=Signal::derive(move || near.all())
                first=move || {
                    view! {
                        <Rows title="search.recent" hits=near.recent on_pick=pick />
                        <Rows title="log.due" hits=near.due on_pick=pick />
                    }
                }
            />
        </div>
    }
}

/// What a touch is probably about.
#[derive(Clone, Copy)]
struct Near {
    recent: RwSignal<Vec<Hit>>,
    due: RwSignal<Vec<Hit>>,
}

impl Near {
    fn all(self) -> Vec<Id> {
        let ids = |hits: &Vec<Hit>| hits.iter().map(|hit| hit.id).collect::<Vec<_>>();
        [self.recent.with(ids), self.due.with(ids)].concat()
    }

    fn find(kinds: &[String]) -> Self {
        let near = Self { recent: RwSignal::default(), due: RwSignal::default() };
        let kinds = kinds.to_vec();
        spawn_local(async move {
            let mut seen = BTreeSet::new();
            let mut looked_at = recent::looked_at().await;
            looked_at.retain(|hit| kinds.contains(&hit.entity));
            looked_at.truncate(SHOWN);
            seen.extend(looked_at.iter().map(|hit| hit.id));
            near.recent.try_set(looked_at);
            // Without network the first ones have to do.
            let Ok(today) = ask::<GetToday>(&[], &TodayRequest::default()).await else { return };
            let all = today.overdue.into_iter().chain(today.today_items);
            let due = all.filter(|body| kinds.contains(&body.entity) && seen.insert(body.id)).take(SHOWN);
            let hits = due.map(|body| hit_of(&body)).collect();
            near.due.try_set(hits);
        });
        near
    }
}

fn hit_of(body: &RecordBody) -> Hit {
    untrack(|| Hit {
        entity: body.entity.clone(),
        id: body.id,
        title: fields::title(&schema_now(), body),
        detail: fields::text_of(&schema_now(), body, "next_touch"),
        found: None,
    })
}

#[component]
fn Rows(title: &'static str, hits: RwSignal<Vec<Hit>>, on_pick: Callback<Hit>) -> impl IntoView {
    let row = move |hit: Hit| {
        let (entity, detail, name) = (hit.entity.clone(), hit.detail.clone(), hit.title.clone());
        let sub = move || {
            let kind = schema().entity(&entity).map(|entity| label(&entity.label)).unwrap_or_default();
            if detail.is_empty() { kind } else { format!("{kind} · {detail}") }
        };
        let shown = name.clone();
        view! {
            <ButtonRow title=shown sub=sub on_press=move |()| on_pick.run(hit.clone())>
                <Avatar name />
            </ButtonRow>
        }
    };
    let heading = move || tr(title, &[]);
    move || {
        let hits = hits.get();
        (!hits.is_empty()).then(|| {
            view! {
                <section aria-label=say(title, &[])>
                    <h3 class="group-title">{heading}</h3>
                    <div class="group">{hits.into_iter().map(row).collect_view()}</div>
                </section>
            }
        })
    }
}
