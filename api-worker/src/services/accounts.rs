//! Passwords, attempts, and how people come in.

use std::collections::{BTreeMap, BTreeSet};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::api::Code;
use domain::api::account::{PASSWORD_MAX, PASSWORD_MIN};
use domain::command::{Invitation, Refusal, plan_acceptance, plan_invitation};
use domain::fields::email;
use domain::ids::Id;
use domain::message::Problem;
use domain::record::RecordKey;
use domain::schema::builtin::user::status;
use domain::time::Instant;

use super::door::{self, Loads, TURNS, Write, came_in_between};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure};
use crate::platform::{new_id, random};
use crate::storage::accounts::{self, InvitationRow};
use crate::storage::db::{Db, Rows, SystemDb};
use crate::storage::{definitions, directory, records};

/// Attempts an account, and an address, have in a quarter of an hour.
const ATTEMPTS_PER_ACCOUNT: u32 = 10;
const ATTEMPTS_PER_ADDRESS: u32 = 100;
const NAME_MAX: usize = 120;

/// OWASP's second recommendation for Argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Answer<Argon2<'static>> {
    let params =
        Params::new(19 * 1024, 2, 1, None).map_err(|error| Failure::Fault(format!("argon2: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// # Errors
/// Faults only.
pub fn hash_password(password: &str) -> Answer<String> {
    let salt: [u8; 16] = random()?;
    let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Failure::Fault(format!("argon2: {error}")))
}

/// # Errors
/// A stored hash that cannot be read.
pub fn verify_password(password: &str, stored: &str) -> Answer<bool> {
    let hash =
        PasswordHash::new(stored).map_err(|error| Failure::Fault(format!("password hash: {error}")))?;
    Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
}

/// Takes as long as verifying would, so that the clock does not tell which addresses are known.
///
/// # Errors
/// Faults only.
pub fn verify_nobody(password: &str) -> Answer<()> {
    hash_password(password).map(drop)
}

/// What is wrong with a new password.
#[must_use]
pub fn check_password(password: &str, field: &str) -> Option<Problem> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Some(Problem::on(field, "problem.too_short").with("min", PASSWORD_MIN));
    }
    (length > PASSWORD_MAX).then(|| Problem::on(field, "problem.too_long").with("max", PASSWORD_MAX))
}

/// A person's name as it is kept.
///
/// # Errors
/// Its problem.
pub fn read_name(text: &str) -> Result<String, Problem> {
    let name = domain::text::tidy(text).ok_or_else(|| Problem::on("name", "problem.required"))?;
    if name.chars().count() > NAME_MAX {
        return Err(Problem::on("name", "problem.too_long").with("max", NAME_MAX));
    }
    if domain::text::has_forbidden(name) || name.contains('\n') {
        return Err(Problem::on("name", "problem.control_characters"));
    }
    Ok(name.to_owned())
}

/// # Errors
/// Its problem.
pub fn read_email(text: &str) -> Result<String, Problem> {
    let text = domain::text::tidy(text).ok_or_else(|| Problem::on("email", "problem.required"))?;
    email::normalise(text)
        .filter(|address| address.len() <= 254)
        .ok_or_else(|| Problem::on("email", "problem.not_email"))
}

/// Counts an attempt on an account from an address.
///
/// # Errors
/// 429 when either had too many.
pub async fn count_attempt(directory: &SystemDb, account: &str, address: &str, now: Instant) -> Answer<()> {
    let subjects = [
        (format!("account:{account}"), ATTEMPTS_PER_ACCOUNT),
        (format!("address:{address}"), ATTEMPTS_PER_ADDRESS),
    ];
    let statements = subjects.iter().map(|(subject, _)| directory::attempt(subject, now)).collect();
    let counts = directory.batch(statements).await?;
    for (rows, (_, limit)) in counts.iter().zip(&subjects) {
        if rows.first::<(u32,)>()?.is_some_and(|(count,)| count > *limit) {
            return Err(Failure::refused(Code::TooManyAttempts));
        }
    }
    Ok(())
}

