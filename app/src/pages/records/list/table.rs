//! The list on a wide screen: a table with the columns one wants, sorted by a press on their heads, walked through with
//! the arrow keys and edited in place.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::schema::Field;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::components::A;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::cell::{CellEditor, is_editable};
use super::rows::{Body, Rows};
use super::work::Work;
use crate::components::{Badge, Sentinel, Tone, icon, icons};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::records::{ConflictSheet, drawing, signals};
use crate::routes;
use crate::state::app;
use crate::state::session::schema;

/// Which cell is being edited: record and field.
pub type Editing = RwSignal<Option<(Id, String)>>;

#[component]
pub fn Table(
    work: Work,
    rows: Memo<Vec<RecordBody>>,
    /// There are more rows to load.
    more: Memo<bool>,
    #[prop(into)] on_more: Callback<()>,
) -> impl IntoView {
    let picked = work.picked;
    let editing: Editing = RwSignal::new(None);
    let rows = Memo::new(move |before: Option<&Vec<RecordBody>>| {
        let edited = editing.with(|editing| editing.as_ref().map(|(record, _)| *record));
        with_row_kept(rows.get(), before.map(Vec::as_slice).unwrap_or_default(), edited)
    });
    let rows = Rows::new(rows);
    let conflict = RwSignal::new(None::<Id>);
    let every_one = Memo::new(move |_| {
        let ids = rows.ids();
        !ids.is_empty() && ids.into_iter().all(|id| picked.has(id))
    });
    let tick_all = move |_| {
        if every_one.get_untracked() {
            picked.clear();
        } else {
            picked.ids.set(rows.loaded().into_iter().collect());
        }
    };
    let caption = work.with(|definition| definition.plural.clone());
    let body = move || {
        let columns: Vec<Field> =
            work.columns.shown.with(|ids| ids.iter().filter_map(|id| work.field(id)).collect());
        let heads = columns.iter().map(|field| view! { <Head work field=field.clone() /> }).collect_view();
        let title = work.with(|definition| definition.field(&definition.title).cloned());
        let columns = Arc::new(columns);
        view! {
            <table class="table" role="grid" aria-rowcount="-1" data-density=move || work.density.get().code()>
                <caption class="visually-hidden">{let caption = caption.clone(); move || label(&caption)}</caption>
                <thead>
                    <tr>
                        <th class="table-tick" scope="col">
                            <label class="tick">
                                <input type="checkbox" aria-label=t("bulk.page") prop:checked=every_one on:change=tick_all />
                            </label>
                        </th>
                        {title.map(|field| view! { <Head work field /> })}
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || rows.ids()
                        key=|id| *id
                        children={
                            let columns = columns.clone();
                            move |id| rows.body(id).map(|body| row(work, &columns, id, body, editing, conflict, rows))
                        }
                    />
                </tbody>
            </table>
        }
    };
    view! {
        <div class="table-box" on:keydown=move |event| walk(&event, editing)>
            {body}
            <Show when=move || more.get()>
                <Sentinel on_near=on_more />
            </Show>
        </div>
        <ConflictSheet command=conflict on_done=|()| {} />
    }
}

/// The row that is being edited stays as it was when that began, and where it was if it is listed no more: what others did
/// to it meets what is typed when it is saved.
fn with_row_kept(mut rows: Vec<RecordBody>, before: &[RecordBody], edited: Option<Id>) -> Vec<RecordBody> {
    let Some((at, kept)) = before.iter().enumerate().find(|(_, body)| Some(body.id) == edited) else {
        return rows;
    };
    match rows.iter_mut().find(|body| body.id == kept.id) {
        Some(body) => body.clone_from(kept),
        None => rows.insert(at.min(rows.len()), kept.clone()),
    }
    rows
}

