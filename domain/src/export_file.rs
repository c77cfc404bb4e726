//! A file out of records: comma-separated values that a spreadsheet opens as they are meant. UTF-8 with its mark,
//! lines ended the way spreadsheets end them, days as 2026-05-01, amounts as plain numbers with their currency in a
//! column of its own, and no cell that a spreadsheet would run as a formula.

use crate::command::Wire;
use crate::fields::{self, Exporting, Shape};
use crate::schema::Field;
use crate::value::{Decimal, Value};

/// Rows of one file: what a spreadsheet still opens, and an export still finishes.
pub const MAX_ROWS: usize = 200_000;

/// Tells spreadsheets that what follows is UTF-8.
const MARK: &str = "\u{feff}";

/// The first line, with the mark before it. `currency` is the word for the column beside an amount.
#[must_use]
pub fn header(fields: &[&Field], cx: &Exporting<'_>, currency: &str) -> Vec<u8> {
    let mut cells = Vec::new();
    for field in fields {
        let label = cx.label(&field.label);
        cells.push(harmless(label));
        if is_money(field) {
            cells.push(harmless(&format!("{label} {currency}")));
        }
    }
    [MARK.as_bytes(), &line(&cells)].concat()
}

/// One record's line.
#[must_use]
pub fn row(fields: &[&Field], values: &Wire, cx: &Exporting<'_>) -> Vec<u8> {
    let mut cells = Vec::new();
    for field in fields {
        let json = values.get(&field.id);
        // A rule made later does not make a record unreadable.
        let past = |json| fields::read_past(&field.kind, json, &cx.reading);
        let said = || json.and_then(|json| json.as_str()).map(|text| Value::Text(text.to_owned()));
        let value = json.and_then(past).or_else(said).unwrap_or(Value::Null);
        match (&value, is_money(field)) {
            (Value::Money(money), _) => {
                let scale = money.currency.minor_digits();
                cells.push(Decimal { units: money.minor, scale }.to_string());
                cells.push(money.currency.code().to_owned());
            }
            (_, true) => cells.extend([String::new(), String::new()]),
            (Value::Null, false) => cells.push(String::new()),
            // A number with a minus is a number; everything else might be more.
            (Value::Integer(_) | Value::Decimal(_), false) => {
                cells.push(field.kind.behaviour().export_text(&value, cx));
            }
            (_, false) => cells.push(harmless(&field.kind.behaviour().export_text(&value, cx))),
        }
    }
    line(&cells)
}

/// A file out of cells as somebody wrote them, such as the rows of an import that were refused.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    // A number below zero is one; everything else that begins like it might be more.
    let cell = |text: &String| if is_below_zero(text) { text.clone() } else { harmless(text) };
    let line = |cells: &Vec<String>| line(&cells.iter().map(cell).collect::<Vec<_>>());
    let lines: Vec<u8> = rows.iter().flat_map(line).collect();
    format!("{MARK}{}", String::from_utf8_lossy(&lines))
}

fn is_below_zero(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|number| {
        number.contains(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    })
}

/// What a cell says without the apostrophe that makes it harmless, for files that come back.
#[must_use]
pub fn said(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_risky(text)).unwrap_or(cell)
}

fn is_money(field: &Field) -> bool {
    field.kind.behaviour().shape() == Shape::Money
}

/// Spreadsheets run what begins like a formula, also in full width (OWASP, CSV injection): an apostrophe in front
/// makes it text.
fn harmless(text: &str) -> String {
    if is_risky(text) { format!("'{text}") } else { text.to_owned() }
}

