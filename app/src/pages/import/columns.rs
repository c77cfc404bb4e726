use std::sync::Arc;

use domain::access::Permission;
use domain::fields::{DateOrder, DecimalMark};
use domain::import_file::{Mapping, Target, date_order, decimal_mark, is_blank_word, new_field, places};
use domain::money::Currency;
use domain::schema::change::DefinitionChange;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::source::Source;
use super::words::Words;
use super::{Step, Work, column_name, field_name, plural};
use crate::components::{
    Button, ButtonKind, ChipGroup, Choice, Field, FormProblem, Group, Select, Switch, icons,
};
use crate::i18n::{problems_text, t, tr};
use crate::pages::account::CURRENCIES;
use crate::pages::admin::define;
use crate::state::session::{role, schema, schema_now};

/// The value of the choice that makes a field.
const NEW_FIELD: &str = "+";
/// Cells shown beside a column's name.
const SAMPLES: usize = 3;

/// The second step: what the columns mean and how the file writes days and numbers.
#[component]
pub fn Columns(work: Work) -> impl IntoView {
    let nothing = RwSignal::new(false);
    let undecided = RwSignal::new(false);
    let problem = Signal::derive(move || nothing.get().then(|| tr("import.problem.nothing_mapped", &[])));
    let next = move |()| {
        let Some(mapping) = work.mapping.get_untracked() else { return };
        nothing.set(mapping.columns.iter().all(|column| column.target == Target::LeaveOut));
        undecided.set(mapping.dates.is_none());
        if !nothing.get_untracked() && !undecided.get_untracked() {
            work.go(Step::Look);
        }
    };
    let rows = move || {
        let count = work.chosen.with(|chosen| chosen.as_ref().map_or(0, |chosen| chosen.sheet.header.len()));
        // Columns of another reading of the file are others.
        (0..count).map(|at| view! { <ColumnRow work at /> }).collect_view()
    };
    view! {
        <div class="stack">
            <Source work />
            <Group title=t("import.map.columns")>{rows}</Group>
            <Formats work undecided />
            <Title work />
            <ByName work />
            <Missing work />
            <FormProblem problem />
            <div class="btn-row btn-row-end">
                <Button label=t("action.back") on_press=move |()| work.go(Step::File) />
                <Button label=t("import.preview.start") kind=ButtonKind::Primary on_press=next />
            </div>
        </div>
    }
}

