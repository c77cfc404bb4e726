//! The address under which calendars read one's own touches and tasks. It is a secret: it is shown once.

use domain::api::{Empty, MakeFeed, RevokeFeed};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::{Reply, again, tell};
use crate::components::{Button, ButtonKind, Sheet, icon, icons};
use crate::i18n::{format, t, tr};
use crate::state::ask;

#[component]
pub fn Feed(reply: Reply) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    let (asking, pending) = (RwSignal::new(false), RwSignal::new(false));
    let since = Memo::new(move |_| reply.with(|reply| reply.as_ref().and_then(|reply| reply.feed_since)));
    let make = move |()| {
        pending.set(true);
        spawn_local(async move {
            match ask::<MakeFeed>(&[], &Empty {}).await {
                Ok(reply) => {
                    let origin = window().location().origin().unwrap_or_default();
                    made.try_set(Some(format!("{origin}{}", reply.path)));
                }
                Err(error) => tell(error.message_key(), icons::ALERT),
            }
            pending.try_set(false);
            again();
        });
    };
    let revoke = move |()| {
        pending.set(true);
        spawn_local(async move {
            match ask::<RevokeFeed>(&[], &Empty {}).await {
                Ok(_) => {
                    made.try_set(None);
                    asking.try_set(false);
                    tell("reminders.feed.revoked.toast", icons::CHECK);
                }
                Err(error) => tell(error.message_key(), icons::ALERT),
            }
            pending.try_set(false);
            again();
        });
    };
    let copy = move |()| {
        let Some(address) = made.get_untracked() else { return };
        spawn_local(async move {
            if JsFuture::from(window().navigator().clipboard().write_text(&address)).await.is_ok() {
                tell("action.copied", icons::COPY);
            }
        });
    };
    let state = move || match since.get() {
        Some(since) => {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
            let moment = format::moment(since.unix_ms() as f64);
            tr("reminders.since", &[("when", &moment)])
        }
        None => tr("reminders.feed.none", &[]),
    };
    let there = Memo::new(move |_| since.with(Option::is_some));
    view! {
        <section>
            <h2 class="group-title">{t("reminders.feed")}</h2>
            <div class="card stack">
                <p class="field-help">{t("reminders.feed.help")}</p>
                <p>{state}</p>
                {move || made.get().map(|address| view! {
                    <p class="notice reach-note">{icon(icons::LINK)} <span class="feed-address">{address}</span></p>
                    <p class="field-help">{t("reminders.feed.once")}</p>
                    <Button label=t("action.copy") drawing=icons::COPY kind=ButtonKind::Primary on_press=copy />
                })}
                <div class="btn-row">
                    <Show when=move || !there.get()>
                        <Button label=t("reminders.feed.make") drawing=icons::CALENDAR pending on_press=make />
                    </Show>
                    <Show when=move || there.get()>
                        <Button label=t("reminders.feed.revoke") kind=ButtonKind::DangerQuiet on_press=move |()| asking.set(true) />
                    </Show>
                </div>
            </div>
            <Sheet
                open=asking
                title=t("reminders.feed.revoke")
                close=t("action.close")
                foot=move || {
                    view! {
                        <Button label=t("action.cancel") on_press=move |()| asking.set(false) />
                        <Button label=t("reminders.feed.revoke") kind=ButtonKind::Danger pending on_press=revoke />
                    }
                }
            >
                <p>{t("reminders.feed.revoke.warning")}</p>
            </Sheet>
        </section>
    }
}
