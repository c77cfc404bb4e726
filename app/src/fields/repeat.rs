//! By which rule something repeats: chosen among a few that people ask for, told as a sentence. Whoever writes other rules
//! (an import, the API) gets them told and kept.

use domain::recurrence::{Frequency, Rule};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, day_text};
use crate::components::{ChipGroup, Choice};
use crate::i18n::{label, tr};

/// What is offered, with its words.
const OFFERED: [(&str, &str); 7] = [
    ("", "field.repeat.none"),
    ("FREQ=DAILY", "field.repeat.daily"),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "field.repeat.weekdays"),
    ("FREQ=WEEKLY", "field.repeat.weekly"),
    ("FREQ=MONTHLY", "field.repeat.monthly"),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "field.repeat.month_end"),
    ("FREQ=YEARLY", "field.repeat.yearly"),
];

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let rule = Signal::derive(move || value.with(|json| json.as_str().unwrap_or_default().to_owned()));
    // A rule that is not offered stays among the choices until something else is saved.
    let own = rule.get_untracked();
    let choices = move || {
        let offered = OFFERED.iter().map(|(rule, _)| (*rule).to_owned());
        let other = (!OFFERED.iter().any(|(rule, _)| *rule == own)).then(|| own.clone());
        let choice = |rule: String| {
            let told = rule.clone();
            Choice::new(rule, move || sentence(&told))
        };
        offered.chain(other).map(choice).collect::<Vec<_>>()
    };
    let choose = move |rule: String| value.set(if rule.is_empty() { Json::Null } else { Json::from(rule) });
    let name = input.field.label.clone();
    view! { <ChipGroup legend=move || label(&name) choices=Signal::derive(choices) value=rule on_choose=choose /> }
        .into_any()
}

pub(super) fn text(json: &Json) -> String {
    json.as_str().map(sentence).unwrap_or_default()
}

fn sentence(text: &str) -> String {
    if let Some((_, key)) = OFFERED.iter().find(|(rule, _)| *rule == text) {
        return tr(key, &[]);
    }
    text.parse().map_or_else(|_| text.to_owned(), |rule| told(&rule, text))
}

fn told(rule: &Rule, text: &str) -> String {
    let (one, several) = match rule.frequency {
        Frequency::Daily => ("field.repeat.daily", "field.repeat.days"),
        Frequency::Weekly => ("field.repeat.weekly", "field.repeat.weeks"),
        Frequency::Monthly => ("field.repeat.monthly", "field.repeat.months"),
        Frequency::Yearly => ("field.repeat.yearly", "field.repeat.years"),
    };
    let joined = |names: Vec<String>| {
        let join = |all: String, one: String| tr("field.joint", &[("one", &all), ("other", &one)]);
        names.into_iter().reduce(join).unwrap_or_default()
    };
    let mut said =
        if rule.interval == 1 { tr(one, &[]) } else { tr(several, &[("count", &rule.interval.to_string())]) };
    let days = joined(rule.days.iter().map(|(_, day)| tr(&format!("weekday.{}", day + 1), &[])).collect());
    let of_month = joined(rule.month_days.iter().map(ToString::to_string).collect());
    let plain = rule.months.is_empty() && rule.positions.is_empty();
    if plain && rule.days.is_empty() && rule.month_days.iter().all(|day| *day > 0) {
        if !of_month.is_empty() {
            said = tr("field.repeat.on_day", &[("rule", &said), ("days", &of_month)]);
        }
    } else if plain && rule.month_days.is_empty() && rule.days.iter().all(|(nth, _)| *nth == 0) {
        let weekly = rule.frequency == Frequency::Weekly && rule.interval == 1;
        let key = if weekly { "field.repeat.weekly_on" } else { "field.repeat.on" };
        said = tr(key, &[("rule", &said), ("days", &days)]);
    } else {
        // What is rare is told as it is written.
        return format!("{said} · {text}");
    }
    if let Some(count) = rule.count {
        said = tr("field.repeat.times", &[("rule", &said), ("count", &count.to_string())]);
    }
    if let Some(until) = rule.until {
        said = tr("field.repeat.until", &[("rule", &said), ("day", &day_text(until))]);
    }
    said
}
