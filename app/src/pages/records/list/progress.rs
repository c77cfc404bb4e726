//! How a bulk change gets on, what it left as it was, and the way back.

use domain::ids::Id;
use leptos::prelude::*;
use leptos_router::components::A;

use super::job::{self, Job, Phase, dismiss, go_on, job, jobs, undo};
use super::work::Work;
use crate::components::{Button, ButtonKind, Sheet, icon, icons};
use crate::i18n::{format, problems_text, t, tr};
use crate::pages::open_while;
use crate::routes;

fn number(count: usize) -> String {
    format::number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// One line about where it stands.
fn said(job: &Job) -> String {
    match &job.phase {
        Phase::Gathering => {
            tr("bulk.gathering", &[("done", &number(job.gathered)), ("total", &number(job.expected))])
        }
        Phase::Running => {
            tr("bulk.running", &[("done", &number(job.done())), ("total", &number(job.expected))])
        }
        Phase::Waiting => tr("import.waiting", &[]),
        Phase::Stopped { problems } if problems.is_empty() => tr("bulk.stopped", &[]),
        Phase::Stopped { problems } => {
            tr("bulk.stopped_because", &[("why", &problems_text(problems, &job.entity))])
        }
        Phase::Done => tr("bulk.done", &[("count", &number(job.changed))]),
        Phase::Undoing { .. } => tr("bulk.undoing", &[]),
        Phase::Undone { kept: 0 } => tr("bulk.undone", &[]),
        Phase::Undone { kept } => tr("import.undone_but", &[("count", &number(*kept))]),
    }
}

/// What came of it, each figure with its message: of what was taken back, how much of it still stands.
fn figures(job: &Job) -> Vec<(&'static str, usize)> {
    let changed = match job.phase {
        Phase::Undone { kept } => [
            ("bulk.stat.taken_back", job.changed.saturating_sub(kept)),
            ("bulk.stat.kept", kept.min(job.changed)),
        ],
        _ => [("bulk.stat.changed", job.changed), ("bulk.stat.kept", 0)],
    };
    let rest = [("bulk.stat.same", job.same), ("bulk.stat.left", job.left_count)];
    changed.into_iter().chain(rest).filter(|(_, count)| *count > 0).collect()
}

/// Above the list: what is going on or has just ended, until somebody has seen it.
#[component]
pub fn JobNotices(work: Work, shown: RwSignal<Option<Id>>) -> impl IntoView {
    leptos::task::spawn_local(job::remembered());
    let entity = work.entity();
    let ids = Memo::new(move |_| jobs(&entity).iter().map(|job| job.id).collect::<Vec<_>>());
    view! {
        <For each=move || ids.get() key=|id| *id let:id>
            <JobNotice id shown />
        </For>
    }
}

#[component]
fn JobNotice(id: Id, shown: RwSignal<Option<Id>>) -> impl IntoView {
    let now = Memo::new(move |_| job(id));
    move || {
        let job = now.get()?;
        let ended = !job.is_busy();
        let (title, line) = (job.title.clone(), said(&job));
        let left = (job.left_count > 0).then(|| tr("bulk.left_short", &[("count", &number(job.left_count))]));
        Some(view! {
            <div class="notice job-notice" role="status">
                {icon(if ended { icons::CHECK } else { icons::SYNC })}
                <span class="job-said">
                    <strong>{title}</strong>
                    <span>{line}</span>
                    {left}
                </span>
                <button type="button" class="notice-action" on:click=move |_| shown.set(Some(id))>{t("bulk.details")}</button>
                {job.can_undo().then(|| view! { <button type="button" class="notice-action" on:click=move |_| undo(id)>{t("action.undo")}</button> })}
                {ended.then(|| view! {
                    <button type="button" class="icon-btn" aria-label=t("action.close") on:click=move |_| dismiss(id)>{icon(icons::CLOSE)}</button>
                })}
            </div>
        })
    }
}

#[component]
pub fn JobSheet(shown: RwSignal<Option<Id>>) -> impl IntoView {
    let open = open_while(shown);
    let now = Memo::new(move |_| job(shown.get()?));
    let state = Memo::new(move |_| {
        now.with(|job| job.as_ref().map(|job| (job.can_undo(), matches!(job.phase, Phase::Stopped { .. }))))
    });
    let press = move |act: fn(Id)| {
        move |()| {
            if let Some(id) = shown.get_untracked() {
                act(id);
            }
        }
    };
    let foot = move || {
        let (can_undo, stopped) = state.get().unwrap_or_default();
        view! {
            {can_undo.then(|| view! { <Button label=t("bulk.undo") drawing=icons::UNDO on_press=press(undo) /> })}
            {stopped.then(|| view! { <Button label=t("action.continue") kind=ButtonKind::Primary on_press=press(go_on) /> })}
            <Button label=t("action.close") on_press=move |()| shown.set(None) />
        }
    };
    let title = move || now.with(|job| job.as_ref().map(|job| job.title.clone()).unwrap_or_default());
    view! {
        <Sheet open title=title close=t("action.close") foot=move || foot.into_any()>
            {move || now.get().map(|job| report(&job))}
        </Sheet>
    }
}

fn report(job: &Job) -> AnyView {
    let (done, of) = match &job.phase {
        Phase::Gathering => (job.gathered, job.expected),
        Phase::Undoing { done } => (*done, job.parts.iter().filter(|part| part.saved).count()),
        _ => (job.done(), job.expected),
    };
    let percent = (done * 100).checked_div(of).unwrap_or(0).min(100);
    let stat = |(key, count): (&'static str, usize)| {
        view! {
            <div class="stat">
                <span class="stat-number numeric">{number(count)}</span>
                <span class="stat-label">{t(key)}</span>
            </div>
        }
    };
    let entity = job.entity.clone();
    let left = job.left.iter().map(|left| {
        let name = if left.name.is_empty() { tr("record.unnamed", &[]) } else { left.name.clone() };
        view! {
            <li class="job-left">
                <A href=routes::record(&entity, &left.record.to_string())>{name}</A>
                <span class="soft">{problems_text(&left.problems, &entity)}</span>
            </li>
        }
    });
    let more = job.left_count - job.left.len();
    view! {
        <div class="stack">
            <p role="status">{said(job)}</p>
            {job.is_busy().then(|| view! {
                <div
                    class="progress"
                    role="progressbar"
                    aria-label=job.title.clone()
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=percent.to_string()
                >
                    <div class="progress-bar" style:width=format!("{percent}%")></div>
                </div>
                <p class="soft">{t("bulk.leave")}</p>
            })}
            <div class="stats">{figures(job).into_iter().map(stat).collect_view()}</div>
            {(job.left_count > 0).then(|| view! {
                <section class="stack stack-tight">
                    <h3 class="group-title">{t("bulk.left")}</h3>
                    <ul class="job-lefts">{left.collect_view()}</ul>
                    {(more > 0).then(|| view! { <p class="soft">{tr("board.more", &[("count", &number(more))])}</p> })}
                </section>
            })}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::records::wish::Wish;

    #[test]
    fn what_was_taken_back_no_longer_counts_as_changed() {
        let job = |phase: Phase| Job {
            id: Id::v7(1, &[1; 10]),
            entity: "account".to_owned(),
            wish: Wish::Delete,
            title: String::new(),
            parts: Vec::new(),
            gathered: 7,
            expected: 7,
            changed: 4,
            same: 2,
            left_count: 1,
            left: Vec::new(),
            phase,
        };
        let rest = [("bulk.stat.same", 2), ("bulk.stat.left", 1)];
        assert_eq!(figures(&job(Phase::Done)), [&[("bulk.stat.changed", 4)][..], &rest].concat());
        let back = [("bulk.stat.taken_back", 3), ("bulk.stat.kept", 1)];
        assert_eq!(figures(&job(Phase::Undone { kept: 1 })), [&back[..], &rest].concat());
        assert_eq!(figures(&job(Phase::Undone { kept: 0 }))[0], ("bulk.stat.taken_back", 4));
    }
}
