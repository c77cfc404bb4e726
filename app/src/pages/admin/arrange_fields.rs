//! The layout of forms and record pages while it is being arranged. Nothing is saved before it is confirmed.

use domain::schema::change::apply;
use domain::schema::effects::effects;
use domain::schema::{Field as Definition, Label};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::arrange::{Hold, Movable, Movables, focus_row};
use super::define::define;
use super::effects::{Effects, field_name};
use super::layout::{Layout, Row, Standing};
use super::naming::{Naming, NamingFields, definition_id};
use crate::components::{Button, ButtonKind, ButtonRow, FormProblem, IconButton, Sheet, icons};
use crate::i18n::{label, named_action, problems_text, t, tr};
use crate::pages::more::Problems;
use crate::pages::records::on_keys;
use crate::state::session::{schema, schema_now};
use crate::state::time;

#[component]
pub fn ArrangeFields(entity: String, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let Some(begun) = schema_now().entity(&entity).map(Layout::of) else { return ().into_any() };
    let layout = RwSignal::new(begun.clone());
    let begun = StoredValue::new(begun);
    let entity = StoredValue::new(entity);
    let pending = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    // What the sheet is about: a row, or a section that is yet to be made.
    let chosen = RwSignal::new(None::<Row>);
    let open = RwSignal::new(false);
    let place = NodeRef::<html::Div>::new();
    // The browser gives the focus back to what opened the sheet; of what was hidden or taken away that is gone.
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if let Some(row) = chosen.get_untracked().filter(|_| before == Some(true) && !now) {
            follow(place, layout, row.key(), true);
        }
        now
    });

    let name_of = move |row: &Row| match row {
        Row::Heading(id) => section_name(layout, id),
        Row::Field(id) => entity.with_value(|entity| field_name(entity, id)),
    };
    let items = Memo::new(move |_| {
        let movable = |row: Row| {
            let more =
                matches!(&row, Row::Field(id) if layout.with(|layout| layout.standing(id)) == Standing::More);
            Movable {
                id: row.key(),
                name: name_of(&row),
                note: if more { tr(Standing::More.key(), &[]) } else { String::new() },
                is_heading: matches!(row, Row::Heading(_)),
            }
        };
        layout.with(Layout::rows).into_iter().map(movable).collect::<Vec<_>>()
    });
    let put = move |(key, to): (String, usize)| {
        layout.update(|layout| layout.move_to(&Row::of_key(&key), to));
    };
    let set_up = move |row: Option<Row>| {
        chosen.set(row);
        open.set(true);
    };
    let end = move |key: String| {
        let row = Row::of_key(&key);
        let named = row.clone();
        let text = move || {
            let key = match named {
                Row::Heading(_) => "definition.layout.section.edit",
                Row::Field(_) => "definition.layout.field.edit",
            };
            tr(key, &[("name", &name_of(&named))])
        };
        view! { <IconButton label=text drawing=icons::MORE on_press=move |()| set_up(Some(row.clone())) /> }
            .into_any()
    };
    let title = move || {
        chosen.with(|row| row.as_ref().map_or_else(|| tr("definition.layout.section.add", &[]), name_of))
    };
    let sheet = move || {
        let entity = entity.get_value();
        match chosen.get_untracked() {
            Some(Row::Field(field)) => {
                let known = schema_now();
                let field = known.entity(&entity).and_then(|known| known.field(&field)).cloned();
                field.map(|field| view! { <Place entity field layout /> }).into_any()
            }
            Some(Row::Heading(id)) => view! { <SectionForm entity id=Some(id) layout open /> }.into_any(),
            None => view! { <SectionForm entity id=None layout open /> }.into_any(),
        }
    };
    let wished = move || layout.get().change(&entity.get_value());
    let meaning = Signal::derive(move || effects(&schema(), &wished()));
    let save = Callback::new(move |()| {
        if pending.get_untracked() {
            return;
        }
        if begun.with_value(|begun| layout.with_untracked(|layout| layout == begun)) {
            on_done.run(());
            return;
        }
        pending.set(true);
        let change = untrack(wished);
        spawn_local(async move {
            let outcome = define(change).await;
            pending.try_set(false);
            match outcome {
                Ok(()) => {
                    on_done.try_run(());
                }
                Err(found) => {
                    let kind = entity.try_get_value().unwrap_or_default();
                    problem.try_set(Some(untrack(|| problems_text(&found, &kind))));
                }
            }
        });
    });
    // As in a form. Escape gives nothing up: a row that moves has no draft.
    on_keys(save, None);
    // What was pressed to come here is gone.
    if let Some(first) = layout.with_untracked(|layout| layout.rows().first().map(Row::key)) {
        follow(place, layout, first, true);
    }
    let hidden = move || layout.with(|layout| layout.hidden.clone());
    let hidden_row = move |id: String| {
        let (field, row, named) = (id.clone(), id.clone(), Row::Field(id.clone()));
        view! {
            <li class="row" data-row=row>
                <span class="row-text">
                    <span class="row-title">{move || name_of(&Row::Field(field.clone()))}</span>
                </span>
                <Button
                    label=t("definition.hidden.show")
                    kind=ButtonKind::Quiet
                    on_press=move |()| {
                        layout.update(|layout| layout.stand(&id, Standing::AtOnce));
                        follow(place, layout, id.clone(), false);
                    }
                    attr:aria-label=move || named_action("definition.hidden.show", &name_of(&named))
                />
            </li>
        }
    };
    view! {
        <div class="arrange-all" node_ref=place>
            // Before the rows: there are many, and each has several controls.
            <div class="save-bar save-bar-top">
                <Effects effects=meaning />
                <FormProblem problem />
                <div class="btn-row btn-row-end">
                    <Button label=t("action.cancel") on_press=on_done />
                    <Button label=t("definition.layout.save") kind=ButtonKind::Primary pending on_press=save />
                </div>
            </div>
            <div class="stack">
                <p class="field-help">{t("definition.layout.help")}</p>
                <Movables items on_move=put end=Callback::new(end) />
                <div class="btn-row">
                    <Button
                        label=t("definition.layout.section.add")
                        kind=ButtonKind::Quiet
                        drawing=icons::ADD
                        on_press=move |()| set_up(None)
                    />
                </div>
                <Show when=move || layout.with(|layout| !layout.hidden.is_empty())>
                    <section>
                        <h3 class="group-title">{t("definition.hidden")}</h3>
                        <ul class="group">
                            <For each=hidden key=String::clone children=hidden_row />
                        </ul>
                    </section>
                </Show>
            </div>
        </div>
        <Sheet open title close=t("action.close")>
            {sheet()}
        </Sheet>
    }
    .into_any()
}

