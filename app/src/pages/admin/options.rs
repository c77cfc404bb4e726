use domain::fields::{ChoiceOption, MAX_LEVELS, OptionColor};
use domain::schema::Label;
use leptos::prelude::*;
use messages::Lang;

use super::naming::{Naming, definition_id};
use crate::components::{Button, ButtonKind, ChipGroup, Choice, Field, IconButton, TextInput, icons};
use crate::i18n::{label, t, tr};
use crate::state::preferences::lang_signal;
use crate::state::time::new_id;

/// An option being edited. One name at first stands for both languages. Options of a tree stand as in an outline,
/// each behind the one above it.
#[derive(Clone)]
pub struct Draft {
    id: String,
    naming: Naming,
    color: RwSignal<Option<OptionColor>>,
    level: RwSignal<usize>,
    is_new: bool,
}

impl Draft {
    fn of(option: &ChoiceOption, level: usize) -> Self {
        Self {
            id: option.id.clone(),
            naming: Naming::of(Some(&option.label)),
            color: RwSignal::new(option.color),
            level: RwSignal::new(level),
            is_new: false,
        }
    }

    fn fresh(level: usize) -> Self {
        Self {
            id: definition_id("o"),
            naming: Naming::of(None),
            color: RwSignal::new(None),
            level: RwSignal::new(level),
            is_new: true,
        }
    }

    /// The option, unless nothing was written into a new one.
    fn option(&self, parent: Option<String>) -> Option<ChoiceOption> {
        if self.is_new && self.naming.is_empty() {
            return None;
        }
        let color = self.color.get();
        Some(ChoiceOption { id: self.id.clone(), label: self.naming.label(), color, parent, retired: false })
    }
}

/// The options that are offered, as an outline: each followed by what hangs on it. Retired ones need no place in it:
/// what a change leaves out is retired, and stays so.
pub fn drafts_of(options: &[ChoiceOption]) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(options.len());
    outline(options, None, 0, &mut drafts);
    drafts
}

fn outline(options: &[ChoiceOption], parent: Option<&str>, level: usize, drafts: &mut Vec<Draft>) {
    if level == MAX_LEVELS {
        return;
    }
    for option in options.iter().filter(|option| !option.retired && option.parent.as_deref() == parent) {
        drafts.push(Draft::of(option, level));
        outline(options, Some(&option.id), level + 1, drafts);
    }
}

/// The options as they were written. Each hangs on the last one before it that stands a level higher.
pub fn options_of(drafts: RwSignal<Vec<Draft>>) -> Vec<ChoiceOption> {
    let mut above: Vec<String> = Vec::new();
    let option = |draft: &Draft| {
        above.truncate(draft.level.get());
        let option = draft.option(above.last().cloned())?;
        above.push(option.id.clone());
        Some(option)
    };
    drafts.with(|drafts| drafts.iter().filter_map(option).collect())
}

/// Where the options end that hang on the one at `at`.
fn end_of(drafts: &[Draft], at: usize) -> usize {
    let level = drafts[at].level.get_untracked();
    let below = drafts[at + 1..].iter().take_while(|draft| draft.level.get_untracked() > level).count();
    at + 1 + below
}

fn place_of(drafts: &[Draft], id: &str) -> Option<usize> {
    drafts.iter().position(|draft| draft.id == id)
}

/// Before its neighbour above, with all that hangs on it.
fn move_up(drafts: &mut [Draft], id: &str) {
    let Some(at) = place_of(drafts, id) else { return };
    let level = drafts[at].level.get_untracked();
    let before = drafts[..at].iter().rposition(|draft| draft.level.get_untracked() <= level);
    if let Some(before) = before.filter(|before| drafts[*before].level.get_untracked() == level) {
        let end = end_of(drafts, at);
        drafts[before..end].rotate_left(at - before);
    }
}

/// Behind its neighbour below: that one moves up.
fn move_down(drafts: &mut [Draft], id: &str) {
    let Some(at) = place_of(drafts, id) else { return };
    let end = end_of(drafts, at);
    let next = drafts.get(end).filter(|next| next.level.get_untracked() == drafts[at].level.get_untracked());
    if let Some(next) = next.map(|next| next.id.clone()) {
        move_up(drafts, &next);
    }
}

/// One level further in (`1`) or out (`-1`), with all that hangs on it.
fn shift(drafts: &mut [Draft], id: &str, by: isize) {
    let Some(at) = place_of(drafts, id) else { return };
    let level = drafts[at].level.get_untracked();
    let end = end_of(drafts, at);
    let deepest = drafts[at..end].iter().map(|draft| draft.level.get_untracked()).max().unwrap_or(level);
    // Nothing hangs on a gap, and nothing deeper than a tree may be.
    let under = at.checked_sub(1).is_some_and(|before| drafts[before].level.get_untracked() >= level);
    if by < 0 && level == 0 || by > 0 && (!under || deepest + 1 >= MAX_LEVELS) {
        return;
    }
    for draft in &drafts[at..end] {
        draft.level.update(|level| *level = level.saturating_add_signed(by));
    }
}

