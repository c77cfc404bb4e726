//! A customer in one look: histories of what belongs to a record, comments and whom they name, who talked with whom.

use std::collections::BTreeSet;

use api_tests::actions::{create, delete, log_touch, undo, update};
use api_tests::ids::new_id;
use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::look::{LookReply, Talk};
use domain::api::notification::{Notification, NotificationsRequest};
use domain::api::record::{TimelineEntry, TimelineKind, TimelineReply, TimelineRequest};
use domain::api::{Code, Empty, GetLook, GetTimeline, ListNotifications, ListReaders};
use domain::comment::{COMMENT, MAX_MENTIONS, mention};
use domain::ids::Id;
use domain::reminder::Kind;
use serde_json::{Value as Json, json};

covers!(GetLook, ListReaders);

fn page(person: &Person, entity: &str, id: Id, request: &TimelineRequest) -> TimelineReply {
    person.call::<GetTimeline>(&[entity, &id.to_string()], request)
}

/// Touches, tasks and comments of a history over all pages, by what each says.
fn told(person: &Person, entity: &str, id: Id, request: &TimelineRequest) -> Vec<String> {
    let mut request = request.clone();
    let mut told = Vec::new();
    loop {
        let reply = page(person, entity, id, &request);
        for entry in reply.entries {
            let (record, field) = match entry {
                TimelineEntry::Touch { record, .. } => (record, "summary"),
                TimelineEntry::Task { record, .. } => (record, "name"),
                TimelineEntry::Comment { record, .. } => (record, "text"),
                TimelineEntry::Change { .. } | TimelineEntry::File { .. } => continue,
            };
            told.push(record.values.get(field).and_then(Json::as_str).unwrap_or_default().to_owned());
        }
        request.after = reply.next;
        if request.after.is_none() {
            return told;
        }
    }
}

fn related() -> TimelineRequest {
    TimelineRequest { related: Some(true), ..TimelineRequest::default() }
}

fn touch(person: &Person, said: &str, about: &str, id: Id) -> Id {
    person.create("touch", json!({"kind": "call", "summary": said, about: id}))
}

fn comment(person: &Person, text: &str, about: &str, id: Id) -> Id {
    person.create(COMMENT, json!({"text": text, about: id}))
}

fn mentions(person: &Person) -> Vec<Notification> {
    let reply = person.call::<ListNotifications>(&[], &NotificationsRequest::default());
    reply.notifications.into_iter().filter(|told| told.kind == Kind::Mentioned).collect()
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn an_account_tells_what_happened_with_its_people_and_deals_as_far_as_one_sees_it() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let account = rep.create("account", json!({"name": "恒通"}));
    let contact = rep.create("contact", json!({"name": "李总", "account": account}));
    let deal = rep.create("deal", json!({"name": "二期", "account": account}));
    let secret = admin.create("deal", json!({"name": "机密", "account": account}));
    touch(&rep, "客户", "account", account);
    touch(&rep, "联系人", "contact", contact);
    touch(&rep, "商机", "deal", deal);
    touch(admin, "机密的", "deal", secret);
    rep.create("task", json!({"name": "寄样品", "deal": deal}));
    comment(&rep, "看下", "contact", contact);
    let own = set(&["客户"]);
    let all = set(&["客户", "联系人", "商机", "寄样品", "看下"]);
    let seen = |person: &Person, entity: &str, id, request: &TimelineRequest| {
        let all = told(person, entity, id, request);
        let once: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(once.len(), all.len(), "{all:?}");
        once
    };
    assert_eq!(seen(&rep, "account", account, &TimelineRequest::default()), own);
    assert_eq!(seen(&rep, "account", account, &related()), all);
    let whole: BTreeSet<String> = all.iter().cloned().chain(["机密的".to_owned()]).collect();
    assert_eq!(seen(admin, "account", account, &related()), whole);
    // What one sees of a deal is not changed by what belongs to its account.
    assert_eq!(seen(&rep, "deal", deal, &related()), set(&["商机", "寄样品"]));
    let tasks = TimelineRequest { only: Some(TimelineKind::Task), ..related() };
    assert_eq!(seen(&rep, "account", account, &tasks), set(&["寄样品"]));
    let comments = TimelineRequest { only: Some(TimelineKind::Comment), ..related() };
    assert_eq!(seen(&rep, "account", account, &comments), set(&["看下"]));
    let by = TimelineRequest { by: Some(admin.user), ..related() };
    assert_eq!(seen(admin, "account", account, &by), set(&["机密的"]));
    assert_eq!(seen(&rep, "account", account, &by), set(&[]));
    // Marketing sees customers, what is to be done and what is said, and no touches; a stranger nothing.
    let marketing = workspace.person("marketing", None);
    assert_eq!(seen(&marketing, "account", account, &related()), set(&["看下", "寄样品"]));
    let stranger = Workspace::new().admin;
    assert_eq!(
        stranger.refusal::<GetTimeline>(&["account", &account.to_string()], &related()).code,
        Code::NotFound
    );
}

