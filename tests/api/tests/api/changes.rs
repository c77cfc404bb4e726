//! `/api/v1/changes`

use api_tests::actions::{assign, create};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::record::ChangesRequest;
use domain::api::{Code, ListChanges};
use domain::command::ChangeKind;
use serde_json::json;

covers!(ListChanges);

#[test]
fn changes_are_told_from_any_point_on_as_far_as_one_sees_them() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let start = admin.seq();
    let theirs = admin.create("account", json!({"name": "别人的"}));
    let mine = rep.create("account", json!({"name": "我的"}));
    workspace.add_field("account", "f_a", json!({"type": "integer"}));
    rep.update("account", mine, json!({"name": "改名"}));

    let all = admin.call::<ListChanges>(&[], &ChangesRequest { after: start });
    let told: Vec<_> =
        all.changes.iter().map(|note| (note.entity.as_str(), note.version, note.change)).collect();
    use ChangeKind::{Created, Defined, Updated};
    assert_eq!(
        told,
        [
            ("account", 1, Created),
            ("account", 1, Created),
            ("definition", 2, Defined),
            ("account", 2, Updated)
        ]
    );
    assert_eq!(
        (all.changes[0].record, all.changes[1].record, all.seq, all.more),
        (theirs, mine, start + 4, false)
    );

    let own = rep.call::<ListChanges>(&[], &ChangesRequest { after: start });
    assert_eq!(own.changes.iter().map(|note| note.seq - start).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(own.seq, start + 4);
    assert!(admin.call::<ListChanges>(&[], &ChangesRequest { after: start + 4 }).changes.is_empty());
    let ahead = admin.call::<ListChanges>(&[], &ChangesRequest { after: start + 1_000 });
    assert_eq!(
        (ahead.changes.len(), ahead.seq),
        (0, start + 4),
        "who is ahead of the log starts again from its end"
    );
}

#[test]
fn a_change_names_its_command_and_the_end_of_the_log() {
    let Workspace { admin } = Workspace::new();
    let start = admin.seq();
    let one = command(vec![create("lead", new_id(), json!({"name": "李"}))]);
    let many = command((0..500).map(|_| create("lead", new_id(), json!({"name": "王"}))).collect());
    admin.done_as(&one);
    admin.done_as(&many);
    let reply = admin.call::<ListChanges>(&[], &ChangesRequest { after: start });
    assert_eq!((reply.changes[0].command, reply.changes[1].command), (one.id, many.id));
    assert_eq!((reply.seq, reply.head, reply.more, reply.lost), (start + 500, start + 501, true, false));
    let rest = admin.call::<ListChanges>(&[], &ChangesRequest { after: reply.seq });
    assert_eq!((rest.seq, rest.head, rest.more), (start + 501, start + 501, false));
}

#[test]
fn what_goes_out_of_sight_is_only_said_to_have() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let other = workspace.person("rep", None);
    let (account, deal) = workspace.account_and_deal(rep.user);
    let contact = admin.create("contact", json!({"name": "王芳", "account": account}));
    let theirs = admin.create("account", json!({"name": "别人的"}));
    let told = |after: u64| {
        let reply = rep.call::<ListChanges>(&[], &ChangesRequest { after });
        let records: Vec<_> = reply.changes.iter().map(|note| note.record).collect();
        (records, reply.lost)
    };

    let start = admin.seq();
    admin.update("account", theirs, json!({"name": "改名"}));
    admin.done(vec![assign("account", theirs, Some(admin.user), Some(other.user))]);
    assert_eq!(told(start), (vec![], false));

    // What hangs on an account is in sight as long as that is.
    let start = admin.seq();
    admin.update("contact", contact, json!({"position": "采购"}));
    assert_eq!(told(start), (vec![contact], false));
    let start = admin.seq();
    admin.update("contact", contact, json!({"account": theirs}));
    assert_eq!(told(start), (vec![], true));
    assert!(!rep.sees("contact", contact));
    let start = admin.seq();
    admin.done(vec![assign("deal", deal, Some(rep.user), Some(admin.user))]);
    assert_eq!(told(start), (vec![], true));
    let start = admin.seq();
    admin.done(vec![assign("account", account, Some(rep.user), Some(admin.user))]);
    assert_eq!(told(start), (vec![], true));
    assert_eq!(told(admin.seq()), (vec![], false));
}

#[test]
fn many_changes_come_in_portions_without_a_gap() {
    let Workspace { admin } = Workspace::new();
    for _ in 0..3 {
        admin.done((0..400).map(|_| create("lead", new_id(), json!({"name": "李"}))).collect());
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let reply = admin.call::<ListChanges>(&[], &ChangesRequest { after });
        seen.extend(reply.changes.iter().map(|note| note.seq));
        assert!(reply.seq > after);
        after = reply.seq;
        if !reply.more {
            break;
        }
    }
    assert_eq!(seen, (1..=1200).collect::<Vec<u64>>());
}

#[test]
fn a_point_beyond_counting_is_refused() {
    let Workspace { admin } = Workspace::new();
    for after in [u64::MAX, 1 << 53] {
        assert_eq!(admin.refusal::<ListChanges>(&[], &ChangesRequest { after }).code, Code::Invalid);
    }
    for query in ["", "?after=", "?after=-1", "?after=x", "?after=1.5", "?after=18446744073709551616"] {
        let reply = admin.get(&format!("/api/v1/changes{query}"));
        assert_eq!(reply.refusal().code, Code::Malformed, "{reply}");
    }
}
