//! `/api/v1/notifications`, `/api/v1/reminders`, and the minute's work that tells what is due.

use std::collections::BTreeSet;
use std::thread;

use api_tests::actions::{assign, create, delete, import, undo};
use api_tests::browser::Server;
use api_tests::ids::{new_id, now_ms};
use api_tests::own_server::OwnServer;
use api_tests::person::Person;
use api_tests::workspace::{Workspace, settings};
use domain::api::account::PreferencesRequest;
use domain::api::notification::{
    Notification, NotificationsReply, NotificationsRequest, ReadRequest, SetRemindersRequest,
};
use domain::api::{
    Code, Empty, GetReminders, ListNotifications, ReadNotifications, SetPreferences, SetReminders,
};
use domain::command::{Action, ImportRow};
use domain::ids::Id;
use domain::reminder::{Kind, Settings};
use domain::time::{Instant, TimeOfDay};
use serde_json::{Value as Json, json};

covers!(ListNotifications, ReadNotifications, GetReminders, SetReminders);

const MINUTE: i64 = 60_000;

fn bell(person: &Person) -> NotificationsReply {
    person.call::<ListNotifications>(&[], &NotificationsRequest::default())
}

#[expect(clippy::unwrap_used, reason = "a clock outside of our years is a test that fails")]
fn now() -> Instant {
    i64::try_from(now_ms()).ok().and_then(Instant::from_unix_ms).unwrap()
}

/// A day and time so many minutes from now, by the clock of Shanghai, which people of these workspaces go by.
fn planned(minutes: i64) -> Json {
    let local = now().plus_ms((minutes + 8 * 60) * MINUTE).to_string();
    json!({"date": local[..10], "time": local[11..16]})
}

/// The minute's work three times, at the same time.
fn ring(server: &OwnServer) {
    let runs: Vec<_> = (0..3)
        .map(|_| {
            let url = format!("{}/cdn-cgi/local/scheduled", server.url);
            thread::spawn(move || ureq::get(url).call().map(|reply| reply.status().as_u16()))
        })
        .collect();
    for run in runs {
        assert!(matches!(run.join(), Ok(Ok(200))));
    }
}

fn abouts(person: &Person) -> Vec<Id> {
    bell(person)
        .notifications
        .iter()
        .filter_map(|found| found.about.as_ref())
        .map(|about| about.record)
        .collect()
}

fn of(person: &Person, record: Id) -> Vec<Notification> {
    let mut all = bell(person).notifications;
    all.retain(|found| found.about.as_ref().is_some_and(|about| about.record == record));
    all
}

fn snooze(entity: &str, record: Id, minutes: i64) -> Action {
    Action::Snooze { entity: entity.to_owned(), record, until: now().plus_ms(minutes * MINUTE) }
}

