use domain::api::account::{PASSWORD_MIN, SignUpRequest, WorkspaceRequest};
use domain::schema::WorkDays;
use js_sys::{Array, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use leptos_router::components::A;
use messages::Lang;
use wasm_bindgen::{JsCast, JsValue};

use super::{Entry, Next, Sending};
use crate::components::{
    Button, ButtonKind, Choice, Field, FormProblem, PasswordInput, Select, TextInput, icon, icons,
};
use crate::i18n::{lang, lang_now, problem_text, t, tr};
use crate::routes;
use crate::state::preferences::choose_lang;

/// Offered at sign-up; every ISO 4217 code is accepted later. Frequent ones for our users first.
pub const CURRENCIES: [&str; 16] = [
    "CNY", "HKD", "TWD", "MOP", "USD", "EUR", "JPY", "GBP", "SGD", "KRW", "THB", "MYR", "VND", "IDR", "AUD",
    "CAD",
];

#[component]
pub fn SignUp() -> impl IntoView {
    let workspace = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let zone = RwSignal::new(device_zone());
    let currency = RwSignal::new(String::from("CNY"));

    let languages = vec![
        Choice::new(Lang::Zh.code(), t("settings.language.zh")),
        Choice::new(Lang::En.code(), t("settings.language.en")),
    ];
    let zones: Vec<Choice> =
        all_zones(&zone.get_untracked()).into_iter().map(|zone| Choice::new(zone.clone(), zone)).collect();
    let currencies: Vec<Choice> =
        CURRENCIES.iter().map(|code| Choice::new(*code, move || currency_name(lang(), code))).collect();
    let password_help = move || tr("auth.field.password.help", &[("min", &PASSWORD_MIN.to_string())]);
    let sending = Sending::<domain::api::SignUp>::new(|_| Next::Enter);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let workspace = WorkspaceRequest {
            name: workspace.get_untracked(),
            language: lang_now().code().to_owned(),
            zone: zone.get_untracked(),
            currency: currency.get_untracked(),
            work: WorkDays::default(),
        };
        sending.send(SignUpRequest {
            workspace,
            name: name.get_untracked(),
            email: email.get_untracked(),
            password: password.get_untracked(),
        });
    };
    let problem =
        move |field: &'static str| Signal::derive(move || sending.problem(field).as_ref().map(problem_text));

    view! {
        <Entry title="auth.sign_up.title" lead="auth.sign_up.lead">
            <div class="entry-card">
                <form class="form" novalidate on:submit=submit>
                    <FormProblem problem=sending.summary() />
                    <Field
                        label=t("auth.field.workspace")
                        help=t("auth.field.workspace.help")
                        required=true
                        problem=problem("workspace.name")
                    >
                        <TextInput value=workspace autocomplete="organization" />
                    </Field>
                    <Field label=t("auth.field.name") required=true problem=problem("name")>
                        <TextInput value=name autocomplete="name" />
                    </Field>
                    <Field label=t("auth.field.email") required=true problem=problem("email")>
                        <TextInput value=email kind="email" autocomplete="username" inputmode="email" />
                    </Field>
                    <Field label=t("auth.field.password") help=password_help required=true problem=problem("password")>
                        <PasswordInput
                            value=password
                            autocomplete="new-password"
                            show=t("auth.password.show")
                            hide=t("auth.password.hide")
                        />
                    </Field>
                    <details class="entry-more">
                        <summary>
                            <span class="entry-more-text">
                                <span>{t("auth.sign_up.details")}</span>
                                <span class="row-sub">
                                    {move || format!("{} · {}", zone.get(), currency_name(lang(), &currency.get()))}
                                </span>
                            </span>
                            {icon(icons::CHEVRON_DOWN)}
                        </summary>
                        <div class="form">
                            <Field label=t("auth.field.language")>
                                <Select
                                    value=Signal::derive(|| lang().code().to_owned())
                                    choices=languages
                                    on_choose=|code: String| choose_lang(Lang::from_tag(&code).unwrap_or(Lang::En))
                                />
                            </Field>
                            <Field label=t("auth.field.zone") problem=problem("workspace.zone")>
                                <Select value=zone choices=zones on_choose=move |chosen| zone.set(chosen) />
                            </Field>
                            <Field label=t("auth.field.currency") problem=problem("workspace.currency")>
                                <Select value=currency choices=currencies on_choose=move |chosen| currency.set(chosen) />
                            </Field>
                        </div>
                    </details>
                    <Button
                        label=t("auth.sign_up.submit")
                        kind=ButtonKind::Primary
                        submit=true
                        block=true
                        pending=sending.pending
                    />
                </form>
            </div>
            <p class="entry-switch">
                {t("auth.sign_up.have_account")} <A href=routes::SIGN_IN>{t("auth.sign_in.title")}</A>
            </p>
        </Entry>
    }
}

/// The zone this device lives in.
fn device_zone() -> String {
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    let zone = Reflect::get(&options, &JsValue::from_str("timeZone")).ok().and_then(|zone| zone.as_string());
    zone.unwrap_or_else(|| String::from("Asia/Shanghai"))
}

/// Every zone the browser knows, the device's own always among them.
pub fn all_zones(own: &str) -> Vec<String> {
    let list = || {
        let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
        let supported: Function =
            Reflect::get(&intl, &JsValue::from_str("supportedValuesOf")).ok()?.dyn_into().ok()?;
        supported.call1(&intl, &JsValue::from_str("timeZone")).ok()?.dyn_into::<Array>().ok()
    };
    let mut zones: Vec<String> =
        list().map(|zones| zones.iter().filter_map(|zone| zone.as_string()).collect()).unwrap_or_default();
    if !zones.iter().any(|zone| zone == own) {
        zones.insert(0, own.to_owned());
    }
    zones
}

/// `人民币 CNY`, `US Dollar USD`.
pub fn currency_name(lang: Lang, code: &str) -> String {
    let name = || {
        let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
        let names: Function =
            Reflect::get(&intl, &JsValue::from_str("DisplayNames")).ok()?.dyn_into().ok()?;
        let options = Object::new();
        Reflect::set(&options, &JsValue::from_str("type"), &JsValue::from_str("currency")).ok()?;
        let arguments = Array::of2(&JsValue::from_str(lang.tag()), &options);
        let names = Reflect::construct(&names, &arguments).ok()?;
        let of: Function = Reflect::get(&names, &JsValue::from_str("of")).ok()?.dyn_into().ok()?;
        of.call1(&names, &JsValue::from_str(code)).ok()?.as_string()
    };
    name().map_or_else(|| code.to_owned(), |name| format!("{name} {code}"))
}
