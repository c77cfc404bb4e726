//! Reading records.

use std::collections::BTreeMap;

use domain::access::{Act, Level, Permission};
use domain::api::Code;
use domain::api::record::{
    AlikeReply, AlikeRequest, BOARD_CARDS, BoardColumn, BoardReply, BoardRequest, ChangeNote, ChangesReply,
    ChangesRequest, ListReply, ListRequest, Names, PAGE, PAGE_MAX, RecordBody, RecordReply, TodayReply,
    TodayRequest, Total, TotalsReply, TotalsRequest,
};
use domain::command::ChangeKind;
use domain::expr::Env;
use domain::fields::{self, FieldKind, Reading, Shape};
use domain::ids::Id;
use domain::message::Problem;
use domain::record::RESTORABLE_MS;
use domain::schema::{Entity, Field};
use domain::time::{Instant, Zone};
use serde_json::Value as Json;
use worker::Response;

use super::{read_entity, read_id};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::platform::Zones;
use crate::storage::db::Rows;
use crate::storage::feed;
use crate::storage::queries::{
    self, Conditions, Cursor, GROUPS, HALF, Listed, Sort, TotalRow, Totalled, add_filter,
};
use crate::storage::records::{self, Reader, Selected, Selection};

/// Items of each kind that Today looks at; more than anybody does in a day.
const TODAY_ITEMS: u32 = 100;
/// Tasks without a day that Today shows.
const UNDATED_ITEMS: u32 = 50;

pub(super) fn env(session: &Session) -> Env<'_> {
    Env {
        today: session.today,
        now: session.now,
        me: session.actor.user,
        mates: None,
        zone: &session.actor.zone,
        zones: &Zones,
    }
}

fn page_size(limit: Option<u32>) -> Answer<u32> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Failure::invalid(Problem::on("limit", "problem.out_of_range").with("min", 1).with("max", PAGE_MAX)))
}

/// An entity of which the reader may see some records.
pub(super) fn readable<'a>(session: &'a Session, id: &str) -> Answer<&'a Entity> {
    let entity = read_entity(session, id)?;
    if session.role()?.level(id, Act::View) == Level::None {
        return Err(Failure::refused(Code::Forbidden));
    }
    Ok(entity)
}

pub(super) fn bodies(selection: &Selection<'_>, rows: &Rows, names: &mut Names) -> Answer<Vec<RecordBody>> {
    Ok(rows.read::<Selected>()?.into_iter().map(|row| selection.body(row, names)).collect())
}

pub(super) fn answer_of(rows: &[Rows], at: usize) -> Answer<&Rows> {
    rows.get(at).ok_or_else(|| Failure::Fault("fewer answers than statements".into()))
}

pub async fn schema(cx: &Cx) -> Answer<Response> {
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    let role = session.role()?;
    let mut schema = (*session.schema).clone();
    if !role.may(Permission::Define) {
        for entity in &mut schema.entities {
            let id = entity.id.clone();
            entity.fields.retain(|field| !role.hides(&id, &field.id));
        }
        // What others may do is nobody's business but the administrators'. Names of roles are, and which of them may make
        // an exception: whoever is stopped by the process is told whom to ask.
        for other in schema.roles.iter_mut().filter(|other| other.id != role.id) {
            other.grants.clear();
            other.permissions.retain(|permission| *permission == Permission::OverrideProcess);
            other.hidden.clear();
        }
    }
    json(&schema)
}

pub async fn list(request: &Request, cx: &Cx, entity: &str) -> Answer<Response> {
    let ListRequest { filter, sort, after, limit, deleted } = read_query(request)?;
    let limit = page_size(limit)?;
    let listed = if deleted == Some(true) {
        Listed::DeletedSince(cx.now.plus_ms(-RESTORABLE_MS))
    } else {
        Listed::There
    };
    let (session, rows) = cx
        .session(&|session| {
            let (reader, entity) = (session.reader()?, readable(session, entity)?);
            let mut conditions = Conditions::new(reader);
            add_filter(&mut conditions, reader, entity, filter.as_deref(), &env(session))
                .map_err(Failure::problems)?;
            let sort = match (listed, sort.as_deref()) {
                (Listed::DeletedSince(_), None) => Sort::by_deletion(),
                (_, sort) => Sort::read(reader, entity, sort).map_err(Failure::invalid)?,
            };
            let after = after.as_deref().map(Cursor::read).transpose().map_err(Failure::invalid)?;
            Ok(vec![queries::list(&Selection::new(reader, entity), conditions, &sort, after, limit, listed)])
        })
        .await?;
    let entity = read_entity(&session, entity)?;
    let selection = Selection::new(session.reader()?, entity);
    let mut selected = answer_of(&rows, 0)?.read::<Selected>()?;
    let more = selected.len() > limit as usize;
    selected.truncate(limit as usize);
    let next = selected.last().filter(|_| more).map(|last| Cursor::write(last.key(), last.id()));
    let mut names = Names::new();
    let records = selected.into_iter().map(|row| selection.body(row, &mut names)).collect();
    json(&ListReply { records, names, next, seq: session.seq, revision: session.schema.revision })
}

