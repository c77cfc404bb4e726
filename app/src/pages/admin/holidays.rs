//! The public holidays of a year, taken over into the days that are different. Saved with the rest of the form.

use std::collections::BTreeMap;

use domain::schema::holidays::{CHINA, Holidays};
use domain::time::Date;
use leptos::prelude::*;

use crate::components::{Button, icons};
use crate::i18n::{t, tr};

/// A button for each year that is known and not yet among these days.
#[component]
pub fn TakeHolidays(days: RwSignal<BTreeMap<Date, bool>>) -> impl IntoView {
    let offer = move |holidays: Holidays| {
        let known = holidays.days();
        let lacks = {
            let known = known.clone();
            Memo::new(move |_| {
                days.with(|days| known.iter().any(|(day, worked)| days.get(day) != Some(worked)))
            })
        };
        let known = StoredValue::new(known);
        let take = move |()| days.update(|days| days.extend(known.get_value()));
        let name = move || tr("definition.holidays.take", &[("year", &holidays.year.to_string())]);
        view! {
            <Show when=move || lacks.get()>
                <div class="stack stack-tight">
                    <Button label=name drawing=icons::CALENDAR on_press=take />
                    <p class="field-help">{t("definition.holidays.source")}</p>
                </div>
            </Show>
        }
    };
    CHINA.map(offer).collect_view()
}
