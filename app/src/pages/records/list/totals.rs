//! How many and how much: exact, for the whole filter, and asked for apart from the rows, which never wait for it.

use domain::api::GetTotals;
use domain::api::record::{Total, TotalsRequest};
use domain::fields::Shape;
use domain::schema::Field;
use leptos::prelude::*;

use super::work::Work;
use crate::i18n::{format, label, tr};
use crate::state::loader::{Loader, load};
use crate::state::session::schema;

/// Sums that a line has room for.
const SUMS: usize = 3;

/// The count of everything that is shown; nothing while it is not known.
pub fn load_count(work: Work) -> Memo<Option<u64>> {
    let totals = load_total(work, None);
    Memo::new(move |_| total(totals).map(|total| total.count))
}

fn load_total(work: Work, sum: Option<String>) -> Loader<domain::api::record::TotalsReply> {
    let entity = work.entity();
    load::<GetTotals>(move || {
        let filter = work.request.get()?.filter;
        Some((vec![entity.clone()], TotalsRequest { filter, sum: sum.clone(), ..TotalsRequest::default() }))
    })
}

fn total(totals: Loader<domain::api::record::TotalsReply>) -> Option<Total> {
    let none = Total { group: None, count: 0, sum: 0, weighted: None, converted: 0, unconverted: 0 };
    totals.value.with(|reply| reply.as_ref().map(|reply| reply.groups.first().cloned().unwrap_or(none)))
}

#[component]
pub fn TotalsLine(work: Work, count: Memo<Option<u64>>) -> impl IntoView {
    let summed = Memo::new(move |_| {
        let columns = work.columns.shown.get();
        let summable = |id: &String| {
            let shape = work.field(id)?.kind.behaviour().shape();
            matches!(shape, Shape::Money | Shape::Integer | Shape::Decimal(_)).then(|| id.clone())
        };
        columns.iter().filter_map(summable).take(SUMS).collect::<Vec<_>>()
    });
    let counted = move || {
        let text = count.get().map(|count| format::number(i64::try_from(count).unwrap_or(i64::MAX)));
        text.map_or_else(|| "…".to_owned(), |count| tr("list.count", &[("count", &count)]))
    };
    view! {
        <p class="list-totals numeric">
            <span>{counted}</span>
            <For each=move || summed.get() key=|id| id.clone() let:id>
                {work.field(&id).map(|field| view! { <Sum work field /> })}
            </For>
        </p>
    }
}

#[component]
fn Sum(work: Work, field: Field) -> impl IntoView {
    let totals = load_total(work, Some(field.id.clone()));
    move || {
        let total = total(totals)?;
        let currency = schema().workspace.currency;
        let sum = match field.kind.behaviour().shape() {
            Shape::Money => format::money(total.sum, currency.code(), currency.minor_digits()),
            Shape::Decimal(scale) => domain::value::Decimal { units: total.sum, scale }.to_string(),
            _ => format::number(total.sum),
        };
        let left_out = total.unconverted;
        Some(view! {
            <span class="list-sum">
                {tr("list.sum", &[("field", &label(&field.label)), ("sum", &sum)])}
                {(left_out > 0).then(|| format!(" {}", tr("list.sum.left_out", &[("count", &left_out.to_string())])))}
            </span>
        })
    }
}