pub async fn get(cx: &Cx, entity: &str, id: &str) -> Answer<Response> {
    let id = read_id(id)?;
    let (session, rows) = cx
        .session(&|session| Ok(vec![records::get(session.reader()?, read_entity(session, entity)?, id)]))
        .await?;
    let selection = Selection::new(session.reader()?, read_entity(&session, entity)?);
    let mut names = Names::new();
    let record = bodies(&selection, answer_of(&rows, 0)?, &mut names)?.pop();
    let record = record.ok_or_else(|| Failure::refused(Code::NotFound))?;
    json(&RecordReply { record, names, seq: session.seq, revision: session.schema.revision })
}

pub async fn totals(request: &Request, cx: &Cx, entity: &str) -> Answer<Response> {
    let TotalsRequest { filter, group, sum, weigh } = read_query(request)?;
    let (session, rows) = cx
        .session(&|session| {
            let (reader, entity) = (session.reader()?, readable(session, entity)?);
            let mut conditions = Conditions::new(reader);
            add_filter(&mut conditions, reader, entity, filter.as_deref(), &env(session))
                .map_err(Failure::problems)?;
            let totalled = Totalled {
                group: group.as_deref().map(|id| groupable(reader, entity, id)).transpose()?,
                sum: sum.as_deref().map(|id| summable(reader, entity, id)).transpose()?,
                weigh: weigh.as_deref().map(|id| weighing(reader, entity, id)).transpose()?,
            };
            if totalled.weigh.is_some() && totalled.sum.is_none() {
                return Err(Failure::invalid(Problem::on("weigh", "problem.weigh_needs_sum")));
            }
            Ok(vec![queries::totals(reader, entity, conditions, totalled)])
        })
        .await?;
    let is_checkbox = group
        .as_deref()
        .and_then(|id| session.schema.entity(entity)?.field(id))
        .is_some_and(|field| field.kind.behaviour().shape() == Shape::Bool);
    let mut names = Names::new();
    let mut groups: Vec<Added> = Vec::new();
    let mut places: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for row in answer_of(&rows, 0)?.read::<TotalRow>()? {
        let group = row.group.filter(|group| !group.is_null()).map(|group| match group.as_str() {
            Some(text) => text.to_owned(),
            // The database has no truth of its own.
            None if is_checkbox => (group.as_i64() == Some(1)).to_string(),
            None => group.to_string(),
        });
        if let (Some(Ok(id)), Some(name)) = (group.as_deref().map(str::parse::<Id>), row.name) {
            names.insert(id, name);
        }
        let place = *places.entry(group.clone()).or_insert_with(|| {
            groups.push(Added { group, ..Added::default() });
            groups.len() - 1
        });
        let Some(added) = groups.get_mut(place) else { continue };
        let sum = i128::from(row.high) * i128::from(HALF) + i128::from(row.low);
        let stage = row.stage.as_deref().and_then(|id| session.schema.stage(id));
        added.count += row.count;
        added.sum += sum;
        added.hundredths += sum * stage.map_or(0, |stage| i128::from(stage.probability));
        added.converted += row.converted;
        added.unconverted += row.unconverted;
    }
    groups.sort_by_key(|added| std::cmp::Reverse(added.count));
    groups.truncate(GROUPS);
    let is_weighed = weigh.is_some();
    let groups = groups.into_iter().map(|added| added.total(is_weighed)).collect();
    json(&TotalsReply { groups, names, seq: session.seq })
}

/// A sum as it travels; beyond what a number holds, the nearest.
pub(super) fn fit(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// The rows of a group, added up.
#[derive(Default)]
struct Added {
    group: Option<String>,
    count: u64,
    sum: i128,
    /// Each amount times the percent of its stage.
    hundredths: i128,
    converted: u64,
    unconverted: u64,
}

impl Added {
    fn total(self, is_weighed: bool) -> Total {
        Total {
            group: self.group,
            count: self.count,
            sum: fit(self.sum),
            weighted: is_weighed.then(|| fit((self.hundredths + self.hundredths.signum() * 50) / 100)),
            converted: self.converted,
            unconverted: self.unconverted,
        }
    }
}

pub(super) fn known_field<'a>(
    reader: Reader<'_>,
    entity: &'a Entity,
    id: &str,
    parameter: &str,
) -> Answer<&'a Field> {
    let field = entity.field(id).filter(|field| !reader.role.hides(&entity.id, &field.id));
    field.ok_or_else(|| {
        Failure::invalid(
            Problem::on(parameter, "problem.unknown_field")
                .with("field", id.chars().take(80).collect::<String>()),
        )
    })
}

