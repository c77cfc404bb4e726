//! What a change means for people and records, said beside the button that saves it. The domain knows what it means, the
//! server for how many.

use std::collections::BTreeMap;

use domain::access::{Act, Level, Permission};
use domain::api::GetTotals;
use domain::api::record::TotalsRequest;
use domain::ids::Id;
use domain::schema::StageStatus;
use domain::schema::effects::{Concerned, Effect};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{icon, icons};
use crate::i18n::{format, label, t, tr};
use crate::state::ask;
use crate::state::names::name_of;
use crate::state::session::schema;

/// How many records each question is about, as the answers come in.
#[derive(Clone, Copy)]
pub struct Counts(RwSignal<BTreeMap<String, Option<u64>>>);

fn key_of(question: &Concerned) -> String {
    format!("{} {}", question.entity, question.filter)
}

impl Counts {
    /// Counts whatever is asked, each question once for as long as the page stands.
    pub fn of(questions: impl Fn() -> Vec<Concerned> + 'static) -> Self {
        let known = RwSignal::new(BTreeMap::new());
        leptos::prelude::Effect::new(move |_| {
            for question in questions() {
                let name = key_of(&question);
                if known.with_untracked(|known: &BTreeMap<String, Option<u64>>| known.contains_key(&name)) {
                    continue;
                }
                known.update(|known| {
                    known.insert(name.clone(), None);
                });
                spawn_local(async move {
                    let request = TotalsRequest {
                        filter: Some(question.filter.to_string()),
                        ..TotalsRequest::default()
                    };
                    let reply = ask::<GetTotals>(&[&question.entity], &request).await;
                    let count = reply.ok().map(|reply| reply.groups.iter().map(|total| total.count).sum());
                    known.try_update(|known| match count {
                        Some(count) => known.insert(name, Some(count)),
                        // Asked again next time.
                        None => known.remove(&name).flatten().map(Some),
                    });
                });
            }
        });
        Self(known)
    }

    /// The answer, when it is there.
    pub fn get(self, question: &Concerned) -> Option<u64> {
        self.0.with(|known| known.get(&key_of(question)).copied().flatten())
    }
}

/// A number once it is known; dots until then.
pub fn count_text(count: Option<u64>) -> String {
    count.map_or_else(|| "…".to_owned(), |count| format::number(i64::try_from(count).unwrap_or(i64::MAX)))
}

pub fn level_text(level: Level) -> String {
    let key = match level {
        Level::None => "access.level.none",
        Level::Own => "access.level.own",
        Level::Team => "access.level.team",
        Level::All => "access.level.all",
    };
    tr(key, &[])
}

pub fn act_key(act: Act) -> &'static str {
    match act {
        Act::View => "roles.act.view",
        Act::Create => "roles.act.create",
        Act::Update => "roles.act.update",
        Act::Delete => "roles.act.delete",
        Act::Assign => "roles.act.assign",
    }
}

pub fn permission_key(permission: Permission) -> &'static str {
    match permission {
        Permission::Define => "roles.may.define",
        Permission::ManageUsers => "roles.may.manage_users",
        Permission::Import => "roles.may.import",
        Permission::EnterHistory => "roles.may.enter_history",
        Permission::Export => "roles.may.export",
        Permission::OverrideProcess => "roles.may.override_process",
    }
}

pub fn status_key(status: StageStatus) -> &'static str {
    match status {
        StageStatus::Open => "outcome.open",
        StageStatus::Won => "outcome.won",
        StageStatus::Lost => "outcome.lost",
    }
}

fn reach_key(act: Act, to: Level, less: bool) -> &'static str {
    match (act, to, less) {
        (Act::View, Level::None, _) => "effect.view.none",
        (Act::View, Level::Own, true) => "effect.view.own_only",
        (Act::View, Level::Own, false) => "effect.view.own",
        (Act::View, Level::Team, true) => "effect.view.team_only",
        (Act::View, Level::Team, false) => "effect.view.team",
        (Act::View, Level::All, _) => "effect.view.all",
        (Act::Create, Level::None, _) => "effect.create.none",
        (Act::Create, Level::Own, true) => "effect.create.own_only",
        (Act::Create, Level::Own, false) => "effect.create.own",
        (Act::Create, Level::Team, true) => "effect.create.team_only",
        (Act::Create, Level::Team, false) => "effect.create.team",
        (Act::Create, Level::All, _) => "effect.create.all",
        (Act::Update, Level::None, _) => "effect.update.none",
        (Act::Update, Level::Own, true) => "effect.update.own_only",
        (Act::Update, Level::Own, false) => "effect.update.own",
        (Act::Update, Level::Team, true) => "effect.update.team_only",
        (Act::Update, Level::Team, false) => "effect.update.team",
        (Act::Update, Level::All, _) => "effect.update.all",
        (Act::Delete, Level::None, _) => "effect.delete.none",
        (Act::Delete, Level::Own, true) => "effect.delete.own_only",
        (Act::Delete, Level::Own, false) => "effect.delete.own",
        (Act::Delete, Level::Team, true) => "effect.delete.team_only",
        (Act::Delete, Level::Team, false) => "effect.delete.team",
        (Act::Delete, Level::All, _) => "effect.delete.all",
        (Act::Assign, Level::None, _) => "effect.assign.none",
        (Act::Assign, Level::Own, true) => "effect.assign.own_only",
        (Act::Assign, Level::Own, false) => "effect.assign.own",
        (Act::Assign, Level::Team, true) => "effect.assign.team_only",
        (Act::Assign, Level::Team, false) => "effect.assign.team",
        (Act::Assign, Level::All, _) => "effect.assign.all",
    }
}

