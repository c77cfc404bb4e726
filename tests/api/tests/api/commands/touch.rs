//! Logging touches, and the next one.

use api_tests::actions::{create, delete, log_touch, restore, undo, update};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::account::PreferencesRequest;
use domain::api::record::{TimelineEntry, TimelineRequest};
use domain::api::{Code, GetTimeline, SetPreferences};
use serde_json::{Value as Json, json};

#[test]
fn a_touch_is_noted_on_everything_it_hangs_on_and_sets_the_next_one() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    let touch = new_id();
    let values = json!({"kind": "visit", "summary": "看了仓库", "outcome": "progress", "happened_at": "2026-05-01T09:00:00+08:00"});
    admin.done(vec![log_touch(
        touch,
        "deal",
        deal,
        values,
        Some(json!({"date": "2026-05-08", "time": "15:00"})),
    )]);
    let read = admin.read("touch", touch);
    assert_eq!(
        (&read.values["deal"], &read.values["account"], &read.values["owner"]),
        (&json!(deal), &json!(account), &json!(admin.user))
    );
    assert_eq!(read.values["happened_at"], "2026-05-01T01:00:00.000Z");
    for (entity, id) in [("deal", deal), ("account", account)] {
        assert_eq!(admin.value(entity, id, "last_touch_at"), "2026-05-01T01:00:00.000Z", "{entity}");
        let timeline = admin.call::<GetTimeline>(&[entity, &id.to_string()], &TimelineRequest::default());
        let shown = timeline
            .entries
            .iter()
            .any(|entry| matches!(entry, TimelineEntry::Touch { record, .. } if record.id == touch));
        assert!(shown, "{entity}: {timeline:?}");
    }
    let next = json!({"date": "2026-05-08", "time": "15:00", "zone": "Asia/Shanghai", "at": "2026-05-08T07:00:00.000Z"});
    assert_eq!(admin.value("deal", deal, "next_touch"), next);
    assert!(admin.value("account", account, "next_touch").is_null(), "the next touch is the subject's");
}

#[test]
fn an_older_touch_does_not_turn_the_last_one_back() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    for (at, last) in [
        ("2026-05-02T00:00:00Z", "2026-05-02T00:00:00.000Z"),
        ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00.000Z"),
        ("2026-05-03T00:00:00Z", "2026-05-03T00:00:00.000Z"),
    ] {
        admin.done(vec![log_touch(
            new_id(),
            "account",
            account,
            json!({"kind": "call", "happened_at": at}),
            None,
        )]);
        assert_eq!(admin.value("account", account, "last_touch_at"), last);
    }
}

#[test]
fn the_last_touch_follows_what_is_deleted_restored_moved_and_taken_back() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    let log = |day: &str| {
        let touch = new_id();
        let values = json!({"kind": "call", "happened_at": format!("{day}T00:00:00Z")});
        (touch, admin.done(vec![log_touch(touch, "deal", deal, values, None)]).command)
    };
    let last = |day: Option<&str>| {
        let expected = day.map_or(Json::Null, |day| json!(format!("{day}T00:00:00.000Z")));
        for (entity, id) in [("deal", deal), ("account", account)] {
            assert_eq!(admin.value(entity, id, "last_touch_at"), expected, "{entity}");
        }
    };
    let (first, _) = log("2026-05-01");
    let (second, _) = log("2026-05-03");
    admin.done(vec![delete("touch", second, 1)]);
    last(Some("2026-05-01"));
    admin.done(vec![restore("touch", second)]);
    last(Some("2026-05-03"));
    let early = json!({"happened_at": "2026-04-01T00:00:00Z"});
    admin.done(vec![update("touch", second, 3, json!({"happened_at": "2026-05-03T00:00:00.000Z"}), early)]);
    last(Some("2026-05-01"));

    // Between the newest and the one before it comes a third; then the newest is taken back.
    let (_, newest) = log("2026-05-09");
    let (between, _) = log("2026-05-05");
    last(Some("2026-05-09"));
    admin.done(vec![undo(newest)]);
    last(Some("2026-05-05"));
    admin.done(vec![delete("touch", first, 1), delete("touch", between, 1)]);
    last(Some("2026-04-01"));
    admin.done(vec![delete("touch", second, 4)]);
    last(None);
}

