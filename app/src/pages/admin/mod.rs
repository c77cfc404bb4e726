//! What a business administrator changes: fields, their order and choices, pipelines and stages, roles, teams, the
//! workspace. All of it takes effect at once, and the definitions in `domain::schema::change` say what cannot be.

mod arrange;
pub mod define;
pub mod effects;
pub mod everything;
mod field_sheet;
mod kind;
mod naming;
mod options;
mod pipelines;
mod rates;
mod role;
mod roles;
mod stage_facts;
mod stages;
mod teams;
mod ways;
mod workspace;

pub use pipelines::Pipelines;
pub use role::Role;
pub use roles::Roles;
pub use teams::{Teams, sight_of};
pub use workspace::Workspace;

use domain::access::Permission;
use domain::fields::FieldKind;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Field};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::components::{
    Badge, Button, ButtonKind, ChipGroup, Choice, EmptyState, Icon, LinkRow, Sheet, icon, icons,
};
use crate::i18n::{label, problems_text, t, tr};
use crate::pages::Page;
use crate::routes;
use crate::state::session::{role, schema};
use arrange::Arrange;
use define::define;
use effects::Effects;
use field_sheet::FieldSheet;
use kind::KindName;

/// Kinds of record whose definition is nobody's daily business.
const APART: [&str; 1] = ["rate"];

