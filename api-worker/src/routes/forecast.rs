//! Time in stages, and what is expected to come in.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use domain::api::Code;
use domain::api::forecast::{Forecast, ForecastReply, ForecastRequest, StageHistory, StaysReply};
use domain::api::record::Names;
use domain::fields::{FieldKind, Shape};
use domain::forecast::{self, History, Outlook, Span};
use domain::message::Problem;
use domain::record::RecordKey;
use domain::schema::{Entity, Field, Pipeline, StageStatus};
use domain::time::{Date, Zone};
use serde_json::Value as Json;
use worker::Response;

use super::record::{answer_of, bodies, env, fit, readable};
use super::{read_entity, read_id};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::platform::Zones;
use crate::storage::db::Statement;
use crate::storage::forecast::{Fields, Sum, count, history, read_history, read_sums, sums};
use crate::storage::queries::{Conditions, add_filter};
use crate::storage::records::{self, Reader, Selection};
use crate::storage::stays;

pub async fn stays(cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let record = read_id(id)?;
    let (session, rows) = cx
        .session(&|session| {
            let (reader, definition) = (session.reader()?, read_entity(session, entity)?);
            let stage = seen(reader, definition, forecast::STAGE);
            stage.filter(|field| is_stage(field)).ok_or_else(|| Failure::refused(Code::NotFound))?;
            let key = RecordKey::new(entity, record);
            Ok(vec![records::get(reader, definition, record), stays::of_record(&key)])
        })
        .await?;
    let selection = Selection::new(session.reader()?, read_entity(&session, entity)?);
    if bodies(&selection, answer_of(&rows, 0)?, &mut Names::new())?.is_empty() {
        return Err(Failure::refused(Code::NotFound));
    }
    json(&StaysReply { stays: stays::read(answer_of(&rows, 1)?)?, seq: session.seq })
}

fn is_stage(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Stage(_))
}

fn seen<'a>(reader: Reader<'_>, entity: &'a Entity, id: &str) -> Option<&'a Field> {
    entity.field(id).filter(|field| !reader.role.hides(&entity.id, &field.id))
}

/// What a forecast is made of, for its reader.
struct Asked<'a> {
    pipeline: &'a Pipeline,
    entity: &'a Entity,
    fields: Fields<'a>,
    month: Span,
    quarter: Span,
    /// The first day that history looks at.
    since: Date,
}

impl<'a> Asked<'a> {
    fn read(session: &'a Session, pipeline: &str) -> Answer<Self> {
        let reader = session.reader()?;
        let pipeline = session.schema.pipeline(pipeline).ok_or_else(|| Failure::refused(Code::NotFound))?;
        let entity = readable(session, &pipeline.entity)?;
        let field = |id: &str, fits: &dyn Fn(&Field) -> bool| {
            seen(reader, entity, id)
                .filter(|field| fits(field))
                .ok_or_else(|| Failure::invalid(Problem::on(id, "problem.unknown_field").with("field", id)))
        };
        let shape = |field: &Field| field.kind.behaviour().shape();
        let fields = Fields {
            stage: field(forecast::STAGE, &is_stage)?,
            close: field(forecast::CLOSE, &|field| shape(field) == Shape::Date)?,
            amount: field(forecast::AMOUNT, &|field| shape(field) == Shape::Money)?,
            own: seen(reader, entity, forecast::OWN).filter(|field| shape(field) == Shape::Decimal(0)),
        };
        // Reports go by the workspace's clock, so that all who read one read the same.
        let today = Zones.date(&session.schema.workspace.zone, session.now).unwrap_or(session.today);
        Ok(Self {
            pipeline,
            entity,
            fields,
            month: Span::month(today),
            quarter: Span::quarter(today),
            since: forecast::history_from(today),
        })
    }

