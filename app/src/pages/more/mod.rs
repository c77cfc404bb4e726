//! Everything that is not daily: other kinds of records, the workspace, oneself, and the links by which people come in.

mod appearance;
mod join;
mod members;
mod password;
mod person;
mod reminders;
mod reset;
mod sessions;

pub use appearance::Appearance;
pub use join::Join;
pub use members::Members;
pub use password::{Password, Problems, problems_of};
pub use reminders::Reminders;
pub use reset::Reset;
pub use sessions::Sessions;

use domain::access::{Act, Level, Permission};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{
    Avatar, AvatarShape, Button, ButtonKind, ButtonRow, Group, Icon, LinkRow, Sheet, Toast, icon, icons,
};
use crate::i18n::{format, label, say, t, tr};
use crate::pages::Page;
use crate::pages::account::logo_address;
use crate::routes;
use crate::state::session::{role, schema, sign_out};
use crate::state::{app, push};

/// Kinds of record that have a place of their own in the menu.
const IN_THE_MENU: [&str; 1] = ["account"];

#[component]
pub fn More() -> impl IntoView {
    let row = |href: String, title: &'static str, sub: Option<&'static str>, drawing: Icon| {
        view! {
            <LinkRow href title=t(title) sub=sub.map(t).map(TextProp::from).unwrap_or_else(|| TextProp::from(""))>
                <span class="row-icon">{icon(drawing)}</span>
            </LinkRow>
        }
    };
    let may = |permission: Permission| role().is_some_and(|role| role.may(permission));
    let sets_rates = || role().is_some_and(|role| role.level("rate", Act::Update) == Level::All);
    view! {
        <Page title=t("more.title")>
            <div class="stack">
                <Who />
                <Group title=t("more.records")>{records}</Group>
                <Group title=t("more.workspace")>
                    {move || may(Permission::Import).then(|| row(routes::IMPORT.to_owned(), "settings.import", Some("settings.import.help"), icons::IMPORT))}
                    {move || {
                        may(Permission::Define)
                            .then(|| {
                                view! {
                                    {row(routes::fields("account"), "settings.fields", Some("settings.fields.help"), icons::FIELDS)}
                                    {row(routes::PIPELINES.to_owned(), "settings.pipelines", Some("settings.pipelines.help"), icons::PIPELINE)}
                                    {row(routes::ROLES.to_owned(), "settings.roles", Some("settings.roles.help"), icons::ROLE)}
                                }
                            })
                    }}
                    {row(routes::MEMBERS.to_owned(), "settings.members", Some("settings.members.help"), icons::INVITE)}
                    {row(routes::TEAMS.to_owned(), "settings.teams", Some("settings.teams.help"), icons::TEAM)}
                    {move || {
                        (may(Permission::Define) || sets_rates())
                            .then(|| row(routes::WORKSPACE.to_owned(), "settings.workspace", Some("settings.workspace.help"), icons::SETTINGS))
                    }}
                </Group>
                <Group title=t("more.you")>
                    {row(routes::APPEARANCE.to_owned(), "settings.appearance", None, icons::THEME)}
                    {row(routes::REMINDERS.to_owned(), "settings.reminders", Some("settings.reminders.help"), icons::BELL)}
                    {row(routes::SESSIONS.to_owned(), "settings.sessions", Some("settings.sessions.help"), icons::DEVICE)}
                    {row(routes::PASSWORD.to_owned(), "settings.password", None, icons::LOCK)}
                    <SignOut />
                </Group>
            </div>
        </Page>
    }
}

/// Kinds of record one may see, apart from those of the menu.
fn records() -> impl IntoView {
    let schema = schema();
    let Some(role) = role() else { return ().into_any() };
    let shown = schema.entities.iter().filter(|entity| {
        entity.listed
            && !IN_THE_MENU.contains(&entity.id.as_str())
            && role.level(&entity.id, Act::View) != Level::None
    });
    let row = |entity: &domain::schema::Entity| {
        let drawing = match entity.id.as_str() {
            "lead" => icons::LEAD,
            "contact" => icons::CONTACT,
            "deal" => icons::DEAL,
            "task" => icons::TASK,
            "product" => icons::PRODUCT,
            _ => icons::FIELDS,
        };
        view! {
            <LinkRow href=routes::records(&entity.id) title=label(&entity.plural)>
                <span class="row-icon">{icon(drawing)}</span>
            </LinkRow>
        }
    };
    shown.map(row).collect_view().into_any()
}

/// Who is signed in, and where.
#[component]
fn Who() -> impl IntoView {
    let session = app().session;
    move || {
        session.get().map(|session| {
            let role_name = {
                let id = session.role.clone();
                move || schema().role(&id).map(|role| label(&role.label)).unwrap_or_default()
            };
            let workspace = move || schema().workspace.name.clone();
            view! {
                <section class="record-head">
                    <Avatar name=session.name.clone() shape=AvatarShape::Large />
                    <div class="record-name">
                        <h2 class="truncate">{session.name.clone()}</h2>
                        <p class="record-sub truncate">{session.email.clone()}</p>
                        <p class="record-sub truncate">{move || format!("{} · {}", workspace(), role_name())}</p>
                    </div>
                    {move || {
                        logo_address().map(|address| view! { <img class="who-logo" src=address alt=schema().workspace.name.clone() /> })
                    }}
                </section>
            }
        })
    }
}

/// Signing out loses what has not been sent, so it is asked about first.
#[component]
fn SignOut() -> impl IntoView {
    let asking = RwSignal::new(false);
    let pending = RwSignal::new(false);
    let waiting = Memo::new(move |_| {
        app().items.with(|items| items.iter().filter(|item| item.waits() || item.needs_a_decision()).count())
    });
    let leave = move || {
        pending.set(true);
        spawn_local(async move {
            // Reminders name customers: whoever uses this browser next is not to see them. What cannot be reached
            // keeps nobody from leaving.
            let _ = push::forget_at_server().await;
            // The page is gone when it works.
            let left = sign_out().await;
            if left.is_ok() {
                push::forget_here().await;
            }
            if let Err(error) = left {
                app().toasts.show(Toast::new(say(error.message_key(), &[])).with_icon(icons::ALERT));
                pending.try_set(false);
            }
        });
    };
    let press = move |()| if waiting.get_untracked() == 0 { leave() } else { asking.set(true) };
    view! {
        <div>
        <ButtonRow title=t("auth.sign_out") danger=true on_press=press>
            <span class="row-icon">{icon(icons::SIGN_OUT)}</span>
        </ButtonRow>
        <Sheet
            open=asking
            title=t("auth.sign_out")
            close=t("action.close")
            foot=move || {
                view! {
                    <Button label=t("action.cancel") on_press=move |()| asking.set(false) />
                    <Button label=t("auth.sign_out") kind=ButtonKind::Danger pending on_press=move |()| leave() />
                }
            }
        >
            <p>{move || tr("auth.sign_out.waiting", &[("count", &format::number(waiting.get() as i64))])}</p>
        </Sheet>
        </div>
    }
}
