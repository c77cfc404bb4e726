//! A stage of which somebody has more than it should hold: what could wait is asked once the move is done, and nothing is
//! held back by it.

use domain::api::record::{ListRequest, RecordBody, TotalsRequest};
use domain::api::{GetTotals, ListRecords};
use domain::ids::Id;
use domain::process::is_over;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::{Value as Json, json};

use super::stage_of;
use crate::components::{Button, ButtonRow, Sheet, icon, icons};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::open_while;
use crate::routes;
use crate::state::loader::note;
use crate::state::names::name_of;
use crate::state::outbox::{self, Outcome};
use crate::state::session::{me, schema, schema_now};
use crate::state::{Moving, app, ask, hands_free};

/// More than these nobody chooses from: the list has all of them.
const MOST: u32 = 50;
/// So long it is waited for a move to be saved; after that nobody thinks of it any more.
const PATIENCE_MS: i32 = 30_000;

/// A stage with too many open records of one person.
#[derive(Clone, Debug, PartialEq)]
struct Full {
    entity: String,
    stage: String,
    limit: u16,
    /// Whose they are.
    owner: Id,
    /// How many, with the one that has just come.
    count: u64,
    /// Those that came before it, in the order of the column: the first of them where there are very many.
    others: Vec<RecordBody>,
}

impl Full {
    /// How many came before, and are not among those that are shown.
    fn further(&self) -> u64 {
        self.count.saturating_sub(1 + self.others.len() as u64)
    }
}

/// The records of one person in a stage.
fn condition(stage: &str, owner: Id) -> Json {
    json!(["and", ["=", ["field", "stage"], stage], ["=", ["field", "owner"], owner]])
}

/// What is asked about, for the moves of one sheet.
#[derive(Clone, Copy, Default)]
pub(super) struct Parking(RwSignal<Option<Full>>);

impl Parking {
    /// Looks whether a record that has come to `owner` in a stage makes too many of them, once the command that brought it
    /// is saved. Without an answer nothing is asked.
    pub async fn look(self, command: Id, moved: RecordBody, owner: Id, to: String) {
        let schema = schema_now();
        let Some((stage, limit)) = schema.stage(&to).and_then(|stage| Some((stage, stage.limit?))) else {
            return;
        };
        if outbox::outcome(command, PATIENCE_MS).await != Outcome::Saved {
            return;
        }
        let filter = Some(condition(&to, owner).to_string());
        let request = TotalsRequest { filter: filter.clone(), ..TotalsRequest::default() };
        let Ok(totals) = ask::<GetTotals>(&[&moved.entity], &request).await else { return };
        let count = totals.groups.iter().map(|total| total.count).sum();
        if !is_over(stage, count) {
            return;
        }
        // With the one that has just come there may be one more than are shown.
        let (sort, limit_of_page) = (Some("rank".to_owned()), Some(MOST + 1));
        let request = ListRequest { filter, sort, limit: limit_of_page, ..ListRequest::default() };
        let Ok(reply) = ask::<ListRecords>(&[&moved.entity], &request).await else { return };
        note(&reply);
        let mut others = reply.records;
        others.retain(|body| body.id != moved.id);
        others.truncate(MOST as usize);
        // Whoever has taken up the next card is not asked in the middle of it.
        hands_free().await;
        self.0.try_set(Some(Full { entity: moved.entity, stage: to, limit, owner, count, others }));
    }
}

/// Asks which of them is to go elsewhere; leaving all of them is an answer too.
#[component]
pub(super) fn Park(parking: Parking) -> impl IntoView {
    let full = parking.0;
    let open = open_while(full);
    let lead = move || {
        full.with(|full| {
            let full = full.as_ref()?;
            let stage = schema().stage(&full.stage).map(|stage| label(&stage.label)).unwrap_or_default();
            let (count, limit) = (full.count.to_string(), full.limit.to_string());
            let args = [("stage", stage.as_str()), ("count", &count), ("limit", &limit)];
            if me() == Some(full.owner) {
                return Some(tr("process.park.own", &args));
            }
            let name = name_of(full.owner).unwrap_or_default();
            let args = [args[0], args[1], args[2], ("name", &name)];
            Some(tr("process.park.others", &args))
        })
    };
    let row = move |body: RecordBody| {
        let schema = schema();
        let name = fields::title(&schema, &body);
        let said = ["account", "amount"].map(|field| fields::text_of(&schema, &body, field));
        let said = said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" · ");
        let movable = body.may.update && !stage_of(&body).is_empty();
        let go = move |()| {
            full.set(None);
            app().moving.set(Some(Moving::Choose(Box::new(body.clone()))));
        };
        movable.then(|| {
            view! {
                <ButtonRow title=name sub=said on_press=go>
                    <span class="row-icon">{icon(icons::MOVE)}</span>
                </ButtonRow>
            }
        })
    };
    let further = move || {
        full.with(|full| {
            let full = full.as_ref().filter(|full| full.further() > 0)?;
            let shown = full.others.len().to_string();
            let said = tr("process.park.first", &[("shown", &shown), ("further", &full.further().to_string())]);
            let to = routes::records_where(&full.entity, &condition(&full.stage, full.owner));
            Some(view! {
                <p class="soft">{said}</p>
                <A href=to attr:class="btn btn-secondary btn-block" on:click=move |_| parking.0.set(None)>{t("process.park.all")}</A>
            })
        })
    };
    let rows = move || full.get().map(|full| full.others.into_iter().map(row).collect_view());
    view! {
        <Sheet open title=t("process.park.title") close=t("action.close")>
            <div class="stack">
                <p class="notice" role="status">
                    {icon(icons::ALERT)} <span>{lead}</span>
                </p>
                <div class="group">{rows}</div>
                {further}
                <Button label=t("process.park.leave") block=true on_press=move |()| full.set(None) />
            </div>
        </Sheet>
    }
}
