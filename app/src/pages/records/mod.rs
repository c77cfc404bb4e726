//! Lists, forms and pages of records, drawn from their definitions. No entity is named here except where it earns a
//! panel of its own.

mod became;
mod circumstance;
mod comments;
mod conflict;
mod convert;
mod convert_problems;
mod desk;
mod edit;
mod facts;
mod form;
mod history;
mod list;
mod looks;
mod mention;
mod moving;
mod page;
mod people;
mod plan;
mod reach;
mod related;
mod signals;
mod stage;
mod stays;
mod subject;
mod timeline;
mod touch;
mod wish;

pub use conflict::ConflictSheet;
pub use convert::ConvertLead;
pub use form::on_keys;
pub use list::{BoardFilters, Deleted, Records};
pub use moving::MovingSheet;
pub use page::StaleNote;
pub use touch::{NextChips, TouchSheet};

use domain::ids::Id;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::components::{EmptyState, Icon, icons, media};
use crate::i18n::t;
use crate::pages::Page;
use crate::state::session::schema;

/// From this width on the list stands beside its record.
const WIDE: &str = "(min-width: 48rem)";

/// `/records/{entity}/{id}`, and `/records/{entity}/new`.
#[component]
pub fn Record() -> impl IntoView {
    let params = use_params_map();
    let at = Memo::new(move |_| {
        params.with(|params| (params.get("entity").unwrap_or_default(), params.get("id").unwrap_or_default()))
    });
    // On a phone one thing at a time.
    let wide = media(WIDE);
    let beside = Memo::new(move |_| {
        let (entity, id) = at.get();
        (wide.get() && id != "new").then_some(entity)
    });
    let beside = move || {
        let definition =
            beside.get().and_then(|entity| definition(&entity)).filter(|entity| entity.listed)?;
        Some(view! { <list::Beside definition /> })
    };
    // Another kind whose definition changes does not take a form away that is being filled in.
    let shown = Memo::new(move |_| {
        let (entity, id) = at.get();
        (definition(&entity), id)
    });
    let page = move || {
        let (definition, id) = shown.get();
        match (definition, id.as_str(), id.parse::<Id>()) {
            (Some(definition), "new", _) => view! { <form::NewRecord definition /> }.into_any(),
            (Some(definition), _, Ok(id)) => view! { <page::RecordPage definition id /> }.into_any(),
            _ => view! { <Gone /> }.into_any(),
        }
    };
    view! {
        {beside}
        {page}
    }
}

/// The definition behind an address; the page is drawn again when it changes.
fn definition(id: &str) -> Option<Entity> {
    schema().entity(id).cloned()
}

#[component]
fn Gone() -> impl IntoView {
    view! {
        <Page title=t("record.gone.title") back=crate::routes::TODAY>
            <EmptyState drawing=icons::SEARCH title=t("record.gone.title") body=t("record.gone.body") />
        </Page>
    }
}

/// The drawing of a kind of record; kinds of one's own have a common one.
pub fn drawing(entity: &str) -> Icon {
    match entity {
        "lead" => icons::LEAD,
        "account" => icons::CUSTOMERS,
        "contact" => icons::CONTACT,
        "deal" => icons::DEAL,
        "product" => icons::PRODUCT,
        "competitor" | "deal_competitor" => icons::COMPETITOR,
        "deal_contact" => icons::CONTACT,
        "touch" => icons::TOUCH,
        "task" => icons::TASK,
        "user" => icons::USER,
        "team" => icons::TEAM,
        _ => icons::FIELDS,
    }
}
