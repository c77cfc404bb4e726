use leptos::prelude::*;

use super::field::field_context;
use super::{IconButton, icon, icons, unique_id};

/// So many stars of a few: radio buttons, so that arrow keys move and one tap chooses.
#[component]
pub fn Stars(
    /// 0 when none are given.
    #[prop(into)]
    value: Signal<i64>,
    max: i64,
    #[prop(into)] on_choose: Callback<i64>,
    #[prop(into)] label: TextProp,
    /// What each star is called.
    #[prop(into)]
    name_of: Callback<i64, String>,
    #[prop(into)] clear: TextProp,
) -> impl IntoView {
    let field = field_context();
    let name = unique_id("stars");
    let star = |at: i64| {
        let described_by = field.described_by;
        let invalid = field.invalid;
        view! {
            <label class="star" data-full=move || (value.get() >= at).then_some("true")>
                <input
                    type="radio"
                    name=name.clone()
                    value=at.to_string()
                    id=(at == 1).then(|| field.id.clone())
                    aria-label=move || name_of.run(at)
                    aria-invalid=move || invalid.get().then_some("true")
                    aria-describedby=described_by
                    prop:checked=move || value.get() == at
                    on:change=move |_| on_choose.run(at)
                />
                {icon(icons::STAR)}
            </label>
        }
    };
    view! {
        <div class="stars" role="radiogroup" aria-label=move || label.get()>
            {(1..=max).map(star).collect_view()}
            {move || {
                (value.get() > 0)
                    .then(|| view! { <IconButton label=clear.clone() drawing=icons::CLOSE on_press=move |()| on_choose.run(0) /> })
            }}
        </div>
    }
}

/// The same to look at.
#[component]
pub fn StarsShown(value: i64, max: i64, #[prop(into)] label: TextProp) -> impl IntoView {
    let star = |at: i64| {
        view! { <span class="star-shown" data-full=(value >= at).then_some("true")>{icon(icons::STAR)}</span> }
    };
    view! {
        <span class="stars-shown" role="img" aria-label=move || label.get()>
            {(1..=max).map(star).collect_view()}
        </span>
    }
}
