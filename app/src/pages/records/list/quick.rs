//! The questions of every day, one tap each. A pressed one is a part of the filter like any other.

use domain::filter::{Filter, Join, Part, Quick, quick};
use leptos::prelude::*;

use super::work::Work;
use crate::i18n::tr;
use crate::state::session::schema;

#[component]
pub fn QuickFilters(work: Work) -> impl IntoView {
    let found = work.with(|definition| quick(definition, &schema()));
    found.into_iter().map(|quick| view! { <QuickFilter work quick /> }).collect_view()
}

#[component]
fn QuickFilter(work: Work, quick: Quick) -> impl IntoView {
    let Quick { name, part } = quick;
    let own = part.clone();
    let pressed = Memo::new(move |_| {
        work.filter.with(|asked| asked.filter.join == Join::All && asked.filter.parts.contains(&own))
    });
    let toggle = move |_| {
        let mut filter = work.filter.get_untracked().filter;
        match filter.parts.iter().position(|known| *known == part) {
            Some(at) if filter.join == Join::All => {
                filter.parts.remove(at);
            }
            _ if filter.join == Join::All || filter.parts.len() < 2 => {
                filter.join = Join::All;
                filter.parts.insert(0, part.clone());
            }
            // What holds for any of several has to hold beside this one.
            _ if filter.parts.iter().any(|part| matches!(part, Part::Group(_))) => {
                // A group within a group is more than a phone can show: the question stands alone.
                filter = Filter::of(vec![part.clone()]);
            }
            _ => filter = Filter::of(vec![part.clone(), Part::Group(filter)]),
        }
        work.set_filter(&filter);
    };
    view! {
        <button type="button" class="chip" aria-pressed=move || if pressed.get() { "true" } else { "false" } on:click=toggle>
            {move || tr(&format!("filter.quick.{name}"), &[])}
        </button>
    }
}
