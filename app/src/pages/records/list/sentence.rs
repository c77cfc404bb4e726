//! A filter as a sentence: each rule in the words of its operator, with the names of fields, choices and people.

use std::collections::BTreeSet;

use domain::api::{Empty, GetRecord};
use domain::fields::Shape;
use domain::filter::{Filter, Join, Operator, Part, Rule};
use domain::ids::Id;
use domain::schema::{Entity, Field};
use domain::signals::rotting;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::work::Work;
use crate::components::{icon, icons};
use crate::fields;
use crate::i18n::{format, label, problem_text, t, tr};
use crate::state::ask;
use crate::state::loader::note;
use crate::state::names::name_of;
use crate::state::session::schema;

/// What an operator is called in a list of them.
pub fn operator_label(operator: Operator) -> String {
    tr(&format!("filter.op.{}", operator.name()), &[])
}

/// One part of a filter, said in full.
pub fn part_text(part: &Part, definition: &Entity) -> String {
    match part {
        Part::Rule(rule) => rule_text(rule, definition),
        Part::Group(group) => {
            let parts: Vec<String> = group.parts.iter().map(|part| part_text(part, definition)).collect();
            parts.join(&format!(" {} ", tr(joint(group.join), &[])))
        }
        Part::Other(json) if *json == rotting() => tr("filter.says.rotting", &[]),
        Part::Other(_) => tr("filter.other", &[]),
    }
}

pub const fn joint(join: Join) -> &'static str {
    match join {
        Join::All => "filter.and",
        Join::Any => "filter.or",
    }
}

fn rule_text(rule: &Rule, definition: &Entity) -> String {
    let Some(field) = definition.field(&rule.field) else { return tr("filter.other", &[]) };
    let values: Vec<String> =
        rule.values.iter().map(|value| value_text(rule.operator, field, value)).collect();
    let list = list_text(&values);
    let second = values.get(1).cloned().unwrap_or_default();
    let first = if rule.operator.takes().count().is_none() {
        list
    } else {
        values.into_iter().next().unwrap_or_default()
    };
    let says = format!("filter.says.{}", rule.operator.name());
    tr(&says, &[("field", &label(&field.label)), ("a", &first), ("b", &second)])
}

/// Several things in a row.
pub fn list_text(parts: &[String]) -> String {
    let mut parts = parts.iter();
    let first = parts.next().cloned().unwrap_or_default();
    parts.fold(first, |list, next| tr("filter.list", &[("a", &list), ("b", next)]))
}

/// A value of a condition as its field would show it.
fn value_text(operator: Operator, field: &Field, value: &Json) -> String {
    let schema = schema();
    let currency = schema.workspace.currency;
    match operator.control(&field.kind, &schema) {
        // Amounts of conditions are decimals of the workspace's currency.
        Some(_) if field.kind.behaviour().shape() == Shape::Money => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let units =
                domain::value::Decimal::parse(&text, currency.minor_digits()).map(|amount| amount.units);
            units.map_or(text, |minor| format::money(minor, currency.code(), currency.minor_digits()))
        }
        Some(kind) => fields::text(&Field { kind, ..field.clone() }, value),
        None => String::new(),
    }
}

/// The filter that is in force, part by part; each can be taken out. Why there is none, when it could not be read.
#[component]
pub fn FilterChips(work: Work, #[prop(into)] on_edit: Callback<()>) -> impl IntoView {
    name_what_is_pointed_at(work);
    let quick = work.with(|definition| domain::filter::quick(definition, &schema()));
    let chips = move || {
        let asked = work.filter.get();
        let shown: Vec<(usize, Part)> = asked
            .filter
            .parts
            .iter()
            .cloned()
            .enumerate()
            // A quick filter says so itself; in a filter of any, everything has to be read together.
            .filter(|(_, part)| {
                let is_quick = quick.iter().any(|quick| quick.part == *part);
                !(is_quick && asked.filter.join == Join::All)
            })
            .collect();
        if shown.is_empty() {
            return ().into_any();
        }
        let join = asked.filter.join;
        let several = shown.len() > 1;
        let chip = move |(turn, (at, part)): (usize, (usize, Part))| {
            let text = {
                let part = part.clone();
                move || work.with(|definition| part_text(&part, definition))
            };
            let named = text.clone();
            let out = move |_| {
                let mut filter = work.filter.get_untracked().filter;
                if at < filter.parts.len() {
                    filter.parts.remove(at);
                    work.set_filter(&filter);
                }
            };
            view! {
                {(several && turn > 0).then(|| view! { <span class="filter-joint">{t(joint(join))}</span> })}
                <span class="filter-chip">
                    <button type="button" class="filter-chip-text" on:click=move |_| on_edit.run(())>{text}</button>
                    <button type="button" class="filter-chip-out" aria-label=move || tr("filter.remove", &[("rule", &named())]) on:click=out>
                        {icon(icons::CLOSE)}
                    </button>
                </span>
            }
        };
        let clear = move |_| work.set_filter(&Filter::default());
        view! {
            <div class="filter-chips" role="group" aria-label=t("filter.active")>
                {shown.into_iter().enumerate().map(chip).collect_view()}
                {several.then(|| view! { <button type="button" class="filter-clear" on:click=clear>{t("filter.clear")}</button> })}
            </div>
        }
        .into_any()
    };
    let broken = move || {
        let problems = work.filter.with(|asked| asked.problems.clone());
        (!problems.is_empty()).then(|| {
            let why = problems.iter().map(problem_text).collect::<Vec<_>>().join(" · ");
            view! {
                <div class="notice" data-tone="warning" role="status">
                    {icon(icons::ALERT)}
                    <span>{move || tr("filter.broken", &[("why", &why)])}</span>
                    <button type="button" class="notice-action" on:click=move |_| work.set_filter(&Filter::default())>{t("filter.broken.drop")}</button>
                </div>
            }
        })
    };
    view! {
        {broken}
        {chips}
    }
}

/// A link from somebody else may name people and records that this device has not heard of.
fn name_what_is_pointed_at(work: Work) {
    let asked = StoredValue::new(BTreeSet::<Id>::new());
    Effect::new(move |_| {
        let filter = work.filter.get().filter;
        let mut found = Vec::new();
        work.with(|definition| pointed_at(&filter, definition, &mut found));
        for (entity, id) in found {
            let fresh = asked.try_update_value(|asked| asked.insert(id)).unwrap_or(false);
            if !fresh || untrack(|| name_of(id)).is_some() {
                continue;
            }
            spawn_local(async move {
                // What is not in sight stays without a name.
                if let Ok(reply) = ask::<GetRecord>(&[&entity, &id.to_string()], &Empty {}).await {
                    let title = untrack(|| fields::title(&schema(), &reply.record));
                    note(&reply);
                    crate::state::names::learn_one(id, &title);
                }
            });
        }
    });
}

fn pointed_at(filter: &Filter, definition: &Entity, found: &mut Vec<(String, Id)>) {
    for part in &filter.parts {
        match part {
            Part::Rule(rule) => {
                let target = definition.field(&rule.field).and_then(|field| field.kind.relation_target());
                let ids = rule.values.iter().filter_map(|value| value.as_str()?.parse().ok());
                found.extend(
                    target.into_iter().flat_map(|target| ids.clone().map(|id| (target.to_owned(), id))),
                );
            }
            Part::Group(group) => pointed_at(group, definition, found),
            Part::Other(_) => {}
        }
    }
}
