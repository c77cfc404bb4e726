use domain::fields::{FieldType as _, MAX_FILES, MAX_STARS};
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use leptos::prelude::*;

use super::define::{define_all, submit};
use super::effects::{Effects, Retiring};
use super::field_form::{DECIMALS, Form, TYPES, WITH_OPTIONS, layout_without};
use super::layout::Standing;
use super::naming::NamingFields;
use super::options::Options;
use crate::components::{Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, Switch, TextInput};
use crate::i18n::{label, t, tr};
use crate::pages::more::Problems;
use crate::state::session::{schema, schema_now, today};

/// One field: its names, whether it must be filled, its choices; for a new one, its type.
#[component]
pub fn FieldSheet(entity: String, id: Option<String>, open: RwSignal<bool>) -> impl IntoView {
    let is_new = id.is_none();
    let (entity, id) = (StoredValue::new(entity), StoredValue::new(id));
    let name = move || {
        let schema = schema();
        let known = id.with_value(|id| {
            entity.with_value(|entity| {
                schema.entity(entity)?.field(id.as_deref()?).map(|field| label(&field.label))
            })
        });
        known.unwrap_or_else(|| tr("definition.add", &[]))
    };
    view! {
        <Sheet open title=name close=t("action.close")>
            <Body entity=entity.get_value() id=id.get_value() open is_new />
        </Sheet>
    }
}

#[component]
fn Body(entity: String, id: Option<String>, open: RwSignal<bool>, is_new: bool) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let field = StoredValue::new(
        entity.with_value(|entity| schema_now().entity(entity)?.field(id.as_deref()?).cloned()),
    );
    let always_required = entity.with_value(|entity| {
        let schema = schema_now();
        schema.entity(entity).zip(id.as_ref()).is_some_and(|(entity, id)| entity.always_requires(id))
    });
    // Nothing of it for a new field, which goes to the end, and for what stands in a place of its own.
    let placed = field.with_value(|field| {
        let field = field.as_ref()?;
        let layout = entity.with_value(|entity| layout_without(entity, field))?;
        layout.knows(&field.id).then(|| layout.standing(&field.id))
    });
    let form = field.with_value(|field| Form::of(field.as_ref(), placed.unwrap_or(Standing::AtOnce)));
    let system = field.with_value(|field| field.as_ref().is_some_and(|field| field.system));
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let at = move |place: &'static str| problems.at(place);
    // What belongs to no input of this sheet is said at its end.
    let rest = problems.rest(&["label", "type", "options", "format", "start", "min", "max", "scale"]);
    let send = move |changes: Vec<DefinitionChange>| {
        if changes.is_empty() {
            open.set(false);
            return;
        }
        submit(pending, problems, define_all(changes), move || {
            open.try_set(false);
        });
    };
    let wished =
        move || entity.with_value(|entity| field.with_value(|field| form.changes(entity, field.as_ref())));
    let meaning = Signal::derive(move || {
        let schema = schema();
        wished().iter().flat_map(|change| effects(&schema, change)).collect::<Vec<_>>()
    });
    let save = move || {
        let changes = untrack(wished);
        send(changes);
    };
    let retire = move |()| {
        if let Some(field) = field.with_value(|field| field.as_ref().map(|field| field.id.clone())) {
            send(vec![DefinitionChange::RetireField { entity: entity.get_value(), field }]);
        }
    };
    let may_retire = field.with_value(|field| field.as_ref().is_some_and(|field| field.custom));
    let custom = is_new || may_retire;
    let personal = Memo::new(move |_| form.kind().behaviour().may_be_personal());
    // Whoever adds a phone or an e-mail address mostly means somebody's.
    let choose_type = move |code: String| {
        form.personal.set(code == "phone" || code == "email");
        form.code.set(code);
    };
    let types: Vec<Choice> =
        TYPES.iter().map(|code| Choice::new(*code, move || tr(&format!("field.type.{code}"), &[]))).collect();
    let targets = Signal::derive(move || {
        let schema = schema();
        schema
            .entities
            .iter()
            .filter(|entity| entity.listed || entity.id == "team")
            .map(|entity| Choice::new(entity.id.clone(), label(&entity.label)))
            .collect::<Vec<_>>()
    });
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <NamingFields naming=form.naming problems />
            {is_new
                .then(|| {
                    view! {
                        <Field label=t("definition.type") problem=at("type")>
                            <Select value=form.code choices=types on_choose=choose_type />
                        </Field>
                        <Show when=move || form.code.with(|code| code == "file")>
                            <Switch
                                label=t("definition.files.photos")
                                help=t("definition.files.photos.help")
                                value=form.photos_only
                                on_change=move |photos_only| form.photos_only.set(photos_only)
                            />
                            <Field label=t("definition.files.max")>
                                <Select
                                    value=form.files
                                    choices=counts(1, MAX_FILES)
                                    on_choose=move |files| form.files.set(files)
                                />
                            </Field>
                        </Show>
                        <Show when=move || form.code.with(|code| code == "relation")>
                            <Field label=t("definition.target")>
                                <Select value=form.target choices=targets on_choose=move |target| form.target.set(target) />
                            </Field>
                        </Show>
                    }
                })}
            <Show when=move || custom && form.code.with(|code| code == "decimal" || code == "percent")>
                <Decimals form problem=at("scale") />
            </Show>
            <Show when=move || custom && form.code.with(|code| code == "text")>
                <Field label=t("definition.length") problem=at("max")>
                    <TextInput value=form.length inputmode="numeric" autocomplete="off" />
                </Field>
            </Show>
            <Show when=move || custom && form.code.with(|code| code == "integer")>
                <Field label=t("definition.min") problem=at("min")>
                    <TextInput value=form.min autocomplete="off" />
                </Field>
                <Field label=t("definition.max") problem=at("max")>
                    <TextInput value=form.max autocomplete="off" />
                </Field>
            </Show>
            <Show when=move || custom && form.code.with(|code| code == "rating")>
                <Field label=t("definition.stars") problem=at("max")>
                    <Select value=form.stars choices=counts(2, MAX_STARS) on_choose=move |stars| form.stars.set(stars) />
                </Field>
            </Show>
            <Show when=move || custom && form.code.with(|code| code == "auto_number")>
                <NumberFormat form format_problem=at("format") start_problem=at("start") />
            </Show>
            <Show when=move || custom && personal.get()>
                <Switch
                    label=t("definition.personal")
                    help=t("definition.personal.help")
                    value=form.personal
                    on_change=move |personal| form.personal.set(personal)
                />
            </Show>
            <Show when=move || form.code.with(|code| WITH_OPTIONS.contains(&code.as_str()))>
                <Options drafts=form.options tree=Signal::derive(move || form.code.with(|code| code == "tree_choice")) />
                <FormProblem problem=at("options") />
            </Show>
            // The system fills in what it gives.
            <Show when=move || !always_required && form.code.with(|code| code != "auto_number")>
                <Switch
                    label=t("definition.required")
                    help=t("definition.required.help")
                    value=form.required
                    on_change=move |required| form.required.set(required)
                />
            </Show>
            <Show when=move || placed.is_some() && !always_required && !form.required.get()>
                <Field label=t("definition.standing") help=t("definition.standing.help")>
                    <Select value=form.standing choices=standings(system) on_choose=move |code| form.standing.set(code) />
                </Field>
            </Show>
            <Effects effects=meaning />
            <FormProblem problem=rest />
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
            {may_retire
                .then(|| {
                    view! {
                        <Button label=t("definition.remove") kind=ButtonKind::DangerQuiet pending on_press=retire />
                        <Retiring entity=entity.get_value() field=field.with_value(|field| field.as_ref().map(|field| field.id.clone()).unwrap_or_default()) />
                    }
                })}
        </form>
    }
}

