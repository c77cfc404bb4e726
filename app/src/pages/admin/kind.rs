//! What a workspace calls a kind of record.

use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Label};
use leptos::prelude::*;

use super::naming::{Naming, RenameForm};
use crate::components::{Field, IconButton, Sheet, TextInput, icons};
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
    let problems = Problems::none();
    let change = move || {
        let label = naming.label();
        let several = plural.get().trim().to_owned();
        // English without a plural of its own takes the name. Chinese mostly has one form, but a name that stays keeps its
        // other one.
        let en = if several.is_empty() { label.en.clone() } else { several };
        let kept = label.zh == entity.label.zh;
        let zh = if kept { entity.plural.zh.clone() } else { label.zh.clone() };
        DefinitionChange::RenameEntity { entity: entity.id.clone(), label, plural: Label { zh, en } }
    };
    view! {
        <RenameForm naming problems open places=&["label", "plural"] change>
            <Field label=t("definition.entity.plural") problem=problems.at("plural")>
                <TextInput value=plural autocomplete="off" />
            </Field>
            <p class="field-help">{t("definition.entity.rename.help")}</p>
        </RenameForm>
    }
}
