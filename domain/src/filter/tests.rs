use super::*;
use crate::expr::cases;
use crate::schema::builtin;
use crate::time::UtcOnly;

fn workspace() -> Schema {
    builtin::of_tests("Asia/Shanghai", "CNY")
}

/// Something that an operator of a field takes.
pub(super) fn sample(field: &Field, operator: Operator, schema: &Schema) -> Vec<Json> {
    let one = |at: usize| match operator.control(&field.kind, schema) {
        None => Json::Null,
        Some(_) if matches!(field.kind, FieldKind::Phone(_)) => json!("+8613812345678"),
        Some(FieldKind::Rating(_)) => json!(at + 1),
        Some(FieldKind::Duration(_)) => json!(30 * (at + 1)),
        Some(FieldKind::TreeChoice(tree)) => json!(tree.options[at].id),
        Some(FieldKind::Url(_)) => json!("https://example.com/a"),
        Some(FieldKind::Integer(_)) => json!(7 + at),
        Some(FieldKind::Percent(percent)) if percent.scale == 0 => json!((7 + at).to_string()),
        Some(FieldKind::Decimal(_) | FieldKind::Percent(_)) => json!(format!("{}.5", 7 + at)),
        Some(FieldKind::Date(_)) => json!(format!("2026-05-0{}", at + 1)),
        Some(FieldKind::Choice(choice)) => json!(choice.options[at].id),
        Some(FieldKind::Stage(_)) => json!(schema.pipelines[0].stages[at].id),
        Some(FieldKind::Role(_)) => json!(schema.roles[at].id),
        Some(FieldKind::Relation(_) | FieldKind::User(_)) => json!("0190a000-0000-7000-8000-0000000000aa"),
        Some(FieldKind::Email(_)) => json!("a@example.com"),
        Some(_) => json!("知客"),
    };
    let count = operator.takes().count().unwrap_or(2);
    (0..count).map(one).collect()
}

#[test]
fn every_operator_of_every_field_is_a_condition_and_is_read_back() {
    for schema in [workspace(), cases::schema()] {
        for entity in &schema.entities {
            for field in &entity.fields {
                let operators = field.kind.behaviour().operators();
                assert!(operators.contains(&Operator::Empty), "{}.{}", entity.id, field.id);
                for operator in operators {
                    let rule = Rule::new(&field.id, *operator, sample(field, *operator, &schema));
                    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
                    let rule = rule.checked(field, &reading).unwrap();
                    let json = rule.to_json(entity).unwrap();
                    let text = json.to_string();
                    let filter = Filter::read(&text, entity, &schema);
                    assert_eq!(filter, Ok(Filter::of(vec![Part::Rule(rule)])), "{text}");
                    assert_eq!(filter.unwrap().to_json(entity), json);
                }
            }
        }
    }
}

#[test]
fn groups_come_back_as_they_were_built() {
    let schema = workspace();
    let deal = schema.entity("deal").unwrap();
    let rule = |field: &str, operator, values| Part::Rule(Rule::new(field, operator, values));
    let filter = Filter::of(vec![
        rule("owner", Operator::IsMe, vec![]),
        Part::Group(Filter {
            join: Join::Any,
            parts: vec![
                rule("amount", Operator::AtLeast, vec![json!("100000.00")]),
                rule("amount", Operator::Empty, vec![]),
            ],
        }),
        Part::Other(json!(["not", ["and", ["is_set", ["field", "note"]], true]])),
    ]);
    let json = filter.to_json(deal);
    assert_eq!(Filter::read(&json.to_string(), deal, &schema).unwrap(), filter);
    let any = Filter { join: Join::Any, ..filter };
    assert_eq!(Filter::read(&any.to_json(deal).to_string(), deal, &schema).unwrap(), any);
}

#[test]
fn what_nobody_could_build_is_kept_whole() {
    let schema = workspace();
    let deal = schema.entity("deal").unwrap();
    for json in [
        json!(["or"]),
        json!(true),
        json!(["=", ["field", "account"], ["field", "contact"]]),
        json!([">", ["+", ["field", "amount"], 1], 5]),
        json!(["in", ["field", "stage"], ["needs", null]]),
        json!(["and", [">=", ["field", "amount"], 1], ["<=", ["field", "close_date"], ["today"]]]),
        json!(["and", ["or", ["and", ["is_set", ["field", "note"]], ["is_set", ["field", "stage"]]], false]]),
    ] {
        let filter = Filter::read(&json.to_string(), deal, &schema).unwrap();
        let again = filter.to_json(deal);
        assert_eq!(Filter::of_condition(&again, deal).to_json(deal), again, "{json}");
        assert!(expr::check(&Expr::parse(&again).unwrap(), deal, &schema).is_ok(), "{again}");
    }
    assert_eq!(Filter::read("[\"and\"]", deal, &schema), Ok(Filter::default()));
    for text in ["", "{", "7", "[\"=\",[\"field\",\"nothing\"],1]", "[\"frobnicate\"]", "null"] {
        assert!(Filter::read(text, deal, &schema).is_err(), "{text}");
    }
}

#[test]
fn a_value_that_is_none_is_named_by_its_place() {
    let schema = workspace();
    let deal = schema.entity("deal").unwrap();
    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
    let problems = |field: &str, operator, values: Vec<Json>| {
        let checked = Rule::new(field, operator, values).checked(deal.field(field).unwrap(), &reading);
        checked.unwrap_err().into_iter().map(|(at, problem)| (at, problem.key)).collect::<Vec<_>>()
    };
    let required = || "problem.required".to_owned();
    assert_eq!(problems("name", Operator::Contains, vec![]), [(0, required())]);
    assert_eq!(problems("name", Operator::Contains, vec![json!("  ")]), [(0, required())]);
    assert_eq!(problems("stage", Operator::AnyOf, vec![]), [(0, required())]);
    assert_eq!(problems("amount", Operator::Between, vec![json!("1")]), [(1, required())]);
    assert_eq!(
        problems("amount", Operator::Between, vec![json!("x"), json!("1.005")]),
        [(0, "problem.not_decimal".to_owned()), (1, "problem.not_decimal".to_owned())]
    );
    assert_eq!(
        problems("next_touch", Operator::LastDays, vec![json!(0)]),
        [(0, "problem.out_of_range".to_owned())]
    );
}

#[test]
fn half_a_telephone_number_is_found_however_it_is_typed() {
    let schema = workspace();
    let contact = schema.entity("contact").unwrap();
    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
    let rule = Rule::new("phone", Operator::Contains, vec![json!(" 138-12３4 ")]);
    let checked = rule.checked(contact.field("phone").unwrap(), &reading).unwrap();
    assert_eq!(checked.values, [json!("1381234")]);
}

#[test]
fn quick_filters_fit_their_kind_of_record() {
    let schema = workspace();
    let names = |entity: &str| {
        quick(schema.entity(entity).unwrap(), &schema).iter().map(|quick| quick.name).collect::<Vec<_>>()
    };
    assert_eq!(names("deal"), ["mine", "my_team", "open", "overdue_touch", "no_next_step", "rotting"]);
    assert_eq!(names("task"), ["mine", "my_team", "open", "overdue"]);
    assert_eq!(names("rate"), Vec::<&str>::new());
    for entity in &schema.entities {
        for one in quick(entity, &schema) {
            let json = Filter::of(vec![one.part.clone()]).to_json(entity);
            assert_eq!(Filter::of_condition(&json, entity), Filter::of(vec![one.part]));
        }
    }
}
