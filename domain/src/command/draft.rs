//! The plan while it grows: records as they would be after the actions so far.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{
    Change, ChangeKind, Conflict, FieldConflict, Keys, Loaded, May, Numbered, Plan, Refusal, Wire, World,
};
use crate::access::{Level, Role};
use crate::fields::{self, FieldKind, Reading};
use crate::files::{FileInfo, Uploaded};
use crate::ids::Id;
use crate::message::Problem;
use crate::money::Money;
use crate::record::{Record, RecordKey, Values};
use crate::schema::builtin::user::status;
use crate::schema::change::Place;
use crate::schema::{Entity, Field};
use crate::value::Value;

pub(super) struct Draft<'a> {
    pub world: &'a World<'a>,
    pub role: &'a Role,
    /// The command being planned: ids of what it brings about follow from it.
    pub command: Id,
    pub plan: Plan,
    pub problems: Vec<Problem>,
    pub forbidden: Vec<Problem>,
    pub missing: Vec<Problem>,
    pub conflicts: Vec<Conflict>,
    pub outdated: bool,
    /// The action being planned, for problems.
    pub action: Option<usize>,
    touched: BTreeMap<RecordKey, usize>,
    drafted: BTreeMap<RecordKey, Record>,
    /// Records that were found by their name, in sight and not deleted.
    named: BTreeSet<RecordKey>,
}

impl<'a> Draft<'a> {
    pub fn new(world: &'a World<'a>, role: &'a Role, command: Id) -> Self {
        let keys = |((entity, _), ids): (&(String, String), &'a Vec<Id>)| {
            ids.iter().map(|id| RecordKey::new(entity, *id)).collect::<Vec<_>>()
        };
        let named = world.names.iter().flat_map(keys).collect();
        Self {
            world,
            role,
            command,
            plan: Plan::default(),
            problems: Vec::new(),
            forbidden: Vec::new(),
            missing: Vec::new(),
            conflicts: Vec::new(),
            outdated: false,
            action: None,
            touched: BTreeMap::new(),
            drafted: BTreeMap::new(),
            named,
        }
    }

    /// Takes away what somebody may still be using; says so when somebody is.
    pub fn vacate(&mut self, place: Place) {
        match self.world.occupied.get(&place) {
            Some(count) if *count > 0 => self.invalid(place.problem(*count)),
            _ => {
                self.plan.vacant.insert(place);
            }
        }
    }

