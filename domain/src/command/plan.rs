//! Deciding a command.

use super::audience::{beginning, check_audience, check_audience_of};
use super::comment::check_comment;
use super::draft::Draft;
use super::needs::{INHERITED, TOUCH, inherits};
use super::view::check_view;
use super::{
    Action, ChangeKind, Command, FORMAT, Loaded, MAX_ACTIONS, Plan, Refusal, Wire, World, advance, contact,
    import, pause, repeat, snooze, undo,
};
use crate::access::{Act, Level, Permission};
use crate::files::{MAX_LOGO_BYTES, is_logo, size_text};
use crate::ids::Id;
use crate::message::Problem;
use crate::money::Currency;
use crate::record::{RESTORABLE_MS, Record, RecordKey, Values, is_restorable};
use crate::schema::Entity;
use crate::schema::builtin::saved_view;
use crate::schema::builtin::user::status;
use crate::schema::change::{self, DefinitionChange, Place};
use crate::value::Value;
use crate::{fields, rank};

/// Turns a command into changes.
///
/// # Errors
/// Every reason why it cannot be, gravest kind first; nothing is to be saved then.
pub fn plan(command: &Command, world: &World<'_>) -> Result<Plan, Refusal> {
    if command.v == 0 || command.v > FORMAT {
        return Err(Refusal::Invalid(vec![Problem::on("v", "problem.unknown_format").with("max", FORMAT)]));
    }
    if command.actions.is_empty() || command.actions.len() > MAX_ACTIONS {
        return Err(Refusal::Invalid(vec![
            Problem::on("actions", "problem.out_of_range").with("min", 1).with("max", MAX_ACTIONS),
        ]));
    }
    let Some(role) = world.schema.role(&world.actor.role) else {
        return Err(Refusal::Forbidden(vec![Problem::new("problem.forbidden")]));
    };
    let mut draft = Draft::new(world, role, command.id);
    let alone = command.actions.len() == 1;
    for (at, action) in command.actions.iter().enumerate() {
        draft.action = (!alone).then_some(at);
        let must_be_alone = matches!(
            action,
            Action::ImportRows { .. } | Action::Undo { .. } | Action::ChangeDefinition { .. }
        );
        if must_be_alone && !alone {
            draft.invalid(Problem::on("actions", "problem.must_be_alone"));
            continue;
        }
        plan_action(&mut draft, action);
    }
    contact::settle(&mut draft);
    advance::settle(&mut draft);
    repeat::settle(&mut draft);
    snooze::settle(&mut draft);
    draft.finish()
}

fn plan_action(draft: &mut Draft<'_>, action: &Action) {
    match action {
        Action::Create { entity, record, values } => create(draft, entity, *record, values),
        Action::Update { entity, record, old, values, base_version } => {
            update(draft, entity, *record, *base_version, old, values)
        }
        Action::Delete { entity, record, base_version } => delete(draft, entity, *record, *base_version),
        Action::Restore { entity, record } => restore(draft, entity, *record),
        Action::MoveStage { entity, record, from, to, rank, values, note, exception, days, checked } => {
            let said = advance::Said {
                note: note.as_deref().unwrap_or_default(),
                exception: exception.as_deref().unwrap_or_default(),
                days,
                checked,
            };
            advance::move_stage(draft, entity, *record, (from, to), rank.as_deref(), values, &said);
        }
        Action::LogTouch { record, entity, subject, values, next_touch } => {
            log_touch(draft, *record, entity, *subject, values, next_touch.as_ref());
        }
        Action::Assign { entity, record, old_owner, owner } => {
            assign(draft, entity, *record, *old_owner, *owner)
        }
        Action::Pause { entity, record, old_until, until, reason } => {
            let wish = pause::Wish {
                old_until: old_until.as_ref(),
                until: until.as_ref(),
                reason: reason.as_deref().unwrap_or_default(),
            };
            pause::pause(draft, entity, *record, &wish);
        }
        Action::Snooze { entity, record, until } => snooze::snooze(draft, entity, *record, *until),
        Action::ChangeDefinition { base_revision, change } => define(draft, *base_revision, change),
        Action::ImportRows { import, entity, formats, create_missing, also, by_name, rows } => {
            let (import, create_missing, by_name) = (*import, *create_missing, *by_name);
            let wish = import::Wish { import, entity, formats, create_missing, also, by_name, rows };
            import::rows(draft, &wish);
        }
        Action::Undo { .. } => undo::undo(draft),
    }
}

