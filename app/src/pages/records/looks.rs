//! A record in one look: when somebody last was in contact and for how long nobody was, what comes next, which deals are
//! open, who has been talking with whom; and the word that a colleague has just been in contact.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::api::look::{LookReply, Talk};
use domain::api::record::{Names, RecordBody, TotalsReply, TotalsRequest};
use domain::api::{Empty, GetLook, GetTotals};
use domain::command::Action;
use domain::ids::Id;
use domain::look::SUBJECTS;
use domain::schema::{Entity, StageStatus};
use domain::signals::{Calendar, LAST_TOUCH, NEXT_TOUCH, has_signals};
use domain::time::{Date, Instant, Zone as _};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value as Json, json};

use super::page::person;
use super::touch::NextChips;
use crate::components::{Button, ButtonKind, FormProblem, Icon, Sheet, icon, icons};
use crate::fields::{self, day_text, schedule};
use crate::i18n::{format, problem_text, say, t, tr};
use crate::state::loader::{Loader, Told, load, load_calmly};
use crate::state::outbox::{self, Note};
use crate::state::session::{role, schema, schema_now, zone};
use crate::state::time;

impl Told for LookReply {
    fn names(&self) -> Option<&Names> {
        Some(&self.names)
    }
}

/// What is known of a record's conversations; nothing of kinds that have none.
pub fn look_at(entity: &str, id: impl Fn() -> Option<Id> + 'static) -> Loader<LookReply> {
    let kind = SUBJECTS.contains(&entity).then(|| entity.to_owned());
    load::<GetLook>(move || Some((vec![kind.clone()?, id()?.to_string()], Empty {})))
}

/// A quiet word that a colleague has just been in contact with this customer.
#[component]
pub fn ContactWarning(look: Loader<LookReply>) -> impl IntoView {
    let told = move || {
        let talk = look.value.with(|reply| reply.as_ref().and_then(|reply| reply.colleague))?;
        let when = time::ZONES.date(&zone(), talk.at).map(day_text).unwrap_or_default();
        let text = tr("look.warning", &[("name", &person(talk.by)), ("when", &when)]);
        Some(view! {
            <p class="notice look-warning" role="note">
                {icon(icons::USER)} <span>{text}</span>
            </p>
        })
    };
    view! { {told} }
}

/// The same on the sheet that logs a touch.
#[component]
pub fn WarningFor(body: RecordBody) -> impl IntoView {
    let id = body.id;
    view! { <ContactWarning look=look_at(&body.entity, move || Some(id)) /> }
}

#[component]
pub fn Look(definition: Entity, body: Memo<Option<Arc<RecordBody>>>) -> impl IntoView {
    let look = look_at(&definition.id, move || body.with(|body| body.as_ref().map(|body| body.id)));
    let moving = RwSignal::new(false);
    let shown =
        |field: &str| definition.field(field).is_some_and(|field| !field.retired) && !definition.hides(field);
    let seen = |field: &str| role().is_some_and(|role| !role.hides(&definition.id, field));
    let (has_last, has_next) = (shown(LAST_TOUCH) && seen(LAST_TOUCH), shown(NEXT_TOUCH) && seen(NEXT_TOUCH));
    // Where there are stages the signals say it.
    let counts = !has_signals(&definition);
    let deals = (definition.id == "account").then(|| open_deals(body));
    view! {
        <ContactWarning look />
        <ul class="look" aria-label=t("look.title")>
            {has_last.then(|| view! { <LastTouch body counts /> })}
            {has_next.then(|| view! { <NextTouch body moving /> })}
            {deals.map(|deals| view! { <OpenDeals deals /> })}
            <Talks look />
        </ul>
        <Sheet open=moving title=t("next.title") close=t("action.close")>
            {move || body.get_untracked().map(|body| view! { <MoveForm body on_done=move |()| moving.set(false) /> })}
        </Sheet>
    }
}

