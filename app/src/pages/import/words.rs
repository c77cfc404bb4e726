use domain::command::field_at;
use domain::import_file::{Mapping, Meaning};
use leptos::prelude::*;

use super::Work;
use crate::components::{Choice, Field, Select, icon, icons};
use crate::i18n::{format, label, t, tr};
use crate::state::session::schema;

/// The value of the choice that empties a field.
const EMPTY: &str = "-";

/// What the words of a column mean, for fields with options: the file says `Won`, the pipeline has `Signed`.
#[component]
pub fn Words(work: Work, at: usize) -> impl IntoView {
    let words = Memo::new(move |_| {
        work.mapping.with(|mapping| {
            let column = mapping.as_ref().and_then(|mapping| mapping.columns.get(at));
            column.map(|column| column.words.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        })
    });
    let unknown = Memo::new(move |_| {
        work.mapping.with(|mapping| {
            let column = mapping.as_ref().and_then(|mapping| mapping.columns.get(at));
            column.map_or(0, |column| {
                column.words.values().filter(|meaning| **meaning == Meaning::Unknown).count()
            })
        })
    });
    let choices = Signal::derive(move || {
        let schema = schema();
        let field = |mapping: &Mapping| {
            let entity = schema.entity(&mapping.entity)?;
            field_at(&schema, entity, mapping.columns.get(at)?.target.field()?).map(|(_, field)| field)
        };
        let options = work.mapping.with(|mapping| {
            mapping.as_ref().and_then(field).map(|field| field.kind.behaviour().options(&schema))
        });
        let options = options
            .unwrap_or_default()
            .into_iter()
            .map(|option| Choice::new(option.id, label(&option.label)));
        let first = [Choice::new("", t("import.words.unknown")), Choice::new(EMPTY, t("import.words.empty"))];
        first.into_iter().chain(options).collect::<Vec<_>>()
    });
    let row = move |word: String| view! { <Word work at word choices /> };
    let summary = move || match unknown.get() {
        0 => tr("import.words.all", &[("count", &format::number(words.with(Vec::len) as i64))]),
        count => tr("import.words.open", &[("count", &format::number(count as i64))]),
    };
    view! {
        <Show when=move || words.with(|words| !words.is_empty())>
            // Open at first when something is to be decided; after that as the reader leaves it.
            <details class="words" open={unknown.get_untracked() > 0}>
                <summary>
                    <span>{summary}</span>
                    {icon(icons::CHEVRON_DOWN)}
                </summary>
                <div class="words-list">
                    <For each=move || words.get() key=String::clone children=row />
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Word(work: Work, at: usize, word: String, choices: Signal<Vec<Choice>>) -> impl IntoView {
    let own = word.clone();
    let value = Signal::derive(move || {
        work.mapping.with(|mapping| {
            let column = mapping.as_ref().and_then(|mapping| mapping.columns.get(at));
            match column.and_then(|column| column.words.get(&own)) {
                Some(Meaning::Option(id)) => id.clone(),
                Some(Meaning::Empty) => EMPTY.to_owned(),
                Some(Meaning::Unknown) | None => String::new(),
            }
        })
    });
    let count = {
        let word = word.clone();
        work.chosen.with_untracked(|chosen| {
            let says = |text: &&str| {
                work.mapping.with_untracked(|mapping| {
                    let column = mapping.as_ref().and_then(|mapping| mapping.columns.get(at));
                    column.is_some_and(|column| column.says(text, &word))
                })
            };
            chosen.as_ref().map_or(0, |chosen| chosen.sheet.column(at).filter(says).count())
        })
    };
    let own = word.clone();
    let choose = move |value: String| {
        let meaning = match value.as_str() {
            "" => Meaning::Unknown,
            EMPTY => Meaning::Empty,
            _ => Meaning::Option(value),
        };
        work.mapping.update(|mapping| {
            if let Some(column) = mapping.as_mut().and_then(|mapping| mapping.columns.get_mut(at)) {
                column.words.insert(own.clone(), meaning);
            }
        });
    };
    let name = move || tr("import.words.word", &[("word", &word), ("count", &format::number(count as i64))]);
    view! {
        <Field label=name>
            <Select value choices on_choose=choose />
        </Field>
    }
}