    fn statements(&self, session: &Session, filter: Option<&str>) -> Answer<Vec<Statement>> {
        let reader = session.reader()?;
        let meant = |parts: [Json; 2]| {
            let mut conditions = Conditions::new(reader);
            let filters = filter.map(str::to_owned).into_iter().chain(parts.map(|part| part.to_string()));
            for filter in filters {
                add_filter(&mut conditions, reader, self.entity, Some(&filter), &env(session))
                    .map_err(Failure::problems)?;
            }
            Ok::<_, Failure>(conditions)
        };
        let (counted, open) = (forecast::counted(self.pipeline), forecast::open(self.pipeline));
        let closing = meant(forecast::closing(&counted, self.quarter))?;
        let undated = meant(forecast::undated(&open))?;
        let begin = self.since.naive().and_time(NaiveTime::MIN);
        let since = Zones.instant(&session.schema.workspace.zone, begin).unwrap_or(session.now);
        Ok(vec![
            sums(reader, self.entity, closing, self.fields, self.month),
            count(reader, self.entity, undated),
            history(reader, self.entity, self.fields.stage, &open, since, forecast::LATEST),
        ])
    }
}

pub async fn get(request: &Request, cx: &Cx, pipeline: &str) -> Answer<Response> {
    let ForecastRequest { filter } = read_query(request)?;
    let (session, rows) =
        cx.session(&|session| Asked::read(session, pipeline)?.statements(session, filter.as_deref())).await?;
    let asked = Asked::read(&session, pipeline)?;
    let found: BTreeMap<String, History> = read_history(answer_of(&rows, 2)?)?.into_iter().collect();
    let share = |stage: &str| found.get(stage).and_then(History::share);
    let (mut month, mut quarter) = (Added::default(), Added::default());
    for sum in read_sums(answer_of(&rows, 0)?)? {
        let Some(stage) = asked.pipeline.stage(&sum.stage) else { continue };
        for added in [Some(&mut quarter), Some(&mut month).filter(|_| sum.in_month)].into_iter().flatten() {
            added.outlook.add(stage, share(&stage.id), &sum.part);
            added.note(&sum);
        }
    }
    let undated = answer_of(&rows, 1)?.first::<(u64,)>()?.map_or(0, |(count,)| count);
    let open = asked.pipeline.stages.iter().filter(|stage| stage.status == StageStatus::Open);
    let told = |stage: &domain::schema::Stage| {
        let History { reached, won, lost } = found.get(&stage.id).copied().unwrap_or_default();
        StageHistory { stage: stage.id.clone(), reached, won, lost, share: share(&stage.id) }
    };
    let with_own = asked.fields.own.is_some();
    json(&ForecastReply {
        month: month.told(asked.month, with_own),
        quarter: quarter.told(asked.quarter, with_own),
        undated,
        history: open.map(told).collect(),
        since: asked.since,
        seq: session.seq,
    })
}

/// The records of a span, added up.
#[derive(Default)]
struct Added {
    outlook: Outlook,
    unvalued: u64,
    converted: u64,
    unconverted: u64,
}

impl Added {
    fn note(&mut self, sum: &Sum) {
        self.unvalued += sum.unvalued;
        self.converted += sum.converted;
        self.unconverted += sum.unconverted;
    }

    fn told(&self, span: Span, with_own: bool) -> Forecast {
        let Outlook { won, won_sum, open, open_sum, own, unseen, unseen_sum, .. } = self.outlook;
        Forecast {
            from: span.from,
            to: span.to,
            won,
            won_sum: fit(won_sum),
            open,
            open_sum: fit(open_sum),
            by_stage: fit(self.outlook.by_stage()),
            by_own: with_own.then(|| fit(self.outlook.by_own())),
            own: with_own.then_some(own),
            by_history: self.outlook.by_history().map(fit),
            unseen,
            unseen_sum: fit(unseen_sum),
            unvalued: self.unvalued,
            converted: self.converted,
            unconverted: self.unconverted,
        }
    }
}
