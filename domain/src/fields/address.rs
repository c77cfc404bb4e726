//! Where something is: country, province, city, district, street, postcode, each as it is written on a letter.
//! Which of them stands first is the reader's business; the condition language sees one line, large before small.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Searched, Shape, TextFormats, check_string, read_string};
use crate::address::{Address, PARTS};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::text::tidy;
use crate::value::Value;

/// Between the parts in a cell of a file.
const JOINT: &str = " | ";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AddressField {}

/// Characters of a part.
fn max_of(part: &str) -> u32 {
    match part {
        "street" => 300,
        "postcode" => 20,
        _ => 100,
    }
}

fn keep(address: &mut Address, part: &str, text: &str) -> Result<(), Problem> {
    if text.contains(['\n', '\r', '\t']) {
        return Err(Problem::new("problem.one_line"));
    }
    // The bar separates the parts in a file.
    let text = text.replace('|', "/");
    if let Some(place) = address.part_mut(part) {
        tidy(&text).unwrap_or_default().clone_into(place);
    }
    Ok(())
}

fn some(address: Address) -> Value {
    if address.is_empty() { Value::Null } else { Value::Address(Box::new(address)) }
}

impl FieldType for AddressField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let wrong = || Problem::new("problem.not_address");
        let parts = json.as_object().ok_or_else(wrong)?;
        let mut address = Address::default();
        for (part, json) in parts {
            if !PARTS.contains(&part.as_str()) {
                return Err(wrong());
            }
            if !json.is_null() {
                keep(&mut address, part, read_string(json, max_of(part))?)?;
            }
        }
        Ok(some(address))
    }

    /// All parts between bars as [`FieldType::write_text`] writes them, or a Chinese address by its endings;
    /// what is neither is a street.
    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let parts: Vec<&str> = text.split('|').collect();
        let mut address = Address::default();
        if parts.len() == PARTS.len() {
            for (part, text) in PARTS.into_iter().zip(parts) {
                keep(&mut address, part, check_string(text, max_of(part))?)?;
            }
        } else {
            let read = Address::from_line(text);
            for part in PARTS {
                keep(&mut address, part, check_string(read.part(part), max_of(part))?)?;
            }
        }
        Ok(some(address))
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Address(address) => PARTS.map(|part| address.part(part)).join(JOINT),
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Address
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Words)
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }
}
