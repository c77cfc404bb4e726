//! Teams as the tree they are: who leads, who belongs, which is part of which. What somebody with the level "team" sees
//! follows from it.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::access::sight::{self, Member};
use domain::api::record::RecordBody;
use domain::command::{Action, Wire};
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::builtin::user::status;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value as Json;

use super::define::change;
use super::effects::{Effects, Unsharing};
use super::everything::{everything, text};
use crate::components::{
    Avatar, Button, ButtonKind, Choice, EmptyState, Field, FormProblem, IconButton, Select, Sheet, TextInput,
    icon, icons, mark_page,
};
use crate::i18n::{t, tr};
use crate::pages::more::Problems;
use crate::pages::{Page, open_while, team_tree};
use crate::routes;
use crate::state::session::{role, schema};
use crate::state::time::new_id;

/// The teams with who is in them.
#[derive(Clone, Default, PartialEq)]
struct Tree {
    teams: Vec<RecordBody>,
    people: Vec<RecordBody>,
}

fn reference(record: &RecordBody, field: &str) -> Option<Id> {
    record.values.get(field)?.as_str()?.parse().ok()
}

/// The tree as it concerns who sees what.
pub fn sight_of(teams: &[RecordBody], people: &[RecordBody]) -> sight::Teams {
    let member = |person: &RecordBody| Member {
        id: person.id,
        role: text(person, "role"),
        team: reference(person, "team"),
        active: text(person, "status") == status::ACTIVE,
    };
    sight::Teams {
        parents: teams.iter().map(|team| (team.id, reference(team, "parent"))).collect(),
        members: people.iter().map(member).collect(),
    }
}

impl Tree {
    fn team(&self, id: Id) -> Option<&RecordBody> {
        self.teams.iter().find(|team| team.id == id)
    }

    fn name(&self, id: Id) -> String {
        let of = |records: &[RecordBody]| {
            records.iter().find(|record| record.id == id).map(|record| text(record, "name"))
        };
        of(&self.teams).or_else(|| of(&self.people)).unwrap_or_default()
    }

    fn below(&self, parent: Id) -> impl Iterator<Item = &RecordBody> {
        team_tree::below(&self.teams, parent)
    }

    /// A team and every team beneath it.
    fn whole(&self, id: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::from([id]);
        let mut look = vec![id];
        while let Some(next) = look.pop() {
            look.extend(self.below(next).map(|team| team.id).filter(|id| found.insert(*id)));
        }
        found
    }

    fn members(&self, team: Id) -> Vec<&RecordBody> {
        self.people.iter().filter(|person| reference(person, "team") == Some(team)).collect()
    }

    fn rows(&self) -> Vec<(usize, Id)> {
        team_tree::rows(&self.teams)
    }
}

/// Which team the sheet is about: one that is there, or a new one under another.
#[derive(Clone, PartialEq)]
enum Edited {
    Known(Id),
    New(Option<Id>),
}

