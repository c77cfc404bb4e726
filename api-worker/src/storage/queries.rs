//! Lists, boards, totals, today, timelines: reading many records under the reader's scope.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Act;
use domain::expr::{self, Env, Expr};
use domain::fields::Shape;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::{Entity, Field};
use domain::time::Instant;
use serde::Deserialize;
use serde_json::Value as Json;

use super::filter;
use super::place::{comparable, currency, filled, table};
use super::records::{Reader, Selection};
use super::scope::predicate;
use super::sort_key;
use super::statement::{Param, Statement};

/// A WHERE under construction: conditions and the parameters they use, counted from `?3` (the workspace and the
/// reader come first).
pub struct Conditions {
    sql: String,
    params: Vec<Param>,
}

impl Conditions {
    #[must_use]
    pub fn new(reader: Reader<'_>) -> Self {
        Self { sql: String::new(), params: vec![reader.user.into()] }
    }

    /// Binds a value and answers with its placeholder.
    pub fn bind(&mut self, param: impl Into<Param>) -> String {
        self.params.push(param.into());
        format!("?{}", self.params.len() + 1)
    }

    pub fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    #[must_use]
    pub fn statement(self, name: &'static str, head: &str, tail: &str) -> Statement {
        Statement::new(name, format!("{head}{}{tail}", self.sql), self.params)
    }
}

/// The entity as the reader knows it: a condition on a hidden field would tell its value.
#[must_use]
pub fn visible(reader: Reader<'_>, entity: &Entity) -> Entity {
    let mut visible = entity.clone();
    visible.fields.retain(|field| !reader.role.hides(&entity.id, &field.id));
    visible
}

/// Adds a filter, as JSON text, to the conditions.
///
/// # Errors
/// Everything that is wrong with it.
pub fn add_filter(
    conditions: &mut Conditions,
    reader: Reader<'_>,
    entity: &Entity,
    text: Option<&str>,
    env: &Env<'_>,
) -> Result<(), Vec<Problem>> {
    let Some(text) = text else { return Ok(()) };
    let wrong = |problem: Problem| vec![problem.at("filter")];
    let json: Json = serde_json::from_str(text).map_err(|_| wrong(Problem::new("problem.not_json")))?;
    let expr = Expr::parse(&json).map_err(wrong)?;
    let entity = visible(reader, entity);
    let checked = expr::check(&expr, &entity, reader.schema).map_err(|problems| {
        problems
            .into_iter()
            .map(|problem| if problem.field.is_none() { problem.at("filter") } else { problem })
            .collect::<Vec<_>>()
    })?;
    let place = |id: &str, _shape: Shape| {
        entity.field(id).map_or_else(|| "NULL".to_owned(), |field| comparable("r", field))
    };
    let filter = filter::compile(&checked, env, &place, conditions.params.len() + 2);
    for param in filter.params {
        conditions.params.push(match param {
            filter::Param::Text(text) => Param::Text(text),
            filter::Param::Integer(number) => Param::Integer(number),
        });
    }
    conditions.and(&format!("({})", filter.sql));
    Ok(())
}

/// The key of a list in the order of its ids.
const ID: &str = "r.id";

/// What a list is ordered by.
enum Key {
    Sql(String),
    /// The place of a choice among all of its field, which stand here between bars.
    Place {
        of: String,
        order: String,
    },
}

impl Key {
    /// The key as SQL. A choice that is gone stands with those that were never made.
    fn sql(&self, conditions: &mut Conditions) -> String {
        match self {
            Self::Sql(sql) => sql.clone(),
            Self::Place { of, order } => {
                let order = conditions.bind(order.as_str());
                format!("nullif(instr({order}, '|' || {of} || '|'), 0)")
            }
        }
    }
}

/// How a list is ordered.
pub struct Sort {
    key: Key,
    descending: bool,
    /// The key is never null.
    total: bool,
}