#[component]
pub fn Definitions() -> impl IntoView {
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

/// The fields of a form in their order, with the switch that makes them required.
#[component]
fn Fields(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let fields = Memo::new(move |_| {
        let found = entity.with_value(|entity| entity_now(entity));
        found
            .map(|entity| {
                entity.defined_fields().into_iter().map(|field| field.id.clone()).collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    let arranging = RwSignal::new(false);
    let adding = RwSignal::new(false);
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let items = Signal::derive(move || {
        let found = entity.with_value(|entity| entity_now(entity));
        found
            .map(|entity| {
                entity
                    .form_fields()
                    .into_iter()
                    .map(|field| (field.id.clone(), label(&field.label)))
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    let save_order = move |layout: Vec<String>| {
        if fields.with_untracked(|fields| *fields == layout) {
            arranging.set(false);
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let change = DefinitionChange::ArrangeFields { entity: entity.get_value(), layout };
            let outcome = define(change).await;
            pending.set(false);
            problem.set(outcome.as_ref().err().map(|problems| problems_text(problems, "")));
            arranging.set(outcome.is_err());
        });
    };
    let row = move |id: String| view! { <FieldRow entity=entity.get_value() id /> };
    view! {
        <section>
            <div class="define-head">
                <h2 class="group-title">{t("definition.title")}</h2>
                <Show when=move || !arranging.get()>
                    <Button label=t("definition.order") kind=ButtonKind::Quiet drawing=icons::SORT on_press=move |()| arranging.set(true) />
                    <Button label=t("definition.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| adding.set(true) />
                </Show>
            </div>
            <Show
                when=move || arranging.get()
                fallback=move || {
                    view! {
                        <ul class="group">
                            <For each=move || fields.get() key=String::clone children=row />
                        </ul>
                    }
                }
            >
                <Arrange items pending problem on_save=save_order on_cancel=move |()| arranging.set(false) />
            </Show>
        </section>
        <FieldSheet entity=entity.get_value() id=None open=adding />
    }
}

#[component]
fn FieldRow(entity: String, id: String) -> impl IntoView {
    let (entity, id) = (StoredValue::new(entity), StoredValue::new(id));
    let field = Memo::new(move |_| {
        entity.with_value(|entity| id.with_value(|id| schema().entity(entity)?.field(id).cloned()))
    });
    let always_required = Memo::new(move |_| {
        entity.with_value(|entity| {
            id.with_value(|id| schema().entity(entity).is_some_and(|entity| entity.always_requires(id)))
        })
    });
    let with =
        move |asked: fn(&Field) -> String| field.with(|field| field.as_ref().map(asked).unwrap_or_default());
    let name = move || with(|field| label(&field.label));
    let code = Memo::new(move |_| with(|field| type_code(&field.kind)));
    // What the system fills in is never missing.
    let assigned = move || field.with(|field| field.as_ref().is_some_and(|field| field.system));
    let required = move || field.with(|field| field.as_ref().is_some_and(|field| field.required));
    let custom = move || field.with(|field| field.as_ref().is_some_and(|field| field.custom));
    let editing = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let pending = RwSignal::new(false);
    let set = move |required: bool| DefinitionChange::SetRequired {
        entity: entity.get_value(),
        field: id.get_value(),
        required,
    };
    let send = move |wanted: bool| {
        pending.set(true);
        spawn_local(async move {
            let outcome: Result<(), Vec<Problem>> = define(set(wanted)).await;
            pending.set(false);
            asking.set(false);
            problem.set(outcome.err().map(|problems| problems_text(&problems, "")));
        });
    };
    let change = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
        let input = event.target();
        let wanted = input.checked();
        // It stands where the definitions stand, which follow once they are saved.
        input.set_checked(untrack(required));
        if wanted {
            asking.set(true);
        } else {
            send(false);
        }
    };
    let meaning = Signal::derive(move || domain::schema::effects::effects(&schema(), &set(true)));
    let title = move || tr("definition.require.title", &[("name", &name())]);
    let foot = move || {
        view! {
            <Button label=t("action.cancel") on_press=move |()| asking.set(false) />
            <Button label=t("definition.require") kind=ButtonKind::Primary pending on_press=move |()| send(true) />
        }
    };
    view! {
        <li class="define">
            <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| editing.set(true)>
                <span class="row-icon">{move || icon(type_icon(&code.get()))}</span>
                <span class="row-text">
                    <span class="row-title">{name}</span>
                    <span class="row-sub">{move || tr(&format!("field.type.{}", code.get()), &[])}</span>
                </span>
                <Show when=custom>
                    <Badge label=t("definition.custom") />
                </Show>
            </button>
            <Show when=move || !assigned()>
                <label class="switch define-switch">
                    <span class="define-switch-text">{t("definition.required")}</span>
                    <span class="visually-hidden">{name}</span>
                    <input
                        type="checkbox"
                        role="switch"
                        prop:checked=required
                        disabled=move || pending.get() || always_required.get()
                        on:change:target=change
                    />
                </label>
            </Show>
            {move || {
                problem
                    .get()
                    .map(|text| view! { <p class="field-problem define-problem" role="alert">{icon(icons::ALERT)} <span>{text}</span></p> })
            }}
            <FieldSheet entity=entity.get_value() id=Some(id.get_value()) open=editing />
            <Sheet open=asking title close=t("action.close") foot=foot>
                <Effects effects=meaning />
            </Sheet>
        </li>
    }
}

/// Fields that are no longer offered, with the way back.
#[component]
fn Retired(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let fields = Memo::new(move |_| {
        let found = entity.with_value(|entity| entity_now(entity));
        found
            .map(|entity| entity.fields.into_iter().filter(|field| field.retired).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let row = move |field: Field| {
        let id = field.id.clone();
        let pending = RwSignal::new(false);
        let restore = move |()| {
            let field = id.clone();
            pending.set(true);
            spawn_local(async move {
                if let Err(problems) =
                    define(DefinitionChange::RestoreField { entity: entity.get_value(), field }).await
                {
                    crate::state::app().toasts.show(
                        crate::components::Toast::new(untrack(|| problems_text(&problems, "")))
                            .with_icon(icons::ALERT),
                    );
                }
                pending.set(false);
            });
        };
        view! {
            <li class="row">
                <span class="row-text">
                    <span class="row-title">{move || label(&field.label)}</span>
                </span>
                <Button label=t("action.restore") kind=ButtonKind::Quiet pending on_press=restore />
            </li>
        }
    };
    view! {
        <Show when=move || fields.with(|fields| !fields.is_empty())>
            <section>
                <h2 class="group-title">{t("definition.removed")}</h2>
                <ul class="group">{move || fields.get().into_iter().map(row).collect_view()}</ul>
            </section>
        </Show>
    }
}
