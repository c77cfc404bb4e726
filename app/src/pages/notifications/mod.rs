//! The bell's page: what one was told, newest first, with what can be done about what is due.

mod row;
mod shown;
mod snooze;

use std::collections::BTreeSet;

use chrono::Datelike as _;
use domain::api::notification::{Notification, NotificationsRequest, PAGE, ReadRequest};
use domain::api::{ListNotifications, ReadNotifications};
use domain::ids::Id;
use domain::time::{Date, Zone as _};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{
    Button, ButtonKind, EmptyState, LinkRow, Sentinel, SkeletonRows, Toast, icon, icons,
};
use crate::fields::day_text;
use crate::i18n::{format, say, t};
use crate::pages::records::StaleNote;
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::live::bell;
use crate::state::loader::{load, note};
use crate::state::session::zone;
use crate::state::time::ZONES;
use crate::state::{app, ask};
use row::Row;
pub use row::channel_key;
use shown::Shown;
use snooze::SnoozeSheet;
pub use snooze::snooze_key;

/// What rows share.
#[derive(Clone, Copy)]
struct Reader {
    /// Read by this page, which the list may not know of yet.
    read: RwSignal<BTreeSet<Id>>,
    /// Unread ones that were on the screen: they are read once the page is left.
    seen: StoredValue<BTreeSet<Id>>,
    /// What is to be heard of later.
    snoozing: RwSignal<Option<Notification>>,
}

impl Reader {
    /// What was opened or dealt with is read at once.
    fn read_one(self, id: Id) {
        self.read.update(|read| {
            read.insert(id);
        });
        self.seen.update_value(|seen| {
            seen.remove(&id);
        });
        spawn_local(tell_read(vec![id]));
    }
}

/// Tells the server what was read. What does not arrive stays unread, which harms nobody.
async fn tell_read(ids: Vec<Id>) {
    for ids in ids.chunks(PAGE as usize) {
        let request = ReadRequest { ids: ids.to_vec(), until: None };
        if let Ok(reply) = ask::<ReadNotifications>(&[], &request).await {
            bell::show(reply.unread);
        }
    }
}

