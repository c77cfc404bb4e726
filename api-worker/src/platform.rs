//! The clock, randomness, time zones and hashes of this platform: what `domain` takes as arguments.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{LocalResult, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use domain::ids::Id;
use domain::time::{Date, Instant, Zone};
use sha2::{Digest, Sha256};
use worker::console_error;

#[must_use]
pub fn now() -> Instant {
    #[expect(clippy::cast_possible_truncation, reason = "Date.now() is a whole number of milliseconds")]
    let ms = js_sys::Date::now() as i64;
    Instant::from_unix_ms(ms).unwrap_or_else(|| {
        console_error!("the clock stands outside 1900 to 2200");
        Instant::from_unix_ms(0).unwrap_or_else(|| unreachable!("1970 lies in the range"))
    })
}

/// Random bytes of the platform. Without them nothing can be signed or named: the caller answers with a fault.
///
/// # Errors
/// The platform has no randomness to give.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// # Errors
/// As [`random`].
pub fn new_id() -> Result<Id, getrandom::Error> {
    Ok(Id::v7(now().unix_ms().unsigned_abs(), &random()?))
}

/// A secret of 256 bits for a link or a cookie.
///
/// # Errors
/// As [`random`].
pub fn new_token() -> Result<String, getrandom::Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is kept of a token: SHA-256 suffices, for the token itself has 256 bits.
#[must_use]
pub fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Time zones by the IANA database that chrono-tz carries.
pub struct Zones;

impl Zone for Zones {
    fn instant(&self, zone: &str, local: NaiveDateTime) -> Option<Instant> {
        let zone: Tz = zone.parse().ok()?;
        let at = match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.timestamp_millis(),
            // The clock was put forward over this time: read it with the offset from before the gap, which
            // lands as far after the gap as the time lay inside it.
            LocalResult::None => {
                let before = zone.from_local_datetime(&(local - chrono::Duration::hours(3))).earliest()?;
                local.and_utc().timestamp_millis() - i64::from(before.offset().fix().local_minus_utc()) * 1000
            }
        };
        Instant::from_unix_ms(at)
    }

    fn date(&self, zone: &str, instant: Instant) -> Option<Date> {
        let zone: Tz = zone.parse().ok()?;
        let local = Utc.timestamp_millis_opt(instant.unix_ms()).single()?.with_timezone(&zone);
        Date::from_naive(local.date_naive())
    }
}
