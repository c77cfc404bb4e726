//! How one wants to be reminded, and over what. Every change is saved at once.

mod bots;
mod browsers;
mod feed;
mod reach;

use std::collections::BTreeSet;

use domain::access::{Act, Level};
use domain::api::notification::{RemindersReply, SetRemindersRequest, TestRequest};
use domain::api::{Empty, GetReminders, RemoveChannel, SetReminders, TestReminder};
use domain::ids::Id;
use domain::reminder::{Channel, Kind, LEADS, Quiet, Settings};
use domain::time::TimeOfDay;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::password::{Problems, problems_of};
use crate::components::{
    CheckChips, ChipGroup, Choice, Field, FormProblem, SkeletonRows, Switch, TextInput, Toast, icon, icons,
};
use crate::i18n::{say, t, tr};
use crate::pages::notifications::channel_key;
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::loader::load;
use crate::state::session::role;
use crate::state::{app, ask};
use bots::Bots;
use browsers::Browsers;
use feed::Feed;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Wishes {
    /// As they stand on the screen.
    settings: RwSignal<Settings>,
    /// As the server has them.
    saved: StoredValue<Settings>,
    saving: StoredValue<bool>,
    problems: Problems,
}

impl Wishes {
    /// Changes a setting and saves it; what is changed meanwhile goes with the next save.
    fn change(self, change: impl FnOnce(&mut Settings)) {
        self.settings.update(change);
        if self.saving.get_value() {
            return;
        }
        self.saving.set_value(true);
        spawn_local(async move {
            while let Some(settings) = self.settings.try_get_untracked() {
                if self.saved.try_get_value().is_none_or(|saved| saved == settings) {
                    break;
                }
                match ask::<SetReminders>(&[], &SetRemindersRequest { settings: settings.clone() }).await {
                    Ok(_) => {
                        self.saved.try_set_value(settings);
                        self.problems.0.try_set(Vec::new());
                    }
                    Err(error) => {
                        self.problems.0.try_set(problems_of(&error));
                        // What was not taken does not stay as if it were.
                        if let Some(saved) = self.saved.try_get_value() {
                            self.settings.try_set(saved);
                        }
                    }
                }
            }
            self.saving.try_set_value(false);
        });
    }
}

/// Reads the channels again.
fn again() {
    app().refresh.update(|count| *count += 1);
}

fn tell(key: &str, drawing: crate::components::Icon) {
    app().toasts.show(Toast::new(say(key, &[])).with_icon(drawing));
}

/// Sends a trial over a channel, mail without one, and says what became of it.
fn try_channel(channel: Option<Id>, pending: RwSignal<bool>) {
    pending.set(true);
    spawn_local(async move {
        let reply = ask::<TestReminder>(&[], &TestRequest { channel }).await;
        pending.try_set(false);
        match reply {
            Ok(reply) if reply.sent => tell("reminders.test.sent", icons::CHECK),
            Ok(reply) => {
                let reason = reply.reason.unwrap_or_default();
                let said = say("reminders.test.failed", &[("reason", &reason)]);
                app().toasts.show(Toast::new(said).with_icon(icons::ALERT));
            }
            Err(error) => tell(error.message_key(), icons::ALERT),
        }
    });
}

fn remove_channel(channel: Id) {
    spawn_local(async move {
        match ask::<RemoveChannel>(&[&channel.to_string()], &Empty {}).await {
            Ok(_) => tell("reminders.removed.toast", icons::CHECK),
            Err(error) => tell(error.message_key(), icons::ALERT),
        }
        again();
    });
}

#[component]
pub fn Reminders() -> impl IntoView {
    let loader = load::<GetReminders>(|| Some((Vec::new(), Empty {})));
    let reply = Signal::derive(move || loader.value.get());
    let here = Memo::new(move |_| reply.with(Option::is_some));
    view! {
        <Page title=t("settings.reminders") back=routes::MORE>
            {move || {
                if here.get() {
                    let settings = reply.with_untracked(|reply| reply.as_ref().map(|reply| reply.settings.clone()));
                    view! { <Known reply settings=settings.unwrap_or_default() /> }.into_any()
                } else if let Some(error) = loader.error.get() {
                    view! { <Unread error /> }.into_any()
                } else {
                    view! { <SkeletonRows count=6 /> }.into_any()
                }
            }}
        </Page>
    }
}

type Reply = Signal<Option<std::sync::Arc<RemindersReply>>>;

