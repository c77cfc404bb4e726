//! A task: something somebody has to do.

use super::{Shape, about, about_parents, field, owner, put_off};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let status = FieldKind::choice(&[("open", "待办", "Open"), ("done", "已完成", "Done")]);
    let mut fields = vec![
        field("name", "任务", "Task", FieldKind::text(200)).required(),
        field("due", "截止", "Due", FieldKind::schedule()),
        field("status", "状态", "Status", status).required(),
        owner(),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
    ];
    fields.extend(about());
    fields.extend(put_off());
    let shape = Shape {
        id: "task",
        label: Label::new("任务", "Task"),
        plural: Label::new("任务", "Tasks"),
        title: "name",
        fields,
    };
    Entity { listed: true, parents: about_parents(), ..shape.entity() }
}
