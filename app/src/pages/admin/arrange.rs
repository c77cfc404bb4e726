use leptos::html;
use leptos::prelude::*;

use crate::components::{Button, ButtonKind, FormProblem, IconButton, icon, icons};
use crate::i18n::{t, tr};

/// An order that is changed by the buttons of each row, by the arrow keys on its handle, or by dragging the handle.
/// Nothing is saved before it is confirmed.
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
    let order = RwSignal::new(items.get_untracked());
    let list = NodeRef::<html::Ul>::new();
    let held = RwSignal::new(None::<String>);

    let place = move |id: &str| order.with_untracked(|order| order.iter().position(|(own, _)| own == id));
    let shift = move |id: String, by: isize| {
        let Some(from) = place(&id) else { return };
        let last = order.with_untracked(Vec::len).saturating_sub(1);
        let to = from.saturating_add_signed(by).min(last);
        order.update(|order| {
            let item = order.remove(from);
            order.insert(to, item);
        });
    };
    // Where the pointer is among the rows says where the held one belongs.
    let drag = move |event: leptos::ev::PointerEvent| {
        let (Some(id), Some(list)) = (held.get_untracked(), list.get_untracked()) else { return };
        let Some(from) = place(&id) else { return };
        let rows = list.children();
        let y = f64::from(event.client_y());
        let middle = |at: u32| {
            rows.item(at)
                .map(|row| row.get_bounding_client_rect())
                .map(|rect| rect.top() + rect.height() / 2.0)
        };
        let above = (0..rows.length())
            .filter(|at| *at as usize != from && middle(*at).is_some_and(|middle| middle < y))
            .count();
        if above != from {
            order.update(|order| {
                let item = order.remove(from);
                order.insert(above, item);
            });
        }
    };
    let hold = move |event: leptos::ev::PointerEvent, id: String| {
        // The list and not the row holds the pointer: rows move under it.
        if let Some(list) = list.get_untracked() {
            let _ = list.set_pointer_capture(event.pointer_id());
        }
        held.set(Some(id));
    };
    let row = move |(id, name): (String, String)| {
        let key_id = id.clone();
        let on_key = move |event: leptos::ev::KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            event.prevent_default();
            shift(key_id.clone(), by);
        };
        let (grip_id, up_id, down_id, own) = (id.clone(), id.clone(), id.clone(), id);
        let (up_name, down_name, grip_name) = (name.clone(), name.clone(), name.clone());
        let at = {
            let own = own.clone();
            Memo::new(move |_| {
                order.with(|order| order.iter().position(|(id, _)| *id == own).unwrap_or_default())
            })
        };
        let last = Memo::new(move |_| order.with(|order| order.len().saturating_sub(1)));
        let is_held = move || held.with(|held| held.as_ref() == Some(&own)).then_some("true");
        view! {
            <li class="arrange" data-held=is_held>
                <button
                    type="button"
                    class="icon-btn arrange-grip"
                    aria-label=move || tr("definition.order.grip", &[("name", &grip_name)])
                    on:pointerdown=move |event| hold(event, grip_id.clone())
                    on:keydown=on_key
                >
                    {icon(icons::GRIP)}
                </button>
                <span class="row-title">{name}</span>
                <IconButton
                    label=move || tr("definition.order.up", &[("name", &up_name)])
                    drawing=icons::UP
                    disabled=Signal::derive(move || at.get() == 0)
                    on_press=move |()| shift(up_id.clone(), -1)
                />
                <IconButton
                    label=move || tr("definition.order.down", &[("name", &down_name)])
                    drawing=icons::DOWN
                    disabled=Signal::derive(move || at.get() == last.get())
                    on_press=move |()| shift(down_id.clone(), 1)
                />
            </li>
        }
    };
    view! {
        <div class="stack">
            <p class="field-help">{t("definition.order.help")}</p>
            <ul
                class="group"
                node_ref=list
                on:pointermove=drag
                on:pointerup=move |_| held.set(None)
                on:pointercancel=move |_| held.set(None)
            >
                <For each=move || order.get() key=|(id, _)| id.clone() children=row />
            </ul>
            <FormProblem problem />
            <div class="btn-row btn-row-end">
                <Button label=t("action.cancel") on_press=on_cancel />
                <Button
                    label=t("definition.order.save")
                    kind=ButtonKind::Primary
                    pending
                    on_press=move |()| on_save.run(order.get_untracked().into_iter().map(|(id, _)| id).collect())
                />
            </div>
        </div>
    }
}
