//! Whatever stands in an address as a condition is a filter or a problem, and a filter says what its condition says.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::Filter;
use crate::expr::properties::{any_expr, any_value};
use crate::expr::{Expr, cases, check};

/// Conditions as somebody builds them, of every field and operator.
fn built() -> Vec<Json> {
    let schema = cases::schema();
    let entity = cases::entity(&schema);
    let rules = entity.fields.iter().flat_map(|field| {
        let operators = field.kind.behaviour().operators().iter();
        operators.map(|operator| {
            super::Rule::new(&field.id, *operator, super::tests::sample(field, *operator, &schema))
        })
    });
    rules.filter_map(|rule| rule.to_json(entity)).collect()
}

/// Rules and groups of them, with something odd in between.
fn any_condition() -> impl Strategy<Value = Json> {
    let rule = prop_oneof![6 => prop::sample::select(built()), 1 => any_expr()];
    rule.prop_recursive(3, 16, 4, |inner| {
        let join = prop::sample::select(vec!["and", "or", "not"]);
        (join, prop::collection::vec(inner, 0..4))
            .prop_map(|(join, parts)| Json::Array(std::iter::once(json!(join)).chain(parts).collect()))
    })
}

/// Puts something else into the place that is met at `at`, counted through the whole condition.
fn change(json: &mut Json, at: &mut usize, with: &Json) {
    if *at == 0 {
        *json = with.clone();
    }
    *at = at.wrapping_sub(1);
    if let Json::Array(parts) = json {
        parts.iter_mut().for_each(|part| change(part, at, with));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_condition_is_a_filter_that_says_the_same(
        condition in any_condition(),
        changed in prop::option::of((0_usize..30, any_expr())),
        value in any_value(),
    ) {
        let schema = cases::schema();
        let entity = cases::entity(&schema);
        let mut condition = condition;
        if let Some((mut at, with)) = changed {
            change(&mut condition, &mut at, &with);
        }
        let Ok(filter) = Filter::read(&condition.to_string(), entity, &schema) else { return Ok(()) };
        let again = filter.to_json(entity);
        // What is read again may be said in fewer words, and still says the same.
        let reread = Filter::read(&again.to_string(), entity, &schema).map(|filter| filter.to_json(entity));
        prop_assert!(reread.is_ok(), "{} {:?}", again, reread);
        let holds = |json: &Json| {
            let checked = check(&Expr::parse(json).unwrap(), entity, &schema).unwrap();
            checked.holds(&|_: &str| value.clone(), &cases::env())
        };
        prop_assert_eq!(holds(&again), holds(&condition), "{} {}", condition, again);
        prop_assert_eq!(reread.map(|json| holds(&json)), Ok(holds(&condition)), "{} {}", condition, again);
    }

    #[test]
    fn what_somebody_builds_is_read_back_from_the_address_as_it_was(
        any in any::<bool>(),
        parts in prop::collection::vec(prop_oneof![
            2 => prop::sample::select(built()),
            1 => (any::<bool>(), prop::collection::vec(prop::sample::select(built()), 2..4)).prop_map(|(any, rules)| {
                Json::Array(std::iter::once(json!(if any { "or" } else { "and" })).chain(rules).collect())
            }),
        ], 2..6),
    ) {
        let schema = cases::schema();
        let entity = cases::entity(&schema);
        let written = std::iter::once(json!(if any { "or" } else { "and" })).chain(parts).collect();
        let written = Json::Array(written).to_string();
        let filter = Filter::read(&written, entity, &schema);
        prop_assert!(filter.is_ok(), "{} {:?}", written, filter);
        let printed = filter.map(|filter| filter.to_json(entity).to_string());
        prop_assert_eq!(printed, Ok(written));
    }

    #[test]
    fn whatever_stands_in_the_address_is_a_filter_or_a_problem(
        text in prop_oneof![
            any::<String>(),
            "[\\[\\]{}\",a-z0-9 =<>.-]{0,80}",
            (0_usize..3000, "[\\[{\"]{1,2}").prop_map(|(depth, open)| open.repeat(depth)),
        ],
    ) {
        let schema = cases::schema();
        if let Err(problems) = Filter::read(&text, cases::entity(&schema), &schema) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_text_that_was_cut_or_bent_never_breaks_it(
        condition in any_condition(),
        at in any::<prop::sample::Index>(),
        with in any::<Option<char>>(),
    ) {
        let schema = cases::schema();
        let entity = cases::entity(&schema);
        let text = condition.to_string();
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.index(letters.len());
        match with {
            Some(with) => letters[at] = with,
            None => letters.truncate(at),
        }
        let bent: String = letters.into_iter().collect();
        if let Err(problems) = Filter::read(&bent, entity, &schema) {
            prop_assert!(!problems.is_empty());
        }
    }
}
