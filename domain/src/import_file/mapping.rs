//! What each column means, guessed from its name and its cells; everything can be changed afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::formats::{self, DateGuess};
use super::guess;
use super::meaning::{holds_several, is_blank_word, words_of};
use super::sheet::Sheet;
use crate::command::{described, field_at, has_name, takes_cells};
use crate::fields::{DateOrder, DecimalMark, FieldKind, TextFormats, split_list};
use crate::money::Currency;
use crate::schema::{Entity, Field, Schema};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub entity: String,
    /// One for each column of the sheet.
    pub columns: Vec<Column>,
    /// Columns out of which a title is put together when none is the title itself.
    pub title: Vec<usize>,
    /// `None` while the file does not tell and nobody has said.
    pub dates: Option<DateOrder>,
    pub decimal: DecimalMark,
    pub currency: Currency,
    pub create_missing: bool,
    /// Rows of one name (below one account) are one record, and one that is there already is the same.
    pub by_name: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub target: Target,
    /// For fields with options: what each word of the file means.
    pub words: BTreeMap<String, Meaning>,
    /// Cells like `null` are empty.
    pub blanks: bool,
    /// A cell may hold several words.
    pub several: bool,
    /// What it goes to was guessed by its cells alone: somebody should look.
    pub guessed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    #[default]
    LeaveOut,
    /// A field of the file's own kind (`amount`), or of what a relation points at (`account.industry`).
    Field(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Meaning {
    /// Nobody knows yet; rows with it will be refused.
    #[default]
    Unknown,
    Empty,
    Option(String),
}

impl Target {
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::LeaveOut => None,
            Self::Field(id) => Some(id),
        }
    }
}

/// Fields that a file may fill.
pub fn fields_of(entity: &Entity) -> impl Iterator<Item = &Field> {
    entity.fields.iter().filter(|field| takes_cells(field))
}

/// Where a column may go: a field of the file's own kind, or of what one of its relations points at.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// The relation that points at what has the field; `None` for a field of the file's own kind.
    pub relation: Option<&'s Field>,
    pub owner: &'s Entity,
    pub field: &'s Field,
}

impl Place<'_> {
    /// As a cell of a row is called.
    #[must_use]
    pub fn path(&self) -> String {
        match self.relation {
            Some(relation) => format!("{}.{}", relation.id, self.field.id),
            None => self.field.id.clone(),
        }
    }
}

/// Where the columns of a file may go. The name of what a relation points at is the relation itself; what one relation of
/// the file's kind says already is not said again by another (the account of a deal's contact).
#[must_use]
pub fn places<'s>(schema: &'s Schema, entity: &'s Entity) -> Vec<Place<'s>> {
    let mut places: Vec<Place<'s>> =
        fields_of(entity).map(|field| Place { relation: None, owner: entity, field }).collect();
    let relations: Vec<(&Field, &Entity)> = fields_of(entity)
        .filter_map(|field| described(schema, entity, &field.id).map(|target| (field, target)))
        .collect();
    let said: Vec<&str> = relations.iter().map(|(_, target)| target.id.as_str()).collect();
    for (relation, target) in relations {
        let fields = fields_of(target).filter(|field| {
            let again =
                field.kind.relation_target().is_some_and(|kind| kind != target.id && said.contains(&kind));
            field.id != target.title && !again
        });
        places.extend(fields.map(|field| Place { relation: Some(relation), owner: target, field }));
    }
    places
}

impl Mapping {
    /// The best guess for all of it.
    #[must_use]
    pub fn guess(schema: &Schema, entity: &str, sheet: &Sheet) -> Self {
        Self::guess_among(schema, entity, sheet, &[])
    }

