//! One of a tree of choices: a sheet goes down level by level, and any node can be the answer.

use domain::fields::{ChoiceOption, TreeChoice};
use leptos::html;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::{Input, choice, plain};
use crate::components::{ButtonRow, ColorBadge, PickButton, Sheet, icon, icons};
use crate::i18n::{label, t, tr};
use crate::state::session::schema_now;

const STEP: &str = " / ";

pub(super) fn input(input: &Input, kind: &TreeChoice) -> AnyView {
    let value = input.value;
    let offered = StoredValue::new(input.field.kind.behaviour().options(&schema_now()));
    let open = RwSignal::new(false);
    let shown = {
        let kind = kind.clone();
        Signal::derive(move || value.with(|json| text(&kind, json)))
    };
    let name = input.field.label.clone();
    let pick = move |id: String| {
        value.set(Json::from(id));
        open.set(false);
    };
    let start = move || value.with_untracked(plain);
    view! {
        <PickButton
            value=shown
            placeholder=t("field.choose")
            clear=t("action.clear")
            on_press=move |()| open.set(true)
            on_clear=move |()| value.set(Json::Null)
        />
        <Sheet open title=move || label(&name) close=t("action.close")>
            <Levels offered chosen=start() on_pick=pick />
        </Sheet>
    }
    .into_any()
}

#[component]
fn Levels(
    offered: StoredValue<Vec<ChoiceOption>>,
    chosen: String,
    #[prop(into)] on_pick: Callback<String>,
) -> impl IntoView {
    let find =
        move |id: &str| offered.with_value(|options| options.iter().find(|option| option.id == id).cloned());
    let has_below = move |id: &str| {
        offered.with_value(|options| options.iter().any(|option| option.parent.as_deref() == Some(id)))
    };
    // One sees what is chosen among its neighbours.
    let at = RwSignal::new(find(&chosen).and_then(|option| option.parent));
    let chosen = StoredValue::new(chosen);
    let list = NodeRef::<html::Div>::new();
    let go = move |to: Option<String>| {
        at.set(to);
        // The row that was pressed is gone: the focus goes to the list that took its place.
        request_animation_frame(move || {
            if let Some(list) = list.get_untracked() {
                let _ = list.focus();
            }
        });
    };
    let head = move || {
        let here = at.get().and_then(|id| find(&id))?;
        let above = here.parent.clone();
        let back = match above.as_deref().and_then(find) {
            Some(above) => label(&above.label),
            None => tr("field.tree.top", &[]),
        };
        let (id, own) = (here.id.clone(), here.id.clone());
        let text = here.label.clone();
        Some(view! {
            <ButtonRow title=back on_press=move |()| go(above.clone())>
                <span class="row-icon">{icon(icons::BACK)}</span>
            </ButtonRow>
            <ButtonRow
                title=move || tr("field.tree.choose", &[("name", &label(&text))])
                chosen=Signal::derive(move || chosen.with_value(|chosen| *chosen == own))
                on_press=move |()| on_pick.run(id.clone())
            />
        })
    };
    let row = move |option: ChoiceOption| {
        let (id, text) = (option.id.clone(), option.label.clone());
        if has_below(&option.id) {
            return view! {
                <button type="button" class="row" on:click=move |_| go(Some(id.clone()))>
                    <span class="row-text">
                        <span class="row-title">{move || label(&text)}</span>
                    </span>
                    <span class="row-end">{icon(icons::CHEVRON)}</span>
                </button>
            }
            .into_any();
        }
        let own = option.id.clone();
        view! {
            <ButtonRow
                title=move || label(&text)
                chosen=Signal::derive(move || chosen.with_value(|chosen| *chosen == own))
                on_press=move |()| on_pick.run(id.clone())
            />
        }
        .into_any()
    };
    let below = move || {
        let here = at.get();
        offered.with_value(|options| {
            options.iter().filter(|option| option.parent == here).cloned().map(row).collect_view()
        })
    };
    view! {
        <div class="group tree-levels" tabindex="-1" node_ref=list>
            {head}
            {below}
        </div>
    }
}

pub(super) fn text(kind: &TreeChoice, json: &Json) -> String {
    let id = json.as_str().unwrap_or_default();
    let path: Vec<String> = kind.path(id).iter().map(|option| label(&option.label)).collect();
    if path.is_empty() { id.to_owned() } else { path.join(STEP) }
}

pub(super) fn display(kind: &TreeChoice, json: &Json) -> AnyView {
    let color = choice::color_of(&kind.options, json.as_str().unwrap_or_default());
    let (kind, json) = (kind.clone(), json.clone());
    let text = move || text(&kind, &json);
    match color {
        Some(_) => view! { <ColorBadge label=text color /> }.into_any(),
        None => text.into_any(),
    }
}
