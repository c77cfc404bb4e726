//! The form of any kind of record: its fields in the order of the definition, each problem at its field.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::Code;
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::message::Problem;
use domain::schema::{Entity, Field as Definition};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde_json::Value as Json;

use super::ConflictSheet;
use crate::components::{Button, ButtonKind, Field, FormProblem, icon, icons};
use crate::fields;
use crate::i18n::{label, problem_text, say, t, tr};
use crate::pages::Page;
use crate::routes;
use crate::state::foresee::problem_of;
use crate::state::outbox::{self, Note, Outcome};
use crate::state::session::{me, schema_now};
use crate::state::{app, time};

/// As long as a form waits for the server before it goes on and leaves the rest to the outbox.
const PATIENCE_MS: i32 = 6_000;
/// Fields that stand first on a form whose layout nobody has arranged.
const FIRST_FIELDS: usize = 6;

/// What is in the fields, and what is wrong with it.
#[derive(Clone)]
struct Form {
    definition: Entity,
    values: BTreeMap<String, RwSignal<Json>>,
    /// Fields somebody has been in: only they are marked before the first attempt to save.
    visited: RwSignal<BTreeSet<String>>,
    tried: RwSignal<bool>,
    /// What planner or server found, until the field changes.
    found: RwSignal<Vec<Problem>>,
    pending: RwSignal<bool>,
}

impl Form {
    fn new(definition: &Entity, initial: &Wire) -> Self {
        let ids = definition.form_fields().into_iter().map(|field| field.id.clone());
        let values: BTreeMap<_, _> = ids
            .map(|id| (id.clone(), RwSignal::new(initial.get(&id).cloned().unwrap_or(Json::Null))))
            .collect();
        let found = RwSignal::new(Vec::<Problem>::new());
        for (id, value) in &values {
            let id = id.clone();
            let value = *value;
            Effect::new(move |before: Option<()>| {
                value.track();
                if before.is_some() {
                    found.update(|found| found.retain(|problem| problem.field.as_deref() != Some(&id)));
                }
            });
        }
        Self {
            definition: definition.clone(),
            values,
            visited: RwSignal::default(),
            tried: RwSignal::new(false),
            found,
            pending: RwSignal::new(false),
        }
    }

    fn wire(&self) -> Wire {
        self.values.iter().map(|(id, value)| (id.clone(), value.get_untracked())).collect()
    }

    fn problem(&self, field: &Definition) -> Signal<Option<String>> {
        let (field, found, visited, tried) = (field.clone(), self.found, self.visited, self.tried);
        let Some(value) = self.values.get(&field.id).copied() else { return Signal::stored(None) };
        Signal::derive(move || {
            let told = found.with(|found| {
                found.iter().find(|problem| problem.field.as_deref() == Some(&field.id)).cloned()
            });
            let seen = tried.get() || visited.with(|visited| visited.contains(&field.id));
            let own = || seen.then(|| value.with(|json| problem_of(&schema_now(), &field, json))).flatten();
            told.or_else(own).as_ref().map(problem_text)
        })
    }

    /// Problems without a place on the form.
    fn summary(&self) -> Signal<Option<String>> {
        let (found, ids) = (self.found, self.values.keys().cloned().collect::<BTreeSet<_>>());
        Signal::derive(move || {
            let placeless = found.with(|found| {
                let rest = found
                    .iter()
                    .filter(|problem| problem.field.as_ref().is_none_or(|field| !ids.contains(field)));
                rest.map(problem_text).collect::<Vec<_>>().join(" · ")
            });
            (!placeless.is_empty()).then_some(placeless)
        })
    }

    /// Marks everything that is wrong as far as the fields themselves say. Whether nothing is.
    fn is_sound(&self) -> bool {
        self.tried.set(true);
        let schema = schema_now();
        let wrong = |field: &&Definition| {
            self.values
                .get(&field.id)
                .is_some_and(|value| value.with_untracked(|json| problem_of(&schema, field, json).is_some()))
        };
        !self.definition.form_fields().iter().any(wrong)
    }

    fn refuse(&self, code: Option<Code>, problems: Vec<Problem>) {
        let problems = match (problems.is_empty(), code) {
            (true, Some(code)) => vec![Problem::new(code.message_key())],
            _ => problems,
        };
        self.found.set(problems);
        focus_first_problem();
    }
}

/// Somebody who cannot see the red line hears of it: the first marked control takes the focus.
fn focus_first_problem() {
    request_animation_frame(|| {
        use wasm_bindgen::JsCast;
        let marked = document().query_selector("form [aria-invalid=true]").ok().flatten();
        if let Some(control) = marked.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = control.focus();
        }
    });
}