impl Sort {
    /// Reads `name` or `-updated_at`, or `id`, which reads page after page by the primary key; newest change first when
    /// nothing is asked for.
    ///
    /// # Errors
    /// A field that is not there or cannot be sorted by.
    pub fn read(reader: Reader<'_>, entity: &Entity, text: Option<&str>) -> Result<Self, Problem> {
        let text = text.unwrap_or("-updated_at");
        let (id, descending) = text.strip_prefix('-').map_or((text, false), |id| (id, true));
        if id == "id" {
            return Ok(Self { key: Key::Sql(ID.to_owned()), descending, total: true });
        }
        let field = entity.field(id).filter(|field| !reader.role.hides(&entity.id, &field.id));
        let field = field.ok_or_else(|| {
            Problem::on("sort", "problem.unknown_field")
                .with("field", id.chars().take(80).collect::<String>())
        })?;
        if matches!(field.kind.behaviour().shape(), Shape::List | Shape::Files) {
            // Several values have no one place in an order.
            return Err(Problem::on("sort", "problem.cannot_sort").with("field", &field.id));
        }
        if field.id == entity.title && field.id == "name" {
            return Ok(Self { key: Key::Sql("r.name_key".to_owned()), descending, total: true });
        }
        if sort_key::has_key(entity, field) {
            let key = Key::Sql(sort_key::stored("r", field));
            return Ok(Self { key, descending, total: false });
        }
        let total = matches!(field.id.as_str(), "updated_at" | "created_at");
        let of = comparable("r", field);
        let key = match field.kind.behaviour().order(reader.schema) {
            Some(ids) => Key::Place { of, order: format!("|{}|", ids.join("|")) },
            None => Key::Sql(of),
        };
        Ok(Self { key, descending, total })
    }

    /// What was deleted last comes first.
    #[must_use]
    pub fn by_deletion() -> Self {
        Self { key: Key::Sql("r.deleted_at".to_owned()), descending: true, total: true }
    }

    /// The rows after the last one of the page before.
    fn after(&self, conditions: &mut Conditions, k: &str, cursor: Cursor) {
        let Cursor { key, id } = cursor;
        let id = conditions.bind(id);
        let beyond = if self.descending { "<" } else { ">" };
        if k == ID {
            return conditions.and(&format!("{k} {beyond} {id}"));
        }
        if key.is_null() {
            // Nulls come first going up and last going down.
            let rest = format!("({k} IS NULL AND r.id {beyond} {id})");
            conditions.and(&if self.descending { rest } else { format!("({k} IS NOT NULL OR {rest})") });
            return;
        }
        let key = match key {
            Json::Number(number) => conditions.bind(number.as_i64().unwrap_or_default()),
            key => conditions.bind(key.as_str().unwrap_or_default()),
        };
        let row = format!("({k}, r.id) {beyond} ({key}, {id})");
        conditions.and(&if self.descending && !self.total { format!("({row} OR {k} IS NULL)") } else { row });
    }

    fn order(&self, key: &str) -> String {
        let direction = if self.descending { " DESC" } else { "" };
        if key == ID {
            return format!(" ORDER BY {ID}{direction}");
        }
        format!(" ORDER BY {key}{direction}, {ID}{direction}")
    }
}

/// Where a page ended.
pub struct Cursor {
    key: Json,
    id: Id,
}

impl Cursor {
    /// # Errors
    /// What is not a cursor of ours.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let wrong = || Problem::on("after", "problem.not_a_cursor");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let (key, id) = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        Ok(Self { key, id })
    }

    #[must_use]
    pub fn write(key: &Json, id: Id) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!([key, id]).to_string())
    }
}

/// Which records a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    There,
    /// Deleted since then.
    DeletedSince(Instant),
}

/// A page of a list; one row more than `limit` tells that there are others.
#[must_use]
pub fn list(
    selection: &Selection<'_>,
    mut conditions: Conditions,
    sort: &Sort,
    after: Option<Cursor>,
    limit: u32,
    listed: Listed,
) -> Statement {
    match listed {
        Listed::There => conditions.and("r.deleted_at IS NULL"),
        Listed::DeletedSince(at) => {
            let at = conditions.bind(at.unix_ms());
            conditions.and(&format!("r.deleted_at >= {at}"));
        }
    }
    let key = sort.key.sql(&mut conditions);
    if let Some(cursor) = after {
        sort.after(&mut conditions, &key, cursor);
    }
    let tail = format!("{} LIMIT {}", sort.order(&key), limit + 1);
    conditions.statement("list", &selection.sql(&key), &tail)
}

/// The ids of everything a filter lets through, in the order of the list.
#[must_use]
pub fn ids(
    reader: Reader<'_>,
    entity: &Entity,
    mut conditions: Conditions,
    sort: &Sort,
    limit: usize,
) -> Statement {
    conditions.and("r.deleted_at IS NULL");
    let head = format!(
        "SELECT json_array(r.id) AS j FROM {} r WHERE r.workspace_id = ?1 AND {}",
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r"),
    );
    let key = sort.key.sql(&mut conditions);
    conditions.statement("ids", &head, &format!("{} LIMIT {limit}", sort.order(&key)))
}