#[test]
fn what_is_due_soon_reaches_the_bell_of_its_owner_once() {
    let own = OwnServer::start("reminders").unwrap();
    let server = Server::at(&own.url);
    let workspace = Workspace::on(&server, settings());
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let other = Workspace::on(&server, settings()).admin;

    // Ten minutes before its time one hears of it.
    let soon = admin.create("account", json!({"name": "恒通", "next_touch": planned(2)}));
    let task = admin.create("task", json!({"name": "报价", "due": planned(5)}));
    let later = admin.create("task", json!({"name": "以后", "due": planned(120)}));
    let moved = admin.create("task", json!({"name": "改期", "due": planned(5)}));
    admin.update("task", moved, json!({"due": planned(3 * 24 * 60)}));
    let done = admin.create("task", json!({"name": "做完", "due": planned(5)}));
    admin.update("task", done, json!({"status": "done"}));
    let gone = admin.create("lead", json!({"name": "李", "next_touch": planned(5)}));
    admin.done(vec![delete("lead", gone, 1)]);
    let snoozed = admin.create("contact", json!({"name": "王", "next_touch": planned(5)}));
    admin.done(vec![snooze("contact", snoozed, 60)]);
    let theirs = admin.create("deal", json!({"name": "仓储", "next_touch": planned(5), "owner": rep.user}));
    let past = admin.create("task", json!({"name": "早就该做", "due": {"date": "2026-01-05"}}));

    ring(&own);
    ring(&own);
    assert_eq!(abouts(admin).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([soon, task]));
    assert_eq!(bell(admin).unread, 2);
    let told = of(admin, soon).remove(0);
    let about = told.about.clone().unwrap();
    assert_eq!((told.kind, about.title.as_deref(), about.open), (Kind::TouchDue, Some("恒通"), true));
    assert!(told.due_at.unwrap() > told.at && told.read_at.is_none());
    assert_eq!(of(admin, task)[0].kind, Kind::TaskDue);
    assert!(of(admin, past).is_empty(), "what was past when it was saved is in sight already");
    let kinds: BTreeSet<Kind> = of(&rep, theirs).iter().map(|found| found.kind).collect();
    assert_eq!(kinds, BTreeSet::from([Kind::Assigned, Kind::TouchDue]));
    assert!(bell(&other).notifications.is_empty());

    // Done, it is not open any more; snoozed until now, it is told again.
    admin.update("task", task, json!({"status": "done"}));
    assert!(!of(admin, task)[0].about.as_ref().unwrap().open);
    admin.done(vec![snooze("account", soon, 0)]);
    ring(&own);
    assert_eq!(of(admin, soon).len(), 2);

    // Another lead finds what is two hours away; another zone changes nothing of a time.
    let day = Settings { lead_minutes: 1440, ..Settings::default() };
    admin.call::<SetReminders>(&[], &SetRemindersRequest { settings: day });
    let zone = PreferencesRequest { language: None, zone: Some("America/New_York".to_owned()) };
    admin.call::<SetPreferences>(&[], &zone);
    ring(&own);
    assert_eq!((of(admin, later).len(), of(admin, soon).len(), of(admin, moved).len()), (1, 2, 0));
}

#[test]
fn a_day_without_a_time_is_told_in_the_morning_of_its_owner() {
    let own = OwnServer::start("reminders-days").unwrap();
    let workspace = Workspace::on(&Server::at(&own.url), settings());
    let admin = &workspace.admin;
    // Wherever it is, its morning of the day after tomorrow is to come, and that of yesterday is over.
    let local = |days: i64| now().plus_ms(days * 24 * 60 * MINUTE).to_string()[..10].to_owned();
    let ahead = admin.create("task", json!({"name": "后天", "due": {"date": local(2)}}));
    let zone = |name: &str| PreferencesRequest { language: None, zone: Some(name.to_owned()) };
    // Today begins nowhere earlier than here, so that from midnight on it is told.
    admin.call::<SetPreferences>(&[], &zone("Pacific/Kiritimati"));
    let midnight = Settings { day_at: TimeOfDay::parse("00:00").unwrap(), ..Settings::default() };
    admin.call::<SetReminders>(&[], &SetRemindersRequest { settings: midnight });
    let here = now().plus_ms(14 * 60 * MINUTE).to_string()[..10].to_owned();
    let today = admin.create("task", json!({"name": "今天", "due": {"date": here}}));
    ring(&own);
    assert_eq!((of(admin, today).len(), of(admin, ahead).len()), (1, 0));
}

#[test]
fn a_thousand_due_at_once_are_told_once_each() {
    let own = OwnServer::start("reminders-many").unwrap();
    let workspace = Workspace::on(&Server::at(&own.url), settings());
    let admin = &workspace.admin;
    let due = planned(5);
    for _ in 0..20 {
        let tasks =
            (0..50).map(|at| create("task", new_id(), json!({"name": format!("任务{at}"), "due": due})));
        admin.done(tasks.collect());
    }
    ring(&own);
    assert_eq!(bell(admin).unread, 1_000);
    let (mut seen, mut after) = (BTreeSet::new(), None);
    loop {
        let request = NotificationsRequest { after, count_only: None };
        let reply = admin.call::<ListNotifications>(&[], &request);
        seen.extend(reply.notifications.iter().map(|found| found.about.as_ref().unwrap().record));
        after = reply.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 1_000);
}

