//! Changing things: batches of commands, and plain REST that ends in the same commands.

use domain::access::Permission;
use domain::api::Code;
use domain::api::command::{
    Answer as CommandAnswer, CommandsReply, CommandsRequest, ImportCommand, ImportReply, ImportSummary,
    ImportsReply, ImportsRequest, MAX_BODY, MAX_COMMANDS,
};
use domain::api::record::{CreateRequest, DeleteRequest, Names, SavedReply, UpdateRequest};
use domain::command::{Action, Command, FORMAT};
use domain::ids::Id;
use domain::message::Problem;
use domain::time::Instant;
use worker::{Response, console_error};

use super::read_id;
use crate::gate::Cx;
use crate::http::{Answer, Failure, Request, json, read_json, read_query};
use crate::services::door;
use crate::storage::imports::PAGE;
use crate::storage::log;

pub async fn send(request: &Request, cx: &Cx) -> Answer<Response> {
    let CommandsRequest { commands } = read_json(request, MAX_BODY).await?;
    if commands.is_empty() || commands.len() > MAX_COMMANDS {
        return Err(Failure::invalid(
            Problem::on("commands", "problem.out_of_range").with("min", 1).with("max", MAX_COMMANDS),
        ));
    }
    let mut answers = Vec::with_capacity(commands.len());
    for command in &commands {
        if cx.is_nearly_spent() {
            break;
        }
        match door::send(cx, command).await {
            Ok(answer) => answers.push(answer),
            // What was saved before is told; the sender comes back with the rest, which then meets the fault alone.
            Err(failure) if answers.is_empty() => return Err(failure),
            Err(failure) => {
                console_error!("command {}: {failure:?}", command.id);
                break;
            }
        }
    }
    json(&CommandsReply { answers })
}

/// One action as a command of its own, answered as plain REST.
async fn send_one(cx: &Cx, id: Id, record: Id, action: Action) -> Answer<Response> {
    let command = Command { v: FORMAT, id, actions: vec![action] };
    match door::send(cx, &command).await? {
        CommandAnswer::Done(receipt) => {
            let version =
                receipt.records.iter().find(|saved| saved.record == record).map_or(0, |saved| saved.version);
            json(&SavedReply { id: record, version, seq: receipt.seq })
        }
        CommandAnswer::Refused { code, problems, .. } => {
            Err(Failure::Refused { code, problems, conflicts: Vec::new() })
        }
        CommandAnswer::Conflict { conflicts, .. } => {
            Err(Failure::Refused { code: Code::Conflict, problems: Vec::new(), conflicts })
        }
    }
}

pub async fn create(request: &Request, cx: &Cx, entity: &str) -> Answer<Response> {
    let CreateRequest { id, values } = read_json(request, MAX_BODY).await?;
    let action = Action::Create { entity: entity.to_owned(), record: id, values };
    // The record's own id names the command: creating twice creates once.
    send_one(cx, id, id, action).await
}

pub async fn update(request: &Request, cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let record = read_id(id)?;
    let UpdateRequest { command, base_version, old, values } = read_json(request, MAX_BODY).await?;
    send_one(
        cx,
        command,
        record,
        Action::Update { entity: entity.to_owned(), record, base_version, old, values },
    )
    .await
}

pub async fn delete(request: &Request, cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let record = read_id(id)?;
    let DeleteRequest { command, base_version } = read_query(request)?;
    send_one(cx, command, record, Action::Delete { entity: entity.to_owned(), record, base_version }).await
}

pub async fn imports(request: &Request, cx: &Cx) -> Answer<Response> {
    let ImportsRequest { after } = read_query(request)?;
    let wrong = |_| Failure::invalid(Problem::on("after", "problem.not_a_cursor"));
    let after = after.as_deref().map(str::parse::<Id>).transpose().map_err(wrong)?;
    let (_, rows) = cx
        .session(&|session| {
            // Administrators see every import, others their own.
            let all = session.role()?.may(Permission::Define);
            Ok(vec![log::imports((!all).then_some(session.actor.user), after)])
        })
        .await?;
    type Row = (Id, i64, Id, String, u64, u64, u64, u64, Option<String>);
    let mut rows = rows.first().map(|rows| rows.read::<Row>()).transpose()?.unwrap_or_default();
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|(import, ..)| import.to_string());
    let mut names = Names::new();
    let mut imports = Vec::with_capacity(rows.len());
    for (import, at, by, entity, created, skipped, refused, open, name) in rows {
        let Some(at) = Instant::from_unix_ms(at) else { continue };
        names.extend(name.map(|name| (by, name)));
        imports.push(ImportSummary { import, entity, at, by, created, skipped, refused, open });
    }
    json(&ImportsReply { imports, names, next })
}

pub async fn import(cx: &Cx, id: &str) -> Answer<Response> {
    let import = read_id(id)?;
    let (_, rows) = cx
        .session(&|session| {
            // Administrators see every import, others their own.
            let all = session.role()?.may(Permission::Define);
            let by = (!all).then_some(session.actor.user);
            Ok(vec![log::of_import(import, by), log::made_by_import(import, by)])
        })
        .await?;
    type Row = (Id, i64, u64, u64, u8);
    let made = rows.get(1).map(|rows| rows.read::<(String, u64)>()).transpose()?.unwrap_or_default();
    let rows = rows.first().map(|rows| rows.read::<Row>()).transpose()?.unwrap_or_default();
    if rows.is_empty() {
        return Err(Failure::refused(Code::NotFound));
    }
    let command = |(command, at, created, changed, undone): Row| {
        Some(ImportCommand { command, at: Instant::from_unix_ms(at)?, created, changed, undone: undone == 1 })
    };
    let commands = rows.into_iter().filter_map(command).collect();
    json(&ImportReply { import, commands, made: made.into_iter().collect() })
}
