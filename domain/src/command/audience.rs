//! Whom pipelines are for: where something new begins, who brings it in, and who may be named.

use super::draft::Draft;
use crate::access::Permission;
use crate::ids::Id;
use crate::message::Problem;
use crate::process;
use crate::record::{RecordKey, Values};
use crate::schema::change::{DefinitionChange, MAX_AUDIENCE};
use crate::schema::{Entity, Stage};
use crate::value::Value;

/// Where a record with these values begins when nobody says otherwise.
pub(super) fn beginning<'a>(draft: &Draft<'a>, entity: &str, values: &Values) -> Option<&'a Stage> {
    let product = values.get("product").and_then(Value::reference);
    process::beginning(draft.world.schema, entity, draft.world.own_teams, product)
}

/// What is new in a pipeline comes from those it is for, or from who may make exceptions; history comes from everybody
/// who may enter it.
pub(super) fn check_audience(draft: &mut Draft<'_>, entity: &Entity, values: &Values) {
    let schema = draft.world.schema;
    let stage = values.get("stage").and_then(Value::text);
    let Some((pipeline, _)) = stage.and_then(|stage| schema.stage_of(&entity.id, stage)) else { return };
    let enters = draft.plan.import.is_some() && draft.role.may(Permission::EnterHistory);
    if !enters
        && !draft.role.may(Permission::OverrideProcess)
        && let Some(barrier) = process::barred(schema, pipeline, draft.world.own_teams)
    {
        draft.forbid(barrier.problem());
    }
}

/// Whom a change of definitions makes a pipeline for, as the pipeline with its teams and products.
fn named_by(change: &DefinitionChange) -> Option<(&str, &[Id], &[Id])> {
    match change {
        DefinitionChange::SetAudience { pipeline, teams, products } => Some((pipeline, teams, products)),
        DefinitionChange::AddPipeline { pipeline, .. } => {
            Some((&pipeline.id, &pipeline.teams, &pipeline.products))
        }
        _ => None,
    }
}

/// What that names, as far as it is allowed to be: more is refused without a look.
pub(super) fn keys_named_by(change: &DefinitionChange) -> impl Iterator<Item = RecordKey> {
    let (_, teams, products) = named_by(change).unwrap_or_default();
    let keys = |entity: &'static str, ids: &[Id]| {
        ids.iter().take(MAX_AUDIENCE).map(|id| RecordKey::new(entity, *id)).collect::<Vec<_>>()
    };
    keys("team", teams).into_iter().chain(keys("product", products))
}

/// Whom a pipeline is for is there when it is said, also when that is said by an undo; what it names already stays as it
/// is.
pub(super) fn check_audience_of(draft: &mut Draft<'_>, change: &DefinitionChange) {
    if let Some((pipeline, teams, products)) = named_by(change) {
        check_named(draft, pipeline, teams, products);
    }
}

fn check_named(draft: &mut Draft<'_>, pipeline: &str, teams: &[Id], products: &[Id]) {
    let known = draft.world.schema.pipeline(pipeline);
    let named = |field, entity, ids: &[Id], before: Option<&Vec<Id>>| {
        let fresh = ids.iter().filter(|id| !before.is_some_and(|before| before.contains(id)));
        fresh.map(|id| (field, RecordKey::new(entity, *id))).collect::<Vec<_>>()
    };
    let teams = named("teams", "team", teams, known.map(|known| &known.teams));
    let products = named("products", "product", products, known.map(|known| &known.products));
    for (field, key) in teams.into_iter().chain(products) {
        match draft.find(&key) {
            Some(loaded) if loaded.record.deleted.is_none() => {
                draft.plan.alive.insert(key);
            }
            _ => draft.invalid(Problem::on(field, "problem.reference_not_found")),
        }
    }
}
