//! A touch: a call, visit, message or meeting with a customer, and what was said.

use super::{Shape, about, about_parents, field, files, owner};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let kind = FieldKind::choice(&[
        ("call", "电话", "Call"),
        ("visit", "拜访", "Visit"),
        ("wechat", "微信", "WeChat"),
        ("email", "邮件", "E-mail"),
        ("meeting", "会议", "Meeting"),
        ("other", "其他", "Other"),
    ]);
    let outcome = FieldKind::choice(&[
        ("progress", "有进展", "Progress"),
        ("no_progress", "无进展", "No progress"),
        ("no_answer", "未联系上", "No answer"),
    ]);
    let no_next = FieldKind::choice(&[
        ("customer_calls", "等客户联系", "They will call"),
        ("waiting", "还要等等", "Waiting"),
        ("not_interested", "没有意向", "Not interested"),
        ("other", "其他", "Other"),
    ]);
    let mut fields = vec![
        field("kind", "方式", "Kind", kind).required(),
        field("outcome", "结果", "Outcome", outcome),
        field("summary", "沟通内容", "Summary", FieldKind::long_text()).personal(),
        field("happened_at", "跟进时间", "Time", FieldKind::instant()).required(),
        field("duration", "时长", "Duration", FieldKind::duration()),
        field("no_next", "暂不安排的原因", "Why nothing is next", no_next),
        files(),
        owner(),
    ];
    fields.extend(about());
    let shape = Shape {
        id: "touch",
        label: Label::new("跟进", "Touch"),
        plural: Label::new("跟进记录", "Touches"),
        title: "kind",
        fields,
    };
    Entity { parents: about_parents(), ..shape.entity() }
}
