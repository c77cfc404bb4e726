//! A stage of the board with its numbers, and the cards that stand in it.

use std::sync::Arc;

use domain::api::ListRecords;
use domain::api::record::{ListRequest, PAGE_MAX, RecordBody, Total};
use domain::schema::{Stage, StageStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

use super::block::{Block, Shelf};
use super::board::{Base, BoardFilter, Deck, Deep, in_stage, money_short, sum_short};
use super::limit::Over;
use crate::components::{Avatar, AvatarShape, Badge, Button, Sentinel, Tone, icon, icons};
use crate::fields::{self, schedule};
use crate::i18n::{format, label, t, tr};
use crate::routes;
use crate::state::loader::note;
use crate::state::names::name_of;
use crate::state::session::schema;
use crate::state::{Moving, app, ask, hands_free};

#[component]
pub fn Column(
    stage: Stage,
    deck: Deck,
    deep: Deep,
    cards: Memo<Vec<Arc<RecordBody>>>,
    total: Memo<Option<Option<Total>>>,
    /// How new the board's cards are, and where those of this stage go on.
    next: Memo<(Option<u64>, Option<String>)>,
    /// Blocks of cards that are drawn at once.
    first: usize,
) -> impl IntoView {
    let Deep { pages, further } = deep;
    // Where the page after the further ones begins, once there are some.
    let behind = RwSignal::new(None::<Option<String>>);
    let pending = RwSignal::new(false);
    let name = stage.label.clone();
    let title = move || label(&name);
    let heading = title.clone();
    // The pages behind the board's own cards: all of them anew, since what others changed is in them too, or one more.
    let stage_id = stage.id.clone();
    let load_further = move |anew: bool| {
        let (seq, first) = next.get_untracked();
        let (wanted, about) = (pages.get_untracked(), deck.about.get_untracked());
        let (entity, stage_id) =
            (deck.pipeline.with_value(|pipeline| pipeline.entity.clone()), stage_id.clone());
        let Some(condition) = deck.condition.get_untracked() else { return };
        let filter = Some(in_stage(condition.as_deref(), &stage_id).to_string());
        pending.set(true);
        spawn_local(async move {
            let known = if anew { Vec::new() } else { further.try_get_untracked().unwrap_or_default() };
            let end = behind.try_get_untracked().flatten().filter(|_| !known.is_empty());
            let (mut found, mut after) = (known, end.unwrap_or(first));
            while let Some(from) = after.take_if(|_| found.len() < wanted) {
                let request = ListRequest {
                    filter: filter.clone(),
                    sort: Some("rank".to_owned()),
                    after: Some(from),
                    limit: Some(PAGE_MAX),
                    ..ListRequest::default()
                };
                // What was loaded before stays, and is asked for again with the next answer.
                let Ok(reply) = ask::<ListRecords>(&[&entity], &request).await else {
                    pending.try_set(false);
                    return;
                };
                note(&reply);
                let records = reply.records.into_iter().map(Arc::new).collect();
                found.push(Base { seq: reply.seq, records });
                after = reply.next;
            }
            hands_free().await;
            // Another filter, or a newer answer, asks for its own.
            let current = deck.about.try_get_untracked() == Some(about)
                && next.try_get_untracked().is_some_and(|(now, _)| now == seq);
            if current {
                pages.set(found.len());
                behind.set((!found.is_empty()).then_some(after));
                further.set(found);
            }
            pending.try_set(false);
        });
    };
    let load_again = load_further.clone();
    Effect::new(move |before: Option<String>| {
        let ((seq, _), about) = (next.get(), deck.about.get());
        if before.is_some_and(|before| before != about) {
            // The board forgets the pages of another filter.
            behind.set(None);
        } else if seq.is_some() && pages.get_untracked() > 0 {
            load_again(true);
        }
        about
    });
    let load_more = Callback::new(move |()| {
        if !pending.get_untracked() {
            pages.update(|pages| *pages += 1);
            load_further(false);
        }
    });
    let has_more = Memo::new(move |_| {
        behind
            .with(|behind| behind.as_ref().map(Option::is_some))
            .unwrap_or_else(|| next.with(|(_, next)| next.is_some()))
    });
    let empty = Memo::new(move |_| cards.with(Vec::is_empty));
    // Behind a filter there may well be some.
    let nothing = move || {
        let filtered = deck.condition.with(|condition| condition.as_ref().is_some_and(Option::is_some));
        tr(if filtered { "list.no_match.title" } else { "board.column.empty" }, &[])
    };
    let open = stage.status == StageStatus::Open;
    let size = Memo::new(move |_| {
        let counted =
            total.with(|total| total.as_ref().map(|total| total.as_ref().map_or(0, |total| total.count)));
        let loaded = cards.with(Vec::len) as u64;
        match counted {
            // What was just made is not counted yet.
            Some(counted) if has_more.get() => counted.max(loaded).cast_signed(),
            None if has_more.get() => -1,
            _ => loaded.cast_signed(),
        }
    });
    let shelf = Shelf::new(cards, size, first);
    let role = move || (!empty.get()).then_some("feed");
    view! {
        <section class="column" data-stage=stage.id.clone() data-open=open.then_some("true") aria-label=title>
            <header class="column-head">
                <h2 class="column-title truncate">{heading}</h2>
                <Numbers stage=stage.clone() deck cards total />
                <Over stage=stage.clone() />
            </header>
            <div class="column-cards">
                <div class="column-feed" role=role aria-busy=move || pending.get().then_some("true")>
                    <For each=move || 0..shelf.blocks() key=|at| *at let:at>
                        <Block at shelf deck />
                    </For>
                </div>
                <Show when=move || empty.get()>
                    <p class="column-empty">{nothing}</p>
                </Show>
                <Show when=move || has_more.get()>
                    <Sentinel inside=".column-cards" on_near=load_more />
                    <Button label=t("list.more") block=true pending=pending on_press=load_more />
                </Show>
            </div>
        </section>
    }
}

/// How many, how much, and how much by probability: of everything the filter lets through, as the server counts it. A tap
/// shows exactly those.
#[component]
pub fn Numbers(
    stage: Stage,
    deck: Deck,
    cards: Memo<Vec<Arc<RecordBody>>>,
    total: Memo<Option<Option<Total>>>,
) -> impl IntoView {
    let id = stage.id.clone();
    let to = move || {
        let condition = deck.condition.get().flatten();
        let entity = deck.pipeline.with_value(|pipeline| pipeline.entity.clone());
        routes::records_where(&entity, &in_stage(condition.as_deref(), &id))
    };
    let count = move || {
        let known =
            total.with(|total| total.as_ref().map(|total| total.as_ref().map_or(0, |total| total.count)));
        let count = known.unwrap_or_else(|| cards.with(Vec::len) as u64);
        tr("board.column.count", &[("count", &format::number(count.cast_signed()))])
    };
    let sum = move || Some(sum_short(total.get()?.as_ref()));
    let open = stage.status == StageStatus::Open;
    let weighted = move || {
        let weighted = total.get()??.weighted.filter(|_| open)?;
        Some(view! {
            <span class="column-weighted">{tr("board.weighted", &[("sum", &money_short(weighted))])}</span>
        })
    };
    let left_out = move || {
        let count = total.get()??.unconverted;
        (count > 0).then(|| tr("list.sum.left_out", &[("count", &format::number(count.cast_signed()))]))
    };
    view! {
        <A href=to attr:class="column-numbers numeric">
            <span class="column-count">{count}</span>
            <span class="column-sum">{sum}</span>
            {weighted}
            <span>{left_out}</span>
            <span class="column-list visually-hidden">{t("board.column.list")}</span>
        </A>
    }
}

/// What a card says of its record in words.
#[derive(Clone, PartialEq)]
struct Told {
    name: String,
    account: String,
    amount: String,
    /// The next touch, and whether it is late.
    next: Option<(String, bool)>,
    owner: Option<String>,
}

impl Told {
    fn of(body: &RecordBody) -> Self {
        let schema = schema();
        let next = body.values.get("next_touch").and_then(|json| {
            schedule::date_of(json).map(|day| (fields::day_text(day), schedule::is_late(json)))
        });
        Self {
            name: fields::title(&schema, body),
            account: fields::text_of(&schema, body, "account"),
            amount: fields::text_of(&schema, body, "amount"),
            next,
            owner: fields::reference(body, "owner").and_then(name_of),
        }
    }
}

/// A card stays the same element as long as its record stands in the column, so that focus and scroll position stay with
/// it when the record changes. There are many: what changes together is drawn together.
#[component]
pub fn Card(body: Arc<RecordBody>, shelf: Shelf) -> impl IntoView {
    let id = body.id;
    let known = shelf.known;
    let to = routes::record(&body.entity, &id.to_string());
    // One that has just left the column is drawn for the last time as it was.
    let body = Memo::new_with_compare(
        move |before: Option<&Arc<RecordBody>>| {
            let now = known.with(|known| known.get(&id).map(|(_, body)| body.clone()));
            now.unwrap_or_else(|| before.unwrap_or(&body).clone())
        },
        |before, now| !before.zip(now).is_some_and(|(before, now)| Arc::ptr_eq(before, now)),
    );
    let told = Memo::new(move |_| body.with(|body| Told::of(body)));
    let may = Memo::new(move |_| body.with(|body| body.may.update));
    let waits = Memo::new(move |_| app().overlay.with(|overlay| overlay.is_waiting(id)));
    let board = use_context::<BoardFilter>();
    let chosen = move || board.and_then(|board| board.fields.get());
    let account = move || {
        chosen().is_none().then(|| {
            let account = told.with(|told| told.account.clone());
            view! { <span class="deal-card-sub">{account}</span> }
        })
    };
    let open_menu = move |_| {
        let body = body.with_untracked(|body| Box::new((**body).clone()));
        app().moving.set(Some(Moving::Choose(body)));
    };
    let menu = move || {
        may.get().then(|| {
            let label = told.with(|told| tr("board.card.more", &[("name", &told.name)]));
            view! {
                <button type="button" class="icon-btn" aria-label=label on:click=open_menu>
                    {icon(icons::MOVE)}
                </button>
            }
        })
    };
    let signals = move || {
        let board = board?;
        let (signals, lacks) = (board.signals.get(), board.face.with(|face| Some(face.as_ref()?.lacks)));
        Some(body.with(|body| (signals.map(|draw| draw(body)), lacks.map(|draw| draw(body)))))
    };
    let waiting =
        move || waits.get().then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> });
    let foot = move || match chosen() {
        Some(fields) => {
            let draw = board.and_then(|board| board.face.with_untracked(|face| Some(face.as_ref()?.draw)));
            view! {
                {draw.map(|draw| body.with(|body| draw(body, &fields)))}
                <div class="deal-card-foot">{waiting()}</div>
            }
            .into_any()
        }
        None => {
            let Told { amount, next, owner, .. } = told.get();
            let next = next.map(|(day, late)| {
                let tone = if late { Tone::Danger } else { Tone::Plain };
                view! { <Badge label=day tone /> }
            });
            view! {
                <div class="deal-card-foot numeric">
                    <span class="deal-card-amount">{amount}</span>
                    {next}
                    {waiting()}
                    {owner.map(|name| view! { <Avatar name shape=AvatarShape::Small /> })}
                </div>
            }
            .into_any()
        }
    };
    let place = move || known.with(|known| known.get(&id).map(|(at, _)| (at + 1).to_string()));
    view! {
        <article
            class="deal-card"
            data-card=id.to_string()
            data-movable=move || may.get().then_some("true")
            aria-posinset=place
            aria-setsize=move || shelf.size.get().to_string()
        >
            // The router hears of every link; one of its own knows whether it leads here, and there are many cards.
            <a
                href=to
                class="deal-card-link"
                draggable="false"
                aria-describedby=move || may.get().then_some("board-help")
            >
                <span class="deal-card-name">{move || told.with(|told| told.name.clone())}</span>
                {account}
            </a>
            <span class="deal-card-menu">{menu}</span>
            <div class="deal-card-signals">{signals}</div>
            {foot}
        </article>
    }
}
