//! What a forecast is added up from: sums by month and stage, and what became of those that came to a stage.

use domain::access::Act;
use domain::forecast::{History, Part, Span};
use domain::schema::{Entity, Field, StageStatus};
use domain::time::Instant;
use serde::Deserialize;
use serde_json::json;

use super::place::{comparable, currency, filled, table};
use super::queries::{Conditions, HALF};
use super::records::Reader;
use super::scope::predicate;
use super::statement::{DbError, Rows, Statement};

/// The fields that a forecast reads.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    pub stage: &'a Field,
    pub close: &'a Field,
    pub amount: &'a Field,
    /// Unless it is hidden.
    pub own: Option<&'a Field>,
}

/// The records of one stage, and whether they close within the month.
#[derive(Deserialize)]
struct SumRow {
    stage: String,
    month: u8,
    count: u64,
    /// Sums in two halves, as of totals.
    sum: [i64; 2],
    own: u64,
    by_own: [i64; 2],
    rest: [i64; 2],
    unvalued: u64,
    converted: u64,
    unconverted: u64,
}

/// The records of one stage, added up.
pub struct Sum {
    pub stage: String,
    pub in_month: bool,
    pub part: Part,
    pub unvalued: u64,
    pub converted: u64,
    pub unconverted: u64,
}

/// Sums by stage, apart for what closes within `month`; which records are meant is said by the conditions.
#[must_use]
pub fn sums(
    reader: Reader<'_>,
    entity: &Entity,
    mut conditions: Conditions,
    fields: Fields<'_>,
    month: Span,
) -> Statement {
    conditions.and("r.deleted_at IS NULL");
    let (stage, close) = (comparable("r", fields.stage), comparable("r", fields.close));
    let amount = comparable("r", fields.amount);
    let base = conditions.bind(reader.schema.workspace.currency.code());
    let (first, last) = (conditions.bind(month.from.to_string()), conditions.bind(month.to.to_string()));
    let in_month = format!("({close} BETWEEN {first} AND {last})");
    let own = fields.own.map_or_else(|| "NULL".to_owned(), |own| comparable("r", own));
    // An amount times its percent still fits; a sum of such might not.
    let halves = |sum: &str, of: &str| {
        format!(
            "json_array(coalesce(sum({sum} / {HALF}) FILTER (WHERE {of}), 0), coalesce(sum({sum} % {HALF}) FILTER (WHERE {of}), 0))"
        )
    };
    let has_own = format!("{own} IS NOT NULL");
    let filled = filled("r", fields.amount);
    let head = format!(
        "SELECT json_object('stage', {stage}, 'month', {in_month}, 'count', count(*), 'sum', {}, 'own', count({own}), \
         'by_own', {}, 'rest', {}, 'unvalued', coalesce(sum(NOT ({filled})), 0), \
         'converted', coalesce(sum({amount} IS NOT NULL AND {} <> {base}), 0), \
         'unconverted', coalesce(sum({filled}), 0) - count({amount})) AS j \
         FROM {} r WHERE r.workspace_id = ?1 AND {}",
        halves(&amount, "1"),
        halves(&format!("({amount} * {own})"), &has_own),
        halves(&amount, &format!("{own} IS NULL")),
        currency("r", fields.amount),
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r"),
    );
    conditions.statement("forecast", &head, &format!(" GROUP BY {stage}, {in_month}"))
}

/// # Errors
/// A row that is not as selected.
pub fn read_sums(rows: &Rows) -> Result<Vec<Sum>, DbError> {
    let whole = |[high, low]: [i64; 2]| i128::from(high) * i128::from(HALF) + i128::from(low);
    let sum = |row: SumRow| Sum {
        part: Part {
            count: row.count,
            sum: whole(row.sum),
            own: row.own,
            by_own: whole(row.by_own),
            rest: whole(row.rest),
        },
        stage: row.stage,
        in_month: row.month == 1,
        unvalued: row.unvalued,
        converted: row.converted,
        unconverted: row.unconverted,
    };
    Ok(rows.read::<SumRow>()?.into_iter().map(sum).collect())
}

/// How many records the conditions let through.
#[must_use]
pub fn count(reader: Reader<'_>, entity: &Entity, mut conditions: Conditions) -> Statement {
    conditions.and("r.deleted_at IS NULL");
    let head = format!(
        "SELECT json_array(count(*)) AS j FROM {} r WHERE r.workspace_id = ?1 AND {}",
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r"),
    );
    conditions.statement("forecast_count", &head, "")
}

