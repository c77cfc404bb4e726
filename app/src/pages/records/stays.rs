//! How long a record stood in each stage: a bar with its days, and behind it from when to when.

use std::sync::Arc;

use chrono::Datelike;
use domain::api::record::RecordBody;
use domain::api::{Empty, GetStays};
use domain::schema::StageStatus;
use domain::stay::{Spent, spent};
use domain::time::Date;
use leptos::prelude::*;

use crate::components::{icon, icons};
use crate::i18n::{format, label, t, tr};
use crate::state::loader::load;
use crate::state::session::{schema, today, zone};
use crate::state::time::{ZONES, now};

/// Nothing until it is known, and nothing of a record that only this device knows.
#[component]
pub fn StageTimes(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let about = Memo::new(move |_| {
        let saved = |body: &Arc<RecordBody>| (body.version > 0).then(|| (body.entity.clone(), body.id));
        body.with(|body| body.as_ref().and_then(saved))
    });
    let reply = load::<GetStays>(move || {
        let (entity, id) = about.get()?;
        Some((vec![entity, id.to_string()], Empty {}))
    });
    // What is open stays open while nothing of it changes.
    let times = Memo::new(move |_| {
        let reply = reply.value.get()?;
        let schema = schema();
        let ends = |stage: &str| schema.stage(stage).is_some_and(|stage| stage.status != StageStatus::Open);
        Some(spent(&reply.stays, now(), &zone(), &ZONES, &ends)).filter(|times| !times.is_empty())
    });
    move || {
        let times = times.get()?;
        let head = match times.as_slice() {
            // Nothing is known but where the way ended, as of most that were imported: that took no days.
            [one] if !is_drawn(one) => when(one),
            _ => days_text(times.iter().map(|one| one.days).sum()),
        };
        let bar = times.iter().filter(|one| is_drawn(one)).map(segment).collect_view();
        let rows = times.iter().map(row).collect_view();
        Some(view! {
            <details class="stays">
                <summary class="stays-head">
                    <span class="stays-title">{t("process.spent")}</span>
                    <span class="numeric">{head}</span>
                    {icon(icons::CHEVRON_DOWN)}
                    <span class="stays-bar">{bar}</span>
                </summary>
                <ol class="stays-list">{rows}</ol>
            </details>
        })
    }
}

fn status(stage: &str) -> StageStatus {
    schema().stage(stage).map_or(StageStatus::Open, |stage| stage.status)
}

/// What came and went on one day is no part of a bar of days, nor is where the way ended.
fn is_drawn(one: &Spent) -> bool {
    one.days > 0 || one.lasts() && status(&one.stage) == StageStatus::Open
}

fn segment(one: &Spent) -> impl IntoView + use<> {
    let now = one.lasts().then_some("true");
    view! {
        <span class="stay" data-now=now style:flex-grow=one.days.max(1).to_string()>
            <span class="visually-hidden">{name(&one.stage)}</span>
            <span class="numeric">{days_text(one.days)}</span>
        </span>
    }
}

fn row(one: &Spent) -> impl IntoView + use<> {
    let ended = one.lasts() && status(&one.stage) != StageStatus::Open;
    let days = (!ended || one.days > 0).then(|| days_text(one.days));
    view! {
        <li class="stays-row" data-now=one.lasts().then_some("true")>
            <span class="stays-stage">{name(&one.stage)}</span>
            <span class="stays-days numeric">{days}</span>
            <span class="stays-when numeric">{when(one)}</span>
        </li>
    }
}

/// From when to when it stood there, as often as it did.
fn when(one: &Spent) -> String {
    let stay = |(from, to): &(Date, Option<Date>)| match to {
        Some(to) if to == from => day(*from),
        Some(to) => tr("process.spent.span", &[("from", &day(*from)), ("to", &day(*to))]),
        None => tr("process.spent.since", &[("from", &day(*from))]),
    };
    one.stays.iter().map(stay).collect::<Vec<_>>().join(" · ")
}

/// A stage that was removed since has no name any more.
fn name(stage: &str) -> String {
    schema().stage(stage).map_or_else(|| tr("process.spent.gone", &[]), |stage| label(&stage.label))
}

fn days_text(days: i64) -> String {
    match days {
        0 => tr("process.spent.none", &[]),
        days => tr("process.spent.days", &[("count", &format::number(days))]),
    }
}

/// A day among others: with its year when that is not this one.
pub(super) fn day(date: Date) -> String {
    let (day, this) = (date.naive(), today().naive().year());
    if day.year() == this {
        format::day(day.year(), day.month(), day.day())
    } else {
        format::day_with_year(day.year(), day.month(), day.day())
    }
}
