//! The board: a pipeline's stages as columns, its records as cards. On a phone one stage at a time.
//!
//! Counts and sums come from the server and are asked for apart from the cards. Only what is near the view is drawn:
//! a column begins with a few cards and grows as it is scrolled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::access::{Act, Level};
use domain::api::record::{BoardRequest, ListRequest, RecordBody, Total, TotalsRequest};
use domain::api::{GetBoard, GetTotals, ListRecords};
use domain::ids::Id;
use domain::schema::{Pipeline, Stage};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::query_signal;
use serde_json::{Value as Json, json};

use super::drag::{Drag, DragGhost, Drop};
use crate::components::{
    Avatar, AvatarShape, Badge, Button, ChipGroup, Choice, EmptyState, IconButton, Sentinel, SkeletonRows,
    Tone, icon, icons,
};
use crate::fields::{self, schedule};
use crate::i18n::{format, label, t, tr};
use crate::pages::records::StaleNote;
use crate::pages::{Page, Width};
use crate::routes;
use crate::state::loader::{load, note};
use crate::state::names::name_of;
use crate::state::session::{role, schema};
use crate::state::{Moving, app, ask};

/// Cards that a column draws at first, and each time its end comes near.
const STEP: usize = 20;
/// Cards of a further page.
const FURTHER: u32 = 100;

type Cards = BTreeMap<String, Vec<Arc<RecordBody>>>;

#[component]
pub fn Board() -> impl IntoView {
    let (chosen, set_chosen) = query_signal::<String>("pipeline");
    let pipelines = Memo::new(move |_| schema().pipelines.clone());
    let pipeline = Memo::new(move |_| {
        let wanted = chosen.get();
        pipelines.with(|all| {
            all.iter().find(|pipeline| Some(&pipeline.id) == wanted.as_ref()).or(all.first()).cloned()
        })
    });
    let several = Memo::new(move |_| pipelines.with(Vec::len) > 1);
    let choices = Signal::derive(move || {
        pipelines.with(|all| {
            let choice = |pipeline: &Pipeline| {
                let text = pipeline.label.clone();
                Choice::new(pipeline.id.clone(), move || label(&text))
            };
            all.iter().map(choice).collect::<Vec<_>>()
        })
    });
    let value = Signal::derive(move || {
        pipeline.with(|pipeline| pipeline.as_ref().map(|pipeline| pipeline.id.clone()).unwrap_or_default())
    });
    let new_link = move || {
        let entity = pipeline.get()?.entity;
        let allowed = role().is_some_and(|role| role.level(&entity, Act::Create) != Level::None);
        allowed.then(|| view! { <A href=routes::new_record(&entity) attr:class="icon-btn" attr:aria-label=t("add.deal")>{icon(icons::ADD)}</A> })
    };
    view! {
        <Page title=t("board.title") width=Width::Whole actions=new_link>
            <Show when=move || several.get()>
                <div class="board-pipelines">
                    <ChipGroup legend=t("board.pipeline") choices=choices value=value on_choose=move |id| set_chosen.set(Some(id)) scroll=true />
                </div>
            </Show>
            {move || pipeline.get().map(|pipeline| view! { <Columns pipeline /> })}
        </Page>
    }
}

/// Replies share what has not changed, so that only changed cards are drawn again.
#[derive(Clone, PartialEq)]
struct Base {
    seq: u64,
    records: Vec<Arc<RecordBody>>,
}

