//! The real sample: 8,800 opportunities of a computer hardware seller, as messy as they came, go in through the
//! import and give the answers that were computed straight from the files. Its folder stands in ZHIKE_SAMPLE; it
//! is not committed, and without it `cargo xtask test api` says plainly that this was skipped.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use api_tests::actions::{define, delete, field, log_touch, move_deal, undo};
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::{Workspace, settings};
use domain::api::record::{ListRequest, RecordBody, TotalsRequest};
use domain::api::{Empty, GetImport, GetSchema, GetTotals};
use domain::command::RowOutcome;
use domain::ids::Id;
use domain::import_file::{Mapping, Meaning, Sheet, Target, chunks};
use domain::money::Currency;
use domain::schema::change::DefinitionChange;
use domain::schema::{Schema, WorkspaceSettings};
use serde_json::{Value as Json, json};

fn sample() -> Option<PathBuf> {
    std::env::var_os("ZHIKE_SAMPLE").map(PathBuf::from)
}

struct Importer<'a> {
    admin: &'a Person,
    schema: Schema,
    dir: PathBuf,
    imports: Vec<Id>,
}

impl Importer<'_> {
    /// Imports a file as a person would: takes the guesses, changes some, and answers how many rows went in.
    fn file(&mut self, name: &str, entity: &str, change: &dyn Fn(&mut Mapping, &Schema, &Sheet)) -> usize {
        let sheet = Sheet::parse(&fs::read_to_string(self.dir.join(name)).unwrap()).unwrap();
        let mut mapping = Mapping::guess(&self.schema, entity, &sheet);
        change(&mut mapping, &self.schema, &sheet);
        let import = new_id();
        self.imports.push(import);
        let mut created = 0;
        for chunk in chunks(&self.schema, &mapping, &sheet, import, &mut new_id) {
            let receipt = self.admin.done_as(&chunk.command);
            for row in &receipt.rows {
                assert_eq!(row.outcome, RowOutcome::Created, "{name}: {row:?}");
            }
            created += receipt.rows.len();
        }
        assert_eq!(created, sheet.rows.len(), "{name}: nothing is lost");
        created
    }

    fn undo_all(&self) {
        for import in self.imports.iter().rev() {
            let commands = self.admin.call::<GetImport>(&[&import.to_string()], &Empty {}).commands;
            for command in commands.iter().rev() {
                let receipt = self.admin.done(vec![undo(command.command)]);
                assert!(receipt.kept.is_empty(), "{:?}", receipt.kept);
            }
            let commands = self.admin.call::<GetImport>(&[&import.to_string()], &Empty {}).commands;
            assert!(commands.iter().all(|command| command.undone));
        }
    }
}

fn target(mapping: &mut Mapping, schema: &Schema, sheet: &Sheet, column: &str, field: &str) {
    let at = sheet.header.iter().position(|name| name == column).unwrap();
    mapping.set(at, Target::Field(field.to_owned()), schema, sheet);
}

/// Count and sum in dollars by a field's value.
fn by(admin: &Person, filter: Option<&Json>, group: &str) -> BTreeMap<String, (u64, i64)> {
    let totals = admin.totals("deal", filter, Some(group), Some("amount"));
    totals
        .into_iter()
        .map(|total| (total.group.unwrap_or_default(), (total.count, total.sum / 100)))
        .collect()
}

fn sum(admin: &Person, filter: &Json) -> i64 {
    admin.totals("deal", Some(filter), None, Some("amount")).iter().map(|total| total.sum).sum::<i64>() / 100
}

fn won(and: Json) -> Json {
    json!(["and", ["=", ["field", "stage"], "signed"], and])
}

