//! `/calendar`: what one person has to do, by week or month. Which days, how and whose stands in the address.

mod drag;
mod planned;
mod span;

use std::collections::BTreeMap;

use chrono::Datelike as _;
use domain::access::{Act, Level};
use domain::api::GetAgenda;
use domain::api::agenda::AgendaRequest;
use domain::api::record::{Hit, RecordBody};
use domain::ids::Id;
use domain::time::Date;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::components::{Button, ButtonRow, ChipGroup, Choice, IconButton, Sheet, icon, icons};
use crate::fields::Picker;
use crate::i18n::{format, t, tr};
use crate::pages::day::move_to;
use crate::pages::records::StaleNote;
use crate::pages::{Page, Unread, Width};
use crate::routes;
use crate::state::loader::load;
use crate::state::session::{me, role, schema, today};
use crate::state::{app, names};
use drag::{Drag, Ghost};
use planned::{Item, plan};
use span::{Span, is_same_month, month_text, weekday_text};

/// So many things of a day stand in its cell of a month; the list below has all of them.
const IN_CELL: usize = 3;

#[derive(Clone, Copy)]
struct Asked {
    span: Memo<Span>,
    day: Memo<Date>,
    who: Memo<Option<Id>>,
    go: Callback<(Span, Date, Option<Id>)>,
}

impl Asked {
    fn of_page() -> Self {
        let (query, navigate) = (use_query_map(), StoredValue::new_local(use_navigate()));
        let get = move |name: &str| query.with(|query| query.get(name));
        let go = move |(span, day, who): (Span, Date, Option<Id>)| {
            let who = who.map(|who| format!("&who={who}")).unwrap_or_default();
            let to = format!("{}?view={}&day={day}{who}", routes::CALENDAR, span.name());
            // Not a step to go back over: it is the same page.
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate.with_value(|navigate| navigate(&to, options));
        };
        Self {
            span: Memo::new(move |_| Span::of(get("view").as_deref())),
            day: Memo::new(move |_| get("day").and_then(|day| Date::parse(&day)).unwrap_or_else(today)),
            who: Memo::new(move |_| get("who")?.parse().ok()),
            go: Callback::new(go),
        }
    }

    fn show(self, span: Span, day: Date) {
        self.go.run((span, day, self.who.get_untracked()));
    }

    fn to_day(self, day: Date) {
        self.show(self.span.get_untracked(), day);
    }
}

#[component]
pub fn Calendar() -> impl IntoView {
    let asked = Asked::of_page();
    let days = Memo::new(move |_| asked.span.get().days(asked.day.get()));
    let ends = Memo::new(move |_| days.with(|days| Some((*days.first()?, *days.last()?))));
    let reply = load::<GetAgenda>(move || {
        let (from, to) = ends.get()?;
        let request = AgendaRequest { from: from.to_string(), to: to.to_string(), owner: asked.who.get() };
        Some((Vec::new(), request))
    });
    let planned = Memo::new(move |_| {
        let owner = asked.who.get().or_else(me);
        reply.value.get().map(|reply| plan(&reply, owner)).unwrap_or_default()
    });
    let title = move || match asked.span.get() {
        Span::Month => month_text(asked.day.get()),
        Span::Week => {
            ends.get().map(|(from, to)| format!("{} – {}", short(from), short(to))).unwrap_or_default()
        }
    };
    let step = move |on: bool| {
        let span = asked.span.get_untracked();
        asked.to_day(span.step(asked.day.get_untracked(), on));
    };
    let spans = [Choice::new("week", t("calendar.week")), Choice::new("month", t("calendar.month"))];
    let back = move || {
        (asked.day.get() != today()).then(|| {
            view! { <Button label=t("calendar.today") on_press=move |()| asked.to_day(today()) /> }
        })
    };
    view! {
        <Page title=t("calendar.title") back=routes::TODAY width=Width::Broad>
            <div class="stack">
                <div class="calendar-bar">
                    <IconButton label=t("calendar.before") drawing=icons::BACK on_press=move |()| step(false) />
                    <h2 class="calendar-title" aria-live="polite">{title}</h2>
                    <IconButton label=t("calendar.after") drawing=icons::CHEVRON on_press=move |()| step(true) />
                    {back}
                    <ChipGroup
                        legend=t("calendar.view")
                        choices=spans.to_vec()
                        value=Signal::derive(move || asked.span.get().name().to_owned())
                        on_choose=move |name: String| {
                            asked.show(Span::of(Some(&name)), asked.day.get_untracked());
                        }
                    />
                    <Whose asked />
                </div>
                <StaleNote stale=reply.stale />
                {move || reply.error.get().filter(|_| reply.value.with(Option::is_none)).map(|error| view! { <Unread error /> })}
                <Show when=move || reply.value.with(|reply| reply.as_ref().is_some_and(|reply| reply.more))>
                    <p class="notice">{icon(icons::INFO)} <span>{t("calendar.partial")}</span></p>
                </Show>
                <Days asked days planned />
            </div>
        </Page>
    }
}

