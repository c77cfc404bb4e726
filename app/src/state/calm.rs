//! How often numbers are asked for again that take the server a while: the first change at once, and while others follow
//! only so often, with a last question for what came after the one before.

/// Between two questions.
const GAP_MS: f64 = 2_000.0;

#[derive(Clone, Copy, Debug)]
pub struct Calm {
    /// When it was asked last, in milliseconds by any clock.
    last: f64,
    /// A question is already put off, and tells of everything until then.
    put_off: bool,
}

/// What becomes of a question that comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// In so many milliseconds.
    Later(i32),
    /// With the one that is put off.
    WithIt,
}

impl Default for Calm {
    fn default() -> Self {
        Self { last: f64::NEG_INFINITY, put_off: false }
    }
}

impl Calm {
    /// The same question comes up again. One that is put off comes up once more when [`Calm::is_due`].
    pub fn turn(&mut self, now: f64) -> Turn {
        let left = (self.last + GAP_MS - now).clamp(0.0, GAP_MS);
        if left == 0.0 {
            self.asks(now);
            return Turn::Now;
        }
        if self.put_off {
            return Turn::WithIt;
        }
        self.put_off = true;
        Turn::Later(whole(left))
    }

    /// It is asked now, whenever it was before.
    pub fn asks(&mut self, now: f64) {
        self.last = now;
    }

    /// The time has come for the question that was put off.
    pub fn is_due(&mut self) {
        self.put_off = false;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of a few seconds")]
fn whole(ms: f64) -> i32 {
    ms.ceil() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_follow_each_other_are_asked_about_now_and_then_and_once_more_at_the_end() {
        let (mut calm, begun) = (Calm::default(), 1e12);
        let mut asked = Vec::new();
        let mut rings = None;
        // A change every 300 ms for five seconds; the clock goes on until nothing is put off.
        for ms in (0..10_000).step_by(10).map(f64::from) {
            let now = begun + ms;
            let due = rings.take_if(|at| *at <= now).is_some();
            if due {
                calm.is_due();
            }
            if !due && (ms % 300.0 != 0.0 || ms > 5_000.0) {
                continue;
            }
            match calm.turn(now) {
                Turn::Now => asked.push(ms),
                Turn::Later(wait) => rings = Some(now + f64::from(wait)),
                Turn::WithIt => assert!(rings.is_some(), "nothing is put off at {ms}"),
            }
        }
        assert_eq!(asked, [0.0, 2_000.0, 4_000.0, 6_000.0]);
    }

    #[test]
    fn a_change_after_a_quiet_while_does_not_wait() {
        let (mut calm, mut now) = (Calm::default(), 1e12);
        for _ in 0..5 {
            assert_eq!(calm.turn(now), Turn::Now);
            now += GAP_MS;
        }
    }

    #[test]
    fn another_question_puts_off_what_follows_it() {
        let (mut calm, now) = (Calm::default(), 1e12);
        calm.asks(now);
        assert_eq!(calm.turn(now + 500.0), Turn::Later(1_500));
        calm.asks(now + 1_000.0);
        assert_eq!(calm.turn(now + 1_200.0), Turn::WithIt);
        calm.is_due();
        assert_eq!(calm.turn(now + 2_000.0), Turn::Later(1_000));
        calm.is_due();
        assert_eq!(calm.turn(now + 3_000.0), Turn::Now);
    }

    #[test]
    fn a_clock_that_goes_back_makes_nobody_wait_for_ever() {
        let mut calm = Calm::default();
        calm.asks(1e12);
        assert_eq!(calm.turn(1e12 - 1e9), Turn::Later(2_000));
        calm.is_due();
        calm.asks(1e12 - 1e9);
        assert_eq!(calm.turn(1e12 - 1e9 + GAP_MS), Turn::Now);
    }
}
