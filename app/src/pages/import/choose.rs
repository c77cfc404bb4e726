use leptos::prelude::*;
use leptos::task::spawn_local;

use super::file::read;
use super::runner::{self, Phase, Run};
use super::{Step, Work, plural};
use crate::components::{ButtonRow, FormProblem, Group, icon, icons};
use crate::i18n::{format, t, tr};

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
                    wanted.with_value(|wanted| work.take(chosen, wanted.as_deref()));
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

/// Imports this device remembers: to read their report, to go on, to take them back.
#[component]
fn Past(work: Work) -> impl IntoView {
    let row = move |run: Run| {
        let id = run.id;
        let entity = run.entity.clone();
        let sub = move || {
            let state = match run.phase {
                Phase::Undone { .. } => tr("import.past.undone", &[]),
                Phase::Stopped { .. } => tr("import.past.stopped", &[]),
                Phase::Done => tr("import.past.created", &[("count", &format::number(run.created as i64))]),
                _ => tr("import.past.running", &[]),
            };
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
            let when = format::moment(run.started as f64);
            format!("{} · {when} · {state}", plural(&entity))
        };
        let open = move |()| {
            work.shown.set(Some(id));
            work.go(Step::Report);
        };
        view! {
            <ButtonRow title=run.file.clone() sub=sub on_press=open>
                <span class="row-icon">{icon(icons::HISTORY)}</span>
            </ButtonRow>
        }
    };
    view! {
        <Show when=|| !runner::runs().is_empty()>
            <Group title=t("settings.imports")>{move || runner::runs().into_iter().map(row).collect_view()}</Group>
        </Show>
    }
}
