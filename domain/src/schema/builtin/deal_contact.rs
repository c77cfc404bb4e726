//! Somebody who has a say in a deal: which part they play, and whether they are for it. Whoever sees the deal sees
//! its people, whoever may change it may change them.

use super::{Shape, field};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let role = FieldKind::choice(&[
        ("decision_maker", "决策人", "Decision maker"),
        ("influencer", "影响人", "Influencer"),
        ("user", "使用人", "User"),
        ("gatekeeper", "把关人", "Gatekeeper"),
        ("champion", "内部支持者", "Champion"),
        ("other", "其他", "Other"),
    ]);
    let attitude = FieldKind::choice(&[
        ("supports", "支持", "Supports"),
        ("neutral", "中立", "Neutral"),
        ("against", "反对", "Against"),
    ]);
    let fields = vec![
        field("deal", "商机", "Deal", FieldKind::relation("deal")).required(),
        field("contact", "联系人", "Contact", FieldKind::relation("contact")).required(),
        field("role", "角色", "Part", role),
        field("attitude", "态度", "Attitude", attitude),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
    ];
    let shape = Shape {
        id: "deal_contact",
        label: Label::new("关键人", "Person on the deal"),
        plural: Label::new("关键人", "People"),
        title: "role",
        fields,
    };
    Entity { parents: vec!["deal".to_owned()], ..shape.entity() }
}
