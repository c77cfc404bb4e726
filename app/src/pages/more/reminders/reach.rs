//! What reminders can and cannot do on this device, said as it is.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use crate::components::{icon, icons};
use crate::i18n::t;
use crate::state::push::Reach;

/// The ways to the home screen, a picture each. They are decoration: the words beside them say the same.
const STEPS: [(&str, &str); 3] = [
    (
        r#"<svg viewBox="0 0 96 64" class="reach-picture" aria-hidden="true" focusable="false"><rect x="1" y="1" width="94" height="62" rx="8"/><path d="M1 44h94"/><path d="M40 50h-4v9h24v-9h-4"/><path d="M48 55V41"/><path d="m43 45 5-5 5 5"/></svg>"#,
        "reminders.reach.step_share",
    ),
    (
        r#"<svg viewBox="0 0 96 64" class="reach-picture" aria-hidden="true" focusable="false"><rect x="1" y="1" width="94" height="62" rx="8"/><path d="M12 16h40"/><path d="M12 48h40"/><path d="M1 32h94" stroke-dasharray="3 3"/><rect x="66" y="23" width="18" height="18" rx="4"/><path d="M75 28v8"/><path d="M71 32h8"/><path d="M12 32h44"/></svg>"#,
        "reminders.reach.step_add",
    ),
    (
        r#"<svg viewBox="0 0 96 64" class="reach-picture" aria-hidden="true" focusable="false"><rect x="1" y="1" width="94" height="62" rx="8"/><rect x="14" y="12" width="14" height="14" rx="4"/><rect x="41" y="12" width="14" height="14" rx="4"/><rect x="68" y="12" width="14" height="14" rx="4"/><rect x="14" y="36" width="14" height="14" rx="4" class="reach-mark"/><path d="M38 43h10"/></svg>"#,
        "reminders.reach.step_open",
    ),
];

#[component]
pub fn ReachNote(reach: Reach) -> impl IntoView {
    let note = |key: &'static str| {
        view! {
            <p class="notice reach-note" data-tone="warning">
                {icon(icons::INFO)} <span>{t(key)}</span>
            </p>
        }
    };
    match reach {
        Reach::Open => ().into_any(),
        Reach::Doubtful => note("reminders.reach.doubtful").into_any(),
        Reach::Denied => note("reminders.reach.denied").into_any(),
        Reach::None => note("reminders.reach.none").into_any(),
        Reach::NeedsHomeScreen => {
            let step = |(picture, words): (&'static str, &'static str)| {
                view! { <li>{InertElement::new(picture)} <span>{t(words)}</span></li> }
            };
            view! {
                {note("reminders.reach.home_screen")}
                <ol class="card reach-steps">{STEPS.map(step).into_iter().collect_view()}</ol>
            }
            .into_any()
        }
    }
}
