//! Free words on a record: each once, in the order they were given.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Searched, Shape, TextFormats};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::{fold, has_forbidden, tidy};
use crate::value::Value;

/// Tags of one record.
pub const MAX_TAGS: usize = 50;
/// Characters of one tag.
pub const MAX_TAG: usize = 40;

/// Between several values in one cell of a file.
pub(super) const JOINT: &str = ", ";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Tags {}

/// The values of a text that holds several: between commas and semicolons of either width, 、, bars and lines.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，', '、', ';', '；', '|', '｜', '\n', '\r']).filter_map(tidy)
}

/// One tag as it is kept: without the `#` it may be written with. `None` when nothing is left.
fn tag(text: &str) -> Option<&str> {
    tidy(text.trim_start_matches(|c: char| c == '#' || c == '＃' || c.is_whitespace()))
}

impl Tags {
    fn collect<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Value, Problem> {
        let mut tags: Vec<String> = Vec::new();
        for text in texts.filter_map(tag) {
            if has_forbidden(text) || text.contains('\t') {
                return Err(Problem::new("problem.control_characters"));
            }
            if text.chars().count() > MAX_TAG {
                return Err(Problem::new("problem.too_long").with("max", MAX_TAG));
            }
            // `VIP` and `vip` on one record are one tag; the first spelling stays.
            if !tags.iter().any(|known| fold(known) == fold(text)) {
                tags.push(text.to_owned());
            }
        }
        if tags.len() > MAX_TAGS {
            return Err(Problem::new("problem.too_many").with("max", MAX_TAGS));
        }
        Ok(if tags.is_empty() { Value::Null } else { Value::List(tags) })
    }
}

impl FieldType for Tags {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let items = json.as_array().ok_or_else(|| Problem::new("problem.not_list"))?;
        let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
        let texts = texts.ok_or_else(|| Problem::new("problem.not_text"))?;
        // What separates tags cannot stand in one.
        Self::collect(texts.into_iter().flat_map(split))
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        Self::collect(split(text))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.list().join(JOINT)
    }

    fn part(&self, text: &str) -> String {
        tag(text).unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::List
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Words)
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::List
    }
}
