//! Who may do what: a role's grants, and the rows and fields that follow from them.
//!
//! Absence of a grant means no. [`Scope`] says which rows in terms of owners and parents; the Worker turns it
//! into the predicate of every query, and nothing reaches storage around it.

mod shipped;
pub mod sight;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::comment::COMMENT;
use crate::ids::Id;
use crate::schema::builtin::saved_view::SAVED_VIEW;
use crate::schema::{Label, Schema};

pub use shipped::{ADMINISTRATOR, MANAGER, REP, shipped_roles};

/// How far a grant reaches. Ordered: a wider level includes the narrower ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    #[default]
    None,
    /// What the user owns.
    Own,
    /// What anyone in the user's team, or in a team below it, owns.
    Team,
    All,
}

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    View,
    Create,
    Update,
    Delete,
    Assign,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Grant {
    pub view: Level,
    /// For whom records may be created: own = for oneself.
    pub create: Level,
    pub update: Level,
    pub delete: Level,
    /// Whose records may be given to somebody else.
    pub assign: Level,
}

/// What a role may do beyond records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Change definitions: fields, stages, roles, the workspace.
    Define,
    /// Invite people and change their team, role and state.
    ManageUsers,
    Import,
    /// Create records at any stage, as imports of old data need.
    EnterHistory,
    Export,
    /// Move records past what the process asks for, with a reason.
    OverrideProcess,
}

impl Permission {
    pub const ALL: [Self; 6] = [
        Self::Import,
        Self::EnterHistory,
        Self::Export,
        Self::OverrideProcess,
        Self::ManageUsers,
        Self::Define,
    ];

    /// Those by which one comes by any other.
    pub const KEYS: [Self; 2] = [Self::ManageUsers, Self::Define];
}

impl Act {
    pub const ALL: [Self; 5] = [Self::View, Self::Create, Self::Update, Self::Delete, Self::Assign];
}

impl Level {
    pub const ALL: [Self; 4] = [Self::None, Self::Own, Self::Team, Self::All];
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Role {
    pub id: String,
    pub label: Label,
    /// By entity id; an entity that is not named is not granted.
    pub grants: BTreeMap<String, Grant>,
    pub permissions: Vec<Permission>,
    /// Fields, by entity id, that this role neither reads nor writes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hidden: BTreeMap<String, Vec<String>>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user: Id,
    pub role: String,
    /// IANA name of the reader's zone.
    pub zone: String,
}

impl Grant {
    /// The grant with one level changed, and the others so that it makes sense: what one may not see one cannot
    /// change, so seeing less takes the rest down and changing more shows more. Creating stands nearly for itself:
    /// somebody may take in leads for all and see only their own.
    #[must_use]
    pub fn with(mut self, act: Act, level: Level) -> Self {
        match act {
            Act::View => {
                self.view = level;
                self.update = self.update.min(level);
                self.delete = self.delete.min(level);
                self.assign = self.assign.min(level);
                if level == Level::None {
                    self.create = Level::None;
                }
            }
            Act::Create => {
                self.create = level;
                if self.view == Level::None {
                    self.view = level;
                }
            }
            Act::Update => self.update = level,
            Act::Delete => self.delete = level,
            Act::Assign => self.assign = level,
        }
        if matches!(act, Act::Update | Act::Delete | Act::Assign) {
            self.view = self.view.max(level);
        }
        self
    }

    #[must_use]
    pub fn level(&self, act: Act) -> Level {
        match act {
            Act::View => self.view,
            Act::Create => self.create,
            Act::Update => self.update,
            Act::Delete => self.delete,
            Act::Assign => self.assign,
        }
    }

    #[must_use]
    pub fn uniform(level: Level) -> Self {
        Self { view: level, create: level, update: level, delete: level, assign: level }
    }

    #[must_use]
    pub fn view_only(level: Level) -> Self {
        Self { view: level, ..Self::default() }
    }
}

impl Role {
    #[must_use]
    pub fn level(&self, entity: &str, act: Act) -> Level {
        self.grants.get(entity).map_or(Level::None, |grant| grant.level(act))
    }

