//! The one door: every change, whoever sends it, goes through [`send`].

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Role;
use domain::api::Code;
use domain::api::command::{Answer as CommandAnswer, Found, Receipt, Saved};
use domain::command::{
    Action, ChangeKind, Command, Loaded, Logged, Needs, Plan, Refusal, World, audience_to_undo, hangs_on,
    needs, needs_to_undo, plan, touches_to_undo,
};
use domain::fields::Reading;
use domain::files::Uploaded;
use domain::ids::Id;
use domain::message::Problem;
use domain::money::{Currency, Rate, Rates};
use domain::record::RecordKey;
use domain::schema::change::Place;
use domain::schema::{Entity, Schema};
use domain::time::{Date, Instant, Zone};

use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, refusal_parts};
use crate::platform::Zones;
use crate::recurrence::RfcRules;
use crate::storage::db::{Db, DbError, Rows, Statement};
use crate::storage::records::{self, Load, Reader};
use crate::storage::save::Save;
use crate::storage::{files, log, places, readers, reminders};

/// How often a save is tried again after somebody else came in between. Each turn loads and decides anew.
pub(super) const TURNS: usize = 8;
/// How often a taken key is believed to have been free a moment ago: names that two chunks of an import both
/// miss are created by one of them, and the other finds them when it loads again.
const TAKEN_TURNS: usize = 4;

/// Decides a command and saves it. Sent again, it answers with the receipt of the first time.
///
/// # Errors
/// 401, faults, and that others came in between each time; what is wrong with the command itself is an answer.
pub async fn send(cx: &Cx, command: &Command) -> Answer<CommandAnswer> {
    let mut taken = 0;
    for _ in 0..TURNS {
        match turn(cx, command).await? {
            Turn::Answered(answer) => return Ok(*answer),
            Turn::Again => {}
            Turn::Taken(problem) => {
                taken += 1;
                if taken == TAKEN_TURNS {
                    let problems = vec![problem];
                    return Ok(CommandAnswer::Refused { command: command.id, code: Code::Invalid, problems });
                }
            }
        }
    }
    Err(Failure::refused(Code::Busy))
}

enum Turn {
    Answered(Box<CommandAnswer>),
    /// A guard did not hold: somebody else was in between.
    Again,
    /// A key is taken that the plan did not know of, a moment ago or by what the asker cannot see.
    Taken(Problem),
}

async fn turn(cx: &Cx, command: &Command) -> Answer<Turn> {
    let (session, rows) = cx.session(&|session| load(session, command)).await?;
    let mut answers = Answers { rows: rows.into_iter() };
    if let Some((user, seq, result)) = answers.next()?.first::<(Id, u64, String)>()? {
        return known_receipt(&session, command, user, seq, &result);
    }
    let reader = session.reader()?;
    let mut loaded = read_world(reader, &wishes(command, &session), &mut answers)?;
    if let Some(Action::Undo { .. }) = command.actions.first() {
        load_undone(&session, &mut loaded).await?;
    }
    match plan(command, &world(&session, &loaded)) {
        Ok(plan) => {
            let turn = save(&session, command, &plan, &loaded.records).await?;
            if let Turn::Answered(answer) = &turn
                && let CommandAnswer::Done(receipt) = &**answer
            {
                cx.has_saved(session.db.workspace(), receipt.seq, &plan);
            }
            Ok(turn)
        }
        Err(refusal) => Ok(Turn::Answered(Box::new(refused(command.id, refusal)))),
    }
}

/// What the planner may look at.
pub(super) fn world<'a>(session: &'a Session, loaded: &'a Loads) -> World<'a> {
    World {
        schema: &session.schema,
        actor: &session.actor,
        now: session.now,
        today: session.today,
        zones: &Zones,
        rates: &loaded.rates,
        repeats: Some(&RfcRules),
        records: &loaded.records,
        team_mates: &loaded.team_mates,
        own_teams: loaded.own_teams.as_ref(),
        names: &loaded.names,
        taken: &loaded.taken,
        teams: &loaded.teams,
        occupied: &loaded.occupied,
        files: Some(&loaded.files),
        active: loaded.active.as_ref(),
        undo: &loaded.undo,
        leant_on: &loaded.leant_on,
        contacts: &loaded.contacts,
        readers: Some(&loaded.readers),
    }
}

fn refused(command: Id, refusal: Refusal) -> CommandAnswer {
    match refusal_parts(refusal) {
        (Code::Conflict, _, conflicts) => CommandAnswer::Conflict { command, conflicts },
        (code, problems, _) => CommandAnswer::Refused { command, code, problems },
    }
}

