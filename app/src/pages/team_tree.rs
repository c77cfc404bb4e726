//! Teams in the order of the tree they form: for the settings, and wherever some of them are chosen.

use std::collections::BTreeSet;

use domain::api::record::RecordBody;
use domain::ids::Id;

fn parent(team: &RecordBody) -> Option<Id> {
    team.values.get("parent")?.as_str()?.parse().ok()
}

/// The teams that are part of one.
pub fn below(teams: &[RecordBody], of: Id) -> impl Iterator<Item = &RecordBody> {
    teams.iter().filter(move |team| parent(team) == Some(of))
}

/// Every team once, with its depth. What hangs on nothing that is there stands at the top, and so does a circle, from
/// wherever it is met first.
pub fn rows(teams: &[RecordBody]) -> Vec<(usize, Id)> {
    let ids: BTreeSet<Id> = teams.iter().map(|team| team.id).collect();
    let is_top = |team: &&RecordBody| parent(team).is_none_or(|parent| !ids.contains(&parent));
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    let tops: Vec<Id> = teams.iter().filter(is_top).map(|team| team.id).collect();
    for top in tops.into_iter().chain(teams.iter().map(|team| team.id)) {
        walk(teams, top, 0, &mut seen, &mut rows);
    }
    rows
}

fn walk(teams: &[RecordBody], id: Id, depth: usize, seen: &mut BTreeSet<Id>, rows: &mut Vec<(usize, Id)>) {
    if !seen.insert(id) {
        return;
    }
    rows.push((depth, id));
    for team in below(teams, id) {
        walk(teams, team.id, depth + 1, seen, rows);
    }
}
