//! One person of the workspace: their role and team, their way in and out, and what becomes of what they own.

use domain::access::sight::{self, Teams};
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::schema::builtin::user::status;
use domain::schema::effects::{Concerned, of_another_role};
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::members::Guest;
use super::password::Problems;
use crate::components::{
    Button, ButtonKind, Choice, Field, FormProblem, LinkRow, Select, TextInput, icon, icons,
};
use crate::i18n::{label, t, tr};
use crate::pages::admin::define::{change, submit};
use crate::pages::admin::effects::{Counts, Effects, count_text};
use crate::pages::admin::everything::text;
use crate::routes;
use crate::state::session::{me, schema, schema_now};

#[component]
pub fn PersonForm(
    person: RecordBody,
    teams: Signal<Vec<Choice>>,
    /// Who is in which team now.
    sight: Teams,
    open: RwSignal<bool>,
    #[prop(into)] on_invite: Callback<Guest>,
) -> impl IntoView {
    let name = RwSignal::new(text(&person, "name"));
    let role = RwSignal::new(text(&person, "role"));
    let team = RwSignal::new(text(&person, "team"));
    let pending = RwSignal::new(false);
    let problems = Problems::none();
    let leaving = RwSignal::new(false);
    let oneself = me() == Some(person.id);
    let state = text(&person, "status");
    let joined = person.values.contains_key("joined_at");
    let person = StoredValue::new(person);
    let send = move |values: Wire| {
        if values.is_empty() {
            open.set(false);
            return;
        }
        let (record, base_version) = person.with_value(|person| (person.id, person.version));
        let action =
            Action::Update { entity: "user".to_owned(), record, base_version, old: Wire::new(), values };
        submit(pending, problems, change(vec![action]), move || {
            open.try_set(false);
        });
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wished = [
            ("name", Json::from(name.get_untracked().trim())),
            ("role", Json::from(role.get_untracked())),
            (
                "team",
                Some(team.get_untracked()).filter(|team| !team.is_empty()).map_or(Json::Null, Json::from),
            ),
        ];
        let differs = |(field, value): &(&str, Json)| {
            person.with_value(|person| person.values.get(*field).unwrap_or(&Json::Null) != value)
        };
        send(wished.into_iter().filter(differs).map(|(field, value)| (field.to_owned(), value)).collect());
    };
    let moves = Signal::derive(move || {
        let mut now = sight.clone();
        let id = person.with_value(|person| person.id);
        // Another role is told by itself: here only the move counts.
        now.members.iter_mut().filter(|member| member.id == id).for_each(|member| member.role = role.get());
        let mut next = now.clone();
        let team = team.get().parse().ok();
        next.members.iter_mut().filter(|member| member.id == id).for_each(|member| member.team = team);
        sight::moved(&schema(), &now, &next)
    });
    let changes = Signal::derive(move || {
        let before = person.with_value(|person| text(person, "role"));
        of_another_role(&schema(), &before, &role.get())
    });
    let called = move || person.with_value(|person| text(person, "name"));
    let set_status = move |to: &str| send(Wire::from([("status".to_owned(), Json::from(to))]));
    let roles = Signal::derive(|| {
        schema().roles.iter().map(|role| Choice::new(role.id.clone(), label(&role.label))).collect::<Vec<_>>()
    });
    let way_in = move || {
        let invite = move |()| on_invite.run(person.with_value(Guest::of));
        match (state.as_str(), joined) {
            (status::ACTIVE, _) if oneself => ().into_any(),
            (status::ACTIVE, _) => view! {
                <Button label=t("members.deactivate") kind=ButtonKind::DangerQuiet drawing=icons::SIGN_OUT on_press=move |()| leaving.set(true) />
            }
            .into_any(),
            (status::INVITED, _) => view! {
                <p class="field-help">{t("members.pending.help")}</p>
                <div class="btn-row">
                    <Button label=t("members.invite_again") drawing=icons::LINK on_press=invite />
                    <Button label=t("members.withdraw") kind=ButtonKind::DangerQuiet pending on_press=move |()| set_status(status::INACTIVE) />
                </div>
            }
            .into_any(),
            (_, true) => view! {
                <p class="field-help">{t("members.reactivate.help")}</p>
                <Button label=t("members.reactivate") drawing=icons::UNDO pending on_press=move |()| set_status(status::ACTIVE) />
            }
            .into_any(),
            _ => view! {
                <p class="field-help">{t("members.names.help")}</p>
                <Button label=t("members.invite_short") drawing=icons::INVITE on_press=invite />
            }
            .into_any(),
        }
    };
    let email = person.with_value(|person| text(person, "email"));
    let id = person.with_value(|person| person.id);
    let form = move || {
        let email = email.clone();
        view! {
            <form class="form" novalidate on:submit=save>
                <FormProblem problem=problems.rest(&["name", "role", "team"]) />
                {(!email.is_empty()).then(|| view! { <p class="soft">{email.clone()}</p> })}
                <Field label=t("members.invite.name") required=true problem=problems.at("name")>
                    <TextInput value=name autocomplete="off" />
                </Field>
                {if oneself {
                    view! { <p class="field-help">{t("members.yourself")}</p> }.into_any()
                } else {
                    view! {
                        <Field label=t("members.invite.role") problem=problems.at("role")>
                            <Select value=role choices=roles on_choose=move |chosen| role.set(chosen) />
                        </Field>
                        <Effects effects=changes person=called />
                    }
                        .into_any()
                }}
                <Field label=t("members.invite.team") help=t("members.team.help") problem=problems.at("team")>
                    <Select value=team choices=teams on_choose=move |chosen| team.set(chosen) />
                </Field>
                <Effects effects=moves />
                <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
                {way_in()}
                <div class="group">
                    <LinkRow href=routes::record("user", &id.to_string()) title=t("members.record")>
                        <span class="row-icon">{icon(icons::USER)}</span>
                    </LinkRow>
                </div>
            </form>
        }
    };
    move || {
        if leaving.get() {
            let name = person.with_value(|person| text(person, "name"));
            let leave = move |()| set_status(status::INACTIVE);
            view! { <Leaving name owner=id pending problem=problems.rest(&[]) on_leave=leave on_stay=move |()| leaving.set(false) /> }.into_any()
        } else {
            form.clone()().into_any()
        }
    }
}

