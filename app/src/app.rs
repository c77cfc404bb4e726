//! Start: take over from the shell that `index.html` shows while the program is still on its way.

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos_router::components::Router;
use wasm_bindgen::JsValue;

use crate::components::ToastRegion;
use crate::i18n::t;
use crate::pages::Pages;
use crate::state;

pub fn start() {
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&JsValue::from_str(&info.to_string()))));
    mount_to_body(App);
    // Only now, so that there is no empty moment in between.
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}

#[component]
fn App() -> impl IntoView {
    // Here and not before: mounting makes the executor that effects and tasks run on.
    state::start();
    provide_context(state::app().toasts);

    view! {
        <Router>
            <Pages />
        </Router>
        <ToastRegion label=t("toast.region") close=t("action.close") />
    }
}
