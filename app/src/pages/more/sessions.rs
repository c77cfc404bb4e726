use domain::api::account::SessionInfo;
use domain::api::{Empty, ListSessions, RevokeSession};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::components::{Badge, Button, ButtonKind, SkeletonRows, Toast, Tone, icon, icons};
use crate::i18n::{format, named_action, say, t, tr};
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::loader::load;
use crate::state::{app, ask};

/// Where one is signed in, and the way to end it from here.
#[component]
pub fn Sessions() -> impl IntoView {
    let loader = load::<ListSessions>(|| Some((Vec::new(), Empty {})));
    let others = move || {
        loader.value.with(|reply| {
            reply
                .as_ref()
                .map(|reply| {
                    reply.sessions.iter().filter(|session| !session.current).cloned().collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    };
    let several = Memo::new(move |_| others().len() > 1);
    let pending = RwSignal::new(false);
    let revoke = move |sessions: Vec<SessionInfo>| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let mut failed = None;
            for session in sessions {
                if let Err(error) = ask::<RevokeSession>(&[&session.id.to_string()], &Empty {}).await {
                    failed = Some(error);
                }
            }
            let said = failed.as_ref().map_or("sessions.revoked.toast", |error| error.message_key());
            let drawing = if failed.is_some() { icons::ALERT } else { icons::CHECK };
            app().toasts.show(Toast::new(say(said, &[])).with_icon(drawing));
            pending.try_set(false);
            app().refresh.update(|count| *count += 1);
        });
    };
    let row = move |session: SessionInfo| {
        let current = session.current;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
        let seen = session.seen_at.unix_ms() as f64;
        let device = device(&session.agent);
        let named = device.clone();
        view! {
            <li class="row">
                <span class="row-icon">{icon(icons::DEVICE)}</span>
                <span class="row-text">
                    <span class="row-title">{device}</span>
                    <span class="row-sub">{move || tr("sessions.last_seen", &[("when", &format::moment(seen))])}</span>
                </span>
                {if current {
                    view! { <Badge label=t("sessions.current") tone=Tone::Accent /> }.into_any()
                } else {
                    view! {
                        <Button
                            label=t("sessions.revoke")
                            kind=ButtonKind::DangerQuiet
                            pending
                            on_press=move |()| revoke(vec![session.clone()])
                            attr:aria-label=move || named_action("sessions.revoke", &named)
                        />
                    }
                        .into_any()
                }}
            </li>
        }
    };
    view! {
        <Page title=t("settings.sessions") back=routes::MORE>
            {move || {
                let reply = loader.value.get();
                let error = loader.error.get();
                match (reply, error) {
                    (Some(reply), _) => view! { <ul class="group">{reply.sessions.iter().cloned().map(row).collect_view()}</ul> }.into_any(),
                    (None, Some(error)) => view! { <Unread error /> }.into_any(),
                    (None, None) => view! { <SkeletonRows count=2 /> }.into_any(),
                }
            }}
            <Show when=move || several.get()>
                <div class="btn-row btn-row-end page-foot">
                    <Button label=t("sessions.revoke_others") kind=ButtonKind::DangerQuiet pending on_press=move |()| revoke(untrack(others)) />
                </div>
            </Show>
        </Page>
    }
}

/// `Chrome · Windows` out of what a browser says about itself; its own words when they are none we know.
fn device(agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    // Every browser claims to be the ones before it, so the most particular sign comes first.
    let browser = first(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_known_by_their_own_names() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari · iPhone",
            ),
            ("curl/8.5", "curl/8.5"),
        ];
        for (agent, name) in cases {
            assert_eq!(device(agent), name);
        }
    }
}
