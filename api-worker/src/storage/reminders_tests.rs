//! The schedule as its triggers keep it, and the statements of reminders.

use domain::access::{MANAGER, REP};

use super::super::testing::{Shard, id, schema};
use super::super::tests::plan_of;
use super::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A morning of 2026.
const NOW: i64 = 1_777_600_800_000;

fn at(ms: i64) -> Instant {
    Instant::from_unix_ms(ms).unwrap()
}

fn execute(shard: &Shard, sql: &str) {
    shard.connection.execute_batch(sql).unwrap();
}

fn insert(shard: &Shard, table: &str, number: u64, columns: &str, values: &str) {
    let sql = format!(
        "INSERT INTO \"{table}\" (workspace_id, id, version, name, created_at, updated_at, created_by_id, updated_by_id, {columns}) \
         VALUES ('{}', '{}', 1, 'n{number}', {NOW}, {NOW}, 'x', 'x', {values})",
        shard.workspace,
        id(number)
    );
    execute(shard, &sql);
}

fn member(shard: &Shard, number: u64, role: &str, team: Option<u64>) {
    let team = team.map_or_else(|| "NULL".to_owned(), |team| format!("'{}'", id(team)));
    insert(
        shard,
        "user",
        number,
        "role, status, email, team_id",
        &format!("'{role}', 'active', 'a@b.c', {team}"),
    );
}

fn task(shard: &Shard, number: u64, owner: u64, due_at: i64) {
    let values = format!("'open', '{}', '2026-05-01', '09:00', 'UTC', {due_at}", id(owner));
    insert(shard, "task", number, "status, owner_id, due_date, due_time, due_zone, due_at", &values);
}

