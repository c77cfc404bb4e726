//! What people of the demo say and write. `{who}` is the person spoken to, `{what}` the product, `{where}` the customer.

/// How far a deal has come, for what is talked about there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    First,
    Needs,
    Proposal,
    Negotiation,
    Signed,
    Lost,
}

impl Phase {
    pub const OPEN: [Self; 4] = [Self::First, Self::Needs, Self::Proposal, Self::Negotiation];

    /// The stage's id in the definitions of a new workspace.
    pub fn stage(self) -> &'static str {
        match self {
            Self::First => "first_contact",
            Self::Needs => "needs",
            Self::Proposal => "proposal",
            Self::Negotiation => "negotiation",
            Self::Signed => "signed",
            Self::Lost => "lost",
        }
    }
}

pub fn progress(phase: Phase, chinese: bool) -> &'static [&'static str] {
    match (phase, chinese) {
        (Phase::First, true) => &[
            "首次通话，介绍了{what}，{who}愿意先看资料。",
            "加了{who}微信，发了产品手册和两个同行案例。",
            "展会后回访，{who}说现在用的是表格加微信群，确实想换。",
            "{who}把我们转给了负责信息化的同事，约好下周再联系。",
            "了解到他们今年有预算，要等下个季度立项。",
            "聊了二十分钟，主要痛点是数据要等到月底才看得到。",
            "上门拜访，{who}带着看了现场，拍了两张现状照片。",
            "{who}是老客户介绍来的，对价格不太敏感，更在意上线速度。",
        ],
        (Phase::Needs, true) => &[
            "梳理了现有流程，列出六条必须满足的需求，{who}已确认。",
            "{who}带着信息部一起开会，最关心能不能和财务系统对接。",
            "需求里新增了手机端审批，已记入清单。",
            "试用账号已开通，{who}安排三个人先试两周。",
            "现场调研半天，{who}对{what}的手机端比较满意。",
            "确认使用人数一百二十人左右，分两批上线。",
            "{who}要一份等保方面的说明，已请技术同事准备。",
            "对方现在用的是竞品，合同明年三月到期，正好衔接。",
        ],
        (Phase::Proposal, true) => &[
            "发了方案和报价第二版，{who}说总体没问题，要向分管领导汇报。",
            "演示了{what}，现场问得最多的是历史数据怎么迁移。",
            "{who}反馈价格比另一家高一成，要我们说明差别在哪里。",
            "按对方意见把培训从报价里单列出来，重新发了一版。",
            "方案评审会通过，进入采购流程。",
            "{who}希望分两期付款，已和经理商量可行。",
            "带{who}参观了同行客户的现场，反应不错。",
        ],
        (Phase::Negotiation, true) => &[
            "合同条款逐条过了一遍，只剩付款节奏没谈拢，对方想要 3-4-3。",
            "{who}要求首年维保免费，已向经理申请。",
            "法务意见回来了，改动不大，本周可以定稿。",
            "谈到最后一口价，承诺月底前签约再让两个点。",
            "采购要走三家比价，{who}说我们排在第一。",
            "和{who}的总经理吃了顿饭，基本敲定，等走盖章流程。",
        ],
        (Phase::Signed, true) => &[
            "合同盖章寄回，安排交付启动会。",
            "首付款已到账，{who}指定了项目对接人。",
            "上线首周回访，使用率不错，{who}提了两条小建议。",
            "验收单已签，{who}愿意配合做案例。",
            "回访{who}，想给分公司再加二十个账号，另开一个商机。",
        ],
        (Phase::Lost, true) => &[
            "{who}告知选了另一家，主要是价格，表示感谢并保持联系。",
            "项目预算被冻结，今年不再推进，约好明年初再看。",
            "{who}离职了，接手的人没有这个计划。",
        ],
        (Phase::First, false) => &[
            "Intro call. {who} uses spreadsheets today and is open to seeing {what}.",
            "Sent the product sheet and two reference cases to {who}.",
            "Met {who} at the trade fair; budget exists, timing unclear.",
            "{who} passed us on to the IT lead, follow-up agreed for next week.",
            "Short call: main pain is that numbers arrive only at month end.",
        ],
        (Phase::Needs, false) => &[
            "Workshop with {who}: six must-have requirements written down and confirmed.",
            "{who} asks whether {what} connects to their accounting system.",
            "Trial accounts opened, three people will try it for two weeks.",
            "About 80 users in two waves. {who} wants mobile approval included.",
            "Their current contract ends in March, the timing fits.",
        ],
        (Phase::Proposal, false) => &[
            "Second version of the quote sent; {who} takes it to the board on Thursday.",
            "Demo of {what}. Most questions were about moving old data.",
            "{who} says we are 10% above the other offer and wants the difference explained.",
            "Quote split as asked: training is now its own line.",
            "Proposal passed the technical review, purchasing takes over.",
        ],
        (Phase::Negotiation, false) => &[
            "Went through the contract with {who}; only payment terms are open.",
            "{who} wants the first year of support included. Asked my manager.",
            "Legal came back with small changes, should be final this week.",
            "Agreed on the price if they sign before month end.",
        ],
        (Phase::Signed, false) => &[
            "Signed contract received, kick-off planned.",
            "First payment arrived; {who} named a project lead.",
            "Check-in after the first week: good usage, two small wishes.",
            "Acceptance signed. {who} is happy to be a reference.",
        ],
        (Phase::Lost, false) => &[
            "{who} chose the other vendor, mainly on price. Stay in touch.",
            "Budget frozen for this year, look again in January.",
        ],
    }
}

