use domain::api::ResetPassword;
use domain::api::account::{PASSWORD_MIN, ResetRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::password::{Problems, problems_of};
use crate::api;
use crate::components::{Button, ButtonKind, Field, FormProblem, PasswordInput, Toast, icons};
use crate::i18n::{say, t, tr};
use crate::pages::account::Entry;
use crate::routes;
use crate::state::{app, session};

/// Where the link of an administrator (`cargo xtask reset-link`) leads: a new password, then signing in with it.
#[component]
pub fn Reset() -> impl IntoView {
    let params = use_params_map();
    let password = RwSignal::new(String::new());
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
            let token = params.with_untracked(|params| params.get("token").unwrap_or_default());
            let reply =
                api::call::<ResetPassword>(&[], &ResetRequest { token, password: password.get_untracked() })
                    .await;
            pending.set(false);
            match reply {
                Ok(_) => {
                    // The new password ended every session, this device's too.
                    session::lost();
                    app()
                        .toasts
                        .show(Toast::new(say("settings.password.changed", &[])).with_icon(icons::CHECK));
                    let options = leptos_router::NavigateOptions { replace: true, ..Default::default() };
                    navigate.try_with_value(|navigate| navigate(routes::SIGN_IN, options));
                }
                Err(error) => problems.0.set(problems_of(&error)),
            }
        });
    };
    let help = move || tr("auth.field.password.help", &[("min", &PASSWORD_MIN.to_string())]);
    view! {
        <Entry title="auth.reset.title" lead="auth.reset.lead">
            <div class="entry-card">
                <form class="form" novalidate on:submit=submit>
                    <FormProblem problem=problems.rest(&["password"]) />
                    <Field label=t("auth.field.password") help required=true problem=problems.at("password")>
                        <PasswordInput value=password autocomplete="new-password" show=t("auth.password.show") hide=t("auth.password.hide") />
                    </Field>
                    <Button label=t("auth.reset.submit") kind=ButtonKind::Primary submit=true block=true pending />
                </form>
            </div>
        </Entry>
    }
}
