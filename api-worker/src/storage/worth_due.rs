//! Rates whose day has not come yet. They are noted when they are saved; the Worker's minute finds the amounts of their
//! currencies anew once the day has begun by the workspace's clock, so many at a time.

use domain::money::Currency;
use domain::schema::Schema;
use domain::time::{Date, Instant};
use serde_json::json;

use super::statement::{DbError, Rows, Statement};
use super::worth::{self, Changed};

/// Workspaces of a shard that one run looks after.
const WORKSPACES: usize = 10;
/// Amounts of one field that one run finds anew.
pub const AMOUNTS: usize = 2_000;

/// Notes the days to come on which rates of these currencies begin, as they stand after a save. Days that no rate begins
/// on any more find nothing to change when they come.
#[must_use]
pub fn note(changed: &Changed, today: Date, offset_ms: i64) -> Statement {
    let currencies: Vec<&str> = changed.keys().map(Currency::code).collect();
    let sql = "INSERT OR IGNORE INTO rate_due (workspace_id, currency, \"from\", due_at) \
        SELECT DISTINCT r.workspace_id, r.currency, r.\"from\", unixepoch(r.\"from\") * 1000 - ?4 \
        FROM json_each(?2) c CROSS JOIN rate r ON r.workspace_id = ?1 AND r.currency = c.value AND r.deleted_at IS NULL \
        AND r.\"from\" > ?3";
    Statement::new(
        "note_rates_due",
        sql,
        vec![json!(currencies).into(), today.to_string().into(), offset_ms.into()],
    )
}

/// Workspaces of the shard in which a rate may begin to hold by now, those first that have waited longest.
#[must_use]
pub fn workspaces(now: Instant) -> Statement {
    let sql = format!(
        "SELECT DISTINCT json_array(workspace_id) AS j FROM rate_due INDEXED BY rate_due_at WHERE due_at <= ?1 \
         ORDER BY due_at LIMIT {WORKSPACES}"
    );
    Statement::new("rates_due", sql, vec![now.unix_ms().into()])
}

/// The currencies of a workspace with the first of their days that are due.
#[must_use]
pub fn due(now: Instant) -> Statement {
    let sql = "SELECT json_array(currency, min(\"from\")) AS j FROM rate_due WHERE workspace_id = ?1 AND due_at <= ?2 \
        GROUP BY currency";
    Statement::new("rates_due_here", sql, vec![now.unix_ms().into()])
}

