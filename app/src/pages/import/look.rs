use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike as _;
use domain::access::{Act, Level, Permission};
use domain::fields::{FieldKind, TextFormats};
use domain::import_file::{Mapping, Preview, check, chunks, places};
use domain::schema::{Field, Schema};
use domain::value::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Step, Work, field_name, plural, runner};
use crate::components::{Button, ButtonKind, icon, icons};
use crate::i18n::{format, label, problem_text, t, tr};
use crate::state::foresee::with_reading;
use crate::state::session::{role, schema, schema_now};
use crate::state::time::new_id;

/// Rows shown as they will be.
const FIRST: usize = 10;
/// Kinds of problem shown one by one.
const KINDS: usize = 30;

/// The third step: the first rows as they will be, and what is wrong with which.
#[component]
pub fn Look(work: Work) -> impl IntoView {
    let preview = Memo::new(move |_| {
        let (chosen, mapping) = work.chosen.get().zip(work.mapping.get())?;
        Some(PreviewEq(Arc::new(check(&schema(), &mapping, &chosen.sheet, FIRST))))
    });
    let starting = RwSignal::new(false);
    let start = move |()| {
        let Some((chosen, mapping)) = work.chosen.get_untracked().zip(work.mapping.get_untracked()) else {
            return;
        };
        if starting.get_untracked() {
            return;
        }
        starting.set(true);
        spawn_local(async move {
            let import = new_id();
            let parts = chunks(&schema_now(), &mapping, &chosen.sheet, import, &mut new_id);
            let several = !mapping.also().is_empty();
            runner::start(import, &mapping.entity, &chosen.name, several, parts).await;
            work.shown.set(Some(import));
            starting.set(false);
            work.go(Step::Report);
        });
    };
    let ready =
        move || preview.get().is_some_and(|preview| preview.0.ready > 0) && refused_kinds(work).is_empty();
    let label = move || {
        let count = preview.get().map_or(0, |preview| preview.0.ready);
        tr("import.start_rows", &[("count", &format::number(count as i64))])
    };
    view! {
        <div class="stack">
            {move || preview.get().map(|preview| view! { <Stats preview=preview.0.clone() /> <Kinds preview=preview.0.clone() /> <Warnings work preview=preview.0 /> })}
            {move || {
                preview
                    .get()
                    .zip(work.mapping.get())
                    .map(|(preview, mapping)| view! { <Problems preview=preview.0.clone() entity=mapping.entity.clone() /> <FirstRows preview=preview.0 mapping /> })
            }}
            <div class="btn-row btn-row-end">
                <Button label=t("action.back") on_press=move |()| work.go(Step::Columns) />
                <Button label kind=ButtonKind::Primary pending=starting disabled=Signal::derive(move || !ready()) on_press=start />
            </div>
        </div>
    }
}

/// A preview that compares by identity: comparing thousands of rows would cost more than drawing them.
#[derive(Clone)]
struct PreviewEq(Arc<Preview>);

