use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Label, Pipeline, Stage, StageStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::arrange::Arrange;
use super::define::define;
use crate::components::{
    Badge, Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, TextInput, Tone, icons,
};
use crate::i18n::{label, problem_text, problems_text, t, tr};
use crate::state::session::{schema, schema_now};
use crate::state::time::new_id;

/// The stages of the pipelines of an entity; nothing where there are none.
#[component]
pub fn Stages(entity: String) -> impl IntoView {
    let ids = Memo::new(move |_| {
        schema().pipelines_of(&entity).map(|pipeline| pipeline.id.clone()).collect::<Vec<_>>()
    });
    view! { <For each=move || ids.get() key=String::clone children=move |id| view! { <OnePipeline id /> } /> }
}

fn status_key(status: StageStatus) -> &'static str {
    match status {
        StageStatus::Open => "outcome.open",
        StageStatus::Won => "outcome.won",
        StageStatus::Lost => "outcome.lost",
    }
}

fn status_tone(status: StageStatus) -> Tone {
    match status {
        StageStatus::Open => Tone::Plain,
        StageStatus::Won => Tone::Success,
        StageStatus::Lost => Tone::Danger,
    }
}

fn pipeline_now(id: &str) -> Option<Pipeline> {
    schema_now().pipelines.iter().find(|pipeline| pipeline.id == id).cloned()
}

