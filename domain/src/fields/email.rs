//! An e-mail address (RFC 5321 mailbox); its ASCII letters are kept in lower case, so that it is found again.

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Searched, Shape, TextFormats, check_string, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Email {}

const MAX: u32 = 254;

/// The one spelling of an address; `None` when it is none.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    let text = text.trim();
    EmailAddress::parse_with_options(text, options).ok().map(|address| address.as_str().to_ascii_lowercase())
}

impl FieldType for Email {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = read_string(json, MAX)?;
        normalise(text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_email"))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = check_string(text, MAX)?;
        normalise(text).map(Value::Text).ok_or_else(|| Problem::new("problem.not_email"))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Address)
    }

    fn may_be_personal(&self) -> bool {
        true
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }
}
