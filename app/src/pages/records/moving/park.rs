//! A stage of which somebody has more than it should hold: what could wait is asked once the move is done, and nothing is
//! held back by it.

use domain::api::ListRecords;
use domain::api::record::{ListRequest, RecordBody};
use domain::ids::Id;
use domain::process::is_over;
use leptos::prelude::*;
use serde_json::json;

use super::stage_of;
use crate::components::{Button, ButtonRow, Sheet, icon, icons};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::open_while;
use crate::state::loader::note;
use crate::state::names::name_of;
use crate::state::session::{me, schema, schema_now};
use crate::state::{Moving, app, ask, hands_free};

/// More than these nobody chooses from.
const MOST: u32 = 50;

/// A stage with too many open records of one person.
#[derive(Clone, Debug, PartialEq)]
struct Full {
    stage: String,
    limit: u16,
    /// Whose they are.
    owner: Id,
    /// How many, with the one that has just come.
    count: usize,
    /// All but the one that has just come.
    others: Vec<RecordBody>,
}

/// What is asked about, for the moves of one sheet.
#[derive(Clone, Copy, Default)]
pub(super) struct Parking(RwSignal<Option<Full>>);

impl Parking {
    /// Looks whether a record that has come to `owner` in a stage makes too many of them. Without an answer nothing is
    /// asked.
    pub async fn look(self, moved: RecordBody, owner: Id, to: String) {
        let schema = schema_now();
        let Some((stage, limit)) = schema.stage(&to).and_then(|stage| Some((stage, stage.limit?))) else {
            return;
        };
        let filter = json!(["and", ["=", ["field", "stage"], to], ["=", ["field", "owner"], owner]]);
        let request = ListRequest {
            filter: Some(filter.to_string()),
            sort: Some("rank".to_owned()),
            limit: Some(MOST.max(u32::from(limit).saturating_add(1)).min(domain::api::record::PAGE_MAX)),
            ..ListRequest::default()
        };
        let Ok(reply) = ask::<ListRecords>(&[&moved.entity], &request).await else { return };
        note(&reply);
        let mut others = reply.records;
        others.retain(|body| body.id != moved.id);
        let count = others.len() + 1;
        if is_over(stage, count as u64) {
            others.truncate(MOST as usize);
            // Whoever has taken up the next card is not asked in the middle of it.
            hands_free().await;
            self.0.try_set(Some(Full { stage: to, limit, owner, count, others }));
        }
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
    let rows = move || full.get().map(|full| full.others.into_iter().map(row).collect_view());
    view! {
        <Sheet open title=t("process.park.title") close=t("action.close")>
            <div class="stack">
                <p class="notice" role="status">
                    {icon(icons::ALERT)} <span>{lead}</span>
                </p>
                <div class="group">{rows}</div>
                <Button label=t("process.park.leave") block=true on_press=move |()| full.set(None) />
            </div>
        </Sheet>
    }
}