#[component]
fn Columns(pipeline: Pipeline) -> impl IntoView {
    let entity = pipeline.entity.clone();
    let id = pipeline.id.clone();
    let reply = load::<GetBoard>(move || Some((vec![id.clone()], BoardRequest::default())));
    let totals = load::<GetTotals>({
        let entity = entity.clone();
        move || {
            let sum = schema()
                .entity(&entity)
                .is_some_and(|entity| entity.field("amount").is_some())
                .then(|| "amount".to_owned());
            Some((vec![entity.clone()], TotalsRequest { group: Some("stage".to_owned()), sum, filter: None }))
        }
    });
    let further = RwSignal::new(Vec::<Base>::new());
    let base = Memo::new(move |before: Option<&Option<Base>>| {
        let reply = reply.value.get()?;
        let mut old = BTreeMap::new();
        for body in before.and_then(Option::as_ref).map(|base| &base.records).into_iter().flatten() {
            old.insert(body.id, body.clone());
        }
        let share = |body: &RecordBody| {
            old.get(&body.id)
                .filter(|known| ***known == *body)
                .cloned()
                .unwrap_or_else(|| Arc::new(body.clone()))
        };
        Some(Base {
            seq: reply.seq,
            records: reply.columns.iter().flat_map(|column| &column.records).map(share).collect(),
        })
    });
    let cards = {
        let entity = entity.clone();
        Memo::new(move |_| {
            let mut cards = Cards::new();
            let Some(base) = base.get() else { return cards };
            let overlay = app().overlay.get();
            let touched = overlay.touched();
            let mut seen = BTreeSet::new();
            let made = overlay.created(base.seq, &entity).into_iter().map(Arc::new).collect::<Vec<_>>();
            let all = std::iter::once(base.clone())
                .chain(further.get())
                .flat_map(|base| base.records.into_iter().map(move |body| (base.seq, body)));
            let shown = all.filter_map(|(seq, body)| {
                if touched.contains(&body.id) { overlay.apply(seq, &body).map(Arc::new) } else { Some(body) }
            });
            for body in shown.chain(made) {
                if seen.insert(body.id) {
                    let stage = text(&body, "stage").to_owned();
                    let column = cards.entry(stage).or_default();
                    // Nearly all come in order, so that this is the end of the column.
                    let place = column.partition_point(|other| {
                        (text(other, "rank"), other.id) < (text(&body, "rank"), body.id)
                    });
                    column.insert(place, body);
                }
            }
            cards
        })
    };
    let board = NodeRef::<html::Div>::new();
    let stages = pipeline.stages.clone();
    let dropped = {
        let stages = stages.clone();
        move |drop: Drop| {
            let Some(to) = stages.iter().find(|stage| stage.id == drop.stage) else { return };
            let found = cards
                .with_untracked(|cards| cards.values().flatten().find(|body| body.id == drop.card).cloned());
            let Some(body) = found.filter(|body| body.may.update) else { return };
            let column: Vec<Arc<RecordBody>> = cards
                .with_untracked(|cards| cards.get(&to.id).cloned().unwrap_or_default())
                .into_iter()
                .filter(|other| other.id != body.id)
                .collect();
            let at = drop
                .before
                .and_then(|before| column.iter().position(|other| other.id == before))
                .unwrap_or(column.len());
            let rank = |at: Option<usize>| {
                at.and_then(|at| column.get(at))
                    .map(|body| text(body, "rank").to_owned())
                    .filter(|rank| !rank.is_empty())
            };
            let between =
                domain::rank::between(rank(at.checked_sub(1)).as_deref(), rank(Some(at)).as_deref());
            let rank = between.filter(|_| drop.placed);
            if text(&body, "stage") == to.id && rank.is_none() {
                return;
            }
            app().moving.set(Some(Moving::To { body: Box::new((*body).clone()), to: to.id.clone(), rank }));
        }
    };
    let drag = Drag::new(board, dropped);
    let here = RwSignal::new(0_usize);
    let on_scroll = move |_| {
        let Some(board) = board.get_untracked() else { return };
        let width = board
            .first_element_child()
            .map_or(1.0, |column| column.get_bounding_client_rect().width())
            .max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small count of columns"
        )]
        let at = (f64::from(board.scroll_left()) / width).round().max(0.0) as usize;
        if here.get_untracked() != at {
            here.set(at);
        }
    };
    let total_of = move |stage: &str| {
        totals.value.with(|reply| {
            reply
                .as_ref()
                .map(|reply| reply.groups.iter().find(|total| total.group.as_deref() == Some(stage)).cloned())
        })
    };
    let strip = {
        let stages = stages.clone();
        move || {
            let one = |(at, stage): (usize, &Stage)| {
                let (id, text) = (stage.id.clone(), stage.label.clone());
                let go = move |_| {
                    here.set(at);
                    scroll_to(board, at);
                };
                let stage_id = stage.id.clone();
                view! {
                    <button type="button" class="strip-stage" data-stage=stage_id data-name="true" aria-current=move || (here.get() == at).then_some("true") on:click=go>
                        <span class="strip-name">{move || label(&text)}</span>
                        <span class="strip-total numeric">{move || total_of(&id).map(|total| short_total(total.as_ref()))}</span>
                    </button>
                }
            };
            stages.iter().enumerate().map(one).collect_view()
        }
    };
    // The strip follows the thumb.
    Effect::new(move |_| {
        let at = here.get();
        let chosen = document().query_selector(&format!(".strip-stage:nth-child({})", at + 1)).ok().flatten();
        if let Some(chosen) = chosen {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            chosen.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let state = Memo::new(move |_| {
        match (
            base.with(|base| base.as_ref().map(|base| base.records.is_empty())),
            reply.error.with(Option::is_some),
        ) {
            (Some(true), _) if cards.with(BTreeMap::is_empty) => 1,
            (Some(_), _) => 0,
            (None, true) => 2,
            (None, false) => 3,
        }
    });
    let next_of = move |stage: &str| {
        reply.value.with(|reply| {
            let column = reply.as_ref()?.columns.iter().find(|column| column.stage == stage)?;
            column.next.clone()
        })
    };
    let columns = move || {
        let one = |stage: &Stage| {
            let (id, name, entity) = (stage.id.clone(), stage.id.clone(), entity.clone());
            let mine = Memo::new(move |_| cards.with(|cards| cards.get(&id).cloned().unwrap_or_default()));
            let total = Memo::new(move |_| total_of(&name));
            let next = {
                let id = stage.id.clone();
                Memo::new(move |_| next_of(&id))
            };
            view! { <Column stage=stage.clone() entity cards=mine total next further /> }
        };
        stages.iter().map(one).collect_view()
    };
    let all = move || {
        totals.value.with(|reply| {
            let reply = reply.as_ref()?;
            let count: u64 = reply.groups.iter().map(|total| total.count).sum();
            let sum: i64 = reply.groups.iter().map(|total| total.sum).sum();
            Some(tr(
                "board.total",
                &[("count", &format::number(count.cast_signed())), ("sum", &money_short(sum))],
            ))
        })
    };
    view! {
        <p class="board-summary numeric">{all}</p>
        <div class="board-note">
            <StaleNote stale=reply.stale />
        </div>
        {move || match state.get() {
            1 => {
                view! {
                    <EmptyState drawing=icons::BOARD title=t("board.empty.title") body=t("board.empty.body")>
                        <A href=routes::new_record("deal") attr:class="btn btn-primary">
                            {t("add.deal")}
                        </A>
                    </EmptyState>
                }
                .into_any()
            }
            2 => view! { <EmptyState drawing=icons::OFFLINE title=t("error.panel") body=t("error.offline") /> }.into_any(),
            3 => view! { <div class="page"><SkeletonRows count=5 /></div> }.into_any(),
            _ => {
                view! {
                    <nav class="strip" aria-label=t("record.stage")>
                        {strip.clone()}
                    </nav>
                    <p class="visually-hidden" id="board-help">{t("board.drag.help")}</p>
                    <div
                        class="board"
                        node_ref=board
                        aria-describedby="board-help"
                        on:scroll=on_scroll
                        on:pointerdown=move |event| drag.down(&event)
                        on:pointermove=move |event| drag.moved(&event)
                        on:pointerup=move |event| drag.up(&event)
                        on:pointercancel=move |_| drag.cancel()
                        on:click=move |event| drag.click(&event)
                        on:contextmenu=move |event| drag.context(&event)
                        on:dragstart=move |event| event.prevent_default()
                    >
                        {columns.clone()}
                    </div>
                }
                .into_any()
            }
        }}
        <DragGhost drag />
    }
}

fn text<'a>(body: &'a RecordBody, field: &str) -> &'a str {
    body.values.get(field).and_then(Json::as_str).unwrap_or_default()
}