fn plural(entity: &str) -> String {
    schema().entity(entity).map(|entity| label(&entity.plural)).unwrap_or_default()
}

pub fn field_name(entity: &str, field: &str) -> String {
    let schema = schema();
    let found = schema.entity(entity).and_then(|entity| entity.field(field));
    found.map(|field| label(&field.label)).unwrap_or_default()
}

fn role_names(roles: &[String]) -> String {
    let schema = schema();
    roles
        .iter()
        .filter_map(|id| schema.role(id))
        .map(|role| label(&role.label))
        .collect::<Vec<_>>()
        .join(" · ")
}

pub fn stage_name(stage: &str) -> String {
    schema().stage(stage).map(|stage| label(&stage.label)).unwrap_or_default()
}

/// More names than this say less than their number.
const MOST_NAMES: usize = 3;

fn names(people: &[Id]) -> String {
    let known: Vec<String> = people.iter().filter_map(|person| name_of(*person)).collect();
    if people.len() > MOST_NAMES || known.len() < people.len() {
        return tr("effect.so_many_people", &[("count", &people.len().to_string())]);
    }
    let joined = |before: String, last: String| tr("list.and", &[("before", &before), ("last", &last)]);
    known.into_iter().reduce(joined).unwrap_or_default()
}

fn team_names(teams: &[Id]) -> String {
    let known: Vec<String> = teams.iter().filter_map(|team| name_of(*team)).collect();
    if teams.len() > MOST_NAMES || known.len() < teams.len() {
        return tr("effect.admits.teams", &[("count", &teams.len().to_string())]);
    }
    known.join(" · ")
}

fn pipeline_name(pipeline: &str) -> String {
    schema().pipeline(pipeline).map(|pipeline| label(&pipeline.label)).unwrap_or_default()
}

fn option_name(entity: &str, field: &str, option: &str) -> String {
    let schema = schema();
    let field = schema.entity(entity).and_then(|entity| entity.field(field));
    let options = field.map(|field| field.kind.all_options()).unwrap_or_default();
    options.iter().find(|known| known.id == option).map(|known| label(&known.label)).unwrap_or_default()
}

fn text(effect: &Effect, counts: Counts) -> String {
    let counted = effect.concerned().and_then(|question| counts.get(&question));
    let count = count_text(counted);
    match effect {
        Effect::Reaches { entity, act, from, to, .. } => tr(
            reach_key(*act, *to, to < from),
            &[("entity", &plural(entity)), ("before", &level_text(*from))],
        ),
        Effect::Hides { entity, field, .. } => {
            tr("effect.hides", &[("entity", &plural(entity)), ("field", &field_name(entity, field))])
        }
        Effect::Shows { entity, field, .. } => {
            tr("effect.shows", &[("entity", &plural(entity)), ("field", &field_name(entity, field))])
        }
        Effect::Permits { permission, .. } => {
            tr("effect.permits", &[("what", &tr(permission_key(*permission), &[]))])
        }
        Effect::Forbids { permission, .. } => {
            tr("effect.forbids", &[("what", &tr(permission_key(*permission), &[]))])
        }
        Effect::Counts { stage, from, to, .. } => {
            let (from, to) = (tr(status_key(*from), &[]), tr(status_key(*to), &[]));
            tr(
                "effect.counts",
                &[("count", &count), ("stage", &stage_name(stage)), ("from", &from), ("to", &to)],
            )
        }
        Effect::Expects { stage, from, to, .. } => {
            let (from, to) = (from.to_string(), to.to_string());
            tr(
                "effect.expects",
                &[("count", &count), ("stage", &stage_name(stage)), ("from", &from), ("to", &to)],
            )
        }
        Effect::Lacks { entity, stage, field } => tr(
            "effect.lacks",
            &[("count", &count), ("stage", &stage_name(stage)), ("field", &field_name(entity, field))],
        ),
        Effect::Bars { stage, to, .. } => {
            tr("effect.bars", &[("count", &count), ("stage", &stage_name(stage)), ("to", &stage_name(to))])
        }
        Effect::Reserves { stage, to, roles, .. } => tr(
            "effect.reserves",
            &[
                ("count", &count),
                ("stage", &stage_name(stage)),
                ("to", &stage_name(to)),
                ("roles", &role_names(roles)),
            ],
        ),
        Effect::Admits { entity, pipeline, teams, .. } => tr(
            "effect.admits",
            &[
                ("teams", &team_names(teams)),
                ("pipeline", &pipeline_name(pipeline)),
                ("entity", &plural(entity)),
                ("count", &count),
            ],
        ),
        Effect::Opens { entity, pipeline } => {
            tr("effect.opens", &[("pipeline", &pipeline_name(pipeline)), ("entity", &plural(entity))])
        }
        Effect::Empties { stage, .. } => {
            tr("effect.empties", &[("count", &count), ("stage", &stage_name(stage))])
        }
        Effect::Begins { entity, stage } => {
            tr("effect.begins", &[("entity", &plural(entity)), ("stage", &stage_name(stage))])
        }
        Effect::Retires { .. } => tr("effect.retires", &[("count", &count)]),
        Effect::Conceals { entity, field } => {
            tr("effect.conceals", &[("field", &field_name(entity, field)), ("count", &count)])
        }
        Effect::Stands { entity, field } => tr("effect.stands", &[("field", &field_name(entity, field))]),
        Effect::Requires { .. } => tr("effect.requires", &[("count", &count)]),
        Effect::Withdraws { entity, field, option, .. } => {
            tr("effect.withdraws", &[("count", &count), ("option", &option_name(entity, field, option))])
        }
        Effect::Excludes { .. } => tr("effect.excludes", &[("count", &count)]),
        Effect::Rescales { to, .. } => {
            tr("effect.rescales", &[("count", &count), ("decimals", &to.to_string())])
        }
        Effect::Covers { people, entity, owners } | Effect::Uncovers { people, entity, owners } => {
            let key = if effect.takes() { "effect.covers" } else { "effect.uncovers" };
            let (people, owners) = (names(people), names(owners));
            tr(
                key,
                &[("people", &people), ("owners", &owners), ("count", &count), ("entity", &plural(entity))],
            )
        }
        Effect::Unshares { .. } => tr("effect.unshares", &[("count", &count)]),
        Effect::Clock { from, to } => tr("effect.clock", &[("from", from), ("to", to)]),
        Effect::Currency { from, to } => tr("effect.currency", &[("from", from), ("to", to)]),
    }
}

