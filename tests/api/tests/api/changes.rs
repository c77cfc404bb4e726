//! `/api/v1/changes`

use api_tests::actions::create;
use api_tests::ids::new_id;
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
