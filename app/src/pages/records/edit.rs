//! One field of one record, edited where it is shown: in a cell of the list, or among the facts of its page. Both have
//! the control of the form, the checks of the domain, and one command by the one door.

use std::sync::Arc;

use domain::api::Code;
use domain::api::record::RecordBody;
use domain::command::Wire;
use domain::fields::FieldKind;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::Field;
use leptos::prelude::*;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::wish::Wish;
use crate::fields;
use crate::i18n::{named_problem_text, problem_text, say, tr};
use crate::state::foresee::problem_of;
use crate::state::outbox::{self, Note, Outcome};
use crate::state::session::schema_now;
use crate::state::{Moving, app};

/// As long as it is waited for the answer; after that the tray has it.
const PATIENCE_MS: i32 = 6_000;

/// Whether the reader may change this field of this record. What the system fills in nobody changes.
pub fn is_editable(field: &Field, body: &RecordBody) -> bool {
    let may = if field.id == "owner" { body.may.assign } else { body.may.update };
    may && !field.system && !field.retired
}

/// A field while it is edited.
#[derive(Clone)]
pub struct Edit {
    pub field: Field,
    /// The record as it was when the editing began: what others change since meets the change as a conflict.
    pub body: Arc<RecordBody>,
    pub value: RwSignal<Json>,
    /// What is wrong with it: by the field itself while it is typed, by the planner or the server once it was sent.
    pub problem: Memo<Option<String>>,
    foreseen: Memo<Option<String>>,
    found: RwSignal<Option<String>>,
    pending: RwSignal<bool>,
}

/// What became of an attempt to save.
pub enum Submitted {
    /// Nothing differs.
    Same,
    /// It is wrong, and the problem says how.
    Wrong,
    /// It is on the device and on its way.
    Sent(Id),
}

impl Edit {
    /// Begins with what stands on the record, or with what somebody had typed, and with what was said about that.
    pub fn new(field: Field, body: Arc<RecordBody>, typed: Option<Json>, found: Option<String>) -> Self {
        let before = body.values.get(&field.id).cloned().unwrap_or(Json::Null);
        let value = RwSignal::new(typed.unwrap_or_else(|| before.clone()));
        let found = RwSignal::new(found);
        Effect::new(move |begun: Option<()>| {
            value.track();
            if begun.is_some() {
                found.set(None);
            }
        });
        let own = field.clone();
        let foreseen = Memo::new(move |_| {
            let json = value.get();
            let wrong = (json != before).then(|| problem_of(&schema_now(), &own, &json)).flatten();
            wrong.as_ref().map(problem_text)
        });
        let problem = Memo::new(move |_| found.get().or_else(|| foreseen.get()));
        Self { field, body, value, problem, foreseen, found, pending: RwSignal::new(false) }
    }

    /// The field's control. Whether it may stay empty is said when it is saved.
    pub fn control(&self) -> AnyView {
        provide_context(fields::OfKind(self.body.entity.clone()));
        fields::input(&Field { required: false, ..self.field.clone() }, self.value)
    }

    pub fn before(&self) -> Json {
        self.body.values.get(&self.field.id).cloned().unwrap_or(Json::Null)
    }

    /// What differs from what stood there; follows the control.
    pub fn changed(&self) -> Option<Json> {
        let json = self.value.get();
        (json != self.before()).then_some(json)
    }

    /// Puts the change into the outbox.
    pub async fn submit(&self) -> Submitted {
        let Some(json) = untrack(|| self.changed()) else { return Submitted::Same };
        if self.pending.get_untracked() || self.foreseen.with_untracked(Option::is_some) {
            return Submitted::Wrong;
        }
        if let (FieldKind::Stage(_), Some(to)) = (&self.field.kind, json.as_str()) {
            // Another stage is a move, for which the process may ask something.
            let (body, to) = (Box::new((*self.body).clone()), to.to_owned());
            app().moving.set(Some(Moving::To { body, to, rank: None, also: Wire::new() }));
            return Submitted::Same;
        }
        let schema = schema_now();
        let wish = Wish::Set { field: self.field.id.clone(), value: json };
        let action = schema.entity(&self.body.entity).and_then(|entity| wish.action(entity, &self.body));
        let Some(action) = action else { return Submitted::Same };
        let note = Note {
            key: "outbox.item.update".to_owned(),
            entity: self.body.entity.clone(),
            name: untrack(|| fields::title(&schema, &self.body)),
            toast: Some(say("record.saved.toast", &[])),
            record: Some((self.body.entity.clone(), self.body.id)),
        };
        self.pending.set(true);
        let answer = outbox::submit(outbox::command(vec![action]), note, vec![(*self.body).clone()]).await;
        self.pending.try_set(false);
        match answer {
            Ok(command) => Submitted::Sent(command),
            Err(problems) => {
                self.found.try_set(Some(self.said(Code::Invalid, &problems)));
                Submitted::Wrong
            }
        }
    }

    /// Why it was refused, in words that stand at the field.
    pub fn said(&self, code: Code, problems: &[Problem]) -> String {
        let own = |problem: &Problem| problem.field.as_deref() == Some(&self.field.id);
        let text = |problem: &Problem| {
            if own(problem) { problem_text(problem) } else { named_problem_text(problem, &self.body.entity) }
        };
        untrack(|| match problems {
            [] => tr(code.message_key(), &[]),
            problems => problems.iter().map(text).collect::<Vec<_>>().join(" · "),
        })
    }
}

/// What the server made of a change, as long as somebody waits for it.
pub async fn outcome(command: Id) -> Outcome {
    outbox::outcome(command, PATIENCE_MS).await
}

/// Gives the focus to the first control in an editor.
pub fn focus_first(place: &web_sys::Element) {
    let control = place.query_selector("input, select, textarea, button").ok().flatten();
    if let Some(control) = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = control.focus();
    }
}
