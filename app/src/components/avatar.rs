use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarShape {
    /// A person.
    #[default]
    Round,
    /// A company or a thing.
    Square,
    /// A person beside other text.
    Small,
    /// The head of a page.
    Large,
}

impl AvatarShape {
    const fn class(self) -> &'static str {
        match self {
            Self::Round => "avatar",
            Self::Square => "avatar avatar-square",
            Self::Small => "avatar avatar-small",
            Self::Large => "avatar avatar-large",
        }
    }
}

/// A letter or two on a ground whose tint is always the same for the same name. The name itself stands beside it, so it says
/// nothing to a screen reader.
#[component]
pub fn Avatar(name: String, #[prop(optional)] shape: AvatarShape) -> impl IntoView {
    view! {
        <span class=shape.class() data-tint=tint(&name) aria-hidden="true">
            {initials(&name)}
        </span>
    }
}

/// Chinese names are known by their first character, Latin ones by the capitals of the first word and the last: of
/// thirty colleagues many share the first. The styles make capitals of them; the table of all capitals weighs 24 KB here.
fn initials(name: &str) -> String {
    let mut letters = name.split(' ').filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let is_latin = |letter: &Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphabetic());
    let last = letters.next_back().filter(|last| is_latin(&first) && last.is_ascii_alphabetic());
    first.into_iter().chain(last).collect()
}

fn tint(name: &str) -> String {
    let sum = name.chars().fold(7_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c)));
    (sum % 6).to_string()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_the_first_letter_of_any_script_and_that_of_the_last_latin_word() {
        for (name, said) in [
            ("王芳", "王"),
            ("acme", "a"),
            (" (上海) 恒通", "上"),
            ("Moses Frase", "MF"),
            ("Mei-Mei  van Johns ", "MJ"),
            ("GTX Basic · 恒通", "G"),
            ("Line 3", "L"),
            ("3 M", "3"),
            ("· -", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), said, "{name}");
        }
    }
}