#[test]
fn a_touch_without_a_next_one_clears_the_plan() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    admin.done(vec![log_touch(
        new_id(),
        "account",
        account,
        json!({"kind": "call"}),
        Some(json!({"date": "2026-05-08"})),
    )]);
    assert!(!admin.value("account", account, "next_touch").is_null());
    admin.done(vec![log_touch(new_id(), "account", account, json!({"kind": "call"}), None)]);
    assert!(admin.value("account", account, "next_touch").is_null());
}

#[test]
fn a_contact_hands_its_account_on_and_a_hidden_one_is_left_out() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let account = admin.create("account", json!({"name": "恒通"}));
    let contact = admin.create("contact", json!({"name": "王芳", "account": account, "owner": rep.user}));
    let (by_admin, by_rep) = (new_id(), new_id());
    admin.done(vec![log_touch(by_admin, "contact", contact, json!({"kind": "wechat"}), None)]);
    assert_eq!(admin.value("touch", by_admin, "account"), json!(account));
    rep.done(vec![log_touch(by_rep, "contact", contact, json!({"kind": "wechat"}), None)]);
    assert!(admin.value("touch", by_rep, "account").is_null(), "the rep does not see the account");
    let conflictless = admin.seq();
    assert!(conflictless > 0);
}

#[test]
fn days_and_times_are_read_in_their_zone_also_where_the_clock_jumps() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let cases = [
        (
            json!({"date": "2026-05-01"}),
            json!({"date": "2026-05-01", "zone": "Asia/Shanghai", "at": "2026-05-01T15:59:59.000Z"}),
        ),
        (
            json!({"date": "2026-05-01", "time": "00:00", "zone": "UTC"}),
            json!({"date": "2026-05-01", "time": "00:00", "zone": "UTC", "at": "2026-05-01T00:00:00.000Z"}),
        ),
        // The gap of 2026-03-29 in Berlin: 02:30 is not there, the first moment after it is 03:00 summer time.
        (
            json!({"date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin"}),
            json!({"date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin", "at": "2026-03-29T01:00:00.000Z"}),
        ),
        // The hour that comes twice: the earlier one.
        (
            json!({"date": "2026-10-25", "time": "02:30", "zone": "Europe/Berlin"}),
            json!({"date": "2026-10-25", "time": "02:30", "zone": "Europe/Berlin", "at": "2026-10-25T00:30:00.000Z"}),
        ),
        // A day whose end lies in a gap at midnight.
        (
            json!({"date": "2026-09-05", "zone": "America/Santiago"}),
            json!({"date": "2026-09-05", "zone": "America/Santiago", "at": "2026-09-06T03:59:59.000Z"}),
        ),
        (
            json!({"date": "2026-05-01", "zone": "Asia/Kathmandu"}),
            json!({"date": "2026-05-01", "zone": "Asia/Kathmandu", "at": "2026-05-01T18:14:59.000Z"}),
        ),
        // What is derived is not for the sender to say.
        (
            json!({"date": "2026-05-01", "zone": "UTC", "at": "2030-01-01T00:00:00Z"}),
            json!({"date": "2026-05-01", "zone": "UTC", "at": "2026-05-01T23:59:59.000Z"}),
        ),
    ];
    for (wish, kept) in cases {
        admin.update("account", account, json!({"next_touch": wish}));
        assert_eq!(admin.value("account", account, "next_touch"), kept);
    }
    let wrong = [
        json!("2026-05-01"),
        json!({"date": "2026-02-30"}),
        json!({"date": "2026-05-01", "time": "24:00"}),
        json!({"date": "2026-05-01", "time": "9:00"}),
        json!({"date": "2026-05-01", "zone": "Mars/Olympus"}),
        json!({"date": "2026-05-01", "zone": 8}),
        json!({"date": "2026-05-01", "color": "red"}),
        json!({"time": "09:00"}),
        json!({}),
        json!(["2026-05-01"]),
    ];
    for wish in wrong {
        let (code, problems) = admin.refused(vec![log_touch(
            new_id(),
            "account",
            account,
            json!({"kind": "call"}),
            Some(wish.clone()),
        )]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("next_touch")), "{wish}");
    }
    assert_eq!(admin.count("touch", None), 0);
}

