//! Commands: the only way anything changes.
//!
//! A command is made on a device, carries its own id and may be sent any number of times. [`needs`] says what
//! must be loaded to decide it, [`plan`] decides it: a list of changes that are saved together or not at all, a
//! refusal with every problem, or a conflict that shows both sides. The browser runs the same planner on what
//! it has at hand, to foresee.

mod advance;
mod audience;
mod comment;
mod contact;
mod draft;
mod import;
mod invite;
mod needs;
mod pause;
mod plan;
mod repeat;
mod snooze;
mod undo;
mod view;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use import::{described, field_at, has_name, takes_cells};
pub use invite::{Invitation, plan_acceptance, plan_invitation};
pub use needs::{Needs, audience_to_undo, hangs_on, needs, needs_to_undo, touches_to_undo};
pub use plan::plan;

use crate::access::Actor;
use crate::fields::{Numbering, TextFormats};
use crate::files::Uploaded;
use crate::ids::Id;
use crate::message::Problem;
use crate::money::Rates;
use crate::record::{Record, RecordKey, Values};
use crate::recurrence::Recurrence;
use crate::schema::Schema;
use crate::schema::change::{DefinitionChange, Place};
use crate::time::{Date, Instant, Zone};

/// The format of commands and log entries this build writes. It reads this and every released older one.
pub const FORMAT: u16 = 1;
/// Actions of one command: what one D1 batch can carry in a few statements.
pub const MAX_ACTIONS: usize = 500;
/// Rows of one import command.
pub const MAX_IMPORT_ROWS: usize = 500;

/// Wire values by field id.
pub type Wire = BTreeMap<String, Json>;

/// A wish to change something; all of its actions happen or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    pub v: u16,
    /// Made by the device; the same id is the same change, however often it arrives.
    pub id: Id,
    pub actions: Vec<Action>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    Create {
        entity: String,
        record: Id,
        values: Wire,
    },
    Update {
        entity: String,
        record: Id,
        base_version: u64,
        /// What the fields in `values` held when they were changed; absent means null.
        #[serde(default)]
        old: Wire,
        values: Wire,
    },
    Delete {
        entity: String,
        record: Id,
        base_version: u64,
    },
    Restore {
        entity: String,
        record: Id,
    },
    /// Moves along the pipeline, or into another one, and with `rank` inside a column. [`crate::process`] decides.
    MoveStage {
        entity: String,
        record: Id,
        from: String,
        to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rank: Option<String>,
        /// Fields that are filled in on the way, empty until now.
        #[serde(default, skip_serializing_if = "Wire::is_empty")]
        values: Wire,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Why it goes past the process; for those who may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exception: Option<String>,
        /// Days for those actions of the stage that have none of their own, by the action's id.
        #[serde(default, skip_serializing_if = "Wire::is_empty")]
        days: Wire,
        /// Ids of what the way asks to be ticked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        checked: Vec<String>,
    },
    /// Creates a touch and says when the next one is due; an absent `next_touch` means none.
    LogTouch {
        record: Id,
        /// What the touch is about: the record whose next touch is set.
        entity: String,
        subject: Id,
        values: Wire,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_touch: Option<Json>,
    },
    Assign {
        entity: String,
        record: Id,
        old_owner: Option<Id>,
        owner: Option<Id>,
    },
    /// Keeps a record that stands in an open stage from rotting until a day, or without a day lets it go on.
    Pause {
        entity: String,
        record: Id,
        /// `paused_until` as it was when somebody decided; absent means null.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old_until: Option<Json>,
        /// The day on which it is awake again; absent means now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Json>,
        /// A pause has one; at most 300 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Is reminded later of what is due: the reminder moves, its day does not.
    Snooze {
        entity: String,
        record: Id,
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        until: Instant,
    },
    ChangeDefinition {
        base_revision: u64,
        change: DefinitionChange,
    },
    ImportRows {
        import: Id,
        entity: String,
        formats: TextFormats,
        /// Creates what a relation names and nobody has.
        #[serde(default)]
        create_missing: bool,
        /// Relations of this kind whose records the rows describe too, with cells such as `account.industry`. They are
        /// found again by external id or name, people and deals below their account; what they lack is filled.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<String>,
        /// Whether a record of this kind that has the name of a row (and its account) already is the one that is meant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_name: bool,
        rows: Vec<ImportRow>,
    },
    /// Takes an earlier command back, except where somebody changed things since.
    Undo {
        command: Id,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportRow {
    /// Where in the file, from 1; the report names it.
    pub line: u32,
    pub record: Id,
    /// Texts as they stand in the file, by field id; of a record that the row describes besides, by relation and field:
    /// `contact.phone`.
    pub cells: BTreeMap<String, String>,
}

impl Action {
    /// A move with nothing beside it.
    #[must_use]
    pub fn move_stage(entity: &str, record: Id, from: &str, to: &str) -> Self {
        Self::MoveStage {
            entity: entity.to_owned(),
            record,
            from: from.to_owned(),
            to: to.to_owned(),
            rank: None,
            values: Wire::new(),
            note: None,
            exception: None,
            days: Wire::new(),
            checked: Vec::new(),
        }
    }
}

/// What the asker may do with a loaded record, and whether it is in sight at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct May {
    pub update: bool,
    pub delete: bool,
    pub assign: bool,
}

/// A record in the asker's sight.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub record: Record,
    pub may: May,
}

