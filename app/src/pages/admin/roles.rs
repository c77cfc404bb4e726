//! The roles of a workspace: who has which, a new one out of another, and a way out for those nobody needs.

use domain::access::{ADMINISTRATOR, REP, Role};
use domain::api::GetTotals;
use domain::api::record::TotalsRequest;
use domain::command::{Action, Wire};
use domain::message::Problem;
use domain::schema::builtin::user::status;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::people;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use serde_json::json;

use super::Guarded;
use super::define::{self, Step, carry_out, define};
use super::effects::{Counts, count_text};
use super::naming::{Naming, NamingFields, RenameForm, definition_id};
use crate::components::{
    Badge, Button, ButtonKind, Choice, Field, FormProblem, LinkRow, Select, Sheet, Tone, icon, icons,
};
use crate::i18n::{format, label, t, tr};
use crate::pages::Page;
use crate::pages::more::Problems;
use crate::routes;
use crate::state::loader::load;
use crate::state::session::{role, schema, schema_now};

#[component]
pub fn Roles() -> impl IntoView {
    let adding = RwSignal::new(false);
    // Only those who can use a role count: a name without an entrance sees nothing.
    let filter = json!(["=", ["field", "status"], status::ACTIVE]).to_string();
    let totals = load::<GetTotals>(move || {
        let group = Some("role".to_owned());
        Some((
            vec!["user".to_owned()],
            TotalsRequest { filter: Some(filter.clone()), group, ..TotalsRequest::default() },
        ))
    });
    let heads = move |role: &str| {
        totals.value.with(|reply| {
            let groups = &reply.as_ref()?.groups;
            let found = groups.iter().find(|total| total.group.as_deref() == Some(role));
            Some(found.map_or(0, |total| total.count))
        })
    };
    let own = Memo::new(|_| role().map(|role| role.id));
    let row = move |role: Role| {
        let id = role.id.clone();
        let mine = own.with(|own| own.as_ref() == Some(&role.id));
        let sub = move || tr("roles.people", &[("count", &count_text(heads(&id)))]);
        view! {
            <LinkRow href=routes::role(&role.id) title=move || label(&role.label) sub>
                <span class="row-icon">{icon(icons::ROLE)}</span>
                {mine.then(|| view! { <Badge label=t("roles.yours") tone=Tone::Accent /> })}
            </LinkRow>
        }
    };
    view! {
        <Page title=t("settings.roles") back=routes::MORE>
            <Guarded>
                <div class="stack">
                    <p class="field-help">{t("roles.lead")}</p>
                    <div class="group roles">{move || schema().roles.iter().cloned().map(row).collect_view()}</div>
                    <div class="btn-row">
                        <Button label=t("roles.add") kind=ButtonKind::Primary drawing=icons::ADD on_press=move |()| adding.set(true) />
                    </div>
                </div>
                <Sheet open=adding title=t("roles.add") close=t("action.close")>
                    <NewRole />
                </Sheet>
            </Guarded>
        </Page>
    }
}