#[component]
fn Known(reply: Reply, settings: Settings) -> impl IntoView {
    let wishes = Wishes {
        settings: RwSignal::new(settings.clone()),
        saved: StoredValue::new(settings),
        saving: StoredValue::new(false),
        problems: Problems::none(),
    };
    // Another device may have set them otherwise.
    Effect::new(move |_| {
        let Some(reply) = reply.get() else { return };
        if !wishes.saving.get_value() {
            wishes.saved.set_value(reply.settings.clone());
            if wishes.settings.with_untracked(|settings| *settings != reply.settings) {
                wishes.settings.set(reply.settings.clone());
            }
        }
    });
    view! {
        <div class="stack">
            <FormProblem problem=wishes.problems.rest(&["lead_minutes", "day_at", "quiet", "morning", "evening"]) />
            <Browsers reply />
            <Mail reply />
            <Kinds reply wishes />
            <When wishes />
            <Digests wishes />
            <Bots reply />
            <Feed reply />
        </div>
    }
}

#[component]
fn Mail(reply: Reply) -> impl IntoView {
    let pending = RwSignal::new(false);
    let address = Memo::new(move |_| reply.with(|reply| reply.as_ref().and_then(|reply| reply.mail.clone())));
    view! {
        <section>
            <h2 class="group-title">{t("reminders.channel.mail")}</h2>
            <div class="group">
                <div class="row">
                    <span class="row-icon">{icon(icons::MAIL)}</span>
                    <span class="row-text">
                        <span class="row-title">{move || address.get().unwrap_or_else(|| tr("reminders.mail.none", &[]))}</span>
                    </span>
                    <Show when=move || address.with(Option::is_some)>
                        <crate::components::Button
                            label=t("reminders.test")
                            pending
                            on_press=move |()| try_channel(None, pending)
                            attr:aria-label=move || crate::i18n::named_action("reminders.test", &tr("reminders.channel.mail", &[]))
                        />
                    </Show>
                </div>
            </div>
        </section>
    }
}

const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::TouchDue => "reminders.kind.touch_due",
        Kind::TaskDue => "reminders.kind.task_due",
        Kind::Assigned => "reminders.kind.assigned",
        Kind::Mentioned => "reminders.kind.mentioned",
        Kind::Morning => "reminders.kind.morning",
        Kind::Evening => "reminders.kind.evening",
        Kind::ChannelDead => "reminders.kind.channel_dead",
    }
}

/// Those who see more than their own have a team's evening to look at.
fn leads() -> bool {
    role().is_some_and(|role| matches!(role.level("deal", Act::View), Level::Team | Level::All))
}

const CHANNELS: [(&str, Channel); 3] =
    [("push", Channel::Push), ("mail", Channel::Mail), ("bot", Channel::Bot)];

#[component]
fn Kinds(reply: Reply, wishes: Wishes) -> impl IntoView {
    let mails =
        Memo::new(move |_| reply.with(|reply| reply.as_ref().is_some_and(|reply| reply.mail.is_some())));
    let choices = Signal::derive(move || {
        let there = CHANNELS.into_iter().filter(|(_, channel)| *channel != Channel::Mail || mails.get());
        there.map(|(code, channel)| Choice::new(code, t(channel_key(channel)))).collect::<Vec<_>>()
    });
    let card = move |kind: Kind| {
        let chosen = Signal::derive(move || {
            let own =
                wishes.settings.with(|settings| settings.channels.get(&kind).cloned().unwrap_or_default());
            let named = CHANNELS.into_iter().filter(|(_, channel)| own.contains(channel));
            named.map(|(code, _)| code.to_owned()).collect::<Vec<_>>()
        });
        let toggle = move |(code, on): (String, bool)| {
            let Some((_, channel)) = CHANNELS.into_iter().find(|(known, _)| *known == code) else { return };
            wishes.change(|settings| {
                let own = settings.channels.entry(kind).or_insert_with(BTreeSet::new);
                if on {
                    own.insert(channel)
                } else {
                    own.remove(&channel)
                };
            });
        };
        view! {
            <div class="reminder-kind">
                <p class="reminder-kind-name">{t(kind_key(kind))}</p>
                <CheckChips label=t(kind_key(kind)) choices chosen on_change=toggle />
            </div>
        }
    };
    view! {
        <section>
            <h2 class="group-title">{t("reminders.kinds")}</h2>
            <p class="group-foot">{t("reminders.kinds.help")}</p>
            <div class="group reminder-kinds">
                {Kind::ALL.into_iter().filter(|kind| *kind != Kind::Evening || leads()).map(card).collect_view()}
            </div>
        </section>
    }
}