/// One change of one record as the log keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    pub key: RecordKey,
    pub kind: ChangeKind,
    /// The record's version after the change.
    pub version: u64,
    pub before: Values,
    pub after: Values,
    /// For definitions: what would take the change back.
    pub inverse: Option<DefinitionChange>,
}

/// Everything the planner may look at.
pub struct World<'a> {
    pub schema: &'a Schema,
    pub actor: &'a Actor,
    pub now: Instant,
    /// The asker's day.
    pub today: Date,
    pub zones: &'a dyn Zone,
    pub rates: &'a Rates,
    /// Which days follow a rule; `None` where nobody can count them, and the Worker will.
    pub repeats: Option<&'a dyn Recurrence>,
    /// Records that [`Needs`] named, as far as they exist and are in sight; deleted ones included.
    pub records: &'a BTreeMap<RecordKey, Loaded>,
    /// Members of the asker's team and of the teams below it, for creating on behalf of.
    pub team_mates: &'a BTreeSet<Id>,
    /// The asker's team and those it is part of, where [`Needs`] asked and somebody could look.
    pub own_teams: Option<&'a BTreeSet<Id>>,
    /// Ids by entity and match key of the name, for imports. Several when the name is ambiguous.
    pub names: &'a BTreeMap<(String, String), Vec<Id>>,
    /// External ids that are taken, by entity.
    pub taken: &'a BTreeSet<(String, String)>,
    /// Teams and the team each is part of, when one is to be moved.
    pub teams: &'a BTreeMap<Id, Id>,
    /// How many use each of the places that [`Needs`] named.
    pub occupied: &'a BTreeMap<Place, u64>,
    /// Active people by their role; `None` where nobody has counted them.
    pub active: Option<&'a BTreeMap<String, u64>>,
    /// Files that [`Needs`] named, as far as the workspace has them; `None` where nobody can look.
    pub files: Option<&'a BTreeMap<Id, Uploaded>>,
    /// The log of the command to undo; empty when there is none in sight.
    pub undo: &'a [Logged],
    /// Records the undone command created or restored that others point at, which it did not write itself.
    pub leant_on: &'a BTreeSet<RecordKey>,
    /// When the newest contact was with what the touches of [`Needs`] hang on, without those touches.
    pub contacts: &'a BTreeMap<RecordKey, Option<Instant>>,
    /// Of the pairs that [`Needs::readers`] named, those who see the record; `None` where nobody can look.
    pub readers: Option<&'a BTreeSet<(RecordKey, Id)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Created,
    Updated,
    Deleted,
    Restored,
    Defined,
}

/// One record's part of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub key: RecordKey,
    pub kind: ChangeKind,
    /// The version that must still be in storage; 0 for a new record.
    pub base_version: u64,
    /// Only fields that change.
    pub before: Values,
    pub after: Values,
}

/// What is to be saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// Records that are pointed at and must still be there.
    pub alive: BTreeSet<RecordKey>,
    /// New definitions, and the change that takes them back.
    pub definition: Option<(Schema, DefinitionChange)>,
    /// Places that must still be empty.
    pub vacant: BTreeSet<Place>,
    /// Somebody who can mend everything must still be there.
    pub keys: Option<Keys>,
    pub rows: Vec<RowReport>,
    /// Records that rows of an import describe and that were there before it.
    pub found: BTreeSet<RecordKey>,
    pub kept: Vec<Kept>,
    /// The import these rows are part of, and the kind of record that its file is of.
    pub import: Option<(Id, String)>,
    /// Numbers that the save gives to new records, in this order.
    pub numbers: Vec<Numbered>,
    /// Who is to hear that a comment names them, as far as they are active when it is saved.
    pub mentions: BTreeSet<Mention>,
}

/// Somebody whom a comment names anew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    pub comment: Id,
    pub user: Id,
    /// What the comment is about.
    pub about: RecordKey,
}

/// A number a new record is to get. Which one, only the save knows, so that two at the same time get two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub key: RecordKey,
    pub field: String,
    pub numbering: Numbering,
}

/// Who has to be left after a plan that takes keys away: anybody active with one of these roles but these people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    pub roles: BTreeSet<String>,
    pub but: BTreeSet<Id>,
}

/// What became of a row of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RowReport {
    pub line: u32,
    pub outcome: RowOutcome,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Values of a row that went in which were not saved, because something else stands there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    Created,
    /// Everything the row is about was there already, and lacked something that the row says.
    Filled,
    /// Everything the row is about is there already.
    Skipped,
    Refused,
}

/// What an undo left alone, because somebody changed these fields since. Without fields: others point at the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Kept {
    pub entity: String,
    pub record: Id,
    pub fields: Vec<String>,
}

/// The same field was changed by somebody else: both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Conflict {
    pub entity: String,
    pub record: Id,
    /// The version that holds now.
    pub version: u64,
    pub fields: Vec<FieldConflict>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FieldConflict {
    pub field: String,
    /// What the command would write.
    pub yours: Json,
    /// What stands there now.
    pub theirs: Json,
    /// What the command believed to stand there.
    pub base: Json,
}

/// Why a command did not become a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It is wrong, and would be wrong again.
    Invalid(Vec<Problem>),
    /// The asker may not.
    Forbidden(Vec<Problem>),
    /// What it is about does not exist or is not in sight.
    NotFound(Vec<Problem>),
    /// Somebody else was first.
    Conflict(Vec<Conflict>),
    /// The definitions have moved on; the asker has to load them again.
    Outdated,
}
