//! Who sees whose records through their teams, and what a move changes in it: the same tree that the Worker walks in its
//! queries, for as few people as a page of the settings holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Level};
use crate::ids::Id;
use crate::schema::Schema;
use crate::schema::effects::Effect;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: Id,
    pub role: String,
    pub team: Option<Id>,
    /// Whether they can sign in: others own records, but see nothing.
    pub active: bool,
}

/// Teams with the team each is part of, and who belongs to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teams {
    pub parents: BTreeMap<Id, Option<Id>>,
    pub members: Vec<Member>,
}

impl Teams {
    #[must_use]
    pub fn member(&self, id: Id) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Everybody else in the member's team and in the teams below it.
    fn mates(&self, id: Id) -> BTreeSet<Id> {
        let Some(top) = self.member(id).and_then(|member| member.team) else { return BTreeSet::new() };
        let below = |team: Option<Id>| team.is_some_and(|team| self.is_within(team, top));
        let others = self.members.iter().filter(|other| other.id != id && below(other.team));
        others.map(|other| other.id).collect()
    }

    fn is_within(&self, team: Id, top: Id) -> bool {
        let (mut seen, mut at) = (BTreeSet::new(), Some(team));
        while let Some(team) = at {
            if team == top {
                return true;
            }
            // A circle ends where it was met first.
            at = if seen.insert(team) { self.parents.get(&team).copied().flatten() } else { None };
        }
        false
    }
}

/// Who sees more and who sees less once people and teams have moved. Only the moves count: everybody has the role of
/// afterwards all along.
#[must_use]
pub fn moved(schema: &Schema, before: &Teams, after: &Teams) -> Vec<Effect> {
    let kinds = schema.entities.iter().filter(|entity| entity.listed && entity.field("owner").is_some());
    let by_team = |role: &str, entity: &str| {
        schema.role(role).is_some_and(|role| role.level(entity, Act::View) == Level::Team)
    };
    let mut effects = Vec::new();
    let changed: Vec<(&Member, BTreeSet<Id>, BTreeSet<Id>)> = after
        .members
        .iter()
        .filter(|member| member.active)
        .map(|member| (member, before.mates(member.id), after.mates(member.id)))
        .filter(|(_, old, new)| old != new)
        .collect();
    for entity in kinds {
        // Those to whom the same happens are named together.
        let mut less: BTreeMap<Vec<Id>, Vec<Id>> = BTreeMap::new();
        let mut more: BTreeMap<Vec<Id>, Vec<Id>> = BTreeMap::new();
        for (member, old, new) in changed.iter().filter(|(member, ..)| by_team(&member.role, &entity.id)) {
            let (gone, come) = (old.difference(new), new.difference(old));
            less.entry(gone.copied().collect()).or_default().push(member.id);
            more.entry(come.copied().collect()).or_default().push(member.id);
        }
        for (owners, people) in less.into_iter().filter(|(owners, _)| !owners.is_empty()) {
            effects.push(Effect::Covers { people, entity: entity.id.clone(), owners });
        }
        for (owners, people) in more.into_iter().filter(|(owners, _)| !owners.is_empty()) {
            effects.push(Effect::Uncovers { people, entity: entity.id.clone(), owners });
        }
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{ADMINISTRATOR, MANAGER, REP};

    use crate::schema::builtin;

    fn id(number: u8) -> Id {
        Id::v7(1_000, &[number; 10])
    }

    fn member(number: u8, role: &str, team: u8) -> Member {
        Member { id: id(number), role: role.to_owned(), team: Some(id(team)), active: true }
    }

    fn schema() -> Schema {
        builtin::of_tests("UTC", "CNY")
    }

    /// Team 1 with team 2 below it, team 3 beside them; a manager leads each of 1 and 3.
    fn teams() -> Teams {
        Teams {
            parents: BTreeMap::from([(id(1), None), (id(2), Some(id(1))), (id(3), None)]),
            members: vec![
                member(11, MANAGER, 1),
                member(12, REP, 2),
                member(13, MANAGER, 3),
                member(14, ADMINISTRATOR, 1),
            ],
        }
    }

    #[test]
    fn who_moves_to_another_team_is_seen_by_another_manager() {
        let mut after = teams();
        after.members[1].team = Some(id(3));
        let found = moved(&schema(), &teams(), &after);
        let of_accounts: Vec<&Effect> = found
            .iter()
            .filter(|effect| matches!(effect, Effect::Covers { entity, .. } | Effect::Uncovers { entity, .. } if entity == "account"))
            .collect();
        let (people, owners) = (vec![id(11)], vec![id(12)]);
        let covers = Effect::Covers { people, entity: "account".into(), owners: owners.clone() };
        let uncovers = Effect::Uncovers { people: vec![id(13)], entity: "account".into(), owners };
        assert_eq!(of_accounts, [&covers, &uncovers]);
        // Neither a rep, who sees their own, nor an administrator, who sees everything, is named.
        let named = found.iter().flat_map(|effect| match effect {
            Effect::Covers { people, .. } | Effect::Uncovers { people, .. } => people.clone(),
            _ => Vec::new(),
        });
        assert!(named.into_iter().all(|person| person == id(11) || person == id(13)));
    }

    #[test]
    fn a_team_that_moves_takes_its_people_with_it_and_a_circle_ends() {
        let mut after = teams();
        after.parents.insert(id(2), Some(id(3)));
        let found = moved(&schema(), &teams(), &after);
        assert!(found.iter().any(Effect::takes) && found.iter().any(|effect| !effect.takes()));
        after.parents.insert(id(3), Some(id(2)));
        assert!(!moved(&schema(), &teams(), &after).is_empty());
        assert!(moved(&schema(), &teams(), &teams()).is_empty());
    }

    #[test]
    fn who_cannot_sign_in_sees_nothing_but_is_seen() {
        let mut before = teams();
        before.members[0].active = false;
        let mut after = before.clone();
        after.members[1].team = Some(id(3));
        let found = moved(&schema(), &before, &after);
        assert!(!found.is_empty() && !found.iter().any(Effect::takes));
    }
}
