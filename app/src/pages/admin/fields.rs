//! The fields of a kind of record as an administrator sees them: by section, hidden, removed.

use domain::message::Problem;
use domain::schema::change::DefinitionChange;
use domain::schema::{Entity, Field};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::arrange_fields::ArrangeFields;
use super::define::define;
use super::effects::{Effects, field_name};
use super::field_sheet::FieldSheet;
use super::layout::{Layout, Standing};
use super::{entity_now, type_code, type_icon};
use crate::components::{Badge, Button, ButtonKind, Sheet, Toast, icon, icons};
use crate::i18n::{label, named_action, problems_text, t, tr};
use crate::state::app;
use crate::state::session::{schema, schema_now};

/// The parts of forms and record pages with their fields, and what stands in none of them.
#[component]
pub fn Fields(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    // The section of each part, with its fields.
    let parts = Memo::new(move |_| {
        let Some(entity) = entity.with_value(|entity| entity_now(entity)) else { return Vec::new() };
        let ids = |fields: Vec<&Field>| fields.into_iter().map(|field| field.id.clone()).collect::<Vec<_>>();
        let parts = entity.parts().into_iter();
        parts.map(|part| (part.section.map(|section| section.id.clone()), ids(part.fields))).collect()
    });
    let unplaced = Memo::new(move |_| {
        let entity = entity.with_value(|entity| entity_now(entity));
        let ids = |entity: Entity| {
            entity.unplaced_fields().into_iter().map(|field| field.id.clone()).collect::<Vec<_>>()
        };
        entity.map(ids).unwrap_or_default()
    });
    let arranging = RwSignal::new(false);
    let adding = RwSignal::new(false);
    let head = NodeRef::<html::Div>::new();
    // Whoever has arranged them is back where that began.
    Effect::new(move |before: Option<bool>| {
        let now = arranging.get();
        if before == Some(true) && !now {
            request_animation_frame(move || {
                let button =
                    head.try_get_untracked().flatten().and_then(|head| head.query_selector("button").ok()?);
                if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                    let _ = button.focus();
                }
            });
        }
        now
    });
    let sections = move || parts.with(|parts| parts.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>());
    let part =
        move |section: Option<String>| view! { <FieldsOfPart entity=entity.get_value() section parts /> };
    let row = move |id: String| view! { <FieldRow entity=entity.get_value() id /> };
    view! {
        <section>
            <div class="define-head" node_ref=head>
                <h2 class="group-title">{t("definition.title")}</h2>
                <Show when=move || !arranging.get()>
                    <Button label=t("definition.layout") kind=ButtonKind::Quiet drawing=icons::SORT on_press=move |()| arranging.set(true) />
                    <Button label=t("definition.add") kind=ButtonKind::Quiet drawing=icons::ADD on_press=move |()| adding.set(true) />
                </Show>
            </div>
            <Show
                when=move || arranging.get()
                fallback=move || {
                    view! {
                        <div class="stack">
                            <For each=sections key=Option::clone children=part />
                        </div>
                    }
                }
            >
                <ArrangeFields entity=entity.get_value() on_done=move |()| arranging.set(false) />
            </Show>
        </section>
        <Show when=move || !arranging.get()>
            <Hidden entity=entity.get_value() />
            <Show when=move || unplaced.with(|fields| !fields.is_empty())>
                <section>
                    <h2 class="group-title">{t("definition.unplaced")}</h2>
                    <ul class="group">
                        <For each=move || unplaced.get() key=String::clone children=row />
                    </ul>
                </section>
            </Show>
        </Show>
        <FieldSheet entity=entity.get_value() id=None open=adding />
    }
}

