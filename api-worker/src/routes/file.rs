//! `/api/v1/files`

use domain::api::file::{StoredFile, ThumbnailRequest, UploadRequest};
use domain::api::{Code, Empty};
use domain::files::{
    FileInfo, HEAD_BYTES, MAX_BYTES, MAX_THUMBNAIL_BYTES, MAX_UNUSED, is_shown, is_thumbnail, read_name,
    recognise, size_text,
};
use domain::ids::Id;
use domain::message::Problem;
use futures_util::{Stream, StreamExt, stream};
use worker::Response;

use super::read_id;
use super::record::answer_of;
use crate::gate::Cx;
use crate::http::{Answer, Failure, Request, json, read_query};
use crate::platform::new_id;
use crate::storage::files;
use crate::storage::objects::{NotKept, Objects, Part};

/// What a browser may do with a file it shows: nothing but show it.
const SHOW_ONLY: &str =
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/// Viewers of PDF do not start in a sandbox; they bring their own.
const SHOW_PDF: &str = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub async fn upload(request: &Request, cx: &Cx) -> Answer<Response> {
    let UploadRequest { name, size } = read_query(request)?;
    let (session, rows) =
        cx.session(&|session| Ok(vec![files::count_unused(session.actor.user, cx.now)])).await?;
    let name = read_name(&name).map_err(Failure::invalid)?;
    check_size(size, MAX_BYTES)?;
    let waiting = answer_of(&rows, 0)?.first::<(u64,)>()?.map_or(0, |(count,)| count);
    if waiting >= MAX_UNUSED {
        return Err(Failure::invalid(Problem::new("problem.file_many_unused").with("max", MAX_UNUSED)));
    }
    let (head, body) = body_of(request).await?;
    let media = match recognise(&name, &head) {
        Ok(media) => media,
        Err(problem) => {
            drain(body, MAX_BYTES).await;
            return Err(Failure::invalid(problem));
        }
    };
    let file = FileInfo { id: new_id()?, name, size, media: media.to_owned(), thumbnail: false };
    // Known before it is there: what comes half is swept like what nobody wanted.
    session.db.one(files::insert(&file, session.actor.user, cx.now)).await?;
    keep(cx, session.db.workspace(), (file.id, Part::Whole), size, whole(head, body)).await?;
    json(&StoredFile { file, created_at: cx.now, created_by: session.actor.user })
}

pub async fn put_thumbnail(request: &Request, cx: &Cx, id: &str) -> Answer<Response> {
    let ThumbnailRequest { size } = read_query(request)?;
    let id = read_id(id)?;
    let (session, rows) =
        cx.session(&|session| Ok(vec![files::unfinished(id, session.actor.user, cx.now)])).await?;
    if answer_of(&rows, 0)?.is_empty() {
        return Err(Failure::refused(Code::NotFound));
    }
    check_size(size, MAX_THUMBNAIL_BYTES)?;
    let (head, body) = body_of(request).await?;
    if !is_thumbnail(&head) {
        return Err(Failure::invalid(Problem::new("problem.not_thumbnail")));
    }
    keep(cx, session.db.workspace(), (id, Part::Thumbnail), size, whole(head, body)).await?;
    let finished = session.db.one(files::finish(id, session.actor.user, cx.now)).await?;
    if finished.is_empty() { Err(Failure::refused(Code::NotFound)) } else { json(&Empty {}) }
}

pub async fn get(cx: &Cx, id: &str, part: Part) -> Answer<Response> {
    let id = read_id(id)?;
    let (session, rows) = cx.session(&|session| Ok(vec![files::get(session.reader()?, id, cx.now)])).await?;
    let not_found = || Failure::refused(Code::NotFound);
    let file = files::read_one(answer_of(&rows, 0)?)?.ok_or_else(not_found)?;
    if part == Part::Thumbnail && !file.thumbnail {
        return Err(not_found());
    }
    let objects = Objects::open(&cx.env, session.db.workspace())?;
    let body = objects.get(id, part).await?.ok_or_else(not_found)?;
    let response = Response::from_body(body)?;
    let headers = response.headers();
    let (media, name) = match part {
        Part::Whole => (file.media.as_str(), file.name.as_str()),
        Part::Thumbnail => ("image/jpeg", "thumbnail.jpg"),
    };
    headers.set("content-type", media)?;
    headers.set("content-disposition", &disposition(is_shown(media), name))?;
    headers.set("content-security-policy", if media == "application/pdf" { SHOW_PDF } else { SHOW_ONLY })?;
    // A file never changes; who may see it does, and another session is not to find it. The logo is everybody's, and
    // another one has another address.
    let is_logo = session.schema.workspace.logo == Some(id);
    headers.set(
        "cache-control",
        if is_logo { "private, max-age=31536000, immutable" } else { "private, max-age=3600" },
    )?;
    headers.set("vary", "cookie")?;
    Ok(response)
}

fn check_size(size: u64, max: u64) -> Answer<()> {
    if size == 0 {
        return Err(Failure::invalid(Problem::on("size", "problem.file_empty")));
    }
    if size > max {
        let problem = Problem::on("size", "problem.file_too_large").with("max", size_text(max));
        return Err(Failure::Refused {
            code: Code::TooLarge,
            problems: vec![problem],
            conflicts: Vec::new(),
        });
    }
    Ok(())
}

/// The first bytes of a body, as many as tell its kind where there are so many, and the rest.
async fn body_of(
    request: &Request,
) -> Answer<(Vec<u8>, impl Stream<Item = worker::Result<Vec<u8>>> + use<>)> {
    let incomplete = || Failure::invalid(Problem::on("size", "problem.file_incomplete"));
    let mut body = request.stream().map_err(|_| incomplete())?;
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES {
        let Some(chunk) = body.next().await else { break };
        head.extend(chunk.map_err(|_| incomplete())?);
    }
    if head.is_empty() {
        return Err(incomplete());
    }
    Ok((head, body))
}

/// Hears the rest out: a browser that is answered while it still sends believes that the line broke.
async fn drain(mut body: impl Stream<Item = worker::Result<Vec<u8>>> + Unpin, max: u64) {
    let mut came = 0;
    while let Some(Ok(chunk)) = body.next().await {
        came += chunk.len() as u64;
        if came > max {
            return;
        }
    }
}

fn whole(
    head: Vec<u8>,
    rest: impl Stream<Item = worker::Result<Vec<u8>>>,
) -> impl Stream<Item = worker::Result<Vec<u8>>> {
    stream::once(std::future::ready(Ok(head))).chain(rest)
}

async fn keep(
    cx: &Cx,
    workspace: Id,
    (file, part): (Id, Part),
    size: u64,
    bytes: impl Stream<Item = worker::Result<Vec<u8>>> + 'static,
) -> Answer<()> {
    let kept = Objects::open(&cx.env, workspace)?.put(file, part, size, bytes).await;
    kept.map_err(|error| match error {
        NotKept::Incomplete => Failure::invalid(Problem::on("size", "problem.file_incomplete")),
        NotKept::Fault(error) => error.into(),
    })
}

/// Names of files are of any language; programs that know only ASCII get a name without it (RFC 6266).
fn disposition(shown: bool, name: &str) -> String {
    let kind = if shown { "inline" } else { "attachment" };
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let encoded = domain::api::fill("{name}", &[name]);
    format!("{kind}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}
