//! Whatever arrives, the language answers and never breaks.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::tree::Op;
use super::{Expr, cases, check, check_value};
use crate::value::{Decimal, Value};

fn any_literal() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (-100_i64..100).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "-?[0-9]{1,17}(\\.[0-9]{1,7})?".prop_map(Json::from),
        prop::sample::select(vec![
            "2026-05-01",
            "2026-05-01T04:00:00Z",
            "0190a000-0000-7000-8000-0000000000aa",
            ""
        ])
        .prop_map(Json::from),
    ]
}

/// Anything, but often enough something that makes sense.
pub(crate) fn any_expr() -> impl Strategy<Value = Json> {
    let fields = vec![
        "name", "grade", "count", "weight", "ratio", "amount", "day", "at", "next", "owner", "nope", "Name",
        "vip", "tags", "colors", "industry", "place", "share",
    ];
    let leaf = prop_oneof![
        2 => any_literal(),
        5 => prop::sample::select(fields).prop_map(|id| json!(["field", id])),
        1 => prop::sample::select(vec!["today", "now", "me"]).prop_map(|name| json!([name])),
    ];
    leaf.prop_recursive(6, 60, 3, |inner| {
        let names = Op::TABLE.map(|(_, name, arity)| (name, arity)).to_vec();
        let call = (prop::sample::select(names), prop::collection::vec(inner.clone(), 3)).prop_map(|((name, arity), args)| {
            let args = args.into_iter().take(arity.unwrap_or(2));
            Json::Array(std::iter::once(json!(name)).chain(args).collect())
        });
        prop_oneof![
            8 => call,
            1 => (inner.clone(), prop::collection::vec(any_literal(), 0..4)).prop_map(|(operand, items)| json!(["in", operand, items])),
            1 => (inner.clone(), prop::collection::vec(any_literal(), 0..4)).prop_map(|(operand, items)| json!(["has_any", operand, items])),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            1 => inner.prop_map(|inner| json!({"field": inner})),
        ]
    })
}

/// Also what no field would let in.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Bool),
        prop::collection::vec(any::<String>(), 0..3).prop_map(Value::List),
        (any::<i64>(), prop::sample::select(vec![0_u32, 3, 6]))
            .prop_map(|(units, scale)| Value::Decimal(Decimal { units, scale })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_the_language(json in any_expr(), value in any_value()) {
        let schema = cases::schema();
        let entity = cases::entity(&schema);
        let Ok(expr) = Expr::parse(&json) else { return Ok(()) };
        prop_assert_eq!(Expr::parse(&expr.to_json()), Ok(expr.clone()));
        let get = |_: &str| value.clone();
        match check(&expr, entity, &schema) {
            Ok(checked) => {
                let _ = checked.holds(&get, &cases::env());
            }
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
        match check_value(&expr, entity, &schema) {
            Ok(checked) => {
                let _ = checked.evaluate(&get, &cases::env());
            }
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }
}
