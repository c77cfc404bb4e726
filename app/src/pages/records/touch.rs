//! Logging a touch: what it was, what came out, when the next one is. Two taps when nothing more is to be said.

use std::collections::BTreeMap;

use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::fields::FieldKind;
use domain::schema::{Entity, WorkDays};
use domain::time::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::circumstance::{FruitlessHint, WhoWasThere};
use super::form::{Form, focus_first_problem};
use super::looks::WarningFor;
use super::plan::{Chosen, NONE, Plan, PlanChips, named};
use super::subject::ChooseSubject;
use crate::components::{
    Avatar, Button, ButtonKind, ButtonRow, ChipGroup, Choice, Field, FormProblem, Sheet, TextArea, TextInput,
};
use crate::fields;
use crate::i18n::{label, say, t, tr};
use crate::pages::open_while;
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema, schema_now, today};
use crate::state::{Touching, app, time};

/// Days from which the next one is chosen: what a tap means, and how it is called.
pub(super) const NEXT: [(&str, &str); 6] = [
    ("tomorrow", "next.tomorrow"),
    ("three_days", "next.three_days"),
    ("monday", "next.monday"),
    ("week", "next.week"),
    ("month", "next.month"),
    (NONE, "next.none"),
];
pub(super) const PICK: &str = "pick";

/// The day that a chip means, seen from today. Of the calendar only what has not passed: while a year is typed, its first
/// digits are one of long ago.
pub(super) fn day_of(choice: &str, picked: &str, today: Date, work: &WorkDays) -> Option<Date> {
    // What names a day means that day; what counts days means the first of them on which anybody works.
    let after = |days: i64| Some(work.next(today.plus_days(days)));
    match choice {
        "tomorrow" => Some(today.plus_days(1)),
        "three_days" => after(3),
        "monday" => Some(today.plus_days(7 - i64::from(today.weekday()))),
        "week" => after(7),
        "month" => after(30),
        PICK => Date::parse(picked).filter(|day| *day >= today),
        _ => None,
    }
}

/// Chips for a day to come; `pick` opens the calendar. `on_choose` hears of every other day, and of none.
#[component]
pub fn NextChips(
    #[prop(into)] legend: TextProp,
    /// Offers "none" too.
    #[prop(optional)]
    or_none: bool,
    #[prop(into)] on_choose: Callback<Option<Date>>,
) -> impl IntoView {
    let chosen = RwSignal::new(if or_none { NONE.to_owned() } else { String::new() });
    let picked = RwSignal::new(String::new());
    let choices: Vec<Choice> = NEXT
        .into_iter()
        .filter(|(value, _)| or_none || *value != NONE)
        .map(|(value, key)| Choice::new(value, t(key)))
        .chain([Choice::new(PICK, t("next.pick"))])
        .collect();
    let day = Memo::new(move |_| {
        let work = &schema().workspace.work;
        chosen.with(|chosen| picked.with(|picked| day_of(chosen, picked, today(), work)))
    });
    // What is told is what the heading says, also where a day is no longer chosen.
    Effect::new(move |before: Option<Option<Date>>| {
        let day = day.get();
        if before.is_some_and(|before| before != day) {
            untrack(|| on_choose.run(day));
        }
        day
    });
    // "In a week" leaves one counting; the heading says which day that is.
    let legend = move || match day.get() {
        Some(day) => format!("{} · {}", legend.get(), day_short(day)),
        None => legend.get().into_owned(),
    };
    view! {
        <div class="stack stack-tight">
            <ChipGroup legend=legend show_legend=true choices=choices value=chosen on_choose=move |value| chosen.set(value) />
            <Show when=move || chosen.with(|chosen| chosen == PICK)>
                <TextInput value=picked kind="date" min=today().to_string() alone=t("next.pick") />
            </Show>
        </div>
    }
}

/// 5月3日星期日 · Sunday, May 3
fn day_short(date: Date) -> String {
    use chrono::Datelike as _;
    let naive = date.naive();
    crate::i18n::format::day_long(naive.year(), naive.month(), naive.day())
}