    /// The same where the names and addresses of those who are here are known.
    #[must_use]
    pub fn guess_among(schema: &Schema, entity: &str, sheet: &Sheet, people: &[String]) -> Self {
        let mut mapping = Self {
            entity: entity.to_owned(),
            columns: vec![Column::default(); sheet.header.len()],
            title: Vec::new(),
            dates: Some(DateOrder::YearMonthDay),
            decimal: DecimalMark::Point,
            currency: schema.workspace.currency,
            create_missing: true,
            by_name: false,
        };
        let Some(definition) = schema.entity(entity) else { return mapping };
        let found = guess::columns(definition, sheet, schema, people);
        for (at, guess) in found.into_iter().enumerate() {
            mapping.set(at, guess.target, schema, sheet);
            mapping.columns[at].guessed = guess.by_content;
        }
        mapping.title = mapping.guess_title();
        mapping.by_name = !mapping.also().is_empty() && mapping.may_find_by_name(schema);
        mapping
    }

    /// Gives a column another meaning. A field that another column had moves here.
    pub fn set(&mut self, at: usize, target: Target, schema: &Schema, sheet: &Sheet) {
        let before = (self.date_columns(schema), self.number_columns(schema));
        let described = !self.also().is_empty();
        if let Some(field) = target.field() {
            for column in &mut self.columns {
                if column.target.field() == Some(field) {
                    *column = Column::default();
                }
            }
        }
        let kind = self.kind(&target, schema);
        let words = kind.map(|kind| words_of(kind, schema, sheet.column(at))).unwrap_or_default();
        let several = kind.is_some_and(holds_several);
        let blanks = sheet.column(at).any(is_blank_word);
        if let Some(column) = self.columns.get_mut(at) {
            *column = Column { target, words, blanks, several, guessed: false };
        }
        if self.also().is_empty() == described {
            self.by_name = !described && self.may_find_by_name(schema);
        }
        // What somebody chose stays while it is about the same cells.
        let after = (self.date_columns(schema), self.number_columns(schema));
        if before.0 != after.0 {
            self.read_dates(schema, sheet);
        }
        if before.1 != after.1 {
            self.read_decimal(schema, sheet);
        }
    }

