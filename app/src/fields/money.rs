//! An amount with its currency: typed in whole units, sent in minor ones.

use domain::money::Currency;
use domain::value::Decimal;
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::{Input, typed};
use crate::components::{Choice, Select, TextInput};
use crate::i18n::{format, t};
use crate::pages::account::CURRENCIES;
use crate::state::session::schema_now;

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let before = value.with_untracked(parts);
    let currency = RwSignal::new(before.map_or_else(
        || schema_now().workspace.currency.code().to_owned(),
        |(_, currency)| currency.code().to_owned(),
    ));
    let shown = before.map(|(minor, currency)| {
        let amount = Decimal { units: minor, scale: currency.minor_digits() }.to_string();
        if amount.contains('.') {
            amount.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            amount
        }
    });
    let amount = typed(value, shown.unwrap_or_default(), move |text| read(text, &currency.get_untracked()));
    let choose = move |code: String| {
        currency.set(code.clone());
        let text = amount.get_untracked();
        if !text.trim().is_empty() {
            value.set(read(&text, &code));
        }
    };
    let choices: Vec<Choice> = {
        let own = currency.get_untracked();
        let first = (!CURRENCIES.contains(&own.as_str())).then(|| Choice::new(own.clone(), own));
        first.into_iter().chain(CURRENCIES.iter().map(|code| Choice::new(*code, *code))).collect()
    };
    view! {
        <div class="input-group">
            <TextInput value=amount inputmode="decimal" autocomplete="off" />
            <Select alone=t("auth.field.currency") value=currency choices=choices on_choose=choose />
        </div>
    }
    .into_any()
}

fn read(text: &str, currency: &str) -> Json {
    let digits: String =
        text.trim().chars().map(domain::text::half_width).filter(|c| !matches!(c, ',' | ' ')).collect();
    let amount = Currency::parse(currency).and_then(|known| Decimal::parse(&digits, known.minor_digits()));
    amount.map_or_else(|| Json::from(text), |amount| json!({ "amount": amount.units, "currency": currency }))
}

fn parts(json: &Json) -> Option<(i64, Currency)> {
    Some((json.get("amount")?.as_i64()?, Currency::parse(json.get("currency")?.as_str()?)?))
}

pub(super) fn text(json: &Json) -> String {
    parts(json)
        .map(|(minor, currency)| format::money(minor, currency.code(), currency.minor_digits()))
        .unwrap_or_default()
}