/// A new role begins as a copy: nobody ticks forty boxes from nothing.
#[component]
fn NewRole() -> impl IntoView {
    let naming = Naming::of(None);
    let model = RwSignal::new(usual_role());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let navigate = StoredValue::new_local(use_navigate());
    let models = Signal::derive(|| {
        schema().roles.iter().map(|role| Choice::new(role.id.clone(), label(&role.label))).collect::<Vec<_>>()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(like) = schema_now().role(&model.get_untracked()).cloned() else {
            problems.0.set(vec![Problem::on("like", "problem.definition.unknown_role")]);
            return;
        };
        let role = Role { id: definition_id("r"), label: untrack(|| naming.label()), ..like };
        let id = role.id.clone();
        define::submit(pending, problems, define(DefinitionChange::AddRole { role, at: None }), move || {
            navigate.try_with_value(|navigate| navigate(&routes::role(&id), Default::default()));
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(&["label", "like"]) />
            <NamingFields naming problems />
            <Field label=t("roles.like") help=t("roles.like.help") problem=problems.at("like")>
                <Select value=model choices=models on_choose=move |chosen| model.set(chosen) />
            </Field>
            <Button label=t("roles.add") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}

/// What most people are: the shipped rep, or the first role where that one is gone.
pub fn usual_role() -> String {
    let schema = schema_now();
    let usual = schema.role(REP).or_else(|| schema.roles.first());
    usual.map(|role| role.id.clone()).unwrap_or_default()
}

/// Another name for a role.
#[component]
pub fn RenameRole(role: Role, open: RwSignal<bool>) -> impl IntoView {
    let naming = Naming::of(Some(&role.label));
    let change = move || DefinitionChange::SetRole { role: Role { label: naming.label(), ..role.clone() } };
    view! { <RenameForm naming problems=Problems::none() open places=&["label"] change /> }
}

/// Taking a role away. Whoever has it, in use or not, gets another one in the same step.
#[component]
pub fn RemoveRole(role: Role) -> impl IntoView {
    let id = StoredValue::new(role.id.clone());
    let successor = RwSignal::new(String::new());
    let pending = RwSignal::new(false);
    let problem = Problems::none();
    let navigate = StoredValue::new_local(use_navigate());
    // Invited and inactive people have the role as well.
    let everybody = json!(["=", ["field", "role"], role.id]);
    let question = StoredValue::new(domain::schema::effects::Concerned {
        filter: everybody.clone(),
        ..people(&role.id)
    });
    let counts = Counts::of(move || vec![question.get_value()]);
    let heads = move || counts.get(&question.get_value());
    let others = Signal::derive(move || {
        let schema = schema();
        let others = schema.roles.iter().filter(|other| id.with_value(|id| &other.id != id));
        others.map(|other| Choice::new(other.id.clone(), label(&other.label))).collect::<Vec<_>>()
    });
    let filter = StoredValue::new(everybody);
    let remove = move |()| {
        let to = successor.get_untracked();
        if heads().is_some_and(|heads| heads > 0) && to.is_empty() {
            problem.0.set(vec![Problem::on("successor", "problem.required")]);
            return;
        }
        let action = move |person: &domain::api::record::RecordBody| Action::Update {
            entity: "user".to_owned(),
            record: person.id,
            base_version: person.version,
            old: Wire::new(),
            values: Wire::from([("role".to_owned(), to.clone().into())]),
        };
        let steps = vec![
            Step::Each { entity: "user".to_owned(), filter: filter.get_value(), action: Box::new(action) },
            Step::Define(DefinitionChange::RemoveRole { role: id.get_value() }),
        ];
        define::submit(pending, problem, carry_out(steps), move || {
            navigate.try_with_value(|navigate| navigate(routes::ROLES, Default::default()));
        });
    };
    let body = move || match heads() {
        None => tr("roles.remove.counting", &[]),
        Some(0) => tr("roles.remove.nobody", &[]),
        Some(heads) => tr(
            "roles.remove.somebody",
            &[("count", &format::number(i64::try_from(heads).unwrap_or(i64::MAX)))],
        ),
    };
    view! {
        <div class="form">
            <p role="status">{body}</p>
            <Show when=move || heads().is_some_and(|heads| heads > 0)>
                <Field label=t("roles.remove.successor") required=true problem=problem.at("successor")>
                    <Select value=successor choices=others placeholder=t("roles.remove.choose") on_choose=move |chosen| successor.set(chosen) />
                </Field>
            </Show>
            <FormProblem problem=problem.rest(&["successor"]) />
            <Button
                label=t("roles.remove")
                kind=ButtonKind::Danger
                block=true
                pending
                disabled=Signal::derive(move || heads().is_none())
                on_press=remove
            />
        </div>
    }
}

/// The role that can never go.
pub fn is_permanent(role: &Role) -> bool {
    role.id == ADMINISTRATOR
}
