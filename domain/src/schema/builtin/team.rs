//! A team: a node of the tree by which managers see what their people own.

use super::{Shape, field};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let fields = vec![
        field("name", "团队名称", "Name", FieldKind::text(120)).required(),
        field("parent", "上级团队", "Parent team", FieldKind::relation("team")),
        field("leader", "负责人", "Leader", FieldKind::user()),
    ];
    Shape {
        id: "team",
        label: Label::new("团队", "Team"),
        plural: Label::new("团队", "Teams"),
        title: "name",
        fields,
    }
    .entity()
}
