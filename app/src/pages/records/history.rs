//! The pages of a record's history, as far as they have been read.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::api::GetTimeline;
use domain::api::record::{TimelineEntry, TimelineKind, TimelineReply, TimelineRequest};
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::state::ask;
use crate::state::loader::{Loader, load, note};

/// What of a history is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Entries of this kind only.
    pub only: Option<TimelineKind>,
    /// What this person did.
    pub by: Option<Id>,
    /// Also of what belongs to the record.
    pub related: bool,
}

impl Shown {
    fn request(self, after: Option<String>) -> TimelineRequest {
        TimelineRequest { after, only: self.only, by: self.by, related: self.related.then_some(true) }
    }
}

#[derive(Clone, Copy)]
pub struct History {
    entity: StoredValue<String>,
    id: Memo<Option<Id>>,
    pub shown: RwSignal<Shown>,
    pub first: Loader<TimelineReply>,
    /// Those after the first, of the same.
    later: RwSignal<Vec<Arc<TimelineReply>>>,
    pub next: Memo<Option<String>>,
    pub pending: RwSignal<bool>,
}

impl History {
    pub fn load(entity: &str, id: Memo<Option<Id>>, shown: Shown) -> Self {
        let shown = RwSignal::new(shown);
        let kind = entity.to_owned();
        let first = load::<GetTimeline>(move || {
            Some((vec![kind.clone(), id.get()?.to_string()], shown.get().request(None)))
        });
        let later = RwSignal::new(Vec::<Arc<TimelineReply>>::new());
        let next = Memo::new(move |_| {
            let last = later.with(|later| later.last().cloned());
            last.or_else(|| first.value.get()).and_then(|reply| reply.next.clone())
        });
        let entity = StoredValue::new(entity.to_owned());
        let history = Self { entity, id, shown, first, later, next, pending: RwSignal::new(false) };
        Effect::new(move |answered: Option<bool>| {
            let answers = first.value.with(Option::is_some);
            if answers && answered == Some(true) {
                history.again();
            }
            answers
        });
        history
    }

    /// Asks for other entries.
    pub fn show(self, shown: Shown) {
        self.shown.set(shown);
        self.first.value.set(None);
        self.later.set(Vec::new());
    }

    /// Asks for the next page.
    pub fn more(self) {
        let Some(after) = self.next.get_untracked().filter(|_| !self.pending.get_untracked()) else { return };
        self.pending.set(true);
        spawn_local(async move {
            if let Some(page) = self.page(after.clone()).await
                && self.next.try_get_untracked() == Some(Some(after))
            {
                self.later.update(|later| later.push(page));
            }
            self.pending.try_set(false);
        });
    }

    /// Asks for the pages after the first anew, as many as there are: what is new has pushed the last entries of the first
    /// one out of it.
    fn again(self) {
        let wanted = self.later.with_untracked(Vec::len);
        let Some(first) = self.first.value.get_untracked().filter(|_| wanted > 0) else { return };
        spawn_local(async move {
            let mut found = Vec::new();
            let mut after = first.next.clone();
            while let Some(from) = after.take_if(|_| found.len() < wanted) {
                // What was read before stays, and is asked for again with the next answer.
                let Some(page) = self.page(from).await else { return };
                after.clone_from(&page.next);
                found.push(page);
            }
            // A newer answer or a further page may have come meanwhile.
            let newest = self.first.value.try_get_untracked().flatten();
            let current = newest.is_some_and(|newest| Arc::ptr_eq(&newest, &first))
                && self.later.try_with_untracked(Vec::len) == Some(wanted);
            if current {
                self.later.set(found);
            }
        });
    }

    /// A page after the first; nothing where something else is asked for by the time it comes.
    async fn page(self, after: String) -> Option<Arc<TimelineReply>> {
        let asked = move || Some((self.id.try_get_untracked()??, self.shown.try_get_untracked()?));
        let entity = self.entity.try_get_value()?;
        let (id, shown) = asked()?;
        let request = shown.request(Some(after));
        let reply = ask::<GetTimeline>(&[&entity, &id.to_string()], &request).await.ok()?;
        (asked() == Some((id, shown))).then(|| {
            note(&reply);
            Arc::new(reply)
        })
    }

    /// All entries that have been read, the newest first; what has moved to the front of late stands there alone.
    pub fn entries(self) -> Vec<TimelineEntry> {
        let mut seen = BTreeSet::new();
        let pages: Vec<_> = self.first.value.get().into_iter().chain(self.later.get()).collect();
        let all = pages.iter().flat_map(|page| &page.entries);
        all.filter(|entry| seen.insert(identity(entry))).cloned().collect()
    }
}

/// What an entry is about, whatever it says of it.
fn identity(entry: &TimelineEntry) -> String {
    match entry {
        TimelineEntry::Touch { record, .. }
        | TimelineEntry::Task { record, .. }
        | TimelineEntry::Comment { record, .. } => record.id.to_string(),
        TimelineEntry::Change { command, change, .. } => format!("{command}.{change:?}"),
        TimelineEntry::File { file, record, .. } => format!("{}.{record}", file.id),
    }
}
