//! A lead becomes a customer: which of its fields go where, what stays on it and why, and the command that does it.
//!
//! The browser shows the proposal, a person changes what they like, and the result is an ordinary command of several
//! actions, which the planner decides like any other (`docs/decisions/0006-converting-a-lead.md`).

use std::collections::BTreeMap;
use std::mem::discriminant;

use serde_json::Value as Json;

use crate::access::Role;
use crate::api::record::RecordBody;
use crate::command::{Action, Wire};
use crate::fields::{self, DateOrder, DecimalMark, FieldKind, Reading, TextFormats};
use crate::ids::Id;
use crate::schema::{Entity, Field};

/// What a lead becomes; the lead's relations to it have the same names.
pub const RESULTS: [&str; 3] = ["account", "contact", "deal"];

/// The state of a lead that has become something.
const CONVERTED: &str = "qualified";

/// Where built-in fields of a lead go. What a workspace has added goes by its name.
const PLACES: [(&str, &str, &str); 13] = [
    ("name", "contact", "name"),
    ("company", "account", "name"),
    ("company", "deal", "name"),
    ("phone", "contact", "phone"),
    ("email", "contact", "email"),
    ("source", "account", "source"),
    ("source", "deal", "source"),
    ("note", "account", "note"),
    ("owner", "account", "owner"),
    ("owner", "contact", "owner"),
    ("owner", "deal", "owner"),
    // The plan moves to what is worked on from now on: the deal, or the customer when there is none.
    ("next_touch", "deal", "next_touch"),
    ("next_touch", "account", "next_touch"),
];

/// Whether this field says what a lead has become: nothing that somebody fills in.
#[must_use]
pub fn is_result(entity: &str, field: &str) -> bool {
    entity == "lead" && RESULTS.contains(&field)
}

/// Whether a lead has become something already.
#[must_use]
pub fn is_converted(lead: &RecordBody) -> bool {
    lead.entity == "lead" && RESULTS.iter().any(|field| lead.values.contains_key(*field))
}

/// One side of the conversion: made new under this id, or there already.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    New(Id),
    Known(Box<RecordBody>),
}

impl Side {
    #[must_use]
    pub fn id(&self) -> Id {
        match self {
            Self::New(id) => *id,
            Self::Known(body) => body.id,
        }
    }
}

/// What somebody has chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub account: Side,
    pub contact: Side,
    /// The id of the new deal, if there is to be one.
    pub deal: Option<Id>,
}

impl Choice {
    fn side(&self, entity: &str) -> Option<Side> {
        match entity {
            "account" => Some(self.account.clone()),
            "contact" => Some(self.contact.clone()),
            "deal" => self.deal.map(Side::New),
            _ => None,
        }
    }
}

/// Why a value stays on the lead. It can be read there as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// Nothing that is made has such a field.
    NoPlace,
    /// There is such a field, but this is no value for it.
    Unfit,
    /// What is there already has a value of its own.
    Taken,
    /// What is there already may not be changed by the asker.
    Locked,
}

impl Stays {
    /// The message that says so.
    #[must_use]
    pub const fn message_key(self) -> &'static str {
        match self {
            Self::NoPlace => "convert.stays.no_place",
            Self::Unfit => "convert.stays.unfit",
            Self::Taken => "convert.stays.taken",
            Self::Locked => "convert.stays.locked",
        }
    }
}

/// What becomes of one filled field of the lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub field: String,
    /// Entity and field of each place it goes to.
    pub to: Vec<(&'static str, String)>,
    /// Set when it goes nowhere.
    pub stays: Option<Stays>,
}

/// What would be carried where. Every filled field of the lead has its line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    pub lines: Vec<Line>,
    /// What each record gets, by entity; for a known record only what it did not have.
    pub values: BTreeMap<&'static str, Wire>,
}

/// What the definitions and the choice propose.
#[must_use]
pub fn propose(reading: &Reading<'_>, role: &Role, lead: &RecordBody, choice: &Choice) -> Proposal {
    let mut proposal = Proposal::default();
    let Some(definition) = reading.schema.entity("lead") else { return proposal };
    let told = definition.fields.iter().filter(|field| {
        // What it becomes is told by the conversion itself, and its state with it.
        !field.system && field.id != "status" && !is_result("lead", &field.id)
    });
    for field in told {
        let Some(value) = lead.values.get(&field.id).filter(|value| !value.is_null()) else { continue };
        let mut line = Line { field: field.id.clone(), to: Vec::new(), stays: None };
        for (entity, place) in places(reading, role, lead, field) {
            // One plan is one thing to do: the second place is for when the first is not there.
            if field.id == "next_touch" && !line.to.is_empty() {
                break;
            }
            let Some(side) = choice.side(entity) else { continue };
            match carried(reading, field, place, value, &side) {
                Ok(wish) => {
                    line.to.push((entity, place.id.clone()));
                    if let Some(wish) = wish {
                        proposal.values.entry(entity).or_default().insert(place.id.clone(), wish);
                    }
                }
                Err(reason) => line.stays = line.stays.or(Some(reason)),
            }
        }
        line.stays = if line.to.is_empty() { line.stays.or(Some(Stays::NoPlace)) } else { None };
        proposal.lines.push(line);
    }
    link(&mut proposal, choice);
    proposal
}

/// Contact and deal stand under the account; a contact that has one already keeps it.
fn link(proposal: &mut Proposal, choice: &Choice) {
    let account = Json::from(choice.account.id().to_string());
    let homeless = match &choice.contact {
        Side::New(_) => true,
        Side::Known(body) => body.may.update && !body.values.contains_key("account"),
    };
    if homeless {
        proposal.values.entry("contact").or_default().insert("account".to_owned(), account.clone());
    }
    if choice.deal.is_some() {
        let deal = proposal.values.entry("deal").or_default();
        deal.insert("account".to_owned(), account);
        deal.insert("contact".to_owned(), Json::from(choice.contact.id().to_string()));
    }
}

