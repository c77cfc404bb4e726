//! What every page inside the shell has: a title in the bar and in the window, a way back, actions, the main column.

use leptos::html;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::components::{EmptyState, IconButton, icon, icons};
use crate::i18n::{t, tr};
use crate::pages::tray::Tray;
use crate::routes;
use crate::state::app;

/// How much of the screen a page may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// A column that reads well.
    #[default]
    Column,
    /// Lists and records.
    Broad,
    /// A board, to the edges.
    Whole,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Column => "page",
            Self::Broad => "page page-broad",
            Self::Whole => "page page-wide",
        }
    }

    /// For the bar, whose title stands over the column it names.
    const fn name(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Broad => "broad",
            Self::Whole => "whole",
        }
    }
}

#[component]
pub fn Page(
    #[prop(into)] title: TextProp,
    /// Shows the way back: to where one came from, or to this page when one came from outside.
    #[prop(optional, into)]
    back: Option<String>,
    #[prop(optional)] width: Width,
    /// Stands in the bar where the page itself begins with its title in large letters.
    #[prop(optional, into)]
    over: Option<TextProp>,
    #[prop(optional, into)] actions: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let shown = title.clone();
    Effect::new(move |_| document().set_title(&format!("{} · {}", title.get(), tr("app.name", &[]))));
    // A screen reader starts at the new page's heading instead of at the top of the document.
    Effect::new(move |first: Option<()>| {
        if first.is_none()
            && let Some(heading) = heading.get()
        {
            let _ = heading.focus();
        }
    });

    view! {
        <header class="topbar" data-width=width.name()>
            {back.map(|back| view! { <Back back /> })}
            <h1 class=if over.is_some() { "visually-hidden" } else { "topbar-title truncate" } tabindex="-1" node_ref=heading>
                {move || shown.get()}
            </h1>
            {over.map(|over| view! { <p class="topbar-title topbar-over truncate">{move || over.get()}</p> })}
            <div class="topbar-actions"><Tray /> {actions.map(|actions| actions.run())} <Bell /></div>
        </header>
        <main id="main" class="main">
            <div class=width.class()>
                {children()}
            </div>
        </main>
    }
}

/// The way to what one was told, and how much of it is unread: `state/live/bell.rs` counts.
#[component]
fn Bell() -> impl IntoView {
    let unread = app().unread;
    let short = move || match unread.get() {
        0 => String::new(),
        100.. => "99+".to_owned(),
        few => few.to_string(),
    };
    let name = move || match unread.get() {
        0 => tr("nav.bell", &[]),
        many => tr("nav.bell.unread", &[("count", &many.to_string())]),
    };
    view! {
        <A href=routes::NOTIFICATIONS attr:class="icon-btn bell" attr:aria-label=name>
            {icon(icons::BELL)}
            <span class="bell-count numeric" aria-hidden="true">{short}</span>
        </A>
    }
}

#[component]
fn Back(back: String) -> impl IntoView {
    let navigate = use_navigate();
    let go = move |()| {
        let history =
            window().history().ok().filter(|history| history.length().is_ok_and(|length| length > 1));
        match history {
            Some(history) => {
                let _ = history.back();
            }
            None => navigate(&back, leptos_router::NavigateOptions::default()),
        }
    };
    view! {
        <div class="topbar-back">
            <IconButton label=t("action.back") drawing=icons::BACK on_press=go />
        </div>
    }
}

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <main id="main" class="entry">
            <EmptyState drawing=icons::SEARCH title=t("error.not_found") body=t("app.tagline")>
                <A href=routes::TODAY attr:class="btn btn-primary">
                    {t("error.not_found.home")}
                </A>
            </EmptyState>
        </main>
    }
}

/// The switch of a sheet that is open while there is something it is about; closing it forgets that.
pub fn open_while<T: Send + Sync + 'static>(about: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let wanted = about.with(Option::is_some);
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && about.with_untracked(Option::is_some) {
            about.set(None);
        }
    });
    open
}
