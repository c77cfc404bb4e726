//! The socket that says how far the workspace has come.

use domain::api::Code;
use domain::message::Problem;
use worker::Response;

use crate::gate::Cx;
use crate::http::{Answer, Failure, Request};
use crate::live;

/// # Errors
/// 401 without a session, 400 for what is no handshake; faults.
pub async fn open(request: &Request, cx: &Cx) -> Answer<Response> {
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    let wanted = request.headers().get("upgrade")?.unwrap_or_default();
    if !wanted.eq_ignore_ascii_case("websocket") {
        let problem = Problem::new("problem.malformed").with("text", "no handshake of a WebSocket");
        return Err(Failure::Refused {
            code: Code::Malformed,
            problems: vec![problem],
            conflicts: Vec::new(),
        });
    }
    Ok(live::open(&cx.env, session.db.workspace(), session.actor.user, session.seq).await?)
}
