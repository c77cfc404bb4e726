use domain::api::account::{ChangePasswordRequest, PASSWORD_MIN};
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

use crate::api::ApiError;
use crate::components::{Button, ButtonKind, Field, FormProblem, PasswordInput, Toast, icons};
use crate::i18n::{problem_text, say, t, tr};
use crate::pages::Page;
use crate::routes;
use crate::state::{app, ask};

/// The problems of a refusal; what kind of no it is, when it names none.
pub fn problems_of(error: &ApiError) -> Vec<Problem> {
    match error {
        ApiError::Refused(envelope) if !envelope.problems.is_empty() => envelope.problems.clone(),
        other => vec![Problem::new(other.message_key())],
    }
}

/// Problems of a form by their place: those of one field, and those that have none on this form.
#[derive(Clone, Copy)]
pub struct Problems(pub RwSignal<Vec<Problem>>);

impl Problems {
    pub fn none() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    pub fn at(self, field: &'static str) -> Signal<Option<String>> {
        let of_field = move |problem: &&Problem| problem.field.as_deref() == Some(field);
        Signal::derive(move || self.0.with(|problems| problems.iter().find(of_field).map(problem_text)))
    }

    pub fn rest(self, placed: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.0.with(|problems| {
                let elsewhere = |problem: &&Problem| {
                    !problem.field.as_deref().is_some_and(|field| placed.contains(&field))
                };
                let texts: Vec<String> = problems.iter().filter(elsewhere).map(problem_text).collect();
                (!texts.is_empty()).then(|| texts.join(" · "))
            })
        })
    }
}

#[component]
pub fn Password() -> impl IntoView {
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let navigate = StoredValue::new_local(use_navigate());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let request = ChangePasswordRequest { old: old.get_untracked(), new: new.get_untracked() };
            let reply = ask::<domain::api::ChangePassword>(&[], &request).await;
            pending.set(false);
            match reply {
                Ok(_) => {
                    app()
                        .toasts
                        .show(Toast::new(say("settings.password.changed", &[])).with_icon(icons::CHECK));
                    navigate.try_with_value(|navigate| navigate(routes::MORE, Default::default()));
                }
                Err(error) => problems.0.set(problems_of(&error)),
            }
        });
    };
    let help = move || tr("auth.field.password.help", &[("min", &PASSWORD_MIN.to_string())]);
    view! {
        <Page title=t("settings.password") back=routes::MORE>
            <form class="card form" novalidate on:submit=submit>
                <FormProblem problem=problems.rest(&["old", "new", "password"]) />
                <Field label=t("settings.password.old") required=true problem=problems.at("old")>
                    <PasswordInput value=old autocomplete="current-password" show=t("auth.password.show") hide=t("auth.password.hide") />
                </Field>
                <Field label=t("settings.password.new") help required=true problem=problems.at("new")>
                    <PasswordInput value=new autocomplete="new-password" show=t("auth.password.show") hide=t("auth.password.hide") />
                </Field>
                <p class="field-help">{t("settings.password.help")}</p>
                <Button label=t("auth.reset.submit") kind=ButtonKind::Primary submit=true block=true pending />
            </form>
        </Page>
    }
}
