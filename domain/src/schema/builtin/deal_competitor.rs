//! A competitor in one deal, and how it stands there. Seen and changed with the deal.

use super::{Shape, field};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let standing = FieldKind::choice(&[
        ("ahead", "领先我方", "Ahead of us"),
        ("level", "不相上下", "Level with us"),
        ("behind", "落后我方", "Behind us"),
    ]);
    let fields = vec![
        field("deal", "商机", "Deal", FieldKind::relation("deal")).required(),
        field("competitor", "竞争对手", "Competitor", FieldKind::relation("competitor")).required(),
        field("standing", "形势", "Standing", standing),
        field("note", "备注", "Note", FieldKind::long_text()),
    ];
    let shape = Shape {
        id: "deal_competitor",
        label: Label::new("竞争情况", "Competition"),
        plural: Label::new("竞争情况", "Competition"),
        title: "standing",
        fields,
    };
    Entity { parents: vec!["deal".to_owned()], ..shape.entity() }
}
