//! Over any page at a desk: find a record or say what to do, without leaving the keyboard. A box with a list below it
//! (the combobox pattern of ARIA): the focus stays in the box, the arrows choose, Enter does it.

use domain::access::{Act, Level, Permission};
use domain::api::record::Hit;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::asking::{Asking, kind_of, mark_of, remark, second_line};
use crate::components::{EmptyState, Icon, Modal, icon, icons, show_nearest};
use crate::i18n::{format, label, t, tr};
use crate::pages::Unread;
use crate::routes::{self, MENU};
use crate::state::session::{role, schema};
use crate::state::{Touching, app, recent};

/// Records shown before anything is typed.
const RECENT: usize = 5;
const LIST: &str = "palette-list";

/// The keys that open it, as this keyboard names them.
pub fn shortcut() -> &'static str {
    let apple = window().navigator().user_agent().is_ok_and(|agent| agent.contains("Mac OS"));
    if apple { "⌘K" } else { "Ctrl K" }
}

#[component]
pub fn Palette() -> impl IntoView {
    let open = app().palette;
    view! {
        <Modal open class="sheet palette" attr:aria-label=t("palette.title")>
            <Show when=move || open.get()>
                <Inside open />
            </Show>
        </Modal>
    }
}

/// A line of the list.
#[derive(Clone, PartialEq)]
enum Line {
    Record(Hit),
    Command(Command),
}

#[derive(Clone, PartialEq)]
struct Command {
    name: String,
    drawing: Icon,
    does: Does,
}

#[derive(Clone, PartialEq)]
enum Does {
    Go(String),
    LogTouch,
}

/// Lines under one heading.
#[derive(Clone, PartialEq)]
struct Part {
    heading: &'static str,
    lines: Vec<Line>,
}

