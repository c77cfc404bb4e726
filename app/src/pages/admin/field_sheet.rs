use domain::fields::{Adjustment, AutoNumber, FieldKind, FieldType as _, MAX_FILES, MAX_STARS};
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::effects::effects;
use domain::schema::{Field as Definition, Label};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::define::define_all;
use super::effects::{Effects, Retiring};
use super::layout::{Layout, Standing};
use super::options::{Draft, Options, drafts_of, options_of};
use super::type_code;
use crate::components::{Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, Switch, TextInput};
use crate::i18n::{label, problem_text, t, tr};
use crate::state::session::{schema, schema_now, today};
use crate::state::time::new_id;

/// Types a new field can have, the most frequent first.
const TYPES: [&str; 23] = [
    "text",
    "long_text",
    "choice",
    "choices",
    "checkbox",
    "date",
    "instant",
    "integer",
    "decimal",
    "percent",
    "money",
    "phone",
    "email",
    "url",
    "address",
    "file",
    "tags",
    "rating",
    "duration",
    "tree_choice",
    "auto_number",
    "relation",
    "user",
];
/// Types whose options are written here.
const WITH_OPTIONS: [&str; 3] = ["choice", "choices", "tree_choice"];
/// Characters of a one-line text.
const TEXT_MAX: u32 = 300;
/// Decimals of a new field, until somebody chooses.
const DECIMALS: u32 = 2;
const STARS: i64 = 5;
/// Files of a new field, until somebody chooses.
const FILES: i64 = 5;
/// How numbers look until somebody says otherwise.
const NUMBER_FORMAT: &str = "{year}-{0000}";

/// What is being written into the sheet.
#[derive(Clone, Copy)]
struct Form {
    zh: RwSignal<String>,
    en: RwSignal<String>,
    code: RwSignal<String>,
    target: RwSignal<String>,
    required: RwSignal<bool>,
    options: RwSignal<Vec<Draft>>,
    personal: RwSignal<bool>,
    min: RwSignal<String>,
    max: RwSignal<String>,
    length: RwSignal<String>,
    decimals: RwSignal<String>,
    stars: RwSignal<String>,
    format: RwSignal<String>,
    start: RwSignal<String>,
    files: RwSignal<String>,
    photos_only: RwSignal<bool>,
    /// A code of where it stands on forms and the record's page, for a field that may stay empty.
    standing: RwSignal<String>,
}

impl Form {
    fn of(field: Option<&Definition>, standing: Standing) -> Self {
        let text = |text: Option<&String>| RwSignal::new(text.cloned().unwrap_or_default());
        // What is set now, in the controls of its type; the others begin as for a new field.
        let now = field.and_then(|field| field.kind.behaviour().adjustment());
        let code = field.map_or_else(|| TYPES[0].to_owned(), |field| type_code(&field.kind));
        let set = |of: &str, what: fn(&Adjustment) -> Option<String>, otherwise: &str| {
            let known = now.as_ref().filter(|_| code == of).map(|now| what(now).unwrap_or_default());
            RwSignal::new(known.unwrap_or_else(|| otherwise.to_owned()))
        };
        let min = |now: &Adjustment| now.min.map(|min| min.to_string());
        let max = |now: &Adjustment| now.max.map(|max| max.to_string());
        let options = field.map(|field| drafts_of(field.kind.all_options())).unwrap_or_default();
        Self {
            zh: text(field.map(|field| &field.label.zh)),
            en: text(field.map(|field| &field.label.en)),
            target: RwSignal::new("account".to_owned()),
            required: RwSignal::new(field.is_some_and(|field| field.required)),
            options: RwSignal::new(options),
            personal: RwSignal::new(field.is_some_and(|field| field.personal)),
            min: set("integer", min, ""),
            max: set("integer", max, ""),
            length: set("text", max, &TEXT_MAX.to_string()),
            decimals: RwSignal::new(DECIMALS.to_string()),
            stars: set("rating", max, &STARS.to_string()),
            format: set("auto_number", |now| now.format.clone(), NUMBER_FORMAT),
            start: set("auto_number", |now| now.start.map(|start| start.to_string()), "1"),
            code: RwSignal::new(code),
            files: RwSignal::new(FILES.to_string()),
            photos_only: RwSignal::new(false),
            standing: RwSignal::new(standing.code().to_owned()),
        }
    }