    fn kind<'s>(&self, target: &Target, schema: &'s Schema) -> Option<&'s FieldKind> {
        field_at(schema, schema.entity(&self.entity)?, target.field()?).map(|(_, field)| &field.kind)
    }

    /// The relations whose records the rows describe.
    #[must_use]
    pub fn also(&self) -> BTreeSet<String> {
        let paths = self.columns.iter().filter_map(|column| column.target.field());
        paths.filter_map(|path| path.split_once('.')).map(|(relation, _)| relation.to_owned()).collect()
    }

    /// The kinds of record that the rows are of and describe.
    #[must_use]
    pub fn kinds(&self, schema: &Schema) -> Vec<String> {
        let Some(entity) = schema.entity(&self.entity) else { return Vec::new() };
        let also = self.also();
        let targets = also.iter().filter_map(|relation| described(schema, entity, relation));
        let mut kinds: Vec<String> = vec![entity.id.clone()];
        for target in targets {
            if !kinds.contains(&target.id) {
                kinds.push(target.id.clone());
            }
        }
        kinds
    }

    /// Whether a column says what the records are called, so that they can be told by it.
    #[must_use]
    pub fn may_find_by_name(&self, schema: &Schema) -> bool {
        let named = |entity: &Entity| has_name(entity) && self.column_of(&entity.title).is_some();
        self.entity != "user" && schema.entity(&self.entity).is_some_and(named)
    }

    /// The column a field is filled from.
    #[must_use]
    pub fn column_of(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.target.field() == Some(field))
    }

    /// Whether records get their title put together.
    #[must_use]
    pub fn composes_title(&self, schema: &Schema) -> bool {
        let unnamed = |entity: &Entity| has_name(entity) && self.column_of(&entity.title).is_none();
        schema.entity(&self.entity).is_some_and(unnamed)
    }

    /// A deal is known by what is sold and to whom; everything else by what stands first.
    fn guess_title(&self) -> Vec<usize> {
        let parts: Vec<usize> = ["product", "account", "contact", "company"]
            .iter()
            .filter_map(|field| self.column_of(field))
            .take(2)
            .collect();
        if !parts.is_empty() {
            return parts;
        }
        let first = self.columns.iter().position(|column| column.target != Target::LeaveOut);
        self.column_of("external_id").or(first).into_iter().collect()
    }

    fn columns_of(&self, schema: &Schema, wanted: fn(&FieldKind) -> bool) -> Vec<usize> {
        let fits = |column: &Column| self.kind(&column.target, schema).is_some_and(wanted);
        self.columns.iter().enumerate().filter(|(_, column)| fits(column)).map(|(at, _)| at).collect()
    }

    /// The columns whose cells are days.
    #[must_use]
    pub fn date_columns(&self, schema: &Schema) -> Vec<usize> {
        self.columns_of(schema, |kind| {
            matches!(kind, FieldKind::Date(_) | FieldKind::Instant(_) | FieldKind::Schedule(_))
        })
    }

    /// The columns whose cells are numbers or amounts.
    #[must_use]
    pub fn number_columns(&self, schema: &Schema) -> Vec<usize> {
        self.columns_of(schema, |kind| {
            matches!(
                kind,
                FieldKind::Integer(_) | FieldKind::Decimal(_) | FieldKind::Money(_) | FieldKind::Percent(_)
            )
        })
    }

    /// Whether a money field is filled.
    #[must_use]
    pub fn has_money(&self, schema: &Schema) -> bool {
        !self.columns_of(schema, |kind| matches!(kind, FieldKind::Money(_))).is_empty()
    }

    fn read_dates(&mut self, schema: &Schema, sheet: &Sheet) {
        let days = self.date_columns(schema);
        self.dates = match formats::date_order(days.iter().flat_map(|at| sheet.column(*at))) {
            DateGuess::Plain => Some(DateOrder::YearMonthDay),
            DateGuess::Certain(order) => Some(order),
            DateGuess::Ambiguous => None,
        };
    }

    fn read_decimal(&mut self, schema: &Schema, sheet: &Sheet) {
        let numbers = self.number_columns(schema);
        self.decimal = formats::decimal_mark(numbers.iter().flat_map(|at| sheet.column(*at)));
    }

    #[must_use]
    pub fn formats(&self) -> TextFormats {
        let dates = self.dates.unwrap_or(DateOrder::YearMonthDay);
        TextFormats { dates, decimal: self.decimal, currency: self.currency }
    }

    /// Kinds of record that mapped columns only name.
    #[must_use]
    pub fn relations(&self, schema: &Schema) -> BTreeSet<String> {
        let also = self.also();
        let named = |column: &&Column| column.target.field().is_some_and(|path| !also.contains(path));
        let target =
            |column: &Column| self.kind(&column.target, schema)?.relation_target().map(str::to_owned);
        self.columns.iter().filter(named).filter_map(target).collect()
    }

    /// What a cell says after the words of its column are translated; `None` when it is empty.
    #[must_use]
    pub fn cell<'a>(&'a self, at: usize, text: &'a str) -> Option<Cow<'a, str>> {
        let column = self.columns.get(at)?;
        if column.several && !column.words.is_empty() {
            let words: Vec<&str> = split_list(text).filter_map(|word| column.word(word)).collect();
            return (!words.is_empty()).then(|| Cow::Owned(words.join(", ")));
        }
        column.word(text).map(Cow::Borrowed)
    }
}

impl Column {
    fn word<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        match self.words.get(text) {
            Some(Meaning::Empty) => None,
            Some(Meaning::Option(id)) => Some(id),
            Some(Meaning::Unknown) => Some(text),
            None if text.is_empty() || (self.blanks && is_blank_word(text)) => None,
            None => Some(text),
        }
    }

    /// Whether a cell says this word, perhaps among others.
    #[must_use]
    pub fn says(&self, cell: &str, word: &str) -> bool {
        if self.several { split_list(cell).any(|part| part == word) } else { cell == word }
    }
}

#[cfg(test)]
pub(super) mod tests;
