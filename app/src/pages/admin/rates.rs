//! What other currencies are worth in the workspace's, from a day on.

use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::time::Date;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::define::{self, change};
use super::everything::{everything, text};
use crate::components::{
    Button, ButtonKind, Choice, EmptyState, Field, FormProblem, Select, Sheet, TextInput, icon, icons,
};
use crate::fields::day_text;
use crate::i18n::{lang, t, tr};
use crate::pages::account::{CURRENCIES, currency_name};
use crate::pages::more::Problems;
use crate::pages::open_while;
use crate::state::session::{schema, schema_now, today};
use crate::state::time::new_id;

/// The rate the sheet is about: one that is there, or a new one.
#[derive(Clone, PartialEq)]
enum Edited {
    New,
    Known(Box<RecordBody>),
}

#[component]
pub fn Rates(may: Memo<bool>) -> impl IntoView {
    // By currency, the newest first.
    let rates = everything("rate", "-from");
    let edited = RwSignal::new(None::<Edited>);
    let open = open_while(edited);
    let base = move || schema().workspace.currency.code().to_owned();
    let sorted = move || {
        let mut rates = rates.list();
        // A stable sort keeps the days in their order.
        rates.sort_by_key(|rate| text(rate, "currency"));
        rates
    };
    let row = move |rate: RecordBody| {
        let code = text(&rate, "currency");
        let worth = plain(&text(&rate, "rate"));
        let from = Date::parse(&text(&rate, "from"));
        let name = {
            let code = code.clone();
            move || tr("rates.worth", &[("code", &code), ("rate", &worth), ("base", &base())])
        };
        let since =
            move || from.map(|from| tr("rates.since", &[("day", &day_text(from))])).unwrap_or_default();
        view! {
            <li>
                <button
                    type="button"
                    class="row"
                    aria-haspopup="dialog"
                    disabled=move || !may.get()
                    on:click=move |_| edited.set(Some(Edited::Known(Box::new(rate.clone()))))
                >
                    <span class="row-icon">{icon(icons::MONEY)}</span>
                    <span class="row-text">
                        <span class="row-title">{name}</span>
                        <span class="row-sub">{since}</span>
                    </span>
                </button>
            </li>
        }
    };
    let content = move || {
        if let Some(pending) = rates.pending() {
            return pending;
        }
        let rates = sorted();
        if rates.is_empty() {
            return view! { <EmptyState drawing=icons::MONEY title=t("rates.empty") body=t("rates.help") /> }
                .into_any();
        }
        view! {
            <ul class="group">{rates.into_iter().map(row).collect_view()}</ul>
            <p class="field-help group-foot">{t("rates.help")}</p>
        }
        .into_any()
    };
    let title = move || match edited.get() {
        Some(Edited::Known(_)) => tr("rates.correct", &[]),
        _ => tr("rates.add", &[]),
    };
    view! {
        <section>
            <div class="define-head">
                <h2 class="group-title">{t("rates.title")}</h2>
                <Show when=move || may.get()>
                    <Button label=t("rates.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| edited.set(Some(Edited::New)) />
                </Show>
            </div>
            {content}
        </section>
        <Sheet open title close=t("action.close")>
            {move || edited.get().map(|edited| view! { <RateForm edited open /> })}
        </Sheet>
    }
}

/// `7.100000` as `7.1`.
fn plain(rate: &str) -> String {
    match rate.split_once('.') {
        Some(_) => rate.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => rate.to_owned(),
    }
}

#[component]
fn RateForm(edited: Edited, open: RwSignal<bool>) -> impl IntoView {
    let known = match edited {
        Edited::New => None,
        Edited::Known(rate) => Some(*rate),
    };
    let of = |field: &str| known.as_ref().map(|rate| text(rate, field));
    let base = schema_now().workspace.currency.code().to_owned();
    let mut codes: Vec<String> =
        CURRENCIES.iter().filter(|code| **code != base).map(|code| (*code).to_owned()).collect();
    let currency = RwSignal::new(of("currency").or_else(|| codes.first().cloned()).unwrap_or_default());
    currency.with_untracked(|own| {
        if !codes.contains(own) {
            codes.insert(0, own.clone());
        }
    });
    let from = RwSignal::new(of("from").unwrap_or_else(|| today().to_string()));
    let rate = RwSignal::new(of("rate").map(|rate| plain(&rate)).unwrap_or_default());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let is_known = known.is_some();
    let known = StoredValue::new(known);
    let choices: Vec<Choice> = codes
        .into_iter()
        .map(|code| Choice::new(code.clone(), move || currency_name(lang(), &code)))
        .collect();
    let send = move |actions: Vec<Action>| {
        define::submit(pending, problems, change(actions), move || {
            open.try_set(false);
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let entity = "rate".to_owned();
        let values = Wire::from([
            ("currency".to_owned(), Json::from(currency.get_untracked())),
            ("from".to_owned(), Json::from(from.get_untracked())),
            ("rate".to_owned(), Json::from(rate.get_untracked().trim())),
        ]);
        send(vec![match known.get_value() {
            None => Action::Create { entity, record: new_id(), values },
            Some(old) => {
                let (record, base_version) = (old.id, old.version);
                Action::Update { entity, record, base_version, old: Wire::new(), values }
            }
        }]);
    };
    let remove = move |()| {
        if let Some(old) = known.get_value() {
            let (record, base_version) = (old.id, old.version);
            send(vec![Action::Delete { entity: "rate".to_owned(), record, base_version }]);
        }
    };
    let label =
        move || tr("rates.rate", &[("code", &currency.get()), ("base", schema().workspace.currency.code())]);
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(&["currency", "from", "rate"]) />
            <Field label=t("auth.field.currency") problem=problems.at("currency")>
                <Select value=currency choices on_choose=move |chosen| currency.set(chosen) />
            </Field>
            <Field label=label required=true problem=problems.at("rate")>
                <TextInput value=rate inputmode="decimal" autocomplete="off" />
            </Field>
            <Field label=t("rates.from") help=t("rates.from.help") required=true problem=problems.at("from")>
                <TextInput value=from kind="date" />
            </Field>
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
            {is_known.then(|| view! { <Button label=t("rates.remove") kind=ButtonKind::DangerQuiet pending on_press=remove /> })}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_rate_is_shown_without_zeros_that_say_nothing() {
        for (stored, shown) in
            [("7.100000", "7.1"), ("7.000000", "7"), ("100", "100"), ("0.048500", "0.0485")]
        {
            assert_eq!(plain(stored), shown);
        }
    }
}
