//! Stars.

use domain::fields::Rating;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::Input;
use crate::components::{Stars, StarsShown};
use crate::i18n::{label, t, tr};

pub(super) fn input(input: &Input, kind: &Rating) -> AnyView {
    let (value, max) = (input.value, kind.max);
    let given = Signal::derive(move || value.with(|json| json.as_i64().unwrap_or_default()));
    let choose = move |stars: i64| value.set(if stars == 0 { Json::Null } else { Json::from(stars) });
    let name = input.field.label.clone();
    view! {
        <Stars
            value=given
            max
            on_choose=choose
            label=move || label(&name)
            name_of=move |stars: i64| said(stars, max)
            clear=t("action.clear")
        />
    }
    .into_any()
}

fn said(stars: i64, max: i64) -> String {
    tr("field.stars", &[("count", &stars.to_string()), ("max", &max.to_string())])
}

pub(super) fn text(kind: &Rating, json: &Json) -> String {
    json.as_i64().map(|stars| format!("{stars}/{}", kind.max)).unwrap_or_default()
}

pub(super) fn display(kind: &Rating, json: &Json) -> AnyView {
    let (stars, max) = (json.as_i64().unwrap_or_default(), kind.max);
    if stars == 0 {
        return ().into_any();
    }
    view! { <StarsShown value=stars max label=move || said(stars, max) /> }.into_any()
}