/// The sheet that logs a touch, opened by `app().touching` from anywhere.
#[component]
pub fn TouchSheet() -> impl IntoView {
    let touching = app().touching;
    let open = open_while(touching);
    let subject = RwSignal::new(None::<RecordBody>);
    let call = RwSignal::new(None::<i64>);
    Effect::new(move |_| {
        let (about, minutes) = match touching.get() {
            Some(Touching::Record(body)) => (Some(*body), None),
            Some(Touching::Call(body, minutes)) => (Some(*body), Some(minutes)),
            _ => (None, None),
        };
        call.set(minutes);
        subject.set(about);
    });
    view! {
        <Sheet open title=t("touch.title") close=t("action.close")>
            {move || match subject.get() {
                None => view! { <ChooseSubject on_pick=move |body| subject.set(Some(body)) /> }.into_any(),
                Some(body) => {
                    let minutes = call.get_untracked();
                    view! { <TouchForm body minutes on_done=move |()| open.set(false) on_other=move |()| subject.set(None) /> }
                        .into_any()
                }
            }}
        </Sheet>
    }
}

/// The definition with how long it took, photos and files and the workspace's own fields: the other built-in ones have
/// their places on the sheet.
fn own_fields(mut touch: Entity) -> Entity {
    let unseen = |id: &str| role().is_some_and(|role| role.hides("touch", id));
    let shown: Vec<_> = touch
        .fields
        .iter()
        .filter(|field| field.custom || ["duration", "files"].contains(&field.id.as_str()))
        .filter(|field| !touch.hides(&field.id) && !unseen(&field.id))
        .cloned()
        .collect();
    touch.fields = shown;
    touch
}