/// The schedule: record, owner, when due, when to be looked at.
fn scheduled(shard: &Shard) -> Vec<(String, String, i64, Option<i64>)> {
    let sql = "SELECT record_id, user_id, due_at, look_at FROM schedule ORDER BY 1";
    let mut statement = shard.connection.prepare(sql).unwrap();
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn one(shard: &Shard) -> Option<(String, i64, Option<i64>)> {
    let all = scheduled(shard);
    assert!(all.len() <= 1);
    all.into_iter().next().map(|(_, user, due, look)| (user, due, look))
}

fn count(shard: &Shard, what: &str) -> i64 {
    shard.connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
}

/// Looks and tells as the minute's work does; how many were told.
fn tells(shard: &Shard, now: i64) -> usize {
    let looks = shard.sweep(looks(at(now))).unwrap().read::<Look>().unwrap();
    tells_of(shard, &looks, now)
}

fn tells_of(shard: &Shard, looks: &[Look], now: i64) -> usize {
    let name = |look: &Look| look.0.named(&format!("{}/{}/{}", look.3, look.2, look.7.unwrap_or(look.4)));
    let told: Vec<_> = looks.iter().map(|look| (name(look), Kind::due(&look.1), look)).collect();
    let again: Vec<_> = looks.iter().map(|look| (look, None)).collect();
    let rung = shard.sweep(tell(&told, at(now))).unwrap().read::<(Id, Id)>().unwrap();
    shard.sweep(look_again(&again)).unwrap();
    rung.len()
}

#[test]
fn the_schedule_follows_what_is_due() {
    let shard = Shard::new();
    let user = |number: u64| id(number).to_string();
    for (entity, prefix, more) in [
        ("lead", "next_touch", ""),
        ("account", "next_touch", ""),
        ("contact", "next_touch", ""),
        ("deal", "next_touch", ", stage"),
        ("task", "due", ", status"),
    ] {
        let value = if more.is_empty() { "" } else { ", 'open'" };
        insert(&shard, entity, 10, &format!("owner_id{more}"), &format!("'{}'{value}", id(5)));
        assert_eq!(one(&shard), None, "{entity}");
        let due = NOW + 3 * DAY;
        let set = |sql: &str| execute(&shard, &format!("UPDATE {entity} SET updated_at = {NOW}, {sql}"));
        set(&format!("{prefix}_date = '2026-05-04', {prefix}_time = '09:00', {prefix}_at = {due}"));
        assert_eq!(one(&shard), Some((user(5), due, Some(due - DAY))), "{entity}");
        // What does not concern it leaves it as it is, told for one.
        execute(&shard, "UPDATE schedule SET look_at = NULL");
        set("note = 'x'");
        set(&format!("{prefix}_at = {due}, owner_id = '{}'", id(5)));
        assert_eq!(one(&shard), Some((user(5), due, None)), "{entity}");
        set(&format!("{prefix}_time = NULL"));
        assert_eq!(one(&shard), Some((user(5), due, Some(due - 50 * HOUR))), "{entity}");
        set(&format!("snoozed_until = {}", NOW - 5));
        assert_eq!(one(&shard), Some((user(5), due, Some(NOW - 5))), "{entity}");
        set(&format!("snoozed_until = NULL, owner_id = '{}'", id(6)));
        assert_eq!(one(&shard), Some((user(6), due, Some(due - 50 * HOUR))), "{entity}");
        // What is past already when it is saved is in sight, and nobody is woken.
        set(&format!("{prefix}_at = {}", NOW - 1));
        assert_eq!(one(&shard), Some((user(6), NOW - 1, None)), "{entity}");
        set(&format!("{prefix}_at = {due}"));
        if entity == "task" {
            set("status = 'done'");
            assert_eq!(one(&shard), None);
            set("status = 'open'");
        }
        set("deleted_at = 1");
        assert_eq!(one(&shard), None, "{entity}");
        set("deleted_at = NULL");
        assert!(one(&shard).is_some(), "{entity}");
        set("owner_id = NULL");
        assert_eq!(one(&shard), None, "{entity}");
        set(&format!("owner_id = '{}'", id(5)));
        set(&format!("{prefix}_at = NULL, {prefix}_date = NULL"));
        assert_eq!(one(&shard), None, "{entity}");
        set(&format!("{prefix}_at = {due}, {prefix}_date = '2026-05-04'"));
        execute(&shard, &format!("DELETE FROM {entity}"));
        assert_eq!(one(&shard), None, "{entity}");
    }
}

#[test]
fn a_thing_is_told_once_however_often_it_is_looked_at() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    task(&shard, 10, 5, NOW + HOUR);
    assert!(shard.sweep(looks(at(NOW + HOUR - DAY - 1))).unwrap().is_empty());
    // Two runs that overlap looked at the same row.
    let both = shard.sweep(looks(at(NOW))).unwrap().read::<Look>().unwrap();
    assert_eq!((tells_of(&shard, &both, NOW), tells_of(&shard, &both, NOW), tells(&shard, NOW)), (1, 0, 0));
    // Given another day and its own again, it is the same thing.
    execute(&shard, &format!("UPDATE task SET due_at = {}", NOW + DAY));
    execute(&shard, &format!("UPDATE task SET due_at = {}", NOW + HOUR));
    assert_eq!(tells(&shard, NOW), 0);
    // A snooze is told when it ends.
    execute(&shard, &format!("UPDATE task SET snoozed_until = {}", NOW + 5));
    assert_eq!((tells(&shard, NOW), tells(&shard, NOW + 5), tells(&shard, NOW + 6)), (0, 1, 0));
    assert_eq!(count(&shard, "notification"), 2);
}

#[test]
fn what_changed_since_it_was_looked_at_is_not_told() {
    let changes = [
        "owner_id = 'x'",
        "due_at = due_at + 1",
        "snoozed_until = due_at",
        "status = 'done'",
        "deleted_at = 1",
    ];
    for change in changes {
        let shard = Shard::new();
        member(&shard, 5, REP, None);
        task(&shard, 10, 5, NOW + HOUR);
        let looked = shard.sweep(looks(at(NOW))).unwrap().read::<Look>().unwrap();
        assert_eq!(looked.len(), 1);
        execute(&shard, &format!("UPDATE task SET {change}"));
        let before = scheduled(&shard);
        assert_eq!(tells_of(&shard, &looked, NOW), 0, "{change}");
        let after = scheduled(&shard);
        // Where the look is the same, it goes on being told to whom it is now.
        assert_eq!(before.len(), after.len(), "{change}");
    }
}