/// One column: its name and first cells, and the field it fills.
#[component]
fn ColumnRow(work: Work, at: usize) -> impl IntoView {
    let (sheet, samples) = work.chosen.with_untracked(|chosen| {
        let Some(chosen) = chosen else { return Default::default() };
        let mut seen: Vec<String> = Vec::new();
        for text in chosen.sheet.column(at).filter(|text| !text.is_empty()) {
            let short: String = text.chars().take(40).collect();
            if !seen.contains(&short) {
                seen.push(short);
            }
            if seen.len() == SAMPLES {
                break;
            }
        }
        (Some(Arc::clone(&chosen.sheet)), seen.join(" · "))
    });
    let header = sheet.as_ref().and_then(|sheet| sheet.header.get(at).cloned()).unwrap_or_default();
    let shown = move || sheet.as_ref().map(|sheet| column_name(sheet, at)).unwrap_or_default();
    let guessed = move || {
        work.mapping.with(|mapping| {
            mapping.as_ref().and_then(|mapping| mapping.columns.get(at)).is_some_and(|column| column.guessed)
        })
    };
    let sample = move || if samples.is_empty() { tr("import.map.no_sample", &[]) } else { samples.clone() };
    let entity = Memo::new(move |_| {
        work.mapping
            .with(|mapping| mapping.as_ref().map(|mapping| mapping.entity.clone()).unwrap_or_default())
    });
    let target = Memo::new(move |_| {
        let field = |mapping: &Mapping| mapping.columns.get(at)?.target.field().map(str::to_owned);
        work.mapping.with(|mapping| mapping.as_ref().and_then(field).unwrap_or_default())
    });
    let choices = Signal::derive(move || {
        let schema = schema();
        let mut choices = vec![Choice::new("", t("import.map.ignore"))];
        if let Some(entity) = schema.entity(&entity.get()) {
            choices.extend(places(&schema, entity).into_iter().map(|place| {
                let path = place.path();
                let name = field_name(&entity.id, &path);
                Choice::new(path, name)
            }));
            if role().is_some_and(|role| role.may(Permission::Define)) {
                choices.push(Choice::new(NEW_FIELD, t("import.map.new_field")));
            }
        }
        choices
    });
    let set = move |target: Target| {
        work.mapping.update(|mapping| {
            let Some((mapping, chosen)) = mapping.as_mut().zip(work.chosen.get_untracked()) else { return };
            mapping.set(at, target, &schema_now(), &chosen.sheet);
        });
    };
    let making = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let make = move |header: String| {
        let Some(chosen) = work.chosen.get_untracked() else { return };
        let schema = schema_now();
        let Some(definition) = schema.entity(&entity.get_untracked()) else { return };
        let mark = decimal_mark(chosen.sheet.column(at));
        let header = if header.is_empty() { untrack(|| column_name(&chosen.sheet, at)) } else { header };
        let field = new_field(definition, &header, chosen.sheet.column(at), mark);
        let (entity, id) = (definition.id.clone(), field.id.clone());
        making.set(true);
        spawn_local(async move {
            match define::define(DefinitionChange::AddField { entity, field }).await {
                Ok(()) => {
                    problem.set(None);
                    set(Target::Field(id));
                }
                Err(problems) => problem.set(Some(problems_text(&problems, ""))),
            }
            making.set(false);
        });
    };
    let choose = {
        let header = header.clone();
        move |value: String| match value.as_str() {
            "" => set(Target::LeaveOut),
            NEW_FIELD => make(header.clone()),
            _ => set(Target::Field(value)),
        }
    };
    let may_define = move || role().is_some_and(|role| role.may(Permission::Define));
    let unmatched = move || target.with(String::is_empty) && may_define();
    let pressed = StoredValue::new(header);
    let field_label = shown.clone();
    view! {
        <div class="map-row">
            <div class="map-column">
                <span class="row-title">{shown}</span>
                <span class="row-sub">{sample}</span>
                <Show when=guessed>
                    <span class="badge map-guessed" data-tone="warning">{t("import.map.guessed")}</span>
                </Show>
            </div>
            <div class="stack stack-tight">
                <Field label=move || tr("import.map.field_of", &[("column", &field_label())]) problem=problem>
                    <Select value=target choices on_choose=choose />
                </Field>
                <Show when=unmatched>
                    <Button
                        label=t("import.map.new_field")
                        kind=ButtonKind::Quiet
                        drawing=icons::ADD
                        pending=making
                        on_press=move |()| pressed.with_value(|header| make(header.clone()))
                    />
                </Show>
                <Blanks work at />
                <Words work at />
            </div>
        </div>
    }
}

/// Whether cells like `null` are empty; asked only where there are some.
#[component]
fn Blanks(work: Work, at: usize) -> impl IntoView {
    let word = Memo::new(move |_| {
        let asked = work.mapping.with(|mapping| {
            let column = mapping.as_ref().and_then(|mapping| mapping.columns.get(at));
            column.is_some_and(|column| column.target != Target::LeaveOut && column.words.is_empty())
        });
        let found = |sheet: &domain::import_file::Sheet| {
            sheet.column(at).find(|text| is_blank_word(text)).map(str::to_owned)
        };
        if asked {
            work.chosen.with(|chosen| chosen.as_ref().and_then(|chosen| found(&chosen.sheet)))
        } else {
            None
        }
    });
    let on = Signal::derive(move || {
        work.mapping.with(|mapping| {
            mapping.as_ref().and_then(|mapping| mapping.columns.get(at)).is_some_and(|column| column.blanks)
        })
    });
    let change = move |blanks: bool| {
        work.mapping.update(|mapping| {
            if let Some(column) = mapping.as_mut().and_then(|mapping| mapping.columns.get_mut(at)) {
                column.blanks = blanks;
            }
        });
    };
    move || {
        word.get().map(|word| {
            view! { <Switch label=move || tr("import.map.blank", &[("word", &word)]) value=on on_change=change /> }
        })
    }
}

