//! What the cards of a board show: fields that somebody chose, in their order, and what a record lacks of what its stage
//! asks for by now. And the sheet in which both are chosen, with the lanes where there is room for them.

use std::sync::Arc;

use domain::api::record::RecordBody;
use domain::fields::FieldKind;
use domain::process;
use domain::schema::builtin::saved_view::{LANES as CHOICES, MAX_CARD};
use domain::schema::{Entity, Field};
use leptos::prelude::*;

use super::columns::{FieldRows, first_on_card};
use super::query::{LANES, NO_LANES};
use super::sentence::list_text;
use super::work::Work;
use crate::components::{
    Avatar, AvatarShape, Badge, Button, ChipGroup, Choice, Sheet, Tone, icon, icons, media,
};
use crate::fields::{self, schedule};
use crate::i18n::{label, t, tr};
use crate::pages::home::Face;
use crate::state::foresee::to_record;
use crate::state::names::name_of;
use crate::state::session::{role, schema};

/// From this width on a board has lanes.
const WIDE: &str = "(min-width: 64rem)";
/// Names of fields that the mark on a card has room for.
const NAMED: usize = 2;

/// What the board's cards show by now.
pub fn face(work: Work) -> Face {
    let first = work.with(first_on_card);
    let fields = work.columns.shown.get();
    // What nobody changed the card draws by itself.
    Face { fields: (fields != first).then_some(Arc::new(fields)), draw, lacks }
}

/// The field that makes the lanes, where there is room for them.
pub fn lanes(work: Work, wide: ReadSignal<bool>) -> Option<String> {
    wide.get().then(|| work.lanes.get()).flatten()
}

pub fn is_wide() -> ReadSignal<bool> {
    media(WIDE)
}

fn draw(body: &RecordBody, ids: &[String]) -> AnyView {
    let schema = schema();
    let Some(definition) = schema.entity(&body.entity) else { return ().into_any() };
    let fields = ids.iter().filter_map(|id| definition.field(id));
    let lines = fields.filter_map(|field| line(field, body)).collect_view();
    view! { <dl class="deal-card-fields">{lines}</dl> }.into_any()
}

/// One field; nothing when the record has none or somebody may not see it.
fn line(field: &Field, body: &RecordBody) -> Option<AnyView> {
    let json = body.values.get(&field.id).filter(|json| !json.is_null())?;
    if role().is_some_and(|role| role.hides(&body.entity, &field.id)) {
        return None;
    }
    let value = match &field.kind {
        FieldKind::User(_) => {
            let id = fields::reference(body, &field.id)?;
            let person = move || {
                name_of(id).map(|name| {
                    view! {
                        <Avatar name=name.clone() shape=AvatarShape::Small />
                        {name}
                    }
                })
            };
            view! { <span class="deal-card-person">{person}</span> }.into_any()
        }
        FieldKind::Schedule(_) => {
            let tone = if schedule::is_late(json) { Tone::Danger } else { Tone::Plain };
            let day = schedule::date_of(json).map(fields::day_text)?;
            view! { <Badge label=day tone /> }.into_any()
        }
        FieldKind::Money(_) => {
            view! { <span class="deal-card-amount">{fields::cell(field, json)}</span> }.into_any()
        }
        _ => fields::cell(field, json),
    };
    // What a name, an amount or a coloured word is, one sees; a bare day or number says nothing by itself.
    let speaks = matches!(
        field.kind,
        FieldKind::User(_)
            | FieldKind::Relation(_)
            | FieldKind::Money(_)
            | FieldKind::Choice(_)
            | FieldKind::Choices(_)
            | FieldKind::Tags(_)
            | FieldKind::Stage(_)
            | FieldKind::Phone(_)
            | FieldKind::Email(_)
    );
    let name = field.label.clone();
    Some(
        view! {
            <div class="deal-card-field">
                <dt class=if speaks { "visually-hidden" } else { "deal-card-label" }>{move || label(&name)}</dt>
                <dd class="truncate numeric">{value}</dd>
            </div>
        }
        .into_any(),
    )
}

/// What the stage asks of whoever comes in now and this record does not hold.
fn lacks(body: &RecordBody) -> AnyView {
    let schema = schema();
    let stage = body.values.get("stage").and_then(|stage| stage.as_str());
    let found = || -> Option<Vec<String>> {
        let definition: &Entity = schema.entity(&body.entity)?;
        let (_, stage) = schema.stage_of(&body.entity, stage?)?;
        // Most stages ask for nothing.
        if stage.required.is_empty() {
            return None;
        }
        let lacking = process::lacks(stage, definition, &role()?, &to_record(&schema, body).values);
        let names = lacking.iter().filter_map(|id| Some(label(&definition.field(id)?.label)));
        Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
    };
    let Some(names) = found() else { return ().into_any() };
    let text = match names.len().checked_sub(NAMED) {
        Some(further) if further > 0 => {
            tr("face.lacks.more", &[("fields", &list_text(&names[..NAMED])), ("count", &further.to_string())])
        }
        _ => tr("face.lacks", &[("fields", &list_text(&names))]),
    };
    view! { <Badge label=text tone=Tone::Warning /> }.into_any()
}

/// Opens the sheet below.
#[component]
pub fn FaceButton(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <button type="button" class="list-filter" aria-haspopup="dialog" aria-label=t("face.title") on:click=move |_| open.set(true)>
            {icon(icons::FIELDS)}
            <span class="list-filter-text">{t("face.button")}</span>
        </button>
    }
}

#[component]
pub fn FaceSheet(work: Work, wide: ReadSignal<bool>, open: RwSignal<bool>) -> impl IntoView {
    let columns = work.columns;
    let reset = move |()| {
        columns.reset();
        work.query.set(vec![(LANES, None)]);
    };
    let foot = move || view! { <Button label=t("list.columns.reset") on_press=reset /> };
    let choices = Signal::derive(move || {
        let field = |id: &&str| {
            let field = work.field(id)?;
            Some(Choice::new(*id, move || label(&field.label)))
        };
        let none = Choice::new(NO_LANES, t("face.lanes.none"));
        std::iter::once(none).chain(CHOICES.iter().filter_map(field)).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || work.lanes.get().unwrap_or_else(|| NO_LANES.to_owned()));
    let choose = move |id: String| work.query.set(vec![(LANES, Some(id))]);
    view! {
        <Sheet open title=t("face.title") close=t("action.close") foot=foot>
            <div class="stack">
                <Show when=move || wide.get()>
                    <ChipGroup legend=t("face.lanes") show_legend=true choices value=chosen on_choose=choose />
                </Show>
                <section>
                    <h3 class="group-title">{t("face.fields")}</h3>
                    <FieldRows work most=MAX_CARD />
                </section>
            </div>
        </Sheet>
    }
}
