use domain::schema::Label;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;
use messages::Lang;

use super::define::{self, define};
use crate::components::{Button, ButtonKind, Field, FormProblem, TextInput};
use crate::i18n::t;
use crate::pages::more::Problems;
use crate::state::preferences::lang_signal;
use crate::state::time::new_id;

/// A name as it is saved: somebody who speaks one language names a thing once.
fn name_in_both(zh: &str, en: &str) -> Label {
    match (zh.trim(), en.trim()) {
        ("", one) | (one, "") => Label::new(one, one),
        (zh, en) => Label::new(zh, en),
    }
}

/// A name in both languages while it is being written.
#[derive(Clone, Copy)]
pub struct Naming {
    pub zh: RwSignal<String>,
    pub en: RwSignal<String>,
}

impl Naming {
    pub fn of(label: Option<&Label>) -> Self {
        let text = |text: Option<&String>| RwSignal::new(text.cloned().unwrap_or_default());
        Self { zh: text(label.map(|label| &label.zh)), en: text(label.map(|label| &label.en)) }
    }

    /// As it is saved; follows what is written.
    pub fn label(self) -> Label {
        self.zh.with(|zh| self.en.with(|en| name_in_both(zh, en)))
    }

    /// Whether nothing is written in either language; follows what is written.
    pub fn is_empty(self) -> bool {
        [self.zh, self.en].iter().all(|text| text.with(|text| text.trim().is_empty()))
    }
}

/// A text that is written in the reader's language alone. The other language keeps what it has of its own; where it has
/// the same it follows.
#[derive(Clone)]
pub struct Said {
    pub here: RwSignal<String>,
    there: String,
    lang: Lang,
}

impl Said {
    pub fn of(label: Option<&Label>) -> Self {
        Self::written_in(lang_signal().get_untracked(), label)
    }

    fn written_in(lang: Lang, label: Option<&Label>) -> Self {
        let (zh, en) = label.map(|label| (label.zh.clone(), label.en.clone())).unwrap_or_default();
        let (here, there) = if lang == Lang::Zh { (zh, en) } else { (en, zh) };
        let there = if there == here { String::new() } else { there };
        Self { here: RwSignal::new(here), there, lang }
    }

    /// Nothing once it is empty for the writer: what the other language keeps they could not take away.
    pub fn label(&self) -> Option<Label> {
        let here = self.here.get();
        let (zh, en) = if self.lang == Lang::Zh { (&here, &self.there) } else { (&self.there, &here) };
        (!here.trim().is_empty()).then(|| name_in_both(zh, en))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_one_language_stands_for_both() {
        for (zh, en, label) in
            [(" 甲", "", ("甲", "甲")), ("", "A ", ("A", "A")), ("甲", "A", ("甲", "A")), ("", " ", ("", ""))]
        {
            assert_eq!(name_in_both(zh, en), Label::new(label.0, label.1));
        }
    }

    #[test]
    fn what_is_said_in_one_language_can_be_said_anew_and_taken_away() {
        let (same, own) = (Label::new("甲", "甲"), Label::new("甲", "A"));
        for (lang, before, written, after) in [
            (Lang::Zh, None, " 乙 ", Some(("乙", "乙"))),
            (Lang::Zh, None, " ", None),
            (Lang::Zh, Some(&same), "乙", Some(("乙", "乙"))),
            (Lang::En, Some(&same), "B", Some(("B", "B"))),
            (Lang::Zh, Some(&same), "", None),
            (Lang::En, Some(&own), "B", Some(("甲", "B"))),
            (Lang::Zh, Some(&own), "", None),
        ] {
            let said = Said::written_in(lang, before);
            assert_eq!(said.label().as_ref(), before);
            said.here.set(written.to_owned());
            assert_eq!(said.label(), after.map(|(zh, en)| Label::new(zh, en)), "{lang:?} {written}");
        }
    }
}
