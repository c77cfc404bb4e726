//! Somebody else changed the same field meanwhile: both sides, and the choice between them, field by field.

use std::collections::BTreeSet;

use domain::command::Conflict;
use domain::ids::Id;
use leptos::prelude::*;

use crate::components::{Button, ButtonKind, Sheet, ToggleCard};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::open_while;
use crate::state::app;
use crate::state::outbox::{self, State};
use crate::state::session::schema;

/// Record and field of what stays as the others have it.
type Theirs = RwSignal<BTreeSet<(Id, String)>>;

/// Shows the conflict of a command as long as it names one.
#[component]
pub fn ConflictSheet(command: RwSignal<Option<Id>>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let open = open_while(command);
    let theirs: Theirs = RwSignal::default();
    let item = Memo::new(move |_| {
        let id = command.get()?;
        app().items.with(|items| items.iter().find(|item| item.command.id == id).cloned())
    });
    let conflicts = Memo::new(move |_| match item.get().map(|item| item.state.clone()) {
        Some(State::Conflict { conflicts }) => conflicts,
        _ => Vec::new(),
    });
    let several = Memo::new(move |_| {
        conflicts.with(|conflicts| conflicts.iter().map(|conflict| conflict.fields.len()).sum::<usize>() > 1)
    });
    Effect::new(move |_| {
        command.track();
        theirs.set(BTreeSet::new());
    });
    let done = move || {
        command.set(None);
        on_done.run(());
    };
    let decide = move |()| {
        if let Some(item) = item.get_untracked() {
            outbox::resolve(&item, &theirs.get_untracked());
        }
        done();
    };
    let give_way = move |()| {
        if let Some(id) = command.get_untracked() {
            outbox::discard(id);
        }
        done();
    };
    let foot = move || {
        let keep = move || {
            if several.get() { tr("conflict.keep_chosen", &[]) } else { tr("conflict.keep_mine", &[]) }
        };
        // Beside a choice for each field, giving way means all of them.
        let yield_all = move || {
            if several.get() { tr("conflict.keep_all_theirs", &[]) } else { tr("conflict.keep_theirs", &[]) }
        };
        view! {
            <Button label=yield_all on_press=give_way />
            <Button label=keep kind=ButtonKind::Primary on_press=decide />
        }
    };
    view! {
        <Sheet open title=t("conflict.title") close=t("action.close") foot=foot>
            <div class="stack">
                <p class="soft">{t("conflict.body")}</p>
                {move || conflicts.with(|conflicts| sides(conflicts, several.get(), theirs))}
            </div>
        </Sheet>
    }
}

fn sides(conflicts: &[Conflict], several: bool, theirs: Theirs) -> AnyView {
    let schema = schema();
    let mut rows = Vec::new();
    for conflict in conflicts {
        for one in &conflict.fields {
            let field = schema.entity(&conflict.entity).and_then(|entity| entity.field(&one.field));
            let Some(field) = field else { continue };
            let texts = [fields::text(field, &one.yours), fields::text(field, &one.theirs)];
            let [mine, others] =
                texts.map(|text| if text.is_empty() { tr("timeline.blank", &[]) } else { text });
            let name = label(&field.label);
            let sides = if several {
                choice((conflict.record, one.field.clone()), name.clone(), mine, others, theirs)
            } else {
                view! { <div class="versus">{side("conflict.mine", mine)} {side("conflict.others", others)}</div> }
                    .into_any()
            };
            rows.push(view! {
                <div class="stack stack-tight">
                    <h3 class="field-label">{name}</h3>
                    {sides}
                </div>
            });
        }
    }
    rows.into_any()
}

fn side(key: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="versus-side">
            <p class="versus-label">{t(key)}</p>
            <p>{text}</p>
        </div>
    }
}

/// With several fields each is decided by itself; one's own stands until the other is chosen.
fn choice(key: (Id, String), name: String, mine: String, others: String, theirs: Theirs) -> AnyView {
    let group = format!("{}.{}", key.0, key.1);
    let (own, other, set) = (key.clone(), key.clone(), key);
    let take = move |wanted: bool| {
        theirs.update(|theirs| {
            if wanted {
                theirs.insert(set.clone())
            } else {
                theirs.remove(&set)
            };
        })
    };
    let give = take.clone();
    view! {
        <div class="versus" role="radiogroup" aria-label=name>
            <ToggleCard
                title=t("conflict.mine")
                text=mine
                group=group.clone()
                chosen=Signal::derive(move || theirs.with(|theirs| !theirs.contains(&own)))
                on_choose=move |()| take(false)
            />
            <ToggleCard
                title=t("conflict.others")
                text=others
                group
                chosen=Signal::derive(move || theirs.with(|theirs| theirs.contains(&other)))
                on_choose=move |()| give(true)
            />
        </div>
    }
    .into_any()
}
