//! What the parts of a list share: what it is about, what is asked for, what is ticked.

use domain::api::record::{ListRequest, RecordBody};
use domain::expr::{self, Env, Expr};
use domain::filter::{Filter, Quick, quick};
use domain::message::Problem;
use domain::schema::builtin::saved_view::SAVED_VIEW;
use domain::schema::{Entity, Field};
use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::columns::{Columns, Density};
use super::picked::Picked;
use super::query::{FILTER, NO_VIEW, Query, SORT, VIEW, WORDS};
use super::view::{View, first_of, load_views, views};
use crate::state::foresee::to_record;
use crate::state::session::{me, role, schema, schema_now, today, zone};
use crate::state::time::{ZONES, now};
use crate::state::{Looked, app};

#[derive(Clone, Copy)]
pub struct Work {
    definition: StoredValue<Entity>,
    pub query: Query,
    pub views: Memo<Vec<View>>,
    /// The one that is shown.
    pub view: Memo<Option<View>>,
    pub filter: Memo<Asked>,
    pub sort: Memo<String>,
    /// Filter and words as one condition.
    pub condition: Memo<Option<String>>,
    /// Nothing until it is known which view is shown.
    pub request: Memo<Option<ListRequest>>,
    pub columns: Columns,
    pub density: RwSignal<Density>,
    pub picked: Picked,
}

/// A filter as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub filter: Filter,
    /// Why it could not.
    pub problems: Vec<Problem>,
}

/// What is shown when nothing is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// The view that is the role's first, otherwise what is still open.
    AtFirstView,
    /// Everything.
    AtEverything,
}

impl Work {
    pub fn new(definition: &Entity) -> Self {
        Self::begun(definition, Begins::AtFirstView)
    }

    /// The same for a board, whose columns show by themselves what is open.
    pub fn of_board(definition: &Entity) -> Self {
        Self::begun(definition, Begins::AtEverything)
    }

    fn begun(definition: &Entity, begins: Begins) -> Self {
        let query = Query::of_page();
        let entity = definition.id.clone();
        let definition = StoredValue::new(visible(definition));
        let loaded = load_views(&entity);
        let views = views(loaded, &entity);
        let settled = Memo::new(move |_| {
            // A link that says everything waits for nothing.
            let told = query.get(VIEW).as_deref() == Some(NO_VIEW);
            let none = schema().entity(SAVED_VIEW).is_none();
            told || none || loaded.value.with(Option::is_some) || loaded.error.with(Option::is_some)
        });
        let view = Memo::new(move |_| {
            let wanted = query.get(VIEW);
            views.with(|views| match wanted.as_deref() {
                Some(NO_VIEW) => None,
                Some(id) => views.iter().find(|view| view.id.to_string() == id).cloned(),
                None if begins == Begins::AtEverything => None,
                None => {
                    let role = role()?.id;
                    first_of(views, &role)
                }
            })
        });
        let filter = Memo::new(move |_| {
            let own = query.get(FILTER);
            let text = own.or_else(|| view.with(|view| view.as_ref()?.filter.clone()));
            definition.with_value(|definition| match text {
                Some(text) => Asked::read(&text, definition),
                None if begins == Begins::AtEverything && view.with(Option::is_none) => Asked::default(),
                None if query.get(VIEW).is_none() && view.with(Option::is_none) => {
                    Asked { filter: first_filter(definition), problems: Vec::new() }
                }
                None => Asked::default(),
            })
        });
        let sort = Memo::new(move |_| {
            let first = if definition.with_value(|definition| definition.id == "task") {
                "due"
            } else {
                "-updated_at"
            };
            let wanted = query.get(SORT).or_else(|| view.with(|view| view.as_ref()?.sort.clone()));
            let known = |sort: &String| {
                let id = sort.strip_prefix('-').unwrap_or(sort);
                definition.with_value(|definition| definition.field(id).is_some())
            };
            wanted.filter(known).unwrap_or_else(|| first.to_owned())
        });
        let condition = Memo::new(move |_| {
            let words = query.get(WORDS);
            definition.with_value(|definition| {
                let filter =
                    filter.with(|asked| (!asked.filter.is_empty()).then(|| asked.filter.to_json(definition)));
                let words = words.map(|words| json!(["contains", ["field", definition.title], words]));
                match (filter, words) {
                    (None, None) => None,
                    (Some(one), None) | (None, Some(one)) => Some(one.to_string()),
                    (Some(filter), Some(words)) => Some(json!(["and", filter, words]).to_string()),
                }
            })
        });
        let request = Memo::new(move |_| {
            let asked =
                || ListRequest { filter: condition.get(), sort: Some(sort.get()), ..ListRequest::default() };
            settled.get().then(asked)
        });
        let picked = Picked::new(condition);
        let columns = definition.with_value(|definition| Columns::new(definition, view));
        Self {
            definition,
            query,
            views,
            view,
            filter,
            sort,
            condition,
            request,
            columns,
            density: RwSignal::new(Density::remembered()),
            picked,
        }
    }

