//! Touches that came to nothing, one after the other.

/// The third in a row is worth a word: it may be time for another way, or for somebody else.
pub const MANY_FRUITLESS: usize = 3;

/// Outcomes of a touch that came to nothing.
const FRUITLESS: [&str; 2] = ["no_answer", "no_progress"];

/// Whether a touch with this outcome came to nothing.
#[must_use]
pub fn is_fruitless(outcome: &str) -> bool {
    FRUITLESS.contains(&outcome)
}

/// How many of the last touches came to nothing. Outcomes come newest first; where none was said, the row ends, since
/// nobody said that it came to nothing.
#[must_use]
pub fn fruitless_in_a_row<'o>(outcomes: impl IntoIterator<Item = Option<&'o str>>) -> usize {
    outcomes.into_iter().take_while(|outcome| outcome.is_some_and(is_fruitless)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_after_the_last_that_bore_fruit_count() {
        let (none, no_answer, no_progress, progress) =
            (None, Some("no_answer"), Some("no_progress"), Some("progress"));
        for (newest_first, count) in [
            (&[][..], 0),
            (&[no_answer], 1),
            (&[no_answer, no_progress, no_answer], 3),
            (&[no_answer, progress, no_answer], 1),
            (&[progress, no_answer, no_answer], 0),
            (&[no_progress, none, no_answer], 1),
            (&[Some("rang"), no_answer], 0),
        ] {
            assert_eq!(fruitless_in_a_row(newest_first.iter().copied()), count, "{newest_first:?}");
        }
    }
}
