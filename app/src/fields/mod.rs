//! Types of field on the screen: one file each with its input, its text in lists and, where it leads somewhere, its
//! display. What a value may be, `domain::fields` says.

mod address;
mod auto_number;
mod checkbox;
mod checklist;
mod choice;
mod choices;
mod date;
mod decimal;
mod duration;
mod email;
mod file;
mod instant;
mod integer;
mod long_text;
mod money;
mod percent;
mod phone;
mod rating;
mod relation;
mod repeat;
mod role;
pub mod schedule;
mod stage;
mod tags;
mod text;
mod tree_choice;
mod url;
mod user;

pub use date::day_text;
pub use file::{file_line, file_strip};
pub use relation::Picker;

use domain::api::record::RecordBody;
use domain::fields::FieldKind;
use domain::ids::Id;
use domain::schema::{Field, Schema};
use leptos::prelude::*;
use serde_json::Value as Json;

use crate::i18n::tr;

/// What a control edits. What is typed and is no such value stays in it as the text it is, so that the domain's own
/// reading says what is wrong.
#[derive(Clone)]
pub struct Input {
    pub field: Field,
    pub value: RwSignal<Json>,
}

/// The kind of record whose fields are edited below, for controls that ask the server about others of it.
#[derive(Clone)]
pub struct OfKind(pub String);

/// Changes a field of the record that is shown, where a value can be changed by one tap.
#[derive(Clone, Copy)]
pub struct InPlace {
    /// Called with the field's id and what it is to hold.
    pub change: Callback<(String, Json)>,
    /// Whether the reader may.
    pub may: Memo<bool>,
}

/// The control for a field; the label stands around it.
pub fn input(field: &Field, value: RwSignal<Json>) -> AnyView {
    let input = Input { field: field.clone(), value };
    match &field.kind {
        FieldKind::Text(_) => text::input(&input),
        FieldKind::LongText(_) => long_text::input(&input),
        FieldKind::Integer(_) => integer::input(&input),
        FieldKind::Decimal(_) => decimal::input(&input),
        FieldKind::Money(_) => money::input(&input),
        FieldKind::Date(_) => date::input(&input),
        FieldKind::Instant(_) => instant::input(&input),
        FieldKind::Schedule(_) => schedule::input(&input),
        FieldKind::Choice(_) => choice::input(&input),
        FieldKind::Phone(_) => phone::input(&input),
        FieldKind::Email(_) => email::input(&input),
        FieldKind::Relation(kind) => relation::input(&input, &kind.entity),
        FieldKind::User(_) => user::input(&input),
        FieldKind::Stage(_) => stage::input(&input),
        FieldKind::Role(_) => role::input(&input),
        FieldKind::Checkbox(_) => checkbox::input(&input),
        FieldKind::Percent(_) => percent::input(&input),
        FieldKind::Url(_) => url::input(&input),
        FieldKind::Rating(kind) => rating::input(&input, kind),
        FieldKind::Duration(_) => duration::input(&input),
        FieldKind::Choices(_) => choices::input(&input),
        FieldKind::Tags(_) => tags::input(&input),
        FieldKind::TreeChoice(kind) => tree_choice::input(&input, kind),
        FieldKind::Address(_) => address::input(&input),
        FieldKind::AutoNumber(_) => auto_number::input(&input),
        FieldKind::File(kind) => file::input(&input, kind),
        FieldKind::Repeat(_) => repeat::input(&input),
        FieldKind::Checklist(_) => checklist::input(&input),
    }
}

/// A value as text, for cells, titles and the timeline. Inside a view it follows language and names.
pub fn text(field: &Field, json: &Json) -> String {
    if json.is_null() {
        return String::new();
    }
    match &field.kind {
        FieldKind::Integer(_) => integer::text(json),
        FieldKind::Money(_) => money::text(json),
        FieldKind::Date(_) => date::text(json),
        FieldKind::Instant(_) => instant::text(json),
        FieldKind::Schedule(_) => schedule::text(json),
        FieldKind::Choice(kind) => choice::text(&kind.options, json),
        FieldKind::Phone(_) => phone::text(json),
        FieldKind::Relation(_) | FieldKind::User(_) => relation::text(json),
        FieldKind::Stage(_) => stage::text(json),
        FieldKind::Role(_) => role::text(json),
        FieldKind::Checkbox(_) => checkbox::text(json),
        FieldKind::Percent(_) => percent::text(json),
        FieldKind::Url(_) => url::text(json),
        FieldKind::Rating(kind) => rating::text(kind, json),
        FieldKind::Duration(_) => duration::text(json),
        FieldKind::Choices(kind) => choices::text(&kind.options, json),
        FieldKind::Tags(_) => tags::text(json),
        FieldKind::TreeChoice(kind) => tree_choice::text(kind, json),
        FieldKind::Address(_) => address::text(json),
        FieldKind::File(_) => file::text(json),
        FieldKind::Repeat(_) => repeat::text(json),
        FieldKind::Checklist(_) => checklist::text(json),
        FieldKind::Text(_)
        | FieldKind::LongText(_)
        | FieldKind::Decimal(_)
        | FieldKind::Email(_)
        | FieldKind::AutoNumber(_) => plain(json),
    }
}

