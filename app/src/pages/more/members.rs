//! The people of a workspace: who can come in, as what, and the names that only own imported records so far.

use domain::access::Permission;
use domain::api::Invite;
use domain::api::account::InviteRequest;
use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::schema::builtin::user::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::password::{Problems, problems_of};
use super::person::PersonForm;
use crate::components::{
    Avatar, Badge, Button, ButtonKind, Choice, Field, FormProblem, LinkRow, Select, Sheet, TextInput, Toast,
    Tone, icon, icons, mark_page,
};
use crate::i18n::{label, say, t};
use crate::pages::admin::everything::{everything, text};
use crate::pages::admin::{sight_of, usual_role};
use crate::pages::{Page, Width, open_while};
use crate::routes;
use crate::state::names::name_of;
use crate::state::session::{me, role, schema};
use crate::state::{app, ask};

/// Whom an invitation is for: somebody new, or somebody known from imported records.
#[derive(Clone, Default, PartialEq)]
pub struct Guest {
    user: Option<Id>,
    name: String,
    email: String,
    role: String,
    team: String,
}

impl Guest {
    pub fn of(person: &RecordBody) -> Self {
        Self {
            user: Some(person.id),
            name: text(person, "name"),
            email: text(person, "email"),
            role: text(person, "role"),
            team: text(person, "team"),
        }
    }
}

/// The people of the workspace, by whether they can sign in.
#[component]
pub fn Members() -> impl IntoView {
    mark_page("no-add", || true);
    let (people, teams) = (everything("user", "name"), everything("team", "name"));
    let inviting = RwSignal::new(false);
    let guest = RwSignal::new(Guest::default());
    let looking = RwSignal::new(None::<RecordBody>);
    let open = open_while(looking);
    let may = Signal::derive(move || role().is_some_and(|role| role.may(Permission::ManageUsers)));
    let invite = move |who: Guest| {
        looking.set(None);
        guest.set(who);
        inviting.set(true);
    };
    let groups = move || {
        if let Some(pending) = people.pending() {
            return pending;
        }
        let everybody = people.list();
        let of = |states: &[&str], entered: Option<bool>, title: &'static str| {
            let belongs = |person: &&RecordBody| {
                let joined = person.values.contains_key("joined_at");
                states.contains(&text(person, "status").as_str())
                    && entered.is_none_or(|entered| entered == joined)
            };
            let found: Vec<RecordBody> = everybody.iter().filter(belongs).cloned().collect();
            (!found.is_empty()).then(|| {
                let row = move |person: RecordBody| view! { <Person person may looking /> };
                view! {
                    <section>
                        <h2 class="group-title">{t(title)}</h2>
                        <ul class="group">{found.into_iter().map(row).collect_view()}</ul>
                    </section>
                }
            })
        };
        view! {
            {of(&[status::ACTIVE], None, "members.active")}
            {of(&[status::INVITED], None, "members.pending")}
            {of(&[status::INACTIVE], Some(false), "members.names")}
            {of(&[status::INACTIVE], Some(true), "members.inactive")}
        }
        .into_any()
    };
    let team_choices = Signal::derive(move || {
        let named =
            teams.list().into_iter().map(|team| Choice::new(team.id.to_string(), text(&team, "name")));
        std::iter::once(Choice::new("", t("field.none"))).chain(named).collect::<Vec<_>>()
    });
    let title =
        move || looking.with(|person| person.as_ref().map(|person| text(person, "name")).unwrap_or_default());
    view! {
        <Page title=t("members.title") back=routes::MORE width=Width::Column>
            <div class="stack">
                <Show when=move || may.get()>
                    <div class="btn-row">
                        <Button label=t("members.invite") kind=ButtonKind::Primary drawing=icons::INVITE on_press=move |()| invite(Guest::default()) />
                    </div>
                </Show>
                {groups}
                <div class="group">
                    <LinkRow href=routes::TEAMS title=t("members.teams")>
                        <span class="row-icon">{icon(icons::TEAM)}</span>
                    </LinkRow>
                </div>
            </div>
            <Sheet open=inviting title=t("members.invite") close=t("action.close")>
                <InviteForm guest=guest.get_untracked() teams=team_choices />
            </Sheet>
            <Sheet open title close=t("action.close")>
                {move || looking.get().map(|person| {
                    let sight = untrack(|| sight_of(&teams.list(), &people.list()));
                    view! { <PersonForm person teams=team_choices sight open on_invite=invite /> }
                })}
            </Sheet>
        </Page>
    }
}

#[component]
fn Person(person: RecordBody, may: Signal<bool>, looking: RwSignal<Option<RecordBody>>) -> impl IntoView {
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
    let myself = me() == Some(person.id);
    let content = view! {
        <Avatar name=name.clone() />
        <span class="row-text">
            <span class="row-title">{name}</span>
            <span class="row-sub">{sub}</span>
        </span>
        {myself.then(|| view! { <Badge label=t("members.you") tone=Tone::Accent /> })}
    };
    // Who manages nobody looks at the record like at any other.
    if may.get_untracked() {
        view! {
            <li class="member">
                <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| looking.set(Some(person.clone()))>
                    {content}
                    <span class="row-end">{icon(icons::CHEVRON)}</span>
                </button>
            </li>
        }
        .into_any()
    } else {
        view! {
            <li class="member">
                <leptos_router::components::A href=routes::record("user", &person.id.to_string()) attr:class="row">
                    {content}
                </leptos_router::components::A>
            </li>
        }
        .into_any()
    }
}

/// Name, address and role; then the link, which is shown this once.
#[component]
fn InviteForm(guest: Guest, teams: Signal<Vec<Choice>>) -> impl IntoView {
    let name = RwSignal::new(guest.name.clone());
    let email = RwSignal::new(guest.email.clone());
    let role = RwSignal::new(if guest.role.is_empty() { usual_role() } else { guest.role.clone() });
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
                {user.map(|_| view! { <p class="field-help">{t("members.invite.known")}</p> })}
                <FormProblem problem=problems.rest(&["name", "email", "role", "team"]) />
                <Field label=t("members.invite.name") required=true problem=problems.at("name")>
                    <TextInput value=name autocomplete="off" />
                </Field>
                <Field label=t("auth.field.email") required=true problem=problems.at("email")>
                    <TextInput value=email kind="email" autocomplete="off" inputmode="email" />
                </Field>
                <Field label=t("members.invite.role") help=t("members.invite.role.help") problem=problems.at("role")>
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
