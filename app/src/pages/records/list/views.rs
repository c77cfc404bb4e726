//! The sheet of saved views: which one is shown, saving the list as one, and what is changed about them.

use domain::access::{Act, Level, Permission};
use domain::api::ListRecords;
use domain::api::record::{ListReply, ListRequest, PAGE_MAX, RecordBody};
use domain::command::{Action, Wire};
use domain::schema::builtin::saved_view::{OWN, SAVED_VIEW, SHARED, TEAMS};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value as Json, json};

use super::columns::Of;
use super::query::{FILTER, LANES, NO_VIEW, SORT, VIEW};
use super::sentence::list_text;
use super::view::{Audience, View};
use super::work::Work;
use crate::components::{
    Button, ButtonKind, ButtonRow, CheckChips, ChipGroup, Choice, Field, FormProblem, Group, Sheet,
    TextInput, icon, icons,
};
use crate::i18n::{label, problems_text, say, t, tr};
use crate::pages::team_tree;
use crate::state::loader::{Loader, load};
use crate::state::outbox::{self, Note};
use crate::state::session::{me, role, schema};
use crate::state::time;

/// What the form of a view is about.
#[derive(Clone, Debug, PartialEq)]
enum Naming {
    New,
    Of(Box<View>),
}

#[component]
pub fn ViewsSheet(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let naming = RwSignal::new(None::<Naming>);
    let teams = Teams::load(open);
    let show = move |view: Option<String>| {
        open.set(false);
        work.query.set(vec![(VIEW, view), (FILTER, None), (SORT, None), (LANES, None)]);
    };
    let row = move |view: View| {
        let id = view.id;
        let chosen =
            Signal::derive(move || work.view.with(|shown| shown.as_ref().map(|shown| shown.id) == Some(id)));
        let sub = view.clone();
        let said = move || {
            let roles = sub.roles.iter().filter_map(|id| schema().role(id).map(|role| label(&role.label)));
            let roles = list_text(&roles.collect::<Vec<_>>());
            let default = (!roles.is_empty()).then(|| tr("view.default_for", &[("roles", &roles)]));
            let of_teams = match &sub.audience {
                Audience::Teams(ids) => Some(teams.text(ids)),
                _ => None,
            };
            of_teams.into_iter().chain(default).collect::<Vec<_>>().join(" · ")
        };
        view! {
            <ButtonRow title=view.name sub=said chosen=chosen on_press=move |()| show(Some(id.to_string()))>
                <span class="row-icon">{icon(if view.audience.is_shared() { icons::TEAM } else { icons::USER })}</span>
            </ButtonRow>
        }
    };
    let list = move |shared: bool| {
        let views = work.views.get();
        let me = me();
        let mine = |view: &&View| crate::fields::reference(&view.body, "owner") == me;
        let shown = views.iter().filter(|view| view.audience.is_shared() == shared && (shared || mine(view)));
        shown.cloned().map(row).collect_view()
    };
    let any = move |shared: bool| {
        work.views.with(|views| views.iter().any(|view| view.audience.is_shared() == shared))
    };
    let everything = Signal::derive(move || work.view.with(Option::is_none));
    let changed = Memo::new(move |_| work.is_changed());
    let may_change = Memo::new(move |_| {
        work.view
            .with(|view| view.as_ref().is_some_and(|view| view.body.may.update || view.body.version == 0))
    });
    let keep = move |()| {
        let Some(view) = work.view.get_untracked() else { return };
        open.set(false);
        let values = shape(work);
        change(&view, values, say("view.saved.toast", &[("name", &view.name)]));
        work.columns.reset();
        work.query.set(vec![(VIEW, Some(view.id.to_string())), (FILTER, None), (SORT, None), (LANES, None)]);
    };
    let edit = move |()| naming.set(work.view.get_untracked().map(|view| Naming::Of(Box::new(view))));
    let foot = move || view! { <Button label=t("view.new") kind=ButtonKind::Primary drawing=icons::ADD on_press=move |()| naming.set(Some(Naming::New)) /> };
    view! {
        <Sheet open title=t("view.title") close=t("action.close") foot=foot>
            <div class="stack">
                <Show when=move || changed.get() && may_change.get()>
                    <Button label=move || tr("view.keep", &[("name", &work.view.get().map(|view| view.name).unwrap_or_default())]) drawing=icons::CHECK block=true on_press=keep />
                </Show>
                <Show when=move || may_change.get()>
                    <Button label=move || tr("view.edit", &[("name", &work.view.get().map(|view| view.name).unwrap_or_default())]) drawing=icons::EDIT block=true on_press=edit />
                </Show>
                <Group>
                    <ButtonRow title=t("list.filter.all") chosen=everything on_press=move |()| show(Some(NO_VIEW.to_owned()))>
                        <span class="row-icon">{icon(icons::FIELDS)}</span>
                    </ButtonRow>
                </Group>
                <Show when=move || any(false)>
                    <Group title=t("view.own")>{move || list(false)}</Group>
                </Show>
                <Show when=move || any(true)>
                    <Group title=t("view.shared")>{move || list(true)}</Group>
                </Show>
            </div>
        </Sheet>
        <ViewForm work teams naming listed=open />
    }
}

