//! `/records/lead/{id}/convert`: a lead becomes a customer. What may be there already comes first, every field of the
//! lead says where it goes, and what has no place is listed too.

use std::sync::Arc;

use domain::api::record::{AlikeRequest, Hit, RecordBody};
use domain::api::{Code, Empty, FindAlike, GetRecord};
use domain::command::Wire;
use domain::conversion::{self, Choice, Line, Proposal, RESULTS, Side};
use domain::ids::Id;
use domain::message::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde_json::Value as Json;

use super::became::Became;
use super::convert_problems::{Placeless, placeless_text, sort_problems};
use super::form::{Answer, Form, defaults, focus_first_problem, mark_foot, send};
use super::page::known;
use super::{ConflictSheet, Gone, drawing};
use crate::api::ApiError;
use crate::components::{
    Button, ButtonKind, ButtonRow, FormProblem, Sheet, SkeletonRows, Switch, icon, icons,
};
use crate::fields::{self, Picker};
use crate::i18n::{label, say, t, tr};
use crate::pages::{Page, Unread};
use crate::routes;
use crate::state::foresee::with_reading;
use crate::state::loader::note;
use crate::state::names::learn_one;
use crate::state::outbox::Note;
use crate::state::session::{role, schema, schema_now};
use crate::state::{app, ask, time};

#[component]
pub fn ConvertLead() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<Id>().ok()));
    move || match id.get() {
        Some(id) => view! { <Converting id /> }.into_any(),
        None => view! { <Gone /> }.into_any(),
    }
}

#[component]
fn Converting(id: Id) -> impl IntoView {
    let (reply, body) = known("lead", id);
    let state = Memo::new(move |before: Option<&u8>| {
        // The form stays until it leaves by itself: what it has just sent shows on the lead at once.
        if before == Some(&0) {
            return 0;
        }
        let converted = body.with(|body| body.as_ref().is_some_and(|body| conversion::is_converted(body)));
        let refused = reply.error.with(|error| matches!(error, Some(ApiError::Refused(_))));
        let gone = refused || reply.value.with(Option::is_some);
        match body.with(Option::is_some) {
            true if converted => 1,
            true => 0,
            false if gone => 2,
            false => 3,
        }
    });
    let back = routes::record("lead", &id.to_string());
    move || match state.get() {
        0 => match body.get_untracked() {
            // The form works on the lead as it was when it was opened; what changes meanwhile is a conflict.
            Some(lead) => view! { <ConvertForm lead=(*lead).clone() /> }.into_any(),
            None => ().into_any(),
        },
        1 => view! {
            <Page title=t("record.convert") back=back.clone()>
                <div class="stack">
                    <p class="notice">{icon(icons::INFO)} <span>{t("convert.already")}</span></p>
                    <Became body />
                </div>
            </Page>
        }
        .into_any(),
        2 => view! { <Gone /> }.into_any(),
        _ => view! {
            <Page title=t("record.convert") back=back.clone()>
                {move || {
                    match reply.error.get() {
                        Some(error) => view! { <Unread error /> }.into_any(),
                        None => view! { <SkeletonRows count=5 /> }.into_any(),
                    }
                }}
            </Page>
        }
        .into_any(),
    }
}

/// One of the records that come out: a new one under a fixed id, or one that is there.
#[derive(Clone)]
struct Part {
    entity: &'static str,
    id: Id,
    /// Chosen instead of a new one.
    known: RwSignal<Option<RecordBody>>,
    /// What is there already and may be the same.
    alike: RwSignal<Vec<RecordBody>>,
    form: Form,
}

impl Part {
    fn new(entity: &'static str, id: Id, proposed: &Wire) -> Option<Self> {
        let definition = schema_now().entity(entity)?.clone();
        let mut initial = defaults(&definition);
        initial.extend(proposed.clone());
        let form = Form::new(&definition, &initial);
        Some(Self { entity, id, known: RwSignal::new(None), alike: RwSignal::new(Vec::new()), form })
    }

    fn side(&self) -> Side {
        self.known.get().map_or(Side::New(self.id), |body| Side::Known(Box::new(body)))
    }

    /// Asks for what may be the same. One that is surely the same company is chosen at once; a person never is.
    fn look(&self, request: AlikeRequest) {
        let (entity, known, alike) = (self.entity, self.known, self.alike);
        spawn_local(async move {
            let Ok(reply) = ask::<FindAlike>(&[entity], &request).await else { return };
            note(&reply);
            let records: Vec<RecordBody> = reply.records;
            // Unless another one has been picked meanwhile.
            if let ("account", [only]) = (entity, &records[..])
                && known.try_with_untracked(Option::is_none) == Some(true)
            {
                known.try_set(Some(only.clone()));
            }
            alike.try_set(records);
        });
    }
}

