//! What is due is told in the bell, each thing once.

use std::collections::BTreeSet;

use domain::ids::Id;
use domain::reminder::{Due, Kind, digest, hears_of, led, moment, next_digest};
use domain::schema::Schema;
use domain::time::{Date, Instant};

use super::{STEPS, clock_and_role, note_rung, schemas};
use crate::platform::now;
use crate::storage::db::{DbError, SystemDb};
use crate::storage::reminders::{self as storage, DigestLook, Look, STEP, Told};

/// Tells what is due; who was told goes into `rung`, as workspace and member.
pub async fn look(db: &SystemDb, rung: &mut BTreeSet<(Id, Id)>) -> Result<(), DbError> {
    for _ in 0..STEPS {
        if records(db, now(), rung).await? < STEP {
            break;
        }
    }
    for _ in 0..STEPS {
        if digests(db, now(), rung).await? < STEP {
            break;
        }
    }
    Ok(())
}

enum Found {
    Tell(Kind),
    /// Nothing yet, and perhaps never.
    Again(Option<Instant>),
}

fn decide(look: &Look, schema: Option<&Schema>, now: Instant) -> Found {
    let Look(_, entity, _, _, due_at, date, timed, snoozed, _, whose) = look;
    let Some((at, date)) = Instant::from_unix_ms(*due_at).zip(Date::parse(date)) else {
        return Found::Again(None);
    };
    let hears = schema
        .and_then(|schema| clock_and_role(whose, schema).filter(|(_, role)| hears_of(schema, role, entity)));
    let Some((clock, _)) = hears else {
        // Until it is due they may come back, or see it again.
        return Found::Again(Some(at).filter(|at| *at > now));
    };
    let due = Due { at, date, timed: *timed == 1, snoozed_until: snoozed.and_then(Instant::from_unix_ms) };
    match moment(due, &whose.settings(), clock) {
        later if later > now => Found::Again(Some(later)),
        _ => Found::Tell(Kind::due(entity)),
    }
}

async fn records(db: &SystemDb, now: Instant, rung: &mut BTreeSet<(Id, Id)>) -> Result<usize, DbError> {
    let found = db.one(storage::looks(now)).await?.read::<Look>()?;
    if found.is_empty() {
        return Ok(0);
    }
    let schemas = schemas(db, found.iter().map(|look| look.0)).await?;
    let (mut told, mut again) = (Vec::new(), Vec::new());
    for look in &found {
        let Look(workspace, _, record, user, due_at, _, _, snoozed, ..) = look;
        match decide(look, schemas.get(workspace), now) {
            Found::Tell(kind) => {
                // Whatever settings say of the moment, a thing is told once for each day it is given and each snooze.
                let wish = snoozed.unwrap_or(*due_at);
                let id = workspace.named(&format!("{user}/{}/{record}/{wish}", kind.word()));
                told.push((id, kind, look));
                again.push((look, None));
            }
            Found::Again(at) => again.push((look, at)),
        }
    }
    let rows = db.batch(vec![storage::tell(&told, now), storage::look_again(&again)]).await?;
    rows.first().map_or(Ok(()), |rows| note_rung(rows, rung))?;
    Ok(found.len())
}

async fn digests(db: &SystemDb, now: Instant, rung: &mut BTreeSet<(Id, Id)>) -> Result<usize, DbError> {
    let found = db.one(storage::digests(now)).await?.read::<DigestLook>()?;
    if found.is_empty() {
        return Ok(0);
    }
    let schemas = schemas(db, found.iter().map(|look| look.0)).await?;
    let (mut told, mut again) = (Vec::new(), Vec::new());
    for look in &found {
        let DigestLook(workspace, user, kind, seen_at, _, whose) = look;
        let known = schemas.get(workspace).and_then(|schema| Some((schema, clock_and_role(whose, schema)?)));
        let Some((schema, (clock, role))) = known else {
            again.push((look, None));
            continue;
        };
        let (settings, work) = (whose.settings(), &schema.workspace.work);
        let led = if *kind == Kind::Evening { led(schema, role) } else { None };
        let since = Instant::from_unix_ms(*seen_at).unwrap_or(now);
        let due = digest(*kind, since, now, &settings, work, clock)
            .filter(|_| *kind == Kind::Morning || led.is_some());
        if let Some((due, (from, to))) = due.zip(clock.day(now)) {
            let id = workspace.named(&format!("{user}/{}/{}", kind.word(), due.day));
            // In the evening, what was to be done by now is left.
            let from = if *kind == Kind::Evening { now } else { from };
            told.push(Told { id, look, led, from, to });
        }
        again.push((look, next_digest(*kind, now, &settings, work, clock)));
    }
    let rows = db.batch(vec![storage::tell_digests(&told, now), storage::digest_again(&again, now)]).await?;
    rows.first().map_or(Ok(()), |rows| note_rung(rows, rung))?;
    Ok(found.len())
}
