//! What is wrong with a conversion, sorted to the records that come out of it.

use std::collections::BTreeMap;

use domain::message::Problem;

use crate::i18n::{label, named_problem_text};
use crate::state::session::schema;

/// A problem that no field of the form shows, with the kind of record it is about.
pub type Placeless = (Option<String>, Problem);

/// Says which record, and which of its fields: three of them stand below.
pub fn placeless_text((entity, problem): &Placeless) -> String {
    let said = named_problem_text(problem, entity.as_deref().unwrap_or_default());
    let schema = schema();
    let known = entity.as_ref().and_then(|entity| schema.entity(entity));
    known.map_or_else(|| said.clone(), |known| format!("{} · {said}", label(&known.label)))
}

#[derive(Debug, Default, PartialEq)]
pub struct Sorted {
    pub placed: BTreeMap<String, Vec<Problem>>,
    pub placeless: Vec<Placeless>,
}

/// Problems by the records of a command's actions, and those of them that have a field to stand at.
pub fn sort_problems(
    entities: &[String],
    problems: Vec<Problem>,
    shows: impl Fn(&str, &str) -> bool,
) -> Sorted {
    let mut sorted = Sorted::default();
    for problem in problems {
        let entity = problem.action.and_then(|at| entities.get(at)).filter(|entity| !entity.is_empty());
        let placed = entity.zip(problem.field.as_ref()).is_some_and(|(entity, field)| shows(entity, field));
        match entity.cloned() {
            Some(entity) if placed => sorted.placed.entry(entity).or_default().push(problem),
            entity => sorted.placeless.push((entity, problem)),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_without_a_field_on_the_form_says_whose_it_is() {
        let entities = ["account", "contact", "", "lead"].map(str::to_owned);
        let at = |action: Option<usize>, field: Option<&str>| Problem {
            action,
            ..field.map_or_else(
                || Problem::new("problem.required"),
                |field| Problem::on(field, "problem.required"),
            )
        };
        let shown = at(Some(0), Some("name"));
        let hidden = at(Some(1), Some("external_id"));
        let (fieldless, unknown, none) = (at(Some(3), None), at(Some(9), Some("name")), at(None, None));
        let all = [&shown, &hidden, &fieldless, &unknown, &none].map(Clone::clone).to_vec();
        let sorted = sort_problems(&entities, all, |_, field| field == "name");
        assert_eq!(sorted.placed, BTreeMap::from([("account".to_owned(), vec![shown])]));
        let rest = [(Some("contact"), hidden), (Some("lead"), fieldless), (None, unknown), (None, none)];
        assert_eq!(sorted.placeless, rest.map(|(entity, problem)| (entity.map(str::to_owned), problem)));
    }
}
