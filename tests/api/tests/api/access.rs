//! The access matrix: every shipped role and some made up at random, every kind of record, every act, over records
//! of one's own, of a team mate, of a team below, of another team and of nobody, and over children under each of
//! them. What the Worker answers is compared with a slow plain oracle: loops over rows, with the table of grants as
//! its only knowledge. First every surface is compared, then a long row of things is tried for real, in an order
//! that chance gives, and then every surface once more.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};

use api_tests::actions::{assign, create, define, delete, log_touch, move_deal, restore, undo, update};
use api_tests::ids::{Dice, new_id};
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::access::{Act, Grant, Level, Permission, Role, shipped_roles};
use domain::api::command::Answer;
use domain::api::record::{
    BoardRequest, ChangesRequest, ListReply, ListRequest, RecordBody, SearchRequest, TimelineEntry,
    TimelineReply, TimelineRequest, TodayRequest, TotalsReply, TotalsRequest,
};
use domain::api::{
    Code, Empty, GetBoard, GetRecord, GetTimeline, GetToday, GetTotals, ListChanges, ListRecords, Search,
};
use domain::command::Action;
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use serde_json::{Value as Json, json};

/// A record as the oracle knows it.
#[derive(Clone, Debug)]
struct Row {
    id: Id,
    entity: &'static str,
    owner: Option<Id>,
    /// The records it hangs on.
    parents: Vec<usize>,
    deleted: bool,
    /// What stands in the field that is changed to see whether it may be; see [`spoken`].
    text: Option<String>,
    /// Of a deal.
    stage: &'static str,
    /// The next touch is planned, or the task due.
    planned: bool,
}

impl Row {
    fn new(entity: &'static str, owner: Option<Id>, parents: &[usize]) -> Self {
        let (parents, stage) = (parents.to_vec(), STAGES[0]);
        Self { id: new_id(), entity, owner, parents, deleted: false, text: None, stage, planned: true }
    }
}

/// Kinds of record that are handed from owner to owner, those that hang on others last.
const OWNED: [&str; 7] = ["lead", "account", "deal", "product", "contact", "touch", "task"];
/// A user is their own owner; teams and rates are nobody's.
const COMMON: [&str; 3] = ["user", "team", "rate"];
const FOLLOWED_UP: [&str; 4] = ["lead", "account", "contact", "deal"];
/// Into the open ones of these everybody moves who may change the deal: they ask for nothing.
const OPEN: usize = 4;
const STAGES: [&str; 6] = ["first_contact", "needs", "proposal", "negotiation", "signed", "lost"];
/// Things tried for real in each matrix.
const TRIES: usize = 160;

fn kinds() -> impl Iterator<Item = &'static str> {
    OWNED.into_iter().chain(COMMON)
}

/// A field of each kind of record whose change moves nothing else.
fn spoken(entity: &str) -> &'static str {
    match entity {
        "touch" => "summary",
        "user" | "team" => "name",
        "rate" => "rate",
        _ => "note",
    }
}

/// A text for that field that it does not hold yet, as it comes back.
fn new_text(entity: &str, number: usize) -> String {
    if entity == "rate" { format!("{}.000000", number + 10) } else { format!("第 {number} 次") }
}

/// The teams: 总部 over 华东 over 上海, and 华南 beside them.
struct People {
    teams: BTreeMap<Id, Option<Id>>,
    team_of: BTreeMap<Id, Id>,
}

impl People {
    /// Everybody in a person's team and in the teams below it.
    fn mates(&self, person: Id) -> BTreeSet<Id> {
        let mut mates = BTreeSet::from([person]);
        let Some(team) = self.team_of.get(&person) else { return mates };
        for (mate, place) in &self.team_of {
            let mut at = Some(*place);
            while let Some(place) = at {
                if place == *team {
                    mates.insert(*mate);
                }
                at = self.teams[&place];
            }
        }
        mates
    }
}

/// What the oracle expects of something that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Done,
    Refused(Code),
}

