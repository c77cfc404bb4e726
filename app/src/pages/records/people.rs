//! Who has a say in a deal and who else wants it; on the other side, the deals somebody stands in. Both are records
//! between two others, so one panel serves them all.

use std::sync::Arc;

use domain::access::{Act, Level};
use domain::api::ListRecords;
use domain::api::record::{Hit, ListRequest, RecordBody};
use domain::command::{Action, May, Wire};
use domain::ids::Id;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::{Value as Json, json};

use super::drawing;
use super::form::{Form, focus_first_problem};
use crate::components::{
    Avatar, AvatarShape, Badge, Button, ButtonKind, ButtonRow, FormProblem, Sheet, Tone, icon, icons,
};
use crate::fields::{self, Picker};
use crate::i18n::{label, say, t, tr};
use crate::pages::{UnreadPart, open_while};
use crate::routes;
use crate::state::loader::{Loader, load};
use crate::state::names::{learn_one, name_of};
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema, schema_now};
use crate::state::{app, time};

/// A kind of record between two others, seen from one of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Between {
    pub kind: &'static str,
    /// The side whose page it is.
    near: &'static str,
    far: &'static str,
    /// What is said about it, shortest first.
    marks: [&'static str; 2],
}

/// What stands between records of `entity` and others.
pub fn between(entity: &str) -> Vec<Between> {
    let people = |near, far| Between { kind: "deal_contact", near, far, marks: ["role", "attitude"] };
    let rivals = |near, far| Between { kind: "deal_competitor", near, far, marks: ["standing", "standing"] };
    match entity {
        "deal" => vec![people("deal", "contact"), rivals("deal", "competitor")],
        "contact" => vec![people("contact", "deal")],
        "competitor" => vec![rivals("competitor", "deal")],
        _ => Vec::new(),
    }
}

/// Which way it pulls: with us, or away from us.
fn tone(body: &RecordBody) -> Tone {
    let holds = |field: &str, value: &str| body.values.get(field).and_then(Json::as_str) == Some(value);
    if holds("attitude", "supports") || holds("standing", "behind") {
        Tone::Success
    } else if holds("attitude", "against") || holds("standing", "ahead") {
        Tone::Danger
    } else {
        Tone::Plain
    }
}

/// Called by whom it leads to, as far as that is in sight.
fn far_name(body: &RecordBody, far: &str) -> String {
    let name = fields::reference(body, far).and_then(name_of);
    name.unwrap_or_else(|| tr("timeline.someone", &[]))
}