#[component]
fn ConvertForm(lead: RecordBody) -> impl IntoView {
    mark_foot();
    let ids = [time::new_id(), time::new_id(), time::new_id()];
    let [account_id, contact_id, deal_id] = ids;
    let all_new =
        Choice { account: Side::New(account_id), contact: Side::New(contact_id), deal: Some(deal_id) };
    let first = proposal(&lead, &all_new);
    let proposed = |entity| first.values.get(entity).cloned().unwrap_or_default();
    let parts = (
        Part::new("account", account_id, &proposed("account")),
        Part::new("contact", contact_id, &proposed("contact")),
        Part::new("deal", deal_id, &proposed("deal")),
    );
    let (Some(account), Some(contact), Some(deal)) = parts else { return ().into_any() };
    let text = |field: &str| lead.values.get(field).and_then(Json::as_str).map(str::to_owned);
    account.look(AlikeRequest { name: text("company").or_else(|| text("name")), ..AlikeRequest::default() });
    contact.look(AlikeRequest { name: text("name"), phone: text("phone"), email: text("email") });

    let with_deal = RwSignal::new(true);
    let choice = {
        let (account, contact) = (account.clone(), contact.clone());
        move || Choice {
            account: account.side(),
            contact: contact.side(),
            deal: with_deal.get().then_some(deal_id),
        }
    };
    let now = {
        let (lead, choice) = (lead.clone(), choice.clone());
        Memo::new(move |_| {
            let choice = choice();
            (choice.clone(), proposal(&lead, &choice))
        })
    };
    let placeless = RwSignal::new(Vec::<Placeless>::new());
    let pending = RwSignal::new(false);
    let conflict = RwSignal::new(None);
    let back = routes::record("lead", &lead.id.to_string());
    let navigate = use_navigate();
    let leave = {
        let (navigate, back) = (navigate.clone(), back.clone());
        move |()| navigate(&back, leptos_router::NavigateOptions { replace: true, ..Default::default() })
    };

    let submit = {
        let (lead, parts) = (lead.clone(), [account.clone(), contact.clone(), deal.clone()]);
        move |()| {
            if pending.get_untracked() {
                return;
            }
            let (choice, proposal) = now.get_untracked();
            let made: Vec<&Part> = parts
                .iter()
                .filter(|part| match part.entity {
                    "deal" => choice.deal.is_some(),
                    _ => part.known.with_untracked(Option::is_none),
                })
                .collect();
            // All of them say what is wrong, not only the first. What is carried over unseen the planner judges, and
            // the form says it above all fields.
            let seen = |part: &Part| {
                let proposed = proposed_of(&proposal, part.entity);
                part.form.are_sound(&conversion::asked(&part.form.definition, &proposed))
            };
            let sound: Vec<bool> = made.iter().map(|part| seen(part)).collect();
            if sound.contains(&false) {
                return focus_first_problem();
            }
            let mut values = proposal.values.clone();
            for part in made {
                let filled = part.form.wire();
                let own = values.entry(part.entity).or_default();
                for field in conversion::asked(&part.form.definition, &proposed_of(&proposal, part.entity)) {
                    own.insert(field.id.clone(), filled.get(&field.id).cloned().unwrap_or(Json::Null));
                }
            }
            let actions = conversion::actions(&lead, &choice, &values);
            let entities: Vec<String> = actions.iter().map(entity_of).collect();
            let known: Vec<RecordBody> =
                [Some(lead.clone()), parts[0].known.get_untracked(), parts[1].known.get_untracked()]
                    .into_iter()
                    .flatten()
                    .collect();
            let note = Note {
                key: "outbox.item.convert".to_owned(),
                entity: lead.entity.clone(),
                name: fields::title(&schema_now(), &lead),
                toast: Some(say("record.converted.toast", &[])),
                record: Some((lead.entity.clone(), lead.id)),
            };
            let to = match choice.deal {
                Some(deal) => routes::record("deal", &deal.to_string()),
                None => routes::record("account", &choice.account.id().to_string()),
            };
            let (forms, navigate) = (parts.clone(), navigate.clone());
            pending.set(true);
            spawn_local(async move {
                match send(actions, note, known, pending).await {
                    Answer::Refused(code, problems) => {
                        placeless.set(refuse(&forms, &proposal, &entities, code, problems));
                    }
                    Answer::Conflict(command) => conflict.set(Some(command)),
                    // Whoever has gone elsewhere meanwhile stays there.
                    Answer::Taken if !pending.is_disposed() => {
                        navigate(&to, leptos_router::NavigateOptions { replace: true, ..Default::default() });
                    }
                    Answer::Taken | Answer::Left => {}
                }
            });
        }
    };
    let summary = Signal::derive(move || {
        placeless.with(|found| {
            let told = || found.iter().map(placeless_text);
            (!found.is_empty()).then(|| told().collect::<Vec<_>>().join(" · "))
        })
    });
    let who = {
        let lead = lead.clone();
        move || {
            let schema = schema();
            let texts = ["name", "company"].map(|field| fields::text_of(&schema, &lead, field));
            texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
        }
    };
    let press = submit.clone();
    view! {
        <Page title=t("record.convert") back=back>
            <form
                class="stack"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    submit(());
                }
            >
                <div>
                    <p class="record-title">{who}</p>
                    <p class="soft">{t("convert.intro")}</p>
                </div>
                <FormProblem problem=summary />
                <PartPanel part=account.clone() now />
                <PartPanel part=contact.clone() now />
                <section class="card stack" aria-labelledby="convert-deal">
                    <h2 class="card-title" id="convert-deal">{part_title("deal")}</h2>
                    <Switch
                        label=t("convert.deal.make")
                        help=t("convert.deal.help")
                        value=with_deal
                        on_change=move |on| with_deal.set(on)
                    />
                    <Show when=move || with_deal.get()>
                        <Asked part=deal.clone() now />
                    </Show>
                </section>
                <Carried lead now />
                <p class="soft">{t("convert.history")}</p>
            </form>
            <div class="form-foot">
                <Button label=t("action.cancel") on_press=leave.clone() />
                <Button label=t("convert.action") kind=ButtonKind::Primary pending=pending on_press=press />
            </div>
            <ConflictSheet command=conflict on_done=leave />
        </Page>
    }
    .into_any()
}