fn fact(drawing: Icon, name: impl IntoView + 'static, text: String) -> impl IntoView {
    view! {
        <li class="look-fact">
            {icon(drawing)}
            <span class="look-name">{name}</span>
            <strong>{text}</strong>
        </li>
    }
}

/// When the last contact was, and how many worked days there was none.
#[component]
fn LastTouch(body: Memo<Option<Arc<RecordBody>>>, counts: bool) -> impl IntoView {
    let last = Memo::new(move |_| {
        body.with(|body| Instant::parse(body.as_ref()?.values.get(LAST_TOUCH)?.as_str()?))
    });
    let waits = Memo::new(move |_| body.with(|body| body.is_some()));
    move || {
        let text = match last.get() {
            None if waits.get() => tr("signal.contact.never", &[]),
            None => return None,
            Some(at) => {
                let day = time::ZONES.date(&zone(), at).map(day_text).unwrap_or_default();
                let calendar = Calendar::of(&schema().workspace);
                let silent =
                    calendar.worked_since(at, time::now(), &time::ZONES).filter(|days| counts && *days > 0);
                match silent {
                    Some(days) => {
                        format!("{day} · {}", tr("look.silence", &[("count", &format::number(days))]))
                    }
                    None => day,
                }
            }
        };
        Some(fact(icons::TOUCH, t("look.last"), text))
    }
}

/// When the next touch is due; a tap moves it.
#[component]
fn NextTouch(body: Memo<Option<Arc<RecordBody>>>, moving: RwSignal<bool>) -> impl IntoView {
    move || {
        let body = body.get()?;
        let next = body.values.get(NEXT_TOUCH).filter(|next| !next.is_null());
        let late = next.is_some_and(schedule::is_late);
        let day = next.and_then(schedule::date_of).map(day_text);
        if day.is_none() && !body.may.update {
            return None;
        }
        let text = day.unwrap_or_else(|| tr("look.no_next", &[]));
        let inner = view! {
            {icon(icons::CALENDAR)}
            <span class="look-name">{t("next.title")}</span>
            <strong>{text}</strong>
            {late.then(|| view! { <span class="look-late">{t("look.late")}</span> })}
        };
        let tone = late.then_some("true");
        Some(if body.may.update {
            view! {
                <li>
                    <button type="button" class="look-fact look-button" data-late=tone aria-haspopup="dialog" on:click=move |_| moving.set(true)>
                        {inner}
                    </button>
                </li>
            }
            .into_any()
        } else {
            view! { <li class="look-fact" data-late=tone>{inner}</li> }.into_any()
        })
    }
}

/// How many deals of an account are open, and what they are worth.
fn open_deals(body: Memo<Option<Arc<RecordBody>>>) -> Loader<TotalsReply> {
    load_calmly::<GetTotals>(move || {
        let id = body.with(|body| body.as_ref().map(|body| body.id))?;
        let (schema, role) = (schema(), role()?);
        let sees = |field: &str| !role.hides("deal", field);
        if !sees("account")
            || !sees("stage")
            || role.level("deal", domain::access::Act::View) == domain::access::Level::None
        {
            return None;
        }
        let stages = schema.pipelines_of("deal").flat_map(|pipeline| &pipeline.stages);
        let open: Vec<&str> =
            stages.filter(|stage| stage.status == StageStatus::Open).map(|stage| stage.id.as_str()).collect();
        let filter = json!(["and", ["=", ["field", "account"], id], ["in", ["field", "stage"], open]]);
        let sum = sees("amount").then(|| "amount".to_owned());
        Some((
            vec!["deal".to_owned()],
            TotalsRequest { filter: Some(filter.to_string()), sum, ..TotalsRequest::default() },
        ))
    })
}

