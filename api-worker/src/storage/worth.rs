//! What foreign amounts are worth, found again when a rate is made, mended or deleted: an amount by the rate of the day
//! on which it was entered, which the change log knows. One from before the first rate keeps the worth it has, and gets
//! that of the first rate if it has none.

use std::collections::BTreeMap;

use domain::fields::Shape;
use domain::money::{Currency, MAX_SAFE};
use domain::schema::{Entity, Field, Schema};
use domain::time::Date;
use serde_json::{Value as Json, json};

use super::place::table;
use super::statement::Statement;

/// Rates that changed: their currencies, each with the first day whose rate may be another one now.
pub type Changed = BTreeMap<Currency, Date>;

/// One statement for each field of money, after the rates are saved. `offset_ms` is the time of the workspace's clock
/// minus UTC.
#[must_use]
pub fn again(schema: &Schema, changed: &Changed, today: Date, offset_ms: i64) -> Vec<Statement> {
    statements(schema, changed, (today, offset_ms), None)
}

/// The same for so many amounts of each field at most; each statement answers with the ids of those it changed.
#[must_use]
pub fn again_some(
    schema: &Schema,
    changed: &Changed,
    today: Date,
    offset_ms: i64,
    most: usize,
) -> Vec<Statement> {
    statements(schema, changed, (today, offset_ms), Some(most))
}

fn statements(
    schema: &Schema,
    changed: &Changed,
    (today, offset_ms): (Date, i64),
    most: Option<usize>,
) -> Vec<Statement> {
    let base = schema.workspace.currency;
    let foreign = changed.iter().filter(|(currency, _)| **currency != base);
    let currencies: BTreeMap<&str, Json> = foreign
        .map(|(currency, from)| (currency.code(), json!([divisor(*currency, base), from.to_string()])))
        .collect();
    if currencies.is_empty() {
        return Vec::new();
    }
    let money = |field: &&Field| field.kind.behaviour().shape() == Shape::Money;
    let fields = schema
        .entities
        .iter()
        .flat_map(|entity| entity.fields.iter().filter(money).map(move |field| (entity, field)));
    let statement = |(entity, field): (&Entity, &Field)| {
        let params = vec![json!(currencies).into(), today.to_string().into(), offset_ms.into()];
        Statement::new("worth_again", sql(entity, field, most), params)
    };
    fields.map(statement).collect()
}

/// What the product of an amount and a rate is divided by: millionths, and minor units of the one for those of the other.
fn divisor(from: Currency, base: Currency) -> i64 {
    // No currency has more than three minor digits, so that this lies between a thousand and a thousand millions, and the
    // parts that the statement multiplies fit.
    10_i64.pow((6 + from.minor_digits()).saturating_sub(base.minor_digits()))
}

