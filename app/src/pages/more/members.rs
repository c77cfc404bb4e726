use domain::access::{Permission, REP};
use domain::api::account::InviteRequest;
use domain::api::record::{ListRequest, PAGE_MAX, RecordBody};
use domain::api::{Invite, ListRecords};
use domain::ids::Id;
use domain::schema::builtin::user::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::password::{Problems, problems_of};
use crate::components::{
    Avatar, Badge, Button, ButtonKind, Choice, EmptyState, Field, FormProblem, LinkRow, Select, Sheet,
    SkeletonRows, TextInput, Toast, Tone, icons,
};
use crate::i18n::{label, say, t};
use crate::pages::{Page, Width};
use crate::routes;
use crate::state::loader::load;
use crate::state::names::name_of;
use crate::state::session::{role, schema};
use crate::state::{app, ask};

/// Whom an invitation is for: somebody new, or somebody known from imported records.
#[derive(Clone, Default, PartialEq)]
struct Guest {
    user: Option<Id>,
    name: String,
    role: String,
    team: String,
}

/// The people of the workspace, by whether they can sign in.
#[component]
pub fn Members() -> impl IntoView {
    let list =
        || ListRequest { limit: Some(PAGE_MAX), sort: Some("name".to_owned()), ..ListRequest::default() };
    let people = load::<ListRecords>(move || Some((vec!["user".to_owned()], list())));
    let teams = load::<ListRecords>(move || Some((vec!["team".to_owned()], list())));
    let inviting = RwSignal::new(false);
    let guest = RwSignal::new(Guest::default());
    let may = move || role().is_some_and(|role| role.may(Permission::ManageUsers));
    let invite = move |who: Guest| {
        guest.set(who);
        inviting.set(true);
    };
    let groups = move || {
        let Some(reply) = people.value.get() else {
            return match people.error.get() {
                Some(error) => view! { <EmptyState drawing=icons::OFFLINE title=t("error.panel") body=t(error.message_key()) /> }.into_any(),
                None => view! { <SkeletonRows count=5 /> }.into_any(),
            };
        };
        let of = |state: &'static str, title: &'static str| {
            let found: Vec<RecordBody> =
                reply.records.iter().filter(|person| text(person, "status") == state).cloned().collect();
            (!found.is_empty()).then(|| {
                let row = move |person: RecordBody| view! { <Person person may=Signal::derive(may) invite=Callback::new(invite) /> };
                view! {
                    <section>
                        <h2 class="group-title">{t(title)}</h2>
                        <ul class="group">{found.into_iter().map(row).collect_view()}</ul>
                    </section>
                }
            })
        };
        view! {
            {of(status::ACTIVE, "members.active")}
            {of(status::INVITED, "members.pending")}
            {of(status::INACTIVE, "members.inactive")}
        }
        .into_any()
    };
    let team_choices = Signal::derive(move || {
        let found = teams.value.with(|reply| {
            let teams = reply.as_ref().map(|reply| {
                reply
                    .records
                    .iter()
                    .map(|team| Choice::new(team.id.to_string(), text(team, "name")))
                    .collect::<Vec<_>>()
            });
            teams.unwrap_or_default()
        });
        std::iter::once(Choice::new("", t("field.none"))).chain(found).collect::<Vec<_>>()
    });
    view! {
        <Page title=t("members.title") back=routes::MORE width=Width::Column>
            <div class="stack">
                <Show when=may>
                    <div class="btn-row">
                        <Button label=t("members.invite") kind=ButtonKind::Primary drawing=icons::INVITE on_press=move |()| invite(Guest::default()) />
                    </div>
                </Show>
                {groups}
                <div class="group">
                    <LinkRow href=routes::records("team") title=t("members.teams") />
                </div>
            </div>
            <Sheet open=inviting title=t("members.invite") close=t("action.close")>
                <InviteForm guest=guest.get_untracked() teams=team_choices />
            </Sheet>
        </Page>
    }
}

