//! A saved view: a filter, an order and columns of one kind of record, under a name.
//!
//! It is a record like any other, so that saving, undo, offline use and the log come with it. What makes it a
//! view is checked in `command::view`, who sees a shared one in `access::scope`.

use super::{Shape, field, owner};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub const SAVED_VIEW: &str = "saved_view";
/// Everybody whose role sees the kind of record has the view.
pub const SHARED: &str = "team";
/// Those who belong to one of its teams, or to a team below one, have it, as far as their role sees the kind of record.
pub const TEAMS: &str = "teams";
/// Only its owner has it.
pub const OWN: &str = "own";

/// Teams that one view can name: what its field holds.
pub const MAX_TEAMS: usize = 50;
/// Fields that a board's card has room for.
pub const MAX_CARD: usize = 12;
/// Fields that make the lanes of a board.
pub const LANES: [&str; 2] = ["owner", "account"];

pub(super) fn entity() -> Entity {
    let shared = FieldKind::choice(&[
        (OWN, "仅自己", "Only its owner"),
        (TEAMS, "指定团队", "Chosen teams"),
        (SHARED, "所有人", "Everybody"),
    ]);
    let fields = vec![
        field("name", "名称", "Name", FieldKind::text(80)).required(),
        field("entity", "资料", "Kind of record", FieldKind::text(80)).required(),
        // A condition as JSON; it may look for somebody by name.
        field("filter", "筛选", "Filter", FieldKind::long_text()).personal(),
        field("sort", "排序", "Order", FieldKind::text(80)),
        // Ids of fields, separated by commas.
        field("columns", "列", "Columns", FieldKind::long_text()),
        // Of a board: ids of the fields on its cards, separated by commas, and the field whose values are its lanes. A list
        // has no use for them.
        field("card", "卡片字段", "Fields on the card", FieldKind::text(1000)),
        field("lanes", "泳道", "Lanes", FieldKind::text(80)),
        field("shared", "谁能看到", "Who has it", shared).required(),
        // Ids of teams, separated by commas; they count while the view is shared with teams. A team that is gone stays
        // named and reaches nobody, so that what brings it back brings its views back too.
        field("teams", "团队", "Teams", FieldKind::text(2000)),
        // Ids of roles, separated by commas.
        field("roles", "默认用于角色", "Default for roles", FieldKind::text(2000)),
        owner(),
    ];
    let shape = Shape {
        id: SAVED_VIEW,
        label: Label::new("视图", "View"),
        plural: Label::new("视图", "Views"),
        title: "name",
        fields,
    };
    shape.entity()
}