#[test]
fn the_readers_zone_is_the_zone_of_a_plan_without_one() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    admin.call::<SetPreferences>(
        &[],
        &PreferencesRequest { language: None, zone: Some("America/New_York".into()) },
    );
    admin.update("account", account, json!({"next_touch": {"date": "2026-01-05", "time": "09:00"}}));
    let kept = admin.value("account", account, "next_touch");
    assert_eq!(
        (&kept["zone"], &kept["at"]),
        (&json!("America/New_York"), &json!("2026-01-05T14:00:00.000Z"))
    );
}

#[test]
fn many_touches_at_once_are_all_kept() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    std::thread::scope(|scope| {
        for at in 0..6 {
            scope.spawn(move || {
                let at = format!("2026-05-0{}T00:00:00Z", at + 1);
                admin.done(vec![log_touch(
                    new_id(),
                    "deal",
                    deal,
                    json!({"kind": "call", "happened_at": at}),
                    Some(json!({"date": "2026-06-01"})),
                )])
            });
        }
    });
    assert_eq!(admin.count("touch", None), 6);
    for (entity, id) in [("deal", deal), ("account", account)] {
        assert_eq!(admin.value(entity, id, "last_touch_at"), "2026-05-06T00:00:00.000Z");
    }
}

#[test]
fn a_touch_is_about_something_that_can_be_touched_and_seen() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    let admin = &workspace.admin;
    let account = admin.create("account", json!({"name": "恒通"}));
    let product = admin.create("product", json!({"name": "GTX"}));
    let touch = |entity: &str, subject, values: Json| log_touch(new_id(), entity, subject, values, None);
    assert_eq!(rep.refused(vec![touch("account", account, json!({"kind": "call"}))]).0, Code::NotFound);
    let (code, problems) = admin.refused(vec![touch("product", product, json!({"kind": "call"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.has_no_touches"));
    let (code, problems) = admin.refused(vec![touch("account", account, json!({}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("kind")));
    let (code, problems) = admin.refused(vec![touch(
        "account",
        account,
        json!({"kind": "telepathy", "happened_at": "yesterday", "summary": 7}),
    )]);
    let mut fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    fields.sort_unstable();
    fields.dedup();
    assert_eq!(code, Code::Invalid);
    assert!(["happened_at", "kind", "summary"].iter().all(|field| fields.contains(field)), "{problems:?}");
}

#[test]
fn a_logged_touch_is_taken_back_with_its_plan() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    let first = command(vec![log_touch(
        new_id(),
        "account",
        account,
        json!({"kind": "call"}),
        Some(json!({"date": "2026-05-08"})),
    )]);
    admin.done_as(&first);
    let touch = new_id();
    let second = command(vec![log_touch(
        touch,
        "account",
        account,
        json!({"kind": "visit"}),
        Some(json!({"date": "2026-06-08"})),
    )]);
    admin.done_as(&second);
    admin.done(vec![undo(second.id)]);
    assert_eq!(
        (admin.count("touch", None), &admin.value("account", account, "next_touch")["date"]),
        (1, &json!("2026-05-08"))
    );
    let timeline = admin.call::<GetTimeline>(&["account", &account.to_string()], &TimelineRequest::default());
    assert!(
        !timeline
            .entries
            .iter()
            .any(|entry| matches!(entry, TimelineEntry::Touch { record, .. } if record.id == touch))
    );
}

#[test]
fn the_timeline_tells_touches_tasks_and_changes_newest_first() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, deal) = workspace.account_and_deal(admin.user);
    admin.update("account", account, json!({"name": "恒通", "note": "回访"}));
    admin.done(vec![create("task", new_id(), json!({"name": "发方案", "account": account}))]);
    admin.done(vec![log_touch(new_id(), "deal", deal, json!({"kind": "call"}), None)]);
    let reply = admin.call::<GetTimeline>(&["account", &account.to_string()], &TimelineRequest::default());
    let ats: Vec<_> = reply.entries.iter().map(TimelineEntry::at).collect();
    assert!(ats.windows(2).all(|pair| pair[0] >= pair[1]), "{ats:?}");
    let count =
        |test: &dyn Fn(&TimelineEntry) -> bool| reply.entries.iter().filter(|entry| test(entry)).count();
    assert_eq!(count(&|entry| matches!(entry, TimelineEntry::Touch { .. })), 1);
    assert_eq!(count(&|entry| matches!(entry, TimelineEntry::Task { .. })), 1);
    let renamed = |entry: &TimelineEntry| match entry {
        TimelineEntry::Change { fields, by, .. } => {
            *by == admin.user && fields.get("name") == Some(&(json!("恒通物流"), json!("恒通")))
        }
        _ => false,
    };
    assert_eq!(count(&renamed), 1, "{reply:?}");
    assert_eq!(reply.names.get(&admin.user).map(String::as_str), Some("Admin"));
    // What is gone is not told to who asks for it by its old id.
    let version = admin.read("account", account).version;
    admin.done(vec![delete("account", account, version)]);
    assert!(
        admin.reply::<GetTimeline>(&["account", &account.to_string()], &TimelineRequest::default()).status
            < 500
    );
}

#[test]
fn a_plan_for_what_one_may_not_change_is_refused_rather_than_dropped() {
    let workspace = Workspace::new();
    let service = workspace.person("service", None);
    let account = workspace.admin.create("account", json!({"name": "恒通"}));
    let values = json!({"kind": "call"});
    let next = Some(json!({"date": "2030-05-01"}));
    let (code, problems) =
        service.refused(vec![log_touch(new_id(), "account", account, values.clone(), next)]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Forbidden, Some("next_touch")));
    service.done(vec![log_touch(new_id(), "account", account, values, None)]);
    assert_eq!(service.count("touch", None), 1);
}

#[test]
fn taking_a_touch_back_turns_back_no_newer_one() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let touched = |at: &str| {
        let values = json!({"kind": "call", "happened_at": at});
        let command = command(vec![log_touch(new_id(), "account", account, values, None)]);
        admin.done_as(&command);
        command.id
    };
    let first = touched("2026-05-01T01:00:00Z");
    touched("2026-05-02T01:00:00Z");
    admin.done(vec![undo(first)]);
    assert_eq!(admin.value("account", account, "last_touch_at"), "2026-05-02T01:00:00.000Z");
}

#[test]
fn a_touch_says_how_long_it_took_who_was_there_and_why_nothing_is_next() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    let contact = new_id();
    admin.done(vec![create("contact", contact, json!({"name": "周颖", "account": account}))]);
    let touch = new_id();
    let values = json!({"kind": "call", "duration": 12, "contact": contact, "no_next": "customer_calls"});
    admin.done(vec![log_touch(touch, "account", account, values, None)]);
    let read = admin.read("touch", touch);
    let said = ["duration", "contact", "no_next"].map(|field| read.values[field].clone());
    assert_eq!(said, [json!(12), json!(contact), json!("customer_calls")]);
    assert!(!admin.value("contact", contact, "last_touch_at").is_null());
}

#[test]
fn a_length_below_nothing_and_an_unknown_reason_are_refused_by_name() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (account, _) = workspace.account_and_deal(admin.user);
    for (field, value) in [("duration", json!(-1)), ("duration", json!("long")), ("no_next", json!("tired"))]
    {
        let mut values = json!({"kind": "call"});
        values[field] = value.clone();
        let (_, problems) = admin.refused(vec![log_touch(new_id(), "account", account, values, None)]);
        assert_eq!(problems[0].field.as_deref(), Some(field), "{value}");
    }
}