struct Oracle {
    role: Role,
    me: Id,
    mates: BTreeSet<Id>,
    rows: Vec<Row>,
}

impl Oracle {
    fn level(&self, entity: &str, act: Act) -> Level {
        self.role.grants.get(entity).map_or(Level::None, |grant| match act {
            Act::View => grant.view,
            Act::Create => grant.create,
            Act::Update => grant.update,
            Act::Delete => grant.delete,
            Act::Assign => grant.assign,
        })
    }

    fn owned(&self, level: Level, owner: Option<Id>) -> bool {
        match (level, owner) {
            (Level::All, _) => true,
            (Level::None, _) | (_, None) => false,
            (Level::Own, Some(owner)) => owner == self.me,
            (Level::Team, Some(owner)) => self.mates.contains(&owner),
        }
    }

    /// A child goes with what it hangs on: seeing the parent shows it, changing the parent allows to change it.
    fn may(&self, row: &Row, act: Act) -> bool {
        let level = self.level(row.entity, act);
        if level == Level::None {
            return false;
        }
        let through = if act == Act::View { Act::View } else { Act::Update };
        let by_parent =
            |parent: &usize| !self.rows[*parent].deleted && self.may(&self.rows[*parent], through);
        self.owned(level, row.owner) || row.parents.iter().any(by_parent)
    }

    fn sees(&self, row: &Row) -> bool {
        self.may(row, Act::View)
    }

    /// Rows of a kind that are shown: in sight and not deleted.
    fn shown(&self, entity: &str) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.entity == entity && !row.deleted && self.sees(row))
    }

    fn shown_ids(&self, entity: &str) -> BTreeSet<Id> {
        self.shown(entity).map(|row| row.id).collect()
    }

    /// Something done with a record that is there: it has to be in sight, and the act allowed.
    fn verdict(&self, row: &Row, act: Act) -> Verdict {
        if !self.sees(row) {
            return Verdict::Refused(Code::NotFound);
        }
        if self.may(row, act) { Verdict::Done } else { Verdict::Refused(Code::Forbidden) }
    }

    /// The same, of a record that may have been deleted.
    fn living(&self, row: &Row, act: Act) -> Verdict {
        if row.deleted { Verdict::Refused(Code::NotFound) } else { self.verdict(row, act) }
    }

    /// Whom one may make an owner: oneself, and everybody in sight.
    fn may_name(&self, owner: Option<Id>) -> bool {
        owner.is_none_or(|owner| owner == self.me || self.shown("user").any(|user| user.id == owner))
    }
}

