//! One role as a table one can read: what its people do with which records, what else they may, what they do not see.
//! Changes gather until they are saved, and what they mean stands beside the button.

use std::collections::BTreeSet;

use domain::access::{Act, Grant, Level, Permission, Role as Definition};
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use domain::schema::{Entity, Field};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

use super::Guarded;
use super::define::define;
use super::effects::{Effects, act_key, level_text, permission_key};
use super::roles::{RemoveRole, RenameRole, is_permanent};
use crate::components::{
    Badge, Button, ButtonKind, EmptyState, FormProblem, Group, IconButton, Sheet, Switch, Tone, icons,
    mark_page,
};
use crate::i18n::{label, problems_text, t, tr};
use crate::pages::{Page, Width};
use crate::routes;
use crate::state::session::{role, schema, schema_now};

/// What looking after people comes down to.
const PEOPLE: [&str; 2] = ["user", "team"];
const RATE: &str = "rate";

#[component]
pub fn Role() -> impl IntoView {
    mark_page("no-add", || true);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("role").unwrap_or_default()));
    let base = Memo::new(move |_| id.with(|id| schema().role(id).cloned()));
    let known = Memo::new(move |_| base.with(Option::is_some));
    let title = move || {
        base.with(|base| base.as_ref().map(|role| label(&role.label)))
            .unwrap_or_else(|| tr("entity.role", &[]))
    };
    let (renaming, removing) = (RwSignal::new(false), RwSignal::new(false));
    let may_go = move || base.with(|base| base.as_ref().is_some_and(|role| !is_permanent(role)));
    let actions = move || {
        view! {
            <Show when=move || known.get()>
                <IconButton label=t("action.rename") drawing=icons::EDIT on_press=move |()| renaming.set(true) />
                <Show when=may_go>
                    <IconButton label=t("roles.remove") drawing=icons::DELETE on_press=move |()| removing.set(true) />
                </Show>
            </Show>
        }
    };
    view! {
        <Page title back=routes::ROLES width=Width::Broad actions>
            <Guarded>
                {move || {
                    if known.get() {
                        view! { <Matrix base /> }.into_any()
                    } else {
                        view! { <EmptyState drawing=icons::ROLE title=t("error.not_found") body=t("roles.lead") /> }.into_any()
                    }
                }}
                <Sheet open=renaming title=t("action.rename") close=t("action.close")>
                    {move || base.get_untracked().map(|role| view! { <RenameRole role open=renaming /> })}
                </Sheet>
                <Sheet open=removing title=t("roles.remove") close=t("action.close")>
                    {move || base.get_untracked().map(|role| view! { <RemoveRole role /> })}
                </Sheet>
            </Guarded>
        </Page>
    }
}