    pub fn with<T>(&self, then: impl FnOnce(&Entity) -> T) -> T {
        self.definition.with_value(then)
    }

    pub fn entity(&self) -> String {
        self.with(|definition| definition.id.clone())
    }

    pub fn field(&self, id: &str) -> Option<Field> {
        self.with(|definition| definition.field(id).cloned())
    }

    /// Shows the list through another filter.
    pub fn set_filter(&self, filter: &Filter) {
        let text = self.with(|definition| filter.to_json(definition).to_string());
        // Said in full even when it is empty: without a word the first filter or the view's own would come back.
        self.query.set(vec![(FILTER, Some(text))]);
    }

    pub fn set_sort(&self, sort: &str) {
        self.query.set(vec![(SORT, Some(sort.to_owned()))]);
    }

    /// Shows everything.
    pub fn clear(&self) {
        let view = Some(NO_VIEW.to_owned());
        self.query.set(vec![(VIEW, view), (FILTER, None), (WORDS, None)]);
    }

    /// The view is shown with another filter or order than it was saved with.
    pub fn is_changed(&self) -> bool {
        let Some(view) = self.view.get() else { return false };
        let saved = self.with(|definition| {
            let saved = view.filter.as_deref().map(|text| Asked::read(text, definition).filter);
            saved.unwrap_or_default()
        });
        let columns = !view.columns.is_empty() && self.columns.shown.with(|shown| *shown != view.columns);
        self.filter.with(|asked| asked.filter != saved)
            || view.sort.is_some_and(|sort| sort != self.sort.get())
            || columns
    }

    /// Remembers what is looked through, for the list beside one of its records.
    pub fn look(self, entity: &str) {
        let entity = entity.to_owned();
        Effect::new(move |_| {
            let Some(request) = self.request.get() else { return };
            let looked = Looked { query: self.query.text(), request };
            app().looked.update(|all| {
                all.insert(entity.clone(), looked);
            });
        });
    }
}

/// Whether a record that only this device knows meets a list's condition.
pub fn holds(definition: &Entity, condition: Option<&str>, body: &RecordBody) -> bool {
    let Some(text) = condition else { return true };
    let schema = schema();
    let parsed = serde_json::from_str::<Json>(text).ok().and_then(|json| Expr::parse(&json).ok());
    let checked = parsed.and_then(|expr| expr::check(&expr, definition, &schema).ok());
    let (Some(checked), Some(me)) = (checked, me()) else { return true };
    let record = to_record(&schema, body);
    let zone = zone();
    let env = Env { today: today(), now: now(), me, zone: &zone, zones: &ZONES };
    checked.holds(&|field| record.get(field).clone(), &env)
}

impl Asked {
    fn read(text: &str, definition: &Entity) -> Self {
        match Filter::read(text, definition, &schema()) {
            Ok(filter) => Self { filter, problems: Vec::new() },
            Err(problems) => Self { filter: Filter::default(), problems },
        }
    }
}

/// The definition as the reader knows it, without what is no longer offered.
fn visible(definition: &Entity) -> Entity {
    let role = role();
    let mut visible = definition.clone();
    visible.fields.retain(|field| {
        let hidden = role.as_ref().is_some_and(|role| role.hides(&definition.id, &field.id));
        !hidden && !field.retired
    });
    visible
}

/// What nobody has asked for and everybody wants: deals and tasks that are still open.
fn first_filter(definition: &Entity) -> Filter {
    let quick = quick(definition, &schema_now());
    let open = quick.into_iter().find(|quick: &Quick| quick.name == "open");
    Filter::of(open.map(|quick| quick.part).into_iter().collect())
}
