//! What is expected to come in this month and this quarter: one line above the board, and behind it what each number
//! means, what it leaves out, and the list of exactly the records it counts.

use std::sync::Arc;

use domain::api::GetForecast;
use domain::api::forecast::{Forecast, ForecastReply, ForecastRequest, StageHistory};
use domain::forecast::{self, AMOUNT, CLOSE, SAMPLE, STAGE, Span};
use domain::schema::Pipeline;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::work::Work;
use crate::components::{Sheet, icon, icons};
use crate::i18n::{format, label, t, tr};
use crate::pages::home::{money_short, narrowed};
use crate::pages::records::stays::day;
use crate::routes;
use crate::state::loader::load_calmly;
use crate::state::session::{role, schema};

/// The line; nothing while the numbers are not known, and where the reader may not see what they are made of. The cards
/// come first.
#[component]
pub fn ForecastStrip(work: Work, pipeline: String, ready: RwSignal<bool>) -> impl IntoView {
    let told = {
        let id = pipeline.clone();
        Memo::new(move |_| schema().pipeline(&id).is_some_and(can_be_told))
    };
    let reply = load_calmly::<GetForecast>({
        let id = pipeline.clone();
        move || {
            if !told.get() || !ready.get() {
                return None;
            }
            Some((vec![id.clone()], ForecastRequest { filter: work.request.get()?.filter }))
        }
    });
    // Drawn anew when a number changes, not with everything that is saved.
    let known = Memo::new(move |_| {
        reply.value.get().map(|reply| ForecastReply { seq: 0, ..(*reply).clone() }).map(Arc::new)
    });
    let open = RwSignal::new(false);
    let line = move || {
        let reply = known.get()?;
        Some(view! {
            <button type="button" class="forecast-line numeric" aria-haspopup="dialog" on:click=move |_| open.set(true)>
                <span class="forecast-title">{t("forecast.title")}</span>
                {short("forecast.month", "forecast.month.brief", &reply.month)}
                {short("forecast.quarter", "forecast.quarter.brief", &reply.quarter)}
                <span class="forecast-more">{icon(icons::CHEVRON)}</span>
            </button>
        })
    };
    let sheet = move || {
        let reply = known.get()?;
        let pipeline = schema().pipeline(&pipeline).cloned()?;
        let filter = work.request.get().and_then(|request| request.filter);
        Some(view! { <Explained reply pipeline filter /> })
    };
    view! {
        <div class="forecast">{line}</div>
        <Sheet open title=t("forecast.title") close=t("action.close")>
            {sheet.clone()}
        </Sheet>
    }
}

fn can_be_told(pipeline: &Pipeline) -> bool {
    let Some(role) = role() else { return false };
    let schema = schema();
    let Some(entity) = schema.entity(&pipeline.entity) else { return false };
    let seen = |field: &str| entity.field(field).is_some() && !role.hides(&entity.id, field);
    [STAGE, CLOSE, AMOUNT].into_iter().all(seen)
}

/// By the stages, and for the eye with a brief name, on a phone; by all three where there is room.
fn short(key: &'static str, brief: &'static str, forecast: &Forecast) -> impl IntoView + use<> {
    let others = [("forecast.own", forecast.by_own), ("forecast.history", forecast.by_history)];
    let other = |(key, sum): (&'static str, Option<i64>)| {
        let sum = sum?;
        Some(view! { <span class="forecast-other">{t(key)} " " {money_short(sum)}</span> })
    };
    view! {
        <span class="forecast-span">
            <span class="forecast-name">{t(key)}</span>
            <span class="forecast-brief" aria-hidden="true">{t(brief)}</span>
            <strong>{money_short(forecast.by_stage)}</strong>
            {others.into_iter().filter_map(other).collect_view()}
        </span>
    }
}

#[component]
fn Explained(reply: Arc<ForecastReply>, pipeline: Pipeline, filter: Option<String>) -> impl IntoView {
    let ForecastReply { month, quarter, undated, history, since, .. } = (*reply).clone();
    let to = |parts: [Json; 2]| routes::records_where(&pipeline.entity, &narrowed(filter.as_deref(), parts));
    let seen: Vec<&str> =
        history.iter().filter(|one| one.share.is_some()).map(|one| one.stage.as_str()).collect();
    // History tells of the open stages it knows enough of, and of what is won.
    let (all, open) = (forecast::counted(&pipeline), forecast::open(&pipeline));
    let known: Vec<&str> =
        all.iter().filter(|stage| !open.contains(stage) || seen.contains(stage)).copied().collect();
    let spans =
        [("forecast.month", "forecast-month", month), ("forecast.quarter", "forecast-quarter", quarter)];
    let spans = spans.map(|(key, title, one)| {
        let span = Span { from: one.from, to: one.to };
        let (all, known) = (to(forecast::closing(&all, span)), to(forecast::closing(&known, span)));
        view! { <Expected key title forecast=one all known since=day(since) /> }
    });
    let left_out = (undated > 0).then(|| {
        view! {
            <A href=to(forecast::undated(&open)) attr:class="forecast-link">
                <span>{tr("forecast.undated", &[("count", &count(undated))])}</span>
                {icon(icons::CHEVRON)}
            </A>
        }
    });
    let rows = history.iter().map(|one| history_row(&pipeline, one)).collect_view();
    view! {
        <div class="stack">
            {spans.into_iter().collect_view()} {left_out}
            <section class="stack stack-tight" aria-labelledby="forecast-history">
                <h3 class="group-title" id="forecast-history">{t("forecast.shares")}</h3>
                <p class="soft">{tr("forecast.shares.help", &[("from", &day(since))])}</p>
                <ul class="forecast-shares">{rows}</ul>
            </section>
        </div>
    }
}

