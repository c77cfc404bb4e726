//! What a list is asked for: which view, filter, order and words. All of it stands in the address, so that a link
//! shows the same list to somebody else, and a page that is loaded again shows it again.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

pub const VIEW: &str = "view";
pub const FILTER: &str = "filter";
pub const SORT: &str = "sort";
pub const WORDS: &str = "q";
/// Of a board: the field that makes its lanes.
pub const LANES: &str = "lanes";

/// In place of a view's id: none of them, also not the one that is the default.
pub const NO_VIEW: &str = "all";

/// In place of a lane's field: none, also where the view has some.
pub const NO_LANES: &str = "none";

/// Goes to this page with another query.
type Go = Box<dyn Fn(&str)>;

#[derive(Clone, Copy)]
pub struct Query {
    params: Memo<ParamsMap>,
    go: StoredValue<Go, LocalStorage>,
}

impl Query {
    pub fn of_page() -> Self {
        let (navigate, path) = (use_navigate(), use_location().pathname);
        let go = move |query: &str| {
            // Not a step to go back over: the list is the same page.
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("{}{query}", path.get_untracked()), options);
        };
        let go: Go = Box::new(go);
        Self { params: use_query_map(), go: StoredValue::new_local(go) }
    }

    /// All of it, as it stands in the address; empty when there is nothing.
    pub fn text(&self) -> String {
        self.params.with(ParamsMap::to_query_string)
    }

    pub fn get(&self, name: &str) -> Option<String> {
        self.params.with(|params| params.get(name)).filter(|value| !value.is_empty())
    }

    pub fn now(&self, name: &str) -> Option<String> {
        self.params.with_untracked(|params| params.get(name)).filter(|value| !value.is_empty())
    }

    /// Changes parameters together; `None` takes one away.
    pub fn set(&self, changes: Vec<(&'static str, Option<String>)>) {
        let Some(mut params) = self.params.try_get_untracked() else { return };
        for (name, value) in changes {
            params.remove(name);
            if let Some(value) = value {
                params.insert(name, value);
            }
        }
        self.go.with_value(|go| go(&params.to_query_string()));
    }
}