#[test]
fn rows_of_whoever_does_not_come_in_name_nobody() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    task(&shard, 10, 5, NOW + HOUR);
    execute(
        &shard,
        &format!(
            "INSERT INTO reminder_setting VALUES ('{}', '{}', '{{\"lead_minutes\":60}}')",
            shard.workspace,
            id(5)
        ),
    );
    let role = || shard.sweep(looks(at(NOW))).unwrap().read::<Look>().unwrap()[0].9.clone();
    assert_eq!((role().0.as_deref(), role().settings().lead_minutes), (Some(REP), 60));
    assert_eq!(count(&shard, "digest"), 2);
    execute(&shard, "UPDATE \"user\" SET status = 'inactive'");
    assert_eq!((role().0, count(&shard, "digest")), (None, 0));
    execute(&shard, "UPDATE \"user\" SET status = 'active'");
    assert_eq!(count(&shard, "digest"), 2);
}

#[test]
fn another_zone_or_other_settings_find_the_moment_anew() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    member(&shard, 6, REP, None);
    for (number, owner) in [(10, 5), (11, 5), (12, 6)] {
        task(&shard, number, owner, NOW + 9 * DAY);
    }
    let wait = || {
        execute(&shard, &format!("UPDATE schedule SET look_at = {}", NOW + 9 * DAY));
        execute(&shard, &format!("UPDATE schedule SET look_at = NULL WHERE record_id = '{}'", id(11)));
    };
    let looked = || scheduled(&shard).into_iter().map(|row| row.3).collect::<Vec<_>>();
    let (early, late) = (Some(NOW + 8 * DAY), Some(NOW + 9 * DAY));
    wait();
    execute(&shard, &format!("UPDATE \"user\" SET zone = 'Asia/Tokyo' WHERE id = '{}'", id(5)));
    assert_eq!(looked(), [early, None, late]);
    wait();
    for statement in find_anew(Some(id(5))) {
        shard.run(statement).unwrap();
    }
    assert_eq!(looked(), [early, None, late]);
    for statement in find_anew(None) {
        shard.run(statement).unwrap();
    }
    assert_eq!(looked(), [early, None, early]);
}