fn groupable<'a>(reader: Reader<'_>, entity: &'a Entity, id: &str) -> Answer<&'a Field> {
    let field = known_field(reader, entity, id, "group")?;
    match field.kind.behaviour().shape() {
        Shape::Text | Shape::Reference | Shape::Date | Shape::Integer | Shape::Bool | Shape::List => {
            Ok(field)
        }
        _ => Err(Failure::invalid(Problem::on("group", "problem.cannot_group"))),
    }
}

fn summable<'a>(reader: Reader<'_>, entity: &'a Entity, id: &str) -> Answer<&'a Field> {
    let field = known_field(reader, entity, id, "sum")?;
    match field.kind.behaviour().shape() {
        Shape::Money | Shape::Integer | Shape::Decimal(_) => Ok(field),
        _ => Err(Failure::invalid(Problem::on("sum", "problem.cannot_sum"))),
    }
}

fn weighing<'a>(reader: Reader<'_>, entity: &'a Entity, id: &str) -> Answer<&'a Field> {
    let field = known_field(reader, entity, id, "weigh")?;
    match field.kind {
        FieldKind::Stage(_) => Ok(field),
        _ => Err(Failure::invalid(Problem::on("weigh", "problem.cannot_weigh"))),
    }
}

pub async fn board(request: &Request, cx: &Cx, pipeline: &str) -> Answer<Response> {
    let BoardRequest { filter, limit } = read_query(request)?;
    let limit = page_size(limit.or(Some(BOARD_CARDS)))?;
    let find = |session: &Session| {
        session
            .schema
            .pipelines
            .iter()
            .find(|known| known.id == pipeline)
            .cloned()
            .ok_or_else(|| Failure::refused(Code::NotFound))
    };
    let (session, rows) = cx
        .session(&|session| {
            let pipeline = find(session)?;
            let (reader, entity) = (session.reader()?, readable(session, &pipeline.entity)?);
            let selection = Selection::new(reader, entity);
            let column = |stage: &domain::schema::Stage| {
                let mut conditions = Conditions::new(reader);
                add_filter(&mut conditions, reader, entity, filter.as_deref(), &env(session))
                    .map_err(Failure::problems)?;
                Ok(queries::column(&selection, conditions, &stage.id, limit))
            };
            pipeline.stages.iter().map(column).collect()
        })
        .await?;
    let pipeline = find(&session)?;
    let selection = Selection::new(session.reader()?, read_entity(&session, &pipeline.entity)?);
    let mut names = Names::new();
    let mut columns = Vec::with_capacity(rows.len());
    for (stage, rows) in pipeline.stages.iter().zip(&rows) {
        let mut selected = rows.read::<Selected>()?;
        let more = selected.len() > limit as usize;
        selected.truncate(limit as usize);
        let next = selected.last().filter(|_| more).map(|last| Cursor::write(last.key(), last.id()));
        let records = selected.into_iter().map(|row| selection.body(row, &mut names)).collect();
        columns.push(BoardColumn { stage: stage.id.clone(), records, more, next });
    }
    json(&BoardReply { columns, names, seq: session.seq, revision: session.schema.revision })
}

/// The kinds of record that Today shows.
fn day_entities(session: &Session) -> Answer<Vec<&Entity>> {
    let role = session.role()?;
    let shown = |entity: &&Entity| {
        (entity.follow_up || entity.id == "task") && role.level(&entity.id, Act::View) != Level::None
    };
    Ok(session.schema.entities.iter().filter(shown).collect())
}

fn task_of<'a>(entities: &[&'a Entity]) -> Option<&'a Entity> {
    entities.iter().copied().find(|entity| entity.id == "task")
}