/// What happens to the content of a field that is taken away.
#[component]
pub fn Retiring(entity: String, field: String) -> impl IntoView {
    let effect = Effect::Retires { entity, field };
    let asked = effect.clone();
    let counts = Counts::of(move || asked.concerned().into_iter().collect());
    view! { <p class="field-help" role="status">{move || text(&effect, counts)}</p> }
}

/// What ends with a team that is taken away; nothing where nothing does.
#[component]
pub fn Unsharing(team: Id) -> impl IntoView {
    let effect = Effect::Unshares { team };
    let asked = effect.concerned();
    let question = asked.clone();
    let counts = Counts::of(move || question.clone().into_iter().collect());
    let any =
        Memo::new(move |_| asked.as_ref().and_then(|asked| counts.get(asked)).is_some_and(|count| count > 0));
    move || any.get().then(|| view! { <p class="field-help" role="status">{text(&effect, counts)}</p> })
}

/// What is going to happen, sentence by sentence; nothing when nothing does.
#[component]
pub fn Effects(
    #[prop(into)] effects: Signal<Vec<Effect>>,
    /// Whom all of it is about, where it is one person.
    #[prop(optional, into)]
    person: Option<TextProp>,
) -> impl IntoView {
    let of_one = person.is_some();
    let person = StoredValue::new(person);
    let questions = move || {
        let asked = effects.with(|effects| effects.iter().filter_map(Effect::concerned).collect::<Vec<_>>());
        // How many people have a role says nothing where it is about one of them.
        asked.into_iter().filter(|question| !of_one || question.entity != "user").collect()
    };
    let counts = Counts::of(questions);
    // Everything about a role concerns the same people: they are named once, above.
    let people = move || {
        if let Some(name) = person.with_value(|person| person.as_ref().map(|person| person.get())) {
            return Some(tr("effect.person", &[("name", &name)]));
        }
        let question = effects.with(|effects| effects.first().and_then(Effect::concerned))?;
        (question.entity == "user")
            .then(|| tr("effect.people", &[("count", &count_text(counts.get(&question)))]))
    };
    let line = move |effect: Effect| {
        let (takes, drawing) = if effect.takes() { (true, icons::ALERT) } else { (false, icons::INFO) };
        view! {
            <li class="effect" data-takes=takes.then_some("true")>
                {icon(drawing)}
                <span>{move || text(&effect, counts)}</span>
            </li>
        }
    };
    view! {
        <div role="status">
            <Show when=move || effects.with(|effects| !effects.is_empty())>
                <section class="effects" aria-label=t("effect.title")>
                    <h3 class="effects-title">{move || people().unwrap_or_else(|| tr("effect.title", &[]))}</h3>
                    <ul>{move || effects.get().into_iter().map(line).collect_view()}</ul>
                </section>
            </Show>
        </div>
    }
}
