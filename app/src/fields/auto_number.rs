//! A number the system gives; nobody types one.

use leptos::prelude::*;

use super::{Input, plain};
use crate::i18n::tr;

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let shown = move || {
        let number = value.with(plain);
        if number.is_empty() { tr("field.auto_number.later", &[]) } else { number }
    };
    view! { <p class="field-fixed">{shown}</p> }.into_any()
}
