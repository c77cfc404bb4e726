//! The workspace itself: its name, its clock, its currency and what others are worth in it, the days it works.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{Act, Level, Permission};
use domain::money::Currency;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use domain::schema::{WorkDays, WorkspaceSettings};
use domain::time::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Lang;

use super::define::define;
use super::effects::Effects;
use super::holidays::TakeHolidays;
use super::logo::Logo;
use super::rates::Rates;
use crate::components::{
    Button, ButtonKind, Choice, EmptyState, Field, FormProblem, IconButton, Select, TextInput, icons,
    mark_page,
};
use crate::fields::day_text;
use crate::i18n::{lang, t, tr};
use crate::pages::Page;
use crate::pages::account::{CURRENCIES, all_zones, currency_name};
use crate::pages::more::Problems;
use crate::routes;
use crate::state::session::{role, schema, schema_now};

#[component]
pub fn Workspace() -> impl IntoView {
    mark_page("no-add", || true);
    let defines = Memo::new(|_| role().is_some_and(|role| role.may(Permission::Define)));
    let sets_rates = Memo::new(|_| role().is_some_and(|role| role.level("rate", Act::Update) == Level::All));
    let sees_rates = Memo::new(|_| role().is_some_and(|role| role.level("rate", Act::View) != Level::None));
    view! {
        <Page title=t("settings.workspace") back=routes::MORE>
            <Show
                when=move || defines.get() || sets_rates.get()
                fallback=|| view! { <EmptyState drawing=icons::SETTINGS title=t("error.forbidden") body=t("settings.forbidden") /> }
            >
                <div class="stack stack-loose">
                    <Show when=move || defines.get()>
                        <Settings />
                        <Logo />
                    </Show>
                    <Show when=move || sees_rates.get()>
                        <Rates may=sets_rates />
                    </Show>
                </div>
            </Show>
        </Page>
    }
}

/// What is being written into the form.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    language: RwSignal<String>,
    zone: RwSignal<String>,
    currency: RwSignal<String>,
    week: RwSignal<BTreeSet<u8>>,
    days: RwSignal<BTreeMap<Date, bool>>,
}

impl Draft {
    fn of(settings: &WorkspaceSettings) -> Self {
        Self {
            name: RwSignal::new(settings.name.clone()),
            language: RwSignal::new(settings.language.clone()),
            zone: RwSignal::new(settings.zone.clone()),
            currency: RwSignal::new(settings.currency.code().to_owned()),
            week: RwSignal::new(settings.work.week.clone()),
            days: RwSignal::new(settings.work.days.clone()),
        }
    }

    fn take(self, settings: &WorkspaceSettings) {
        self.name.set(settings.name.clone());
        self.language.set(settings.language.clone());
        self.zone.set(settings.zone.clone());
        self.currency.set(settings.currency.code().to_owned());
        self.week.set(settings.work.week.clone());
        self.days.set(settings.work.days.clone());
    }

    fn settings(self, now: &WorkspaceSettings) -> WorkspaceSettings {
        WorkspaceSettings {
            name: self.name.get().trim().to_owned(),
            language: self.language.get(),
            zone: self.zone.get(),
            currency: Currency::parse(&self.currency.get()).unwrap_or(now.currency),
            work: WorkDays { week: self.week.get(), days: self.days.get() },
            logo: now.logo,
        }
    }
}

#[component]
fn Settings() -> impl IntoView {
    let draft = Draft::of(&schema_now().workspace);
    // What was saved elsewhere, or taken back, is taken over by a form in which nothing was changed.
    let seen = StoredValue::new(schema_now().workspace.clone());
    Effect::new(move |_| {
        let now = schema().workspace.clone();
        let untouched = seen.with_value(|seen| untrack(|| draft.settings(seen)) == *seen);
        if untouched {
            draft.take(&now);
        }
        seen.set_value(now);
    });
    let meant = Memo::new(move |_| {
        let schema = schema();
        let settings = draft.settings(&schema.workspace);
        effects(&schema, &DefinitionChange::SetWorkspace { settings })
    });
    let changed = Memo::new(move |_| {
        let now = schema();
        draft.settings(&now.workspace) != now.workspace
    });
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let settings = untrack(|| draft.settings(&schema_now().workspace));
        spawn_local(async move {
            let outcome = define(DefinitionChange::SetWorkspace { settings: settings.clone() }).await;
            pending.try_set(false);
            if outcome.is_ok() {
                seen.try_update_value(|seen| *seen = settings);
            }
            problems.0.try_set(outcome.err().unwrap_or_default());
        });
    };
    let discard = move |()| {
        problems.0.set(Vec::new());
        draft.take(&schema_now().workspace);
    };
    let zones: Vec<Choice> = all_zones(&draft.zone.get_untracked())
        .into_iter()
        .map(|zone| Choice::new(zone.clone(), zone))
        .collect();
    let languages = vec![
        Choice::new(Lang::Zh.code(), t("settings.language.zh")),
        Choice::new(Lang::En.code(), t("settings.language.en")),
    ];
    let mut codes: Vec<String> = CURRENCIES.iter().map(|code| (*code).to_owned()).collect();
    let own = draft.currency.get_untracked();
    if !codes.contains(&own) {
        codes.insert(0, own);
    }
    let currencies: Vec<Choice> = codes
        .into_iter()
        .map(|code| Choice::new(code.clone(), move || currency_name(lang(), &code)))
        .collect();
    view! {
        <form class="form" novalidate on:submit=submit>
            <div class="card form">
                <Field label=t("auth.field.workspace") required=true problem=problems.at("name")>
                    <TextInput value=draft.name autocomplete="organization" />
                </Field>
                <Field label=t("settings.workspace.language") help=t("settings.workspace.language.help") problem=problems.at("language")>
                    <Select value=draft.language choices=languages on_choose=move |chosen| draft.language.set(chosen) />
                </Field>
                <Field label=t("auth.field.zone") help=t("settings.workspace.zone.help") problem=problems.at("zone")>
                    <Select value=draft.zone choices=zones on_choose=move |chosen| draft.zone.set(chosen) />
                </Field>
                <Field label=t("auth.field.currency") help=t("settings.workspace.currency.help") problem=problems.at("currency")>
                    <Select value=draft.currency choices=currencies on_choose=move |chosen| draft.currency.set(chosen) />
                </Field>
            </div>
            <WorkingDays draft problems />
            <FormProblem problem=problems.rest(&["name", "language", "zone", "currency", "work.week", "work.days"]) />
            <Show when=move || changed.get()>
                <div class="save-bar">
                    <Effects effects=meant />
                    <div class="btn-row btn-row-end">
                        <Button label=t("action.discard") on_press=discard />
                        <Button label=t("action.save") kind=ButtonKind::Primary submit=true pending />
                    </div>
                </div>
            </Show>
        </form>
    }
}

