//! Saved views as the list knows them.

use domain::api::ListRecords;
use domain::api::record::{ListReply, ListRequest, RecordBody};
use domain::ids::Id;
use domain::schema::builtin::saved_view::{SAVED_VIEW, SHARED};
use leptos::prelude::*;
use serde_json::json;

use crate::state::app;
use crate::state::loader::{Loader, load};
use crate::state::session::schema;

/// More than anybody keeps for one kind of record.
const AT_MOST: u32 = 200;

#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub id: Id,
    pub name: String,
    pub filter: Option<String>,
    pub sort: Option<String>,
    pub columns: Vec<String>,
    pub shared: bool,
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
            shared: text("shared").as_deref() == Some(SHARED),
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
