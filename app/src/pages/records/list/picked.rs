//! Ticked rows: one by one, or everything that the filter lets through.

use std::collections::BTreeSet;

use domain::ids::Id;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Picked {
    /// Rows can be ticked; on a phone that is a mode.
    pub on: RwSignal<bool>,
    pub ids: RwSignal<BTreeSet<Id>>,
    /// Everything, also what has not been loaded.
    pub all: RwSignal<bool>,
}

impl Picked {
    /// What was ticked under one filter means nothing under another.
    pub fn new(condition: Memo<Option<String>>) -> Self {
        let picked = Self { on: RwSignal::new(false), ids: RwSignal::default(), all: RwSignal::new(false) };
        Effect::new(move |before: Option<()>| {
            condition.track();
            if before.is_some() {
                picked.clear();
            }
        });
        picked
    }

    pub fn clear(&self) {
        self.on.set(false);
        self.all.set(false);
        self.ids.set(BTreeSet::new());
    }

    pub fn has(&self, id: Id) -> bool {
        self.all.get() || self.ids.with(|ids| ids.contains(&id))
    }

    pub fn any(&self) -> bool {
        self.all.get() || self.ids.with(|ids| !ids.is_empty())
    }

    /// Ticks a row or takes the tick away. Without one of all, the others of the page stay: `loaded` are those.
    pub fn toggle(&self, id: Id, loaded: &[Id]) {
        if self.all.get_untracked() {
            self.all.set(false);
            self.ids.set(loaded.iter().copied().collect());
        }
        self.ids.update(|ids| {
            if !ids.remove(&id) {
                ids.insert(id);
            }
        });
    }
}