fn sql(entity: &Entity, field: &Field, most: Option<usize>) -> String {
    let id = &field.id;
    let part = |name: &str, key: &str| {
        if field.custom { format!("json_extract(r.custom, '$.{id}.{key}')") } else { format!("r.\"{name}\"") }
    };
    let (minor, currency, base) =
        (part(id, "minor"), part(&format!("{id}_currency"), "currency"), part(&format!("{id}_base"), "base"));
    let set = if field.custom {
        format!("custom = json_set(t.custom, '$.{id}.base', w.worth)")
    } else {
        format!("\"{id}_base\" = w.worth")
    };
    let logged = if field.personal { "change_personal" } else { "change_log" };
    let rate = "SELECT q.rate FROM rate q WHERE q.workspace_id = ?1 AND q.currency = e.currency AND q.deleted_at IS NULL \
        AND q.\"from\" <=";
    let (limit, answer) = match most {
        Some(most) => (format!(" LIMIT {most}"), " RETURNING json_array(id) AS j"),
        None => (String::new(), ""),
    };
    format!(
        "UPDATE {table} AS t SET {set} FROM (\
           SELECT id, worth FROM (SELECT id, base, CASE WHEN size <= {MAX_SAFE} THEN CASE WHEN minor < 0 THEN -size ELSE size END END AS worth FROM (\
             SELECT id, base, minor, (a / d) * rate + (a % d) * (rate / d) + ((a % d) * (rate % d) + d / 2) / d AS size FROM (\
               SELECT e.id, e.base, e.minor, abs(e.minor) AS a, e.d, coalesce(\
                 ({rate} e.day ORDER BY q.\"from\" DESC LIMIT 1), \
                 CASE WHEN e.base IS NULL THEN ({rate} ?3 ORDER BY q.\"from\" LIMIT 1) END) AS rate FROM (\
                 SELECT r.id, {minor} AS minor, c.key AS currency, {base} AS base, \
                   c.value ->> 0 AS d, c.value ->> 1 AS first, \
                   date((coalesce((SELECT max(l.at) FROM change_log l JOIN {logged} b ON b.workspace_id = l.workspace_id AND b.seq = l.seq \
                     WHERE l.workspace_id = ?1 AND l.record_id = r.id AND l.entity = '{entity}' \
                     AND json_type(b.body, '$.fields.{id}') IS NOT NULL), r.created_at) + ?4) / 1000, 'unixepoch') AS day \
                 FROM {table} r JOIN json_each(?2) c ON c.key = {currency} WHERE r.workspace_id = ?1\
               ) e WHERE e.base IS NULL OR e.day >= e.first\
             ) WHERE rate IS NOT NULL\
           )) WHERE worth IS NOT base{limit}\
         ) w WHERE t.workspace_id = ?1 AND t.id = w.id{answer}",
        table = table(entity),
        entity = entity.id,
    )
}

#[cfg(test)]
pub(super) mod tests {
    use domain::money::{Rate, Rates};

    use super::super::testing::{self, Shard, id};
    use super::*;

    pub fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    pub fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    pub fn schema(base: &str) -> Schema {
        let mut schema = testing::schema();
        schema.workspace.currency = currency(base);
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
        let deposit = Field { id: "f_deposit".into(), custom: true, ..deal.field("amount").unwrap().clone() };
        deal.fields.push(deposit);
        schema
    }

    fn execute(shard: &Shard, sql: &str) {
        shard.connection.execute_batch(&sql.replace("$w", &shard.workspace.to_string())).unwrap();
    }