/// The identity of an address, if it is known.
///
/// # Errors
/// Faults only.
pub async fn identity(directory: &SystemDb, email: &str) -> Answer<Option<(Id, String)>> {
    Ok(directory.one(directory::identity(email)).await?.first()?)
}

/// Invites somebody: their record and the link are saved together, and the log says by whom.
///
/// # Errors
/// `problems`, which were found before, and every other reason why they cannot be invited; faults.
pub async fn invite(
    cx: &Cx,
    invitation: &Invitation<'_>,
    token_hash: &str,
    problems: &[Problem],
) -> Answer<Session> {
    let Invitation { user, email, team, .. } = *invitation;
    let keys: BTreeSet<RecordKey> = std::iter::once(RecordKey::new("user", user))
        .chain(team.map(|team| RecordKey::new("team", team)))
        .collect();
    for _ in 0..TURNS {
        let (session, rows) = cx
            .session(&|session| {
                let reader = session.reader()?;
                let loads = records::load(reader.schema, &keys).into_iter();
                let same = std::iter::once(accounts::user_by_email(email));
                Ok(same.chain(loads.map(|load| load.statement(reader))).collect())
            })
            .await?;
        let reader = session.reader()?;
        let mut problems = problems.to_vec();
        let same = rows.first().map(Rows::first::<(Id, String)>).transpose()?.flatten();
        if same.is_some_and(|(id, state)| id != user || state == status::ACTIVE) {
            problems.push(Problem::on("email", "problem.taken"));
        }
        let mut loaded = Loads::default();
        for (load, rows) in records::load(reader.schema, &keys).iter().zip(rows.iter().skip(1)) {
            records::read_loaded(reader, load.entity, rows, &mut loaded.records)?;
        }
        let plan = match plan_invitation(invitation, &door::world(&session, &loaded)) {
            Ok(plan) if problems.is_empty() => plan,
            Ok(_) => return Err(Failure::problems(problems)),
            Err(Refusal::Invalid(more)) => return Err(Failure::problems([problems, more].concat())),
            Err(refusal) => return Err(refusal.into()),
        };
        let write = Write {
            schema: &session.schema,
            plan: &plan,
            current: &loaded.records,
            command: new_id()?,
            user: session.actor.user,
            now: session.now,
            undoes: None,
        };
        let link = accounts::invite(session.actor.user, user, email, token_hash, session.now);
        match write.save(&session.db, link).await {
            Ok(receipt) => {
                cx.has_saved(session.db.workspace(), receipt.seq, &plan);
                return Ok(session);
            }
            Err(error) if came_in_between(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::refused(Code::Busy))
}

/// Lets somebody in by their invitation, which is used up, and says who it is.
///
/// # Errors
/// 404 when the invitation is no longer open; faults.
pub async fn accept(cx: &Cx, db: &Db, token_hash: &str) -> Answer<Id> {
    let now = cx.now;
    for _ in 0..TURNS {
        let rows = db.batch(vec![accounts::invitation(token_hash, now), definitions::current()]).await?;
        let open = rows.first().map(Rows::first::<InvitationRow>).transpose()?.flatten();
        let (Some((user, _, _, version, joined)), Some(definition)) = (open, rows.get(1)) else {
            return Err(Failure::refused(Code::NotFound));
        };
        let plan = plan_acceptance(user, version, joined.and_then(Instant::from_unix_ms), now);
        let write = Write {
            schema: &definitions::read(definition)?,
            plan: &plan,
            current: &BTreeMap::new(),
            command: new_id()?,
            user,
            now,
            undoes: None,
        };
        match write.save(db, vec![accounts::use_invitation(token_hash, now)]).await {
            Ok(receipt) => {
                cx.has_saved(db.workspace(), receipt.seq, &plan);
                return Ok(user);
            }
            // Also by a second click on the same link, for whom it is no longer open.
            Err(error) if came_in_between(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::refused(Code::Busy))
}