/// How days, numbers and amounts are written; asked only for what the file has.
#[component]
fn Formats(work: Work, undecided: RwSignal<bool>) -> impl IntoView {
    let with = move |asked: fn(&Mapping) -> bool| {
        Memo::new(move |_| work.mapping.with(|mapping| mapping.as_ref().is_some_and(asked)))
    };
    let has_dates = with(|mapping| !mapping.date_columns(&schema()).is_empty());
    let has_numbers = with(|mapping| !mapping.number_columns(&schema()).is_empty());
    let has_money = with(|mapping| mapping.has_money(&schema()));
    let days_told = move || {
        let cells = |chosen: &super::Chosen, mapping: &Mapping| {
            let columns = mapping.date_columns(&schema());
            date_order(columns.iter().flat_map(|at| chosen.sheet.column(*at)))
        };
        let guess = work.chosen.with(|chosen| {
            work.mapping.with(|mapping| {
                chosen.as_ref().zip(mapping.as_ref()).map(|(chosen, mapping)| cells(chosen, mapping))
            })
        });
        guess.is_some_and(|guess| guess != domain::import_file::DateGuess::Plain)
    };
    let date = Signal::derive(move || {
        let order = work.mapping.with(|mapping| mapping.as_ref().and_then(|mapping| mapping.dates));
        match order {
            None => "",
            Some(DateOrder::YearMonthDay) => "ymd",
            Some(DateOrder::DayMonthYear) => "dmy",
            Some(DateOrder::MonthDayYear) => "mdy",
        }
        .to_owned()
    });
    let change =
        move |by: &dyn Fn(&mut Mapping)| work.mapping.update(|mapping| mapping.iter_mut().for_each(by));
    let choose_date = move |code: String| {
        let order = match code.as_str() {
            "dmy" => DateOrder::DayMonthYear,
            "mdy" => DateOrder::MonthDayYear,
            _ => DateOrder::YearMonthDay,
        };
        undecided.set(false);
        change(&|mapping| mapping.dates = Some(order));
    };
    let dates = vec![
        Choice::new("ymd", t("import.date.ymd")),
        Choice::new("dmy", t("import.date.dmy")),
        Choice::new("mdy", t("import.date.mdy")),
    ];
    let mark = Signal::derive(move || {
        let mark = work.mapping.with(|mapping| mapping.as_ref().map(|mapping| mapping.decimal));
        if mark == Some(DecimalMark::Comma) { "comma" } else { "point" }.to_owned()
    });
    let choose_mark = move |code: String| {
        let mark = if code == "comma" { DecimalMark::Comma } else { DecimalMark::Point };
        change(&|mapping| mapping.decimal = mark);
    };
    let marks = vec![Choice::new("point", "1,234.50"), Choice::new("comma", "1.234,50")];
    let currency = Signal::derive(move || {
        work.mapping.with(|mapping| {
            mapping.as_ref().map(|mapping| mapping.currency.code().to_owned()).unwrap_or_default()
        })
    });
    let currencies = Signal::derive(move || {
        let own = schema().workspace.currency.code().to_owned();
        let others = CURRENCIES.iter().filter(|code| **code != own).map(|code| (*code).to_owned());
        std::iter::once(own.clone())
            .chain(others)
            .map(|code| Choice::new(code.clone(), code))
            .collect::<Vec<_>>()
    });
    let choose_currency = move |code: String| {
        if let Some(currency) = Currency::parse(&code) {
            change(&|mapping| mapping.currency = currency);
        }
    };
    let asked = move || has_numbers.get() || (has_dates.get() && days_told());
    let problem = Signal::derive(move || undecided.get().then(|| tr("import.problem.dates", &[])));
    let dates = StoredValue::new(dates);
    let marks = StoredValue::new(marks);
    view! {
        <Show when=asked>
            <section>
                <h2 class="group-title">{t("import.map.formats")}</h2>
                <div class="card stack">
                    <Show when=move || has_dates.get() && days_told()>
                        <ChipGroup legend=t("import.map.date_format") show_legend=true choices=dates.get_value() value=date on_choose=choose_date />
                        <FormProblem problem />
                    </Show>
                    <Show when=move || has_numbers.get()>
                        <ChipGroup legend=t("import.map.decimal") show_legend=true choices=marks.get_value() value=mark on_choose=choose_mark />
                    </Show>
                    <Show when=move || has_money.get()>
                        <Field label=t("auth.field.currency")>
                            <Select value=currency choices=currencies on_choose=choose_currency />
                        </Field>
                    </Show>
                </div>
            </section>
        </Show>
    }
}

