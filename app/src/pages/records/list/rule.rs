//! One rule of the builder: a field, what is asked about it, and the values in the field's own controls.

use domain::fields::FieldKind;
use domain::filter::{Operator, Rule, Takes};
use domain::message::Problem;
use domain::schema::Field;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::sentence::operator_label;
use super::work::Work;
use crate::components::{Choice, Field as Labelled, IconButton, Select, icons};
use crate::fields;
use crate::i18n::{label, problem_text, t, tr};
use crate::state::foresee::with_reading;
use crate::state::session::{schema, schema_now};

#[derive(Clone, Copy)]
pub struct DraftRule {
    field: RwSignal<String>,
    operator: RwSignal<Operator>,
    values: [RwSignal<Json>; 2],
    /// Ids of choices.
    chosen: RwSignal<Vec<String>>,
    problems: RwSignal<Vec<(usize, Problem)>>,
}

impl DraftRule {
    pub fn of(rule: &Rule) -> Self {
        let value = |at: usize| RwSignal::new(rule.values.get(at).cloned().unwrap_or(Json::Null));
        let chosen = rule.values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
        Self {
            field: RwSignal::new(rule.field.clone()),
            operator: RwSignal::new(rule.operator),
            values: [value(0), value(1)],
            chosen: RwSignal::new(chosen),
            problems: RwSignal::default(),
        }
    }

    /// The rule that a new line begins with: by the name.
    pub fn first(work: Work) -> Self {
        let (field, operator) = work.with(|definition| {
            let field = definition.field(&definition.title).or(definition.fields.first());
            let operators = field.map(|field| field.kind.behaviour().operators()).unwrap_or_default();
            let id = field.map(|field| field.id.clone()).unwrap_or_default();
            (id, operators.first().copied().unwrap_or(Operator::Filled))
        });
        Self::of(&Rule::new(&field, operator, Vec::new()))
    }

    fn rule(&self) -> Rule {
        let operator = self.operator.get_untracked();
        let values = match operator.takes() {
            Takes::Nothing => Vec::new(),
            Takes::One => vec![self.values[0].get_untracked()],
            Takes::Two => self.values.iter().map(RwSignal::get_untracked).collect(),
            Takes::Choices => self.chosen.get_untracked().into_iter().map(Json::from).collect(),
        };
        Rule { field: self.field.get_untracked(), operator, values }
    }

    /// The rule as the language wants it; what is missing is marked otherwise.
    pub fn finish(&self, work: Work) -> Option<Rule> {
        let rule = self.rule();
        let field = work.field(&rule.field)?;
        match with_reading(&schema_now(), |reading| rule.checked(&field, reading)) {
            Ok(rule) => {
                self.problems.set(Vec::new());
                Some(rule)
            }
            Err(problems) => {
                self.problems.set(problems);
                None
            }
        }
    }

    fn choose_field(&self, work: Work, id: String) {
        let Some(field) = work.field(&id) else { return };
        let operators = field.kind.behaviour().operators();
        let kept = operators.contains(&self.operator.get_untracked()) && self.takes_the_same(work, &field);
        self.field.set(id);
        if !kept {
            self.operator.set(operators.first().copied().unwrap_or(Operator::Filled));
            self.forget();
        }
    }

    fn takes_the_same(&self, work: Work, field: &Field) -> bool {
        let (operator, schema) = (self.operator.get_untracked(), schema_now());
        let before =
            work.field(&self.field.get_untracked()).and_then(|old| operator.control(&old.kind, &schema));
        before == operator.control(&field.kind, &schema)
    }

    fn choose_operator(&self, work: Work, name: &str) {
        let Some(field) = work.field(&self.field.get_untracked()) else { return };
        let operators = field.kind.behaviour().operators();
        let Some(next) = operators.iter().copied().find(|operator| operator.name() == name) else { return };
        let schema = schema_now();
        let control = |operator: Operator| operator.control(&field.kind, &schema);
        if control(self.operator.get_untracked()) != control(next) {
            self.forget();
        }
        self.problems.set(Vec::new());
        self.operator.set(next);
    }

    fn forget(&self) {
        self.values.iter().for_each(|value| value.set(Json::Null));
        self.chosen.set(Vec::new());
        self.problems.set(Vec::new());
    }

