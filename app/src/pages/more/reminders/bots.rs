//! Group bots: added by the address that their service shows.

use domain::api::AddBot;
use domain::api::notification::{AddBotRequest, BotService};
use domain::reminder::Channel;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browsers::channel_row;
use super::{Reply, again, tell};
use crate::components::{Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, TextInput, icons};
use crate::i18n::t;
use crate::pages::more::password::{Problems, problems_of};
use crate::state::ask;

const SERVICES: [(&str, &str, BotService); 3] = [
    ("wecom", "reminders.bot.wecom", BotService::Wecom),
    ("dingtalk", "reminders.bot.dingtalk", BotService::Dingtalk),
    ("feishu", "reminders.bot.feishu", BotService::Feishu),
];

/// The service whose address this is, by its host.
fn guessed(url: &str) -> Option<&'static str> {
    let host = url.trim().strip_prefix("https://")?.split(['/', '?', ':']).next()?;
    match host {
        "qyapi.weixin.qq.com" => Some("wecom"),
        "oapi.dingtalk.com" | "api.dingtalk.com" => Some("dingtalk"),
        "open.feishu.cn" | "open.larksuite.com" => Some("feishu"),
        _ => None,
    }
}

#[component]
pub fn Bots(reply: Reply) -> impl IntoView {
    let adding = RwSignal::new(false);
    let bots = move || {
        let all = reply.get().map(|reply| reply.channels.clone()).unwrap_or_default();
        let bots = all.into_iter().filter(|one| one.channel == Channel::Bot);
        let rows = bots.map(|one| channel_row(one, icons::CHAT)).collect::<Vec<_>>();
        (!rows.is_empty()).then(|| view! { <ul class="group">{rows}</ul> })
    };
    view! {
        <section>
            <h2 class="group-title">{t("reminders.bots")}</h2>
            <p class="group-foot">{t("reminders.bots.help")}</p>
            {bots}
            <div class="btn-row page-foot">
                <Button label=t("reminders.bot.add") drawing=icons::ADD on_press=move |()| adding.set(true) />
            </div>
            <Sheet open=adding title=t("reminders.bot.add") close=t("action.close")>
                <BotForm open=adding />
            </Sheet>
        </section>
    }
}

#[component]
fn BotForm(open: RwSignal<bool>) -> impl IntoView {
    let (name, url) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (service, secret) = (RwSignal::new("wecom".to_owned()), RwSignal::new(String::new()));
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    Effect::new(move |_| {
        if let Some(found) = url.with(|url| guessed(url)) {
            service.set(found.to_owned());
        }
    });
    let services: Vec<Choice> =
        SERVICES.iter().map(|(code, label, _)| Choice::new(*code, t(label))).collect();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = service.get_untracked();
        let Some((_, _, service)) = SERVICES.into_iter().find(|(code, ..)| *code == chosen) else { return };
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let secret = secret.get_untracked().trim().to_owned();
        let request = AddBotRequest {
            name: name.get_untracked().trim().to_owned(),
            service,
            url: url.get_untracked().trim().to_owned(),
            secret: (!secret.is_empty()).then_some(secret),
        };
        spawn_local(async move {
            let reply = ask::<AddBot>(&[], &request).await;
            pending.try_set(false);
            match reply {
                Ok(_) => {
                    open.set(false);
                    tell("reminders.bot.added.toast", icons::CHECK);
                    again();
                }
                Err(error) => {
                    problems.0.try_set(problems_of(&error));
                }
            }
        });
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(&["name", "service", "url", "secret"]) />
            <Field label=t("reminders.bot.url") help=t("reminders.bot.url.help") required=true problem=problems.at("url")>
                <TextInput value=url kind="url" inputmode="url" autocomplete="off" />
            </Field>
            <Field label=t("reminders.bot.service") problem=problems.at("service")>
                <Select value=service choices=services on_choose=move |code: String| service.set(code) />
            </Field>
            <Field label=t("reminders.bot.name") required=true problem=problems.at("name")>
                <TextInput value=name autocomplete="off" />
            </Field>
            <Field label=t("reminders.bot.secret") help=t("reminders.bot.secret.help") optional=t("field.optional") problem=problems.at("secret")>
                <TextInput value=secret autocomplete="off" />
            </Field>
            <Button label=t("reminders.bot.add") kind=ButtonKind::Primary submit=true block=true pending />
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::guessed;

    #[test]
    fn the_host_says_whose_bot_it_is() {
        for (url, service) in [
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", Some("wecom")),
            (" https://oapi.dingtalk.com/robot/send?access_token=1", Some("dingtalk")),
            ("https://open.feishu.cn/open-apis/bot/v2/hook/1", Some("feishu")),
            ("http://open.feishu.cn/open-apis/bot/v2/hook/1", None),
            ("https://open.feishu.cn.evil.example/hook", None),
            ("", None),
        ] {
            assert_eq!(guessed(url), service, "{url}");
        }
    }
}