#[test]
fn pages_of_merged_histories_lose_nothing() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通"}));
    let mut actions = Vec::new();
    let mut wanted = BTreeSet::new();
    for at in 0..7 {
        let (contact, deal) = (new_id(), new_id());
        actions.push(create("contact", contact, json!({"name": format!("人 {at}"), "account": account})));
        actions.push(create("deal", deal, json!({"name": format!("单 {at}"), "account": account})));
        for one in 0..10 {
            // Ten moments in all, so that many share one.
            let happened = format!("2026-05-01T08:{one:02}:00Z");
            for (about, id) in [("contact", contact), ("deal", deal)] {
                let said = format!("{about} {at} {one}");
                actions.push(create(
                    "touch",
                    new_id(),
                    json!({"kind": "call", "summary": said, "happened_at": happened, about: id}),
                ));
                wanted.insert(said);
            }
        }
    }
    admin.done(actions);
    let request = TimelineRequest { only: Some(TimelineKind::Touch), ..related() };
    let all = told(&admin, "account", account, &request);
    assert_eq!(all.len(), 140);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_comment_is_changed_by_its_author_alone_and_stands_on_the_timeline_while_it_is_there() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let deal = rep.create("deal", json!({"name": "二期"}));
    let said = comment(admin, "价格再谈谈", "deal", deal);
    let body = rep.read(COMMENT, said);
    assert!(!body.may.update && !body.may.delete && !body.may.assign, "{body:?}");
    let change = update(COMMENT, said, 1, json!({"text": "价格再谈谈"}), json!({"text": "不谈"}));
    assert_eq!(rep.refused(vec![change]).0, Code::Forbidden);
    assert_eq!(rep.refused(vec![delete(COMMENT, said, 1)]).0, Code::Forbidden);
    let own = comment(&rep, "好的", "deal", deal);
    assert_eq!(admin.refused(vec![delete(COMMENT, own, 1)]).0, Code::Forbidden);
    let (code, problems) =
        rep.refused(vec![create(COMMENT, new_id(), json!({"text": "x", "deal": deal, "owner": admin.user}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("owner")), "{problems:?}");
    rep.update(COMMENT, own, json!({"text": "好的，周五"}));
    assert_eq!(told(&rep, "deal", deal, &TimelineRequest::default()), ["好的，周五", "价格再谈谈"]);
    rep.done(vec![delete(COMMENT, own, 2)]);
    assert_eq!(told(&rep, "deal", deal, &TimelineRequest::default()), ["价格再谈谈"]);
    let receipt = rep.done(vec![create(COMMENT, new_id(), json!({"text": "算了", "deal": deal}))]);
    rep.done(vec![undo(receipt.command)]);
    assert_eq!(told(&rep, "deal", deal, &TimelineRequest::default()), ["价格再谈谈"]);
    // Whoever does not see the deal neither reads nor writes beside it.
    let other = workspace.person("rep", None);
    assert!(!other.sees(COMMENT, said));
    let (code, problems) = other.refused(vec![create(COMMENT, new_id(), json!({"text": "x", "deal": deal}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("deal")), "{problems:?}");
}

#[test]
fn whoever_is_named_hears_of_it_once_and_has_to_see_what_it_is_about() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let other = workspace.person("rep", None);
    let deal = rep.create("deal", json!({"name": "二期"}));
    let text = format!("{} {} 看下", mention(admin.user), mention(rep.user));
    let said = comment(&rep, &text, "deal", deal);
    let found = mentions(admin);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].by, Some(rep.user));
    assert_eq!(
        found[0].about.as_ref().map(|about| (about.entity.as_str(), about.record)),
        Some(("deal", deal))
    );
    assert!(mentions(&rep).is_empty());
    // Named again, in another text or by the same: once is enough.
    rep.update(COMMENT, said, json!({"text": "看下"}));
    rep.update(COMMENT, said, json!({"text": text}));
    assert_eq!(mentions(admin).len(), 1);
    let (code, problems) = rep.refused(vec![create(
        COMMENT,
        new_id(),
        json!({"text": format!("{} 看下", mention(other.user)), "deal": deal}),
    )]);
    let problem = &problems[0];
    assert_eq!(
        (code, problem.field.as_deref(), problem.key.as_str()),
        (Code::Invalid, Some("text"), "problem.comment.unseen")
    );
    assert!(mentions(&other).is_empty());
    // The names of those who are named come with the history.
    let reply = page(&rep, "deal", deal, &TimelineRequest::default());
    assert!(reply.names.contains_key(&admin.user), "{reply:?}");
}

