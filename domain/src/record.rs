//! A record: one thing of one entity, as domain code sees it.

use std::collections::BTreeMap;

use crate::ids::Id;
use crate::time::Instant;
use crate::value::Value;

/// How long a deleted record can be restored, in milliseconds: thirty days. After that it may be removed for good.
pub const RESTORABLE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Whether what was deleted then can still be restored.
#[must_use]
pub fn is_restorable(deleted: Instant, now: Instant) -> bool {
    now.unix_ms() - deleted.unix_ms() <= RESTORABLE_MS
}

/// Values by field id; a field that is absent is null.
pub type Values = BTreeMap<String, Value>;

/// Which thing: entity and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    pub entity: String,
    pub id: Id,
}

impl RecordKey {
    #[must_use]
    pub fn new(entity: &str, id: Id) -> Self {
        Self { entity: entity.to_owned(), id }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub key: RecordKey,
    /// Grows by one with each saved change; 0 for a record that is not saved yet.
    pub version: u64,
    pub values: Values,
    /// Since when it is deleted; `None` while it is there.
    pub deleted: Option<Instant>,
}

impl Record {
    #[must_use]
    pub fn get(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&Value::Null)
    }
}
