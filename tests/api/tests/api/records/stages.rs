//! `/api/v1/records/{entity}/{id}/stages`: the time in each stage, whichever way a record came there.

use api_tests::actions::{
    create, delete, import as import_rows, move_deal, move_deal_with, restore, signing, undo, update,
};
use api_tests::ids::new_id;
use api_tests::person::{Person, command};
use api_tests::workspace::Workspace;
use domain::api::record::UpdateRequest;
use domain::api::{Code, Empty, GetSchema, GetStays, UpdateRecord};
use domain::command::{ImportRow, RowOutcome, Wire};
use domain::ids::Id;
use domain::schema::change::DefinitionChange;
use domain::signals::SINCE;
use domain::stay::Stay;
use serde_json::json;

#[track_caller]
fn stays(person: &Person, deal: Id) -> Vec<Stay> {
    let stays = person.call::<GetStays>(&["deal", &deal.to_string()], &Empty {}).stays;
    // One ends where the next begins, and the last one lasts.
    for pair in stays.windows(2) {
        assert!(pair[0].to == Some(pair[1].from) && pair[0].from <= pair[1].from, "{stays:?}");
    }
    assert!(stays.last().is_none_or(|stay| stay.to.is_none()), "{stays:?}");
    // The record says of its stage what the last of them says.
    let since = person.value("deal", deal, SINCE);
    assert_eq!(stays.last().map(|stay| json!(stay.from)), Some(since), "{stays:?}");
    stays
}

#[track_caller]
fn way(person: &Person, deal: Id) -> Vec<String> {
    stays(person, deal).into_iter().map(|stay| stay.stage).collect()
}

#[test]
fn every_move_begins_a_stay_whichever_way_it_comes() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    assert_eq!(way(&admin, deal), ["first_contact"]);
    // By a command, also one that is sent twice; by a plain change; by the records API.
    let moved = command(vec![move_deal(deal, "first_contact", "needs")]);
    admin.done_as(&moved);
    admin.done_as(&moved);
    admin.done(vec![update("deal", deal, 2, json!({}), json!({"stage": "proposal"}))]);
    let values: Wire = [("stage".to_owned(), json!("negotiation"))].into();
    let request = UpdateRequest { command: new_id(), base_version: 3, old: Wire::new(), values };
    admin.call::<UpdateRecord>(&["deal", &deal.to_string()], &request);
    admin.done(vec![move_deal_with(deal, "negotiation", "signed", signing())]);
    // Opened again.
    admin.done(vec![move_deal(deal, "signed", "needs")]);
    let gone = ["first_contact", "needs", "proposal", "negotiation", "signed", "needs"];
    assert_eq!(way(&admin, deal), gone);
    // What is no move begins nothing.
    admin.update("deal", deal, json!({"name": "仓储三期"}));
    assert_eq!(way(&admin, deal), gone);
    let request = UpdateRequest {
        command: new_id(),
        base_version: 1,
        old: [("stage".to_owned(), json!("proposal"))].into(),
        values: [("stage".to_owned(), json!("lost"))].into(),
    };
    admin.refusal::<UpdateRecord>(&["deal", &deal.to_string()], &request);
    assert_eq!(way(&admin, deal), gone);
}

#[test]
fn many_at_once_and_rows_of_an_import_have_their_own_times() {
    let Workspace { admin } = Workspace::new();
    let deals: Vec<Id> = (0..5).map(|at| admin.create("deal", json!({"name": format!("单 {at}")}))).collect();
    let moves = deals.iter().map(|deal| move_deal(*deal, "first_contact", "needs"));
    // Among others that are no moves, and two steps in one command are one move.
    let all = [create("account", new_id(), json!({"name": "恒通物流"}))].into_iter().chain(moves);
    let all = all.chain([move_deal(deals[4], "needs", "proposal")]);
    admin.done(all.collect());
    for deal in &deals[..4] {
        assert_eq!(way(&admin, *deal), ["first_contact", "needs"]);
    }
    assert_eq!(way(&admin, deals[4]), ["first_contact", "proposal"]);

    let row = |line: u32, stage: &str| {
        let cells =
            [("name", "一"), ("stage", stage)].map(|(field, text)| (field.to_owned(), text.to_owned()));
        ImportRow { line, record: new_id(), cells: cells.into() }
    };
    let rows = vec![row(2, "Lost"), row(3, "Needs"), row(4, "Nowhere")];
    let ids: Vec<Id> = rows.iter().map(|row| row.record).collect();
    let receipt = admin.done(vec![import_rows(new_id(), "deal", false, rows)]);
    assert_eq!(
        (receipt.rows[0].outcome, receipt.rows[1].outcome),
        (RowOutcome::Created, RowOutcome::Created)
    );
    assert_eq!((way(&admin, ids[0]), way(&admin, ids[1])), (vec!["lost".into()], vec!["needs".into()]));
}

