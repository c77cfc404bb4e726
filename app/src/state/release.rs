//! A newer version of the app has arrived on this device (`app/boot.js`, `app/sw.js`): the next visit shows it, and who
//! stays may have it now.

use leptos::prelude::*;

use super::app;
use crate::components::{Toast, icons};
use crate::i18n::say;

pub(super) fn start() {
    let arrived = window_event_listener_untyped("zhike:release", |_| {
        let reload = || {
            let _ = window().location().reload();
        };
        let toast = Toast::new(say("app.release.ready", &[])).with_icon(icons::CHECK);
        app().toasts.show(toast.with_action(say("app.release.reload", &[]), reload));
    });
    // It listens as long as the page lives.
    std::mem::forget(arrived);
}