#[component]
pub fn Teams() -> impl IntoView {
    mark_page("no-add", || true);
    let (teams, people) = (everything("team", "name"), everything("user", "name"));
    let tree = Memo::new(move |_| Tree { teams: teams.list(), people: people.list() });
    let edited = RwSignal::new(None::<Edited>);
    let open = open_while(edited);
    let may = move || role().is_some_and(|role| role.may(Permission::ManageUsers));
    let title = move || match edited.get() {
        Some(Edited::Known(id)) => tree.with(|tree| tree.name(id)),
        _ => tr("teams.add", &[]),
    };
    let row = move |(depth, id): (usize, Id)| {
        let name = tree.with(|tree| tree.name(id));
        let sub = tree.with(|tree| {
            let leader =
                tree.team(id).and_then(|team| reference(team, "leader")).map(|leader| tree.name(leader));
            let count = tree.members(id).len().to_string();
            let members = tr("teams.members", &[("count", &count)]);
            match leader.filter(|leader| !leader.is_empty()) {
                Some(leader) => format!("{} · {members}", tr("teams.led_by", &[("name", &leader)])),
                None => members,
            }
        });
        // Deeper than this there is no room on a phone; the order still tells.
        let depth = depth.min(5).to_string();
        let add_name = name.clone();
        view! {
            <li class="tree-row" data-depth=depth>
                <button
                    type="button"
                    class="row"
                    aria-haspopup="dialog"
                    disabled=move || !may()
                    on:click=move |_| edited.set(Some(Edited::Known(id)))
                >
                    <span class="row-icon">{icon(icons::TEAM)}</span>
                    <span class="row-text">
                        <span class="row-title">{name}</span>
                        <span class="row-sub">{sub}</span>
                    </span>
                </button>
                <Show when=may>
                    <IconButton
                        label={
                            let name = add_name.clone();
                            move || tr("teams.add_below", &[("name", &name)])
                        }
                        drawing=icons::ADD
                        on_press=move |()| edited.set(Some(Edited::New(Some(id))))
                    />
                </Show>
            </li>
        }
    };
    let content = move || {
        if let Some(pending) = teams.pending().or_else(|| people.pending()) {
            return pending;
        }
        let rows = tree.with(Tree::rows);
        if rows.is_empty() {
            return view! { <EmptyState drawing=icons::TEAM title=t("teams.empty") body=t("teams.lead") /> }
                .into_any();
        }
        view! { <ul class="group tree">{rows.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! {
        <Page title=t("settings.teams") back=routes::MORE>
            <div class="stack">
                <p class="field-help">{t("teams.lead")}</p>
                {content}
                <Show when=may>
                    <div class="btn-row">
                        <Button label=t("teams.add") kind=ButtonKind::Primary drawing=icons::ADD on_press=move |()| edited.set(Some(Edited::New(None))) />
                    </div>
                </Show>
            </div>
            <Sheet open title close=t("action.close")>
                {move || edited.get().map(|edited| view! { <TeamForm edited tree=tree.get_untracked() open /> })}
            </Sheet>
        </Page>
    }
}

fn id_json(id: &str) -> Json {
    if id.is_empty() { Json::Null } else { Json::from(id) }
}

/// Name, place, leader and members of a team, saved as one command.
#[component]
fn TeamForm(edited: Edited, tree: Tree, open: RwSignal<bool>) -> impl IntoView {
    let known = match &edited {
        Edited::Known(id) => tree.team(*id).cloned(),
        Edited::New(_) => None,
    };
    let own = known.as_ref().map(|team| team.id);
    let of = |field: &str| known.as_ref().map(|team| text(team, field)).unwrap_or_default();
    let parent_now = match &edited {
        Edited::New(parent) => parent.map(|id| id.to_string()).unwrap_or_default(),
        Edited::Known(_) => of("parent"),
    };
    let name = RwSignal::new(of("name"));
    let parent = RwSignal::new(parent_now);
    let leader = RwSignal::new(of("leader"));
    let before: BTreeSet<Id> =
        own.map(|id| tree.members(id).into_iter().map(|person| person.id).collect()).unwrap_or_default();
    let members = RwSignal::new(before.clone());
    let pending = RwSignal::new(false);
    let problems = Problems::none();

    // A team cannot be part of itself, nor of what is part of it.
    let inside = own.map(|id| tree.whole(id)).unwrap_or_default();
    let parents: Vec<Choice> = std::iter::once(Choice::new("", t("teams.top")))
        .chain(tree.rows().into_iter().filter(|(_, id)| !inside.contains(id)).map(|(depth, id)| {
            let name = format!("{}{}", "\u{2003}".repeat(depth), tree.name(id));
            Choice::new(id.to_string(), name)
        }))
        .collect();
    let active: Vec<RecordBody> =
        tree.people.iter().filter(|person| text(person, "status") == status::ACTIVE).cloned().collect();
    let leaders: Vec<Choice> = std::iter::once(Choice::new("", t("field.none")))
        .chain(active.iter().map(|person| Choice::new(person.id.to_string(), text(person, "name"))))
        .collect();
    let blocks = own.map_or(0, |id| tree.below(id).count()) + before.len();
    let tree = StoredValue::new(tree);
    let others = Signal::derive(move || {
        let inside = members.get();
        tree.with_value(|tree| {
            let choice = |person: &RecordBody| {
                let name = text(person, "name");
                let team =
                    reference(person, "team").map(|team| tree.name(team)).filter(|team| !team.is_empty());
                let shown = team.map_or_else(|| name.clone(), |team| format!("{name} · {team}"));
                Choice::new(person.id.to_string(), shown)
            };
            tree.people.iter().filter(|person| !inside.contains(&person.id)).map(choice).collect::<Vec<_>>()
        })
    });
    // A new team has an id from the start, so that it can be told who will see whom in it.
    let team = own.unwrap_or_else(new_id);
    let (before, known) = (StoredValue::new(before), StoredValue::new(known));
    let meaning = Signal::derive(move || {
        let now = tree.with_value(|tree| sight_of(&tree.teams, &tree.people));
        let mut next = now.clone();
        next.parents.insert(team, parent.get().parse().ok());
        members.with(|inside| {
            for member in &mut next.members {
                if inside.contains(&member.id) {
                    member.team = Some(team);
                } else if member.team == Some(team) {
                    member.team = None;
                }
            }
        });
        sight::moved(&schema(), &now, &next)
    });
    let moved =
        move || members.with(|after| before.with_value(|before| before.symmetric_difference(after).count()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        let values = Wire::from([
            ("name".to_owned(), Json::from(name.get_untracked())),
            ("parent".to_owned(), id_json(&parent.get_untracked())),
            ("leader".to_owned(), id_json(&leader.get_untracked())),
        ]);
        let mut actions = Vec::new();
        match known.get_value() {
            None => actions.push(Action::Create { entity: "team".to_owned(), record: team, values }),
            Some(old) => {
                let differs =
                    values.iter().any(|(field, value)| old.values.get(field).unwrap_or(&Json::Null) != value);
                if differs {
                    let base_version = old.version;
                    actions.push(Action::Update {
                        entity: "team".to_owned(),
                        record: team,
                        base_version,
                        old: Wire::new(),
                        values,
                    });
                }
            }
        }
        tree.with_value(|tree| {
            let changed: Vec<Id> = before.with_value(|before| {
                members.with_untracked(|after| before.symmetric_difference(after).copied().collect())
            });
            let versions: BTreeMap<Id, u64> =
                tree.people.iter().map(|person| (person.id, person.version)).collect();
            actions.extend(changed.into_iter().filter_map(|person| {
                let joins = members.with_untracked(|after| after.contains(&person));
                Some(Action::Update {
                    entity: "user".to_owned(),
                    record: person,
                    base_version: *versions.get(&person)?,
                    old: Wire::new(),
                    values: Wire::from([(
                        "team".to_owned(),
                        if joins { Json::from(team.to_string()) } else { Json::Null },
                    )]),
                })
            }));
        });
        pending.set(true);
        send(actions, pending, problems, open);
    };
    let remove = move |()| {
        let Some(team) = known.get_value() else { return };
        pending.set(true);
        let delete =
            Action::Delete { entity: "team".to_owned(), record: team.id, base_version: team.version };
        send(vec![delete], pending, problems, open);
    };
    let member = move |id: Id| {
        let name = tree.with_value(|tree| tree.name(id));
        let shown = name.clone();
        view! {
            <li class="member">
                <span class="row">
                    <Avatar name=name.clone() />
                    <span class="row-text">
                        <span class="row-title">{name.clone()}</span>
                    </span>
                </span>
                <IconButton
                    label=move || tr("teams.take_out", &[("name", &shown)])
                    drawing=icons::CLOSE
                    on_press=move |()| members.update(|members| { members.remove(&id); })
                />
            </li>
        }
    };
    let add = move |chosen: String| {
        if let Ok(id) = chosen.parse() {
            members.update(|members| {
                members.insert(id);
            });
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <FormProblem problem=problems.rest(&["name", "parent", "leader"]) />
            <Field label=t("teams.name") required=true problem=problems.at("name")>
                <TextInput value=name autocomplete="off" />
            </Field>
            <Field label=t("teams.parent") help=t("teams.parent.help") problem=problems.at("parent")>
                <Select value=parent choices=parents on_choose=move |chosen| parent.set(chosen) />
            </Field>
            <Field label=t("teams.leader") problem=problems.at("leader")>
                <Select value=leader choices=leaders on_choose=move |chosen| leader.set(chosen) />
            </Field>
            <section class="stack stack-tight">
                <h3 class="group-title">{t("teams.people")}</h3>
                <ul class="group">
                    <For each=move || members.get() key=|id| *id children=member />
                </ul>
                <Select value="" choices=others placeholder=t("teams.put_in") alone=t("teams.put_in") on_choose=add />
                <Show when=move || { moved() > 0 }>
                    <p class="field-help" role="status">
                        {move || tr("teams.moved", &[("count", &moved().to_string())])}
                    </p>
                </Show>
            </section>
            <Effects effects=meaning />
            <Button label=t("action.save") kind=ButtonKind::Primary submit=true block=true pending />
            {own
                .map(|team| {
                    if blocks == 0 {
                        view! { <Unsharing team /> <Button label=t("teams.remove") kind=ButtonKind::DangerQuiet pending on_press=remove /> }.into_any()
                    } else {
                        view! { <p class="field-help">{t("teams.not_empty")}</p> }.into_any()
                    }
                })}
        </form>
    }
}

fn send(actions: Vec<Action>, pending: RwSignal<bool>, problems: Problems, open: RwSignal<bool>) {
    spawn_local(async move {
        let outcome = change(actions).await;
        pending.try_set(false);
        match outcome {
            Ok(()) => {
                open.try_set(false);
            }
            Err(found) => {
                let placed = found.into_iter().map(without_action).collect();
                problems.0.try_set(placed);
            }
        }
    });
}

/// The first action is the team's; a problem of another is about one of its people.
fn without_action(problem: Problem) -> Problem {
    match problem.action {
        Some(at) if at > 0 => Problem { field: None, ..problem },
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::command::May;

    fn team(number: u8, parent: Option<u8>) -> RecordBody {
        let id = |number: u8| Id::v7(1_000, &[number; 10]);
        let mut values = Wire::from([("name".to_owned(), Json::from(number.to_string()))]);
        if let Some(parent) = parent {
            values.insert("parent".to_owned(), Json::from(id(parent).to_string()));
        }
        RecordBody {
            entity: "team".to_owned(),
            id: id(number),
            version: 1,
            values,
            deleted: false,
            deleted_at: None,
            may: May::default(),
        }
    }

    #[test]
    fn every_team_has_one_row_whatever_it_hangs_on() {
        let tree = |teams: Vec<RecordBody>| Tree { teams, people: Vec::new() };
        let shown = |tree: &Tree| -> Vec<(usize, String)> {
            tree.rows().into_iter().map(|(depth, id)| (depth, tree.name(id))).collect()
        };
        let rows = |pairs: &[(usize, &str)]| -> Vec<(usize, String)> {
            pairs.iter().map(|(depth, name)| (*depth, (*name).to_owned())).collect()
        };
        let usual = tree(vec![team(2, Some(1)), team(1, None), team(3, Some(2)), team(4, None)]);
        assert_eq!(shown(&usual), rows(&[(0, "1"), (1, "2"), (2, "3"), (0, "4")]));
        // A parent that is gone, and two teams that are each other's part.
        let odd = tree(vec![team(1, Some(9)), team(2, Some(3)), team(3, Some(2))]);
        assert_eq!(shown(&odd), rows(&[(0, "1"), (0, "2"), (1, "3")]));
        assert_eq!(usual.whole(Id::v7(1_000, &[1; 10])).len(), 3);
        assert_eq!(odd.whole(Id::v7(1_000, &[2; 10])).len(), 2);
    }
}
