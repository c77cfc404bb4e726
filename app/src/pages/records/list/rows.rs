//! The rows of a list as they are drawn: a row stays the same element as long as its record is listed, whoever changes it,
//! so that the focus, and what is open in it, stay with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::components::{focus_in_place, is_focus_lost};

/// A record as it is now.
pub type Body = Memo<Arc<RecordBody>>;

type Known = BTreeMap<Id, Arc<RecordBody>>;

#[derive(Clone, Copy)]
pub struct Rows {
    ids: Memo<Vec<Id>>,
    known: Memo<Known>,
}

impl Rows {
    pub fn new(rows: Memo<Vec<RecordBody>>) -> Self {
        let ids = Memo::new(move |_| rows.with(|rows| rows.iter().map(|body| body.id).collect()));
        let known =
            Memo::new(move |before: Option<&Known>| rows.with(|rows| with_unchanged_shared(rows, before)));
        keep_focus(ids);
        Self { ids, known }
    }

    /// What is listed, in its order.
    pub fn ids(self) -> Vec<Id> {
        self.ids.get()
    }

    /// Which of them are loaded, for what happens outside of the view.
    pub fn loaded(self) -> Vec<Id> {
        self.ids.get_untracked()
    }

    /// The record of a row; nothing if it is not listed.
    pub fn body(self, id: Id) -> Option<Body> {
        let first = self.known.with_untracked(|known| known.get(&id).cloned())?;
        // One that is listed no more is drawn for the last time as it was.
        Some(Memo::new(move |before: Option<&Arc<RecordBody>>| {
            let now = self.known.with(|known| known.get(&id).cloned());
            now.unwrap_or_else(|| before.unwrap_or(&first).clone())
        }))
    }
}

fn with_unchanged_shared(rows: &[RecordBody], before: Option<&Known>) -> Known {
    let share = |body: &RecordBody| {
        let known = before.and_then(|before| before.get(&body.id)).filter(|known| ***known == *body);
        (body.id, known.cloned().unwrap_or_else(|| Arc::new(body.clone())))
    };
    rows.iter().map(share).collect()
}

/// A row that comes to stand in another place takes the focus along: the browser lets go of what is moved.
fn keep_focus(ids: Memo<Vec<Id>>) {
    let focused = StoredValue::new_local(None::<HtmlElement>);
    let came = window_event_listener(leptos::ev::focusin, move |event| {
        let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        focused.try_set_value(element);
    });
    // Pressing beside everything takes the focus away.
    let pressed = window_event_listener(leptos::ev::pointerdown, move |_| {
        focused.try_set_value(None);
    });
    on_cleanup(move || {
        came.remove();
        pressed.remove();
    });
    Effect::new(move |before: Option<()>| {
        ids.track();
        if before.is_none() || focused.with_value(Option::is_none) {
            return;
        }
        spawn_local(async move {
            tick().await;
            let element = focused.try_get_value().flatten().filter(|element| element.is_connected());
            if let Some(element) = element.filter(|_| is_focus_lost()) {
                focus_in_place(&element);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use domain::command::May;

    use super::*;

    fn body(number: u64, version: u64) -> RecordBody {
        RecordBody {
            entity: "deal".into(),
            id: Id::v7(number, &[0; 10]),
            version,
            values: [].into(),
            deleted: false,
            deleted_at: None,
            may: May::default(),
        }
    }

    #[test]
    fn what_nobody_changed_stays_the_same() {
        let before = with_unchanged_shared(&[body(1, 1), body(2, 1), body(3, 1)], None);
        let now = with_unchanged_shared(&[body(3, 1), body(2, 2), body(4, 1)], Some(&before));
        let same = |number: u64| {
            let id = Id::v7(number, &[0; 10]);
            Some(Arc::ptr_eq(before.get(&id)?, now.get(&id)?))
        };
        assert_eq!([1, 2, 3, 4].map(same), [None, Some(false), Some(true), None]);
        assert_eq!(now[&Id::v7(2, &[0; 10])].version, 2);
    }
}
