//! When the next touch is: chips for days to come, the days that were named in what was written, and the calendar with a
//! time.

use domain::schema::WorkDays;
use domain::time::{Date, TimeOfDay};
use domain::when::find_all;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::touch::{NEXT, PICK, day_of};
use crate::components::{ChipGroup, Choice, FormProblem, TextInput};
use crate::fields::{day_text, schedule};
use crate::i18n::{format, t, tr};
use crate::state::session::{schema, today, zone};
use crate::state::time;

/// So many of the days that a text names are offered: the last ones, since what comes next is said last.
const OFFERED: usize = 2;
/// Before the value of a chip for a day that the text names.
const SAID: &str = "said";
pub const NONE: &str = "none";

/// A day to come, perhaps with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub date: Date,
    pub time: Option<TimeOfDay>,
}

impl Plan {
    /// What goes over the wire.
    pub fn wire(self) -> Json {
        let mut json = schedule::on(self.date);
        if let Some(time) = self.time {
            json["time"] = Json::from(time.to_string());
        }
        json
    }

    /// 明天 15:00, 5月13日
    pub fn text(self) -> String {
        self.timed(day_text(self.date))
    }

    fn timed(self, day: String) -> String {
        self.time.map_or(day.clone(), |time| format!("{day} {time}"))
    }

    fn long_text(self) -> String {
        use chrono::Datelike as _;
        let naive = self.date.naive();
        self.timed(format::day_long(naive.year(), naive.month(), naive.day()))
    }
}

/// What the chips say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chosen {
    #[default]
    Open,
    /// That there is no next one.
    NoNext,
    On(Plan),
    /// A day that cannot be one, and the message that says why.
    Wrong(&'static str),
}

/// A day that the text names, by its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    words: String,
    plan: Plan,
}

impl Named {
    fn value(&self) -> String {
        format!("{SAID} {}", self.words)
    }
}

/// The reader's time of day.
fn now() -> TimeOfDay {
    let clock = time::local_text(&zone(), time::now());
    clock.get(11..16).and_then(TimeOfDay::parse).unwrap_or_default()
}

/// The days that a text names and that are still to come.
pub fn named(text: &str) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for found in find_all(text, today(), now()) {
        let plan = Plan { date: found.date, time: found.time };
        // Said twice, it is offered once.
        all.retain(|one| one.plan != plan);
        all.push(Named { words: text[found.span].trim().to_owned(), plan });
    }
    all.split_off(all.len().saturating_sub(OFFERED))
}

/// What was picked in the calendar. Nothing as long as no day is.
fn picked(day: &str, clock: &str, today: Date, now: TimeOfDay) -> Chosen {
    if day.is_empty() {
        return Chosen::Open;
    }
    let Some(date) = Date::parse(day) else { return Chosen::Wrong("log.next.unknown") };
    let time = TimeOfDay::parse(clock);
    if date < today || date == today && time.is_some_and(|time| time < now) {
        return Chosen::Wrong("log.next.past");
    }
    Chosen::On(Plan { date, time })
}

/// What a chip means, seen from today. A day that the text no longer names gives way to the last one it does.
fn meaning(choice: &str, named: &[Named], day: &str, clock: &str, work: &WorkDays) -> Chosen {
    if choice.starts_with(SAID) {
        let same = named.iter().find(|one| one.value() == choice).or(named.last());
        return same.map_or(Chosen::Open, |one| Chosen::On(one.plan));
    }
    match choice {
        "" => Chosen::Open,
        NONE => Chosen::NoNext,
        PICK => picked(day, clock, today(), now()),
        _ => day_of(choice, "", today(), work)
            .map_or(Chosen::Open, |date| Chosen::On(Plan { date, time: None })),
    }
}