fn is_risky(text: &str) -> bool {
    text.trim_start_matches([' ', '\u{3000}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

fn line(cells: &[String]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::record::Names;
    use crate::fields::{FieldKind, Reading};
    use crate::ids::Id;

    use crate::schema::{Schema, builtin};
    use crate::time::UtcOnly;

    fn schema() -> Schema {
        builtin::of_tests("UTC", "CNY")
    }

    fn written(entity: &str, values: serde_json::Value, chinese: bool) -> String {
        let schema = schema();
        let owner: Id = "0190a000-0000-7000-8000-0000000000aa".parse().unwrap();
        let names = Names::from([(owner, "=林小满".to_owned())]);
        let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
        let cx = Exporting { reading, chinese, names: &names };
        let serde_json::Value::Object(values) = values else { panic!("values are an object") };
        let values: Wire = values.into_iter().collect();
        let fields: Vec<&Field> =
            values.keys().map(|id| schema.entity(entity).unwrap().field(id).unwrap()).collect();
        let bytes = [header(&fields, &cx, "币种"), row(&fields, &values, &cx)].concat();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_says_what_people_say() {
        let deal = json!({
            "name": "仓储, \"二期\"", "note": "一\n二", "amount": {"amount": -125_050, "currency": "USD"}, "stage": "needs",
            "close_date": "2026-05-01", "owner": "0190a000-0000-7000-8000-0000000000aa",
            "next_touch": {"date": "2026-05-02", "time": "15:00", "zone": "UTC"}, "updated_at": "2026-05-01T04:05:59Z",
        });
        assert_eq!(
            written("deal", deal, true),
            "\u{feff}金额,金额 币种,成交日期,商机名称,下次跟进,备注,负责人,阶段,更新时间\r\n\
             -1250.50,USD,2026-05-01,\"仓储, \"\"二期\"\"\",2026-05-02 15:00,\"一\n二\",'=林小满,需求确认,2026-05-01 04:05\r\n"
        );
    }

    #[test]
    fn a_number_beyond_a_limit_that_was_set_since_is_in_the_file() {
        let mut schema = schema();
        let account = schema.entities.iter_mut().find(|entity| entity.id == "account").unwrap();
        let employees = account.fields.iter_mut().find(|field| field.id == "employees").unwrap();
        employees.kind = FieldKind::integer(Some(1), Some(60));
        let field = employees.clone();
        let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
        let cx = Exporting { reading, chinese: false, names: &Names::new() };
        for (stands, cell) in [(json!(80), "80\r\n"), (json!(-5), "-5\r\n"), (json!(1.5), "\"\"\r\n")] {
            let values = Wire::from([("employees".to_owned(), stands)]);
            assert_eq!(String::from_utf8(row(&[&field], &values, &cx)).unwrap(), cell);
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "  =1", "－1"] {
            let line = written("account", json!({"name": text}), false);
            assert!(
                line.contains(&format!("'{}", text.trim())) || line.contains(&format!("'{text}")),
                "{line:?}"
            );
        }
        assert!(written("account", json!({"employees": 0}), false).ends_with("\r\n0\r\n"));
        assert!(
            written("contact", json!({"phone": "+8613812345678"}), false).ends_with("\r\n138 1234 5678\r\n")
        );
        assert!(
            written("contact", json!({"phone": "+14155550100"}), false).ends_with("\r\n'+14155550100\r\n")
        );
    }

    #[test]
    fn rows_that_come_back_are_harmless_meanwhile_and_say_the_same() {
        let cells = [
            "=1+1",
            "+86 138 0013 8000",
            "-12.50",
            "-1.054,50",
            "-",
            "-1+1",
            "@a",
            "'t Hof",
            "",
            "a\"b",
            "x,y\nz",
        ];
        let rows = vec![cells.map(str::to_owned).to_vec(); 2];
        let file = table(&rows);
        for risky in ["\n=", ",=", ",+", ",-1+", ",@"] {
            assert!(!file.contains(risky), "{file}");
        }
        assert!(file.contains(",-12.50,"), "{file}");
        let sheet = crate::import_file::Sheet::parse(&file).unwrap();
        assert_eq!((&sheet.header, &sheet.rows[0].cells), (&rows[0], &rows[1]));
    }

    #[test]
    fn every_kind_of_field_has_its_cell() {
        let schema = schema();
        let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
        let cx = Exporting { reading, chinese: false, names: &Names::new() };
        for entity in &schema.entities {
            let fields: Vec<&Field> = entity.fields.iter().collect();
            let count = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().matches(',').count();
            assert_eq!(
                count(header(&fields, &cx, "currency")),
                count(row(&fields, &Wire::new(), &cx)),
                "{}",
                entity.id
            );
        }
        assert!(FieldKind::text(5).behaviour().is_sortable());
    }
}
