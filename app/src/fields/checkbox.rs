//! Yes or no.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::Input;
use crate::components::YesNo;
use crate::i18n::{t, tr};

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    if input.field.required && value.with_untracked(Json::is_null) {
        // Who leaves a question that must be answered as it stands has said no.
        value.set(Json::from(false));
    }
    let on = Signal::derive(move || value.with(|json| json.as_bool() == Some(true)));
    let change = move |yes: bool| value.set(Json::from(yes));
    view! { <YesNo value=on on_change=change yes=t("field.yes") no=t("field.no") /> }.into_any()
}

pub(super) fn text(json: &Json) -> String {
    match json.as_bool() {
        Some(true) => tr("field.yes", &[]),
        Some(false) => tr("field.no", &[]),
        None => String::new(),
    }
}
