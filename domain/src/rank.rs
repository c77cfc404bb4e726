//! Where a record stands in an order kept by hand: a text between its neighbours', so that moving one record
//! writes one row.

use fractional_index::FractionalIndex;

use crate::ids::Id;
use crate::time::Instant;

/// A rank between two neighbours; `None` stands for the open end. `None` when the neighbours are not ranks
/// or not in order.
#[must_use]
pub fn between(before: Option<&str>, after: Option<&str>) -> Option<String> {
    let read = |text: &str| FractionalIndex::from_string(text).ok();
    let rank = match (before, after) {
        (None, None) => FractionalIndex::default(),
        (Some(before), None) => FractionalIndex::new_after(&read(before)?),
        (None, Some(after)) => FractionalIndex::new_before(&read(after)?),
        (Some(before), Some(after)) => return inside(&read(before)?, &read(after)?),
    };
    Some(rank.to_string())
}

/// `FractionalIndex::new_between` 2.0.2 subtracts one from every byte of the upper bound, also from a zero byte that
/// both bounds share: it panics in debug builds and answers out of order in optimised ones. What they share is set
/// aside, so that the first byte it looks at is where they differ.
fn inside(before: &FractionalIndex, after: &FractionalIndex) -> Option<String> {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    // The last byte ends a rank; the shorter one keeps it.
    let most = before.len().min(after.len()) - 1;
    let shared = before.iter().zip(after).take(most).take_while(|(before, after)| before == after).count();
    let rest = |bytes: &[u8]| FractionalIndex::from_bytes(bytes[shared..].to_vec()).ok();
    let (low, high) = (rest(before)?, rest(after)?);
    let tail = if low < high { FractionalIndex::new_between(&low, &high)? } else { return None };
    let text: String = before[..shared].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(text + &tail.to_string())
}

/// The rank of a new record: before everything made earlier, without knowing its neighbours. `tail` tells apart
/// what was made in the same millisecond.
#[must_use]
pub fn newest_first(now: Instant, id: Id) -> String {
    const HORIZON_MS: i64 = 1 << 47;
    let tail = id.named("rank").to_string();
    // Twelve hexadecimal digits of the time left, eight of the id, and the crate's terminator.
    format!("{:012x}{}80", (HORIZON_MS - now.unix_ms()).max(0), &tail[..8])
}

/// Whether a text can be a rank; at most 120 characters, so that nobody grows one without end.
#[must_use]
pub fn is_rank(text: &str) -> bool {
    text.len() <= 120 && FractionalIndex::from_string(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few different bytes, so that ranks share beginnings, zeros among them.
        #[test]
        fn between_two_ranks_there_is_always_room(
            a in prop::collection::vec(prop::sample::select(vec![0_u8, 1, 127, 128, 129, 255]), 0..6),
            b in prop::collection::vec(prop::sample::select(vec![0_u8, 1, 127, 128, 129, 255]), 0..6),
        ) {
            let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "80";
            let (a, b) = (text(&a), text(&b));
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let middle = between(Some(&low), Some(&high)).unwrap();
            prop_assert!(low < middle && middle < high, "{} {} {}", low, middle, high);
            prop_assert!(is_rank(&middle));
            prop_assert_eq!(between(Some(&high), Some(&low)), None);
            let (front, back) = (between(None, Some(&low)).unwrap(), between(Some(&high), None).unwrap());
            prop_assert!(front < low && high < back);
        }
    }

    #[test]
    fn ranks_order_as_texts() {
        let middle = between(None, None).unwrap();
        let after = between(Some(&middle), None).unwrap();
        let before = between(None, Some(&middle)).unwrap();
        let inner = between(Some(&before), Some(&middle)).unwrap();
        assert!(before < inner && inner < middle && middle < after);
        let id = Id::v7(1, &[1; 10]);
        let older = newest_first(Instant::from_unix_ms(1_700_000_000_000).unwrap(), id);
        let newer = newest_first(Instant::from_unix_ms(1_700_000_000_001).unwrap(), id);
        assert!(newer < older && is_rank(&newer));
        assert!(between(Some(&newer), Some(&older)).is_some());
        assert!(is_rank(&inner));
        assert!(!is_rank("hello"));
        assert_eq!(between(Some(&after), Some(&before)), None);
    }

    #[test]
    fn a_thousand_go_into_one_spot_from_either_side() {
        let at = Instant::from_unix_ms(1_700_000_000_000).unwrap();
        let early = newest_first(at, Id::v7(2, &[2; 10]));
        let late = newest_first(Instant::from_unix_ms(at.unix_ms() - 1).unwrap(), Id::v7(1, &[1; 10]));
        for upwards in [true, false] {
            let (mut low, mut high) = (early.clone(), late.clone());
            for turn in 0..1_000 {
                let middle = between(Some(&low), Some(&high)).unwrap();
                assert!(low < middle && middle < high && is_rank(&middle), "{turn}: {middle}");
                if upwards { low = middle } else { high = middle }
            }
        }
    }
}
