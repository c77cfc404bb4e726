//! Who has a say in a deal and who else wants it: records of nobody, as free as the deal they stand under.

use api_tests::actions::{create, delete, update};
use api_tests::ids::new_id;
use api_tests::workspace::Workspace;
use domain::api::Code;
use serde_json::json;

#[test]
fn the_people_of_a_deal_are_seen_and_changed_with_the_deal() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let (_, mine) = workspace.account_and_deal(rep.user);
    let (_, theirs) = workspace.account_and_deal(admin.user);
    let contact = rep.create("contact", json!({"name": "王芳"}));
    let (person, other) = (new_id(), new_id());
    let values = json!({"deal": mine, "contact": contact, "role": "champion", "attitude": "supports"});
    rep.done(vec![create("deal_contact", person, values)]);
    let read = rep.read("deal_contact", person);
    assert_eq!((read.may.update, read.may.delete), (true, true));
    admin.done(vec![create("deal_contact", other, json!({"deal": theirs, "contact": contact}))]);

    // Another's deal takes none of mine, neither new nor moved, and its people are out of sight.
    assert!(!rep.sees("deal_contact", other));
    let (code, _) =
        rep.refused(vec![create("deal_contact", new_id(), json!({"deal": theirs, "contact": contact}))]);
    assert_eq!(code, Code::Invalid, "what one points at has to be in sight");
    let (code, _) = rep.refused(vec![update("deal_contact", person, 1, json!({}), json!({"deal": theirs}))]);
    assert!(matches!(code, Code::Invalid | Code::Forbidden), "{code:?}");
    let of = |deal| json!(["=", ["field", "deal"], deal]);
    assert_eq!((rep.count("deal_contact", Some(&of(mine))), rep.count("deal_contact", None)), (1, 1));

    // Handed over, the people go along.
    admin.update("deal", mine, json!({"owner": admin.user}));
    assert!(!rep.sees("deal_contact", person));
    admin.done(vec![delete("deal_contact", person, 1)]);
}

#[test]
fn who_only_reads_a_deal_changes_nothing_of_its_people() {
    let workspace = Workspace::new();
    let finance = workspace.person("finance", None);
    let (_, deal) = workspace.account_and_deal(workspace.admin.user);
    let contact = workspace.admin.create("contact", json!({"name": "王芳"}));
    let person = workspace.admin.create("deal_contact", json!({"deal": deal, "contact": contact}));
    assert!(finance.sees("deal_contact", person));
    let (code, _) =
        finance.refused(vec![create("deal_contact", new_id(), json!({"deal": deal, "contact": contact}))]);
    assert_eq!(code, Code::Forbidden);
    let (code, _) =
        finance.refused(vec![update("deal_contact", person, 1, json!({}), json!({"role": "user"}))]);
    assert_eq!(code, Code::Forbidden);
}

#[test]
fn competitors_are_known_to_everyone_and_stand_in_deals() {
    let workspace = Workspace::new();
    let (rep, other) = (workspace.person("rep", None), workspace.person("rep", None));
    let competitor = rep.create("competitor", json!({"name": "Acme", "strengths": "便宜"}));
    assert_eq!(other.value("competitor", competitor, "strengths"), "便宜");
    let (code, _) = other.refused(vec![update("competitor", competitor, 1, json!({}), json!({"name": "x"}))]);
    assert_eq!(code, Code::Forbidden);
    let (_, deal) = workspace.account_and_deal(other.user);
    let stand = new_id();
    let values = json!({"deal": deal, "competitor": competitor, "standing": "ahead"});
    other.done(vec![create("deal_competitor", stand, values)]);
    assert!(!rep.sees("deal_competitor", stand), "it is told with the deal only");
    let (code, problems) = other.refused(vec![create("deal_competitor", new_id(), json!({"deal": deal}))]);
    assert_eq!((code, problems[0].field.as_deref()), (Code::Invalid, Some("competitor")));
}
