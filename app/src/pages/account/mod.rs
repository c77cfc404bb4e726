//! Getting in: signing in, signing up. Nothing here needs a session.

mod sending;
mod sign_in;
mod sign_up;

pub use sending::{Next, Sending};
pub use sign_in::SignIn;
pub use sign_up::{CURRENCIES, SignUp, all_zones, currency_name};

use domain::api::{Call, GetFile, fill};
use leptos::prelude::*;
use leptos_router::components::A;
use messages::Lang;

use crate::components::{icon, icons};
use crate::i18n::{lang, t, tr};
use crate::routes;
use crate::state::app;
use crate::state::preferences::choose_lang;
use crate::state::session::{Entry as Entered, schema};

/// Where the workspace's logo lies, when it has one and somebody is in.
pub fn logo_address() -> Option<String> {
    let logo = (app().entry.get() == Entered::In).then(|| schema().workspace.logo)??;
    Some(fill(GetFile::ENDPOINT.path, &[&logo.to_string()]))
}

#[component]
fn Seal() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" fill="var(--accent)"></rect>
            <path
                d="M10.2 6.8 7.4 11.6M8.6 9.6h7.2M6.2 15.4h10.6M11.6 9.8v5.6c0 4.4-2 7.6-5.2 9.6M12 17.2l4.4 6.2M19.4 11.4h6.4v10.8h-6.4z"
                fill="none"
                stroke="var(--ink-on-accent)"
                stroke-width="2.2"
                stroke-linecap="round"
                stroke-linejoin="round"
            ></path>
        </svg>
    }
}

/// The workspace's logo, or the seal, and the name, leading home.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <A href=routes::TODAY attr:class="brand" attr:aria-label=t("app.name")>
            {move || match logo_address() {
                Some(address) => view! { <img class="brand-mark brand-logo" src=address alt="" /> }.into_any(),
                None => view! { <Seal /> }.into_any(),
            }}
            <span class="brand-name">{t("app.name")}</span>
        </A>
    }
}

/// One quiet column with the brand above and the choice of language below.
#[component]
pub fn Entry(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    Effect::new(move |_| document().set_title(&format!("{} · {}", tr(title, &[]), tr("app.name", &[]))));
    let other = move || if lang() == Lang::Zh { Lang::En } else { Lang::Zh };
    let other_name =
        move || t(if other() == Lang::Zh { "settings.language.zh" } else { "settings.language.en" })();
    view! {
        <div class="entry">
            <main id="main" class="entry-column">
                <Brand />
                <div class="entry-head">
                    <h1>{t(title)}</h1>
                    <p class="entry-lead">{t(lead)}</p>
                </div>
                {children()}
            </main>
            <footer class="entry-foot">
                <button type="button" class="btn btn-quiet" lang=move || other().tag() on:click=move |_| choose_lang(other())>
                    {icon(icons::LANGUAGE)}
                    <span>{other_name}</span>
                </button>
            </footer>
        </div>
    }
}
