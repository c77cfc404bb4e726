//! The list of one kind of record: filtered, sorted, counted, paged, drawn from its definition. Cards on a phone, a table
//! where there is room; saved as views, changed in bulk, taken out as a file.
//!
//! [`work`] is what all parts share, [`query`] its place in the address. [`build`], [`rule`], [`quick`] and [`sentence`]
//! are the filter, [`view`] and [`views`] what is saved of it, [`rows`], [`cards`], [`table`] and [`cell`] the rows, [`picked`],
//! [`bulk`], [`job`] and [`progress`] what is done with many of them. [`beside`] is the list next to one of
//! its records, [`pages`] what both have loaded, [`deleted`] what is no longer in it. [`on_board`] and [`forecast`] stand above a board.

mod beside;
mod build;
mod bulk;
mod bulk_move;
mod card_face;
mod cards;
mod cell;
mod columns;
mod deleted;
mod export;
mod forecast;
mod job;
mod on_board;
mod pages;
mod picked;
mod progress;
mod query;
mod quick;
mod rows;
mod rule;
mod sentence;
mod table;
mod totals;
mod view;
mod views;
mod work;

use std::time::Duration;

use domain::access::{Act, Level, Permission};
use domain::import_file::ENTITIES;
use domain::schema::Entity;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

pub use self::beside::Beside;
use self::build::FilterSheet;
use self::bulk::{Bulk, BulkBar};
use self::cards::Cards;
use self::columns::ColumnsSheet;
pub use self::deleted::{Deleted, may_restore, restore, told};
use self::export::ExportSheet;
pub use self::on_board::BoardFilters;
use self::pages::Pages;
use self::progress::{JobNotices, JobSheet};
use self::query::WORDS;
use self::quick::QuickFilters;
use self::sentence::FilterChips;
use self::table::Table;
use self::totals::{TotalsLine, load_count};
use self::views::ViewsSheet;
use self::work::Work;
use super::page::StaleNote;
use super::{definition, drawing};
use crate::components::{
    Button, ButtonRow, Choice, EmptyState, IconButton, SearchBox, Select, Sheet, SkeletonRows, icon, icons,
    mark_page, media,
};
use crate::i18n::{label, t, tr};
use crate::pages::{NotFound, Page, Unread, Width};
use crate::routes;
use crate::state::session::role;

/// Typing pauses this long before the list is asked for.
const PAUSE: Duration = Duration::from_millis(250);
/// From this width on a list is a table.
const WIDE: &str = "(min-width: 64rem)";

