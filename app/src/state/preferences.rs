//! Language and theme: chosen from the browser at first, by hand afterwards, kept on this device.

use std::cell::OnceCell;

use leptos::prelude::*;
use messages::Lang;

const LANG_KEY: &str = "zhike.lang";
const THEME_KEY: &str = "zhike.theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.code() == code).unwrap_or(Self::System)
    }
}

#[derive(Clone, Copy)]
struct Preferences {
    lang: RwSignal<Lang>,
    theme: RwSignal<Theme>,
}

thread_local! {
    static PREFERENCES: OnceCell<Preferences> = const { OnceCell::new() };
}

/// Made by the first call, which `state::start` sees to be outside of every component.
fn preferences() -> Preferences {
    PREFERENCES.with(|preferences| *preferences.get_or_init(make))
}

fn make() -> Preferences {
    let lang = RwSignal::new(read(LANG_KEY).as_deref().and_then(Lang::from_tag).unwrap_or_else(browser_lang));
    let theme = RwSignal::new(read(THEME_KEY).as_deref().map_or(Theme::System, Theme::from_code));
    Preferences { lang, theme }
}

/// Keeps page and device in step with the preferences.
pub(super) fn start() {
    let Preferences { lang, theme } = preferences();
    Effect::new(move |_| set_root("lang", lang.get().tag()));
    // `app/first.js` does the same before the first paint; the two keep to the same names.
    Effect::new(move |_| set_root("data-theme", theme.get().code()));
}

pub fn lang_signal() -> RwSignal<Lang> {
    preferences().lang
}

pub fn theme_signal() -> ReadSignal<Theme> {
    preferences().theme.read_only()
}

pub fn choose_lang(lang: Lang) {
    write(LANG_KEY, lang.code());
    lang_signal().set(lang);
}

pub fn choose_theme(theme: Theme) {
    write(THEME_KEY, theme.code());
    preferences().theme.set(theme);
}

fn browser_lang() -> Lang {
    let wishes: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Lang::preferred(wishes.iter().map(String::as_str))
}

fn set_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Fails only for an impossible attribute name.
        let _ = root.set_attribute(name, value);
    }
}

// Storage is refused in some private windows; the preference then lives as long as the page.
pub fn read(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

pub fn write(key: &str, value: &str) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = storage.set_item(key, value);
    }
}

pub fn remove(key: &str) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = storage.remove_item(key);
    }
}
