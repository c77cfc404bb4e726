//! The calendar of one person.

use chrono::NaiveTime;
use domain::access::{Act, Level};
use domain::api::agenda::{AGENDA_DAYS, AGENDA_ITEMS, AgendaReply, AgendaRequest};
use domain::api::record::{Names, RecordBody};
use domain::ids::Id;
use domain::message::Problem;
use domain::reminder::due_field;
use domain::schema::Entity;
use domain::time::{Date, Instant, Zone};
use worker::Response;

use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::platform::Zones;
use crate::storage::queries::{self, Conditions, Span};
use crate::storage::records::{Selected, Selection};

/// 1900-01-01T00:00Z
const FIRST_MS: i64 = -2_208_988_800_000;

/// The days that are asked for.
struct Days {
    from: Date,
    to: Date,
    owner: Option<Id>,
}

impl Days {
    fn read(asked: &AgendaRequest) -> Answer<Self> {
        let day = |field: &str, text: &str| {
            Date::parse(text).ok_or_else(|| Failure::invalid(Problem::on(field, "problem.not_date")))
        };
        let (from, to) = (day("from", &asked.from)?, day("to", &asked.to)?);
        let days = to.days_since(from) + 1;
        if !(1..=AGENDA_DAYS).contains(&days) {
            let problem = Problem::on("to", "problem.agenda_range").with("max", AGENDA_DAYS);
            return Err(Failure::invalid(problem));
        }
        Ok(Self { from, to, owner: asked.owner })
    }

    /// The same by the reader's clock, and whose they are.
    fn span(&self, session: &Session) -> Answer<Span> {
        let midnight = |day: Date| Zones.instant(&session.actor.zone, day.naive().and_time(NaiveTime::MIN));
        // East of Greenwich the first day there is begins before the first moment there is.
        let from = midnight(self.from).or_else(|| Instant::from_unix_ms(FIRST_MS));
        let (from, before) = from
            .zip(midnight(self.to.plus_days(1)))
            .ok_or_else(|| Failure::Fault("a zone that nobody knows".into()))?;
        Ok(Span { owner: self.owner.unwrap_or(session.actor.user), from, before })
    }
}

/// The kinds of record that become due, as far as the reader sees them and when they do.
fn kinds(session: &Session) -> Answer<Vec<(&Entity, &'static str)>> {
    let role = session.role()?;
    let seen = |entity: &&Entity| role.level(&entity.id, Act::View) != Level::None;
    let due = |entity| Some((entity, due_field(entity)?));
    let shown = |(entity, field): &(&Entity, &str)| !role.hides(&entity.id, field);
    Ok(session.schema.entities.iter().filter(seen).filter_map(due).filter(shown).collect())
}

pub async fn get(request: &Request, cx: &Cx) -> Answer<Response> {
    let days = Days::read(&read_query(request)?)?;
    let (session, rows) = cx
        .session(&|session| {
            let reader = session.reader()?;
            let span = days.span(session)?;
            let due = |(entity, _): &(&Entity, &str)| {
                let (selection, conditions) = (Selection::new(reader, entity), Conditions::new(reader));
                queries::due_within(&selection, conditions, entity.id == "task", &span, AGENDA_ITEMS + 1)
            };
            Ok(kinds(session)?.iter().map(due).collect())
        })
        .await?;
    let reader = session.reader()?;
    let mut names = Names::new();
    let mut items: Vec<(Option<i64>, RecordBody)> = Vec::new();
    let mut more = false;
    for ((entity, _), rows) in kinds(&session)?.iter().zip(&rows) {
        let selection = Selection::new(reader, entity);
        let mut selected = rows.read::<Selected>()?;
        more |= selected.len() > AGENDA_ITEMS as usize;
        selected.truncate(AGENDA_ITEMS as usize);
        items.extend(selected.into_iter().map(|row| (row.key().as_i64(), selection.body(row, &mut names))));
    }
    items.sort_by_key(|(at, record)| (*at, record.id));
    let items = items.into_iter().map(|(_, record)| record).collect();
    json(&AgendaReply { items, names, more, seq: session.seq, revision: session.schema.revision })
}