/// Records by their ids, as far as they are still there and in sight, in any order.
#[must_use]
pub fn by_ids(selection: &Selection<'_>, reader: Reader<'_>, ids: &[Id]) -> Statement {
    let mut conditions = Conditions::new(reader);
    let ids = conditions.bind(serde_json::json!(ids));
    conditions.and(&format!("r.deleted_at IS NULL AND r.id IN (SELECT value FROM json_each({ids}))"));
    conditions.statement("by_ids", &selection.sql("NULL"), "")
}

/// The first cards of a stage; one more than `limit` tells that there are others, and the list in the order of `rank`
/// goes on behind the last of them.
#[must_use]
pub fn column(selection: &Selection<'_>, mut conditions: Conditions, stage: &str, limit: u32) -> Statement {
    let stage = conditions.bind(stage);
    conditions.and(&format!("r.deleted_at IS NULL AND r.stage = {stage}"));
    conditions.statement(
        "board_column",
        &selection.sql("r.rank"),
        &format!(" ORDER BY r.rank, r.id LIMIT {}", limit + 1),
    )
}

/// A group, or the part of it that stands in one stage when a sum is weighed.
#[derive(Debug, Deserialize)]
pub struct TotalRow {
    pub group: Option<Json>,
    /// Of what the group points at.
    pub name: Option<String>,
    pub stage: Option<String>,
    pub count: u64,
    /// The sum in two halves.
    pub high: i64,
    pub low: i64,
    /// Amounts of another currency that have a worth, and those that have none.
    pub converted: u64,
    pub unconverted: u64,
}

/// A sum is added up in two halves of this size, so that no amount of large amounts overflows.
pub const HALF: i64 = 1_000_000_000;
/// More groups than this are no totals any more.
pub const GROUPS: usize = 1_000;

/// What totals are asked for.
#[derive(Clone, Copy, Default)]
pub struct Totalled<'a> {
    pub group: Option<&'a Field>,
    pub sum: Option<&'a Field>,
    /// The stage field by whose probabilities the sum is weighed.
    pub weigh: Option<&'a Field>,
}

#[must_use]
pub fn totals(
    reader: Reader<'_>,
    entity: &Entity,
    mut conditions: Conditions,
    Totalled { group, sum, weigh }: Totalled<'_>,
) -> Statement {
    conditions.and("r.deleted_at IS NULL");
    // A record with several values counts with each of them.
    let several = group.filter(|field| field.kind.behaviour().shape() == Shape::List);
    let key = match (several, group) {
        (Some(_), _) => "g.value".to_owned(),
        (None, Some(field)) => comparable("r", field),
        (None, None) => "NULL".to_owned(),
    };
    let values = several
        .map(|field| format!(" LEFT JOIN json_each({}) g ON 1", comparable("r", field)))
        .unwrap_or_default();
    let amount = sum.map_or_else(|| "0".to_owned(), |field| comparable("r", field));
    let (converted, unconverted) = match sum {
        Some(field) if field.kind.behaviour().shape() == Shape::Money => {
            let base = conditions.bind(reader.schema.workspace.currency.code());
            (
                format!("coalesce(sum({amount} IS NOT NULL AND {} <> {base}), 0)", currency("r", field)),
                format!("coalesce(sum({}), 0) - count({amount})", filled("r", field)),
            )
        }
        _ => ("0".to_owned(), "0".to_owned()),
    };
    let name = group.and_then(|field| {
        let target = reader.schema.entity(field.kind.relation_target()?)?;
        let scope = predicate(reader.schema, reader.role, target, Act::View, "n");
        Some(format!(
            "(SELECT n.\"{}\" FROM {} n WHERE n.workspace_id = ?1 AND n.id = {key} AND {scope})",
            target.title,
            table(target)
        ))
    });
    // Within a stage all amounts have one probability: their sum is weighed, not each of them.
    let stage = weigh.map_or_else(|| "NULL".to_owned(), |field| comparable("r", field));
    let parts = match weigh {
        Some(_) if stage != key => format!("{key}, {stage}"),
        _ => key.clone(),
    };
    let head = format!(
        "SELECT json_object('group', {key}, 'name', {}, 'stage', {stage}, 'count', count(*), \
         'high', coalesce(sum({amount} / {HALF}), 0), 'low', coalesce(sum({amount} % {HALF}), 0), \
         'converted', {converted}, 'unconverted', {unconverted}) AS j \
         FROM {} r{values} WHERE r.workspace_id = ?1 AND {}",
        name.unwrap_or_else(|| "NULL".to_owned()),
        table(entity),
        predicate(reader.schema, reader.role, entity, Act::View, "r"),
    );
    // Every group may stand in every stage of a pipeline.
    let at_most = if parts == key { GROUPS } else { GROUPS * 30 };
    conditions.statement(
        "totals",
        &head,
        &format!(" GROUP BY {parts} ORDER BY count(*) DESC LIMIT {at_most}"),
    )
}