const WEEK: [(u8, &str); 7] = [
    (1, "weekday.1"),
    (2, "weekday.2"),
    (3, "weekday.3"),
    (4, "weekday.4"),
    (5, "weekday.5"),
    (6, "weekday.6"),
    (7, "weekday.7"),
];

/// The usual week as chips, and the days that are different: a holiday, or a Saturday worked for it.
#[component]
fn WorkingDays(draft: Draft, problems: Problems) -> impl IntoView {
    let chip = move |(weekday, key): (u8, &'static str)| {
        let toggle = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
            let on = event.target().checked();
            draft.week.update(|week| {
                if on {
                    week.insert(weekday);
                } else {
                    week.remove(&weekday);
                }
            });
        };
        view! {
            <label class="chip">
                <input
                    type="checkbox"
                    prop:checked=move || draft.week.with(|week| week.contains(&weekday))
                    on:change:target=toggle
                />
                <span>{t(key)}</span>
            </label>
        }
    };
    let day = RwSignal::new(String::new());
    let kind = RwSignal::new("off".to_owned());
    let kinds = vec![
        Choice::new("off", t("settings.workspace.day.off")),
        Choice::new("worked", t("settings.workspace.day.worked")),
    ];
    let add = move |()| {
        if let Some(date) = Date::parse(&day.get_untracked()) {
            let worked = kind.with_untracked(|kind| kind == "worked");
            draft.days.update(|days| {
                days.insert(date, worked);
            });
            day.set(String::new());
        }
    };
    let row = move |(date, worked): (Date, bool)| {
        let kind = if worked { "settings.workspace.day.worked" } else { "settings.workspace.day.off" };
        view! {
            <li class="member">
                <span class="row">
                    <span class="row-text">
                        <span class="row-title">{move || day_text(date)}</span>
                        <span class="row-sub">{t(kind)}</span>
                    </span>
                </span>
                <IconButton
                    label=move || tr("settings.workspace.day.remove", &[("day", &day_text(date))])
                    drawing=icons::CLOSE
                    on_press=move |()| draft.days.update(|days| { days.remove(&date); })
                />
            </li>
        }
    };
    let has_day = Memo::new(move |_| Date::parse(&day.get()).is_some());
    view! {
        <section class="stack stack-tight">
            <h2 class="group-title">{t("settings.workspace.days")}</h2>
            <div class="card form">
                <fieldset class="field">
                    <legend class="field-label">{t("settings.workspace.week")}</legend>
                    <div class="chips">{WEEK.map(chip)}</div>
                </fieldset>
                <FormProblem problem=problems.at("work.week") />
                <div class="field">
                    <span class="field-label">{t("settings.workspace.exceptions")}</span>
                    <ul class="group group-flat">
                        <For
                            each=move || draft.days.get()
                            key=|(date, worked)| (*date, *worked)
                            children=row
                        />
                    </ul>
                    <div class="day-add">
                        <TextInput value=day kind="date" alone=t("settings.workspace.day") />
                        <Select value=kind choices=kinds alone=t("settings.workspace.day.kind") on_choose=move |chosen| kind.set(chosen) />
                        <Button label=t("action.add") disabled=Signal::derive(move || !has_day.get()) on_press=add />
                    </div>
                    <TakeHolidays days=draft.days />
                    <FormProblem problem=problems.at("work.days") />
                </div>
                <p class="field-help">{t("settings.workspace.days.help")}</p>
            </div>
        </section>
    }
}
