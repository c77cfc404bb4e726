//! `/api/v1/board/{pipeline}`

use api_tests::actions::{create, move_deal, update};
use api_tests::ids::new_id;
use api_tests::person::command;
use api_tests::workspace::Workspace;
use domain::api::command::Answer;
use domain::api::record::{BOARD_CARDS, BoardRequest, ListRequest};
use domain::api::{Code, GetBoard, ListRecords};
use domain::command::Action;
use domain::ids::Id;
use serde_json::json;

covers!(GetBoard);

#[test]
fn the_board_shows_the_first_cards_of_each_stage_newest_on_top() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..4).map(|at| admin.create("deal", json!({"name": format!("单 {at}")}))).collect();
    admin.done(vec![move_deal(ids[1], "first_contact", "proposal")]);
    let board = admin.call::<GetBoard>(&["sales"], &BoardRequest { filter: None, limit: Some(2) });
    let stages: Vec<_> = board.columns.iter().map(|column| column.stage.as_str()).collect();
    assert_eq!(stages, ["first_contact", "needs", "proposal", "negotiation", "signed", "lost"]);
    let first = &board.columns[0];
    assert_eq!(
        (first.records.iter().map(|deal| deal.id).collect::<Vec<_>>(), first.more),
        (vec![ids[3], ids[2]], true)
    );
    assert_eq!((board.columns[2].records[0].id, board.columns[2].more), (ids[1], false));
    assert_eq!((board.seq, board.revision), (admin.seq(), 1));

    let filter = json!(["=", ["field", "name"], "单 0"]).to_string();
    let board = admin.call::<GetBoard>(&["sales"], &BoardRequest { filter: Some(filter), limit: None });
    assert_eq!(board.columns.iter().map(|column| column.records.len()).sum::<usize>(), 1);
}

#[test]
fn a_board_comes_with_more_than_a_screen_shows_of_each_stage_and_no_more() {
    let Workspace { admin } = Workspace::new();
    let deals = (0..=BOARD_CARDS).map(|at| create("deal", new_id(), json!({"name": format!("单 {at}")})));
    admin.done(deals.collect());
    let board = admin.call::<GetBoard>(&["sales"], &BoardRequest::default());
    let first = &board.columns[0];
    assert_eq!((first.records.len(), first.more), (BOARD_CARDS as usize, true));
    assert!(first.next.is_some());
}

/// A move inside a column.
fn ranked(record: Id, stage: &str, place: Option<String>) -> Action {
    let mut action = Action::move_stage("deal", record, stage, stage);
    if let Action::MoveStage { rank, .. } = &mut action {
        *rank = place;
    }
    action
}

#[test]
fn a_card_put_between_two_others_stays_there() {
    let Workspace { admin } = Workspace::new();
    let ids: Vec<Id> = (0..3).map(|at| admin.create("deal", json!({"name": format!("单 {at}")}))).collect();
    let cards = || admin.call::<GetBoard>(&["sales"], &BoardRequest::default()).columns[0].records.clone();
    let shown = cards();
    let rank = |at: usize| shown[at].values["rank"].as_str().unwrap().to_owned();
    let between = domain::rank::between(Some(&rank(0)), Some(&rank(1))).unwrap();
    let stage = "first_contact".to_owned();
    admin.done(vec![ranked(ids[0], &stage, Some(between))]);
    assert_eq!(cards().iter().map(|deal| deal.id).collect::<Vec<_>>(), [ids[2], ids[0], ids[1]]);
}

#[test]
fn a_column_goes_on_behind_its_last_card_also_among_cards_of_one_rank() {
    let Workspace { admin } = Workspace::new();
    let mut ids: Vec<Id> =
        (0..5).map(|at| admin.create("deal", json!({"name": format!("单 {at}")}))).collect();
    ids.sort_unstable();
    let stage = "first_contact".to_owned();
    for id in &ids {
        // Two who order a column at once may choose the same place.
        admin.done(vec![ranked(*id, &stage, domain::rank::between(None, None))]);
    }
    let board = admin.call::<GetBoard>(&["sales"], &BoardRequest { filter: None, limit: Some(2) });
    let column = &board.columns[0];
    let mut seen: Vec<Id> = column.records.iter().map(|deal| deal.id).collect();
    let further = ListRequest {
        filter: Some(json!(["=", ["field", "stage"], "first_contact"]).to_string()),
        sort: Some("rank".into()),
        after: column.next.clone(),
        ..ListRequest::default()
    };
    let list = admin.call::<ListRecords>(&["deal"], &further);
    seen.extend(list.records.iter().map(|deal| deal.id));
    assert_eq!((seen, list.next, column.more), (ids, None, true));
}

#[test]
fn the_board_is_each_readers_own() {
    let workspace = Workspace::new();
    let rep = workspace.person("rep", None);
    workspace.admin.create("deal", json!({"name": "别人的"}));
    let mine = rep.create("deal", json!({"name": "我的"}));
    let board = rep.call::<GetBoard>(&["sales"], &BoardRequest::default());
    assert_eq!(board.columns[0].records.iter().map(|deal| deal.id).collect::<Vec<_>>(), [mine]);
    assert_eq!(
        workspace.person("service", None).refusal::<GetBoard>(&["sales"], &BoardRequest::default()).code,
        Code::Forbidden
    );
}

#[test]
fn a_board_that_is_not_there_or_asked_wrongly_is_refused() {
    let Workspace { admin } = Workspace::new();
    assert_eq!(admin.refusal::<GetBoard>(&["nothing"], &BoardRequest::default()).code, Code::NotFound);
    for request in [
        BoardRequest { limit: Some(0), filter: None },
        BoardRequest { limit: Some(201), filter: None },
        BoardRequest { limit: None, filter: Some("[".into()) },
    ] {
        assert_eq!(admin.refusal::<GetBoard>(&["sales"], &request).code, Code::Invalid, "{request:?}");
    }
}

