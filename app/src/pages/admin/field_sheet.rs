use domain::fields::FieldKind;
use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Field as Definition, Label};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::define::define_all;
use super::effects::Retiring;
use super::options::{Draft, Options, options_of};
use super::type_code;
use crate::components::{Button, ButtonKind, Choice, Field, FormProblem, Select, Sheet, Switch, TextInput};
use crate::i18n::{label, problem_text, t, tr};
use crate::state::session::{schema, schema_now};
use crate::state::time::new_id;

/// Types a new field can have, the most frequent first.
const TYPES: [&str; 11] = [
    "text",
    "long_text",
    "choice",
    "date",
    "integer",
    "decimal",
    "money",
    "phone",
    "email",
    "relation",
    "user",
];
/// Characters of a one-line text.
const TEXT_MAX: u32 = 300;
const DECIMALS: u32 = 2;

/// What is being written into the sheet.
#[derive(Clone, Copy)]
struct Form {
    zh: RwSignal<String>,
    en: RwSignal<String>,
    code: RwSignal<String>,
    target: RwSignal<String>,
    required: RwSignal<bool>,
    options: RwSignal<Vec<Draft>>,
}

impl Form {
    fn of(field: Option<&Definition>) -> Self {
        let text = |text: Option<&String>| RwSignal::new(text.cloned().unwrap_or_default());
        let options = match field.map(|field| &field.kind) {
            Some(FieldKind::Choice(choice)) => choice.options.iter().map(Draft::of).collect(),
            _ => Vec::new(),
        };
        Self {
            zh: text(field.map(|field| &field.label.zh)),
            en: text(field.map(|field| &field.label.en)),
            code: RwSignal::new(field.map_or_else(|| TYPES[0].to_owned(), |field| type_code(&field.kind))),
            target: RwSignal::new("account".to_owned()),
            required: RwSignal::new(field.is_some_and(|field| field.required)),
            options: RwSignal::new(options),
        }
    }

    /// Somebody who speaks one language names a field once.
    fn label(self) -> Label {
        let (zh, en) = (self.zh.get_untracked().trim().to_owned(), self.en.get_untracked().trim().to_owned());
        Label {
            zh: if zh.is_empty() { en.clone() } else { zh.clone() },
            en: if en.is_empty() { zh } else { en },
        }
    }

    fn kind(self) -> FieldKind {
        match self.code.get_untracked().as_str() {
            "long_text" => FieldKind::long_text(),
            "choice" => FieldKind::Choice(domain::fields::Choice { options: options_of(self.options) }),
            "date" => FieldKind::date(),
            "integer" => FieldKind::integer(None, None),
            "decimal" => FieldKind::decimal(DECIMALS),
            "money" => FieldKind::money(),
            "phone" => FieldKind::phone(),
            "email" => FieldKind::email(),
            "relation" => FieldKind::relation(&self.target.get_untracked()),
            "user" => FieldKind::user(),
            _ => FieldKind::text(TEXT_MAX),
        }
    }

    fn changes(self, entity: &str, old: Option<&Definition>) -> Vec<DefinitionChange> {
        let (entity, label, required) = (entity.to_owned(), self.label(), self.required.get_untracked());
        let Some(old) = old else {
            let (personal, system, custom, retired) = (false, false, true, false);
            let field = Definition {
                id: new_field_id(),
                label,
                kind: self.kind(),
                required,
                personal,
                system,
                custom,
                retired,
            };
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
        if let FieldKind::Choice(choice) = &old.kind {
            let options = options_of(self.options);
            if options != choice.options {
                changes.push(DefinitionChange::SetOptions { entity, field, options });
            }
        }
        changes
    }
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
    let is_title = entity.with_value(|entity| {
        schema_now().entity(entity).is_some_and(|entity| Some(&entity.title) == id.as_ref())
    });
    let form = field.with_value(|field| Form::of(field.as_ref()));
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
        let placed = ["label", "options"];
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
    let save = move || {
        let changes =
            entity.with_value(|entity| field.with_value(|field| form.changes(entity, field.as_ref())));
        send(changes);
    };
    let retire = move |()| {
        if let Some(field) = field.with_value(|field| field.as_ref().map(|field| field.id.clone())) {
            send(vec![DefinitionChange::RetireField { entity: entity.get_value(), field }]);
        }
    };
    let may_retire = field.with_value(|field| field.as_ref().is_some_and(|field| field.custom));
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
                            <Select value=form.code choices=types on_choose=move |code| form.code.set(code) />
                        </Field>
                        <Show when=move || form.code.with(|code| code == "relation")>
                            <Field label=t("definition.target")>
                                <Select value=form.target choices=targets on_choose=move |target| form.target.set(target) />
                            </Field>
                        </Show>
                    }
                })}
            <Show when=move || form.code.with(|code| code == "choice")>
                <Options drafts=form.options />
                <FormProblem problem=at("options") />
            </Show>
            {(!is_title)
                .then(|| {
                    view! {
                        <Switch
                            label=t("definition.required")
                            help=t("definition.required.help")
                            value=form.required
                            on_change=move |required| form.required.set(required)
                        />
                    }
                })}
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
