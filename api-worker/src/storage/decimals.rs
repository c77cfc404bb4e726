//! Decimals of a custom field that are set anew: its values are whole numbers of its last decimal, so all of them are
//! counted anew in the batch that saves the definition. Worth and version of a record stay.

use domain::fields::{MAX_UNITS, Shape};
use domain::schema::{Entity, Field, Schema};

use super::place::{comparable, table};
use super::statement::Statement;

/// One statement for each field whose decimals differ. They come after the rows of the same batch, which were read by
/// the definitions as they were.
#[must_use]
pub fn again(before: &Schema, after: &Schema) -> Vec<Statement> {
    let mut statements = Vec::new();
    for entity in &before.entities {
        for field in entity.fields.iter().filter(|field| field.custom) {
            let to = after.entity(&entity.id).and_then(|entity| entity.field(&field.id)).and_then(decimals);
            let (Some(from), Some(to)) = (decimals(field), to) else { continue };
            if from != to {
                statements.push(Statement::new("decimals_again", sql(entity, field, from, to), Vec::new()));
            }
        }
    }
    statements
}

fn decimals(field: &Field) -> Option<u32> {
    match field.kind.behaviour().shape() {
        Shape::Decimal(scale) => Some(scale),
        _ => None,
    }
}

/// How many units of the finer decimals are one of the coarser. A literal of the statement: parameters are floating
/// point, and so would be what they are multiplied with.
fn units(from: u32, to: u32) -> i64 {
    10_i64.pow(from.abs_diff(to))
}

fn sql(entity: &Entity, field: &Field, from: u32, to: u32) -> String {
    let (table, stored, units) = (table(entity), comparable("r", field), units(from, to));
    let by = if to > from { '*' } else { '/' };
    format!(
        "UPDATE {table} AS r SET custom = json_set(r.custom, '$.{}', {stored} {by} {units}) \
         WHERE r.workspace_id = ?1 AND {stored} IS NOT NULL",
        field.id
    )
}

/// The rows that hold what would not fit: a digit behind the last decimal there will be, or a number that becomes too
/// long. As everything of a query that follows its columns; what was deleted may come back.
#[must_use]
pub fn misfits(entity: &Entity, field: &Field, to: u32) -> Option<String> {
    let from = decimals(field)?;
    let (table, stored, units) = (table(entity), comparable("r", field), units(from, to));
    let condition = if to > from {
        format!("abs({stored}) > {}", MAX_UNITS / units)
    } else {
        format!("{stored} % {units} <> 0")
    };
    Some(format!("FROM {table} r WHERE r.workspace_id = ?1 AND {condition}"))
}

#[cfg(test)]
mod tests {
    use domain::fields::{Adjustment, FieldKind};
    use domain::schema::change::{self, DefinitionChange, Place};
    use domain::time::UtcOnly;

    use super::super::places;
    use super::super::testing::{self, Shard, id};
    use super::*;

    fn schema() -> Schema {
        let mut schema = testing::schema();
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
        let like = deal.field("note").unwrap().clone();
        for (id, kind) in [("f_size", FieldKind::decimal(2)), ("f_share", FieldKind::percent(0))] {
            deal.fields.push(Field { id: id.into(), kind, custom: true, ..like.clone() });
        }
        schema
    }

    fn wish(field: &str, scale: u32) -> DefinitionChange {
        let settings = Adjustment { scale: Some(scale), ..Adjustment::default() };
        DefinitionChange::SetField { entity: "deal".into(), field: field.into(), settings }
    }

    fn deal(shard: &Shard, number: u64, workspace: u64, custom: &str) {
        let sql = "INSERT INTO deal (workspace_id, id, version, created_at, updated_at, created_by_id, updated_by_id, name, stage, custom) \
            VALUES (?1, ?2, 1, 0, 0, 'u', 'u', 'x', 'needs', ?3)";
        let (workspace, record) = (id(workspace).to_string(), id(number).to_string());
        shard.connection.execute(sql, [workspace.as_str(), &record, custom]).unwrap();
    }

    fn stored(shard: &Shard) -> Vec<String> {
        let mut statement = shard.connection.prepare("SELECT custom FROM deal ORDER BY id").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn in_the_way(shard: &Shard, schema: &Schema, wish: &DefinitionChange) -> u64 {
        let [place] = &wish.vacates(schema)[..] else { panic!("one place") };
        assert!(matches!(place, Place::Decimals { .. }));
        let sql = "INSERT OR IGNORE INTO workspace (workspace_id, revision, created_at) VALUES (?1, 1, 0)";
        shard.connection.execute(sql, [shard.workspace.to_string()]).unwrap();
        places::read_count(&shard.run(places::count(schema, place)).unwrap()).unwrap()
    }

    /// Makes the change on every value and answers with the definitions after it.
    fn set(shard: &Shard, schema: &Schema, wish: &DefinitionChange) -> Schema {
        let (next, _) = change::apply(schema, wish, &UtcOnly).unwrap();
        for statement in again(schema, &next) {
            shard.run(statement).unwrap();
        }
        next
    }

    #[test]
    fn values_keep_their_worth_when_their_decimals_change_and_nothing_else_is_touched() {
        let (shard, schema) = (Shard::new(), schema());
        deal(&shard, 11, 1, r#"{"f_size":1250,"f_share":3}"#);
        deal(&shard, 12, 1, r#"{"f_size":-7}"#);
        deal(&shard, 13, 1, r#"{"f_share":3}"#);
        // Another workspace has a field of the same id.
        deal(&shard, 14, 9, r#"{"f_size":1250}"#);
        let first = stored(&shard);
        let finer = wish("f_size", 4);
        assert_eq!(in_the_way(&shard, &schema, &finer), 0);
        let next = set(&shard, &schema, &finer);
        let rest = [first[2].as_str(), first[3].as_str()];
        let seen = stored(&shard);
        assert_eq!(seen[..2], [r#"{"f_size":125000,"f_share":3}"#, r#"{"f_size":-700}"#]);
        assert_eq!(seen[2..], rest);
        // And back, as an undo does it.
        assert_eq!(in_the_way(&shard, &next, &wish("f_size", 2)), 0);
        set(&shard, &next, &wish("f_size", 2));
        assert_eq!(stored(&shard), first);
        set(&shard, &schema, &wish("f_share", 2));
        assert_eq!(stored(&shard)[2], r#"{"f_share":300}"#);
    }

    #[test]
    fn what_does_not_fit_is_counted_also_where_it_was_deleted() {
        let (shard, schema) = (Shard::new(), schema());
        let most = MAX_UNITS / 100;
        for (number, units) in [(11, 1250), (12, 1255), (13, -1), (14, most), (15, most + 1)] {
            deal(&shard, number, 1, &format!("{{\"f_size\":{units}}}"));
        }
        deal(&shard, 16, 1, "{}");
        shard.connection.execute("UPDATE deal SET deleted_at = 1", []).unwrap();
        // 12.55, -0.01 and the last one have a second decimal.
        assert_eq!(in_the_way(&shard, &schema, &wish("f_size", 1)), 3);
        assert_eq!(in_the_way(&shard, &schema, &wish("f_size", 4)), 1);
        assert_eq!(in_the_way(&shard, &schema, &wish("f_size", 3)), 0);
    }
}
