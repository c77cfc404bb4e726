//! The form of any kind of record: its fields as its layout places them, each problem at its field.

use std::collections::{BTreeMap, BTreeSet};

use domain::api::Code;
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::conversion;
use domain::ids::Id;
use domain::message::Problem;
use domain::process;
use domain::schema::{Entity, Field as Definition, Part, Section};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_query_map};
use serde_json::Value as Json;

use super::ConflictSheet;
use crate::components::{Button, ButtonKind, Field, FormProblem, icon, icons, mark_page};
use crate::fields;
use crate::i18n::{label, named_problem_text, problem_text, say, t, tr};
use crate::pages::Page;
use crate::routes;
use crate::state::drafts::{self, Draft};
use crate::state::foresee::problem_of;
use crate::state::outbox::{self, Note, Outcome};
use crate::state::session::{me, own_teams, schema_now};
use crate::state::{app, time};

/// As long as a form waits for the server before it goes on and leaves the rest to the outbox.
const PATIENCE_MS: i32 = 6_000;

/// What became of what a form has sent.
pub(super) enum Answer {
    /// Saved, or on its way.
    Taken,
    Refused(Code, Vec<Problem>),
    /// The command whose conflict is to be decided.
    Conflict(Id),
    /// It was not taken, and the form is gone: the tray tells of it.
    Left,
}

/// Sends what a form has decided and waits for the server's word while the form is there, and `pending` with it. What
/// it refuses the form shows, and nothing of that is left for the tray.
pub(super) async fn send(
    actions: Vec<Action>,
    note: Note,
    known: Vec<RecordBody>,
    pending: RwSignal<bool>,
) -> Answer {
    let entity = note.entity.clone();
    let (outcome, command) = match outbox::submit(outbox::command(actions), note, known).await {
        Ok(command) => (outbox::outcome(command, PATIENCE_MS).await, Some(command)),
        Err(problems) => (Outcome::Refused { code: Code::Invalid, problems }, None),
    };
    let left = pending.try_set(false).is_some();
    match (outcome, command) {
        (Outcome::Saved | Outcome::Waiting, _) | (Outcome::Conflict(_), None) => Answer::Taken,
        (Outcome::Refused { problems, .. }, None) if left => {
            outbox::say_problems(&problems, &entity);
            Answer::Left
        }
        (Outcome::Refused { .. } | Outcome::Conflict(_), Some(_)) if left => Answer::Left,
        (Outcome::Conflict(_), Some(command)) => Answer::Conflict(command),
        (Outcome::Refused { code, problems }, command) => {
            command.into_iter().for_each(outbox::discard);
            Answer::Refused(code, problems)
        }
    }
}

/// The fields of a form, in its order; hidden ones carry what they begin with. What a lead has become is told by its
/// conversion.
fn fields_of(definition: &Entity) -> Vec<&Definition> {
    let mut fields = definition.form_fields();
    fields.retain(|field| !conversion::is_result(&definition.id, &field.id));
    fields
}

/// What is in the fields, and what is wrong with it.
#[derive(Clone)]
pub(super) struct Form {
    pub definition: Entity,
    values: BTreeMap<String, RwSignal<Json>>,
    /// Fields somebody has been in: only they are marked before the first attempt to save.
    visited: RwSignal<BTreeSet<String>>,
    tried: RwSignal<bool>,
    /// What planner or server found, until the field changes.
    found: RwSignal<Vec<Problem>>,
    pub pending: RwSignal<bool>,
}

