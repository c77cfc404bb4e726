//! What is done with ticked rows: the bar that says how many, and the sheets in which a bulk change is chosen.

use domain::api::record::RecordBody;
use domain::schema::Field;
use leptos::prelude::*;
use serde_json::Value as Json;

use super::bulk_move::MoveSheet;
use super::job::{About, start};
use super::work::Work;
use crate::components::{
    Button, ButtonKind, ChipGroup, Choice, Field as Labelled, IconButton, Select, Sheet, icon, icons,
    mark_page,
};
use crate::fields::{self, Picker};
use crate::i18n::{format, label, problem_text, say, t, tr};
use crate::pages::records::wish::{Wish, holds_several, items, settable};
use crate::state::foresee::{problem_of, with_reading};
use crate::state::session::schema_now;

/// What the bar works on.
#[derive(Clone, Copy)]
pub struct Bulk {
    pub work: Work,
    /// Rows that have been loaded.
    pub rows: Memo<Vec<RecordBody>>,
    /// Everything that the filter lets through.
    pub count: Memo<Option<u64>>,
    /// The bulk change whose progress is shown.
    pub shown: RwSignal<Option<domain::ids::Id>>,
}

impl Bulk {
    pub fn ticked(&self) -> usize {
        let picked = self.work.picked;
        if picked.all.get() {
            return self.count.get().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        }
        picked.ids.with(std::collections::BTreeSet::len)
    }

    pub fn about(&self) -> About {
        let picked = self.work.picked;
        if picked.all.get_untracked() {
            let expected = self.count.get_untracked().and_then(|count| usize::try_from(count).ok());
            return About::Everything {
                filter: self.work.condition.get_untracked(),
                expected: expected.unwrap_or(0),
            };
        }
        let ids = picked.ids.get_untracked();
        let rows = self.rows.get_untracked();
        About::These(rows.into_iter().filter(|body| ids.contains(&body.id)).collect())
    }

    pub fn begin(&self, wish: Wish, title: String) {
        let id = start(&self.work.entity(), wish, title, self.about());
        self.work.picked.clear();
        self.shown.set(Some(id));
    }
}

/// Appears with the first tick and stays in reach of the thumb.
#[component]
pub fn BulkBar(bulk: Bulk) -> impl IntoView {
    let Bulk { work, rows, count, .. } = bulk;
    let picked = work.picked;
    let (editing, assigning, deleting) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let moving = RwSignal::new(false);
    let staged = schema_now().pipelines_of(&work.entity()).next().is_some();
    let ticked = move || format::number(i64::try_from(bulk.ticked()).unwrap_or(i64::MAX));
    let may = move |check: fn(&RecordBody) -> bool| rows.with(|rows| rows.iter().any(check));
    let ownable = work.with(|definition| definition.field("owner").is_some());
    // Everything beyond what is on the screen is its own wish.
    let more = Memo::new(move |_| {
        let loaded = rows.with(|rows| rows.len() as u64);
        let every_one =
            picked.ids.with(|ids| rows.with(|rows| rows.iter().all(|body| ids.contains(&body.id))));
        (!picked.all.get() && every_one).then(|| count.get()).flatten().filter(|count| *count > loaded)
    });
    let page = move |_| picked.ids.set(rows.with(|rows| rows.iter().map(|body| body.id).collect()));
    let active = Memo::new(move |_| picked.on.get() || picked.any());
    let may_change = Memo::new(move |_| may(|body| body.may.update));
    let may_assign = Memo::new(move |_| ownable && may(|body| body.may.assign));
    let may_delete = Memo::new(move |_| may(|body| body.may.delete) && work.entity() != "user");
    mark_page("no-add", move || active.get());
    mark_page("has-bulk", move || active.get());
    // Four things to do take two rows where words are long.
    mark_page("has-long-bulk", move || {
        active.get() && staged && may_change.get() && may_assign.get() && may_delete.get()
    });
    view! {
        <Show when=move || active.get()>
            <section class="bulk" aria-label=t("bulk.bar")>
                <div class="bulk-said">
                    <IconButton label=t("bulk.none") drawing=icons::CLOSE on_press=move |()| picked.clear() />
                    <strong class="numeric" role="status">{move || tr("bulk.ticked", &[("count", &ticked())])}</strong>
                    {move || {
                        let more = more.get();
                        match more {
                            Some(count) => {
                                let count = format::number(i64::try_from(count).unwrap_or(i64::MAX));
                                view! {
                                    <button type="button" class="bulk-all" on:click=move |_| picked.all.set(true)>
                                        {tr("bulk.all", &[("count", &count)])}
                                    </button>
                                }
                                .into_any()
                            }
                            None if picked.all.get() => ().into_any(),
                            None => view! { <button type="button" class="bulk-all" on:click=page>{t("bulk.page")}</button> }.into_any(),
                        }
                    }}
                </div>
                <div class="bulk-acts">
                    <Show when=move || may_change.get()>
                        <Button label=t("bulk.edit") drawing=icons::EDIT disabled=Signal::derive(move || !picked.any()) on_press=move |()| editing.set(true) />
                    </Show>
                    <Show when=move || staged && may_change.get()>
                        <Button label=t("bulk.move") drawing=icons::MOVE disabled=Signal::derive(move || !picked.any()) on_press=move |()| moving.set(true) />
                    </Show>
                    <Show when=move || may_assign.get()>
                        <Button label=t("bulk.assign") drawing=icons::USER disabled=Signal::derive(move || !picked.any()) on_press=move |()| assigning.set(true) />
                    </Show>
                    <Show when=move || may_delete.get()>
                        <Button label=t("action.delete") kind=ButtonKind::DangerQuiet drawing=icons::DELETE disabled=Signal::derive(move || !picked.any()) on_press=move |()| deleting.set(true) />
                    </Show>
                </div>
            </section>
        </Show>
        <EditSheet bulk open=editing />
        <MoveSheet bulk open=moving />
        <AssignSheet bulk open=assigning />
        <DeleteSheet bulk open=deleting />
    }
}

