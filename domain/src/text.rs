//! What may be a text, and the keys texts are compared by.

/// Trims, and turns the empty text into none: an emptied input and an absent value are the same thing.
#[must_use]
pub fn tidy(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then_some(trimmed)
}

/// Zero bytes end texts in C libraries, other control characters hide in lists; line feeds and tabs are text.
#[must_use]
pub fn has_forbidden(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
    })
}

/// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space as their half-width twins.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    }
}

/// By which an import finds a name again: half width, ASCII lower case, only letters and digits. `GTXPro`,
/// `GTX Pro` and `ＧＴＸ－ＰＲＯ` are one.
#[must_use]
pub fn match_key(text: &str) -> String {
    let kept = text.chars().map(half_width).filter(|c| c.is_alphanumeric());
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// The case folding of the condition language and of search: ASCII letters only, as SQLite's `lower()` does,
/// so that the evaluator and the database agree on every text.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_key() {
        for spelling in ["GTX Pro", "GTXPro", "ＧＴＸ－ＰＲＯ", " gtx  pro "] {
            assert_eq!(match_key(spelling), "gtxpro");
        }
        assert_eq!(match_key("上海（知客）科技"), "上海知客科技");
    }

    #[test]
    fn control_characters_are_forbidden_and_lines_are_not() {
        assert!(has_forbidden("a\0b"));
        assert!(has_forbidden("a\u{2028}b"));
        assert!(!has_forbidden("第一行\n第二行\t。"));
    }
}