/// The reader's open tasks that have a time, or next touches, by their time.
#[must_use]
pub fn due(selection: &Selection<'_>, mut conditions: Conditions, task: bool, limit: u32) -> Statement {
    conditions.and("r.deleted_at IS NULL AND r.owner_id = ?2");
    let at = if task { "r.due_at" } else { "r.next_touch_at" };
    if task {
        conditions.and("r.status = 'open'");
    }
    conditions.and(&format!("{at} IS NOT NULL"));
    conditions.statement("due", &selection.sql(at), &format!(" ORDER BY {at}, r.id LIMIT {limit}"))
}

/// Whose, and from which moment to before which.
pub struct Span {
    pub owner: Id,
    pub from: Instant,
    pub before: Instant,
}

/// What of one person is due within a span, by due time, along the index of what is due.
#[must_use]
pub fn due_within(
    selection: &Selection<'_>,
    mut conditions: Conditions,
    task: bool,
    span: &Span,
    limit: u32,
) -> Statement {
    let at = if task { "r.due_at" } else { "r.next_touch_at" };
    let owner = conditions.bind(span.owner);
    let (from, before) = (conditions.bind(span.from.unix_ms()), conditions.bind(span.before.unix_ms()));
    conditions.and(&format!("r.deleted_at IS NULL AND r.owner_id = {owner}"));
    if task {
        conditions.and("r.status = 'open'");
    }
    conditions.and(&format!("{at} >= {from} AND {at} < {before}"));
    conditions.statement("agenda", &selection.sql(at), &format!(" ORDER BY {at}, r.id LIMIT {limit}"))
}

/// The reader's open tasks without a time, the newest first. Ids begin with the moment they were made, and the index of
/// what is due ends with them.
#[must_use]
pub fn undated(selection: &Selection<'_>, mut conditions: Conditions, limit: u32) -> Statement {
    conditions.and("r.deleted_at IS NULL AND r.owner_id = ?2 AND r.status = 'open' AND r.due_at IS NULL");
    conditions.statement("undated", &selection.sql("NULL"), &format!(" ORDER BY r.id DESC LIMIT {limit}"))
}

/// Records with this match key of the name, this phone or this e-mail; each has its index. What the reader may not
/// see of a kind is not compared.
#[must_use]
pub fn alike(
    selection: &Selection<'_>,
    reader: Reader<'_>,
    entity: &Entity,
    asked: &[(&str, String)],
    limit: u32,
) -> Statement {
    let mut conditions = Conditions::new(reader);
    conditions.and("r.deleted_at IS NULL");
    let mut any = Vec::new();
    for (field, wanted) in asked {
        if entity.field(field).is_none() || reader.role.hides(&entity.id, field) || wanted.is_empty() {
            continue;
        }
        let column = if *field == "name" { "match_key" } else { field };
        let wanted = conditions.bind(wanted.as_str());
        any.push(format!("r.\"{column}\" = {wanted}"));
    }
    conditions.and(&if any.is_empty() { "0".to_owned() } else { format!("({})", any.join(" OR ")) });
    conditions.statement(
        "alike",
        &selection.sql("NULL"),
        &format!(" ORDER BY r.updated_at DESC, r.id LIMIT {limit}"),
    )
}

/// Whether a touch or task `r` is about the record of this id. What was about the leads it came from is part of its
/// history.
#[must_use]
pub fn is_about(relation: &str, id: &str) -> String {
    let about = format!("r.\"{relation}_id\" = {id}");
    if !domain::conversion::RESULTS.contains(&relation) {
        return about;
    }
    format!(
        "({about} OR r.lead_id IN (SELECT l.id FROM lead l WHERE l.workspace_id = ?1 AND l.\"{relation}_id\" = {id}))"
    )
}

#[cfg(test)]
mod tests {
    use domain::access::{ADMINISTRATOR, MANAGER, REP};
    use domain::schema::Schema;
    use domain::time::Date;
    use serde_json::json;

