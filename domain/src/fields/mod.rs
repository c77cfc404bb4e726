//! Types of field: one file each behind [`FieldType`]. Nothing outside this folder asks which type a field is;
//! it asks the type what it can do.

mod address;
mod adjustment;
mod auto_number;
mod checkbox;
pub mod checklist;
mod choice;
mod choices;
mod date;
mod decimal;
mod defined;
pub mod duration;
pub mod email;
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
mod schedule;
mod stage;
mod tags;
mod text;
mod tree_choice;
mod url;
mod user;

#[cfg(test)]
mod conformance;

pub use address::AddressField;
pub use adjustment::Adjustment;
pub use auto_number::{AutoNumber, Numbering};
pub use checkbox::{Checkbox, yes_or_no};
pub use checklist::Checklist;
pub use choice::{Choice, ChoiceOption, OptionColor};
pub use choices::Choices;
pub use date::DateField;
pub use decimal::{DecimalField, MAX_UNITS};
pub use duration::DurationField;
pub use email::Email;
pub use file::{FileField, MAX_FILES, uploading};
pub use instant::InstantField;
pub use integer::Integer;
pub use long_text::LongText;
pub use money::MoneyField;
pub use percent::Percent;
pub use phone::Phone;
pub use rating::{MAX_STARS, Rating};
pub use relation::Relation;
pub use repeat::Repeat;
pub use role::RoleField;
pub use schedule::ScheduleField;
pub use stage::StageField;
pub use tags::{MAX_TAGS, Tags, split as split_list};
pub use text::Text;
pub use tree_choice::{MAX_LEVELS, TreeChoice};
pub use url::{Url, web_address};
pub use user::User;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::expr::Type;
use crate::filter::Operator;
use crate::message::Problem;
use crate::money::Currency;
use crate::schema::{Label, Schema};
use crate::text::{has_forbidden, tidy};
use crate::time::Zone;
use crate::value::Value;

/// A type of field with its settings. It is read together with its field: [`FieldKind::from_settings`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldKind {
    Text(Text),
    LongText(LongText),
    Integer(Integer),
    Decimal(DecimalField),
    Money(MoneyField),
    Date(DateField),
    Instant(InstantField),
    Schedule(ScheduleField),
    Choice(Choice),
    Phone(Phone),
    Email(Email),
    Relation(Relation),
    User(User),
    Stage(StageField),
    Role(RoleField),
    Checkbox(Checkbox),
    Percent(Percent),
    Url(Url),
    Rating(Rating),
    Duration(DurationField),
    Choices(Choices),
    Tags(Tags),
    TreeChoice(TreeChoice),
    Address(AddressField),
    AutoNumber(AutoNumber),
    File(FileField),
    Repeat(Repeat),
    Checklist(Checklist),
}

/// The settings of all types together; each type takes its own.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub scale: Option<u32>,
    pub options: Option<Vec<ChoiceOption>>,
    pub entity: Option<String>,
    pub format: Option<String>,
    pub start: Option<u32>,
    pub photos_only: Option<bool>,
}

/// What reading a value may need to know.
pub struct Reading<'a> {
    pub schema: &'a Schema,
    /// The zone of a schedule that names none.
    pub zone: &'a str,
    pub zones: &'a dyn Zone,
}

/// How the texts of an imported file are to be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TextFormats {
    pub dates: DateOrder,
    pub decimal: DecimalMark,
    /// The currency of amounts that name none.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub currency: Currency,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Point,
    Comma,
}

/// What writing a value into a file may need to know.
pub struct Exporting<'a> {
    pub reading: Reading<'a>,
    /// Labels in Chinese rather than English.
    pub chinese: bool,
    /// Names of what records point at.
    pub names: &'a crate::api::record::Names,
}

impl Exporting<'_> {
    #[must_use]
    pub fn label<'l>(&self, label: &'l Label) -> &'l str {
        if self.chinese { &label.zh } else { &label.en }
    }

    /// The label of one of these options, or its id when it has gone.
    fn option(&self, options: &[ChoiceOption], id: &str) -> String {
        let known = options.iter().find(|option| option.id == id);
        known.map_or(id, |option| self.label(&option.label)).to_owned()
    }

    fn name(&self, value: &Value) -> String {
        value.reference().and_then(|id| self.names.get(&id).cloned()).unwrap_or_default()
    }
}

/// How a value lies in storage and on the wire, for code that must not know the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Integer,
    /// Scaled by this many decimals.
    Decimal(u32),
    Money,
    Date,
    Instant,
    Schedule,
    /// The id of a record.
    Reference,
    Bool,
    /// Several texts.
    List,
    Address,
    /// Files by their ids, with what is known of each.
    Files,
}

