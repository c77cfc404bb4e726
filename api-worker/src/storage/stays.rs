//! When records came to their stages. The save that moves a record writes it down, whichever way the move came; a stay
//! ends where the next one begins.

use domain::command::{ChangeKind, Plan};
use domain::forecast::STAGE;
use domain::ids::Id;
use domain::record::RecordKey;
use domain::signals::SINCE;
use domain::stay::Stay;
use domain::time::Instant;
use domain::value::Value;
use serde_json::{Value as Json, json};

use super::save::FIRST_SEQ;
use super::statement::{DbError, Rows, Statement};

/// The last stay of the record that `e` names: kind, id, place in the log, stage.
const LAST: &str = "(SELECT max(s.seq) FROM stay s WHERE s.workspace_id = ?1 AND s.entity = e.value ->> 0 AND s.record_id = e.value ->> 1)";

/// The stays that a plan begins, after its log. A move that is taken back before the next one was none: the stay before it
/// goes on as if nothing had been. Every other undo is a move of its own.
#[must_use]
pub fn begun(plan: &Plan, entries: usize, now: Instant, undoes: Option<Id>) -> Vec<Statement> {
    let begin = plan.changes.iter().enumerate().filter_map(|(at, change)| {
        let after = change.after.get(STAGE)?;
        // There and back in one command is no move.
        let stage =
            after.text().filter(|_| change.before.get(STAGE).is_none_or(|before| !before.same(after)))?;
        // History that is entered says when it was; whatever moves is there from now on.
        let new = change.kind == ChangeKind::Created;
        let since = change.after.get(SINCE).filter(|_| new).and_then(Value::instant);
        Some(json!([change.key.entity, change.key.id, at, stage, since.map(Instant::unix_ms)]))
    });
    let begin: Vec<Json> = begin.collect();
    if begin.is_empty() {
        return Vec::new();
    }
    let insert = format!(
        "INSERT INTO stay (workspace_id, entity, record_id, seq, stage, entered_at) \
         SELECT ?1, e.value ->> 0, e.value ->> 1, {FIRST_SEQ} + (e.value ->> 2), e.value ->> 3, coalesce(e.value ->> 4, ?3) FROM json_each(?4) e"
    );
    let params = vec![(entries as u64).into(), now.unix_ms().into(), Json::from(begin.clone()).into()];
    let Some(undone) = undoes else { return vec![Statement::new("stay", insert, params)] };
    let was_none = |undone: &str| {
        format!(
            "EXISTS (SELECT 1 FROM change_log l WHERE l.workspace_id = ?1 AND l.seq = {LAST} AND l.command_id = {undone}) \
             AND (SELECT b.stage FROM stay b WHERE b.workspace_id = ?1 AND b.entity = e.value ->> 0 \
             AND b.record_id = e.value ->> 1 AND b.seq < {LAST} ORDER BY b.seq DESC LIMIT 1) IS (e.value ->> 3)"
        )
    };
    let mut with_undone = params;
    with_undone.push(undone.into());
    // Those first that are moves: what they begin is not the undone command's.
    let insert = format!("{insert} WHERE ({}) IS NOT TRUE", was_none("?5"));
    let remove = format!(
        "DELETE FROM stay WHERE workspace_id = ?1 AND (entity, record_id, seq) IN \
         (SELECT e.value ->> 0, e.value ->> 1, {LAST} FROM json_each(?2) e WHERE {})",
        was_none("?3")
    );
    vec![
        Statement::new("stay", insert, with_undone),
        Statement::new("stay_undone", remove, vec![Json::from(begin).into(), undone.into()]),
    ]
}

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

    use domain::command::Change;
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

        /// Saves moves as the door does, as far as stays are concerned.
        fn saves(&mut self, command: u64, moves: &[(u64, &str)], undoes: Option<u64>) {
            let entries = moves.len() as u64;
            let workspace = self.shard.workspace.to_string();
            let run = |sql: &str| self.shard.connection.execute(sql, [&workspace]).unwrap();
            run(&format!("UPDATE workspace SET seq = seq + {entries} WHERE workspace_id = ?1"));
            let mut plan = Plan::default();
            for (at, (deal, stage)) in (1..).zip(moves) {
                let seq = self.seq + at;
                let undoes = undoes.map_or_else(|| "NULL".to_owned(), |undone| format!("'{}'", id(undone)));
                run(&format!(
                    "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body, undoes) \
                     VALUES (?1, {seq}, 1, '{}', {command}, 'u', 'deal', '{}', 1, 'updated', '{{\"fields\":{{\"stage\":[null,\"{stage}\"]}}}}', {undoes})",
                    id(command),
                    id(*deal),
                ));
                plan.changes.push(Change {
                    key: RecordKey::new("deal", id(*deal)),
                    base_version: 1,
                    kind: ChangeKind::Updated,
                    before: Values::new(),
                    after: Values::from([(STAGE.to_owned(), Value::Text((*stage).to_owned()))]),
                });
            }
            self.seq += entries;
            let now = Instant::from_unix_ms(i64::try_from(command).unwrap()).unwrap();
            for statement in begun(&plan, moves.len(), now, undoes.map(id)) {
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
        world.saves(1, &[(11, "a"), (12, "a"), (13, "a")], None);
        world.saves(2, &[(11, "b"), (12, "b")], None);
        // Another goes on before both are taken back.
        world.saves(3, &[(12, "c")], None);
        world.saves(4, &[(12, "b")], None);
        world.saves(5, &[(11, "a"), (12, "a")], Some(2));
        // The undo is taken back, and that too.
        world.saves(6, &[(13, "b")], None);
        world.saves(7, &[(13, "a")], Some(6));
        world.saves(8, &[(13, "b")], Some(7));
        let ways = [
            (11, way(&[("a", 1)])),
            (12, way(&[("a", 1), ("b", 2), ("c", 3), ("b", 4), ("a", 5)])),
            (13, way(&[("a", 1), ("b", 8)])),
            (14, Vec::new()),
        ];
        (world, ways)
    }

    #[test]
    fn a_move_begins_a_stay_and_one_that_is_taken_back_at_once_was_none() {
        let (world, ways) = told();
        for (deal, way) in ways {
            assert_eq!(world.way(deal), way, "{deal}");
        }
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
        assert!(begun(&plan, 1, now, None).is_empty() && begun(&plan, 1, now, Some(id(1))).is_empty());
    }

    #[test]
    fn history_that_is_entered_began_when_it_says() {
        let world = World::new();
        let since = Instant::from_unix_ms(-5).unwrap();
        let mut plan = Plan::default();
        for (deal, kind) in [(11, ChangeKind::Created), (12, ChangeKind::Updated)] {
            let after = [(STAGE, Value::Text("a".to_owned())), (SINCE, Value::Instant(since))];
            plan.changes.push(Change {
                key: RecordKey::new("deal", id(deal)),
                base_version: 0,
                kind,
                before: Values::new(),
                after: after.map(|(field, value)| (field.to_owned(), value)).into(),
            });
        }
        for statement in begun(&plan, 2, Instant::from_unix_ms(9).unwrap(), None) {
            world.shard.run(statement).unwrap();
        }
        assert_eq!((world.way(11), world.way(12)), (way(&[("a", -5)]), way(&[("a", 9)])));
    }

    #[test]
    fn what_was_before_there_were_stays_is_told_by_the_log() {
        let (world, ways) = told();
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
    fn stays_are_found_by_their_record() {
        let shard = Shard::new();
        let (_, sql, _) = of_record(&RecordKey::new("deal", id(1))).into_parts();
        let plan = plan_of(&shard.connection, &sql);
        assert!(plan.contains("workspace_id=? AND entity=? AND record_id=?"), "{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
    }
}
