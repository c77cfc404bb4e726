use domain::api::SetPreferences;
use domain::api::account::PreferencesRequest;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Lang;

use crate::components::{ChipGroup, Choice};
use crate::i18n::{lang, t};
use crate::pages::Page;
use crate::routes;
use crate::state::ask;
use crate::state::preferences::{Theme, choose_lang, choose_theme, theme_signal};

/// Language and theme. Both take effect under one's eyes.
#[component]
pub fn Appearance() -> impl IntoView {
    let theme = theme_signal();
    let languages = vec![
        Choice::new(Lang::Zh.code(), t("settings.language.zh")),
        Choice::new(Lang::En.code(), t("settings.language.en")),
    ];
    let themes = vec![
        Choice::new(Theme::System.code(), t("settings.theme.system")),
        Choice::new(Theme::Light.code(), t("settings.theme.light")),
        Choice::new(Theme::Dark.code(), t("settings.theme.dark")),
    ];
    let choose = |code: String| {
        choose_lang(Lang::from_tag(&code).unwrap_or(Lang::En));
        spawn_local(async move {
            // This device follows at once; that the server knows too is for what it will send one day.
            let _ =
                ask::<SetPreferences>(&[], &PreferencesRequest { language: Some(code), zone: None }).await;
        });
    };
    view! {
        <Page title=t("settings.appearance") back=routes::MORE>
            <div class="card stack">
                <ChipGroup
                    legend=t("settings.language")
                    show_legend=true
                    choices=languages
                    value=Signal::derive(|| lang().code().to_owned())
                    on_choose=choose
                />
                <ChipGroup
                    legend=t("settings.theme")
                    show_legend=true
                    choices=themes
                    value=Signal::derive(move || theme.get().code().to_owned())
                    on_choose=|code: String| choose_theme(Theme::from_code(&code))
                />
            </div>
        </Page>
    }
}