/// A value on the page of its record: numbers can be called, names lead to their record.
pub fn display(field: &Field, json: &Json) -> AnyView {
    match &field.kind {
        FieldKind::Phone(_) => phone::display(json),
        FieldKind::Email(_) => email::display(json),
        FieldKind::Text(_) => text::display(json),
        FieldKind::Relation(kind) => relation::display(&kind.entity, json),
        FieldKind::Url(_) => url::display(json),
        FieldKind::File(_) => file::display(json),
        FieldKind::Checklist(_) => checklist::display(&field.id, json),
        _ => cell(field, json),
    }
}

/// A value in a list or on a card: what has a colour or a shape of its own shows it, nothing leads away.
pub fn cell(field: &Field, json: &Json) -> AnyView {
    if json.is_null() {
        return ().into_any();
    }
    match &field.kind {
        FieldKind::Choice(kind) => choice::display(&kind.options, json),
        FieldKind::Choices(kind) => choices::display(&kind.options, json),
        FieldKind::Tags(_) => tags::display(json),
        FieldKind::TreeChoice(kind) => tree_choice::display(kind, json),
        FieldKind::Rating(kind) => rating::display(kind, json),
        FieldKind::File(_) => file::cell(json),
        _ => {
            let (field, json) = (field.clone(), json.clone());
            (move || text(&field, &json)).into_any()
        }
    }
}

/// The cell of one field of a record; nothing when it has none.
pub fn cell_of(schema: &Schema, body: &RecordBody, field: &str) -> AnyView {
    let definition = schema.entity(&body.entity).and_then(|entity| entity.field(field));
    match definition.and_then(|field| Some((field, body.values.get(&field.id)?))) {
        Some((field, json)) => cell(field, json),
        None => ().into_any(),
    }
}

/// What a record is called.
pub fn title(schema: &Schema, body: &RecordBody) -> String {
    let field = schema.entity(&body.entity).and_then(|entity| entity.field(&entity.title));
    let value = field.and_then(|field| Some((field, body.values.get(&field.id)?)));
    value
        .map(|(field, json)| text(field, json))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| tr("record.unnamed", &[]))
}

/// The text of one field of a record; empty when it has none.
pub fn text_of(schema: &Schema, body: &RecordBody, field: &str) -> String {
    let definition = schema.entity(&body.entity).and_then(|entity| entity.field(field));
    definition.and_then(|field| Some(text(field, body.values.get(&field.id)?))).unwrap_or_default()
}

/// The record that a field of a record points at.
pub fn reference(body: &RecordBody, field: &str) -> Option<Id> {
    body.values.get(field)?.as_str()?.parse().ok()
}

/// Whether its control wants the whole width of a form.
pub fn is_wide(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldKind::LongText(_)
            | FieldKind::Schedule(_)
            | FieldKind::Choices(_)
            | FieldKind::Tags(_)
            | FieldKind::Address(_)
            | FieldKind::File(_)
            | FieldKind::Repeat(_)
            | FieldKind::Checklist(_)
    )
}

fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// A text to type in that keeps the value in step: `read` makes of it what goes over the wire.
fn typed(value: RwSignal<Json>, shown: String, read: impl Fn(&str) -> Json + 'static) -> RwSignal<String> {
    let typed = RwSignal::new(shown);
    // The text is the source and the value follows it; the value alone could not hold half a number.
    Effect::new(move |before: Option<()>| {
        let text = typed.get();
        if before.is_some() {
            value.set(if text.trim().is_empty() { Json::Null } else { read(&text) });
        }
    });
    typed
}
