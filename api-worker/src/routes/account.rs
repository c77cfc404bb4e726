//! Signing up and in, sessions, invitations.

use domain::api::account::{
    AcceptRequest, ChangePasswordRequest, Entrance, InvitationReply, InviteReply, InviteRequest,
    PreferencesRequest, ResetRequest, SessionInfo, SessionReply, SessionsReply, SignInRequest, SignUpRequest,
    SignedInReply,
};
use domain::api::{Code, Empty};
use domain::command::Invitation;
use domain::ids::Id;
use domain::message::Problem;
use domain::schema::builtin;
use domain::time::{Instant, Zone};
use worker::Response;

use super::read_id;
use crate::gate::{Cx, cookie, end_cookie};
use crate::http::{Answer, Failure, Request, json, read_json};
use crate::platform::{Zones, new_id, new_token, random, token_hash};
use crate::services::accounts::{
    self as services, check_password, count_attempt, hash_password, identity, read_email, read_name,
    verify_nobody, verify_password,
};
use crate::storage::accounts::{self, InvitationRow};
use crate::storage::db::{Db, DbError, Rows, SHARDS, SystemDb};
use crate::storage::directory::{self, Membership};
use crate::storage::records;

/// Bytes of these requests: a few short texts.
const MAX_BODY: usize = 16 * 1024;

fn address(request: &Request) -> Answer<String> {
    Ok(request.headers().get("cf-connecting-ip")?.unwrap_or_else(|| "local".to_owned()))
}

fn agent(request: &Request) -> Answer<String> {
    Ok(request.headers().get("user-agent")?.unwrap_or_default().chars().take(200).collect())
}

fn with_cookie(response: Response, cookie: &str) -> Answer<Response> {
    response.headers().set("set-cookie", cookie)?;
    Ok(response)
}

/// Starts a session on a shard and answers with its cookie.
async fn sign_in_as(
    db: &Db,
    shard: usize,
    user: Id,
    entrances: Vec<Entrance>,
    agent: &str,
    now: Instant,
) -> Answer<Response> {
    let token = new_token()?;
    db.one(accounts::start_session(new_id()?, user, &token_hash(&token), agent, now)).await?;
    let reply = json(&SignedInReply { workspace: db.workspace(), user, entrances })?;
    with_cookie(reply, &cookie(shard, db.workspace(), &token))
}

pub async fn sign_up(request: &Request, cx: &Cx) -> Answer<Response> {
    let SignUpRequest { workspace, name, email, password } = read_json(request, MAX_BODY).await?;
    let workspace = workspace.read(&Zones);
    let mut problems = workspace.as_ref().err().cloned().unwrap_or_default();
    for problem in &mut problems {
        problem.field = problem.field.take().map(|field| format!("workspace.{field}"));
    }
    let name = read_name(&name).map_err(|problem| problems.push(problem)).unwrap_or_default();
    let email = read_email(&email).map_err(|problem| problems.push(problem)).unwrap_or_default();
    problems.extend(check_password(&password, "password"));
    if !problems.is_empty() {
        return Err(Failure::problems(problems));
    }
    let directory = SystemDb::directory(&cx.env)?;
    count_attempt(&directory, &email, &address(request)?, cx.now).await?;
    let (identity, known) = match identity(&directory, &email).await? {
        // Somebody who has a password opens a second workspace with it.
        Some((id, hash)) if verify_password(&password, &hash)? => (id, true),
        Some(_) => return Err(Failure::invalid(Problem::on("email", "problem.email_taken"))),
        None => (new_id()?, false),
    };
    let id = new_id()?;
    let user = new_id()?;
    let shard = usize::from(random::<1>()?[0]) % SHARDS.len();
    let db = Db::open(&cx.env, shard, id)?;
    let schema = builtin::schema(workspace.map_err(Failure::problems)?);
    db.batch(accounts::found(&schema, user, &name, &email, cx.now)).await?;
    let mut enter = Vec::new();
    if !known {
        enter.push(directory::insert_identity(identity, &email, &hash_password(&password)?, cx.now));
    }
    enter.push(directory::join(identity, id, shard, user, cx.now));
    match directory.batch(enter).await {
        Ok(_) => sign_in_as(&db, shard, user, Vec::new(), &agent(request)?, cx.now).await,
        Err(error) => {
            // The address was taken a moment ago: nothing of the workspace stays.
            db.batch(accounts::abandon()).await?;
            match error {
                DbError::Constraint(_) => Err(Failure::invalid(Problem::on("email", "problem.email_taken"))),
                error => Err(error.into()),
            }
        }
    }
}