#[component]
pub fn Notifications() -> impl IntoView {
    let first = load::<ListNotifications>(|| Some((Vec::new(), NotificationsRequest::default())));
    let shown = RwSignal::new(Shown::default());
    Effect::new(move |_| {
        if let Some(reply) = first.value.get() {
            shown.update(|shown| shown.take_first(&reply));
        }
    });
    let reader = Reader {
        read: RwSignal::new(BTreeSet::new()),
        seen: StoredValue::new(BTreeSet::new()),
        snoozing: RwSignal::new(None),
    };
    on_cleanup(move || {
        let seen = reader.seen.try_get_value().unwrap_or_default();
        if !seen.is_empty() {
            spawn_local(tell_read(seen.into_iter().collect()));
        }
    });
    let pending = RwSignal::new(false);
    let failed = RwSignal::new(None);
    let more = move || {
        let Some(after) = shown.with_untracked(|shown| shown.next.clone()) else { return };
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        failed.set(None);
        spawn_local(async move {
            let request = NotificationsRequest { after: Some(after.clone()), count_only: None };
            let reply = ask::<ListNotifications>(&[], &request).await;
            pending.try_set(false);
            match reply {
                Ok(reply) => {
                    note(&reply);
                    shown.try_update(|shown| shown.take_more(&after, &reply));
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let unread = Memo::new(move |_| {
        let left =
            |one: &Notification| one.read_at.is_none() && !reader.read.with(|read| read.contains(&one.id));
        shown.with(|shown| shown.all.iter().any(left)) || app().unread.get() > 0
    });
    let read_all = move |()| {
        // Not what comes while it is pressed: nobody has seen that.
        let Some(until) = shown.with_untracked(|shown| shown.all.first().map(|one| one.at)) else { return };
        spawn_local(async move {
            let request = ReadRequest { ids: Vec::new(), until: Some(until) };
            match ask::<ReadNotifications>(&[], &request).await {
                Ok(reply) => {
                    bell::show(reply.unread);
                    let ids = shown
                        .try_with_untracked(|shown| shown.all.iter().map(|one| one.id).collect::<Vec<_>>());
                    reader.read.try_update(|read| read.extend(ids.unwrap_or_default()));
                    reader.seen.try_update_value(BTreeSet::clear);
                    app().toasts.show(Toast::new(say("bell.read_all.toast", &[])).with_icon(icons::CHECK));
                }
                Err(error) => {
                    app().toasts.show(Toast::new(say(error.message_key(), &[])).with_icon(icons::ALERT));
                }
            }
        });
    };
    let days = Memo::new(move |_| {
        let mut days: Vec<Option<Date>> =
            shown.with(|shown| shown.all.iter().map(|one| ZONES.date(&zone(), one.at)).collect());
        days.dedup();
        days
    });
    let state = Memo::new(move |_| {
        match (shown.with(|shown| shown.all.is_empty()), first.value.with(Option::is_some)) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) if first.error.with(Option::is_some) => 2,
            (true, false) => 3,
        }
    });
    let day = move |day: Option<Date>| {
        let of_day = move || {
            let own = |one: &&Notification| ZONES.date(&zone(), one.at) == day;
            shown.with(|shown| shown.all.iter().filter(own).cloned().collect::<Vec<_>>())
        };
        let name = move || day.map(long_day).unwrap_or_default();
        view! {
            <section>
                <h2 class="group-title">{name}</h2>
                <ul class="group">
                    <For each=of_day key=key let:one>
                        <Row one reader />
                    </For>
                </ul>
            </section>
        }
    };
    let list = move || match state.get() {
        0 => view! { <For each=move || days.get() key=|day| *day children=day /> }.into_any(),
        1 => {
            view! { <EmptyState drawing=icons::BELL title=t("bell.empty.title") body=t("bell.empty.body") /> }
                .into_any()
        }
        2 => first.error.get().map(|error| view! { <Unread error /> }).into_any(),
        _ => view! { <SkeletonRows count=6 /> }.into_any(),
    };
    view! {
        <Page title=t("nav.bell") back=routes::TODAY>
            <div class="stack">
                <StaleNote stale=first.stale />
                <Show when=move || unread.get()>
                    <div class="btn-row btn-row-end">
                        <Button label=t("bell.read_all") kind=ButtonKind::Quiet drawing=icons::CHECK on_press=read_all />
                    </div>
                </Show>
                {list}
                {move || failed.get().map(|error| {
                    view! {
                        <div class="btn-row">
                            <p class="field-problem">{t(error.message_key())}</p>
                            <Button label=t("action.retry") on_press=move |()| more() />
                        </div>
                    }
                })}
                // Drawn anew after each page: a place that stays in view tells nothing new.
                {move || shown.with(|shown| shown.next.clone()).filter(|_| failed.with(Option::is_none)).map(|_| {
                    view! {
                        <Sentinel on_near=move |()| more() />
                        <SkeletonRows count=2 />
                    }
                })}
                <div class="group">
                    <LinkRow href=routes::REMINDERS title=t("settings.reminders") sub=t("settings.reminders.help")>
                        <span class="row-icon">{icon(icons::SETTINGS)}</span>
                    </LinkRow>
                </div>
            </div>
            <SnoozeSheet reader />
        </Page>
    }
}

/// What makes a row look different.
fn key(one: &Notification) -> String {
    let about = one.about.as_ref().map(|about| (about.open, about.title.clone()));
    format!("{} {:?} {:?} {about:?} {:?}", one.id, one.read_at, one.due_at, one.deliveries)
}

fn long_day(date: Date) -> String {
    let said = day_text(date);
    let naive = date.naive();
    let long = format::day_long(naive.year(), naive.month(), naive.day());
    if said == format::day(naive.year(), naive.month(), naive.day()) {
        long
    } else {
        format!("{said} · {long}")
    }
}
