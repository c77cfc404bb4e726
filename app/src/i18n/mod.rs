//! Texts by key in the language of the moment, and formats from the browser's Intl. The sentences themselves stand in
//! the `messages` crate.

pub mod format;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use domain::message::Problem;
use domain::schema::{Label, Schema};
use leptos::prelude::*;
use messages::{Lang, text_with};

use crate::state::preferences::lang_signal;
use crate::state::session::{schema, schema_now};

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
    move || text(lang.get(), key, &[], &schema)
}

/// The text in the language of this moment, for a toast or a title that is put together once.
pub fn say(key: &str, args: &[(&str, &str)]) -> String {
    text(lang_signal().get_untracked(), key, args, &schema_now).into_owned()
}

/// The text with arguments, inside a closure that should follow language and arguments.
pub fn tr(key: &str, args: &[(&str, &str)]) -> String {
    text(lang(), key, args, &schema).into_owned()
}

/// The name of a button of which there are several, for those who do not see what it stands beside.
pub fn named_action(key: &str, name: &str) -> String {
    format!("{}: {name}", tr(key, &[]))
}

/// The text, with what the workspace calls its kinds of record wherever a placeholder asks for one:
///
/// - `{Kind_deal}`, `{Kinds_deal}`: its name, and that for several, as it is defined;
/// - `{kind_deal}`, `{kinds_deal}`: the same within a sentence;
/// - `{counted_deal}`: within a sentence, one or several by the argument `count`.
fn text(lang: Lang, key: &str, args: &[(&str, &str)], schema: &dyn Fn() -> Arc<Schema>) -> Cow<'static, str> {
    let given = |name: &str| args.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let lacking = RefCell::new(Vec::new());
    let without_kinds = text_with(lang, key, &|name| {
        let found = given(name);
        if found.is_none() {
            lacking.borrow_mut().push(name.to_owned());
        }
        found
    });
    let lacking = lacking.into_inner();
    if lacking.is_empty() {
        return without_kinds;
    }
    let (schema, one) = (schema(), given("count") == Some("1"));
    let named = |name: String| Some((kind_name(lang, &schema, &name, one)?, name));
    let names: Vec<(String, String)> = lacking.into_iter().filter_map(named).collect();
    let named = |name: &str| names.iter().find(|(_, known)| known == name).map(|(value, _)| value.as_str());
    text_with(lang, key, &|name| given(name).or_else(|| named(name)))
}

/// What a placeholder such as `kinds_deal` stands for.
fn kind_name(lang: Lang, schema: &Schema, placeholder: &str, one: bool) -> Option<String> {
    let (form, id) = placeholder.split_once('_')?;
    let entity = schema.entity(id)?;
    let (name, many) = (in_lang(lang, &entity.label), in_lang(lang, &entity.plural));
    Some(match form {
        "Kind" => name.to_owned(),
        "Kinds" => many.to_owned(),
        "kind" => within(lang, name),
        "kinds" => within(lang, many),
        "counted" => within(lang, if one { name } else { many }),
        _ => return None,
    })
}

/// A name as it stands within a sentence: small, unless it is written in capitals throughout.
fn within(lang: Lang, name: &str) -> String {
    let mut chars = name.chars();
    match (lang, chars.next(), chars.clone().next()) {
        (Lang::En, Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => name.to_owned(),
    }
}

/// A problem as a sentence in the language of this moment.
pub fn problem_text(problem: &Problem) -> String {
    said(lang_signal().get(), &schema(), problem)
}

/// The sentence of a problem, with roles by their names.
fn said(lang: Lang, schema: &Schema, problem: &Problem) -> String {
    let roles = problem.args.get("roles").map(|roles| {
        let named = roles.split(',').filter_map(|id| schema.role(id));
        let between = if lang == Lang::Zh { "、" } else { ", " };
        named.map(|role| in_lang(lang, &role.label)).collect::<Vec<_>>().join(between)
    });
    let arg = |name: &str| match (name, &roles) {
        ("roles", Some(roles)) => Some(roles.as_str()),
        _ => problem.args.get(name).map(String::as_str),
    };
    text_with(lang, &problem.key, &arg).into_owned()
}

/// The same where it does not stand at its field: with the field's name, when it is one of this kind of record.
pub fn named_problem_text(problem: &Problem, entity: &str) -> String {
    named_problem(lang_signal().get(), &schema(), problem, entity)
}

fn named_problem(lang: Lang, schema: &Schema, problem: &Problem, entity: &str) -> String {
    let said = said(lang, schema, problem);
    // What is wrong with a part of a definition may be about a field.
    let named = problem.args.get("field").map(String::as_str);
    let mut about = [problem.field.as_deref(), named].into_iter().flatten();
    let field = about.find_map(|field| schema.entity(entity)?.field(field));
    match field {
        Some(field) => {
            let args = [("field", in_lang(lang, &field.label)), ("problem", said.as_str())];
            messages::text(lang, "problem.on_field", &args).into_owned()
        }
        None => said,
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
    use super::*;
    use crate::testing;

    #[test]
    fn a_text_calls_a_kind_of_record_what_the_workspace_calls_it() {
        let mut schema = testing::schema();
        let deal = schema.entities.iter_mut().find(|entity| entity.id == "deal").expect("deals");
        (deal.label, deal.plural) = (Label::new("项目", "Project"), Label::new("项目", "Projects"));
        let account = schema.entities.iter_mut().find(|entity| entity.id == "account").expect("accounts");
        (account.label, account.plural) = (Label::new("会员", "VIP"), Label::new("会员", "VIPs"));
        let schema = Arc::new(schema);
        let said = |lang, key, args: &[(&str, &str)]| text(lang, key, args, &|| schema.clone()).into_owned();
        assert_eq!(said(Lang::Zh, "add.account", &[]), "新会员");
        assert_eq!(said(Lang::En, "add.account", &[]), "New VIP");
        assert_eq!(said(Lang::En, "board.empty.title", &[]), "No projects yet");
        assert_eq!(said(Lang::En, "nav.customers", &[]), "VIPs");
        let total = |count| said(Lang::En, "board.total", &[("count", count), ("sum", "9")]);
        assert_eq!((total("1"), total("2")), ("1 project · 9".to_owned(), "2 projects · 9".to_owned()));
    }

    #[test]
    fn a_problem_away_from_its_field_names_it() {
        let schema = testing::schema();
        let problem = Problem::on("amount", "problem.out_of_range").with("min", 0).with("max", 9);
        let said = |lang, entity| named_problem(lang, &schema, &problem, entity);
        assert_eq!(said(Lang::Zh, "deal"), "金额：应在 0 到 9 之间");
        assert_eq!(said(Lang::En, "deal"), "Amount: Must be between 0 and 9");
        for unknown in ["account", ""] {
            assert_eq!(said(Lang::En, unknown), "Must be between 0 and 9");
        }
        let problem = Problem::on("hidden", "problem.definition.placed_twice").with("field", "amount");
        let said = named_problem(Lang::En, &schema, &problem, "deal");
        assert_eq!(said, "Amount: A field can have only one place in the layout");
    }
}