/// Gives the focus to where a row is now, or to the first one when it is nowhere; with `lost` only when nothing has it.
fn follow(place: NodeRef<html::Div>, layout: RwSignal<Layout>, key: String, lost: bool) {
    request_animation_frame(move || {
        let Some(Some(place)) = place.try_get_untracked() else { return };
        // What has the focus in a sheet that has just closed loses it when the page is drawn.
        let gone = |element: &web_sys::Element| {
            element.tag_name() == "BODY" || matches!(element.closest("dialog:not([open])"), Ok(Some(_)))
        };
        let nothing = || document().active_element().is_none_or(|element| gone(&element));
        if (!lost || nothing())
            && !focus_row(&place, &key, Hold::Grip)
            && let Some(first) = layout.with_untracked(|layout| layout.rows().first().map(Row::key))
        {
            focus_row(&place, &first, Hold::Grip);
        }
    });
}

fn section_name(layout: RwSignal<Layout>, id: &str) -> String {
    let name = |layout: &Layout| {
        layout.sections.iter().find(|section| section.id == id).map(|section| label(&section.label))
    };
    layout.with(name).unwrap_or_default()
}

/// How one field stands, and in which section.
#[component]
fn Place(entity: String, field: Definition, layout: RwSignal<Layout>) -> impl IntoView {
    let known = schema_now();
    let must_stand = known.entity(&entity).is_some_and(|entity| entity.has_to_stand(&field));
    let (system, id) = (field.system, StoredValue::new(field.id));
    let standing = move |wished: Standing| {
        let chosen =
            Signal::derive(move || id.with_value(|id| layout.with(|layout| layout.standing(id) == wished)));
        let choose = move |()| id.with_value(|id| layout.update(|layout| layout.stand(id, wished)));
        view! { <ButtonRow title=t(wished.key_for(system)) chosen on_press=choose /> }
    };
    let standings = Standing::ALL.into_iter().filter(move |standing| standing.is_for(system));
    let section = move |section: Option<String>| {
        let (named, own) = (section.clone(), section.clone());
        let name = move || match &named {
            Some(section) => section_name(layout, section),
            None => tr("definition.layout.first", &[]),
        };
        let chosen = Signal::derive(move || {
            id.with_value(|id| layout.with(|layout| layout.section_of(id) == own.as_deref()))
        });
        let choose = move |()| {
            id.with_value(|id| layout.update(|layout| layout.put_in(id, section.as_deref())));
        };
        view! { <ButtonRow title=name chosen on_press=choose /> }
    };
    let sections = move || {
        let known = layout.with_untracked(|layout| {
            layout.sections.iter().map(|section| section.id.clone()).collect::<Vec<_>>()
        });
        std::iter::once(None).chain(known.into_iter().map(Some)).map(section).collect_view()
    };
    let has_place = move || {
        let shown = id.with_value(|id| layout.with(|layout| layout.standing(id) != Standing::Hidden));
        shown && layout.with(|layout| !layout.sections.is_empty())
    };
    view! {
        <div class="stack">
            {if must_stand {
                view! { <p class="field-help">{t("definition.standing.required")}</p> }.into_any()
            } else {
                view! {
                    <div>
                        <div class="group">{standings.map(standing).collect_view()}</div>
                        <p class="field-help">{t("definition.standing.help")}</p>
                    </div>
                }
                    .into_any()
            }}
            <Show when=has_place>
                <section>
                    <h3 class="group-title">{t("definition.layout.section")}</h3>
                    <div class="group">{sections()}</div>
                </section>
            </Show>
        </div>
    }
}

