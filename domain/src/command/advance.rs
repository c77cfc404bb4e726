//! Moving on: whatever changes the stage of a record comes through here, and `crate::process` decides it.

use serde_json::Value as Json;

use super::draft::Draft;
use super::plan::check_change;
use super::{Change, ChangeKind, Wire};
use crate::fields::{self, FieldKind};
use crate::ids::Id;
use crate::message::Problem;
use crate::process::{self, Decision};
use crate::record::{Record, RecordKey, Values};
use crate::schema::{Entity, Label, Schema, Stage, StageStatus, Step};
use crate::time::{Date, Schedule};
use crate::value::Value;
use crate::{rank, signals, text};

/// More than this nobody writes about one move.
const MAX_SAID: usize = 2_000;
const TASK: &str = "task";
/// More than an edge can ask for is no checklist.
const MAX_CHECKED: usize = 100;
/// The longest name of a task.
const MAX_NAME: usize = 200;

/// What the mover says beside where to.
pub(super) struct Said<'a> {
    pub note: &'a str,
    pub exception: &'a str,
    pub days: &'a Wire,
    pub checked: &'a [String],
}

static NO_DAYS: Wire = Wire::new();

impl Default for Said<'_> {
    fn default() -> Self {
        Self { note: "", exception: "", days: &NO_DAYS, checked: &[] }
    }
}

pub(super) fn move_stage(
    draft: &mut Draft<'_>,
    entity: &str,
    id: Id,
    (from, to): (&str, &str),
    rank: Option<&str>,
    filled: &Wire,
    said: &Said<'_>,
) {
    let Some(definition) = draft.entity(entity) else { return };
    if definition.field("stage").is_none() {
        draft.invalid(Problem::on("entity", "problem.has_no_stages"));
        return;
    }
    if draft.world.schema.stage_of(entity, to).is_none() {
        draft.invalid(Problem::on("to", "problem.not_a_choice"));
        return;
    }
    if rank.is_some_and(|rank| !rank::is_rank(rank)) {
        draft.invalid(Problem::on("rank", "problem.not_a_rank"));
        return;
    }
    if filled.contains_key("stage") {
        // Where to is said once.
        draft.invalid(Problem::on("stage", "problem.read_only"));
        return;
    }
    let Some(loaded) = draft.load(entity, id) else { return };
    let mut values = draft.read_values(definition, filled);
    if !check_change(draft, definition, &loaded, &mut values) {
        return;
    }
    // What is filled in was empty when somebody looked.
    let believed = Values::from([("stage".to_owned(), Value::Text(from.to_owned()))]);
    values.insert("stage".to_owned(), Value::Text(to.to_owned()));
    let quarrels = draft.conflicts.len();
    let mut wish = draft.merge(&loaded.record, &believed, values);
    if draft.conflicts.len() > quarrels {
        return;
    }
    if let Some(rank) = rank {
        // Two people may order a column at once; the last one wins.
        wish.insert("rank".to_owned(), Value::Text(rank.to_owned()));
    }
    advance(draft, definition, &loaded.record, &mut wish, said);
    draft.convert(&mut wish);
    if !wish.is_empty() {
        draft.write(&loaded.record, ChangeKind::Updated, wish);
    }
}

/// Decides the change of stage among these values, if there is one, and adds what follows from it.
pub(super) fn advance(
    draft: &mut Draft<'_>,
    entity: &Entity,
    record: &Record,
    values: &mut Values,
    said: &Said<'_>,
) {
    let schema = draft.world.schema;
    let to = values.get("stage").and_then(Value::text);
    let Some(to) = to.and_then(|to| schema.stage_of(&entity.id, to)) else { return };
    let from = record.get("stage").text().unwrap_or_default();
    if !is_sound(draft, said) {
        return;
    }
    let mut after = record.values.clone();
    after.extend(values.clone());
    let wish = process::Move {
        entity,
        from,
        to,
        role: draft.role,
        values: &after,
        note: said.note,
        exception: said.exception,
        checked: said.checked,
        teams: draft.world.own_teams,
    };
    match process::decide(schema, &wish) {
        Decision::Allowed => {}
        Decision::Missing(missing) => {
            for problem in missing.problems() {
                // What could not be read was not left out.
                if !draft.complains_of(problem.field.as_deref()) {
                    draft.invalid(problem);
                }
            }
            return;
        }
        Decision::Forbidden(barrier) => return draft.forbid(barrier.problem()),
    }
    let (_, stage) = to;
    let mut follows = |field: &str, value: Value| {
        if entity.field(field).is_some() && !record.get(field).same(&value) {
            values.entry(field.to_owned()).or_insert(value);
        }
    };
    if stage.status != StageStatus::Open {
        if record.get("close_date").is_null() {
            follows("close_date", Value::Date(draft.world.today));
        }
        // What is over cannot rot.
        follows(signals::PAUSED_UNTIL, Value::Null);
        follows(signals::PAUSE_REASON, Value::Null);
    }
    let was = schema.stage_of(&entity.id, from).map(|(_, stage)| stage.status);
    if was == Some(StageStatus::Lost) && stage.status != StageStatus::Lost {
        // It is no longer lost for any reason.
        for field in process::LOSS {
            follows(field, Value::Null);
        }
    }
    for (field, said) in [(process::NOTE, said.note), (process::EXCEPTION, said.exception)] {
        follows(field, text::tidy(said).map_or(Value::Null, |said| Value::Text(said.to_owned())));
    }
    let ticked = process::checks(&wish).iter().filter(|check| process::ticked(&wish, check));
    let ticked: Vec<&str> = ticked.map(|check| in_workspace(schema, &check.label)).collect();
    let ticked = (!ticked.is_empty()).then(|| ticked.join("\n"));
    follows(process::CHECKED, ticked.map_or(Value::Null, Value::Text));
    for step in &stage.steps {
        add_task(draft, entity, record, &after, stage, step, said.days);
    }
}

