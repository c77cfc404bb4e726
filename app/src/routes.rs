//! Every URL of the app and every entry of its menu, on one page.

use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route, Routes};
use leptos_router::path;

use crate::components::{Icon, icons};
use crate::pages::account::{SignIn, SignUp};
use crate::pages::home::{Board, Today};
use crate::pages::{NotFound, Shell, later};

pub const TODAY: &str = "/";
pub const BOARD: &str = "/board";
pub const SEARCH: &str = "/search";
pub const MORE: &str = "/more";
pub const APPEARANCE: &str = "/more/appearance";
pub const SESSIONS: &str = "/more/sessions";
pub const PASSWORD: &str = "/more/password";
pub const MEMBERS: &str = "/settings/members";
pub const PIPELINES: &str = "/settings/pipelines";
pub const ROLES: &str = "/settings/roles";
pub const TEAMS: &str = "/settings/teams";
pub const WORKSPACE: &str = "/settings/workspace";
pub const IMPORT: &str = "/import";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_UP: &str = "/sign-up";

/// The list of one kind of record.
pub fn records(entity: &str) -> String {
    format!("/records/{entity}")
}

/// The form for a new record.
pub fn new_record(entity: &str) -> String {
    format!("/records/{entity}/new")
}

/// One record.
pub fn record(entity: &str, id: &str) -> String {
    format!("/records/{entity}/{id}")
}

/// The records of one kind that a condition lets through.
pub fn records_where(entity: &str, condition: &serde_json::Value) -> String {
    format!("/records/{entity}?filter={}", js_sys::encode_uri_component(&condition.to_string()))
}

/// Where a lead becomes a customer.
pub fn convert(lead: &str) -> String {
    format!("/records/lead/{lead}/convert")
}

/// Search with its words.
pub fn search(words: &str) -> String {
    if words.is_empty() {
        SEARCH.to_owned()
    } else {
        format!("{SEARCH}?q={}", js_sys::encode_uri_component(words))
    }
}

/// The fields of one kind of record.
pub fn fields(entity: &str) -> String {
    format!("/settings/fields/{entity}")
}

/// What one role may do.
pub fn role(id: &str) -> String {
    format!("{ROLES}/{id}")
}

/// Import, with the kind of record the file is for.
pub fn import(entity: &str) -> String {
    format!("{IMPORT}?entity={entity}")
}

/// Pages for somebody who is not signed in.
pub fn is_entrance(path: &str) -> bool {
    [SIGN_IN, SIGN_UP, "/join", "/reset"].into_iter().any(|start| path.starts_with(start))
}

/// An entry of the main navigation.
#[derive(Clone, Copy)]
pub struct MenuEntry {
    pub href: &'static str,
    pub label: &'static str,
    pub icon: Icon,
}

pub const MENU: [MenuEntry; 5] = [
    MenuEntry { href: TODAY, label: "nav.today", icon: icons::TODAY },
    MenuEntry { href: BOARD, label: "nav.board", icon: icons::BOARD },
    MenuEntry { href: "/records/account", label: "nav.customers", icon: icons::CUSTOMERS },
    MenuEntry { href: SEARCH, label: "nav.search", icon: icons::SEARCH },
    MenuEntry { href: MORE, label: "nav.more", icon: icons::MORE },
];

#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/sign-in") view=SignIn />
            <Route path=path!("/sign-up") view=SignUp />
            <Route path=path!("/join/:token") view=later::join />
            <Route path=path!("/reset/:token") view=later::reset />
            <ParentRoute path=path!("/") view=Shell>
                <Route path=path!("") view=Today />
                <Route path=path!("board") view=Board />
                <Route path=path!("search") view=later::search_page />
                <Route path=path!("import") view=later::import_page />
                <Route path=path!("settings/fields/:entity") view=later::definitions />
                <Route path=path!("settings/members") view=later::members />
                <Route path=path!("settings/pipelines") view=later::pipelines />
                <Route path=path!("settings/roles") view=later::roles />
                <Route path=path!("settings/roles/:role") view=later::role />
                <Route path=path!("settings/teams") view=later::teams />
                <Route path=path!("settings/workspace") view=later::workspace />
                <Route path=path!("records/:entity") view=later::record_list />
                <Route path=path!("records/:entity/:id") view=later::record />
                <Route path=path!("records/lead/:id/convert") view=later::convert_lead />
                <ParentRoute path=path!("more") view=Outlet>
                    <Route path=path!("") view=later::more_page />
                    <Route path=path!("appearance") view=later::appearance />
                    <Route path=path!("sessions") view=later::sessions />
                    <Route path=path!("password") view=later::password />
                </ParentRoute>
            </ParentRoute>
        </Routes>
    }
}
