//! This browser and the others that reminders wake.

use domain::api::notification::ChannelBody;
use domain::reminder::Channel;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::reach::ReachNote;
use super::{Reply, again, remove_channel, tell, try_channel};
use crate::components::{Badge, Button, ButtonKind, Icon, Tone, icon, icons};
use crate::i18n::{format, named_action, t, tr};
use crate::state::push::{self, Failure, Reach};

#[component]
pub fn Browsers(reply: Reply) -> impl IntoView {
    let device = push::device();
    let reach = device.reach();
    let own = RwSignal::new(None::<String>);
    let find = move || {
        spawn_local(async move {
            let hash = push::own_hash().await;
            own.try_set(hash);
        });
    };
    find();
    let pending = RwSignal::new(false);
    let denied = RwSignal::new(reach == Reach::Denied);
    let channels = Memo::new(move |_| {
        let all = reply.get().map(|reply| reply.channels.clone()).unwrap_or_default();
        all.into_iter().filter(|channel| channel.channel == Channel::Push).collect::<Vec<_>>()
    });
    let is_on = Memo::new(move |_| {
        let hash = own.get();
        hash.is_some()
            && channels.with(|all| all.iter().any(|one| one.endpoint_hash == hash && one.dead_at.is_none()))
    });
    let begin = move |()| {
        let Some(key) = reply.with_untracked(|reply| reply.as_ref().map(|reply| reply.push_key.clone()))
        else {
            return;
        };
        pending.set(true);
        spawn_local(async move {
            match push::subscribe(&key).await {
                Ok(()) => tell("reminders.push.on.toast", icons::CHECK),
                Err(Failure::Denied) => {
                    denied.try_set(push::permission() == "denied");
                    tell("reminders.push.denied.toast", icons::ALERT);
                }
                Err(Failure::Service) => tell("reminders.push.service", icons::ALERT),
                Err(Failure::Api(error)) => tell(error.message_key(), icons::ALERT),
            }
            pending.try_set(false);
            find();
            again();
        });
    };
    let end = move |()| {
        pending.set(true);
        spawn_local(async move {
            match push::leave().await {
                Ok(()) => tell("reminders.push.off.toast", icons::CHECK),
                Err(error) => tell(error.message_key(), icons::ALERT),
            }
            pending.try_set(false);
            find();
            again();
        });
    };
    let can = matches!(reach, Reach::Open | Reach::Doubtful | Reach::Denied);
    let others = move || {
        let hash = own.get();
        let rest = |one: &ChannelBody| hash.is_none() || one.endpoint_hash != hash;
        channels.get().into_iter().filter(rest).map(|one| channel_row(one, icons::DEVICE)).collect_view()
    };
    let trial = move |()| {
        let hash = own.get_untracked();
        let id =
            channels.with_untracked(|all| all.iter().find(|one| one.endpoint_hash == hash).map(|one| one.id));
        if id.is_some() {
            try_channel(id, pending);
        }
    };
    view! {
        <section>
            <h2 class="group-title">{t("reminders.browsers")}</h2>
            <ul class="group">
                <li class="row">
                    <span class="row-icon">{icon(icons::BELL)}</span>
                    <span class="row-text">
                        <span class="row-title">{t("reminders.this_browser")}</span>
                        <span class="row-sub row-sub-wrap">
                            {move || tr(if is_on.get() { "reminders.push.is_on" } else { "reminders.push.is_off" }, &[])}
                        </span>
                    </span>
                    <Show when=move || can && is_on.get()>
                        <Button
                            label=t("reminders.test")
                            pending
                            on_press=trial
                            attr:aria-label=move || named_action("reminders.test", &tr("reminders.this_browser", &[]))
                        />
                        <Button label=t("reminders.push.end") kind=ButtonKind::DangerQuiet pending on_press=end />
                    </Show>
                    <Show when=move || can && !is_on.get() && !denied.get()>
                        <Button label=t("reminders.push.begin") kind=ButtonKind::Primary pending on_press=begin />
                    </Show>
                </li>
                {others}
            </ul>
            {move || view! { <ReachNote reach=if denied.get() { Reach::Denied } else { reach } /> }}
        </section>
    }
}

/// One browser or bot of one's own.
pub fn channel_row(one: ChannelBody, drawing: Icon) -> impl IntoView {
    let pending = RwSignal::new(false);
    let (id, dead) = (one.id, one.dead_at);
    let named = StoredValue::new(one.name.clone());
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
    let since = move || {
        let moment = format::moment(dead.unwrap_or(one.at).unix_ms() as f64);
        tr(if dead.is_some() { "reminders.dead_since" } else { "reminders.since" }, &[("when", &moment)])
    };
    view! {
        <li class="row">
            <span class="row-icon">{icon(drawing)}</span>
            <span class="row-text">
                <span class="row-title">{one.name}</span>
                <span class="row-sub row-sub-wrap">{since}</span>
                {dead.map(|_| view! { <Badge label=t("reminders.dead") tone=Tone::Danger /> })}
            </span>
            <Button
                label=t("reminders.test")
                pending
                on_press=move |()| try_channel(Some(id), pending)
                attr:aria-label=move || named.with_value(|name| named_action("reminders.test", name))
            />
            <Button
                label=t("reminders.remove")
                kind=ButtonKind::DangerQuiet
                on_press=move |()| remove_channel(id)
                attr:aria-label=move || named.with_value(|name| named_action("reminders.remove", name))
            />
        </li>
    }
}
