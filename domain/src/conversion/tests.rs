//! What goes where, by small stories about one lead.

use serde_json::json;

use super::*;
use crate::access::ADMINISTRATOR;
use crate::command::May;
use crate::schema::{Label, Schema, builtin};
use crate::time::UtcOnly;

fn id(number: u8) -> Id {
    Id::v7(1_000, &[number; 10])
}

fn schema() -> Schema {
    builtin::of_tests("UTC", "CNY")
}

fn add(schema: &mut Schema, entity: &str, id: &str, label: (&str, &str), kind: FieldKind) {
    let entity = schema.entities.iter_mut().find(|known| known.id == entity).unwrap();
    let template = entity.fields[0].clone();
    let label = Label::new(label.0, label.1);
    let field =
        Field { id: id.into(), label, kind, custom: true, required: false, personal: false, ..template };
    entity.fields.push(field);
}

fn body(entity: &str, number: u8, values: Json) -> RecordBody {
    RecordBody {
        entity: entity.into(),
        id: id(number),
        version: 3,
        values: serde_json::from_value(values).unwrap(),
        deleted: false,
        deleted_at: None,
        may: May { update: true, delete: true, assign: true },
    }
}

fn all_new() -> Choice {
    Choice { account: Side::New(id(2)), contact: Side::New(id(3)), deal: Some(id(4)) }
}

fn proposal(schema: &Schema, lead: &RecordBody, choice: &Choice) -> Proposal {
    let reading = Reading { schema, zone: "UTC", zones: &UtcOnly };
    propose(&reading, schema.role(ADMINISTRATOR).unwrap(), lead, choice)
}

fn line<'a>(proposal: &'a Proposal, field: &str) -> &'a Line {
    proposal.lines.iter().find(|line| line.field == field).unwrap()
}

fn lead() -> RecordBody {
    body(
        "lead",
        1,
        json!({
            "name": "王芳", "company": "恒通物流", "phone": "+8613800138000", "email": "wang@example.com",
            "source": "referral", "status": "working", "owner": id(9), "note": "要三台", "external_id": "L-1",
            "next_touch": {"date": "2026-05-04", "zone": "UTC", "at": "2026-05-04T00:00:00Z"},
        }),
    )
}

#[test]
fn every_filled_field_has_a_line_and_each_goes_where_it_belongs() {
    let schema = schema();
    let proposal = proposal(&schema, &lead(), &all_new());
    let fields: Vec<&str> = proposal.lines.iter().map(|line| line.field.as_str()).collect();
    let all = ["name", "company", "phone", "email", "source", "owner", "note", "next_touch", "external_id"];
    assert_eq!(fields, all);
    assert_eq!(line(&proposal, "name").to, [("contact", "name".to_owned())]);
    let company = [("account", "name".to_owned()), ("deal", "name".to_owned())];
    assert_eq!(line(&proposal, "company").to, company);
    assert_eq!(line(&proposal, "owner").to.len(), 3);
    assert_eq!(line(&proposal, "external_id").stays, Some(Stays::NoPlace));
    let account = &proposal.values["account"];
    assert_eq!((&account["name"], &account["note"]), (&json!("恒通物流"), &json!("要三台")));
    assert_eq!(proposal.values["contact"]["account"], json!(id(2)));
    let deal = &proposal.values["deal"];
    assert_eq!((&deal["account"], &deal["contact"]), (&json!(id(2)), &json!(id(3))));
}

#[test]
fn the_plan_moves_to_the_deal_or_without_one_to_the_customer_and_leaves_the_lead() {
    let schema = schema();
    let with_deal = proposal(&schema, &lead(), &all_new());
    assert_eq!(line(&with_deal, "next_touch").to, [("deal", "next_touch".to_owned())]);
    let choice = Choice { deal: None, ..all_new() };
    let without = proposal(&schema, &lead(), &choice);
    assert_eq!(line(&without, "next_touch").to, [("account", "next_touch".to_owned())]);
    let Some(Action::Update { values, old, .. }) = actions(&lead(), &choice, &without.values).pop() else {
        panic!("the lead is changed last")
    };
    assert_eq!(values["next_touch"], Json::Null);
    assert_eq!((&values["status"], &old["status"]), (&json!("qualified"), &json!("working")));
    assert!(!values.contains_key("deal"));
}

