//! An amount with its currency: `{"amount": 125000, "currency": "CNY"}` is 1,250.00 yuan.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Shape, TextFormats, plain_number};
use crate::expr::Type;
use crate::message::Problem;
use crate::money::{Currency, MAX_SAFE, Money};
use crate::schema::Schema;
use crate::value::{Decimal, Value};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MoneyField {}

fn checked(minor: i64, currency: Currency) -> Result<Value, Problem> {
    if minor.unsigned_abs() > MAX_SAFE.unsigned_abs() {
        return Err(Problem::new("problem.out_of_range").with("min", -MAX_SAFE).with("max", MAX_SAFE));
    }
    Ok(Value::Money(Money { minor, currency, base_minor: None }))
}

impl FieldType for MoneyField {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let parts = json.as_object().ok_or_else(|| Problem::new("problem.not_money"))?;
        if parts.keys().any(|key| !matches!(key.as_str(), "amount" | "currency" | "base")) {
            return Err(Problem::new("problem.not_money"));
        }
        let amount = parts.get("amount").ok_or_else(|| Problem::new("problem.not_money"))?;
        let minor = match amount.as_i64() {
            Some(minor) => minor,
            None if amount.is_number() => {
                return Err(Problem::new("problem.out_of_range")
                    .with("min", -MAX_SAFE)
                    .with("max", MAX_SAFE));
            }
            None => return Err(Problem::new("problem.not_money")),
        };
        let currency = parts.get("currency").and_then(Json::as_str).and_then(Currency::parse);
        checked(minor, currency.ok_or_else(|| Problem::new("problem.not_currency"))?)
    }

    fn read_text(&self, text: &str, formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        let text = text.trim();
        let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        let currency =
            match (letters.as_str(), text.chars().find(|c| matches!(c, '¥' | '￥' | '$' | '€' | '£'))) {
                ("", None) => formats.currency,
                ("", Some('$')) => Currency::parse("USD").unwrap_or(formats.currency),
                ("", Some('€')) => Currency::parse("EUR").unwrap_or(formats.currency),
                ("", Some('£')) => Currency::parse("GBP").unwrap_or(formats.currency),
                // The sign of the yuan is the sign of the yen too; the file's own currency decides between them.
                ("", Some(_)) if formats.currency.code() == "JPY" => formats.currency,
                ("", Some(_)) => Currency::parse("CNY").unwrap_or(formats.currency),
                (letters, _) => Currency::parse(&letters.to_ascii_uppercase())
                    .ok_or_else(|| Problem::new("problem.not_currency"))?,
            };
        let number: String = text
            .chars()
            .filter(|c| !c.is_ascii_alphabetic() && !matches!(c, '¥' | '￥' | '$' | '€' | '£' | '元'))
            .collect();
        let plain =
            plain_number(&number, formats.decimal).ok_or_else(|| Problem::new("problem.not_number"))?;
        let digits = currency.minor_digits();
        let amount = Decimal::parse(&plain, digits)
            .ok_or_else(|| Problem::new("problem.not_decimal").with("scale", digits))?;
        checked(amount.units, currency)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        match value {
            Value::Money(money) => {
                let amount = Decimal { units: money.minor, scale: money.currency.minor_digits() };
                format!("{} {amount}", money.currency.code())
            }
            _ => String::new(),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Money
    }

    fn expr_type(&self, schema: &Schema) -> Type {
        // Amounts of several currencies compare by what they are worth in the workspace's.
        Type::Number { scale: schema.workspace.currency.minor_digits() }
    }
}
