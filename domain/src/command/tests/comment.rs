use super::*;
use crate::command::Mention;
use crate::comment::{MAX_MENTIONS, mention};

/// A rep who sees a deal of somebody else's; 5 and 6 see it too, 7 does not.
fn story() -> Story {
    let may = May { update: false, delete: false, assign: false };
    let mut story = Story::new(REP).with("deal", 10, 1, &[("owner", Value::Reference(id(5)))], may);
    let deal = RecordKey::new("deal", id(10));
    story.readers = Some([id(5), id(6)].map(|user| (deal.clone(), user)).into());
    story
}

fn create(values: Json) -> Json {
    json!([{"do": "create", "entity": "comment", "record": id(20), "values": values}])
}

fn problems(story: &Story, actions: Json) -> Vec<(String, String)> {
    match story.tell(actions) {
        Err(Refusal::Invalid(problems) | Refusal::Forbidden(problems)) => {
            problems.into_iter().map(|problem| (problem.field.unwrap_or_default(), problem.key)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn named(plan: &Plan) -> Vec<Id> {
    plan.mentions.iter().map(|mention| mention.user).collect()
}

#[test]
fn a_comment_names_those_who_see_what_it_is_about() {
    let text = format!("{} {} {} 看下", mention(id(5)), mention(id(1)), mention(id(5)));
    let plan = story().tell(create(json!({"text": text, "deal": id(10)}))).unwrap();
    assert_eq!(plan.changes[0].after["owner"], Value::Reference(id(1)));
    // Who writes has no need to hear of it.
    let about = RecordKey::new("deal", id(10));
    assert_eq!(plan.mentions, BTreeSet::from([Mention { comment: id(20), user: id(5), about }]));
    let unseen = format!("{}{}", mention(id(6)), mention(id(7)));
    let found = problems(&story(), create(json!({"text": unseen, "deal": id(10)})));
    assert_eq!(found, [("text".to_owned(), "problem.comment.unseen".to_owned())]);
    // A device cannot look.
    let device = Story { readers: None, ..story() };
    assert_eq!(named(&device.tell(create(json!({"text": unseen, "deal": id(10)}))).unwrap()), [id(6), id(7)]);
}

#[test]
fn a_comment_is_of_its_author_about_something_and_says_something() {
    for (values, field, key) in [
        (json!({"text": "看下"}), "", "problem.comment.about_nothing"),
        (json!({"text": "", "deal": id(10)}), "text", "problem.required"),
        (json!({"deal": id(10)}), "text", "problem.required"),
        (json!({"text": "看下", "deal": id(11)}), "deal", "problem.reference_not_found"),
        (json!({"text": "x".repeat(20_001), "deal": id(10)}), "text", "problem.too_long"),
    ] {
        let found = problems(&story(), create(values.clone()));
        assert_eq!(found, [(field.to_owned(), key.to_owned())], "{values}");
    }
    let user = Story { ..story() }.with("user", 5, 1, &[], May::default());
    let found = problems(&user, create(json!({"text": "看下", "deal": id(10), "owner": id(5)})));
    assert!(found.contains(&("owner".into(), "problem.comment.of_author".into())), "{found:?}");
    let many: String = (0..=MAX_MENTIONS).map(|at| mention(Id::v7(at as u64, &[9; 10]))).collect();
    let found = problems(&story(), create(json!({"text": many, "deal": id(10)})));
    assert_eq!(found, [("text".to_owned(), "problem.comment.many_mentions".to_owned())]);
}

#[test]
fn an_edit_tells_only_those_it_names_anew_and_moves_nothing() {
    let before = format!("{} 看下", mention(id(5)));
    let values = [
        ("text", Value::Text(before.clone())),
        ("deal", Value::Reference(id(10))),
        ("owner", Value::Reference(id(1))),
    ];
    let mut story = story().with("comment", 20, 1, &values, May { assign: false, ..ALL });
    story.readers = Some(BTreeSet::from([(RecordKey::new("comment", id(20)), id(6))]));
    let update = |values: Json| json!([{"do": "update", "entity": "comment", "record": id(20), "base_version": 1, "values": values}]);
    let text = format!("{before} {}", mention(id(6)));
    assert_eq!(named(&story.tell(update(json!({"text": text}))).unwrap()), [id(6)]);
    assert!(story.tell(update(json!({"text": "好了"}))).unwrap().mentions.is_empty());
    let story = story.with("deal", 11, 1, &[], ALL);
    let found = problems(&story, update(json!({"deal": id(11)})));
    assert_eq!(found, [(String::new(), "problem.comment.stays".to_owned())]);
    let others = story.with("comment", 20, 1, &values, May::default());
    let found = problems(&others, update(json!({"text": "别人的"})));
    assert_eq!(found, [(String::new(), "problem.forbidden".to_owned())]);
}

#[test]
fn whom_a_comment_names_is_looked_up_where_it_stands() {
    let text = format!("{}{}", mention(id(5)), "@{nobody}");
    let asked = |action: Json| {
        let command =
            Command { v: FORMAT, id: id(99), actions: vec![serde_json::from_value(action).unwrap()] };
        crate::command::needs(&command, &Story::new(REP).schema).readers
    };
    let [deal, comment] =
        [("deal", 10), ("comment", 20)].map(|(entity, at)| (RecordKey::new(entity, id(at)), id(5)));
    let mut create = create(json!({"text": text, "deal": id(10)}));
    assert_eq!(asked(create[0].take()), BTreeSet::from([deal, comment.clone()]));
    let update = json!({"do": "update", "entity": "comment", "record": id(20), "base_version": 1, "values": {"text": text}});
    assert_eq!(asked(update), BTreeSet::from([comment]));
    let note = json!({"do": "update", "entity": "deal", "record": id(20), "base_version": 1, "values": {"text": text}});
    assert!(asked(note).is_empty());
}
