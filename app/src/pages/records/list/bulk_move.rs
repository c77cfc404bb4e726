//! Ticked records move on together: which stage goes where, with how many, and what the process asks for on the way, once
//! for all of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::api::GetTotals;
use domain::api::record::TotalsRequest;
use domain::command::Wire;
use domain::process::{self, Decision};
use domain::record::Values;
use domain::schema::{Check, Entity, Pipeline, Schema, Stage, Step};
use domain::time::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::bulk::Bulk;
use super::job::About;
use crate::components::{
    Button, ButtonKind, CheckChips, Choice, Field, FormProblem, Select, Sheet, SkeletonRows, TextArea, Toast,
    icons, tick,
};
use crate::i18n::{format, label, say, t, tr};
use crate::pages::records::NextChips;
use crate::pages::records::form::Form;
use crate::pages::records::moving::only;
use crate::pages::records::wish::{Moves, Wish};
use crate::state::session::{own_teams, role, schema_now};
use crate::state::{app, ask};

/// How many stand in which stage.
type Standing = BTreeMap<String, u64>;

#[component]
pub fn MoveSheet(bulk: Bulk, open: RwSignal<bool>) -> impl IntoView {
    let standing = RwSignal::new(None::<Standing>);
    // Counted anew each time, of what is ticked now.
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        standing.set(None);
        let entity = bulk.work.entity();
        match bulk.about() {
            About::These(bodies) => {
                let mut found = Standing::new();
                for body in &bodies {
                    let stage = body.values.get("stage").and_then(Json::as_str).unwrap_or_default();
                    *found.entry(stage.to_owned()).or_default() += 1;
                }
                standing.set(Some(found));
            }
            About::Everything { filter, .. } => spawn_local(async move {
                let group = Some("stage".to_owned());
                let request = TotalsRequest { filter, group, ..TotalsRequest::default() };
                match ask::<GetTotals>(&[&entity], &request).await {
                    Ok(reply) => {
                        let groups = reply.groups.into_iter();
                        let counted = groups.filter_map(|total| Some((total.group?, total.count)));
                        standing.try_set(Some(counted.collect()));
                    }
                    Err(error) => {
                        open.try_set(false);
                        let said = say(error.message_key(), &[]);
                        app().toasts.show(Toast::new(said).with_icon(icons::ALERT));
                    }
                }
            }),
        }
    });
    view! {
        <Sheet open title=t("bulk.move") close=t("action.close")>
            {move || match standing.get() {
                Some(standing) => view! { <Table bulk standing open /> }.into_any(),
                None => {
                    view! {
                        <p class="visually-hidden" role="status">{t("bulk.move.counting")}</p>
                        <SkeletonRows count=3 />
                    }
                    .into_any()
                }
            }}
        </Sheet>
    }
}

/// What the process asks of all these moves together.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    fields: Vec<String>,
    note: bool,
    checks: Vec<Check>,
    /// What becomes a task on a day that is asked for, with the stage in which it does.
    steps: Vec<(String, Step)>,
    /// Stages from which the way is not open to the asker.
    closed: BTreeSet<String>,
}

impl Asked {
    /// Of records about which nothing is known but their stage.
    fn of(schema: &Schema, entity: &Entity, to: &BTreeMap<String, String>) -> Self {
        let mut asked = Self::default();
        let (Some(role), teams) = (role(), own_teams()) else { return asked };
        for (from, to) in to {
            let Some(to) = schema.stage_of(&entity.id, to) else { continue };
            let wish = process::Move {
                entity,
                from,
                to,
                role: &role,
                values: &Values::new(),
                note: "",
                exception: "",
                checked: &[],
                teams: teams.as_ref(),
            };
            let decision = process::decide(schema, &wish);
            // What nobody may move becomes no task; an exception does.
            if role.may(Permission::OverrideProcess) || !matches!(decision, Decision::Forbidden(_)) {
                let steps = process::asks_days(from, to.1).map(|step| (to.1.id.clone(), step.clone()));
                let fresh = steps.filter(|step| !asked.steps.contains(step));
                asked.steps.extend(fresh.collect::<Vec<_>>());
            }
            match decision {
                Decision::Allowed => {}
                Decision::Forbidden(_) => {
                    asked.closed.insert(from.clone());
                }
                Decision::Missing(missing) => {
                    asked.note |= missing.note;
                    let fresh = missing.fields.into_iter().filter(|field| !asked.fields.contains(field));
                    asked.fields.extend(fresh.collect::<Vec<_>>());
                    let fresh = missing.checks.into_iter().filter(|check| !asked.checks.contains(check));
                    asked.checks.extend(fresh.collect::<Vec<_>>());
                }
            }
        }
        let explained = |field: &String| process::explanation_of(entity, field).map(str::to_owned);
        let explaining: Vec<String> = asked.fields.iter().filter_map(explained).collect();
        asked
            .fields
            .extend(explaining.into_iter().filter(|field| !asked.fields.contains(field)).collect::<Vec<_>>());
        asked
    }
}