#[component]
fn Inside(open: RwSignal<bool>) -> impl IntoView {
    let asking = Asking::new(String::new(), |_| {});
    let Asking { query, asked, found, .. } = asking;
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let parts = Memo::new(move |_| parts(asking));
    let count =
        Memo::new(move |_| parts.with(|parts| parts.iter().map(|part| part.lines.len()).sum::<usize>()));
    let any = Memo::new(move |_| count.get() > 0);
    let active = RwSignal::new(0_usize);
    // What is typed makes another list, and that begins at its beginning.
    Effect::new(move |_| {
        query.track();
        active.set(0);
    });
    let chosen = Memo::new(move |_| active.get().min(count.get().saturating_sub(1)));
    Effect::new(move |_| {
        let line = document().get_element_by_id(&line_id(chosen.get()));
        if let Some(line) = line {
            show_nearest(&line);
        }
    });
    let navigate = use_navigate();
    let run = Callback::new(move |line: Line| {
        open.set(false);
        let to = match line {
            Line::Record(hit) => {
                let to = routes::record(&hit.entity, &hit.id.to_string());
                recent::look_at(hit);
                to
            }
            Line::Command(Command { does: Does::Go(to), .. }) => to,
            Line::Command(Command { does: Does::LogTouch, .. }) => {
                return app().touching.set(Some(Touching::Anything));
            }
        };
        navigate(&to, leptos_router::NavigateOptions::default());
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        // Enter also ends the composing of a Chinese word.
        if event.is_composing() {
            return;
        }
        let (at, count) = (chosen.get_untracked(), count.get_untracked());
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.set((at + 1) % count),
            "ArrowUp" if count > 0 => active.set((at + count - 1) % count),
            "Enter" => {
                let line = parts
                    .with_untracked(|parts| parts.iter().flat_map(|part| part.lines.iter()).nth(at).cloned());
                if let Some(line) = line {
                    run.run(line);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let none = move || {
        let (asked, query) = (asked.get(), query.get());
        let answered = asked == query.trim() && found.value.with(Option::is_some);
        // What could not be asked is not what nobody has.
        if let Some(error) = found.error.get() {
            return Some(view! { <Unread error /> }.into_any());
        }
        let body = found.value.get().and_then(|reply| remark(&reply)).unwrap_or("search.none.body");
        let title = move || tr("search.none.title", &[("query", &asked)]);
        answered.then(|| view! { <EmptyState drawing=icons::SEARCH title body=t(body) /> }.into_any())
    };
    let status = move || tr("search.results", &[("count", &format::number(count.get() as i64))]);
    let said = move || {
        let reply = found.value.get().filter(|reply| !reply.hits.is_empty() && !asked.with(String::is_empty));
        reply
            .and_then(|reply| remark(&reply))
            .map(|key| view! { <p class="list-note palette-said">{t(key)}</p> })
    };
    view! {
        <div class="palette-box">
            {icon(icons::SEARCH)}
            <input
                class="palette-input"
                node_ref=input
                type="text"
                role="combobox"
                aria-label=t("palette.title")
                aria-autocomplete="list"
                aria-expanded=move || if any.get() { "true" } else { "false" }
                aria-controls=LIST
                aria-activedescendant=move || any.get().then(|| line_id(chosen.get()))
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                placeholder=t("palette.placeholder")
                prop:value=query
                on:input:target=move |event| query.set(event.target().value())
                on:keydown=on_key
            />
        </div>
        <p class="visually-hidden" role="status">{status}</p>
        <div class="palette-found">
            <Show when=move || any.get() fallback=none>
                <div id=LIST class="palette-list" role="listbox" aria-label=t("palette.title")>
                    {move || lines(parts.get(), active, chosen, run)}
                </div>
            </Show>
            {said}
        </div>
        <footer class="palette-foot" aria-hidden="true">
            <span><kbd>"↑"</kbd><kbd>"↓"</kbd>{t("palette.hint.move")}</span>
            <span><kbd>"↵"</kbd>{t("palette.hint.open")}</span>
            <span><kbd>"esc"</kbd>{t("palette.hint.close")}</span>
        </footer>
    }
}

fn line_id(at: usize) -> String {
    format!("palette-line-{at}")
}

fn lines(
    parts: Vec<Part>,
    active: RwSignal<usize>,
    chosen: Memo<usize>,
    run: Callback<Line>,
) -> impl IntoView {
    let mut next = 0;
    let mut part_view = |(number, part): (usize, Part)| {
        let heading_id = format!("palette-part-{number}");
        let rows = part.lines.into_iter().map(|line| {
            let at = next;
            next += 1;
            line_view(at, line, active, chosen, run)
        });
        let rows = rows.collect_view();
        let labelled_by = heading_id.clone();
        view! {
            <div role="group" aria-labelledby=labelled_by>
                <div class="palette-heading" role="presentation" id=heading_id>{t(part.heading)}</div>
                {rows}
            </div>
        }
    };
    parts.into_iter().enumerate().map(&mut part_view).collect_view()
}

fn line_view(
    at: usize,
    line: Line,
    active: RwSignal<usize>,
    chosen: Memo<usize>,
    run: Callback<Line>,
) -> impl IntoView {
    let done = line.clone();
    let (mark, title, sub) = match line {
        Line::Record(hit) => {
            let mark = mark_of(&hit);
            let kind = kind_of(&hit.entity);
            let told = second_line(&hit);
            let sub = if told.is_empty() { kind } else { format!("{kind} · {told}") };
            (mark, hit.title, Some(sub))
        }
        Line::Command(command) => {
            let mark = view! { <span class="row-icon">{icon(command.drawing)}</span> }.into_any();
            (mark, command.name, None)
        }
    };
    view! {
        <div
            class="row palette-line"
            role="option"
            id=line_id(at)
            aria-selected=move || if chosen.get() == at { "true" } else { "false" }
            on:mousemove=move |_| if chosen.get_untracked() != at { active.set(at) }
            // The focus stays in the box.
            on:mousedown=move |event| event.prevent_default()
            on:click=move |_| run.run(done.clone())
        >
            {mark}
            <span class="row-text">
                <span class="row-title">{title}</span>
                {sub.map(|sub| view! { <span class="row-sub">{sub}</span> })}
            </span>
            <span class="palette-enter" aria-hidden="true">"↵"</span>
        </div>
    }
}

/// The list as it stands. Commands are known at once and come before hits, so that nothing moves away under a finger
/// on Enter.
fn parts(asking: Asking) -> Vec<Part> {
    let typed = domain::text::fold(asking.query.get().trim());
    let commands: Vec<Line> =
        commands().into_iter().filter(|command| answers(command, &typed)).map(Line::Command).collect();
    let mut parts = Vec::new();
    let mut add = |heading: &'static str, lines: Vec<Line>| {
        if !lines.is_empty() {
            parts.push(Part { heading, lines });
        }
    };
    if typed.is_empty() {
        let mut hits = asking.looked_at.get();
        hits.extend(asking.changed_lately());
        hits.truncate(RECENT);
        add("search.recent", hits.into_iter().map(Line::Record).collect());
        add("palette.commands", commands);
        return parts;
    }
    add("palette.commands", commands);
    let hits = asking.found.value.get().filter(|_| !asking.asked.with(String::is_empty));
    let hits = hits.map(|reply| reply.hits.clone()).unwrap_or_default();
    add("palette.records", hits.into_iter().map(Line::Record).collect());
    parts
}

/// Whether a command has what was typed: at the beginning of one of its words, or anywhere among Chinese characters.
fn answers(command: &Command, typed: &str) -> bool {
    let name = domain::text::fold(&command.name);
    name.match_indices(typed).any(|(at, _)| {
        let before = name[..at].chars().next_back();
        before.is_none_or(|before| !before.is_ascii_alphanumeric())
    })
}

/// What can be done from anywhere, as far as one may: what is made first, then where one can go.
fn commands() -> Vec<Command> {
    let (schema, role) = (schema(), role());
    let Some(role) = role else { return Vec::new() };
    let mut commands = Vec::new();
    let mut add = |name: String, drawing: Icon, does: Does| commands.push(Command { name, drawing, does });
    if role.level("touch", Act::Create) != Level::None {
        add(tr("add.touch", &[]), icons::TOUCH, Does::LogTouch);
    }
    let listed = schema.entities.iter().filter(|entity| entity.listed);
    for entity in listed.clone().filter(|entity| role.level(&entity.id, Act::Create) != Level::None) {
        let name = tr("palette.new", &[("kind", &label(&entity.label))]);
        add(name, drawing_of(&entity.id), Does::Go(routes::new_record(&entity.id)));
    }
    let go = |place: &str| tr("palette.go", &[("place", place)]);
    for entry in MENU {
        add(go(&tr(entry.label, &[])), entry.icon, Does::Go(entry.href.to_owned()));
    }
    for entity in listed.filter(|entity| role.level(&entity.id, Act::View) != Level::None) {
        let to = routes::records(&entity.id);
        if MENU.iter().all(|entry| entry.href != to) {
            add(go(&label(&entity.plural)), drawing_of(&entity.id), Does::Go(to));
        }
    }
    let fields = routes::fields("account");
    let places: [(&str, &str, Icon, Option<Permission>); 6] = [
        (routes::IMPORT, "settings.import", icons::IMPORT, Some(Permission::Import)),
        (&fields, "settings.fields", icons::FIELDS, Some(Permission::Define)),
        (routes::MEMBERS, "settings.members", icons::TEAM, None),
        (routes::APPEARANCE, "settings.appearance", icons::THEME, None),
        (routes::SESSIONS, "settings.sessions", icons::DEVICE, None),
        (routes::PASSWORD, "settings.password", icons::SETTINGS, None),
    ];
    for (to, place, drawing, needs) in places {
        if needs.is_none_or(|permission| role.may(permission)) {
            add(go(&tr(place, &[])), drawing, Does::Go(to.to_owned()));
        }
    }
    commands
}

fn drawing_of(entity: &str) -> Icon {
    match entity {
        "account" => icons::CUSTOMERS,
        "lead" => icons::LEAD,
        "contact" => icons::CONTACT,
        "deal" => icons::DEAL,
        "task" => icons::TASK,
        "product" => icons::PRODUCT,
        _ => icons::FIELDS,
    }
}