fn money_short(minor: i64) -> String {
    let currency = schema().workspace.currency;
    format::money_short(minor, currency.code(), currency.minor_digits())
}

fn short_total(total: Option<&Total>) -> String {
    let (count, sum) = total.map_or((0, 0), |total| (total.count, total.sum));
    format!("{} · {}", format::number(count.cast_signed()), money_short(sum))
}

fn scroll_to(board: NodeRef<html::Div>, at: usize) {
    let Some(board) = board.get_untracked() else { return };
    let column = board.children().item(u32::try_from(at).unwrap_or_default());
    if let Some(column) = column {
        let options = web_sys::ScrollToOptions::new();
        let left = column.get_bounding_client_rect().left() - board.get_bounding_client_rect().left();
        options.set_left(f64::from(board.scroll_left()) + left);
        options.set_behavior(web_sys::ScrollBehavior::Smooth);
        board.scroll_to_with_scroll_to_options(&options);
    }
}

#[component]
fn Column(
    stage: Stage,
    entity: String,
    cards: Memo<Vec<Arc<RecordBody>>>,
    total: Memo<Option<Option<Total>>>,
    next: Memo<Option<String>>,
    further: RwSignal<Vec<Base>>,
) -> impl IntoView {
    let drawn = RwSignal::new(STEP);
    // Where the page after the further ones begins, once there are some.
    let behind = RwSignal::new(None::<Option<String>>);
    let pending = RwSignal::new(false);
    let name = stage.label.clone();
    let title = move || label(&name);
    let heading = title.clone();
    let count = move || {
        total
            .get()
            .map(|total| total.map_or(0, |total| total.count))
            .unwrap_or_else(|| cards.with(Vec::len) as u64)
    };
    let left = Memo::new(move |_| cards.with(Vec::len) > drawn.get());
    let shown =
        move || cards.with(|cards| cards.iter().take(drawn.get()).map(|body| body.id).collect::<Vec<_>>());
    let known = Memo::new(move |_| {
        cards.with(|cards| cards.iter().map(|body| (body.id, body.clone())).collect::<BTreeMap<_, _>>())
    });
    let stage_id = stage.id.clone();
    let load_more = move |()| {
        let after = behind.get_untracked().unwrap_or_else(|| next.get_untracked());
        let Some(after) = after.filter(|_| !pending.get_untracked()) else { return };
        pending.set(true);
        let request = ListRequest {
            filter: Some(json!(["=", ["field", "stage"], stage_id]).to_string()),
            sort: Some("rank".to_owned()),
            after: Some(after),
            limit: Some(FURTHER),
            ..ListRequest::default()
        };
        let entity = entity.clone();
        spawn_local(async move {
            if let Ok(reply) = ask::<ListRecords>(&[&entity], &request).await {
                note(&reply);
                behind.set(Some(reply.next));
                further.update(|further| {
                    further.push(Base {
                        seq: reply.seq,
                        records: reply.records.into_iter().map(Arc::new).collect(),
                    })
                });
            }
            pending.set(false);
        });
    };
    let load_more = Callback::new(load_more);
    let has_more = move || {
        behind
            .with(|behind| behind.as_ref().map(Option::is_some))
            .unwrap_or_else(|| next.with(Option::is_some))
    };
    let empty = Memo::new(move |_| cards.with(Vec::is_empty));
    view! {
        <section class="column" data-stage=stage.id.clone() aria-label=title>
            <header class="column-head">
                <h2 class="column-title truncate">{heading}</h2>
                <span class="column-count numeric">{move || tr("board.column.count", &[("count", &format::number(count().cast_signed()))])}</span>
                <span class="column-sum numeric">{move || total.get().map(|total| money_short(total.map_or(0, |total| total.sum)))}</span>
            </header>
            <div class="column-cards">
                <For each=shown key=|id| *id let:id>
                    {known.with_untracked(|known| known.get(&id).cloned()).map(|body| view! { <Card body known /> })}
                </For>
                <Show when=move || empty.get()>
                    <p class="column-empty">{t("board.column.empty")}</p>
                </Show>
                <Show when=move || left.get()>
                    <Sentinel on_near=move |()| drawn.update(|drawn| *drawn += STEP) />
                </Show>
                <Show when=move || !left.get() && has_more()>
                    <Button label=t("list.more") block=true pending=pending on_press=load_more />
                </Show>
            </div>
        </section>
    }
}

