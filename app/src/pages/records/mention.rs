//! Naming colleagues in a text: in the box by name, on the wire by id.

use domain::comment::{self, Piece, pieces};
use domain::ids::Id;

/// Characters after which nobody is looked for any more.
const LONGEST: usize = 20;

/// Where a name is being typed that is to be found, and what of it is there: the sign and what follows it up to the
/// caret, which stands after so many UTF-16 units. A sign within a word is part of an address.
pub fn asked(text: &str, caret: usize) -> Option<(usize, &str)> {
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, char)| {
        let here = units >= caret;
        units += char.len_utf16();
        here.then_some(at)
    });
    let before = text.get(..end.unwrap_or(text.len()))?;
    let at = before.rfind('@')?;
    let (word, asked) = (before.get(..at)?, before.get(at + 1..)?);
    let apart = !word.ends_with(|char: char| char.is_ascii_alphanumeric());
    let is_name = !asked.contains(char::is_whitespace) && asked.chars().count() <= LONGEST;
    (apart && is_name).then_some((at, asked))
}

/// The text as it is sent: where a name stands that was picked, its id. Of namesakes the first one named is the first one
/// picked.
pub fn wire(text: &str, picked: &[(Id, String)]) -> String {
    let mut left: Vec<&(Id, String)> = picked.iter().collect();
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('@') {
        let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
        out.push_str(before);
        let named =
            |(_, (_, name)): &(usize, &&(Id, String))| !name.is_empty() && after.starts_with(name.as_str());
        // The longest name, and of those the one that was picked first.
        let found =
            left.iter().enumerate().filter(named).max_by_key(|(at, (_, name))| (name.len(), usize::MAX - at));
        let Some((place, (id, name))) = found else {
            out.push('@');
            rest = after;
            continue;
        };
        out.push_str(&comment::mention(*id));
        rest = after.get(name.len()..).unwrap_or_default();
        // Somebody named again is the same one, unless a namesake was picked too.
        let again = left.iter().filter(|(_, other)| other == name).count() > 1;
        if again {
            left.remove(place);
        }
    }
    out + rest
}

/// A text as it is edited, with whom it names; who has no name here stays an id.
pub fn shown(text: &str, name: &dyn Fn(Id) -> Option<String>) -> (String, Vec<(Id, String)>) {
    let (mut out, mut named) = (String::new(), Vec::new());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Person(id) => match name(id) {
                Some(name) => {
                    out.push('@');
                    out.push_str(&name);
                    if !named.contains(&(id, name.clone())) {
                        named.push((id, name));
                    }
                }
                None => out.push_str(&comment::mention(id)),
            },
        }
    }
    (out, named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> Id {
        Id::v7(number, &[0; 10])
    }

    #[test]
    fn a_name_is_looked_for_from_its_sign_to_the_caret() {
        for (text, caret, found) in [
            ("@", 1, Some((0, ""))),
            ("请@王", 3, Some((3, "王"))),
            ("请@王伟看", 3, Some((3, "王"))),
            ("👍 @wa", 6, Some((5, "wa"))),
            ("@王伟 看", 5, None),
            ("li@example.com", 14, None),
            ("看下", 2, None),
            ("@一二三四五六七八九十一二三四五六七八九十一", 22, None),
        ] {
            assert_eq!(asked(text, caret), found, "{text}");
        }
    }

    #[test]
    fn a_picked_name_goes_out_as_an_id_and_comes_back() {
        let picked = vec![(id(1), "王伟".to_owned()), (id(2), "王伟东".to_owned())];
        let text = "@王伟东 和@王伟看下 @王芳 a@b";
        let sent = format!("{} 和{}看下 @王芳 a@b", comment::mention(id(2)), comment::mention(id(1)));
        assert_eq!(wire(text, &picked), sent);
        let name = |asked| picked.iter().find(|(id, _)| *id == asked).map(|(_, name)| name.clone());
        let (back, named) = shown(&sent, &name);
        assert_eq!((back.as_str(), named.len()), (text, 2));
        assert_eq!(wire(&back, &named), sent);
        assert_eq!(shown(&sent, &|_| None).0, sent);
    }

    #[test]
    fn of_namesakes_the_first_named_is_the_first_picked() {
        let picked = vec![(id(1), "王伟".to_owned()), (id(2), "王伟".to_owned())];
        let [first, second] = [1, 2].map(|at| comment::mention(id(at)));
        assert_eq!(wire("@王伟 @王伟 @王伟", &picked), format!("{first} {second} {second}"));
        assert_eq!(wire("@王伟 @王伟", &picked[..1]), format!("{first} {first}"));
        assert_eq!(wire("@", &[(id(1), String::new())]), "@");
    }
}
