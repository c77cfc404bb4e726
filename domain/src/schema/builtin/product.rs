//! A product: what is sold.

use super::{Shape, field, owner};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let fields = vec![
        field("name", "产品名称", "Name", FieldKind::text(200)).required(),
        field("code", "编码", "Code", FieldKind::text(80)),
        field("series", "系列", "Series", FieldKind::text(120)),
        field("price", "单价", "Price", FieldKind::money()),
        owner(),
        field("note", "备注", "Note", FieldKind::long_text()),
    ];
    let shape = Shape {
        id: "product",
        label: Label::new("产品", "Product"),
        plural: Label::new("产品", "Products"),
        title: "name",
        fields,
    };
    Entity { listed: true, ..shape.entity() }
}
