//! Bringing a file in: choose it, say what its columns mean, look, run it, take it back if need be. What can be guessed
//! is guessed (`domain::import_file`), and everything guessed can be changed.

mod choose;
mod columns;
mod file;
mod look;
mod report;
mod runner;
mod source;
mod words;

use domain::access::{Act, Level, Permission};
use domain::api::ListRecords;
use domain::api::record::{ListRequest, RecordBody};
use domain::command::field_at;
use domain::ids::Id;
use domain::import_file::{ENTITIES, Mapping, Sheet, guess_entity};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use serde_json::Value as Json;

use crate::components::{EmptyState, icons, mark_page};
use crate::i18n::{format, t, tr};
use crate::pages::{Page, Width};
use crate::routes;
use crate::state::ask;
use crate::state::session::{role, schema, schema_now};
use file::Chosen;

/// Colleagues whose names are looked for in a file.
const PEOPLE: u32 = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    File,
    Columns,
    Look,
    Report,
}

const STEPS: [(Step, &str); 4] = [
    (Step::File, "import.step.file"),
    (Step::Columns, "import.step.map"),
    (Step::Look, "import.step.preview"),
    (Step::Report, "import.step.done"),
];

/// What one is doing on this page.
#[derive(Clone, Copy)]
struct Work {
    step: RwSignal<Step>,
    chosen: RwSignal<Option<Chosen>>,
    mapping: RwSignal<Option<Mapping>>,
    /// Names and addresses of those who are here, to recognise a column that names them.
    people: RwSignal<Vec<String>>,
    /// The import whose report is shown.
    shown: RwSignal<Option<Id>>,
}

impl Work {
    fn go(self, step: Step) {
        // Each step begins at its top; another page that was opened meanwhile stays where it is.
        if self.step.try_set(step).is_none() {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Takes a file that has been read and guesses what is in it.
    fn take(self, chosen: Chosen, wanted: Option<&str>) {
        let schema = schema_now();
        let allowed = entities_now();
        let guess = guess_entity(&schema, &chosen.sheet).filter(|entity| allowed.contains(entity));
        let entity = wanted
            .map(str::to_owned)
            .filter(|entity| allowed.contains(entity))
            .or(guess)
            .or_else(|| allowed.first().cloned());
        self.mapping.set(entity.map(|entity| self.guess(&entity, &chosen.sheet)));
        self.chosen.set(Some(chosen));
    }

    fn guess(self, entity: &str, sheet: &Sheet) -> Mapping {
        self.people.with_untracked(|people| Mapping::guess_among(&schema_now(), entity, sheet, people))
    }

    fn begin_again(self) {
        self.chosen.set(None);
        self.mapping.set(None);
        self.shown.set(None);
        self.go(Step::File);
    }
}

/// Kinds of record the reader may create.
fn entities_now() -> Vec<String> {
    let Some(role) = untrack(role) else { return Vec::new() };
    ENTITIES
        .iter()
        .filter(|entity| role.level(entity, Act::Create) != Level::None)
        .map(|entity| (*entity).to_owned())
        .collect()
}

#[component]
pub fn Import() -> impl IntoView {
    mark_page("no-add", || true);
    let query = use_query_map();
    let wanted = StoredValue::new(query.with_untracked(|query| query.get("entity")));
    let work = Work {
        step: RwSignal::new(Step::File),
        chosen: RwSignal::new(None),
        mapping: RwSignal::new(None),
        people: RwSignal::new(Vec::new()),
        shown: RwSignal::new(None),
    };
    spawn_local(runner::remembered());
    spawn_local(async move {
        let request = ListRequest { limit: Some(PEOPLE), ..ListRequest::default() };
        // Without them a column of names is no guess, and anybody says what it is.
        let Ok(page) = ask::<ListRecords>(&["user"], &request).await else { return };
        let said = |body: &RecordBody| {
            ["name", "email"].map(|field| body.values.get(field).and_then(Json::as_str).map(str::to_owned))
        };
        work.people.try_set(page.records.iter().flat_map(said).flatten().collect());
    });
    let may = move || role().is_some_and(|role| role.may(Permission::Import));
    let step = move || match work.step.get() {
        Step::File => view! { <choose::Choose work wanted /> }.into_any(),
        Step::Columns => view! { <columns::Columns work /> }.into_any(),
        Step::Look => view! { <look::Look work /> }.into_any(),
        Step::Report => view! { <report::Report work /> }.into_any(),
    };
    view! {
        <Page title=t("import.title") back=routes::MORE width=Width::Broad>
            <Show
                when=may
                fallback=|| {
                    view! { <EmptyState drawing=icons::IMPORT title=t("import.forbidden.title") body=t("import.forbidden.body") /> }
                }
            >
                <div class="stack import">
                    <Steps work />
                    {step}
                </div>
            </Show>
        </Page>
    }
}

#[component]
fn Steps(work: Work) -> impl IntoView {
    let one = move |(step, key): (Step, &'static str)| {
        view! {
            <li
                class="step"
                data-done=move || (work.step.get() > step).then_some("true")
                aria-current=move || (work.step.get() == step).then_some("step")
            >
                {t(key)}
            </li>
        }
    };
    view! { <ol class="steps">{STEPS.map(one).into_iter().collect_view()}</ol> }
}

/// The name of a kind of record, in the plural.
fn plural(entity: &str) -> String {
    schema().entity(entity).map_or_else(|| entity.to_owned(), |entity| crate::i18n::label(&entity.plural))
}

/// The name of a field; of what a relation points at, with the relation's.
fn field_name(entity: &str, path: &str) -> String {
    let schema = schema();
    let Some(entity) = schema.entity(entity) else { return path.to_owned() };
    let Some((_, field)) = field_at(&schema, entity, path) else { return path.to_owned() };
    let own = crate::i18n::label(&field.label);
    let relation = path.split_once('.').and_then(|(relation, _)| entity.field(relation));
    relation.map_or(own.clone(), |relation| format!("{} · {own}", crate::i18n::label(&relation.label)))
}

/// What a column is called: by its heading, by its number where only that is empty, by its letter where there are none.
fn column_name(sheet: &Sheet, at: usize) -> String {
    match sheet.header.get(at).filter(|name| !name.is_empty()) {
        Some(name) => name.clone(),
        None if sheet.headed => tr("import.map.unnamed", &[("number", &format::number(at as i64 + 1))]),
        None => tr("import.map.lettered", &[("letter", &letters(at))]),
    }
}

/// As spreadsheets name columns: A to Z, then AA.
fn letters(at: usize) -> String {
    let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    if at < 26 { letter(at).to_string() } else { format!("{}{}", letters(at / 26 - 1), letter(at)) }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_have_the_letters_that_spreadsheets_give_them() {
        assert_eq!([0, 25, 26, 51, 52, 199].map(letters), ["A", "Z", "AA", "AZ", "BA", "GR"]);
    }
}
