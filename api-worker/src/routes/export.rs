//! Records as a file, and the traces that leaves.

use std::collections::BTreeMap;
use std::vec;

use domain::access::Permission;
use domain::api::Code;
use domain::api::record::{Export, ExportRequest, ExportTrace, ExportsReply, Names};
use domain::export_file::{self, MAX_ROWS};
use domain::fields::{Exporting, Reading};
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::{Entity, Field};
use domain::time::Instant;
use futures_util::stream::try_unfold;
use messages::Lang;
use worker::Response;

use super::read_entity;
use super::record::{answer_of, env, known_field, readable};
use crate::gate::{Cx, Session};
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::platform::{Zones, new_id};
use crate::storage::audit;
use crate::storage::queries::{self, Conditions, Sort, add_filter};
use crate::storage::records::{Reader, Selected, Selection};

/// Rows that are read at a time.
const PAGE: usize = 500;

/// Which rows, is decided at once: the file has what the list counted at that moment, in its order. The rows
/// themselves are read page by page while the file is on its way, each page under the reader's scope again.
pub async fn export(request: &Request, cx: &Cx, entity: &str) -> Answer<Response> {
    let ExportRequest { filter, sort, columns, lang } = read_query(request)?;
    let lang = match lang.as_deref() {
        None => Lang::En,
        Some(tag) => Lang::from_tag(tag)
            .ok_or_else(|| Failure::invalid(Problem::on("lang", "problem.bad_language")))?,
    };
    let (session, rows) = cx
        .session(&|session| {
            if !session.role()?.may(Permission::Export) {
                return Err(Failure::refused(Code::Forbidden));
            }
            let (reader, entity) = (session.reader()?, readable(session, entity)?);
            chosen(reader, entity, columns.as_deref())?;
            let mut conditions = Conditions::new(reader);
            add_filter(&mut conditions, reader, entity, filter.as_deref(), &env(session))
                .map_err(Failure::problems)?;
            let sort = Sort::read(reader, entity, sort.as_deref()).map_err(Failure::invalid)?;
            Ok(vec![queries::ids(reader, entity, conditions, &sort, MAX_ROWS + 1)])
        })
        .await?;
    let ids: Vec<Id> = answer_of(&rows, 0)?.read::<(Id,)>()?.into_iter().map(|(id,)| id).collect();
    if ids.len() > MAX_ROWS {
        return Err(Failure::invalid(Problem::on("filter", "problem.too_many_rows").with("max", MAX_ROWS)));
    }
    let definition = read_entity(&session, entity)?;
    let fields: Vec<String> = chosen(session.reader()?, definition, columns.as_deref())?
        .iter()
        .map(|field| field.id.clone())
        .collect();
    let trace = ExportTrace { rows: ids.len() as u64, filter, columns: fields.clone() };
    session.db.one(audit::export(new_id()?, cx.now, session.actor.user, entity, &trace)).await?;
    let count = ids.len();
    let name = format!("{}-{}.csv", definition.id, session.today);
    let file = File { session, entity: entity.to_owned(), fields, lang, ids: ids.into_iter(), begun: false };
    let stream = try_unfold(file, |mut file| async move {
        match file.next().await {
            Ok(Some(bytes)) => Ok(Some((bytes, file))),
            Ok(None) => Ok(None),
            Err(failure) => Err(worker::Error::RustError(format!("export: {failure:?}"))),
        }
    });
    let response = Response::from_stream(stream)?;
    let headers = response.headers();
    headers.set("content-type", "text/csv; charset=utf-8")?;
    headers.set("content-disposition", &format!("attachment; filename=\"{name}\""))?;
    headers.set("x-rows", &count.to_string())?;
    Ok(response)
}

/// The fields of a file: those that were asked for, or all that hold something for people.
fn chosen<'a>(reader: Reader<'_>, entity: &'a Entity, columns: Option<&str>) -> Answer<Vec<&'a Field>> {
    if let Some(columns) = columns {
        return columns.split(',').map(|id| known_field(reader, entity, id, "columns")).collect();
    }
    let system = entity.fields.iter().filter(|field| field.system && !field.retired && field.id != "rank");
    let seen = |field: &&Field| !reader.role.hides(&entity.id, &field.id);
    Ok(entity.form_fields().into_iter().chain(system).filter(seen).collect())
}

/// A file on its way.
struct File {
    session: Session,
    entity: String,
    fields: Vec<String>,
    lang: Lang,
    ids: vec::IntoIter<Id>,
    begun: bool,
}

impl File {
    async fn next(&mut self) -> Answer<Option<Vec<u8>>> {
        if !self.begun {
            self.begun = true;
            return Ok(Some(self.head()?));
        }
        let page: Vec<Id> = self.ids.by_ref().take(PAGE).collect();
        if page.is_empty() { Ok(None) } else { self.rows(&page).await.map(Some) }
    }

    fn head(&self) -> Answer<Vec<u8>> {
        let names = Names::new();
        let word = messages::text(self.lang, "export.currency", &[]);
        Ok(export_file::header(&self.fields()?, &self.exporting(&names), &word))
    }

    async fn rows(&self, page: &[Id]) -> Answer<Vec<u8>> {
        let reader = self.session.reader()?;
        let selection = Selection::new(reader, read_entity(&self.session, &self.entity)?);
        let rows = self.session.db.one(queries::by_ids(&selection, reader, page)).await?;
        let mut names = Names::new();
        let bodies: BTreeMap<Id, _> = rows
            .read::<Selected>()?
            .into_iter()
            .map(|row| selection.body(row, &mut names))
            .map(|body| (body.id, body))
            .collect();
        let (fields, cx) = (self.fields()?, self.exporting(&names));
        let line = |id: &Id| bodies.get(id).map(|body| export_file::row(&fields, &body.values, &cx));
        Ok(page.iter().filter_map(line).flatten().collect())
    }

    fn fields(&self) -> Answer<Vec<&Field>> {
        let definition = read_entity(&self.session, &self.entity)?;
        Ok(self.fields.iter().filter_map(|id| definition.field(id)).collect())
    }

    fn exporting<'a>(&'a self, names: &'a Names) -> Exporting<'a> {
        let reading = Reading { schema: &self.session.schema, zone: &self.session.actor.zone, zones: &Zones };
        Exporting { reading, chinese: self.lang == Lang::Zh, names }
    }
}

pub async fn list(cx: &Cx) -> Answer<Response> {
    let (_, rows) = cx
        .session(&|session| {
            // Administrators see every export, others their own.
            let all = session.role()?.may(Permission::Define);
            Ok(vec![audit::exports((!all).then_some(session.actor.user))])
        })
        .await?;
    let mut names = Names::new();
    let mut exports = Vec::new();
    for (id, at, by, entity, trace, name) in
        answer_of(&rows, 0)?.read::<(Id, i64, Id, String, ExportTrace, Option<String>)>()?
    {
        let Some(at) = Instant::from_unix_ms(at) else { continue };
        names.extend(name.map(|name| (by, name)));
        exports.push(Export { id, at, by, entity, trace });
    }
    json(&ExportsReply { exports, names })
}
