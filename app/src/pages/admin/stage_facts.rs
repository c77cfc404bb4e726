//! What a stage says and asks for: its goal, its usual days, fields on the way in, and what is done there.

use domain::message::Problem;
use domain::schema::{Stage, Step};
use leptos::prelude::*;

use super::naming::{Said, definition_id};
use crate::components::{Button, ButtonKind, CheckChips, Choice, Field, IconButton, TextInput, icons, tick};
use crate::i18n::{label, t, tr};
use crate::pages::more::Problems;
use crate::state::session::schema;

#[derive(Clone)]
struct StepDraft {
    id: String,
    said: Said,
    due: RwSignal<String>,
}

/// What is being written into the sheet of a stage beside its name, outcome and chance.
#[derive(Clone, Copy)]
pub struct Facts {
    goal: StoredValue<Said>,
    days: RwSignal<String>,
    limit: RwSignal<String>,
    required: RwSignal<Vec<String>>,
    asked: RwSignal<Vec<String>>,
    steps: RwSignal<Vec<StepDraft>>,
}

/// A number that may be left out; `Err` for what is none.
fn days_of(text: &str) -> Result<Option<u16>, ()> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| ()) }
}

impl Facts {
    pub fn of(stage: Option<&Stage>) -> Self {
        let number = |days: Option<u16>| RwSignal::new(days.map(|days| days.to_string()).unwrap_or_default());
        let fields =
            |of: fn(&Stage) -> &Vec<String>| RwSignal::new(stage.map(of).cloned().unwrap_or_default());
        let steps = stage.iter().flat_map(|stage| &stage.steps).map(|step| StepDraft {
            id: step.id.clone(),
            said: Said::of(Some(&step.label)),
            due: number(step.due_in),
        });
        Self {
            goal: StoredValue::new(Said::of(stage.and_then(|stage| stage.goal.as_ref()))),
            days: number(stage.and_then(|stage| stage.expected_days)),
            limit: number(stage.and_then(|stage| stage.limit)),
            required: fields(|stage| &stage.required),
            asked: fields(|stage| &stage.asked),
            steps: RwSignal::new(steps.collect()),
        }
    }

    /// The first number that is none.
    pub fn problem(self) -> Option<Problem> {
        let sound = |days: RwSignal<String>| days.with(|days| days_of(days).is_ok());
        let place = if !sound(self.days) {
            "expected_days"
        } else if !sound(self.limit) {
            "limit"
        } else if !self.steps.with(|steps| steps.iter().all(|step| sound(step.due))) {
            "steps"
        } else {
            return None;
        };
        Some(Problem::on(place, "problem.not_whole"))
    }

    /// The stage with what stands in the sheet; nothing while a number is none.
    pub fn stage(self, stage: Stage) -> Option<Stage> {
        let read = |step: &StepDraft| {
            // What was added and left empty is none.
            let Some(label) = step.said.label() else { return Some(None) };
            let due_in = step.due.with(|due| days_of(due)).ok()?;
            Some(Some(Step { id: step.id.clone(), label, due_in }))
        };
        let steps = self.steps.with(|steps| steps.iter().map(read).collect::<Option<Vec<_>>>())?;
        Some(Stage {
            goal: self.goal.with_value(Said::label),
            expected_days: self.days.with(|days| days_of(days)).ok()?,
            required: self.required.get(),
            asked: self.asked.get(),
            steps: steps.into_iter().flatten().collect(),
            limit: self.limit.with(|limit| days_of(limit)).ok()?,
            ..stage
        })
    }
}

/// Fields of a form to tick.
#[component]
pub fn FieldChips(
    entity: String,
    #[prop(into)] title: TextProp,
    #[prop(into)] help: TextProp,
    chosen: RwSignal<Vec<String>>,
) -> impl IntoView {
    let choices = Signal::derive(move || {
        let schema = schema();
        let fields = schema.entity(&entity).map(domain::schema::Entity::form_fields).unwrap_or_default();
        let open = fields.into_iter().filter(|field| field.id != "stage");
        open.map(|field| Choice::new(field.id.clone(), label(&field.label))).collect::<Vec<_>>()
    });
    let name = title.clone();
    view! {
        <Field label=title help=help>
            <CheckChips label=name choices chosen on_change=move |(id, on)| tick(chosen, id, on) />
        </Field>
    }
}

#[component]
pub fn StageFacts(facts: Facts, entity: String, problems: Problems) -> impl IntoView {
    let goal = facts.goal.with_value(|goal| goal.here);
    let steps = facts.steps;
    let add = move |()| {
        let said = Said::of(None);
        let draft = StepDraft { id: definition_id("t"), said, due: RwSignal::new("1".to_owned()) };
        steps.update(|steps| steps.push(draft));
    };
    let row = move |step: StepDraft| {
        let (text, due, id) = (step.said.here, step.due, step.id);
        let drop = move |()| steps.update(|steps| steps.retain(|step| step.id != id));
        view! {
            <li class="step-edit">
                <TextInput value=text alone=t("definition.stage.step") />
                <span class="step-days">
                    <TextInput value=due inputmode="numeric" alone=t("definition.stage.step.due") />
                </span>
                <IconButton
                    label=move || tr("definition.stage.step.remove", &[("what", &text.get())])
                    drawing=icons::DELETE
                    on_press=drop
                />
            </li>
        }
    };
    view! {
        <Field label=t("definition.stage.goal") help=t("definition.stage.goal.help") problem=problems.at("goal")>
            <TextInput value=goal />
        </Field>
        <Field label=t("definition.stage.days") help=t("definition.stage.days.help") problem=problems.at("expected_days")>
            <TextInput value=facts.days inputmode="numeric" />
        </Field>
        <Field label=t("definition.stage.limit") help=t("definition.stage.limit.help") problem=problems.at("limit")>
            <TextInput value=facts.limit inputmode="numeric" />
        </Field>
        <FieldChips
            entity=entity.clone()
            title=t("definition.stage.required")
            help=t("definition.stage.required.help")
            chosen=facts.required
        />
        <FieldChips
            entity=entity
            title=t("definition.stage.asked")
            help=t("definition.stage.asked.help")
            chosen=facts.asked
        />
        <section>
            <h3 class="field-label">{t("definition.stage.steps")}</h3>
            <p class="field-help">{t("definition.stage.steps.help")}</p>
            <ul class="steps-edit">
                <For each=move || steps.get() key=|step| step.id.clone() children=row />
            </ul>
            {move || problems.at("steps").get().map(|text| view! { <p class="field-problem" role="alert">{text}</p> })}
            <Button label=t("definition.stage.step.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=add />
        </section>
    }
}