fn create(draft: &mut Draft<'_>, entity: &str, id: Id, wire: &Wire) {
    let Some(definition) = draft.entity(entity) else { return };
    let values = draft.read_values(definition, wire);
    insert(draft, definition, id, values);
}

/// Plans a new record out of values that have been read; shared by forms, touches and imports.
pub(super) fn insert(draft: &mut Draft<'_>, entity: &Entity, id: Id, mut values: Values) {
    let key = RecordKey::new(&entity.id, id);
    if draft.find(&key).is_some() {
        draft.invalid(Problem::on("record", "problem.id_taken"));
        return;
    }
    defaults(draft, entity, id, &mut values);
    draft.check_required(entity, &values, true);
    draft.check_targets(entity, &values);
    draft.check_files(entity, None, &mut values);
    check_external(draft, entity, None, &values);
    check_user(draft, entity, None, &values);
    check_view(draft, entity, None, &values);
    check_comment(draft, entity, id, None, &values);
    check_rate(draft, entity, &values);
    check_audience(draft, entity, &values);
    let owner = values.get("owner").and_then(Value::reference);
    let owned = entity.field("owner").is_some();
    let allowed = if owned {
        draft.may_own(&entity.id, owner)
    } else {
        draft.role.level(&entity.id, Act::Create) == Level::All || draft.may_hang(entity, &values)
    };
    if !allowed {
        let none = draft.role.level(&entity.id, Act::Create) == Level::None;
        let problem = if none || !owned {
            Problem::new("problem.forbidden")
        } else {
            Problem::on("owner", "problem.not_for_this_owner")
        };
        draft.forbid(problem);
        return;
    }
    draft.convert(&mut values);
    values.retain(|_, value| !value.is_null());
    let record = Record { key, version: 0, values: Values::new(), deleted: None };
    draft.write(&record, ChangeKind::Created, values.clone());
    if entity.id == "touch" {
        contact::note(draft, entity, &values);
    }
}

/// What a new record gets when nobody says otherwise.
pub(super) fn defaults(draft: &Draft<'_>, entity: &Entity, id: Id, values: &mut Values) {
    let world = draft.world;
    let mut default = |field: &str, value: Value| {
        if entity.field(field).is_some() && values.get(field).is_none_or(Value::is_null) {
            values.insert(field.to_owned(), value);
        }
    };
    default("owner", Value::Reference(world.actor.user));
    default("happened_at", Value::Instant(world.now));
    default("rank", Value::Text(rank::newest_first(world.now, id)));
    if entity.id == "task" {
        default("status", Value::Text("open".to_owned()));
    }
    if entity.id == "lead" {
        default("status", Value::Text("new".to_owned()));
    }
    if entity.id == saved_view::SAVED_VIEW {
        default("shared", Value::Text(saved_view::OWN.to_owned()));
    }
    if entity.field("stage").is_some()
        && values.get("stage").is_none_or(Value::is_null)
        && let Some(stage) = beginning(draft, &entity.id, values)
    {
        values.insert("stage".to_owned(), Value::Text(stage.id.clone()));
    }
}

fn update(draft: &mut Draft<'_>, entity: &str, id: Id, base_version: u64, old: &Wire, wire: &Wire) {
    let Some(definition) = draft.entity(entity) else { return };
    let mut values = draft.read_values(definition, wire);
    let Some(loaded) = draft.load(entity, id) else { return };
    if !check_change(draft, definition, &loaded, &mut values) {
        return;
    }
    let old = if base_version == loaded.record.version {
        loaded.record.values.clone()
    } else {
        draft.read_old(definition, old)
    };
    let quarrels = draft.conflicts.len();
    let mut merged = draft.merge(&loaded.record, &old, values);
    if draft.conflicts.len() == quarrels {
        advance::advance(draft, definition, &loaded.record, &mut merged, &advance::Said::default());
    }
    if merged.is_empty() {
        return;
    }
    draft.convert(&mut merged);
    draft.write(&loaded.record, ChangeKind::Updated, merged.clone());
    if definition.id == "lead" {
        contact::hand_on(draft, &loaded.record, &merged);
    }
    if definition.id == TOUCH {
        let mut touch = loaded.record.values;
        touch.extend(merged);
        contact::note(draft, definition, &touch);
    }
}

