//! A user: a person of the workspace; without an e-mail address only a name that owns imported records.

use super::{Shape, field};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

/// Ids of the choices of a user's status, which sign-in reads.
pub mod status {
    pub const ACTIVE: &str = "active";
    pub const INVITED: &str = "invited";
    pub const INACTIVE: &str = "inactive";
}

pub(super) fn entity() -> Entity {
    let state = FieldKind::choice(&[
        (status::ACTIVE, "在用", "Active"),
        (status::INVITED, "已邀请", "Invited"),
        (status::INACTIVE, "停用", "Inactive"),
    ]);
    let fields = vec![
        field("name", "姓名", "Name", FieldKind::text(120)).required().personal(),
        field("email", "邮箱", "E-mail", FieldKind::email()).personal().system(),
        field("role", "角色", "Role", FieldKind::role()).required(),
        field("team", "团队", "Team", FieldKind::relation("team")),
        field("manager", "上级", "Manager", FieldKind::user()),
        field("status", "状态", "Status", state).required(),
        // When somebody first came in by their invitation; a name without an entrance never did.
        field("joined_at", "加入时间", "Joined", FieldKind::instant()).system(),
    ];
    Shape {
        id: "user",
        label: Label::new("成员", "User"),
        plural: Label::new("成员", "Users"),
        title: "name",
        fields,
    }
    .entity()
}
