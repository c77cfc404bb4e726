//! A fresh workspace, and people who come into it the way people do: by an invitation.

use std::sync::Arc;

use domain::api;
use domain::api::account::{AcceptRequest, InviteReply, InviteRequest, SignUpRequest};
use domain::ids::Id;
use domain::money::Currency;
use domain::schema::{WorkDays, WorkspaceSettings};
use serde_json::json;

use crate::actions;
use crate::browser::{Browser, Server};
use crate::ids::{new_id, random};
use crate::person::Person;

pub struct Workspace {
    /// Who signed up.
    pub admin: Person,
}

/// An address that nobody has.
#[must_use]
pub fn new_email() -> String {
    let hex: String = random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("p{hex}@example.com")
}

#[must_use]
pub fn settings() -> WorkspaceSettings {
    let Some(currency) = Currency::parse("CNY") else { panic!("CNY is a currency") };
    WorkspaceSettings {
        name: "测试公司".to_owned(),
        language: "en".to_owned(),
        zone: "Asia/Shanghai".to_owned(),
        currency,
        work: WorkDays::default(),
        logo: None,
    }
}

#[must_use]
pub fn sign_up_request(email: &str) -> SignUpRequest {
    SignUpRequest {
        workspace: settings().into(),
        name: "Admin".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// Everybody's password, unless a test is about passwords.
pub const PASSWORD: &str = "correct horse";

impl Workspace {
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        Self::on(&Server::shared(), settings())
    }

    #[track_caller]
    #[must_use]
    pub fn on(server: &Arc<Server>, settings: WorkspaceSettings) -> Self {
        let email = new_email();
        let mut browser = Browser::new(server);
        let request = SignUpRequest { workspace: settings.into(), ..sign_up_request(&email) };
        let reply = browser.enter::<api::SignUp>(&[], &request);
        let (workspace, user, password) = (reply.workspace, reply.user, PASSWORD.to_owned());
        Self { admin: Person { browser, workspace, user, email, password } }
    }

    /// Two workspaces on each shard. Where a workspace goes is chance, so it takes a few.
    #[track_caller]
    #[must_use]
    pub fn on_each_shard() -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for _ in 0..100 {
            let next = Self::new();
            let same = found.iter().filter(|known| known.admin.shard() == next.admin.shard()).count();
            if same < 2 {
                found.push(next);
            }
            if found.len() == 4 {
                found.sort_by_key(|known| known.admin.shard());
                return found;
            }
        }
        panic!("a hundred workspaces came to {} places", found.len());
    }

    #[track_caller]
    #[must_use]
    pub fn team(&self, name: &str, parent: Option<Id>) -> Id {
        self.admin.create("team", json!({"name": name, "parent": parent}))
    }

    #[track_caller]
    #[must_use]
    pub fn invite(&self, email: &str, role: &str, team: Option<Id>) -> InviteReply {
        let request = InviteRequest {
            user: None,
            name: format!("{role} 同事"),
            email: email.to_owned(),
            role: role.to_owned(),
            team,
        };
        self.admin.call::<api::Invite>(&[], &request)
    }

    /// Somebody new with a role, signed in.
    #[track_caller]
    #[must_use]
    pub fn person(&self, role: &str, team: Option<Id>) -> Person {
        let email = new_email();
        let invitation = self.invite(&email, role, team);
        let mut browser = Browser::new(&self.admin.server);
        let request = AcceptRequest { password: PASSWORD.to_owned() };
        let reply = browser.enter::<api::AcceptInvitation>(&[token_of(&invitation.path)], &request);
        assert_eq!((reply.workspace, reply.user), (self.admin.workspace, invitation.user));
        Person { browser, workspace: reply.workspace, user: reply.user, email, password: PASSWORD.to_owned() }
    }

    /// Adds a custom field and says which revision the definitions have now.
    #[track_caller]
    pub fn add_field(&self, entity: &str, id: &str, kind: serde_json::Value) -> u64 {
        self.admin.done(vec![actions::add_field(self.admin.revision(), entity, id, kind)]).revision
    }

    /// An account and a deal of one owner, the deal under the account.
    #[track_caller]
    pub fn account_and_deal(&self, owner: Id) -> (Id, Id) {
        let (account, deal) = (new_id(), new_id());
        self.admin.done(vec![
            actions::create("account", account, json!({"name": "恒通物流", "owner": owner})),
            actions::create("deal", deal, json!({"name": "仓储二期", "account": account, "owner": owner})),
        ]);
        (account, deal)
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

/// The token at the end of a link.
#[must_use]
pub fn token_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