fn text(record: &RecordBody, field: &str) -> String {
    record.values.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

#[component]
fn Person(person: RecordBody, may: Signal<bool>, invite: Callback<Guest>) -> impl IntoView {
    let name = text(&person, "name");
    let (role_id, team) = (text(&person, "role"), text(&person, "team"));
    let team_id: Option<Id> = team.parse().ok();
    let sub = move || {
        let role = schema().role(&role_id).map(|role| label(&role.label)).unwrap_or_default();
        let team = team_id.and_then(name_of);
        [Some(role), team]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let myself = app().session.with_untracked(|session| session.as_ref().map(|session| session.user))
        == Some(person.id);
    let active = text(&person, "status") == status::ACTIVE;
    let who = Guest { user: Some(person.id), name: name.clone(), role: text(&person, "role"), team };
    view! {
        <li class="member">
            <LinkRow href=routes::record("user", &person.id.to_string()) title=name.clone() sub>
                <Avatar name=name.clone() />
                {myself.then(|| view! { <Badge label=t("members.you") tone=Tone::Accent /> })}
            </LinkRow>
            <Show when=move || may.get() && !active>
                <Button label=t("members.invite_short") kind=ButtonKind::Quiet on_press={
                    let who = who.clone();
                    move |()| invite.run(who.clone())
                } />
            </Show>
        </li>
    }
}

/// Name, address and role; then the link, which is shown this once.
#[component]
fn InviteForm(guest: Guest, teams: Signal<Vec<Choice>>) -> impl IntoView {
    let name = RwSignal::new(guest.name.clone());
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(if guest.role.is_empty() { REP.to_owned() } else { guest.role.clone() });
    let team = RwSignal::new(guest.team.clone());
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let link = RwSignal::new(None::<String>);
    let user = guest.user;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let request = InviteRequest {
                user,
                name: name.get_untracked(),
                email: email.get_untracked(),
                role: role.get_untracked(),
                team: team.get_untracked().parse().ok(),
            };
            let reply = ask::<Invite>(&[], &request).await;
            pending.set(false);
            match reply {
                Ok(reply) => {
                    let origin = window().location().origin().unwrap_or_default();
                    link.set(Some(format!("{origin}{}", reply.path)));
                    app().refresh.update(|count| *count += 1);
                }
                Err(error) => problems.0.set(problems_of(&error)),
            }
        });
    };
    let roles = Signal::derive(|| {
        schema().roles.iter().map(|role| Choice::new(role.id.clone(), label(&role.label))).collect::<Vec<_>>()
    });
    let form = move || {
        view! {
            <form class="form" novalidate on:submit=submit>
                <FormProblem problem=problems.rest(&["name", "email", "role", "team"]) />
                <Field label=t("members.invite.name") required=true problem=problems.at("name")>
                    <TextInput value=name autocomplete="off" />
                </Field>
                <Field label=t("auth.field.email") required=true problem=problems.at("email")>
                    <TextInput value=email kind="email" autocomplete="off" inputmode="email" />
                </Field>
                <Field label=t("members.invite.role") problem=problems.at("role")>
                    <Select value=role choices=roles on_choose=move |chosen| role.set(chosen) />
                </Field>
                <Field label=t("members.invite.team") problem=problems.at("team")>
                    <Select value=team choices=teams on_choose=move |chosen| team.set(chosen) />
                </Field>
                <Button label=t("members.invite.create") kind=ButtonKind::Primary submit=true block=true pending />
            </form>
        }
    };
    view! {
        {move || match link.get() {
            None => form().into_any(),
            Some(link) => view! { <Link link /> }.into_any(),
        }}
    }
}

#[component]
fn Link(link: String) -> impl IntoView {
    let shown = RwSignal::new(link.clone());
    let copy = move |()| {
        let link = link.clone();
        spawn_local(async move {
            // Without permission the text stands there to be copied by hand.
            if JsFuture::from(window().navigator().clipboard().write_text(&link)).await.is_ok() {
                app().toasts.show(Toast::new(say("action.copied", &[])).with_icon(icons::CHECK));
            }
        });
    };
    view! {
        <div class="form">
            <Field label=t("members.invite.link") help=t("members.invite.link.help")>
                <TextInput value=shown />
            </Field>
            <Button label=t("action.copy") kind=ButtonKind::Primary drawing=icons::COPY block=true on_press=copy />
        </div>
    }
}
