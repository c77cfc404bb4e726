use domain::schema::Label;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;

use super::define::{self, define};
use crate::components::{Button, ButtonKind, Field, FormProblem, TextInput};
use crate::i18n::t;
use crate::pages::more::Problems;
use crate::state::time::new_id;

/// A name in both languages while it is being written.
#[derive(Clone, Copy)]
pub struct Naming {
    zh: RwSignal<String>,
    en: RwSignal<String>,
}

impl Naming {
    pub fn of(label: Option<&Label>) -> Self {
        let text = |text: Option<&String>| RwSignal::new(text.cloned().unwrap_or_default());
        Self { zh: text(label.map(|label| &label.zh)), en: text(label.map(|label| &label.en)) }
    }

    /// Somebody who speaks one language names a thing once.
    pub fn label(self) -> Label {
        let (zh, en) = (self.zh.get_untracked().trim().to_owned(), self.en.get_untracked().trim().to_owned());
        Label {
            zh: if zh.is_empty() { en.clone() } else { zh.clone() },
            en: if en.is_empty() { zh } else { en },
        }
    }
}

/// The two fields of a name; what is wrong with it stands at the first.
#[component]
pub fn NamingFields(naming: Naming, problems: Problems) -> impl IntoView {
    view! {
        <Field label=t("definition.label.zh") problem=problems.at("label")>
            <TextInput value=naming.zh />
        </Field>
        <Field label=t("definition.label.en") help=t("definition.label.help")>
            <TextInput value=naming.en />
        </Field>
    }
}

/// Another name for what is there: `change` is what that comes to. Further names are the children.
#[component]
pub fn RenameForm(
    naming: Naming,
    problems: Problems,
    open: RwSignal<bool>,
    /// What has a place on the form.
    places: &'static [&'static str],
    change: impl Fn() -> DefinitionChange + Send + Sync + 'static,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        define::submit(pending, problems, define(untrack(&change)), move || {
            open.try_set(false);
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(places) />
            <NamingFields naming problems />
            {children.map(|children| children())}
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}

/// An id for something new in the definitions: a letter for its kind, then digits that nobody else has.
pub fn definition_id(kind: &str) -> String {
    // The last twelve digits of an id are random.
    let digits: String = new_id().to_string().chars().filter(|c| *c != '-').skip(20).collect();
    format!("{kind}_{digits}")
}
