//! An account: a company (or person) that buys, or may buy.

use super::lead::source;
use super::{Shape, field, files, follow_up, owner, tags};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label};

pub(super) fn entity() -> Entity {
    let grade = FieldKind::choice(&[
        ("a", "A 战略客户", "A · Strategic"),
        ("b", "B 重点客户", "B · Key"),
        ("c", "C 普通客户", "C · Normal"),
    ]);
    let status = FieldKind::choice(&[
        ("prospect", "潜在客户", "Prospect"),
        ("customer", "成交客户", "Customer"),
        ("lost", "流失客户", "Lost"),
    ]);
    let industry = FieldKind::choice(&[
        ("manufacturing", "制造业", "Manufacturing"),
        ("software", "软件与信息技术", "Software and IT"),
        ("retail", "零售", "Retail"),
        ("finance", "金融", "Finance"),
        ("medical", "医疗健康", "Medical"),
        ("telecom", "通信", "Telecommunications"),
        ("entertainment", "文化娱乐", "Entertainment"),
        ("marketing", "营销服务", "Marketing"),
        ("employment", "人力资源", "Employment"),
        ("services", "企业服务", "Services"),
        ("education", "教育", "Education"),
        ("other", "其他", "Other"),
    ]);
    let mut fields = vec![
        field("name", "客户名称", "Name", FieldKind::text(200)).required(),
        field("grade", "等级", "Grade", grade),
        field("status", "状态", "Status", status),
        field("industry", "行业", "Industry", industry),
        field("source", "来源", "Source", source()),
        field("phone", "电话", "Phone", FieldKind::phone()).personal(),
        field("website", "网站", "Website", FieldKind::text(300)),
        field("address", "地址", "Address", FieldKind::text(300)).personal(),
        field("employees", "员工人数", "Employees", FieldKind::integer(Some(0), None)),
        field("revenue", "年营业额", "Annual revenue", FieldKind::money()),
        field("parent", "上级公司", "Parent account", FieldKind::relation("account")),
        owner(),
        tags(),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
        files(),
    ];
    fields.extend(follow_up());
    let shape = Shape {
        id: "account",
        label: Label::new("客户", "Account"),
        plural: Label::new("客户", "Accounts"),
        title: "name",
        fields,
    };
    Entity { follow_up: true, listed: true, ..shape.entity() }
}
