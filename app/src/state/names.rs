//! Names of records that others point at, as far as any reply has told them.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::api::record::Names;
use domain::ids::Id;
use leptos::prelude::*;

use super::app;

thread_local! {
    static NAMES: RefCell<HashMap<Id, String>> = RefCell::default();
}

pub fn learn(names: &Names) {
    let mut changed = false;
    for (id, name) in names {
        changed |= keep(*id, name);
    }
    if changed {
        app().names_version.update(|version| *version += 1);
    }
}

pub fn learn_one(id: Id, name: &str) {
    if keep(id, name) {
        app().names_version.update(|version| *version += 1);
    }
}

/// Whether that is news.
fn keep(id: Id, name: &str) -> bool {
    NAMES.with_borrow_mut(|known| known.insert(id, name.to_owned()).as_deref() != Some(name))
}

/// The name behind an id, when it is known; follows when it becomes so.
pub fn name_of(id: Id) -> Option<String> {
    app().names_version.track();
    NAMES.with_borrow(|known| known.get(&id).cloned())
}
