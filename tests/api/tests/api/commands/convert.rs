//! A lead becomes a customer by the command that `domain::conversion` makes, as the app sends it.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use api_tests::actions::{assign, create, log_touch, undo};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::command::Answer;
use domain::api::record::{RecordBody, TimelineEntry, TimelineKind, TimelineRequest};
use domain::api::{Code, Empty, GetSchema, GetTimeline};
use domain::command::Action;
use domain::conversion::{Choice, Proposal, Side, actions, propose};
use domain::fields::Reading;
use domain::ids::Id;
use domain::message::Problem;
use domain::time::UtcOnly;
use serde_json::json;

fn all_new() -> Choice {
    Choice { account: Side::New(new_id()), contact: Side::New(new_id()), deal: Some(new_id()) }
}

fn proposed(person: &Person, lead: &RecordBody, choice: &Choice) -> Proposal {
    let schema = person.call::<GetSchema>(&[], &Empty {});
    let me = person.value("user", person.user, "role");
    let reading = Reading { schema: &schema, zone: "UTC", zones: &UtcOnly };
    propose(&reading, schema.role(me.as_str().unwrap_or_default()).unwrap(), lead, choice)
}

fn conversion(person: &Person, lead: Id, choice: &Choice) -> Vec<Action> {
    let lead = person.read("lead", lead);
    actions(&lead, choice, &proposed(person, &lead, choice).values)
}

fn lead(person: &Person) -> Id {
    let values = json!({
        "name": "王芳", "company": "恒通物流", "phone": "138 0013 8000", "email": "wang@example.com", "source": "referral",
        "note": "要三台", "next_touch": {"date": "2026-05-04"},
    });
    person.create("lead", values)
}

#[test]
fn a_lead_with_everything_becomes_account_contact_and_deal_and_is_undone_as_one() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    workspace.add_field("lead", "f_budget", json!({"type": "money"}));
    workspace.add_field("deal", "f_budget", json!({"type": "money"}));
    workspace.add_field("lead", "f_only", json!({"type": "text", "max": 20}));
    let id = lead(&rep);
    rep.update("lead", id, json!({"f_budget": {"amount": 500, "currency": "CNY"}, "f_only": "只此"}));
    let touched = json!({"kind": "call", "happened_at": "2026-05-01T08:00:00Z"});
    rep.done(vec![log_touch(new_id(), "lead", id, touched, Some(json!({"date": "2026-05-04"})))]);

    let choice = all_new();
    let sent = command(conversion(&rep, id, &choice));
    rep.done_as(&sent);
    let (account, contact) = (choice.account.id(), choice.contact.id());
    let deal = choice.deal.unwrap();
    assert_eq!(rep.value("account", account, "name"), "恒通物流");
    assert_eq!(rep.value("account", account, "note"), "要三台");
    assert_eq!(rep.value("contact", contact, "phone"), "+8613800138000");
    assert_eq!(rep.value("contact", contact, "account"), json!(account));
    let made = rep.read("deal", deal);
    assert_eq!((&made.values["account"], &made.values["contact"]), (&json!(account), &json!(contact)));
    assert_eq!(
        (&made.values["stage"], &made.values["source"]),
        (&json!("first_contact"), &json!("referral"))
    );
    assert_eq!(made.values["f_budget"]["amount"], 500);
    assert_eq!(made.values["next_touch"]["date"], "2026-05-04");
    // The customer was in contact when the lead was.
    for (entity, id) in [("account", account), ("contact", contact), ("deal", deal)] {
        assert_eq!(rep.value(entity, id, "last_touch_at"), "2026-05-01T08:00:00.000Z", "{entity}");
    }
    let after = rep.read("lead", id);
    assert_eq!((&after.values["status"], &after.values["account"]), (&json!("qualified"), &json!(account)));
    assert!(!after.values.contains_key("next_touch"), "the plan has moved on");
    // What had no place stays readable where it was.
    assert_eq!((&after.values["f_only"], &after.values["company"]), (&json!("只此"), &json!("恒通物流")));

    rep.done(vec![undo(sent.id)]);
    for (entity, id) in [("account", account), ("contact", contact), ("deal", deal)] {
        assert!(rep.read(entity, id).deleted, "{entity}");
    }
    let back = rep.read("lead", id);
    assert_eq!((&back.values["status"], back.values.get("account")), (&json!("new"), None));
    assert_eq!(back.values["next_touch"]["date"], "2026-05-04");
}

