//! Every sentence people read, one table per language. The app and the Worker look texts up here by key; no other
//! crate holds a sentence.
//!
//! A text may carry placeholders:
//!
//! - `{name}` is replaced by the argument `name`;
//! - `{count:day|days}` becomes the first form when the argument `count` is `1`, otherwise the second. It is for
//!   languages that need a plural; Chinese simply leaves it out.

mod en;
mod zh;

use std::borrow::Cow;
use std::cmp::Ordering;

/// A language the product is complete in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    Zh,
    En,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The short code used in settings, on the wire and in labels of definitions.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The BCP 47 tag for `<html lang>` and the browser's Intl.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language behind a tag such as `zh-Hans-CN` or `en-GB`, if we speak it.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The best of a list of wishes, such as `navigator.languages` or the parts of `Accept-Language` in order.
    #[must_use]
    pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::from_tag).unwrap_or(Self::En)
    }

    #[cfg(test)]
    const fn table(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Zh => zh::TABLE,
            Self::En => en::TABLE,
        }
    }
}

/// Areas of keys that are shown by what the app fetches later alone: lists, imports, settings. A test sees to it.
pub const LATER_AREAS: [&str; 31] = [
    "bell",
    "bulk",
    "calendar",
    "channel",
    "comment",
    "day",
    "definition",
    "deleted",
    "effect",
    "export",
    "face",
    "filter",
    "forecast",
    "ics",
    "import",
    "lane",
    "live",
    "log",
    "look",
    "members",
    "notify",
    "pause",
    "pipelines",
    "process",
    "rates",
    "reminders",
    "roles",
    "signal",
    "teams",
    "view",
    "ways",
];

/// The tables as the program carries them: one text of lines, each a key, its Chinese and its English, sorted by key.
/// Two tables of pointers weigh as much again as what they point at, and hardly compress.
static FIRST: &str = match std::str::from_utf8(&FIRST_BYTES) {
    Ok(lines) => lines,
    Err(_) => unreachable!(),
};
static FIRST_BYTES: [u8; joined_len(false)] = joined(false);
/// The same of the later areas.
static LATER: &str = match std::str::from_utf8(&LATER_BYTES) {
    Ok(lines) => lines,
    Err(_) => unreachable!(),
};
static LATER_BYTES: [u8; joined_len(true)] = joined(true);
/// Between a key and its texts; no text holds one.
const BETWEEN: u8 = b'\t';
const END: u8 = b'\n';

/// In the app in the browser the texts of the later areas lie in the parts that show them: each brings them along.
/// Everywhere else they are simply there.
#[cfg(all(feature = "apart", target_arch = "wasm32"))]
mod later {
    use std::sync::OnceLock;

    static BROUGHT: OnceLock<&'static str> = OnceLock::new();

    pub fn lines() -> &'static str {
        BROUGHT.get().copied().unwrap_or_default()
    }

    /// For code of a later part alone: what mentions it carries the texts.
    pub fn bring() {
        // The optimiser may not see that nothing else is ever brought: it would read the texts where they are looked up.
        BROUGHT.get_or_init(|| std::hint::black_box(super::LATER));
    }
}
#[cfg(not(all(feature = "apart", target_arch = "wasm32")))]
mod later {
    pub fn lines() -> &'static str {
        super::LATER
    }

    /// Nothing to do where all texts are there.
    pub fn bring() {}
}
pub use later::bring as bring_later;

const fn joined_len(later: bool) -> usize {
    assert!(zh::TABLE.len() == en::TABLE.len(), "every language has the same keys");
    let (mut len, mut at) = (0, 0);
    while at < zh::TABLE.len() {
        if is_later(zh::TABLE[at].0) == later {
            len += zh::TABLE[at].0.len() + zh::TABLE[at].1.len() + en::TABLE[at].1.len() + 3;
        }
        at += 1;
    }
    len
}

