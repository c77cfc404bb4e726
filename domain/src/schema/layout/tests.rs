//! Which fields stand where, for layouts of every age; and what holds for any layout that is accepted.

use proptest::prelude::*;

use super::*;
use crate::fields::FieldKind;
use crate::schema::change::{DefinitionChange, apply};
use crate::schema::{Schema, builtin};
use crate::time::UtcOnly;

fn ids(fields: &[&Field]) -> Vec<String> {
    fields.iter().map(|field| field.id.clone()).collect()
}

fn strings(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn entity(id: &str) -> Entity {
    builtin::of_tests("UTC", "CNY").entity(id).unwrap().clone()
}

fn section(id: &str, fields: &[&str]) -> Section {
    Section { id: id.to_owned(), label: Label::new(id, id), fields: strings(fields) }
}

fn custom(id: &str) -> Field {
    Field {
        id: id.to_owned(),
        label: Label::new("栏", "Field"),
        kind: FieldKind::text(40),
        required: false,
        personal: false,
        system: false,
        custom: true,
        retired: false,
    }
}

/// What stands on the form at once, part by part.
fn at_once(entity: &Entity) -> Vec<Vec<String>> {
    let open = |part: Part<'_>| {
        let fields = part.fields.into_iter().filter(|field| entity.stands_at_once(field));
        fields.map(|field| field.id.clone()).collect()
    };
    entity.form_parts().into_iter().map(open).collect()
}

fn on_page(entity: &Entity) -> Vec<String> {
    entity.page_parts().iter().flat_map(|part| ids(&part.fields)).collect()
}

#[test]
fn without_anybody_arranging_the_first_fields_stand_at_once_with_those_of_ones_own() {
    let mut account = entity("account");
    account.fields.push(custom("f_size"));
    let first = ["name", "grade", "status", "industry", "source", "phone", "f_size"];
    assert_eq!(at_once(&account), [strings(&first)]);
    // The rest follows under "more", and none is missing.
    assert_eq!(ids(&account.form_parts()[0].fields), ids(&account.form_fields()));
    let page = on_page(&account);
    assert_eq!(page.first().map(String::as_str), Some("grade"), "its name is its title");
    assert_eq!(page.last().map(String::as_str), Some("created_at"), "what the system keeps stands last");
    for elsewhere in ["name", "next_touch", "updated_at", "created_by"] {
        assert!(!page.contains(&elsewhere.to_owned()), "{elsewhere}");
    }
}

#[test]
fn an_order_from_before_there_were_sections_is_a_layout() {
    let mut account = entity("account");
    account.layout = strings(&["phone", "name", "website"]);
    account.fields.push(custom("f_size"));
    assert_eq!(at_once(&account), [strings(&["phone", "name", "website", "f_size"])]);
    assert_eq!(ids(&account.form_parts()[0].fields)[..4], strings(&["phone", "name", "website", "grade"]));
}

#[test]
fn sections_keep_their_fields_and_new_fields_go_to_the_end() {
    let mut account = entity("account");
    account.layout = strings(&["name", "phone"]);
    account.sections = vec![section("s_empty", &[]), section("s_money", &["revenue", "grade"])];
    account.more = strings(&["grade"]);
    account.hidden = strings(&["website", "created_at"]);
    account.fields.push(custom("f_size"));
    assert_eq!(at_once(&account), [strings(&["name", "phone"]), strings(&["revenue", "f_size"])]);
    let parts = account.parts();
    let names: Vec<_> = parts.iter().map(|part| part.section.map(|section| section.id.as_str())).collect();
    assert_eq!(names, [None, Some("s_empty"), Some("s_money")], "an administrator sees empty ones too");
    assert_eq!(account.page_parts().len(), 2, "nobody else does");
    assert_eq!(ids(&account.hidden_fields()), ["website", "created_at"]);
    let page = on_page(&account);
    assert!(!page.contains(&"website".to_owned()) && !page.contains(&"created_at".to_owned()));
    assert!(page.contains(&"grade".to_owned()), "under \"more\" is a matter of forms");
    // Lists, imports and exports know what is hidden.
    assert!(ids(&account.form_fields()).contains(&"website".to_owned()));
}