pub async fn sign_in(request: &Request, cx: &Cx) -> Answer<Response> {
    let SignInRequest { email, password, workspace } = read_json(request, MAX_BODY).await?;
    let wrong = || Failure::refused(Code::WrongCredentials);
    let email = read_email(&email).map_err(|_| wrong())?;
    if password.len() > domain::api::account::PASSWORD_MAX * 4 {
        return Err(wrong());
    }
    let directory = SystemDb::directory(&cx.env)?;
    count_attempt(&directory, &email, &address(request)?, cx.now).await?;
    let Some((identity, hash)) = identity(&directory, &email).await? else {
        verify_nobody(&password)?;
        return Err(wrong());
    };
    if !verify_password(&password, &hash)? {
        return Err(wrong());
    }
    let mut rows = directory
        .batch(vec![
            directory::forget_attempts(&format!("account:{email}")),
            directory::memberships(identity),
        ])
        .await?;
    let memberships: Vec<Membership> = rows.pop().map(|rows| rows.read()).transpose()?.unwrap_or_default();
    if workspace.is_some_and(|wanted| memberships.iter().all(|(_, id, _)| *id != wanted)) {
        return Err(wrong());
    }
    let open = entrances(cx, &memberships).await?;
    let chosen = open.iter().position(|(_, entrance)| workspace.is_none_or(|id| id == entrance.workspace));
    let Some((shard, Entrance { workspace, user, .. })) = chosen.and_then(|at| open.get(at)) else {
        let problem = Problem::new("problem.membership_inactive");
        return Err(Failure::Refused {
            code: Code::Forbidden,
            problems: vec![problem],
            conflicts: Vec::new(),
        });
    };
    let db = Db::open(&cx.env, *shard, *workspace)?;
    let entrances = open.iter().map(|(_, entrance)| entrance.clone()).collect();
    sign_in_as(&db, *shard, *user, entrances, &agent(request)?, cx.now).await
}

/// The memberships that let their person in, in the order given, each with its shard.
async fn entrances(cx: &Cx, memberships: &[Membership]) -> Answer<Vec<(usize, Entrance)>> {
    let mut found = Vec::new();
    for shard in 0..SHARDS.len() {
        let here = memberships.iter().filter(|(at, ..)| *at == shard);
        let here: Vec<(Id, Id)> = here.map(|(_, workspace, user)| (*workspace, *user)).collect();
        if here.is_empty() {
            continue;
        }
        let rows = SystemDb::shard(&cx.env, shard)?.one(accounts::entrances(&here)).await?;
        for (workspace, name, user) in rows.read::<(Id, String, Id)>()? {
            found.push((shard, Entrance { workspace, name, user }));
        }
    }
    found.sort_by_key(|(_, entrance)| memberships.iter().position(|(_, id, _)| *id == entrance.workspace));
    Ok(found)
}

pub async fn sign_out(cx: &Cx) -> Answer<Response> {
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    end_this(&session).await?;
    cx.has_ended(session.db.workspace(), session.actor.user);
    with_cookie(json(&Empty {})?, &end_cookie())
}

async fn end_this(session: &crate::gate::Session) -> Answer<()> {
    let rows = session.db.one(accounts::sessions_of(session.actor.user, session.now)).await?;
    let sessions = rows.read::<(Id, String, i64, i64, String)>()?;
    for (id, ..) in sessions.iter().filter(|(.., hash)| *hash == session.token_hash) {
        session.db.one(accounts::end_session(session.actor.user, *id)).await?;
    }
    Ok(())
}

pub async fn reset_password(request: &Request, cx: &Cx) -> Answer<Response> {
    let ResetRequest { token, password } = read_json(request, MAX_BODY).await?;
    if let Some(problem) = check_password(&password, "password") {
        return Err(Failure::invalid(problem));
    }
    let directory = SystemDb::directory(&cx.env)?;
    let used = directory.one(directory::use_reset(&token_hash(&token), cx.now)).await?;
    let Some((identity,)) = used.first::<(Id,)>()? else {
        return Err(Failure::invalid(Problem::on("token", "problem.link_expired")));
    };
    set_password(cx, &directory, identity, &password, None).await?;
    json(&Empty {})
}

