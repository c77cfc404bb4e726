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

/// A letter on a ground whose tint is always the same for the same name. The name itself stands beside it, so it says
/// nothing to a screen reader.
#[component]
pub fn Avatar(name: String, #[prop(optional)] shape: AvatarShape) -> impl IntoView {
    view! {
        <span class=shape.class() data-tint=tint(&name) aria-hidden="true">
            {initial(&name)}
        </span>
    }
}

/// Chinese names are known by their first character, Latin ones by a capital, which the styles make of it: the table of
/// all capitals weighs 24 KB here.
fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(String::from).unwrap_or_default()
}

fn tint(name: &str) -> String {
    let sum = name.chars().fold(7_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c)));
    (sum % 6).to_string()
}

#[cfg(test)]
mod tests {
    use super::initial;

    #[test]
    fn the_initial_is_the_first_letter_of_any_script() {
        assert_eq!(
            (initial("王芳"), initial("acme"), initial(" (上海) 恒通"), initial("")),
            ("王".into(), "a".into(), "上".into(), String::new())
        );
    }
}
