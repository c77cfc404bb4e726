//! In place of what could not be read: what happened, and what next.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::{Button, EmptyState, Icon, icon, icons};
use crate::i18n::t;
use crate::state::app;

fn drawing(error: &ApiError) -> Icon {
    if matches!(error, ApiError::Offline) { icons::OFFLINE } else { icons::ALERT }
}

/// Everything on the page that could not be read is read again.
fn read_again() {
    app().refresh.update(|count| *count += 1);
}

/// In the place of a whole list or page.
#[component]
pub fn Unread(error: ApiError) -> impl IntoView {
    let (drawing, body, passing) = (drawing(&error), t(error.message_key()), error.is_passing());
    let again =
        move || passing.then(|| view! { <Button label=t("action.retry") on_press=move |()| read_again() /> });
    view! {
        <div role="alert">
            <EmptyState drawing title=t("error.panel") body>
                {again()}
            </EmptyState>
        </div>
    }
}

/// In the place of one part of a page.
#[component]
pub fn UnreadPart(error: ApiError) -> impl IntoView {
    let (title, body) = (t("error.panel"), t(error.message_key()));
    let again = error.is_passing().then(|| {
        view! {
            <button type="button" class="notice-action" on:click=move |_| read_again()>
                {t("action.retry")}
            </button>
        }
    });
    view! {
        <div class="notice" role="alert">
            {icon(drawing(&error))}
            <span>{move || format!("{} · {}", title(), body())}</span>
            {again}
        </div>
    }
}