/// Stores a new password and ends the sessions that the old one opened, in every workspace of the person.
async fn set_password(
    cx: &Cx,
    directory: &SystemDb,
    identity: Id,
    password: &str,
    but: Option<&str>,
) -> Answer<()> {
    let mut rows = directory
        .batch(vec![
            directory::set_password(identity, &hash_password(password)?),
            directory::memberships(identity),
        ])
        .await?;
    let memberships: Vec<Membership> = rows.pop().map(|rows| rows.read()).transpose()?.unwrap_or_default();
    for (shard, workspace, user) in memberships {
        Db::open(&cx.env, shard, workspace)?.one(accounts::end_sessions(user, but)).await?;
        cx.has_ended(workspace, user);
    }
    Ok(())
}

pub async fn get_session(cx: &Cx) -> Answer<Response> {
    let (session, rows) = cx.session(&|session| Ok(vec![records::own_teams(session.actor.user)])).await?;
    let teams = rows.first().map(Rows::read::<(Id,)>).transpose()?;
    json(&SessionReply {
        workspace: session.db.workspace(),
        user: session.actor.user,
        name: session.name,
        email: session.email.unwrap_or_default(),
        role: session.actor.role,
        language: session.language,
        zone: session.actor.zone,
        teams: teams.map(|teams| teams.into_iter().map(|(id,)| id).collect()),
        revision: session.schema.revision,
        seq: session.seq,
        now: session.now,
    })
}

pub async fn set_preferences(request: &Request, cx: &Cx) -> Answer<Response> {
    let PreferencesRequest { language, zone } = read_json(request, MAX_BODY).await?;
    let mut problems = Vec::new();
    if language.as_deref().is_some_and(|language| !matches!(language, "zh" | "en")) {
        problems.push(Problem::on("language", "problem.not_a_choice"));
    }
    if zone.as_deref().is_some_and(|zone| Zones.date(zone, cx.now).is_none()) {
        problems.push(Problem::on("zone", "problem.not_zone"));
    }
    if !problems.is_empty() {
        return Err(Failure::problems(problems));
    }
    cx.session(&|session| {
        Ok(vec![accounts::set_preferences(session.actor.user, language.as_deref(), zone.as_deref())])
    })
    .await?;
    json(&Empty {})
}

pub async fn change_password(request: &Request, cx: &Cx) -> Answer<Response> {
    let ChangePasswordRequest { old, new } = read_json(request, MAX_BODY).await?;
    if let Some(problem) = check_password(&new, "new") {
        return Err(Failure::invalid(problem));
    }
    let (session, _) = cx.session(&|_| Ok(Vec::new())).await?;
    let directory = SystemDb::directory(&cx.env)?;
    let account = session.actor.user.to_string();
    count_attempt(&directory, &account, &address(request)?, cx.now).await?;
    let known =
        directory.one(directory::identity_of_user(session.db.workspace(), session.actor.user)).await?;
    let (identity, hash) =
        known.first::<(Id, String)>()?.ok_or_else(|| Failure::Fault("a user without an identity".into()))?;
    if !verify_password(&old, &hash)? {
        return Err(Failure::invalid(Problem::on("old", "problem.wrong_password")));
    }
    directory.one(directory::forget_attempts(&format!("account:{account}"))).await?;
    set_password(cx, &directory, identity, &new, Some(&session.token_hash)).await?;
    json(&Empty {})
}

pub async fn list_sessions(cx: &Cx) -> Answer<Response> {
    let (session, rows) =
        cx.session(&|session| Ok(vec![accounts::sessions_of(session.actor.user, session.now)])).await?;
    let rows = rows
        .first()
        .map(|rows| rows.read::<(Id, String, i64, i64, String)>())
        .transpose()?
        .unwrap_or_default();
    let info = |(id, agent, created_at, seen_at, hash): (Id, String, i64, i64, String)| {
        let (created_at, seen_at) = (Instant::from_unix_ms(created_at)?, Instant::from_unix_ms(seen_at)?);
        Some(SessionInfo { id, agent, created_at, seen_at, current: hash == session.token_hash })
    };
    json(&SessionsReply { sessions: rows.into_iter().filter_map(info).collect() })
}