impl Form {
    pub fn new(definition: &Entity, initial: &Wire) -> Self {
        let ids = fields_of(definition).into_iter().map(|field| field.id.clone());
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

    pub fn wire(&self) -> Wire {
        self.values.iter().map(|(id, value)| (id.clone(), value.get_untracked())).collect()
    }

    /// What differs from what the form began with, for a closure that follows every field.
    fn changed(&self, base: &Wire) -> Wire {
        let differs = |(id, value): (&String, &RwSignal<Json>)| {
            let json = value.get();
            (json != *base.get(id).unwrap_or(&Json::Null)).then(|| (id.clone(), json))
        };
        self.values.iter().filter_map(differs).collect()
    }

    /// The stage follows the product, until somebody has chosen one.
    fn follow_product(&self) {
        let value = |field: &str| self.values.get(field).copied();
        let (Some(product), Some(stage)) = (value("product"), value("stage")) else { return };
        let entity = self.definition.id.clone();
        let begins = move |product: &Json| {
            let product = product.as_str().and_then(|id| id.parse().ok());
            let teams = untrack(own_teams);
            let stage = process::beginning(&schema_now(), &entity, teams.as_ref(), product)?.id.clone();
            Some(Json::from(stage))
        };
        Effect::new(move |before: Option<Option<Json>>| {
            let now = product.with(&begins);
            let before = before.unwrap_or_else(|| begins(&Json::Null));
            if before != now
                && let (Some(before), Some(now)) = (before, now.clone())
                && stage.with_untracked(|stage| *stage == before)
            {
                stage.set(now);
            }
            now
        });
    }

    /// The value of one field; follows it.
    pub fn value(&self, field: &str) -> Json {
        self.values.get(field).map_or(Json::Null, RwSignal::get)
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
    pub fn summary(&self) -> Signal<Option<String>> {
        let shown = self.values.keys().filter(|id| !self.definition.hides(id));
        let (found, ids) = (self.found, shown.cloned().collect::<BTreeSet<_>>());
        let entity = self.definition.id.clone();
        Signal::derive(move || {
            let placeless = found.with(|found| {
                let rest = found
                    .iter()
                    .filter(|problem| problem.field.as_ref().is_none_or(|field| !ids.contains(field)));
                rest.map(|problem| named_problem_text(problem, &entity)).collect::<Vec<_>>().join(" · ")
            });
            (!placeless.is_empty()).then_some(placeless)
        })
    }

    /// Marks everything that is wrong as far as the fields themselves say. Whether nothing is. What is wrong with a
    /// hidden field the server says, and the form above all fields.
    pub fn is_sound(&self) -> bool {
        let mut shown = fields_of(&self.definition);
        shown.retain(|field| !self.definition.hides(&field.id));
        self.are_sound(&shown)
    }

    /// The same for the fields that are shown where not all of the form is.
    pub fn are_sound(&self, shown: &[&Definition]) -> bool {
        self.tried.set(true);
        let schema = schema_now();
        let wrong = |field: &&Definition| {
            self.values
                .get(&field.id)
                .is_some_and(|value| value.with_untracked(|json| problem_of(&schema, field, json).is_some()))
        };
        !shown.iter().any(wrong)
    }

    pub fn refuse(&self, code: Option<Code>, problems: Vec<Problem>) {
        let problems = match (problems.is_empty(), code) {
            (true, Some(code)) => vec![Problem::new(code.message_key())],
            _ => problems,
        };
        self.found.set(problems);
        focus_first_problem();
    }

    /// Label, control and problem of one field.
    pub fn row(&self, field: &Definition) -> AnyView {
        let Some(value) = self.values.get(&field.id).copied() else { return ().into_any() };
        let (text, id, visited) = (field.label.clone(), field.id.clone(), self.visited);
        let left = move |_| {
            visited.update(|visited| {
                visited.insert(id.clone());
            })
        };
        let class = if fields::is_wide(field) { "field-wide" } else { "field-cell" };
        let (required, problem) = (field.required, self.problem(field));
        let field = field.clone();
        provide_context(fields::OfKind(self.definition.id.clone()));
        view! {
            <div class=class on:focusout=left>
                <Field label=move || label(&text) required problem>
                    {fields::input(&field, value)}
                </Field>
            </div>
        }
        .into_any()
    }
}

/// Somebody who cannot see the red line hears of it: the first marked control takes the focus, and what is closed
/// around it opens.
pub(super) fn focus_first_problem() {
    request_animation_frame(|| {
        use wasm_bindgen::JsCast;
        let marked = document().query_selector("form [aria-invalid=true]").ok().flatten();
        if let Some(control) = marked.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok()) {
            if let Ok(Some(closed)) = control.closest("details:not([open])") {
                // An attribute without a value is always settable.
                let _ = closed.set_attribute("open", "");
            }
            let _ = control.focus();
        }
    });
}

#[component]
fn FormFields(form: Form, first: Vec<String>, #[prop(into)] on_submit: Callback<()>) -> impl IntoView {
    let parts = form.definition.form_parts();
    let rows = |first_ones: bool| {
        let wanted = |field: &&Definition| first.contains(&field.id) == first_ones;
        let part = |Part { section, fields }: &Part<'_>| {
            let rows: Vec<AnyView> =
                fields.iter().copied().filter(wanted).map(|field| form.row(field)).collect();
            (!rows.is_empty()).then(|| form_part(*section, rows, first_ones))
        };
        parts.iter().filter_map(part).collect::<Vec<_>>()
    };
    let (shown, more) = (rows(true), rows(false));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_submit.run(());
    };
    view! {
        <form class="form form-box" id="record-form" novalidate on:submit=submit>
            <FormProblem problem=form.summary() />
            {shown}
            {(!more.is_empty())
                .then(|| {
                    view! {
                        <details class="form-more">
                            <summary>{t("record.more_fields")} {icon(icons::CHEVRON_DOWN)}</summary>
                            <div class="form">{more}</div>
                        </details>
                    }
                })}
        </form>
    }
}