/// What became of the records in the reader's sight that came to these stages since a moment, among the `latest` that
/// came to each. Each record counts once for a stage, however often it came; what stands in a won stage of any pipeline by
/// now is won.
#[must_use]
pub fn history(
    reader: Reader<'_>,
    entity: &Entity,
    stage: &Field,
    stages: &[&str],
    since: Instant,
    latest: u32,
) -> Statement {
    let mut conditions = Conditions::new(reader);
    let kind = conditions.bind(entity.id.as_str());
    let stages = conditions.bind(json!(stages));
    let since = conditions.bind(since.unix_ms());
    let mut of = |status: StageStatus| {
        let pipelines = reader.schema.pipelines_of(&entity.id);
        let known = pipelines.flat_map(|pipeline| &pipeline.stages).filter(|known| known.status == status);
        conditions.bind(json!(known.map(|known| known.id.as_str()).collect::<Vec<_>>()))
    };
    let (won, lost) = (of(StageStatus::Won), of(StageStatus::Lost));
    let now = comparable("r", stage);
    let stands = |among: &str| format!("coalesce(sum({now} IN (SELECT value FROM json_each({among}))), 0)");
    // The list of records is made first, and each is looked up by its key.
    let begins = format!(
        "max(CAST({since} AS INTEGER), coalesce((SELECT b.entered_at FROM stay b WHERE b.workspace_id = ?1 AND b.entity = {kind} \
         AND b.stage = g.value ORDER BY b.entered_at DESC LIMIT 1 OFFSET {}), 0))",
        latest.saturating_sub(1)
    );
    let head = format!(
        "SELECT json_array(e.stage, count(*), {}, {}) AS j FROM (SELECT DISTINCT s.stage, s.record_id \
         FROM json_each({stages}) g CROSS JOIN stay s ON s.workspace_id = ?1 AND s.entity = {kind} AND s.stage = g.value \
         AND s.entered_at >= {begins}) e CROSS JOIN {} r ON r.workspace_id = ?1 AND r.id = e.record_id \
         WHERE {}",
        stands(&won),
        stands(&lost),
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r"),
    );
    conditions.and("r.deleted_at IS NULL");
    conditions.statement("stage_history", &head, " GROUP BY e.stage")
}