/// Whether these values may be written over a record: who may, what is required, pointed at, taken. Problems with single
/// fields are noted and do not stop the rest.
pub(super) fn check_change(
    draft: &mut Draft<'_>,
    definition: &Entity,
    loaded: &Loaded,
    values: &mut Values,
) -> bool {
    let entity = definition.id.as_str();
    if !loaded.may.update {
        draft.forbid(Problem::new("problem.forbidden"));
        return false;
    }
    let owner_changes = values.get("owner").is_some_and(|owner| !owner.same(loaded.record.get("owner")));
    if owner_changes && !loaded.may.assign {
        draft.forbid(Problem::on("owner", "problem.forbidden"));
        return false;
    }
    // A record of nobody is as free as its parent: it goes only below what the asker may change.
    let moves = definition
        .parents
        .iter()
        .any(|parent| values.get(parent).is_some_and(|value| !value.same(loaded.record.get(parent))));
    let owned = definition.field("owner").is_some();
    if moves
        && !owned
        && draft.role.level(entity, Act::Update) != Level::All
        && !draft.may_hang(definition, values)
    {
        draft.forbid(Problem::new("problem.forbidden"));
        return false;
    }
    draft.check_required(definition, values, false);
    draft.check_targets(definition, values);
    draft.check_files(definition, Some(&loaded.record), values);
    check_external(draft, definition, Some(&loaded.record), values);
    check_cycle(draft, definition, loaded.record.key.id, values);
    check_user(draft, definition, Some(&loaded.record), values);
    check_view(draft, definition, Some(&loaded.record), values);
    check_comment(draft, definition, loaded.record.key.id, Some(&loaded.record), values);
    check_rate(draft, definition, values);
    true
}

