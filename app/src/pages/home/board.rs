//! The board: a pipeline's stages as columns, its records as cards. On a phone one stage at a time.
//!
//! Counts and sums come from the server and are asked for apart from the cards. Only what is near the view is drawn
//! (`block`), and a column loads its further pages as it is scrolled. Cards are taken up in `drag`; what is done with them
//! then (`hands`, `carry`, `moves`) and the filters come in later parts.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::access::{Act, Level};
use domain::api::record::{BoardRequest, RecordBody, Total, TotalsReply, TotalsRequest};
use domain::api::{GetBoard, GetTotals};
use domain::ids::Id;
use domain::process::place;
use domain::schema::{Pipeline, Stage};
use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{query_signal, use_location};
use serde_json::{Value as Json, json};

use super::block::{FIRST, keep_focus, same, some_cards};
use super::carry::Carried;
use super::column::Column;
use super::drag::{Drag, DragGhost};
use super::{kept, limit};
use crate::api::ApiError;
use crate::components::{ChipGroup, Choice, EmptyState, SkeletonRows, icon, icons, mark_page, show_nearest};
use crate::i18n::{format, label, t, tr};
use crate::pages::later;
use crate::pages::records::StaleNote;
use crate::pages::{Page, Unread, Width};
use crate::routes;
use crate::state::app;
use crate::state::loader::{Loader, load, load_calmly};
use crate::state::session::{own_teams, role, schema};

pub type Cards = BTreeMap<String, Vec<Arc<RecordBody>>>;

/// What the board asks its filters, which come in a part of their own.
#[derive(Clone, Copy)]
pub struct BoardFilter {
    pub entity: StoredValue<String>,
    pub pipeline: StoredValue<String>,
    /// The condition, once the filters could be read; the address says it before, unless it names a view.
    pub read: RwSignal<Option<Option<String>>>,
    /// The cards are there: now the filters may come.
    pub ready: RwSignal<bool>,
    /// The filters could not be fetched; and how to fetch them again.
    pub missing: RwSignal<Option<Callback<()>>>,
    /// What draws the signals of a card; it comes with the filters.
    pub signals: RwSignal<Option<DrawSignals>>,
    /// What the cards show, once it is known, and the chosen fields of it.
    pub face: RwSignal<Option<Face>>,
    pub fields: Memo<Option<Arc<Vec<String>>>>,
    /// The field whose values are the lanes, where there are any.
    pub lanes: RwSignal<Option<String>>,
}

pub type DrawSignals = fn(&RecordBody) -> AnyView;

/// What a card shows beside what it draws by itself.
#[derive(Clone)]
pub struct Face {
    /// Chosen fields, in place of those that it begins with.
    pub fields: Option<Arc<Vec<String>>>,
    pub draw: fn(&RecordBody, &[String]) -> AnyView,
    /// What the record lacks of what its stage asks for by now.
    pub lacks: fn(&RecordBody) -> AnyView,
}

thread_local! {
    /// Once it has come, every later board begins with it: cards that grow would move what one came back to.
    static DRAW_SIGNALS: Cell<Option<DrawSignals>> = const { Cell::new(None) };
}

impl BoardFilter {
    /// Cards have their signals from now on.
    pub fn bring_signals(&self, draw: DrawSignals) {
        DRAW_SIGNALS.set(Some(draw));
        if self.signals.with_untracked(Option::is_none) {
            self.signals.set(Some(draw));
        }
    }
}

#[component]
pub fn Board() -> impl IntoView {
    let (chosen, set_chosen) = query_signal::<String>("pipeline");
    // Those that are meant for the reader first.
    let pipelines = Memo::new(move |_| {
        let (mut all, teams) = (schema().pipelines.clone(), own_teams());
        all.sort_by_key(|pipeline| place(pipeline, teams.as_ref(), None));
        all
    });
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
            {move || pipeline.get().map(|pipeline| view! { <Filtered pipeline /> })}
        </Page>
    }
}

