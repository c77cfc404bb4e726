use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos_router::components::A;

use super::look::Stat;
use super::runner::{self, Made, Phase, Refused, Run};
use super::{Work, field_name, plural};
use crate::components::{Button, ButtonKind, Sheet, icon, icons, save_text};
use crate::i18n::{format, problem_text, problems_text, t, tr};
use crate::routes;

/// Refused rows shown one by one; all of them are in the file to download.
const SHOWN: usize = 50;
/// Names of what was created on the way.
const NAMES: usize = 30;

/// The last step: how far it is, what came of it, and the way back.
#[component]
pub fn Report(work: Work) -> impl IntoView {
    let run = Memo::new(move |_| work.shown.get().and_then(runner::run));
    view! {
        <div class="stack">
            {move || {
                run.with(|run| run.as_ref().map(|run| (run.id, run.entity.clone(), run.file.clone())))
                    .map(|(id, entity, file)| {
                        view! {
                            <h2 class="import-file">{icon(icons::IMPORT)} <span>{file}</span></h2>
                            <Progress run />
                            <Result run />
                            <Next work run id entity />
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Progress(run: Memo<Option<Run>>) -> impl IntoView {
    // Done and all, as numbers of one bar, and what it says.
    let bar = Memo::new(move |_| {
        run.with(|run| {
            let run = run.as_ref()?;
            match run.phase {
                Phase::Running | Phase::Waiting | Phase::Stopped { .. } if run.rows_done() < run.rows() => {
                    Some((run.rows_done(), run.rows(), "import.progress"))
                }
                Phase::Undoing { done, of } => Some((done, of, "import.undo.progress")),
                _ => None,
            }
        })
    });
    let note = move || {
        run.with(|run| match run.as_ref().map(|run| &run.phase) {
            Some(Phase::Running) => Some(tr("import.leave", &[])),
            Some(Phase::Waiting) => Some(tr("import.waiting", &[])),
            _ => None,
        })
    };
    let stopped = move || {
        run.with(|run| match run.as_ref().map(|run| &run.phase) {
            Some(Phase::Stopped { problems }) if problems.is_empty() => Some(tr("import.stopped", &[])),
            Some(Phase::Stopped { problems }) => Some(problems_text(problems, "")),
            _ => None,
        })
    };
    view! {
        {move || {
            bar.get()
                .map(|(done, of, key)| {
                    let percent = (done * 100).checked_div(of).unwrap_or(100);
                    let (done, of) = (format::number(done as i64), format::number(of as i64));
                    let said = tr(key, &[("done", &done), ("total", &of)]);
                    view! {
                        <div class="card stack stack-tight">
                            <p role="status" class="numeric">{said.clone()}</p>
                            <div
                                class="progress"
                                role="progressbar"
                                aria-label=said
                                aria-valuemin="0"
                                aria-valuemax="100"
                                aria-valuenow=percent.to_string()
                            >
                                <div class="progress-bar" style:width=format!("{percent}%")></div>
                            </div>
                            {note().map(|text| view! { <p class="field-help">{text}</p> })}
                        </div>
                    }
                })
        }}
        {move || {
            stopped()
                .map(|text| {
                    view! { <p class="notice" data-tone="warning" role="alert">{icon(icons::ALERT)} <span>{text}</span></p> }
                })
        }}
    }
}

#[component]
fn Result(run: Memo<Option<Run>>) -> impl IntoView {
    let undone = move || {
        run.with(|run| {
            let run = run.as_ref()?;
            match run.phase {
                Phase::Undone { kept: 0 } if run.back.is_none() => Some(tr("import.past.undone", &[])),
                Phase::Undone { kept: 0 } => Some(tr("import.undone", &[])),
                Phase::Undone { kept } => {
                    Some(tr("import.undone_but", &[("count", &format::number(kept as i64))]))
                }
                _ => None,
            }
        })
    };
    let stats = move || {
        let figures = run.with(|run| run.as_ref().map(Run::figures)).unwrap_or_default();
        let stat = |(key, number)| view! { <Stat number label=t(key) /> };
        view! { <div class="stats">{figures.into_iter().map(stat).collect_view()}</div> }
    };
    let refused = Memo::new(move |_| {
        run.with(|run| {
            run.as_ref()
                .map(|run| (run.entity.clone(), run.file.clone(), run.refused.clone(), run.refused_count))
                .unwrap_or_default()
        })
    });
    let kinds = Memo::new(move |_| {
        run.with(|run| {
            // What was made and taken back is no more.
            let run = run.as_ref().filter(|run| run.several && !matches!(run.phase, Phase::Undone { .. }))?;
            let kinds: BTreeSet<&String> = run.kinds.keys().chain(run.found.keys()).collect();
            let counts = |kind: &String| {
                (
                    kind.clone(),
                    run.kinds.get(kind).copied().unwrap_or_default(),
                    run.found.get(kind).map_or(0, BTreeSet::len),
                )
            };
            Some(kinds.into_iter().map(counts).collect::<Vec<_>>())
        })
        .unwrap_or_default()
    });
    let remarks = Memo::new(move |_| {
        run.with(|run| {
            run.as_ref()
                .map(|run| (run.entity.clone(), run.remarks.clone(), run.remark_count))
                .unwrap_or_default()
        })
    });
    let made =
        Memo::new(move |_| run.with(|run| run.as_ref().map(|run| run.made.clone()).unwrap_or_default()));
    view! {
        {move || {
            undone().map(|text| view! { <p class="notice" role="status">{icon(icons::UNDO)} <span>{text}</span></p> })
        }}
        {stats}
        {move || kinds.with(|kinds| (!kinds.is_empty()).then(|| view! { <ByKind kinds=kinds.clone() /> }))}
        {move || (undone().is_none() && made.with(|made| !made.is_empty())).then(|| view! { <MadeOnTheWay made=made.get() /> })}
        {move || {
            let (entity, file, rows, count) = refused.get();
            // Where the import was started elsewhere, only their number is known.
            (!rows.is_empty()).then(|| view! { <RefusedRows entity file rows count /> })
        }}
        {move || {
            let (entity, rows, count) = remarks.get();
            (!rows.is_empty()).then(|| view! { <Remarks entity rows count /> })
        }}
    }
}

/// How many records of each kind were made, and how many were there.
#[component]
fn ByKind(kinds: Vec<(String, usize, usize)>) -> impl IntoView {
    let row = |(kind, made, found): (String, usize, usize)| {
        let told = move || {
            let count = |key: &str, count: usize| tr(key, &[("count", &format::number(count as i64))]);
            let made = (made > 0 || found == 0).then(|| count("import.past.created", made));
            let found = (found > 0).then(|| count("import.past.skipped", found));
            made.into_iter().chain(found).collect::<Vec<_>>().join(" · ")
        };
        view! {
            <li class="row">
                <span class="row-text">
                    <span class="row-title">{move || plural(&kind)}</span>
                    <span class="row-sub numeric">{told}</span>
                </span>
            </li>
        }
    };
    view! {
        <section>
            <h2 class="group-title">{t("import.report.kinds")}</h2>
            <ul class="group">{kinds.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// A row, and what is to be said of its cells.
#[component]
fn Told(entity: String, row: Refused) -> impl IntoView {
    let problems = move || {
        let said = row.problems.iter().map(|problem| {
            let what = problem_text(problem);
            match (&problem.field, problem.args.get("text")) {
                (Some(field), Some(text)) => tr(
                    "import.problem.cell",
                    &[("field", &field_name(&entity, field)), ("text", text), ("problem", &what)],
                ),
                (Some(field), None) => format!("{} · {what}", field_name(&entity, field)),
                (None, _) => what,
            }
        });
        said.collect::<Vec<_>>().join(" · ")
    };
    let line = row.line.to_string();
    view! {
        <li class="row">
            <span class="row-text">
                <span class="row-title">{move || tr("import.row", &[("row", &line)])}</span>
                <span class="row-sub row-sub-wrap">{problems}</span>
            </span>
        </li>
    }
}

/// What was not written because something else stands there.
#[component]
fn Remarks(entity: String, rows: Vec<Refused>, count: usize) -> impl IntoView {
    let shown: Vec<Refused> = rows.into_iter().take(SHOWN).collect();
    let more = count.saturating_sub(shown.iter().map(|row| row.problems.len()).sum());
    view! {
        <section>
            <h2 class="group-title">{t("import.report.remarks")}</h2>
            <ul class="group">{shown.into_iter().map(|row| view! { <Told entity=entity.clone() row /> }).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="list-note">{move || tr("board.more", &[("count", &format::number(more as i64))])}</p> })}
        </section>
    }
}

/// What relations named and nobody had.
#[component]
fn MadeOnTheWay(made: Vec<Made>) -> impl IntoView {
    let mut kinds: BTreeMap<String, Vec<Made>> = BTreeMap::new();
    for one in made {
        kinds.entry(one.entity.clone()).or_default().push(one);
    }
    let kind = |(entity, made): (String, Vec<Made>)| {
        let count = made.len();
        let more = count.saturating_sub(NAMES);
        let title = move || format!("{} · {}", plural(&entity), format::number(count as i64));
        let names = made.into_iter().take(NAMES).map(|one| view! { <A href=routes::record(&one.entity, &one.id.to_string()) attr:class="chip">{one.name}</A> }).collect_view();
        view! {
            <div class="stack stack-tight">
                <h3 class="made-title">{title}</h3>
                <div class="chips">{names}</div>
                {(more > 0).then(|| view! { <p class="field-help">{move || tr("board.more", &[("count", &format::number(more as i64))])}</p> })}
            </div>
        }
    };
    view! {
        <section>
            <h2 class="group-title">{t("import.made")}</h2>
            <div class="card stack">{kinds.into_iter().map(kind).collect_view()}</div>
        </section>
    }
}

#[component]
fn RefusedRows(entity: String, file: String, rows: Vec<Refused>, count: usize) -> impl IntoView {
    let sheet = StoredValue::new((entity.clone(), file, rows.clone()));
    let download = move |()| {
        sheet.with_value(|(entity, file, rows)| save_text(&error_name(file), &error_sheet(entity, rows)))
    };
    let more = count.saturating_sub(SHOWN);
    let row = move |row: Refused| view! { <Told entity=entity.clone() row /> };
    view! {
        <section>
            <h2 class="group-title" data-tone="danger">{t("import.report.refused")}</h2>
            <ul class="group">{rows.into_iter().take(SHOWN).map(row).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="list-note">{move || tr("board.more", &[("count", &format::number(more as i64))])}</p> })}
            <div class="btn-row">
                <Button label=t("import.report.errors") kind=ButtonKind::Quiet drawing=icons::IMPORT on_press=download />
            </div>
        </section>
    }
}

#[component]
fn Next(work: Work, run: Memo<Option<Run>>, id: domain::ids::Id, entity: String) -> impl IntoView {
    let asking = RwSignal::new(false);
    let phase = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| run.phase.clone())));
    let can_go_on = move || {
        run.with(|run| {
            run.as_ref()
                .is_some_and(|run| matches!(run.phase, Phase::Stopped { .. }) && run.rows_done() < run.rows())
        })
    };
    let finished = move || {
        !can_go_on()
            && phase.with(|phase| {
                matches!(phase, Some(Phase::Done | Phase::Undone { .. } | Phase::Stopped { .. }))
            })
    };
    let can_undo = move || phase.with(|phase| matches!(phase, Some(Phase::Done | Phase::Stopped { .. })));
    let list = StoredValue::new(entity);
    let undo = move |()| {
        asking.set(false);
        runner::undo(id);
        // How far it is stands at the top.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    view! {
        <div class="btn-row btn-row-end">
            <Show when=can_undo>
                <Button label=t("import.undo") kind=ButtonKind::DangerQuiet drawing=icons::UNDO on_press=move |()| asking.set(true) />
            </Show>
            <Show when=can_go_on>
                <Button label=t("action.continue") kind=ButtonKind::Primary on_press=move |()| runner::go_on(id) />
            </Show>
            <Show when=finished>
                <Button label=t("import.again") on_press=move |()| work.begin_again() />
                {list
                    .with_value(|entity| list_of(entity))
                    .map(|href| {
                        view! {
                            <A href attr:class="btn btn-primary">
                                {move || tr("import.open_list", &[("entity", &list.with_value(|entity| plural(entity)))])}
                            </A>
                        }
                    })}
            </Show>
        </div>
        <Sheet
            open=asking
            title=t("import.undo.title")
            close=t("action.close")
            foot=move || {
                view! {
                    <Button label=t("action.cancel") on_press=move |()| asking.set(false) />
                    <Button label=t("import.undo") kind=ButtonKind::Danger on_press=undo />
                }
            }
        >
            <p>{t("import.undo.body")}</p>
        </Sheet>
    }
}

/// Where what was imported can be seen; touches stand with what they are about.
fn list_of(entity: &str) -> Option<String> {
    match entity {
        "user" => Some(routes::MEMBERS.to_owned()),
        "touch" => None,
        entity => Some(routes::records(entity)),
    }
}

/// `accounts.csv` becomes `accounts-problems.csv`.
fn error_name(file: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}-problems.csv")
}

/// The refused rows as a file: what they said, by field, and why not. It can be mended and brought in again.
fn error_sheet(entity: &str, rows: &[Refused]) -> String {
    let columns: BTreeSet<&String> = rows.iter().flat_map(|row| row.cells.keys()).collect();
    let mut head: Vec<String> = columns.iter().map(|field| untrack(|| field_name(entity, field))).collect();
    head.push(untrack(|| tr("import.report.why", &[])));
    let line = |row: &Refused| {
        let mut cells: Vec<String> =
            columns.iter().map(|field| row.cells.get(*field).cloned().unwrap_or_default()).collect();
        cells.push(untrack(|| {
            let said = row.problems.iter().map(|problem| match &problem.field {
                Some(field) => format!("{}: {}", field_name(entity, field), problem_text(problem)),
                None => problem_text(problem),
            });
            said.collect::<Vec<_>>().join("; ")
        }));
        cells
    };
    domain::export_file::table(&std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>())
}
