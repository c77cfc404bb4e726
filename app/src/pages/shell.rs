//! The frame around every page of someone signed in: navigation, the + and what it offers.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::components::{Button, ButtonRow, EmptyState, Icon, Sheet, SkeletonRows, icon, icons};
use crate::i18n::t;
use crate::pages::account::Brand;
use crate::pages::later;
use crate::routes::{self, MENU};
use crate::state::session::Entry;
use crate::state::{Touching, app};

/// Lets in whoever is signed in and shows everybody else the entrance.
#[component]
pub fn Shell(#[prop(into)] page: ViewFn) -> impl IntoView {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if app().entry.get() == Entry::Out {
            navigate(routes::SIGN_IN, leptos_router::NavigateOptions { replace: true, ..Default::default() });
        }
    });
    // Only these three differ in what is drawn; moving between pages draws none of it again.
    let drawn = Memo::new(|_| app().entry.get());
    move || match drawn.get() {
        Entry::In => view! { <Inside page=page.clone() /> }.into_any(),
        Entry::Stranded => view! { <Stranded /> }.into_any(),
        Entry::Starting | Entry::Out => view! { <Waiting /> }.into_any(),
    }
}

/// Nothing is known yet: the same picture as the shell of index.html.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="app" aria-busy="true">
            <div class="topbar"></div>
            <main class="main">
                <div class="page">
                    <SkeletonRows count=6 />
                </div>
            </main>
        </div>
    }
}

#[component]
fn Stranded() -> impl IntoView {
    let again = move |()| leptos::task::spawn_local(crate::state::session::enter());
    view! {
        <main id="main" class="entry">
            <EmptyState drawing=icons::OFFLINE title=t("auth.stranded.title") body=t("auth.stranded.body")>
                <Button label=t("action.retry") on_press=again />
            </EmptyState>
        </main>
    }
}

#[component]
fn Inside(page: ViewFn) -> impl IntoView {
    let adding = RwSignal::new(false);
    later::fetch_in_the_background();
    open_palette_by_keys();
    view! {
        <a class="skip" href="#main">
            {t("nav.skip")}
        </a>
        <div class="app">
            {move || page.run()}
            <nav class="nav" aria-label=t("nav.main")>
                <div class="nav-brand">
                    <Brand />
                </div>
                <div class="nav-list">
                    {MENU
                        .map(|entry| {
                            view! {
                                <A href=entry.href exact=entry.href == routes::TODAY attr:class="nav-item">
                                    {icon(entry.icon)}
                                    <span>{t(entry.label)}</span>
                                </A>
                            }
                        })
                        .into_iter()
                        .collect_view()}
                </div>
                <button
                    type="button"
                    class="nav-add"
                    aria-label=t("nav.add")
                    aria-haspopup="dialog"
                    on:click=move |_| adding.set(true)
                >
                    {icon(icons::ADD)}
                    <span class="nav-add-label">{t("nav.add")}</span>
                </button>
            </nav>
        </div>
        <AddSheet open=adding />
        {later::touch_sheet()}
        {later::moving_sheet()}
        {later::day_sheet()}
        {later::tray_sheet()}
        {later::palette_sheet()}
    }
}

/// Ctrl or ⌘ with K, unless another dialog asks for something.
fn open_palette_by_keys() {
    let keys = window_event_listener(leptos::ev::keydown, |event| {
        let held = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key();
        if !held || !event.key().eq_ignore_ascii_case("k") {
            return;
        }
        // Browsers have a box of their own behind these keys.
        event.prevent_default();
        let palette = app().palette;
        let asked = document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some());
        if palette.get_untracked() || !asked {
            palette.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || keys.remove());
}

/// What can be added from anywhere, most frequent first.
const ADDABLE: [(&str, &str, &str, Icon); 4] = [
    ("touch", "add.touch", "add.touch.help", icons::TOUCH),
    ("lead", "add.lead", "add.lead.help", icons::LEAD),
    ("account", "add.account", "add.account.help", icons::CUSTOMERS),
    ("deal", "add.deal", "add.deal.help", icons::DEAL),
];

#[component]
fn AddSheet(open: RwSignal<bool>) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let row = move |(entity, title, help, drawing): (&'static str, &'static str, &'static str, Icon)| {
        let go = move |()| {
            open.set(false);
            if entity == "touch" {
                return app().touching.set(Some(Touching::Anything));
            }
            navigate.with_value(|navigate| {
                navigate(&routes::new_record(entity), leptos_router::NavigateOptions::default())
            });
        };
        view! {
            <ButtonRow title=t(title) sub=t(help) on_press=go>
                <span class="row-icon">{icon(drawing)}</span>
            </ButtonRow>
        }
    };
    view! {
        <Sheet open=open title=t("add.title") close=t("action.close")>
            <div class="group">{ADDABLE.map(row).into_iter().collect_view()}</div>
        </Sheet>
    }
}
