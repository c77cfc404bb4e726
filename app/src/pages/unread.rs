//! In place of what could not be read: what happened, and what next.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::{Button, EmptyState, Icon, Toast, icon, icons};
use crate::i18n::{say, t};
use crate::state::app;

fn drawing(error: &ApiError) -> Icon {
    if matches!(error, ApiError::Offline) { icons::OFFLINE } else { icons::ALERT }
}

/// Everything on the page that could not be read is read again, unless there is another way to have it.
fn again(way: Option<Callback<()>>) {
    match way {
        Some(way) => way.run(()),
        None => app().refresh.update(|count| *count += 1),
    }
}

/// In the place of a whole list or page.
#[component]
pub fn Unread(
    error: ApiError,
    /// What else brings it than to read the page again.
    #[prop(optional_no_strip)]
    on_again: Option<Callback<()>>,
) -> impl IntoView {
    let (drawing, body, passing) = (drawing(&error), t(error.message_key()), error.is_passing());
    let retry = move || {
        passing.then(|| view! { <Button label=t("action.retry") on_press=move |()| again(on_again) /> })
    };
    view! {
        <div role="alert">
            <EmptyState drawing title=t("error.panel") body>
                {retry()}
            </EmptyState>
        </div>
    }
}

/// In the place of one part of a page.
#[component]
pub fn UnreadPart(
    error: ApiError,
    /// What else brings it than to read the page again.
    #[prop(optional)]
    on_again: Option<Callback<()>>,
) -> impl IntoView {
    let (title, body) = (t("error.panel"), t(error.message_key()));
    let retry = error.is_passing().then(|| {
        view! {
            <button type="button" class="notice-action" on:click=move |_| again(on_again)>
                {t("action.retry")}
            </button>
        }
    });
    view! {
        <div class="notice" role="alert">
            {icon(drawing(&error))}
            <span>{move || format!("{} · {}", title(), body())}</span>
            {retry}
        </div>
    }
}

/// Where what is there stays, and the button that asked for more does too.
pub fn say_unread(error: &ApiError) {
    app().toasts.show(Toast::new(say(error.message_key(), &[])).with_icon(drawing(error)));
}
