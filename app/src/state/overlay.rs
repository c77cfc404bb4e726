//! How records look with what waits in the outbox. A page shows the server's data as of some point of the log, and on
//! top every command that waits or was saved after that point.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::command::{Action, ChangeKind, May, Plan, Wire};
use domain::ids::Id;
use serde::{Deserialize, Serialize};

use super::outbox::{Item, State};

/// What a command does to one record, as the planner foresaw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    pub entity: String,
    pub record: Id,
    pub kind: ChangeKind,
    /// The fields it changes, as they are afterwards.
    pub values: Wire,
}

/// The changes of a plan in the wire's shapes.
pub fn effects(plan: &Plan) -> Vec<Effect> {
    let effect = |change: &domain::command::Change| Effect {
        entity: change.key.entity.clone(),
        record: change.key.id,
        kind: change.kind,
        values: change.after.iter().map(|(field, value)| (field.clone(), value.to_json())).collect(),
    };
    plan.changes.iter().map(effect).collect()
}

/// Everything that is not in every page's data yet, in order.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// `None` while it waits, otherwise where it stands in the log.
    layers: Vec<(Option<u64>, Arc<Item>)>,
}

impl PartialEq for Overlay {
    /// An item that changes is made anew, so the same items are the same overlay.
    fn eq(&self, other: &Self) -> bool {
        self.layers.len() == other.layers.len()
            && self.layers.iter().zip(&other.layers).all(|((_, a), (_, b))| Arc::ptr_eq(a, b))
    }
}

impl Overlay {
    pub fn of(items: &[Arc<Item>]) -> Self {
        let undone: Vec<Id> = items
            .iter()
            .filter(|item| matches!(item.state, State::Waiting | State::Done { .. }))
            .flat_map(|item| &item.command.actions)
            .filter_map(|action| if let Action::Undo { command } = action { Some(*command) } else { None })
            .collect();
        let layer = |item: &Arc<Item>| match item.state {
            _ if undone.contains(&item.command.id) => None,
            State::Waiting => Some((None, item.clone())),
            State::Done { seq } => Some((Some(seq), item.clone())),
            _ => None,
        };
        Self { layers: items.iter().filter_map(layer).collect() }
    }

    fn effects_after(&self, seq: u64) -> impl Iterator<Item = (bool, &Effect)> {
        let later = move |(at, _): &&(Option<u64>, Arc<Item>)| at.is_none_or(|at| at > seq);
        self.layers
            .iter()
            .filter(later)
            .flat_map(|(at, item)| item.effects.iter().map(|effect| (at.is_none(), effect)))
    }

    /// A record as it is with everything after `seq`; `None` when it is deleted.
    pub fn apply(&self, seq: u64, body: &RecordBody) -> Option<RecordBody> {
        let mut shown = body.clone();
        for (_, effect) in self
            .effects_after(seq)
            .filter(|(_, effect)| effect.record == body.id && effect.entity == body.entity)
        {
            merge(&mut shown, effect);
        }
        (!shown.deleted || body.deleted).then_some(shown)
    }

    /// Records of an entity that did not exist at `seq`.
    pub fn created(&self, seq: u64, entity: &str) -> Vec<RecordBody> {
        let mut made: Vec<RecordBody> = Vec::new();
        for (_, effect) in self.effects_after(seq).filter(|(_, effect)| effect.entity == entity) {
            if effect.kind == ChangeKind::Created {
                let may = May { update: true, delete: true, assign: false };
                made.push(RecordBody {
                    entity: entity.to_owned(),
                    id: effect.record,
                    version: 1,
                    values: effect.values.clone(),
                    deleted: false,
                    deleted_at: None,
                    may,
                });
            } else if let Some(body) = made.iter_mut().find(|body| body.id == effect.record) {
                merge(body, effect);
            }
        }
        made.retain(|body| !body.deleted);
        made
    }

    /// A record that only this device knows of yet.
    pub fn find_created(&self, entity: &str, id: Id) -> Option<RecordBody> {
        self.created(0, entity).into_iter().find(|body| body.id == id)
    }

    /// Every record that something here is about.
    pub fn touched(&self) -> BTreeSet<Id> {
        let mut touched = BTreeSet::new();
        for effect in self.layers.iter().flat_map(|(_, item)| &item.effects) {
            touched.insert(effect.record);
        }
        touched
    }

    /// How many saved changes of a record wait: the version it will have is that much higher.
    pub fn waiting(&self, record: Id) -> u64 {
        let waiting = self.effects_after(u64::MAX).filter(|(waits, effect)| {
            *waits && effect.record == record && effect.kind != ChangeKind::Created
        });
        waiting.count() as u64
    }

    /// Something about this record has not reached the server.
    pub fn is_waiting(&self, record: Id) -> bool {
        self.effects_after(u64::MAX).any(|(waits, effect)| waits && effect.record == record)
    }
}

fn merge(body: &mut RecordBody, effect: &Effect) {
    for (field, value) in &effect.values {
        if value.is_null() {
            body.values.remove(field);
        } else {
            body.values.insert(field.clone(), value.clone());
        }
    }
    match effect.kind {
        ChangeKind::Deleted => body.deleted = true,
        ChangeKind::Restored => {
            body.deleted = false;
            body.deleted_at = None;
        }
        _ => {}
    }
}