/// Fields that stand together, under their heading where they have one.
fn form_part(section: Option<&Section>, rows: Vec<AnyView>, first_ones: bool) -> AnyView {
    let rows = view! { <div class="form form-grid">{rows}</div> };
    let Some(section) = section else { return rows.into_any() };
    // A section may have a part of it at once and the rest under "more".
    let id = format!("{}-{}", if first_ones { "part" } else { "rest" }, section.id);
    let (name, labelled_by) = (section.label.clone(), id.clone());
    view! {
        <section class="form-part" aria-labelledby=labelled_by>
            <h2 class="form-part-title" id=id>
                {move || label(&name)}
            </h2>
            {rows}
        </section>
    }
    .into_any()
}

/// The fields that stand in the open: those that the layout places so, and those with something in them.
fn first_fields(definition: &Entity, filled: &Wire) -> Vec<String> {
    let fields = fields_of(definition).into_iter();
    let chosen = fields.filter(|field| definition.stands_at_once(field) || filled.contains_key(&field.id));
    chosen.map(|field| field.id.clone()).collect()
}

/// What a new record begins with: the planner's own defaults, visible and changeable.
pub(super) fn defaults(definition: &Entity) -> Wire {
    let mut wire = Wire::new();
    let schema = schema_now();
    let mut default = |field: &str, value: Option<String>| {
        if let (Some(_), Some(value)) = (definition.field(field), value) {
            wire.insert(field.to_owned(), Json::from(value));
        }
    };
    default("owner", me().map(|id| id.to_string()));
    let teams = own_teams();
    let first_stage = process::beginning(&schema, &definition.id, teams.as_ref(), None);
    default("stage", first_stage.map(|stage| stage.id.clone()));
    let status = match definition.id.as_str() {
        "task" => Some("open"),
        "lead" => Some("new"),
        _ => None,
    };
    default("status", status.map(str::to_owned));
    wire
}

/// `/records/{entity}/new`; parameters of the address fill fields: `?account=…`. Work that was not saved is offered back.
#[component]
pub fn NewRecord(definition: Entity) -> impl IntoView {
    let key = drafts::key(&definition.id, None);
    let offered = RwSignal::new(None::<Draft>);
    let taken = RwSignal::new(None::<Draft>);
    // What was refused and is to be mended comes from the tray and goes before older work.
    let mut again = app().draft.get_untracked().filter(|(entity, _)| *entity == definition.id);
    if again.is_some() {
        app().draft.set(None);
    } else {
        drafts::offer(key.clone(), offered);
    }
    let entity_label = definition.label.clone();
    let title = move || tr("record.new", &[("entity", &label(&entity_label))]);
    let back = routes::records(&definition.id);
    let discard = move |()| {
        drafts::forget(&key);
        offered.set(None);
    };
    let go_on = move |()| {
        taken.set(offered.get_untracked());
        offered.set(None);
    };
    // Taking the work over draws the form anew: its controls begin with what is in it.
    let form = move || {
        let draft = taken.get().map(|draft| draft.values);
        let restored = draft.is_some();
        let values = draft.or_else(|| again.take().map(|(_, values)| values)).unwrap_or_default();
        view! { <NewForm definition=definition.clone() values restored /> }
    };
    view! {
        <Page title=title back=back>
            <div class="stack">
                <Unsaved offered on_continue=go_on on_discard=discard />
                {form}
            </div>
        </Page>
    }
}