/// Ids of a stage's cards in the board's order.
fn column(person: &api_tests::person::Person, stage: &str) -> Vec<Id> {
    let board = person.call::<GetBoard>(&["sales"], &BoardRequest { filter: None, limit: Some(200) });
    let column = board.columns.into_iter().find(|column| column.stage == stage);
    column.into_iter().flat_map(|column| column.records).map(|deal| deal.id).collect()
}

#[test]
fn a_thousand_cards_are_put_into_one_spot_one_after_the_other() {
    let Workspace { admin } = Workspace::new();
    let low = admin.create("deal", json!({"name": "下"}));
    let high = admin.create("deal", json!({"name": "上"}));
    let rank = |id: Id| admin.value("deal", id, "rank").as_str().unwrap().to_owned();
    let stage = "first_contact";
    // Each directly below the upper card, so that the room is halved a thousand times.
    let (above, mut below) = (rank(high), rank(low));
    let mut expected = vec![low];
    for _ in 0..10 {
        let mut actions = Vec::new();
        for _ in 0..100 {
            let id = new_id();
            below = domain::rank::between(Some(&above), Some(&below)).unwrap();
            actions.push(create("deal", id, json!({"name": "中"})));
            actions.push(ranked(id, stage, Some(below.clone())));
            expected.push(id);
        }
        assert_eq!(admin.done(actions).records.len(), 100);
    }
    expected.push(high);
    expected.reverse();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let request =
            ListRequest { sort: Some("rank".into()), after, limit: Some(200), ..ListRequest::default() };
        let page = admin.list("deal", &request);
        seen.extend(page.records.iter().map(|deal| deal.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    // One that is moved there afterwards is one row.
    let between = domain::rank::between(Some(&above), Some(&below));
    assert_eq!(admin.done(vec![ranked(low, stage, between)]).records.len(), 1);
    assert_eq!(column(&admin, stage)[..2], [high, low]);
}

#[test]
fn of_those_who_move_one_card_at_once_one_wins_and_the_others_hear_where_it_went() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "二期"}));
    let answers: Vec<(&str, Answer)> = std::thread::scope(|scope| {
        let send = |to: &'static str| {
            let admin = &admin;
            move || (to, admin.send(&command(vec![move_deal(deal, "first_contact", to)])))
        };
        let threads = ["needs", "proposal", "negotiation"].map(|to| scope.spawn(send(to)));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won: Vec<&str> =
        answers.iter().filter(|(_, answer)| matches!(answer, Answer::Done(_))).map(|(to, _)| *to).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(admin.value("deal", deal, "stage"), won[0]);
    for (to, answer) in answers.iter().filter(|(to, _)| *to != won[0]) {
        let Answer::Conflict { conflicts, .. } = answer else { panic!("{to}: {answer:?}") };
        let field = conflicts[0].fields.iter().find(|field| field.field == "stage").unwrap();
        assert_eq!(
            (&field.base, &field.theirs, &field.yours),
            (&json!("first_contact"), &json!(won[0]), &json!(to))
        );
    }
    // Nobody is in two places.
    let everywhere: usize = ["first_contact", "needs", "proposal", "negotiation"]
        .iter()
        .map(|stage| column(&admin, stage).iter().filter(|id| **id == deal).count())
        .sum();
    assert_eq!(everywhere, 1);
}

#[test]
fn two_cards_put_into_one_place_at_once_both_stand_there_in_one_order_for_all() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let ids: Vec<Id> = (0..4).map(|at| admin.create("deal", json!({"name": format!("单 {at}")}))).collect();
    let stage = "first_contact";
    let rank = |id: Id| admin.value("deal", id, "rank").as_str().unwrap().to_owned();
    // The newest stands on top: 3, 2, 1, 0. Both see the same gap between 3 and 2.
    let place = domain::rank::between(Some(&rank(ids[3])), Some(&rank(ids[2])));
    std::thread::scope(|scope| {
        let send = |id: Id| {
            let place = place.clone();
            move || admin.done(vec![ranked(id, stage, place)])
        };
        let threads = [ids[0], ids[1]].map(|id| scope.spawn(send(id)));
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let mut both = [ids[0], ids[1]];
    both.sort_unstable();
    let expected = [ids[3], both[0], both[1], ids[2]];
    assert_eq!(column(admin, stage), expected);
    let list = admin.list("deal", &ListRequest { sort: Some("rank".into()), ..ListRequest::default() });
    assert_eq!(list.records.iter().map(|deal| deal.id).collect::<Vec<_>>(), expected);
}

#[test]
fn a_card_goes_into_another_lane_with_its_stage_in_one_command_or_not_at_all() {
    let workspace = Workspace::new();
    let admin = &workspace.admin;
    let rep = workspace.person("rep", None);
    let deal = admin.create("deal", json!({"name": "二期", "owner": admin.user}));
    let into = |owner: Id, to: &str, from: &str, before: Id| {
        vec![
            move_deal(deal, from, to),
            update("deal", deal, 1, json!({"owner": before}), json!({"owner": owner})),
        ]
    };
    let receipt = admin.done(into(rep.user, "needs", "first_contact", admin.user));
    assert_eq!(receipt.records.len(), 1);
    assert_eq!(
        (admin.value("deal", deal, "stage"), admin.value("deal", deal, "owner")),
        (json!("needs"), json!(rep.user))
    );
    // A rep may move it on and not give it away: then neither happens.
    let (code, _) = rep.refused(into(admin.user, "proposal", "needs", rep.user));
    assert_eq!(code, Code::Forbidden);
    assert_eq!(admin.value("deal", deal, "stage"), "needs");
}
