use leptos::context::Provider;
use leptos::prelude::*;

use super::{icon, icons, unique_id};

/// What a field tells the control inside it: the names to tie them together, and whether it stands marked.
#[derive(Clone)]
pub(super) struct FieldContext {
    pub id: String,
    pub required: bool,
    pub invalid: Signal<bool>,
    pub described_by: Signal<Option<String>>,
}

/// The field around a control, or one of its own for a control that stands alone.
pub(super) fn field_context() -> FieldContext {
    use_context().unwrap_or_else(lone_context)
}

/// For a control that is not the one its field's label names.
pub(super) fn lone_context() -> FieldContext {
    FieldContext {
        id: unique_id("input"),
        required: false,
        invalid: Signal::stored(false),
        described_by: Signal::stored(None),
    }
}

/// Label, control, help and problem. The control inside picks up id and state by itself.
#[component]
pub fn Field(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] help: Option<TextProp>,
    /// Said behind the label of a field that may stay empty.
    #[prop(optional, into)]
    optional: Option<TextProp>,
    #[prop(optional)] required: bool,
    /// Takes the whole row of a form in two columns.
    #[prop(optional)]
    wide: bool,
    #[prop(optional, into)] problem: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let id = unique_id("field");
    let help_id = format!("{id}-help");
    let problem_id = format!("{id}-problem");
    let described_by = {
        let (help_id, problem_id) = (help.is_some().then(|| help_id.clone()), problem_id.clone());
        Signal::derive(move || {
            let marked = problem.with(Option::is_some).then(|| problem_id.clone());
            [marked, help_id.clone()].into_iter().flatten().reduce(|all, one| format!("{all} {one}"))
        })
    };
    let context = FieldContext {
        id: id.clone(),
        required,
        invalid: Signal::derive(move || problem.with(Option::is_some)),
        described_by,
    };

    view! {
        <div class="field" class:field-wide=wide>
            <label class="field-label" for=id>
                <span>{move || label.get()}</span>
                {optional.map(|optional| view! { <span class="field-optional">{move || optional.get()}</span> })}
            </label>
            <Provider value=context>{children()}</Provider>
            {move || {
                problem
                    .get()
                    .map(|text| {
                        view! {
                            <p class="field-problem" id=problem_id.clone()>
                                {icon(icons::ALERT)}
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
            {help.map(|help| view! { <p class="field-help" id=help_id>{move || help.get()}</p> })}
        </div>
    }
}

/// What went wrong with a form as a whole. It is announced when it appears.
#[component]
pub fn FormProblem(#[prop(into)] problem: Signal<Option<String>>) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                problem.get().map(|text| view! { <p class="form-problem">{icon(icons::ALERT)} <span>{text}</span></p> })
            }}
        </div>
    }
}