    fn auto_number(self) -> AutoNumber {
        AutoNumber {
            format: self.format.get().trim().to_owned(),
            // What is no number cannot be a start: it is refused as one that is too high.
            start: plain(self.start).parse().unwrap_or(u32::MAX),
        }
    }

    /// Somebody who speaks one language names a field once.
    fn label(self) -> Label {
        let (zh, en) = (self.zh.get().trim().to_owned(), self.en.get().trim().to_owned());
        Label {
            zh: if zh.is_empty() { en.clone() } else { zh.clone() },
            en: if en.is_empty() { zh } else { en },
        }
    }

    fn kind(self) -> FieldKind {
        match self.code.get().as_str() {
            "long_text" => FieldKind::long_text(),
            "choice" => FieldKind::Choice(domain::fields::Choice { options: options_of(self.options) }),
            "choices" => FieldKind::choices(options_of(self.options)),
            "tree_choice" => FieldKind::tree_choice(options_of(self.options)),
            "checkbox" => FieldKind::checkbox(),
            "date" => FieldKind::date(),
            "instant" => FieldKind::instant(),
            "integer" => FieldKind::integer(bound(self.min), bound(self.max)),
            "decimal" => FieldKind::decimal(number(self.decimals, DECIMALS)),
            "percent" => FieldKind::percent(number(self.decimals, DECIMALS)),
            "url" => FieldKind::url(),
            "address" => FieldKind::address(),
            "tags" => FieldKind::tags(),
            "rating" => FieldKind::rating(number(self.stars, STARS)),
            "duration" => FieldKind::duration(),
            "auto_number" => FieldKind::AutoNumber(self.auto_number()),
            "file" => FieldKind::file(self.photos_only.get_untracked(), number(self.files, FILES)),
            "money" => FieldKind::money(),
            "phone" => FieldKind::phone(),
            "email" => FieldKind::email(),
            "relation" => FieldKind::relation(&self.target.get()),
            "user" => FieldKind::user(),
            // What is no length is refused as one that is too long.
            _ => FieldKind::text(plain(self.length).parse().unwrap_or(u32::MAX)),
        }
    }

    fn changes(self, entity: &str, old: Option<&Definition>) -> Vec<DefinitionChange> {
        let (entity, label, required) = (entity.to_owned(), self.label(), self.required.get());
        let Some(old) = old else {
            let (system, custom, retired) = (false, true, false);
            let kind = self.kind();
            let personal = self.personal.get() && kind.behaviour().may_be_personal();
            let field =
                Definition { id: new_field_id(), label, kind, required, personal, system, custom, retired };
            return vec![DefinitionChange::AddField { entity, field }];
        };
        let mut changes = Vec::new();
        let field = old.id.clone();
        if label != old.label {
            changes.push(DefinitionChange::RenameField {
                entity: entity.clone(),
                field: field.clone(),
                label,
            });
        }
        if required != old.required {
            changes.push(DefinitionChange::SetRequired {
                entity: entity.clone(),
                field: field.clone(),
                required,
            });
        }
        let wished = if old.custom { self.kind().behaviour().adjustment() } else { None };
        if let Some(settings) =
            wished.filter(|wished| Some(wished) != old.kind.behaviour().adjustment().as_ref())
        {
            changes.push(DefinitionChange::SetField {
                entity: entity.clone(),
                field: field.clone(),
                settings,
            });
        }
        let personal = self.personal.get();
        if old.custom && personal != old.personal {
            changes.push(DefinitionChange::SetPersonal {
                entity: entity.clone(),
                field: field.clone(),
                personal,
            });
        }
        if WITH_OPTIONS.contains(&type_code(&old.kind).as_str()) {
            let options = options_of(self.options);
            let offered = old.kind.all_options().iter().filter(|option| !option.retired);
            if !offered.eq(&options) {
                let entity = entity.clone();
                changes.push(DefinitionChange::SetOptions { entity, field, options });
            }
        }
        // Last, when it is no longer required.
        changes.extend((!required).then(|| self.arrangement(&entity, old)).flatten());
        changes
    }

