//! When a command has to make way for those behind it, because the server makes the same mistake with it each time.

use domain::ids::Id;
use domain::time::Instant;

/// How often a command may meet the server's own mistake.
const ENOUGH: u32 = 5;
/// And for how long at least: a trouble of a moment is nobody's command.
const LONG_ENOUGH_MS: i64 = 10_000;

/// The faults of the command at the head, since another one was there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    command: Id,
    count: u32,
    since: Instant,
}

impl Faults {
    /// One more, after what was counted before.
    pub fn one_more(before: Option<Self>, command: Id, now: Instant) -> Self {
        match before {
            Some(before) if before.command == command => Self { count: before.count + 1, ..before },
            _ => Self { command, count: 1, since: now },
        }
    }

    pub fn are_enough(self, now: Instant) -> bool {
        self.count >= ENOUGH && now.unix_ms() - self.since.unix_ms() >= LONG_ENOUGH_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_makes_way_after_several_faults_over_some_time() {
        let at = |ms: i64| Instant::from_unix_ms(ms).expect("a time");
        let (first, second) = (Id::v7(1, &[0; 10]), Id::v7(2, &[0; 10]));
        let counted = |command: Id, times: &[i64]| {
            times.iter().fold(None, |before, ms| Some(Faults::one_more(before, command, at(*ms))))
        };

        let slowly = counted(first, &[0, 1_000, 3_000, 7_000, 15_000]).expect("counted");
        assert!(slowly.are_enough(at(15_000)));
        let seldom = counted(first, &[0, 1_000, 3_000, 60_000]).expect("counted");
        assert!(!seldom.are_enough(at(60_000)), "four are not enough");
        let hastily = counted(first, &[0, 1, 2, 3, 4, 5]).expect("counted");
        assert!(!hastily.are_enough(at(5)), "a moment is not long enough");
        let other = Faults::one_more(Some(slowly), second, at(15_000));
        assert!(!other.are_enough(at(60_000)), "each command has its own count");
    }
}