#[test]
fn digests_count_what_is_there_and_say_nothing_of_nothing() {
    let shard = Shard::new();
    insert(&shard, "team", 41, "parent_id", "NULL");
    insert(&shard, "team", 42, "parent_id", &format!("'{}'", id(41)));
    member(&shard, 5, MANAGER, Some(41));
    member(&shard, 6, REP, Some(42));
    member(&shard, 7, REP, None);
    for (number, owner, due) in
        [(10, 5, -HOUR), (11, 6, -HOUR), (12, 6, HOUR), (13, 7, HOUR), (14, 7, 2 * DAY)]
    {
        task(&shard, number, owner, NOW + due);
    }
    let looks = shard.sweep(digests(at(NOW))).unwrap().read::<DigestLook>().unwrap();
    assert_eq!(looks.len(), 6);
    let told = |user: u64, kind: Kind, led: Option<Led>| {
        let look = looks.iter().find(|look| look.1 == id(user) && look.2 == kind).unwrap();
        let name = look.0.named(&format!("{user} {kind:?} {led:?}"));
        let row = Told { id: name, look, led, from: at(NOW), to: at(NOW + DAY) };
        shard.sweep(tell_digests(&[row], at(NOW))).unwrap();
        let found = shard.run(by_ids(&[name])).unwrap().first::<Row>().unwrap();
        found.map(|row| row.7)
    };
    let counts =
        |overdue: u64, due: u64| Some(format!(r#"{{"counts":{{"overdue":{overdue},"due":{due}}}}}"#));
    assert_eq!(told(5, Kind::Morning, None), counts(1, 0));
    assert_eq!(told(7, Kind::Morning, None), counts(0, 1));
    assert_eq!(told(5, Kind::Evening, Some(Led::MyTeams)), counts(2, 1));
    assert_eq!(told(5, Kind::Evening, Some(Led::Everybody)), counts(2, 2));
    execute(&shard, "DELETE FROM task");
    assert_eq!(told(6, Kind::Morning, None), None);
    // Looked after once: who comes second finds it done.
    let again: Vec<_> = looks.iter().map(|look| (look, Some(at(NOW + DAY)))).collect();
    shard.sweep(digest_again(&again, at(NOW))).unwrap();
    assert!(shard.sweep(digests(at(NOW))).unwrap().is_empty());
}

fn notify(shard: &Shard, number: u64, user: u64) {
    execute(
        shard,
        &format!(
            "INSERT INTO notification (workspace_id, id, user_id, kind, at) VALUES ('{}', '{}', '{}', 'mentioned', {NOW})",
            shard.workspace,
            id(number),
            id(user)
        ),
    );
}

fn add_channel(shard: &Shard, number: u64, user: u64, kind: &str) {
    execute(
        shard,
        &format!(
            "INSERT INTO channel (workspace_id, id, user_id, kind, name, body, created_at) VALUES ('{}', '{}', '{}', '{kind}', 'c', '{{}}', 1)",
            shard.workspace,
            id(number),
            id(user)
        ),
    );
}

fn route_all(shard: &Shard, channels: &[&str]) {
    let found = shard.sweep(unrouted()).unwrap().read::<Unrouted>().unwrap();
    let rows = found.iter().map(|row| json!([row.0, row.1, row.2, NOW, channels])).collect();
    for _ in 0..2 {
        for statement in route(&rows, at(NOW)) {
            shard.sweep(statement).unwrap();
        }
    }
}

fn claims(shard: &Shard, channel: &str, now: i64) -> Vec<(Id, u32, u8)> {
    let [broken, claimed] = claim(id(5), channel, at(now));
    shard.run(broken).unwrap();
    shard.run(claimed).unwrap().read().unwrap()
}

#[test]
fn a_notification_goes_once_to_each_channel_that_lives() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    for (number, user, kind) in
        [(20, 5, "push"), (21, 5, "push"), (22, 5, "bot"), (23, 6, "push"), (24, 5, "push")]
    {
        add_channel(&shard, number, user, kind);
    }
    for statement in bury(id(5), &id(24).to_string(), id(99), at(NOW)) {
        shard.run(statement).unwrap();
    }
    // Who lost a channel is told, and that goes over the others.
    assert_eq!(count(&shard, "notification WHERE kind = 'channel_dead'"), 1);
    notify(&shard, 30, 5);
    route_all(&shard, &["push", "mail"]);
    assert_eq!(count(&shard, "delivery"), 6);
    assert!(shard.sweep(unrouted()).unwrap().is_empty());
    assert_eq!(shard.sweep(groups(at(NOW))).unwrap().read::<(Id, Id, String)>().unwrap().len(), 3);
    // Read, it need not be sent.
    for statement in read(id(5), &[id(30)], None, at(NOW)) {
        shard.run(statement).unwrap();
    }
    assert_eq!(count(&shard, "delivery"), 3);
    assert_eq!(shard.run(unread(id(5))).unwrap().read::<(u64,)>().unwrap(), [(1,)]);
    for statement in read(id(5), &[], Some(at(NOW)), at(NOW)) {
        shard.run(statement).unwrap();
    }
    assert_eq!(count(&shard, "delivery"), 0);
}

#[test]
fn what_broke_off_is_sent_once_more_and_then_never_again() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    notify(&shard, 30, 5);
    route_all(&shard, &["mail"]);
    assert_eq!(claims(&shard, "mail", NOW - 1), []);
    assert_eq!(claims(&shard, "mail", NOW), [(id(30), 1, 0)]);
    assert_eq!(claims(&shard, "mail", NOW + LEASE_MS - 1), []);
    assert_eq!(claims(&shard, "mail", NOW + LEASE_MS), [(id(30), 2, 1)]);
    assert_eq!(claims(&shard, "mail", NOW + 2 * LEASE_MS), []);
    let state =
        shard.connection.query_row("SELECT state FROM delivery", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(state, "given_up");
}

/// A delivery as it is told: notification, channel, state, whether doubtful, when, why.
type Sent = (Id, String, String, u8, Option<i64>, Option<String>);

#[test]
fn what_failed_waits_and_what_was_sent_is_over() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    notify(&shard, 30, 5);
    route_all(&shard, &["mail"]);
    assert_eq!(claims(&shard, "mail", NOW).len(), 1);
    let later =
        Outcome { state: "waiting", next_at: Some(at(NOW + HOUR)), sent_at: None, reason: Some("busy") };
    shard.run(note("mail", &[id(30)], &later)).unwrap();
    assert_eq!(claims(&shard, "mail", NOW + HOUR - 1), []);
    assert_eq!(claims(&shard, "mail", NOW + HOUR), [(id(30), 2, 0)]);
    let sent = Outcome { state: "sent", next_at: None, sent_at: Some(at(NOW + HOUR)), reason: None };
    shard.run(note("mail", &[id(30)], &sent)).unwrap();
    assert_eq!(claims(&shard, "mail", NOW + DAY), []);
    let told = shard.run(deliveries(&[id(30)])).unwrap().read::<Sent>().unwrap();
    assert_eq!(told, [(id(30), "mail".into(), "sent".into(), 0, Some(NOW + HOUR), None)]);
}