/// Every field that a lead's field may go to. A person without a company is the customer.
fn places<'a>(
    reading: &Reading<'a>,
    role: &Role,
    lead: &RecordBody,
    field: &Field,
) -> Vec<(&'static str, &'a Field)> {
    let company = lead.values.contains_key("company");
    let mut found = Vec::new();
    for (from, entity, to) in PLACES {
        let itself = field.id == from || (from == "company" && field.id == "name" && !company);
        let place = reading.schema.entity(entity).and_then(|entity| entity.field(to));
        if let Some(place) = place.filter(|_| itself) {
            found.push((entity, place));
        }
    }
    if field.custom {
        for entity in RESULTS {
            let Some(definition) = reading.schema.entity(entity) else { continue };
            let named = definition.form_fields().into_iter().find(|place| is_namesake(field, place));
            found.extend(named.map(|place| (entity, place)));
        }
    }
    found.retain(|(entity, place)| !place.retired && !role.hides(entity, &place.id));
    found
}

fn is_namesake(field: &Field, place: &Field) -> bool {
    let same = |a: &str, b: &str| !a.trim().is_empty() && a.trim().eq_ignore_ascii_case(b.trim());
    field.id == place.id || same(&field.label.zh, &place.label.zh) || same(&field.label.en, &place.label.en)
}

/// What a place would be given; nothing when it holds that already.
fn carried(
    reading: &Reading<'_>,
    field: &Field,
    place: &Field,
    value: &Json,
    side: &Side,
) -> Result<Option<Json>, Stays> {
    let fitted = fit(reading, &field.kind, &place.kind, value).ok_or(Stays::Unfit)?;
    let Side::Known(body) = side else { return Ok(Some(fitted)) };
    if place.id == "owner" {
        // Whose a customer is, a conversion does not decide.
        return Err(Stays::Taken);
    }
    match body.values.get(&place.id).filter(|there| !there.is_null()) {
        Some(there) => {
            let read = |json| fields::read(&place.kind, json, reading).ok();
            let equal = read(there).zip(read(&fitted)).is_some_and(|(there, wish)| there.same(&wish));
            if equal { Ok(None) } else { Err(Stays::Taken) }
        }
        None if !body.may.update => Err(Stays::Locked),
        None => Ok(Some(fitted)),
    }
}

/// The value as another field of the same type takes it. Types with settings (choices, lengths) go by their text.
fn fit(reading: &Reading<'_>, from: &FieldKind, to: &FieldKind, value: &Json) -> Option<Json> {
    if from == to {
        return fields::read(to, value, reading).ok().map(|value| value.to_json());
    }
    if discriminant(from) != discriminant(to) || from.relation_target() != to.relation_target() {
        return None;
    }
    let held = fields::read(from, value, reading).ok()?;
    let options = from.behaviour().options(reading.schema);
    let chosen = options.into_iter().find(|option| held.text() == Some(option.id.as_str()));
    let text = chosen.map_or_else(|| from.behaviour().write_text(&held, reading), |option| option.label.zh);
    let currency = reading.schema.workspace.currency;
    let formats = TextFormats { dates: DateOrder::YearMonthDay, decimal: DecimalMark::Point, currency };
    to.behaviour().read_text(&text, &formats, reading).ok().map(|value| value.to_json())
}

/// The fields that a person is asked for when a record is made: its name, what a deal is about, and what has to be
/// there and nothing fills.
#[must_use]
pub fn asked<'a>(definition: &'a Entity, proposed: &Wire) -> Vec<&'a Field> {
    let worth_asking = |field: &&Field| {
        let of_a_deal = definition.id == "deal"
            && ["amount", "stage"].contains(&field.id.as_str())
            && !definition.hides(&field.id);
        field.id == definition.title || of_a_deal || (field.required && !proposed.contains_key(&field.id))
    };
    definition.form_fields().into_iter().filter(worth_asking).collect()
}

/// The command's actions: what is made, what is filled in, and the lead last. `values` is the proposal with what
/// somebody changed in it.
#[must_use]
pub fn actions(lead: &RecordBody, choice: &Choice, values: &BTreeMap<&'static str, Wire>) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut outcome = Wire::from([("status".to_owned(), Json::from(CONVERTED))]);
    for entity in RESULTS {
        let Some(side) = choice.side(entity) else { continue };
        outcome.insert(entity.to_owned(), Json::from(side.id().to_string()));
        let mut wishes = values.get(entity).cloned().unwrap_or_default();
        wishes.retain(|_, wish| !wish.is_null());
        match side {
            Side::New(record) => {
                actions.push(Action::Create { entity: entity.to_owned(), record, values: wishes })
            }
            Side::Known(_) if wishes.is_empty() => {}
            Side::Known(body) => actions.push(Action::Update {
                entity: entity.to_owned(),
                record: body.id,
                base_version: body.version,
                old: held(&body, &wishes),
                values: wishes,
            }),
        }
    }
    let moved = values.values().any(|wishes| wishes.contains_key("next_touch"));
    if moved {
        outcome.insert("next_touch".to_owned(), Json::Null);
    }
    actions.push(Action::Update {
        entity: lead.entity.clone(),
        record: lead.id,
        base_version: lead.version,
        old: held(lead, &outcome),
        values: outcome,
    });
    actions
}

/// What stands in the fields that a change wants to write.
fn held(body: &RecordBody, wishes: &Wire) -> Wire {
    wishes
        .keys()
        .map(|field| (field.clone(), body.values.get(field).cloned().unwrap_or(Json::Null)))
        .collect()
}

#[cfg(test)]
mod tests;