fn delete(draft: &mut Draft<'_>, entity: &str, id: Id, base_version: u64) {
    if draft.entity(entity).is_none() {
        return;
    }
    let Some(loaded) = draft.load(entity, id) else { return };
    if !loaded.may.delete {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    if entity == "user" {
        // Somebody who leaves is set inactive; what they did keeps its name.
        draft.invalid(Problem::on("record", "problem.user_stays"));
        return;
    }
    if entity == "team" {
        draft.vacate(Place::Team(id));
        // Nobody would be left to bring anything in.
        if draft.world.schema.pipelines.iter().any(|pipeline| pipeline.teams.contains(&id)) {
            draft.invalid(Problem::on("record", "problem.team_has_pipeline"));
        }
    }
    if loaded.record.version != base_version {
        // Whoever deletes has to have seen what is deleted.
        let RecordKey { entity, id } = loaded.record.key;
        draft.conflicts.push(super::Conflict {
            entity,
            record: id,
            version: loaded.record.version,
            fields: Vec::new(),
        });
        return;
    }
    draft.write(&loaded.record, ChangeKind::Deleted, Values::new());
}

fn restore(draft: &mut Draft<'_>, entity: &str, id: Id) {
    if draft.entity(entity).is_none() {
        return;
    }
    let Some(loaded) = draft.find(&RecordKey::new(entity, id)) else {
        draft.not_found(Problem::on("record", "problem.record_not_found").with("record", id));
        return;
    };
    if !loaded.may.delete {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    if loaded.record.deleted.is_some() {
        restored(draft, &loaded.record);
    }
}

/// A record comes back; where its stage is gone meanwhile, it begins again. After its days it may be removed at any
/// moment, and stays where it is.
pub(super) fn restored(draft: &mut Draft<'_>, record: &Record) {
    if record.deleted.is_some_and(|at| !is_restorable(at, draft.world.now)) {
        let days = RESTORABLE_MS / (24 * 60 * 60 * 1000);
        draft.invalid(Problem::on("record", "problem.deleted_long_ago").with("days", days));
        return;
    }
    let schema = draft.world.schema;
    let gone = record.get("stage").text().is_some_and(|stage| schema.stage(stage).is_none());
    let first = if gone { beginning(draft, &record.key.entity, &record.values) } else { None };
    let values = match first {
        Some(first) => Values::from([("stage".to_owned(), Value::Text(first.id.clone()))]),
        None => Values::new(),
    };
    draft.write(record, ChangeKind::Restored, values);
}

fn log_touch(
    draft: &mut Draft<'_>,
    id: Id,
    entity: &str,
    subject: Id,
    wire: &Wire,
    next_touch: Option<&serde_json::Value>,
) {
    let (Some(touch), Some(definition)) = (draft.entity("touch"), draft.entity(entity)) else { return };
    if !touch.parents.iter().any(|parent| parent == entity) {
        draft.invalid(Problem::on("entity", "problem.has_no_touches"));
        return;
    }
    let mut values = draft.read_values(touch, wire);
    let next = match next_touch {
        None => Value::Null,
        Some(json) => match fields::read(&fields::FieldKind::schedule(), json, &draft.reading()) {
            Ok(next) => next,
            Err(problem) => {
                draft.invalid(problem.at("next_touch"));
                return;
            }
        },
    };
    let Some(loaded) = draft.load(entity, subject) else { return };
    values.insert(entity.to_owned(), Value::Reference(subject));
    for inherited in INHERITED.into_iter().filter(|relation| inherits(draft.world.schema, entity, relation)) {
        if values.get(inherited).is_none_or(Value::is_null) {
            let value = loaded.record.get(inherited);
            let target = value.reference().map(|id| RecordKey::new(inherited, id));
            let visible =
                target.and_then(|key| draft.find(&key)).is_some_and(|found| found.record.deleted.is_none());
            if visible {
                values.insert(inherited.to_owned(), value.clone());
            }
        }
    }
    insert(draft, touch, id, values);
    if definition.follow_up && !loaded.may.update && !next.is_null() {
        // Said rather than dropped: whoever plans something relies on it.
        draft.forbid(Problem::on("next_touch", "problem.forbidden"));
        return;
    }
    if definition.follow_up && loaded.may.update {
        // The newest plan wins: a touch must never be lost to a quarrel about the next one.
        let current = draft.find(&loaded.record.key).map_or(loaded.record, |found| found.record);
        if !current.get("next_touch").same(&next) {
            draft.write(&current, ChangeKind::Updated, Values::from([("next_touch".to_owned(), next)]));
        }
    }
}

fn assign(draft: &mut Draft<'_>, entity: &str, id: Id, old_owner: Option<Id>, owner: Option<Id>) {
    let Some(definition) = draft.entity(entity) else { return };
    if definition.field("owner").is_none() {
        draft.invalid(Problem::on("entity", "problem.has_no_owner"));
        return;
    }
    let Some(loaded) = draft.load(entity, id) else { return };
    if !loaded.may.assign {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    let as_value = |owner: Option<Id>| owner.map_or(Value::Null, Value::Reference);
    let wish = Values::from([("owner".to_owned(), as_value(owner))]);
    draft.check_targets(definition, &wish);
    let believed = Values::from([("owner".to_owned(), as_value(old_owner))]);
    let merged = draft.merge(&loaded.record, &believed, wish);
    if !merged.is_empty() {
        draft.write(&loaded.record, ChangeKind::Updated, merged);
    }
}

fn define(draft: &mut Draft<'_>, base_revision: u64, wish: &DefinitionChange) {
    if !draft.role.may(Permission::Define) {
        draft.forbid(Problem::new("problem.forbidden"));
        return;
    }
    if base_revision != draft.world.schema.revision {
        draft.outdated = true;
        return;
    }
    if let DefinitionChange::SetLogo { logo: Some(logo) } = wish {
        check_brought(draft, *logo);
    }
    define_now(draft, wish);
}

/// Somebody else's file does not become a logo that everybody sees.
fn check_brought(draft: &mut Draft<'_>, logo: Id) {
    let known = draft.world.files.and_then(|known| known.get(&logo));
    if known.is_some_and(|file| file.by != draft.world.actor.user) {
        draft.invalid(Problem::on("logo", "problem.file_not_found"));
    }
}

/// A logo is a small picture that is there. A device cannot look, and the Worker will.
fn check_logo(draft: &mut Draft<'_>, logo: Id) {
    let Some(known) = draft.world.files else { return };
    let problem = match known.get(&logo).map(|file| &file.info) {
        None => Problem::on("logo", "problem.file_not_found"),
        Some(file) if !is_logo(&file.media) => Problem::on("logo", "problem.not_logo"),
        Some(file) if file.size > MAX_LOGO_BYTES => {
            Problem::on("logo", "problem.file_too_large").with("max", size_text(MAX_LOGO_BYTES))
        }
        Some(_) => return,
    };
    draft.invalid(problem);
}

/// Plans a change of definitions on top of those in force.
pub(super) fn define_now(draft: &mut Draft<'_>, wish: &DefinitionChange) {
    if let DefinitionChange::SetLogo { logo: Some(logo) } = wish {
        check_logo(draft, *logo);
    }
    check_audience_of(draft, wish);
    match change::apply(draft.world.schema, wish, draft.world.zones) {
        Ok(defined) => draft.plan.definition = Some(defined),
        Err(problems) => {
            for problem in problems {
                draft.invalid(problem);
            }
        }
    }
    for place in wish.vacates(draft.world.schema) {
        draft.vacate(place);
    }
}

pub(super) fn check_external(
    draft: &mut Draft<'_>,
    entity: &Entity,
    record: Option<&Record>,
    values: &Values,
) {
    let Some(external) = values.get("external_id").and_then(Value::text) else { return };
    // Whoever has it keeps it.
    if record.is_some_and(|record| record.get("external_id").text() == Some(external)) {
        return;
    }
    if draft.world.taken.contains(&(entity.id.clone(), external.to_owned())) {
        draft.invalid(Problem::on("external_id", "problem.taken"));
    }
}

/// A record is not its own parent, and a team no part of what is part of it. Circles that two make at once,
/// or an undo, are cut by the queries that walk the tree.
pub(super) fn check_cycle(draft: &mut Draft<'_>, entity: &Entity, id: Id, values: &Values) {
    for (field, value) in values {
        let reflexive =
            entity.field(field).and_then(|field| field.kind.relation_target()) == Some(entity.id.as_str());
        if reflexive && value.reference() == Some(id) {
            draft.invalid(Problem::on(field, "problem.refers_to_itself"));
        } else if reflexive && entity.id == "team" && draft.teams_above(value).any(|above| above == id) {
            draft.invalid(Problem::on(field, "problem.within_itself"));
        }
    }
}

/// A rate names a currency and is worth something: totals are counted by it.
fn check_rate(draft: &mut Draft<'_>, entity: &Entity, values: &Values) {
    if entity.id != "rate" {
        return;
    }
    if values.get("currency").and_then(Value::text).is_some_and(|code| Currency::parse(code).is_none()) {
        draft.invalid(Problem::on("currency", "problem.not_currency"));
    }
    if matches!(values.get("rate"), Some(Value::Decimal(rate)) if rate.units <= 0) {
        draft.invalid(Problem::on("rate", "problem.not_positive"));
    }
}

/// Roles and states of people are for those who manage people and hold at least the keys of whom they change; and
/// nobody locks the workspace's last door by changing their own.
pub(super) fn check_user(draft: &mut Draft<'_>, entity: &Entity, record: Option<&Record>, values: &Values) {
    if entity.id != "user" {
        return;
    }
    let before = |field: &str| record.map_or(&Value::Null, |record| record.get(field));
    for field in ["role", "status"] {
        let changes = values.get(field).is_some_and(|value| !value.same(before(field)));
        let oneself = record.is_some_and(|record| record.key.id == draft.world.actor.user);
        if changes && oneself {
            draft.invalid(Problem::on(field, "problem.not_oneself"));
        } else if changes && !draft.role.may(Permission::ManageUsers) {
            draft.forbid(Problem::on(field, "problem.forbidden"));
        } else if changes && !holds_keys_of(draft, before("role").text().unwrap_or_default()) {
            draft.forbid(Problem::on(field, "problem.person_beyond_own"));
        } else if changes && field == "role" {
            check_given(draft, values.get(field).and_then(Value::text).unwrap_or_default());
        }
    }
    // An entrance is made by an invitation alone; here it is only closed, and opened again for who had it.
    let wished = values.get("status").filter(|status| !status.same(before("status")));
    let has_one = match wished.and_then(Value::text) {
        Some(status::ACTIVE) => !before("joined_at").is_null(),
        Some(status::INVITED) => !before("email").is_null() && before("joined_at").is_null(),
        _ => true,
    };
    if !has_one {
        draft.invalid(Problem::on("status", "problem.joins_by_invitation"));
    }
}

/// Nobody gives a role with keys that they do not hold themselves.
pub(super) fn check_given(draft: &mut Draft<'_>, role: &str) {
    if !holds_keys_of(draft, role) {
        draft.forbid(Problem::on("role", "problem.role_beyond_own"));
    }
}

fn holds_keys_of(draft: &Draft<'_>, role: &str) -> bool {
    draft.world.schema.role(role).is_none_or(|role| draft.role.may_give(role))
}