#[test]
fn a_channel_counts_what_it_gave_up_in_a_row() {
    let shard = Shard::new();
    add_channel(&shard, 20, 5, "push");
    let counts =
        |failed| shard.run(count_failures(&id(20).to_string(), failed)).unwrap().read::<(u32,)>().unwrap();
    assert_eq!(
        (counts(true), counts(true), counts(false), counts(true)),
        (vec![(1,)], vec![(2,)], vec![(0,)], vec![(1,)])
    );
}

#[test]
fn the_bell_shows_the_newest_first_and_titles_in_sight_alone() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    task(&shard, 10, 5, NOW + HOUR);
    task(&shard, 11, 5, NOW + HOUR);
    assert_eq!(tells(&shard, NOW), 2);
    notify(&shard, 30, 6);
    let first = shard.run(page(id(5), None, 1)).unwrap().read::<Row>().unwrap();
    let rest = shard.run(page(id(5), Some((first[0].5, first[0].0)), 5)).unwrap().read::<Row>().unwrap();
    assert_eq!((first.len(), rest.len(), first[0].8, rest[0].8), (1, 1, 1, 1));
    let ids = [first[0].0, rest[0].0];
    let titles_for = |role: &str, user: u64| {
        let schema = schema();
        let reader = Reader { schema: &schema, role: schema.role(role).unwrap(), user: id(user) };
        let rows = shard.run(titles(reader, schema.entity("task").unwrap(), &ids)).unwrap();
        rows.read::<(Id, String)>().unwrap().len()
    };
    assert_eq!((titles_for(REP, 5), titles_for(REP, 6)), (2, 0));
    execute(&shard, &format!("UPDATE task SET status = 'done' WHERE id = '{}'", id(10)));
    execute(&shard, &format!("UPDATE task SET snoozed_until = {} WHERE id = '{}'", NOW + 1, id(11)));
    let open = shard.run(page(id(5), None, 5)).unwrap().read::<Row>().unwrap();
    assert_eq!(open.iter().map(|row| row.8).collect::<Vec<_>>(), [0, 0]);
}

#[test]
fn what_was_told_long_ago_is_forgotten_with_what_became_of_it() {
    let shard = Shard::new();
    member(&shard, 5, REP, None);
    notify(&shard, 30, 5);
    route_all(&shard, &["mail"]);
    for (before, left) in [(NOW, 1), (NOW + 1, 0)] {
        for statement in forget(at(before)) {
            shard.sweep(statement).unwrap();
        }
        assert_eq!((count(&shard, "notification"), count(&shard, "delivery")), (left, left));
    }
}

#[test]
fn what_the_minute_looks_for_is_found_by_an_index() {
    let shard = Shard::new();
    let now = at(NOW);
    let [forget, _] = forget(now);
    for (statement, index) in [
        (looks(now), "schedule_look"),
        (digests(now), "digest_look"),
        (unrouted(), "notification_new"),
        (groups(now), "delivery_next"),
        (page(id(5), None, 40), "notification_newest"),
        (unread(id(5)), "notification_unread"),
        (forget, "notification_at"),
        (claim(id(5), "mail", now).into_iter().last().unwrap(), "delivery_of"),
    ] {
        let (name, sql, _) = statement.into_parts();
        let plan = plan_of(&shard.connection, &sql);
        assert!(plan.contains(index), "{name}: {plan}");
        assert!(
            !plan.lines().any(|step| step.starts_with("SCAN delivery") && !step.contains("INDEX")),
            "{name}: {plan}"
        );
    }
}
