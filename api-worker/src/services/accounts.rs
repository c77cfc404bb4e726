//! Passwords, attempts, and how people come in.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::api::Code;
use domain::api::account::{PASSWORD_MAX, PASSWORD_MIN};
use domain::fields::email;
use domain::ids::Id;
use domain::message::Problem;
use domain::time::Instant;

use crate::http::{Answer, Failure};
use crate::platform::random;
use crate::storage::db::SystemDb;
use crate::storage::directory;

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
