//! The object of one workspace. It sleeps between changes while its sockets stay open, and keeps nothing that must
//! survive: whoever comes back is told anew how far the log has come.

use std::cell::RefCell;
use std::time::Duration;

use domain::api::live::{CLOSED_AGAIN, CLOSED_TOO_MANY, CLOSED_UNHEARD, PING, PONG, SOCKETS_OF_ONE, Told};
use serde::Deserialize;
use worker::{
    Delay, DurableObject, Env, Request, Response, Result, State, WebSocket, WebSocketIncomingMessage,
    WebSocketPair, WebSocketRequestResponsePair, console_error, durable_object,
};

use super::coalesce::{Coalesce, Step};
use super::wire::{NEWS, SOCKET};
use crate::platform::now;

/// A socket hears nothing more this long after its session was looked at; it opens again, and shows it again.
const TRUST_MS: f64 = 60.0 * 60.0 * 1000.0;

#[durable_object(websocket)]
pub struct Live {
    state: State,
    coalesce: RefCell<Coalesce>,
}

/// What the Worker asks of the object.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    seq: u64,
    /// Ids with commas between them.
    #[serde(default)]
    members: String,
    /// Ids too: in whose bell something is new.
    #[serde(default)]
    rung: String,
}

impl DurableObject for Live {
    fn new(state: State, _env: Env) -> Self {
        // Answered by the platform, without waking the object.
        match WebSocketRequestResponsePair::new(PING, PONG) {
            Ok(pair) => state.set_websocket_auto_response(&pair),
            Err(error) => console_error!("live: {error:?}"),
        }
        Self { state, coalesce: RefCell::default() }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let asked: Asked = request.query()?;
        match request.path().as_str() {
            SOCKET => self.accept(&asked),
            NEWS => self.hear(&asked).await,
            _ => Response::error("no such thing", 404),
        }
    }

    async fn websocket_message(&self, socket: WebSocket, _message: WebSocketIncomingMessage) -> Result<()> {
        // Nobody has anything to say here; what asks for life is answered before it comes this far.
        close(&socket, CLOSED_UNHEARD);
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        _code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> Result<()> {
        // The platform answers a close by itself; where it does not, this does.
        close(&socket, 1000);
        Ok(())
    }

    async fn websocket_error(&self, _socket: WebSocket, _error: worker::Error) -> Result<()> {
        // A line that broke: its device comes back by itself.
        Ok(())
    }
}

impl Live {
    fn accept(&self, asked: &Asked) -> Result<Response> {
        let member = asked.members.as_str();
        let mut own = self.state.get_websockets_with_tag(member);
        if own.len() >= SOCKETS_OF_ONE {
            // Of a device that went away without a word the socket may still stand; the oldest makes room.
            own.sort_by(|one, other| opened(one).total_cmp(&opened(other)));
            for socket in own.iter().take(own.len() + 1 - SOCKETS_OF_ONE) {
                close(socket, CLOSED_TOO_MANY);
            }
        }
        let WebSocketPair { client, server } = WebSocketPair::new()?;
        self.state.accept_websocket_with_tags(&server, &[member]);
        server.serialize_attachment(clock())?;
        // News may have come between the look at the session and here.
        server.send(&Told { seq: self.coalesce.borrow().heard().max(asked.seq), bell: false })?;
        Response::from_websocket(client)
    }

    async fn hear(&self, asked: &Asked) -> Result<Response> {
        for member in asked.members.split(',').filter(|member| !member.is_empty()) {
            for socket in self.state.get_websockets_with_tag(member) {
                close(&socket, CLOSED_AGAIN);
            }
        }
        let told = Told { seq: self.coalesce.borrow().heard(), bell: true };
        for member in asked.rung.split(',').filter(|member| !member.is_empty()) {
            for socket in self.state.get_websockets_with_tag(member) {
                // One that is closing takes nothing more.
                let _ = socket.send(&told);
            }
        }
        let step = self.coalesce.borrow_mut().hear(asked.seq, now().unix_ms());
        match step {
            Step::Nothing => {}
            Step::Tell(seq) => self.tell(seq),
            Step::Wait(ms) => {
                Delay::from(Duration::from_millis(ms)).await;
                let due = self.coalesce.borrow_mut().waited(now().unix_ms());
                if let Some(seq) = due {
                    self.tell(seq);
                }
            }
        }
        Response::empty()
    }

    fn tell(&self, seq: u64) {
        let now = clock();
        for socket in self.state.get_websockets() {
            if now - opened(&socket) > TRUST_MS {
                close(&socket, CLOSED_AGAIN);
            } else {
                // One that is closing takes nothing more.
                let _ = socket.send(&Told { seq, bell: false });
            }
        }
    }
}

/// The platform's clock as its attachments keep it.
fn clock() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our years are exact")]
    let now = now().unix_ms() as f64;
    now
}

/// When the socket was opened; one that does not say so, long ago.
fn opened(socket: &WebSocket) -> f64 {
    socket.deserialize_attachment().ok().flatten().unwrap_or(0.0)
}

/// Closing one that is closed already fails and changes nothing.
fn close(socket: &WebSocket, code: u16) {
    let _ = socket.close(Some(code), Some(""));
}
