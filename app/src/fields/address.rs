//! A postal address: one box for each part, in the order in which the reader's language writes them.

use domain::address::{Address, PARTS};
use leptos::prelude::*;
use messages::Lang;
use serde_json::{Map, Value as Json};

use super::Input;
use crate::components::{Field, TextInput};
use crate::i18n::{label, lang, tr};

/// As on a letter in English: small before large.
const SMALL_FIRST: [&str; 6] = ["street", "district", "city", "province", "postcode", "country"];

fn address(json: &Json) -> Address {
    let mut address = Address::default();
    for part in PARTS {
        let text = json.get(part).and_then(Json::as_str).unwrap_or_default();
        if let Some(place) = address.part_mut(part) {
            text.clone_into(place);
        }
    }
    address
}

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let before = value.with_untracked(address);
    let texts = PARTS.map(|part| RwSignal::new(before.part(part).to_owned()));
    // Six texts make one value, as in `typed`.
    Effect::new(move |again: Option<()>| {
        let known = PARTS.into_iter().zip(texts.map(|text| text.get()));
        let parts: Map<String, Json> = known
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(part, text)| (part.to_owned(), Json::from(text)))
            .collect();
        if again.is_some() {
            value.set(if parts.is_empty() { Json::Null } else { Json::Object(parts) });
        }
    });
    let name = input.field.label.clone();
    let boxes = move || {
        let order = if lang() == Lang::Zh { PARTS } else { SMALL_FIRST };
        let one = |part: &'static str| {
            let text = PARTS.iter().position(|known| *known == part).map(|at| texts[at])?;
            let class = if part == "street" { "address-wide" } else { "" };
            Some(view! {
                <div class=class>
                    <Field label=move || tr(&format!("field.address.{part}"), &[])>
                        <TextInput value=text autocomplete="off" />
                    </Field>
                </div>
            })
        };
        order.into_iter().filter_map(one).collect_view()
    };
    view! {
        <div class="address" role="group" aria-label=move || label(&name)>
            {boxes}
        </div>
    }
    .into_any()
}

pub(super) fn text(json: &Json) -> String {
    let address = address(json);
    if lang() == Lang::Zh { address.line() } else { address.line_small_first() }
}
