//! `/api/v1/board/{pipeline}`

use api_tests::actions::move_deal;
use api_tests::workspace::Workspace;
use domain::api::record::{BoardRequest, ListRequest};
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
