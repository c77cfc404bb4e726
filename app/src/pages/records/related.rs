//! What points at a record, by every relation of the definitions, also those a workspace has added: how many, the
//! first few, the way to all of them and to one more.

use std::sync::Arc;

use domain::access::{Act, Level};
use domain::api::record::{ListRequest, RecordBody, TotalsRequest};
use domain::api::{GetTotals, ListRecords};
use domain::conversion;
use domain::ids::Id;
use domain::schema::{Entity, Field, Schema};
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::json;

use super::drawing;
use super::reach::call_button;
use crate::api::ApiError;
use crate::components::{LinkRow, icon, icons};
use crate::fields;
use crate::i18n::{label, t, tr};
use crate::pages::UnreadPart;
use crate::routes;
use crate::state::app;
use crate::state::loader::load;
use crate::state::session::{role, schema, schema_now};

const SHOWN: u32 = 5;

/// A kind of record and its relation to the one that is shown.
#[derive(Clone)]
struct Pointing {
    definition: Entity,
    field: Field,
    /// The kind points here by several relations, or by one whose name says more than what it points at.
    by_name: bool,
}

impl Pointing {
    /// Contacts; Accounts (Parent account).
    fn title(&self) -> String {
        self.named(label(&self.definition.plural))
    }

    /// The same of one of them.
    fn title_of_one(&self) -> String {
        self.named(label(&self.definition.label))
    }

    fn named(&self, kind: String) -> String {
        if self.by_name {
            tr("related.by", &[("entity", &kind), ("field", &label(&self.field.label))])
        } else {
            kind
        }
    }
}

/// Every relation to records of `entity`. Kinds without a list of their own have a panel of their own.
fn pointing_at(schema: &Schema, entity: &str) -> Vec<Pointing> {
    let mut found = Vec::new();
    for definition in schema.entities.iter().filter(|definition| definition.listed) {
        let relations: Vec<&Field> = definition
            .fields
            .iter()
            .filter(|field| !field.retired && !field.system && field.kind.relation_target() == Some(entity))
            .collect();
        let several = relations.len() > 1;
        found.extend(relations.into_iter().map(|field| Pointing {
            definition: definition.clone(),
            by_name: several || (field.id != entity && field.id != "owner"),
            field: field.clone(),
        }));
    }
    // Where something comes from is asked less often than what belongs to it.
    found.sort_by_key(|pointing| conversion::is_result(&pointing.definition.id, &pointing.field.id));
    found
}

#[component]
pub fn Related(
    entity: String,
    body: Memo<Option<Arc<RecordBody>>>,
    /// Kinds that the page offers to make already.
    above: Vec<&'static str>,
) -> impl IntoView {
    let visible = |pointing: &Pointing| {
        role().is_some_and(|role| role.level(&pointing.definition.id, Act::View) != Level::None)
    };
    let all: Vec<Pointing> =
        pointing_at(&schema_now(), &entity).into_iter().filter(|pointing| visible(pointing)).collect();
    let Some(id) = body.with_untracked(|body| body.as_ref().map(|body| body.id)) else {
        return ().into_any();
    };
    let panels: Vec<(Pointing, Panel)> =
        all.into_iter().map(|pointing| (pointing.clone(), Panel::load(&pointing, id))).collect();
    let shown = panels
        .iter()
        .map(|(pointing, panel)| {
            let (pointing, panel) = (pointing.clone(), *panel);
            view! { <List pointing panel body id /> }
        })
        .collect_view();
    // One reason is enough for all of them.
    let errors: Vec<Memo<Option<ApiError>>> = panels.iter().map(|(_, panel)| panel.error).collect();
    let unread = Memo::new(move |_| errors.iter().find_map(|error| error.get()));
    // What there is none of yet takes one chip and no heading.
    let chips = move || {
        let empty = panels.iter().filter(|(pointing, panel)| {
            let offered = above.contains(&pointing.definition.id.as_str());
            panel.answered.get() && !panel.any.get() && !offered && may_add(pointing)
        });
        let chips: Vec<AnyView> = empty
            .map(|(pointing, _)| {
                let title = {
                    let pointing = pointing.clone();
                    move || pointing.title_of_one()
                };
                view! {
                    <A href=new_below(pointing, body, id) attr:class="chip">
                        {icon(icons::ADD)}
                        <span>{title}</span>
                    </A>
                }
                .into_any()
            })
            .collect();
        (!chips.is_empty()).then(|| {
            view! {
                <section aria-labelledby="related-more">
                    <h2 class="group-title" id="related-more">{t("related.add")}</h2>
                    <div class="chips">{chips}</div>
                </section>
            }
        })
    };
    view! {
        {shown}
        {move || unread.get().map(|error| view! { <UnreadPart error /> })}
        {chips}
    }
    .into_any()
}

/// Nobody makes a lead out of the customer it became.
fn may_add(pointing: &Pointing) -> bool {
    let entity = &pointing.definition.id;
    !conversion::is_result(entity, &pointing.field.id)
        && pointing.field.id != "owner"
        && role().is_some_and(|role| role.level(entity, Act::Create) != Level::None)
}