/// How search reads the text of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searched {
    /// Words of any language: by characters, beginnings of words and their sound.
    Words,
    /// A number: by any run of its digits.
    Digits,
    /// An address of e-mail or the web: by the beginnings of its parts.
    Address,
    /// A number that may have letters: by any run of its letters and digits.
    Code,
}

/// What a type of field can do. Values that reach these methods are never null.
pub trait FieldType {
    /// Reads a value from the wire.
    ///
    /// # Errors
    /// A problem (without its field, which the caller knows) when the value is not allowed here.
    fn read(&self, json: &Json, cx: &Reading<'_>) -> Result<Value, Problem>;

    /// Reads a value as people write it into a file. References come by name and are read elsewhere.
    ///
    /// # Errors
    /// A problem when the text is not such a value.
    fn read_text(&self, text: &str, formats: &TextFormats, cx: &Reading<'_>) -> Result<Value, Problem>;

    /// The value as text that [`FieldType::read_text`] reads back under year-month-day dates and a decimal point.
    fn write_text(&self, value: &Value, cx: &Reading<'_>) -> String;

    fn shape(&self) -> Shape;

    /// Its type in the condition language.
    fn expr_type(&self, schema: &Schema) -> Type;

    /// How search reads it, when its value is a text worth finding a record by.
    fn searched(&self) -> Option<Searched> {
        None
    }

    /// What is wrong with its settings.
    fn check_settings(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// What a filter may ask about such a field, in the order it is offered.
    fn operators(&self) -> &'static [Operator] {
        Operator::of_shape(self.shape())
    }

    /// What somebody typed to look for a part of such a value, in the spelling of the values.
    fn part(&self, text: &str) -> String {
        text.trim().to_owned()
    }

    /// Whether an order by this field means something to people.
    fn is_sortable(&self) -> bool {
        !matches!(self.shape(), Shape::Reference | Shape::List | Shape::Address | Shape::Files)
    }

    /// Whether its values are words of people, which sort by their sound and not by their characters' numbers.
    fn sorts_by_sound(&self) -> bool {
        false
    }

    /// The value as somebody reads it in a file; days and moments by the reader's clock.
    fn export_text(&self, value: &Value, cx: &Exporting<'_>) -> String {
        self.write_text(value, &cx.reading)
    }

    /// The choices a reader can pick from, in order.
    fn options(&self, _schema: &Schema) -> Vec<ChoiceOption> {
        Vec::new()
    }

    /// The ids of all choices, retired ones too, in the order in which their values sort; `None` where values have an
    /// order of their own.
    fn order(&self, _schema: &Schema) -> Option<Vec<String>> {
        None
    }

    /// What can be set anew when there are values already; nothing for most types.
    fn adjustment(&self) -> Option<Adjustment> {
        None
    }

    /// The type with these settings instead of [`FieldType::adjustment`].
    ///
    /// # Errors
    /// A setting that this type does not have, or that it needs.
    fn adjusted(&self, _to: &Adjustment) -> Result<FieldKind, Problem> {
        Err(Problem::on("field", "problem.definition.not_a_setting"))
    }

    /// Whether such a value may name a person or say how to reach one.
    fn may_be_personal(&self) -> bool {
        false
    }

    /// Whether the system gives the value when a record is made, and nobody writes it.
    fn is_assigned(&self) -> bool {
        false
    }

    /// Whether a file of rows can hold such values.
    fn is_importable(&self) -> bool {
        true
    }
}

impl FieldKind {
    /// The type of this name with its settings; `None` when there is no such type or it lacks a setting.
    pub(crate) fn from_settings(name: &str, settings: Settings) -> Option<Self> {
        let Settings { min, max, scale, options, entity, format, start, photos_only } = settings;
        Some(match name {
            "text" => Self::Text(Text { max: u32::try_from(max?).ok()? }),
            "long_text" => Self::LongText(LongText {}),
            "integer" => Self::Integer(Integer { min, max }),
            "decimal" => Self::Decimal(DecimalField { scale: scale? }),
            "money" => Self::Money(MoneyField {}),
            "date" => Self::Date(DateField {}),
            "instant" => Self::Instant(InstantField {}),
            "schedule" => Self::Schedule(ScheduleField {}),
            "choice" => Self::Choice(Choice { options: options? }),
            "phone" => Self::Phone(Phone {}),
            "email" => Self::Email(Email {}),
            "relation" => Self::Relation(Relation { entity: entity? }),
            "user" => Self::User(User {}),
            "stage" => Self::Stage(StageField {}),
            "role" => Self::Role(RoleField {}),
            "checkbox" => Self::Checkbox(Checkbox {}),
            "percent" => Self::Percent(Percent { scale: scale.unwrap_or_default(), min, max }),
            "url" => Self::Url(Url {}),
            "rating" => Self::Rating(Rating { max: max? }),
            "duration" => Self::Duration(DurationField {}),
            "choices" => Self::Choices(Choices { options: options? }),
            "tags" => Self::Tags(Tags {}),
            "tree_choice" => Self::TreeChoice(TreeChoice { options: options? }),
            "address" => Self::Address(AddressField {}),
            "auto_number" => Self::AutoNumber(AutoNumber { format: format?, start: start.unwrap_or(1) }),
            "file" => Self::File(FileField { photos_only: photos_only.unwrap_or_default(), max: max? }),
            "repeat" => Self::Repeat(Repeat {}),
            "checklist" => Self::Checklist(Checklist {}),
            _ => return None,
        })
    }

    #[must_use]
    pub fn behaviour(&self) -> &dyn FieldType {
        match self {
            Self::Text(kind) => kind,
            Self::LongText(kind) => kind,
            Self::Integer(kind) => kind,
            Self::Decimal(kind) => kind,
            Self::Money(kind) => kind,
            Self::Date(kind) => kind,
            Self::Instant(kind) => kind,
            Self::Schedule(kind) => kind,
            Self::Choice(kind) => kind,
            Self::Phone(kind) => kind,
            Self::Email(kind) => kind,
            Self::Relation(kind) => kind,
            Self::User(kind) => kind,
            Self::Stage(kind) => kind,
            Self::Role(kind) => kind,
            Self::Checkbox(kind) => kind,
            Self::Percent(kind) => kind,
            Self::Url(kind) => kind,
            Self::Rating(kind) => kind,
            Self::Duration(kind) => kind,
            Self::Choices(kind) => kind,
            Self::Tags(kind) => kind,
            Self::TreeChoice(kind) => kind,
            Self::Address(kind) => kind,
            Self::AutoNumber(kind) => kind,
            Self::File(kind) => kind,
            Self::Repeat(kind) => kind,
            Self::Checklist(kind) => kind,
        }
    }

    /// The options a workspace may change; `None` for types that have none of their own.
    pub fn options_mut(&mut self) -> Option<&mut Vec<ChoiceOption>> {
        match self {
            Self::Choice(kind) => Some(&mut kind.options),
            Self::Choices(kind) => Some(&mut kind.options),
            Self::TreeChoice(kind) => Some(&mut kind.options),
            _ => None,
        }
    }

    /// Every option a value may name, retired ones too.
    #[must_use]
    pub fn all_options(&self) -> &[ChoiceOption] {
        match self {
            Self::Choice(kind) => &kind.options,
            Self::Choices(kind) => &kind.options,
            Self::TreeChoice(kind) => &kind.options,
            _ => &[],
        }
    }

    /// The entity whose records this field points at.
    #[must_use]
    pub fn relation_target(&self) -> Option<&str> {
        match self {
            Self::Relation(relation) => Some(&relation.entity),
            Self::User(_) => Some("user"),
            _ => None,
        }
    }

    #[must_use]
    pub fn text(max: u32) -> Self {
        Self::Text(Text { max })
    }

    #[must_use]
    pub fn long_text() -> Self {
        Self::LongText(LongText {})
    }

    #[must_use]
    pub fn integer(min: Option<i64>, max: Option<i64>) -> Self {
        Self::Integer(Integer { min, max })
    }

    #[must_use]
    pub fn decimal(scale: u32) -> Self {
        Self::Decimal(DecimalField { scale })
    }

    #[must_use]
    pub fn money() -> Self {
        Self::Money(MoneyField {})
    }

    #[must_use]
    pub fn date() -> Self {
        Self::Date(DateField {})
    }

    #[must_use]
    pub fn instant() -> Self {
        Self::Instant(InstantField {})
    }

    #[must_use]
    pub fn schedule() -> Self {
        Self::Schedule(ScheduleField {})
    }

    /// Choices as (id, Chinese, English).
    #[must_use]
    pub fn choice(options: &[(&str, &str, &str)]) -> Self {
        let option = |&(id, zh, en): &(&str, &str, &str)| ChoiceOption::new(id, Label::new(zh, en));
        Self::Choice(Choice { options: options.iter().map(option).collect() })
    }

    #[must_use]
    pub fn checkbox() -> Self {
        Self::Checkbox(Checkbox {})
    }

    #[must_use]
    pub fn percent(scale: u32) -> Self {
        Self::Percent(Percent { scale, min: None, max: None })
    }

    /// A part of a whole in whole percent: 0 to 100.
    #[must_use]
    pub fn share() -> Self {
        Self::Percent(Percent { scale: 0, min: Some(0), max: Some(100) })
    }

    #[must_use]
    pub fn url() -> Self {
        Self::Url(Url {})
    }

    #[must_use]
    pub fn rating(max: i64) -> Self {
        Self::Rating(Rating { max })
    }

    #[must_use]
    pub fn duration() -> Self {
        Self::Duration(DurationField {})
    }

    #[must_use]
    pub fn choices(options: Vec<ChoiceOption>) -> Self {
        Self::Choices(Choices { options })
    }

    #[must_use]
    pub fn tags() -> Self {
        Self::Tags(Tags {})
    }

    #[must_use]
    pub fn tree_choice(options: Vec<ChoiceOption>) -> Self {
        Self::TreeChoice(TreeChoice { options })
    }

    #[must_use]
    pub fn address() -> Self {
        Self::Address(AddressField {})
    }

    #[must_use]
    pub fn auto_number(format: &str, start: u32) -> Self {
        Self::AutoNumber(AutoNumber { format: format.to_owned(), start })
    }

    #[must_use]
    pub fn file(photos_only: bool, max: i64) -> Self {
        Self::File(FileField { photos_only, max })
    }

    #[must_use]
    pub fn repeat() -> Self {
        Self::Repeat(Repeat {})
    }

    #[must_use]
    pub fn checklist() -> Self {
        Self::Checklist(Checklist {})
    }

    #[must_use]
    pub fn phone() -> Self {
        Self::Phone(Phone {})
    }

    #[must_use]
    pub fn email() -> Self {
        Self::Email(Email {})
    }

    #[must_use]
    pub fn relation(entity: &str) -> Self {
        Self::Relation(Relation { entity: entity.to_owned() })
    }

    #[must_use]
    pub fn user() -> Self {
        Self::User(User {})
    }

    #[must_use]
    pub fn stage() -> Self {
        Self::Stage(StageField {})
    }

    #[must_use]
    pub fn role() -> Self {
        Self::Role(RoleField {})
    }
}

/// A value of the wire for one field; null and emptied texts are [`Value::Null`].
///
/// # Errors
/// The type's problem.
pub fn read(kind: &FieldKind, json: &Json, cx: &Reading<'_>) -> Result<Value, Problem> {
    match json {
        Json::Null => Ok(Value::Null),
        Json::String(text) if tidy(text).is_none() => Ok(Value::Null),
        json => kind.behaviour().read(json, cx),
    }
}

/// Reads what a field held once. Limits that were set since bind what is written from then on, not what stood there before
/// them. `None` for what it can hold no longer: a digit behind its last decimal, an option that is gone.
#[must_use]
pub fn read_past(kind: &FieldKind, json: &Json, cx: &Reading<'_>) -> Option<Value> {
    let widest = || match kind {
        FieldKind::Text(_) => Some(FieldKind::text(text::MAX)),
        FieldKind::Integer(_) => Some(FieldKind::integer(None, None)),
        FieldKind::Rating(_) => Some(FieldKind::rating(rating::MAX_STARS)),
        _ => None,
    };
    read(kind, json, cx).ok().or_else(|| read(&widest()?, json, cx).ok())
}

/// A text out of JSON: trimmed, within `max` characters, without control characters.
fn read_string(json: &Json, max: u32) -> Result<&str, Problem> {
    let text = json.as_str().ok_or_else(|| Problem::new("problem.not_text"))?;
    check_string(text, max)
}

fn check_string(text: &str, max: u32) -> Result<&str, Problem> {
    let text = text.trim();
    if text.len() > max as usize && text.chars().count() > max as usize {
        return Err(Problem::new("problem.too_long").with("max", max));
    }
    if has_forbidden(text) {
        return Err(Problem::new("problem.control_characters"));
    }
    Ok(text)
}

/// Picks an option by id, or by its label in either language, ignoring ASCII case.
fn find_option(options: &[ChoiceOption], text: &str) -> Option<String> {
    let text = text.trim();
    let named = |option: &&ChoiceOption| {
        option.id == text
            || option.label.zh.eq_ignore_ascii_case(text)
            || option.label.en.eq_ignore_ascii_case(text)
    };
    options.iter().find(named).map(|option| option.id.clone())
}

/// Digits with an optional sign, spaces and group separators removed, the decimal mark as a point. `None` when
/// anything else stands in the text.
fn plain_number(text: &str, mark: DecimalMark) -> Option<String> {
    let (group, decimal) = match mark {
        DecimalMark::Point => (',', '.'),
        DecimalMark::Comma => ('.', ','),
    };
    let mut plain = String::with_capacity(text.len());
    for c in text.trim().chars().map(crate::text::half_width) {
        match c {
            ' ' | '\u{a0}' | '\'' => {}
            c if c == group => {}
            c if c == decimal => plain.push('.'),
            c if c.is_ascii_digit() || c == '-' => plain.push(c),
            _ => return None,
        }
    }
    Some(plain)
}
