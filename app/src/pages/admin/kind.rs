//! What a workspace calls a kind of record.

use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Label};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::define::define;
use super::naming::{Naming, NamingFields};
use crate::components::{Button, ButtonKind, Field, FormProblem, IconButton, Sheet, TextInput, icons};
use crate::i18n::{label, t, tr};
use crate::pages::more::Problems;
use crate::state::session::schema;

/// The name of a kind of record, with the pencil that changes it.
#[component]
pub fn KindName(entity: String) -> impl IntoView {
    let definition = Memo::new(move |_| schema().entity(&entity).cloned());
    let name =
        move || definition.with(|found| found.as_ref().map(|found| label(&found.label)).unwrap_or_default());
    let title = move || tr("definition.entity.rename", &[("name", &name())]);
    let open = RwSignal::new(false);
    view! {
        <div class="define-head">
            <h2 class="group-title">{name}</h2>
            <IconButton label=title drawing=icons::EDIT on_press=move |()| open.set(true) />
        </div>
        <Sheet open title close=t("action.close")>
            {move || definition.get_untracked().map(|entity| view! { <RenameKind entity open /> })}
        </Sheet>
    }
}

#[component]
fn RenameKind(entity: Entity, open: RwSignal<bool>) -> impl IntoView {
    let naming = Naming::of(Some(&entity.label));
    let plural = RwSignal::new(entity.plural.en.clone());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let before = StoredValue::new(entity);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let label = naming.label();
        let several = plural.get_untracked().trim().to_owned();
        // English without a plural of its own takes the name. Chinese mostly has one form, but a name that stays keeps its
        // other one.
        let en = if several.is_empty() { label.en.clone() } else { several };
        let change = before.with_value(|before| {
            let kept = label.zh == before.label.zh;
            let zh = if kept { before.plural.zh.clone() } else { label.zh.clone() };
            let plural = Label { zh, en };
            DefinitionChange::RenameEntity { entity: before.id.clone(), label, plural }
        });
        spawn_local(async move {
            let outcome = define(change).await;
            pending.try_set(false);
            match outcome {
                Ok(()) => open.set(false),
                Err(found) => problems.0.set(found),
            }
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(&["label", "plural"]) />
            <NamingFields naming problems />
            <Field label=t("definition.entity.plural") problem=problems.at("plural")>
                <TextInput value=plural autocomplete="off" />
            </Field>
            <p class="field-help">{t("definition.entity.rename.help")}</p>
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}
