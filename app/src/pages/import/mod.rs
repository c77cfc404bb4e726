//! Bringing a file in: choose it, say what its columns mean, look, run it, take it back if need be. What can be guessed
//! is guessed (`domain::import_file`), and everything guessed can be changed.

mod choose;
mod columns;
mod file;
mod look;
mod report;
mod runner;
mod words;

use domain::access::{Act, Level, Permission};
use domain::ids::Id;
use domain::import_file::{ENTITIES, Mapping, guess_entity};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use crate::components::{EmptyState, icons};
use crate::i18n::t;
use crate::pages::{Page, Width};
use crate::routes;
use crate::state::session::{role, schema, schema_now};
use file::Chosen;

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
    /// The import whose report is shown.
    shown: RwSignal<Option<Id>>,
}

impl Work {
    fn go(self, step: Step) {
        self.step.set(step);
        // Each step begins at its top.
        window().scroll_to_with_x_and_y(0.0, 0.0);
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
        self.mapping.set(entity.map(|entity| Mapping::guess(&schema, &entity, &chosen.sheet)));
        self.chosen.set(Some(chosen));
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
    let query = use_query_map();
    let wanted = StoredValue::new(query.with_untracked(|query| query.get("entity")));
    let work = Work {
        step: RwSignal::new(Step::File),
        chosen: RwSignal::new(None),
        mapping: RwSignal::new(None),
        shown: RwSignal::new(None),
    };
    spawn_local(runner::remembered());
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

/// The name of a field.
fn field_name(entity: &str, field: &str) -> String {
    let schema = schema();
    let found = schema.entity(entity).and_then(|entity| entity.field(field));
    found.map_or_else(|| field.to_owned(), |field| crate::i18n::label(&field.label))
}
