//! A deal: something that may be sold, on its way through the stages of a pipeline.

use super::lead::source;
use super::{Shape, field, files, follow_up, owner, tags};
use crate::fields::FieldKind;
use crate::schema::{Entity, Label, Pipeline, Stage, StageStatus, Step};
use crate::{forecast, process, signals};

pub const DEFAULT_PIPELINE: &str = "sales";

/// Why deals are lost. "Other" has to be explained: `domain::process`.
fn lost_reason() -> FieldKind {
    FieldKind::choice(&[
        ("price", "价格", "Price"),
        ("competitor", "选择了竞争对手", "Chose a competitor"),
        ("budget", "没有预算", "No budget"),
        ("timing", "时机不对", "Wrong time"),
        ("need", "需求取消", "No need any more"),
        ("fit", "产品不合适", "Not the right product"),
        ("other", "其他", "Other"),
    ])
}

pub(super) fn entity() -> Entity {
    let mut fields = vec![
        field("name", "商机名称", "Name", FieldKind::text(200)).required(),
        field("account", "客户", "Account", FieldKind::relation("account")),
        field("contact", "联系人", "Contact", FieldKind::relation("contact")),
        field("product", "产品", "Product", FieldKind::relation("product")),
        field("amount", "金额", "Amount", FieldKind::money()),
        field("stage", "阶段", "Stage", FieldKind::stage()).required(),
        field(signals::STARTED, "接触日期", "Engaged on", FieldKind::date()),
        field("close_date", "成交日期", "Close date", FieldKind::date()),
        field(forecast::OWN, "自估赢率", "Own probability", FieldKind::share()),
        field("source", "来源", "Source", source()),
        field("lost_reason", "输单原因", "Lost reason", lost_reason()),
        field("lost_note", "输单说明", "Lost details", FieldKind::text(300)),
        field("lost_to", "输给", "Lost to", FieldKind::relation("competitor")),
        owner(),
        tags(),
        field("note", "备注", "Note", FieldKind::long_text()).personal(),
        files(),
        field("rank", "排序", "Rank", FieldKind::text(120)).system(),
        field(process::NOTE, "阶段说明", "Note on the move", FieldKind::long_text()).personal().system(),
        field(process::EXCEPTION, "破例原因", "Reason for the exception", FieldKind::long_text())
            .personal()
            .system(),
        field(process::CHECKED, "已核对", "Checked on the move", FieldKind::long_text()).system(),
        field(signals::SINCE, "进入阶段", "In its stage since", FieldKind::instant()).system(),
        field(signals::PAUSED_UNTIL, "暂停至", "Paused until", FieldKind::date()).system(),
        field(signals::PAUSE_REASON, "暂停原因", "Reason for the pause", FieldKind::text(300))
            .personal()
            .system(),
    ];
    fields.extend(follow_up());
    let shape = Shape {
        id: "deal",
        label: Label::new("商机", "Deal"),
        plural: Label::new("商机", "Deals"),
        title: "name",
        fields,
    };
    Entity { follow_up: true, listed: true, ..shape.entity() }
}

pub(super) fn pipeline() -> Pipeline {
    let stage =
        |id: &str, zh, en, status, probability| Stage::new(id, Label::new(zh, en), status, probability);
    let expected = |days, stage| Stage { expected_days: Some(days), ..stage };
    let fields = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let again =
        Step {
            id: "again".to_owned(), label: Label::new("再次联系", "Get in touch again"), due_in: None
        };
    Pipeline {
        id: DEFAULT_PIPELINE.to_owned(),
        entity: "deal".to_owned(),
        label: Label::new("销售流程", "Sales"),
        stages: vec![
            expected(5, stage("first_contact", "初步接触", "First contact", StageStatus::Open, 10)),
            expected(10, stage("needs", "需求确认", "Needs", StageStatus::Open, 30)),
            expected(10, stage("proposal", "方案报价", "Proposal", StageStatus::Open, 50)),
            expected(15, stage("negotiation", "商务谈判", "Negotiation", StageStatus::Open, 75)),
            Stage {
                required: fields(&["amount", "close_date"]),
                ..stage("signed", "签约成交", "Signed", StageStatus::Won, 100)
            },
            Stage {
                required: fields(&["lost_reason"]),
                asked: fields(&["lost_to"]),
                steps: vec![again],
                ..stage("lost", "输单", "Lost", StageStatus::Lost, 0)
            },
        ],
        edges: Vec::new(),
        teams: Vec::new(),
        products: Vec::new(),
    }
}
