//! Inviting people and letting them in. Both change the user's record as commands do, and are planned beside them because
//! only a link, which no command carries, makes an entrance.

use super::draft::Draft;
use super::plan::check_given;
use super::{Change, ChangeKind, Plan, Refusal, World};
use crate::access::Permission;
use crate::ids::Id;
use crate::message::Problem;
use crate::record::{Record, RecordKey, Values};
use crate::schema::builtin::user::status;
use crate::time::Instant;
use crate::value::Value;

const USER: &str = "user";

/// Who is invited, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    pub user: Id,
    /// The user is there already, as somebody inactive or invited before.
    pub existing: bool,
    pub name: &'a str,
    pub email: &'a str,
    pub role: &'a str,
    /// Absent: the one that the user is in.
    pub team: Option<Id>,
}

/// Plans the record of whoever is invited.
///
/// # Errors
/// Every reason why they cannot be.
pub fn plan_invitation(invitation: &Invitation<'_>, world: &World<'_>) -> Result<Plan, Refusal> {
    let forbidden = || Refusal::Forbidden(vec![Problem::new("problem.forbidden")]);
    let role = world.schema.role(&world.actor.role).ok_or_else(forbidden)?;
    if !role.may(Permission::ManageUsers) {
        return Err(forbidden());
    }
    let mut draft = Draft::new(world, role, invitation.user);
    let key = RecordKey::new(USER, invitation.user);
    let found = draft.find(&key).map(|loaded| loaded.record).filter(|record| record.deleted.is_none());
    match (&found, invitation.existing) {
        (None, true) => draft.invalid(Problem::on("user", "problem.reference_not_found")),
        (Some(_), false) => draft.invalid(Problem::on("user", "problem.id_taken")),
        (Some(record), true) if record.get("status").text() == Some(status::ACTIVE) => {
            draft.invalid(Problem::on("user", "problem.taken"));
        }
        _ => {}
    }
    if world.schema.role(invitation.role).is_none() {
        draft.invalid(Problem::on("role", "problem.not_a_choice"));
    }
    check_given(&mut draft, invitation.role);
    let text = |text: &str| Value::Text(text.to_owned());
    let mut values = Values::from([
        ("name".to_owned(), text(invitation.name)),
        ("email".to_owned(), text(invitation.email)),
        ("role".to_owned(), text(invitation.role)),
        ("status".to_owned(), text(status::INVITED)),
    ]);
    values.extend(invitation.team.map(|team| ("team".to_owned(), Value::Reference(team))));
    if let Some(entity) = draft.entity(USER) {
        draft.check_targets(entity, &values);
    }
    let kind = if invitation.existing { ChangeKind::Updated } else { ChangeKind::Created };
    let record = found.unwrap_or(Record { key, version: 0, values: Values::new(), deleted: None });
    values.retain(|field, value| !value.same(record.get(field)));
    if !values.is_empty() {
        draft.write(&record, kind, values);
    }
    draft.finish()
}

/// Somebody comes in by their invitation. `joined` is when they first did.
#[must_use]
pub fn plan_acceptance(user: Id, version: u64, joined: Option<Instant>, now: Instant) -> Plan {
    let mut change = Change {
        key: RecordKey::new(USER, user),
        kind: ChangeKind::Updated,
        base_version: version,
        before: Values::from([("status".to_owned(), Value::Text(status::INVITED.to_owned()))]),
        after: Values::from([("status".to_owned(), Value::Text(status::ACTIVE.to_owned()))]),
    };
    if joined.is_none() {
        change.before.insert("joined_at".to_owned(), Value::Null);
        change.after.insert("joined_at".to_owned(), Value::Instant(now));
    }
    Plan { changes: vec![change], ..Plan::default() }
}
