//! What D1 takes. The local runtime takes more, so a statement is held against the platform's limits before it
//! goes there: what passes here passes in a deployment.

use domain::ids::Id;
use domain::money::MAX_SAFE;

/// The platform's limits (Cloudflare D1, 2026); `cargo xtask check` holds the numbers against its own list.
const MAX_PARAMS: usize = 100;
const MAX_SQL_BYTES: usize = 100_000;
const MAX_VALUE_BYTES: usize = 2_000_000;
const MAX_STATEMENTS: u32 = 1_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    Null,
    Text(String),
    /// Within the integers a JavaScript number holds exactly; anything else is a fault.
    Integer(i64),
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Id> for Param {
    fn from(id: Id) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Param {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<serde_json::Value> for Param {
    fn from(json: serde_json::Value) -> Self {
        Self::Text(json.to_string())
    }
}

impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Statements run so far and some more.
///
/// # Errors
/// They are more than an invocation may run.
pub fn counted(so_far: u32, more: usize) -> Result<u32, String> {
    let count = so_far.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    if count > MAX_STATEMENTS {
        Err("more statements than an invocation may run".to_owned())
    } else {
        Ok(count)
    }
}

/// Whether so many statements leave too little room to begin something new.
#[must_use]
pub fn is_nearly_spent(so_far: u32) -> bool {
    so_far > MAX_STATEMENTS / 2
}

/// What is over a limit.
#[derive(Debug, PartialEq, Eq)]
pub enum Over {
    /// A value, by its bytes: somebody sent too much.
    Value(usize),
    /// The statement itself: the fault is ours.
    Statement(String),
}

/// Holds a statement against the limits.
///
/// # Errors
/// The first limit it is over.
pub fn check(sql: &str, params: &[Param]) -> Result<(), Over> {
    let fault = |text: String| Err(Over::Statement(text));
    if params.len() > MAX_PARAMS {
        return fault(format!("{} parameters", params.len()));
    }
    if sql.len() > MAX_SQL_BYTES {
        return fault(format!("a statement of {} bytes", sql.len()));
    }
    for param in params {
        match param {
            Param::Text(text) if text.len() > MAX_VALUE_BYTES => {
                return Err(Over::Value(text.len()));
            }
            Param::Integer(number) if number.unsigned_abs() > MAX_SAFE.unsigned_abs() => {
                return fault(format!("{number} is not a safe integer"));
            }
            Param::Null | Param::Text(_) | Param::Integer(_) => {}
        }
    }
    Ok(())
}

/// The largest `?N` of a statement: as many parameters SQLite expects.
#[must_use]
pub fn highest_placeholder(sql: &str) -> usize {
    let number = |part: &str| {
        part.bytes()
            .take_while(u8::is_ascii_digit)
            .fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
    };
    sql.split('?').skip(1).map(number).max().unwrap_or(0)
}

/// Whether a statement names its workspace, which is `?1`; `?10` is something else.
#[must_use]
pub fn names_workspace(sql: &str) -> bool {
    sql.split("?1").skip(1).any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(text: &str) -> Result<(), Over> {
        Err(Over::Statement(text.to_owned()))
    }

    #[test]
    fn parameters_pass_up_to_the_limit() {
        let params = |count: usize| vec![Param::Null; count];
        assert_eq!(check("SELECT ?1", &params(MAX_PARAMS)), Ok(()));
        assert_eq!(check("SELECT ?1", &params(MAX_PARAMS + 1)), ours("101 parameters"));
    }

    #[test]
    fn a_statement_passes_up_to_its_limit_in_bytes() {
        // Bytes and not letters: three for each of these.
        let sql = |bytes: usize| format!("{}{}", "长".repeat(bytes / 3), " ".repeat(bytes % 3));
        assert_eq!(check(&sql(MAX_SQL_BYTES), &[]), Ok(()));
        assert_eq!(check(&sql(MAX_SQL_BYTES + 1), &[]), ours("a statement of 100001 bytes"));
    }

    #[test]
    fn a_value_passes_up_to_its_limit_in_bytes_wherever_it_stands() {
        let text = |bytes: usize| Param::Text("x".repeat(bytes));
        assert_eq!(check("SELECT ?1", &[text(MAX_VALUE_BYTES), text(MAX_VALUE_BYTES)]), Ok(()));
        assert_eq!(
            check("SELECT ?1", &[Param::Null, text(MAX_VALUE_BYTES + 1)]),
            Err(Over::Value(2_000_001))
        );
    }

    #[test]
    fn numbers_pass_while_javascript_holds_them_exactly() {
        assert_eq!(check("SELECT ?1", &[Param::Integer(MAX_SAFE), Param::Integer(-MAX_SAFE)]), Ok(()));
        for number in [MAX_SAFE + 1, -MAX_SAFE - 1, i64::MAX, i64::MIN] {
            let said = format!("{number} is not a safe integer");
            assert_eq!(check("SELECT ?1", &[Param::Integer(number)]), ours(&said));
        }
    }

    #[test]
    fn statements_are_counted_over_all_batches() {
        let ten_batches = (0..10).try_fold(0, |so_far, _| counted(so_far, 100));
        assert_eq!(ten_batches, Ok(MAX_STATEMENTS));
        assert_eq!(counted(MAX_STATEMENTS, 0), Ok(MAX_STATEMENTS));
        assert!(counted(MAX_STATEMENTS, 1).is_err());
        assert!(counted(0, usize::MAX).is_err());
    }

    #[test]
    fn as_many_parameters_are_bound_as_the_statement_names() {
        for (sql, highest) in [("SELECT 1", 0), ("SELECT ?1, ?2", 2), ("SELECT ?12 WHERE ?3", 12), ("?", 0)] {
            assert_eq!(highest_placeholder(sql), highest, "{sql}");
        }
    }

    #[test]
    fn the_tenth_parameter_is_not_the_workspace() {
        for (sql, named) in [
            ("SELECT 1 WHERE workspace_id = ?1", true),
            ("SELECT ?10, ?1", true),
            ("SELECT ?10 WHERE workspace_id = ?1 AND id = ?2", true),
            ("UPDATE t SET a = ?10 WHERE id = ?11", false),
            ("SELECT ?2", false),
        ] {
            assert_eq!(names_workspace(sql), named, "{sql}");
        }
    }
}