pub const STUCK: [&str; 8] = [
    "{who}在出差，说回来再谈。",
    "领导还没批，继续等。",
    "对方在忙月底结账，约到下周。",
    "问了内部流程，没有新消息。",
    "资料只看了一半，还没有结论。",
    "{who}说最近人手紧，先放一放。",
    "想约见面，对方说电话里谈就行，没有实质进展。",
    "等对方技术部门的意见，还没出来。",
];
pub const ENGLISH_STUCK: [&str; 5] = [
    "{who} is travelling, we talk when they are back.",
    "Still waiting for approval upstairs.",
    "Busy with month end, moved to next week.",
    "No news from their IT department yet.",
    "{who} has read half of the material, no opinion so far.",
];

pub const SILENT: [&str; 6] = [
    "电话没接，已发微信说明来意。",
    "响了很久没人接，下午再打。",
    "微信未回复。",
    "前台说{who}在开会，留了口信。",
    "邮件发出三天没有回音，换电话联系。",
    "关机，明天上午再试。",
];
pub const ENGLISH_SILENT: [&str; 4] = [
    "No answer, left a message.",
    "Reception says {who} is in a meeting. Will call back.",
    "No reply to the e-mail, trying by phone.",
    "Went to voicemail twice.",
];

/// About customers without an open deal.
pub const CARE: [&str; 8] = [
    "例行回访，使用正常，暂时没有新需求。",
    "节日问候，顺便了解明年的计划。",
    "客户问发票抬头怎么改，已转财务。",
    "{who}介绍了一位同行，已另建线索。",
    "{who}升职了，接任的同事下周见面。",
    "反馈手机端加载有点慢，已转技术排查。",
    "聊到他们明年要开新厂，可能有扩容需求。",
    "送了新版操作手册，培训了两位新同事。",
];
pub const ENGLISH_CARE: [&str; 5] = [
    "Regular check-in, everything runs, no new needs for now.",
    "{who} asked to change the billing address, passed to finance.",
    "{who} introduced a partner company, added as a lead.",
    "They plan a second site next year, may need more seats.",
    "Trained two new colleagues on the new version.",
];

/// About leads.
pub const QUALIFY: [&str; 7] = [
    "初次联系，确认有需求，约了线上演示。",
    "{who}只是先了解一下，发了资料。",
    "加了微信，对方让下周再聊。",
    "通话十分钟，使用规模三十人左右，预算未定。",
    "问清楚了决策人是他们副总，{who}愿意引荐。",
    "官网留言回访，主要想知道价格。",
    "展会名片回访，{who}还记得我们的演示。",
];
pub const ENGLISH_QUALIFY: [&str; 4] = [
    "First call: real need, online demo agreed.",
    "{who} is only looking around, sent the material.",
    "About thirty users, budget not decided.",
    "Asked for prices after the web form; decision is made by the COO.",
];

pub const TASKS: [&str; 14] = [
    "给{who}发更新后的报价单",
    "准备{where}的演示环境",
    "催{where}的合同盖章",
    "整理{where}的需求清单，发给交付",
    "约{who}现场调研",
    "核对{where}的回款到账情况",
    "给{who}寄样机",
    "准备{where}季度回顾的材料",
    "回复{who}关于数据迁移的问题",
    "更新{where}的联系人信息",
    "把试用反馈整理给产品同事",
    "给{who}补发发票",
    "确认{where}的上线培训时间",
    "写{where}拜访纪要",
];
pub const ENGLISH_TASKS: [&str; 7] = [
    "Send the updated quote to {who}",
    "Prepare the demo for {where}",
    "Chase the signed contract from {where}",
    "Answer {who} about data migration",
    "Book the on-site visit at {where}",
    "Check the payment from {where}",
    "Write the meeting notes for {where}",
];
/// What an administrator has to do.
pub const OFFICE_TASKS: [&str; 6] = [
    "核对本月成交数据",
    "给新同事开通账号",
    "整理展会名片并导入线索",
    "更新产品价格表",
    "准备周一销售例会的材料",
    "检查长期未跟进的客户",
];

/// Why deals are lost, with the choice it falls under.
pub const LOST_REASONS: [(&str, &str); 7] = [
    ("price", "价格高于竞争对手"),
    ("budget", "预算被冻结"),
    ("competitor", "选择了竞争对手"),
    ("need", "项目取消"),
    ("need", "需求变化，暂不需要"),
    ("other", "对接人离职"),
    ("fit", "交付周期不满足"),
];
pub const ENGLISH_LOST_REASONS: [(&str, &str); 4] = [
    ("price", "Above their budget"),
    ("budget", "Budget frozen"),
    ("competitor", "Chose a competitor"),
    ("need", "Project cancelled"),
];

/// What a deal is called after its customer and product.
pub const DEAL_KINDS: [(&str, u32); 6] =
    [("采购", 34), ("项目", 26), ("一期", 14), ("扩容", 12), ("续约", 8), ("试点", 6)];
pub const ENGLISH_DEAL_KINDS: [(&str, u32); 5] =
    [("rollout", 34), ("pilot", 20), ("expansion", 20), ("renewal", 14), ("phase one", 12)];

pub const ACCOUNT_NOTES: [&str; 6] = [
    "周五下午一般不接电话，尽量上午联系。",
    "付款要走集团审批，通常需要三周。",
    "重视本地服务，要求四小时内到场。",
    "老板喜欢看现场演示，不爱看材料。",
    "原来用竞品三年，换的原因是手机端不好用。",
    "两家分公司，采购统一由总部负责。",
];
pub const ENGLISH_ACCOUNT_NOTES: [&str; 3] = [
    "Prefers e-mail to calls.",
    "Purchase orders above 50k need the group's approval.",
    "Works in UTC; mornings in Shanghai are too early.",
];