    fn problem(&self, at: usize) -> Signal<Option<String>> {
        let problems = self.problems;
        Signal::derive(move || {
            problems.with(|problems| {
                problems.iter().find(|(place, _)| *place == at).map(|(_, problem)| problem_text(problem))
            })
        })
    }
}

#[component]
pub fn RuleEditor(work: Work, rule: DraftRule, #[prop(into)] on_remove: Callback<()>) -> impl IntoView {
    let fields_offered = work.with(|definition| {
        let offered = definition.fields.iter().filter(|field| field.id != "rank");
        offered
            .map(|field| {
                let text = field.label.clone();
                Choice::new(field.id.clone(), move || label(&text))
            })
            .collect::<Vec<_>>()
    });
    let operators = Signal::derive(move || {
        let field = work.field(&rule.field.get());
        let operators = field.map(|field| field.kind.behaviour().operators()).unwrap_or_default();
        operators
            .iter()
            .map(|operator| {
                let operator = *operator;
                Choice::new(operator.name(), move || operator_label(operator))
            })
            .collect::<Vec<_>>()
    });
    let name = move || work.field(&rule.field.get()).map(|field| label(&field.label)).unwrap_or_default();
    // The controls are built anew when they have to be others, not with every letter.
    let shape = Memo::new(move |_| {
        let field = work.field(&rule.field.get())?;
        let operator = rule.operator.get();
        let control = operator.control(&field.kind, &schema())?;
        Some((field.id, operator.takes(), ByKind(control)))
    });
    let controls = move || {
        let (id, takes, ByKind(kind)) = shape.get()?;
        let field = work.field(&id)?;
        Some(match takes {
            Takes::Choices => view! { <Choices rule field /> }.into_any(),
            Takes::Two => view! {
                <div class="rule-two">
                    {control(rule, 0, &field, kind.clone(), "filter.from")}
                    {control(rule, 1, &field, kind, "filter.to")}
                </div>
            }
            .into_any(),
            _ => control(rule, 0, &field, kind, "filter.value"),
        })
    };
    view! {
        <div class="rule" role="group" aria-label=name>
            <div class="rule-head">
                <Select
                    alone=t("filter.field")
                    value=rule.field
                    choices=fields_offered
                    on_choose=move |id| rule.choose_field(work, id)
                />
                <IconButton label=move || tr("filter.remove", &[("rule", &name())]) drawing=icons::DELETE on_press=on_remove />
            </div>
            <Select
                alone=t("filter.operator")
                value=Signal::derive(move || rule.operator.get().name().to_owned())
                choices=operators
                on_choose=move |name: String| rule.choose_operator(work, &name)
            />
            {controls}
        </div>
    }
}

/// Types of field compare by all their settings; a memo only wants to know whether they are the same.
#[derive(Clone, PartialEq)]
struct ByKind(FieldKind);

fn control(rule: DraftRule, at: usize, field: &Field, kind: FieldKind, name: &'static str) -> AnyView {
    let field = Field { kind, required: false, ..field.clone() };
    view! {
        <Labelled label=t(name) problem=rule.problem(at)>
            {fields::input(&field, rule.values[at])}
        </Labelled>
    }
    .into_any()
}

/// Any of the field's choices, as boxes to tick.
#[component]
fn Choices(rule: DraftRule, field: Field) -> impl IntoView {
    let options = field.kind.behaviour().options(&schema_now());
    let text = field.label.clone();
    let option = move |option: domain::fields::ChoiceOption| {
        let (own, toggled) = (option.id.clone(), option.id);
        let checked = move || rule.chosen.with(|chosen| chosen.contains(&own));
        let toggle = move |_| {
            rule.chosen.update(|chosen| match chosen.iter().position(|id| *id == toggled) {
                Some(at) => {
                    chosen.remove(at);
                }
                None => chosen.push(toggled.clone()),
            });
        };
        let name = option.label;
        view! {
            <label class="chip">
                <input type="checkbox" prop:checked=checked on:change=toggle />
                <span>{move || label(&name)}</span>
            </label>
        }
    };
    let problem = rule.problem(0);
    view! {
        <fieldset class="field">
            <legend class="visually-hidden">{move || label(&text)}</legend>
            <div class="chips">{options.into_iter().map(option).collect_view()}</div>
            {move || problem.get().map(|text| view! { <p class="field-problem">{text}</p> })}
        </fieldset>
    }
}
