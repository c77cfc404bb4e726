//! A task: something somebody has to do.

use super::{Shape, about, about_parents, field, owner, put_off};
use crate::fields::{Choice, ChoiceOption, FieldKind, OptionColor};
use crate::schema::{Entity, Label};

/// The rule by which the next one is made when this one is done.
pub const REPEAT: &str = "repeat";

fn priority() -> FieldKind {
    let option = |id, zh, en, color| ChoiceOption { color, ..ChoiceOption::new(id, Label::new(zh, en)) };
    let options = vec![
        option("high", "高", "High", Some(OptionColor::Red)),
        option("normal", "普通", "Normal", None),
        option("low", "低", "Low", Some(OptionColor::Gray)),
    ];
    FieldKind::Choice(Choice { options })
}

pub(super) fn entity() -> Entity {
    let status = FieldKind::choice(&[("open", "待办", "Open"), ("done", "已完成", "Done")]);
    let mut fields = vec![
        field("name", "任务", "Task", FieldKind::text(200)).required(),
        field("due", "截止", "Due", FieldKind::schedule()),
        field("status", "状态", "Status", status).required(),
        owner(),
        field("priority", "优先级", "Priority", priority()),
        field(REPEAT, "重复", "Repeat", FieldKind::repeat()),
        field("checklist", "清单", "Checklist", FieldKind::checklist()),
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
