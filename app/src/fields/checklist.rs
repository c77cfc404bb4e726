//! Steps to tick. On the page of their record one tap ticks a step, without opening anything.

use domain::fields::checklist::{boxed, step};
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{InPlace, Input};
use crate::components::{IconButton, StepInput, icon, icons};
use crate::i18n::{t, tr};

fn steps(json: &Json) -> Vec<(bool, String)> {
    let items = json.as_array().into_iter().flatten().filter_map(Json::as_str);
    items.map(step).map(|(done, text)| (done, text.to_owned())).collect()
}

fn to_json(steps: &[(bool, String)]) -> Json {
    if steps.is_empty() {
        return Json::Null;
    }
    steps.iter().map(|(done, text)| Json::from(boxed(*done, text))).collect()
}

/// The list with one step ticked, or not any more.
fn ticked(json: &Json, at: usize) -> Json {
    let mut steps = steps(json);
    if let Some((done, _)) = steps.get_mut(at) {
        *done = !*done;
    }
    to_json(&steps)
}

/// A step as one presses it: a box that is a button, so that a page that is edited where it stands lets it be.
fn tick(done: bool, text: &str, press: impl Fn() + 'static) -> AnyView {
    let drawing = if done { icons::CIRCLE_CHECK } else { icons::CIRCLE };
    view! {
        <button
            type="button"
            class="step"
            role="checkbox"
            aria-checked=if done { "true" } else { "false" }
            on:click=move |_| press()
        >
            {icon(drawing)}
            <span>{text.to_owned()}</span>
        </button>
    }
    .into_any()
}

pub(super) fn input(input: &Input) -> AnyView {
    let value = input.value;
    let add = move |text: String| {
        let mut all = value.with_untracked(steps);
        let (done, text) = step(&text);
        all.push((done, text.to_owned()));
        value.set(to_json(&all));
    };
    let remove = move |at: usize| {
        let mut all = value.with_untracked(steps);
        all.remove(at);
        value.set(to_json(&all));
    };
    let held = move || {
        let line = |(at, (done, text)): (usize, (bool, String))| {
            let name = text.clone();
            view! {
                <li class="step-line">
                    {tick(done, &text, move || value.update(|json| *json = ticked(json, at)))}
                    <IconButton
                        label=move || tr("field.steps.remove", &[("name", &name)])
                        drawing=icons::CLOSE
                        on_press=move |()| remove(at)
                    />
                </li>
            }
        };
        let all = value.with(steps);
        (!all.is_empty())
            .then(|| view! { <ul class="steps">{all.into_iter().enumerate().map(line).collect_view()}</ul> })
    };
    view! {
        <div class="steps-input">
            {held}
            <StepInput placeholder=t("field.steps.add") on_add=add />
        </div>
    }
    .into_any()
}

/// How many are done.
pub(super) fn text(json: &Json) -> String {
    let all = steps(json);
    format!("{}/{}", all.iter().filter(|(done, _)| *done).count(), all.len())
}

pub(super) fn display(field: &str, json: &Json) -> AnyView {
    let place = use_context::<InPlace>().filter(|place| place.may.get());
    let line = |(at, (done, text)): (usize, (bool, String))| {
        let shown = match place {
            Some(InPlace { change, .. }) => {
                let (field, json) = (field.to_owned(), json.clone());
                tick(done, &text, move || change.run((field.clone(), ticked(&json, at))))
            }
            None => {
                let drawing = if done { icons::CIRCLE_CHECK } else { icons::CIRCLE };
                let state = tr(if done { "field.yes" } else { "field.no" }, &[]);
                view! {
                    <span class="step">
                        {icon(drawing)} <span class="visually-hidden">{state}</span> <span>{text}</span>
                    </span>
                }
                .into_any()
            }
        };
        view! { <li class="step-line">{shown}</li> }
    };
    view! { <ul class="steps">{steps(json).into_iter().enumerate().map(line).collect_view()}</ul> }.into_any()
}