#[component]
pub fn Standing(between: Between, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let definition = schema_now().entity(between.kind).cloned();
    let visible = role().is_some_and(|role| role.level(between.kind, Act::View) != Level::None);
    let (Some(definition), Some(id)) =
        (definition.filter(|_| visible), body.with_untracked(|body| body.as_ref().map(|body| body.id)))
    else {
        return ().into_any();
    };
    let reply = load::<ListRecords>(move || {
        let request = ListRequest {
            filter: Some(json!(["=", ["field", between.near], id]).to_string()),
            sort: Some("created_at".to_owned()),
            limit: Some(100),
            ..ListRequest::default()
        };
        Some((vec![between.kind.to_owned()], request))
    });
    let unread = Memo::new(move |_| reply.error.get().filter(|_| reply.value.with(Option::is_none)));
    let rows = rows(reply, between, id);
    let opened = RwSignal::new(None::<Opened>);
    let may_add = Memo::new(move |_| {
        let may = body.with(|body| body.as_ref().is_some_and(|body| body.may.update));
        may && role().is_some_and(|role| role.level(between.kind, Act::Create) != Level::None)
    });
    let main = Memo::new(move |_| main_contact(between, body, &rows.get()));
    let title = {
        let plural = definition.plural.clone();
        move || match between.near {
            "contact" => tr("standing.deals.contact", &[]),
            "competitor" => tr("standing.deals.competitor", &[]),
            _ => label(&plural),
        }
    };
    let heading = format!("standing-{}", between.kind);
    let add_label = move || {
        let far = schema().entity(between.far).map(|far| label(&far.label)).unwrap_or_default();
        tr("standing.add", &[("entity", &far)])
    };
    let chip = move |row: RecordBody| {
        let (named, shown, pressed) = (row.clone(), row.clone(), row.clone());
        let name = move || far_name(&named, between.far);
        let marks = move || {
            let schema = schema();
            let first = fields::text_of(&schema, &shown, between.marks[0]);
            let second = if between.marks[1] == between.marks[0] {
                String::new()
            } else {
                fields::text_of(&schema, &shown, between.marks[1])
            };
            let tone = tone(&shown);
            view! {
                <span class="standing-mark">{first}</span>
                {(!second.is_empty()).then(|| view! { <Badge label=second tone /> })}
            }
        };
        let face = {
            let name = name.clone();
            move || match between.far {
                "contact" => view! { <Avatar name=name() shape=AvatarShape::Small /> }.into_any(),
                far => view! { <span class="standing-icon">{icon(drawing(far))}</span> }.into_any(),
            }
        };
        view! {
            <li>
                <button
                    type="button"
                    class="standing-chip"
                    data-tone=tone(&row).code()
                    aria-haspopup="dialog"
                    on:click=move |_| opened.set(Some(Opened::Known(Box::new(pressed.clone()))))
                >
                    {face}
                    <span class="standing-text">
                        <span class="standing-name">{name}</span>
                        {marks}
                    </span>
                </button>
            </li>
        }
    };
    let shown = move || {
        let any = rows.with(|rows| !rows.is_empty()) || main.with(Option::is_some);
        (any || unread.with(Option::is_some) || may_add.get()).then(|| {
            let title = title.clone();
            view! {
                <section aria-labelledby=heading.clone()>
                    <h2 class="group-title" id=heading.clone()>{title}</h2>
                    {move || unread.get().map(|error| view! { <UnreadPart error /> })}
                    <ul class="standing">
                        {move || main.get().map(main_chip)}
                        {move || rows.get().into_iter().map(chip).collect_view()}
                        {move || may_add.get().then(|| view! {
                            <li>
                                <button
                                    type="button"
                                    class="standing-chip standing-add"
                                    aria-haspopup="dialog"
                                    on:click=move |_| opened.set(Some(Opened::Adding))
                                >
                                    {icon(icons::ADD)}
                                    <span>{add_label}</span>
                                </button>
                            </li>
                        })}
                    </ul>
                </section>
            }
        })
    };
    view! {
        {shown}
        <StandingSheet definition between body rows opened />
    }
    .into_any()
}

/// What the server knows with what waits on top.
fn rows(reply: Loader<domain::api::record::ListReply>, between: Between, id: Id) -> Memo<Vec<RecordBody>> {
    Memo::new(move |_| {
        let overlay = app().overlay.get();
        let reply = reply.value.get();
        let seq = reply.as_ref().map_or(0, |reply| reply.seq);
        let known = reply.iter().flat_map(|reply| &reply.records).filter_map(|body| overlay.apply(seq, body));
        let made = overlay.created(seq, between.kind);
        let mut seen = std::collections::BTreeSet::new();
        known
            .chain(made)
            .filter(|body| !body.deleted && fields::reference(body, between.near) == Some(id))
            .filter(|body| seen.insert(body.id))
            .collect()
    })
}

/// The contact that stands on the deal itself, unless their part is told already.
fn main_contact(between: Between, body: Memo<Option<Arc<RecordBody>>>, rows: &[RecordBody]) -> Option<Id> {
    if between.near != "deal" || between.far != "contact" {
        return None;
    }
    let main = body.with(|body| fields::reference(body.as_ref()?, "contact"))?;
    let told = rows.iter().any(|row| fields::reference(row, "contact") == Some(main));
    (!told).then_some(main)
}

fn main_chip(contact: Id) -> AnyView {
    let name = move || name_of(contact).unwrap_or_else(|| tr("timeline.someone", &[]));
    view! {
        <li>
            <A href=routes::record("contact", &contact.to_string()) attr:class="standing-chip">
                {move || view! { <Avatar name=name() shape=AvatarShape::Small /> }}
                <span class="standing-text">
                    <span class="standing-name">{name}</span>
                    <span class="standing-mark">{t("standing.main")}</span>
                </span>
            </A>
        </li>
    }
    .into_any()
}

