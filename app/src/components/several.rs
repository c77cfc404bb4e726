use leptos::prelude::*;

use super::field::field_context;
use super::{Choice, icon, icons};

/// Chips of which any number can be chosen.
#[component]
pub fn CheckChips(
    #[prop(into)] label: TextProp,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] chosen: Signal<Vec<String>>,
    /// Called with a value and whether it is chosen now.
    #[prop(into)]
    on_change: Callback<(String, bool)>,
) -> impl IntoView {
    let field = field_context();
    let (described_by, invalid) = (field.described_by, field.invalid);
    view! {
        <div class="chips" role="group" aria-label=move || label.get()>
            {move || {
                let chip = |choice: Choice| {
                    let (own, value) = (choice.value.clone(), choice.value);
                    let label = choice.label;
                    view! {
                        <label class="chip chip-check">
                            <input
                                type="checkbox"
                                aria-invalid=move || invalid.get().then_some("true")
                                aria-describedby=described_by
                                prop:checked=move || chosen.with(|chosen| chosen.contains(&own))
                                on:change:target=move |event| on_change.run((value.clone(), event.target().checked()))
                            />
                            {icon(icons::CHECK)}
                            <span>{move || label.get()}</span>
                        </label>
                    }
                };
                choices.get().into_iter().map(chip).collect_view()
            }}
        </div>
    }
}

/// Puts something into a list of what is chosen, or takes it out.
pub fn tick(chosen: RwSignal<Vec<String>>, id: String, on: bool) {
    chosen.update(|chosen| {
        chosen.retain(|known| *known != id);
        if on {
            chosen.push(id);
        }
    });
}

/// Words one after the other: typed and finished with return or a comma, or taken from those that are offered.
#[component]
pub fn WordInput(
    #[prop(into)] words: Signal<Vec<String>>,
    /// What was typed; it may hold several words.
    #[prop(into)]
    on_add: Callback<String>,
    #[prop(into)] on_remove: Callback<String>,
    #[prop(into)] offered: Signal<Vec<String>>,
    #[prop(into)] placeholder: TextProp,
    /// What taking a word off is called.
    #[prop(into)]
    remove: Callback<String, String>,
    /// What adding one that is offered is called.
    #[prop(into)]
    offer: TextProp,
) -> impl IntoView {
    let field = field_context();
    let typed = RwSignal::new(String::new());
    let finish = move || {
        let text = typed.get_untracked();
        if !text.trim().is_empty() {
            on_add.run(text);
        }
        typed.set(String::new());
    };
    let input = move |text: String| {
        typed.set(text);
        if typed.with_untracked(|text| text.ends_with([',', '，', '、', ';', '；'])) {
            finish();
        }
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        // While an input method composes, return chooses the characters and no word is finished.
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Enter" => {
                event.prevent_default();
                finish();
            }
            "Backspace" if typed.with_untracked(String::is_empty) => {
                if let Some(last) = words.with_untracked(|words| words.last().cloned()) {
                    on_remove.run(last);
                }
            }
            _ => {}
        }
    };
    let word = move |word: String| {
        let (own, text) = (word.clone(), word.clone());
        view! {
            <li class="word">
                <span class="truncate">{text}</span>
                <button
                    type="button"
                    class="word-remove"
                    aria-label=move || remove.run(word.clone())
                    on:click=move |_| on_remove.run(own.clone())
                >
                    {icon(icons::CLOSE)}
                </button>
            </li>
        }
    };
    let offers = move || {
        offered
            .get()
            .into_iter()
            .filter(|word| words.with(|words| !words.contains(word)))
            .take(8)
            .collect::<Vec<_>>()
    };
    let offer_one = move |word: String| {
        let own = word.clone();
        view! {
            <button type="button" class="chip" on:click=move |_| on_add.run(own.clone())>
                {icon(icons::ADD)}
                <span>{word}</span>
            </button>
        }
    };
    view! {
        <div class="words-input">
            <Show when=move || words.with(|words| !words.is_empty())>
                <ul class="words-chosen">
                    <For each=move || words.get() key=String::clone children=word />
                </ul>
            </Show>
            <input
                class="input"
                id=field.id
                type="text"
                autocomplete="off"
                enterkeyhint="done"
                placeholder=move || placeholder.get()
                aria-required=field.required.then_some("true")
                aria-invalid=move || field.invalid.get().then_some("true")
                aria-describedby=field.described_by
                prop:value=typed
                on:input:target=move |event| input(event.target().value())
                on:keydown=key
                on:blur=move |_| finish()
            />
            <Show when=move || !offers().is_empty()>
                <div class="chips" role="group" aria-label=offer.get()>
                    <For each=offers key=String::clone children=offer_one />
                </div>
            </Show>
        </div>
    }
}
