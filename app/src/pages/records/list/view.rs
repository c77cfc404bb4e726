//! Saved views as the list knows them.

use domain::api::ListRecords;
use domain::api::record::{ListReply, ListRequest, RecordBody};
use domain::ids::Id;
use domain::schema::builtin::saved_view::{OWN, SAVED_VIEW, SHARED, TEAMS};
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use crate::state::app;
use crate::state::loader::{Loader, load};
use crate::state::session::schema;

/// More than anybody keeps for one kind of record.
const AT_MOST: u32 = 200;

/// Who has a view.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Audience {
    #[default]
    Own,
    /// These teams and those below them.
    Teams(Vec<String>),
    Everybody,
}

impl Audience {
    pub fn is_shared(&self) -> bool {
        *self != Self::Own
    }

    /// Whether somebody may have both by being of one audience: then a role can begin with one of them only.
    pub fn competes_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everybody, Self::Everybody) => true,
            (Self::Teams(own), Self::Teams(others)) => own.iter().any(|team| others.contains(team)),
            _ => false,
        }
    }

    /// The values of the fields that say so.
    pub fn values(&self) -> [(&'static str, Json); 2] {
        let (shared, teams) = match self {
            Self::Own => (OWN, Json::Null),
            Self::Teams(teams) => (TEAMS, Json::from(teams.join(","))),
            Self::Everybody => (SHARED, Json::Null),
        };
        [("shared", Json::from(shared)), ("teams", teams)]
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub id: Id,
    pub name: String,
    pub filter: Option<String>,
    pub sort: Option<String>,
    pub columns: Vec<String>,
    /// Fields on the cards of a board, and the field that makes its lanes.
    pub card: Vec<String>,
    pub lanes: Option<String>,
    pub audience: Audience,
    /// Roles whose first view it is.
    pub roles: Vec<String>,
    pub body: RecordBody,
}

impl View {
    fn of(body: RecordBody) -> Self {
        let text = |field: &str| body.values.get(field).and_then(|json| json.as_str()).map(str::to_owned);
        let list = |field: &str| -> Vec<String> {
            let ids = text(field).unwrap_or_default();
            ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
        };
        Self {
            id: body.id,
            name: text("name").unwrap_or_default(),
            filter: text("filter"),
            sort: text("sort"),
            columns: list("columns"),
            card: list("card"),
            lanes: text("lanes"),
            audience: match text("shared").as_deref() {
                Some(SHARED) => Audience::Everybody,
                Some(TEAMS) => Audience::Teams(list("teams")),
                _ => Audience::Own,
            },
            roles: list("roles"),
            body,
        }
    }
}

/// Asks for the views of a kind of record.
pub fn load_views(entity: &str) -> Loader<ListReply> {
    let about = json!(["=", ["field", "entity"], entity]).to_string();
    load::<ListRecords>(move || {
        // A workspace from before there were views has none.
        schema().entity(SAVED_VIEW)?;
        let request = ListRequest {
            filter: Some(about.clone()),
            sort: Some("name".to_owned()),
            limit: Some(AT_MOST),
            ..ListRequest::default()
        };
        Some((vec![SAVED_VIEW.to_owned()], request))
    })
}

/// The views there are, with what this device changed and has not been told back yet.
pub fn views(loaded: Loader<ListReply>, entity: &str) -> Memo<Vec<View>> {
    let entity = entity.to_owned();
    Memo::new(move |_| {
        let overlay = app().overlay.get();
        let reply = loaded.value.get();
        let seq = reply.as_ref().map_or(0, |reply| reply.seq);
        let known = reply.iter().flat_map(|reply| &reply.records);
        let mut views: Vec<View> = known.filter_map(|body| overlay.apply(seq, body)).map(View::of).collect();
        for body in overlay.created(seq, SAVED_VIEW) {
            let about = body.values.get("entity").and_then(|json| json.as_str());
            if about == Some(&entity) && !views.iter().any(|view| view.id == body.id) {
                views.push(View::of(body));
            }
        }
        views
    })
}

/// The view that a role begins with: one for the reader's team goes before one for everybody.
pub fn first_of(views: &[View], role: &str) -> Option<View> {
    let first = |of_teams: bool| {
        views.iter().find(|view| {
            view.roles.iter().any(|known| known == role)
                && view.audience.is_shared()
                && matches!(view.audience, Audience::Teams(_)) == of_teams
        })
    };
    first(true).or_else(|| first(false)).cloned()
}