const fn joined<const N: usize>(later: bool) -> [u8; N] {
    let mut lines = [0; N];
    let (mut to, mut at) = (0, 0);
    while at < zh::TABLE.len() {
        if is_later(zh::TABLE[at].0) == later {
            to = put(&mut lines, to, zh::TABLE[at].0, BETWEEN);
            to = put(&mut lines, to, zh::TABLE[at].1, BETWEEN);
            to = put(&mut lines, to, en::TABLE[at].1, END);
        }
        at += 1;
    }
    lines
}

/// Whether the part of the key before its first dot is a later area.
const fn is_later(key: &str) -> bool {
    let (key, mut area) = (key.as_bytes(), 0);
    while area < LATER_AREAS.len() {
        let (name, mut at) = (LATER_AREAS[area].as_bytes(), 0);
        while at < name.len() && at < key.len() && key[at] == name[at] {
            at += 1;
        }
        if at == name.len() && at < key.len() && key[at] == b'.' {
            return true;
        }
        area += 1;
    }
    false
}

const fn put(lines: &mut [u8], mut to: usize, text: &str, mark: u8) -> usize {
    let (text, mut at) = (text.as_bytes(), 0);
    while at < text.len() {
        assert!(text[at] != BETWEEN && text[at] != END, "a text is one line without tabs");
        lines[to] = text[at];
        to += 1;
        at += 1;
    }
    lines[to] = mark;
    to + 1
}

/// The text behind a key with its arguments put in. An unknown key comes back as itself: a page with one odd word is
/// better than no page, and the tests see to it that shipped keys exist.
#[must_use]
pub fn text(lang: Lang, key: &str, args: &[(&str, &str)]) -> Cow<'static, str> {
    text_with(lang, key, &|name| args.iter().find(|(n, _)| *n == name).map(|(_, value)| *value))
}

/// The same for arguments that live elsewhere, such as the map of a problem.
#[must_use]
pub fn text_with<'a>(lang: Lang, key: &str, arg: &dyn Fn(&str) -> Option<&'a str>) -> Cow<'static, str> {
    match find(lang, key) {
        None => Cow::Owned(key.to_owned()),
        Some(pattern) if !pattern.contains('{') => Cow::Borrowed(pattern),
        Some(pattern) => Cow::Owned(fill(pattern, arg)),
    }
}

/// Whether the key has a text. Used where a key is put together from parts, such as the label of an error code.
#[must_use]
pub fn has(key: &str) -> bool {
    find(Lang::En, key).is_some()
}

/// Whether any key begins with this area, the part before the first dot.
#[must_use]
pub fn has_area(area: &str) -> bool {
    FIRST.lines().chain(later::lines().lines()).any(|line| line.split('.').next() == Some(area))
}

fn find(lang: Lang, key: &str) -> Option<&'static str> {
    find_in(FIRST, lang, key).or_else(|| find_in(later::lines(), lang, key))
}

