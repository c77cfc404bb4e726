//! The document that integrators read.

use api_tests::browser::{Browser, Server};
use api_tests::openapi::{COMMAND, FILE, document};
use serde_json::Value as Json;

#[test]
fn the_document_in_the_repository_is_the_one_the_descriptions_give() {
    let written: Json = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(written == document(), "api-worker/openapi.json is out of date: {COMMAND}");
}

#[test]
fn the_worker_serves_the_document() {
    let reply = Browser::new(&Server::shared()).get("/api/v1/openapi.json");
    assert_eq!(reply.status, 200, "{reply}");
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    assert!(reply.json() == document(), "the Worker was built with another openapi.json");
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(json: &Json, found: &mut Vec<String>) {
        match json {
            Json::Object(map) => {
                for (key, value) in map {
                    match value.as_str().filter(|_| key == "$ref") {
                        Some(reference) => found.push(reference.to_owned()),
                        None => references(value, found),
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let place = document.pointer(reference.trim_start_matches('#'));
        assert!(place.is_some(), "{reference}");
    }
}