fn standings(system: bool) -> Vec<Choice> {
    let offered = Standing::ALL.into_iter().filter(|standing| standing.is_for(system));
    offered.map(|standing| Choice::new(standing.code(), t(standing.key_for(system)))).collect()
}

/// Whole numbers to choose from.
fn counts(from: i64, to: i64) -> Vec<Choice> {
    (from..=to).map(|count| Choice::new(count.to_string(), count.to_string())).collect()
}

#[component]
fn Decimals(form: Form, problem: Signal<Option<String>>) -> impl IntoView {
    let choices =
        Signal::derive(
            move || {
                if form.code.with(|code| code == "percent") { counts(0, 4) } else { counts(1, 6) }
            },
        );
    // What a percentage may have, a decimal number may not.
    Effect::new(move |_| {
        let known =
            choices.get().iter().any(|choice| form.decimals.with(|decimals| *decimals == choice.value));
        if !known {
            form.decimals.set(DECIMALS.to_string());
        }
    });
    view! {
        <Field label=t("definition.decimals") problem>
            <Select value=form.decimals choices on_choose=move |decimals| form.decimals.set(decimals) />
        </Field>
    }
}

/// How a number looks, with the first one as it will be.
#[component]
fn NumberFormat(
    form: Form,
    format_problem: Signal<Option<String>>,
    start_problem: Signal<Option<String>>,
) -> impl IntoView {
    let words = [("number", "{0000}"), ("year", "{year}"), ("month", "{month}")];
    let example = move || {
        let kind = form.auto_number();
        let sound = kind.check_settings().is_empty();
        sound.then(|| {
            let first = kind.numbering(today()).write(u64::from(kind.start));
            view! { <p class="field-help" role="status">{tr("definition.number.example", &[("number", &first)])}</p> }
        })
    };
    view! {
        <Field
            label=t("definition.number.format")
            help=move || tr("definition.number.format.help", &words)
            problem=format_problem
        >
            <TextInput value=form.format autocomplete="off" />
        </Field>
        <Field label=t("definition.number.start") problem=start_problem>
            <TextInput value=form.start inputmode="numeric" autocomplete="off" />
        </Field>
        {example}
        <p class="field-help">{t("definition.number.help")}</p>
    }
}
