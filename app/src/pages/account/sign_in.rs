use domain::api::account::{Entrance, SignInRequest};
use domain::api::{Empty, SignOut};
use domain::ids::Id;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;

use super::{Entry, Next, Sending};
use crate::api;
use crate::components::{
    Avatar, AvatarShape, Button, ButtonKind, ButtonRow, Field, FormProblem, PasswordInput, TextInput,
};
use crate::i18n::{problem_text, t};
use crate::routes;

#[component]
pub fn SignIn() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    // Where else this person may go, and where they have just been let in.
    let entrances = RwSignal::new(Vec::<Entrance>::new());
    let chosen = RwSignal::new(None::<Id>);
    let sending = Sending::<domain::api::SignIn>::new(move |reply| {
        if chosen.get_untracked().is_some() || reply.entrances.len() < 2 {
            return Next::Enter;
        }
        entrances.set(reply.entrances.clone());
        Next::Ask
    });
    let send = move || {
        sending.send(SignInRequest {
            email: email.get_untracked(),
            password: password.get_untracked(),
            workspace: chosen.get_untracked(),
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let choose = move |workspace: Id| {
        chosen.set(Some(workspace));
        spawn_local(async move {
            // The session that asked the question; failing to end it leaves it in the list of sessions.
            let _ = api::call::<SignOut>(&[], &Empty {}).await;
            send();
        });
    };
    // The form that had the focus has made place for them.
    let question = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(question) = question.get() {
            let _ = question.focus();
        }
    });
    let choosing = Memo::new(move |_| entrances.with(|entrances| entrances.len() > 1));
    let choices = move || {
        let row = |entrance: Entrance| {
            let workspace = entrance.workspace;
            // Its logo is for who is in; at the door a letter does.
            let name = entrance.name.clone();
            view! {
                <ButtonRow title=entrance.name on_press=move |()| choose(workspace)>
                    <Avatar name shape=AvatarShape::Square />
                </ButtonRow>
            }
        };
        entrances.get().into_iter().map(row).collect_view()
    };
    let problem =
        move |field: &'static str| Signal::derive(move || sending.problem(field).as_ref().map(problem_text));
    view! {
        <Entry title="auth.sign_in.title" lead="auth.sign_in.lead">
            <Show when=move || choosing.get()>
                <section class="entry-card" aria-labelledby="entrances-title">
                    <h2 class="card-title" id="entrances-title" tabindex="-1" node_ref=question>
                        {t("auth.workspace.choose")}
                    </h2>
                    <FormProblem problem=sending.summary() />
                    <div class="group">{choices}</div>
                </section>
            </Show>
            <div class="entry-card" hidden=choosing>
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
            <p class="entry-switch" hidden=choosing>
                {t("auth.sign_in.no_account")} <A href=routes::SIGN_UP>{t("auth.sign_up.title")}</A>
            </p>
        </Entry>
    }
}
