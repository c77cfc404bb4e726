//! The list as a file for a spreadsheet.

use domain::api::ExportRecords;
use domain::api::record::ExportRequest;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::work::Work;
use crate::api::{ApiError, address, download};
use crate::components::{Button, ButtonKind, ChipGroup, Choice, Sheet, Toast, icon, icons, save_blob};
use crate::i18n::{format, label, lang_now, problems_text, say, t, tr};
use crate::state::app;
use crate::state::session::{schema_now, today};

#[component]
pub fn ExportSheet(work: Work, count: Memo<Option<u64>>, open: RwSignal<bool>) -> impl IntoView {
    let which = RwSignal::new("shown".to_owned());
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let go = move |()| {
        pending.set(true);
        problem.set(None);
        let columns = (which.get_untracked() == "shown").then(|| {
            let title = work.with(|definition| definition.title.clone());
            let shown = work.columns.shown.get_untracked();
            std::iter::once(title).chain(shown).collect::<Vec<_>>().join(",")
        });
        let request = ExportRequest {
            filter: work.condition.get_untracked(),
            sort: Some(work.sort.get_untracked()),
            columns,
            lang: Some(lang_now().code().to_owned()),
        };
        let entity = work.entity();
        let name = {
            let plural = schema_now().entity(&entity).map(|entity| untrack(|| label(&entity.plural)));
            format!("{}-{}.csv", plural.unwrap_or_else(|| entity.clone()), today())
        };
        spawn_local(async move {
            let answer = download(&address::<ExportRecords>(&[&entity], &request)).await;
            pending.try_set(false);
            match answer {
                Ok((blob, rows)) => {
                    save_blob(&name, &blob);
                    open.try_set(false);
                    let rows = rows.and_then(|rows| i64::try_from(rows).ok()).map(format::number);
                    let said = say("export.done", &[("count", &rows.unwrap_or_default())]);
                    app().toasts.show(Toast::new(said).with_icon(icons::CHECK));
                }
                Err(ApiError::Refused(envelope)) if !envelope.problems.is_empty() => {
                    problem.try_set(Some(problems_text(&envelope.problems, &entity)));
                }
                Err(error) => {
                    problem.try_set(Some(say(error.message_key(), &[])));
                }
            }
        });
    };
    let counted = move || {
        let count = count.get().and_then(|count| i64::try_from(count).ok()).map(format::number);
        count.unwrap_or_else(|| "…".to_owned())
    };
    let choices =
        vec![Choice::new("shown", t("export.columns.shown")), Choice::new("all", t("export.columns.all"))];
    let foot = move || {
        view! {
            <Button label=t("action.cancel") on_press=move |()| open.set(false) />
            <Button
                label=move || tr("export.start", &[("count", &counted())])
                kind=ButtonKind::Primary
                pending=pending
                on_press=go
            />
        }
    };
    view! {
        <Sheet open title=t("export.title") close=t("action.close") foot=foot>
            <div class="stack">
                <p>{t("export.body")}</p>
                <ChipGroup
                    legend=t("export.columns")
                    show_legend=true
                    choices=choices.clone()
                    value=which
                    on_choose=move |chosen| which.set(chosen)
                />
                <p class="notice">{icon(icons::INFO)} <span>{t("export.trace")}</span></p>
                <div role="alert">{move || problem.get().map(|text| view! { <p class="form-problem">{icon(icons::ALERT)} <span>{text}</span></p> })}</div>
            </div>
        </Sheet>
    }
}