    /// Whether somebody with this role creates records for the people of their team, and not for everybody.
    #[must_use]
    pub fn creates_for_team(&self) -> bool {
        self.grants.values().any(|grant| grant.create == Level::Team)
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether somebody with this role can mend any other: change the definitions and manage people. A workspace
    /// without anybody who can would be locked for good.
    #[must_use]
    pub fn holds_the_keys(&self) -> bool {
        Permission::KEYS.into_iter().all(|key| self.may(key))
    }

    /// Whether somebody with this role may make somebody another: a key is given only by who holds it. Otherwise who
    /// manages people would soon do whatever they like.
    #[must_use]
    pub fn may_give(&self, other: &Self) -> bool {
        Permission::KEYS.into_iter().all(|key| self.may(key) || !other.may(key))
    }

    #[must_use]
    pub fn hides(&self, entity: &str, field: &str) -> bool {
        self.hidden.get(entity).is_some_and(|fields| fields.iter().any(|hidden| hidden == field))
    }
}

/// Whose records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owners {
    Me,
    /// Mine, and those of everyone in my team and the teams below it.
    MyTeams,
}

/// The rows of an entity within reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Nothing,
    Everything,
    /// Rows owned by these people, or hanging on a parent that is within its own scope.
    Within {
        owners: Owners,
        parents: Vec<ParentScope>,
        shared: Option<SharedViews>,
    },
}

/// Saved views that somebody shares, as far as they are about kinds of record of which the role sees any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedViews {
    pub kinds: Vec<String>,
    /// Those of teams one does not belong to as well: of whoever looks after shared views, because they may change all.
    pub of_all_teams: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentScope {
    /// The relation field on the child.
    pub field: String,
    /// The parent's entity.
    pub entity: String,
    pub scope: Scope,
}

/// The rows of `entity` on which a role may `act`. A child inherits from its parents: seeing the parent shows
/// it, changing the parent allows to change it.
#[must_use]
pub fn scope(schema: &Schema, role: &Role, entity: &str, act: Act) -> Scope {
    let owners = match role.level(entity, act) {
        Level::None => return Scope::Nothing,
        Level::All => return Scope::Everything,
        Level::Own => Owners::Me,
        Level::Team => Owners::MyTeams,
    };
    let inherited = if act == Act::View { Act::View } else { Act::Update };
    let mut parents = Vec::new();
    // What one said is changed by nobody else, whoever may change what it is about.
    let inherits = entity != COMMENT || act == Act::View;
    if let Some(definition) = schema.entity(entity).filter(|_| inherits) {
        for field in &definition.parents {
            let target = definition.field(field).and_then(|field| field.kind.relation_target());
            let Some(target) = target.filter(|target| *target != entity) else { continue };
            let scope = scope(schema, role, target, inherited);
            if scope != Scope::Nothing {
                parents.push(ParentScope { field: field.clone(), entity: target.to_owned(), scope });
            }
        }
    }
    let shared = (entity == SAVED_VIEW && act == Act::View).then(|| SharedViews {
        kinds: seen_kinds(schema, role),
        of_all_teams: role.level(SAVED_VIEW, Act::Update) == Level::All,
    });
    Scope::Within { owners, parents, shared }
}

fn seen_kinds(schema: &Schema, role: &Role) -> Vec<String> {
    let seen = |id: &&String| role.level(id, Act::View) != Level::None;
    schema.entities.iter().map(|entity| &entity.id).filter(seen).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_may_not_see_one_cannot_change() {
        use Level::{All, None, Own, Team};
        let grant = |view, create, update, delete, assign| Grant { view, create, update, delete, assign };
        let team = Grant::uniform(Team);
        let cases = [
            (team, Act::View, Own, grant(Own, Team, Own, Own, Own)),
            (team, Act::View, All, grant(All, Team, Team, Team, Team)),
            (team, Act::View, None, Grant::uniform(None)),
            (team, Act::Delete, None, grant(Team, Team, Team, None, Team)),
            (team, Act::Update, All, grant(All, Team, All, Team, Team)),
            (Grant::uniform(None), Act::Create, Own, grant(Own, Own, None, None, None)),
            (Grant::view_only(Own), Act::Create, All, grant(Own, All, None, None, None)),
        ];
        for (before, act, level, after) in cases {
            assert_eq!(before.with(act, level), after, "{act:?} {level:?}");
        }
    }
}