fn known_receipt(session: &Session, command: &Command, user: Id, seq: u64, result: &str) -> Answer<Turn> {
    let answer = if user == session.actor.user {
        let mut receipt: Receipt =
            serde_json::from_str(result).map_err(|error| Failure::Fault(format!("receipt: {error}")))?;
        // The batch assigned it.
        receipt.seq = seq;
        CommandAnswer::Done(receipt)
    } else {
        let problems = vec![Problem::on("id", "problem.id_taken")];
        CommandAnswer::Refused { command: command.id, code: Code::Invalid, problems }
    };
    Ok(Turn::Answered(Box::new(answer)))
}

/// What a command needs, in the order its statements are made and read.
struct Wishes {
    needs: Needs,
    names: BTreeMap<String, Vec<String>>,
    external: BTreeMap<String, Vec<String>>,
}

fn wishes(command: &Command, session: &Session) -> Wishes {
    let mut needs = needs(command, &session.schema);
    needs.team_mates &= session.role().is_ok_and(Role::creates_for_team);
    let group = |pairs: &BTreeSet<(String, String)>| {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (entity, key) in pairs.iter().filter(|(entity, _)| session.schema.entity(entity).is_some()) {
            groups.entry(entity.clone()).or_default().push(key.clone());
        }
        groups
    };
    Wishes { names: group(&needs.names), external: group(&needs.external_ids), needs }
}

fn load(session: &Session, command: &Command) -> Answer<Vec<Statement>> {
    let reader = session.reader()?;
    let Wishes { needs, names, external } = wishes(command, session);
    let mut statements = vec![log::receipt(command.id)];
    if needs.rates {
        statements.push(records::rates());
    }
    if needs.team_mates {
        statements.push(records::team_mates(reader.user));
    }
    if needs.own_teams {
        statements.push(records::own_teams(reader.user));
    }
    if let Some(undone) = needs.undo {
        statements.push(log::of_command(undone));
    }
    for (entity, keys) in &names {
        statements
            .extend(session.schema.entity(entity).map(|entity| records::by_match_key(reader, entity, keys)));
    }
    for (entity, keys) in &external {
        statements
            .extend(session.schema.entity(entity).map(|entity| records::taken_external_ids(entity, keys)));
    }
    if !needs.files.is_empty() {
        statements.push(files::by_ids(&needs.files, session.now));
    }
    if needs.teams {
        statements.push(places::teams());
    }
    statements.extend(needs.places.iter().map(|place| places::count(&session.schema, place)));
    if needs.active {
        statements.push(places::active());
    }
    statements.extend(wanted_whole(&session.schema, &needs).map(|load| load.statement(reader)));
    let contacts = records::contacts(&session.schema, &needs.touches);
    statements.extend(contacts.into_iter().map(|(_, statement)| statement));
    let readers = readers::of_pairs(&session.schema, &needs.readers);
    statements.extend(readers.into_iter().map(|(_, statement)| statement));
    Ok(statements)
}

fn wanted_whole<'a>(schema: &'a Schema, needs: &Needs) -> impl Iterator<Item = Load<'a>> {
    let related = records::load_related(schema, &needs.related);
    let found = records::load_found(schema, needs);
    records::load(schema, &needs.records).into_iter().chain(related).chain(found)
}

struct Answers {
    rows: std::vec::IntoIter<Rows>,
}

impl Answers {
    fn next(&mut self) -> Answer<Rows> {
        self.rows.next().ok_or_else(|| Failure::Fault("fewer answers than statements".into()))
    }
}

#[derive(Default)]
pub(super) struct Loads {
    rates: Rates,
    pub records: BTreeMap<RecordKey, Loaded>,
    team_mates: BTreeSet<Id>,
    own_teams: Option<BTreeSet<Id>>,
    names: BTreeMap<(String, String), Vec<Id>>,
    taken: BTreeSet<(String, String)>,
    teams: BTreeMap<Id, Id>,
    occupied: BTreeMap<Place, u64>,
    files: BTreeMap<Id, Uploaded>,
    active: Option<BTreeMap<String, u64>>,
    undo: Vec<Logged>,
    leant_on: BTreeSet<RecordKey>,
    contacts: BTreeMap<RecordKey, Option<Instant>>,
    readers: BTreeSet<(RecordKey, Id)>,
    undo_entries: Vec<log::Entry>,
}

