//! What is on its way to the server, and what was sent back: a small sign in the bar, and the sheet behind it.

use std::sync::Arc;

use domain::api::Code;
use domain::command::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::components::{Badge, Button, ButtonKind, EmptyState, Sheet, Tone, icon, icons};
use crate::i18n::{label, t, tr};
use crate::pages::records::ConflictSheet;
use crate::routes;
use crate::state::app;
use crate::state::outbox::{self, Item, State};
use crate::state::session::schema;

/// How many wait, and how many want a decision.
fn counts() -> (usize, usize) {
    app().items.with(|items| {
        let waiting = items.iter().filter(|item| item.waits()).count();
        (waiting, items.iter().filter(|item| item.needs_a_decision()).count())
    })
}

/// In the bar of every page; nothing to see while everything is saved.
#[component]
pub fn Tray() -> impl IntoView {
    let state = Memo::new(move |_| {
        let (waiting, refused) = counts();
        match (refused, app().online.get(), waiting) {
            (1.., ..) => "refused",
            (0, false, _) => "offline",
            (0, true, 1..) => "waiting",
            (0, true, 0) => "synced",
        }
    });
    let text = move || {
        let (waiting, refused) = counts();
        let (waiting, refused) = (waiting.to_string(), refused.to_string());
        match state.get() {
            "refused" => tr("outbox.refused", &[("count", &refused)]),
            "offline" if waiting == "0" => tr("sync.offline", &[]),
            "synced" => tr("sync.synced", &[]),
            _ => tr("outbox.waiting", &[("count", &waiting)]),
        }
    };
    let short = move || {
        let (waiting, refused) = counts();
        match state.get() {
            "refused" => refused.to_string(),
            "synced" => String::new(),
            _ if waiting == 0 => String::new(),
            _ => waiting.to_string(),
        }
    };
    let drawing = move || match state.get() {
        "refused" => icons::ALERT,
        "offline" => icons::OFFLINE,
        _ => icons::SYNC,
    };
    view! {
        <span class="visually-hidden" role="status">{move || if state.get() == "synced" { String::new() } else { text() }}</span>
        <Show when=move || state.get() != "synced">
            <button
                type="button"
                class="tray"
                data-state=move || state.get()
                aria-haspopup="dialog"
                aria-label=text
                on:click=move |_| app().tray.set(true)
            >
                {move || icon(drawing())}
                <span class="numeric">{short}</span>
            </button>
        </Show>
    }
}

/// The sheet behind the sign. Once for all pages.
#[component]
pub fn TraySheet() -> impl IntoView {
    let open = app().tray;
    let conflict = RwSignal::new(None);
    let items = Memo::new(move |_| {
        app().items.with(|items| {
            items.iter().filter(|item| !matches!(item.state, State::Done { .. })).cloned().collect::<Vec<_>>()
        })
    });
    let any = Memo::new(move |_| items.with(|items| !items.is_empty()));
    let navigate = StoredValue::new_local(use_navigate());
    let go = Callback::new(move |to: String| {
        open.set(false);
        navigate.with_value(|navigate| navigate(&to, leptos_router::NavigateOptions::default()));
    });
    view! {
        <Sheet open title=t("outbox.title") close=t("action.close")>
            <div class="stack">
                <Show when=move || !app().online.get()>
                    <p class="notice" data-tone="warning">
                        {icon(icons::OFFLINE)} <span>{t("outbox.offline")}</span>
                    </p>
                </Show>
                <Show
                    when=move || any.get()
                    fallback=|| view! { <EmptyState drawing=icons::SYNCED title=t("outbox.empty") body=t("sync.synced") /> }
                >
                    <ul class="group">
                        <For each=move || items.get() key=|item| (item.command.id, item.waits()) let:item>
                            <TrayItem item conflict go />
                        </For>
                    </ul>
                    <Show when=move || counts().0 != 0>
                        <Button label=t("outbox.retry") drawing=icons::SYNC block=true pending=app().sending on_press=move |()| outbox::wake() />
                    </Show>
                </Show>
            </div>
        </Sheet>
        <ConflictSheet command=conflict on_done=|()| {} />
    }
}

#[component]
fn TrayItem(
    item: Arc<Item>,
    conflict: RwSignal<Option<domain::ids::Id>>,
    go: Callback<String>,
) -> impl IntoView {
    let id = item.command.id;
    let note = item.note.clone();
    let title = move || {
        let entity = schema().entity(&note.entity).map(|entity| label(&entity.label)).unwrap_or_default();
        tr(&note.key, &[("name", &note.name), ("entity", &entity)])
    };
    let tone = if item.waits() { Tone::Warning } else { Tone::Danger };
    let said = if item.waits() { "timeline.waiting" } else { "outbox.held" };
    let state = item.state.clone();
    let named = item.command.clone();
    let why = move || match &state {
        State::Refused { code, problems } => {
            let mut lines: Vec<String> =
                problems.iter().map(|problem| outbox::problem_text(&named, problem)).collect();
            if lines.is_empty() {
                lines.push(tr(Code::message_key(*code), &[]));
            }
            lines
                .into_iter()
                .map(|line| view! { <p class="field-problem">{line}</p> })
                .collect_view()
                .into_any()
        }
        State::Conflict { .. } => view! { <p class="field-problem">{t("conflict.title")}</p> }.into_any(),
        State::Waiting | State::Done { .. } => ().into_any(),
    };
    let decisions = match &item.state {
        State::Refused { .. } => {
            let again = edit_again(&item, go);
            view! {
                {again.map(|again| view! { <Button label=t("action.edit") on_press=again /> })}
                <Button label=t("action.retry") on_press=move |()| outbox::retry(id) />
                <Button label=t("outbox.discard") kind=ButtonKind::DangerQuiet on_press=move |()| outbox::discard(id) />
            }
            .into_any()
        }
        State::Conflict { .. } => {
            view! {
                <Button label=t("conflict.decide") kind=ButtonKind::Primary on_press=move |()| conflict.set(Some(id)) />
                <Button label=t("outbox.discard") kind=ButtonKind::DangerQuiet on_press=move |()| outbox::discard(id) />
            }
            .into_any()
        }
        State::Waiting | State::Done { .. } => ().into_any(),
    };
    view! {
        <li class="tray-item">
            <div class="tray-head">
                <span class="row-title">{title}</span>
                <Badge label=t(said) tone />
            </div>
            {why}
            <div class="tray-decisions">{decisions}</div>
        </li>
    }
}

/// Opens the form again with what was refused.
fn edit_again(item: &Item, go: Callback<String>) -> Option<Callback<()>> {
    let (id, action) = (item.command.id, item.command.actions.first()?.clone());
    let to = match &action {
        Action::Create { entity, .. } => routes::new_record(entity),
        Action::Update { entity, record, .. } => routes::record(entity, &record.to_string()),
        _ => return None,
    };
    Some(Callback::new(move |()| {
        if let Action::Create { entity, values, .. } = &action {
            app().draft.set(Some((entity.clone(), values.clone())));
        }
        outbox::discard(id);
        go.run(to.clone());
    }))
}