fn short(day: Date) -> String {
    let naive = day.naive();
    format::day(naive.year(), naive.month(), naive.day())
}

fn long(day: Date) -> String {
    let naive = day.naive();
    format::day_long(naive.year(), naive.month(), naive.day())
}

/// For whoever sees more than their own.
#[component]
fn Whose(asked: Asked) -> impl IntoView {
    let open = RwSignal::new(false);
    let leads = role().is_some_and(|role| role.level("task", Act::View) > Level::Own);
    let name = move || match asked.who.get() {
        Some(who) => {
            app().names_version.track();
            names::name_of(who).unwrap_or_default()
        }
        None => tr("calendar.mine", &[]),
    };
    let choose = move |who: Option<Id>| {
        open.set(false);
        asked.go.run((asked.span.get_untracked(), asked.day.get_untracked(), who));
    };
    let pick = move |hit: Hit| {
        names::learn_one(hit.id, &hit.title);
        choose(Some(hit.id).filter(|id| Some(*id) != untrack(me)));
    };
    let label = move || format!("{}: {}", tr("calendar.whose", &[]), name());
    leads.then(|| {
        view! {
            <Button label drawing=icons::USER on_press=move |()| open.set(true) />
            <Sheet open title=t("calendar.whose") close=t("action.close")>
                <div class="stack">
                    <div class="group">
                        <ButtonRow title=t("calendar.mine") on_press=move |()| choose(None) />
                    </div>
                    <Picker entities=vec!["user".to_owned()] on_pick=pick />
                </div>
            </Sheet>
        }
    })
}

type Planned = Memo<BTreeMap<Date, Vec<RecordBody>>>;

#[component]
fn Days(asked: Asked, days: Memo<Vec<Date>>, planned: Planned) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let dropped = move |(id, day): (Id, Date)| {
        let found = planned.with_untracked(|planned| {
            let mut all =
                planned.iter().flat_map(|(date, items)| items.iter().map(move |body| (*date, body)));
            all.find(|(date, body)| body.id == id && *date != day).map(|(_, body)| body.clone())
        });
        if let Some(body) = found {
            move_to(&body, day);
        }
    };
    let drag = Drag::new(place, Callback::new(dropped));
    let keys = move |event: web_sys::KeyboardEvent| by_key(asked, &event);
    let is_month = move || asked.span.get() == Span::Month;
    let chosen = Memo::new(move |_| {
        planned.with(|planned| planned.get(&asked.day.get()).cloned()).unwrap_or_default()
    });
    let heads = move || {
        days.get().into_iter().take(7).map(|day| view! { <span>{weekday_text(day)}</span> }).collect_view()
    };
    view! {
        <div
            node_ref=place
            class="calendar"
            data-span=move || asked.span.get().name()
            on:pointerdown=move |event| drag.down(&event)
            on:click:capture=move |event| drag.click(&event)
            on:contextmenu=move |event| drag.context(&event)
        >
            <p class="visually-hidden" id="calendar-help">{t("calendar.help")}</p>
            <div class="calendar-heads" aria-hidden="true">{heads}</div>
            <div
                class="calendar-days"
                role="group"
                aria-label=t("calendar.title")
                aria-describedby="calendar-help"
                on:keydown=keys
            >
                <For each=move || days.get() key=|day| *day let:day>
                    <Cell asked day planned drag />
                </For>
            </div>
            <Show when=is_month>
                <section class="calendar-chosen" aria-live="polite">
                    <h2 class="group-title">{move || long(asked.day.get())}</h2>
                    <Show
                        when=move || chosen.with(|items| !items.is_empty())
                        fallback=|| view! { <p class="list-note">{t("calendar.nothing")}</p> }
                    >
                        <ul class="group">
                            <For each=move || chosen.get() key=|body| (body.id, body.version, planned::due_text(body)) let:body>
                                <li><Item body large=true /></li>
                            </For>
                        </ul>
                    </Show>
                </section>
            </Show>
            <Ghost drag />
        </div>
    }
}

