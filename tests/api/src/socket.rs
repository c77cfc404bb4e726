//! A device that watches: a socket of `/api/v1/live` as a browser opens it.

use std::net::TcpStream;
use std::time::Duration;

use domain::api::live::{PING, PONG, Told};
use domain::api::{Call, Live};
use tungstenite::client::IntoClientRequest;
use tungstenite::http::{HeaderName, HeaderValue};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Error, Message, WebSocket};

use crate::browser::Browser;
use crate::called;

/// What does not come within this does not come.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Watch(WebSocket<MaybeTlsStream<TcpStream>>);

impl Browser {
    /// Opens a socket as one of our pages does.
    #[track_caller]
    #[must_use]
    pub fn watch(&self) -> Watch {
        match self.watch_from(Some(&self.server.url)) {
            Ok(watch) => {
                called::note(Live::ENDPOINT.name);
                watch
            }
            Err(status) => panic!("no socket, but {status}"),
        }
    }

    /// Opens a socket as a page of this origin does.
    ///
    /// # Errors
    /// The status of the reply that is no socket.
    #[track_caller]
    pub fn watch_from(&self, origin: Option<&str>) -> Result<Watch, u16> {
        let address = format!("{}{}", self.server.url.replacen("http", "ws", 1), Live::ENDPOINT.path);
        let mut request = address.into_client_request().unwrap_or_else(|error| panic!("{error}"));
        let told = [
            ("cf-connecting-ip", Some(self.address.as_str())),
            ("cookie", self.cookie.as_deref()),
            ("origin", origin),
        ];
        for (name, value) in told.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            let value = HeaderValue::from_str(value).unwrap_or_else(|error| panic!("{error}"));
            request.headers_mut().insert(HeaderName::from_static(name), value);
        }
        match tungstenite::connect(request) {
            Ok((socket, _)) => {
                if let MaybeTlsStream::Plain(stream) = socket.get_ref()
                    && let Err(error) = stream.set_read_timeout(Some(PATIENCE))
                {
                    panic!("{error}");
                }
                Ok(Watch(socket))
            }
            Err(Error::Http(reply)) => Err(reply.status().as_u16()),
            Err(error) => panic!("no socket: {error}"),
        }
    }
}

impl Watch {
    #[track_caller]
    fn next(&mut self) -> Message {
        self.0.read().unwrap_or_else(|error| panic!("nothing came: {error}"))
    }

    /// How far the workspace has come, by the next message.
    #[track_caller]
    pub fn told(&mut self) -> u64 {
        loop {
            if let Message::Text(text) = self.next() {
                match serde_json::from_str::<Told>(&text) {
                    Ok(told) => return told.seq,
                    Err(error) => panic!("{text}: {error}"),
                }
            }
        }
    }

    /// Everything that is told until the workspace has come to `seq`.
    #[track_caller]
    pub fn told_until(&mut self, seq: u64) -> Vec<u64> {
        let mut told = Vec::new();
        while told.last().is_none_or(|last| *last < seq) {
            told.push(self.told());
        }
        told
    }

    /// The code with which the other side closes it, whatever it says before.
    #[track_caller]
    pub fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next() {
                return frame.map_or(0, |frame| frame.code.into());
            }
        }
    }

    /// Whether the other side answers. Nothing may be told meanwhile.
    #[track_caller]
    pub fn is_alive(&mut self) -> bool {
        self.say(PING);
        matches!(self.next(), Message::Text(text) if text.as_str() == PONG)
    }

    #[track_caller]
    pub fn say(&mut self, text: &str) {
        if let Err(error) = self.0.send(Message::text(text)) {
            panic!("{error}");
        }
    }
}
