//! The facts of a record's page that are being edited where they stand. What is typed and not saved yet is kept on the
//! device with the record's draft, as the form keeps it, and goes on in the form when that is opened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::ids::Id;
use domain::schema::Field;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;

use super::edit::{self, Edit, Submitted, focus_first};
use super::page::focus_later;
use crate::components::{Button, ButtonKind, Field as Labelled, Toast, icons};
use crate::i18n::{label, say, t};
use crate::state::app;
use crate::state::drafts::{self, Draft};
use crate::state::outbox::{self, Outcome};

/// What an editor goes on with: what was typed on top of which record, and what was said about that.
#[derive(Clone)]
struct Work {
    body: Arc<RecordBody>,
    typed: Json,
    problem: Option<String>,
}

/// What the device keeps of a record's unsaved work.
struct Kept {
    key: String,
    draft: Option<Draft>,
}

impl Kept {
    fn write(self) {
        match self.draft {
            Some(draft) => drafts::keep(&self.key, &draft),
            None => drafts::forget(&self.key),
        }
    }
}

impl Work {
    /// A draft that begins where this does, still without it.
    fn draft(&self) -> Draft {
        Draft::new(self.body.version, BTreeMap::default(), BTreeMap::default())
    }

    fn add_to(&self, field: &str, draft: &mut Draft) {
        draft.version = draft.version.min(self.body.version);
        draft.values.insert(field.to_owned(), self.typed.clone());
        match self.body.values.get(field) {
            Some(before) => draft.before.insert(field.to_owned(), before.clone()),
            None => draft.before.remove(field),
        };
    }
}

#[derive(Clone, Copy)]
pub struct Desk {
    /// Ids of the fields that are open.
    open: RwSignal<BTreeSet<String>>,
    /// What is typed and not saved, by field.
    typed: StoredValue<BTreeMap<String, Work>>,
    /// What editors that open now go on with.
    again: StoredValue<BTreeMap<String, Work>>,
    /// Unsaved work of the form, from which the page offers to go on.
    offered: RwSignal<Option<Draft>>,
    key: StoredValue<String>,
    /// The command whose conflict is shown.
    pub conflict: RwSignal<Option<Id>>,
}

impl Desk {
    pub fn new(key: &str, offered: RwSignal<Option<Draft>>) -> Self {
        Self {
            open: RwSignal::default(),
            typed: StoredValue::default(),
            again: StoredValue::default(),
            offered,
            key: StoredValue::new(key.to_owned()),
            conflict: RwSignal::new(None),
        }
    }

    /// Whether a field is open; follows it.
    pub fn is_open(self, field: &str) -> bool {
        self.open.with(|open| open.contains(field))
    }

    pub fn open(self, field: &str) {
        self.open.update(|open| {
            open.insert(field.to_owned());
        });
    }

    fn close(self, field: &str) {
        self.release(field);
        let _ = self.open.try_update(|open| open.remove(field));
    }

    /// Takes everything that is not saved off the desk: the form goes on with it.
    pub fn clear(self) -> Option<Draft> {
        let draft = self.draft();
        self.typed.set_value(BTreeMap::new());
        self.open.set(BTreeSet::new());
        self.offered.set(None);
        draft
    }

    /// All unsaved work on the record as one.
    fn draft(self) -> Option<Draft> {
        self.without("").draft
    }

    /// The same but for one field.
    fn without(self, but: &str) -> Kept {
        let mut draft = self.offered.get_untracked();
        self.typed.with_value(|typed| {
            for (field, work) in typed.iter().filter(|(field, _)| *field != but) {
                let draft = draft.get_or_insert_with(|| work.draft());
                work.add_to(field, draft);
            }
        });
        Kept { key: self.key.get_value(), draft }
    }

    fn keep(self) {
        self.without("").write();
    }

    fn hold(self, field: &str, work: Work) {
        self.typed.update_value(|typed| {
            typed.insert(field.to_owned(), work);
        });
        self.keep();
    }

    fn release(self, field: &str) {
        if self.typed.try_update_value(|typed| typed.remove(field)).flatten().is_some() {
            self.keep();
        }
    }

    /// Opens a field once more with what was in it, if the page is there and nobody has opened it meanwhile.
    fn reopen(self, field: &str, work: Work) -> bool {
        let shut = self.open.try_with_untracked(|open| !open.contains(field)).unwrap_or_default();
        if shut {
            self.again.update_value(|again| {
                again.insert(field.to_owned(), work);
            });
            self.open(field);
        }
        shut
    }

    /// What was given up can be had back, here or when one returns.
    fn offer_back(self, field: String, work: Work) {
        let key = self.key.get_value();
        let again = move || {
            if !self.reopen(&field, work.clone()) {
                let mut draft = work.draft();
                work.add_to(&field, &mut draft);
                drafts::keep(&key, &draft);
            }
        };
        // Outside of the editor, which takes everything made in it along when it goes.
        spawn_local(async move {
            let toast = Toast::new(say("draft.discarded.toast", &[])).with_icon(icons::CHECK);
            app().toasts.show(toast.with_action(say("action.undo", &[]), again));
        });
    }
}

/// Where the focus is after an editor has closed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// Back on the fact.
    Returns,
    /// Where somebody has taken it.
    Moved,
}

