//! Texts by key in the language of the moment, and formats from the browser's Intl. The sentences themselves stand in
//! the `messages` crate.

pub mod format;

use std::borrow::Cow;

use domain::message::Problem;
use domain::schema::{Label, Schema};
use leptos::prelude::*;
use messages::{Lang, text, text_with};

use crate::state::preferences::lang_signal;
use crate::state::session::schema;

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

/// The same where it does not stand at its field: with the field's name, when it is one of this kind of record.
pub fn named_problem_text(problem: &Problem, entity: &str) -> String {
    named_problem(lang_signal().get(), &schema(), problem, entity)
}

fn named_problem(lang: Lang, schema: &Schema, problem: &Problem, entity: &str) -> String {
    let arg = |name: &str| problem.args.get(name).map(String::as_str);
    let said = text_with(lang, &problem.key, &arg);
    let field = problem.field.as_ref().and_then(|field| schema.entity(entity)?.field(field));
    match field {
        Some(field) => {
            text(lang, "problem.on_field", &[("field", in_lang(lang, &field.label)), ("problem", &said)])
                .into_owned()
        }
        None => said.into_owned(),
    }
}

/// Several problems, each with the name of its field, as one text. `entity` is the kind of record they are about; empty
/// for what is none.
pub fn problems_text(problems: &[Problem], entity: &str) -> String {
    problems.iter().map(|problem| named_problem_text(problem, entity)).collect::<Vec<_>>().join(" · ")
}

/// A label of the definitions in the language of the moment.
pub fn label(label: &Label) -> String {
    in_lang(lang(), label).to_owned()
}

fn in_lang(lang: Lang, label: &Label) -> &str {
    match lang {
        Lang::Zh => &label.zh,
        Lang::En => &label.en,
    }
}

#[cfg(test)]
mod tests {
    use domain::money::Currency;
    use domain::schema::{WorkDays, WorkspaceSettings, builtin};

    use super::*;

    #[test]
    fn a_problem_away_from_its_field_names_it() {
        let schema = builtin::schema(WorkspaceSettings {
            name: String::new(),
            language: "zh".to_owned(),
            zone: "UTC".to_owned(),
            currency: Currency::parse("CNY").expect("a currency"),
            work: WorkDays::default(),
        });
        let problem = Problem::on("amount", "problem.out_of_range").with("min", 0).with("max", 9);
        let said = |lang, entity| named_problem(lang, &schema, &problem, entity);
        assert_eq!(said(Lang::Zh, "deal"), "金额：应在 0 到 9 之间");
        assert_eq!(said(Lang::En, "deal"), "Amount: Must be between 0 and 9");
        for unknown in ["account", ""] {
            assert_eq!(said(Lang::En, unknown), "Must be between 0 and 9");
        }
    }
}