#[test]
fn a_known_customer_keeps_what_it_has_and_gets_what_it_lacks() {
    let schema = schema();
    let account = body("account", 5, json!({"name": "上海恒通物流有限公司", "source": "referral"}));
    let choice = Choice { account: Side::Known(Box::new(account)), ..all_new() };
    let found = proposal(&schema, &lead(), &choice);
    // The deal is called after it, so the company is not lost.
    assert_eq!(line(&found, "company").to, [("deal", "name".to_owned())]);
    assert_eq!(line(&found, "source").to.len(), 2);
    assert_eq!(found.values["account"], Wire::from([("note".to_owned(), json!("要三台"))]));
    let planned = actions(&lead(), &choice, &found.values);
    assert!(
        matches!(&planned[0], Action::Update { record, base_version: 3, .. } if *record == id(5)),
        "{planned:?}"
    );
    let choice = Choice { deal: None, ..choice };
    assert_eq!(line(&proposal(&schema, &lead(), &choice), "company").stays, Some(Stays::Taken));
    let mut locked = body("account", 5, json!({"name": "恒通物流"}));
    locked.may = May::default();
    let choice = Choice { account: Side::Known(Box::new(locked)), ..choice };
    let found = proposal(&schema, &lead(), &choice);
    assert_eq!(line(&found, "company").stays, None);
    assert_eq!(line(&found, "note").stays, Some(Stays::Locked));
    assert!(!found.values.contains_key("account"));
}

#[test]
fn a_person_without_a_company_is_the_customer() {
    let schema = schema();
    let found = proposal(&schema, &body("lead", 1, json!({"name": "王芳"})), &all_new());
    assert_eq!(line(&found, "name").to.len(), 3);
    assert_eq!(found.values["account"]["name"], json!("王芳"));
}

#[test]
fn fields_of_ones_own_go_by_id_or_name_and_type_and_say_when_they_cannot() {
    let mut schema = schema();
    let sizes = |second: &str| FieldKind::choice(&[("o1", "小", "Small"), ("o2", second, second)]);
    add(&mut schema, "lead", "f_budget", ("预算", "Budget"), FieldKind::money());
    add(&mut schema, "deal", "f_money", ("预算", "What they have"), FieldKind::money());
    add(&mut schema, "lead", "f_size", ("规模", "Size"), sizes("Big"));
    add(&mut schema, "account", "f_s", ("规模", "Size"), sizes("Huge"));
    add(&mut schema, "lead", "f_post", ("职位", "Job"), FieldKind::text(40));
    add(&mut schema, "lead", "f_area", ("地区", "Area"), FieldKind::text(40));
    add(&mut schema, "account", "f_area", ("地区", "Area"), FieldKind::date());
    add(&mut schema, "lead", "f_only", ("只此", "Only here"), FieldKind::date());
    let told = |size: &str| {
        let values = json!({
            "name": "王芳", "f_budget": {"amount": 100, "currency": "CNY"}, "f_size": size, "f_post": "采购经理",
            "f_area": "华东", "f_only": "2026-05-01",
        });
        proposal(&schema, &body("lead", 1, values), &all_new())
    };
    let found = told("o1");
    assert_eq!(line(&found, "f_budget").to, [("deal", "f_money".to_owned())]);
    assert_eq!(found.values["account"]["f_s"], json!("o1"));
    // A field of one's own finds the built-in one of the same name.
    assert_eq!(line(&found, "f_post").to, [("contact", "position".to_owned())]);
    assert_eq!(line(&found, "f_area").stays, Some(Stays::Unfit));
    assert_eq!(line(&found, "f_only").stays, Some(Stays::NoPlace));
    // The same id of an option means something else there.
    assert_eq!(line(&told("o2"), "f_size").stays, Some(Stays::Unfit));
}

#[test]
fn what_a_role_does_not_see_gets_nothing() {
    let schema = schema();
    let mut role = schema.role(ADMINISTRATOR).unwrap().clone();
    role.hidden.insert("account".into(), vec!["note".into()]);
    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
    let found = propose(&reading, &role, &lead(), &all_new());
    assert_eq!(line(&found, "note").stays, Some(Stays::NoPlace));
    assert!(!found.values["account"].contains_key("note"));
}

#[test]
fn a_person_is_asked_for_names_and_for_what_has_to_be_there() {
    let mut schema = schema();
    let account = schema.entities.iter_mut().find(|known| known.id == "account").unwrap();
    for field in account.fields.iter_mut().filter(|field| ["industry", "source"].contains(&field.id.as_str()))
    {
        field.required = true;
    }
    let found = proposal(&schema, &lead(), &all_new());
    let ids = |entity: &str| -> Vec<String> {
        let definition = schema.entity(entity).unwrap();
        asked(definition, &found.values[entity]).into_iter().map(|field| field.id.clone()).collect()
    };
    assert_eq!(ids("account"), ["name", "industry"]);
    assert_eq!(ids("contact"), ["name"]);
    assert_eq!(ids("deal"), ["name", "amount", "stage"]);
}