/// The board with its filters above it.
#[component]
fn Filtered(pipeline: Pipeline) -> impl IntoView {
    let (filter, _) = query_signal::<String>("filter");
    let (view, _) = query_signal::<String>("view");
    let face = RwSignal::new(None::<Face>);
    let asked = BoardFilter {
        entity: StoredValue::new(pipeline.entity.clone()),
        pipeline: StoredValue::new(pipeline.id.clone()),
        read: RwSignal::new(None),
        ready: RwSignal::new(false),
        missing: RwSignal::new(None),
        signals: RwSignal::new(DRAW_SIGNALS.get()),
        face,
        fields: Memo::new(move |_| face.with(|face| face.as_ref()?.fields.clone())),
        lanes: RwSignal::new(None),
    };
    provide_context(asked);
    let condition = Memo::new(move |_| match (asked.read.get(), filter.get(), view.get().as_deref()) {
        (Some(read), ..) => Some(read),
        (None, Some(filter), _) => Some(Some(filter)),
        (None, None, None | Some("all")) => Some(None),
        (None, None, Some(_)) => None,
    });
    // The cards come first, unless it takes the filters to know which.
    let bar = Memo::new(move |_| asked.ready.get() || condition.with(Option::is_none));
    view! {
        <div class="board-filters">{move || bar.get().then(later::board_filters)}</div>
        <Columns pipeline condition missing=asked.missing ready=asked.ready lanes=asked.lanes />
    }
}

/// Replies share what has not changed, so that only changed cards are drawn again.
#[derive(Clone, PartialEq)]
pub struct Base {
    pub seq: u64,
    pub records: Vec<Arc<RecordBody>>,
}

/// What stands where the columns would.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Cards,
    /// There is no record at all.
    Nothing,
    Unread,
    Coming,
    NoStages,
}

/// How far a column has been loaded.
#[derive(Clone, Copy)]
pub struct Deep {
    /// Pages after the cards that the board comes with.
    pub pages: RwSignal<usize>,
    pub further: RwSignal<Vec<Base>>,
}

/// What the parts of a board share.
#[derive(Clone, Copy)]
pub struct Deck {
    pub pipeline: StoredValue<Pipeline>,
    /// Nothing while it is not known which filter there is.
    pub condition: Memo<Option<Option<String>>>,
    pub cards: Memo<Cards>,
    pub board: NodeRef<html::Div>,
    pub deep: StoredValue<BTreeMap<String, Deep>>,
    /// The pipeline and what its address asks for, as one name.
    pub about: Memo<String>,
    /// Cards that are drawn wherever the view is: one that is held, one that is gone to.
    pub needed: RwSignal<Vec<Id>>,
    /// The card that is moved by keyboard.
    pub carried: RwSignal<Option<Carried>>,
    /// What a screen reader is to say.
    pub says: RwSignal<String>,
    /// The field whose values are the lanes, where there are any, and the cards that each of them has loaded.
    pub lanes: RwSignal<Option<String>>,
    pub laid: RwSignal<BTreeMap<String, Base>>,
    pub totals: Loader<TotalsReply>,
}

impl Deck {
    /// The cards of a stage.
    pub fn cards_of(self, stage: &str) -> Memo<Vec<Arc<RecordBody>>> {
        let stage = stage.to_owned();
        some_cards(move || self.cards.with(|cards| cards.get(&stage).cloned().unwrap_or_default()))
    }

    /// The numbers of a stage, once they are known; nothing in them where nothing stands there.
    pub fn total_of(self, stage: &str) -> Option<Option<Total>> {
        self.totals.value.with(|reply| {
            reply
                .as_ref()
                .map(|reply| reply.groups.iter().find(|total| total.group.as_deref() == Some(stage)).cloned())
        })
    }
}