#[component]
fn Matrix(base: Memo<Option<Definition>>) -> impl IntoView {
    let Some(first) = base.get_untracked() else { return ().into_any() };
    let draft = RwSignal::new(first.clone());
    // What somebody saved elsewhere, or took back, is taken over by a form in which nothing was changed.
    let seen = StoredValue::new(first);
    Effect::new(move |_| {
        let Some(now) = base.get() else { return };
        let untouched = seen.with_value(|seen| draft.with_untracked(|draft| draft == seen));
        if untouched {
            draft.set(now.clone());
        } else {
            draft.update(|draft| draft.label = now.label.clone());
        }
        seen.set_value(now);
    });
    let meant = Memo::new(move |_| {
        let change = DefinitionChange::SetRole { role: draft.get() };
        effects(&schema(), &change)
    });
    let changed = Memo::new(move |_| meant.with(|meant| !meant.is_empty()));
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let save = move |()| {
        pending.set(true);
        let role = draft.get_untracked();
        spawn_local(async move {
            let outcome = define(DefinitionChange::SetRole { role: role.clone() }).await;
            pending.try_set(false);
            if outcome.is_ok() {
                seen.try_update_value(|seen| *seen = role);
            }
            problem.try_set(outcome.err().map(|problems| untrack(|| problems_text(&problems, ""))));
        });
    };
    let discard = move |()| {
        problem.set(None);
        if let Some(base) = base.get_untracked() {
            draft.set(base);
        }
    };
    let mine = move || role().is_some_and(|own| draft.with(|draft| draft.id == own.id));
    view! {
        <div class="stack stack-loose role">
            <Show when=mine>
                <p><Badge label=t("roles.yours") tone=Tone::Accent /></p>
            </Show>
            <section class="stack stack-tight">
                <h2 class="group-title">{t("roles.records")}</h2>
                <Table draft />
                <p class="field-help">{t("roles.levels.help")}</p>
            </section>
            <Permissions draft />
            <HiddenFields draft />
            <Show when=move || changed.get() || problem.with(Option::is_some)>
                <div class="save-bar">
                    <Effects effects=meant />
                    <FormProblem problem />
                    <div class="btn-row btn-row-end">
                        <Button label=t("action.discard") on_press=discard />
                        <Button label=t("action.save") kind=ButtonKind::Primary pending on_press=save />
                    </div>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// Kinds of record that people work with, and what hangs on them. People, teams and rates are none: a switch each says
/// whether somebody looks after them.
fn rows() -> Vec<Entity> {
    let worked_with = |entity: &&Entity| entity.listed || !entity.parents.is_empty();
    schema_now().entities.iter().filter(worked_with).cloned().collect()
}

/// What has no owner is for nobody or for everybody.
fn levels(entity: &Entity, act: Act) -> Vec<Level> {
    let owned = entity.field("owner").is_some() || !entity.parents.is_empty();
    let all = Level::ALL.into_iter();
    match (owned, act) {
        (false, Act::Assign) => Vec::new(),
        (false, _) => all.filter(|level| matches!(level, Level::None | Level::All)).collect(),
        (true, _) => all.collect(),
    }
}

fn level_code(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Own => "own",
        Level::Team => "team",
        Level::All => "all",
    }
}

/// A row a kind of record and a column an act; on a phone a card a kind. The roles are written out because a table that
/// is drawn as cards is none to the browser.
#[component]
fn Table(draft: RwSignal<Definition>) -> impl IntoView {
    let head = |act: Act| view! { <th role="columnheader" scope="col">{t(act_key(act))}</th> };
    let row = move |entity: Entity| {
        let name = entity.plural.clone();
        let cells = Act::ALL
            .into_iter()
            .map(|act| {
                let choices = levels(&entity, act);
                if choices.is_empty() {
                    view! { <td role="cell" class="grant-none"></td> }.into_any()
                } else {
                    view! { <Cell draft entity=entity.clone() act choices /> }.into_any()
                }
            })
            .collect_view();
        view! {
            <tr role="row">
                <th role="rowheader" scope="row">{move || label(&name)}</th>
                {cells}
            </tr>
        }
    };
    view! {
        <table class="grants" role="table" aria-label=t("roles.records")>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">{t("roles.kind")}</th>
                    {Act::ALL.map(head)}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Cell(draft: RwSignal<Definition>, entity: Entity, act: Act, choices: Vec<Level>) -> impl IntoView {
    let (id, plural) = (StoredValue::new(entity.id.clone()), entity.plural.clone());
    let level = Memo::new(move |_| id.with_value(|id| draft.with(|draft| draft.level(id, act))));
    let name = move || format!("{} · {}", label(&plural), tr(act_key(act), &[]));
    let choose = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlSelectElement>| {
        let code = event.target().value();
        let Some(chosen) = Level::ALL.into_iter().find(|level| level_code(*level) == code) else { return };
        draft.update(|draft| {
            let grant = draft.grants.entry(id.get_value()).or_default();
            *grant = grant.with(act, chosen);
        });
    };
    let option = move |choice: Level| {
        view! {
            <option value=level_code(choice) selected=move || level.get() == choice>
                {move || level_text(choice)}
            </option>
        }
    };
    view! {
        <td role="cell" class="grant">
            <span class="grant-act" aria-hidden="true">{t(act_key(act))}</span>
            <select
                class="grant-level"
                aria-label=name
                data-level=move || level_code(level.get())
                prop:value=move || level_code(level.get())
                on:change:target=choose
            >
                {choices.into_iter().map(option).collect_view()}
            </select>
        </td>
    }
}

/// Sets a grant over everything of a kind, or takes it down to looking.
fn look_after(role: &mut Definition, entity: &str, on: bool) {
    let grant = if on { Grant::uniform(Level::All) } else { Grant::view_only(Level::All) };
    role.grants.insert(entity.to_owned(), grant);
}

fn set_permission(role: &mut Definition, permission: Permission, on: bool) {
    role.permissions.retain(|known| *known != permission);
    if on {
        role.permissions.push(permission);
    }
    if permission == Permission::ManageUsers {
        for entity in PEOPLE {
            look_after(role, entity, on);
        }
    }
}

#[component]
fn Permissions(draft: RwSignal<Definition>) -> impl IntoView {
    let held = move |permission: Permission| draft.with(|draft| draft.may(permission));
    let keeps = move |permission: Permission| {
        matches!(permission, Permission::Define | Permission::ManageUsers) && draft.with(is_permanent)
    };
    let row = move |permission: Permission| {
        let help = move || {
            let kept = keeps(permission).then(|| tr("roles.may.kept", &[]));
            let said = tr(help_key(permission), &[]);
            match kept {
                Some(kept) => format!("{said} {kept}"),
                None => said,
            }
        };
        view! {
            <div class="row">
                <Switch
                    label=t(permission_key(permission))
                    help=help
                    value=Signal::derive(move || held(permission))
                    disabled=Signal::derive(move || keeps(permission))
                    on_change=move |on| draft.update(|draft| set_permission(draft, permission, on))
                />
            </div>
        }
    };
    let sets_rates = Signal::derive(move || draft.with(|draft| draft.level(RATE, Act::Update) == Level::All));
    view! {
        <Group title=t("roles.permissions")>
            {row(Permission::Import)}
            {row(Permission::EnterHistory)}
            {row(Permission::Export)}
            {row(Permission::OverrideProcess)}
            <div class="row">
                <Switch
                    label=t("roles.may.set_rates")
                    help=t("roles.may.set_rates.help")
                    value=sets_rates
                    on_change=move |on| draft.update(|draft| look_after(draft, RATE, on))
                />
            </div>
            {row(Permission::ManageUsers)}
            {row(Permission::Define)}
        </Group>
    }
}

fn help_key(permission: Permission) -> &'static str {
    match permission {
        Permission::Define => "roles.may.define.help",
        Permission::ManageUsers => "roles.may.manage_users.help",
        Permission::Import => "roles.may.import.help",
        Permission::EnterHistory => "roles.may.enter_history.help",
        Permission::Export => "roles.may.export.help",
        Permission::OverrideProcess => "roles.may.override_process.help",
    }
}

/// Per kind of record the fields somebody with this role neither reads nor writes.
#[component]
fn HiddenFields(draft: RwSignal<Definition>) -> impl IntoView {
    let part = move |entity: Entity| {
        let id = StoredValue::new(entity.id.clone());
        let name = entity.plural.clone();
        let hidden = move || id.with_value(|id| draft.with(|draft| draft.hidden.get(id).map_or(0, Vec::len)));
        let count = move || match hidden() {
            0 => tr("roles.hidden.none", &[]),
            count => tr("roles.hidden.count", &[("count", &count.to_string())]),
        };
        let title = entity.title.clone();
        let offered: BTreeSet<String> = entity
            .fields
            .iter()
            .filter(|field| !field.retired && field.id != title)
            .map(|field| field.id.clone())
            .collect();
        let field = move |field: Field| {
            let own = StoredValue::new(field.id.clone());
            let shown = Signal::derive(move || {
                draft.with(|draft| !id.with_value(|id| own.with_value(|own| draft.hides(id, own))))
            });
            let set = move |visible: bool| {
                draft.update(|draft| {
                    let fields = draft.hidden.entry(id.get_value()).or_default();
                    fields.retain(|known| own.with_value(|own| known != own));
                    if !visible {
                        fields.push(own.get_value());
                    }
                    draft.hidden.retain(|_, fields| !fields.is_empty());
                });
            };
            view! {
                <div class="row">
                    <Switch label=move || label(&field.label) value=shown on_change=set />
                </div>
            }
        };
        let fields: Vec<Field> =
            entity.fields.into_iter().filter(|field| offered.contains(&field.id)).collect();
        view! {
            <details class="hidden-fields">
                <summary class="row">
                    <span class="row-text">
                        <span class="row-title">{move || label(&name)}</span>
                        <span class="row-sub">{count}</span>
                    </span>
                    <span class="row-end">{crate::components::icon(icons::CHEVRON_DOWN)}</span>
                </summary>
                {fields.into_iter().map(field).collect_view()}
            </details>
        }
    };
    view! {
        <section>
            <h2 class="group-title">{t("roles.hidden")}</h2>
            <div class="group">{rows().into_iter().map(part).collect_view()}</div>
            <p class="field-help group-foot">{t("roles.hidden.help")}</p>
        </section>
    }
}
