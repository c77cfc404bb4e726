//! The rows of a list as far as they have been loaded, page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::api::ListRecords;
use domain::api::record::{ListReply, ListRequest, RecordBody};
use domain::schema::Entity;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::work::holds;
use crate::pages::say_unread;
use crate::state::loader::{Loader, load, note};
use crate::state::{app, ask};

/// The pages that have been loaded.
#[derive(Clone, Copy)]
pub struct Pages {
    definition: StoredValue<Entity>,
    request: Memo<Option<ListRequest>>,
    pub first: Loader<ListReply>,
    /// Those after the first, of the same question.
    later: RwSignal<Vec<Arc<ListReply>>>,
    pub next: Memo<Option<String>>,
    pub pending: RwSignal<bool>,
}

impl Pages {
    /// Nothing is asked for until there is a request.
    pub fn load(definition: Entity, request: Memo<Option<ListRequest>>) -> Self {
        let entity = definition.id.clone();
        let first = load::<ListRecords>(move || Some((vec![entity.clone()], request.get()?)));
        let later = RwSignal::new(Vec::<Arc<ListReply>>::new());
        Effect::new(move |_| {
            request.track();
            later.set(Vec::new());
        });
        let next = Memo::new(move |_| {
            let last = later.with(|later| later.last().cloned());
            last.or_else(|| first.value.get()).and_then(|reply| reply.next.clone())
        });
        let pages = Self {
            definition: StoredValue::new(definition),
            request,
            first,
            later,
            next,
            pending: RwSignal::new(false),
        };
        Effect::new(move |before: Option<Option<u64>>| {
            let seq = first.value.with(|reply| reply.as_ref().map(|reply| reply.seq));
            if before.flatten().is_some_and(|before| seq.is_some_and(|seq| seq != before)) {
                pages.again();
            }
            seq
        });
        pages
    }

    /// Asks for the pages after the first anew, as many as there are: what was changed must not stay in them as it was.
    fn again(self) {
        let wanted = self.later.with_untracked(Vec::len);
        let Some(asked) = self.request.get_untracked().filter(|_| wanted > 0) else { return };
        let first = self.first.value.get_untracked();
        let entity = self.definition.with_value(|definition| definition.id.clone());
        spawn_local(async move {
            let mut found = Vec::new();
            let mut after = first.as_ref().and_then(|reply| reply.next.clone());
            while let Some(from) = after.take_if(|_| found.len() < wanted) {
                let page = ListRequest { after: Some(from), ..asked.clone() };
                // What was loaded before stays, and is asked for again with the next answer.
                let Ok(reply) = ask::<ListRecords>(&[&entity], &page).await else { return };
                note(&reply);
                after.clone_from(&reply.next);
                found.push(Arc::new(reply));
            }
            // Another question, a newer answer or a further page has come meanwhile.
            let current = self.request.try_get_untracked() == Some(Some(asked))
                && self.first.value.try_get_untracked() == Some(first)
                && self.later.try_with_untracked(Vec::len) == Some(wanted);
            if current {
                self.later.set(found);
            }
        });
    }

    /// Asks for the next page.
    pub fn more(self) {
        let request = self.request;
        let (Some(after), Some(asked)) = (self.next.get_untracked(), request.get_untracked()) else {
            return;
        };
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        let page = ListRequest { after: Some(after), ..asked.clone() };
        let entity = self.definition.with_value(|definition| definition.id.clone());
        spawn_local(async move {
            let answer = ask::<ListRecords>(&[&entity], &page).await;
            if request.try_get_untracked() == Some(Some(asked)) {
                match answer {
                    Ok(reply) => {
                        note(&reply);
                        self.later.update(|later| later.push(Arc::new(reply)));
                    }
                    Err(error) => say_unread(&error),
                }
            }
            self.pending.try_set(false);
        });
    }

    /// The rows with what waits on this device on top of them.
    pub fn rows(self) -> Memo<Vec<RecordBody>> {
        Memo::new(move |_| {
            let mut seen = BTreeSet::new();
            let mut rows: Vec<RecordBody> = Vec::new();
            let overlay = app().overlay.get();
            let pages = self.first.value.get().into_iter().chain(self.later.get());
            for page in pages {
                for body in &page.records {
                    if seen.insert(body.id)
                        && let Some(body) = overlay.apply(page.seq, body)
                    {
                        rows.push(body);
                    }
                }
            }
            // What this device made since stands first, if it belongs here.
            let seq = self.first.value.with(|reply| reply.as_ref().map_or(0, |reply| reply.seq));
            let made = self.definition.with_value(|definition| overlay.created(seq, &definition.id));
            let filter = self.request.get().and_then(|request| request.filter);
            for body in made {
                let belongs =
                    self.definition.with_value(|definition| holds(definition, filter.as_deref(), &body));
                if belongs && !seen.contains(&body.id) {
                    seen.insert(body.id);
                    rows.insert(0, body);
                }
            }
            rows
        })
    }
}