#[component]
pub fn Records() -> impl IntoView {
    let params = use_params_map();
    let entity = Memo::new(move |_| params.with(|params| params.get("entity").unwrap_or_default()));
    move || match definition(&entity.get()) {
        Some(definition) => view! { <List definition /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn List(definition: Entity) -> impl IntoView {
    let work = Work::new(&definition);
    let pages = Pages::load(definition.clone(), work.request);
    let rows = pages.rows();
    work.look(&definition.id);
    let count = load_count(work);
    let wide = media(WIDE);
    mark_page("has-table", move || wide.get());
    let (filtering, choosing_view, menu) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let (columns, exporting) = (RwSignal::new(false), RwSignal::new(false));
    let bulk = Bulk { work, rows, count, shown: RwSignal::new(None) };
    let plural = definition.plural.clone();
    let title = move || label(&plural);
    let may_create = {
        let entity = definition.id.clone();
        Memo::new(move |_| role().is_some_and(|role| role.level(&entity, Act::Create) != Level::None))
    };
    let may_import = {
        let importable = ENTITIES.contains(&definition.id.as_str());
        Memo::new(move |_| {
            importable && may_create.get() && role().is_some_and(|role| role.may(Permission::Import))
        })
    };
    let new_label = {
        let text = definition.label.clone();
        move || tr("list.new", &[("entity", &label(&text))])
    };
    let actions = {
        let (entity, new_label) = (definition.id.clone(), new_label.clone());
        move || {
            let (to, name) = (routes::new_record(&entity), new_label.clone());
            view! {
                <IconButton label=t("action.more") drawing=icons::MORE on_press=move |()| menu.set(true) />
                {may_create.get().then(|| view! { <A href=to attr:class="icon-btn" attr:aria-label=name>{icon(icons::ADD)}</A> })}
            }
        }
    };
    let state = Memo::new(move |_| {
        let any = rows.with(|rows| !rows.is_empty());
        match (any, pages.first.value.with(Option::is_some), pages.first.error.with(Option::is_some)) {
            (true, ..) => Shown::Rows,
            (false, true, _) => Shown::Nothing,
            (false, false, true) => Shown::Unreachable,
            (false, false, false) => Shown::Coming,
        }
    });
    let more = move |()| pages.more();
    let content = move || match (state.get(), wide.get()) {
        (Shown::Rows, true) => {
            let left = Memo::new(move |_| pages.next.with(Option::is_some));
            view! { <Table work rows more=left on_more=more /> }.into_any()
        }
        (Shown::Rows, false) => view! {
            <Cards work rows />
            <Show when=move || pages.next.with(Option::is_some)>
                <Button label=t("list.more") block=true pending=pages.pending on_press=more />
            </Show>
        }
        .into_any(),
        (Shown::Nothing, _) => view! { <Empty work may_create may_import /> }.into_any(),
        (Shown::Unreachable, _) => pages.first.error.get().map(|error| view! { <Unread error /> }).into_any(),
        (Shown::Coming, _) => view! { <SkeletonRows count=8 /> }.into_any(),
    };
    view! {
        <Page title=title width=Width::Broad actions=actions>
            <div class="list" data-wide=move || wide.get().then_some("true")>
                <Tools work wide filtering />
                <div class="list-filters chips chips-scroll">
                    <ViewButton work open=choosing_view />
                    <QuickFilters work />
                </div>
                <FilterChips work on_edit=move |()| filtering.set(true) />
                <JobNotices work shown=bulk.shown />
                <StaleNote stale=pages.first.stale />
                <TotalsLine work count />
                {content}
            </div>
        </Page>
        <FilterSheet work open=filtering />
        <ViewsSheet work open=choosing_view />
        <ColumnsSheet work open=columns />
        <ExportSheet work count open=exporting />
        <Menu work wide may_import open=menu columns exporting />
        <JobSheet shown=bulk.shown />
        <BulkBar bulk />
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Rows,
    Nothing,
    Unreachable,
    Coming,
}

/// Words, filter and order.
#[component]
fn Tools(work: Work, wide: ReadSignal<bool>, filtering: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(work.query.now(WORDS).unwrap_or_default());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        let text = typed.get();
        let now = turn.get_value() + 1;
        turn.set_value(now);
        if before.is_some() {
            let settle = move || {
                if turn.try_get_value() == Some(now) {
                    let words = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                    work.query.set(vec![(WORDS, words)]);
                }
            };
            set_timeout(settle, PAUSE);
        }
    });
    // Clearing everything clears the words too.
    Effect::new(move |before: Option<Option<String>>| {
        let words = work.query.get(WORDS);
        if before.flatten().is_some() && words.is_none() {
            typed.set(String::new());
        }
        words
    });
    view! {
        <div class="list-tools">
            <SearchBox value=typed label=t("list.search") clear=t("action.clear") />
            <FilterButton work filtering />
            <Show when=move || !wide.get()>
                <Order work />
            </Show>
        </div>
    }
}

/// Opens the builder, and says how many rules there are.
#[component]
fn FilterButton(work: Work, filtering: RwSignal<bool>) -> impl IntoView {
    let rules = Memo::new(move |_| work.filter.with(|asked| asked.filter.parts.len()));
    let name = move || match rules.get() {
        0 => tr("action.filter", &[]),
        count => tr("filter.button", &[("count", &count.to_string())]),
    };
    view! {
        <button
            type="button"
            class="list-filter"
            aria-haspopup="dialog"
            aria-label=name
            data-active=move || (rules.get() > 0).then_some("true")
            on:click=move |_| filtering.set(true)
        >
            {icon(icons::FILTER)}
            <span class="list-filter-text">{t("action.filter")}</span>
            {move || (rules.get() > 0).then(|| view! { <span class="list-filter-count numeric" aria-hidden="true">{rules.get()}</span> })}
        </button>
    }
}

/// The order where there are no heads of columns to press.
#[component]
fn Order(work: Work) -> impl IntoView {
    let choices = work.with(|definition| {
        let sortable = definition
            .fields
            .iter()
            .filter(|field| field.kind.behaviour().is_sortable() && field.id != "rank");
        let mut choices = Vec::new();
        for field in sortable {
            for (mark, key) in [("", "list.sort.ascending"), ("-", "list.sort.descending")] {
                let text = field.label.clone();
                let shown = move || format!("{} · {}", label(&text), tr(key, &[]));
                choices.push(Choice::new(format!("{mark}{}", field.id), shown));
            }
        }
        choices
    });
    view! {
        <div class="list-sort">
            {icon(icons::SORT)}
            <Select
                alone=t("action.sort")
                value=work.sort
                choices=choices
                on_choose=move |chosen: String| work.set_sort(&chosen)
            />
        </div>
    }
}

#[component]
fn ViewButton(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let name = move || match work.view.get() {
        Some(view) => view.name,
        None => tr("list.filter.all", &[]),
    };
    let named = move || tr("view.button", &[("name", &name())]);
    let changed = Memo::new(move |_| work.is_changed());
    view! {
        <button type="button" class="chip view-button" aria-haspopup="dialog" aria-label=named on:click=move |_| open.set(true)>
            <span class="truncate">{name}</span>
            {move || changed.get().then(|| view! { <span class="view-changed">{t("view.changed")}</span> })}
            {icon(icons::CHEVRON_DOWN)}
        </button>
    }
}

#[component]
fn Menu(
    work: Work,
    wide: ReadSignal<bool>,
    may_import: Memo<bool>,
    open: RwSignal<bool>,
    columns: RwSignal<bool>,
    exporting: RwSignal<bool>,
) -> impl IntoView {
    let may_export = Memo::new(|_| role().is_some_and(|role| role.may(Permission::Export)));
    let from_file = routes::import(&work.entity());
    let entity = work.entity();
    let deleted = routes::deleted_records(&entity);
    // People are never deleted; and who may not delete brings nothing back.
    let may_delete = Memo::new(move |_| {
        entity != "user" && role().is_some_and(|role| role.level(&entity, Act::Delete) != Level::None)
    });
    let go = move |then: RwSignal<bool>| {
        move |()| {
            open.set(false);
            then.set(true);
        }
    };
    view! {
        <Sheet open title=t("action.more") close=t("action.close")>
            <div class="group">
                <Show when=move || !wide.get()>
                    <ButtonRow title=t("bulk.start") sub=t("bulk.start.help") on_press=go(work.picked.on)>
                        <span class="row-icon">{icon(icons::CHECK)}</span>
                    </ButtonRow>
                </Show>
                <Show when=move || wide.get()>
                    <ButtonRow title=t("list.columns") sub=t("list.columns.help") on_press=go(columns)>
                        <span class="row-icon">{icon(icons::SETTINGS)}</span>
                    </ButtonRow>
                </Show>
                <Show when=move || may_export.get()>
                    <ButtonRow title=t("export.title") sub=t("export.body") on_press=go(exporting)>
                        <span class="row-icon">{icon(icons::EXPORT)}</span>
                    </ButtonRow>
                </Show>
                {
                    let from_file = from_file.clone();
                    move || may_import.get().then(|| view! {
                        <A href=from_file.clone() attr:class="row">
                            <span class="row-icon">{icon(icons::IMPORT)}</span>
                            <span class="row-text">
                                <span class="row-title">{t("settings.import")}</span>
                                <span class="row-sub">{t("settings.import.help")}</span>
                            </span>
                        </A>
                    })
                }
                {
                    let deleted = deleted.clone();
                    move || may_delete.get().then(|| view! {
                        <A href=deleted.clone() attr:class="row">
                            <span class="row-icon">{icon(icons::DELETE)}</span>
                            <span class="row-text">
                                <span class="row-title">{t("deleted.title")}</span>
                                <span class="row-sub">{t("deleted.help")}</span>
                            </span>
                        </A>
                    })
                }
            </div>
        </Sheet>
    }
}

/// Nothing to show: because of the filter, or because there is nothing yet.
#[component]
fn Empty(work: Work, may_create: Memo<bool>, may_import: Memo<bool>) -> impl IntoView {
    let filtered = Memo::new(move |_| work.condition.with(Option::is_some));
    move || {
        let (entity, plural, one) = work
            .with(|definition| (definition.id.clone(), label(&definition.plural), definition.label.clone()));
        if filtered.get() {
            return view! {
                <EmptyState drawing=drawing(&entity) title=t("list.no_match.title") body=t("list.no_match.body")>
                    <Button label=t("list.show_all") on_press=move |()| work.clear() />
                </EmptyState>
            }
            .into_any();
        }
        let (to, from_file) = (routes::new_record(&entity), routes::import(&entity));
        view! {
            <EmptyState
                drawing=drawing(&entity)
                title=tr("list.empty.title", &[("entity", &plural)])
                body=t("list.empty.body")
            >
                {may_create.get().then(|| view! { <A href=to attr:class="btn btn-primary">{move || tr("list.new", &[("entity", &label(&one))])}</A> })}
                {may_import.get().then(|| view! { <A href=from_file attr:class="btn btn-secondary">{t("settings.import")}</A> })}
            </EmptyState>
        }
        .into_any()
    }
}
