//! A box and what it finds, shared by the page and the palette.

use std::time::Duration;

use domain::api::record::{Hit, SearchReply, SearchRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Avatar, AvatarShape, Icon, icon, icons};
use crate::i18n::{label, tr};
use crate::state::loader::{Loader, load};
use crate::state::recent;
use crate::state::session::schema;

/// A pause in typing after which it is asked.
const PAUSE: Duration = Duration::from_millis(180);

#[derive(Clone, Copy)]
pub struct Asking {
    /// As it is being typed.
    pub query: RwSignal<String>,
    /// As it was asked last.
    pub asked: RwSignal<String>,
    pub found: Loader<SearchReply>,
    /// What changed lately, while nothing is asked.
    pub changed: Loader<SearchReply>,
    /// What was looked at on this device.
    pub looked_at: RwSignal<Vec<Hit>>,
}

impl Asking {
    /// `on_asked` is told what is asked, each time it is something else.
    pub fn new(beginning: String, on_asked: impl Fn(&str) + 'static) -> Self {
        let query = RwSignal::new(beginning);
        let asked = RwSignal::new(query.get_untracked().trim().to_owned());
        let looked_at = RwSignal::new(Vec::new());
        spawn_local(async move {
            looked_at.try_set(recent::looked_at().await);
        });
        let on_asked = StoredValue::new_local(on_asked);
        let turn = StoredValue::new(0_u32);
        Effect::new(move |before: Option<String>| {
            let text = query.get().trim().to_owned();
            if before.is_some_and(|before| before != text) {
                let now = turn.get_value() + 1;
                turn.set_value(now);
                let text = text.clone();
                set_timeout(
                    move || {
                        // Only the last of several quick letters asks.
                        if turn.try_get_value() != Some(now) {
                            return;
                        }
                        on_asked.with_value(|on_asked| on_asked(&text));
                        asked.set(text);
                    },
                    PAUSE,
                );
            }
            text
        });
        let request = move |wanted: bool| {
            let q = asked.get();
            (q.is_empty() != wanted).then(|| (Vec::new(), SearchRequest { q, entity: None }))
        };
        Self {
            query,
            asked,
            found: load::<domain::api::Search>(move || request(true)),
            changed: load::<domain::api::Search>(move || request(false)),
            looked_at,
        }
    }

    /// What changed lately and was not looked at here.
    pub fn changed_lately(&self) -> Vec<Hit> {
        let looked_at = self.looked_at.get();
        let changed = self.changed.value.get();
        let new = |hit: &&Hit| looked_at.iter().all(|known| known.id != hit.id);
        changed.iter().flat_map(|reply| reply.hits.iter()).filter(new).cloned().collect()
    }
}

/// The kind of a record, by its id.
pub fn kind_of(entity: &str) -> String {
    schema().entity(entity).map(|entity| label(&entity.label)).unwrap_or_default()
}

/// A hit's second line: where the words stand when it is not in the name, otherwise what tells namesakes apart.
pub fn second_line(hit: &Hit) -> String {
    let Some(found) = &hit.found else { return hit.detail.clone() };
    let schema = schema();
    let field = schema.entity(&hit.entity).and_then(|entity| entity.field(&found.field));
    let name = field.map(|field| label(&field.label)).unwrap_or_default();
    tr("search.found", &[("field", &name), ("text", &found.text)])
}

/// What stands at the start of a hit: things have a drawing; people and companies the first letter of their name.
pub fn mark_of(hit: &Hit) -> AnyView {
    match icon_of(&hit.entity) {
        Some(drawing) => view! { <span class="row-icon">{icon(drawing)}</span> }.into_any(),
        None => {
            let shape = if hit.entity == "account" { AvatarShape::Square } else { AvatarShape::Round };
            view! { <Avatar name=hit.title.clone() shape /> }.into_any()
        }
    }
}

fn icon_of(entity: &str) -> Option<Icon> {
    match entity {
        "account" | "contact" | "lead" | "user" => None,
        "deal" => Some(icons::DEAL),
        "product" => Some(icons::PRODUCT),
        "task" => Some(icons::TASK),
        "team" => Some(icons::TEAM),
        _ => Some(icons::FIELDS),
    }
}

/// What has to be said about an answer beside its hits.
pub fn remark(reply: &SearchReply) -> Option<&'static str> {
    match (reply.stopped, reply.near) {
        (true, _) => Some("search.stopped"),
        (_, true) => Some("search.near"),
        _ => None,
    }
}
