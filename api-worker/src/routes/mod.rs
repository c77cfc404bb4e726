//! One thin file per resource: parse, call, reply.

pub mod account;
pub mod agenda;
pub mod channel;
pub mod command;
pub mod export;
pub mod feed;
pub mod file;
pub mod forecast;
pub mod live;
pub mod look;
pub mod notification;
pub mod record;
pub mod search;
pub mod timeline;

use domain::api::Code;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::Entity;

use crate::gate::Session;
use crate::http::{Answer, Failure};

/// # Errors
/// 404 for what is no id.
fn read_id(text: &str) -> Answer<Id> {
    text.parse().map_err(|_| Failure::refused(Code::NotFound))
}

/// # Errors
/// 404 for a kind of record the workspace does not have.
fn read_entity<'a>(session: &'a Session, id: &str) -> Answer<&'a Entity> {
    session.schema.entity(id).ok_or_else(|| Failure::Refused {
        code: Code::NotFound,
        problems: vec![unknown_entity(id)],
        conflicts: Vec::new(),
    })
}

fn unknown_entity(id: &str) -> Problem {
    Problem::on("entity", "problem.unknown_entity").with("entity", id.chars().take(80).collect::<String>())
}