/// The head of a column: a press sorts by it, another turns the order around.
#[component]
fn Head(work: Work, field: Field) -> impl IntoView {
    let id = field.id.clone();
    let text = field.label.clone();
    let name = move || label(&text);
    let numeric = is_numeric(&field);
    if !field.kind.behaviour().is_sortable() {
        return view! { <th scope="col" class="table-plain" class:table-number=numeric>{name}</th> }
            .into_any();
    }
    let by = id.clone();
    let order = Memo::new(move |_| {
        let sort = work.sort.get();
        match sort.strip_prefix('-') {
            Some(sorted) if sorted == by => Some("descending"),
            None if sort == by => Some("ascending"),
            _ => None,
        }
    });
    let press = move |_| {
        let up = order.get_untracked() == Some("descending") || order.get_untracked().is_none() && !numeric;
        work.set_sort(&if up { id.clone() } else { format!("-{id}") });
    };
    view! {
        <th scope="col" class:table-number=numeric aria-sort=move || order.get()>
            <button type="button" class="table-sort" on:click=press>
                <span>{name}</span>
                {move || order.get().map(|order| icon(if order == "ascending" { icons::UP } else { icons::DOWN }))}
            </button>
        </th>
    }
    .into_any()
}

/// Numbers stand below each other by their units.
fn is_numeric(field: &Field) -> bool {
    use domain::fields::Shape;
    matches!(field.kind.behaviour().shape(), Shape::Integer | Shape::Decimal(_) | Shape::Money)
}

