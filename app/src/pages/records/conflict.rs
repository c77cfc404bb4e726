//! Somebody else changed the same field meanwhile: both sides, and the choice between them.

use domain::ids::Id;
use leptos::prelude::*;

use crate::components::{Button, ButtonKind, Sheet};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::open_while;
use crate::state::app;
use crate::state::outbox::{self, Item, State};
use crate::state::session::schema;

/// Shows the conflict of a command as long as it names one.
#[component]
pub fn ConflictSheet(command: RwSignal<Option<Id>>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let open = open_while(command);
    let item = Memo::new(move |_| {
        let id = command.get()?;
        app().items.with(|items| items.iter().find(|item| item.command.id == id).cloned())
    });
    let mine = move |()| {
        if let Some(item) = item.get_untracked() {
            outbox::use_mine(&item);
        }
        command.set(None);
        on_done.run(());
    };
    let theirs = move |()| {
        if let Some(id) = command.get_untracked() {
            outbox::discard(id);
        }
        command.set(None);
        on_done.run(());
    };
    let foot = move || {
        view! {
            <Button label=t("conflict.keep_theirs") on_press=theirs />
            <Button label=t("conflict.keep_mine") kind=ButtonKind::Primary on_press=mine />
        }
    };
    view! {
        <Sheet open title=t("conflict.title") close=t("action.close") foot=foot>
            {move || item.get().map(|item| sides(&item))}
        </Sheet>
    }
}

fn sides(item: &Item) -> AnyView {
    let State::Conflict { conflicts } = &item.state else { return ().into_any() };
    let schema = schema();
    let side = |key: &'static str, text: String| {
        let shown = if text.is_empty() { tr("timeline.blank", &[]) } else { text };
        view! {
            <div class="versus-side">
                <p class="versus-label">{t(key)}</p>
                <p>{shown}</p>
            </div>
        }
    };
    let mut rows = Vec::new();
    for conflict in conflicts {
        for one in &conflict.fields {
            let field = schema.entity(&conflict.entity).and_then(|entity| entity.field(&one.field));
            let Some(field) = field else { continue };
            let (mine, theirs) = (fields::text(field, &one.yours), fields::text(field, &one.theirs));
            rows.push(view! {
                <div class="stack stack-tight">
                    <h3 class="field-label">{label(&field.label)}</h3>
                    <div class="versus">{side("conflict.mine", mine)} {side("conflict.others", theirs)}</div>
                </div>
            });
        }
    }
    view! {
        <div class="stack">
            <p class="soft">{t("conflict.body")}</p>
            {rows}
        </div>
    }
    .into_any()
}