impl PartialEq for PreviewEq {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[component]
pub fn Stat(number: usize, #[prop(into)] label: TextProp) -> impl IntoView {
    view! {
        <div class="stat">
            <span class="stat-number numeric">{move || format::number(number as i64)}</span>
            <span class="stat-label">{move || label.get()}</span>
        </div>
    }
}

#[component]
fn Stats(preview: Arc<Preview>) -> impl IntoView {
    view! {
        <div class="stats">
            <Stat number=preview.total label=t("import.stat.rows") />
            <Stat number=preview.ready label=t("import.stat.ready") />
            <Stat number=preview.refused label=t("import.stat.problems") />
            {(preview.repeated > 0).then(|| view! { <Stat number=preview.repeated label=t("import.stat.repeated") /> })}
        </div>
    }
}

/// How many different records of each kind the rows are of and describe.
#[component]
fn Kinds(preview: Arc<Preview>) -> impl IntoView {
    if preview.kinds.is_empty() {
        return ().into_any();
    }
    let kind = |(kind, count): (&String, &usize)| {
        let kind = kind.clone();
        view! { <Stat number=*count label=move || plural(&kind) /> }
    };
    view! {
        <section>
            <h2 class="group-title">{t("import.preview.kinds")}</h2>
            <div class="stats">{preview.kinds.iter().map(kind).collect_view()}</div>
        </section>
    }
    .into_any()
}

/// What one should know before starting.
#[component]
fn Warnings(work: Work, preview: Arc<Preview>) -> impl IntoView {
    let history = preview.history;
    let lacks_history = move || history > 0 && !role().is_some_and(|role| role.may(Permission::EnterHistory));
    let relations = move || {
        let found = work.mapping.with(|mapping| {
            mapping
                .as_ref()
                .filter(|mapping| !mapping.create_missing)
                .map(|mapping| mapping.relations(&schema()))
        });
        found
            .filter(|found| !found.is_empty())
            .map(|found| found.iter().map(|entity| plural(entity)).collect::<Vec<_>>().join(" · "))
    };
    let differing = preview.differing;
    let differs = move || differing > 0;
    let refused = move || {
        let kinds = refused_kinds(work);
        (!kinds.is_empty()).then(|| kinds.iter().map(|kind| plural(kind)).collect::<Vec<_>>().join(" · "))
    };
    view! {
        {move || {
            refused()
                .map(|list| {
                    view! {
                        <p class="notice" data-tone="warning" role="alert">
                            {icon(icons::ALERT)} <span>{move || tr("import.problem.may_not_create", &[("list", &list)])}</span>
                        </p>
                    }
                })
        }}
        <Show when=differs>
            <p class="notice">
                {icon(icons::INFO)} <span>{move || tr("import.preview.differing", &[("count", &format::number(differing as i64))])}</span>
            </p>
        </Show>
        <Show when=lacks_history>
            <p class="notice" data-tone="warning">
                {icon(icons::ALERT)} <span>{move || tr("import.history.missing", &[("count", &format::number(history as i64))])}</span>
            </p>
        </Show>
        {move || {
            relations()
                .map(|list| {
                    view! {
                        <p class="notice">{icon(icons::INFO)} <span>{move || tr("import.map.only_known", &[("list", &list)])}</span></p>
                    }
                })
        }}
    }
}

/// Kinds that the rows describe and the reader may not create: the whole import would be refused.
fn refused_kinds(work: Work) -> Vec<String> {
    let Some(role) = role() else { return Vec::new() };
    let kinds = work.mapping.with(|mapping| {
        let wanted = mapping.as_ref().filter(|mapping| mapping.create_missing);
        wanted.map(|mapping| mapping.kinds(&schema())).unwrap_or_default()
    });
    kinds.into_iter().filter(|kind| role.level(kind, Act::Create) == Level::None).collect()
}

/// Problems of one kind at one field, with the rows they are in.
#[component]
fn Problems(preview: Arc<Preview>, entity: String) -> impl IntoView {
    if preview.problems.is_empty() {
        return ().into_any();
    }
    let mut kinds: BTreeMap<(String, String, String), Vec<u32>> = BTreeMap::new();
    let mut said = BTreeMap::new();
    for found in &preview.problems {
        let problem = &found.problem;
        let text = problem.args.get("text").cloned().unwrap_or_default();
        let key = (problem.field.clone().unwrap_or_default(), problem.key.clone(), text);
        said.entry(key.clone()).or_insert_with(|| problem.clone());
        kinds.entry(key).or_default().push(found.line);
    }
    let more = kinds.len().saturating_sub(KINDS);
    let row = move |((field, key, text), lines): ((String, String, String), Vec<u32>)| {
        let problem = said.get(&(field.clone(), key, text.clone())).cloned();
        let entity = entity.clone();
        let title = move || {
            let what = problem.as_ref().map(problem_text).unwrap_or_default();
            if text.is_empty() {
                format!("{} · {what}", field_name(&entity, &field))
            } else {
                tr(
                    "import.problem.cell",
                    &[("field", &field_name(&entity, &field)), ("text", &text), ("problem", &what)],
                )
            }
        };
        let some = lines.iter().take(8).map(u32::to_string).collect::<Vec<_>>().join(", ");
        let dots = if lines.len() > 8 { "…" } else { "" };
        let sub = move || tr("import.row", &[("row", &format!("{some}{dots}"))]);
        view! {
            <li class="row">
                <span class="row-text">
                    <span class="row-title row-sub-wrap">{title}</span>
                    <span class="row-sub">{sub}</span>
                </span>
            </li>
        }
    };
    view! {
        <section>
            <h2 class="group-title" data-tone="danger">{t("import.preview.problem_list")}</h2>
            <ul class="group">{kinds.into_iter().take(KINDS).map(row).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="list-note">{move || tr("board.more", &[("count", &format::number(more as i64))])}</p> })}
        </section>
    }
    .into_any()
}

