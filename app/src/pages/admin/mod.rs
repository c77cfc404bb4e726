//! What a business administrator changes: fields, their order and choices, pipelines and stages, roles, teams, the
//! workspace. All of it takes effect at once, and the definitions in `domain::schema::change` say what cannot be.

mod arrange;
mod arrange_fields;
mod audience;
mod checklist;
pub mod define;
mod edge;
pub mod effects;
pub mod everything;
mod field_form;
mod field_sheet;
mod fields;
mod holidays;
mod kind;
mod layout;
mod logo;
mod naming;
mod options;
mod pipelines;
mod rates;
mod removing;
mod role;
mod roles;
mod stage_facts;
mod stages;
mod teams;
mod ways;
mod workspace;

pub use pipelines::Pipelines;
pub use role::Role;
pub use roles::{Roles, usual_role};
pub use teams::{Teams, sight_of};
pub use workspace::Workspace;

use domain::access::Permission;
use domain::fields::FieldKind;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::components::{ChipGroup, Choice, EmptyState, Icon, LinkRow, icon, icons, mark_page};
use crate::i18n::{label, t};
use crate::pages::Page;
use crate::routes;
use crate::state::session::{role, schema};
use fields::{Fields, Retired};
use kind::KindName;

/// Kinds of record whose definition is nobody's daily business.
const APART: [&str; 1] = ["rate"];

#[component]
pub fn Definitions() -> impl IntoView {
    mark_page("no-add", || true);
    let params = use_params_map();
    let entity = Memo::new(move |_| params.with(|params| params.get("entity").unwrap_or_default()));
    let navigate = StoredValue::new_local(use_navigate());
    let choices = Signal::derive(move || {
        let schema = schema();
        let shown = schema.entities.iter().filter(|entity| !APART.contains(&entity.id.as_str()));
        shown.map(|entity| Choice::new(entity.id.clone(), label(&entity.label))).collect::<Vec<_>>()
    });
    let choose = move |id: String| {
        let options = leptos_router::NavigateOptions { replace: true, ..Default::default() };
        navigate.with_value(|navigate| navigate(&routes::fields(&id), options.clone()));
    };
    let known = Memo::new(move |_| schema().entity(&entity.get()).is_some());
    view! {
        <Page title=t("settings.fields") back=routes::MORE>
            <Guarded>
                <div class="stack">
                    <ChipGroup legend=t("definition.kind") choices value=entity on_choose=choose scroll=true />
                    {move || {
                        let id = entity.get();
                        known.get().then(|| view! { <KindName entity=id.clone() /> <Fields entity=id.clone() /> <ToPipelines entity=id.clone() /> <Retired entity=id /> })
                    }}
                </div>
            </Guarded>
        </Page>
    }
}

/// For those who may change definitions; others are told so.
#[component]
fn Guarded(children: ChildrenFn) -> impl IntoView {
    let may = Memo::new(|_| role().is_some_and(|role| role.may(Permission::Define)));
    view! {
        <Show
            when=move || may.get()
            fallback=|| view! { <EmptyState drawing=icons::SETTINGS title=t("error.forbidden") body=t("settings.forbidden") /> }
        >
            {children()}
        </Show>
    }
}

/// The way to the stages of a kind of record that has some.
#[component]
fn ToPipelines(entity: String) -> impl IntoView {
    let staged = Memo::new(move |_| schema().pipelines_of(&entity).next().is_some());
    view! {
        <Show when=move || staged.get()>
            <div class="group">
                <LinkRow href=routes::PIPELINES title=t("settings.pipelines") sub=t("settings.pipelines.help")>
                    <span class="row-icon">{icon(icons::PIPELINE)}</span>
                </LinkRow>
            </div>
        </Show>
    }
}

/// The code of a type of field, as on the wire and in message keys.
fn type_code(kind: &FieldKind) -> String {
    let tagged = serde_json::to_value(kind).ok();
    tagged.and_then(|json| json.get("type")?.as_str().map(str::to_owned)).unwrap_or_default()
}

fn type_icon(code: &str) -> Icon {
    match code {
        "integer" | "decimal" | "auto_number" => icons::NUMBER,
        "percent" => icons::PERCENT,
        "money" => icons::MONEY,
        "date" => icons::CALENDAR,
        "instant" | "schedule" | "duration" => icons::CLOCK,
        "checkbox" => icons::CHECKBOX,
        "choices" => icons::SEVERAL,
        "tree_choice" => icons::TREE,
        "tags" => icons::TAG,
        "rating" => icons::STAR,
        "url" => icons::WEB,
        "address" => icons::VISIT,
        "file" => icons::FILE,
        "choice" | "stage" | "role" => icons::CHOICE,
        "phone" => icons::CALL,
        "email" => icons::MAIL,
        "relation" => icons::LINK,
        "user" => icons::USER,
        _ => icons::TEXT,
    }
}

fn entity_now(id: &str) -> Option<Entity> {
    schema().entity(id).cloned()
}