#[component]
fn FormFields(form: Form, first: Vec<String>, #[prop(into)] on_submit: Callback<()>) -> impl IntoView {
    let row = {
        let form = form.clone();
        move |field: &Definition| {
            let Some(value) = form.values.get(&field.id).copied() else { return ().into_any() };
            let (text, id, visited) = (field.label.clone(), field.id.clone(), form.visited);
            let left = move |_| {
                visited.update(|visited| {
                    visited.insert(id.clone());
                })
            };
            let class = if fields::is_wide(field) { "field-wide" } else { "field-cell" };
            let (required, problem) = (field.required, form.problem(field));
            let field = field.clone();
            view! {
                <div class=class on:focusout=left>
                    <Field label=move || label(&text) required problem>
                        {fields::input(&field, value)}
                    </Field>
                </div>
            }
            .into_any()
        }
    };
    let all: Vec<Definition> = form.definition.form_fields().into_iter().cloned().collect();
    let (shown, more): (Vec<_>, Vec<_>) = all.into_iter().partition(|field| first.contains(&field.id));
    let (more_ids, found) = (more.iter().map(|field| field.id.clone()).collect::<Vec<_>>(), form.found);
    // A problem in a closed part opens it.
    let open = Memo::new(move |_| {
        found.with(|found| {
            found.iter().any(|problem| problem.field.as_ref().is_some_and(|field| more_ids.contains(field)))
        })
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_submit.run(());
    };
    view! {
        <form class="form form-box" id="record-form" novalidate on:submit=submit>
            <FormProblem problem=form.summary() />
            <div class="form form-grid">{shown.iter().map(&row).collect_view()}</div>
            {(!more.is_empty())
                .then(|| {
                    view! {
                        <details class="form-more" prop:open=open>
                            <summary>{t("record.more_fields")} {icon(icons::CHEVRON_DOWN)}</summary>
                            <div class="form form-grid">{more.iter().map(&row).collect_view()}</div>
                        </details>
                    }
                })}
        </form>
    }
}

/// The fields that stand in the open: those that are required, arranged or of the workspace's own making, and enough
/// of the others.
fn first_fields(definition: &Entity, filled: &Wire) -> Vec<String> {
    let all = definition.form_fields();
    let arranged = |field: &Definition| definition.layout.contains(&field.id);
    let chosen = all.iter().enumerate().filter(|(at, field)| {
        let early = definition.layout.is_empty() && *at < FIRST_FIELDS;
        field.required || field.custom || arranged(field) || early || filled.contains_key(&field.id)
    });
    chosen.map(|(_, field)| field.id.clone()).collect()
}

/// What a new record begins with: the planner's own defaults, visible and changeable.
fn defaults(definition: &Entity) -> Wire {
    let mut wire = Wire::new();
    let schema = schema_now();
    let mut default = |field: &str, value: Option<String>| {
        if let (Some(_), Some(value)) = (definition.field(field), value) {
            wire.insert(field.to_owned(), Json::from(value));
        }
    };
    default("owner", me().map(|id| id.to_string()));
    let first_stage = schema.pipelines_of(&definition.id).next().and_then(|pipeline| pipeline.stages.first());
    default("stage", first_stage.map(|stage| stage.id.clone()));
    let status = match definition.id.as_str() {
        "task" => Some("open"),
        "lead" => Some("new"),
        _ => None,
    };
    default("status", status.map(str::to_owned));
    wire
}

/// `/records/{entity}/new`; parameters of the address fill fields: `?account=…`.
#[component]
pub fn NewRecord(definition: Entity) -> impl IntoView {
    let mut initial = defaults(&definition);
    let first = first_fields(&definition, &Wire::new());
    let query = use_query_map().get_untracked();
    for field in definition.form_fields() {
        if let Some(text) = query.get(&field.id) {
            initial.insert(field.id.clone(), Json::from(text));
        }
    }
    let draft = app().draft.get_untracked().filter(|(entity, _)| *entity == definition.id);
    if let Some((_, values)) = draft {
        app().draft.set(None);
        initial.extend(values);
    }
    let form = Form::new(&definition, &initial);
    let pending = form.pending;
    let navigate = use_navigate();
    let entity_label = definition.label.clone();
    let title = move || tr("record.new", &[("entity", &label(&entity_label))]);
    let back = routes::records(&definition.id);

    let save = {
        let form = form.clone();
        move |()| {
            if form.pending.get_untracked() {
                return;
            }
            if !form.is_sound() {
                return focus_first_problem();
            }
            let (form, navigate) = (form.clone(), navigate.clone());
            form.pending.set(true);
            spawn_local(async move {
                let id = time::new_id();
                let mut values = form.wire();
                values.retain(|_, value| !value.is_null());
                let entity = form.definition.id.clone();
                let body = RecordBody {
                    entity: entity.clone(),
                    id,
                    version: 0,
                    values: values.clone(),
                    deleted: false,
                    may: domain::command::May::default(),
                };
                let name = fields::title(&schema_now(), &body);
                let note = Note {
                    key: "outbox.item.create".to_owned(),
                    entity: entity.clone(),
                    name,
                    toast: Some(say("record.created.toast", &[("entity", &label(&form.definition.label))])),
                    record: Some((entity.clone(), id)),
                };
                let command =
                    outbox::command(vec![Action::Create { entity: entity.clone(), record: id, values }]);
                let answer = match outbox::submit(command, note, Vec::new()).await {
                    Ok(command) => (outbox::outcome(command, PATIENCE_MS).await, Some(command)),
                    Err(problems) => (Outcome::Refused { code: Code::Invalid, problems }, None),
                };
                form.pending.set(false);
                match answer {
                    (Outcome::Refused { code, problems }, command) => {
                        // The form is still open and shows them: nothing is left for the tray.
                        if let Some(command) = command {
                            outbox::discard(command);
                        }
                        form.refuse(Some(code), problems);
                    }
                    _ => {
                        let to = routes::record(&entity, &id.to_string());
                        navigate(&to, leptos_router::NavigateOptions { replace: true, ..Default::default() });
                    }
                }
            });
        }
    };
    let press = save.clone();
    view! {
        <Page title=title back=back>
            <div class="card">
                <FormFields form first on_submit=save />
            </div>
            <div class="form-foot">
                <Button label=t("action.save") kind=ButtonKind::Primary block=true pending=pending on_press=press />
            </div>
        </Page>
    }
}

/// The same form over a record that is there; only what differs is sent, with what stood there before.
#[component]
pub fn EditForm(definition: Entity, body: RecordBody, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let first = first_fields(&definition, &body.values);
    let form = Form::new(&definition, &body.values);
    let pending = form.pending;
    let conflict = RwSignal::new(None);
    let save = {
        let (form, body) = (form.clone(), body.clone());
        move |()| {
            if form.pending.get_untracked() {
                return;
            }
            let before = |id: &str| body.values.get(id).cloned().unwrap_or(Json::Null);
            let mut values = form.wire();
            values.retain(|id, value| *value != before(id));
            if values.is_empty() {
                return on_done.run(());
            }
            // Only what changes is checked: an old record may break a rule made later.
            let schema = schema_now();
            let wrong = values
                .iter()
                .filter_map(|(id, json)| problem_of(&schema, definition.field(id)?, json))
                .collect::<Vec<_>>();
            if !wrong.is_empty() {
                return form.refuse(None, wrong);
            }
            let old: Wire = values.keys().map(|id| (id.clone(), before(id))).collect();
            let name = fields::title(&schema, &body);
            let note = Note {
                key: "outbox.item.update".to_owned(),
                entity: body.entity.clone(),
                name,
                toast: Some(say("record.saved.toast", &[])),
                record: Some((body.entity.clone(), body.id)),
            };
            let action = Action::Update {
                entity: body.entity.clone(),
                record: body.id,
                base_version: body.version,
                old,
                values,
            };
            let (form, known) = (form.clone(), body.clone());
            form.pending.set(true);
            spawn_local(async move {
                let answer = match outbox::submit(outbox::command(vec![action]), note, vec![known]).await {
                    Ok(command) => (outbox::outcome(command, PATIENCE_MS).await, Some(command)),
                    Err(problems) => (Outcome::Refused { code: Code::Invalid, problems }, None),
                };
                form.pending.set(false);
                match answer {
                    (Outcome::Refused { code, problems }, command) => {
                        if let Some(command) = command {
                            outbox::discard(command);
                        }
                        form.refuse(Some(code), problems);
                    }
                    (Outcome::Conflict(_), Some(command)) => conflict.set(Some(command)),
                    _ => on_done.run(()),
                }
            });
        }
    };
    let press = save.clone();
    view! {
        <div class="card">
            <FormFields form first on_submit=save />
        </div>
        <div class="form-foot">
            <Button label=t("action.cancel") on_press=on_done />
            <Button label=t("action.save") kind=ButtonKind::Primary pending=pending on_press=press />
        </div>
        <ConflictSheet command=conflict on_done=on_done />
    }
}
