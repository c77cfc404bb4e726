//! Many changes, few messages: the first is told at once, those that follow within a moment as one.

/// Between two messages to the same sockets, in milliseconds.
pub const PAUSE_MS: i64 = 300;
/// A wait that has not ended after so long was cut off with whoever waited; the next change does not rely on it.
const CUT_OFF_MS: i64 = 5_000;

/// What is to be done about a change that was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is known, or somebody waits already and will tell it.
    Nothing,
    /// How far to say the log has come, now.
    Tell(u64),
    /// To ask [`Coalesce::waited`] after so many milliseconds.
    Wait(u64),
}

/// How far the log has come, as far as it was heard and told. Forgotten whenever the object sleeps: what was told before
/// may then be told once more, which does no harm.
#[derive(Debug, Default)]
pub struct Coalesce {
    heard: u64,
    told: u64,
    told_at: i64,
    waits_since: Option<i64>,
}

impl Coalesce {
    /// How far the log is known to have come; 0 when nothing is known.
    #[must_use]
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Hears how far the log has come, at `now` in unix milliseconds. News of two changes may overtake each other.
    pub fn hear(&mut self, seq: u64, now: i64) -> Step {
        if seq <= self.heard {
            return Step::Nothing;
        }
        self.heard = seq;
        if self.waits_since.is_some_and(|since| (0..CUT_OFF_MS).contains(&(now - since))) {
            return Step::Nothing;
        }
        match self.told_at + PAUSE_MS - now {
            pause @ 1..=PAUSE_MS => {
                self.waits_since = Some(now);
                Step::Wait(pause.unsigned_abs())
            }
            _ => Step::Tell(self.tell(now)),
        }
    }

    /// After a wait: what is to be told, unless that has happened meanwhile.
    pub fn waited(&mut self, now: i64) -> Option<u64> {
        self.waits_since = None;
        (self.heard > self.told).then(|| self.tell(now))
    }

    fn tell(&mut self, now: i64) -> u64 {
        self.waits_since = None;
        self.told = self.heard;
        self.told_at = now;
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_790_000_000_000;

    #[test]
    fn the_first_change_is_told_at_once_and_those_after_it_as_one() {
        let mut live = Coalesce::default();
        assert_eq!(live.hear(7, NOON), Step::Tell(7));
        assert_eq!(live.hear(8, NOON + 100), Step::Wait(200));
        assert_eq!(live.hear(9, NOON + 120), Step::Nothing);
        assert_eq!(live.hear(12, NOON + 180), Step::Nothing);
        assert_eq!(live.waited(NOON + 300), Some(12));
        assert_eq!(live.waited(NOON + 301), None);
        assert_eq!(live.hear(13, NOON + 400), Step::Wait(200));
        assert_eq!(live.waited(NOON + 600), Some(13));
        assert_eq!(live.hear(14, NOON + 5_000), Step::Tell(14));
    }

    #[test]
    fn what_is_known_or_comes_late_is_told_once() {
        let mut live = Coalesce::default();
        assert_eq!(live.hear(0, NOON), Step::Nothing);
        assert_eq!(live.hear(9, NOON), Step::Tell(9));
        assert_eq!(live.hear(8, NOON + 1_000), Step::Nothing);
        assert_eq!(live.hear(9, NOON + 1_000), Step::Nothing);
        assert_eq!(live.heard(), 9);
    }

    #[test]
    fn a_wait_that_was_cut_off_holds_nothing_up() {
        let mut live = Coalesce::default();
        assert_eq!(live.hear(1, NOON), Step::Tell(1));
        assert_eq!(live.hear(2, NOON + 10), Step::Wait(290));
        assert_eq!(live.hear(3, NOON + 4_000), Step::Nothing);
        assert_eq!(live.hear(4, NOON + 6_000), Step::Tell(4));
        assert_eq!(live.waited(NOON + 6_001), None);
    }

    #[test]
    fn a_clock_that_went_back_delays_nothing_for_long() {
        let mut live = Coalesce::default();
        assert_eq!(live.hear(1, NOON), Step::Tell(1));
        assert_eq!(live.hear(2, NOON - 60_000), Step::Tell(2));
    }

    /// A thousand changes within three seconds: every socket hears of at most one in each pause, and of the last.
    #[test]
    fn a_storm_is_told_in_few_messages() {
        let (mut live, mut told, mut due) = (Coalesce::default(), Vec::new(), None);
        for at in 0..3_000_i64 {
            let now = NOON + at;
            if due.is_some_and(|due| due <= now) {
                due = None;
                told.extend(live.waited(now));
            }
            if at % 3 == 0 {
                match live.hear(at.unsigned_abs() / 3 + 1, now) {
                    Step::Tell(seq) => told.push(seq),
                    Step::Wait(ms) => due = Some(now + ms.cast_signed()),
                    Step::Nothing => {}
                }
            }
        }
        told.extend(live.waited(NOON + 3_300));
        assert!(told.len() <= 11, "{told:?}");
        assert!(told.is_sorted() && told.last() == Some(&1_000), "{told:?}");
    }
}
