//! Reaching somebody from where one reads about them: call, mail, find the way, copy the WeChat id. Whoever comes back from
//! a call is offered to log it.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use domain::access::{Act, Level};
use domain::api::record::RecordBody;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Lang;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

use crate::components::{Icon, Toast, icon, icons};
use crate::fields;
use crate::i18n::{lang, say, t, tr};
use crate::state::session::{role, schema_now};
use crate::state::{Touching, app, time};

/// Shorter than this somebody has only looked at the number.
const SHORTEST_MS: i64 = 5_000;
/// Longer than this it was something else.
const LONGEST_MS: i64 = 4 * 3_600_000;
/// A phone may ask first whether to call; whoever leaves later than this goes elsewhere.
const LEAVES_WITHIN_MS: i64 = 60_000;
const MINUTE_MS: i64 = 60_000;

fn text(body: &RecordBody, field: &str) -> Option<String> {
    body.values.get(field).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What opens the maps of this device at an address that is encoded for a link already.
fn map_link(address: &str, agent: &str, lang: Lang) -> String {
    if agent.contains("Android") {
        return format!("geo:0,0?q={address}");
    }
    if ["iPhone", "iPad", "Mac OS"].iter().any(|apple| agent.contains(apple)) {
        return format!("https://maps.apple.com/?q={address}");
    }
    match lang {
        Lang::Zh => format!("https://uri.amap.com/search?keyword={address}"),
        Lang::En => format!("https://www.openstreetmap.org/search?query={address}"),
    }
}

/// One button for each way there is; nothing where there is none.
#[component]
pub fn Reach(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let known = Memo::new(move |_| {
        let known = body.with(|body| {
            let body = body.as_ref()?;
            Some(["phone", "email", "address", "wechat"].map(|field| text(body, field)))
        });
        known.unwrap_or_default()
    });
    move || {
        let [phone, email, address, wechat] = known.get();
        let any = [&phone, &email, &address, &wechat].into_iter().any(Option::is_some);
        let call = phone.map(|number| {
            let note = move |_| {
                if let Some(body) = body.get_untracked() {
                    called(&body);
                }
            };
            view! {
                <a class="record-action" href=format!("tel:{number}") on:click=note>
                    {shown(icons::CALL, "record.call")}
                </a>
            }
        });
        let mail = email.map(|address| {
            view! {
                <a class="record-action" href=format!("mailto:{address}")>
                    {shown(icons::MAIL, "record.mail")}
                </a>
            }
        });
        let way = address.map(|address| {
            let encoded = String::from(js_sys::encode_uri_component(&address));
            let agent = window().navigator().user_agent().unwrap_or_default();
            let to = map_link(&encoded, &agent, lang());
            // What another program opens leaves no empty page behind.
            let page = to.starts_with("https:").then_some("_blank");
            view! {
                <a class="record-action" href=to target=page rel="noopener noreferrer">
                    {shown(icons::VISIT, "log.reach.way")}
                </a>
            }
        });
        let chat = wechat.map(|id| {
            view! {
                <button type="button" class="record-action" on:click=move |_| copy(id.clone())>
                    {shown(icons::CHAT, "log.reach.wechat")}
                </button>
            }
        });
        any.then(|| view! { <div class="record-actions">{call}{mail}{way}{chat}</div> })
    }
}

fn shown(drawing: Icon, key: &'static str) -> impl IntoView {
    view! {
        {icon(drawing)}
        <span>{t(key)}</span>
    }
}

/// A small button for a row about somebody with a number.
pub fn call_button(body: &RecordBody) -> Option<AnyView> {
    let number = text(body, "phone")?;
    let body = Arc::new(body.clone());
    let named = body.clone();
    let name = move || {
        let name = fields::title(&schema_now(), &named);
        format!("{}: {name}", tr("record.call", &[]))
    };
    let button = view! {
        <a class="icon-btn" href=format!("tel:{number}") aria-label=name on:click=move |_| called(&body)>
            {icon(icons::CALL)}
        </a>
    };
    Some(button.into_any())
}

fn copy(id: String) {
    spawn_local(async move {
        let copied = JsFuture::from(window().navigator().clipboard().write_text(&id)).await.is_ok();
        // Without permission it is said, to be copied by hand.
        let said = if copied { say("log.reach.copied", &[]) } else { id };
        app().toasts.show(Toast::new(said).with_icon(icons::CHAT));
    });
}

/// A call that was begun from here.
struct Call {
    body: RecordBody,
    tapped: i64,
    /// When the page was left for it.
    left: Option<i64>,
}

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

/// Notes that somebody is being called.
fn called(body: &RecordBody) {
    let touchable = schema_now().entity("touch").is_some_and(|touch| touch.parents.contains(&body.entity));
    let may = role().is_some_and(|role| role.level("touch", Act::Create) != Level::None);
    if !touchable || !may {
        return;
    }
    let call = Call { body: body.clone(), tapped: time::now().unix_ms(), left: None };
    CALL.set(Some(call));
    if LISTENS.replace(true) {
        return;
    }
    let seen = Closure::<dyn Fn()>::new(|| if document().hidden() { left() } else { came_back() });
    let _ = document().add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
    // It listens as long as the page lives.
    seen.forget();
}

fn left() {
    let now = time::now().unix_ms();
    CALL.with_borrow_mut(|call| {
        let leaves_for_it = |call: &Call| call.left.is_none() && now - call.tapped <= LEAVES_WITHIN_MS;
        *call = call.take().filter(leaves_for_it).map(|call| Call { left: Some(now), ..call });
    });
}

fn came_back() {
    let Some(call) = CALL.take() else { return };
    let Some(minutes) = call.left.and_then(|left| minutes_of(time::now().unix_ms() - left)) else { return };
    let name = untrack(|| fields::title(&schema_now(), &call.body));
    let body = Box::new(call.body);
    let log = move || app().touching.set(Some(Touching::Call(body.clone(), minutes)));
    let said = say("log.call.back", &[("name", &name), ("minutes", &minutes.to_string())]);
    app().toasts.show(Toast::new(said).with_icon(icons::CALL).with_action(say("log.call.log", &[]), log));
}

/// Begun minutes, as a telephone company counts them. `None` when it was no call.
fn minutes_of(away_ms: i64) -> Option<i64> {
    (SHORTEST_MS..=LONGEST_MS).contains(&away_ms).then_some((away_ms + MINUTE_MS - 1) / MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_away_long_enough_has_called_for_so_many_minutes() {
        for (away_ms, minutes) in [
            (4_999, None),
            (5_000, Some(1)),
            (60_000, Some(1)),
            (60_001, Some(2)),
            (754_000, Some(13)),
            (14_400_000, Some(240)),
            (14_400_001, None),
            (-1, None),
        ] {
            assert_eq!(minutes_of(away_ms), minutes, "{away_ms}");
        }
    }

    #[test]
    fn every_device_has_its_maps() {
        let phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8)";
        let apple = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)";
        let desk = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        for (agent, lang, link) in [
            (phone, Lang::Zh, "geo:0,0?q=a%20b"),
            (apple, Lang::En, "https://maps.apple.com/?q=a%20b"),
            (desk, Lang::Zh, "https://uri.amap.com/search?keyword=a%20b"),
            (desk, Lang::En, "https://www.openstreetmap.org/search?query=a%20b"),
        ] {
            assert_eq!(map_link("a%20b", agent, lang), link, "{agent}");
        }
    }
}