type Now = Memo<(Choice, Proposal)>;

fn proposal(lead: &RecordBody, choice: &Choice) -> Proposal {
    let schema = schema_now();
    let Some(role) = role() else { return Proposal::default() };
    with_reading(&schema, |reading| conversion::propose(reading, &role, lead, choice))
}

fn proposed_of(proposal: &Proposal, entity: &str) -> Wire {
    proposal.values.get(entity).cloned().unwrap_or_default()
}

fn entity_of(action: &domain::command::Action) -> String {
    use domain::command::Action::{Create, Update};
    match action {
        Create { entity, .. } | Update { entity, .. } => entity.clone(),
        _ => String::new(),
    }
}

/// Puts each problem to the form of the record it is about. What has no field there is handed back.
fn refuse(
    parts: &[Part],
    proposal: &Proposal,
    entities: &[String],
    code: Code,
    problems: Vec<Problem>,
) -> Vec<Placeless> {
    let open = |entity: &str| {
        let part = parts.iter().find(|part| part.entity == entity)?;
        part.known.with_untracked(Option::is_none).then_some(part)
    };
    // A field that is not asked for here has no place to show its problem.
    let shows = |part: &Part, field: &str| {
        let proposed = proposed_of(proposal, part.entity);
        conversion::asked(&part.form.definition, &proposed).iter().any(|asked| asked.id == field)
    };
    let sorted = sort_problems(entities, problems, |entity, field| {
        open(entity).is_some_and(|part| shows(part, field))
    });
    let mut told = !sorted.placeless.is_empty();
    for (entity, placed) in sorted.placed {
        if let Some(part) = open(&entity) {
            told = true;
            part.form.refuse(None, placed);
        }
    }
    if told { sorted.placeless } else { vec![(None, Problem::new(code.message_key()))] }
}

fn part_title(entity: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || schema().entity(entity).map(|entity| label(&entity.label)).unwrap_or_default()
}

