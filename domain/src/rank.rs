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
        (Some(before), Some(after)) => FractionalIndex::new_between(&read(before)?, &read(after)?)?,
    };
    Some(rank.to_string())
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
    use super::*;

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
}
