//! The board in lanes, on wide screens: a row for each owner or account, the stages side by side in it. What there is, how
//! many and how much, the server counts; a lane asks for its cards when it comes near the view, and is drawn while it
//! is. Cards are moved as on the board without lanes.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::record::{BoardRequest, RecordBody, Total, TotalsRequest};
use domain::api::{GetBoard, GetTotals};
use domain::schema::Stage;
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::{Value as Json, json};
use web_sys::Element;

use super::block::{Block, FIRST, Shelf, px, some_cards};
use super::board::{Base, Cards, Deck, in_stage, narrowed, sum_short, text};
use super::column::Numbers;
use crate::components::{Avatar, AvatarShape, Button, SkeletonRows, icon, icons, watch_near};
use crate::i18n::{format, label, t, tr};
use crate::pages::Unread;
use crate::routes;
use crate::state::loader::{load, load_calmly};
use crate::state::names::name_of;
use crate::state::session::{me, schema};

/// Cards of a stage that a lane shows; the list has the others.
const LIMIT: u32 = 30;
/// Lanes that are there at first, and that each press adds.
const STEP: usize = 50;
/// More groups than this are not told by totals: those with the fewest cards are left out.
const AT_MOST: u32 = 1_000;
/// So far beyond the board's edges lanes are drawn.
const MARGIN: &str = "600px 0px";
/// What a lane takes, in pixels, as long as it was not seen.
const HEIGHT: f64 = 240.0;

/// Which lanes there are, and what the board asked for then.
type Order = (String, Vec<String>);

#[component]
pub fn Lanes() -> impl IntoView {
    let deck = use_context::<Deck>()?;
    let field = StoredValue::new(deck.lanes.get_untracked()?);
    let entity = deck.pipeline.with_value(|pipeline| pipeline.entity.clone());
    let stages: Vec<String> =
        deck.pipeline.with_value(|pipeline| pipeline.stages.iter().map(|stage| stage.id.clone()).collect());
    let standing = within(&stages);
    let totals = load_calmly::<GetTotals>(move || {
        let condition = deck.condition.get()?;
        let filter = narrowed(condition.as_deref(), [standing.clone()]);
        let amount = schema().entity(&entity).is_some_and(|entity| entity.field("amount").is_some());
        let request = TotalsRequest {
            filter: Some(filter.to_string()),
            group: Some(field.get_value()),
            sum: amount.then(|| "amount".to_owned()),
            weigh: None,
        };
        Some((vec![entity.clone()], request))
    });
    // They stay where they are while cards change hands: one that has just been emptied takes them back.
    let order = Memo::new(move |before: Option<&Order>| {
        let about = deck.about.get();
        let mut order = match before {
            Some((then, order)) if *then == about => order.clone(),
            _ => Vec::new(),
        };
        let reply = totals.value.get();
        let mut groups: Vec<&Total> = reply.iter().flat_map(|reply| &reply.groups).collect();
        let mine = me().map(|me| me.to_string());
        // One's own first, those without a value last, the others by what is in them.
        let rank = |total: &Total| {
            let is_mine = mine.is_some() && total.group == mine;
            (total.group.is_none(), !is_mine, std::cmp::Reverse((total.sum, total.count)))
        };
        groups.sort_by_key(|total| rank(total));
        for total in groups {
            let lane = total.group.clone().unwrap_or_default();
            if !order.contains(&lane) {
                order.push(lane);
            }
        }
        (about, order)
    });
    let drawn = RwSignal::new(STEP);
    let shown = move || {
        let (drawn, needed) = (drawn.get(), order.with(|(_, order)| order.clone()));
        needed.into_iter().take(drawn).collect::<Vec<_>>()
    };
    let further = Memo::new(move |_| order.with(|(_, order)| order.len() > drawn.get()));
    let sorted = Memo::new_with_compare(
        move |_| {
            let mut lanes = BTreeMap::<String, Cards>::new();
            deck.cards.with(|cards| {
                field.with_value(|field| {
                    for (stage, column) in cards {
                        for body in column {
                            let lane = lanes.entry(text(body, field).to_owned()).or_default();
                            lane.entry(stage.clone()).or_default().push(body.clone());
                        }
                    }
                });
            });
            lanes
        },
        // The cards say whether anything changed.
        |_, _| true,
    );
    let total_of = move |lane: &str| {
        totals.value.with(|reply| {
            let groups = &reply.as_ref()?.groups;
            groups.iter().find(|total| total.group.as_deref().unwrap_or_default() == lane).cloned()
        })
    };
    let heads = deck.pipeline.with_value(|pipeline| {
        let one = |stage: &Stage| {
            let (name, id) = (stage.label.clone(), stage.id.clone());
            let cards = deck.cards_of(&id);
            let total = Memo::new(move |_| deck.total_of(&id));
            view! {
                <div class="lane-stage">
                    <h2 class="column-title truncate">{move || label(&name)}</h2>
                    <Numbers stage=stage.clone() deck cards total />
                </div>
            }
        };
        pipeline.stages.iter().map(one).collect_view()
    });
    let known = Memo::new(move |_| totals.value.with(Option::is_some));
    let stages = StoredValue::new(stages);
    // What stands in the board's stages and in no lane; only as many as there can be leave any out.
    let left = Memo::new(move |_| {
        let full = totals.value.get().filter(|reply| reply.groups.len() >= AT_MOST as usize)?;
        let all: u64 = stages.with_value(|stages| {
            let counts = stages.iter().map(|id| Some(deck.total_of(id)?.map_or(0, |total| total.count)));
            counts.sum::<Option<u64>>()
        })?;
        let told: u64 = full.groups.iter().map(|total| total.count).sum();
        Some(all.saturating_sub(told)).filter(|left| *left > 0)
    });
    let all = move || {
        let condition = deck.condition.get().flatten();
        let condition = stages.with_value(|stages| narrowed(condition.as_deref(), [within(stages)]));
        deck.pipeline.with_value(|pipeline| routes::records_where(&pipeline.entity, &condition))
    };
    let limit = move || {
        left.get().map(|left| {
            let (count, left) = (format::number(i64::from(AT_MOST)), format::number(left.cast_signed()));
            view! {
                <p class="lane-limit" role="status">
                    <span>{tr("lane.limit", &[("count", &count), ("left", &left)])}</span>
                    <A href=all>{t("lane.limit.list")}</A>
                </p>
            }
        })
    };
    let coming = move || match totals.error.get() {
        Some(error) => view! { <Unread error /> }.into_any(),
        None => view! { <SkeletonRows count=5 /> }.into_any(),
    };
    Some(view! {
        <div class="lane-stages">{heads}</div>
        <Show when=move || known.get() fallback=move || coming>
            {limit}
            <For each=shown key=Clone::clone let:lane>
                {
                    let own = lane.clone();
                    let total = Memo::new(move |_| total_of(&own));
                    view! { <Lane lane field deck sorted total /> }
                }
            </For>
            <Show when=move || further.get()>
                <Button label=t("lane.more") block=true on_press=move |()| drawn.update(|drawn| *drawn += STEP) />
            </Show>
        </Show>
    })
}

