use std::time::Duration;

use leptos::prelude::*;

use super::{Icon, IconButton, icon, icons};

/// What has just happened, and at most one thing to do about it.
#[derive(Clone)]
pub struct Toast {
    pub text: String,
    pub drawing: Option<Icon>,
    pub action: Option<(String, Callback<()>)>,
}

impl Toast {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), drawing: None, action: None }
    }

    pub fn with_icon(mut self, drawing: Icon) -> Self {
        self.drawing = Some(drawing);
        self
    }

    pub fn with_action(mut self, label: impl Into<String>, press: impl Into<Callback<()>>) -> Self {
        self.action = Some((label.into(), press.into()));
        self
    }
}

/// The toasts on the screen, oldest first.
#[derive(Clone, Copy, Default)]
pub struct Toasts {
    list: RwSignal<Vec<(u32, Toast)>>,
    next: StoredValue<u32>,
    /// Pointer or focus is on one of them: none may leave under a reader's eyes.
    held: RwSignal<bool>,
}

const PLAIN: Duration = Duration::from_secs(5);
/// Long enough to read it, decide and reach it.
const WITH_ACTION: Duration = Duration::from_secs(10);
/// The newest only: on a phone more of them would cover what one works on.
const AT_MOST: usize = 1;

impl Toasts {
    pub fn show(self, toast: Toast) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        let stay = if toast.action.is_some() { WITH_ACTION } else { PLAIN };
        self.list.update(|list| {
            list.push((id, toast));
            let excess = list.len().saturating_sub(AT_MOST);
            list.drain(..excess);
        });
        self.leave_after(id, stay);
    }

    fn leave_after(self, id: u32, stay: Duration) {
        set_timeout(
            move || match self.held.try_get_untracked() {
                Some(true) => self.leave_after(id, PLAIN),
                Some(false) => self.remove(id),
                None => {}
            },
            stay,
        );
    }

    fn remove(self, id: u32) {
        self.list.update(|list| list.retain(|(own, _)| *own != id));
    }
}

/// Where toasts appear; screen readers hear each as it comes.
#[component]
pub fn ToastRegion(#[prop(into)] label: TextProp, #[prop(into)] close: TextProp) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let one = move |(id, toast): (u32, Toast)| {
        let close = close.clone();
        let action = toast.action.map(|(label, press)| {
            view! {
                <button
                    type="button"
                    class="toast-action"
                    on:click=move |_| {
                        toasts.remove(id);
                        press.run(());
                    }
                >
                    {label}
                </button>
            }
        });
        view! {
            <div class="toast">
                {toast.drawing.map(icon)} <p class="toast-text">{toast.text}</p> {action}
                <IconButton label=close drawing=icons::CLOSE on_press=move |()| toasts.remove(id) />
            </div>
        }
    };
    view! {
        <section
            class="toasts"
            aria-label=label
            aria-live="polite"
            on:pointerenter=move |_| toasts.held.set(true)
            on:pointerleave=move |_| toasts.held.set(false)
            on:focusin=move |_| toasts.held.set(true)
            on:focusout=move |_| toasts.held.set(false)
        >
            <For each=move || toasts.list.get() key=|(id, _)| *id children=one />
        </section>
    }
}