/// What is done to a field that holds several, the gentlest first.
const WAYS: [(&str, &str); 3] =
    [("add", "bulk.how.add"), ("remove", "bulk.how.remove"), ("set", "bulk.how.set")];
const SET: &str = "set";

/// One field for all of them, by the same control and the same checks as on the form.
#[component]
fn EditSheet(bulk: Bulk, open: RwSignal<bool>) -> impl IntoView {
    let work = bulk.work;
    provide_context(fields::OfKind(work.entity()));
    let offered = work.with(settable);
    let chosen = RwSignal::new(offered.first().map(|field| field.id.clone()).unwrap_or_default());
    let value = RwSignal::new(Json::Null);
    let tried = RwSignal::new(false);
    let how = RwSignal::new(WAYS[0].0.to_owned());
    let field = Memo::new(move |_| work.field(&chosen.get()));
    let choices = offered
        .iter()
        .map(|field| {
            let text = field.label.clone();
            Choice::new(field.id.clone(), move || label(&text))
        })
        .collect::<Vec<_>>();
    let choices = Signal::stored(choices);
    let problem = Signal::derive(move || {
        let field = field.get()?;
        let field = Field { required: field.required || part(&field, &how.get()), ..field };
        let wrong = value.with(|json| problem_of(&schema_now(), &field, json));
        wrong.filter(|_| tried.get()).as_ref().map(problem_text)
    });
    let ways = Signal::stored(WAYS.map(|(way, key)| Choice::new(way, t(key))).to_vec());
    let choose = move |id: String| {
        chosen.set(id);
        value.set(Json::Null);
        tried.set(false);
    };
    let apply = move |()| {
        tried.set(true);
        let Some(field) = field.get_untracked() else { return };
        let schema = schema_now();
        let json = value.get_untracked();
        let way = how.get_untracked();
        let some = part(&field, &way);
        // Of nothing, nothing comes or goes.
        let wanted = Field { required: field.required || some, ..field.clone() };
        if problem_of(&schema, &wanted, &json).is_some() {
            return;
        }
        let read = with_reading(&schema, |reading| domain::fields::read(&field.kind, &json, reading));
        let Ok(read) = read else { return };
        let said = untrack(|| fields::text(&field, &json));
        let said = if said.is_empty() { say("timeline.blank", &[]) } else { said };
        let (key, wish) = match way.as_str() {
            "add" if some => ("bulk.title.add", Wish::Add { field: field.id, items: items(&read.to_json()) }),
            "remove" if some => {
                ("bulk.title.remove", Wish::Remove { field: field.id, items: items(&read.to_json()) })
            }
            _ => ("bulk.title.set", Wish::Set { field: field.id, value: wished(&read.to_json()) }),
        };
        let title = say(key, &[("field", &untrack(|| label(&field.label))), ("value", &said)]);
        open.set(false);
        bulk.begin(wish, title);
    };
    let ticked = move || format::number(i64::try_from(bulk.ticked()).unwrap_or(i64::MAX));
    let foot = move || {
        view! {
            <Button label=t("action.cancel") on_press=move |()| open.set(false) />
            <Button label=move || tr("bulk.apply", &[("count", &ticked())]) kind=ButtonKind::Primary on_press=apply />
        }
    };
    view! {
        <Sheet open title=t("bulk.edit") close=t("action.close") foot=foot>
            <div class="stack">
                <Labelled label=t("bulk.field")>
                    <Select value=chosen choices=choices on_choose=choose />
                </Labelled>
                <Show when=move || field.with(|field| field.as_ref().is_some_and(holds_several))>
                    <ChipGroup legend=t("bulk.how") choices=ways value=how on_choose=move |way| how.set(way) />
                </Show>
                {move || {
                    field
                        .get()
                        .map(|field| {
                            let name = field.label.clone();
                            view! {
                                <Labelled label=move || label(&name) help=help_of(&field, how) problem>
                                    {fields::input(&Field { required: false, ..field.clone() }, value)}
                                </Labelled>
                            }
                        })
                }}
            </div>
        </Sheet>
    }
}

