//! Where the fields of a kind of record stand: on forms and on the record's page, section by section.
//!
//! Tidiness, not access: lists, filters, import, export and the API know every field wherever it stands.

use serde::{Deserialize, Serialize};

use super::{Entity, Field, Label};
use crate::{conversion, signals};

/// Fields that stand at once on a form whose layout nobody has arranged; the others wait under "more".
const FIRST_FIELDS: usize = 6;
/// Kept by the system; a record's page tells it by its timeline, in a way of its own, or not at all.
const BEHIND_THE_SCENES: [&str; 7] = [
    "rank",
    "created_by",
    "updated_at",
    "updated_by",
    signals::SINCE,
    signals::PAUSED_UNTIL,
    signals::PAUSE_REASON,
];
/// A record's page tells it above everything else.
const NEXT_TOUCH: &str = "next_touch";

/// A part of forms and record pages that has a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Section {
    /// Stable for ever; unique within its kind of record.
    pub id: String,
    pub label: Label,
    /// In their order.
    pub fields: Vec<String>,
}

/// Fields that stand together. Only the first ones may have no heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<'a> {
    pub section: Option<&'a Section>,
    pub fields: Vec<&'a Field>,
}

impl Entity {
    /// Fields a person may fill in, hidden ones too, in the order of the form.
    #[must_use]
    pub fn form_fields(&self) -> Vec<&Field> {
        let named = self.placed().filter_map(|id| self.field(id));
        let others = self.fields.iter().filter(|field| !self.is_placed(&field.id));
        named.chain(others).filter(|field| !field.system && !field.retired).collect()
    }

    /// What an administrator looks after and no layout places: what is told in a way of its own.
    #[must_use]
    pub fn unplaced_fields(&self) -> Vec<&Field> {
        self.form_fields().into_iter().filter(|field| !self.may_place(field)).collect()
    }

    /// The form: its parts, each with at least one field.
    #[must_use]
    pub fn form_parts(&self) -> Vec<Part<'_>> {
        self.filled_parts(|field| !field.system)
    }

    /// What a record's page tells field by field, in parts with at least one field. Its title and its next touch stand
    /// above all of that.
    #[must_use]
    pub fn page_parts(&self) -> Vec<Part<'_>> {
        self.filled_parts(|field| field.id != self.title && field.id != NEXT_TOUCH)
    }

    /// The whole layout as an administrator arranges it: first what stands before every section, then each section, also
    /// without fields. Hidden fields are left out; what nobody has placed stands at the end.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let shown = |field: &&Field| self.may_place(field) && !self.hides(&field.id);
        let of = |ids: &[String]| ids.iter().filter_map(|id| self.field(id)).filter(shown).collect();
        let first = Part { section: None, fields: of(&self.layout) };
        let named =
            self.sections.iter().map(|section| Part { section: Some(section), fields: of(&section.fields) });
        let mut parts: Vec<Part<'_>> = std::iter::once(first).chain(named).collect();
        let (kept_by_system, filled_in): (Vec<_>, Vec<_>) = self
            .fields
            .iter()
            .filter(|field| !self.is_placed(&field.id))
            .filter(shown)
            .partition(|field| field.system);
        if let Some(last) = parts.last_mut() {
            last.fields.extend(filled_in.into_iter().chain(kept_by_system));
        }
        parts
    }

    /// Hidden fields, in the order in which they were hidden.
    #[must_use]
    pub fn hidden_fields(&self) -> Vec<&Field> {
        let hidden = self.hidden.iter().filter_map(|id| self.field(id));
        hidden.filter(|field| self.may_place(field) && self.hides(&field.id)).collect()
    }

    /// Whether a field stands neither on forms nor on a record's page. One that is required does, whatever the layout
    /// says: made required it comes back, and goes again when it no longer is.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        self.hidden.iter().any(|hidden| hidden == field)
            && !self.field(field).is_some_and(|field| self.has_to_stand(field))
    }

    /// Whether a field of the form stands there at once, and not under "more".
    #[must_use]
    pub fn stands_at_once(&self, field: &Field) -> bool {
        if self.has_to_stand(field) {
            return true;
        }
        if self.more.contains(&field.id) {
            return false;
        }
        // What a workspace has made itself is wanted.
        if field.custom || self.is_placed(&field.id) {
            return true;
        }
        let untouched = self.placed().next().is_none();
        untouched
            && self
                .form_parts()
                .iter()
                .flat_map(|part| &part.fields)
                .take(FIRST_FIELDS)
                .any(|first| first.id == field.id)
    }

    /// Whether nobody can save a new record without it: it is neither hidden nor put under "more".
    #[must_use]
    pub fn has_to_stand(&self, field: &Field) -> bool {
        field.required || field.id == self.title
    }

    fn filled_parts(&self, wanted: impl Fn(&Field) -> bool) -> Vec<Part<'_>> {
        let mut parts = self.parts();
        for part in &mut parts {
            part.fields.retain(|field| wanted(field));
        }
        parts.retain(|part| !part.fields.is_empty());
        parts
    }

    fn placed(&self) -> impl Iterator<Item = &String> {
        self.layout.iter().chain(self.sections.iter().flat_map(|section| &section.fields))
    }

    fn is_placed(&self, field: &str) -> bool {
        self.placed().any(|placed| placed == field)
    }

    fn may_place(&self, field: &Field) -> bool {
        let behind = field.system && BEHIND_THE_SCENES.contains(&field.id.as_str());
        !field.retired && !behind && !conversion::is_result(&self.id, &field.id)
    }
}

#[cfg(test)]
mod tests;
