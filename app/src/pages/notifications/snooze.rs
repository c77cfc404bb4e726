//! Hearing of something later: three moments to choose from, the same for every row.

use std::collections::BTreeMap;

use domain::api::notification::{About, Notification};
use domain::api::record::{RecordBody, RecordReply};
use domain::api::{Empty, GetRecord};
use domain::command::{Action, May};
use domain::snooze_choices::{SnoozeChoice, snooze_choices};
use domain::time::{Instant, Zone as _};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Reader;
use crate::api::{self, address};
use crate::components::{ButtonRow, Sheet, icon, icons};
use crate::fields::{day_text, schedule};
use crate::i18n::{say, t};
use crate::pages::open_while;
use crate::state::outbox::{self, Note};
use crate::state::session::zone;
use crate::state::time::{ZONES, local_text, now};
use crate::state::{app, ask, store};

/// The record of a row: from the server, else as the device saw it last, else as far as the notification says.
pub async fn record_of(one: &Notification) -> Option<RecordBody> {
    let About { entity, record, .. } = one.about.as_ref()?;
    let id = record.to_string();
    let parts = [entity.as_str(), id.as_str()];
    if app().online.get_untracked()
        && let Ok(reply) = ask::<GetRecord>(&parts, &Empty {}).await
    {
        return Some(reply.record);
    }
    if let Some(store) = store::current()
        && let Some(text) = store.seen(&address::<GetRecord>(&parts, &Empty {})).await
        && let Ok(reply) = api::read::<RecordReply>(&text)
    {
        return Some(reply.record);
    }
    let date = ZONES.date(&zone(), one.due_at?)?;
    let mut values = BTreeMap::new();
    if entity == "task" {
        values.insert("due".to_owned(), schedule::on(date));
        values.insert("status".to_owned(), "open".into());
    } else {
        values.insert("next_touch".to_owned(), schedule::on(date));
    }
    Some(RecordBody {
        entity: entity.clone(),
        id: *record,
        version: 1,
        values,
        deleted: false,
        deleted_at: None,
        may: May { update: true, ..May::default() },
    })
}

/// A moment as one says it: the day unless it is today, and the time.
pub fn moment_text(at: Instant) -> String {
    let clock: String = local_text(&zone(), at).chars().skip(11).collect();
    let day = ZONES.date(&zone(), at);
    match day.filter(|day| *day != crate::state::session::today()) {
        Some(day) => format!("{} {clock}", day_text(day)),
        None => clock,
    }
}

/// How one of the moments is called.
pub const fn snooze_key(choice: SnoozeChoice) -> &'static str {
    match choice {
        SnoozeChoice::InAnHour => "bell.snooze.hour",
        SnoozeChoice::Afternoon => "bell.snooze.afternoon",
        SnoozeChoice::Evening => "bell.snooze.evening",
        SnoozeChoice::Tomorrow => "bell.snooze.tomorrow",
        SnoozeChoice::TomorrowAfternoon => "bell.snooze.tomorrow_afternoon",
    }
}

#[component]
pub fn SnoozeSheet(reader: Reader) -> impl IntoView {
    let about = reader.snoozing;
    let open = open_while(about);
    let choose = move |until: Instant| {
        let Some(one) = about.get_untracked() else { return };
        open.set(false);
        reader.read_one(one.id);
        spawn_local(async move {
            let (Some(subject), Some(body)) = (one.about.clone(), record_of(&one).await) else { return };
            let note = Note {
                key: "outbox.item.update".to_owned(),
                entity: subject.entity.clone(),
                name: subject.title.unwrap_or_default(),
                toast: Some(say("bell.snoozed.toast", &[("when", &moment_text(until))])),
                record: Some((subject.entity.clone(), subject.record)),
            };
            let action = Action::Snooze { entity: subject.entity, record: subject.record, until };
            outbox::submit_soon(outbox::command(vec![action]), note, vec![body]);
        });
    };
    let rows = move || {
        snooze_choices(now(), &zone(), &ZONES)
            .into_iter()
            .map(|(choice, until)| {
                view! {
                    <ButtonRow title=t(snooze_key(choice)) sub=move || moment_text(until) on_press=move |()| choose(until)>
                        <span class="row-icon">{icon(icons::CLOCK)}</span>
                    </ButtonRow>
                }
            })
            .collect_view()
    };
    view! {
        <Sheet open title=t("bell.snooze") close=t("action.close")>
            <div class="group">{rows}</div>
        </Sheet>
    }
}