/// Which one: what may be the same, a new one, or another.
#[component]
fn PartPanel(part: Part, now: Now) -> impl IntoView {
    let Part { entity, known, alike, ref form, .. } = part;
    let picking = RwSignal::new(false);
    // What was picked by hand stands among the choices.
    let choices = Memo::new(move |_| {
        let mut all = alike.get();
        if let Some(own) = known.get()
            && !all.iter().any(|body| body.id == own.id)
        {
            all.push(own);
        }
        all
    });
    let name = {
        let (form, title) = (form.clone(), form.definition.title.clone());
        move || {
            let name = form.value(&title).as_str().unwrap_or_default().trim().to_owned();
            tr("field.create", &[("name", &name)])
        }
    };
    let row = move |body: RecordBody| {
        let (id, title, sub, chosen) = (body.id, body.clone(), body.clone(), body);
        let sub = move || {
            let schema = schema();
            let texts = ["account", "position", "phone", "email", "owner"]
                .iter()
                .map(|field| fields::text_of(&schema, &sub, field))
                .filter(|text| !text.is_empty());
            let told = std::iter::once(tr("convert.alike", &[]))
                .filter(|_| alike.with(|alike| alike.iter().any(|body| body.id == id)));
            told.chain(texts.take(2)).collect::<Vec<_>>().join(" · ")
        };
        view! {
            <ButtonRow
                title=move || fields::title(&schema(), &title)
                sub=sub
                chosen=Signal::derive(move || known.with(|known| known.as_ref().map(|known| known.id) == Some(id)))
                on_press=move |()| known.set(Some(chosen.clone()))
            >
                <span class="row-icon">{icon(drawing(entity))}</span>
            </ButtonRow>
        }
    };
    let pick = move |hit: Hit| {
        picking.set(false);
        learn_one(hit.id, &hit.title);
        spawn_local(async move {
            match ask::<GetRecord>(&[entity, &hit.id.to_string()], &Empty {}).await {
                Ok(reply) => {
                    note(&reply);
                    known.try_set(Some(reply.record));
                }
                Err(error) => app().toasts.show(
                    crate::components::Toast::new(say(error.message_key(), &[])).with_icon(icons::ALERT),
                ),
            }
        });
    };
    let heading = format!("convert-{entity}");
    let labelled_by = heading.clone();
    let asked = part.clone();
    view! {
        <section class="card stack convert-part" aria-labelledby=labelled_by>
            <h2 class="card-title" id=heading>{part_title(entity)}</h2>
            <div class="group convert-choices">
                {move || choices.get().into_iter().map(row).collect_view()}
                <ButtonRow
                    title=name
                    chosen=Signal::derive(move || known.with(Option::is_none))
                    on_press=move |()| known.set(None)
                >
                    <span class="row-icon">{icon(icons::ADD)}</span>
                </ButtonRow>
                <ButtonRow title=t("convert.other") on_press=move |()| picking.set(true)>
                    <span class="row-icon">{icon(icons::SEARCH)}</span>
                </ButtonRow>
            </div>
            <Show when=move || known.with(Option::is_none)>
                <Asked part=asked.clone() now />
            </Show>
            <Sheet open=picking title=t("convert.other") close=t("action.close")>
                <Picker entities=vec![entity.to_owned()] on_pick=pick />
            </Sheet>
        </section>
    }
}

/// The few fields somebody is asked for.
#[component]
fn Asked(part: Part, now: Now) -> impl IntoView {
    // Which ones they are does not change with what is typed.
    let proposed = now.with_untracked(|(_, proposal)| proposed_of(proposal, part.entity));
    let rows: Vec<AnyView> = conversion::asked(&part.form.definition, &proposed)
        .into_iter()
        .map(|field| part.form.row(field))
        .collect();
    view! {
        <div class="form-box">
            <div class="form form-grid">{rows}</div>
        </div>
    }
}

/// Every field of the lead with where it goes, or why it stays.
#[component]
fn Carried(lead: RecordBody, now: Now) -> impl IntoView {
    let line = move |line: Line| {
        let schema = schema();
        let field = schema.entity("lead").and_then(|entity| entity.field(&line.field))?.clone();
        let value = fields::text(&field, lead.values.get(&field.id)?);
        let places = line.to.iter().filter_map(|(entity, place)| {
            let definition = schema.entity(entity)?;
            let place = definition.field(place)?;
            Some(view! {
                <li class="carried-place">
                    {icon(drawing(entity))}
                    <span>{format!("{} · {}", label(&definition.label), label(&place.label))}</span>
                </li>
            })
        });
        let places = places.collect_view();
        let stays = line.stays.map(|reason| {
            view! {
                <li class="carried-place" data-stays="true">
                    {icon(drawing("lead"))}
                    <span>{tr(reason.message_key(), &[])}</span>
                </li>
            }
        });
        Some(view! {
            <div class="carried">
                <dt class="carried-what">
                    <span class="fact-label">{label(&field.label)}</span>
                    <span class="carried-value">{value}</span>
                </dt>
                <dd>
                    <ul class="carried-places">{places} {stays}</ul>
                </dd>
            </div>
        })
    };
    view! {
        <section class="card" aria-labelledby="convert-carried">
            <h2 class="card-title" id="convert-carried">{t("convert.carried")}</h2>
            <dl>
                {move || now.with(|(_, proposal)| proposal.lines.clone()).into_iter().filter_map(&line).collect_view()}
            </dl>
        </section>
    }
}

/// The way here from a lead's page.
#[component]
pub fn ConvertAction(body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let to = Memo::new(move |_| {
        let body = body.get()?;
        let open = body.may.update && !conversion::is_converted(&body);
        let makes = role().is_some_and(|role| {
            RESULTS
                .iter()
                .take(2)
                .all(|entity| role.level(entity, domain::access::Act::Create) != domain::access::Level::None)
        });
        (open && makes).then(|| routes::convert(&body.id.to_string()))
    });
    move || {
        to.get().map(|to| {
            view! {
                <A href=to attr:class="record-action">
                    {icon(icons::CONVERT)}
                    <span>{t("convert.action")}</span>
                </A>
            }
        })
    }
}