#[component]
fn Columns(
    pipeline: Pipeline,
    condition: Memo<Option<Option<String>>>,
    missing: RwSignal<Option<Callback<()>>>,
    ready: RwSignal<bool>,
    lanes: RwSignal<Option<String>>,
) -> impl IntoView {
    let entity = pipeline.entity.clone();
    limit::count(&pipeline);
    let reply = load::<GetBoard>({
        let id = pipeline.id.clone();
        move || Some((vec![id.clone()], BoardRequest { filter: condition.get()?, limit: None }))
    });
    let totals = load_calmly::<GetTotals>({
        let entity = entity.clone();
        move || {
            let amount = schema().entity(&entity).is_some_and(|entity| entity.field("amount").is_some());
            let (stage, sum) = ("stage".to_owned(), amount.then(|| "amount".to_owned()));
            let weigh = amount.then(|| stage.clone());
            Some((
                vec![entity.clone()],
                TotalsRequest { filter: condition.get()?, group: Some(stage), sum, weigh },
            ))
        }
    });
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
    let about = {
        let (id, query) = (pipeline.id.clone(), use_location().search);
        Memo::new(move |_| format!("{id} {}", query.get()))
    };
    let was = kept::take(&about.get_untracked());
    let deep = StoredValue::new({
        let one = |stage: &Stage| {
            let pages = was.as_ref().and_then(|kept| kept.columns.get(&stage.id)).map(|kept| kept.pages);
            let pages = RwSignal::new(pages.unwrap_or_default());
            (stage.id.clone(), Deep { pages, further: RwSignal::new(Vec::new()) })
        };
        pipeline.stages.iter().map(one).collect::<BTreeMap<_, _>>()
    });
    let laid = RwSignal::new(BTreeMap::<String, Base>::new());
    let cards = {
        let entity = entity.clone();
        let changed = |before: Option<&Cards>, now: Option<&Cards>| match (before, now) {
            (Some(before), Some(now)) => {
                before.len() != now.len()
                    || before.iter().zip(now).any(|(a, b)| a.0 != b.0 || !same(a.1, b.1))
            }
            _ => true,
        };
        let gather = move |_: Option<&Cards>| {
            let mut cards = Cards::new();
            let Some(base) = base.get() else { return cards };
            let overlay = app().overlay.get();
            let touched = overlay.touched();
            let mut seen = BTreeSet::new();
            let made = overlay.created(base.seq, &entity).into_iter().map(Arc::new).collect::<Vec<_>>();
            let further =
                deep.with_value(|deep| deep.values().flat_map(|deep| deep.further.get()).collect::<Vec<_>>());
            let all = std::iter::once(base.clone())
                .chain(further)
                .chain(laid.with(|laid| laid.values().cloned().collect::<Vec<_>>()))
                .flat_map(|base| base.records.into_iter().map(move |body| (base.seq, body)));
            let shown = all.filter_map(|(seq, body)| {
                if touched.contains(&body.id) { overlay.apply(seq, &body).map(Arc::new) } else { Some(body) }
            });
            for body in shown.chain(made) {
                if seen.insert(body.id) {
                    let stage = text(&body, "stage").to_owned();
                    let column = cards.entry(stage).or_default();
                    let is_before = |other: &Arc<RecordBody>| {
                        (text(other, "rank"), other.id) < (text(&body, "rank"), body.id)
                    };
                    // Nearly all come in order.
                    match column.last() {
                        Some(last) if !is_before(last) => {
                            column.insert(column.partition_point(is_before), body);
                        }
                        _ => column.push(body),
                    }
                }
            }
            cards
        };
        Memo::new_with_compare(gather, changed)
    };
    let deck = Deck {
        pipeline: StoredValue::new(pipeline.clone()),
        condition,
        cards,
        board: NodeRef::new(),
        deep,
        about,
        needed: RwSignal::new(Vec::new()),
        carried: RwSignal::new(None),
        says: RwSignal::new(String::new()),
        lanes,
        laid,
        totals,
    };
    provide_context(deck);
    let board = deck.board;
    let drag = Drag::new(deck);
    keep_focus(deck);
    Effect::new(move |_| {
        if base.with(Option::is_some) && !ready.get_untracked() {
            // Once the cards are painted.
            request_animation_frame(move || {
                set_timeout(
                    move || {
                        ready.try_set(true);
                    },
                    Duration::ZERO,
                );
            });
        }
    });
    // Another filter begins at its beginning.
    Effect::new(move |before: Option<String>| {
        let now = about.get();
        if before.is_some_and(|before| before != now) {
            for deep in deep.get_value().values() {
                deep.pages.set(0);
                deep.further.set(Vec::new());
            }
        }
        now
    });
    // A view or lanes in the address, with the same condition, bring no lane to ask again: its cards stay.
    Effect::new(move |before: Option<Option<Option<String>>>| {
        let now = condition.get();
        if before.is_some_and(|before| before != now) {
            laid.set(BTreeMap::new());
        }
        now
    });
    let returns = was.is_some();
    let was = StoredValue::new(was);
    Effect::new(move |_| {
        if board.get().is_some()
            && let Some(kept) = was.try_update_value(Option::take).flatten()
        {
            drag.with_hands(move |hands| (hands.restore)(deck, kept));
        }
    });
    // Before anything else hears of the click: what it leads to takes the board away.
    let kept = move |event: leptos::ev::MouseEvent| drag.with_hands(move |hands| (hands.keep)(deck, &event));
    let here = RwSignal::new(0_usize);
    let on_scroll = move |_| {
        let at = stage_at(board);
        if here.get_untracked() != at {
            here.set(at);
        }
    };
    let total_of = move |stage: &str| deck.total_of(stage);
    let strip = {
        let stages = pipeline.stages.clone();
        move || {
            let one = |(at, stage): (usize, &Stage)| {
                let (id, text) = (stage.id.clone(), stage.label.clone());
                let go = move |_| {
                    here.set(at);
                    scroll_to(board, at);
                };
                let stage_id = stage.id.clone();
                view! {
                    <button type="button" class="strip-stage" data-stage=stage_id aria-current=move || (here.get() == at).then_some("true") on:click=go>
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
            show_nearest(&chosen);
        }
    });
    let state = Memo::new(move |_| {
        if deck.pipeline.with_value(|pipeline| pipeline.stages.is_empty()) {
            return Shown::NoStages;
        }
        let all = condition.with(|condition| !matches!(condition, Some(Some(_))));
        match (
            base.with(|base| base.as_ref().map(|base| base.records.is_empty())),
            reply.error.with(Option::is_some) || missing.with(Option::is_some),
        ) {
            (Some(true), _) if all && cards.with(BTreeMap::is_empty) => Shown::Nothing,
            (Some(_), _) => Shown::Cards,
            (None, true) => Shown::Unread,
            (None, false) => Shown::Coming,
        }
    });
    mark_page("has-board", move || state.get() == Shown::Cards);
    let next_of = move |stage: &str| {
        reply.value.with(|reply| {
            let column = reply.as_ref()?.columns.iter().find(|column| column.stage == stage)?;
            column.next.clone()
        })
    };
    let columns = {
        let stages = pipeline.stages.clone();
        move || {
            let in_view = columns_in_view();
            let one = |(at, stage): (usize, &Stage)| {
                let name = stage.id.clone();
                let mine = deck.cards_of(&stage.id);
                let total = Memo::new(move |_| total_of(&name));
                let next = {
                    let id = stage.id.clone();
                    // With every answer, also when it goes on at the same place.
                    Memo::new(move |_| (base.with(|base| base.as_ref().map(|base| base.seq)), next_of(&id)))
                };
                let deep = deep.with_value(|deep| deep.get(&stage.id).copied());
                // Columns that begin beside the view draw their cards right after the others are painted.
                let first = if returns || at < in_view { FIRST } else { 0 };
                deep.map(
                    |deep| view! { <Column stage=stage.clone() deck deep cards=mine total next first /> },
                )
            };
            stages.iter().enumerate().map(one).collect_view()
        }
    };
    let all = move || {
        totals.value.with(|reply| {
            let reply = reply.as_ref()?;
            let own = |total: &&Total| {
                let stage = total.group.as_deref();
                deck.pipeline.with_value(|pipeline| {
                    pipeline.stages.iter().any(|known| Some(known.id.as_str()) == stage)
                })
            };
            let count: u64 = reply.groups.iter().filter(own).map(|total| total.count).sum();
            let sum: i64 = reply.groups.iter().filter(own).map(|total| total.sum).sum();
            let weighted: i64 = reply.groups.iter().filter(own).filter_map(|total| total.weighted).sum();
            let converted: u64 = reply.groups.iter().filter(own).map(|total| total.converted).sum();
            let left_out: u64 = reply.groups.iter().filter(own).map(|total| total.unconverted).sum();
            let number = |count: u64| format::number(count.cast_signed());
            let currency = schema().workspace.currency;
            let said = [
                Some(tr("board.total", &[("count", &number(count)), ("sum", &money_short(sum))])),
                Some(tr("board.weighted", &[("sum", &money_short(weighted))])),
                (converted > 0).then(|| {
                    tr("board.converted", &[("count", &number(converted)), ("currency", currency.code())])
                }),
                (left_out > 0).then(|| tr("list.sum.left_out", &[("count", &number(left_out))])),
            ];
            Some(said.into_iter().flatten().map(|text| view! { <span>{text}</span> }).collect_view())
        })
    };
    let laned = Memo::new(move |_| lanes.with(Option::is_some));
    // Lanes of another field are other lanes.
    let stages = move || if lanes.get().is_some() { later::board_lanes() } else { columns().into_any() };
    view! {
        <p class="board-summary numeric">{all}</p>
        <div class="board-note">
            <StaleNote stale=reply.stale />
        </div>
        {move || match state.get() {
            Shown::NoStages => view! { <EmptyState drawing=icons::BOARD title=t("board.no_stages.title") body=t("board.no_stages.body") /> }.into_any(),
            Shown::Nothing => {
                view! {
                    <EmptyState drawing=icons::BOARD title=t("board.empty.title") body=t("board.empty.body")>
                        <A href=routes::new_record("deal") attr:class="btn btn-primary">
                            {t("add.deal")}
                        </A>
                    </EmptyState>
                }
                .into_any()
            }
            Shown::Unread => {
                // Without an error it is the filters that could not be fetched.
                let error = reply.error.get();
                let on_again = missing.get().filter(|_| error.is_none());
                view! { <Unread error=error.unwrap_or(ApiError::Offline) on_again /> }.into_any()
            }
            Shown::Coming => view! { <div class="page"><SkeletonRows count=5 /></div> }.into_any(),
            Shown::Cards => {
                view! {
                    <nav class="strip" aria-label=t("record.stage")>
                        {strip.clone()}
                    </nav>
                    <p class="visually-hidden" id="board-help">{t("board.drag.help")}</p>
                    <div
                        class="board"
                        class:board-lanes=move || laned.get()
                        node_ref=board
                        on:scroll=on_scroll
                        on:pointerdown=move |event| drag.down(&event)
                        on:pointermove=move |event| drag.moved(&event)
                        on:pointerup=move |event| drag.up(&event)
                        on:pointercancel=move |_| drag.cancel()
                        on:lostpointercapture=move |event| drag.lost(&event)
                        on:click:capture=kept
                        on:click=move |event| drag.click(&event)
                        on:contextmenu=move |event| drag.context(&event)
                        on:dragstart=move |event| event.prevent_default()
                        on:keydown=move |event| drag.key(&event)
                        on:focusout=move |_| drag.left()
                    >
                        {stages.clone()}
                    </div>
                }
                .into_any()
            }
        }}
        <DragGhost drag />
        <p class="visually-hidden" role="status" aria-live="assertive">{move || deck.says.get()}</p>
    }
}

pub fn text<'a>(body: &'a RecordBody, field: &str) -> &'a str {
    body.values.get(field).and_then(Json::as_str).unwrap_or_default()
}