#[component]
fn Lane(
    lane: String,
    field: StoredValue<String>,
    deck: Deck,
    sorted: Memo<BTreeMap<String, Cards>>,
    total: Memo<Option<Total>>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let (near, folded) = (RwSignal::new(false), RwSignal::new(false));
    let height = RwSignal::new(HEIGHT);
    let value = if lane.is_empty() { Json::Null } else { Json::from(lane.clone()) };
    let own = StoredValue::new(json!(["=", ["field", field.get_value()], value]));
    let lane = StoredValue::new(lane);
    let mine = move |stage: &str| {
        sorted.with(|lanes| {
            lane.with_value(|lane| lanes.get(lane).and_then(|cards| cards.get(stage)).cloned())
                .unwrap_or_default()
        })
    };
    let held = Memo::new(move |_| {
        let needed = deck.needed.get();
        !needed.is_empty()
            && sorted.with(|lanes| {
                let cards = lane.with_value(|lane| lanes.get(lane));
                cards.is_some_and(|cards| cards.values().flatten().any(|body| needed.contains(&body.id)))
            })
    });
    // The cells are there as long as the lane is near, or somebody is at one of its cards.
    let drawn = Memo::new(move |_| !folded.get() && (near.get() || held.get()));
    let asked = Memo::new(move |before: Option<&bool>| before == Some(&true) || drawn.get());
    let reply = load::<GetBoard>(move || {
        let condition = deck.condition.get().filter(|_| asked.get())?;
        let filter = own.with_value(|own| narrowed(condition.as_deref(), [own.clone()]));
        let id = deck.pipeline.with_value(|pipeline| pipeline.id.clone());
        Some((vec![id], BoardRequest { filter: Some(filter.to_string()), limit: Some(LIMIT) }))
    });
    let own_lane = lane.get_value();
    on_cleanup(move || {
        deck.laid.try_update(|laid| laid.remove(&own_lane));
    });
    Effect::new(move |_| {
        let Some(reply) = reply.value.get() else { return };
        let records = reply.columns.iter().flat_map(|column| &column.records).cloned().map(Arc::new);
        let base = Base { seq: reply.seq, records: records.collect() };
        deck.laid.update(|laid| {
            laid.insert(lane.get_value(), base);
        });
    });
    Effect::new(move |_| {
        let Some(cells) = place.get() else { return };
        let board = deck.board.get_untracked().map(Element::from);
        let own: Element = cells.clone().into();
        let tell = move |sees: bool, now: f64| {
            let focused = document().active_element();
            let keep = sees || own.contains(focused.as_deref());
            if near.try_get_untracked().is_none_or(|near| near == keep) {
                return;
            }
            if !keep && now > 0.0 {
                height.set(now);
            }
            near.set(keep);
        };
        watch_near(&cells, board.as_ref(), MARGIN, tell);
    });
    let cell = move |stage: &Stage| {
        let (id, name) = (stage.id.clone(), stage.label.clone());
        let cards = {
            let id = id.clone();
            some_cards(move || mine(&id))
        };
        let more = {
            let id = id.clone();
            Memo::new(move |_| {
                reply.value.with(|reply| {
                    let columns = reply.as_ref().map(|reply| &reply.columns);
                    columns
                        .is_some_and(|columns| columns.iter().any(|column| column.stage == id && column.more))
                })
            })
        };
        view! { <Cell stage=id name cards more deck lane own /> }
    };
    let cells = move || {
        let stages = deck.pipeline.with_value(|pipeline| pipeline.stages.clone());
        drawn.get().then(|| stages.iter().map(cell).collect_view())
    };
    let gap = move || if drawn.get() { "auto".to_owned() } else { px(height.get()) };
    view! {
        <section
            class="lane"
            data-lane=lane.get_value()
            data-folded=move || folded.get().then_some("true")
            aria-label=move || name(lane, field)
        >
            <Head lane field deck own total folded />
            <div class="lane-cells" node_ref=place hidden=move || folded.get() style:height=gap>
                {cells}
            </div>
        </section>
    }
}

