use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Hands a text to the reader as a file.
pub fn save_text(name: &str, text: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    match web_sys::Blob::new_with_str_sequence(&parts) {
        Ok(blob) => save_blob(name, &blob),
        Err(error) => web_sys::console::error_1(&error),
    }
}

/// Hands what has been downloaded to the reader as a file.
pub fn save_blob(name: &str, blob: &web_sys::Blob) {
    let give = || -> Result<(), JsValue> {
        let address = web_sys::Url::create_object_url_with_blob(blob)?;
        let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // The browser reads it after this turn.
        set_timeout(
            move || {
                let _ = web_sys::Url::revoke_object_url(&address);
            },
            std::time::Duration::from_secs(10),
        );
        Ok(())
    };
    if let Err(error) = give() {
        web_sys::console::error_1(&error);
    }
}