pub fn money_short(minor: i64) -> String {
    let currency = schema().workspace.currency;
    format::money_short(minor, currency.code(), currency.minor_digits())
}

fn short_total(total: Option<&Total>) -> String {
    let count = total.map_or(0, |total| total.count);
    format!("{} · {}", format::number(count.cast_signed()), sum_short(total))
}

/// What something is worth in all; about, where other currencies are in it.
pub fn sum_short(total: Option<&Total>) -> String {
    let (sum, converted) = total.map_or((0, 0), |total| (total.sum, total.converted));
    format!("{}{}", if converted > 0 { "≈ " } else { "" }, money_short(sum))
}

/// The condition of exactly those records that a stage's numbers are about.
pub fn in_stage(condition: Option<&str>, stage: &str) -> Json {
    narrowed(condition, [json!(["in", ["field", "stage"], [stage]])])
}

/// A condition and others beside it.
pub fn narrowed<const N: usize>(condition: Option<&str>, parts: [Json; N]) -> Json {
    let mut all = match condition.and_then(|condition| serde_json::from_str(condition).ok()) {
        None => vec![json!("and")],
        // Flat, so that each part can be taken out of the list's filter by itself.
        Some(Json::Array(all)) if all.first().and_then(Json::as_str) == Some("and") => all,
        Some(condition) => vec![json!("and"), condition],
    };
    all.extend(parts);
    // One alone needs no other, but what was asked as "all of these" is asked so again.
    if condition.is_none() && all.len() == 2 { all.swap_remove(1) } else { Json::Array(all) }
}