/// The form of a new one with this record filled in, and its account, when it has one too.
fn new_below(pointing: &Pointing, body: Memo<Option<Arc<RecordBody>>>, id: Id) -> String {
    let own = format!("{}?{}={id}", routes::new_record(&pointing.definition.id), pointing.field.id);
    let account = body.with(|body| fields::reference(body.as_ref()?, "account"));
    let takes = pointing.field.id != "account" && pointing.definition.field("account").is_some();
    match account.filter(|_| takes) {
        Some(account) => format!("{own}&account={account}"),
        None => own,
    }
}

/// The first few, and how many there are.
#[derive(Clone, Copy)]
struct Panel {
    rows: Memo<Vec<RecordBody>>,
    any: Memo<bool>,
    count: Memo<u64>,
    /// It is known whether there are any.
    answered: Memo<bool>,
    /// Why that is not known.
    error: Memo<Option<ApiError>>,
}

impl Panel {
    fn load(pointing: &Pointing, id: Id) -> Self {
        let filter = json!(["=", ["field", pointing.field.id], id]).to_string();
        let entity = pointing.definition.id.clone();
        let reply = load::<ListRecords>({
            let (entity, filter) = (entity.clone(), filter.clone());
            move || {
                let request = ListRequest {
                    filter: Some(filter.clone()),
                    sort: Some("-updated_at".to_owned()),
                    limit: Some(SHOWN),
                    ..ListRequest::default()
                };
                Some((vec![entity.clone()], request))
            }
        });
        // Counted only where a page does not say it already.
        let cut = Memo::new(move |_| {
            reply.value.with(|reply| reply.as_ref().is_some_and(|reply| reply.next.is_some()))
        });
        let total = load::<GetTotals>({
            let entity = entity.clone();
            move || {
                let request = TotalsRequest { filter: Some(filter.clone()), ..TotalsRequest::default() };
                cut.get().then(|| (vec![entity.clone()], request))
            }
        });
        let field = pointing.field.id.clone();
        let rows = Memo::new(move |_| {
            let overlay = app().overlay.get();
            let reply = reply.value.get();
            let seq = reply.as_ref().map_or(0, |reply| reply.seq);
            let made = overlay
                .created(seq, &entity)
                .into_iter()
                .filter(|body| fields::reference(body, &field) == Some(id));
            let known =
                reply.iter().flat_map(|reply| &reply.records).filter_map(|body| overlay.apply(seq, body));
            made.chain(known).collect::<Vec<_>>()
        });
        let count = Memo::new(move |_| {
            let shown = rows.with(Vec::len) as u64;
            let told = total.value.with(|reply| {
                reply.as_ref().map(|reply| reply.groups.iter().map(|total| total.count).sum::<u64>())
            });
            told.filter(|_| cut.get()).map_or(shown, |told| told.max(shown))
        });
        let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
        let answered = Memo::new(move |_| reply.value.with(Option::is_some));
        let error = Memo::new(move |_| reply.error.get().filter(|_| !answered.get()));
        Self { rows, any, count, answered, error }
    }
}

#[component]
fn List(pointing: Pointing, panel: Panel, body: Memo<Option<Arc<RecordBody>>>, id: Id) -> impl IntoView {
    move || {
        panel.any.get().then(|| {
            let title = {
                let pointing = pointing.clone();
                move || pointing.title()
            };
            let mark = drawing(&pointing.definition.id);
            let add = {
                let pointing = pointing.clone();
                move || {
                    may_add(&pointing).then(|| {
                        let name = label(&pointing.definition.label);
                        let name = tr("list.new", &[("entity", &name)]);
                        view! {
                            <A href=new_below(&pointing, body, id) attr:class="icon-btn" attr:aria-label=name>
                                {icon(icons::ADD)}
                            </A>
                        }
                    })
                }
            };
            let all = {
                let to = routes::records_where(
                    &pointing.definition.id,
                    &json!(["=", ["field", pointing.field.id], id]),
                );
                move || {
                    let count = panel.count.get();
                    (count > panel.rows.with(Vec::len) as u64).then(|| {
                        let text = tr("related.all", &[("count", &count.to_string())]);
                        view! { <LinkRow href=to.clone() title=text /> }
                    })
                }
            };
            let row = move |body: RecordBody| related_row(body, mark);
            view! {
                <section>
                    <div class="related-head">
                        <h2 class="group-title">
                            <span>{title}</span>
                            <span class="related-count numeric">{move || panel.count.get()}</span>
                        </h2>
                        {add}
                    </div>
                    <div class="group">
                        {move || panel.rows.get().into_iter().map(row).collect_view()}
                        {all}
                    </div>
                </section>
            }
        })
    }
}

fn related_row(body: RecordBody, mark: crate::components::Icon) -> impl IntoView {
    let (first, second, third) = (body.clone(), body.clone(), body.clone());
    let sub = move || {
        let schema = schema();
        let texts = ["position", "phone", "stage", "due", "status"]
            .iter()
            .map(|field| fields::text_of(&schema, &second, field))
            .filter(|text| !text.is_empty());
        texts.take(2).collect::<Vec<_>>().join(" · ")
    };
    let end = move || fields::text_of(&schema(), &third, "amount");
    let call = call_button(&body);
    let row = view! {
        <LinkRow
            href=routes::record(&body.entity, &body.id.to_string())
            title=move || fields::title(&schema(), &first)
            sub=sub
            end=end
        >
            <span class="row-icon">{icon(mark)}</span>
        </LinkRow>
    };
    match call {
        Some(call) => view! { <div class="row-with">{row} {call}</div> }.into_any(),
        None => row.into_any(),
    }
}
