//! What was deleted of one kind of record and can still be restored: when, by whom, and the way back.

use domain::api::record::{ListRequest, RecordBody};
use domain::command::Action;
use domain::record::is_restorable;
use domain::schema::Entity;
use domain::time::Instant;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::pages::Pages;
use crate::components::{Button, EmptyState, SkeletonRows, icon, icons};
use crate::fields;
use crate::i18n::{format, label, say, t, tr};
use crate::pages::records::page::{StaleNote, person};
use crate::pages::records::{definition, drawing};
use crate::pages::{NotFound, Page, Unread, Width};
use crate::routes;
use crate::state::outbox::{self, Note};
use crate::state::session::{schema, schema_now};
use crate::state::time::now;

/// `/records/{entity}/deleted`
#[component]
pub fn Deleted() -> impl IntoView {
    let params = use_params_map();
    let entity = Memo::new(move |_| params.with(|params| params.get("entity").unwrap_or_default()));
    move || match definition(&entity.get()) {
        Some(definition) => view! { <DeletedList definition /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn DeletedList(definition: Entity) -> impl IntoView {
    let entity = definition.id.clone();
    let plural = definition.plural.clone();
    let request = Memo::new(|_| Some(ListRequest { deleted: Some(true), ..ListRequest::default() }));
    let pages = Pages::load(definition, request);
    let all = pages.rows();
    // What is on its way back is here no more, and what this device makes was never here.
    let rows = Memo::new(move |_| {
        all.with(|rows| rows.iter().filter(|body| body.deleted).cloned().collect::<Vec<_>>())
    });
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let list = move || {
        view! {
            <ul class="group">
                <For each=move || rows.get() key=|body| (body.id, body.version) children=row />
            </ul>
            <Show when=move || pages.next.with(Option::is_some)>
                <Button label=t("list.more") block=true pending=pages.pending on_press=move |()| pages.more() />
            </Show>
        }
    };
    let back = routes::records(&entity);
    let title = move || tr("deleted.title_of", &[("entity", &label(&plural))]);
    let content = move || {
        // The rows at hand may all be on their way back while others are left.
        if any.get() || pages.next.with(Option::is_some) {
            list().into_any()
        } else if pages.first.value.with(Option::is_some) {
            view! { <EmptyState drawing=icons::DELETE title=t("deleted.empty.title") body=t("deleted.empty.body") /> }
                .into_any()
        } else if let Some(error) = pages.first.error.get() {
            view! { <Unread error /> }.into_any()
        } else {
            view! { <SkeletonRows count=6 /> }.into_any()
        }
    };
    view! {
        <Page title=title back=back width=Width::Broad>
            <div class="stack">
                <StaleNote stale=pages.first.stale />
                <Show when=move || any.get()>
                    <p class="list-note">{t("deleted.help")}</p>
                </Show>
                {content}
            </div>
        </Page>
    }
}

fn row(body: RecordBody) -> impl IntoView {
    let name = fields::title(&schema(), &body);
    let restore_name = name.clone();
    let may = may_restore(&body);
    let mark = drawing(&body.entity);
    let body = StoredValue::new(body);
    view! {
        <li class="row">
            <span class="row-icon">{icon(mark)}</span>
            <span class="row-text">
                <span class="row-title">{name}</span>
                <span class="row-sub row-sub-wrap">{move || body.with_value(told)}</span>
            </span>
            {may.then(|| view! {
                <button
                    type="button"
                    class="btn btn-quiet"
                    aria-label=move || tr("deleted.restore", &[("name", &restore_name)])
                    on:click=move |_| body.with_value(restore)
                >
                    {icon(icons::UNDO)}
                    <span>{t("action.restore")}</span>
                </button>
            })}
        </li>
    }
}

/// Whether the reader may bring it back, and still can.
pub fn may_restore(body: &RecordBody) -> bool {
    body.may.delete && body.deleted_at.is_none_or(|at| is_restorable(at, now()))
}

/// When it was deleted, and by whom: nothing changes a record after that.
pub fn told(body: &RecordBody) -> String {
    let when = body.deleted_at.map(moment).unwrap_or_default();
    let by = fields::reference(body, "updated_by").map(person);
    match by {
        Some(name) => tr("deleted.by", &[("when", &when), ("name", &name)]),
        None => tr("deleted.when", &[("when", &when)]),
    }
}

fn moment(at: Instant) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
    format::moment(at.unix_ms() as f64)
}

/// Brings a deleted record back.
pub fn restore(body: &RecordBody) {
    let name = fields::title(&schema_now(), body);
    let note = Note {
        key: "outbox.item.restore".to_owned(),
        entity: body.entity.clone(),
        name: name.clone(),
        toast: Some(say("record.restored.toast", &[("name", &name)])),
        record: Some((body.entity.clone(), body.id)),
    };
    let action = Action::Restore { entity: body.entity.clone(), record: body.id };
    outbox::submit_soon(outbox::command(vec![action]), note, vec![body.clone()]);
}