/// How narrow a column may be, in pixels (`style/board.css`).
const NARROWEST: f64 = 264.0;

/// How many columns the view holds at most, where the board stands at its beginning.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count of columns")]
fn columns_in_view() -> usize {
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
    (width / NARROWEST).ceil().max(0.0) as usize
}

/// The place of the stage at which a phone shows the board.
pub fn stage_at(board: NodeRef<html::Div>) -> usize {
    let Some(board) = board.get_untracked() else { return 0 };
    let columns = board.children();
    let left = |at: u32| columns.item(at).map(|column| column.get_bounding_client_rect().left());
    // From one to the next, with the gap between them.
    let Some(step) = left(1).zip(left(0)).map(|(second, first)| second - first) else { return 0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count of columns")]
    let at = (f64::from(board.scroll_left()) / step.max(1.0)).round().max(0.0) as usize;
    at
}

pub fn scroll_to(board: NodeRef<html::Div>, at: usize) {
    let Some(board) = board.get_untracked() else { return };
    let column = board.children().item(u32::try_from(at).unwrap_or_default());
    if let Some(column) = column {
        let options = web_sys::ScrollToOptions::new();
        let left = column.get_bounding_client_rect().left() - board.get_bounding_client_rect().left();
        options.set_left(f64::from(board.scroll_left()) + left);
        let calm = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
        if !calm.is_some_and(|calm| calm.matches()) {
            options.set_behavior(web_sys::ScrollBehavior::Smooth);
        }
        board.scroll_to_with_scroll_to_options(&options);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_stage_are_about_the_boards_filter_and_the_stage() {
        let stage = json!(["in", ["field", "stage"], ["needs"]]);
        let mine = json!(["=", ["field", "owner"], ["me"]]);
        let late = json!(["<", ["field", "next_touch"], ["now"]]);
        for (condition, expected) in [
            (None, stage.clone()),
            (Some(json!(["and"])), json!(["and", stage])),
            (Some(mine.clone()), json!(["and", mine, stage])),
            (Some(json!(["and", mine, late])), json!(["and", mine, late, stage])),
            (Some(json!(["or", mine, late])), json!(["and", ["or", mine, late], stage])),
        ] {
            let text = condition.map(|condition| condition.to_string());
            assert_eq!(in_stage(text.as_deref(), "needs"), expected, "{text:?}");
        }
        let mine = json!(["=", ["field", "owner"], ["me"]]);
        assert_eq!(narrowed(None, [stage.clone(), mine.clone()]), json!(["and", stage, mine]));
    }
}