pub async fn today(request: &Request, cx: &Cx) -> Answer<Response> {
    let TodayRequest {} = read_query(request)?;
    let (session, rows) = cx
        .session(&|session| {
            let reader = session.reader()?;
            let due = |entity: &Entity| {
                queries::due(
                    &Selection::new(reader, entity),
                    Conditions::new(reader),
                    entity.id == "task",
                    TODAY_ITEMS + 1,
                )
            };
            let entities = day_entities(session)?;
            let undated = task_of(&entities).map(|task| {
                queries::undated(&Selection::new(reader, task), Conditions::new(reader), UNDATED_ITEMS + 1)
            });
            Ok(entities.iter().copied().map(due).chain(undated).collect())
        })
        .await?;
    let reader = session.reader()?;
    let entities = day_entities(&session)?;
    let mut names = Names::new();
    let mut items: Vec<(Option<i64>, RecordBody)> = Vec::new();
    let mut more = false;
    for (entity, rows) in entities.iter().zip(&rows) {
        let selection = Selection::new(reader, entity);
        let mut selected = rows.read::<Selected>()?;
        more |= selected.len() > TODAY_ITEMS as usize;
        selected.truncate(TODAY_ITEMS as usize);
        items.extend(selected.into_iter().map(|row| (row.key().as_i64(), selection.body(row, &mut names))));
    }
    items.sort_by_key(|(at, record)| (*at, record.id));
    let mut undated = Vec::new();
    if let (Some(task), Some(rows)) = (task_of(&entities), rows.get(entities.len())) {
        let selection = Selection::new(reader, task);
        let mut selected = rows.read::<Selected>()?;
        more |= selected.len() > UNDATED_ITEMS as usize;
        selected.truncate(UNDATED_ITEMS as usize);
        undated.extend(selected.into_iter().map(|row| selection.body(row, &mut names)));
    }
    let mut reply = TodayReply {
        today: session.today,
        overdue: Vec::new(),
        today_items: Vec::new(),
        later: Vec::new(),
        undated,
        names,
        more,
        seq: session.seq,
        revision: session.schema.revision,
    };
    for (at, record) in items {
        let at = at.and_then(Instant::from_unix_ms);
        let day = at.and_then(|at| Zones.date(&session.actor.zone, at));
        if at.is_some_and(|at| at < session.now) {
            reply.overdue.push(record);
        } else if day == Some(session.today) {
            reply.today_items.push(record);
        } else {
            reply.later.push(record);
        }
    }
    json(&reply)
}

/// Records that may be the same one, at most.
const ALIKE: u32 = 10;
/// Longest name that is compared; no name of a record is longer.
const LONGEST_NAME: usize = 200;

pub async fn alike(request: &Request, cx: &Cx, entity: &str) -> Answer<Response> {
    let asked: AlikeRequest = read_query(request)?;
    let (session, rows) = cx
        .session(&|session| {
            let (reader, entity) = (session.reader()?, readable(session, entity)?);
            let selection = Selection::new(reader, entity);
            Ok(vec![queries::alike(&selection, reader, entity, &keys(session, &asked)?, ALIKE)])
        })
        .await?;
    let selection = Selection::new(session.reader()?, read_entity(&session, entity)?);
    let mut names = Names::new();
    let records = bodies(&selection, answer_of(&rows, 0)?, &mut names)?;
    json(&AlikeReply { records, names })
}

/// What is asked for, as storage spells it.
fn keys(session: &Session, asked: &AlikeRequest) -> Answer<Vec<(&'static str, String)>> {
    let reading = Reading { schema: &session.schema, zone: &session.actor.zone, zones: &Zones };
    let mut keys = Vec::new();
    if let Some(name) = &asked.name {
        if name.chars().count() > LONGEST_NAME {
            return Err(Failure::invalid(Problem::on("name", "problem.too_long").with("max", LONGEST_NAME)));
        }
        keys.push(("name", domain::text::match_key(name)));
    }
    let by_type = [("phone", &asked.phone, FieldKind::phone()), ("email", &asked.email, FieldKind::email())];
    for (field, text, kind) in by_type {
        let Some(text) = text else { continue };
        let value = fields::read(&kind, &Json::from(text.as_str()), &reading)
            .map_err(|problem| Failure::invalid(problem.at(field)))?;
        keys.extend(value.text().map(|text| (field, text.to_owned())));
    }
    Ok(keys)
}

pub async fn changes(request: &Request, cx: &Cx) -> Answer<Response> {
    let ChangesRequest { after } = read_query(request)?;
    if after > domain::money::MAX_SAFE.unsigned_abs() {
        return Err(Failure::invalid(
            Problem::on("after", "problem.out_of_range").with("min", 0).with("max", domain::money::MAX_SAFE),
        ));
    }
    let (session, rows) = cx
        .session(&|session| {
            let reader = session.reader()?;
            Ok(vec![feed::changes(reader, after), feed::lost(reader, after)])
        })
        .await?;
    type Row = (u64, String, Id, u64, ChangeKind, Id);
    let note = |(seq, entity, record, version, change, command): Row| ChangeNote {
        seq,
        entity,
        record,
        version,
        change,
        command,
    };
    let changes = answer_of(&rows, 0)?.read()?.into_iter().map(note).collect();
    let seq = session.seq.min(after + feed::CHANGES).max(after.min(session.seq));
    let lost = !answer_of(&rows, 1)?.is_empty();
    json(&ChangesReply { changes, seq, more: seq < session.seq, head: session.seq, lost })
}