    /// The layout with the field where it is wished, if that is another place.
    fn arrangement(self, entity: &str, field: &Definition) -> Option<DefinitionChange> {
        let mut layout = layout_without(entity, field)?;
        let wished = Standing::of_code(&self.standing.get())?;
        if !layout.knows(&field.id) || layout.standing(&field.id) == wished {
            return None;
        }
        layout.stand(&field.id, wished);
        Some(layout.change(entity))
    }
}

/// The layout as it will be when this field may stay empty.
fn layout_without(entity: &str, field: &Definition) -> Option<Layout> {
    let mut entity = schema_now().entity(entity)?.clone();
    let known = entity.fields.iter_mut().find(|known| known.id == field.id)?;
    known.required = false;
    Some(Layout::of(&entity))
}

/// What was typed as a number, in any width.
fn plain(text: RwSignal<String>) -> String {
    text.with(|text| text.trim().chars().map(domain::text::half_width).collect())
}

/// A limit, if there is one. What is no number is refused as one that is too far.
fn bound(text: RwSignal<String>) -> Option<i64> {
    let text = plain(text);
    (!text.is_empty()).then(|| text.parse().unwrap_or(i64::MAX))
}

/// A number out of a list of choices.
fn number<N: std::str::FromStr>(text: RwSignal<String>, otherwise: N) -> N {
    text.with(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn new_field_id() -> String {
    // The last twelve digits of an id are random.
    let digits: String = new_id().to_string().chars().filter(|c| *c != '-').skip(20).collect();
    format!("f_{digits}")
}

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
    let problems = RwSignal::new(Vec::<Problem>::new());
    let at = move |place: &'static str| {
        Signal::derive(move || {
            let found = problems.with(|problems| {
                problems.iter().find(|problem| problem.field.as_deref() == Some(place)).cloned()
            });
            found.map(|problem| problem_text(&problem))
        })
    };
    // What belongs to no input of this sheet is said at its end.
    let rest = Signal::derive(move || {
        let placed = ["label", "options", "format", "start", "min", "max"];
        let others = problems.with(|problems| {
            problems
                .iter()
                .filter(|problem| !problem.field.as_deref().is_some_and(|field| placed.contains(&field)))
                .cloned()
                .collect::<Vec<_>>()
        });
        (!others.is_empty()).then(|| others.iter().map(problem_text).collect::<Vec<_>>().join(" · "))
    });
    let send = move |changes: Vec<DefinitionChange>| {
        if changes.is_empty() {
            open.set(false);
            return;
        }
        pending.set(true);
        spawn_local(async move {
            let outcome = define_all(changes).await;
            pending.set(false);
            match outcome {
                Ok(()) => open.set(false),
                Err(found) => problems.set(found),
            }
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
                if !pending.get_untracked() {
                    save();
                }
            }
        >
            <Field label=t("definition.label.zh") problem=at("label")>
                <TextInput value=form.zh />
            </Field>
            <Field label=t("definition.label.en") help=t("definition.label.help")>
                <TextInput value=form.en />
            </Field>
            {is_new
                .then(|| {
                    view! {
                        <Field label=t("definition.type") problem=at("type")>
                            <Select value=form.code choices=types on_choose=choose_type />
                        </Field>
                        <Show when=move || form.code.with(|code| code == "decimal" || code == "percent")>
                            <Decimals form />
                        </Show>
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
fn Decimals(form: Form) -> impl IntoView {
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
        <Field label=t("definition.decimals")>
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
