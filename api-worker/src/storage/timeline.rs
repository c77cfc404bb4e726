//! What happened with a record, newest first, in pages: several histories that are merged. Each is in an order of its own
//! that no two of its rows share, and a page goes on behind the last row that was read of each, so that nothing is left
//! out: neither what happened at one moment, nor what stands behind rows that are not told.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::Id;
use domain::message::Problem;
use serde::{Deserialize, Serialize};

/// The last rows read of each history; nothing where none was read yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The change log, by its `seq`.
    pub change: Option<u64>,
    /// Touches, by moment and id.
    pub touch: Option<(i64, Id)>,
    /// Tasks, by moment and id.
    pub task: Option<(i64, Id)>,
    /// Comments, by moment and id.
    #[serde(default)]
    pub comment: Option<(i64, Id)>,
    /// Files, by moment and id.
    #[serde(default)]
    pub file: Option<(i64, Id)>,
}

impl Cursor {
    /// # Errors
    /// What is not a cursor of ours.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        cursor.filter(Self::is_safe).ok_or_else(|| Problem::on("after", "problem.not_a_cursor"))
    }

    /// Numbers beyond what the database takes were never in a cursor of ours.
    fn is_safe(&self) -> bool {
        let safe = domain::money::MAX_SAFE;
        let moments = [self.touch, self.task, self.comment, self.file].into_iter().flatten();
        self.change.is_none_or(|seq| seq <= safe.unsigned_abs())
            && moments.map(|(at, _)| at).all(|at| (-safe..=safe).contains(&at))
    }

    #[must_use]
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn pass(&mut self, place: Place) {
        match place {
            Place::Change(seq) => self.change = Some(seq),
            Place::Touch(at, id) => self.touch = Some((at, id)),
            Place::Task(at, id) => self.task = Some((at, id)),
            Place::Comment(at, id) => self.comment = Some((at, id)),
            Place::File(at, id) => self.file = Some((at, id)),
        }
    }
}

/// Where a row stands in its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Change(u64),
    Touch(i64, Id),
    Task(i64, Id),
    Comment(i64, Id),
    File(i64, Id),
}

/// A row of a history. One without an entry is not told; it is read all the same.
#[derive(Debug)]
pub struct Row<T> {
    pub at: i64,
    pub place: Place,
    pub entry: Option<T>,
}

