//! `/api/v1/schema`

use api_tests::workspace::Workspace;
use domain::access::Permission;
use domain::api::{Empty, GetSchema};
use serde_json::json;

covers!(GetSchema);

#[test]
fn definitions_are_shown_as_far_as_the_role_sees_them() {
    let workspace = Workspace::new();
    workspace.add_field("deal", "f_model", json!({"type": "text", "max": 40}));
    let whole = workspace.admin.call::<GetSchema>(&[], &Empty {});
    assert_eq!(whole.revision, 2);
    assert!(whole.entity("deal").unwrap().field("f_model").is_some_and(|field| field.custom));

    let marketing = workspace.person("marketing", None).call::<GetSchema>(&[], &Empty {});
    let deal = marketing.entity("deal").unwrap();
    assert!(deal.field("amount").is_none() && deal.field("f_model").is_some());
    let own = marketing.role("marketing").unwrap();
    assert!(!own.grants.is_empty());
    // Of the others only who may make exceptions from the process: a refused move names them.
    for other in marketing.roles.iter().filter(|role| role.id != "marketing") {
        assert!(other.grants.is_empty() && other.hidden.is_empty(), "{}", other.id);
        assert!(
            other.permissions.iter().all(|permission| *permission == Permission::OverrideProcess),
            "{}",
            other.id
        );
    }
    assert!(marketing.role("manager").unwrap().may(Permission::OverrideProcess));
    let rep = workspace.person("rep", None).call::<GetSchema>(&[], &Empty {});
    assert!(rep.entity("deal").unwrap().field("amount").is_some());
}
