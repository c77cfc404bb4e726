//! A competitor: somebody else who wants the same deals. Known to everyone, so that what one learns serves all.

use super::{Shape, field, owner};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let fields = vec![
        field("name", "名称", "Name", FieldKind::text(200)).required(),
        field("website", "网站", "Website", FieldKind::text(300)),
        field("strengths", "优势", "Strengths", FieldKind::long_text()),
        field("weaknesses", "劣势", "Weaknesses", FieldKind::long_text()),
        owner(),
        field("note", "备注", "Note", FieldKind::long_text()),
    ];
    let shape = Shape {
        id: "competitor",
        label: Label::new("竞争对手", "Competitor"),
        plural: Label::new("竞争对手", "Competitors"),
        title: "name",
        fields,
    };
    Entity { listed: true, ..shape.entity() }
}
