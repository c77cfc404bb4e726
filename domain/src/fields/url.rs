//! An address of the web. Only `http` and `https`: whoever taps it must land on a page and nowhere else.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{FieldType, Reading, Searched, Shape, TextFormats, check_string, read_string};
use crate::expr::Type;
use crate::message::Problem;
use crate::schema::Schema;
use crate::value::Value;

/// Characters of an address.
const MAX: u32 = 2000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Url {}

/// The address with its scheme, scheme and host in small letters; `https` when none was written. `None` for other
/// schemes, for names and passwords before the host, and for what cannot be an address.
#[must_use]
pub fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '`');
    if text.chars().any(odd) {
        return None;
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        // `example.com/?back=https://…` has no scheme of its own.
        Some((before, _)) if !before.contains(['/', '?', '#']) => return None,
        _ => ("", text),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let port_fits = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    // A word alone may be a machine of the house, but only when somebody wrote a scheme before it.
    let named = if scheme.is_empty() { host.contains('.') } else { !host.is_empty() };
    if !named || !is_host(host) || !port.is_none_or(port_fits) {
        return None;
    }
    let scheme = if scheme.is_empty() { "https" } else { scheme };
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{}{port}{tail}", host.to_ascii_lowercase()))
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

impl Url {
    fn keep(text: &str) -> Result<Value, Problem> {
        let address = web_address(text).ok_or_else(|| Problem::new("problem.not_url"))?;
        // A scheme that was added may have made it too long.
        check_string(&address, MAX)?;
        Ok(Value::Text(address))
    }
}

impl FieldType for Url {
    fn read(&self, json: &Json, _cx: &Reading<'_>) -> Result<Value, Problem> {
        read_string(json, MAX).and_then(Self::keep)
    }

    fn read_text(&self, text: &str, _formats: &TextFormats, _cx: &Reading<'_>) -> Result<Value, Problem> {
        check_string(text, MAX).and_then(Self::keep)
    }

    fn write_text(&self, value: &Value, _cx: &Reading<'_>) -> String {
        value.text().unwrap_or_default().to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Text
    }

    fn searched(&self) -> Option<Searched> {
        Some(Searched::Address)
    }

    fn expr_type(&self, _schema: &Schema) -> Type {
        Type::Text
    }
}

#[cfg(test)]
mod tests {
    use super::web_address;

    #[test]
    fn one_address_however_it_is_written() {
        for (text, kept) in [
            ("example.com", "https://example.com"),
            (" HTTPS://Example.COM/Path?Q=1#Top ", "https://example.com/Path?Q=1#Top"),
            ("http://crm:8080/x", "http://crm:8080/x"),
            ("知客.公司/产品", "https://知客.公司/产品"),
            ("example.com/?back=https://other.cn", "https://example.com/?back=https://other.cn"),
            ("192.168.1.1", "https://192.168.1.1"),
        ] {
            assert_eq!(web_address(text).as_deref(), Some(kept), "{text}");
            assert_eq!(web_address(kept).as_deref(), Some(kept));
        }
    }

    #[test]
    fn nothing_that_runs_or_deceives_is_an_address() {
        for wrong in [
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "data:text/html,x",
            "ftp://example.com",
            "mailto:a@b.cn",
            "https://bank.com@evil.cn",
            "https://evil.cn\\@bank.com",
            "https:///path",
            "https://a b.cn",
            "https://-a.cn",
            "https://a..cn",
            "https://a.cn:0",
            "https://a.cn:99999",
            "https://a.cn:x",
            "//example.com",
            "/path",
            "word",
            "https://",
        ] {
            assert_eq!(web_address(wrong), None, "{wrong}");
        }
    }
}
