//! Reading records: lists, totals, board, today, timeline, search.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::command::{ChangeKind, May, Wire};
use crate::files::FileInfo;
use crate::ids::Id;
use crate::time::{Date, Instant};

/// Rows of a page when none is asked for, and at most.
pub const PAGE: u32 = 50;
pub const PAGE_MAX: u32 = 200;
/// Cards of each stage that a board comes with when none are asked for: more than a screen shows, since columns go on as
/// they are scrolled, and few enough that a phone does not wait for cards nobody looks at.
pub const BOARD_CARDS: u32 = 20;

/// Names of records that are pointed at, by id, as far as the reader sees them.
pub type Names = BTreeMap<Id, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RecordBody {
    pub entity: String,
    pub id: Id,
    pub version: u64,
    /// By field id; empty fields are left out.
    pub values: Wire,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<String>"))]
    pub deleted_at: Option<Instant>,
    pub may: May,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRequest {
    /// A condition as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// A field's id, with `-` in front for descending; `id` reads many pages cheaply. Without one, the newest change
    /// comes first, and of what was deleted what was deleted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `true` lists what was deleted in the last thirty days instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListReply {
    pub records: Vec<RecordBody>,
    pub names: Names,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub seq: u64,
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RecordReply {
    pub record: RecordBody,
    pub names: Names,
    pub seq: u64,
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateRequest {
    /// Made by the sender, so that sending twice creates once.
    pub id: Id,
    pub values: Wire,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateRequest {
    /// The command's id; sending the same one twice changes once.
    pub command: Id,
    pub base_version: u64,
    #[serde(default)]
    pub old: Wire,
    pub values: Wire,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteRequest {
    pub command: Id,
    pub base_version: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SavedReply {
    pub id: Id,
    pub version: u64,
    pub seq: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimelineRequest {
    /// The `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Entries of this kind only. Files are told only when they are asked for: beside everything else they stand with
    /// the touch or the change that brought them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<TimelineKind>,
    /// What this person did: touches, tasks and comments that are theirs, changes they made, files they brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Id>,
    /// `true` takes in the touches, tasks and comments of what belongs to the record: of an account its contacts and
    /// deals, of a contact its deals. Each is told as far as one sees it and what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    Touch,
    Task,
    Comment,
    Change,
    File,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TimelineReply {
    /// Newest first.
    pub entries: Vec<TimelineEntry>,
    pub names: Names,
    /// Where the next page begins; absent on the last one. A page may be empty and not the last: behind it stands what
    /// many changes that are not told came after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TimelineEntry {
    Touch {
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        at: Instant,
        record: RecordBody,
    },
    Task {
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        at: Instant,
        record: RecordBody,
    },
    Comment {
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        at: Instant,
        record: RecordBody,
    },
    Change {
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        at: Instant,
        command: Id,
        by: Id,
        change: ChangeKind,
        /// Fields the reader may see, before and after.
        fields: BTreeMap<String, (Json, Json)>,
    },
    /// A file that the record, a touch or a task about it, or the lead it was, holds now.
    File {
        /// When it was brought.
        #[cfg_attr(feature = "openapi", schemars(with = "String"))]
        at: Instant,
        by: Id,
        file: FileInfo,
        /// What holds it; the record itself, when it does.
        entity: String,
        record: Id,
    },
}

impl TimelineEntry {
    #[must_use]
    pub fn at(&self) -> Instant {
        match self {
            Self::Touch { at, .. }
            | Self::Task { at, .. }
            | Self::Comment { at, .. }
            | Self::Change { at, .. }
            | Self::File { at, .. } => *at,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TotalsRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// A text, choice, stage, user, relation, date, whole number or checkbox field; or tags and many choices, where
    /// a record counts with each of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// A money or integer field to add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// A stage field: the sum is also told weighted, each amount by the probability of its record's stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weigh: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TotalsReply {
    pub groups: Vec<Total>,
    pub names: Names,
    pub seq: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Total {
    /// The group's value; null for records without one, and when nothing groups.
    pub group: Option<String>,
    pub count: u64,
    /// Of money: minor units of the workspace's currency.
    pub sum: i64,
    /// The sum of each amount times the probability of its record's stage, rounded once, halves away from zero; present
    /// when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighted: Option<i64>,
    /// Records whose amount is in another currency and stands in the sum by the rate of the day it was entered.
    #[serde(default)]
    pub converted: u64,
    /// Records whose amount has no known rate and is not in the sum.
    pub unconverted: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// A condition as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// As of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Ids of fields in their order, separated by commas; every field when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// `zh` or `en`: the language of labels and choices; English when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A file of comma-separated values: UTF-8 with its mark, the labels of the fields in the first line. The header
/// `x-rows` of the reply says how many records follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(extend("contentMediaType" = "text/csv")))]
pub struct Csv(pub String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ExportsReply {
    pub exports: Vec<Export>,
    pub names: Names,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Export {
    pub id: Id,
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub at: Instant,
    pub by: Id,
    pub entity: String,
    #[serde(flatten)]
    pub trace: ExportTrace,
}

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ExportTrace {
    pub rows: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    pub columns: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BoardRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Cards of each stage; 20 when absent, 200 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BoardReply {
    pub columns: Vec<BoardColumn>,
    pub names: Names,
    pub seq: u64,
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BoardColumn {
    pub stage: String,
    /// By rank.
    pub records: Vec<RecordBody>,
    /// There are more; the list with the stage as filter and `rank` as sort goes on.
    pub more: bool,
    /// The `after` with which that list goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TodayRequest {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TodayReply {
    /// The reader's day.
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub today: Date,
    /// By due time. Tasks have `due`, the others `next_touch`.
    pub overdue: Vec<RecordBody>,
    pub today_items: Vec<RecordBody>,
    pub later: Vec<RecordBody>,
    /// Tasks without a day, the newest first.
    #[serde(default)]
    pub undated: Vec<RecordBody>,
    pub names: Names,
    /// There is more than was sent.
    pub more: bool,
    pub seq: u64,
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// Characters, pinyin or its initials, beginnings of words, digits of a telephone number, parts of an address.
    /// Without any, what changed last.
    pub q: String,
    /// Only this entity: a form looking for what a relation points at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SearchReply {
    /// Names that are, or begin with, what was asked come first; the others newest change first.
    pub hits: Vec<Hit>,
    /// So many records have these words that looking stopped before all that one may see were found.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Nothing has these words; the hits have words that differ in one letter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub near: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Hit {
    pub entity: String,
    pub id: Id,
    pub title: String,
    /// A second line that tells namesakes apart.
    pub detail: String,
    /// Where the words stand, when it is not in the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Found {
    /// The field's id.
    pub field: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RebuildRequest {
    /// The `next` of the step before; absent at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RebuildReply {
    /// Records of this step.
    pub records: u32,
    /// Where the next step begins; absent when the index is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What is known about somebody who may be there already; each part finds by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AlikeRequest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AlikeReply {
    /// Newest change first.
    pub records: Vec<RecordBody>,
    pub names: Names,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangesRequest {
    pub after: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChangesReply {
    pub changes: Vec<ChangeNote>,
    /// Ask from here next; up to here everything in sight is in `changes`.
    pub seq: u64,
    /// There may be others behind `seq`.
    pub more: bool,
    /// How far the log has come. Whoever only keeps a screen up to date and finds `more` shows everything anew and goes
    /// on from here.
    pub head: u64,
    /// Something went out of one's sight up to `seq`: its owner, or what it hangs on, is another. What it was is not said.
    pub lost: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChangeNote {
    pub seq: u64,
    pub entity: String,
    pub record: Id,
    pub version: u64,
    pub change: ChangeKind,
    /// The command that did it.
    pub command: Id,
}