#[test]
fn long_texts_bad_tokens_and_crowds_are_answered_in_words() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "二期"}));
    let refused = |text: String| {
        let (code, problems) =
            admin.refused(vec![create(COMMENT, new_id(), json!({"text": text, "deal": deal}))]);
        assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("text")), "{problems:?}");
        problems[0].key.clone()
    };
    let crowd = |count: usize| (0..count).map(|_| mention(new_id())).collect::<String>();
    assert_eq!(refused("字".repeat(20_001)), "problem.too_long");
    assert_eq!(refused(crowd(1_000)), "problem.too_long");
    assert_eq!(refused(crowd(MAX_MENTIONS + 1)), "problem.comment.many_mentions");
    assert_eq!(refused(mention(new_id())), "problem.comment.unseen");
    assert_eq!(refused(mention(Workspace::new().admin.user)), "problem.comment.unseen");
    assert_eq!(refused("  ".into()), "problem.required");
    // Nobody is named by what only looks like it.
    comment(&admin, "@{x} @ @{} @{01a20042-9c39-72cb-a694-6a3ca062390}", "deal", deal);
    let (code, problems) = admin.refused(vec![create(COMMENT, new_id(), json!({"text": "悬空"}))]);
    assert_eq!((code, problems[0].key.as_str()), (Code::Invalid, "problem.comment.about_nothing"));
}

#[test]
fn those_who_see_a_record_are_offered_by_name() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let other = workspace.person("rep", None);
    let account = rep.create("account", json!({"name": "恒通"}));
    let reply = rep.call::<ListReaders>(&["account", &account.to_string()], &Empty {});
    let people: BTreeSet<Id> = reply.people.iter().map(|person| person.id).collect();
    assert_eq!((people, reply.more), ([admin.user, rep.user].into(), false));
    let asked = other.refusal::<ListReaders>(&["account", &account.to_string()], &Empty {});
    assert_eq!(asked.code, Code::NotFound);
    assert_eq!(
        rep.refusal::<ListReaders>(&["nothing", &account.to_string()], &Empty {}).code,
        Code::NotFound
    );
}

fn look(person: &Person, entity: &str, id: Id) -> LookReply {
    person.call::<GetLook>(&[entity, &id.to_string()], &Empty {})
}

#[test]
fn who_talked_with_whom_is_told_and_that_a_colleague_just_did() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let account = rep.create("account", json!({"name": "恒通"}));
    let contact = rep.create("contact", json!({"name": "李总", "account": account}));
    let deal = rep.create("deal", json!({"name": "二期", "account": account}));
    let secret = admin.create("deal", json!({"name": "机密", "account": account}));
    rep.done(vec![log_touch(new_id(), "contact", contact, json!({"kind": "call"}), None)]);
    rep.done(vec![log_touch(new_id(), "contact", contact, json!({"kind": "visit"}), None)]);
    let found = look(&rep, "account", account);
    let [Talk { by, with, touches, .. }] = found.talks[..] else { panic!("{found:?}") };
    assert_eq!((by, with, touches), (rep.user, Some(contact), 2));
    assert_eq!(found.names.get(&contact).map(String::as_str), Some("李总"));
    // One's own contact is no news; what is out of sight is none either.
    assert_eq!(found.colleague, None);
    touch(admin, "机密的", "deal", secret);
    assert_eq!(look(&rep, "account", account).colleague, None);
    touch(admin, "早已", "account", account);
    let old = admin
        .create("touch", json!({"kind": "call", "contact": contact, "happened_at": "2020-01-01T00:00:00Z"}));
    for (entity, id) in [("account", account), ("contact", contact), ("deal", deal)] {
        let found = look(&rep, entity, id).colleague;
        assert_eq!(found.map(|talk| talk.by), Some(admin.user), "{entity}");
    }
    assert!(admin.sees("touch", old));
    assert_eq!(look(admin, "deal", deal).colleague.map(|talk| talk.by), Some(rep.user));
    // Kinds without touches have nothing to tell.
    let product = admin.create("product", json!({"name": "泵"}));
    assert_eq!(look(admin, "product", product), LookReply::default());
    let stranger = Workspace::new().admin;
    assert_eq!(
        stranger.refusal::<GetLook>(&["account", &account.to_string()], &Empty {}).code,
        Code::NotFound
    );
    assert_eq!(rep.refusal::<GetLook>(&["deal", &secret.to_string()], &Empty {}).code, Code::NotFound);
}