/// An empty control empties the field, which somebody should know before it happens.
fn help_of(field: &Field, how: RwSignal<String>) -> TextProp {
    let field = field.clone();
    let text = move || match () {
        () if part(&field, &how.get()) => String::new(),
        () if field.required => tr("bulk.value.required", &[]),
        () => tr("bulk.value.empties", &[]),
    };
    text.into()
}

/// Whether only some of what a field holds comes or goes.
fn part(field: &Field, way: &str) -> bool {
    holds_several(field) && way != SET
}

/// The wish without what the server works out.
fn wished(json: &Json) -> Json {
    let mut wished = json.clone();
    if let Json::Object(parts) = &mut wished {
        parts.remove("base");
        parts.remove("at");
    }
    wished
}

#[component]
fn AssignSheet(bulk: Bulk, open: RwSignal<bool>) -> impl IntoView {
    let give = move |hit: domain::api::record::Hit| {
        crate::state::names::learn_one(hit.id, &hit.title);
        open.set(false);
        let title = say("bulk.title.assign", &[("name", &hit.title)]);
        let value = Json::from(hit.id.to_string());
        bulk.begin(Wish::Set { field: "owner".to_owned(), value }, title);
    };
    view! {
        <Sheet open title=t("record.assign") close=t("action.close")>
            <Picker entities=vec!["user".to_owned()] on_pick=give />
        </Sheet>
    }
}

#[component]
fn DeleteSheet(bulk: Bulk, open: RwSignal<bool>) -> impl IntoView {
    let ticked = move || format::number(i64::try_from(bulk.ticked()).unwrap_or(i64::MAX));
    let remove = move |()| {
        open.set(false);
        bulk.begin(Wish::Delete, say("action.delete", &[]));
    };
    let foot = move || {
        view! {
            <Button label=t("action.cancel") on_press=move |()| open.set(false) />
            <Button label=move || tr("bulk.delete.confirm", &[("count", &ticked())]) kind=ButtonKind::Danger on_press=remove />
        }
    };
    view! {
        <Sheet open title=t("bulk.delete") close=t("action.close") foot=foot>
            <p class="notice">{icon(icons::INFO)} <span>{t("bulk.delete.body")}</span></p>
        </Sheet>
    }
}