pub async fn revoke_session(cx: &Cx, id: &str) -> Answer<Response> {
    let id = read_id(id)?;
    let (session, rows) =
        cx.session(&|session| Ok(vec![accounts::end_session(session.actor.user, id)])).await?;
    if rows.first().is_none_or(Rows::is_empty) {
        return Err(Failure::refused(Code::NotFound));
    }
    cx.has_ended(session.db.workspace(), session.actor.user);
    json(&Empty {})
}

pub async fn invite(request: &Request, cx: &Cx) -> Answer<Response> {
    let InviteRequest { user, name, email, role, team } = read_json(request, MAX_BODY).await?;
    let mut problems = Vec::new();
    let name = read_name(&name).map_err(|problem| problems.push(problem)).unwrap_or_default();
    let email = read_email(&email).map_err(|problem| problems.push(problem)).unwrap_or_default();
    let token = new_token()?;
    let id = user.map_or_else(new_id, Ok)?;
    let invitation =
        Invitation { user: id, existing: user.is_some(), name: &name, email: &email, role: &role, team };
    let session = services::invite(cx, &invitation, &token_hash(&token), &problems).await?;
    // The link names shard and workspace, as the session cookie does.
    let path = format!("/join/{}.{}.{token}", session.shard, session.db.workspace());
    json(&InviteReply { user: id, path, expires_at: cx.now.plus_ms(accounts::INVITATION_MS) })
}

/// The place of a secret address, an invitation's or a calendar's, and the hash of its token.
pub(super) fn read_link(cx: &Cx, link: &str) -> Answer<(usize, Db, String)> {
    let gone = || Failure::refused(Code::NotFound);
    let mut parts = link.splitn(3, '.');
    let (Some(shard), Some(workspace), Some(token)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(gone());
    };
    let shard = shard.parse::<usize>().ok().filter(|shard| *shard < SHARDS.len()).ok_or_else(gone)?;
    let db = Db::open(&cx.env, shard, workspace.parse().map_err(|_| gone())?)?;
    Ok((shard, db, token_hash(token)))
}

pub async fn get_invitation(cx: &Cx, link: &str) -> Answer<Response> {
    let (_, db, hash) = read_link(cx, link)?;
    let rows = db.batch(vec![accounts::invitation(&hash, cx.now), accounts::workspace_name()]).await?;
    let open = rows.first().map(|rows| rows.first::<InvitationRow>()).transpose()?.flatten();
    let workspace = rows.get(1).map(|rows| rows.first::<(String,)>()).transpose()?.flatten();
    let ((_, name, email, ..), (workspace_name,)) =
        open.zip(workspace).ok_or_else(|| Failure::refused(Code::NotFound))?;
    let known = identity(&SystemDb::directory(&cx.env)?, &email).await?.is_some();
    json(&InvitationReply { workspace_name, name, email, known })
}

pub async fn accept_invitation(request: &Request, cx: &Cx, link: &str) -> Answer<Response> {
    let AcceptRequest { password } = read_json(request, MAX_BODY).await?;
    let (shard, db, hash) = read_link(cx, link)?;
    let open = db.one(accounts::invitation(&hash, cx.now)).await?.first::<InvitationRow>()?;
    let (user, _, email, ..) = open.ok_or_else(|| Failure::refused(Code::NotFound))?;
    let directory = SystemDb::directory(&cx.env)?;
    count_attempt(&directory, &email, &address(request)?, cx.now).await?;
    let (identity, known) = match identity(&directory, &email).await? {
        Some((id, stored)) => {
            if !verify_password(&password, &stored)? {
                return Err(Failure::invalid(Problem::on("password", "problem.wrong_password")));
            }
            (id, true)
        }
        None => {
            if let Some(problem) = check_password(&password, "password") {
                return Err(Failure::invalid(problem));
            }
            (new_id()?, false)
        }
    };
    let mut enter = Vec::new();
    if !known {
        enter.push(directory::insert_identity(identity, &email, &hash_password(&password)?, cx.now));
    }
    enter.push(directory::join(identity, db.workspace(), shard, user, cx.now));
    match directory.batch(enter).await {
        Ok(_) => {}
        // Joined a moment ago by the same link: going on is harmless, the invitation below decides.
        Err(DbError::Constraint(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let user = services::accept(cx, &db, &hash).await?;
    sign_in_as(&db, shard, user, Vec::new(), &agent(request)?, cx.now).await
}