/// The teams one sees, loaded once the sheet is opened.
#[derive(Clone, Copy)]
struct Teams(Loader<ListReply>);

impl Teams {
    fn load(open: RwSignal<bool>) -> Self {
        let wanted = Memo::new(move |before: Option<&bool>| before == Some(&true) || open.get());
        Self(load::<ListRecords>(move || {
            let request = ListRequest {
                sort: Some("name".to_owned()),
                limit: Some(PAGE_MAX),
                ..ListRequest::default()
            };
            wanted.get().then(|| (vec!["team".to_owned()], request))
        }))
    }

    fn name(body: &RecordBody) -> String {
        body.values.get("name").and_then(Json::as_str).unwrap_or_default().to_owned()
    }

    /// Each team by its id, under the names of those it is part of, in the order of the tree.
    fn choices(self) -> Vec<(String, String)> {
        let Some(reply) = self.0.value.get() else { return Vec::new() };
        let mut path: Vec<String> = Vec::new();
        let rows = team_tree::rows(&reply.records).into_iter().filter_map(|(depth, id)| {
            let team = reply.records.iter().find(|team| team.id == id)?;
            path.truncate(depth);
            path.push(Self::name(team));
            Some((id.to_string(), path.join(" / ")))
        });
        rows.collect()
    }

    /// What these teams are called; how many they are while that is not known. Those that are gone are left out.
    fn text(self, ids: &[String]) -> String {
        let count = || tr("view.teams.some", &[("count", &ids.len().to_string())]);
        let Some(reply) = self.0.value.get() else { return count() };
        let known = ids.iter().filter_map(|id| reply.records.iter().find(|team| team.id.to_string() == *id));
        let names: Vec<String> = known.map(Self::name).collect();
        if names.is_empty() { count() } else { list_text(&names) }
    }
}

/// What the list is now, in the fields of a view.
fn shape(work: Work) -> Wire {
    let filter = work.filter.with_untracked(|asked| work.with(|definition| asked.filter.to_json(definition)));
    let columns = work.columns.shown.get_untracked().join(",");
    let mut shape = Wire::from([
        ("filter".to_owned(), Json::from(filter.to_string())),
        ("sort".to_owned(), Json::from(work.sort.get_untracked())),
        (
            work.columns.of.kept_as().to_owned(),
            if columns.is_empty() { Json::Null } else { Json::from(columns) },
        ),
    ]);
    if work.columns.of == Of::Card {
        shape.insert("lanes".to_owned(), Json::from(work.lanes.get_untracked()));
    }
    shape
}

fn note(name: &str, toast: String) -> Note {
    Note {
        key: "outbox.item.update".to_owned(),
        entity: SAVED_VIEW.to_owned(),
        name: name.to_owned(),
        toast: Some(toast),
        record: None,
    }
}

fn change(view: &View, mut values: Wire, toast: String) {
    let before = |id: &str| view.body.values.get(id).cloned().unwrap_or(Json::Null);
    values.retain(|id, value| *value != before(id));
    if values.is_empty() {
        return;
    }
    outbox::submit_soon(
        outbox::command(vec![update(&view.body, values)]),
        note(&view.name, toast),
        vec![view.body.clone()],
    );
}

fn update(body: &RecordBody, values: Wire) -> Action {
    let old =
        values.keys().map(|id| (id.clone(), body.values.get(id).cloned().unwrap_or(Json::Null))).collect();
    Action::Update { entity: SAVED_VIEW.to_owned(), record: body.id, base_version: body.version, old, values }
}

