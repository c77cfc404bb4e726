use domain::api::account::SignInRequest;
use leptos::prelude::*;
use leptos_router::components::A;

use super::{Entry, Sending};
use crate::components::{Button, ButtonKind, Field, FormProblem, PasswordInput, TextInput};
use crate::i18n::{problem_text, t};
use crate::routes;

#[component]
pub fn SignIn() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let sending = Sending::<domain::api::SignIn>::new(|_| {});
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = SignInRequest {
            email: email.get_untracked(),
            password: password.get_untracked(),
            workspace: None,
        };
        sending.send(request);
    };
    let problem =
        move |field: &'static str| Signal::derive(move || sending.problem(field).as_ref().map(problem_text));
    view! {
        <Entry title="auth.sign_in.title" lead="auth.sign_in.lead">
            <div class="entry-card">
                <form class="form" novalidate on:submit=submit>
                    <FormProblem problem=sending.summary() />
                    <Field label=t("auth.field.email") required=true problem=problem("email")>
                        <TextInput value=email kind="email" autocomplete="username" inputmode="email" />
                    </Field>
                    <Field label=t("auth.field.password") required=true problem=problem("password")>
                        <PasswordInput
                            value=password
                            autocomplete="current-password"
                            show=t("auth.password.show")
                            hide=t("auth.password.hide")
                        />
                    </Field>
                    <Button
                        label=t("auth.sign_in.submit")
                        kind=ButtonKind::Primary
                        submit=true
                        block=true
                        pending=sending.pending
                    />
                </form>
            </div>
            <p class="entry-switch">
                {t("auth.sign_in.no_account")} <A href=routes::SIGN_UP>{t("auth.sign_up.title")}</A>
            </p>
        </Entry>
    }
}