fn find_in(lines: &'static str, lang: Lang, key: &str) -> Option<&'static str> {
    // A binary search over lines of different lengths: from the middle back to where its line begins.
    let mut rest = lines;
    while !rest.is_empty() {
        let middle = rest.as_bytes()[..rest.len() / 2].iter().rposition(|byte| *byte == END);
        let (before, from) = rest.split_at(middle.map_or(0, |end| end + 1));
        let (line, after) = from.split_once('\n')?;
        let (known, texts) = line.split_once('\t')?;
        rest = match known.cmp(key) {
            Ordering::Equal => {
                let (zh, en) = texts.split_once('\t')?;
                return Some(if lang == Lang::Zh { zh } else { en });
            }
            Ordering::Less => after,
            Ordering::Greater => before,
        };
    }
    None
}

fn fill<'a>(pattern: &'a str, arg: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((hole, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(fill_hole(hole, arg));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn fill_hole<'a>(hole: &'a str, arg: &dyn Fn(&str) -> Option<&'a str>) -> &'a str {
    match hole.split_once(':') {
        None => arg(hole).unwrap_or_default(),
        Some((name, forms)) => {
            let (one, other) = forms.split_once('|').unwrap_or((forms, forms));
            if arg(name) == Some("1") { one } else { other }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn holes(pattern: &str) -> BTreeSet<&str> {
        pattern
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(hole, _)| hole.split(':').next().unwrap_or_default())
            .collect()
    }

    #[test]
    fn every_table_is_sorted_without_repeats() {
        for lang in Lang::ALL {
            for pair in lang.table().windows(2) {
                assert!(pair[0].0 < pair[1].0, "{lang:?}: {} stands before {}", pair[0].0, pair[1].0);
            }
        }
    }

    #[test]
    fn every_later_area_has_texts_and_no_other_goes_with_it() {
        for area in LATER_AREAS {
            assert!(LATER.lines().any(|line| line.starts_with(&format!("{area}."))), "{area}");
        }
        let is_of = |line: &str| LATER_AREAS.contains(&line.split('.').next().unwrap_or_default());
        assert!(LATER.lines().all(is_of));
        assert!(!FIRST.lines().any(is_of));
    }

    #[test]
    fn every_text_is_found() {
        for lang in Lang::ALL {
            for (key, value) in lang.table() {
                assert_eq!(find(lang, key), Some(*value), "{key}");
            }
        }
        for missing in ["", "a", "zzz", "action", "action.addx", "action.ad", "nav.today\t", "\n"] {
            assert_eq!(find(Lang::Zh, missing), None, "{missing}");
        }
    }

    #[test]
    fn every_language_has_the_same_keys() {
        let keys = |lang: Lang| lang.table().iter().map(|(key, _)| *key).collect::<BTreeSet<_>>();
        let (zh, en) = (keys(Lang::Zh), keys(Lang::En));
        assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn every_language_uses_the_same_placeholders() {
        for (key, zh) in Lang::Zh.table() {
            let en = find(Lang::En, key).unwrap_or_default();
            assert_eq!(holes(zh), holes(en), "{key}");
        }
    }

    #[test]
    fn no_text_is_empty_or_padded() {
        for lang in Lang::ALL {
            for (key, value) in lang.table() {
                assert!(!value.is_empty() && value.trim() == *value, "{lang:?} {key}");
            }
        }
    }

    #[test]
    fn chinese_uses_chinese_punctuation() {
        for (key, value) in Lang::Zh.table() {
            let after_han =
                |mark: char| value.find(mark).is_some_and(|at| value[..at].ends_with(|c| c > '\u{2e7f}'));
            assert!(![',', ';', '?', '!', '('].into_iter().any(after_han), "{key}: {value}");
        }
    }

    #[test]
    fn keys_are_lower_case_words_joined_by_dots() {
        for (key, _) in Lang::En.table() {
            let sound = |part: &str| {
                !part.is_empty()
                    && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            };
            assert!(key.contains('.') && key.split('.').all(sound), "{key}");
        }
    }

    #[test]
    fn arguments_and_plurals_are_put_in() {
        let one = text(Lang::En, "outbox.waiting", &[("count", "1")]);
        let many = text(Lang::En, "outbox.waiting", &[("count", "1,204")]);
        assert_eq!((&*one, &*many), ("1 change waiting to sync", "1,204 changes waiting to sync"));
        assert_eq!(text(Lang::Zh, "outbox.waiting", &[("count", "3")]), "3 项等待同步");
    }

    #[test]
    fn an_unknown_key_comes_back_as_itself() {
        assert_eq!(text(Lang::Zh, "no.such.key", &[]), "no.such.key");
    }

    #[test]
    fn the_language_follows_the_first_wish_we_can_meet() {
        assert_eq!(Lang::preferred(["fr-FR", "zh-Hans-CN", "en"]), Lang::Zh);
        assert_eq!(Lang::preferred(["en-GB", "zh"]), Lang::En);
        assert_eq!(Lang::preferred(["fr"]), Lang::En);
    }
}
