//! When records came to their stages. The save that moves a record writes it down, whichever way the move came; a stay
//! ends where the next one begins.

use domain::command::Plan;
use domain::forecast::STAGE;
use domain::record::RecordKey;
use domain::signals::SINCE;
use domain::stay::Stay;
use domain::time::Instant;
use domain::value::Value;
use serde_json::{Value as Json, json};

use super::save::FIRST_SEQ;
use super::statement::{DbError, Rows, Statement};

/// The stays that a plan begins, after its log. A stay begins at the moment that the record keeps (`stage_since`): now
/// for whatever moves, its own day for history that is entered. An undo that brings back the moment of an earlier stay
/// finds that stay going on, and what came after it was none.
#[must_use]
pub fn begun(plan: &Plan, entries: usize, now: Instant, undoes: bool) -> Vec<Statement> {
    let begin = plan.changes.iter().enumerate().filter_map(|(at, change)| {
        let after = change.after.get(STAGE)?;
        // There and back in one command is no move.
        let stage =
            after.text().filter(|_| change.before.get(STAGE).is_none_or(|before| !before.same(after)))?;
        let since = change.after.get(SINCE).and_then(Value::instant).unwrap_or(now);
        Some(json!([change.key.entity, change.key.id, at, stage, since.unix_ms()]))
    });
    let begin: Vec<Json> = begin.collect();
    if begin.is_empty() {
        return Vec::new();
    }
    let insert = format!(
        "INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at) \
         SELECT ?1, e.value ->> 0, e.value ->> 1, {FIRST_SEQ} + (e.value ->> 2), e.value ->> 3, e.value ->> 4 FROM json_each(?3) e"
    );
    let params = vec![(entries as u64).into(), Json::from(begin.clone()).into()];
    if !undoes {
        return vec![Statement::new("stay", insert, params)];
    }
    let insert = format!("{insert} WHERE NOT EXISTS (SELECT 1 {THAT_STAY})");
    let remove = format!(
        "DELETE FROM stay WHERE workspace_id = ?1 AND (entity, record_id, seq) IN \
         (SELECT l.entity, l.record_id, l.seq FROM json_each(?2) e CROSS JOIN stay l \
         ON l.workspace_id = ?1 AND l.entity = e.value ->> 0 AND l.record_id = e.value ->> 1 \
         AND l.seq > (SELECT max(s.seq) {THAT_STAY}))"
    );
    vec![
        Statement::new("stay", insert, params),
        Statement::new("stay_undone", remove, vec![Json::from(begin).into()]),
    ]
}

/// The stay that `e` names, if the record had it already: kind, id, place in the log, stage, moment.
const THAT_STAY: &str = "FROM stay s WHERE s.workspace_id = ?1 AND s.entity = e.value ->> 0 AND s.record_id = e.value ->> 1 \
    AND s.stage = e.value ->> 3 AND s.entered_at = e.value ->> 4";

/// The stays of a record, the first first. The caller has to know that the reader sees it and its stage.
#[must_use]
pub fn of_record(key: &RecordKey) -> Statement {
    let sql = "SELECT json_array(stage, entered_at) AS j FROM stay \
        WHERE workspace_id = ?1 AND entity = ?2 AND record_id = ?3 ORDER BY seq";
    Statement::new("stays", sql, vec![key.entity.as_str().into(), key.id.into()])
}