    /// Nobody locks the workspace's last door: after the plan there has to be somebody active who may define and
    /// manage people.
    fn check_keys(&mut self) {
        let Some(active) = self.world.active else { return };
        let defined = self.plan.definition.as_ref().map(|(schema, _)| schema);
        let schema = defined.unwrap_or(self.world.schema);
        let opens = |role: &str| schema.role(role).is_some_and(Role::holds_the_keys);
        let mut keys = Keys {
            roles: schema
                .roles
                .iter()
                .filter(|role| role.holds_the_keys())
                .map(|role| role.id.clone())
                .collect(),
            but: BTreeSet::new(),
        };
        let mut left: u64 = active.iter().filter(|(role, _)| opens(role)).map(|(_, count)| count).sum();
        let mut gains = false;
        let mut place = "permissions";
        for change in self.plan.changes.iter().filter(|change| change.key.entity == "user") {
            let Some(known) = self.world.records.get(&change.key) else { continue };
            let of = |field: &str, values: &'_ Values| {
                let value = values.get(field).unwrap_or_else(|| known.record.get(field));
                value.text().unwrap_or_default().to_owned()
            };
            let holds =
                |values: &Values| of("status", values) == status::ACTIVE && opens(&of("role", values));
            match (holds(&Values::new()), holds(&change.after)) {
                (true, false) => {
                    left = left.saturating_sub(1);
                    keys.but.insert(change.key.id);
                    place = if change.after.contains_key("status") { "status" } else { "role" };
                }
                (false, true) => {
                    left += 1;
                    gains = true;
                }
                _ => {}
            }
        }
        let takes = defined.is_some() || !keys.but.is_empty();
        if takes && left == 0 {
            self.invalid(Problem::on(place, "problem.definition.last_administrator"));
        }
        // Who comes in by this very plan is guarded by their own version.
        if takes && !gains {
            self.plan.keys = Some(keys);
        }
    }

    /// The finished plan, or every reason why there is none; the gravest kind of reason names the refusal.
    pub fn finish(mut self) -> Result<Plan, Refusal> {
        self.check_keys();
        if self.outdated {
            return Err(Refusal::Outdated);
        }
        if !self.problems.is_empty() {
            return Err(Refusal::Invalid([self.problems, self.missing, self.forbidden].concat()));
        }
        if !self.missing.is_empty() {
            return Err(Refusal::NotFound([self.missing, self.forbidden].concat()));
        }
        if !self.forbidden.is_empty() {
            return Err(Refusal::Forbidden(self.forbidden));
        }
        if !self.conflicts.is_empty() {
            return Err(Refusal::Conflict(self.conflicts));
        }
        Ok(self.plan)
    }

    pub fn reading(&self) -> Reading<'a> {
        Reading { schema: self.world.schema, zone: &self.world.actor.zone, zones: self.world.zones }
    }

    fn place(&self, mut problem: Problem) -> Problem {
        problem.action = self.action;
        problem
    }

    pub fn invalid(&mut self, problem: Problem) {
        let problem = self.place(problem);
        self.problems.push(problem);
    }

    pub fn not_found(&mut self, problem: Problem) {
        let problem = self.place(problem);
        self.missing.push(problem);
    }

    pub fn forbid(&mut self, problem: Problem) {
        let problem = self.place(problem);
        self.forbidden.push(problem);
    }

    pub fn entity(&mut self, id: &str) -> Option<&'a Entity> {
        let found = self.world.schema.entity(id);
        if found.is_none() {
            self.invalid(Problem::on("entity", "problem.unknown_entity").with("entity", id));
        }
        found
    }

    /// A record as it is after the actions so far, when it is in sight. Records this command creates may be
    /// changed by it.
    pub fn find(&self, key: &RecordKey) -> Option<Loaded> {
        let loaded = self.world.records.get(key);
        match self.drafted.get(key) {
            Some(record) => {
                let may =
                    loaded.map_or(May { update: true, delete: true, assign: true }, |loaded| loaded.may);
                Some(Loaded { record: record.clone(), may })
            }
            None => loaded.cloned(),
        }
    }

    /// A record that must be there and not deleted; says so otherwise.
    pub fn load(&mut self, entity: &str, id: Id) -> Option<Loaded> {
        let found = self.find(&RecordKey::new(entity, id)).filter(|loaded| loaded.record.deleted.is_none());
        if found.is_none() {
            self.not_found(Problem::on("record", "problem.record_not_found").with("record", id));
        }
        found
    }

    /// A team and those it is part of, as they are after the actions so far.
    pub fn teams_above(&self, team: &Value) -> impl Iterator<Item = Id> {
        let above = |team: &Id| match self.drafted.get(&RecordKey::new("team", *team)) {
            Some(drafted) => drafted.get("parent").reference(),
            None => self.world.teams.get(team).copied(),
        };
        // A circle that is there already has an end too.
        std::iter::successors(team.reference(), above).take(self.world.teams.len() + self.drafted.len() + 1)
    }

    /// Writes values into a record's change, starting one if this is its first.
    pub fn write(&mut self, record: &Record, kind: ChangeKind, values: Values) {
        let key = record.key.clone();
        let at = *self.touched.entry(key.clone()).or_insert_with(|| {
            let (before, after) = (Values::new(), Values::new());
            self.plan.changes.push(Change {
                key: key.clone(),
                kind,
                base_version: record.version,
                before,
                after,
            });
            self.plan.changes.len() - 1
        });
        let mut drafted = record.clone();
        let change = &mut self.plan.changes[at];
        if kind != ChangeKind::Updated {
            change.kind = kind;
        }
        for (field, value) in values {
            change.before.entry(field.clone()).or_insert_with(|| record.get(&field).clone());
            change.after.insert(field.clone(), value.clone());
            drafted.values.insert(field, value);
        }
        if kind == ChangeKind::Created {
            self.number(&key);
        }
        drafted.deleted = match kind {
            ChangeKind::Deleted => Some(self.world.now),
            ChangeKind::Restored => None,
            _ => drafted.deleted,
        };
        self.drafted.insert(key, drafted);
    }

    /// Orders the numbers that a new record gets from the system.
    fn number(&mut self, key: &RecordKey) {
        let Some(entity) = self.world.schema.entity(&key.entity) else { return };
        for field in entity.fields.iter().filter(|field| !field.retired) {
            if let FieldKind::AutoNumber(kind) = &field.kind {
                self.plan.numbers.push(Numbered {
                    key: key.clone(),
                    field: field.id.clone(),
                    numbering: kind.numbering(self.world.today),
                });
            }
        }
    }

    /// Where the plan stands, for [`Draft::roll_back`].
    pub fn mark(&self) -> usize {
        self.plan.changes.len()
    }

    /// Forgets the changes begun since a mark.
    pub fn roll_back(&mut self, mark: usize) {
        for change in self.plan.changes.drain(mark..) {
            self.touched.remove(&change.key);
            self.drafted.remove(&change.key);
            self.plan.numbers.retain(|numbered| numbered.key != change.key);
            self.plan.mentions.retain(|mention| mention.comment != change.key.id);
        }
    }

    /// Reads what a person wants to write: known, writable fields with allowed values. Every problem is noted.
    pub fn read_values(&mut self, entity: &Entity, wire: &Wire) -> Values {
        let mut values = Values::new();
        for (id, json) in wire {
            let Some(field) = self.writable(entity, id) else { continue };
            match fields::read(&field.kind, json, &self.reading()) {
                Ok(value) => {
                    values.insert(id.clone(), value);
                }
                Err(problem) => self.invalid(problem.at(id)),
            }
        }
        values
    }

    /// A field that this role may write by hand. A hidden field is answered like an unknown one.
    pub fn writable<'e>(&mut self, entity: &'e Entity, id: &str) -> Option<&'e Field> {
        let field = entity.field(id).filter(|field| !self.role.hides(&entity.id, &field.id));
        match field {
            None => {
                self.invalid(Problem::on(id, "problem.unknown_field"));
                None
            }
            Some(field) if field.system || field.retired => {
                self.invalid(Problem::on(id, "problem.read_only"));
                None
            }
            field => field,
        }
    }

    /// What is pointed at must be in sight and alive; people must be in use to become somebody's owner.
    pub fn check_targets(&mut self, entity: &Entity, values: &Values) {
        for (id, value) in values {
            let Some(target) = entity.field(id).and_then(|field| field.kind.relation_target()) else {
                continue;
            };
            let Some(pointed) = value.reference() else { continue };
            // The session is proof enough of the asker.
            if target == "user" && pointed == self.world.actor.user {
                continue;
            }
            let key = RecordKey::new(target, pointed);
            match self.find(&key) {
                Some(loaded) if loaded.record.deleted.is_none() => {
                    if loaded.record.version > 0 {
                        self.plan.alive.insert(key);
                    }
                }
                None if self.named.contains(&key) => {
                    self.plan.alive.insert(key);
                }
                _ => self.invalid(Problem::on(id, "problem.reference_not_found")),
            }
        }
    }

    /// Files come from whoever writes, or are on the record already where the role sees them. What the workspace knows
    /// of them replaces what was said.
    pub fn check_files(&mut self, entity: &Entity, record: Option<&Record>, values: &mut Values) {
        let seen = |(id, value): (&String, &'_ Value)| {
            let hidden = self.role.hides(&entity.id, id);
            if hidden { Vec::new() } else { value.files().to_vec() }
        };
        let held: Vec<FileInfo> =
            record.iter().flat_map(|record| record.values.iter()).flat_map(seen).collect();
        let mut problems = Vec::new();
        for (id, value) in values {
            let (Value::Files(files), Some(FieldKind::File(kind))) =
                (value, entity.field(id).map(|field| &field.kind))
            else {
                continue;
            };
            for file in files.iter_mut() {
                let own = |known: &BTreeMap<Id, Uploaded>| {
                    let uploaded = known.get(&file.id)?;
                    (uploaded.by == self.world.actor.user).then(|| uploaded.info.clone())
                };
                match (held.iter().find(|held| held.id == file.id), self.world.files) {
                    (Some(held), _) => file.clone_from(held),
                    (None, Some(known)) => match own(known) {
                        Some(info) => *file = info,
                        None => {
                            problems.push(Problem::on(id, "problem.file_not_found").with("name", &file.name))
                        }
                    },
                    (None, None) => {}
                }
            }
            problems.extend(kind.problem(files).map(|problem| problem.at(id)));
        }
        for problem in problems {
            self.invalid(problem);
        }
    }

    /// Required fields that `values` (on top of `record`) leaves empty. For an existing record only fields that
    /// this change empties count: a rule made stricter later never blocks old records.
    pub fn check_required(&mut self, entity: &Entity, values: &Values, new: bool) {
        for field in entity.fields.iter().filter(|field| field.required && !field.retired) {
            let empty = match values.get(&field.id) {
                Some(value) => value.is_null(),
                None => new,
            };
            // Somebody who may not see a field cannot fill it, and what could not be read was not left out.
            let hidden = self.role.hides(&entity.id, &field.id);
            if empty && !hidden && !self.complains_of(Some(&field.id)) {
                self.invalid(Problem::on(&field.id, "problem.required"));
            }
        }
    }

    /// Whether something is wrong with this field already, by the action being planned.
    pub fn complains_of(&self, field: Option<&str>) -> bool {
        self.problems.iter().any(|problem| problem.action == self.action && problem.field.as_deref() == field)
    }

    /// Adds what money is worth in the workspace's currency today.
    pub fn convert(&self, values: &mut Values) {
        for value in values.values_mut() {
            if let Value::Money(money) = value {
                let base = self.world.schema.workspace.currency;
                let base_minor =
                    self.world.rates.convert(money.minor, money.currency, base, self.world.today);
                *value = Value::Money(Money { base_minor, ..*money });
            }
        }
    }

    /// Whether the asker may create a record for this owner.
    pub fn may_own(&self, entity: &str, owner: Option<Id>) -> bool {
        match self.role.level(entity, crate::access::Act::Create) {
            Level::None => false,
            Level::Own => owner == Some(self.world.actor.user),
            Level::Team => owner.is_some_and(|owner| {
                owner == self.world.actor.user || self.world.team_mates.contains(&owner)
            }),
            Level::All => true,
        }
    }

    /// Whether the asker may create a record of nobody under the parents it names: by changing one of them.
    pub fn may_hang(&self, entity: &Entity, values: &Values) -> bool {
        if self.role.level(&entity.id, crate::access::Act::Create) == Level::None {
            return false;
        }
        entity.parents.iter().any(|parent| {
            let target = entity.field(parent).and_then(|field| field.kind.relation_target());
            let id = values.get(parent).and_then(Value::reference);
            let key = target.zip(id).map(|(target, id)| RecordKey::new(target, id));
            key.and_then(|key| self.find(&key))
                .is_some_and(|loaded| loaded.may.update && loaded.record.deleted.is_none())
        })
    }

    /// Compares what a command believed with what stands there: equal fields pass, fields that already hold the
    /// wish fall away, others conflict.
    pub fn merge(&mut self, record: &Record, old: &Values, mut wished: Values) -> Values {
        let mut fields = Vec::new();
        wished.retain(|id, wish| {
            let current = record.get(id);
            if current.same(wish) {
                return false;
            }
            let believed = old.get(id).unwrap_or(&Value::Null);
            if !current.same(believed) {
                fields.push(FieldConflict {
                    field: id.clone(),
                    yours: wish.to_json(),
                    theirs: current.to_json(),
                    base: believed.to_json(),
                });
            }
            true
        });
        if !fields.is_empty() {
            let RecordKey { entity, id } = record.key.clone();
            self.conflicts.push(Conflict { entity, record: id, version: record.version, fields });
        }
        wished
    }

    /// Wire values that describe the past; what does not read as a value cannot be what stood there.
    pub fn read_old(&self, entity: &Entity, wire: &Wire) -> Values {
        let read = |(id, json): (&String, &Json)| {
            let field = entity.field(id)?;
            Some((id.clone(), fields::read_past(&field.kind, json, &self.reading())?))
        };
        wire.iter().filter_map(read).collect()
    }
}