/// Out of which columns a name is put together, when no column is the name.
#[component]
fn Title(work: Work) -> impl IntoView {
    let asked = Memo::new(move |_| {
        work.mapping.with(|mapping| mapping.as_ref().is_some_and(|mapping| mapping.composes_title(&schema())))
    });
    let columns = Memo::new(move |_| {
        work.chosen.with(|chosen| {
            let Some(chosen) = chosen else { return Vec::new() };
            let sheet = &chosen.sheet;
            let shown = (0..sheet.header.len()).filter(|at| !sheet.headed || !sheet.header[*at].is_empty());
            shown.map(|at| (at, column_name(sheet, at))).collect::<Vec<_>>()
        })
    });
    let example = move || {
        let row = |chosen: &super::Chosen, mapping: &Mapping| {
            let row = chosen.sheet.rows.first()?;
            let parts: Vec<_> =
                mapping.title.iter().filter_map(|at| mapping.cell(*at, row.cells.get(*at)?)).collect();
            Some(parts.join(" · "))
        };
        let text = work.chosen.with(|chosen| {
            work.mapping.with(|mapping| {
                chosen.as_ref().zip(mapping.as_ref()).and_then(|(chosen, mapping)| row(chosen, mapping))
            })
        });
        tr("import.map.sample", &[("sample", &text.unwrap_or_default())])
    };
    let chip = move |(at, name): (usize, String)| {
        let on = move || {
            work.mapping.with(|mapping| mapping.as_ref().is_some_and(|mapping| mapping.title.contains(&at)))
        };
        let press = move |_| {
            work.mapping.update(|mapping| {
                let Some(mapping) = mapping else { return };
                match mapping.title.iter().position(|other| *other == at) {
                    Some(place) => {
                        mapping.title.remove(place);
                    }
                    None => mapping.title.push(at),
                }
            });
        };
        view! {
            <button type="button" class="chip" aria-pressed=move || if on() { "true" } else { "false" } on:click=press>
                {name}
            </button>
        }
    };
    view! {
        <Show when=move || asked.get()>
            <section>
                <h2 class="group-title">{t("import.title_from")}</h2>
                <div class="card stack">
                    <p class="soft">{t("import.title_from.help")}</p>
                    <div class="chips">{move || columns.get().into_iter().map(chip).collect_view()}</div>
                    <p class="field-help">{example}</p>
                </div>
            </section>
        </Show>
    }
}

/// Whether rows of one name are one record; asked where the rows describe others besides.
#[component]
fn ByName(work: Work) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        work.mapping.with(|mapping| {
            let kinds = mapping.as_ref().map(|mapping| mapping.kinds(&schema())).unwrap_or_default();
            kinds.iter().skip(1).map(|kind| plural(kind)).collect::<Vec<_>>()
        })
    });
    let asked = Memo::new(move |_| {
        work.mapping
            .with(|mapping| mapping.as_ref().is_some_and(|mapping| mapping.may_find_by_name(&schema())))
    });
    let on = Signal::derive(move || {
        work.mapping.with(|mapping| mapping.as_ref().is_some_and(|mapping| mapping.by_name))
    });
    let change = move |by_name: bool| {
        work.mapping.update(|mapping| mapping.iter_mut().for_each(|mapping| mapping.by_name = by_name))
    };
    view! {
        <Show when=move || kinds.with(|kinds| !kinds.is_empty())>
            <div class="card stack">
                <p>{move || tr("import.map.also", &[("list", &kinds.get().join(" · "))])}</p>
                <Show when=move || asked.get()>
                    <Switch
                        label=t("import.map.by_name")
                        help=t("import.map.by_name.help")
                        value=on
                        on_change=change
                    />
                </Show>
            </div>
        </Show>
    }
}

/// Whether what relations name and nobody has is created.
#[component]
fn Missing(work: Work) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        let found = work
            .mapping
            .with(|mapping| mapping.as_ref().map(|mapping| mapping.relations(&schema())).unwrap_or_default());
        found.iter().map(|entity| plural(entity)).collect::<Vec<_>>()
    });
    let on = Signal::derive(move || {
        work.mapping.with(|mapping| mapping.as_ref().is_some_and(|mapping| mapping.create_missing))
    });
    let change = move |create: bool| {
        work.mapping.update(|mapping| mapping.iter_mut().for_each(|mapping| mapping.create_missing = create))
    };
    view! {
        <Show when=move || kinds.with(|kinds| !kinds.is_empty())>
            <div class="card">
                <Switch
                    label=t("import.map.create_missing")
                    help=move || tr("import.map.create_missing.help", &[("list", &kinds.get().join(" · "))])
                    value=on
                    on_change=change
                />
            </div>
        </Show>
    }
}
