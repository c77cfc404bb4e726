//! The access matrix: every shipped role, every kind of record, every act, over records of one's own, of a team
//! mate, of a team below, of another team and of nobody, and over children under each of them. What the Worker
//! answers is compared with a slow plain oracle: loops over rows, with the table of grants as its only knowledge.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::collections::{BTreeMap, BTreeSet};

use api_tests::actions::{assign, create, delete, update};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::access::{Act, Level, Role, shipped_roles};
use domain::api::command::Answer;
use domain::api::record::{ChangesRequest, ListRequest, RecordBody, SearchRequest, TimelineRequest};
use domain::api::{Code, Empty, GetRecord, GetTimeline, ListChanges, ListRecords, Search};
use domain::command::Action;
use domain::ids::Id;
use serde_json::{Value as Json, json};

/// A record as the oracle knows it.
#[derive(Clone, Debug)]
struct Row {
    id: Id,
    entity: &'static str,
    owner: Option<Id>,
    /// The records it hangs on.
    parents: Vec<usize>,
}

/// Kinds of record that have owners, those that hang on others last.
const KINDS: [&str; 6] = ["lead", "account", "deal", "contact", "touch", "task"];

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

struct Oracle<'a> {
    role: &'a Role,
    me: Id,
    mates: BTreeSet<Id>,
    rows: &'a [Row],
}

impl Oracle<'_> {
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
        self.owned(level, row.owner)
            || row.parents.iter().any(|parent| self.may(&self.rows[*parent], through))
    }

    fn may_create_for(&self, entity: &str, owner: Id) -> bool {
        self.owned(self.level(entity, Act::Create), Some(owner))
    }
}

