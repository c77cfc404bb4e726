//! The list of one kind of record: filtered, sorted, paged, drawn from its definition.

use std::sync::Arc;
use std::time::Duration;

use domain::access::{Act, Level, Permission};
use domain::api::ListRecords;
use domain::api::record::{ListReply, ListRequest, RecordBody};
use domain::ids::Id;
use domain::import_file::ENTITIES;
use domain::schema::{Entity, StageStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{query_signal_with_options, use_params_map};
use serde_json::{Value as Json, json};

use super::page::StaleNote;
use super::{definition, drawing};
use crate::components::{
    Avatar, AvatarShape, Badge, Button, ButtonKind, ChipGroup, Choice, EmptyState, SearchBox, Select,
    SkeletonRows, Tone, icon, icons,
};
use crate::fields::{self, schedule};
use crate::i18n::{label, t, tr};
use crate::pages::{NotFound, Page, Width};
use crate::routes;
use crate::state::loader::{load, note};
use crate::state::overlay::fingerprint;
use crate::state::session::{me, role, schema};
use crate::state::{app, ask};

const PAUSE: Duration = Duration::from_millis(250);

#[component]
pub fn Records() -> impl IntoView {
    let params = use_params_map();
    let entity = Memo::new(move |_| params.with(|params| params.get("entity").unwrap_or_default()));
    move || match definition(&entity.get()) {
        Some(definition) => view! { <List definition /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// Which of them: everyone's, one's own, what is not finished.
fn shows(definition: &Entity) -> Vec<&'static str> {
    let mut shows = Vec::new();
    if definition.field("stage").is_some() || definition.id == "task" {
        shows.push("open");
    }
    shows.push("all");
    if definition.field("owner").is_some() {
        shows.push("mine");
    }
    shows
}

/// Orders that have an index behind them.
fn sorts(definition: &Entity) -> Vec<(&'static str, &'static str)> {
    let known = |field: &str| definition.field(field).is_some();
    [
        ("-updated_at", "updated_at"),
        ("-created_at", "created_at"),
        ("name", "name"),
        ("next_touch", "next_touch"),
        ("due", "due"),
        ("-amount", "amount"),
    ]
    .into_iter()
    .filter(|(_, field)| known(field))
    .collect()
}

/// `condition` is one that came with the address: what stands under a customer, say.
fn filter(definition: &Entity, show: &str, text: &str, condition: Option<&str>) -> Option<String> {
    let mut all = Vec::new();
    all.extend(condition.and_then(|text| serde_json::from_str::<Json>(text).ok()));
    if show == "mine" {
        all.push(json!(["=", ["field", "owner"], ["me"]]));
    }
    if show == "open" && definition.id == "task" {
        all.push(json!(["=", ["field", "status"], "open"]));
    } else if show == "open" {
        let schema = schema();
        let pipelines = schema.pipelines_of(&definition.id);
        let open: Vec<&str> = pipelines
            .flat_map(|pipeline| &pipeline.stages)
            .filter(|stage| stage.status == StageStatus::Open)
            .map(|stage| stage.id.as_str())
            .collect();
        all.push(json!(["in", ["field", "stage"], open]));
    }
    if !text.is_empty() {
        all.push(json!(["contains", ["field", definition.title], text]));
    }
    match all.len() {
        0 => None,
        1 => all.pop().map(|only| only.to_string()),
        _ => {
            let parts = std::iter::once(Json::from("and")).chain(all);
            Some(Json::Array(parts.collect()).to_string())
        }
    }
}

#[component]
fn List(definition: Entity) -> impl IntoView {
    let replace = || NavigateOptions { replace: true, scroll: false, ..Default::default() };
    let (show, set_show) = query_signal_with_options::<String>("show", replace());
    let (sort, set_sort) = query_signal_with_options::<String>("sort", replace());
    let (query, set_query) = query_signal_with_options::<String>("q", replace());
    let (condition, set_condition) = query_signal_with_options::<String>("filter", replace());
    let typed = RwSignal::new(query.get_untracked().unwrap_or_default());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        let text = typed.get();
        let now = turn.get_value() + 1;
        turn.set_value(now);
        if before.is_some() {
            let settle = move || {
                if turn.try_get_value() == Some(now) {
                    set_query.set(Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
                }
            };
            set_timeout(settle, PAUSE);
        }
    });
    let entity = definition.id.clone();
    let default_show = shows(&definition)[0];
    let default_sort = if entity == "task" { "due" } else { "-updated_at" };
    let shown = Signal::derive(move || {
        // All of what stands under a record is all of it.
        let default_show = if condition.with(Option::is_some) { "all" } else { default_show };
        show.get().unwrap_or_else(|| default_show.to_owned())
    });
    let sorted = Signal::derive(move || sort.get().unwrap_or_else(|| default_sort.to_owned()));
    let request = {
        let definition = definition.clone();
        Memo::new(move |_| ListRequest {
            filter: filter(
                &definition,
                &shown.get(),
                &query.get().unwrap_or_default(),
                condition.get().as_deref(),
            ),
            sort: Some(sorted.get()),
            ..ListRequest::default()
        })
    };
    let first = load::<ListRecords>({
        let entity = entity.clone();
        move || Some((vec![entity.clone()], request.get()))
    });
    // The pages after the first, of the same question.
    let later = RwSignal::new(Vec::<Arc<ListReply>>::new());
    Effect::new(move |_| {
        request.track();
        later.set(Vec::new());
    });
    let next = Memo::new(move |_| {
        let last = later.with(|later| later.last().cloned());
        last.or_else(|| first.value.get()).and_then(|reply| reply.next.clone())
    });
    let pending = RwSignal::new(false);
    let more = {
        let entity = entity.clone();
        move |()| {
            let Some(after) = next.get_untracked() else { return };
            if pending.get_untracked() {
                return;
            }
            pending.set(true);
            let asked = request.get_untracked();
            let page = ListRequest { after: Some(after), ..asked.clone() };
            let entity = entity.clone();
            spawn_local(async move {
                if let Ok(reply) = ask::<ListRecords>(&[&entity], &page).await
                    && request.try_get_untracked() == Some(asked)
                {
                    note(&reply);
                    later.update(|later| later.push(Arc::new(reply)));
                }
                pending.set(false);
            });
        }
    };
    let rows = {
        let definition = definition.clone();
        Memo::new(move |_| {
            let mut seen = std::collections::BTreeSet::new();
            let mut rows: Vec<RecordBody> = Vec::new();
            let overlay = app().overlay.get();
            let pages = first.value.get().into_iter().chain(later.get());
            for page in pages {
                for body in &page.records {
                    if seen.insert(body.id)
                        && let Some(body) = overlay.apply(page.seq, body)
                    {
                        rows.push(body);
                    }
                }
            }
            // What this device made since stands first, if it belongs here.
            let seq = first.value.with(|reply| reply.as_ref().map_or(0, |reply| reply.seq));
            let text = domain::text::fold(&query.get().unwrap_or_default());
            let made = overlay.created(seq, &definition.id);
            let made = made.into_iter().filter(|_| condition.with(Option::is_none));
            for body in made {
                let title = body.values.get(&definition.title).and_then(Json::as_str).unwrap_or_default();
                let mine = shown.get() != "mine"
                    || fields::reference(&body, "owner").is_none_or(|owner| Some(owner) == me());
                if mine && domain::text::fold(title).contains(&text) && seen.insert(body.id) {
                    rows.insert(0, body);
                }
            }
            rows
        })
    };
    let plural = definition.plural.clone();
    let title = move || label(&plural);
    let may_create = {
        let entity = entity.clone();
        Memo::new(move |_| role().is_some_and(|role| role.level(&entity, Act::Create) != Level::None))
    };
    let may_import = {
        let importable = ENTITIES.contains(&entity.as_str());
        Memo::new(move |_| {
            importable && may_create.get() && role().is_some_and(|role| role.may(Permission::Import))
        })
    };
    let new_label = {
        let text = definition.label.clone();
        move || tr("list.new", &[("entity", &label(&text))])
    };
    let new_link = {
        let (entity, new_label) = (entity.clone(), new_label.clone());
        move || {
            let (to, name) = (routes::new_record(&entity), new_label.clone());
            let from_file = routes::import(&entity);
            view! {
                {may_import.get().then(|| view! { <A href=from_file attr:class="icon-btn" attr:aria-label=t("settings.import")>{icon(icons::IMPORT)}</A> })}
                {may_create.get().then(|| view! { <A href=to attr:class="icon-btn" attr:aria-label=name>{icon(icons::ADD)}</A> })}
            }
        }
    };
    let show_choices: Vec<Choice> =
        shows(&definition).into_iter().map(|show| Choice::new(show, t(show_label(show)))).collect();
    let sort_choices: Vec<Choice> = sorts(&definition)
        .into_iter()
        .filter_map(|(value, field)| {
            let text = definition.field(field)?.label.clone();
            Some(Choice::new(value, move || label(&text)))
        })
        .collect();
    let filtered = move || query.get().is_some() || shown.get() != "all" || condition.get().is_some();
    let empty = {
        let definition = definition.clone();
        move || {
            let entity = label(&definition.plural);
            if filtered() {
                let clear = move |()| {
                    typed.set(String::new());
                    set_query.set(None);
                    set_condition.set(None);
                    set_show.set(Some("all".to_owned()));
                };
                view! {
                    <EmptyState drawing=drawing(&definition.id) title=t("list.no_match.title") body=t("list.no_match.body")>
                        <Button label=t("list.filter.all") on_press=clear />
                    </EmptyState>
                }
                .into_any()
            } else {
                let (to, name) = (routes::new_record(&definition.id), new_label.clone());
                let from_file = routes::import(&definition.id);
                view! {
                    <EmptyState
                        drawing=drawing(&definition.id)
                        title=tr("list.empty.title", &[("entity", &entity)])
                        body=t("list.empty.body")
                    >
                        {may_create.get().then(|| view! { <A href=to attr:class="btn btn-primary">{name}</A> })}
                        {may_import.get().then(|| view! { <A href=from_file attr:class="btn btn-secondary">{t("settings.import")}</A> })}
                    </EmptyState>
                }
                .into_any()
            }
        }
    };
    let state = Memo::new(move |_| {
        let any = rows.with(|rows| !rows.is_empty());
        match (any, first.value.with(Option::is_some), first.error.with(Option::is_some)) {
            (true, ..) => 0,
            (false, true, _) => 1,
            (false, false, true) => 2,
            (false, false, false) => 3,
        }
    });
    let cells = columns(&definition);
    let one = definition.clone();
    view! {
        <Page title=title width=Width::Broad actions=new_link>
            <div class="stack">
                <div class="list-tools">
                    <SearchBox value=typed label=t("list.search") clear=t("action.clear") />
                    <div class="list-sort">
                        {icon(icons::SORT)}
                        <Select
                            alone=t("action.sort")
                            value=sorted
                            choices=sort_choices
                            on_choose=move |chosen| set_sort.set(Some(chosen))
                        />
                    </div>
                </div>
                <div class="list-filters">
                    <ChipGroup
                        legend=t("action.filter")
                        choices=show_choices
                        value=shown
                        scroll=true
                        on_choose=move |chosen| set_show.set(Some(chosen))
                    />
                </div>
                <Show when=move || condition.with(Option::is_some)>
                    <p class="notice">
                        {icon(icons::LINK)} <span>{t("list.part")}</span>
                        <Button label=t("list.filter.all") kind=ButtonKind::Quiet on_press=move |()| set_condition.set(None) />
                    </p>
                </Show>
                <StaleNote stale=first.stale />
                {move || match state.get() {
                    0 => {
                        let (one, cells) = (one.clone(), cells.clone());
                        view! {
                            <div class="group">
                                <For
                                    each=move || rows.get()
                                    key=|body| (body.id, body.version, body.values.len(), fingerprint(body))
                                    children=move |body| row(&one, &cells, body)
                                />
                            </div>
                        }
                        .into_any()
                    }
                    1 => empty().into_any(),
                    2 => view! { <EmptyState drawing=icons::OFFLINE title=t("error.panel") body=t("error.offline") /> }.into_any(),
                    _ => view! { <SkeletonRows count=8 /> }.into_any(),
                }}
                <Show when=move || next.with(Option::is_some)>
                    <Button label=t("list.more") block=true pending=pending on_press=more.clone() />
                </Show>
            </div>
        </Page>
    }
}

fn show_label(show: &str) -> &'static str {
    match show {
        "open" => "list.filter.open",
        "mine" => "list.filter.mine",
        _ => "list.filter.all",
    }
}

/// What a broad screen shows beside the name.
fn columns(definition: &Entity) -> Vec<String> {
    let wanted = [
        "account",
        "company",
        "stage",
        "amount",
        "grade",
        "status",
        "phone",
        "position",
        "due",
        "price",
        "owner",
        "next_touch",
    ];
    let known = wanted.into_iter().filter(|id| definition.field(id).is_some());
    known.take(4).map(str::to_owned).collect()
}

fn row(definition: &Entity, cells: &[String], body: RecordBody) -> AnyView {
    let body = Arc::new(body);
    let shape = if definition.id == "account" { AvatarShape::Square } else { AvatarShape::Round };
    let name = {
        let body = body.clone();
        move || fields::title(&schema(), &body)
    };
    let mark = match definition.id.as_str() {
        "deal" | "task" | "product" => {
            view! { <span class="row-icon">{icon(drawing(&definition.id))}</span> }.into_any()
        }
        _ => {
            let name = name.clone();
            (move || view! { <Avatar name=name() shape /> }).into_any()
        }
    };
    let sub = {
        let body = body.clone();
        let ids: Vec<&str> = match definition.id.as_str() {
            "deal" => vec!["account", "stage"],
            "contact" => vec!["account", "position"],
            "lead" => vec!["company", "status"],
            "account" => vec!["industry", "status"],
            "task" => vec!["account", "deal", "contact", "lead"],
            _ => vec!["code", "series"],
        };
        move || {
            let schema = schema();
            let texts = ids
                .iter()
                .map(|id| fields::text_of(&schema, &body, id))
                .filter(|text| !text.is_empty())
                .take(2);
            texts.collect::<Vec<_>>().join(" · ")
        }
    };
    let end = {
        let body = body.clone();
        move || {
            let schema = schema();
            ["amount", "price", "due", "next_touch"]
                .iter()
                .map(|id| fields::text_of(&schema, &body, id))
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        }
    };
    let cell = |id: &String| {
        let (body, id) = (body.clone(), id.clone());
        view! { <span class="truncate">{move || fields::cell_of(&schema(), &body, &id)}</span> }
    };
    let cells = cells.iter().map(cell).collect_view();
    let to = routes::record(&definition.id, &body.id.to_string());
    // An amount in red would read as a debt: only a date that is shown is late.
    let shows_amount = ["amount", "price"].iter().any(|id| body.values.contains_key(*id));
    let late = !shows_amount
        && ["due", "next_touch"].iter().any(|id| body.values.get(*id).is_some_and(schedule::is_late))
        && body.values.get("status").and_then(Json::as_str) != Some("done");
    let id: Id = body.id;
    let waiting = move || {
        app()
            .overlay
            .with(|overlay| overlay.is_waiting(id))
            .then(|| view! { <Badge label=t("timeline.waiting") tone=Tone::Warning /> })
    };
    view! {
        <A href=to attr:class="row">
            {mark}
            <span class="row-text">
                <span class="row-title">{name}</span>
                <span class="row-sub">{sub}</span>
            </span>
            {waiting}
            <span class="cells">{cells}</span>
            <span class="row-end numeric" class:due-late=late>{end}</span>
        </A>
    }
    .into_any()
}