/// # Errors
/// A row that is not as selected.
pub fn read(rows: &Rows) -> Result<Vec<Stay>, DbError> {
    let mut stays: Vec<Stay> = Vec::new();
    for (stage, entered) in rows.read::<(String, i64)>()? {
        let Some(from) = Instant::from_unix_ms(entered) else { continue };
        if let Some(last) = stays.last_mut() {
            last.to = Some(from);
        }
        stays.push(Stay { stage, from, to: None });
    }
    Ok(stays)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use domain::command::{Change, ChangeKind};
    use domain::record::Values;

    use super::super::testing::{Shard, id};
    use super::super::tests::plan_of;
    use super::*;

    /// Stages in their order, each with the moment it was entered.
    type Way = Vec<(String, i64)>;

    /// A shard in which commands move deals; each command is one tick of the clock.
    struct World {
        shard: Shard,
        seq: u64,
    }

    impl World {
        fn new() -> Self {
            let shard = Shard::new();
            let sql = "INSERT INTO workspace (workspace_id, seq, revision, created_at) VALUES (?1, 0, 1, 0)";
            shard.connection.execute(sql, [shard.workspace.to_string()]).unwrap();
            Self { shard, seq: 0 }
        }

        /// Saves moves as the door does, as far as stays are concerned: each comes to its stage now.
        fn saves(&mut self, command: u64, moves: &[(u64, &str)]) {
            let now = i64::try_from(command).unwrap();
            let moves: Vec<_> = moves.iter().map(|(deal, stage)| (*deal, *stage, now)).collect();
            self.moves(command, &moves, None);
        }

        /// Takes a command back, which brings deals to a stage since a moment.
        fn undoes(&mut self, command: u64, undone: u64, moves: &[(u64, &str, i64)]) {
            self.moves(command, moves, Some(undone));
        }

        fn moves(&mut self, command: u64, moves: &[(u64, &str, i64)], undone: Option<u64>) {
            let entries = moves.len() as u64;
            let workspace = self.shard.workspace.to_string();
            let run = |sql: &str| self.shard.connection.execute(sql, [&workspace]).unwrap();
            run(&format!("UPDATE workspace SET seq = seq + {entries} WHERE workspace_id = ?1"));
            let mut plan = Plan::default();
            for (at, (deal, stage, since)) in (1..).zip(moves) {
                let seq = self.seq + at;
                let undoes = undone.map_or_else(|| "NULL".to_owned(), |undone| format!("'{}'", id(undone)));
                run(&format!(
                    "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body, undoes) \
                     VALUES (?1, {seq}, 1, '{}', {command}, 'u', 'deal', '{}', 1, 'updated', '{{\"fields\":{{\"stage\":[null,\"{stage}\"]}}}}', {undoes})",
                    id(command),
                    id(*deal),
                ));
                let since = Instant::from_unix_ms(*since).unwrap();
                let after = [(STAGE, Value::Text((*stage).to_owned())), (SINCE, Value::Instant(since))];
                plan.changes.push(Change {
                    key: RecordKey::new("deal", id(*deal)),
                    base_version: 1,
                    kind: ChangeKind::Updated,
                    before: Values::new(),
                    after: after.map(|(field, value)| (field.to_owned(), value)).into(),
                });
            }
            self.seq += entries;
            let now = Instant::from_unix_ms(i64::try_from(command).unwrap()).unwrap();
            for statement in begun(&plan, moves.len(), now, undone.is_some()) {
                self.shard.run(statement).unwrap();
            }
        }

        fn way(&self, deal: u64) -> Way {
            let stays = read(&self.shard.run(of_record(&RecordKey::new("deal", id(deal)))).unwrap()).unwrap();
            for pair in stays.windows(2) {
                assert_eq!(pair[0].to, Some(pair[1].from));
            }
            assert!(stays.last().is_none_or(|stay| stay.to.is_none()));
            stays.into_iter().map(|stay| (stay.stage, stay.from.unix_ms())).collect()
        }
    }

    fn way(entries: &[(&str, i64)]) -> Way {
        entries.iter().map(|(stage, at)| ((*stage).to_owned(), *at)).collect()
    }

    /// Moves of three deals with all that can happen to them, and the ways these have then gone.
    fn told() -> (World, [(u64, Way); 4]) {
        let mut world = World::new();
        world.saves(1, &[(11, "a"), (12, "a"), (13, "a")]);
        world.saves(2, &[(11, "b"), (12, "b")]);
        // Another goes on before both are taken back.
        world.saves(3, &[(12, "c")]);
        world.saves(4, &[(12, "b")]);
        world.undoes(5, 2, &[(11, "a", 1), (12, "a", 5)]);
        // The undo is taken back, and that too.
        world.saves(6, &[(13, "b")]);
        world.undoes(7, 6, &[(13, "a", 1)]);
        world.undoes(8, 7, &[(13, "b", 6)]);
        let ways = [
            (11, way(&[("a", 1)])),
            (12, way(&[("a", 1), ("b", 2), ("c", 3), ("b", 4), ("a", 5)])),
            (13, way(&[("a", 1), ("b", 6)])),
            (14, Vec::new()),
        ];
        (world, ways)
    }

    #[test]
    fn a_move_begins_a_stay_and_one_that_is_taken_back_was_none() {
        let (world, ways) = told();
        for (deal, way) in ways {
            assert_eq!(world.way(deal), way, "{deal}");
        }
    }

    #[test]
    fn whichever_of_the_commands_is_taken_back_a_stay_goes_on_where_its_moment_comes_back() {
        let (mut world, _) = told();
        let there = way(&[("a", 1), ("b", 6)]);
        // The first move instead of the last undo; the undo of an undo that was itself a move; sent once more.
        world.undoes(9, 6, &[(13, "a", 1)]);
        assert_eq!(world.way(13), way(&[("a", 1)]));
        world.undoes(10, 9, &[(13, "b", 6)]);
        assert_eq!(world.way(13), there);
        world.undoes(11, 5, &[(12, "b", 4)]);
        assert_eq!(world.way(12), way(&[("a", 1), ("b", 2), ("c", 3), ("b", 4)]));
        // Others of the same command, and other deals, are left alone.
        assert_eq!((world.way(11), world.way(13)), (way(&[("a", 1)]), there));
    }

    #[test]
    fn a_save_without_a_move_asks_nothing() {
        let mut plan = Plan::default();
        plan.changes.push(Change {
            key: RecordKey::new("deal", id(11)),
            base_version: 1,
            kind: ChangeKind::Updated,
            before: Values::new(),
            after: Values::from([("name".to_owned(), Value::Text("x".to_owned()))]),
        });
        let (there, back) = (Value::Text("a".to_owned()), Value::Text("a".to_owned()));
        plan.changes[0].before.insert(STAGE.to_owned(), there);
        plan.changes[0].after.insert(STAGE.to_owned(), back);
        let now = Instant::from_unix_ms(1).unwrap();
        assert!(begun(&plan, 1, now, false).is_empty() && begun(&plan, 1, now, true).is_empty());
    }

    #[test]
    fn a_stay_begins_when_the_record_says_so() {
        let world = World::new();
        let mut plan = Plan::default();
        // History that is entered, and a kind that keeps no moment.
        for (deal, since) in [(11, Some(Instant::from_unix_ms(-5).unwrap())), (12, None)] {
            let mut after = Values::from([(STAGE.to_owned(), Value::Text("a".to_owned()))]);
            after.extend(since.map(|since| (SINCE.to_owned(), Value::Instant(since))));
            plan.changes.push(Change {
                key: RecordKey::new("deal", id(deal)),
                base_version: 0,
                kind: ChangeKind::Created,
                before: Values::new(),
                after,
            });
        }
        for statement in begun(&plan, 2, Instant::from_unix_ms(9).unwrap(), false) {
            world.shard.run(statement).unwrap();
        }
        assert_eq!((world.way(11), world.way(12)), (way(&[("a", -5)]), way(&[("a", 9)])));
    }

    #[test]
    fn what_was_before_there_were_stays_is_told_by_the_log() {
        let (world, mut ways) = told();
        // What the log of that time does not tell: when a move was made that comes back by the undo of its undo.
        ways[2].1 = way(&[("a", 1), ("b", 8)]);
        let migration = fs::read_to_string("migrations/shard/0013_time.sql").unwrap();
        let (_, fill) = migration.split_once("INSERT INTO stay").unwrap();
        let db = &world.shard.connection;
        for deal in [11, 12, 13] {
            let put = format!(
                "INSERT INTO deal (workspace_id, id, version, name, stage, created_at, created_by_id, updated_at, updated_by_id) \
                 VALUES ('{}', '{}', 1, 'x', 'a', 0, 'u', 0, 'u')",
                world.shard.workspace,
                id(deal)
            );
            db.execute_batch(&put).unwrap();
        }
        // A deal that is gone for good, other kinds and other changes are passed by.
        let other = |seq: u64, entity: &str, record: u64, body: &str| {
            db.execute_batch(&format!(
                "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) \
                 VALUES ('{}', {seq}, 1, 'x', 9, 'u', '{entity}', '{}', 1, 'updated', '{body}')",
                world.shard.workspace,
                id(record)
            ))
            .unwrap();
        };
        other(90, "deal", 14, r#"{"fields":{"stage":[null,"a"]}}"#);
        other(91, "lead", 11, r#"{"fields":{"stage":[null,"z"]}}"#);
        other(92, "deal", 11, r#"{"fields":{"name":["x","y"]}}"#);
        db.execute_batch("DELETE FROM stay").unwrap();
        db.execute_batch(&format!("INSERT INTO stay{fill}")).unwrap();
        for (deal, way) in ways {
            assert_eq!(world.way(deal), way, "{deal}");
        }
    }

    #[test]
    fn records_and_stays_of_before_are_brought_to_say_the_same() {
        let (world, ways) = told();
        let db = &world.shard.connection;
        let put = |deal: u64, stage: &str, since: &str| {
            db.execute_batch(&format!(
                "INSERT INTO deal (workspace_id, id, version, name, stage, stage_since, created_at, created_by_id, updated_at, updated_by_id) \
                 VALUES ('{}', '{}', 1, 'x', '{stage}', {since}, 0, 'u', 0, 'u')",
                world.shard.workspace,
                id(deal)
            ))
            .unwrap();
        };
        // The log as it was once read: a move and its undo were two moves. A stay that began anew by the undo of an undo.
        put(11, "a", "5");
        put(13, "b", "6");
        db.execute_batch("UPDATE stay SET entered_at = 8 WHERE entered_at = 6").unwrap();
        // What was in order, what stands elsewhere by now, and what nobody knows of, stays as it is.
        put(12, "a", "5");
        put(14, "a", "3");
        put(15, "z", "2");
        db.execute_batch(&format!(
            "INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at) \
             VALUES ('{0}', 'deal', '{1}', 90, 'a', 1), ('{0}', 'lead', '{2}', 91, 'a', 1)",
            world.shard.workspace,
            id(15),
            id(14)
        ))
        .unwrap();
        let migration = fs::read_to_string("migrations/shard/0018_totals_and_stays.sql").unwrap();
        let (_, mend) = migration.split_once("UPDATE deal").unwrap();
        for _ in 0..2 {
            db.execute_batch(&format!("UPDATE deal{mend}")).unwrap();
            for (deal, way) in &ways {
                assert_eq!(&world.way(*deal), way, "{deal}");
            }
            let mut asked = db.prepare("SELECT stage_since FROM deal ORDER BY id").unwrap();
            let since: Vec<i64> =
                asked.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            assert_eq!(since, [1, 5, 6, 3, 2]);
        }
    }

    #[test]
    fn stays_are_found_by_their_record() {
        let shard = Shard::new();
        let (_, sql, _) = of_record(&RecordKey::new("deal", id(1))).into_parts();
        let plan = plan_of(&shard.connection, &sql);
        assert!(plan.contains("workspace_id=? AND entity=? AND record_id=?"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
    }
}