#[component]
fn TouchForm(
    body: RecordBody,
    /// Of a call that was just made.
    minutes: Option<i64>,
    #[prop(into)] on_done: Callback<()>,
    #[prop(into)] on_other: Callback<()>,
) -> impl IntoView {
    let definition = schema_now().entity("touch").cloned();
    let known: Wire =
        minutes.map(|minutes| ("duration".to_owned(), Json::from(minutes))).into_iter().collect();
    let own = definition.clone().map(|touch| Form::new(&own_fields(touch), &known));
    let options = move |id: &str| {
        let seen = |touch: &&Entity| !touch.hides(id) && !role().is_some_and(|role| role.hides("touch", id));
        let field = definition.as_ref().filter(seen).and_then(|touch| touch.field(id));
        let Some(FieldKind::Choice(choice)) = field.map(|field| &field.kind) else { return Vec::new() };
        let open = choice.options.iter().filter(|option| !option.retired);
        open.map(|option| {
            let text = option.label.clone();
            Choice::new(option.id.clone(), move || label(&text))
        })
        .collect::<Vec<_>>()
    };
    let (kinds, outcomes, reasons) = (options("kind"), options("outcome"), options("no_next"));
    let made = kinds.iter().find(|kind| minutes.is_some() && kind.value == "call");
    let kind = RwSignal::new(made.or(kinds.first()).map(|kind| kind.value.clone()).unwrap_or_default());
    let outcome = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let (contact, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let next = RwSignal::new(Chosen::default());
    let named = Memo::new(move |_| text.with(|text| named(text)));
    // Told once somebody wants to save, until another day is chosen.
    let tried = RwSignal::new(false);
    let next_problem = Signal::derive(move || match next.get() {
        Chosen::Wrong(key) if tried.get() => Some(tr(key, &[])),
        _ => None,
    });
    let pending = RwSignal::new(false);
    let name = fields::title(&schema_now(), &body);
    let kind_of_subject =
        schema().entity(&body.entity).map(|entity| label(&entity.label)).unwrap_or_default();

    let subject = body.clone();
    let form = own.clone();
    let save = move |()| {
        if pending.get_untracked() {
            return;
        }
        if form.as_ref().is_some_and(|form| !form.is_sound()) {
            focus_first_problem();
            return;
        }
        tried.set(true);
        let chosen = next.get_untracked();
        if matches!(chosen, Chosen::Wrong(_)) {
            focus_first_problem();
            return;
        }
        pending.set(true);
        let reason = if chosen == Chosen::NoNext { reason.get_untracked() } else { String::new() };
        let mut values = BTreeMap::from([("kind".to_owned(), Json::from(kind.get_untracked()))]);
        for (field, value) in [
            ("outcome", outcome.get_untracked()),
            ("summary", text.get_untracked()),
            ("contact", contact.get_untracked()),
            ("no_next", reason),
        ] {
            if !value.trim().is_empty() {
                values.insert(field.to_owned(), Json::from(value));
            }
        }
        if let Some(form) = &form {
            values.extend(form.wire().into_iter().filter(|(_, value)| !value.is_null()));
        }
        // The moment it happened is the moment it is logged, however late the phone finds a network.
        values.insert("happened_at".to_owned(), Json::from(time::now().to_string()));
        let plan = if let Chosen::On(plan) = chosen { Some(plan) } else { None };
        let toast = match plan {
            Some(plan) => say("touch.saved.toast", &[("date", &untrack(|| plan.text()))]),
            None => say("touch.saved_no_next.toast", &[]),
        };
        let action = Action::LogTouch {
            record: time::new_id(),
            entity: subject.entity.clone(),
            subject: subject.id,
            values,
            next_touch: plan.map(Plan::wire),
        };
        let note = Note {
            key: "outbox.item.touch".to_owned(),
            entity: subject.entity.clone(),
            name: fields::title(&schema_now(), &subject),
            toast: Some(toast),
            record: Some((subject.entity.clone(), subject.id)),
        };
        let known = subject.clone();
        let form = form.clone();
        spawn_local(async move {
            let answer = outbox::submit(outbox::command(vec![action]), note, vec![known]).await;
            pending.set(false);
            match (answer, form) {
                (Ok(_), _) => {
                    on_done.try_run(());
                }
                (Err(found), Some(form)) => form.refuse(None, found),
                (Err(found), None) => outbox::say_problems(&found, "touch"),
            }
        });
    };
    let summary = own.as_ref().map_or_else(|| Signal::stored(None), Form::summary);
    let rows =
        own.map(|form| form.definition.form_fields().into_iter().map(|field| form.row(field)).collect_view());
    let shown = name.clone();
    let why = move || {
        let reasons = reasons.clone();
        (next.get() == Chosen::NoNext && !reasons.is_empty()).then(|| {
            view! {
                <ChipGroup
                    legend=t("log.why")
                    show_legend=true
                    choices=reasons
                    value=reason
                    on_choose=move |chosen| reason.set(chosen)
                />
            }
        })
    };
    let (of, id, with) = (body.entity.clone(), body.id, body.clone());
    let may_say_who = !role().is_some_and(|role| role.hides("touch", "contact"));
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                save(());
            }
        >
            <div class="group subject">
                <ButtonRow title=name sub=kind_of_subject on_press=on_other>
                    <Avatar name=shown />
                </ButtonRow>
            </div>
            <WarningFor body />
            <FormProblem problem=summary />
            <ChipGroup legend=t("touch.kind") show_legend=true choices=kinds value=kind on_choose=move |chosen| kind.set(chosen) />
            <ChipGroup
                legend=t("touch.result")
                show_legend=true
                choices=outcomes
                value=outcome
                on_choose=move |chosen| outcome.set(chosen)
            />
            <FruitlessHint entity=of id outcome />
            {may_say_who.then(|| view! { <WhoWasThere subject=with chosen=contact /> })}
            <Field label=t("touch.note")>
                <TextArea value=text placeholder=t("touch.note.placeholder") />
            </Field>
            {rows}
            <PlanChips
                legend=t("next.title")
                named
                problem=next_problem
                on_choose=move |chosen| {
                    tried.set(false);
                    next.set(chosen);
                }
            />
            {why}
            <div class="sheet-submit">
                <Button label=t("touch.save") kind=ButtonKind::Primary submit=true block=true pending=pending />
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_means_a_day_to_come_or_none() {
        let date = |text: &str| Date::parse(text).expect("a day");
        // A Friday; nobody works at the weekend.
        let (today, work) = (date("2026-05-08"), WorkDays::default());
        for (choice, picked, day) in [
            ("tomorrow", "", Some("2026-05-09")),
            ("three_days", "", Some("2026-05-11")),
            ("monday", "", Some("2026-05-11")),
            ("week", "2026-06-01", Some("2026-05-15")),
            ("none", "2026-06-01", None),
            ("", "2026-06-01", None),
            (PICK, "", None),
            (PICK, "2026-06-01", Some("2026-06-01")),
            (PICK, "2026-05-08", Some("2026-05-08")),
            // The year is being typed.
            (PICK, "0202-06-01", None),
        ] {
            assert_eq!(day_of(choice, picked, today, &work), day.map(date), "{choice} {picked}");
        }
    }
}
