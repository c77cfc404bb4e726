//! Every endpoint and its handler. The descriptions stand in `domain::api`; a route that is missing here, or a
//! handler without a description, does not compile or fails the tidy tests.

use domain::api::{self, Call, Code, ENDPOINTS, Endpoint};
use worker::{Context, Env, Response, Result};

use crate::gate::{Cx, check_origin};
use crate::http::{Answer, Failure, Request, envelope, finish, json};
use crate::live::tell;
use crate::platform::new_id;
use crate::routes::{
    account, agenda, channel, command, export, feed, file, forecast, live, look, notification, record,
    search, timeline,
};
use crate::storage::objects::Part;

/// Answers any request that reaches the Worker.
///
/// # Errors
/// Only what the platform says while a reply is built.
pub async fn answer(request: Request, env: Env, context: &Context) -> Result<Response> {
    let request_id = new_id().map(|id| id.to_string()).unwrap_or_default();
    let response = match route(request, env, context).await {
        Ok(response) => response,
        Err(failure) => envelope(failure, &request_id)?,
    };
    finish(response, &request_id)
}

/// The varying parts of a path, decoded, when it is this endpoint's.
fn parts_of(endpoint: &Endpoint, path: &str) -> Option<Vec<String>> {
    let (mut pattern, mut given) = (endpoint.path.split('/'), path.split('/'));
    let mut parts = Vec::new();
    loop {
        match (pattern.next(), given.next()) {
            (None, None) => return Some(parts),
            (Some(part), Some(text)) if part.starts_with('{') && !text.is_empty() => {
                parts.push(percent_decode(text)?)
            }
            (Some(part), Some(text)) if part == text => {}
            _ => return None,
        }
    }
}

/// `None` for broken escapes and what is not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(rest.next()?)? * 16 + digit(rest.next()?)?);
    }
    String::from_utf8(bytes).ok()
}

async fn route(request: Request, env: Env, context: &Context) -> Answer<Response> {
    let path = request.path();
    if path == "/api/v1/openapi.json" {
        let response = Response::ok(include_str!("../openapi.json"))?;
        response.headers().set("content-type", "application/json; charset=utf-8")?;
        return Ok(response);
    }
    let method = request.method();
    if let Some(link) = feed::link_of(path) {
        if method != "GET" {
            return Err(Failure::refused(Code::MethodNotAllowed));
        }
        let cx = Cx::new(&request, env)?;
        return feed::calendar(&request, &cx, link).await;
    }
    let mut known_path = false;
    for endpoint in ENDPOINTS {
        let Some(parts) = parts_of(endpoint, path) else { continue };
        known_path = true;
        if endpoint.method.name() == method {
            check_origin(&request, endpoint.method)?;
            let cx = Cx::new(&request, env)?;
            let answered = handle(endpoint, &request, &cx, &parts).await;
            let news = cx.news();
            if !news.is_empty() {
                // The answer does not wait for it; what was saved before a fault is told as well.
                context.wait_until(tell(cx.env.clone(), news));
            }
            let response = answered?;
            // What the handler says of the session, its end for one, goes before.
            if let Some(cookie) =
                cx.renewal().filter(|_| !response.headers().has("set-cookie").unwrap_or(true))
            {
                response.headers().set("set-cookie", &cookie)?;
            }
            return Ok(response);
        }
    }
    Err(Failure::refused(if known_path { Code::MethodNotAllowed } else { Code::NotFound }))
}

