//! Which channels one may add, and which addresses the Worker may send to.
//!
//! An address that somebody typed is an attack until it is shown to be none: the Worker stands inside other people's
//! networks when it runs on a machine of their own. What is let through here is read by every parser alike: an https
//! address of a public name in plain ASCII, and nothing clever before, in or behind it.

use crate::api::notification::{AddBotRequest, AddPushRequest, BotService};
use crate::message::Problem;

/// Browsers and bots of one person.
pub const MAX_CHANNELS: usize = 20;
/// Characters of a channel's name.
pub const MAX_NAME: usize = 60;
/// Bytes of an address.
const MAX_ADDRESS: usize = 2_000;
/// Characters of the secret by which a bot's messages are signed.
const MAX_SECRET: usize = 200;
/// An uncompressed point of P-256 is 65 bytes, which are so many characters of base64url.
const KEY_CHARS: usize = 87;
/// The same of the 16 bytes of a browser's secret.
const AUTH_CHARS: usize = 22;

/// Receivers on this very machine, which development and tests send to and a deployment never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalReceivers(Vec<String>);

impl LocalReceivers {
    /// `list` names origins with spaces between them: `http://127.0.0.1:9000`, or `http://127.0.0.1:*` for every port.
    /// It counts in development and tests alone, whatever else is set, and opens nothing but this machine.
    #[must_use]
    pub fn of(environment: Option<&str>, list: Option<&str>) -> Self {
        if !matches!(environment, Some("development" | "test")) {
            return Self::default();
        }
        let is_here = |origin: &&str| {
            let port =
                origin.strip_prefix("http://127.0.0.1:").or_else(|| origin.strip_prefix("http://localhost:"));
            port.is_some_and(|port| port == "*" || is_port(port))
        };
        Self(list.unwrap_or_default().split_whitespace().filter(is_here).map(str::to_owned).collect())
    }

    /// The origin of an address that is open.
    fn origin_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix("http://")?;
        let (origin, _) = address.split_at("http://".len() + rest.find('/')?);
        let (machine, port) = origin.rsplit_once(':')?;
        let any_port = format!("{machine}:*");
        let is_open = self.0.iter().any(|open| open == origin || *open == any_port);
        (is_open && is_port(port)).then_some(origin)
    }
}

fn is_port(text: &str) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    digits && text.parse::<u16>().is_ok()
}

/// The origin (RFC 6454) of an address that may be sent to; `None` for every other address.
#[must_use]
pub fn origin_of(address: &str, local: &LocalReceivers) -> Option<String> {
    if address.len() > MAX_ADDRESS || !address.bytes().all(is_plain) {
        return None;
    }
    if let Some(origin) = local.origin_of(address) {
        return Some(origin.to_owned());
    }
    let rest = address.strip_prefix("https://")?;
    let (authority, _) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // The one port that https has; any other would knock at doors that are none of our business.
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    is_public_name(host).then(|| format!("https://{}", host.to_ascii_lowercase()))
}

/// What every parser takes as it stands. `\` is a slash to some, `#` begins what is not sent, `@` is allowed by the
/// standard behind the host and by nobody here, so that nobody has to ask where the host ends.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'\\' | b'#' | b'@' | b'"' | b'<' | b'>' | b'`' | b'^' | b'{' | b'}' | b'|')
}

/// Names that are resolved inside a network, or not at all (RFC 6761, RFC 6762, RFC 8375, ICANN's list of collisions).
const INSIDE: [&str; 14] = [
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "test",
    "example",
    "invalid",
    "onion",
    "alt",
];

/// A name that the public DNS may know: labels of letters, digits and hyphens, of which the last cannot be a number,
/// for a host that ends in one is an IPv4 address in one of its many spellings (WHATWG URL, "ends in a number").
fn is_public_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = host.rsplit_once('.') else { return false };
    let top = top.to_ascii_lowercase();
    let is_domain =
        top.starts_with("xn--") || (top.len() >= 2 && top.bytes().all(|c| c.is_ascii_lowercase()));
    host.len() <= 253 && host.split('.').all(label) && is_domain && !INSIDE.contains(&top.as_str())
}

/// What is wrong with a browser that is to be added. Whether its key lies on the curve, the Worker sees.
#[must_use]
pub fn check_push(request: &AddPushRequest, local: &LocalReceivers) -> Vec<Problem> {
    let is_base64url =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let mut problems = Vec::new();
    if origin_of(&request.endpoint, local).is_none() {
        problems.push(Problem::on("endpoint", "channel.problem.address"));
    }
    // An uncompressed point begins with 4, which is this letter.
    let is_key = request.p256dh.len() == KEY_CHARS && request.p256dh.starts_with('B');
    if !is_key || !is_base64url(&request.p256dh) {
        problems.push(Problem::on("p256dh", "channel.problem.key"));
    }
    if request.auth.len() != AUTH_CHARS || !is_base64url(&request.auth) {
        problems.push(Problem::on("auth", "channel.problem.key"));
    }
    problems
}

/// What is wrong with a bot that is to be added.
#[must_use]
pub fn check_bot(request: &AddBotRequest, local: &LocalReceivers) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = request.name.trim();
    if name.is_empty() {
        problems.push(Problem::on("name", "problem.required"));
    } else if name.chars().count() > MAX_NAME {
        problems.push(Problem::on("name", "problem.too_long").with("max", MAX_NAME));
    } else if name.chars().any(char::is_control) {
        problems.push(Problem::on("name", "problem.one_line"));
    }
    if !is_bot_address(request.service, &request.url, local) {
        problems.push(Problem::on("url", "channel.problem.bot_address"));
    }
    if let Some(secret) = &request.secret {
        if request.service == BotService::Wecom {
            problems.push(Problem::on("secret", "channel.problem.no_secret"));
        } else if secret.is_empty()
            || secret.len() > MAX_SECRET
            || !secret.bytes().all(|byte| byte.is_ascii_graphic())
        {
            problems.push(Problem::on("secret", "channel.problem.secret"));
        }
    }
    problems
}

/// How the addresses of a service's bots begin. What follows is the bot's own token.
fn bot_addresses(service: BotService) -> &'static [&'static str] {
    match service {
        BotService::Wecom => &["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="],
        BotService::Dingtalk => &["https://oapi.dingtalk.com/robot/send?access_token="],
        BotService::Feishu => &[
            "https://open.feishu.cn/open-apis/bot/v2/hook/",
            // Feishu outside mainland China.
            "https://open.larksuite.com/open-apis/bot/v2/hook/",
        ],
    }
}

/// Whether a service's bots have such an address: its host, its path, a token, and nothing else.
#[must_use]
pub fn is_bot_address(service: BotService, address: &str, local: &LocalReceivers) -> bool {
    if origin_of(address, local).is_none() {
        return false;
    }
    let is_token = |rest: &str| {
        !rest.is_empty()
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut known = bot_addresses(service).iter();
    known.any(|beginning| address.strip_prefix(beginning).is_some_and(is_token))
        || local.origin_of(address).is_some()
}

#[cfg(test)]
mod tests;