#[component]
fn Table(bulk: Bulk, standing: Standing, open: RwSignal<bool>) -> impl IntoView {
    let schema = schema_now();
    let entity = bulk.work.entity();
    let Some(definition) = schema.entity(&entity).cloned() else { return ().into_any() };
    let teams = own_teams();
    let offered = process::offered(&schema, &entity, teams.as_ref(), None);
    let offered: Vec<Pipeline> =
        offered.into_iter().filter(|pipeline| !pipeline.stages.is_empty()).cloned().collect();
    // The pipeline in which most of them are.
    let inside = |pipeline: &&Pipeline| {
        standing
            .iter()
            .filter(|(stage, _)| pipeline.stage(stage).is_some())
            .map(|(_, count)| count)
            .sum::<u64>()
    };
    let first = offered.iter().rev().max_by_key(inside).map(|pipeline| pipeline.id.clone());
    let pipeline = RwSignal::new(first.unwrap_or_default());
    // In the order of their pipelines; what stands in a stage that is gone comes last.
    let place = |stage: &str| {
        let all = schema.pipelines_of(&entity).flat_map(|pipeline| &pipeline.stages);
        all.map(|stage| stage.id.as_str()).position(|known| known == stage).unwrap_or(usize::MAX)
    };
    let mut rows: Vec<(String, u64)> = standing.into_iter().filter(|(_, count)| *count > 0).collect();
    rows.sort_by_key(|(stage, _)| place(stage));
    let to = RwSignal::new(BTreeMap::<String, String>::new());
    // Into another pipeline each stage goes to the one that is like it; within one, somebody says where to.
    let froms: Vec<String> = rows.iter().map(|(stage, _)| stage.clone()).collect();
    let choose_pipeline = Callback::new(move |id: String| {
        let schema = schema_now();
        let Some(target) = schema.pipeline(&id) else { return };
        let like = froms
            .iter()
            .filter(|from| target.stage(from).is_none())
            .filter_map(|from| Some((from.clone(), process::counterpart(&schema, from, target)?.id.clone())));
        to.set(like.collect());
        pipeline.set(id);
    });
    choose_pipeline.run(pipeline.get_untracked());
    let pipelines: Vec<Choice> = offered
        .iter()
        .map(|pipeline| {
            let name = pipeline.label.clone();
            Choice::new(pipeline.id.clone(), move || label(&name))
        })
        .collect();
    let several = pipelines.len() > 1;
    let pipelines = Signal::stored(pipelines);
    let stages = Memo::new(move |_| {
        let schema = schema_now();
        let of = |pipeline: &Pipeline| {
            pipeline.stages.iter().map(|stage| (stage.id.clone(), stage.label.clone())).collect::<Vec<_>>()
        };
        pipeline.with(|id| schema.pipeline(id).map(of).unwrap_or_default())
    });
    let with_stages = move |first: Choice| {
        let stage = |(id, name): (String, domain::schema::Label)| Choice::new(id, move || label(&name));
        std::iter::once(first).chain(stages.get().into_iter().map(stage)).collect::<Vec<_>>()
    };
    let all_choices = Signal::derive(move || with_stages(Choice::new("", t("bulk.move.all.choose"))));
    let all_froms: Vec<String> = rows.iter().map(|(stage, _)| stage.clone()).collect();
    let (alike, whole) = (all_froms.clone(), StoredValue::new(all_froms));
    let all_to = Signal::derive(move || {
        to.with(|to| {
            let first = to.values().next().cloned().unwrap_or_default();
            let same = alike.iter().all(|from| *from == first || to.get(from) == Some(&first));
            if same { first } else { String::new() }
        })
    });
    let choose_all = move |id: String| {
        if !id.is_empty() {
            let each = whole.get_value().into_iter().filter(|from| *from != id);
            to.set(each.map(|from| (from, id.clone())).collect());
        }
    };
    let row = move |(from, count): (String, u64)| {
        let count = format::number(count.cast_signed());
        let (named, own, set) = (from.clone(), from.clone(), from);
        let name = move || {
            let name = schema_now().stage(&named).map_or_else(|| named.clone(), |stage| label(&stage.label));
            tr("bulk.move.from", &[("stage", &name), ("count", &count)])
        };
        let choices = Signal::derive(move || {
            let mut choices = with_stages(Choice::new("", t("bulk.move.stay")));
            choices.retain(|choice| choice.value != own);
            choices
        });
        let of = set.clone();
        let value = Signal::derive(move || to.with(|to| to.get(&of).cloned().unwrap_or_default()));
        let choose = move |id: String| {
            to.update(|to| {
                if id.is_empty() {
                    to.remove(&set)
                } else {
                    to.insert(set.clone(), id)
                };
            });
        };
        view! {
            <Field label=name>
                <Select value choices on_choose=choose />
            </Field>
        }
    };
    let many = rows.len() > 1;
    let counts: StoredValue<Standing> = StoredValue::new(rows.iter().cloned().collect());
    let known = definition.clone();
    let asked = Memo::new(move |_| to.with(|to| Asked::of(&schema_now(), &known, to)));
    let moving = move || {
        let count: u64 =
            to.with(|to| counts.with_value(|counts| to.keys().filter_map(|from| counts.get(from)).sum()));
        format::number(count.cast_signed())
    };
    let (note, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let checked = RwSignal::new(Vec::<String>::new());
    let days = RwSignal::new(BTreeMap::<(String, String), Date>::new());
    let problem = RwSignal::new(None::<String>);
    // The fields anew whenever others are asked for.
    let fields = Memo::new(move |_| asked.with(|asked| asked.fields.clone()));
    let form = Memo::new_with_compare(
        move |_| fields.with(|fields| Form::new(&only(&definition, &[], fields), &Wire::new())),
        |_, _| true,
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let to = to.get_untracked();
        if to.is_empty() {
            problem.set(Some(say("bulk.move.nothing", &[])));
            return;
        }
        let form = form.get_untracked();
        if !form.is_sound() {
            return crate::pages::records::form::focus_first_problem();
        }
        let mut values = form.wire();
        values.retain(|_, value| !value.is_null());
        let said = |text: RwSignal<String>| {
            Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let closed = asked.with_untracked(|asked| asked.closed.clone());
        let days = asked.with_untracked(|asked| days.with_untracked(|days| days_of(&asked.steps, days)));
        let name = untrack(|| name_of(&to, &pipeline.get_untracked()));
        let moves = Moves {
            to,
            values,
            note: said(note),
            checked: checked.get_untracked(),
            exception: said(reason).map(|reason| (reason, closed)),
            days,
        };
        open.set(false);
        bulk.begin(Wish::Move(Box::new(moves)), say("bulk.title.move", &[("value", &name)]));
    };
    let asks = Memo::new(move |_| asked.with(|asked| !asked.fields.is_empty()));
    let noted = Memo::new(move |_| asked.with(|asked| asked.note));
    let points = Signal::derive(move || {
        let point = |check: &Check| {
            let name = check.label.clone();
            Choice::new(check.id.clone(), move || label(&name))
        };
        asked.with(|asked| asked.checks.iter().map(point).collect::<Vec<_>>())
    });
    let pointed = Memo::new(move |_| asked.with(|asked| !asked.checks.is_empty()));
    let steps = Memo::new(move |_| asked.with(|asked| asked.steps.clone()));
    let step = move |(stage, step): (String, Step)| {
        let key = (stage.clone(), step.id);
        let legend = move || {
            let stage = schema_now().stage(&stage).map(|stage| label(&stage.label)).unwrap_or_default();
            tr("bulk.move.step", &[("what", &label(&step.label)), ("stage", &stage)])
        };
        // Chips that come again begin without a day.
        days.update(|days| {
            days.remove(&key);
        });
        let choose = move |day: Option<Date>| {
            days.update(|days| {
                match day {
                    Some(day) => days.insert(key.clone(), day),
                    None => days.remove(&key),
                };
            });
        };
        view! { <NextChips legend or_none=true on_choose=choose /> }
    };
    let excepts = Memo::new(move |_| {
        let may = role().is_some_and(|role| role.may(Permission::OverrideProcess));
        may && asked.with(|asked| !asked.closed.is_empty())
    });
    let controls = move || {
        let form = form.get();
        let row = |field: &domain::schema::Field| form.row(field);
        form.definition.form_fields().into_iter().map(row).collect_view()
    };
    let barred = move || {
        let closed = asked.with(|asked| asked.closed.clone());
        let names = closed.iter().filter_map(|stage| Some(label(&schema_now().stage(stage)?.label)));
        names.collect::<Vec<_>>().join(" · ")
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <Show when=move || several>
                <Field label=t("bulk.move.pipeline")>
                    <Select value=pipeline choices=pipelines on_choose=choose_pipeline />
                </Field>
            </Show>
            <Show when=move || many>
                <Field label=t("bulk.move.all")>
                    <Select value=all_to choices=all_choices on_choose=choose_all />
                </Field>
            </Show>
            {rows.into_iter().map(row).collect_view()}
            <Show when=move || asks.get()>
                <h3 class="field-label">{t("bulk.move.beside")}</h3>
                <p class="field-help">{t("bulk.move.beside.help")}</p>
                {controls}
            </Show>
            <Show when=move || pointed.get()>
                <Field label=t("process.checks") help=t("process.checks.help")>
                    <CheckChips label=t("process.checks") choices=points chosen=checked on_change=move |(id, on)| tick(checked, id, on) />
                </Field>
            </Show>
            <Show when=move || noted.get()>
                <Field label=t("process.note")>
                    <TextArea value=note />
                </Field>
            </Show>
            <For each=move || steps.get() key=|(stage, step)| (stage.clone(), step.id.clone()) children=step />
            <Show when=move || !barred().is_empty()>
                <p class="field-help" role="status">{move || tr("bulk.move.closed", &[("stages", &barred())])}</p>
            </Show>
            <Show when=move || excepts.get()>
                <Field label=t("bulk.move.exception") help=t("bulk.move.exception.help")>
                    <TextArea value=reason />
                </Field>
            </Show>
            <FormProblem problem />
            <div class="sheet-submit">
                <Button label=move || tr("bulk.move.go", &[("count", &moving())]) kind=ButtonKind::Primary submit=true block=true />
            </div>
        </form>
    }
    .into_any()
}

/// The days of what is asked for now, as moves carry them.
fn days_of(steps: &[(String, Step)], days: &BTreeMap<(String, String), Date>) -> BTreeMap<String, Wire> {
    let mut found = BTreeMap::<String, Wire>::new();
    for (stage, step) in steps {
        if let Some(day) = days.get(&(stage.clone(), step.id.clone())) {
            found.entry(stage.clone()).or_default().insert(step.id.clone(), Json::from(day.to_string()));
        }
    }
    found
}

/// The stage that all go to, or the pipeline.
fn name_of(to: &BTreeMap<String, String>, pipeline: &str) -> String {
    let schema = schema_now();
    let targets: BTreeSet<&String> = to.values().collect();
    let one = targets.first().filter(|_| targets.len() == 1);
    let stage = one.and_then(|stage| schema.stage(stage)).map(|stage: &Stage| label(&stage.label));
    stage.unwrap_or_else(|| {
        schema.pipeline(pipeline).map(|pipeline| label(&pipeline.label)).unwrap_or_default()
    })
}