/// The next entries of all histories together, and where the page after them begins, if there may be one.
#[must_use]
pub fn page<T>(histories: Vec<Vec<Row<T>>>, from: Cursor, limit: usize) -> (Vec<T>, Option<Cursor>) {
    let mut rests: Vec<_> = histories.into_iter().map(|rows| rows.into_iter().peekable()).collect();
    let (mut entries, mut cursor, mut untold) = (Vec::new(), from, false);
    while entries.len() < limit {
        // Of rows of the same moment, those of the first history come first.
        let heads = rests.iter_mut().enumerate().rev();
        let newest = heads.filter_map(|(of, rest)| rest.peek().map(|row| (row.at, of)));
        let Some((_, of)) = newest.max_by_key(|(at, _)| *at) else { break };
        let Some(Row { place, entry, .. }) = rests[of].next() else { break };
        cursor.pass(place);
        untold |= entry.is_none();
        entries.extend(entry);
    }
    let more = untold || rests.iter_mut().any(|rest| rest.peek().is_some());
    (entries, more.then_some(cursor))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::command::ChangeKind;

    use super::super::log::{self, SCAN};
    use super::super::testing::{Shard, id};
    use super::*;

    fn log(shard: &Shard, seq: u64, at: i64, field: &str) {
        let body = format!(r#"{{"fields":{{"{field}":[null,1]}}}}"#);
        shard
            .connection
            .execute(
                "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) \
                 VALUES (?1, ?2, 1, ?3, ?4, ?5, 'account', ?6, 2, 'updated', ?7)",
                rusqlite::params![
                    shard.workspace.to_string(),
                    i64::try_from(seq).unwrap(),
                    id(1000 + seq).to_string(),
                    at,
                    id(2).to_string(),
                    id(3).to_string(),
                    body
                ],
            )
            .unwrap();
    }

    /// A page of the log alone, as the route reads it, with how far it is.
    fn page_of_log(shard: &Shard, cursor: Cursor, limit: u32) -> (Vec<u64>, Option<Cursor>) {
        let shown = ["name".to_owned()];
        let part = log::Part { entity: "account", record: id(3), after: cursor.change, by: None };
        let [rows, edge] = log::of_record(&part, &shown, limit + 1).map(|one| shard.run(one).unwrap());
        let mut history: Vec<Row<u64>> = log::read(&rows)
            .unwrap()
            .into_iter()
            .map(|entry| {
                assert_eq!(entry.kind, ChangeKind::Updated);
                Row { at: entry.at, place: Place::Change(entry.seq), entry: Some(entry.seq) }
            })
            .collect();
        history.extend(log::edge(&edge).unwrap());
        page(vec![history], cursor, limit as usize)
    }

    fn all_of_log(shard: &Shard, limit: u32) -> (Vec<u64>, usize) {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), Some(Cursor::default()), 0);
        while let Some(from) = cursor {
            let (entries, next) = page_of_log(shard, Cursor::read(&from.write()).unwrap(), limit);
            seen.extend(entries);
            cursor = next;
            pages += 1;
        }
        (seen, pages)
    }

    #[test]
    fn what_the_system_keeps_hides_nothing_behind_it() {
        let shard = Shard::new();
        log(&shard, 1, 10, "name");
        for seq in 2..60 {
            log(&shard, seq, 10 + i64::try_from(seq).unwrap(), "last_touch_at");
        }
        log(&shard, 60, 90, "name");
        assert_eq!(all_of_log(&shard, 40), (vec![60, 1], 1));
    }

    #[test]
    fn a_long_silence_costs_a_page_and_loses_nothing() {
        let shard = Shard::new();
        shard.connection.execute_batch("BEGIN").unwrap();
        log(&shard, 1, 10, "name");
        for seq in 2..=u64::from(SCAN) + 10 {
            log(&shard, seq, 20, "last_touch_at");
        }
        shard.connection.execute_batch("COMMIT").unwrap();
        assert_eq!(all_of_log(&shard, 40), (vec![1], 2));
    }

    #[test]
    fn changes_of_one_moment_are_all_told() {
        let shard = Shard::new();
        for seq in 1..=95 {
            log(&shard, seq, 10, "name");
        }
        assert_eq!(all_of_log(&shard, 40), ((1..=95).rev().collect(), 3));
    }

    #[test]
    fn a_page_of_several_histories_goes_on_behind_each_of_them() {
        let moments: Vec<i64> = vec![9, 9, 9, 7, 7, 5, 5, 5, 5, 1];
        let rows = |cursor: &Cursor, limit: usize| {
            let touches = moments.iter().enumerate().map(|(at, moment)| (*moment, id(100 - at as u64)));
            let touches = touches.filter(|place| cursor.touch.is_none_or(|last| *place < last));
            let touches =
                touches.map(|(at, id)| Row { at, place: Place::Touch(at, id), entry: Some((1, id)) });
            let tasks = moments.iter().enumerate().map(|(at, moment)| (*moment, id(200 - at as u64)));
            let tasks = tasks.filter(|place| cursor.task.is_none_or(|last| *place < last));
            let tasks = tasks.map(|(at, id)| Row { at, place: Place::Task(at, id), entry: Some((2, id)) });
            vec![touches.take(limit + 1).collect::<Vec<_>>(), tasks.take(limit + 1).collect()]
        };
        for limit in 1..12 {
            let (mut seen, mut cursor) = (Vec::new(), Some(Cursor::default()));
            while let Some(from) = cursor {
                let (entries, next) = page(rows(&from, limit), from, limit);
                seen.extend(entries);
                cursor = next;
            }
            assert_eq!(seen.len(), 20, "{limit}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 20, "{limit}");
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let far = Cursor { change: Some(u64::MAX), ..Cursor::default() };
        for text in ["", "x", "bnVsbA", far.write().as_str()] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
    }
}
