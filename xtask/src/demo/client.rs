//! A client of the public API, no more than the filling needs.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};
use uuid::Uuid;

pub struct Client {
    agent: Agent,
    url: String,
    cookie: Option<String>,
}

/// The server's no, in its own words.
#[derive(Debug)]
pub struct Refused {
    call: String,
    status: u16,
    reply: Value,
}

impl Refused {
    /// Whether a problem is about this field.
    pub fn names(&self, field: &str) -> bool {
        let problems = self.reply["problems"].as_array();
        problems.is_some_and(|problems| problems.iter().any(|problem| problem["field"] == field))
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said: String = self.reply.to_string().chars().take(2_000).collect();
        write!(f, "{} was answered {}: {said}", self.call, self.status)
    }
}

impl std::error::Error for Refused {}

impl Client {
    pub fn new(url: &str) -> Self {
        let config =
            Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).http_status_as_error(false);
        Self { agent: config.build().into(), url: url.to_owned(), cookie: None }
    }

    /// Makes the workspace; answers with its first user.
    pub fn sign_up(&mut self, name: &str, email: &str, password: &str) -> Result<Uuid> {
        let workspace =
            json!({"name": "澄光数字（示例）", "language": "zh", "zone": "Asia/Shanghai", "currency": "CNY"});
        let body = json!({"workspace": workspace, "name": name, "email": email, "password": password});
        id(&self.post("/api/v1/auth/sign-up", &body)?, "user")
    }

    /// Answers with the link's token.
    pub fn invite(&mut self, name: &str, email: &str, role: &str, team: Uuid) -> Result<String> {
        let body = json!({"name": name, "email": email, "role": role, "team": team});
        let reply = self.post("/api/v1/invitations", &body)?;
        let token = reply["path"].as_str().and_then(|path| path.rsplit('/').next());
        Ok(token.context("an invitation without a link")?.to_owned())
    }

    /// Joins by an invitation; answers with the user one has become.
    pub fn accept(&mut self, token: &str, password: &str) -> Result<Uuid> {
        let reply =
            self.post(&format!("/api/v1/invitations/{token}/accept"), &json!({"password": password}))?;
        id(&reply, "user")
    }

    pub fn command(&mut self, id: &Uuid, actions: &[Value]) -> Result<()> {
        let body = json!({"commands": [{"v": 1, "id": id, "actions": actions}]});
        let reply = self.post("/api/v1/commands", &body)?;
        let answer = &reply["answers"][0];
        let refuses = |rows: &Vec<Value>| rows.iter().any(|row| row["outcome"] != "created");
        if answer["answer"] != "done" || answer["rows"].as_array().is_some_and(refuses) {
            bail!(
                "a command of the demo was not done: {}",
                reply.to_string().chars().take(2_000).collect::<String>()
            );
        }
        Ok(())
    }

    pub fn get(&mut self, path: &str) -> Result<Value> {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.call().with_context(|| format!("GET {path}"))?;
        self.take(&format!("GET {path}"), response)
    }

    fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        // What changes something has to come from the product's own pages.
        let mut request = self.agent.post(format!("{}{path}", self.url)).header("origin", &self.url);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send_json(body).with_context(|| format!("POST {path}"))?;
        self.take(&format!("POST {path}"), response)
    }

    /// What was answered; the session's cookie is kept.
    fn take(&mut self, call: &str, mut response: Response<Body>) -> Result<Value> {
        let status = response.status().as_u16();
        if let Some(cookie) = session_cookie(&response) {
            self.cookie = Some(cookie);
        }
        let reply: Value =
            response.body_mut().read_json().with_context(|| format!("{call}: answered {status}"))?;
        if status != 200 {
            return Err(Refused { call: call.to_owned(), status, reply }.into());
        }
        Ok(reply)
    }
}

fn session_cookie(response: &Response<Body>) -> Option<String> {
    let set = response.headers().get("set-cookie")?.to_str().ok()?;
    Some(set.split(';').next()?.to_owned())
}

fn id(reply: &Value, name: &str) -> Result<Uuid> {
    let text = reply[name].as_str().with_context(|| format!("a reply without {name}"))?;
    text.parse().with_context(|| format!("{text} is no id"))
}
