//! Files as they come, and what their columns are taken for.

use super::super::guess_entity;
use super::*;

pub fn schema() -> Schema {
    crate::schema::builtin::of_tests("Asia/Shanghai", "USD")
}

pub const PIPELINE: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\r\n\
    1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054\r\n\
    Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Lost,2016-10-25,2017-03-11,0\r\n\
    HAXMC4IX,James Ascencio,MG Advanced,null,Engaging,2016-11-03,,\r\n\
    UP409DSB,Maureen Marcano,MG Advanced,Ganjaflex,Prospecting,,,\r\n";
const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\r\n\
    Acme Corporation,technolgy,1996,1100.04,2822,United States,\r\nBetasoloin,medical,1999,251.41,495,United States,Acme Corporation\r\n";
const PRODUCTS: &str = "product,series,sales_price\r\nGTX Basic,GTX,550\r\nGTX Pro,GTX,4821\r\n";
const TEAMS: &str = "sales_agent,manager,regional_office\r\nAnna Snelling,Dustin Brinkmann,Central\r\n";

fn guessed(text: &str) -> (String, Vec<String>, Mapping) {
    let (schema, sheet) = (schema(), Sheet::parse(text).unwrap());
    let entity = guess_entity(&schema, &sheet).unwrap();
    let mapping = Mapping::guess(&schema, &entity, &sheet);
    let fields =
        mapping.columns.iter().map(|column| column.target.field().unwrap_or("").to_owned()).collect();
    (entity, fields, mapping)
}

#[test]
fn a_pipeline_of_deals_is_understood_without_help() {
    let (entity, fields, mapping) = guessed(PIPELINE);
    assert_eq!(entity, "deal");
    assert_eq!(
        fields,
        ["external_id", "owner", "product", "account", "stage", "engaged_on", "close_date", "amount"]
    );
    let stage = |word: &str| mapping.columns[4].words[word].clone();
    for (word, id) in
        [("Won", "signed"), ("Lost", "lost"), ("Engaging", "negotiation"), ("Prospecting", "first_contact")]
    {
        assert_eq!(stage(word), Meaning::Option(id.into()));
    }
    assert_eq!(mapping.title, [2, 3]);
    assert_eq!((mapping.dates, mapping.decimal), (Some(DateOrder::YearMonthDay), DecimalMark::Point));
    assert_eq!(
        (mapping.cell(3, "null"), mapping.cell(3, "Isdom").as_deref(), mapping.cell(4, "Won").as_deref()),
        (None, Some("Isdom"), Some("signed"))
    );
    assert_eq!(mapping.relations(&schema()), ["account", "product", "user"].map(String::from).into());
}

#[test]
fn accounts_products_and_people_are_understood_without_help() {
    let (entity, fields, mapping) = guessed(ACCOUNTS);
    assert_eq!(entity, "account");
    assert_eq!(fields, ["name", "industry", "", "revenue", "employees", "address", "parent"]);
    assert_eq!(mapping.columns[1].words["technolgy"], Meaning::Option("software".into()));
    assert_eq!(mapping.columns[1].words["medical"], Meaning::Option("medical".into()));
    let (entity, fields, _) = guessed(PRODUCTS);
    assert_eq!((entity.as_str(), fields), ("product", vec!["name".into(), "series".into(), "price".into()]));
    let (entity, fields, _) = guessed(TEAMS);
    assert_eq!((entity.as_str(), fields), ("user", vec!["name".into(), "manager".into(), "team".into()]));
}

#[test]
fn chinese_headers_are_understood_too() {
    let (entity, fields, mapping) = guessed(
        "客户名称,所属行业,联系电话,客户级别,业务员\n上海知客,互联网,021-6888 1234,重点客户,王芳\n杭州云栖,暂无,13812345678,C,李雷\n",
    );
    assert_eq!(entity, "account");
    assert_eq!(fields, ["name", "industry", "phone", "grade", "owner"]);
    assert_eq!(mapping.columns[1].words["互联网"], Meaning::Option("software".into()));
    assert_eq!(mapping.columns[1].words["暂无"], Meaning::Empty);
    assert_eq!(mapping.columns[3].words["重点客户"], Meaning::Option("b".into()));
    let (entity, fields, _) =
        guessed("商机名称,客户,销售阶段,预计金额,预计成交日期\n扩容,上海知客,谈判,￥12,2026-05-01\n");
    assert_eq!(entity, "deal");
    assert_eq!(fields, ["name", "account", "stage", "amount", "close_date"]);
    let (entity, fields, _) = guessed("姓名,公司名称,职务,微信号,x\n王芳,上海知客,经理,wf,wf@example.com\n");
    assert_eq!(entity, "contact");
    assert_eq!(fields, ["name", "account", "position", "wechat", "email"]);
}

