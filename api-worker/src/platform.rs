//! The clock, randomness, time zones and hashes of this platform: what `domain` takes as arguments.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Offset, TimeZone, Utc};
use chrono_tz::Tz;
use domain::ids::Id;
use domain::time::{Instant, Zone};
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
    fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
        let zone: Tz = zone.parse().ok()?;
        let at = Utc.timestamp_millis_opt(unix_ms).single()?.with_timezone(&zone);
        Some(i64::from(at.offset().fix().local_minus_utc()) * 1000)
    }
}