    use super::super::records::Selected;
    use super::super::testing::{self, Shard, id};
    use super::super::tests::plan_of;
    use super::*;

    fn schema() -> Schema {
        let mut schema = testing::schema();
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
        let deposit = Field { id: "f_deposit".into(), custom: true, ..deal.field("amount").unwrap().clone() };
        deal.fields.push(deposit);
        schema
    }

    fn reader(schema: &Schema) -> Reader<'_> {
        Reader { schema, role: schema.role(ADMINISTRATOR).unwrap(), user: id(2) }
    }

    fn deal(shard: &Shard, number: u64, stage: &str, custom: &str) {
        shard
            .connection
            .execute(
                "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, name_key, match_key, stage, rank, custom) \
                 VALUES (?1, ?2, 1, 0, 0, ?3, ?3, 'x', 'x', 'x', ?4, 'm', ?5)",
                [&shard.workspace.to_string(), &id(number).to_string(), &id(2).to_string(), stage, custom],
            )
            .unwrap();
    }

    #[test]
    fn amounts_of_a_custom_field_without_a_rate_are_counted_as_left_out() {
        let (shard, schema) = (Shard::new(), schema());
        deal(&shard, 11, "needs", r#"{"f_deposit":{"minor":500,"currency":"CNY","base":500}}"#);
        deal(&shard, 12, "needs", r#"{"f_deposit":{"minor":700,"currency":"EUR","base":null}}"#);
        deal(&shard, 13, "needs", "{}");
        let (reader, entity) = (reader(&schema), schema.entity("deal").unwrap());
        let sum = entity.field("f_deposit");
        let asked = Totalled { sum, ..Totalled::default() };
        let rows = shard.run(totals(reader, entity, Conditions::new(reader), asked)).unwrap();
        let total = rows.first::<TotalRow>().unwrap().unwrap();
        assert_eq!((total.count, total.high, total.low), (3, 0, 500));
        assert_eq!((total.converted, total.unconverted), (0, 1));
    }

    #[test]
    fn what_is_due_within_some_days_is_read_along_its_index_whoever_asks() {
        let (shard, schema) = (Shard::new(), schema());
        let moment = |ms: i64| Instant::from_unix_ms(ms).unwrap();
        let span = Span { owner: id(3), from: moment(0), before: moment(1_000) };
        for role in [ADMINISTRATOR, MANAGER, REP] {
            let reader = Reader { role: schema.role(role).unwrap(), ..reader(&schema) };
            for (kind, index) in [
                ("lead", "lead_next_touch"),
                ("account", "account_next_touch"),
                ("contact", "contact_next_touch"),
                ("deal", "deal_next_touch"),
                ("task", "task_due"),
            ] {
                let selection = Selection::new(reader, schema.entity(kind).unwrap());
                let asked = due_within(&selection, Conditions::new(reader), kind == "task", &span, 501);
                let (_, sql, _) = asked.into_parts();
                let plan = plan_of(&shard.connection, &sql);
                let bounded = plan.lines().any(|step| step.contains(index) && step.contains("_at>?"));
                // Only what is due at the same moment is put in order.
                assert!(bounded && !plan.contains("FOR ORDER BY"), "{role} {kind}: {plan}");
            }
        }
    }

    #[test]
    fn a_weighed_group_comes_in_a_part_for_each_stage_and_says_what_was_converted() {
        let (shard, schema) = (Shard::new(), schema());
        deal(&shard, 11, "needs", r#"{"f_deposit":{"minor":500,"currency":"CNY","base":500}}"#);
        deal(&shard, 12, "needs", r#"{"f_deposit":{"minor":100,"currency":"EUR","base":780}}"#);
        deal(
            &shard,
            13,
            "signed",
            r#"{"f_deposit":{"minor":9000000000,"currency":"CNY","base":9000000000}}"#,
        );
        let (reader, entity) = (reader(&schema), schema.entity("deal").unwrap());
        for group in ["rank", "stage"] {
            let field = |id: &str| entity.field(id);
            let asked = Totalled { group: field(group), sum: field("f_deposit"), weigh: field("stage") };
            let rows = shard.run(totals(reader, entity, Conditions::new(reader), asked)).unwrap();
            let found: Vec<_> = rows
                .read::<TotalRow>()
                .unwrap()
                .into_iter()
                .map(|row| (row.stage.unwrap(), row.count, row.high * HALF + row.low, row.converted))
                .collect();
            let expected = [("needs".to_owned(), 2, 1280, 1), ("signed".to_owned(), 1, 9_000_000_000, 0)];
            assert_eq!(found, expected, "{group}");
        }
    }

    #[test]
    fn choices_sort_in_the_order_of_their_definition_over_all_pages() {
        let (shard, schema) = (Shard::new(), schema());
        let (reader, entity) = (reader(&schema), schema.entity("deal").unwrap());
        let stages =
            ["signed", "needs", "first_contact", "lost", "proposal", "needs", "gone", "first_contact"];
        for (number, stage) in (11..).zip(stages) {
            deal(&shard, number, stage, "{}");
        }
        let sorted = |text: &str| {
            let sort = Sort::read(reader, entity, Some(text)).unwrap();
            let selection = Selection::new(reader, entity);
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = list(&selection, Conditions::new(reader), &sort, after, 2, Listed::There);
                let mut rows = shard.run(page).unwrap().read::<Selected>().unwrap();
                let more = rows.len() > 2;
                rows.truncate(2);
                let next = rows.last().map(|last| Cursor::write(last.key(), last.id()));
                after = next.map(|text| Cursor::read(&text).unwrap()).filter(|_| more);
                let mut names = domain::api::record::Names::new();
                let stage =
                    |row| selection.body(row, &mut names).values["stage"].as_str().unwrap().to_owned();
                found.extend(rows.into_iter().map(stage));
                if after.is_none() {
                    return found;
                }
            }
        };
        let mut expected =
            ["gone", "first_contact", "first_contact", "needs", "needs", "proposal", "signed", "lost"];
        assert_eq!(sorted("stage"), expected);
        expected.reverse();
        assert_eq!(sorted("-stage"), expected);
    }

    #[test]
    fn a_lane_of_an_account_is_read_in_its_order_without_a_look_at_others() {
        let (shard, schema) = (Shard::new(), schema());
        let entity = schema.entity("deal").unwrap();
        let zones = domain::time::UtcOnly;
        let (today, now) = (Date::parse("2026-11-28").unwrap(), Instant::from_unix_ms(0).unwrap());
        let env = Env { today, now, me: id(2), mates: None, zone: "UTC", zones: &zones };
        let of_account = json!(["=", ["field", "account"], id(7)]).to_string();
        for role in [ADMINISTRATOR, MANAGER, REP] {
            let reader = Reader { role: schema.role(role).unwrap(), ..reader(&schema) };
            let mut conditions = Conditions::new(reader);
            add_filter(&mut conditions, reader, entity, Some(&of_account), &env).unwrap();
            let (_, sql, _) = column(&Selection::new(reader, entity), conditions, "needs", 30).into_parts();
            let plan = plan_of(&shard.connection, &sql);
            let found = plan.contains("deal_lane (workspace_id=? AND account_id=? AND stage=?)");
            assert!(found && !plan.contains("ORDER BY"), "{role}: {plan}");
        }
    }

    #[test]
    fn totals_of_a_board_read_one_index_and_no_record_by_itself() {
        let (shard, schema) = (Shard::new(), schema());
        let entity = schema.entity("deal").unwrap();
        let zones = domain::time::UtcOnly;
        let (today, now) = (Date::parse("2026-11-28").unwrap(), Instant::from_unix_ms(0).unwrap());
        let env = Env { today, now, me: id(2), mates: None, zone: "UTC", zones: &zones };
        let stage = json!(["field", "stage"]);
        let own = json!(["=", ["field", "owner"], ["me"]]);
        let few = json!(["in", stage, ["needs", "signed"]]);
        // Of a role, with and without a filter, by stage and by owner in each stage.
        for role in [ADMINISTRATOR, MANAGER, REP] {
            let reader = Reader { role: schema.role(role).unwrap(), ..reader(&schema) };
            for filter in [few.clone(), json!(["and", few, own])] {
                for group in ["stage", "owner"] {
                    let mut conditions = Conditions::new(reader);
                    add_filter(&mut conditions, reader, entity, Some(&filter.to_string()), &env).unwrap();
                    let field = |id: &str| entity.field(id);
                    let asked = Totalled { group: field(group), sum: field("amount"), weigh: field("stage") };
                    let (_, sql, _) = totals(reader, entity, conditions, asked).into_parts();
                    let plan = plan_of(&shard.connection, &sql);
                    assert!(
                        plan.contains("r USING COVERING INDEX deal_summed"),
                        "{role} {filter} {group}: {plan}"
                    );
                }
            }
        }
    }
}