/// `on_choose` hears of every other meaning. Nothing is chosen by itself: a plan that nobody looked at is none.
#[component]
pub fn PlanChips(
    #[prop(into)] legend: TextProp,
    named: Memo<Vec<Named>>,
    /// Why what is chosen cannot be, once that is to be told.
    problem: Signal<Option<String>>,
    #[prop(into)] on_choose: Callback<Chosen>,
) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let (day, clock) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The chip that stands chosen: where its words have changed, the one that took their place.
    let marked = Memo::new(move |_| {
        let chosen = chosen.get();
        named.with(|named| {
            let gone = chosen.starts_with(SAID) && named.iter().all(|one| one.value() != chosen);
            if gone { named.last().map(Named::value).unwrap_or_default() } else { chosen }
        })
    });
    let meant = Memo::new(move |_| {
        let work = &schema().workspace.work;
        named.with(|named| meaning(&chosen.get(), named, &day.get(), &clock.get(), work))
    });
    Effect::new(move |before: Option<Chosen>| {
        let meant = meant.get();
        if before.is_some_and(|before| before != meant) {
            untrack(|| on_choose.run(meant));
        }
        meant
    });
    let legend = move || match meant.get() {
        Chosen::On(plan) => format!("{} · {}", legend.get(), plan.long_text()),
        _ => legend.get().into_owned(),
    };
    let choices = Signal::derive(move || {
        let said = named.get().into_iter().map(|one| {
            let value = one.value();
            Choice::new(value, move || format!("{} · {}", one.words, one.plan.text()))
        });
        let fixed = NEXT.into_iter().map(|(value, key)| Choice::new(value, t(key)));
        said.chain(fixed).chain([Choice::new(PICK, t("next.pick"))]).collect::<Vec<_>>()
    });
    let found = move || {
        let words = named.with(|named| named.last().map(|one| one.words.clone()));
        words.map(|words| tr("log.next.named", &[("words", &words)]))
    };
    view! {
        <div class="stack stack-tight">
            <ChipGroup legend=legend show_legend=true choices value=marked on_choose=move |value| chosen.set(value) />
            <p class="visually-hidden" role="status">{found}</p>
            <Show when=move || marked.with(|marked| marked == PICK)>
                <div class="input-group">
                    <TextInput value=day kind="date" min=today().to_string() alone=t("next.pick") />
                    <TextInput value=clock kind="time" alone=t("touch.when") />
                </div>
            </Show>
            <FormProblem problem />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(day: &str, time: &str) -> Chosen {
        Chosen::On(Plan { date: Date::parse(day).expect("a day"), time: TimeOfDay::parse(time) })
    }

    #[test]
    fn what_is_picked_lies_ahead_or_says_why_not() {
        let today = Date::parse("2026-05-08").expect("a day");
        let now = TimeOfDay::parse("10:00").expect("a time");
        for (day, clock, meant) in [
            ("", "", Chosen::Open),
            ("", "15:00", Chosen::Open),
            ("2026-05-08", "", plan("2026-05-08", "")),
            ("2026-05-08", "15:00", plan("2026-05-08", "15:00")),
            ("2026-05-08", "09:00", Chosen::Wrong("log.next.past")),
            ("2026-05-07", "", Chosen::Wrong("log.next.past")),
            ("2026-06-01", "09:30", plan("2026-06-01", "09:30")),
            // The year is being typed.
            ("0202-06-01", "", Chosen::Wrong("log.next.unknown")),
            ("9999-12-31", "", Chosen::Wrong("log.next.unknown")),
        ] {
            assert_eq!(picked(day, clock, today, now), meant, "{day} {clock}");
        }
    }

    #[test]
    fn a_chosen_day_follows_the_words_that_name_it() {
        let named = |words: &str, day: &str| Named {
            words: words.to_owned(),
            plan: Plan { date: Date::parse(day).expect("a day"), time: None },
        };
        let two = [named("周三", "2026-05-13"), named("周五", "2026-05-15")];
        let work = WorkDays::default();
        for (choice, named, meant) in [
            ("said 周三", &two[..], plan("2026-05-13", "")),
            // Its words are others now.
            ("said 周二", &two[..], plan("2026-05-15", "")),
            ("said 周三", &[], Chosen::Open),
            ("", &two[..], Chosen::Open),
            (NONE, &two[..], Chosen::NoNext),
        ] {
            assert_eq!(meaning(choice, named, "", "", &work), meant, "{choice}");
        }
    }
}
