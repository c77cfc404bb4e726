//! A company whose people see different parts of it, and the currencies it is paid in: for tests that compare the server's
//! numbers with adding up one by one.

use domain::ids::Id;
use serde_json::json;

use crate::person::Person;
use crate::workspace::Workspace;

/// A currency, its minor digits, and what one is worth in yuan, in millionths; without one it has no rate.
pub const CURRENCIES: [(&str, u32, Option<i128>); 4] =
    [("CNY", 2, Some(1_000_000)), ("USD", 2, Some(7_123_457)), ("JPY", 0, Some(48_511)), ("EUR", 2, None)];

pub struct Company {
    pub workspace: Workspace,
    pub north: Id,
    pub south: Id,
    /// A team of the north.
    pub under: Id,
    /// Of the north, and sees it all.
    pub manager: Person,
    /// A rep under the manager.
    pub near: Person,
    /// A rep of the south.
    pub far: Person,
}

impl Company {
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        let workspace = Workspace::new();
        let (north, south) = (workspace.team("北区", None), workspace.team("南区", None));
        let under = workspace.team("北区一组", Some(north));
        let manager = workspace.person("manager", Some(north));
        let near = workspace.person("rep", Some(under));
        let far = workspace.person("rep", Some(south));
        for (code, _, rate) in CURRENCIES {
            if let Some(micros) = rate.filter(|_| code != "CNY") {
                let rate = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
                workspace.admin.create("rate", json!({"currency": code, "from": "2026-01-01", "rate": rate}));
            }
        }
        Self { workspace, north, south, under, manager, near, far }
    }
}

impl Default for Company {
    fn default() -> Self {
        Self::new()
    }
}
