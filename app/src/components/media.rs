use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// Whether the screen answers to a media query, now and as long as whoever asks is on the page. For what is built
/// differently on a wide screen; what only looks different is a matter of the styles.
pub fn media(query: &str) -> ReadSignal<bool> {
    let list = window().match_media(query).ok().flatten();
    let (answer, set_answer) = signal(list.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    let Some(list) = list else { return answer };
    let asked = list.clone();
    let changed = Closure::<dyn Fn()>::new(move || {
        set_answer.try_set(asked.matches());
    });
    // Listening cannot fail; if it did, the answer of the beginning would stay.
    let _ = list.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
    let kept = StoredValue::new_local((list, changed));
    on_cleanup(move || {
        let _ = kept.try_with_value(|(list, changed)| {
            list.remove_event_listener_with_callback("change", changed.as_ref().unchecked_ref())
        });
    });
    answer
}