#[component]
fn Cell(asked: Asked, day: Date, planned: Planned, drag: Drag) -> impl IntoView {
    let items = Memo::new(move |_| planned.with(|planned| planned.get(&day).cloned()).unwrap_or_default());
    let is_off = move || !schema().workspace.work.is_worked(day);
    let is_chosen = Memo::new(move |_| asked.day.get() == day);
    let label = move || {
        let count = items.with(Vec::len).to_string();
        let mut said = format!("{}, {}", long(day), tr("calendar.count", &[("count", &count)]));
        if is_off() {
            said = format!("{said}, {}", tr("calendar.off", &[]));
        }
        said
    };
    // A month has room for some of them; a week shows all.
    let shown = move || {
        let limit = if asked.span.get() == Span::Month { IN_CELL } else { usize::MAX };
        items.get().into_iter().take(limit).collect::<Vec<_>>()
    };
    let more = move || {
        let count = items.with(Vec::len);
        let beyond = count.saturating_sub(IN_CELL);
        (asked.span.get() == Span::Month && beyond > 0)
            .then(|| view! { <p class="calendar-more">{tr("calendar.more", &[("count", &beyond.to_string())])}</p> })
    };
    view! {
        <div
            class="calendar-day"
            data-day=day.to_string()
            data-off=move || is_off().then_some("true")
            data-today=move || (today() == day).then_some("true")
            data-other=move || (!is_same_month(day, asked.day.get()) && asked.span.get() == Span::Month).then_some("true")
            data-over=move || (drag.over.get() == Some(day)).then_some("true")
        >
            <button
                type="button"
                class="calendar-date"
                aria-current=move || (today() == day).then_some("date")
                aria-pressed=move || if is_chosen.get() { "true" } else { "false" }
                tabindex=move || if is_chosen.get() { "0" } else { "-1" }
                on:click=move |_| asked.to_day(day)
            >
                <span class="visually-hidden">{label}</span>
                <span class="calendar-weekday" aria-hidden="true">{move || weekday_text(day)}</span>
                <span class="numeric" aria-hidden="true">{day.naive().day()}</span>
                <span class="calendar-dots" aria-hidden="true">
                    {move || (0..items.with(Vec::len).min(IN_CELL)).map(|_| view! { <i></i> }).collect_view()}
                </span>
            </button>
            <ul class="calendar-items">
                <For each=shown key=|body| (body.id, body.version, planned::due_text(body)) let:body>
                    <li><Item body large=false /></li>
                </For>
            </ul>
            {more}
        </div>
    }
}

/// Arrows go from day to day, Page Up and Page Down from week to week or month to month, Enter to what is planned.
fn by_key(asked: Asked, event: &web_sys::KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(target) = target.filter(|target| target.class_list().contains("calendar-date")) else { return };
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let (span, day) = (asked.span.get_untracked(), asked.day.get_untracked());
    let weekday = i64::from(day.weekday());
    let to = match event.key().as_str() {
        "ArrowLeft" => day.plus_days(-1),
        "ArrowRight" => day.plus_days(1),
        "ArrowUp" => day.plus_days(-7),
        "ArrowDown" => day.plus_days(7),
        "Home" => day.plus_days(-weekday),
        "End" => day.plus_days(6 - weekday),
        "PageUp" => span.step(day, false),
        "PageDown" => span.step(day, true),
        "Enter" => {
            let inside = match span {
                Span::Month => document().query_selector(".calendar-chosen .calendar-item"),
                Span::Week => document().query_selector(&format!("[data-day=\"{day}\"] .calendar-item")),
            };
            let item = inside.ok().flatten().and_then(|item| item.dyn_into::<HtmlElement>().ok());
            // On another day than the one that is chosen a press chooses it first.
            let own =
                target.closest("[data-day]").ok().flatten().and_then(|cell| cell.get_attribute("data-day"));
            if let Some(item) = item.filter(|_| own == Some(day.to_string())) {
                event.prevent_default();
                let _ = item.focus();
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    asked.to_day(to);
    // Once it is drawn: it may be of another week or month.
    request_animation_frame(move || {
        let cell = document().query_selector(&format!("[data-day=\"{to}\"] .calendar-date")).ok().flatten();
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
            let _ = cell.focus();
        }
    });
}
