use domain::api::SetPreferences;
use domain::api::account::PreferencesRequest;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Lang;

use crate::components::{ChipGroup, Choice, Field, Select, Toast, icons};
use crate::i18n::{lang, say, t};
use crate::pages::Page;
use crate::pages::account::all_zones;
use crate::routes;
use crate::state::preferences::{Theme, choose_lang, choose_theme, theme_signal};
use crate::state::{app, ask, session};

/// Language, theme and clock of the reader. All of it takes effect under one's eyes.
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
    let zone = Signal::derive(|| {
        app().session.with(|session| session.as_ref().map(|session| session.zone.clone()).unwrap_or_default())
    });
    let zones: Vec<Choice> =
        all_zones(&zone.get_untracked()).into_iter().map(|zone| Choice::new(zone.clone(), zone)).collect();
    // What was chosen stands until it is refused.
    let chosen = RwSignal::new(zone.get_untracked());
    let choose_zone = move |wanted: String| {
        chosen.set(wanted.clone());
        spawn_local(async move {
            let wish = PreferencesRequest { language: None, zone: Some(wanted) };
            let said = match ask::<SetPreferences>(&[], &wish).await {
                Ok(_) => {
                    // The session carries the zone; pages read again by the new clock.
                    session::enter().await;
                    app().refresh.update(|count| *count += 1);
                    "definition.saved.toast"
                }
                Err(error) => {
                    chosen.try_set(zone.try_get_untracked().unwrap_or_default());
                    error.message_key()
                }
            };
            app().toasts.show(Toast::new(say(said, &[])).with_icon(icons::INFO));
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
                <Field label=t("settings.zone") help=t("settings.zone.help")>
                    <Select value=chosen choices=zones on_choose=choose_zone />
                </Field>
            </div>
        </Page>
    }
}
