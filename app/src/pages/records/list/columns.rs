//! Which columns a table shows, in which order and how close together, and which fields stand on the cards of a board.
//! Chosen per person on this device, and kept in saved views.

use domain::schema::Entity;
use leptos::prelude::*;

use super::view::View;
use super::work::Work;
use crate::components::{ChipGroup, Choice, IconButton, Sheet, icons};
use crate::i18n::{label, t, tr};
use crate::state::preferences::{read, remove, write};
use crate::state::session::me;

/// Columns beside the name that a table begins with.
const FIRST: usize = 5;
const DENSITY: &str = "zhike.density";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    Comfortable,
    Compact,
}

impl Density {
    pub fn remembered() -> Self {
        match read(DENSITY).as_deref() {
            Some("compact") => Self::Compact,
            _ => Self::Comfortable,
        }
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }
}

/// What the fields are chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Table,
    Card,
}

impl Of {
    /// The field of a saved view that keeps them, and the name under which this device does.
    pub const fn kept_as(self) -> &'static str {
        match self {
            Self::Table => "columns",
            Self::Card => "card",
        }
    }

    pub fn saved(self, view: &View) -> &[String] {
        match self {
            Self::Table => &view.columns,
            Self::Card => &view.card,
        }
    }

    fn first(self, definition: &Entity) -> Vec<String> {
        match self {
            Self::Table => first_columns(definition),
            Self::Card => first_on_card(definition),
        }
    }
}

/// What this device remembers comes before what the view was saved with.
#[derive(Clone, Copy)]
pub struct Columns {
    pub of: Of,
    pub shown: Memo<Vec<String>>,
    own: RwSignal<Option<Vec<String>>>,
    key: Memo<String>,
}

impl Columns {
    pub fn new(of: Of, definition: &Entity, view: Memo<Option<View>>) -> Self {
        let entity = definition.id.clone();
        let key = Memo::new(move |_| {
            let person = me().map(|id| id.to_string()).unwrap_or_default();
            let view = view.with(|view| view.as_ref().map(|view| format!(".{}", view.id)));
            format!("zhike.{}.{person}.{entity}{}", of.kept_as(), view.unwrap_or_default())
        });
        let own = RwSignal::new(read(&key.get_untracked()).map(|text| split(&text)));
        Effect::new(move |before: Option<String>| {
            let key = key.get();
            if before.is_some_and(|before| before != key) {
                own.set(read(&key).map(|text| split(&text)));
            }
            key
        });
        let (known, first) = (choosable(definition), of.first(definition));
        let shown = Memo::new(move |_| {
            let saved = || view.with(|view| view.as_ref().map(|view| of.saved(view).to_vec()));
            let wanted = own.get().or_else(saved).filter(|columns| !columns.is_empty());
            let mut columns = wanted.unwrap_or_else(|| first.clone());
            columns.retain(|id| known.contains(id));
            columns
        });
        Self { of, shown, own, key }
    }

    fn choose(&self, columns: Vec<String>) {
        write(&self.key.get_untracked(), &columns.join(","));
        self.own.set(Some(columns));
    }

    /// Forgets what was chosen here.
    pub fn reset(&self) {
        remove(&self.key.get_untracked());
        self.own.set(None);
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// Fields that make a column; the name stands in the first one anyway.
fn choosable(definition: &Entity) -> Vec<String> {
    let fields = definition.fields.iter();
    fields
        .filter(|field| field.id != definition.title && field.id != "rank")
        .map(|field| field.id.clone())
        .collect()
}

fn first_columns(definition: &Entity) -> Vec<String> {
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
        "updated_at",
    ];
    let known = wanted.into_iter().filter(|id| definition.field(id).is_some());
    known.take(FIRST).map(str::to_owned).collect()
}

/// What a card shows as long as nobody chose: what `home::column` draws by itself.
pub fn first_on_card(definition: &Entity) -> Vec<String> {
    let wanted = ["account", "amount", "next_touch", "owner"];
    let known = wanted.into_iter().filter(|id| definition.field(id).is_some());
    known.map(str::to_owned).collect()
}

/// The fields to choose from, those that are chosen first and in their order.
#[component]
pub fn FieldRows(
    work: Work,
    /// At most so many, when there is a limit.
    #[prop(optional)]
    most: Option<usize>,
) -> impl IntoView {
    let columns = work.columns;
    let all = work.with(choosable);
    let name = move |id: &str| work.field(id).map(|field| label(&field.label)).unwrap_or_default();
    let moved = move |id: String, by: isize| {
        let mut shown = columns.shown.get_untracked();
        let Some(at) = shown.iter().position(|other| *other == id) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < shown.len()) else { return };
        shown.swap(at, to);
        columns.choose(shown);
    };
    let toggle = move |id: String| {
        let mut shown = columns.shown.get_untracked();
        match shown.iter().position(|other| *other == id) {
            Some(at) => {
                shown.remove(at);
            }
            None => shown.push(id),
        }
        columns.choose(shown);
    };
    let full = Memo::new(move |_| most.is_some_and(|most| columns.shown.with(Vec::len) >= most));
    let row = move |id: String, here: bool| {
        let (up, down, own) = (id.clone(), id.clone(), id.clone());
        let arrows = here.then(|| {
            let (above, below) = (name(&id), name(&id));
            view! {
                <IconButton label=move || tr("definition.order.up", &[("name", &above)]) drawing=icons::UP on_press=move |()| moved(up.clone(), -1) />
                <IconButton label=move || tr("definition.order.down", &[("name", &below)]) drawing=icons::DOWN on_press=move |()| moved(down.clone(), 1) />
            }
        });
        let shown = name(&id);
        view! {
            <li class="column-row">
                <label class="check">
                    <input type="checkbox" prop:checked=here disabled=move || !here && full.get() on:change=move |_| toggle(own.clone()) />
                    <span>{shown}</span>
                </label>
                {arrows}
            </li>
        }
    };
    // Those that are shown in their order, then the others.
    let order = Memo::new(move |_| {
        let shown = columns.shown.get();
        let others =
            all.iter().filter(|id| !shown.contains(id)).map(|id| (id.clone(), false)).collect::<Vec<_>>();
        shown.into_iter().map(|id| (id, true)).chain(others).collect::<Vec<_>>()
    });
    view! {
        <ul class="columns">
            <For each=move || order.get() key=Clone::clone children=move |(id, here)| row(id, here) />
        </ul>
    }
}

#[component]
pub fn ColumnsSheet(work: Work, open: RwSignal<bool>) -> impl IntoView {
    let columns = work.columns;
    let density = work.density;
    let close_together = move |code: String| {
        write(DENSITY, &code);
        density.set(Density::remembered());
    };
    let choices = vec![
        Choice::new("comfortable", t("list.density.comfortable")),
        Choice::new("compact", t("list.density.compact")),
    ];
    let foot = move || {
        view! {
            <crate::components::Button label=t("list.columns.reset") on_press=move |()| columns.reset() />
        }
    };
    view! {
        <Sheet open title=t("list.columns") close=t("action.close") foot=foot>
            <div class="stack">
                <ChipGroup
                    legend=t("list.density")
                    show_legend=true
                    choices=choices.clone()
                    value=Signal::derive(move || density.get().code().to_owned())
                    on_choose=close_together
                />
                <FieldRows work />
            </div>
        </Sheet>
    }
}
