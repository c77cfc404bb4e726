//! The clock of the server as this device knows it, and time zones out of the browser's Intl.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use domain::ids::Id;
use domain::time::{Instant, Zone};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// Server time minus device time.
    static OFFSET_MS: Cell<i64> = const { Cell::new(0) };
    static LAST_ID_MS: Cell<u64> = const { Cell::new(0) };
    static FORMATS: RefCell<HashMap<String, Option<Function>>> = RefCell::default();
}

/// Takes the server's word for what time it is.
pub fn set_clock(server: Instant) {
    OFFSET_MS.set(server.unix_ms() - device_ms());
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era are far below 2^53")]
fn device_ms() -> i64 {
    js_sys::Date::now() as i64
}

pub fn now() -> Instant {
    let ms = device_ms() + OFFSET_MS.get();
    // A device whose clock stands outside 1900 to 2200 gets some day; the server corrects what it saves.
    match Instant::from_unix_ms(ms).or(Instant::from_unix_ms(0)) {
        Some(now) => now,
        None => unreachable!("1970 is between 1900 and 2200"),
    }
}

/// A new id, made here: by the time and randomness of this device. Each is later than the one before, so that commands
/// keep their order.
pub fn new_id() -> Id {
    let mut random = [0; 10];
    // The browser's generator does not fail; if it did, the time alone would still tell most ids apart.
    let _ = getrandom::fill(&mut random);
    let ms = now().unix_ms().unsigned_abs().max(LAST_ID_MS.get() + 1);
    LAST_ID_MS.set(ms);
    Id::v7(ms, &random)
}

/// The zones the browser knows.
pub struct Intl;

/// The same as a constant reference, for whoever wants `&dyn Zone`.
pub static ZONES: Intl = Intl;

fn format(zone: &str) -> Option<Function> {
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    let class: Function = Reflect::get(&intl, &JsValue::from_str("DateTimeFormat")).ok()?.dyn_into().ok()?;
    let options = Object::new();
    let two = "2-digit";
    for (name, value) in [
        ("timeZone", zone),
        ("hourCycle", "h23"),
        ("year", "numeric"),
        ("month", two),
        ("day", two),
        ("hour", two),
        ("minute", two),
        ("second", two),
    ] {
        Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok()?;
    }
    // An unknown zone throws: then there is none.
    let made = Reflect::construct(&class, &Array::of2(&JsValue::from_str("en-US"), &options)).ok()?;
    Reflect::get(&made, &JsValue::from_str("format")).ok()?.dyn_into().ok()
}

/// An instant as `datetime-local` inputs take it, by the clock of a zone.
pub fn local_text(zone: &str, at: Instant) -> String {
    let local =
        ZONES.offset_ms(zone, at.unix_ms()).and_then(|offset| Instant::from_unix_ms(at.unix_ms() + offset));
    local.map(|local| local.to_string().chars().take(16).collect()).unwrap_or_default()
}

impl Zone for Intl {
    fn offset_ms(&self, zone: &str, unix_ms: i64) -> Option<i64> {
        let format = FORMATS.with_borrow_mut(|formats| {
            formats.entry(zone.to_owned()).or_insert_with(|| format(zone)).clone()
        })?;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
        let text = format.call1(&JsValue::NULL, &JsValue::from_f64(unix_ms as f64)).ok()?.as_string()?;
        // "05/01/2026, 14:30:00", always the same because the language is.
        let mut parts =
            text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(str::parse::<u32>);
        let mut next = || parts.next()?.ok();
        let (month, day, year, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
        let local = chrono::NaiveDate::from_ymd_opt(year.cast_signed(), month, day)?.and_hms_opt(
            hour % 24,
            minute,
            second,
        )?;
        Some(local.and_utc().timestamp_millis() - unix_ms.div_euclid(1000) * 1000)
    }
}
