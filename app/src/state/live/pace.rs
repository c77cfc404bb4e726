//! How often it is asked, so that many devices that hear of one change do not all ask in the same moment, and one that
//! hears of many does not ask for each.

/// From hearing of a change to asking what it was: at least, and so much more by chance.
const FIRST_MS: f64 = 100.0;
const SPREAD_MS: f64 = 400.0;
/// Between two questions: at first, and at most while one change follows another.
const GAP_MS: f64 = 1_500.0;
const LONGEST_GAP_MS: f64 = 15_000.0;

/// When the next question may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// When the last one was asked, in milliseconds by any clock.
    last: f64,
    gap: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { last: f64::NEG_INFINITY, gap: GAP_MS }
    }
}

impl Pace {
    /// How long to wait with a question that comes up now; `dice` lies between 0 and 1.
    pub fn wait(&self, now: f64, dice: f64) -> i32 {
        let early = FIRST_MS + dice * SPREAD_MS;
        whole((self.last + self.gap - now).clamp(early, LONGEST_GAP_MS))
    }

    /// A question is asked. Where questions follow each other as fast as they may, they may less often.
    pub fn looks(&mut self, now: f64) {
        let quiet = now - self.last >= self.gap * 2.0;
        self.gap = if quiet { GAP_MS } else { (self.gap * 2.0).min(LONGEST_GAP_MS) };
        self.last = now;
    }
}

const SHORTEST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 30_000.0;

/// How long to wait before a line that broke is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    next: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: SHORTEST_PAUSE_MS }
    }
}

impl Backoff {
    /// The next pause: each at most twice the one before, and some part of that by chance.
    pub fn next(&mut self, dice: f64) -> i32 {
        let pause = self.next;
        self.next = (pause * 2.0).min(LONGEST_PAUSE_MS);
        whole(pause * (0.5 + dice * 0.5))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of less than a minute")]
fn whole(ms: f64) -> i32 {
    ms.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_change_is_asked_about_soon_and_not_by_all_at_once() {
        let pace = Pace::default();
        let waits = [0.0, 0.5, 1.0].map(|dice| pace.wait(1e12, dice));
        assert_eq!(waits, [100, 300, 500]);
    }

    #[test]
    fn changes_that_follow_each_other_are_asked_about_less_and_less_often() {
        let (mut pace, mut now, mut gaps) = (Pace::default(), 1e12, Vec::new());
        for _ in 0..8 {
            let wait = pace.wait(now, 0.0);
            gaps.push(wait);
            now += f64::from(wait);
            pace.looks(now);
        }
        assert_eq!(gaps, [100, 1_500, 3_000, 6_000, 12_000, 15_000, 15_000, 15_000]);
        // After a quiet while the next one is soon seen again.
        now += 31_000.0;
        assert_eq!(pace.wait(now, 0.0), 100);
        pace.looks(now);
        assert_eq!(pace.wait(now + 100.0, 0.0), 1_400);
    }

    #[test]
    fn a_change_now_and_then_is_seen_soon_every_time() {
        let (mut pace, mut now) = (Pace::default(), 1e12);
        for _ in 0..20 {
            assert_eq!(pace.wait(now, 0.0), 100);
            pace.looks(now);
            now += 10_000.0;
        }
    }

    #[test]
    fn a_clock_that_goes_back_makes_nobody_wait_for_ever() {
        let mut pace = Pace::default();
        pace.looks(1e12);
        assert_eq!(pace.wait(1e12 - 1e9, 0.0), 15_000);
    }

    #[test]
    fn a_broken_line_is_tried_again_later_and_later() {
        let mut backoff = Backoff::default();
        let pauses: Vec<i32> = (0..7).map(|_| backoff.next(1.0)).collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(Backoff::default().next(0.0), 500);
    }
}