#[test]
fn the_real_sample_goes_in_whole_gives_the_known_answers_and_comes_out_again() {
    let Some(dir) = sample() else { return };
    let begun = Instant::now();
    let dollars = WorkspaceSettings { currency: Currency::parse("USD").unwrap(), ..settings() };
    let workspace = Workspace::on(&api_tests::browser::Server::shared(), dollars);
    let admin = &workspace.admin;
    for (id, kind) in
        [("f_established", json!({"type": "integer"})), ("f_office", json!({"type": "text", "max": 80}))]
    {
        let field = field(id, kind);
        admin.done(vec![define(
            admin.revision(),
            DefinitionChange::AddField { entity: "account".into(), field },
        )]);
    }
    let schema = admin.call::<GetSchema>(&[], &Empty {});
    let west = own_work(&workspace);
    let before = everything(admin, &schema);
    let mut importer = Importer { admin, schema, dir, imports: Vec::new() };

    let people = importer.file("sales_teams.csv", "user", &|mapping, schema, sheet| {
        target(mapping, schema, sheet, "sales_agent", "name");
        target(mapping, schema, sheet, "manager", "manager");
        target(mapping, schema, sheet, "regional_office", "team");
    });
    let products = importer.file("products.csv", "product", &|_, _, _| {});
    let accounts = importer.file("accounts.csv", "account", &|mapping, schema, sheet| {
        target(mapping, schema, sheet, "year_established", "f_established");
        target(mapping, schema, sheet, "office_location", "f_office");
        target(mapping, schema, sheet, "subsidiary_of", "parent");
        let sector = mapping.column_of("industry").unwrap();
        mapping.columns[sector].words.insert("technolgy".into(), Meaning::Option("software".into()));
    });
    let deals = importer.file("sales_pipeline.csv", "deal", &|mapping, schema, sheet| {
        target(mapping, schema, sheet, "opportunity_id", "external_id");
        target(mapping, schema, sheet, "engage_date", "engaged_on");
        target(mapping, schema, sheet, "close_value", "amount");
        let stage = mapping.column_of("stage").unwrap();
        for (word, stage_id) in [
            ("Won", "signed"),
            ("Lost", "lost"),
            ("Engaging", "negotiation"),
            ("Prospecting", "first_contact"),
        ] {
            mapping.columns[stage].words.insert(word.into(), Meaning::Option(stage_id.into()));
        }
    });
    println!("in after {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((people, products, accounts, deals), (35, 7, 85, 8_800));
    the_known_answers(admin, &before);
    assert_eq!(
        admin.ids("team", Some(&json!(["=", ["field", "name"], "West"]))),
        [west].into(),
        "found, not made"
    );
    println!("asked after {:.1} s", begun.elapsed().as_secs_f64());

    importer.undo_all();
    let after = everything(admin, &admin.call::<GetSchema>(&[], &Empty {}));
    for (record, body) in &before {
        assert_eq!(after.get(record), Some(body), "undone, it is as before");
    }
    assert_eq!(after.len(), before.len(), "undone, nothing is left");
    println!("in and out again after {:.1} s", begun.elapsed().as_secs_f64());
}

/// What the workspace had of its own before: one of each kind of record, hanging together, a deletion and a change
/// among them. Its team is one that the sample names too.
fn own_work(workspace: &Workspace) -> Id {
    let admin = &workspace.admin;
    let west = workspace.team("West", None);
    let rep = workspace.person("rep", Some(west));
    let account = admin.create(
        "account",
        json!({"name": "恒通物流", "owner": rep.user, "f_office": "苏州", "revenue": {"amount": 125_000, "currency": "USD"}}),
    );
    let contact =
        admin.create("contact", json!({"name": "王芳", "account": account, "phone": "13800138000"}));
    let product =
        admin.create("product", json!({"name": "检测仪", "price": {"amount": 99, "currency": "CNY"}}));
    let values = json!({"name": "仓储二期", "account": account, "contact": contact, "product": product, "source": "referral"});
    let deal = admin.create("deal", values);
    admin.create("deal_contact", json!({"deal": deal, "contact": contact, "role": "decision_maker"}));
    let competitor = admin.create("competitor", json!({"name": "远望检测"}));
    admin.create("deal_competitor", json!({"deal": deal, "competitor": competitor}));
    admin.create("lead", json!({"name": "李雷", "company": "昆仑仪器"}));
    admin.create(
        "task",
        json!({"name": "寄样品", "deal": deal, "due": {"date": "2026-05-01", "time": "09:00"}}),
    );
    admin.create("saved_view", json!({"name": "本周要跟进", "entity": "deal"}));
    admin.create("rate", json!({"currency": "CNY", "from": "2026-01-01", "rate": "0.14"}));
    let next = json!({"date": "2026-06-01"});
    admin.done(vec![log_touch(
        new_id(),
        "deal",
        deal,
        json!({"kind": "visit", "summary": "看了仓库"}),
        Some(next),
    )]);
    admin.done(vec![move_deal(deal, "first_contact", "proposal")]);
    admin.update("account", account, json!({"grade": "a"}));
    let gone = admin.create("deal", json!({"name": "作废"}));
    admin.done(vec![delete("deal", gone, 1)]);
    west
}

/// Every record of the workspace, whole.
fn everything(admin: &Person, schema: &Schema) -> BTreeMap<(String, Id), RecordBody> {
    let mut found = BTreeMap::new();
    for entity in &schema.entities {
        let mut request = ListRequest { limit: Some(200), ..ListRequest::default() };
        loop {
            let page = admin.list(&entity.id, &request);
            found.extend(page.records.into_iter().map(|record| ((entity.id.clone(), record.id), record)));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
    }
    let kinds: BTreeSet<&str> = found.keys().map(|(entity, _)| entity.as_str()).collect();
    assert_eq!(kinds.len(), schema.entities.len(), "nothing is compared with nothing: {kinds:?}");
    found
}

fn the_known_answers(admin: &Person, before: &BTreeMap<(String, Id), RecordBody>) {
    // The six managers came in as people too; offices as teams. `GTXPro` found `GTX Pro`, `null` is no account.
    let counts = ["user", "team", "product", "account", "deal"].map(|entity| {
        let own = before.keys().filter(|(kind, _)| kind == entity).count() as u64;
        admin.count(entity, None) - own
    });
    assert_eq!(counts, [35 + 6, 2, 7, 85, 8_800]);
    // What was there already is in none of the answers.
    let only = json!(["is_set", ["field", "external_id"]]);
    let of_the_sample = |condition: Json| json!(["and", only, condition]);
    assert_eq!(admin.count("deal", Some(&of_the_sample(json!(["is_empty", ["field", "account"]])))), 1_425);
    assert_eq!(admin.count("deal", Some(&of_the_sample(json!(["is_empty", ["field", "product"]])))), 0);

    let stages = by(admin, Some(&only), "stage");
    let count = |stage: &str| stages.get(stage).map_or(0, |(count, _)| *count);
    assert_eq!(
        [count("signed"), count("lost"), count("negotiation"), count("first_contact")],
        [4_238, 2_473, 1_589, 500]
    );
    assert_eq!(stages["signed"].1, 10_005_534);

    let signed = json!(["=", ["field", "stage"], "signed"]);
    let mut agents: Vec<(i64, String)> =
        by(admin, Some(&signed), "owner").into_iter().map(|(agent, (_, sum))| (sum, agent)).collect();
    agents.sort_unstable_by(|one, other| other.cmp(one));
    let names = admin
        .call::<GetTotals>(
            &["deal"],
            &TotalsRequest { group: Some("owner".into()), ..TotalsRequest::default() },
        )
        .names;
    let name = |at: usize| names[&agents[at].1.parse::<Id>().unwrap()].as_str();
    assert_eq!(
        (name(0), agents[0].0, name(1), agents[1].0),
        ("Darcel Schlecht", 1_153_214, "Vicki Laflamme", 478_396)
    );
    assert_eq!(agents.len(), 30);

    for (office, wanted) in [("West", 3_568_647), ("Central", 3_346_293), ("East", 3_090_594)] {
        let team =
            admin.ids("team", Some(&json!(["=", ["field", "name"], office]))).into_iter().next().unwrap();
        let members = admin.ids("user", Some(&json!(["=", ["field", "team"], team])));
        assert_eq!(sum(admin, &won(json!(["in", ["field", "owner"], members]))), wanted, "{office}");
    }
    for (first, last, wanted) in [
        ("2017-03-01", "2017-03-31", 1_134_672),
        ("2017-06-01", "2017-06-30", 1_338_466),
        ("2017-12-01", "2017-12-31", 1_131_573),
    ] {
        let month =
            json!(["and", [">=", ["field", "close_date"], first], ["<=", ["field", "close_date"], last]]);
        assert_eq!(sum(admin, &won(month)), wanted, "{first}");
    }
    assert_eq!(
        admin.count("deal", Some(&of_the_sample(json!(["is_empty", ["field", "close_date"]])))),
        2_089
    );
    assert_eq!(admin.count("deal", Some(&of_the_sample(json!(["is_empty", ["field", "engaged_on"]])))), 500);

    let acme = admin
        .ids("account", Some(&json!(["=", ["field", "name"], "Acme Corporation"])))
        .into_iter()
        .next()
        .unwrap();
    let acme = admin.read("account", acme).values;
    assert_eq!(
        (&acme["industry"], &acme["f_established"], &acme["f_office"]),
        (&json!("software"), &json!(1_996), &json!("United States"))
    );
    assert_eq!(admin.count("account", Some(&json!(["is_set", ["field", "parent"]]))), 15);
}
