//! Replacing a layout.

use std::collections::BTreeSet;

use super::{DefinitionChange, check_id, check_label, no_problems};
use crate::message::Problem;
use crate::schema::{Entity, Section};

/// More parts than anybody keeps apart on one form.
const MAX_SECTIONS: usize = 30;

/// A whole layout as it is wished for.
pub(super) struct Layout<'a> {
    pub layout: &'a [String],
    pub sections: &'a [Section],
    pub more: &'a [String],
    pub hidden: &'a [String],
}

pub(super) fn arrange_fields(
    entity: &mut Entity,
    wish: &Layout<'_>,
) -> Result<DefinitionChange, Vec<Problem>> {
    no_problems(problems(entity, wish))?;
    // What is required by now stands whatever the old layout said, so that taking this back stays possible.
    let stands = |field: &String| entity.field(field).is_some_and(|field| entity.has_to_stand(field));
    let without = |fields: &[String]| fields.iter().filter(|field| !stands(field)).cloned().collect();
    let (more, hidden) = (without(&entity.more), without(&entity.hidden));
    entity.more = wish.more.to_vec();
    entity.hidden = wish.hidden.to_vec();
    Ok(DefinitionChange::ArrangeFields {
        entity: entity.id.clone(),
        layout: std::mem::replace(&mut entity.layout, wish.layout.to_vec()),
        sections: std::mem::replace(&mut entity.sections, wish.sections.to_vec()),
        more,
        hidden,
    })
}

/// Everything that is wrong with a layout.
fn problems(entity: &Entity, wish: &Layout<'_>) -> Vec<Problem> {
    let mut problems = section_problems(wish.sections);
    let mut places = BTreeSet::new();
    problems.extend(each_once(entity, wish.layout, "layout", &mut places));
    for section in wish.sections {
        problems.extend(each_once(entity, &section.fields, "sections", &mut places));
    }
    problems.extend(each_once(entity, wish.hidden, "hidden", &mut places));
    // Under "more" is a field that has its place in the layout, but none that is hidden.
    let mut under = wish.hidden.iter().map(String::as_str).collect();
    problems.extend(each_once(entity, wish.more, "more", &mut under));
    for (fields, at) in [(wish.more, "more"), (wish.hidden, "hidden")] {
        let known = fields.iter().filter_map(|id| entity.field(id));
        let stands = known.filter(|field| entity.has_to_stand(field));
        problems.extend(
            stands
                .map(|field| Problem::on(at, "problem.definition.required_stands").with("field", &field.id)),
        );
    }
    problems
}

fn each_once<'a>(
    entity: &Entity,
    fields: &'a [String],
    at: &str,
    seen: &mut BTreeSet<&'a str>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for id in fields {
        let wrong = match (entity.field(id), seen.insert(id)) {
            (None, _) => "problem.definition.unknown_field",
            (Some(_), false) => "problem.definition.placed_twice",
            (Some(_), true) => continue,
        };
        problems.push(Problem::on(at, wrong).with("field", id));
    }
    problems
}

fn section_problems(sections: &[Section]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if sections.len() > MAX_SECTIONS {
        problems
            .push(Problem::on("sections", "problem.definition.too_many_sections").with("max", MAX_SECTIONS));
    }
    let mut seen = BTreeSet::new();
    for section in sections {
        let wrong = [check_id(&section.id), check_label(&section.label, "sections")];
        let named = |problem: Problem| problem.with("section", &section.id);
        problems.extend(wrong.into_iter().filter_map(Result::err).flatten().map(named));
        if !seen.insert(&section.id) {
            problems.push(named(Problem::on("sections", "problem.duplicate")));
        }
    }
    problems
}