/// Reads the answers in the order [`load`] asked.
fn read_world(reader: Reader<'_>, wishes: &Wishes, answers: &mut Answers) -> Answer<Loads> {
    let mut world = Loads::default();
    if wishes.needs.rates {
        for (currency, from, micros) in answers.next()?.read::<(String, String, i64)>()? {
            if let (Some(currency), Some(from)) = (Currency::parse(&currency), Date::parse(&from)) {
                world.rates.0.push(Rate { currency, from, micros });
            }
        }
    }
    if wishes.needs.team_mates {
        world.team_mates = answers.next()?.read::<(Id,)>()?.into_iter().map(|(id,)| id).collect();
    }
    if wishes.needs.own_teams {
        let teams = answers.next()?.read::<(Id,)>()?;
        world.own_teams = Some(teams.into_iter().map(|(id,)| id).collect());
    }
    if wishes.needs.undo.is_some() {
        world.undo_entries = log::read(&answers.next()?)?;
    }
    for entity in wishes.names.keys() {
        for (key, id) in answers.next()?.read::<(String, Id)>()? {
            world.names.entry((entity.clone(), key)).or_default().push(id);
        }
    }
    for entity in wishes.external.keys() {
        let taken = answers.next()?.read::<(String,)>()?;
        world.taken.extend(taken.into_iter().map(|(id,)| (entity.clone(), id)));
    }
    if !wishes.needs.files.is_empty() {
        world.files = files::read(&answers.next()?)?;
    }
    if wishes.needs.teams {
        world.teams = answers.next()?.read::<(Id, Id)>()?.into_iter().collect();
    }
    for place in &wishes.needs.places {
        world.occupied.insert(place.clone(), places::read_count(&answers.next()?)?);
    }
    if wishes.needs.active {
        world.active = Some(answers.next()?.read::<(String, u64)>()?.into_iter().collect());
    }
    for load in wanted_whole(reader.schema, &wishes.needs) {
        records::read_loaded(reader, load.entity, &answers.next()?, &mut world.records)?;
    }
    for (entity, _) in records::contacts(reader.schema, &wishes.needs.touches) {
        records::read_contacts(&entity, &answers.next()?, &mut world.contacts)?;
    }
    for (entity, _) in readers::of_pairs(reader.schema, &wishes.needs.readers) {
        readers::read(&entity, &answers.next()?, &mut world.readers)?;
    }
    Ok(world)
}

/// An undo knows its records only after their log: one more load.
async fn load_undone(session: &Session, world: &mut Loads) -> Answer<()> {
    let reader = session.reader()?;
    let entries = std::mem::take(&mut world.undo_entries);
    let keys: BTreeSet<RecordKey> =
        entries.iter().map(|entry| RecordKey::new(&entry.entity, entry.record)).collect();
    let reading = Reading { schema: &session.schema, zone: &session.actor.zone, zones: &Zones };
    world.undo = entries.into_iter().map(|entry| log::to_logged(entry, reader, &reading)).collect();
    let goes = |entry: &&Logged| matches!(entry.kind, ChangeKind::Created | ChangeKind::Restored);
    let going: BTreeSet<RecordKey> = world.undo.iter().filter(goes).map(|entry| entry.key.clone()).collect();
    let (used, held) = needs_to_undo(&world.undo, &session.schema);
    let touches = touches_to_undo(&world.undo);
    let seen: BTreeSet<RecordKey> = keys.iter().cloned().chain(audience_to_undo(&world.undo)).collect();
    let (loaded, mut statements): (Vec<&Entity>, Vec<Statement>) = records::load(&session.schema, &seen)
        .into_iter()
        .chain(records::load_related(&session.schema, &hangs_on(&touches, &session.schema)))
        .map(|load| (load.entity, load.statement(reader)))
        .unzip();
    let (touched, more): (Vec<String>, Vec<Statement>) =
        records::contacts(&session.schema, &touches).into_iter().unzip();
    statements.extend(more);
    let (leant_on, more): (Vec<String>, Vec<Statement>) =
        records::leaning(&session.schema, &going, &keys).into_iter().unzip();
    statements.extend(more);
    let (stored, more): (Vec<String>, Vec<Statement>) =
        records::stored(&session.schema, &keys).into_iter().unzip();
    statements.extend(more);
    statements.extend(used.iter().map(|place| places::count(&session.schema, place)));
    if !held.is_empty() {
        statements.push(files::by_ids(&held, session.now));
    }
    if statements.is_empty() {
        return Ok(());
    }
    let mut answers = session.db.batch(statements).await?.into_iter();
    for (entity, rows) in loaded.iter().zip(answers.by_ref()) {
        records::read_loaded(reader, entity, &rows, &mut world.records)?;
    }
    for (entity, rows) in touched.iter().zip(answers.by_ref()) {
        records::read_contacts(entity, &rows, &mut world.contacts)?;
    }
    for (entity, rows) in leant_on.iter().zip(answers.by_ref()) {
        let ids = rows.read::<(Id,)>()?;
        world.leant_on.extend(ids.into_iter().map(|(id,)| RecordKey::new(entity, id)));
    }
    let mut there = BTreeSet::new();
    for (entity, rows) in stored.iter().zip(answers.by_ref()) {
        let ids = rows.read::<(Id,)>()?;
        there.extend(ids.into_iter().map(|(id,)| RecordKey::new(entity, id)));
    }
    // What was deleted so long ago that it is gone for good needs no undoing, and keeps nothing else from it.
    world.undo.retain(|entry| entry.inverse.is_some() || there.contains(&entry.key));
    for (place, rows) in used.into_iter().zip(answers.by_ref()) {
        world.occupied.insert(place, places::read_count(&rows)?);
    }
    if let Some(rows) = answers.next() {
        world.files = files::read(&rows)?;
    }
    Ok(())
}