/// Leads, accounts and deals of every owner; contacts, touches and tasks of every owner, free and under each of them.
fn rows(owners: &[Option<Id>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for entity in ["lead", "account", "deal"] {
        rows.extend(owners.iter().map(|owner| Row {
            id: new_id(),
            entity,
            owner: *owner,
            parents: Vec::new(),
        }));
    }
    let parents = rows.len();
    for owner in owners {
        for entity in ["contact", "touch", "task"] {
            rows.push(Row { id: new_id(), entity, owner: *owner, parents: Vec::new() });
        }
        for parent in 0..parents {
            let kinds: &[&str] = if rows[parent].entity == "account" {
                &["contact", "touch", "task"]
            } else {
                &["touch", "task"]
            };
            for entity in kinds {
                rows.push(Row { id: new_id(), entity, owner: *owner, parents: vec![parent] });
            }
        }
    }
    // Two steps down: a touch of nobody under a contact of nobody under each account.
    for account in 0..parents {
        if rows[account].entity == "account" {
            let contact = rows.len();
            rows.push(Row { id: new_id(), entity: "contact", owner: None, parents: vec![account] });
            rows.push(Row { id: new_id(), entity: "touch", owner: None, parents: vec![contact] });
        }
    }
    rows
}

fn creation(row: &Row, rows: &[Row], at: usize) -> Action {
    let mut values =
        if row.entity == "touch" { json!({"kind": "call"}) } else { json!({"name": format!("矩阵 {at}")}) };
    values["owner"] = json!(row.owner);
    for parent in &row.parents {
        values[rows[*parent].entity] = json!(rows[*parent].id);
    }
    create(row.entity, row.id, values)
}

/// Every record of a kind that a list shows, with what may be done to it.
fn listed(person: &Person, entity: &str) -> BTreeMap<Id, RecordBody> {
    let mut found = BTreeMap::new();
    let mut request = ListRequest { limit: Some(200), ..ListRequest::default() };
    loop {
        let reply = person.reply::<ListRecords>(&[entity], &request);
        if reply.status == 403 {
            return found;
        }
        assert_eq!(reply.status, 200, "{reply}");
        let page: domain::api::record::ListReply = reply.parse();
        found.extend(page.records.into_iter().map(|record| (record.id, record)));
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

fn counted(person: &Person, entity: &str) -> u64 {
    let reply = person.get(&format!("/api/v1/totals/{entity}"));
    assert!(matches!(reply.status, 200 | 403), "{reply}");
    reply.json()["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|group| group["count"].as_u64().unwrap_or(0))
        .sum()
}

struct Scene {
    workspace: Workspace,
    people: People,
    rows: Vec<Row>,
    /// Whose records there are: mine, a mate's, somebody's below, somebody's beside, nobody's.
    owners: [Option<Id>; 5],
    me: Person,
}

fn scene(role: &str) -> Scene {
    let workspace = Workspace::new();
    let top = workspace.team("总部", None);
    let east = workspace.team("华东", Some(top));
    let city = workspace.team("上海", Some(east));
    let south = workspace.team("华南", Some(top));
    let user = |team: Id| {
        workspace
            .admin
            .create("user", json!({"name": "同事", "role": "rep", "status": "inactive", "team": team}))
    };
    let (mate, below, beside) = (user(east), user(city), user(south));
    let me = workspace.person(role, Some(east));
    let people = People {
        teams: [(top, None), (east, Some(top)), (city, Some(east)), (south, Some(top))].into(),
        team_of: [(me.user, east), (mate, east), (below, city), (beside, south)].into(),
    };
    let owners = [Some(me.user), Some(mate), Some(below), Some(beside), None];
    let rows = rows(&owners);
    // Nobody's records: a creation without an owner is one's own, so the owner is taken away afterwards.
    let actions: Vec<Action> = rows.iter().enumerate().map(|(at, row)| creation(row, &rows, at)).collect();
    for chunk in actions.chunks(400) {
        workspace.admin.done(chunk.to_vec());
    }
    let admin = workspace.admin.user;
    let orphans: Vec<Action> = rows
        .iter()
        .filter(|row| row.owner.is_none())
        .map(|row| assign(row.entity, row.id, Some(admin), None))
        .collect();
    for chunk in orphans.chunks(400) {
        workspace.admin.done(chunk.to_vec());
    }
    Scene { workspace, people, rows, owners, me }
}

impl Scene {
    fn oracle<'a>(&'a self, role: &'a Role) -> Oracle<'a> {
        Oracle { role, me: self.me.user, mates: self.people.mates(self.me.user), rows: &self.rows }
    }
}

fn matrix(role: &str) {
    let scene = scene(role);
    let roles = shipped_roles();
    let role = roles.iter().find(|known| known.id == role).unwrap();
    let oracle = scene.oracle(role);
    let me = &scene.me;
    let all: BTreeMap<Id, RecordBody> =
        KINDS.iter().flat_map(|entity| listed(&scene.workspace.admin, entity)).collect();
    assert_eq!(all.len(), scene.rows.len());

    let mut seen_at_all = BTreeSet::new();
    for entity in KINDS {
        let shown = listed(me, entity);
        let wanted: BTreeSet<Id> = scene
            .rows
            .iter()
            .filter(|row| row.entity == entity && oracle.may(row, Act::View))
            .map(|row| row.id)
            .collect();
        assert_eq!(shown.keys().copied().collect::<BTreeSet<_>>(), wanted, "{} lists {entity}", role.id);
        assert_eq!(counted(me, entity), wanted.len() as u64, "{} counts {entity}", role.id);
        for row in scene.rows.iter().filter(|row| row.entity == entity) {
            let Some(body) = shown.get(&row.id) else { continue };
            let may = [Act::Update, Act::Delete, Act::Assign].map(|act| oracle.may(row, act));
            assert_eq!([body.may.update, body.may.delete, body.may.assign], may, "{} on {row:?}", role.id);
        }
        seen_at_all.extend(wanted);
    }
    let told: BTreeSet<Id> = told(me).into_iter().filter(|id| all.contains_key(id)).collect();
    assert_eq!(told, seen_at_all, "{} is told of changes", role.id);
    found_by_search(&scene, &oracle);
    one_by_one(&scene, &oracle, &all);
    creations(&scene, &oracle);
}

/// Every record that the feed of changes names.
fn told(me: &Person) -> BTreeSet<Id> {
    let (mut after, mut told) = (0, BTreeSet::new());
    loop {
        let reply = me.call::<ListChanges>(&[], &ChangesRequest { after });
        told.extend(reply.changes.iter().filter(|note| note.entity != "definition").map(|note| note.record));
        after = reply.seq;
        if !reply.more {
            return told;
        }
    }
}

fn found_by_search(scene: &Scene, oracle: &Oracle<'_>) {
    for entity in ["lead", "account", "deal", "contact", "task"] {
        let hits = scene
            .me
            .call::<Search>(&[], &SearchRequest { q: "矩阵".into(), entity: Some(entity.into()) })
            .hits;
        let visible: BTreeSet<Id> = scene
            .rows
            .iter()
            .filter(|row| row.entity == entity && oracle.may(row, Act::View))
            .map(|row| row.id)
            .collect();
        assert!(
            hits.iter().all(|hit| visible.contains(&hit.id)),
            "{} finds {entity} it may not see",
            oracle.role.id
        );
        assert_eq!(hits.len(), visible.len().min(10), "{} finds {entity}", oracle.role.id);
    }
}

/// The rows worth asking for one by one: each kind, each owner, free and under a parent of each owner.
fn chosen(scene: &Scene) -> Vec<&Row> {
    let mut seen = BTreeSet::new();
    let key = |row: &Row| {
        let parent = row.parents.first().map(|at| &scene.rows[*at]);
        // Own, mate's and beside tell the levels apart; the lists above saw every row anyway.
        (row.entity, row.owner, parent.map(|parent| (parent.entity, parent.owner)))
    };
    let interesting = |row: &&Row| {
        let owners = [scene.owners[0], scene.owners[1], scene.owners[3]];
        let parent = row.parents.first().map(|at| scene.rows[*at].owner);
        owners.contains(&row.owner)
            && parent.is_none_or(|owner| owner == scene.owners[0] || owner == scene.owners[3])
    };
    scene.rows.iter().filter(interesting).filter(|row| seen.insert(key(row))).collect()
}

/// Reading, changing, handing over and deleting, each tried for real. Changes that should not be refused are
/// sent as commands that change nothing of what the others look at.
fn one_by_one(scene: &Scene, oracle: &Oracle<'_>, all: &BTreeMap<Id, RecordBody>) {
    let me = &scene.me;
    let mut expected = Vec::new();
    let mut commands = Vec::new();
    for row in chosen(scene) {
        let sees = oracle.may(row, Act::View);
        let id = row.id.to_string();
        assert_eq!(
            me.reply::<GetRecord>(&[row.entity, &id], &Empty {}).status == 200,
            sees,
            "{} reads {row:?}",
            oracle.role.id
        );
        let timeline = me.reply::<GetTimeline>(&[row.entity, &id], &TimelineRequest::default());
        assert_eq!(
            timeline.status == 200,
            sees,
            "{} reads the timeline of {row:?}: {timeline}",
            oracle.role.id
        );
        let field = if row.entity == "touch" { "summary" } else { "note" };
        let tries = [
            (Act::Update, update(row.entity, row.id, 0, json!({}), json!({field: "矩阵"}))),
            (Act::Assign, assign(row.entity, row.id, row.owner, row.owner)),
            (Act::Delete, delete(row.entity, row.id, all[&row.id].version + 1_000)),
        ];
        for (act, action) in tries {
            expected.push((row, act, sees, oracle.may(row, act)));
            commands.push(command(vec![action]));
        }
    }
    let answers: Vec<Answer> = commands.chunks(45).flat_map(|chunk| me.send_all(chunk.to_vec())).collect();
    for ((row, act, sees, may), answer) in expected.iter().zip(&answers) {
        let right = match (&answer, sees, may) {
            (Answer::Refused { code: Code::NotFound, .. }, false, _)
            | (Answer::Refused { code: Code::Forbidden, .. }, true, false) => true,
            // A deletion that may be meets the version, which was made up.
            (Answer::Conflict { .. }, true, true) => *act == Act::Delete,
            (Answer::Done(_), true, true) => *act != Act::Delete,
            _ => false,
        };
        assert!(right, "{} {act:?} {row:?} (sees {sees}, may {may}): {answer:?}", oracle.role.id);
    }
}

fn creations(scene: &Scene, oracle: &Oracle<'_>) {
    let me = &scene.me;
    let values = |entity: &str, owner: Id| -> Json {
        if entity == "touch" {
            json!({"kind": "call", "owner": owner})
        } else {
            json!({"name": "新", "owner": owner})
        }
    };
    for entity in KINDS {
        for owner in scene.owners.iter().flatten() {
            let answer = me.send(&command(vec![create(entity, new_id(), values(entity, *owner))]));
            match (oracle.may_create_for(entity, *owner), &answer) {
                (true, Answer::Done(_)) | (false, Answer::Refused { code: Code::Forbidden, .. }) => {}
                (may, _) => panic!("{} creates {entity} for {owner} (may {may}): {answer:?}", oracle.role.id),
            }
        }
    }
    for (entity, values) in [
        ("product", json!({"name": "GTX"})),
        ("team", json!({"name": "新"})),
        ("user", json!({"name": "新", "role": "rep", "status": "inactive"})),
        ("rate", json!({"currency": "USD", "from": "2026-01-01", "rate": "7"})),
    ] {
        let may = oracle.level(entity, Act::Create) == Level::All;
        let answer = me.send(&command(vec![create(entity, new_id(), values)]));
        assert_eq!(matches!(answer, Answer::Done(_)), may, "{} creates {entity}: {answer:?}", oracle.role.id);
        assert!(
            oracle.level(entity, Act::View) == Level::All,
            "colleagues, teams, products and rates are known to everyone"
        );
        assert_eq!(me.reply::<ListRecords>(&[entity], &ListRequest::default()).status, 200);
    }
}

#[test]
fn an_administrator_does_everything() {
    matrix("administrator");
}

#[test]
fn a_manager_does_everything_in_the_team_and_below() {
    matrix("manager");
}

#[test]
fn a_rep_works_on_what_is_theirs() {
    matrix("rep");
}

#[test]
fn marketing_owns_the_leads_and_reads_the_customers() {
    matrix("marketing");
}

#[test]
fn service_reads_customers_and_writes_down_its_touches() {
    matrix("service");
}

#[test]
fn finance_reads_deals_and_sets_rates() {
    matrix("finance");
}

#[test]
fn who_only_reads_changes_nothing() {
    matrix("read_only");
}

#[test]
fn every_shipped_role_has_its_matrix() {
    let roles: Vec<String> = shipped_roles().into_iter().map(|role| role.id).collect();
    assert_eq!(roles, ["administrator", "manager", "rep", "marketing", "service", "finance", "read_only"]);
}

#[test]
fn a_team_that_moves_takes_its_sight_along_at_once() {
    let scene = scene("manager");
    let below =
        scene.rows.iter().find(|row| row.entity == "account" && row.owner == scene.owners[2]).unwrap();
    assert!(scene.me.sees("account", below.id));
    let teams: BTreeMap<String, Id> = listed(&scene.workspace.admin, "team")
        .into_values()
        .map(|team| (team.values["name"].as_str().unwrap_or_default().to_owned(), team.id))
        .collect();
    scene.workspace.admin.update("team", teams["上海"], json!({"parent": teams["华南"]}));
    assert!(!scene.me.sees("account", below.id));
    scene.workspace.admin.update("user", scene.me.user, json!({"team": teams["华南"]}));
    assert!(scene.me.sees("account", below.id));
}
