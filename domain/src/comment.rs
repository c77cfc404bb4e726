//! Comments: what colleagues say to each other beside a record. Whom it names stands in the text by id, as `@{uuid}`, so
//! that a name may change; what only looks like that is text.

use std::collections::BTreeSet;

use crate::ids::Id;

pub const COMMENT: &str = "comment";
/// Different people of one comment: more are a meeting.
pub const MAX_MENTIONS: usize = 50;
/// Characters of an id.
const ID: usize = 36;

/// A part of a comment's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Person(Id),
}

/// How somebody is named in a text.
#[must_use]
pub fn mention(user: Id) -> String {
    format!("@{{{user}}}")
}

/// A text in its parts, in their order.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut said, mut from) = (0, 0);
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("@{")) {
        let at = from + found;
        let token = text.get(at + 2..at + 2 + ID).zip(text.get(at + 2 + ID..));
        let person = token.filter(|(_, rest)| rest.starts_with('}')).and_then(|(id, _)| id.parse().ok());
        from = at + 2;
        if let Some(person) = person {
            pieces.extend(text.get(said..at).filter(|text| !text.is_empty()).map(Piece::Text));
            pieces.push(Piece::Person(person));
            from = at + 2 + ID + 1;
            said = from;
        }
    }
    pieces.extend(text.get(said..).filter(|text| !text.is_empty()).map(Piece::Text));
    pieces
}

/// Whom a text names, each once.
#[must_use]
pub fn mentions(text: &str) -> BTreeSet<Id> {
    let person = |piece| if let Piece::Person(id) = piece { Some(id) } else { None };
    pieces(text).into_iter().filter_map(person).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_the_people_it_names() {
        let (wei, min) = (Id::v7(1, &[1; 10]), Id::v7(2, &[2; 10]));
        let (of_wei, of_min) = (mention(wei), mention(min));
        let text = format!("请{of_wei}和{of_min}看一下");
        let parts = [
            Piece::Text("请"),
            Piece::Person(wei),
            Piece::Text("和"),
            Piece::Person(min),
            Piece::Text("看一下"),
        ];
        assert_eq!(pieces(&text), parts);
        assert_eq!(pieces(&of_wei), [Piece::Person(wei)]);
        assert_eq!(pieces(""), []);
        let twice = format!("{of_wei}{of_wei}@{{{of_min}");
        assert_eq!(mentions(&twice), BTreeSet::from([wei, min]));
    }

    #[test]
    fn what_only_looks_like_a_mention_is_text() {
        let id = Id::v7(1, &[1; 10]).to_string();
        for text in [
            "@王伟".to_owned(),
            "@{".to_owned(),
            "@{}".to_owned(),
            "@{王伟王伟王伟王伟王伟王伟王伟王伟王伟王伟王伟王伟}".to_owned(),
            format!("@{{{id}"),
            format!("@{{{id}x}}"),
            format!("@{{{}}}", id.replace('-', "x")),
            format!("@{{{}}}", id.replace('-', "")),
            format!("@ {{{id}}}"),
        ] {
            assert_eq!(pieces(&text), [Piece::Text(text.as_str())], "{text}");
        }
    }
}