async fn save(
    session: &Session,
    command: &Command,
    plan: &Plan,
    current: &BTreeMap<RecordKey, Loaded>,
) -> Answer<Turn> {
    let undoes = match command.actions.first() {
        Some(Action::Undo { command }) => Some(*command),
        _ => None,
    };
    let write = Write {
        schema: &session.schema,
        plan,
        current,
        command: command.id,
        user: session.actor.user,
        now: session.now,
        undoes,
    };
    match write.save(&session.db, Vec::new()).await {
        Ok(receipt) => Ok(Turn::Answered(Box::new(CommandAnswer::Done(receipt)))),
        // A guard or the receipt itself: load again and see what it was.
        Err(error) if came_in_between(&error) => Ok(Turn::Again),
        Err(DbError::Constraint(text)) if text.contains("external_id") => {
            Ok(Turn::Taken(Problem::on("external_id", "problem.taken")))
        }
        Err(DbError::Constraint(text)) if text.contains(".id") => {
            Ok(Turn::Taken(Problem::on("record", "problem.id_taken")))
        }
        // The log keeps a change as text inside text, so that a body within its limit may still make too large a row.
        Err(DbError::TooLarge(_)) => {
            let refused = CommandAnswer::Refused {
                command: command.id,
                code: Code::TooLarge,
                problems: vec![Problem::on("actions", "problem.command_too_large")],
            };
            Ok(Turn::Answered(Box::new(refused)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A plan on its way into the database.
pub(super) struct Write<'a> {
    pub schema: &'a Schema,
    pub plan: &'a Plan,
    pub current: &'a BTreeMap<RecordKey, Loaded>,
    pub command: Id,
    pub user: Id,
    pub now: Instant,
    pub undoes: Option<Id>,
}

impl Write<'_> {
    /// Saves it in one batch with what else has to happen then, all of it or nothing.
    ///
    /// # Errors
    /// A constraint, also where [`came_in_between`] says that it was somebody else's change; faults.
    pub async fn save(&self, db: &Db, with: Vec<Statement>) -> Result<Receipt, DbError> {
        let Self { schema, plan, current, command, user, now, undoes } = *self;
        let revision = plan.definition.as_ref().map_or(schema.revision, |(schema, _)| schema.revision);
        let records = plan.changes.iter().map(|change| Saved {
            entity: change.key.entity.clone(),
            record: change.key.id,
            version: change.base_version + 1,
        });
        let mut receipt = Receipt {
            command,
            seq: 0,
            records: records.collect(),
            revision,
            rows: plan.rows.clone(),
            found: plan
                .found
                .iter()
                .map(|key| Found { entity: key.entity.clone(), record: key.id })
                .collect(),
            kept: plan.kept.clone(),
        };
        let current = &|key: &RecordKey| current.get(key).map(|loaded| loaded.record.clone());
        let result = serde_json::to_value(&receipt).map_err(|error| DbError::Fault(error.to_string()))?;
        let offset_ms = Zones.offset_ms(&schema.workspace.zone, now.unix_ms()).unwrap_or_default();
        let save = Save { schema, plan, current, command, user, now, offset_ms, undoes, result };
        let mut statements = save.statements();
        statements.extend(with);
        if plan.import.is_none() && undoes.is_none() {
            statements.extend(reminders::assigned(schema, plan, db.workspace(), command, user, now));
        }
        if plan.definition.as_ref().is_some_and(|(new, _)| new.workspace.zone != schema.workspace.zone) {
            statements.extend(reminders::find_anew(None));
        }
        let rows = db.batch(statements).await?;
        let assigned = rows.first().map(Rows::first::<(u64,)>).transpose()?.flatten();
        receipt.seq = assigned.map_or(0, |(seq,)| seq);
        Ok(receipt)
    }
}

/// A guard did not hold, or the receipt is there already: load again and see what it was.
pub(super) fn came_in_between(error: &DbError) -> bool {
    matches!(error, DbError::Constraint(text) if text.contains("guards_hold") || text.contains("receipt."))
}