/// What the sheet is about.
#[derive(Clone, Debug, PartialEq)]
enum Opened {
    Adding,
    /// Somebody picked, nothing said about them yet.
    Picked(Box<Hit>),
    Known(Box<RecordBody>),
}

#[component]
fn StandingSheet(
    definition: Entity,
    between: Between,
    body: Memo<Option<Arc<RecordBody>>>,
    rows: Memo<Vec<RecordBody>>,
    opened: RwSignal<Option<Opened>>,
) -> impl IntoView {
    let open = open_while(opened);
    let definition = StoredValue::new(definition);
    let title = move || match opened.get() {
        Some(Opened::Known(row)) => far_name(&row, between.far),
        Some(Opened::Picked(hit)) => hit.title.clone(),
        _ => {
            let far = schema().entity(between.far).map(|far| label(&far.label)).unwrap_or_default();
            tr("standing.add", &[("entity", &far)])
        }
    };
    let pick = move |hit: Hit| {
        learn_one(hit.id, &hit.title);
        let known =
            rows.get_untracked().into_iter().find(|row| fields::reference(row, between.far) == Some(hit.id));
        opened.set(Some(match known {
            // Nobody stands there twice.
            Some(row) => Opened::Known(Box::new(row)),
            None => Opened::Picked(Box::new(hit)),
        }));
    };
    view! {
        <Sheet open title=title close=t("action.close")>
            {move || match opened.get() {
                None => ().into_any(),
                Some(Opened::Adding) => {
                    view! {
                        <div class="stack">
                            <Colleagues between body rows on_pick=pick />
                            <Picker entities=vec![between.far.to_owned()] on_pick=pick />
                        </div>
                    }
                    .into_any()
                }
                Some(Opened::Picked(hit)) => {
                    let ends = body.get_untracked().map(|body| (body.id, hit.id));
                    ends.map(|(near, far)| {
                        let values = Wire::from([
                            (between.near.to_owned(), Json::from(near.to_string())),
                            (between.far.to_owned(), Json::from(far.to_string())),
                        ]);
                        let row = RecordBody {
                            entity: between.kind.to_owned(),
                            id: time::new_id(),
                            version: 0,
                            values,
                            deleted: false,
                            deleted_at: None,
                            may: May { update: true, delete: false, assign: false },
                        };
                        view! { <StandingForm definition=definition.get_value() between row on_done=move |()| opened.set(None) /> }
                    })
                    .into_any()
                }
                Some(Opened::Known(row)) => {
                    view! { <StandingForm definition=definition.get_value() between row=*row on_done=move |()| opened.set(None) /> }
                        .into_any()
                }
            }}
        </Sheet>
    }
}

/// The contacts of the deal's account, one tap away: it is nearly always one of them.
#[component]
fn Colleagues(
    between: Between,
    body: Memo<Option<Arc<RecordBody>>>,
    rows: Memo<Vec<RecordBody>>,
    #[prop(into)] on_pick: Callback<Hit>,
) -> impl IntoView {
    let account = body.with_untracked(|body| fields::reference(body.as_ref()?, "account"));
    let Some(account) = account.filter(|_| between.far == "contact") else { return ().into_any() };
    let reply = load::<ListRecords>(move || {
        let request = ListRequest {
            filter: Some(json!(["=", ["field", "account"], account]).to_string()),
            sort: Some("-updated_at".to_owned()),
            limit: Some(20),
            ..ListRequest::default()
        };
        Some((vec!["contact".to_owned()], request))
    });
    let free = move || {
        let there = rows
            .with(|rows| rows.iter().filter_map(|row| fields::reference(row, "contact")).collect::<Vec<_>>());
        let reply = reply.value.get()?;
        let free: Vec<RecordBody> =
            reply.records.iter().filter(|body| !there.contains(&body.id)).cloned().collect();
        (!free.is_empty()).then_some(free)
    };
    let row = move |body: RecordBody| {
        let name = fields::title(&schema(), &body);
        let sub = fields::text_of(&schema(), &body, "position");
        let hit = Hit {
            entity: "contact".to_owned(),
            id: body.id,
            title: name.clone(),
            detail: String::new(),
            found: None,
        };
        view! {
            <ButtonRow title=name.clone() sub=sub on_press=move |()| on_pick.run(hit.clone())>
                <Avatar name=name.clone() />
            </ButtonRow>
        }
    };
    let title = move || tr("standing.of_account", &[("name", &name_of(account).unwrap_or_default())]);
    (move || {
        free().map(|free| {
            view! {
                <section>
                    <h3 class="group-title">{title}</h3>
                    <div class="group">{free.into_iter().map(row).collect_view()}</div>
                </section>
            }
        })
    })
    .into_any()
}