/// The name of a section, for one that is there with its place and its removal.
#[component]
fn SectionForm(
    entity: String,
    id: Option<String>,
    layout: RwSignal<Layout>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let known = layout.with_untracked(|layout| {
        let found = layout.sections.iter().find(|section| Some(&section.id) == id.as_ref());
        found.map(|section| section.label.clone())
    });
    let naming = Naming::of(known.as_ref());
    let problems = Problems::none();
    let named = id.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let label: Label = untrack(|| naming.label());
        let mut next = layout.get_untracked();
        match &named {
            Some(id) => next.rename_section(id, label),
            None => next.add_section(definition_id("p"), label),
        }
        match apply(&schema_now(), &next.clone().change(&entity), &time::ZONES) {
            Ok(_) => {
                layout.set(next);
                open.set(false);
            }
            // A name is what can be wrong with a section here.
            Err(found) => problems.0.set(found.into_iter().map(|problem| problem.at("label")).collect()),
        }
    };
    let there = id.map(|id| {
        let id = StoredValue::new(id);
        let shift = move |by: isize| id.with_value(|id| layout.update(|layout| layout.shift_section(id, by)));
        let remove = move |()| {
            open.set(false);
            id.with_value(|id| layout.update(|layout| layout.remove_section(id)));
        };
        let place = move || {
            layout.with(|layout| {
                let at = layout.sections.iter().position(|section| id.with_value(|id| section.id == *id));
                (at == Some(0), at.is_some_and(|at| at + 1 == layout.sections.len()))
            })
        };
        view! {
            <div class="btn-row">
                <Button
                    label=t("definition.layout.section.up")
                    kind=ButtonKind::Quiet
                    drawing=icons::UP
                    disabled=Signal::derive(move || place().0)
                    on_press=move |()| shift(-1)
                />
                <Button
                    label=t("definition.layout.section.down")
                    kind=ButtonKind::Quiet
                    drawing=icons::DOWN
                    disabled=Signal::derive(move || place().1)
                    on_press=move |()| shift(1)
                />
            </div>
            <Button label=t("definition.layout.section.remove") kind=ButtonKind::DangerQuiet on_press=remove />
            <p class="field-help">{t("definition.layout.section.remove.help")}</p>
        }
    });
    view! {
        <form class="form" novalidate on:submit=submit>
            <NamingFields naming problems />
            <Button label=t("action.done") kind=ButtonKind::Primary submit=true block=true />
            {there}
        </form>
    }
}