#[test]
fn a_known_customer_gets_what_it_lacks_and_keeps_what_it_has() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "上海恒通物流有限公司", "note": "老客户"}));
    let contact = admin.create("contact", json!({"name": "王芳", "phone": "13800138000"}));
    let id = lead(&admin);
    let choice = Choice {
        account: Side::Known(Box::new(admin.read("account", account))),
        contact: Side::Known(Box::new(admin.read("contact", contact))),
        deal: None,
    };
    admin.done(conversion(&admin, id, &choice));
    let after = admin.read("account", account);
    assert_eq!(
        (&after.values["name"], &after.values["note"]),
        (&json!("上海恒通物流有限公司"), &json!("老客户"))
    );
    assert_eq!(
        (&after.values["source"], &after.values["next_touch"]["date"]),
        (&json!("referral"), &json!("2026-05-04"))
    );
    assert_eq!(admin.value("contact", contact, "account"), json!(account));
    assert_eq!(admin.value("contact", contact, "email"), "wang@example.com");
    assert_eq!(
        (admin.count("account", None), admin.count("contact", None), admin.count("deal", None)),
        (1, 1, 0)
    );
}

#[test]
fn two_who_convert_the_same_lead_make_one_customer() {
    let Workspace { admin } = Workspace::new();
    let id = lead(&admin);
    let (first, second) = (conversion(&admin, id, &all_new()), conversion(&admin, id, &all_new()));
    admin.done(first);
    assert!(matches!(admin.send(&command(second)), Answer::Conflict { .. }));
    assert_eq!((admin.count("account", None), admin.count("deal", None)), (1, 1));
}

#[test]
fn half_a_conversion_is_none() {
    let workspace = Workspace::new();
    // Marketing owns leads and makes no customers.
    let marketing = workspace.person("marketing", None);
    let id = lead(&marketing);
    let (_, problems) = marketing.refused(conversion(&marketing, id, &all_new()));
    let forbidden = |problem: &Problem| problem.action == Some(0) && problem.key == "problem.forbidden";
    assert!(problems.iter().any(forbidden), "{problems:?}");
    assert_eq!(marketing.value("lead", id, "status"), "new");
    assert_eq!(workspace.admin.count("account", None), 0);
}

fn touches(person: &Person, entity: &str, id: Id, only: Option<TimelineKind>) -> Vec<TimelineEntry> {
    let request = TimelineRequest { only, ..TimelineRequest::default() };
    person.call::<GetTimeline>(&[entity, &id.to_string()], &request).entries
}

#[test]
fn the_history_of_the_lead_is_read_with_the_customer_by_whoever_looks_after_it() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let (first, next) = (workspace.person("rep", None), workspace.person("rep", None));
    let id = lead(&first);
    let touch = new_id();
    first.done(vec![
        log_touch(touch, "lead", id, json!({"kind": "visit", "summary": "看了仓库"}), None),
        create("task", new_id(), json!({"name": "寄样品", "lead": id})),
    ]);
    let choice = all_new();
    first.done(conversion(&first, id, &choice));
    let account = choice.account.id();
    for (entity, id) in
        [("account", account), ("contact", choice.contact.id()), ("deal", choice.deal.unwrap())]
    {
        let told = touches(&first, entity, id, Some(TimelineKind::Touch));
        assert!(
            matches!(&told[..], [TimelineEntry::Touch { record, .. }] if record.id == touch),
            "{entity}: {told:?}"
        );
        assert_eq!(touches(&first, entity, id, Some(TimelineKind::Task)).len(), 1, "{entity}");
        let changes = touches(&first, entity, id, Some(TimelineKind::Change));
        assert!(changes.iter().all(|entry| matches!(entry, TimelineEntry::Change { .. })));
        assert_eq!(touches(&first, entity, id, None).len(), changes.len() + 2, "{entity}");
    }
    // Handed over, the customer takes the lead and its history along.
    assert!(!next.sees("lead", id));
    admin.done(vec![assign("account", account, Some(first.user), Some(next.user))]);
    assert!(next.sees("lead", id) && next.sees("touch", touch));
    assert_eq!(touches(&next, "account", account, Some(TimelineKind::Touch)).len(), 1);
    assert!(next.read("lead", id).may.update);
}

#[test]
fn a_timeline_of_no_such_kind_is_refused() {
    let Workspace { admin } = Workspace::new();
    let id = lead(&admin);
    let reply = admin.get(&format!("/api/v1/records/lead/{id}/timeline?only=gossip"));
    assert_eq!(reply.refusal().code, Code::Malformed);
}