#[component]
fn OnePipeline(id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let stages = Memo::new(move |_| {
        let schema = schema();
        id.with_value(|id| {
            schema
                .pipelines
                .iter()
                .find(|pipeline| &pipeline.id == id)
                .map(|pipeline| pipeline.stages.clone())
                .unwrap_or_default()
        })
    });
    let arranging = RwSignal::new(false);
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let edited = RwSignal::new(None::<String>);
    let items = Signal::derive(move || {
        stages.with(|stages| {
            stages.iter().map(|stage| (stage.id.clone(), label(&stage.label))).collect::<Vec<_>>()
        })
    });
    let save_order = move |order: Vec<String>| {
        let known = stages.get_untracked();
        let stages: Vec<Stage> =
            order.iter().filter_map(|id| known.iter().find(|stage| &stage.id == id).cloned()).collect();
        pending.set(true);
        spawn_local(async move {
            let outcome = define(DefinitionChange::SetStages { pipeline: id.get_value(), stages }).await;
            pending.set(false);
            problem.set(outcome.as_ref().err().map(|problems| problems_text(problems)));
            arranging.set(outcome.is_err());
        });
    };
    let edit = move |stage: Option<String>| {
        edited.set(stage);
        open.set(true);
    };
    let row = move |stage: Stage| {
        let own = stage.id.clone();
        let chance = stage.probability.to_string();
        view! {
            <li>
                <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| edit(Some(own.clone()))>
                    <span class="row-text">
                        <span class="row-title">{move || label(&stage.label)}</span>
                        <span class="row-sub">{move || tr("definition.stage.chance_of", &[("percent", &chance)])}</span>
                    </span>
                    <Badge label=t(status_key(stage.status)) tone=status_tone(stage.status) />
                </button>
            </li>
        }
    };
    let title = move || {
        edited
            .get()
            .and_then(|id| {
                stages.with(|stages| {
                    stages.iter().find(|stage| stage.id == id).map(|stage| label(&stage.label))
                })
            })
            .unwrap_or_else(|| tr("definition.stage.add", &[]))
    };
    view! {
        <section>
            <div class="define-head">
                <h2 class="group-title">{t("definition.stages")}</h2>
                <Show when=move || !arranging.get()>
                    <Button label=t("definition.order") kind=ButtonKind::Quiet drawing=icons::SORT on_press=move |()| arranging.set(true) />
                    <Button label=t("definition.stage.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| edit(None) />
                </Show>
            </div>
            <Show
                when=move || arranging.get()
                fallback=move || view! { <ul class="group">{move || stages.get().into_iter().map(row).collect_view()}</ul> }
            >
                <Arrange items pending problem on_save=save_order on_cancel=move |()| arranging.set(false) />
            </Show>
        </section>
        <Sheet open title close=t("action.close")>
            <StageForm pipeline=id.get_value() stage=edited.get_untracked() open />
        </Sheet>
    }
}

#[component]
fn StageForm(pipeline: String, stage: Option<String>, open: RwSignal<bool>) -> impl IntoView {
    let known = pipeline_now(&pipeline)
        .and_then(|pipeline| pipeline.stages.into_iter().find(|known| Some(&known.id) == stage.as_ref()));
    let zh = RwSignal::new(known.as_ref().map(|stage| stage.label.zh.clone()).unwrap_or_default());
    let en = RwSignal::new(known.as_ref().map(|stage| stage.label.en.clone()).unwrap_or_default());
    let chance =
        RwSignal::new(known.as_ref().map_or_else(|| "50".to_owned(), |stage| stage.probability.to_string()));
    let status = RwSignal::new(known.as_ref().map_or(StageStatus::Open, |stage| stage.status));
    let pending = RwSignal::new(false);
    let problems = RwSignal::new(Vec::<Problem>::new());
    let is_new = known.is_none();
    let (pipeline, known) = (StoredValue::new(pipeline), StoredValue::new(known));
    let send = move |stages: Vec<Stage>| {
        pending.set(true);
        spawn_local(async move {
            let outcome =
                define(DefinitionChange::SetStages { pipeline: pipeline.get_value(), stages }).await;
            pending.set(false);
            match outcome {
                Ok(()) => open.set(false),
                Err(found) => problems.set(found),
            }
        });
    };
    let save = move || {
        let (first, second) = (zh.get_untracked().trim().to_owned(), en.get_untracked().trim().to_owned());
        let label = Label {
            zh: if first.is_empty() { second.clone() } else { first.clone() },
            en: if second.is_empty() { first } else { second },
        };
        let Some(probability) =
            chance.get_untracked().trim().parse::<u8>().ok().filter(|percent| *percent <= 100)
        else {
            problems.set(vec![
                Problem::on("probability", "problem.out_of_range").with("min", 0).with("max", 100),
            ]);
            return;
        };
        let Some(mut stages) =
            pipeline.with_value(|pipeline| pipeline_now(pipeline)).map(|pipeline| pipeline.stages)
        else {
            return;
        };
        let status = status.get_untracked();
        match known.get_value() {
            Some(old) => {
                for stage in stages.iter_mut().filter(|stage| stage.id == old.id) {
                    *stage = Stage { id: old.id.clone(), label: label.clone(), status, probability };
                }
            }
            None => {
                let digits: String = new_id().to_string().chars().filter(|c| *c != '-').skip(20).collect();
                let stage = Stage { id: format!("s_{digits}"), label, status, probability };
                // An open stage belongs before those that end the way.
                let end =
                    stages.iter().position(|other| other.status != StageStatus::Open).unwrap_or(stages.len());
                let place = if status == StageStatus::Open { end } else { stages.len() };
                stages.insert(place, stage);
            }
        }
        send(stages);
    };
    let remove = move |()| {
        let Some(old) = known.get_value() else { return };
        let Some(mut stages) =
            pipeline.with_value(|pipeline| pipeline_now(pipeline)).map(|pipeline| pipeline.stages)
        else {
            return;
        };
        stages.retain(|stage| stage.id != old.id);
        send(stages);
    };
    let statuses: Vec<Choice> =
        [("open", StageStatus::Open), ("won", StageStatus::Won), ("lost", StageStatus::Lost)]
            .into_iter()
            .map(|(code, status)| Choice::new(code, t(status_key(status))))
            .collect();
    let status_code = Signal::derive(move || {
        match status.get() {
            StageStatus::Open => "open",
            StageStatus::Won => "won",
            StageStatus::Lost => "lost",
        }
        .to_owned()
    });
    let choose = move |code: String| {
        status.set(match code.as_str() {
            "won" => StageStatus::Won,
            "lost" => StageStatus::Lost,
            _ => StageStatus::Open,
        });
    };
    let at = move |place: &'static str| {
        Signal::derive(move || {
            problems
                .with(|problems| {
                    problems.iter().find(|problem| problem.field.as_deref() == Some(place)).cloned()
                })
                .map(|problem| problem_text(&problem))
        })
    };
    let rest = Signal::derive(move || {
        let found = problems.with(|problems| {
            problems.iter().find(|problem| problem.field.as_deref() != Some("probability")).cloned()
        });
        found.map(|problem| problem_text(&problem))
    });
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                if !pending.get_untracked() {
                    save();
                }
            }
        >
            <Field label=t("definition.label.zh")>
                <TextInput value=zh />
            </Field>
            <Field label=t("definition.label.en") help=t("definition.label.help")>
                <TextInput value=en />
            </Field>
            <Field label=t("definition.stage.status")>
                <Select value=status_code choices=statuses on_choose=choose />
            </Field>
            <Field label=t("definition.stage.chance") problem=at("probability")>
                <TextInput value=chance inputmode="numeric" />
            </Field>
            <FormProblem problem=rest />
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
            {(!is_new).then(|| view! { <Button label=t("definition.stage.remove") kind=ButtonKind::DangerQuiet pending on_press=remove /> })}
        </form>
    }
}
