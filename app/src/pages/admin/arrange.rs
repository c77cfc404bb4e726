//! An order that is changed by the buttons of each row, by the arrow keys on its handle, or by dragging the handle.

use leptos::html;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;

use super::edge::go_along;
use crate::components::{Button, ButtonKind, FormProblem, IconButton, icon, icons};
use crate::i18n::{t, tr};

/// What has a place in an order.
#[derive(Clone, PartialEq)]
pub struct Movable {
    pub id: String,
    pub name: String,
    /// More about it, below its name; empty for nothing.
    pub note: String,
    /// Stands over those that follow.
    pub is_heading: bool,
}

impl Movable {
    pub fn new(id: String, name: String) -> Self {
        Self { id, name, note: String::new(), is_heading: false }
    }
}

/// Which of a row's controls has the focus when the row has moved.
#[derive(Clone, Copy)]
pub enum Hold {
    Grip = 1,
    Up,
    Down,
}

/// Gives the focus to the row of an id, wherever among `within` it is by then: to the control that moved it or, where
/// that one is off now, to its first. Whether there is such a row.
pub fn focus_row(within: &web_sys::Element, id: &str, hold: Hold) -> bool {
    let row = format!("[data-row=\"{id}\"]");
    let wished =
        [format!("{row} > button:nth-of-type({}):enabled", hold as u8), format!("{row} button:enabled")];
    let control = wished.iter().find_map(|selector| within.query_selector(selector).ok().flatten());
    let control = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok());
    control.is_some_and(|control| control.focus().is_ok())
}