/// The numbers of a span: each leads to the list of what it counts.
#[component]
fn Expected(
    key: &'static str,
    /// The id of its heading.
    title: &'static str,
    forecast: Forecast,
    all: String,
    /// The list of those that history tells of.
    known: String,
    since: String,
) -> impl IntoView {
    let Forecast { from, to, won, won_sum, open, open_sum, unseen, .. } = forecast;
    let dates = tr("process.spent.span", &[("from", &day(from)), ("to", &day(to))]);
    let made_of = tr(
        "forecast.made_of",
        &[
            ("won", &count(won)),
            ("won_sum", &money(won_sum)),
            ("open", &count(open)),
            ("open_sum", &money(open_sum)),
        ],
    );
    let own = forecast.by_own.map(|sum| {
        let args = [("count", count(forecast.own.unwrap_or_default())), ("of", count(open))];
        let help = tr("forecast.own.help", &args.each_ref().map(|(name, value)| (*name, value.as_str())));
        number("forecast.by_own", Some(sum), help, all.clone())
    });
    let mut help = tr("forecast.history.help", &[("from", &since)]);
    if unseen > 0 {
        let args = [("count", count(unseen)), ("sum", money(forecast.unseen_sum)), ("min", count(SAMPLE))];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        help = format!("{help} {}", tr("forecast.history.unseen", &args));
    }
    let currency = schema().workspace.currency;
    let notes = [
        (forecast.unvalued > 0).then(|| tr("forecast.unvalued", &[("count", &count(forecast.unvalued))])),
        (forecast.converted > 0).then(|| {
            let args = [("count", count(forecast.converted)), ("currency", currency.code().to_owned())];
            tr("board.converted", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
        }),
        (forecast.unconverted > 0)
            .then(|| tr("list.sum.left_out", &[("count", &count(forecast.unconverted))])),
    ];
    let notes = notes.into_iter().flatten().map(|note| view! { <p class="soft">{note}</p> });
    view! {
        <section class="stack stack-tight" aria-labelledby=title>
            <h3 class="group-title" id=title>{t(key)} " · " {dates}</h3>
            <p class="soft">{made_of}</p>
            {number("forecast.by_stage", Some(forecast.by_stage), tr("forecast.stage.help", &[]), all)}
            {own}
            {number("forecast.by_history", forecast.by_history, help, known)}
            {notes.collect_view()}
        </section>
    }
}

/// A number with what it means; without one it says that too little is known, and leads nowhere.
fn number(key: &'static str, sum: Option<i64>, help: String, to: String) -> AnyView {
    let about = view! {
        <span class="forecast-about">
            <span>{t(key)}</span>
            <span class="forecast-help">{help}</span>
        </span>
    };
    match sum {
        Some(sum) => view! {
            <A href=to attr:class="forecast-link">
                {about} <strong class="numeric">{money(sum)}</strong> {icon(icons::CHEVRON)}
            </A>
        }
        .into_any(),
        None => view! {
            <p class="forecast-link">{about} <span class="soft">{t("forecast.too_little")}</span></p>
        }
        .into_any(),
    }
}

fn history_row(pipeline: &Pipeline, one: &StageHistory) -> impl IntoView + use<> {
    let name = pipeline.stage(&one.stage).map(|stage| label(&stage.label)).unwrap_or_default();
    let share = one.share.map_or_else(
        || tr("forecast.too_little", &[]),
        |share| format!("{}.{:02}%", share / 100, share % 100),
    );
    let args = [("won", count(one.won)), ("of", count(one.won + one.lost)), ("reached", count(one.reached))];
    let of = tr("forecast.shares.of", &args.each_ref().map(|(name, value)| (*name, value.as_str())));
    view! {
        <li class="forecast-share">
            <span>{name}</span>
            <strong class="numeric">{share}</strong>
            <span class="forecast-help numeric">{of}</span>
        </li>
    }
}

fn count(count: u64) -> String {
    format::number(count.cast_signed())
}

fn money(minor: i64) -> String {
    let currency = schema().workspace.currency;
    format::money(minor, currency.code(), currency.minor_digits())
}
