//! Places that a change takes away: how many use one now, and the guard that nobody does when it is saved.

use std::fmt::Write as _;

use domain::fields::Shape;
use domain::schema::Schema;
use domain::schema::change::Place;

use super::decimals;
use super::place::{filled, table};
use super::statement::{DbError, Param, Rows, Statement};

/// The rows that use a place, each as everything of a query that follows its columns, and what stands at the
/// parameter `at`.
fn users(schema: &Schema, place: &Place, at: usize) -> (Vec<String>, Option<Param>) {
    let rows = |table: &str, condition: &str| {
        format!(
            "FROM \"{table}\" r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL AND {condition} = ?{at}"
        )
    };
    match place {
        Place::Stage { entity, stage } => {
            let known = schema.entity(entity).map(|entity| rows(&entity.id, "r.stage"));
            (known.into_iter().collect(), Some(stage.as_str().into()))
        }
        Place::Role(role) => (vec![rows("user", "r.role")], Some(role.as_str().into())),
        Place::Team(team) => {
            (vec![rows("user", "r.team_id"), rows("team", "r.parent_id")], Some((*team).into()))
        }
        Place::Amounts => {
            let mut all = vec!["FROM rate r WHERE r.workspace_id = ?1 AND r.deleted_at IS NULL".to_owned()];
            for entity in &schema.entities {
                let money =
                    entity.fields.iter().filter(|field| field.kind.behaviour().shape() == Shape::Money);
                // What was deleted may come back, with its amount.
                all.extend(money.map(|field| {
                    format!("FROM {} r WHERE r.workspace_id = ?1 AND {}", table(entity), filled("r", field))
                }));
            }
            (all, None)
        }
        Place::Decimals { entity, field, to } => {
            let known = schema.entity(entity).and_then(|entity| {
                let field = entity.field(field)?;
                decimals::misfits(entity, field, *to)
            });
            (known.into_iter().collect(), None)
        }
    }
}

/// How many use a place.
#[must_use]
pub fn count(schema: &Schema, place: &Place) -> Statement {
    let (rows, param) = users(schema, place, 2);
    let mut sum = "0".to_owned();
    for rows in &rows {
        // Writing to a String cannot fail.
        let _ = write!(sum, " + (SELECT count(*) {rows})");
    }
    let sql = format!("SELECT json_array({sum}) AS j FROM workspace w WHERE w.workspace_id = ?1");
    Statement::new("count_place", sql, param.into_iter().collect())
}

/// # Errors
/// A row that is not as selected.
pub fn read_count(rows: &Rows) -> Result<u64, DbError> {
    Ok(rows.first::<(u64,)>()?.map_or(0, |(count,)| count))
}

/// The condition that nobody uses a place, with its parameter at `at`.
#[must_use]
pub fn guard(schema: &Schema, place: &Place, at: usize) -> (String, Option<Param>) {
    let (rows, param) = users(schema, place, at);
    let none: Vec<String> = rows.iter().map(|rows| format!("NOT EXISTS (SELECT 1 {rows})")).collect();
    (if none.is_empty() { "1".to_owned() } else { none.join(" AND ") }, param)
}

/// How many active people have which role.
#[must_use]
pub fn active() -> Statement {
    let sql = "SELECT json_array(role, count(*)) AS j FROM \"user\" WHERE workspace_id = ?1 AND deleted_at IS NULL AND status = 'active' GROUP BY role";
    Statement::new("active_by_role", sql, Vec::new())
}

/// Every team that is part of another, with that one.
#[must_use]
pub fn teams() -> Statement {
    let sql = "SELECT json_array(id, parent_id) AS j FROM team WHERE workspace_id = ?1 AND parent_id IS NOT NULL AND deleted_at IS NULL LIMIT 5000";
    Statement::new("team_parents", sql, Vec::new())
}