#[test]
fn a_column_whose_cells_do_not_fit_is_left_out() {
    let (schema, sheet) =
        (schema(), Sheet::parse("name,employees,close_date\nAcme,many,soon\nBeta,some,later\n").unwrap());
    let mapping = Mapping::guess(&schema, "account", &sheet);
    assert_eq!(mapping.columns[1].target, Target::LeaveOut);
    let mapping = Mapping::guess(&schema, "deal", &sheet);
    assert_eq!(mapping.columns[2].target, Target::LeaveOut);
}

#[test]
fn a_field_has_one_column_and_days_that_could_be_months_are_asked_about() {
    let (schema, sheet) = (schema(), Sheet::parse("deal,close_date,d2\nA,01/02/2026,03/04/2026\n").unwrap());
    let mut mapping = Mapping::guess(&schema, "deal", &sheet);
    assert_eq!((mapping.column_of("close_date"), mapping.dates), (Some(1), None));
    mapping.set(2, Target::Field("close_date".into()), &schema, &sheet);
    assert_eq!((mapping.column_of("close_date"), &mapping.columns[1].target), (Some(2), &Target::LeaveOut));
    assert!(!mapping.composes_title(&schema));
}

#[test]
fn a_file_of_several_kinds_is_understood_in_both_languages() {
    let english = "Company,Industry,Contact name,Mobile,Deal,Amount,Stage\nAcme,Retail,Ann,+1 650 253 0000,Pumps,12,Won\n";
    let (entity, fields, mapping) = guessed(english);
    let expected = ["account", "account.industry", "contact", "contact.phone", "name", "amount", "stage"];
    assert_eq!((entity.as_str(), fields), ("deal", expected.map(String::from).to_vec()));
    assert_eq!(mapping.also(), ["account", "contact"].map(String::from).into());
    assert_eq!(mapping.kinds(&schema()), ["deal", "account", "contact"]);
    assert!(mapping.by_name && mapping.relations(&schema()).is_empty());
    assert_eq!(mapping.columns[1].words["Retail"], Meaning::Option("retail".into()));

    let (entity, fields, _) =
        guessed("客户名称,行业,联系人,手机,商机,金额\n恒通,零售,王芳,13800138000,扩容,12\n");
    let expected = ["account", "account.industry", "contact", "contact.phone", "name", "amount"];
    assert_eq!((entity.as_str(), fields), ("deal", expected.map(String::from).to_vec()));

    // Whose telephone it is, its name says or its place.
    for (header, cells) in [
        (
            "客户,客户电话,地址,联系人,职位,联系人电话,商机名称",
            "恒通,0755-88881000,深圳,王芳,采购,13800138000,扩容",
        ),
        ("客户,电话,地址,联系人,职位,电话,商机名称", "恒通,0755-88881000,深圳,王芳,采购,13800138000,扩容"),
    ] {
        let (entity, fields, _) = guessed(&format!("{header}\n{cells}\n"));
        let expected = [
            "account",
            "account.phone",
            "account.address",
            "contact",
            "contact.position",
            "contact.phone",
            "name",
        ];
        assert_eq!((entity.as_str(), fields), ("deal", expected.map(String::from).to_vec()), "{header}");
    }
    let (entity, fields, _) = guessed(
        "Account name,Website,Employees,Contact person,E-mail,Job title\nAcme,acme.example,12,Ann,ann@acme.example,CEO\n",
    );
    let expected = ["account", "account.website", "account.employees", "name", "email", "position"];
    assert_eq!((entity.as_str(), fields), ("contact", expected.map(String::from).to_vec()));
}

#[test]
fn history_and_competitors_are_understood() {
    let (entity, fields, mapping) = guessed(
        "日期,客户名称,联系人,跟进方式,跟进内容,负责人\n2025-03-01 10:00,恒通,王芳,电话,谈了价格,李雷\n",
    );
    assert_eq!(entity, "touch");
    assert_eq!(fields, ["happened_at", "account", "contact", "kind", "summary", "owner"]);
    assert!(!mapping.composes_title(&schema()) && !mapping.by_name);
    assert_eq!(mapping.columns[3].words["电话"], Meaning::Option("call".into()));
    let (entity, fields, mapping) =
        guessed("Task,Due date,Done,Assigned to,Company\nSend samples,2025-03-01,Yes,Ann,Acme\n");
    assert_eq!(entity, "task");
    assert_eq!(fields, ["name", "due", "status", "owner", "account"]);
    assert_eq!(mapping.columns[2].words["Yes"], Meaning::Option("done".into()));
    let (entity, fields, _) = guessed("竞争对手,官网,优势,劣势\n远望,https://yw.example,便宜,交期长\n");
    assert_eq!(entity, "competitor");
    assert_eq!(fields, ["name", "website", "strengths", "weaknesses"]);
}