/// Says that there is unsaved work, and offers it.
#[component]
pub fn Unsaved(
    offered: RwSignal<Option<Draft>>,
    #[prop(into)] on_continue: Callback<()>,
    #[prop(into)] on_discard: Callback<()>,
) -> impl IntoView {
    move || {
        offered.get().map(|draft| {
            let text = move || tr("draft.found", &[("when", &draft.when())]);
            view! {
                <div class="notice unsaved" role="status">
                    {icon(icons::HISTORY)} <span>{text}</span>
                    <div class="unsaved-actions">
                        <Button label=t("record.discard.confirm") kind=ButtonKind::Quiet on_press=on_discard />
                        <Button label=t("action.continue") on_press=on_continue />
                    </div>
                </div>
            }
        })
    }
}

/// The buttons of a form stand at the foot of a phone: what else stands there makes way.
pub fn mark_foot() {
    mark_page("no-add", || true);
    mark_page("has-form-foot", || true);
}

/// Says that what is in the form was typed earlier.
fn restored_note() -> AnyView {
    view! {
        <p class="notice" role="status">
            {icon(icons::HISTORY)} <span>{t("draft.back")}</span>
        </p>
    }
    .into_any()
}

#[component]
fn NewForm(definition: Entity, values: Wire, restored: bool) -> impl IntoView {
    let mut base = defaults(&definition);
    let first = first_fields(&definition, &values);
    let query = use_query_map().get_untracked();
    for field in fields_of(&definition) {
        if let Some(text) = query.get(&field.id) {
            base.insert(field.id.clone(), Json::from(text));
        }
    }
    let mut initial = base.clone();
    initial.extend(values);
    let form = Form::new(&definition, &initial);
    form.follow_product();
    let pending = form.pending;
    let navigate = use_navigate();
    let key = drafts::key(&definition.id, None);
    keep_work(&form, key.clone(), 0, base);

    let save = {
        let form = form.clone();
        move |()| {
            if form.pending.get_untracked() {
                return;
            }
            if !form.is_sound() {
                return focus_first_problem();
            }
            let (form, navigate, key) = (form.clone(), navigate.clone(), key.clone());
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
                    deleted_at: None,
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
                let create = Action::Create { entity: entity.clone(), record: id, values };
                match send(vec![create], note, Vec::new(), form.pending).await {
                    Answer::Refused(code, problems) => form.refuse(Some(code), problems),
                    Answer::Taken => {
                        drafts::forget(&key);
                        // Whoever has gone elsewhere meanwhile stays there.
                        if !form.pending.is_disposed() {
                            let to = routes::record(&entity, &id.to_string());
                            let options =
                                leptos_router::NavigateOptions { replace: true, ..Default::default() };
                            navigate(&to, options);
                        }
                    }
                    Answer::Conflict(_) | Answer::Left => {}
                }
            });
        }
    };
    let press = save.clone();
    on_keys(Callback::new(save.clone()), None);
    mark_foot();
    view! {
        {restored.then(restored_note)}
        <div class="card">
            <FormFields form first on_submit=save />
        </div>
        <div class="form-foot">
            <Button label=t("action.save") kind=ButtonKind::Primary block=true pending=pending on_press=press />
        </div>
    }
}