/// A card stays the same element as long as its record stands in the column, so that focus and scroll position stay with
/// it when the record changes.
#[component]
fn Card(body: Arc<RecordBody>, known: Memo<BTreeMap<Id, Arc<RecordBody>>>) -> impl IntoView {
    let id = body.id;
    let to = routes::record(&body.entity, &id.to_string());
    // One that has just left the column is drawn for the last time as it was.
    let body = Memo::new(move |before: Option<&Arc<RecordBody>>| {
        let now = known.with(|known| known.get(&id).cloned());
        now.unwrap_or_else(|| before.unwrap_or(&body).clone())
    });
    let name = Memo::new(move |_| body.with(|body| fields::title(&schema(), body)));
    let sub = move || body.with(|body| fields::text_of(&schema(), body, "account"));
    let amount = move || body.with(|body| fields::text_of(&schema(), body, "amount"));
    let next = move || {
        body.with(|body| {
            let json = body.values.get("next_touch")?;
            let tone = if schedule::is_late(json) { Tone::Danger } else { Tone::Plain };
            let day = schedule::date_of(json).map(fields::day_text)?;
            Some(view! { <Badge label=day tone /> })
        })
    };
    let owner = move || {
        let owner = body.with(|body| fields::reference(body, "owner"));
        owner.and_then(name_of).map(|name| view! { <Avatar name shape=AvatarShape::Small /> })
    };
    let waiting = move || {
        app()
            .overlay
            .with(|overlay| overlay.is_waiting(id))
            .then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })
    };
    let may = Memo::new(move |_| body.with(|body| body.may.update));
    let menu = move |()| {
        let body = body.with_untracked(|body| Box::new((**body).clone()));
        app().moving.set(Some(Moving::Choose(body)));
    };
    let menu_name = move || tr("board.card.more", &[("name", &name.get())]);
    view! {
        <article class="deal-card" data-card=id.to_string() data-movable=move || may.get().then_some("true")>
            <A href=to attr:class="deal-card-link" attr:draggable="false">
                <span class="deal-card-name">{move || name.get()}</span>
                <span class="deal-card-sub">{sub}</span>
            </A>
            <span class="deal-card-menu">{move || may.get().then(|| view! { <IconButton label=menu_name drawing=icons::MOVE on_press=menu /> })}</span>
            <div class="deal-card-foot numeric">
                <span class="deal-card-amount">{amount}</span>
                {next}
                {waiting}
                {owner}
            </div>
        </article>
    }
}