#[test]
fn since_when_a_deal_stands_in_its_stage_is_said_by_a_heading_only() {
    for header in
        ["Stage since", "Entered stage", "In its stage since", "进入阶段", "进入阶段日期", "stage_since"]
    {
        let (_, fields, mapping) = guessed(&format!(
            "Deal name,Deal stage,{header},Close date\nPumps,Needs,2025-03-01,2025-06-01\n"
        ));
        assert_eq!(fields, ["name", "stage", "stage_since", "close_date"], "{header}");
        let rows = format!("Deal name,Deal stage,{header}\nPumps,first_contact,2025-03-01\n");
        let preview = super::super::preview::check(&schema(), &mapping, &Sheet::parse(&rows).unwrap(), 9);
        assert_eq!(preview.history, 1, "{header}");
    }
    let (_, fields, _) =
        guessed("Deal name,Deal stage,Whatever\nPumps,Needs,2025-03-01\nPipes,Needs,2025-04-01\n");
    assert!(!fields.iter().any(|field| field == "stage_since"), "{fields:?}");
}

#[test]
fn rows_without_headings_are_understood_by_their_cells() {
    let schema = schema();
    let text =
        "恒通物流,零售,13800138000,13800138000@example.com\n云栖仪器,制造业,13900139000,hi@yunqi.example\n";
    let headed = Sheet::parse(text).unwrap();
    assert!(!headed.has_headings(&schema));
    let sheet = headed.with_headings(false);
    assert_eq!((sheet.rows.len(), sheet.rows[0].line, sheet.header.len()), (2, 1, 4));
    assert_eq!(sheet.with_headings(true), headed);
    let mapping = Mapping::guess(&schema, "account", &sheet);
    let fields: Vec<_> =
        mapping.columns.iter().map(|column| (column.target.field(), column.guessed)).collect();
    assert_eq!(
        fields,
        [(Some("name"), true), (Some("industry"), true), (Some("phone"), true), (None, false)]
    );
    assert_eq!(guess_entity(&schema, &sheet).as_deref(), Some("account"));
    // What could be two is nothing: which of the days is when it was signed?
    let sheet =
        Sheet::parse("扩容,2026-01-02,2026-05-01,¥1200.50,Ann\n泵,2026-02-03,2026-06-01,¥8,Bob\n").unwrap();
    let mapping =
        Mapping::guess_among(&schema, "deal", &sheet.with_headings(false), &["Ann".into(), "Bob".into()]);
    let fields: Vec<_> = mapping.columns.iter().map(|column| column.target.field()).collect();
    assert_eq!(fields, [Some("name"), None, None, Some("amount"), Some("owner")]);
}

#[test]
fn the_first_row_holds_headings_unless_it_is_clearly_a_record() {
    for (text, headings) in [
        ("name,phone\nA,1\n", true),
        ("甲,乙\n1,2\n", true),
        ("客户名称,2025\nA,1\n", true),
        ("Acme,2026-05-01\nBeta,2026-05-02\n", false),
        ("王芳,wf@example.com\n李雷,ll@example.com\n", false),
        ("王芳,13800138000\n李雷,13900139000\n", false),
        ("Acme,12%\nBeta,13%\n", false),
        ("Acme,Kenya\nBeta,Norway\n", true),
    ] {
        assert_eq!(Sheet::parse(text).unwrap().has_headings(&schema()), headings, "{text}");
    }
}

#[test]
fn cells_alone_are_believed_when_most_of_them_agree() {
    let schema = {
        let mut schema = schema();
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").unwrap();
        let kinds = [FieldKind::percent(1), FieldKind::url(), FieldKind::checkbox(), FieldKind::instant()];
        for (at, kind) in kinds.into_iter().enumerate() {
            let cells = std::iter::empty::<&str>();
            let field = super::super::new_field(deal, &format!("x{at}"), cells, DecimalMark::Point);
            deal.fields.push(Field { kind, ..field });
        }
        schema
    };
    let guess = |cells: [&str; 5]| {
        let text = format!("deal,q\n{}", cells.map(|cell| format!("A,{cell}\n")).concat());
        let mapping = Mapping::guess(&schema, "deal", &Sheet::parse(&text).unwrap());
        assert_eq!(mapping.columns[1].guessed, mapping.columns[1].target != Target::LeaveOut);
        mapping.columns[1].target.field().map(str::to_owned)
    };
    let cases: [([&str; 5], Option<&str>); 12] = [
        (["5%", "10 %", "7.5%", "", "8%"], Some("f_x0")),
        (["https://a.example", "http://b.example/x", "", "https://c.example", "n/a"], Some("f_x1")),
        (["是", "否", "是", "是", ""], Some("f_x2")),
        (["2026-05-01 10:00", "2026-05-02 11:30", "", "", ""], Some("f_x3")),
        (["¥12", "￥1200", "CNY 5", "12 EUR", "8元"], Some("amount")),
        (["12.50", "7.25", "1100.04", "3.10", ""], Some("amount")),
        (["Negotiation", "Signed", "Lost", "Needs", ""], Some("stage")),
        (["官网", "展会", "", "官网", "官网"], Some("source")),
        (["1", "2", "3", "4", "5"], None),
        (["5%", "10", "7", "6", "8"], None),
        (["2026-05-01", "soon", "later", "", ""], None),
        (["Kenya", "Norway", "Kenya", "", ""], None),
    ];
    for (cells, field) in cases {
        assert_eq!(guess(cells).as_deref(), field, "{cells:?}");
    }
}