/// What it means that somebody leaves, before they do.
#[component]
fn Leaving(
    name: String,
    owner: domain::ids::Id,
    pending: RwSignal<bool>,
    problem: Signal<Option<String>>,
    #[prop(into)] on_leave: Callback<()>,
    #[prop(into)] on_stay: Callback<()>,
) -> impl IntoView {
    let owned: Vec<(Concerned, domain::schema::Label)> = schema_now()
        .entities
        .iter()
        .filter(|entity| (entity.listed || entity.id == "task") && entity.field("owner").is_some())
        .map(|entity| {
            let filter = json!(["=", ["field", "owner"], owner]);
            (Concerned { entity: entity.id.clone(), filter }, entity.plural.clone())
        })
        .collect();
    let questions: Vec<Concerned> = owned.iter().map(|(question, _)| question.clone()).collect();
    let counts = Counts::of(move || questions.clone());
    let line = move |(question, plural): (Concerned, domain::schema::Label)| {
        let asked = question.clone();
        view! {
            <Show when=move || counts.get(&asked).is_none_or(|count| count > 0)>
                <li class="facts-row">
                    <span>{
                        let plural = plural.clone();
                        move || label(&plural)
                    }</span>
                    <span class="facts-count">{
                        let question = question.clone();
                        move || count_text(counts.get(&question))
                    }</span>
                </li>
            </Show>
        }
    };
    let asked: Vec<Concerned> = owned.iter().map(|(question, _)| question.clone()).collect();
    let nothing = move || asked.iter().all(|question| counts.get(question) == Some(0));
    let said = name.clone();
    view! {
        <div class="form">
            <p>{move || tr("members.leaving", &[("name", &said)])}</p>
            <section class="stack stack-tight" role="status">
                <h3 class="group-title">{move || tr("members.leaving.owns", &[("name", &name)])}</h3>
                <ul class="facts-list">{owned.into_iter().map(line).collect_view()}</ul>
                <p class="field-help">
                    {move || if nothing() { tr("members.leaving.nothing", &[]) } else { tr("members.leaving.keeps", &[]) }}
                </p>
            </section>
            <FormProblem problem />
            <div class="btn-row btn-row-end">
                <Button label=t("action.cancel") on_press=on_stay />
                <Button label=t("members.deactivate") kind=ButtonKind::Danger pending on_press=on_leave />
            </div>
        </div>
    }
}
