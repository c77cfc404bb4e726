use domain::schema::Label;
use leptos::prelude::*;

use crate::components::{Field, TextInput};
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

/// An id for something new in the definitions: a letter for its kind, then digits that nobody else has.
pub fn definition_id(kind: &str) -> String {
    // The last twelve digits of an id are random.
    let digits: String = new_id().to_string().chars().filter(|c| *c != '-').skip(20).collect();
    format!("{kind}_{digits}")
}
