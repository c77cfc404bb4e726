use domain::fields::ChoiceOption;
use domain::schema::Label;
use leptos::prelude::*;
use messages::Lang;

use crate::components::{Button, ButtonKind, ChipGroup, Choice, Field, IconButton, TextInput, icons};
use crate::i18n::{t, tr};
use crate::state::preferences::lang_signal;
use crate::state::time::new_id;

/// An option being edited. One name at first stands for both languages.
#[derive(Clone)]
pub struct Draft {
    id: String,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    is_new: bool,
    retired: bool,
}

impl Draft {
    pub fn of(option: &ChoiceOption) -> Self {
        let (zh, en) = (RwSignal::new(option.label.zh.clone()), RwSignal::new(option.label.en.clone()));
        Self { id: option.id.clone(), zh, en, is_new: false, retired: option.retired }
    }

    fn fresh() -> Self {
        // The last twelve digits of an id are random.
        let id: String = new_id().to_string().chars().filter(|c| *c != '-').skip(20).collect();
        Self {
            id: format!("o_{id}"),
            zh: RwSignal::new(String::new()),
            en: RwSignal::new(String::new()),
            is_new: true,
            retired: false,
        }
    }

    /// The option, unless nothing was written into a new one.
    fn option(&self) -> Option<ChoiceOption> {
        let (zh, en) = (self.zh.get_untracked().trim().to_owned(), self.en.get_untracked().trim().to_owned());
        if self.is_new && zh.is_empty() && en.is_empty() {
            return None;
        }
        let label = Label {
            zh: if zh.is_empty() { en.clone() } else { zh.clone() },
            en: if en.is_empty() { zh } else { en },
        };
        Some(ChoiceOption { id: self.id.clone(), label, retired: self.retired })
    }
}

pub fn options_of(drafts: RwSignal<Vec<Draft>>) -> Vec<ChoiceOption> {
    drafts.with_untracked(|drafts| drafts.iter().filter_map(Draft::option).collect())
}

/// The choices of a field: names, order, more and fewer of them.
#[component]
pub fn Options(drafts: RwSignal<Vec<Draft>>) -> impl IntoView {
    let language = RwSignal::new(lang_signal().get_untracked());
    let languages =
        vec![Choice::new("zh", t("settings.language.zh")), Choice::new("en", t("settings.language.en"))];
    let shift = move |id: &str, by: isize| {
        drafts.update(|drafts| {
            let Some(from) = drafts.iter().position(|draft| draft.id == id) else { return };
            let to = from.saturating_add_signed(by).min(drafts.len() - 1);
            let draft = drafts.remove(from);
            drafts.insert(to, draft);
        });
    };
    let row = move |draft: Draft| {
        let own = draft.id.clone();
        let at = Memo::new(move |_| {
            drafts.with(|drafts| drafts.iter().position(|draft| draft.id == own).unwrap_or_default())
        });
        let last = Memo::new(move |_| drafts.with(|drafts| drafts.len().saturating_sub(1)));
        let (up, down, gone) = (draft.id.clone(), draft.id.clone(), draft.id.clone());
        let number = move || (at.get() + 1).to_string();
        view! {
            <li class="option-row">
                <Field label=move || tr("definition.option", &[("number", &number())])>
                    {move || if language.get() == Lang::Zh { view! { <TextInput value=draft.zh /> } } else { view! { <TextInput value=draft.en /> } }}
                </Field>
                <IconButton label=t("action.up") drawing=icons::UP disabled=Signal::derive(move || at.get() == 0) on_press=move |()| shift(&up, -1) />
                <IconButton label=t("action.down") drawing=icons::DOWN disabled=Signal::derive(move || at.get() == last.get()) on_press=move |()| shift(&down, 1) />
                <IconButton
                    label=t("definition.option.remove")
                    drawing=icons::DELETE
                    on_press=move |()| drafts.update(|drafts| drafts.retain(|draft| draft.id != gone))
                />
            </li>
        }
    };
    let offered = move || drafts.get().into_iter().filter(|draft| !draft.retired).collect::<Vec<_>>();
    view! {
        <fieldset class="stack">
            <legend class="group-title">{t("definition.options")}</legend>
            <ChipGroup
                legend=t("definition.option.language")
                choices=languages
                value=Signal::derive(move || language.get().code().to_owned())
                on_choose=move |code: String| language.set(Lang::from_tag(&code).unwrap_or(Lang::En))
            />
            <ul class="stack stack-tight">
                <For each=offered key=|draft| draft.id.clone() children=row />
            </ul>
            <Button label=t("definition.option.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| drafts.update(|drafts| drafts.push(Draft::fresh())) />
        </fieldset>
    }
}
