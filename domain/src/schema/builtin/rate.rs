//! A rate: what one unit of a currency is worth in the workspace's currency from a day on.

use super::{Shape, field};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let fields = vec![
        field("currency", "币种", "Currency", FieldKind::text(3)).required(),
        field("from", "生效日期", "From", FieldKind::date()).required(),
        field("rate", "汇率", "Rate", FieldKind::decimal(6)).required(),
    ];
    Shape {
        id: "rate",
        label: Label::new("汇率", "Rate"),
        plural: Label::new("汇率", "Rates"),
        title: "currency",
        fields,
    }
    .entity()
}
