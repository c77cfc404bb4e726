use proptest::prelude::*;

use super::*;
use crate::expr::{self, Expr};
use crate::schema::Label;
use crate::schema::builtin::of_tests;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn stage(status: StageStatus, probability: u8) -> Stage {
    Stage::new("s", Label::new("阶段", "Stage"), status, probability)
}

#[test]
fn a_month_and_a_quarter_hold_their_day_and_end_with_the_calendar() {
    for (today, month, quarter) in [
        ("2026-01-01", ("2026-01-01", "2026-01-31"), ("2026-01-01", "2026-03-31")),
        ("2026-11-28", ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-12-31")),
        ("2024-02-29", ("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-03-31")),
        ("2100-02-28", ("2100-02-01", "2100-02-28"), ("2100-01-01", "2100-03-31")),
        ("2026-12-31", ("2026-12-01", "2026-12-31"), ("2026-10-01", "2026-12-31")),
        ("2200-12-31", ("2200-12-01", "2200-12-31"), ("2200-10-01", "2200-12-31")),
        ("1900-01-01", ("1900-01-01", "1900-01-31"), ("1900-01-01", "1900-03-31")),
    ] {
        let span = |(from, to): (&str, &str)| Span { from: day(from), to: day(to) };
        assert_eq!(Span::month(day(today)), span(month), "{today}");
        assert_eq!(Span::quarter(day(today)), span(quarter), "{today}");
    }
}

#[test]
fn history_begins_twelve_months_ago() {
    for (today, from) in [
        ("2026-11-28", "2025-11-28"),
        ("2024-02-29", "2023-02-28"),
        ("2025-02-28", "2024-02-28"),
        ("1901-01-01", "1900-01-01"),
        ("1900-05-01", "1900-05-01"),
    ] {
        assert_eq!(history_from(day(today)), day(from), "{today}");
    }
}

#[test]
fn a_share_is_told_of_enough_decided_deals_only() {
    for (reached, won, lost, share) in [
        (0, 0, 0, None),
        (900, 9, 0, None),
        (900, 4, 5, None),
        (10, 0, 10, Some(0)),
        (10, 10, 0, Some(10_000)),
        (40, 1, 11, Some(833)),
        (40, 5, 11, Some(3_125)),
        // Half a hundredth goes up.
        (800, 1, 799, Some(13)),
    ] {
        assert_eq!(History { reached, won, lost }.share(), share, "{won} of {}", won + lost);
    }
}

#[test]
fn what_is_won_counts_whole_and_what_is_open_by_each_probability() {
    let part = |count, sum, own, by_own, rest| Part { count, sum, own, by_own, rest };
    let mut outlook = Outlook::default();
    // A won stage brings what it brings, whatever probability it was given.
    outlook.add(&stage(StageStatus::Won, 90), None, &part(2, 1_000, 1, 0, 0));
    outlook.add(&stage(StageStatus::Lost, 5), None, &part(7, 9_999, 0, 0, 9_999));
    assert_eq!((outlook.won, outlook.open, outlook.by_history()), (2, 0, Some(1_000)));
    // Two deals: 101 by the rep's 50 percent, 202 by the stage's 30.
    outlook.add(&stage(StageStatus::Open, 30), Some(2_500), &part(2, 303, 1, 101 * 50, 202));
    // 1,000 + 90.9, 1,000 + 50.5 + 60.6, 1,000 + 75.75.
    assert_eq!((outlook.by_stage(), outlook.by_own(), outlook.by_history()), (1_091, 1_111, Some(1_076)));
    outlook.add(&stage(StageStatus::Open, 10), None, &part(1, 500, 0, 0, 500));
    assert_eq!((outlook.unseen, outlook.unseen_sum, outlook.own), (1, 500, 1));
    assert_eq!((outlook.by_stage(), outlook.by_history()), (1_141, Some(1_076)));

    let mut unknown = Outlook::default();
    unknown.add(&stage(StageStatus::Won, 100), None, &part(1, 50, 0, 0, 50));
    unknown.add(&stage(StageStatus::Open, 10), None, &part(1, 500, 0, 0, 500));
    assert_eq!(unknown.by_history(), None);
}

#[test]
fn halves_are_rounded_away_from_zero_and_only_at_the_end() {
    for (sum, expected) in [(5, 1), (4, 0), (-5, -1), (-4, 0), (15, 2), (-15, -2)] {
        let mut outlook = Outlook::default();
        outlook.add(
            &stage(StageStatus::Open, 10),
            None,
            &Part { count: 1, sum, rest: sum, ..Part::default() },
        );
        assert_eq!((outlook.by_stage(), outlook.by_own()), (expected, expected), "{sum}");
    }
    // Four times 0.4 is 1.6, and not four times nothing.
    let mut outlook = Outlook::default();
    for _ in 0..4 {
        outlook.add(
            &stage(StageStatus::Open, 10),
            None,
            &Part { count: 1, sum: 4, rest: 4, ..Part::default() },
        );
    }
    assert_eq!(outlook.by_stage(), 2);
}

#[test]
fn the_conditions_are_conditions_and_name_the_stages() {
    let schema = of_tests("UTC", "CNY");
    let (deal, pipeline) = (schema.entity("deal").unwrap(), &schema.pipelines[0]);
    assert_eq!(counted(pipeline), ["first_contact", "needs", "proposal", "negotiation", "signed"]);
    assert_eq!(open(pipeline), ["first_contact", "needs", "proposal", "negotiation"]);
    let span = Span::month(day("2026-11-28"));
    for condition in closing(&counted(pipeline), span).into_iter().chain(undated(&open(pipeline))) {
        let parsed = Expr::parse(&condition).unwrap();
        assert!(expr::check(&parsed, deal, &schema).is_ok(), "{condition}");
        // A person reads it as a filter, and can take it apart.
        let filter = crate::filter::Filter::read(&condition.to_string(), deal, &schema).unwrap();
        assert!(
            filter.parts.iter().all(|part| matches!(part, crate::filter::Part::Rule(_))),
            "{condition}: {filter:?}"
        );
    }
}

proptest! {
    /// Adding up stage by stage, in any pieces, is weighing deal by deal and rounding once.
    #[test]
    fn any_pieces_add_up_to_the_same(
        deals in prop::collection::vec(
            (0..3_usize, -9_007_199_254_740_991_i64..=9_007_199_254_740_991, prop::option::of(0..=100_u8)), 0..40,
        ),
    ) {
        let stages = [
            (stage(StageStatus::Open, 33), Some(1_234_u16)),
            (stage(StageStatus::Open, 75), Some(9_999)),
            (stage(StageStatus::Won, 100), None),
        ];
        let part_of = |deals: &[&(usize, i64, Option<u8>)]| {
            let mut part = Part::default();
            for (_, amount, own) in deals {
                let amount = i128::from(*amount);
                part.count += 1;
                part.sum += amount;
                match own {
                    Some(own) => {
                        part.own += 1;
                        part.by_own += amount * i128::from(*own);
                    }
                    None => part.rest += amount,
                }
            }
            part
        };
        let (mut whole, mut single) = (Outlook::default(), Outlook::default());
        let mut plain = [0_i128; 3];
        for (at, (stage, share)) in stages.iter().enumerate() {
            let of_stage: Vec<_> = deals.iter().filter(|deal| deal.0 == at).collect();
            whole.add(stage, *share, &part_of(&of_stage));
            for deal in of_stage {
                single.add(stage, *share, &part_of(&[deal]));
                let amount = i128::from(deal.1);
                let own = deal.2.unwrap_or(stage.probability);
                let won = stage.status == StageStatus::Won;
                let weights = [
                    i128::from(stage.probability) * 100,
                    if won { 10_000 } else { i128::from(own) * 100 },
                    share.map_or(10_000, i128::from),
                ];
                for (sum, weight) in plain.iter_mut().zip(weights) {
                    *sum += amount * weight;
                }
            }
        }
        prop_assert_eq!(whole, single);
        let rounded = plain.map(|sum| (sum.abs() + 5_000) / 10_000 * sum.signum());
        prop_assert_eq!([whole.by_stage(), whole.by_own(), whole.by_history().unwrap_or_default()], rounded);
    }

    #[test]
    fn a_quarter_is_three_months_and_a_span_holds_its_day(days in 0..109_000_i64) {
        let day = day("1900-01-01").plus_days(days);
        let (month, quarter) = (Span::month(day), Span::quarter(day));
        prop_assert!((month.from..=month.to).contains(&day));
        prop_assert!(quarter.from <= month.from && month.to <= quarter.to);
        prop_assert!((89..=91).contains(&quarter.to.days_since(quarter.from)));
    }
}
