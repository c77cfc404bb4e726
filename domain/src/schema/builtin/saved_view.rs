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
/// Only its owner has it.
pub const OWN: &str = "own";

pub(super) fn entity() -> Entity {
    let shared = FieldKind::choice(&[(OWN, "仅自己", "Only its owner"), (SHARED, "所有人", "Everybody")]);
    let fields = vec![
        field("name", "名称", "Name", FieldKind::text(80)).required(),
        field("entity", "资料", "Kind of record", FieldKind::text(80)).required(),
        // A condition as JSON; it may look for somebody by name.
        field("filter", "筛选", "Filter", FieldKind::long_text()).personal(),
        field("sort", "排序", "Order", FieldKind::text(80)),
        // Ids of fields, separated by commas.
        field("columns", "列", "Columns", FieldKind::long_text()),
        field("shared", "谁能看到", "Who has it", shared).required(),
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
