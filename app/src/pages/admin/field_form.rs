//! What is written about a field, and which changes of the definitions it comes to.

use domain::fields::{Adjustment, AutoNumber, FieldKind};
use domain::schema::Field as Definition;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;

use super::layout::{Layout, Standing};
use super::naming::{Naming, definition_id};
use super::options::{Draft, drafts_of, options_of};
use super::type_code;
use crate::state::session::schema_now;

/// Types a new field can have, the most frequent first.
pub const TYPES: [&str; 23] = [
    "text",
    "long_text",
    "choice",
    "choices",
    "checkbox",
    "date",
    "instant",
    "integer",
    "decimal",
    "percent",
    "money",
    "phone",
    "email",
    "url",
    "address",
    "file",
    "tags",
    "rating",
    "duration",
    "tree_choice",
    "auto_number",
    "relation",
    "user",
];
/// Types whose options are written here.
pub const WITH_OPTIONS: [&str; 3] = ["choice", "choices", "tree_choice"];
/// Characters of a one-line text.
const TEXT_MAX: u32 = 300;
/// Decimals of a new field, until somebody chooses.
pub const DECIMALS: u32 = 2;
const STARS: i64 = 5;
/// Files of a new field, until somebody chooses.
const FILES: i64 = 5;
/// How numbers look until somebody says otherwise.
const NUMBER_FORMAT: &str = "{year}-{0000}";

/// What is being written into the sheet.
#[derive(Clone, Copy)]
pub struct Form {
    pub naming: Naming,
    pub code: RwSignal<String>,
    pub target: RwSignal<String>,
    pub required: RwSignal<bool>,
    pub options: RwSignal<Vec<Draft>>,
    pub personal: RwSignal<bool>,
    pub min: RwSignal<String>,
    pub max: RwSignal<String>,
    pub length: RwSignal<String>,
    pub decimals: RwSignal<String>,
    pub stars: RwSignal<String>,
    pub format: RwSignal<String>,
    pub start: RwSignal<String>,
    pub files: RwSignal<String>,
    pub photos_only: RwSignal<bool>,
    /// A code of where it stands on forms and the record's page, for a field that may stay empty.
    pub standing: RwSignal<String>,
}

impl Form {
    pub fn of(field: Option<&Definition>, standing: Standing) -> Self {
        // What is set now, in the controls of its type; the others begin as for a new field.
        let now = field.and_then(|field| field.kind.behaviour().adjustment());
        let code = field.map_or_else(|| TYPES[0].to_owned(), |field| type_code(&field.kind));
        let set = |of: &str, what: fn(&Adjustment) -> Option<String>, otherwise: &str| {
            let known = now.as_ref().filter(|_| code == of).map(|now| what(now).unwrap_or_default());
            RwSignal::new(known.unwrap_or_else(|| otherwise.to_owned()))
        };
        let decimals = now.as_ref().and_then(|now| now.scale);
        let min = |now: &Adjustment| now.min.map(|min| min.to_string());
        let max = |now: &Adjustment| now.max.map(|max| max.to_string());
        let options = field.map(|field| drafts_of(field.kind.all_options())).unwrap_or_default();
        Self {
            naming: Naming::of(field.map(|field| &field.label)),
            target: RwSignal::new("account".to_owned()),
            required: RwSignal::new(field.is_some_and(|field| field.required)),
            options: RwSignal::new(options),
            personal: RwSignal::new(field.is_some_and(|field| field.personal)),
            min: set("integer", min, ""),
            max: set("integer", max, ""),
            length: set("text", max, &TEXT_MAX.to_string()),
            decimals: RwSignal::new(decimals.unwrap_or(DECIMALS).to_string()),
            stars: set("rating", max, &STARS.to_string()),
            format: set("auto_number", |now| now.format.clone(), NUMBER_FORMAT),
            start: set("auto_number", |now| now.start.map(|start| start.to_string()), "1"),
            code: RwSignal::new(code),
            files: RwSignal::new(FILES.to_string()),
            photos_only: RwSignal::new(false),
            standing: RwSignal::new(standing.code().to_owned()),
        }
    }

    pub fn auto_number(self) -> AutoNumber {
        AutoNumber {
            format: self.format.get().trim().to_owned(),
            // What is no number cannot be a start: it is refused as one that is too high.
            start: plain(self.start).parse().unwrap_or(u32::MAX),
        }
    }