/// Whatever brought a record into another stage, it stands there from now on. Where an undo brings it back, the moment it
/// first came comes back with it.
pub(super) fn settle(draft: &mut Draft<'_>) {
    let world = draft.world;
    let arrives = |change: &Change| {
        let known = world.schema.entity(&change.key.entity);
        let kept = known.is_some_and(|entity| entity.field(signals::SINCE).is_some());
        let stage = change.after.get("stage").filter(|stage| !stage.is_null());
        let moved = stage.is_some_and(|stage| change.before.get("stage").is_none_or(|was| !was.same(stage)));
        kept && moved && change.after.get(signals::SINCE).is_none_or(Value::is_null)
    };
    let arrived: Vec<RecordKey> =
        draft.plan.changes.iter().filter(|change| arrives(change)).map(|change| change.key.clone()).collect();
    for key in arrived {
        if let Some(found) = draft.find(&key) {
            let since = Values::from([(signals::SINCE.to_owned(), Value::Instant(world.now))]);
            draft.write(&found.record, ChangeKind::Updated, since);
        }
    }
}

/// Whether what is said beside the move can be kept; notes it otherwise.
fn is_sound(draft: &mut Draft<'_>, said: &Said<'_>) -> bool {
    let mut sound = true;
    for (field, said) in [(process::NOTE, said.note), (process::EXCEPTION, said.exception)] {
        let problem = match fields::read(&FieldKind::long_text(), &Json::from(said), &draft.reading()) {
            _ if said.chars().count() > MAX_SAID => {
                Problem::on(field, "problem.too_long").with("max", MAX_SAID)
            }
            Ok(_) => continue,
            Err(problem) => problem.at(field),
        };
        draft.invalid(problem);
        sound = false;
    }
    if said.checked.len() > MAX_CHECKED {
        draft.invalid(Problem::on("checked", "problem.out_of_range").with("min", 0).with("max", MAX_CHECKED));
        sound = false;
    }
    for day in said.days.values() {
        if let Err(problem) = fields::read(&FieldKind::date(), day, &draft.reading()) {
            draft.invalid(problem.at("days"));
            sound = false;
        }
    }
    sound
}

/// A label in the language of the workspace, for what is kept as a text.
fn in_workspace<'a>(schema: &Schema, label: &'a Label) -> &'a str {
    if schema.workspace.language == "en" { &label.en } else { &label.zh }
}

/// A standard action of the stage becomes a task of whoever the record belongs to. The process makes it, whatever the
/// mover may do with tasks.
fn add_task(
    draft: &mut Draft<'_>,
    entity: &Entity,
    record: &Record,
    after: &Values,
    stage: &Stage,
    step: &Step,
    days: &Wire,
) {
    let world = draft.world;
    let Some(task) = world.schema.entity(TASK) else { return };
    if task.field(&entity.id).is_none_or(|field| field.kind.relation_target() != Some(&entity.id)) {
        return;
    }
    let named = days.get(&step.id).and_then(Json::as_str).and_then(Date::parse);
    let due = process::due(step, &world.schema.workspace.work, world.today, named);
    let zone = &world.actor.zone;
    let Some(due) = due.and_then(|due| Schedule::resolve(due, None, zone, world.zones)) else { return };
    let label = in_workspace(world.schema, &step.label);
    let owner = after.get("owner").and_then(Value::reference).unwrap_or(world.actor.user);
    let values = Values::from([
        ("name".to_owned(), Value::Text(label.chars().take(MAX_NAME).collect())),
        ("status".to_owned(), Value::Text("open".to_owned())),
        ("due".to_owned(), Value::Schedule(due)),
        ("owner".to_owned(), Value::Reference(owner)),
        (entity.id.clone(), Value::Reference(record.key.id)),
    ]);
    let id = draft.command.named(&format!("{}/{}/{}", record.key.id, stage.id, step.id));
    let key = RecordKey::new(TASK, id);
    // A command that moves a record to and fro has come by here before.
    if draft.find(&key).is_none() {
        let task = Record { key, version: 0, values: Values::new(), deleted: None };
        draft.write(&task, ChangeKind::Created, values);
    }
}