#[test]
fn a_move_taken_back_before_the_next_was_none_and_any_other_undo_is_a_move() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    let before = stays(&admin, deal);
    let slip = command(vec![move_deal(deal, "first_contact", "proposal")]);
    admin.done_as(&slip);
    let slipped = stays(&admin, deal);
    assert_eq!(way(&admin, deal), ["first_contact", "proposal"]);
    let back = command(vec![undo(slip.id)]);
    admin.done_as(&back);
    // As if nothing had been: it stands there since the first moment.
    assert_eq!(stays(&admin, deal), before);
    // Sent twice it takes nothing more.
    admin.done_as(&back);
    assert_eq!(stays(&admin, deal), before);
    // The undo is taken back too: the move is there again, as of when it was made.
    let again = command(vec![undo(back.id)]);
    admin.done_as(&again);
    assert_eq!(stays(&admin, deal), slipped);
    // And that: by its own command, or by the first one.
    admin.done(vec![undo(again.id)]);
    assert_eq!(stays(&admin, deal), before);
    admin.done(vec![undo(back.id)]);
    assert_eq!(stays(&admin, deal), slipped);
    admin.done(vec![undo(slip.id)]);
    assert_eq!(stays(&admin, deal), before);

    // There and back in between: the time there was real.
    let other = admin.create("deal", json!({"name": "三号产线"}));
    let first = command(vec![move_deal(other, "first_contact", "needs")]);
    admin.done_as(&first);
    admin.done(vec![move_deal(other, "needs", "proposal")]);
    admin.done(vec![move_deal(other, "proposal", "needs")]);
    admin.done(vec![undo(first.id)]);
    assert_eq!(way(&admin, other), ["first_contact", "needs", "proposal", "needs", "first_contact"]);
}

#[test]
fn a_stage_that_is_gone_brings_no_moment_back() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期", "stage": "needs"}));
    let moved = command(vec![move_deal(deal, "needs", "proposal")]);
    admin.done_as(&moved);
    let before = stays(&admin, deal);
    let mut stages = admin.call::<GetSchema>(&[], &Empty {}).pipelines[0].stages.clone();
    stages.retain(|stage| stage.id != "needs");
    let change = DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None };
    admin.defines(change);
    let receipt = admin.done(vec![undo(moved.id)]);
    assert!(receipt.kept[0].fields.contains(&"stage".to_owned()), "{receipt:?}");
    assert_eq!(stays(&admin, deal), before);
}

#[test]
fn a_deal_that_was_deleted_and_came_back_stood_there_all_the_time() {
    let Workspace { admin } = Workspace::new();
    let deal = admin.create("deal", json!({"name": "仓储二期"}));
    admin.done(vec![move_deal(deal, "first_contact", "needs")]);
    let before = stays(&admin, deal);
    admin.done(vec![delete("deal", deal, 2)]);
    admin.done(vec![restore("deal", deal)]);
    assert_eq!(stays(&admin, deal), before);
    let gone = command(vec![delete("deal", deal, 4)]);
    admin.done_as(&gone);
    admin.done(vec![undo(gone.id)]);
    assert_eq!(stays(&admin, deal), before);
}

#[test]
fn a_stage_that_is_removed_stays_in_the_way_of_those_that_stood_there() {
    let Workspace { admin } = Workspace::new();
    let (deal, deleted) = (
        admin.create("deal", json!({"name": "一", "stage": "needs"})),
        admin.create("deal", json!({"name": "二", "stage": "needs"})),
    );
    admin.done(vec![move_deal(deal, "needs", "proposal")]);
    admin.done(vec![delete("deal", deleted, 1)]);
    let mut stages = admin.call::<GetSchema>(&[], &Empty {}).pipelines[0].stages.clone();
    stages.retain(|stage| stage.id != "needs");
    let change = DefinitionChange::SetStages { pipeline: "sales".into(), stages, edges: None };
    admin.defines(change);
    assert_eq!(way(&admin, deal), ["needs", "proposal"]);
    // What comes back finds its stage gone, and stands in the first one from now on.
    admin.done(vec![restore("deal", deleted)]);
    assert_eq!(way(&admin, deleted), ["needs", "first_contact"]);
}

#[test]
fn times_are_told_to_those_who_see_the_record_and_its_stage() {
    let workspace = Workspace::new();
    let (admin, rep) = (&workspace.admin, workspace.person("rep", None));
    let deal = admin.create("deal", json!({"name": "别人的"}));
    let mine = rep.create("deal", json!({"name": "我的"}));
    let asked = |person: &Person, entity: &str, id: Id| {
        person.refusal::<GetStays>(&[entity, &id.to_string()], &Empty {}).code
    };
    assert_eq!(asked(&rep, "deal", deal), Code::NotFound);
    assert_eq!(way(&rep, mine), ["first_contact"]);
    // What has no stages, is nothing or nowhere.
    let account = admin.create("account", json!({"name": "恒通物流"}));
    for (entity, id) in [("account", account), ("deal", account), ("deal", new_id()), ("nothing", deal)] {
        assert_eq!(asked(admin, entity, id), Code::NotFound, "{entity}");
    }
    let mut role = domain::access::shipped_roles().into_iter().find(|role| role.id == "rep").unwrap();
    role.hidden.insert("deal".into(), vec!["stage".into()]);
    admin.defines(DefinitionChange::SetRole { role });
    assert_eq!(asked(&rep, "deal", mine), Code::NotFound);
}