#[component]
fn ViewForm(
    work: Work,
    teams: Teams,
    naming: RwSignal<Option<Naming>>,
    listed: RwSignal<bool>,
) -> impl IntoView {
    let open = crate::pages::open_while(naming);
    let name = RwSignal::new(String::new());
    let who = RwSignal::new(OWN.to_owned());
    let chosen = RwSignal::new(Vec::<String>::new());
    let shared = Memo::new(move |_| who.with(|who| who != OWN));
    let roles = RwSignal::new(Vec::<String>::new());
    let problem = RwSignal::new(None::<String>);
    let team_problem = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        problem.set(None);
        team_problem.set(None);
        match naming.get() {
            Some(Naming::Of(view)) => {
                name.set(view.name.clone());
                who.set(match &view.audience {
                    Audience::Own => OWN.to_owned(),
                    Audience::Teams(_) => TEAMS.to_owned(),
                    Audience::Everybody => SHARED.to_owned(),
                });
                chosen.set(match view.audience {
                    Audience::Teams(ids) => ids,
                    _ => Vec::new(),
                });
                roles.set(view.roles.clone());
            }
            Some(Naming::New) => {
                name.set(String::new());
                who.set(OWN.to_owned());
                chosen.set(Vec::new());
                roles.set(Vec::new());
            }
            None => {}
        }
    });
    let may_share =
        Memo::new(|_| role().is_some_and(|role| role.level(SAVED_VIEW, Act::Create) > Level::Own));
    let may_default = Memo::new(|_| role().is_some_and(|role| role.may(Permission::Define)));
    let is_new = Memo::new(move |_| naming.with(|naming| *naming == Some(Naming::New)));
    let save = move || {
        let text = name.get_untracked().trim().to_owned();
        if text.is_empty() {
            problem.set(Some(say("problem.required", &[])));
            return;
        }
        let audience = match who.get_untracked().as_str() {
            TEAMS => Audience::Teams(chosen.get_untracked()),
            SHARED => Audience::Everybody,
            _ => Audience::Own,
        };
        if audience == Audience::Teams(Vec::new()) {
            team_problem.set(Some(say("problem.view.no_team", &[])));
            return;
        }
        let given = if audience.is_shared() { roles.get_untracked() } else { Vec::new() };
        let mut values = Wire::from([
            ("name".to_owned(), Json::from(text.clone())),
            ("roles".to_owned(), if given.is_empty() { Json::Null } else { Json::from(given.join(",")) }),
        ]);
        values.extend(audience.values().map(|(field, value)| (field.to_owned(), value)));
        let about = naming.get_untracked();
        // A role begins with one view of its kind: the one before gives way in the same command.
        let mut actions = others(work, &about, &audience, &given);
        let mut known: Vec<RecordBody> =
            work.views.get_untracked().into_iter().map(|view| view.body).collect();
        let id = match &about {
            Some(Naming::Of(view)) => {
                let before = |id: &str| view.body.values.get(id).cloned().unwrap_or(Json::Null);
                values.retain(|id, value| *value != before(id));
                if !values.is_empty() {
                    actions.push(update(&view.body, values));
                }
                view.id
            }
            _ => {
                let id = time::new_id();
                values.extend(shape(work));
                values.insert("entity".to_owned(), Json::from(work.entity()));
                values.insert("owner".to_owned(), json!(me()));
                values.retain(|_, value| !value.is_null());
                actions.push(Action::Create { entity: SAVED_VIEW.to_owned(), record: id, values });
                id
            }
        };
        known.retain(|body| body.version > 0);
        if actions.is_empty() {
            return naming.set(None);
        }
        spawn_local(async move {
            let said = note(&text, say("view.saved.toast", &[("name", &text)]));
            match outbox::submit(outbox::command(actions), said, known).await {
                Ok(_) => {
                    naming.set(None);
                    listed.set(false);
                    if about == Some(Naming::New) {
                        work.query.set(vec![
                            (VIEW, Some(id.to_string())),
                            (FILTER, None),
                            (SORT, None),
                            (LANES, None),
                        ]);
                    }
                }
                Err(problems) => problem.set(Some(untrack(|| problems_text(&problems, SAVED_VIEW)))),
            }
        });
    };
    let remove = move |()| {
        let Some(Naming::Of(view)) = naming.get_untracked() else { return };
        naming.set(None);
        listed.set(false);
        work.query.set(vec![(VIEW, Some(NO_VIEW.to_owned())), (FILTER, None), (SORT, None), (LANES, None)]);
        let action = Action::Delete {
            entity: SAVED_VIEW.to_owned(),
            record: view.id,
            base_version: view.body.version,
        };
        let said = note(&view.name, say("record.deleted.toast", &[("name", &view.name)]));
        outbox::submit_soon(outbox::command(vec![action]), said, vec![view.body.clone()]);
    };
    let role_box = move |id: String, text: domain::schema::Label| {
        let own = id.clone();
        let toggle = move |_| {
            roles.update(|roles| match roles.iter().position(|other| *other == id) {
                Some(at) => {
                    roles.remove(at);
                }
                None => roles.push(id.clone()),
            });
        };
        view! {
            <label class="chip">
                <input type="checkbox" prop:checked=move || roles.with(|roles| roles.contains(&own)) on:change=toggle />
                <span>{move || label(&text)}</span>
            </label>
        }
    };
    let role_boxes = move || {
        schema().roles.iter().map(|role| role_box(role.id.clone(), role.label.clone())).collect_view()
    };
    let audiences = || {
        vec![
            Choice::new(OWN, t("view.who.own")),
            Choice::new(TEAMS, t("view.who.teams")),
            Choice::new(SHARED, t("view.who.everybody")),
        ]
    };
    let pick_team = move |(id, on): (String, bool)| {
        team_problem.set(None);
        chosen.update(|chosen| {
            chosen.retain(|known| *known != id);
            if on {
                chosen.push(id);
            }
        });
    };
    let team_boxes = move || {
        let choices: Vec<Choice> =
            teams.choices().into_iter().map(|(id, name)| Choice::new(id, name)).collect();
        if choices.is_empty() {
            return view! { <p class="soft">{t("view.teams.none")}</p> }.into_any();
        }
        view! { <CheckChips label=t("view.teams") choices chosen on_change=pick_team /> }.into_any()
    };
    let title = move || tr(if is_new.get() { "view.new" } else { "view.change" }, &[]);
    let foot = move || {
        view! {
            {(!is_new.get()).then(|| view! { <Button label=t("action.delete") kind=ButtonKind::DangerQuiet on_press=remove /> })}
            <Button label=t("action.save") kind=ButtonKind::Primary on_press=move |()| save() />
        }
        .into_any()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        save();
    };
    view! {
        <Sheet open title=title close=t("action.close") foot=foot>
            <form class="form" novalidate on:submit=submit>
                <FormProblem problem=problem />
                <Field label=t("view.name") required=true>
                    <TextInput value=name autocomplete="off" autofocus=true />
                </Field>
                <Show when=move || may_share.get() fallback=|| view! { <p class="soft">{t("view.only_own")}</p> }>
                    <ChipGroup legend=t("view.who") show_legend=true choices=audiences() value=who on_choose=move |chosen| who.set(chosen) />
                </Show>
                <Show when=move || may_share.get() && who.with(|who| who == TEAMS)>
                    <Field label=t("view.teams") help=t("view.teams.help") problem=team_problem>
                        {team_boxes}
                    </Field>
                </Show>
                <Show when=move || may_default.get() && shared.get()>
                    <fieldset class="field">
                        <legend class="field-label">{t("view.default")}</legend>
                        <div class="chips">{role_boxes}</div>
                        <p class="field-help">{t("view.default.help")}</p>
                    </fieldset>
                </Show>
            </form>
        </Sheet>
    }
}

/// The other views of these roles lose them, as far as the same people have both.
fn others(work: Work, about: &Option<Naming>, audience: &Audience, roles: &[String]) -> Vec<Action> {
    let own = match about {
        Some(Naming::Of(view)) => Some(view.id),
        _ => None,
    };
    let gives_way = |view: &View| {
        let kept: Vec<String> = view.roles.iter().filter(|role| !roles.contains(role)).cloned().collect();
        let in_the_way = Some(view.id) != own && view.audience.competes_with(audience);
        (in_the_way && kept.len() < view.roles.len()).then(|| {
            let value = if kept.is_empty() { Json::Null } else { Json::from(kept.join(",")) };
            update(&view.body, Wire::from([("roles".to_owned(), value)]))
        })
    };
    work.views.with_untracked(|views| views.iter().filter_map(gives_way).collect())
}