/// Rows in an order.
#[component]
pub fn Movables(
    #[prop(into)] items: Signal<Vec<Movable>>,
    /// Puts one into another place.
    #[prop(into)]
    on_move: Callback<(String, usize)>,
    /// What else a row offers, at its end.
    #[prop(optional, into)]
    end: Option<Callback<String, AnyView>>,
) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    let held = RwSignal::new(None::<String>);
    // How far down the screen the pointer is, once it moved.
    let pointer = StoredValue::new(None::<f64>);

    let place = move |id: &str| items.with_untracked(|items| items.iter().position(|item| item.id == id));
    let shift = move |id: String, by: isize, hold: Hold| {
        let Some(from) = place(&id) else { return };
        let last = items.with_untracked(Vec::len).saturating_sub(1);
        on_move.run((id.clone(), from.saturating_add_signed(by).min(last)));
        // A row that is put into another place loses the focus, and so does a button that is off at the end.
        // Before the next key: whoever holds an arrow down goes on without a stop.
        spawn_local(async move {
            tick().await;
            if let Some(list) = list.try_get_untracked().flatten() {
                focus_row(&list, &id, hold);
            }
        });
    };
    // Where the pointer is among the rows says where the held one belongs.
    let put = move |y: f64| {
        let (Some(id), Some(list)) = (held.get_untracked(), list.get_untracked()) else { return };
        let Some(from) = place(&id) else { return };
        let rows = list.children();
        let middle = |at: u32| {
            rows.item(at)
                .map(|row| row.get_bounding_client_rect())
                .map(|rect| rect.top() + rect.height() / 2.0)
        };
        let above = (0..rows.length())
            .filter(|at| *at as usize != from && middle(*at).is_some_and(|middle| middle < y))
            .count();
        if above != from {
            on_move.run((id, above));
        }
    };
    let drag = move |event: leptos::ev::PointerEvent| {
        if held.with_untracked(Option::is_some) {
            let y = f64::from(event.client_y());
            pointer.set_value(Some(y));
            put(y);
        }
    };
    let hold = move |event: leptos::ev::PointerEvent, id: String| {
        // The list and not the row holds the pointer: rows move under it.
        if let Some(list) = list.get_untracked() {
            let _ = list.set_pointer_capture(event.pointer_id());
        }
        pointer.set_value(None);
        held.set(Some(id));
        go_along(held, pointer, put);
    };
    let row = move |item: Movable| {
        let item_id = item.id.clone();
        let id = StoredValue::new(item.id.clone());
        // Its name and note may change while it stays where it is.
        let now = Memo::new(move |_| {
            let found =
                items.with(|items| items.iter().find(|item| id.with_value(|id| item.id == *id)).cloned());
            found.unwrap_or_else(|| item.clone())
        });
        let at = Memo::new(move |_| {
            let place = items.with(|items| items.iter().position(|item| id.with_value(|id| item.id == *id)));
            place.unwrap_or_default()
        });
        let last = Memo::new(move |_| items.with(|items| items.len().saturating_sub(1)));
        let named =
            move |key: &'static str| move || tr(key, &[("name", &now.with(|item| item.name.clone()))]);
        let on_key = move |event: leptos::ev::KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            event.prevent_default();
            shift(id.get_value(), by, Hold::Grip);
        };
        let is_held =
            move || held.with(|held| held.as_ref().is_some_and(|held| id.with_value(|id| held == id)));
        let is_heading = now.with_untracked(|item| item.is_heading);
        let note = Memo::new(move |_| now.with(|item| item.note.clone()));
        view! {
            <li
                class="arrange"
                data-row=item_id
                data-held=move || is_held().then_some("true")
                data-heading=is_heading.then_some("true")
            >
                <button
                    type="button"
                    class="icon-btn arrange-grip"
                    aria-label=named("definition.order.grip")
                    on:pointerdown=move |event| hold(event, id.get_value())
                    on:keydown=on_key
                >
                    {icon(icons::GRIP)}
                </button>
                <span class="row-text">
                    <span class="row-title">{move || now.with(|item| item.name.clone())}</span>
                    <Show when=move || note.with(|note| !note.is_empty())>
                        <span class="row-sub">{move || note.get()}</span>
                    </Show>
                </span>
                <IconButton
                    label=named("definition.order.up")
                    drawing=icons::UP
                    disabled=Signal::derive(move || at.get() == 0)
                    on_press=move |()| shift(id.get_value(), -1, Hold::Up)
                />
                <IconButton
                    label=named("definition.order.down")
                    drawing=icons::DOWN
                    disabled=Signal::derive(move || at.get() == last.get())
                    on_press=move |()| shift(id.get_value(), 1, Hold::Down)
                />
                {end.map(|end| end.run(id.get_value()))}
            </li>
        }
    };
    view! {
        <ul
            class="group"
            node_ref=list
            on:pointermove=drag
            on:pointerup=move |_| held.set(None)
            on:pointercancel=move |_| held.set(None)
        >
            <For each=move || items.get() key=|item| item.id.clone() children=row />
        </ul>
    }
}

/// A plain order. Nothing is saved before it is confirmed.
#[component]
pub fn Arrange(
    /// Ids and names.
    #[prop(into)]
    items: Signal<Vec<(String, String)>>,
    #[prop(into)] pending: Signal<bool>,
    #[prop(into)] problem: Signal<Option<String>>,
    #[prop(into)] on_save: Callback<Vec<String>>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let first = items.get_untracked().into_iter().map(|(id, name)| Movable::new(id, name));
    let order = RwSignal::new(first.collect::<Vec<_>>());
    let put = move |(id, to): (String, usize)| {
        order.update(|order| {
            if let Some(from) = order.iter().position(|item| item.id == id) {
                let item = order.remove(from);
                order.insert(to.min(order.len()), item);
            }
        });
    };
    view! {
        <div class="stack">
            <p class="field-help">{t("definition.order.help")}</p>
            <Movables items=order on_move=put />
            <FormProblem problem />
            <div class="btn-row btn-row-end">
                <Button label=t("action.cancel") on_press=on_cancel />
                <Button
                    label=t("definition.order.save")
                    kind=ButtonKind::Primary
                    pending
                    on_press=move |()| on_save.run(order.get_untracked().into_iter().map(|item| item.id).collect())
                />
            </div>
        </div>
    }
}