    /// A deal whose amount, and whose deposit, was entered on a day; it was renamed long after.
    pub fn deal(shard: &Shard, number: u64, minor: i64, currency: &str, entered: &str) {
        let (record, worth) = (id(number), "null");
        execute(
            shard,
            &format!(
                "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, stage, \
                   amount, amount_currency, custom) \
                 VALUES ('$w', '{record}', 2, 0, 0, 'u', 'u', 'x', 'needs', {minor}, '{currency}', \
                   '{{\"f_deposit\":{{\"minor\":{minor},\"currency\":\"{currency}\",\"base\":{worth}}},\"f_other\":1}}');
                 INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) VALUES \
                   ('$w', {number}, 1, 'c', unixepoch('{entered}') * 1000, 'u', 'deal', '{record}', 1, 'created', '{{\"fields\":{{\"amount\":[null,1],\"f_deposit\":[null,1]}}}}'), \
                   ('$w', {number} + 1000, 1, 'c', unixepoch('2026-12-01') * 1000, 'u', 'deal', '{record}', 2, 'updated', '{{\"fields\":{{\"name\":[1,2]}}}}')"
            ),
        );
    }

    pub fn rate(shard: &Shard, number: u64, code: &str, from: &str, micros: i64) {
        execute(
            shard,
            &format!(
                "INSERT INTO rate (workspace_id, id, version, currency, \"from\", rate, created_at, created_by_id, updated_at, updated_by_id) \
                 VALUES ('$w', 'r{number}', 1, '{code}', '{from}', {micros}, 0, 'u', 0, 'u')"
            ),
        );
    }

    fn again_in(shard: &Shard, base: &str, code: &str, from: &str) {
        let changed = Changed::from([(currency(code), day(from))]);
        for statement in again(&schema(base), &changed, day("2026-12-31"), 0) {
            shard.run(statement).unwrap();
        }
    }

    /// What the amount and the deposit of a deal are worth, and that nothing else went.
    pub fn worth(shard: &Shard, number: u64) -> [Option<i64>; 2] {
        let sql = "SELECT amount_base, json_extract(custom, '$.f_deposit.base'), json_extract(custom, '$.f_other') FROM deal WHERE id = ?1";
        shard
            .connection
            .query_row(sql, [id(number).to_string()], |row| {
                assert_eq!(row.get::<_, i64>(2)?, 1);
                Ok([row.get(0)?, row.get(1)?])
            })
            .unwrap()
    }

    #[test]
    fn a_rate_reaches_the_amounts_of_its_days_and_those_without_a_worth() {
        let shard = Shard::new();
        for (number, entered) in [(11, "2026-01-05"), (12, "2026-05-31"), (13, "2026-06-01")] {
            deal(&shard, number, 100, "USD", entered);
        }
        deal(&shard, 14, 100, "EUR", "2026-06-01");
        let all = |shard: &Shard| [11, 12, 13, 14].map(|number| worth(shard, number)[0]);
        rate(&shard, 1, "USD", "2026-02-01", 7_100_000);
        again_in(&shard, "CNY", "USD", "2026-02-01");
        assert_eq!(all(&shard), [Some(710), Some(710), Some(710), None]);
        assert_eq!(worth(&shard, 12), [Some(710), Some(710)]);
        // A later rate moves only what was entered from its day on.
        rate(&shard, 2, "USD", "2026-06-01", 7_000_000);
        again_in(&shard, "CNY", "USD", "2026-06-01");
        assert_eq!(all(&shard), [Some(710), Some(710), Some(700), None]);
        // So does a mended one; what was entered before the first keeps what it has.
        execute(&shard, "UPDATE rate SET rate = 7300000 WHERE id = 'r1'");
        again_in(&shard, "CNY", "USD", "2026-02-01");
        assert_eq!(all(&shard), [Some(710), Some(730), Some(700), None]);
        // Without it the one before holds, and without any the worth stays.
        execute(&shard, "UPDATE rate SET deleted_at = 1");
        again_in(&shard, "CNY", "USD", "2026-02-01");
        assert_eq!(all(&shard), [Some(710), Some(730), Some(700), None]);
        // A rate of a day to come is nobody's yet.
        rate(&shard, 3, "EUR", "2027-01-01", 8_000_000);
        again_in(&shard, "CNY", "EUR", "2027-01-01");
        assert_eq!(all(&shard)[3], None);
    }

    #[test]
    fn the_database_counts_as_the_planner_does() {
        let amounts = [
            0,
            1,
            -1,
            2,
            49,
            -50,
            51,
            99_999,
            123_456_789,
            -987_654_321_012,
            MAX_SAFE / 7,
            MAX_SAFE,
            -MAX_SAFE,
        ];
        let micros = [1, 500_000, 999_999, 1_000_000, 7_123_457, 48_500, 23_456_789_000, MAX_SAFE];
        for (base, code) in [("CNY", "USD"), ("CNY", "JPY"), ("CNY", "KWD"), ("JPY", "KWD"), ("KWD", "JPY")] {
            for micros in micros {
                let shard = Shard::new();
                rate(&shard, 1, code, "2026-01-01", micros);
                for (number, minor) in (11..).zip(amounts) {
                    deal(&shard, number, minor, code, "2026-03-01");
                }
                again_in(&shard, base, code, "2026-01-01");
                let rates = Rates(vec![Rate { currency: currency(code), from: day("2026-01-01"), micros }]);
                for (number, minor) in (11..).zip(amounts) {
                    let expected = rates.convert(minor, currency(code), currency(base), day("2026-03-01"));
                    assert_eq!(worth(&shard, number), [expected; 2], "{minor} {code} at {micros} in {base}");
                }
            }
        }
    }
}