#[test]
fn a_required_field_stands_and_goes_back_when_it_no_longer_is() {
    let mut account = entity("account");
    account.layout = strings(&["name"]);
    account.more = strings(&["phone"]);
    account.hidden = strings(&["website"]);
    for field in ["phone", "website"] {
        assert!(!at_once(&account)[0].contains(&field.to_owned()), "{field}");
        let place = account.fields.iter().position(|known| known.id == field).unwrap();
        account.fields[place].required = true;
        assert!(at_once(&account)[0].contains(&field.to_owned()), "{field}");
        account.fields[place].required = false;
        assert!(!at_once(&account)[0].contains(&field.to_owned()), "{field}");
    }
}

#[test]
fn what_a_lead_became_is_placed_by_nobody() {
    let mut lead = entity("lead");
    lead.layout = strings(&["account", "name"]);
    assert_eq!(ids(&lead.unplaced_fields()), ["account", "contact", "deal"]);
    let told = ids(&lead.form_parts()[0].fields);
    assert!(["account", "contact", "deal"].iter().all(|field| !told.contains(&(*field).to_owned())));
    assert!(entity("account").unplaced_fields().is_empty());
}

/// A layout of ids that are mostly there, and sometimes none or twice.
fn any_layout() -> impl Strategy<Value = DefinitionChange> {
    let mut known: Vec<String> = entity("account").fields.iter().map(|field| field.id.clone()).collect();
    known.push("nothing".to_owned());
    let count = known.len();
    let shuffled = Just(known).prop_shuffle();
    let cuts = prop::collection::vec(0..=count, 4);
    let strays =
        prop::collection::vec(prop::sample::select(vec!["name", "phone", "website", "nothing"]), 0..3);
    (shuffled, cuts, strays, 0_usize..3, prop::bool::weighted(0.2)).prop_map(
        |(known, mut cuts, strays, sections, twice)| {
            cuts.sort_unstable();
            let part = |from: usize, to: usize| known[from..to].to_vec();
            let mut layout = part(0, cuts[0]);
            if twice {
                layout.extend(strays.iter().map(|id| (*id).to_owned()));
            }
            let sections = (0..sections)
                .map(|at| Section {
                    id: format!("s_{at}"),
                    label: Label::new("节", "Part"),
                    fields: if at == 0 { part(cuts[0], cuts[1]) } else { Vec::new() },
                })
                .collect();
            let (more, hidden) = (part(cuts[1], cuts[2]), part(cuts[2], cuts[3]));
            DefinitionChange::ArrangeFields { entity: "account".to_owned(), layout, sections, more, hidden }
        },
    )
}

fn all_ids(parts: &[Part<'_>]) -> Vec<String> {
    parts.iter().flat_map(|part| ids(&part.fields)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_layout_is_refused_by_name_or_loses_no_field(change in any_layout()) {
        let schema = builtin::of_tests("UTC", "CNY");
        match apply(&schema, &change, &UtcOnly) {
            Err(problems) => {
                let named = ["layout", "sections", "more", "hidden"].map(Some);
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(named.contains(&problem.field.as_deref()) && problem.args.contains_key("field"), "{problem:?}");
                }
            }
            Ok((changed, inverse)) => {
                let account = changed.entity("account").unwrap();
                let mut told = all_ids(&account.parts());
                told.extend(ids(&account.hidden_fields()));
                told.sort();
                let mut known: Vec<String> =
                    account.fields.iter().filter(|field| account.may_place(field)).map(|field| field.id.clone()).collect();
                known.sort();
                prop_assert_eq!(told, known, "each field has one place");
                for field in account.fields.iter().filter(|field| field.required) {
                    prop_assert!(account.stands_at_once(field) && !account.hides(&field.id));
                }
                let (back, _) = apply(&changed, &inverse, &UtcOnly).unwrap();
                prop_assert_eq!(Schema { revision: 1, ..back }, schema);
            }
        }
    }

    #[test]
    fn whatever_is_stored_draws_a_form(
        layout in prop::collection::vec("[a-z_]{0,9}", 0..4),
        fields in prop::collection::vec(prop::sample::select(vec!["name", "phone", "phone", "deal", ""]), 0..4),
    ) {
        let mut account = entity("account");
        account.sections = vec![section("s_a", &fields), section("s_a", &fields)];
        account.more = layout.clone();
        account.hidden = fields.iter().map(|id| (*id).to_owned()).collect();
        account.layout = layout;
        let told = all_ids(&account.form_parts());
        prop_assert!(told.contains(&"name".to_owned()));
        prop_assert!(told.contains(&"website".to_owned()));
    }
}
