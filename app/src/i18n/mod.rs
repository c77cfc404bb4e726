//! Texts by key in the language of the moment, and formats from the browser's Intl. The sentences themselves stand in
//! the `messages` crate.

pub mod format;

use std::borrow::Cow;

use domain::message::Problem;
use domain::schema::Label;
use leptos::prelude::*;
use messages::{Lang, text, text_with};

use crate::state::preferences::lang_signal;

/// The language now; read inside a view or a closure it follows every change.
pub fn lang() -> Lang {
    lang_signal().get()
}

/// The language of this moment, for a command or a request.
pub fn lang_now() -> Lang {
    lang_signal().get_untracked()
}

/// A text that follows the language. One type for every key, so that views using it share their code.
pub fn t(key: &'static str) -> impl Fn() -> Cow<'static, str> + Copy + Send + Sync + 'static {
    let lang = lang_signal();
    move || text(lang.get(), key, &[])
}

/// The text in the language of this moment, for a toast or a title that is put together once.
pub fn say(key: &str, args: &[(&str, &str)]) -> String {
    text(lang_signal().get_untracked(), key, args).into_owned()
}

/// The text with arguments, inside a closure that should follow language and arguments.
pub fn tr(key: &str, args: &[(&str, &str)]) -> String {
    text(lang(), key, args).into_owned()
}

/// A problem as a sentence in the language of this moment.
pub fn problem_text(problem: &Problem) -> String {
    let arg = |name: &str| problem.args.get(name).map(String::as_str);
    text_with(lang_signal().get(), &problem.key, &arg).into_owned()
}

/// Several problems, each with the name of its field, as one text.
pub fn problems_text(problems: &[Problem]) -> String {
    problems.iter().map(problem_text).collect::<Vec<_>>().join(" · ")
}

/// A label of the definitions in the language of the moment.
pub fn label(label: &Label) -> String {
    match lang() {
        Lang::Zh => label.zh.clone(),
        Lang::En => label.en.clone(),
    }
}
