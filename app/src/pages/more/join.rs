use domain::api::account::{AcceptRequest, InvitationReply, PASSWORD_MIN};
use domain::api::{AcceptInvitation, Empty, GetInvitation};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::api::{self, ApiError};
use crate::components::{Button, ButtonKind, Field, FormProblem, PasswordInput, SkeletonText};
use crate::i18n::{problem_text, t, tr};
use crate::pages::account::{Entry, Next, Sending};
use crate::routes;

/// Where an invitation leads: which workspace, as whom, and the password to come in with.
#[component]
pub fn Join() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let invitation = RwSignal::new(None::<Result<InvitationReply, ApiError>>);
    Effect::new(move |_| {
        let token = token.get();
        spawn_local(async move {
            let reply = api::call::<GetInvitation>(&[&token], &Empty {}).await;
            invitation.try_set(Some(reply));
        });
    });
    let content = move || match invitation.get() {
        None => view! { <SkeletonText lines=4 /> }.into_any(),
        Some(Ok(invitation)) => view! { <Form token=token.get_untracked() invitation /> }.into_any(),
        Some(Err(error)) => {
            let key = if error.is_passing() { error.message_key() } else { "auth.join.invalid" };
            view! {
                <FormProblem problem=Signal::derive(move || Some(tr(key, &[]))) />
                <p class="entry-switch">
                    <A href=routes::SIGN_IN>{t("auth.sign_in.title")}</A>
                </p>
            }
            .into_any()
        }
    };
    view! {
        <Entry title="auth.join.page" lead="app.tagline">
            <div class="entry-card">{content}</div>
        </Entry>
    }
}

#[component]
fn Form(token: String, invitation: InvitationReply) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let known = invitation.known;
    let sending = Sending::<AcceptInvitation>::with_parts(move || vec![token.clone()], |_| Next::Enter);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        sending.send(AcceptRequest { password: password.get_untracked() });
    };
    let title = move || tr("auth.join.title", &[("workspace", &invitation.workspace_name)]);
    let lead = move || tr("auth.join.lead", &[("name", &invitation.name), ("email", &invitation.email)]);
    let help = move || {
        if known {
            tr("auth.join.known", &[])
        } else {
            tr("auth.field.password.help", &[("min", &PASSWORD_MIN.to_string())])
        }
    };
    let problem = Signal::derive(move || sending.problem("password").as_ref().map(problem_text));
    view! {
        <form class="form" novalidate on:submit=submit>
            <div class="stack stack-tight">
                <h2>{title}</h2>
                <p class="soft">{lead}</p>
            </div>
            <FormProblem problem=sending.summary() />
            <Field label=t("auth.field.password") help required=true problem>
                <PasswordInput
                    value=password
                    autocomplete=if known { "current-password" } else { "new-password" }
                    show=t("auth.password.show")
                    hide=t("auth.password.hide")
                />
            </Field>
            <Button label=t("auth.join.submit") kind=ButtonKind::Primary submit=true block=true pending=sending.pending />
        </form>
    }
}