#[component]
fn OpenDeals(deals: Loader<TotalsReply>) -> impl IntoView {
    move || {
        let reply = deals.value.get()?;
        let count: u64 = reply.groups.iter().map(|total| total.count).sum();
        let sum: i64 = reply.groups.iter().map(|total| total.sum).sum();
        if count == 0 {
            return None;
        }
        let number = format::number(count.cast_signed());
        let said = tr("look.deals.count", &[("count", &number)]);
        let currency = schema().workspace.currency;
        let money = (sum != 0).then(|| format::money_short(sum, currency.code(), currency.minor_digits()));
        let text = money.map_or(said.clone(), |money| format!("{said} · {money}"));
        Some(fact(icons::DEAL, t("look.deals"), text))
    }
}

/// Each of ours with those of theirs, in the order of the last conversations.
fn grouped(talks: &[Talk]) -> Vec<(Id, Vec<Id>)> {
    let mut groups: Vec<(Id, Vec<Id>)> = Vec::new();
    for talk in talks {
        match groups.iter_mut().find(|(by, _)| *by == talk.by) {
            Some((_, with)) => with.extend(talk.with),
            None => groups.push((talk.by, talk.with.into_iter().collect())),
        }
    }
    groups
}

/// Who has been talking with whom.
#[component]
fn Talks(look: Loader<LookReply>) -> impl IntoView {
    move || {
        let reply = look.value.get()?;
        let pair = |(by, with): (Id, Vec<Id>)| {
            let theirs: Vec<String> = with.into_iter().map(person).collect();
            let ours = person(by);
            if theirs.is_empty() {
                ours
            } else {
                tr("look.talk", &[("by", &ours), ("with", &theirs.join("、"))])
            }
        };
        let pairs: Vec<String> = grouped(&reply.talks).into_iter().map(pair).collect();
        (!pairs.is_empty()).then(|| fact(icons::TEAM, t("look.talks"), pairs.join(" · ")))
    }
}

/// Another day for the next touch.
#[component]
fn MoveForm(body: Arc<RecordBody>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let day = RwSignal::new(None::<Date>);
    let problem = RwSignal::new(None::<String>);
    let pending = RwSignal::new(false);
    let save = move |()| {
        let Some(day) = day.get_untracked() else {
            problem.set(Some(untrack(|| tr("problem.required", &[]))));
            return;
        };
        let before = body.values.get(NEXT_TOUCH).cloned().unwrap_or(Json::Null);
        let after = schedule::moved(&before, day);
        let one = |json: Json| BTreeMap::from([(NEXT_TOUCH.to_owned(), json)]);
        let action = Action::Update {
            entity: body.entity.clone(),
            record: body.id,
            base_version: body.version,
            old: one(before),
            values: one(after),
        };
        let note = Note {
            key: "outbox.item.update".to_owned(),
            entity: body.entity.clone(),
            name: untrack(|| fields::title(&schema_now(), &body)),
            toast: Some(say("look.moved.toast", &[("date", &untrack(|| day_text(day)))])),
            record: Some((body.entity.clone(), body.id)),
        };
        let known = (*body).clone();
        pending.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = outbox::submit(outbox::command(vec![action]), note, vec![known]).await;
            pending.try_set(false);
            match answer {
                Ok(_) => {
                    on_done.try_run(());
                }
                Err(found) => {
                    let texts: Vec<String> =
                        found.iter().map(|found| untrack(|| problem_text(found))).collect();
                    problem.try_set(Some(texts.join(" ")));
                }
            }
        });
    };
    view! {
        <div class="stack">
            <NextChips legend=t("next.title") on_choose=move |chosen| day.set(chosen) />
            <FormProblem problem />
            <div class="sheet-submit">
                <Button label=t("action.save") kind=ButtonKind::Primary block=true pending on_press=save />
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_one_talked_with_stand_together() {
        let id = |number: u64| Id::v7(number, &[0; 10]);
        let talk = |by: u64, with: Option<u64>| Talk {
            by: id(by),
            with: with.map(id),
            at: Instant::from_unix_ms(0).expect("a moment"),
            touches: 1,
        };
        let talks = [talk(1, Some(5)), talk(2, None), talk(1, Some(6)), talk(1, None)];
        assert_eq!(grouped(&talks), [(id(1), vec![id(5), id(6)]), (id(2), vec![])]);
    }
}