/// What is said about somebody in a deal: every field of the record between but its two ends.
#[component]
fn StandingForm(
    definition: Entity,
    between: Between,
    row: RecordBody,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let form = Form::new(&definition, &row.values);
    let pending = form.pending;
    let (is_new, may) = (row.version == 0, row.may);
    let ends = [between.near, between.far, "external_id"];
    let shown: Vec<AnyView> = definition
        .form_fields()
        .into_iter()
        .filter(|field| !ends.contains(&field.id.as_str()) && !definition.hides(&field.id))
        .map(|field| form.row(field))
        .collect();
    let name = far_name(&row, between.far);
    let far = fields::reference(&row, between.far);
    let note = {
        let (row, name) = (row.clone(), name.clone());
        move |key: &str, toast: String| Note {
            key: key.to_owned(),
            entity: row.entity.clone(),
            name: name.clone(),
            toast: Some(toast),
            record: fields::reference(&row, between.near).map(|id| (between.near.to_owned(), id)),
        }
    };
    let save = {
        let (form, row, note) = (form.clone(), row.clone(), note.clone());
        move |()| {
            if form.pending.get_untracked() {
                return;
            }
            if !form.is_sound() {
                return focus_first_problem();
            }
            let mut values = form.wire();
            let before = |id: &str| row.values.get(id).cloned().unwrap_or(Json::Null);
            let action = if is_new {
                values.extend(row.values.clone());
                values.retain(|_, value| !value.is_null());
                Action::Create { entity: row.entity.clone(), record: row.id, values }
            } else {
                values.retain(|id, value| *value != before(id));
                if values.is_empty() {
                    return on_done.run(());
                }
                let old = values.keys().map(|id| (id.clone(), before(id))).collect();
                let entity = row.entity.clone();
                Action::Update { entity, record: row.id, base_version: row.version, old, values }
            };
            let note = note("outbox.item.update", say("record.saved.toast", &[]));
            let (form, known) = (form.clone(), row.clone());
            form.pending.set(true);
            spawn_local(async move {
                let known = if is_new { Vec::new() } else { vec![known] };
                let answer = outbox::submit(outbox::command(vec![action]), note, known).await;
                form.pending.set(false);
                match answer {
                    Ok(_) => {
                        on_done.try_run(());
                    }
                    Err(problems) => form.refuse(None, problems),
                }
            });
        }
    };
    let remove = move |()| {
        let base_version = row.version + app().overlay.with_untracked(|overlay| overlay.waiting(row.id));
        let action = Action::Delete { entity: row.entity.clone(), record: row.id, base_version };
        let note = note("outbox.item.delete", say("standing.removed.toast", &[("name", &name)]));
        let known = RecordBody { version: base_version, ..row.clone() };
        outbox::submit_soon(outbox::command(vec![action]), note, vec![known]);
        on_done.run(());
    };
    let summary = form.summary();
    let submit = {
        let save = save.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            save(());
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=summary />
            {far
                .filter(|_| !is_new)
                .map(|far| {
                    let to = routes::record(between.far, &far.to_string());
                    view! {
                        <A href=to attr:class="btn btn-secondary btn-block">
                            {icon(drawing(between.far))}
                            <span>{t("action.open")}</span>
                        </A>
                    }
                })}
            {shown}
            <div class="sheet-submit sheet-submit-row">
                {(!is_new && may.delete)
                    .then(|| view! { <Button label=t("standing.remove") kind=ButtonKind::DangerQuiet on_press=remove /> })}
                {may.update.then(|| view! { <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending=pending /> })}
            </div>
        </form>
    }
}