#[component]
fn FieldsOfPart(
    entity: String,
    section: Option<String>,
    parts: Memo<Vec<(Option<String>, Vec<String>)>>,
) -> impl IntoView {
    let (entity, section) = (StoredValue::new(entity), StoredValue::new(section));
    let fields = Memo::new(move |_| {
        let found = parts
            .with(|parts| parts.iter().find(|(id, _)| section.with_value(|section| id == section)).cloned());
        found.map(|(_, fields)| fields).unwrap_or_default()
    });
    let name = move || {
        let name = |entity: &Entity| {
            let id = section.get_value()?;
            entity.sections.iter().find(|section| section.id == id).map(|section| label(&section.label))
        };
        entity.with_value(|entity| schema().entity(entity).and_then(name)).unwrap_or_default()
    };
    let named = section.with_value(Option::is_some);
    let row = move |id: String| view! { <FieldRow entity=entity.get_value() id /> };
    view! {
        <Show when=move || named || fields.with(|fields| !fields.is_empty())>
            <section>
                {named.then(|| view! { <h3 class="group-title">{name}</h3> })}
                <Show
                    when=move || fields.with(|fields| !fields.is_empty())
                    fallback=|| view! { <p class="field-help">{t("definition.layout.section.empty")}</p> }
                >
                    <ul class="group">
                        <For each=move || fields.get() key=String::clone children=row />
                    </ul>
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn FieldRow(entity: String, id: String) -> impl IntoView {
    let (entity, id) = (StoredValue::new(entity), StoredValue::new(id));
    let field = Memo::new(move |_| {
        entity.with_value(|entity| id.with_value(|id| schema().entity(entity)?.field(id).cloned()))
    });
    let always_required = Memo::new(move |_| {
        entity.with_value(|entity| {
            id.with_value(|id| schema().entity(entity).is_some_and(|entity| entity.always_requires(id)))
        })
    });
    let with =
        move |asked: fn(&Field) -> String| field.with(|field| field.as_ref().map(asked).unwrap_or_default());
    let name = move || with(|field| label(&field.label));
    let code = Memo::new(move |_| with(|field| type_code(&field.kind)));
    // What the system fills in is never missing.
    let assigned = move || field.with(|field| field.as_ref().is_some_and(|field| field.system));
    let required = move || field.with(|field| field.as_ref().is_some_and(|field| field.required));
    let custom = move || field.with(|field| field.as_ref().is_some_and(|field| field.custom));
    let waits = Memo::new(move |_| {
        let waits = |entity: &Entity| {
            let field = field.get()?;
            Some(!field.system && !entity.stands_at_once(&field))
        };
        entity.with_value(|entity| schema().entity(entity).and_then(waits)).unwrap_or_default()
    });
    let sub = move || {
        let kind = tr(&format!("field.type.{}", code.get()), &[]);
        if waits.get() { format!("{kind} · {}", tr(Standing::More.key(), &[])) } else { kind }
    };
    let editing = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let pending = RwSignal::new(false);
    let set = move |required: bool| DefinitionChange::SetRequired {
        entity: entity.get_value(),
        field: id.get_value(),
        required,
    };
    let send = move |wanted: bool| {
        pending.set(true);
        spawn_local(async move {
            let outcome: Result<(), Vec<Problem>> = define(set(wanted)).await;
            pending.set(false);
            asking.set(false);
            problem.set(outcome.err().map(|problems| problems_text(&problems, "")));
        });
    };
    let change = move |event: leptos::ev::Targeted<web_sys::Event, web_sys::HtmlInputElement>| {
        let input = event.target();
        let wanted = input.checked();
        // It stands where the definitions stand, which follow once they are saved.
        input.set_checked(untrack(required));
        if wanted {
            asking.set(true);
        } else {
            send(false);
        }
    };
    let meaning = Signal::derive(move || domain::schema::effects::effects(&schema(), &set(true)));
    let title = move || tr("definition.require.title", &[("name", &name())]);
    let foot = move || {
        view! {
            <Button label=t("action.cancel") on_press=move |()| asking.set(false) />
            <Button label=t("definition.require") kind=ButtonKind::Primary pending on_press=move |()| send(true) />
        }
    };
    view! {
        <li class="define">
            <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| editing.set(true)>
                <span class="row-icon">{move || icon(type_icon(&code.get()))}</span>
                <span class="row-text">
                    <span class="row-title">{name}</span>
                    <span class="row-sub">{sub}</span>
                </span>
                <Show when=custom>
                    <Badge label=t("definition.custom") />
                </Show>
            </button>
            <Show when=move || !assigned()>
                <label class="switch define-switch">
                    <span class="define-switch-text">{t("definition.required")}</span>
                    <span class="visually-hidden">{name}</span>
                    <input
                        type="checkbox"
                        role="switch"
                        prop:checked=required
                        disabled=move || pending.get() || always_required.get()
                        on:change:target=change
                    />
                </label>
            </Show>
            {move || {
                problem
                    .get()
                    .map(|text| view! { <p class="field-problem define-problem" role="alert">{icon(icons::ALERT)} <span>{text}</span></p> })
            }}
            <FieldSheet entity=entity.get_value() id=Some(id.get_value()) open=editing />
            <Sheet open=asking title close=t("action.close") foot=foot>
                <Effects effects=meaning />
            </Sheet>
        </li>
    }
}

/// Fields that stand neither on forms nor on record pages, with the way back.
#[component]
fn Hidden(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let fields = Memo::new(move |_| {
        let entity = entity.with_value(|entity| entity_now(entity));
        let ids = |entity: Entity| {
            entity.hidden_fields().into_iter().map(|field| field.id.clone()).collect::<Vec<_>>()
        };
        entity.map(ids).unwrap_or_default()
    });
    let row = move |id: String| {
        let id = StoredValue::new(id);
        let name = move || entity.with_value(|entity| id.with_value(|id| field_name(entity, id)));
        let (pending, editing) = (RwSignal::new(false), RwSignal::new(false));
        let show = move |()| {
            let now = entity.with_value(|entity| schema_now().entity(entity).map(Layout::of));
            let Some(mut layout) = now else { return };
            id.with_value(|id| layout.stand(id, Standing::AtOnce));
            carry_out(layout.change(&entity.get_value()), pending);
        };
        view! {
            <li class="define">
                <button type="button" class="row" aria-haspopup="dialog" on:click=move |_| editing.set(true)>
                    <span class="row-text">
                        <span class="row-title">{name}</span>
                    </span>
                </button>
                <Button
                    label=t("definition.hidden.show")
                    kind=ButtonKind::Quiet
                    pending
                    on_press=show
                    attr:aria-label=move || named_action("definition.hidden.show", &name())
                />
                <FieldSheet entity=entity.get_value() id=Some(id.get_value()) open=editing />
            </li>
        }
    };
    view! {
        <Show when=move || fields.with(|fields| !fields.is_empty())>
            <section>
                <h2 class="group-title">{t("definition.hidden")}</h2>
                <ul class="group">
                    <For each=move || fields.get() key=String::clone children=row />
                </ul>
                <p class="field-help">{t("definition.standing.help")}</p>
            </section>
        </Show>
    }
}

/// Changes the definitions from a row that has no place for a problem.
fn carry_out(change: DefinitionChange, pending: RwSignal<bool>) {
    pending.set(true);
    spawn_local(async move {
        if let Err(problems) = define(change).await {
            let text = untrack(|| problems_text(&problems, ""));
            app().toasts.show(Toast::new(text).with_icon(icons::ALERT));
        }
        pending.try_set(false);
    });
}

/// Fields that are no longer offered, with the way back.
#[component]
pub fn Retired(entity: String) -> impl IntoView {
    let entity = StoredValue::new(entity);
    let fields = Memo::new(move |_| {
        let found = entity.with_value(|entity| entity_now(entity));
        found
            .map(|entity| entity.fields.into_iter().filter(|field| field.retired).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let row = move |field: Field| {
        let (id, named) = (field.id.clone(), field.label.clone());
        let pending = RwSignal::new(false);
        let restore = move |()| {
            let (entity, field) = (entity.get_value(), id.clone());
            carry_out(DefinitionChange::RestoreField { entity, field }, pending);
        };
        view! {
            <li class="row">
                <span class="row-text">
                    <span class="row-title">{move || label(&field.label)}</span>
                </span>
                <Button
                    label=t("action.restore")
                    kind=ButtonKind::Quiet
                    pending
                    on_press=restore
                    attr:aria-label=move || named_action("action.restore", &label(&named))
                />
            </li>
        }
    };
    view! {
        <Show when=move || fields.with(|fields| !fields.is_empty())>
            <section>
                <h2 class="group-title">{t("definition.removed")}</h2>
                <ul class="group">{move || fields.get().into_iter().map(row).collect_view()}</ul>
            </section>
        </Show>
    }
}
