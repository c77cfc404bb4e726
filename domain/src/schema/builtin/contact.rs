//! A contact: a person at an account.

use super::{Shape, field, files, follow_up, owner, tags};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let mut fields = vec![
        field("name", "姓名", "Name", FieldKind::text(120)).required().personal(),
        field("account", "客户", "Account", FieldKind::relation("account")),
        field("position", "职位", "Position", FieldKind::text(120)),
        field("phone", "电话", "Phone", FieldKind::phone()).personal(),
        field("email", "邮箱", "E-mail", FieldKind::email()).personal(),
        field("wechat", "微信", "WeChat", FieldKind::text(80)).personal(),
        owner(),
        tags(),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
        files(),
    ];
    fields.extend(follow_up());
    let shape = Shape {
        id: "contact",
        label: Label::new("联系人", "Contact"),
        plural: Label::new("联系人", "Contacts"),
        title: "name",
        fields,
    };
    Entity { follow_up: true, listed: true, parents: vec!["account".to_owned()], ..shape.entity() }
}
