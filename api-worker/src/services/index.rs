//! The search index, and the keys that texts sort by, made anew in steps small enough for one request: by an administrator's call, or minute by minute
//! for workspaces that are marked (`cargo xtask reindex`).

use domain::schema::{Entity, Schema};

use crate::storage::db::{Db, DbError};
use crate::storage::search::{self, Made, Step};
use crate::storage::sort_key;

/// Where the next step begins: after this record of this entity, in the order of changes.
#[derive(Clone, Debug)]
pub struct Place {
    entity: String,
    after: Option<Step>,
}

impl Place {
    /// The place a text names. The empty one is the beginning.
    #[must_use]
    pub fn read(text: &str, schema: &Schema) -> Option<Self> {
        let mut parts = text.split(' ').filter(|part| !part.is_empty());
        let Some(entity) = parts.next() else {
            let entity = stepped(schema).next()?.id.clone();
            return Some(Self { entity, after: None });
        };
        let entity = stepped(schema).find(|known| known.id == entity)?.id.clone();
        let after = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => None,
            (Some(updated_at), Some(id), None) => Some((safe(updated_at)?, id.parse().ok()?)),
            _ => return None,
        };
        Some(Self { entity, after })
    }

    #[must_use]
    pub fn write(&self) -> String {
        match self.after {
            Some((updated_at, id)) => format!("{} {updated_at} {id}", self.entity),
            None => self.entity.clone(),
        }
    }
}

fn safe(number: &str) -> Option<i64> {
    number.parse::<i64>().ok().filter(|number| number.abs() <= domain::money::MAX_SAFE)
}

/// Entities of which something is made out of their texts.
fn stepped(schema: &Schema) -> impl Iterator<Item = &Entity> {
    schema.entities.iter().filter(|entity| search::is_stepped(entity))
}

/// Makes one step; answers with the records it took and where the next one begins. A record that changes meanwhile
/// is left to its own save.
///
/// # Errors
/// Faults only.
pub async fn step(db: &Db, schema: &Schema, from: Place) -> Result<(usize, Option<Place>), DbError> {
    let Some(entity) = schema.entity(&from.entity) else { return Ok((0, None)) };
    let Made { rows, keys, end } =
        search::read_step(entity, &db.one(search::step(entity, from.after)).await?)?;
    if let Some(after) = end {
        let taken = keys.len();
        let mut statements = vec![sort_key::write(entity, keys)];
        if !rows.is_empty() {
            statements.extend(search::replace(&entity.id, rows));
        }
        db.batch(statements).await?;
        return Ok((taken, Some(Place { after: Some(after), ..from })));
    }
    let next = stepped(schema).skip_while(|known| known.id != entity.id).nth(1);
    Ok((0, next.map(|entity| Place { entity: entity.id.clone(), after: None })))
}