async fn handle(endpoint: &Endpoint, request: &Request, cx: &Cx, parts: &[String]) -> Answer<Response> {
    macro_rules! is {
        ($call:ident) => {
            endpoint.name == <api::$call as Call>::ENDPOINT.name
        };
    }
    match () {
        () if is!(Health) => json(&api::account::HealthReply { ok: true }),
        () if is!(SignUp) => account::sign_up(request, cx).await,
        () if is!(SignIn) => account::sign_in(request, cx).await,
        () if is!(SignOut) => account::sign_out(cx).await,
        () if is!(ResetPassword) => account::reset_password(request, cx).await,
        () if is!(GetSession) => account::get_session(cx).await,
        () if is!(SetPreferences) => account::set_preferences(request, cx).await,
        () if is!(ChangePassword) => account::change_password(request, cx).await,
        () if is!(ListSessions) => account::list_sessions(cx).await,
        () if is!(RevokeSession) => account::revoke_session(cx, &parts[0]).await,
        () if is!(Invite) => account::invite(request, cx).await,
        () if is!(GetInvitation) => account::get_invitation(cx, &parts[0]).await,
        () if is!(AcceptInvitation) => account::accept_invitation(request, cx, &parts[0]).await,
        () if is!(GetSchema) => record::schema(cx).await,
        () if is!(SendCommands) => command::send(request, cx).await,
        () if is!(ListImports) => command::imports(request, cx).await,
        () if is!(GetImport) => command::import(cx, &parts[0]).await,
        () if is!(ListRecords) => record::list(request, cx, &parts[0]).await,
        () if is!(CreateRecord) => command::create(request, cx, &parts[0]).await,
        () if is!(GetRecord) => record::get(cx, &parts[0], &parts[1]).await,
        () if is!(UpdateRecord) => command::update(request, cx, &parts[0], &parts[1]).await,
        () if is!(DeleteRecord) => command::delete(request, cx, &parts[0], &parts[1]).await,
        () if is!(GetTimeline) => timeline::get(request, cx, &parts[0], &parts[1]).await,
        () if is!(GetLook) => look::get(cx, &parts[0], &parts[1]).await,
        () if is!(ListReaders) => look::readers(cx, &parts[0], &parts[1]).await,
        () if is!(GetStays) => forecast::stays(cx, &parts[0], &parts[1]).await,
        () if is!(GetForecast) => forecast::get(request, cx, &parts[0]).await,
        () if is!(GetTotals) => record::totals(request, cx, &parts[0]).await,
        () if is!(ExportRecords) => export::export(request, cx, &parts[0]).await,
        () if is!(ListExports) => export::list(cx).await,
        () if is!(UploadFile) => file::upload(request, cx).await,
        () if is!(GetFile) => file::get(cx, &parts[0], Part::Whole).await,
        () if is!(PutThumbnail) => file::put_thumbnail(request, cx, &parts[0]).await,
        () if is!(GetThumbnail) => file::get(cx, &parts[0], Part::Thumbnail).await,
        () if is!(GetBoard) => record::board(request, cx, &parts[0]).await,
        () if is!(GetToday) => record::today(request, cx).await,
        () if is!(GetAgenda) => agenda::get(request, cx).await,
        () if is!(Search) => search::search(request, cx).await,
        () if is!(FindAlike) => record::alike(request, cx, &parts[0]).await,
        () if is!(RebuildSearch) => search::rebuild(request, cx).await,
        () if is!(ListChanges) => record::changes(request, cx).await,
        () if is!(ListNotifications) => notification::list(request, cx).await,
        () if is!(ReadNotifications) => notification::read(request, cx).await,
        () if is!(GetReminders) => notification::settings(cx).await,
        () if is!(SetReminders) => notification::set(request, cx).await,
        () if is!(TestReminder) => channel::test(request, cx).await,
        () if is!(AddPush) => channel::add_push(request, cx).await,
        () if is!(AddBot) => channel::add_bot(request, cx).await,
        () if is!(RemoveChannel) => channel::remove(cx, &parts[0]).await,
        () if is!(MakeFeed) => feed::make(request, cx).await,
        () if is!(RevokeFeed) => feed::revoke(cx).await,
        () if is!(Live) => live::open(request, cx).await,
        () => Err(Failure::Fault(format!("{} has no handler", endpoint.name))),
    }
}
