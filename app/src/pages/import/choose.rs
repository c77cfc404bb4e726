use domain::api::ListImports;
use domain::api::command::{ImportSummary, ImportsReply, ImportsRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::file::read;
use super::runner::{self, Phase, Run};
use super::{Step, Work, plural};
use crate::components::{Button, ButtonRow, FormProblem, Group, icon, icons};
use crate::i18n::{format, t, tr};
use crate::pages::say_unread;
use crate::state::loader::{load, note};
use crate::state::names::name_of;
use crate::state::{app, ask};

/// The first step: a file, or an import of before.
#[component]
pub fn Choose(work: Work, wanted: StoredValue<Option<String>>) -> impl IntoView {
    let why = RwSignal::new(None::<&'static str>);
    let take = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
        let input = event.target();
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        spawn_local(async move {
            match read(&file).await {
                Ok(chosen) => {
                    why.set(None);
                    // The page may have been left while a large file was read.
                    let Some(wanted) = wanted.try_get_value() else { return };
                    work.take(chosen, wanted.as_deref());
                    work.go(Step::Columns);
                }
                Err(key) => {
                    why.set(Some(key));
                    // The same file may be chosen again after it has been mended.
                    input.set_value("");
                }
            }
        });
    };
    let help =
        move || tr("import.file.help", &[("max", &format::number(domain::import_file::MAX_ROWS as i64))]);
    let problem = Signal::derive(move || {
        why.get().map(|key| tr(key, &[("max", &format::number(domain::import_file::MAX_ROWS as i64))]))
    });
    view! {
        <div class="stack">
            <label class="drop">
                {icon(icons::IMPORT)}
                <span class="drop-title">{t("import.file.choose")}</span>
                <span class="soft">{help}</span>
                <input type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values" on:change:target=take />
            </label>
            <FormProblem problem />
            <p class="list-note">{t("import.file.order")}</p>
            <Past work />
        </div>
    }
}

/// An import of before: one that this device remembers, or one that only the server tells of.
#[derive(Clone, PartialEq)]
enum Known {
    Here(Box<Run>, Option<ImportSummary>),
    Elsewhere(ImportSummary),
}

impl Known {
    fn started(&self) -> i64 {
        match self {
            Self::Here(run, _) => run.started,
            Self::Elsewhere(told) => told.at.unix_ms(),
        }
    }

    fn state(&self) -> String {
        match self {
            Self::Here(run, told) => match run.phase {
                Phase::Undone { .. } => tr("import.past.undone", &[]),
                Phase::Stopped { .. } => tr("import.past.stopped", &[]),
                // Another device may have taken it back.
                Phase::Done if told.as_ref().is_some_and(ImportSummary::is_undone) => {
                    tr("import.past.undone", &[])
                }
                Phase::Done => {
                    counts([run.created, run.skipped, run.refused_count].map(|count| count as i64))
                }
                _ => tr("import.past.running", &[]),
            },
            Self::Elsewhere(told) if told.is_undone() => tr("import.past.undone", &[]),
            Self::Elsewhere(told) => counts([told.created, told.skipped, told.refused].map(u64::cast_signed)),
        }
    }
}

/// Rows that were created, were there already and were refused, as far as there are any. Of a file without any it says
/// that none was created.
fn counts(counts: [i64; 3]) -> String {
    let keys = ["import.past.created", "import.past.skipped", "import.past.refused"];
    let none = counts == [0; 3];
    let told = keys
        .into_iter()
        .zip(counts)
        .filter(|(key, count)| *count > 0 || none && *key == "import.past.created");
    told.map(|(key, count)| tr(key, &[("count", &format::number(count))])).collect::<Vec<_>>().join(" · ")
}

/// The imports of this device, and those of other devices and, for administrators, of other people: to read their report,
/// to go on, to take them back.
#[component]
fn Past(work: Work) -> impl IntoView {
    let first = load::<ListImports>(|| Some((Vec::new(), ImportsRequest::default())));
    let later = RwSignal::new(Vec::<ImportsReply>::new());
    let pending = RwSignal::new(false);
    // What follows a page that has been read anew is asked for anew.
    Effect::new(move |_| {
        first.value.track();
        later.set(Vec::new());
    });
    let next = Memo::new(move |_| {
        later
            .with(|later| later.last().map(|reply| reply.next.clone()))
            .unwrap_or_else(|| first.value.with(|reply| reply.as_ref().and_then(|reply| reply.next.clone())))
    });
    let more = move |()| {
        let Some(after) = next.get_untracked().filter(|_| !pending.get_untracked()) else { return };
        pending.set(true);
        spawn_local(async move {
            let request = ImportsRequest { after: Some(after.clone()) };
            let answer = ask::<ListImports>(&[], &request).await;
            if next.try_get_untracked().flatten() == Some(after) {
                match answer {
                    Ok(reply) => {
                        note(&reply);
                        later.update(|later| later.push(reply));
                    }
                    Err(error) => say_unread(&error),
                }
            }
            pending.try_set(false);
        });
    };
    let known = Memo::new(move |_| {
        let mut told: Vec<ImportSummary> =
            first.value.with(|reply| reply.as_ref().map(|reply| reply.imports.clone()).unwrap_or_default());
        later.with(|later| told.extend(later.iter().flat_map(|reply| reply.imports.iter().cloned())));
        let runs = runner::runs();
        let elsewhere = told.iter().filter(|one| runs.iter().all(|run| run.id != one.import));
        let mut known: Vec<Known> = elsewhere.cloned().map(Known::Elsewhere).collect();
        known.extend(runs.into_iter().map(|run| {
            let told = told.iter().find(|one| one.import == run.id).cloned();
            Known::Here(Box::new(run), told)
        }));
        known.sort_by_key(|known| std::cmp::Reverse(known.started()));
        known
    });
    view! {
        <Show when=move || known.with(|known| !known.is_empty())>
            <Group title=t("settings.imports")>{move || known.get().into_iter().map(|known| row(work, known)).collect_view()}</Group>
            <Show when=move || next.with(Option::is_some)>
                <Button label=t("list.more") block=true pending on_press=more />
            </Show>
        </Show>
    }
}

fn row(work: Work, known: Known) -> impl IntoView {
    let (id, entity, file, by) = match &known {
        Known::Here(run, told) => {
            (run.id, &run.entity, Some(run.file.clone()), told.as_ref().map(|told| told.by))
        }
        Known::Elsewhere(told) => (told.import, &told.entity, None, Some(told.by)),
    };
    let entity = entity.clone();
    let name = {
        let entity = entity.clone();
        // Only the device that read the file knows its name.
        move || file.clone().unwrap_or_else(|| plural(&entity))
    };
    let (told, shown) = (known.clone(), name.clone());
    let sub = move || {
        let kind = plural(&entity);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
        let when = format::moment(told.started() as f64);
        let me = app().session.with(|session| session.as_ref().map(|session| session.user));
        let by = by.filter(|by| Some(*by) != me).and_then(name_of);
        let parts = [Some(kind).filter(|kind| *kind != shown()), Some(when), by, Some(told.state())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let title = name.clone();
    let open = move |()| {
        match &known {
            Known::Elsewhere(told) => runner::adopt(told, untrack(&name)),
            Known::Here(_, told) => {
                runner::note_undone(id, told.as_ref().is_some_and(ImportSummary::is_undone))
            }
        }
        work.shown.set(Some(id));
        work.go(Step::Report);
    };
    view! {
        <ButtonRow title=title sub=sub on_press=open>
            <span class="row-icon">{icon(icons::HISTORY)}</span>
        </ButtonRow>
    }
}
