//! Logging a touch: what it was, what came out, when the next one is. Two taps when nothing more is to be said.

use std::collections::BTreeMap;

use domain::api::record::{Hit, RecordBody};
use domain::command::{Action, May};
use domain::fields::FieldKind;
use domain::schema::{Entity, WorkDays};
use domain::time::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::form::{Form, focus_first_problem};
use super::looks::WarningFor;
use crate::components::{
    Avatar, Button, ButtonKind, ButtonRow, ChipGroup, Choice, Field, FormProblem, Sheet, TextArea, TextInput,
};
use crate::fields::{self, Picker, day_text, schedule};
use crate::i18n::{label, say, t};
use crate::pages::open_while;
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema, schema_now, today};
use crate::state::{Touching, app, time};

/// Days from which the next one is chosen: what a tap means, and how it is called.
const NEXT: [(&str, &str); 6] = [
    ("tomorrow", "next.tomorrow"),
    ("three_days", "next.three_days"),
    ("monday", "next.monday"),
    ("week", "next.week"),
    ("month", "next.month"),
    ("none", "next.none"),
];
const PICK: &str = "pick";

/// The day that a chip means, seen from today. Of the calendar only what has not passed: while a year is typed, its first
/// digits are one of long ago.
fn day_of(choice: &str, picked: &str, today: Date, work: &WorkDays) -> Option<Date> {
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
    let chosen = RwSignal::new(if or_none { "none".to_owned() } else { String::new() });
    let picked = RwSignal::new(String::new());
    let choices: Vec<Choice> = NEXT
        .into_iter()
        .filter(|(value, _)| or_none || *value != "none")
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
    Effect::new(move |_| {
        subject.set(match touching.get() {
            Some(Touching::Record(body)) => Some(*body),
            _ => None,
        });
    });
    view! {
        <Sheet open title=t("touch.title") close=t("action.close")>
            {move || match subject.get() {
                None => view! { <ChooseSubject on_pick=move |body| subject.set(Some(body)) /> }.into_any(),
                Some(body) => {
                    view! { <TouchForm body on_done=move |()| open.set(false) on_other=move |()| subject.set(None) /> }
                        .into_any()
                }
            }}
        </Sheet>
    }
}

#[component]
fn ChooseSubject(#[prop(into)] on_pick: Callback<RecordBody>) -> impl IntoView {
    let parents = schema_now().entity("touch").map(|touch| touch.parents.clone()).unwrap_or_default();
    // The customer first: most touches are about one.
    let mut kinds: Vec<String> = parents;
    kinds.sort_by_key(|kind| match kind.as_str() {
        "account" => 0,
        "deal" => 1,
        "contact" => 2,
        _ => 3,
    });
    let pick = move |hit: Hit| {
        let title = schema_now().entity(&hit.entity).map(|entity| entity.title.clone()).unwrap_or_default();
        on_pick.run(RecordBody {
            entity: hit.entity,
            id: hit.id,
            version: 0,
            values: BTreeMap::from([(title, Json::from(hit.title))]),
            deleted: false,
            deleted_at: None,
            may: May { update: true, delete: false, assign: false },
        });
    };
    view! {
        <div class="stack">
            <p class="soft">{t("touch.with")}</p>
            <Picker entities=kinds on_pick=pick />
        </div>
    }
}

/// The definition with photos and files and the workspace's own fields: the other built-in ones have their places on
/// the sheet.
fn own_fields(mut touch: Entity) -> Entity {
    let unseen = |id: &str| role().is_some_and(|role| role.hides("touch", id));
    let shown: Vec<_> = touch
        .fields
        .iter()
        .filter(|field| field.custom || field.id == "files")
        .filter(|field| !touch.hides(&field.id) && !unseen(&field.id))
        .cloned()
        .collect();
    touch.fields = shown;
    touch
}

#[component]
fn TouchForm(
    body: RecordBody,
    #[prop(into)] on_done: Callback<()>,
    #[prop(into)] on_other: Callback<()>,
) -> impl IntoView {
    let definition = schema_now().entity("touch").cloned();
    let own = definition.clone().map(|touch| Form::new(&own_fields(touch), &BTreeMap::new()));
    let options = move |id: &str| {
        let field = definition.as_ref().and_then(|touch| touch.field(id));
        let Some(FieldKind::Choice(choice)) = field.map(|field| &field.kind) else { return Vec::new() };
        let open = choice.options.iter().filter(|option| !option.retired);
        open.map(|option| {
            let text = option.label.clone();
            Choice::new(option.id.clone(), move || label(&text))
        })
        .collect::<Vec<_>>()
    };
    let (kinds, outcomes) = (options("kind"), options("outcome"));
    let kind = RwSignal::new(kinds.first().map(|kind| kind.value.clone()).unwrap_or_default());
    let outcome = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let next = RwSignal::new(None::<Date>);
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
        pending.set(true);
        let mut values = BTreeMap::from([("kind".to_owned(), Json::from(kind.get_untracked()))]);
        for (field, value) in [("outcome", outcome.get_untracked()), ("summary", text.get_untracked())] {
            if !value.trim().is_empty() {
                values.insert(field.to_owned(), Json::from(value));
            }
        }
        if let Some(form) = &form {
            values.extend(form.wire().into_iter().filter(|(_, value)| !value.is_null()));
        }
        // The moment it happened is the moment it is logged, however late the phone finds a network.
        values.insert("happened_at".to_owned(), Json::from(time::now().to_string()));
        let day = next.get_untracked();
        let toast = match day {
            Some(day) => say("touch.saved.toast", &[("date", &day_text(day))]),
            None => say("touch.saved_no_next.toast", &[]),
        };
        let action = Action::LogTouch {
            record: time::new_id(),
            entity: subject.entity.clone(),
            subject: subject.id,
            values,
            next_touch: day.map(schedule::on),
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
            <Field label=t("touch.note")>
                <TextArea value=text placeholder=t("touch.note.placeholder") />
            </Field>
            {rows}
            <NextChips legend=t("next.title") or_none=true on_choose=move |day| next.set(day) />
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
