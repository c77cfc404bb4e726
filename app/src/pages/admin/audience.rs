//! Whom a pipeline is for: teams that bring something into it, and products to whose records it is offered first.

use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::schema::Pipeline;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use leptos::prelude::*;

use super::define::{define, submit};
use super::effects::Effects;
use super::everything::{everything, text};
use crate::components::{Button, ButtonKind, CheckChips, Choice, Field, FormProblem, Sheet, icons, tick};
use crate::i18n::{t, tr};
use crate::pages::more::Problems;
use crate::pages::team_tree;
use crate::state::names::name_of;
use crate::state::session::{schema, schema_now};

/// The button that opens the sheet, and beside it whom the pipeline is for now.
#[component]
pub fn Audience(id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let open = RwSignal::new(false);
    let named = Memo::new(move |_| {
        let schema = schema();
        let pipeline = id.with_value(|id| schema.pipeline(id))?;
        let ids = pipeline.teams.iter().chain(&pipeline.products).copied();
        Some(ids.collect::<Vec<_>>()).filter(|ids| !ids.is_empty())
    });
    let told = move || {
        let ids = named.get()?;
        let names: Vec<String> = ids.iter().filter_map(|id| name_of(*id)).collect();
        (!names.is_empty()).then(|| tr("pipelines.for", &[("names", &names.join(" · "))]))
    };
    let told = move || told().map(|told| view! { <p class="field-help">{told}</p> });
    // Names are learnt with the list of all, once there is something to name.
    let names = move || named.with(Option::is_some).then(|| view! { <Names /> });
    view! {
        {names}
        {told}
        <div class="btn-row">
            <Button label=t("pipelines.audience") kind=ButtonKind::Quiet drawing=icons::TEAM on_press=move |()| open.set(true) />
        </div>
        <Sheet open title=t("pipelines.audience") close=t("action.close")>
            {move || id.with_value(|id| schema_now().pipeline(id).cloned()).map(|pipeline| view! { <Form pipeline open /> })}
        </Sheet>
    }
}

/// Makes the names of teams and products known; shows nothing.
#[component]
fn Names() -> impl IntoView {
    everything("team", "name");
    everything("product", "name");
}

/// Each team under the names of those it is part of, in the order of the tree.
fn team_choices(teams: &[RecordBody]) -> Vec<Choice> {
    let mut path: Vec<String> = Vec::new();
    let row = |(depth, id): (usize, Id)| {
        let team = teams.iter().find(|team| team.id == id)?;
        path.truncate(depth);
        path.push(text(team, "name"));
        Some(Choice::new(id.to_string(), path.join(" / ")))
    };
    team_tree::rows(teams).into_iter().filter_map(row).collect()
}

fn written(ids: &[Id]) -> RwSignal<Vec<String>> {
    RwSignal::new(ids.iter().map(Id::to_string).collect())
}

fn read(ids: &[String]) -> Vec<Id> {
    ids.iter().filter_map(|id| id.parse().ok()).collect()
}

#[component]
fn Form(pipeline: Pipeline, open: RwSignal<bool>) -> impl IntoView {
    let (teams, products) = (written(&pipeline.teams), written(&pipeline.products));
    let (all_teams, all_products) = (everything("team", "name"), everything("product", "name"));
    let team_choices = Signal::derive(move || team_choices(&all_teams.list()));
    let product_choices = Signal::derive(move || {
        let choice = |product: &RecordBody| Choice::new(product.id.to_string(), text(product, "name"));
        all_products.list().iter().map(choice).collect::<Vec<_>>()
    });
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let id = StoredValue::new(pipeline.id);
    let change = move || DefinitionChange::SetAudience {
        pipeline: id.get_value(),
        teams: teams.with(|teams| read(teams)),
        products: products.with(|products| read(products)),
    };
    let meant = Memo::new(move |_| effects(&schema(), &change()));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        submit(pending, problems, define(untrack(change)), move || {
            open.try_set(false);
        });
    };
    view! {
        <form class="form" novalidate on:submit=save>
            <Field label=t("pipelines.audience.teams") help=t("pipelines.audience.teams.help") problem=problems.at("teams")>
                {move || all_teams.pending()}
                <CheckChips label=t("pipelines.audience.teams") choices=team_choices chosen=teams on_change=move |(id, on)| tick(teams, id, on) />
            </Field>
            <Field label=t("pipelines.audience.products") help=t("pipelines.audience.products.help") problem=problems.at("products")>
                {move || all_products.pending()}
                <CheckChips
                    label=t("pipelines.audience.products")
                    choices=product_choices
                    chosen=products
                    on_change=move |(id, on)| tick(products, id, on)
                />
            </Field>
            <Effects effects=meant />
            <FormProblem problem=problems.rest(&["teams", "products"]) />
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}