/// The choices of a field: names, colours, order, more and fewer of them; in a tree, what hangs on what.
#[component]
pub fn Options(drafts: RwSignal<Vec<Draft>>, #[prop(into)] tree: Signal<bool>) -> impl IntoView {
    let language = RwSignal::new(lang_signal().get_untracked());
    let languages =
        vec![Choice::new("zh", t("settings.language.zh")), Choice::new("en", t("settings.language.en"))];
    let row = move |draft: Draft| view! { <OptionRow drafts draft tree language /> };
    let add = move |()| {
        drafts.update(|drafts| {
            let level = drafts.last().map_or(0, |last| last.level.get_untracked());
            drafts.push(Draft::fresh(level));
        });
    };
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
                <For each=move || drafts.get() key=|draft| draft.id.clone() children=row />
            </ul>
            <Button label=t("definition.option.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=add />
        </fieldset>
    }
}

#[component]
fn OptionRow(
    drafts: RwSignal<Vec<Draft>>,
    draft: Draft,
    tree: Signal<bool>,
    language: RwSignal<Lang>,
) -> impl IntoView {
    let (Naming { zh, en }, color, level) = (draft.naming, draft.color, draft.level);
    let id = StoredValue::new(draft.id);
    let at = Memo::new(move |_| {
        id.with_value(|id| drafts.with(|drafts| place_of(drafts, id).unwrap_or_default()))
    });
    let open = RwSignal::new(false);
    let number = move || (at.get() + 1).to_string();
    let name = move || tr("definition.option", &[("number", &number())]);
    let shown = move || {
        let text = label(&Label { zh: zh.get(), en: en.get() });
        if text.trim().is_empty() { name() } else { text }
    };
    let change =
        move |how: fn(&mut [Draft], &str)| drafts.update(|drafts| id.with_value(|id| how(drafts, id)));
    let remove = move |()| {
        // What hangs on it goes with it.
        drafts.update(|drafts| {
            if let Some(at) = id.with_value(|id| place_of(drafts, id)) {
                drafts.drain(at..end_of(drafts, at));
            }
        });
    };
    view! {
        <li class="option" data-level=move || if tree.get() { level.get().to_string() } else { String::new() }>
            <div class="option-row">
                <button
                    type="button"
                    class="swatch-button"
                    aria-expanded=move || open.get().to_string()
                    aria-label=move || tr("definition.option.more", &[("name", &shown())])
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <span class="swatch" data-color=move || color.get().map(OptionColor::code)></span>
                </button>
                <Field label=name>
                    {move || if language.get() == Lang::Zh { view! { <TextInput value=zh /> } } else { view! { <TextInput value=en /> } }}
                </Field>
                <IconButton label=t("definition.option.remove") drawing=icons::DELETE on_press=remove />
            </div>
            <Show when=move || open.get()>
                <div class="option-more">
                    <Colors color />
                    <div class="option-moves">
                        <Button label=t("action.up") kind=ButtonKind::Quiet drawing=icons::UP on_press=move |()| change(move_up) />
                        <Button label=t("action.down") kind=ButtonKind::Quiet drawing=icons::DOWN on_press=move |()| change(move_down) />
                        <Show when=move || tree.get()>
                            <Button label=t("definition.option.in") kind=ButtonKind::Quiet on_press=move |()| change(|drafts, id| shift(drafts, id, 1)) />
                            <Button label=t("definition.option.out") kind=ButtonKind::Quiet on_press=move |()| change(|drafts, id| shift(drafts, id, -1)) />
                        </Show>
                    </div>
                </div>
            </Show>
        </li>
    }
}

/// The palette: radio buttons, the first of them for no colour.
#[component]
fn Colors(color: RwSignal<Option<OptionColor>>) -> impl IntoView {
    let group = format!("color-{}", new_id());
    let one = |choice: Option<OptionColor>| {
        let code = choice.map_or("none", OptionColor::code);
        view! {
            <label class="swatch-choice">
                <input
                    type="radio"
                    name=group.clone()
                    value=code
                    aria-label=move || tr(&format!("definition.option.color.{code}"), &[])
                    prop:checked=move || color.get() == choice
                    on:change=move |_| color.set(choice)
                />
                <span class="swatch" data-color=choice.map(OptionColor::code)></span>
            </label>
        }
    };
    let all = std::iter::once(None).chain(OptionColor::ALL.into_iter().map(Some));
    view! {
        <div class="swatches" role="radiogroup" aria-label=t("definition.option.color")>
            {all.map(one).collect_view()}
        </div>
    }
}
