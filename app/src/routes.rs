//! Every URL of the app and every entry of its menu, on one page.

use leptos::prelude::*;

use crate::components::{Icon, icons};
use crate::pages::account::{SignIn, SignUp};
use crate::pages::home::Today;
use crate::pages::later;

pub const TODAY: &str = "/";
pub const BOARD: &str = "/board";
pub const CALENDAR: &str = "/calendar";
pub const SEARCH: &str = "/search";
pub const MORE: &str = "/more";
pub const APPEARANCE: &str = "/more/appearance";
pub const NOTIFICATIONS: &str = "/notifications";
pub const REMINDERS: &str = "/more/reminders";
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

/// What was deleted of one kind of record and can still be restored.
pub fn deleted_records(entity: &str) -> String {
    format!("/records/{entity}/deleted")
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

/// What stands around a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Nothing: the page is an entrance.
    Nothing,
    /// The frame of those who are signed in.
    Shell,
}

pub struct Route {
    /// Segments; one that begins with a colon takes any word and names it.
    path: &'static str,
    pub around: Around,
    pub view: fn() -> AnyView,
}

const fn entrance(path: &'static str, view: fn() -> AnyView) -> Route {
    Route { path, around: Around::Nothing, view }
}

const fn inside(path: &'static str, view: fn() -> AnyView) -> Route {
    Route { path, around: Around::Shell, view }
}

static ROUTES: [Route; 26] = [
    inside("", || view! { <Today /> }.into_any()),
    inside("board", later::board),
    inside("calendar", later::calendar),
    inside("search", later::search_page),
    inside("import", later::import_page),
    inside("settings/fields/:entity", later::definitions),
    inside("settings/members", later::members),
    inside("settings/pipelines", later::pipelines),
    inside("settings/roles", later::roles),
    inside("settings/roles/:role", later::role),
    inside("settings/teams", later::teams),
    inside("settings/workspace", later::workspace),
    inside("records/:entity", later::record_list),
    inside("records/:entity/deleted", later::deleted_records),
    inside("records/:entity/:id", later::record),
    inside("records/lead/:id/convert", later::convert_lead),
    inside("more", later::more_page),
    inside("more/appearance", later::appearance),
    inside("more/reminders", later::reminders),
    inside("more/sessions", later::sessions),
    inside("notifications", later::notifications),
    inside("more/password", later::password),
    entrance("sign-in", || view! { <SignIn /> }.into_any()),
    entrance("sign-up", || view! { <SignUp /> }.into_any()),
    entrance("join/:token", later::join),
    entrance("reset/:token", later::reset),
];

/// The words that a path has where its route has names, as they stand in the address.
pub type Words = Vec<(&'static str, String)>;

/// Where a path leads: which route, by its place in the table, and what its words are.
pub fn find(path: &str) -> Option<(usize, Words)> {
    let found = |(at, route): (usize, &Route)| Some((at, words(route.path, path)?));
    ROUTES.iter().enumerate().find_map(found)
}

pub fn route(at: usize) -> Option<&'static Route> {
    ROUTES.get(at)
}

fn words(route: &'static str, path: &str) -> Option<Words> {
    let mut words = Words::new();
    let mut given = path.split('/').filter(|segment| !segment.is_empty());
    for segment in route.split('/').filter(|segment| !segment.is_empty()) {
        let given = given.next()?;
        match segment.strip_prefix(':') {
            Some(name) => words.push((name, given.to_owned())),
            None if segment == given => {}
            None => return None,
        }
    }
    given.next().is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to(path: &str) -> Option<(&'static str, Vec<String>)> {
        let (at, words) = find(path)?;
        Some((route(at)?.path, words.into_iter().map(|(name, word)| format!("{name}={word}")).collect()))
    }

    #[test]
    fn a_path_leads_to_the_page_with_the_same_segments() {
        for (path, route, words) in [
            ("/", "", vec![]),
            ("/board/", "board", vec![]),
            ("/records/deal", "records/:entity", vec!["entity=deal"]),
            ("/records/deal/new", "records/:entity/:id", vec!["entity=deal", "id=new"]),
            ("/records/deal/deleted", "records/:entity/deleted", vec!["entity=deal"]),
            ("/records/lead/7/convert", "records/lead/:id/convert", vec!["id=7"]),
        ] {
            assert_eq!(
                leads_to(path),
                Some((route, words.into_iter().map(str::to_owned).collect())),
                "{path}"
            );
        }
        for nowhere in ["/records", "/boards", "/records/deal/new/more", "/sign-in/x"] {
            assert_eq!(leads_to(nowhere), None, "{nowhere}");
        }
    }
}
