//! A comment: what one colleague says to others beside a record. Whoever sees the record reads it; only its author
//! changes or deletes it.

use super::{Shape, about, about_parents, field, owner};
use crate::comment::COMMENT;
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let mut fields =
        vec![field("text", "内容", "Text", FieldKind::long_text()).required().personal(), owner()];
    fields.extend(about());
    let shape = Shape {
        id: COMMENT,
        label: Label::new("评论", "Comment"),
        plural: Label::new("评论", "Comments"),
        title: "text",
        fields,
    };
    Entity { parents: about_parents(), ..shape.entity() }
}