#[test]
fn whoever_is_given_something_by_somebody_else_is_told() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let own = admin.create("task", json!({"name": "自己的"}));
    let given = admin.create("task", json!({"name": "给你", "owner": rep.user}));
    let account = admin.create("account", json!({"name": "恒通"}));
    let handed = admin.done(vec![assign("account", account, Some(admin.user), Some(rep.user))]);
    rep.create("task", json!({"name": "我自己建"}));
    let told: BTreeSet<Id> = abouts(&rep).into_iter().collect();
    assert_eq!(told, BTreeSet::from([given, account]));
    assert!(bell(admin).notifications.is_empty() && !told.contains(&own));
    let found = of(&rep, account).remove(0);
    assert_eq!((found.kind, found.by, found.due_at), (Kind::Assigned, Some(admin.user), None));
    // Taken back, it is out of sight: its name is not told any more, and undoing tells nobody anything.
    admin.done(vec![undo(handed.command)]);
    let found = of(&rep, account).remove(0).about.unwrap();
    assert_eq!((found.title, found.open), (None, false));
    let cells = [("name".to_owned(), "线索".to_owned())].into();
    admin.done(vec![import(new_id(), "lead", false, vec![ImportRow { line: 1, record: new_id(), cells }])]);
    assert_eq!(bell(&rep).unread, 2);
}

#[test]
fn what_was_read_is_read_on_all_devices_and_by_nobody_else() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (rep, stranger) = (workspace.person("rep", None), Workspace::new().admin);
    for name in ["一", "二", "三"] {
        admin.create("task", json!({"name": name, "owner": rep.user}));
    }
    let all = bell(&rep);
    assert_eq!((all.unread, all.notifications.len(), all.next), (3, 3, None));
    let first = all.notifications[0].clone();
    let one = ReadRequest { ids: vec![first.id], until: None };
    // An id is worth nothing to others.
    assert_eq!(admin.call::<ReadNotifications>(&[], &one).unread, 0);
    assert_eq!(stranger.call::<ReadNotifications>(&[], &one).unread, 0);
    assert_eq!(bell(&rep).unread, 3);
    assert_eq!(rep.call::<ReadNotifications>(&[], &one).unread, 2);
    assert_eq!(rep.call::<ReadNotifications>(&[], &one).unread, 2);
    let counted = NotificationsRequest { after: None, count_only: Some(true) };
    let counted = rep.call::<ListNotifications>(&[], &counted);
    assert_eq!((counted.unread, counted.notifications.len()), (2, 0));
    let rest = ReadRequest { ids: Vec::new(), until: Some(now().plus_ms(MINUTE)) };
    assert_eq!(rep.call::<ReadNotifications>(&[], &rest).unread, 0);
    assert!(bell(&rep).notifications.iter().all(|found| found.read_at.is_some()));

    let many = ReadRequest { ids: (0..41).map(|_| new_id()).collect(), until: None };
    let refused = rep.refusal::<ReadNotifications>(&[], &many);
    assert_eq!((refused.code, refused.problems[0].field.as_deref()), (Code::Invalid, Some("ids")));
    let after = NotificationsRequest { after: Some("nonsense".to_owned()), count_only: None };
    let refused = rep.refusal::<ListNotifications>(&[], &after);
    assert_eq!((refused.code, refused.problems[0].field.as_deref()), (Code::Invalid, Some("after")));
}

#[test]
fn settings_are_kept_for_each_member_and_checked() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let reply = rep.call::<GetReminders>(&[], &Empty {});
    assert_eq!((reply.settings, reply.channels, reply.feed_since), (Settings::default(), vec![], None));
    let wish = Settings { lead_minutes: 60, quiet: None, morning: None, ..Settings::default() };
    rep.call::<SetReminders>(&[], &SetRemindersRequest { settings: wish.clone() });
    assert_eq!(rep.call::<GetReminders>(&[], &Empty {}).settings, wish);
    assert_eq!(workspace.admin.call::<GetReminders>(&[], &Empty {}).settings, Settings::default());

    let wrong = SetRemindersRequest { settings: Settings { lead_minutes: 7, ..wish.clone() } };
    let refused = rep.refusal::<SetReminders>(&[], &wrong);
    assert_eq!((refused.code, refused.problems[0].field.as_deref()), (Code::Invalid, Some("lead_minutes")));
    for body in [r#"{"settings":{"day_at":"25:00"}}"#, r#"{"settings":{"channels":{"nothing":[]}}}"#, "{}"] {
        assert_eq!(rep.post("/api/v1/reminders", body).refusal().code, Code::Malformed, "{body}");
    }
    assert_eq!(rep.call::<GetReminders>(&[], &Empty {}).settings, wish);
}
