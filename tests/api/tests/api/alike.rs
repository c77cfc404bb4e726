//! `/api/v1/alike/{entity}`

use api_tests::person::Person;
use api_tests::workspace::Workspace;
use domain::api::record::AlikeRequest;
use domain::api::{Code, FindAlike};
use domain::ids::Id;
use serde_json::json;

covers!(FindAlike);

fn asked(name: Option<&str>, phone: Option<&str>, email: Option<&str>) -> AlikeRequest {
    let text = |text: Option<&str>| text.map(str::to_owned);
    AlikeRequest { name: text(name), phone: text(phone), email: text(email) }
}

fn alike(person: &Person, entity: &str, request: &AlikeRequest) -> Vec<Id> {
    person.call::<FindAlike>(&[entity], request).records.into_iter().map(|record| record.id).collect()
}

#[test]
fn who_may_be_there_already_is_found_by_name_phone_or_email() {
    let Workspace { admin } = Workspace::new();
    let account = admin.create("account", json!({"name": "恒通（上海）物流 Ltd.", "phone": "021 5888 1234"}));
    let contact = admin
        .create("contact", json!({"name": "王芳", "phone": "138 0013 8000", "email": "wang@example.com"}));
    let namesake = admin.create("contact", json!({"name": "王 芳"}));
    for spelt in ["恒通(上海)物流ltd", "恒通（上海）物流　ＬＴＤ", " 恒通 上海 物流 ltd. "]
    {
        assert_eq!(alike(&admin, "account", &asked(Some(spelt), None, None)), [account], "{spelt}");
    }
    assert_eq!(alike(&admin, "account", &asked(None, Some("02158881234"), None)), [account]);
    assert_eq!(alike(&admin, "contact", &asked(None, Some("+86 138-0013-8000"), None)), [contact]);
    assert_eq!(alike(&admin, "contact", &asked(None, None, Some("WANG@example.com"))), [contact]);
    // Any of them is enough; each record comes once.
    let all = asked(Some("王芳"), Some("13800138000"), Some("wang@example.com"));
    assert_eq!(alike(&admin, "contact", &all), [namesake, contact]);
    // An account has no e-mail, and nothing is like nothing.
    assert!(alike(&admin, "account", &asked(None, None, Some("wang@example.com"))).is_empty());
    for nothing in ["", " ", "——", "恒通"] {
        assert!(alike(&admin, "account", &asked(Some(nothing), None, None)).is_empty(), "{nothing}");
    }
    assert!(alike(&admin, "account", &AlikeRequest::default()).is_empty());
    admin.done(vec![api_tests::actions::delete("contact", contact, 1)]);
    assert!(alike(&admin, "contact", &asked(None, Some("13800138000"), None)).is_empty());
}

#[test]
fn likeness_ends_where_sight_ends() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    workspace.admin.create("account", json!({"name": "恒通"}));
    let mine = rep.create("account", json!({"name": "恒通"}));
    assert_eq!(alike(&rep, "account", &asked(Some("恒通"), None, None)), [mine]);
    let elsewhere = Workspace::new();
    assert!(alike(&elsewhere.admin, "account", &asked(Some("恒通"), None, None)).is_empty());
    let service = workspace.person("service", None);
    assert_eq!(
        service.refusal::<FindAlike>(&["lead"], &asked(Some("恒通"), None, None)).code,
        Code::Forbidden
    );
}

#[test]
fn what_is_no_name_phone_or_email_is_refused_by_its_name() {
    let Workspace { admin } = Workspace::new();
    for (request, field) in [
        (asked(Some(&"长".repeat(201)), None, None), "name"),
        (asked(None, Some("abc"), None), "phone"),
        (asked(None, None, Some("nobody")), "email"),
    ] {
        let refusal = admin.refusal::<FindAlike>(&["contact"], &request);
        assert_eq!((refusal.code, refusal.problems[0].field.as_deref()), (Code::Invalid, Some(field)));
    }
    assert_eq!(admin.get("/api/v1/alike/contact?fax=1").refusal().code, Code::Malformed);
    assert_eq!(admin.get("/api/v1/alike/nothing?name=x").refusal().code, Code::NotFound);
}