/// A cell as the record will show it.
fn shown(schema: &Schema, field: &Field, text: &str, formats: &TextFormats) -> String {
    let behaviour = field.kind.behaviour();
    if let Some(option) = behaviour.options(schema).into_iter().find(|option| option.id == text) {
        return label(&option.label);
    }
    if field.kind.relation_target().is_some() {
        return text.to_owned();
    }
    match with_reading(schema, |reading| behaviour.read_text(text, formats, reading)) {
        Ok(Value::Money(money)) => {
            format::money(money.minor, money.currency.code(), money.currency.minor_digits())
        }
        Ok(Value::Date(date)) => {
            format::day_with_year(date.naive().year(), date.naive().month(), date.naive().day())
        }
        Ok(Value::Text(text)) => text,
        Ok(value @ (Value::Bool(_) | Value::List(_) | Value::Address(_))) => {
            crate::fields::text(field, &value.to_json())
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}

#[component]
fn FirstRows(preview: Arc<Preview>, mapping: Mapping) -> impl IntoView {
    let schema = schema_now();
    let Some(entity) = schema.entity(&mapping.entity).cloned() else { return ().into_any() };
    let own = entity.form_fields().into_iter().filter(|field| {
        mapping.column_of(&field.id).is_some()
            || (field.id == entity.title && mapping.composes_title(&schema))
    });
    let mut fields: Vec<(String, Field)> = own.map(|field| (field.id.clone(), field.clone())).collect();
    // What no form has, as since when a record stands in its stage, and what rows say of other records.
    let further = places(&schema, &entity).into_iter().map(|place| (place.path(), place.field.clone()));
    let is_new = |(path, _): &(String, Field)| {
        mapping.column_of(path).is_some() && !fields.iter().any(|(known, _)| known == path)
    };
    let further: Vec<(String, Field)> = further.filter(is_new).collect();
    fields.extend(further);
    let formats = mapping.formats();
    let head = fields
        .iter()
        .map(|(path, field)| {
            let (entity, path) = (entity.id.clone(), path.clone());
            let number =
                matches!(field.kind, FieldKind::Money(_) | FieldKind::Integer(_) | FieldKind::Decimal(_));
            view! { <th scope="col" class:cell-number=number>{move || field_name(&entity, &path)}</th> }
        })
        .collect_view();
    let rows = preview
        .rows
        .iter()
        .map(|row| {
            let cells = fields
                .iter()
                .map(|(path, field)| {
                    let number = matches!(
                        field.kind,
                        FieldKind::Money(_) | FieldKind::Integer(_) | FieldKind::Decimal(_)
                    );
                    let wrong =
                        row.problems.iter().any(|problem| problem.field.as_deref() == Some(path.as_str()));
                    let (schema, field, formats) = (schema.clone(), field.clone(), formats.clone());
                    let text = row.cells.get(path).cloned();
                    let text = move || text.as_ref().map(|text| shown(&schema, &field, text, &formats));
                    view! { <td class:cell-number=number data-wrong=wrong.then_some("true")>{text}</td> }
                })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="cell-number soft">{row.line}</th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2 class="group-title" id="first-rows">{t("import.preview.first")}</h2>
            <div class="sheet-table" role="region" aria-labelledby="first-rows" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="cell-number">{t("import.preview.line")}</th>
                            {head}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