/// # Errors
/// A row that is not as selected.
pub fn read_history(rows: &Rows) -> Result<Vec<(String, History)>, DbError> {
    let rows = rows.read::<(String, u64, u64, u64)>()?;
    Ok(rows.into_iter().map(|(stage, reached, won, lost)| (stage, History { reached, won, lost })).collect())
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, REP};
    use domain::schema::Schema;
    use domain::time::Date;

    use super::super::testing::{Shard, id, schema};
    use super::super::tests::plan_of;
    use super::*;

    fn fields(entity: &Entity) -> Fields<'_> {
        let field = |id: &str| entity.field(id).unwrap();
        Fields {
            stage: field("stage"),
            close: field("close_date"),
            amount: field("amount"),
            own: entity.field(domain::forecast::OWN),
        }
    }

    fn month() -> Span {
        Span::month(Date::parse("2026-11-28").unwrap())
    }

    fn reader<'a>(schema: &'a Schema, role: &str) -> Reader<'a> {
        Reader { schema, role: schema.role(role).unwrap(), user: id(2) }
    }

    /// Amount with its currency and worth, own probability, day of closing.
    type Deal<'a> = (&'a str, Option<(i64, &'a str, Option<i64>)>, Option<i64>, Option<&'a str>);

    fn put(shard: &Shard, number: u64, (stage, amount, own, close): Deal<'_>) {
        let (minor, currency, base) = amount.map_or((None, None, None), |(a, b, c)| (Some(a), Some(b), c));
        shard
            .connection
            .execute(
                "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, stage, \
                 amount, amount_currency, amount_base, own_probability, close_date, owner_id) \
                 VALUES (?1, ?2, 1, 0, 0, 'u', 'u', 'x', ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                rusqlite::params![
                    shard.workspace.to_string(),
                    id(number).to_string(),
                    stage,
                    minor,
                    currency,
                    base,
                    own,
                    close,
                    id(2 + number % 2).to_string()
                ],
            )
            .unwrap();
    }

    #[test]
    fn sums_are_exact_by_stage_and_month_and_say_what_is_left_out() {
        let (shard, schema) = (Shard::new(), schema());
        let entity = schema.entity("deal").unwrap();
        let big = domain::money::MAX_SAFE;
        let deals: [Deal<'_>; 8] = [
            ("needs", Some((big, "CNY", Some(big))), Some(100), Some("2026-11-01")),
            ("needs", Some((big, "CNY", Some(big))), Some(99), Some("2026-11-30")),
            ("needs", Some((-7, "CNY", Some(-7))), Some(55), Some("2026-11-30")),
            ("needs", Some((100, "USD", Some(710))), None, Some("2026-11-15")),
            ("needs", Some((100, "EUR", None)), Some(50), Some("2026-11-15")),
            ("needs", None, Some(10), Some("2026-11-15")),
            ("needs", Some((5, "CNY", Some(5))), None, Some("2026-12-01")),
            ("signed", Some((9, "CNY", Some(9))), None, Some("2026-10-31")),
        ];
        for (number, deal) in (10..).zip(deals) {
            put(&shard, number, deal);
        }
        let reader = reader(&schema, ADMINISTRATOR);
        let asked = sums(reader, entity, Conditions::new(reader), fields(entity), month());
        let mut found = read_sums(&shard.run(asked).unwrap()).unwrap();
        found.sort_by_key(|sum| (sum.stage.clone(), sum.in_month));
        let told: Vec<_> = found.iter().map(|sum| (sum.stage.as_str(), sum.in_month, sum.part)).collect();
        let one = |sum| Part { count: 1, sum, rest: sum, ..Part::default() };
        let big = i128::from(big);
        let most = Part { count: 6, sum: 2 * big - 7 + 710, own: 5, by_own: 199 * big - 7 * 55, rest: 710 };
        assert_eq!(told, [("needs", false, one(5)), ("needs", true, most), ("signed", false, one(9))]);
        let left: Vec<_> = found.iter().map(|sum| (sum.unvalued, sum.converted, sum.unconverted)).collect();
        assert_eq!(left, [(0, 0, 0), (1, 1, 1), (0, 0, 0)]);

        // Without the field of one's own all count by their stage.
        let hidden = Fields { own: None, ..fields(entity) };
        let rows = shard.run(sums(reader, entity, Conditions::new(reader), hidden, month())).unwrap();
        let parts = read_sums(&rows).unwrap();
        assert!(
            parts
                .iter()
                .all(|sum| (sum.part.own, sum.part.by_own) == (0, 0) && sum.part.rest == sum.part.sum)
        );
    }

    #[test]
    fn history_counts_each_record_once_as_it_stands_now() {
        let (shard, schema) = (Shard::new(), schema());
        let entity = schema.entity("deal").unwrap();
        for (number, stage) in [(10, "signed"), (11, "signed"), (12, "lost"), (13, "needs"), (14, "signed")] {
            put(&shard, number, (stage, None, None, None));
        }
        shard
            .connection
            .execute("UPDATE deal SET deleted_at = 5 WHERE id = ?1", [id(14).to_string()])
            .unwrap();
        let stays = [
            (10, 1, "needs", 100),
            (10, 2, "proposal", 110),
            (10, 3, "needs", 120),
            (11, 4, "needs", 99),
            (12, 5, "needs", 100),
            (13, 6, "needs", 150),
            (14, 7, "needs", 150),
            (12, 8, "signed", 100),
        ];
        for (record, seq, stage, at) in stays {
            shard
                .connection
                .execute(
                    "INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at) VALUES (?1, 'deal', ?2, ?3, ?4, ?5)",
                    rusqlite::params![shard.workspace.to_string(), id(record).to_string(), seq, stage, at],
                )
                .unwrap();
        }
        let since = Instant::from_unix_ms(100).unwrap();
        let told = |role: &str, latest: u32| {
            let asked = history(
                reader(&schema, role),
                entity,
                entity.field("stage").unwrap(),
                &["needs", "proposal"],
                since,
                latest,
            );
            let mut found = read_history(&shard.run(asked).unwrap()).unwrap();
            found.sort_by(|one, other| one.0.cmp(&other.0));
            found
        };
        let one = |stage: &str, reached, won, lost| (stage.to_owned(), History { reached, won, lost });
        assert_eq!(told(ADMINISTRATOR, 5_000), [one("needs", 3, 1, 1), one("proposal", 1, 1, 0)]);
        // Whoever sees only their own learns of these: the even ones.
        assert_eq!(told(REP, 5_000), [one("needs", 2, 1, 1), one("proposal", 1, 1, 0)]);
        // Of so many who came last: the three at 120 and later, of which one is deleted and two are there.
        assert_eq!(told(ADMINISTRATOR, 3), [one("needs", 2, 1, 0), one("proposal", 1, 1, 0)]);
    }

    #[test]
    fn a_forecast_reads_one_index_and_no_record_by_itself() {
        let (shard, schema) = (Shard::new(), schema());
        let (reader, entity) = (reader(&schema, REP), schema.entity("deal").unwrap());
        let zones = domain::time::UtcOnly;
        let today = Date::parse("2026-11-28").unwrap();
        let now = Instant::from_unix_ms(0).unwrap();
        let env = domain::expr::Env { today, now, me: id(2), mates: None, zone: "UTC", zones: &zones };
        let stages = domain::forecast::counted(&schema.pipelines[0]);
        let where_is = |parts: [serde_json::Value; 2]| {
            let mut conditions = Conditions::new(reader);
            for part in parts {
                let text = part.to_string();
                super::super::queries::add_filter(&mut conditions, reader, entity, Some(&text), &env)
                    .unwrap();
            }
            conditions
        };
        let closing = where_is(domain::forecast::closing(&stages, Span::quarter(today)));
        let undated = where_is(domain::forecast::undated(&stages));
        for statement in
            [sums(reader, entity, closing, fields(entity), month()), count(reader, entity, undated)]
        {
            let (_, sql, _) = statement.into_parts();
            let plan = plan_of(&shard.connection, &sql);
            assert!(plan.contains("COVERING INDEX deal_forecast (workspace_id=? AND close_date"), "{plan}");
        }
        let asked = history(reader, entity, fields(entity).stage, &stages, now, domain::forecast::LATEST);
        let plan = plan_of(&shard.connection, &asked.into_parts().1);
        assert!(
            plan.contains("stay_stage (workspace_id=? AND entity=? AND stage=? AND entered_at>?)"),
            "{plan}"
        );
        assert!(plan.contains("sqlite_autoindex_deal_1 (workspace_id=? AND id=?)"), "{plan}");
    }
}
