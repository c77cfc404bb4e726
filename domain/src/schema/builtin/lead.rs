//! A lead: somebody who may become a customer and has not been qualified yet.

use super::{Shape, field, files, follow_up, owner, tags};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

/// Where leads and customers come from; shared with account and deal.
pub(super) fn source() -> FieldKind {
    FieldKind::choice(&[
        ("website", "官网", "Website"),
        ("exhibition", "展会", "Exhibition"),
        ("partner", "合作伙伴", "Partner"),
        ("referral", "老客户推荐", "Referral"),
        ("phone", "电话", "Phone"),
    ])
}

pub(super) fn entity() -> Entity {
    let status = FieldKind::choice(&[
        ("new", "新线索", "New"),
        ("working", "跟进中", "Working"),
        ("qualified", "已转化", "Converted"),
        ("dormant", "休眠", "Dormant"),
        ("unqualified", "无效", "Unqualified"),
    ]);
    let mut fields = vec![
        field("name", "姓名", "Name", FieldKind::text(120)).required().personal(),
        field("company", "公司", "Company", FieldKind::text(200)),
        field("phone", "电话", "Phone", FieldKind::phone()).personal(),
        field("email", "邮箱", "E-mail", FieldKind::email()).personal(),
        field("source", "来源", "Source", source()),
        field("status", "状态", "Status", status),
        owner(),
        tags(),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
        files(),
        field("account", "转化的客户", "Converted account", FieldKind::relation("account")),
        field("contact", "转化的联系人", "Converted contact", FieldKind::relation("contact")),
        field("deal", "转化的商机", "Converted deal", FieldKind::relation("deal")),
    ];
    fields.extend(follow_up());
    let shape = Shape {
        id: "lead",
        label: Label::new("线索", "Lead"),
        plural: Label::new("线索", "Leads"),
        title: "name",
        fields,
    };
    // What was said before belongs to the customer it became: whoever looks after the account reads it too.
    Entity { follow_up: true, listed: true, parents: vec!["account".to_owned()], ..shape.entity() }
}
