//! Requests as our own pages send them: with a cookie, an Origin and an address of their own.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use domain::api::{Call, Envelope, fill, to_query};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use ureq::http;

use crate::called;
use crate::ids::random;

/// Where the Worker answers.
pub struct Server {
    pub url: String,
    agent: ureq::Agent,
}

impl Server {
    #[must_use]
    pub fn at(url: &str) -> Arc<Self> {
        // No idle connections: a server that is killed or reloaded leaves dead ones behind.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)));
        Arc::new(Self { url: url.to_owned(), agent: config.build().into() })
    }

    /// The one that `cargo xtask test api` started for all tests.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        match env::var("ZHIKE_URL") {
            Ok(url) => Self::at(&url),
            Err(_) => panic!("ZHIKE_URL is not set: start with cargo xtask test api"),
        }
    }
}

/// One device of one person. It keeps its cookie as a browser would.
#[derive(Clone)]
pub struct Browser {
    pub server: Arc<Server>,
    pub cookie: Option<String>,
    /// Attempts are counted per address; every device has another.
    pub address: String,
}

/// A request with nothing added to it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

impl Request {
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: None }
    }

    #[must_use]
    pub fn with(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    #[must_use]
    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.with("content-type", "application/json").body(body)
    }

    /// The request of a described endpoint.
    #[must_use]
    pub fn of<C: Call>(parts: &[&str], request: &C::Request) -> Self {
        let endpoint = C::ENDPOINT;
        let path = fill(endpoint.path, parts);
        if endpoint.method.has_body() {
            return Self::new(endpoint.method.name(), &path).json(to_json(request));
        }
        let query = to_query(request);
        let mark = if query.is_empty() { "" } else { "?" };
        Self::new(endpoint.method.name(), &format!("{path}{mark}{query}"))
    }
}

#[track_caller]
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("not JSON: {error}"))
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: http::HeaderMap,
    /// As text, as far as it is some.
    pub text: String,
    pub bytes: Vec<u8>,
    /// What was asked, for the message of a failing test.
    pub asked: String,
}

impl Reply {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    #[must_use]
    pub fn parse<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&self.text) {
            Ok(value) => value,
            Err(error) => panic!("{self}: {error}"),
        }
    }

    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Json {
        self.parse()
    }

    /// The envelope of a refusal, whose code has to agree with the status.
    #[track_caller]
    #[must_use]
    pub fn refusal(&self) -> Envelope {
        let envelope: Envelope = self.parse();
        assert_eq!(envelope.code.status(), self.status, "{self}");
        assert_eq!(Some(envelope.request_id.as_str()), self.header("x-request-id"), "{self}");
        assert!(!envelope.text.is_empty(), "{self}");
        envelope
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text.chars().take(2000).collect();
        write!(f, "{} gave {} {text}", self.asked, self.status)
    }
}

impl Browser {
    #[must_use]
    pub fn new(server: &Arc<Server>) -> Self {
        let [a, b, c] = random::<3>();
        Self { server: Arc::clone(server), cookie: None, address: format!("10.{a}.{b}.{c}") }
    }

    /// Another device with the same session.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { cookie: self.cookie.clone(), ..Self::new(&self.server) }
    }

    /// Sends a request as it stands; only the address is added, and a cookie when there is one.
    ///
    /// # Errors
    /// No answer came.
    pub fn exchange(&self, request: &Request) -> Result<Reply, ureq::Error> {
        let Request { method, path, headers, body } = request;
        let url = format!("{}{path}", self.server.url);
        let mut http = http::Request::builder()
            .method(method.as_str())
            .uri(url)
            .header("cf-connecting-ip", &self.address);
        if let Some(cookie) = &self.cookie {
            http = http.header("cookie", cookie);
        }
        for (name, value) in headers {
            http = http.header(name, value);
        }
        let asked = format!("{method} {}", path.chars().take(300).collect::<String>());
        let sent = match body {
            Some(body) => self.server.agent.run(http.body(body.as_slice())?),
            None => self.server.agent.run(http.body(())?),
        };
        let mut reply = sent?;
        let bytes = reply.body_mut().with_config().limit(100 * 1024 * 1024).read_to_vec()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Reply { status: reply.status().as_u16(), headers: reply.headers().clone(), text, bytes, asked })
    }

    /// Sends a request as it stands.
    #[track_caller]
    #[must_use]
    pub fn bare(&self, request: &Request) -> Reply {
        match self.exchange(request) {
            Ok(reply) => reply,
            Err(error) => panic!("{} {} had no answer: {error}", request.method, request.path),
        }
    }

    /// Sends a request as one of our pages would, with its Origin.
    #[track_caller]
    #[must_use]
    pub fn ask(&self, request: &Request) -> Reply {
        self.bare(&request.clone().with("origin", &self.server.url))
    }

    #[track_caller]
    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.ask(&Request::new("GET", path))
    }

    #[track_caller]
    #[must_use]
    pub fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.ask(&Request::new("POST", path).json(body))
    }

    /// Calls a described endpoint, whatever it answers.
    #[track_caller]
    #[must_use]
    pub fn reply<C: Call>(&self, parts: &[&str], request: &C::Request) -> Reply {
        self.sent::<C>(&Request::of::<C>(parts, request))
    }

    /// Sends a file to a described endpoint, whatever it answers.
    #[track_caller]
    #[must_use]
    pub fn send_file<C: Call>(&self, parts: &[&str], request: &C::Request, file: &[u8]) -> Reply {
        self.sent::<C>(&Request::of::<C>(parts, request).body(file))
    }

    #[track_caller]
    fn sent<C: Call>(&self, request: &Request) -> Reply {
        let reply = self.ask(request);
        if (200..300).contains(&reply.status) {
            called::note(C::ENDPOINT.name);
        }
        reply
    }

    /// Calls a described endpoint and expects its reply.
    #[track_caller]
    pub fn call<C: Call>(&self, parts: &[&str], request: &C::Request) -> C::Reply {
        let reply = self.reply::<C>(parts, request);
        assert_eq!(reply.status, 200, "{reply}");
        reply.parse()
    }

    /// Calls a described endpoint and expects a refusal.
    #[track_caller]
    pub fn refusal<C: Call>(&self, parts: &[&str], request: &C::Request) -> Envelope {
        let reply = self.reply::<C>(parts, request);
        assert_ne!(reply.status, 200, "{reply}");
        reply.refusal()
    }

    /// Calls a described endpoint and keeps the cookie it sets.
    #[track_caller]
    pub fn enter<C: Call>(&mut self, parts: &[&str], request: &C::Request) -> C::Reply {
        let reply = self.reply::<C>(parts, request);
        assert_eq!(reply.status, 200, "{reply}");
        let cookie = reply.header("set-cookie").and_then(|line| line.split(';').next());
        assert!(cookie.is_some(), "{reply}: no cookie");
        self.cookie = cookie.map(str::to_owned);
        reply.parse()
    }

    /// The shard that the cookie names.
    #[must_use]
    pub fn shard(&self) -> Option<char> {
        self.cookie.as_deref()?.split_once('=')?.1.chars().next()
    }
}