/// A text that follows a time of the settings, and sets it as soon as it is a whole one.
fn clock(
    wishes: Wishes,
    read: fn(&Settings) -> Option<TimeOfDay>,
    set: fn(&mut Settings, TimeOfDay),
) -> RwSignal<String> {
    let now = Memo::new(move |_| wishes.settings.with(read));
    let shown = move || now.get().map(|time| time.to_string()).unwrap_or_default();
    let text = RwSignal::new(untrack(shown));
    Effect::new(move |_| {
        let shown = shown();
        if text.with_untracked(|text| *text != shown) {
            text.set(shown);
        }
    });
    Effect::new(move |_| {
        let typed = text.with(|text| TimeOfDay::parse(text));
        if let Some(typed) = typed.filter(|typed| now.get_untracked().is_some_and(|now| now != *typed)) {
            wishes.change(|settings| set(settings, typed));
        }
    });
    text
}

fn at(hour: u16, minute: u16) -> Option<TimeOfDay> {
    TimeOfDay::new(hour, minute)
}

#[component]
fn When(wishes: Wishes) -> impl IntoView {
    let leads = LEADS.map(|minutes| {
        let label = match minutes {
            0 => "reminders.lead.none",
            10 => "reminders.lead.minutes",
            60 => "reminders.lead.hour",
            _ => "reminders.lead.day",
        };
        Choice::new(minutes.to_string(), t(label))
    });
    let choose = move |minutes: String| {
        if let Ok(minutes) = minutes.parse() {
            wishes.change(|settings| settings.lead_minutes = minutes);
        }
    };
    let day_at = clock(wishes, |settings| Some(settings.day_at), |settings, time| settings.day_at = time);
    let from = clock(
        wishes,
        |settings| settings.quiet.map(|quiet| quiet.from),
        |settings, time| {
            if let Some(quiet) = &mut settings.quiet {
                quiet.from = time;
            }
        },
    );
    let to = clock(
        wishes,
        |settings| settings.quiet.map(|quiet| quiet.to),
        |settings, time| {
            if let Some(quiet) = &mut settings.quiet {
                quiet.to = time;
            }
        },
    );
    let quiet = Memo::new(move |_| wishes.settings.with(|settings| settings.quiet.is_some()));
    let toggle = move |on: bool| {
        let usual = at(21, 0).zip(at(8, 0)).map(|(from, to)| Quiet { from, to });
        wishes.change(|settings| settings.quiet = usual.filter(|_| on));
    };
    view! {
        <section>
            <h2 class="group-title">{t("reminders.when")}</h2>
            <div class="card stack">
                <ChipGroup
                    legend=t("reminders.lead")
                    show_legend=true
                    choices=leads.to_vec()
                    value=Signal::derive(move || wishes.settings.with(|settings| settings.lead_minutes.to_string()))
                    on_choose=choose
                />
                <Field label=t("reminders.day_at") help=t("reminders.day_at.help") problem=wishes.problems.at("day_at")>
                    <TextInput value=day_at kind="time" />
                </Field>
                <Switch label=t("reminders.quiet") help=t("reminders.quiet.help") value=quiet on_change=toggle />
                <Show when=move || quiet.get()>
                    <div class="reminder-times">
                        <Field label=t("reminders.quiet.from") problem=wishes.problems.at("quiet")>
                            <TextInput value=from kind="time" />
                        </Field>
                        <Field label=t("reminders.quiet.to")>
                            <TextInput value=to kind="time" />
                        </Field>
                    </div>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Digests(wishes: Wishes) -> impl IntoView {
    let morning = Memo::new(move |_| wishes.settings.with(|settings| settings.morning.is_some()));
    let evening = Memo::new(move |_| wishes.settings.with(|settings| settings.evening.is_some()));
    let morning_at =
        clock(wishes, |settings| settings.morning, |settings, time| settings.morning = Some(time));
    let evening_at =
        clock(wishes, |settings| settings.evening, |settings, time| settings.evening = Some(time));
    view! {
        <section>
            <h2 class="group-title">{t("reminders.digests")}</h2>
            <div class="card stack">
                <Switch
                    label=t("reminders.kind.morning")
                    help=t("reminders.morning.help")
                    value=morning
                    on_change=move |on: bool| wishes.change(|settings| settings.morning = at(8, 30).filter(|_| on))
                />
                <Show when=move || morning.get()>
                    <Field label=t("reminders.morning.at") problem=wishes.problems.at("morning")>
                        <TextInput value=morning_at kind="time" />
                    </Field>
                </Show>
                <Show when=leads>
                    <Switch
                        label=t("reminders.kind.evening")
                        help=t("reminders.evening.help")
                        value=evening
                        on_change=move |on: bool| wishes.change(|settings| settings.evening = at(18, 0).filter(|_| on))
                    />
                    <Show when=move || evening.get()>
                        <Field label=t("reminders.evening.at") problem=wishes.problems.at("evening")>
                            <TextInput value=evening_at kind="time" />
                        </Field>
                    </Show>
                </Show>
            </div>
        </section>
    }
}