/// Records of every owner; contacts, touches and tasks also under each of the others.
fn rows(owners: &[Option<Id>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for entity in ["lead", "account", "deal"] {
        rows.extend(owners.iter().map(|owner| Row::new(entity, *owner, &[])));
    }
    let parents = rows.len();
    for owner in owners {
        for entity in ["product", "contact", "touch", "task"] {
            rows.push(Row::new(entity, *owner, &[]));
        }
        for parent in 0..parents {
            let kinds: &[&str] = if rows[parent].entity == "account" {
                &["contact", "touch", "task"]
            } else {
                &["touch", "task"]
            };
            rows.extend(kinds.iter().map(|entity| Row::new(entity, *owner, &[parent])));
        }
    }
    // Two steps down: a touch of nobody under a contact of nobody under each account.
    for account in 0..parents {
        if rows[account].entity == "account" {
            let contact = rows.len();
            rows.push(Row::new("contact", None, &[account]));
            rows.push(Row::new("touch", None, &[contact]));
        }
    }
    rows
}

fn values(row: &Row, rows: &[Row]) -> Json {
    let mut values = if row.entity == "touch" { json!({"kind": "call"}) } else { json!({"name": "矩阵"}) };
    values["owner"] = json!(row.owner);
    if FOLLOWED_UP.contains(&row.entity) {
        values["next_touch"] = json!({"date": "2026-05-01"});
    }
    for parent in &row.parents {
        values[rows[*parent].entity] = json!(rows[*parent].id);
    }
    values
}

struct Scene {
    workspace: Workspace,
    teams: BTreeMap<&'static str, Id>,
    /// Whose records there are: mine, a mate's, somebody's below, somebody's beside, nobody's.
    owners: [Option<Id>; 5],
    me: Person,
    oracle: Oracle,
}

fn scene(role: Role) -> Scene {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    if shipped_roles().iter().all(|shipped| shipped != &role) {
        admin.done(vec![define(1, DefinitionChange::SetRole { role: role.clone() })]);
    }
    let top = workspace.team("总部", None);
    let east = workspace.team("华东", Some(top));
    let city = workspace.team("上海", Some(east));
    let south = workspace.team("华南", Some(top));
    let teams: BTreeMap<&'static str, Id> =
        [("总部", top), ("华东", east), ("上海", city), ("华南", south)].into();
    let user = |team: Id| {
        admin.create("user", json!({"name": "同事", "role": "rep", "status": "inactive", "team": team}))
    };
    let (mate, below, beside) = (user(east), user(city), user(south));
    let me = workspace.person(&role.id, Some(east));
    let people = People {
        teams: [(top, None), (east, Some(top)), (city, Some(east)), (south, Some(top))].into(),
        team_of: [(me.user, east), (mate, east), (below, city), (beside, south)].into(),
    };
    let owners = [Some(me.user), Some(mate), Some(below), Some(beside), None];
    let mut rows = rows(&owners);
    let actions: Vec<Action> =
        rows.iter().map(|row| create(row.entity, row.id, values(row, &rows))).collect();
    for chunk in actions.chunks(400) {
        admin.done(chunk.to_vec());
    }
    // Nobody's records: a creation without an owner is one's own, so the owner is taken away afterwards.
    let ownerless = rows.iter().filter(|row| row.owner.is_none());
    admin.done(ownerless.map(|row| assign(row.entity, row.id, Some(admin.user), None)).collect());

    // The common records, and whoever is there already.
    let common = |entity, id, owner, text: &str| Row {
        id,
        text: Some(text.to_owned()),
        ..Row::new(entity, owner, &[])
    };
    for (user, name) in [(admin.user, "Admin"), (mate, "同事"), (below, "同事"), (beside, "同事")] {
        rows.push(common("user", user, Some(user), name));
    }
    rows.push(common("user", me.user, Some(me.user), &format!("{} 同事", role.id)));
    rows.extend(teams.iter().map(|(name, team)| common("team", *team, None, name)));
    for day in ["2026-01-01", "2026-02-01"] {
        let rate = admin.create("rate", json!({"currency": "USD", "from": day, "rate": "7"}));
        rows.push(common("rate", rate, None, "7.000000"));
    }
    let oracle = Oracle { mates: people.mates(me.user), role, me: me.user, rows };
    Scene { workspace, teams, owners, me, oracle }
}

/// Every record of a kind that a list shows, with what may be done to it.
fn listed(person: &Person, entity: &str, deleted: bool) -> BTreeMap<Id, RecordBody> {
    let mut found = BTreeMap::new();
    let deleted = deleted.then_some(true);
    let mut request = ListRequest { limit: Some(200), deleted, ..ListRequest::default() };
    loop {
        let reply = person.reply::<ListRecords>(&[entity], &request);
        if reply.status == 403 {
            return found;
        }
        assert_eq!(reply.status, 200, "{reply}");
        let page: ListReply = reply.parse();
        found.extend(page.records.into_iter().map(|record| (record.id, record)));
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

/// How many records of a kind each owner has, by the totals.
fn counted(person: &Person, entity: &str) -> BTreeMap<Option<Id>, u64> {
    let group = OWNED.contains(&entity).then(|| "owner".to_owned());
    let reply = person.reply::<GetTotals>(&[entity], &TotalsRequest { group, ..TotalsRequest::default() });
    if reply.status == 403 {
        return BTreeMap::new();
    }
    assert_eq!(reply.status, 200, "{reply}");
    let groups = reply.parse::<TotalsReply>().groups;
    let count =
        |total: domain::api::record::Total| (total.group.map(|owner| owner.parse().unwrap()), total.count);
    groups.into_iter().map(count).filter(|(_, count)| *count > 0).collect()
}

/// Every record that the feed of changes names.
fn told(person: &Person) -> BTreeSet<Id> {
    let (mut after, mut told) = (0, BTreeSet::new());
    loop {
        let reply = person.call::<ListChanges>(&[], &ChangesRequest { after });
        told.extend(reply.changes.iter().filter(|note| note.entity != "definition").map(|note| note.record));
        after = reply.seq;
        if !reply.more {
            return told;
        }
    }
}

impl Scene {
    /// Everything that shows records shows what the oracle says, and says of it what may be done.
    fn surfaces_agree(&self) {
        let Self { oracle, me, .. } = self;
        let role = &oracle.role.id;
        for entity in kinds() {
            let shown = listed(me, entity, false);
            let ids: BTreeSet<Id> = shown.keys().copied().collect();
            assert_eq!(ids, oracle.shown_ids(entity), "{role} lists {entity}");
            for row in oracle.shown(entity) {
                let told = shown[&row.id].may;
                let may = [Act::Update, Act::Delete, Act::Assign].map(|act| oracle.may(row, act));
                assert_eq!([told.update, told.delete, told.assign], may, "{role} on {row:?}");
            }
            let gone =
                oracle.rows.iter().filter(|row| row.entity == entity && row.deleted && oracle.sees(row));
            let listed_gone: BTreeSet<Id> = listed(me, entity, true).into_keys().collect();
            assert_eq!(listed_gone, gone.map(|row| row.id).collect(), "{role} lists deleted {entity}");

            let mut count: BTreeMap<Option<Id>, u64> = BTreeMap::new();
            for row in oracle.shown(entity) {
                *count.entry(row.owner.filter(|_| OWNED.contains(&entity))).or_default() += 1;
            }
            assert_eq!(counted(me, entity), count, "{role} counts {entity}");
        }
        self.search_agrees();
        self.board_and_today_agree();
        let known = told(&self.workspace.admin);
        let seen = oracle.rows.iter().filter(|row| known.contains(&row.id) && oracle.sees(row));
        assert_eq!(told(me), seen.map(|row| row.id).collect(), "{role} is told of changes");
    }

    fn search_agrees(&self) {
        let Self { oracle, me, .. } = self;
        let named = ["lead", "account", "deal", "contact", "task", "product"].map(|entity| (entity, "矩阵"));
        for (entity, q) in named.into_iter().chain([("user", "同事"), ("team", "华")]) {
            let request = SearchRequest { q: q.to_owned(), entity: Some(entity.to_owned()) };
            let hits = me.call::<Search>(&[], &request).hits;
            let is_meant = |row: &&Row| match entity {
                "user" | "team" => row.text.as_deref().is_some_and(|name| name.contains(q)),
                _ => true,
            };
            let wanted: BTreeSet<Id> = oracle.shown(entity).filter(is_meant).map(|row| row.id).collect();
            assert!(
                hits.iter().all(|hit| wanted.contains(&hit.id)),
                "{} finds {entity}: {hits:?}",
                oracle.role.id
            );
            assert_eq!(hits.len(), wanted.len().min(10), "{} finds {entity}", oracle.role.id);
        }
    }

    fn board_and_today_agree(&self) {
        let Self { oracle, me, .. } = self;
        let role = &oracle.role.id;
        let board = me.reply::<GetBoard>(&["sales"], &BoardRequest { filter: None, limit: Some(200) });
        if oracle.level("deal", Act::View) == Level::None {
            assert_eq!(board.refusal().code, Code::Forbidden, "{role}: {board}");
        } else {
            for column in board.parse::<domain::api::record::BoardReply>().columns {
                let cards: BTreeSet<Id> = column.records.iter().map(|deal| deal.id).collect();
                let there = oracle.shown("deal").filter(|row| row.stage == column.stage);
                assert_eq!(
                    (cards, column.more),
                    (there.map(|row| row.id).collect(), false),
                    "{role}: {}",
                    column.stage
                );
            }
        }
        // Today is one's own work, as far as one sees it.
        let today = me.call::<GetToday>(&[], &TodayRequest {});
        let items = [today.overdue, today.today_items, today.later, today.undated].concat();
        let due = FOLLOWED_UP.iter().chain(&["task"]).flat_map(|entity| oracle.shown(entity));
        let mine = due.filter(|row| row.planned && row.owner == Some(oracle.me));
        let mine: BTreeSet<Id> = mine.map(|row| row.id).collect();
        assert_eq!(items.iter().map(|record| record.id).collect::<BTreeSet<_>>(), mine, "{role} has today");
    }

    /// Some records one by one, with what hangs on them.
    fn pages_agree(&self, dice: &mut Dice) {
        let Self { oracle, me, .. } = self;
        for _ in 0..40 {
            let at = dice.roll(oracle.rows.len());
            let row = &oracle.rows[at];
            let (id, status) = (row.id.to_string(), if oracle.sees(row) { 200 } else { 404 });
            let reply = me.reply::<GetRecord>(&[row.entity, &id], &Empty {});
            assert_eq!(reply.status, status, "{} reads {row:?}: {reply}", oracle.role.id);
            let reply = me.reply::<GetTimeline>(&[row.entity, &id], &TimelineRequest::default());
            assert_eq!(reply.status, status, "{} reads the timeline of {row:?}: {reply}", oracle.role.id);
            if status != 200 || !FOLLOWED_UP.contains(&row.entity) {
                continue;
            }
            let hanging = |entity| oracle.shown(entity).filter(|child| child.parents.contains(&at));
            let wanted: BTreeSet<Id> =
                hanging("touch").chain(hanging("task")).map(|child| child.id).collect();
            let timeline: TimelineReply = reply.parse();
            let on_it = |entry: &TimelineEntry| match entry {
                TimelineEntry::Touch { record, .. } | TimelineEntry::Task { record, .. } => Some(record.id),
                TimelineEntry::Comment { .. } | TimelineEntry::Change { .. } | TimelineEntry::File { .. } => {
                    None
                }
            };
            let found: BTreeSet<Id> = timeline.entries.iter().filter_map(on_it).collect();
            assert!(timeline.next.is_none(), "{row:?} has a long history, nothing is proved by it");
            assert_eq!(found, wanted, "{} reads the timeline of {row:?}", oracle.role.id);
        }
    }

    /// The records, whoever looks, are what the oracle made of them.
    fn records_agree(&self) {
        for entity in kinds() {
            let mut records = listed(&self.workspace.admin, entity, false);
            records.extend(listed(&self.workspace.admin, entity, true));
            for row in self.oracle.rows.iter().filter(|row| row.entity == entity) {
                let Some(body) = records.remove(&row.id) else { unreachable!("{row:?} is lost") };
                let text = body.values.get(spoken(entity)).and_then(Json::as_str).map(str::to_owned);
                assert_eq!((body.deleted, text), (row.deleted, row.text.clone()), "{row:?}");
                if OWNED.contains(&entity) {
                    let owner = body.values.get("owner").and_then(Json::as_str).map(str::to_owned);
                    assert_eq!(owner, row.owner.map(|owner| owner.to_string()), "{row:?}");
                }
                if entity == "deal" {
                    assert_eq!(body.values["stage"], row.stage, "{row:?}");
                }
            }
            assert!(records.is_empty(), "nobody made these: {records:?}");
        }
    }

    /// Tries something with a record, holds the answer against the oracle's, and keeps what it did.
    fn try_something(&mut self, dice: &mut Dice, number: usize) {
        let at = dice.roll(self.oracle.rows.len());
        let row = self.oracle.rows[at].clone();
        let owned = OWNED.contains(&row.entity);
        match dice.roll(8) {
            0 => {
                let text = new_text(row.entity, number);
                let verdict = self.oracle.living(&row, Act::Update);
                self.send(update_text(&row, &text), verdict, &row);
                if verdict == Verdict::Done {
                    self.oracle.rows[at].text = Some(text);
                }
            }
            1 if owned => {
                let owner = *dice.pick(&self.owners);
                let mut verdict = self.oracle.living(&row, Act::Assign);
                if verdict == Verdict::Done && !self.oracle.may_name(owner) {
                    verdict = Verdict::Refused(Code::Invalid);
                }
                self.send(assign(row.entity, row.id, row.owner, owner), verdict, &row);
                if verdict == Verdict::Done {
                    self.oracle.rows[at].owner = owner;
                }
            }
            // A team that is gone moves its people; that is another test's matter.
            2 if row.entity != "team" => {
                let mut verdict = self.oracle.living(&row, Act::Delete);
                if verdict == Verdict::Done && row.entity == "user" {
                    verdict = Verdict::Refused(Code::Invalid);
                }
                let version = self.workspace.admin.read(row.entity, row.id).version;
                self.send(delete(row.entity, row.id, version), verdict, &row);
                self.oracle.rows[at].deleted |= verdict == Verdict::Done;
            }
            3 => {
                // Preferably one that is deleted.
                let deleted = (0..self.oracle.rows.len())
                    .filter(|at| self.oracle.rows[*at].deleted)
                    .collect::<Vec<_>>();
                let at = if deleted.is_empty() { at } else { *dice.pick(&deleted) };
                let row = self.oracle.rows[at].clone();
                let verdict = self.oracle.verdict(&row, Act::Delete);
                self.send(restore(row.entity, row.id), verdict, &row);
                if verdict == Verdict::Done {
                    self.oracle.rows[at].deleted = false;
                }
            }
            4 => self.try_moving(dice),
            5 if FOLLOWED_UP.contains(&row.entity) => self.try_touching(dice, at),
            6 if !row.deleted => {
                // Somebody else's change, taken back.
                let text = new_text(row.entity, number);
                let change = command(vec![update_text(&row, &text)]);
                self.workspace.admin.done_as(&change);
                let verdict = self.oracle.verdict(&row, Act::Update);
                self.send(undo(change.id), verdict, &row);
                if verdict != Verdict::Done {
                    self.oracle.rows[at].text = Some(text);
                }
            }
            _ => self.try_creating(dice, at),
        }
    }

    fn try_moving(&mut self, dice: &mut Dice) {
        let deals = (0..self.oracle.rows.len())
            .filter(|at| self.oracle.rows[*at].entity == "deal")
            .collect::<Vec<_>>();
        let at = *dice.pick(&deals);
        let (row, to) = (self.oracle.rows[at].clone(), *dice.pick(&STAGES[..OPEN]));
        let verdict = self.oracle.living(&row, Act::Update);
        self.send(move_deal(row.id, row.stage, to), verdict, &row);
        if verdict == Verdict::Done {
            self.oracle.rows[at].stage = to;
        }
    }

    fn try_touching(&mut self, dice: &mut Dice, at: usize) {
        let row = self.oracle.rows[at].clone();
        let plan = (dice.roll(2) == 0).then(|| json!({"date": "2026-06-01"}));
        let mut verdict = self.oracle.living(&row, Act::View);
        // The plan is a change of the subject; who may not change it logs the touch all the same.
        let may_plan = self.oracle.may(&row, Act::Update);
        let may_touch = self.oracle.level("touch", Act::Create) != Level::None;
        if verdict == Verdict::Done && (!may_touch || (plan.is_some() && !may_plan)) {
            verdict = Verdict::Refused(Code::Forbidden);
        }
        // It hangs on what its subject hangs on too, as far as that is in sight.
        let account = |parent: &&usize| {
            let parent = &self.oracle.rows[**parent];
            parent.entity == "account" && !parent.deleted && self.oracle.sees(parent)
        };
        let parents: Vec<usize> = [at].iter().chain(row.parents.iter().filter(account)).copied().collect();
        let touch = Row::new("touch", Some(self.oracle.me), &parents);
        let before = self.next_touch(&row);
        let after = match &plan {
            _ if verdict != Verdict::Done || !may_plan => before,
            Some(plan) => plan["date"].clone(),
            None => Json::Null,
        };
        self.send(log_touch(touch.id, row.entity, row.id, json!({"kind": "visit"}), plan), verdict, &row);
        assert_eq!(self.next_touch(&row), after, "{} touches {row:?}", self.oracle.role.id);
        self.oracle.rows[at].planned = !after.is_null();
        if verdict == Verdict::Done {
            self.oracle.rows.push(touch);
        }
    }

    fn next_touch(&self, row: &Row) -> Json {
        self.workspace.admin.value(row.entity, row.id, "next_touch")["date"].clone()
    }

    fn try_creating(&mut self, dice: &mut Dice, parent: usize) {
        let entity = *dice.pick(&OWNED);
        let about = if entity == "contact" { &["account"][..] } else { &FOLLOWED_UP[..] };
        let hangs = ["contact", "touch", "task"].contains(&entity);
        let hangs = hangs && about.contains(&self.oracle.rows[parent].entity);
        let owner = Some(dice.pick(&self.owners).unwrap_or(self.oracle.me));
        let parents = if hangs { vec![parent] } else { Vec::new() };
        let row = Row::new(entity, owner, &parents);
        let parent = &self.oracle.rows[parent];
        let verdict =
            if !self.oracle.may_name(owner) || (hangs && (parent.deleted || !self.oracle.sees(parent))) {
                Verdict::Refused(Code::Invalid)
            } else if self.oracle.owned(self.oracle.level(entity, Act::Create), owner) {
                Verdict::Done
            } else {
                Verdict::Refused(Code::Forbidden)
            };
        self.send(create(entity, row.id, values(&row, &self.oracle.rows)), verdict, &row);
        if verdict == Verdict::Done {
            self.oracle.rows.push(row);
        }
    }

    fn send(&self, action: Action, verdict: Verdict, row: &Row) {
        let answer = self.me.send(&command(vec![action.clone()]));
        let found = match &answer {
            Answer::Done(_) => Some(Verdict::Done),
            Answer::Refused { code, .. } => Some(Verdict::Refused(*code)),
            Answer::Conflict { .. } => None,
        };
        assert_eq!(found, Some(verdict), "{} does {action:?} with {row:?}: {answer:?}", self.oracle.role.id);
    }

    /// Users, teams and rates are made by those who may make all of them; users only by those who manage people.
    fn common_records_are_made(&mut self) {
        for (entity, values, text) in [
            ("team", json!({"name": "新"}), "新"),
            ("user", json!({"name": "新", "role": "rep", "status": "inactive"}), "新"),
            ("rate", json!({"currency": "USD", "from": "2026-03-01", "rate": "7"}), "7.000000"),
        ] {
            let mut row = Row { text: Some(text.to_owned()), ..Row::new(entity, None, &[]) };
            row.owner = (entity == "user").then_some(row.id);
            let manages = entity != "user" || self.oracle.role.permissions.contains(&Permission::ManageUsers);
            let may = self.oracle.level(entity, Act::Create) == Level::All && manages;
            let verdict = if may { Verdict::Done } else { Verdict::Refused(Code::Forbidden) };
            self.send(create(entity, row.id, values), verdict, &row);
            if may {
                self.oracle.rows.push(row);
            }
        }
    }
}

fn update_text(row: &Row, text: &str) -> Action {
    let field = spoken(row.entity);
    update(row.entity, row.id, 0, json!({field: row.text}), json!({field: text}))
}

fn matrix(role: Role, seed: u64) {
    println!("{} with seed {seed:#x}: {:?}", role.id, role.grants);
    let mut dice = Dice::new(seed);
    let mut scene = scene(role);
    scene.surfaces_agree();
    scene.common_records_are_made();
    for number in 0..TRIES {
        scene.try_something(&mut dice, number);
    }
    scene.records_agree();
    scene.surfaces_agree();
    scene.pages_agree(&mut dice);
}

fn shipped(id: &str) {
    let role = shipped_roles().into_iter().find(|role| role.id == id).unwrap();
    for entity in ["user", "team", "product", "rate"] {
        let seen = role.grants.get(entity).map(|grant| grant.view);
        assert_eq!(seen, Some(Level::All), "colleagues, teams, products and rates are known to everyone");
    }
    matrix(role, 0x2026_1125);
}

/// A role in the place of the rep's whose levels are whatever chance gives, each act of each kind for itself.
fn mixed(seed: u64) {
    let mut dice = Dice::new(seed);
    let levels = [Level::None, Level::Own, Level::Own, Level::Team, Level::Team, Level::All];
    let mut level = || *dice.pick(&levels);
    let mut grant =
        || Grant { view: level(), create: level(), update: level(), delete: level(), assign: level() };
    let grants = kinds().map(|entity| (entity.to_owned(), grant())).collect();
    let role = shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    matrix(Role { grants, ..role }, seed);
}

#[test]
fn an_administrator_does_everything() {
    shipped("administrator");
}

#[test]
fn a_manager_does_everything_in_the_team_and_below() {
    shipped("manager");
}

#[test]
fn a_rep_works_on_what_is_theirs() {
    shipped("rep");
}

#[test]
fn marketing_owns_the_leads_and_reads_the_customers() {
    shipped("marketing");
}

#[test]
fn service_reads_customers_and_writes_down_its_touches() {
    shipped("service");
}

#[test]
fn finance_reads_deals_and_sets_rates() {
    shipped("finance");
}

#[test]
fn who_only_reads_changes_nothing() {
    shipped("read_only");
}

#[test]
fn every_shipped_role_has_its_matrix() {
    let roles: Vec<String> = shipped_roles().into_iter().map(|role| role.id).collect();
    assert_eq!(roles, ["administrator", "manager", "rep", "marketing", "service", "finance", "read_only"]);
}

#[test]
fn a_role_of_mixed_levels_reaches_as_far_as_each_of_them() {
    mixed(0x11);
}

#[test]
fn a_second_role_of_mixed_levels_reaches_as_far_as_each_of_them() {
    mixed(0x22);
}

#[test]
fn a_third_role_of_mixed_levels_reaches_as_far_as_each_of_them() {
    mixed(0x33);
}

#[test]
fn a_fourth_role_of_mixed_levels_reaches_as_far_as_each_of_them() {
    mixed(0x44);
}

#[test]
fn a_role_without_any_grant_reaches_nothing() {
    let role = shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    matrix(Role { grants: BTreeMap::new(), ..role }, 0x55);
}

#[test]
fn a_team_that_moves_takes_its_sight_along_at_once() {
    let scene = scene(shipped_roles().into_iter().find(|role| role.id == "manager").unwrap());
    let of_below = |row: &&Row| row.entity == "account" && row.owner == scene.owners[2];
    let below = scene.oracle.rows.iter().find(of_below).unwrap();
    assert!(scene.me.sees("account", below.id));
    let (admin, teams) = (&scene.workspace.admin, &scene.teams);
    admin.update("team", teams["上海"], json!({"parent": teams["华南"]}));
    assert!(!scene.me.sees("account", below.id));
    admin.update("user", scene.me.user, json!({"team": teams["华南"]}));
    assert!(scene.me.sees("account", below.id));
}