/// The condition that something stands in one of these stages.
fn within(stages: &[String]) -> Json {
    json!(["in", ["field", "stage"], stages])
}

/// What the lane is called.
fn name(lane: StoredValue<String>, field: StoredValue<String>) -> String {
    lane.with_value(|lane| {
        if lane.is_empty() {
            let is_owner = field.with_value(|field| field == "owner");
            return tr(if is_owner { "lane.none.owner" } else { "lane.none.account" }, &[]);
        }
        lane.parse().ok().and_then(name_of).unwrap_or_else(|| tr("record.unnamed", &[]))
    })
}

/// The lane's name, which folds it up, and its numbers, which lead to the list of it.
#[component]
fn Head(
    lane: StoredValue<String>,
    field: StoredValue<String>,
    deck: Deck,
    own: StoredValue<Json>,
    total: Memo<Option<Total>>,
    folded: RwSignal<bool>,
) -> impl IntoView {
    let shape =
        if field.with_value(|field| field == "owner") { AvatarShape::Small } else { AvatarShape::Square };
    let mark = move || {
        let named = lane.with_value(|lane| !lane.is_empty());
        named.then(|| view! { <Avatar name=name(lane, field) shape /> })
    };
    let numbers = move || {
        let total = total.get();
        let count = total.as_ref().map_or(0, |total| total.count).cast_signed();
        tr("lane.numbers", &[("count", &format::number(count)), ("sum", &sum_short(total.as_ref()))])
    };
    let to = move || {
        let condition = deck.condition.get().flatten();
        let condition = own.with_value(|own| narrowed(condition.as_deref(), [own.clone()]));
        deck.pipeline.with_value(|pipeline| routes::records_where(&pipeline.entity, &condition))
    };
    view! {
        <header class="lane-head">
            <h2 class="lane-title">
                <button
                    type="button"
                    class="lane-fold"
                    aria-expanded=move || if folded.get() { "false" } else { "true" }
                    on:click=move |_| folded.update(|folded| *folded = !*folded)
                >
                    {icon(icons::CHEVRON_DOWN)}
                    {mark}
                    <span class="truncate">{move || name(lane, field)}</span>
                </button>
            </h2>
            <A href=to attr:class="lane-numbers numeric">
                {numbers}
                <span class="visually-hidden">{t("lane.list")}</span>
            </A>
        </header>
    }
}

/// A stage of a lane.
#[component]
fn Cell(
    stage: String,
    name: domain::schema::Label,
    cards: Memo<Vec<Arc<RecordBody>>>,
    /// There are more than the lane shows.
    more: Memo<bool>,
    deck: Deck,
    lane: StoredValue<String>,
    own: StoredValue<Json>,
) -> impl IntoView {
    let size = Memo::new(move |_| {
        let loaded = cards.with(Vec::len) as u64;
        if more.get() { -1 } else { loaded.cast_signed() }
    });
    let shelf = Shelf::new(cards, size, FIRST);
    let role = move || cards.with(|cards| (!cards.is_empty()).then_some("feed"));
    let id = stage.clone();
    let to = move || {
        let condition = deck.condition.get().flatten();
        let condition = in_stage(condition.as_deref(), &id);
        let condition = own.with_value(|own| narrowed(Some(&condition.to_string()), [own.clone()]));
        deck.pipeline.with_value(|pipeline| routes::records_where(&pipeline.entity, &condition))
    };
    view! {
        <div class="lane-cell" role="group" data-stage=stage data-lane=lane.get_value() aria-label=move || label(&name)>
            <div class="column-cards">
                <div class="column-feed" role=role>
                    <For each=move || 0..shelf.blocks() key=|at| *at let:at>
                        <Block at shelf deck />
                    </For>
                </div>
                <Show when=move || more.get()>
                    <A href=to.clone() attr:class="lane-further">{t("lane.list")}</A>
                </Show>
            </div>
        </div>
    }
}