/// # Errors
/// A row that is not as selected.
pub fn read(rows: &Rows) -> Result<Changed, DbError> {
    let rows: Vec<(String, String)> = rows.read()?;
    let known = |(code, from): (String, String)| Some((Currency::parse(&code)?, Date::parse(&from)?));
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Finds amounts anew by what is due and has begun, so many of each field; each statement answers with those it changed.
#[must_use]
pub fn again(schema: &Schema, due: &Changed, today: Date, offset_ms: i64) -> Vec<Statement> {
    let begun: Changed = due.iter().filter(|(_, from)| **from <= today).map(|(c, d)| (*c, *d)).collect();
    worth::again_some(schema, &begun, today, offset_ms, AMOUNTS)
}

/// Ends what was due and has begun. What the clock of the workspace is still before is due when its day begins.
#[must_use]
pub fn settle(now: Instant, today: Date, offset_ms: i64) -> [Statement; 2] {
    let (due, day) = (now.unix_ms(), today.to_string());
    [
        Statement::new(
            "forget_rates_due",
            "DELETE FROM rate_due WHERE workspace_id = ?1 AND due_at <= ?2 AND \"from\" <= ?3",
            vec![due.into(), day.clone().into()],
        ),
        Statement::new(
            "postpone_rates_due",
            "UPDATE rate_due SET due_at = unixepoch(\"from\") * 1000 - ?4 WHERE workspace_id = ?1 AND due_at <= ?2 AND \"from\" > ?3",
            vec![due.into(), day.into(), offset_ms.into()],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Shard, id};
    use super::super::tests::plan_of;
    use super::super::worth::tests::{currency, day, deal, rate, schema, worth};
    use super::*;

    const HOUR: i64 = 3_600_000;

    /// A moment of a day by UTC.
    fn at(date: &str, hour: i64) -> Instant {
        let days = day(date).days_since(day("1970-01-01"));
        Instant::from_unix_ms(days * 24 * HOUR + hour * HOUR).unwrap()
    }

    /// What is noted, as day and moment.
    fn noted(shard: &Shard) -> Vec<(String, i64)> {
        let sql = "SELECT \"from\", due_at FROM rate_due ORDER BY 1";
        let mut statement = shard.connection.prepare(sql).unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn found(shard: &Shard, now: Instant) -> Changed {
        read(&shard.run(due(now)).unwrap()).unwrap()
    }

    #[test]
    fn a_rate_reaches_worthless_amounts_when_its_day_begins_by_the_clock_of_the_workspace() {
        let shard = Shard::new();
        let offset = 8 * HOUR;
        deal(&shard, 11, 100, "EUR", "2026-12-01");
        rate(&shard, 1, "EUR", "2027-01-01", 8_000_000);
        rate(&shard, 2, "EUR", "2026-01-01", 7_000_000);
        rate(&shard, 3, "USD", "2027-01-01", 7_000_000);
        let changed = Changed::from([(currency("EUR"), day("2027-01-01"))]);
        for _ in 0..2 {
            shard.run(note(&changed, day("2026-12-31"), offset)).unwrap();
        }
        // Neither what holds already nor what nobody changed is waited for.
        let begins = at("2026-12-31", 16).unix_ms();
        assert_eq!(noted(&shard), [("2027-01-01".to_owned(), begins)]);
        let before = Instant::from_unix_ms(begins - 1).unwrap();
        assert!(found(&shard, before).is_empty());
        let now = Instant::from_unix_ms(begins).unwrap();
        let due = found(&shard, now);
        assert_eq!(due, changed);
        shard.connection.execute("DELETE FROM rate WHERE id = 'r2'", []).unwrap();
        for statement in again(&schema("CNY"), &due, day("2027-01-01"), offset) {
            shard.run(statement).unwrap();
        }
        assert_eq!(worth(&shard, 11), [Some(800), Some(800)]);
        for statement in settle(now, day("2027-01-01"), offset) {
            shard.run(statement).unwrap();
        }
        assert!(noted(&shard).is_empty());
    }

    #[test]
    fn what_a_clock_that_was_set_back_is_still_before_waits_on() {
        let shard = Shard::new();
        rate(&shard, 1, "EUR", "2027-01-01", 8_000_000);
        let changed = Changed::from([(currency("EUR"), day("2027-01-01"))]);
        shard.run(note(&changed, day("2026-12-31"), 8 * HOUR)).unwrap();
        // The company moved west: there it is still the day before.
        let now = at("2026-12-31", 16);
        assert!(again(&schema("CNY"), &found(&shard, now), day("2026-12-31"), 0).is_empty());
        for statement in settle(now, day("2026-12-31"), 0) {
            shard.run(statement).unwrap();
        }
        assert_eq!(noted(&shard), [("2027-01-01".to_owned(), at("2027-01-01", 0).unix_ms())]);
    }

    #[test]
    fn a_run_finds_so_many_amounts_anew_and_the_next_ones_the_others() {
        let shard = Shard::new();
        for number in 11..16 {
            deal(&shard, number, 100, "EUR", "2026-12-01");
        }
        rate(&shard, 1, "EUR", "2026-01-01", 8_000_000);
        let due = Changed::from([(currency("EUR"), day("2026-01-01"))]);
        let run = || -> Vec<usize> {
            let statements = worth::again_some(&schema("CNY"), &due, day("2026-12-31"), 0, 2);
            let changed = |statement| shard.run(statement).unwrap().read::<(String,)>().unwrap().len();
            statements.into_iter().map(changed).filter(|count| *count > 0).collect()
        };
        // The amount and the deposit of five deals.
        assert_eq!([run(), run(), run(), run()], [vec![2, 2], vec![2, 2], vec![1, 1], vec![]]);
        assert!((11..16).all(|number| worth(&shard, number) == [Some(800), Some(800)]));
    }

    #[test]
    fn what_is_due_is_found_by_an_index_and_in_its_own_workspace() {
        let shard = Shard::new();
        let (_, sql, _) = workspaces(at("2027-01-01", 0)).into_parts();
        let plan = plan_of(&shard.connection, &sql);
        assert!(plan.contains("rate_due_at") && !plan.contains("SCAN rate_due"), "{plan}");
        let sql = "INSERT INTO rate_due (workspace_id, currency, \"from\", due_at) VALUES (?1, 'EUR', '2027-01-01', 1)";
        shard.connection.execute(sql, [id(9).to_string()]).unwrap();
        assert!(found(&shard, at("2027-01-01", 0)).is_empty());
    }
}