fn row(
    work: Work,
    columns: &[Field],
    id: Id,
    body: Body,
    editing: Editing,
    conflict: RwSignal<Option<Id>>,
    rows: Rows,
) -> AnyView {
    let picked = work.picked;
    let name = Memo::new(move |_| body.with(|body| fields::title(&schema(), body)));
    let (to, mark) =
        body.with_untracked(|body| (routes::record(&body.entity, &id.to_string()), drawing(&body.entity)));
    let waiting = move || {
        app()
            .overlay
            .with(|overlay| overlay.is_waiting(id))
            .then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })
    };
    let cells = columns
        .iter()
        .map(|field| view! { <Cell field=field.clone() id body editing conflict /> })
        .collect_view();
    view! {
        <tr aria-selected=move || if picked.has(id) { "true" } else { "false" }>
            <td class="table-tick">
                <label class="tick">
                    <input
                        type="checkbox"
                        aria-label=move || name.with(|name| tr("bulk.tick", &[("name", name)]))
                        prop:checked=move || picked.has(id)
                        on:change=move |_| picked.toggle(id, &rows.loaded())
                    />
                </label>
            </td>
            <th scope="row" class="table-name">
                <A href=to attr:class="table-link">
                    <span class="table-mark">{icon(mark)}</span>
                    <span class="truncate">{move || name.get()}</span>
                </A>
                {waiting}
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

#[component]
fn Cell(field: Field, id: Id, body: Body, editing: Editing, conflict: RwSignal<Option<Id>>) -> impl IntoView {
    let own = StoredValue::new(field.id.clone());
    let here = Memo::new(move |_| {
        editing.with(|editing| {
            editing
                .as_ref()
                .is_some_and(|(record, field)| *record == id && own.with_value(|own| field == own))
        })
    });
    let numeric = is_numeric(&field);
    let name = field.id.clone();
    let field = StoredValue::new(field);
    let editable = Memo::new(move |_| body.with(|body| field.with_value(|field| is_editable(field, body))));
    let late = move || {
        body.with(|body| {
            own.with_value(|own| body.values.get(own).is_some_and(fields::schedule::is_late))
                && body.values.get("status").and_then(|status| status.as_str()) != Some("done")
        })
    };
    let begin = move |_| {
        if editable.get_untracked() {
            editing.set(Some((id, own.get_value())));
        }
    };
    let inside = move || {
        if here.get() {
            let body = body.get_untracked();
            return view! { <CellEditor field=field.get_value() body editing conflict /> }.into_any();
        }
        let shown = move || body.with(|body| own.with_value(|own| fields::cell_of(&schema(), body, own)));
        view! {
            {move || body.with(|body| own.with_value(|own| signals::cell(body, own)))}
            <span class="truncate">{shown}</span>
        }
        .into_any()
    };
    view! {
        <td
            tabindex="-1"
            class:table-number=numeric
            class:due-late=late
            data-field=name
            data-record=id.to_string()
            data-editable=move || editable.get().then_some("true")
            aria-readonly=move || (!editable.get()).then_some("true")
            on:dblclick=begin
        >
            {inside}
        </td>
    }
}

/// Arrow keys go from cell to cell, Enter and F2 edit. Inside an editor the keys are its own.
fn walk(event: &KeyboardEvent, editing: Editing) {
    if editing.with_untracked(Option::is_some) || event.alt_key() || event.ctrl_key() || event.meta_key() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(cell) = target.and_then(|target| target.closest("td, th").ok().flatten()) else { return };
    let key = event.key();
    if key == "Enter" || key == "F2" {
        let attribute = |name: &str| cell.get_attribute(name);
        let (field, record) = (attribute("data-field"), attribute("data-record"));
        if let (Some(field), Some(Ok(record)), Some(_)) =
            (field, record.map(|record| record.parse()), attribute("data-editable"))
        {
            event.prevent_default();
            editing.set(Some((record, field)));
        }
        return;
    }
    let next = match key.as_str() {
        "ArrowRight" => cell.next_element_sibling(),
        "ArrowLeft" => cell.previous_element_sibling(),
        "ArrowDown" => beside(&cell, true),
        "ArrowUp" => beside(&cell, false),
        _ => return,
    };
    let Some(next) = next else { return };
    // A cell with a control of its own hands the focus to it.
    let inner = next.query_selector("a, button, input").ok().flatten();
    if let Ok(focus) = inner.unwrap_or(next).dyn_into::<HtmlElement>() {
        event.prevent_default();
        let _ = focus.focus();
    }
}

/// The cell above or below.
fn beside(cell: &web_sys::Element, below: bool) -> Option<web_sys::Element> {
    let row = cell.parent_element()?;
    let at = (0..)
        .zip(std::iter::successors(row.first_element_child(), web_sys::Element::next_element_sibling))
        .find_map(|(at, one): (u32, _)| one.is_same_node(Some(cell)).then_some(at))?;
    let other = if below { row.next_element_sibling() } else { row.previous_element_sibling() }?;
    std::iter::successors(other.first_element_child(), web_sys::Element::next_element_sibling)
        .nth(usize::try_from(at).ok()?)
}

#[cfg(test)]
mod tests {
    use domain::command::May;

    use super::*;

    fn bodies(of: &[(u64, u64)]) -> Vec<RecordBody> {
        let body = |(number, version): &(u64, u64)| RecordBody {
            entity: "deal".into(),
            id: id(*number),
            version: *version,
            values: [].into(),
            deleted: false,
            deleted_at: None,
            may: May::default(),
        };
        of.iter().map(body).collect()
    }

    fn id(number: u64) -> Id {
        Id::v7(number, &[0; 10])
    }

    #[test]
    fn a_row_that_is_edited_stays_as_it_was() {
        let before = bodies(&[(1, 1), (2, 1), (3, 1)]);
        for (now, edited, shown) in [
            (&[(1, 2), (2, 2), (3, 2)][..], None, &[(1, 2), (2, 2), (3, 2)][..]),
            (&[(1, 2), (2, 2), (3, 2)], Some(2), &[(1, 2), (2, 1), (3, 2)]),
            (&[(2, 5), (3, 1)], Some(2), &[(2, 1), (3, 1)]),
            (&[(1, 1), (3, 1)], Some(2), &[(1, 1), (2, 1), (3, 1)]),
            (&[], Some(2), &[(2, 1)]),
            // It was not there when that began.
            (&[(1, 1)], Some(9), &[(1, 1)]),
        ] {
            assert_eq!(with_row_kept(bodies(now), &before, edited.map(id)), bodies(shown), "{now:?}");
        }
    }
}