    pub fn kind(self) -> FieldKind {
        match self.code.get().as_str() {
            "long_text" => FieldKind::long_text(),
            "choice" => FieldKind::Choice(domain::fields::Choice { options: options_of(self.options) }),
            "choices" => FieldKind::choices(options_of(self.options)),
            "tree_choice" => FieldKind::tree_choice(options_of(self.options)),
            "checkbox" => FieldKind::checkbox(),
            "date" => FieldKind::date(),
            "instant" => FieldKind::instant(),
            "integer" => FieldKind::integer(bound(self.min), bound(self.max)),
            "decimal" => FieldKind::decimal(number(self.decimals, DECIMALS)),
            "percent" => FieldKind::percent(number(self.decimals, DECIMALS)),
            "url" => FieldKind::url(),
            "address" => FieldKind::address(),
            "tags" => FieldKind::tags(),
            "rating" => FieldKind::rating(number(self.stars, STARS)),
            "duration" => FieldKind::duration(),
            "auto_number" => FieldKind::AutoNumber(self.auto_number()),
            "file" => FieldKind::file(self.photos_only.get_untracked(), number(self.files, FILES)),
            "money" => FieldKind::money(),
            "phone" => FieldKind::phone(),
            "email" => FieldKind::email(),
            "relation" => FieldKind::relation(&self.target.get()),
            "user" => FieldKind::user(),
            // What is no length is refused as one that is too long.
            _ => FieldKind::text(plain(self.length).parse().unwrap_or(u32::MAX)),
        }
    }

    pub fn changes(self, entity: &str, old: Option<&Definition>) -> Vec<DefinitionChange> {
        let (entity, label, required) = (entity.to_owned(), self.naming.label(), self.required.get());
        let Some(old) = old else {
            let (system, custom, retired) = (false, true, false);
            let kind = self.kind();
            let personal = self.personal.get() && kind.behaviour().may_be_personal();
            let field = Definition {
                id: definition_id("f"),
                label,
                kind,
                required,
                personal,
                system,
                custom,
                retired,
            };
            return vec![DefinitionChange::AddField { entity, field }];
        };
        let mut changes = Vec::new();
        let field = old.id.clone();
        if label != old.label {
            changes.push(DefinitionChange::RenameField {
                entity: entity.clone(),
                field: field.clone(),
                label,
            });
        }
        if required != old.required {
            changes.push(DefinitionChange::SetRequired {
                entity: entity.clone(),
                field: field.clone(),
                required,
            });
        }
        let wished = if old.custom { self.kind().behaviour().adjustment() } else { None };
        if let Some(settings) =
            wished.filter(|wished| Some(wished) != old.kind.behaviour().adjustment().as_ref())
        {
            changes.push(DefinitionChange::SetField {
                entity: entity.clone(),
                field: field.clone(),
                settings,
            });
        }
        let personal = self.personal.get();
        if old.custom && personal != old.personal {
            changes.push(DefinitionChange::SetPersonal {
                entity: entity.clone(),
                field: field.clone(),
                personal,
            });
        }
        if WITH_OPTIONS.contains(&type_code(&old.kind).as_str()) {
            let options = options_of(self.options);
            let offered = old.kind.all_options().iter().filter(|option| !option.retired);
            if !offered.eq(&options) {
                let entity = entity.clone();
                changes.push(DefinitionChange::SetOptions { entity, field, options });
            }
        }
        // Last, when it is no longer required.
        changes.extend((!required).then(|| self.arrangement(&entity, old)).flatten());
        changes
    }

    /// The layout with the field where it is wished, if that is another place.
    fn arrangement(self, entity: &str, field: &Definition) -> Option<DefinitionChange> {
        let mut layout = layout_without(entity, field)?;
        let wished = Standing::of_code(&self.standing.get())?;
        if !layout.knows(&field.id) || layout.standing(&field.id) == wished {
            return None;
        }
        layout.stand(&field.id, wished);
        Some(layout.change(entity))
    }
}

/// The layout as it will be when this field may stay empty.
pub fn layout_without(entity: &str, field: &Definition) -> Option<Layout> {
    let mut entity = schema_now().entity(entity)?.clone();
    let known = entity.fields.iter_mut().find(|known| known.id == field.id)?;
    known.required = false;
    Some(Layout::of(&entity))
}

/// What was typed as a number, in any width.
fn plain(text: RwSignal<String>) -> String {
    text.with(|text| text.trim().chars().map(domain::text::half_width).collect())
}

/// A limit, if there is one. What is no number is refused as one that is too far.
fn bound(text: RwSignal<String>) -> Option<i64> {
    let text = plain(text);
    (!text.is_empty()).then(|| text.parse().unwrap_or(i64::MAX))
}

/// A number out of a list of choices.
fn number<N: std::str::FromStr>(text: RwSignal<String>, otherwise: N) -> N {
    text.with(|text| text.parse().ok()).unwrap_or(otherwise)
}
