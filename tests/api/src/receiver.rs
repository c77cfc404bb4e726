//! A receiver on this machine, for what the Worker sends out: it keeps what came and answers as it is told.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A request that came.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// What is answered: a whole response head with its body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
}

/// Listens on a port of its own until the program ends.
pub struct Receiver {
    pub origin: String,
    usual: Answer,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    /// Answers `usual` to everything that nothing else was said for.
    #[track_caller]
    #[must_use]
    pub fn answering(usual: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap_or_else(|error| panic!("{error}"));
        let port = listener.local_addr().unwrap_or_else(|error| panic!("{error}")).port();
        let state = Arc::new(Mutex::new(State::default()));
        let receiver = Self { origin: format!("http://127.0.0.1:{port}"), usual, state };
        let (usual, state) = (receiver.usual.clone(), Arc::clone(&receiver.state));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (usual, state) = (usual.clone(), Arc::clone(&state));
                // Whoever breaks off was not received.
                std::thread::spawn(move || drop(serve(stream, &usual, &state)));
            }
        });
        receiver
    }

    /// The next requests are answered like this, one each.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).answers.extend(answers);
    }

    /// What came so far, the first first.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).received.clone()
    }

    /// The one thing that came since the last time this was asked.
    #[track_caller]
    #[must_use]
    pub fn take(&self) -> Received {
        let mut all = std::mem::take(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner).received);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

fn serve(stream: TcpStream, usual: &Answer, state: &Mutex<State>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut received = Received { method, path, ..Received::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        received.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = received.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    received.body = vec![0; length];
    reader.read_exact(&mut received.body)?;
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received.push(received);
        state.answers.pop_front().unwrap_or_else(|| usual.clone())
    };
    let mut head = format!(
        "HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    reader.get_mut().write_all(format!("{head}\r\n{}", answer.body).as_bytes())
}
