//! What has to be ticked on a move, while it is being written.

use domain::schema::Check;
use leptos::prelude::*;

use super::naming::{Said, definition_id};
use crate::components::{Button, ButtonKind, IconButton, TextInput, icons};
use crate::i18n::{t, tr};
use crate::pages::more::Problems;

#[derive(Clone)]
struct Point {
    id: String,
    said: Said,
}

#[derive(Clone, Copy)]
pub struct Points(RwSignal<Vec<Point>>);

impl Points {
    pub fn of(checks: &[Check]) -> Self {
        let point = |check: &Check| Point { id: check.id.clone(), said: Said::of(Some(&check.label)) };
        Self(RwSignal::new(checks.iter().map(point).collect()))
    }

    /// What stands there now; what was added and left empty is none.
    pub fn checks(self) -> Vec<Check> {
        let check = |point: &Point| Some(Check { id: point.id.clone(), label: point.said.label()? });
        self.0.with(|points| points.iter().filter_map(check).collect())
    }
}

#[component]
pub fn Checklist(points: Points, problems: Problems) -> impl IntoView {
    let points = points.0;
    let add = move |()| {
        let point = Point { id: definition_id("k"), said: Said::of(None) };
        points.update(|points| points.push(point));
    };
    let row = move |point: Point| {
        let (text, id) = (point.said.here, point.id);
        let drop = move |()| points.update(|points| points.retain(|point| point.id != id));
        view! {
            <li class="step-edit">
                <TextInput value=text alone=t("definition.check") />
                <IconButton
                    label=move || tr("definition.check.remove", &[("what", &text.get())])
                    drawing=icons::DELETE
                    on_press=drop
                />
            </li>
        }
    };
    view! {
        <section>
            <h3 class="field-label">{t("ways.checks")}</h3>
            <p class="field-help">{t("ways.checks.help")}</p>
            <ul class="steps-edit">
                <For each=move || points.get() key=|point| point.id.clone() children=row />
            </ul>
            {move || problems.at("checks").get().map(|text| view! { <p class="field-problem" role="alert">{text}</p> })}
            <Button label=t("definition.check.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=add />
        </section>
    }
}