/// Writes what is in a form to the device as it is typed: a reload, a dead battery or another page lose nothing.
fn keep_work(form: &Form, key: String, version: u64, base: Wire) {
    let form = form.clone();
    Effect::new(move |begun: Option<()>| {
        let values = form.changed(&base);
        if begun.is_none() {
            return;
        }
        if values.is_empty() {
            drafts::forget(&key);
        } else {
            let before = values.keys().filter_map(|id| Some((id.clone(), base.get(id)?.clone()))).collect();
            drafts::keep(&key, &Draft::new(version, before, values));
        }
    });
}

/// Ctrl+Enter saves and Escape gives up, wherever on the page the focus is; an open sheet has its own keys.
pub fn on_keys(save: Callback<()>, cancel: Option<Callback<()>>) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if is_sheet_open() {
            return;
        }
        match (event.key().as_str(), event.ctrl_key() || event.meta_key(), cancel) {
            ("Enter", true, _) => {
                event.prevent_default();
                save.run(());
            }
            ("Escape", false, Some(cancel)) => cancel.run(()),
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

pub(super) fn is_sheet_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// The same form over a record that is there; only what differs is sent, with what stood there before. `draft` is
/// unsaved work that goes on from where it began, so that what others changed since meets it as a conflict.
#[component]
pub fn EditForm(
    definition: Entity,
    body: RecordBody,
    draft: Option<Draft>,
    #[prop(into)] on_done: Callback<()>,
    /// Given up, with what was in the form.
    #[prop(into)]
    on_cancel: Callback<Option<Draft>>,
) -> impl IntoView {
    let mut body = body;
    let restored = draft.is_some();
    let mut initial = body.values.clone();
    if let Some(draft) = draft {
        body.version = draft.version.min(body.version);
        for field in draft.values.keys() {
            match draft.before.get(field) {
                Some(before) => body.values.insert(field.clone(), before.clone()),
                None => body.values.remove(field),
            };
        }
        initial.extend(draft.values);
    }
    let first = first_fields(&definition, &initial);
    let form = Form::new(&definition, &initial);
    let pending = form.pending;
    let conflict = RwSignal::new(None);
    let key = drafts::key(&body.entity, Some(body.id));
    keep_work(&form, key.clone(), body.version, body.values.clone());
    let cancel = {
        let (form, body, key) = (form.clone(), body.clone(), key.clone());
        move |()| {
            drafts::forget(&key);
            let values = untrack(|| form.changed(&body.values));
            let before = values.keys().filter_map(|id| Some((id.clone(), body.values.get(id)?.clone())));
            let work = Draft::new(body.version, before.collect(), values.clone());
            on_cancel.run((!values.is_empty()).then_some(work));
        }
    };
    let saved = {
        let key = key.clone();
        move |()| {
            drafts::forget(&key);
            on_done.run(());
        }
    };
    let saved = Callback::new(saved);
    let save = {
        let (form, body, key) = (form.clone(), body.clone(), key.clone());
        move |()| {
            if form.pending.get_untracked() {
                return;
            }
            let before = |id: &str| body.values.get(id).cloned().unwrap_or(Json::Null);
            let mut values = form.wire();
            values.retain(|id, value| *value != before(id));
            if values.is_empty() {
                return saved.run(());
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
            let (form, known, key) = (form.clone(), body.clone(), key.clone());
            form.pending.set(true);
            spawn_local(async move {
                match send(vec![action], note, vec![known], form.pending).await {
                    Answer::Refused(code, problems) => form.refuse(Some(code), problems),
                    Answer::Conflict(command) => conflict.set(Some(command)),
                    Answer::Taken if saved.try_run(()).is_none() => drafts::forget(&key),
                    Answer::Taken | Answer::Left => {}
                }
            });
        }
    };
    let press = save.clone();
    on_keys(Callback::new(save.clone()), Some(Callback::new(cancel.clone())));
    mark_foot();
    view! {
        {restored.then(restored_note)}
        <div class="card">
            <FormFields form first on_submit=save />
        </div>
        <div class="form-foot">
            <Button label=t("action.cancel") on_press=cancel />
            <Button label=t("action.save") kind=ButtonKind::Primary pending=pending on_press=press />
        </div>
        <ConflictSheet command=conflict on_done=saved />
    }
}