/// The control of one fact in its place. Enter, the button and leaving it save; Escape gives up.
#[component]
pub fn FactEditor(field: Field, body: Memo<Option<Arc<RecordBody>>>, desk: Desk) -> impl IntoView {
    let again = desk.again.try_update_value(|again| again.remove(&field.id)).flatten();
    let (base, typed, problem) = match again {
        Some(work) => (Some(work.body), Some(work.typed), work.problem),
        None => (body.get_untracked(), None, None),
    };
    let Some(base) = base else { return ().into_any() };
    let edit = Edit::new(field.clone(), base, typed, problem);
    let id = field.id.clone();
    {
        let (edit, id) = (edit.clone(), id.clone());
        Effect::new(move |_| match edit.changed() {
            Some(typed) => desk.hold(&id, Work { body: edit.body.clone(), typed, problem: None }),
            None => desk.release(&id),
        });
    }
    let place = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if let Some(form) = place.get() {
            focus_first(&form);
        }
    });
    let close = {
        let id = id.clone();
        move |focus: Focus| {
            desk.close(&id);
            if focus == Focus::Returns {
                focus_fact(&id);
            }
        }
    };
    let save = {
        let (edit, id, close) = (edit.clone(), id.clone(), close.clone());
        Callback::new(move |focus: Focus| {
            let (edit, id, close) = (edit.clone(), id.clone(), close.clone());
            let rest = desk.without(&id);
            spawn_local(async move {
                match edit.submit().await {
                    Submitted::Same => close(focus),
                    Submitted::Wrong if focus == Focus::Returns => {
                        if let Some(form) = place.try_get_untracked().flatten() {
                            focus_first(&form);
                        }
                    }
                    Submitted::Wrong => {}
                    Submitted::Sent(command) => match edit.value.try_get_untracked() {
                        Some(typed) => {
                            close(focus);
                            settle(desk, &edit, typed, command).await;
                        }
                        // The page is gone, and its draft holds what is saved now.
                        None => rest.write(),
                    },
                }
            });
        })
    };
    let give_up = {
        let edit = edit.clone();
        Callback::new(move |()| {
            let typed = untrack(|| edit.changed());
            close(Focus::Returns);
            if let Some(typed) = typed {
                desk.offer_back(id.clone(), Work { body: edit.body.clone(), typed, problem: None });
            }
        })
    };
    // Whether the last thing that was touched lies inside: what takes the focus from there without giving it to anything
    // (a button of Safari, a chip that goes) does not leave the editor.
    let inside = StoredValue::new(true);
    let holds = move |target: Option<web_sys::EventTarget>| {
        let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        place.try_get_untracked().flatten().is_some_and(|form| form.contains(node.as_ref()))
    };
    let touched = window_event_listener(leptos::ev::pointerdown, move |event| {
        inside.set_value(holds(event.target()));
    });
    on_cleanup(move || touched.remove());
    let left = move |event: leptos::ev::FocusEvent| {
        let gone = match event.related_target() {
            Some(to) => !holds(Some(to)),
            // Another window, or the device's own chooser of files, is no leaving.
            // An editor that closes has been left already.
            None => !inside.try_get_value().unwrap_or(true) && document().has_focus().unwrap_or_default(),
        };
        if gone {
            save.run(Focus::Moved);
        }
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        inside.set_value(event.key() != "Tab");
        // An open sheet has its own keys.
        if super::form::is_sheet_open() {
            return;
        }
        match (event.key().as_str(), event.ctrl_key() || event.meta_key()) {
            ("Escape", false) => {
                event.prevent_default();
                event.stop_propagation();
                give_up.run(());
            }
            ("Enter", true) => {
                event.prevent_default();
                event.stop_propagation();
                save.run(Focus::Returns);
            }
            _ => {}
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        save.run(Focus::Returns);
    };
    let (name, text) = (field.label.clone(), field.label.clone());
    let problem = Signal::derive(move || edit.problem.get());
    view! {
        <div class="fact fact-open">
            <dt class="visually-hidden">{move || label(&name)}</dt>
            <dd class="fact-value">
                <form class="fact-edit" node_ref=place novalidate on:submit=submit on:keydown=keys on:focusout=left>
                    <Labelled label=move || label(&text) required=field.required problem>
                        {edit.control()}
                    </Labelled>
                    <div class="fact-buttons">
                        <Button label=t("action.cancel") on_press=give_up />
                        <Button label=t("action.save") kind=ButtonKind::Primary submit=true />
                    </div>
                </form>
            </dd>
        </div>
    }
    .into_any()
}

/// Waits for the server's word on a change that the page shows already.
async fn settle(desk: Desk, edit: &Edit, typed: Json, command: Id) {
    match edit::outcome(command).await {
        Outcome::Conflict(_) => {
            desk.conflict.try_set(Some(command));
        }
        Outcome::Refused { code, problems } => {
            let problem = Some(edit.said(code, &problems));
            // Where that has no place any more the tray tells of it.
            if desk.reopen(&edit.field.id, Work { body: edit.body.clone(), typed, problem }) {
                outbox::discard(command);
            }
        }
        Outcome::Saved | Outcome::Waiting => {}
    }
}

/// Gives the focus back to a fact, or to the page where the fact is empty now.
fn focus_fact(field: &str) {
    let selector = format!("[data-fact=\"{field}\"] .fact-pencil");
    request_animation_frame(move || {
        let pencil = document().query_selector(&selector).ok().flatten();
        match pencil.and_then(|pencil| pencil.dyn_into::<web_sys::HtmlElement>().ok()) {
            Some(pencil) => {
                let _ = pencil.focus();
            }
            None => focus_later("h1"),
        }
    });
}
