//! How many notifications are unread, kept up to date while somebody looks; and what the service worker says.

use std::cell::Cell;

use domain::api::ListNotifications;
use domain::api::notification::NotificationsRequest;
use domain::command::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use crate::components::{Toast, icons};
use crate::i18n::say;
use crate::routes;
use crate::state::preferences::{read, write};
use crate::state::push::{self, Reach};
use crate::state::session::Entry;
use crate::state::{app, ask, sleep};

/// At most so often the server is asked.
const PAUSE_MS: i32 = 4_000;
/// What falls due while nobody else changes anything is seen after so long.
const IDLE_MS: i32 = 60_000;
/// That this device was told how reminders reach it.
const TOLD_KEY: &str = "zhike.reach_told";
/// Behind the address when a press in a notification did not reach the server.
const UNSENT: &str = "#unsent";

thread_local! {
    static ASKS: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
}

/// Begins, for as long as the page lives.
pub fn run() {
    // Outside of every component: these stay.
    let owner = Owner::new();
    owner.with(|| {
        Effect::new(move |_| {
            // Asked again when others did something, and when something was saved or the page is looked at again.
            let _ = (app().news.get().turn, app().refresh.get());
            match app().entry.get() {
                Entry::In => count_soon(),
                // Whoever comes next has not read anything of theirs yet.
                _ => show(0),
            }
        });
        Effect::new(move |_| {
            if app().items.with(|items| items.iter().any(|item| plans(&item.command.actions))) {
                tell_reach();
            }
        });
    });
    std::mem::forget(owner);
    spawn_local(async {
        loop {
            sleep(IDLE_MS).await;
            if app().entry.get_untracked() == Entry::In && !document().hidden() {
                count_soon();
            }
        }
    });
    spawn_local(push::make_sure());
    listen();
    say_unsent();
}

/// Asks how many are unread, unless that is being asked: then once more afterwards.
pub(super) fn count_soon() {
    if ASKS.replace(true) {
        AGAIN.set(true);
        return;
    }
    spawn_local(async {
        loop {
            AGAIN.set(false);
            let request = NotificationsRequest { after: None, count_only: Some(true) };
            // What did not come now comes with the next occasion.
            if let Ok(reply) = ask::<ListNotifications>(&[], &request).await {
                show(reply.unread);
            }
            sleep(PAUSE_MS).await;
            if !AGAIN.get() {
                break;
            }
        }
        ASKS.set(false);
    });
}

/// Shows how many are unread: in the bar of every page, and on the app's own icon where there is one.
pub fn show(unread: u64) {
    if app().unread.get_untracked() != unread {
        app().unread.set(unread);
    }
    let navigator: JsValue = window().navigator().into();
    let named = js_sys::Reflect::get(&navigator, &JsValue::from_str("setAppBadge"));
    if let Ok(set) = named.and_then(JsValue::dyn_into::<js_sys::Function>) {
        #[expect(clippy::cast_precision_loss, reason = "so many notifications nobody has")]
        // Where the app is not installed the browser may refuse; there is no icon then.
        if let Ok(promise) = set.call1(&navigator, &JsValue::from_f64(unread as f64))
            && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
        {
            spawn_local(async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            });
        }
    }
}

/// What `app/sw.js` tells: where to go, and that a notification came.
fn listen() {
    let heard = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let Ok(told) = serde_json::from_str::<Json>(&text) else { return };
        if told["zhike"] == "told" {
            count_soon();
            return;
        }
        let Some(path) = told["go"].as_str().filter(|path| is_own_path(path)) else { return };
        go(path);
        // It waits for a word, and opens the address by itself when none comes.
        if let Ok(port) = event.ports().get(0).dyn_into::<web_sys::EventTarget>()
            && let Ok(post) = js_sys::Reflect::get(&port, &JsValue::from_str("postMessage"))
            && let Ok(post) = post.dyn_into::<js_sys::Function>()
        {
            let _ = post.call1(&port, &JsValue::TRUE);
        }
    });
    let worker = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("serviceWorker")).ok();
    if let Some(worker) = worker.and_then(|worker| worker.dyn_into::<web_sys::EventTarget>().ok()) {
        let _ = worker.add_event_listener_with_callback("message", heard.as_ref().unchecked_ref());
        // What came before anybody listened waits for this word.
        if let Ok(begin) = js_sys::Reflect::get(&worker, &JsValue::from_str("startMessages"))
            && let Ok(begin) = begin.dyn_into::<js_sys::Function>()
        {
            let _ = begin.call0(&worker);
        }
    }
    heard.forget();
}

/// A path below our own origin.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')
}

/// Goes to an address as if by the way back and forth, which the router follows wherever it is asked from.
fn go(path: &str) {
    let Ok(history) = window().history() else { return };
    if history.push_state_with_url(&JsValue::NULL, "", Some(path)).is_ok()
        && let Ok(event) = web_sys::Event::new("popstate")
    {
        let _ = window().dispatch_event(&event);
    }
    say_unsent();
}

/// What was pressed in a notification without success is said where it can be done again.
fn say_unsent() {
    let location = window().location();
    if location.hash().ok().as_deref() != Some(UNSENT) {
        return;
    }
    if let (Ok(history), Ok(path)) = (window().history(), location.pathname()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    app().toasts.show(Toast::new(say("bell.unsent", &[])).with_icon(icons::ALERT));
}

/// Whether a command gives something a day on which it is due.
fn plans(actions: &[Action]) -> bool {
    let set = |values: &domain::command::Wire| {
        ["next_touch", "due"].iter().any(|field| values.get(*field).is_some_and(|value| !value.is_null()))
    };
    actions.iter().any(|action| match action {
        Action::LogTouch { next_touch, .. } => next_touch.as_ref().is_some_and(|next| !next.is_null()),
        Action::Create { values, .. } | Action::Update { values, .. } => set(values),
        _ => false,
    })
}

/// Once, where the first reminder is set on a device that it would not reach: says so, and how it would.
fn tell_reach() {
    if read(TOLD_KEY).is_some() || push::device().reach() != Reach::NeedsHomeScreen {
        return;
    }
    write(TOLD_KEY, "1");
    let show = || go(routes::REMINDERS);
    let toast = Toast::new(say("reminders.reach.home_screen", &[])).with_icon(icons::BELL);
    app().toasts.show(toast.with_action(say("reminders.reach.how", &[]), show));
}

#[cfg(test)]
mod tests {
    use domain::ids::Id;

    use super::*;

    #[test]
    fn only_paths_of_our_own_are_followed() {
        for (path, own) in [
            ("/records/lead/1", true),
            ("/", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_own_path(path), own, "{path}");
        }
    }

    #[test]
    fn a_day_that_is_set_is_a_plan_and_one_that_is_taken_is_none() {
        let update = |field: &str, value: Json| {
            let values = [(field.to_owned(), value)].into();
            let (record, entity) = (Id::v7(1, &[0; 10]), "lead".to_owned());
            [Action::Update { entity, record, base_version: 1, old: Default::default(), values }]
        };
        assert!(plans(&update("next_touch", serde_json::json!({ "date": "2026-05-01" }))));
        assert!(!plans(&update("next_touch", Json::Null)));
        assert!(!plans(&update("name", Json::from("X"))));
    }
}
