//! What is done in the stage that something moves into.

use std::collections::BTreeMap;

use domain::process;
use domain::schema::Step;
use domain::time::Date;
use leptos::prelude::*;

use crate::components::{icon, icons};
use crate::fields::day_text;
use crate::i18n::{label, t, tr};
use crate::pages::records::NextChips;
use crate::state::session::{schema_now, today};

/// What becomes a task by the move; a day that nobody has set is chosen here.
#[component]
pub(super) fn Steps(steps: Vec<Step>, days: RwSignal<BTreeMap<String, Date>>) -> impl IntoView {
    let work = schema_now().workspace.work.clone();
    let (timed, open): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(|step| step.due_in.is_some());
    let line = |step: Step| {
        let due = process::due(&step, &work, today(), None)?;
        Some(view! {
            <li class="effect">
                {icon(icons::TASK)}
                <span>{move || tr("process.step", &[("what", &label(&step.label)), ("day", &day_text(due))])}</span>
            </li>
        })
    };
    let lines = (!timed.is_empty()).then(|| {
        view! {
            <section class="effects" aria-label=t("process.steps")>
                <h3 class="effects-title">{t("process.steps")}</h3>
                <ul>{timed.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    });
    let chips = open
        .into_iter()
        .map(|step| {
            let (id, name) = (step.id, step.label);
            let choose = move |day: Option<Date>| {
                days.update(|days| {
                    match day {
                        Some(day) => days.insert(id.clone(), day),
                        None => days.remove(&id),
                    };
                });
            };
            view! { <NextChips legend=move || label(&name) or_none=true on_choose=choose /> }
        })
        .collect_view();
    view! {
        {chips}
        {lines}
    }
}
