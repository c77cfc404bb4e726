//! Who gets in: the session cookie, and the proof that an unsafe request comes from our own pages.
//!
//! The session check travels in the same batch as the work: the queries are built for who the token belonged to
//! last time, and if the batch says that is no longer true they are built again. The batch is one transaction,
//! so what it returns was read under the session it returned.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use domain::access::{Actor, Role};
use domain::api::{Code, Method};
use domain::command::Plan;
use domain::ids::Id;
use domain::schema::{Schema, builtin};
use domain::time::{Date, Instant, Zone};
use worker::Env;

use crate::http::{Answer, Failure, Request};
use crate::live::News;
use crate::platform::{Zones, now, token_hash};
use crate::storage::accounts::{self, SessionRow};
use crate::storage::db::{Db, Rows, Statement};
use crate::storage::definitions;
use crate::storage::records::Reader;

pub const COOKIE: &str = "__Host-zhike";

/// A session that is used counts as seen again after this long.
const SEEN_MS: i64 = 5 * 60 * 1000;
/// Sessions remembered in one isolate; forgetting costs one more query.
const MEMORY: usize = 2_000;

/// A request on its way.
pub struct Cx {
    pub env: Env,
    pub now: Instant,
    /// Shard, workspace and token, as the cookie says; nothing of it is believed before the batch.
    claim: Option<Claim>,
    /// The session was seen for the first time today.
    renews: Cell<bool>,
    /// What those who watch are to be told when this is answered.
    news: RefCell<News>,
}

struct Claim {
    db: Rc<Db>,
    shard: usize,
    token: String,
    token_hash: String,
}

/// Who asks, as the database said.
pub struct Session {
    pub db: Rc<Db>,
    pub shard: usize,
    pub token_hash: String,
    pub actor: Actor,
    pub name: String,
    pub email: Option<String>,
    pub language: Option<String>,
    pub schema: Rc<Schema>,
    pub seq: u64,
    pub now: Instant,
    pub today: Date,
}

#[derive(Clone, PartialEq)]
struct Guess {
    user: Id,
    role: String,
    zone: Option<String>,
    revision: u64,
    seen_at: i64,
}

thread_local! {
    static GUESSES: RefCell<HashMap<String, Guess>> = RefCell::default();
    /// The newest definitions seen of each workspace; which revision holds, each batch says anew.
    static SCHEMAS: RefCell<HashMap<Id, Rc<Schema>>> = RefCell::default();
}

impl Cx {
    /// # Errors
    /// A cookie of an unknown shard is no session; other errors are faults.
    pub fn new(request: &Request, env: Env) -> Answer<Self> {
        let claim = request.headers().get("cookie")?.as_deref().and_then(read_cookie).and_then(
            |(shard, workspace, token)| {
                let db = Db::open(&env, shard, workspace).ok()?;
                Some(Claim { db: Rc::new(db), shard, token_hash: token_hash(&token), token })
            },
        );
        Ok(Self { env, now: now(), claim, renews: Cell::new(false), news: RefCell::default() })
    }

    /// Runs queries under the session: `build` makes them for a reader, the answers come back with the session
    /// they were made under.
    ///
    /// # Errors
    /// 401 without a session that holds; what `build` refuses; that it changed in every turn; faults.
    pub async fn session(
        &self,
        build: &dyn Fn(&Session) -> Answer<Vec<Statement>>,
    ) -> Answer<(Session, Vec<Rows>)> {
        let claim = self.claim.as_ref().ok_or_else(|| Failure::refused(Code::NotSignedIn))?;
        // Whether the guess was read in this very request.
        let mut fresh = false;
        // Each turn but the first knows what the one before learnt; a role changed in between costs a turn.
        for _ in 0..4 {
            let guess = GUESSES.with_borrow(|guesses| guesses.get(&claim.token_hash).cloned());
            let known = guess.and_then(|guess| {
                schema_of(claim.db.workspace(), guess.revision).map(|schema| (guess, schema))
            });
            let Some((guess, schema)) = known else {
                self.learn(claim).await?;
                fresh = true;
                continue;
            };
            let expected = self.as_session(claim, &guess, schema);
            let built = match build(&expected) {
                Ok(built) => built,
                // Refused for who the token belonged to last time: that may be over, and so may the session.
                Err(_) if !fresh => {
                    self.learn(claim).await?;
                    fresh = true;
                    continue;
                }
                Err(refusal) => return Err(refusal),
            };
            let mut statements = vec![accounts::session(&claim.token_hash, self.now)];
            statements.extend(built);
            let sees = self.now.unix_ms() - guess.seen_at > SEEN_MS;
            if sees {
                statements.push(accounts::see(&claim.token_hash, self.now));
            }
            let mut rows = claim.db.batch(statements).await?;
            let row = rows.remove(0).first::<SessionRow>()?;
            let Some(row) = row else {
                GUESSES.with_borrow_mut(|guesses| guesses.remove(&claim.token_hash));
                return Err(Failure::refused(Code::NotSignedIn));
            };
            self.renews.set(sees && accounts::is_first_of_day(row.9, self.now));
            let found = remember(&claim.token_hash, &row, self.now);
            fresh = false;
            if (found.user, &found.role, &found.zone, found.revision)
                == (guess.user, &guess.role, &guess.zone, guess.revision)
            {
                let (_, _, _, language, name, email, _, seq, ..) = row;
                return Ok((Session { name, email, language, seq, ..expected }, rows));
            }
        }
        // Definitions or the role changed each time.
        Err(Failure::refused(Code::Busy))
    }

    /// The cookie of this request's session again, when the session was moved on and the browser's copy has to follow.
    #[must_use]
    pub fn renewal(&self) -> Option<String> {
        let claim = self.claim.as_ref().filter(|_| self.renews.get())?;
        Some(cookie(claim.shard, claim.db.workspace(), &claim.token))
    }

    /// A plan was saved: the workspace has come to `seq`, and members it changed may be members no longer.
    pub fn has_saved(&self, workspace: Id, seq: u64, plan: &Plan) {
        let mut news = self.news.borrow_mut();
        news.came_to(workspace, seq);
        for change in plan.changes.iter().filter(|change| change.key.entity == "user") {
            news.ends(workspace, change.key.id);
        }
    }

    /// A session of this member was ended.
    pub fn has_ended(&self, workspace: Id, member: Id) {
        self.news.borrow_mut().ends(workspace, member);
    }

    /// Something changed in the bell of this member.
    pub fn has_rung(&self, workspace: Id, member: Id) {
        self.news.borrow_mut().rings(workspace, member);
    }

    /// What there is to tell, once.
    #[must_use]
    pub fn news(&self) -> News {
        self.news.take()
    }

    /// Whether this request has asked the database nearly as much as one request may.
    #[must_use]
    pub fn is_nearly_spent(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.db.is_nearly_spent())
    }

    /// A first look: who the token belongs to, and the definitions if they are new here.
    async fn learn(&self, claim: &Claim) -> Answer<()> {
        let mut rows = claim
            .db
            .batch(vec![accounts::session(&claim.token_hash, self.now), definitions::current()])
            .await?;
        let definition = rows.pop();
        let row = rows.pop().map(|rows| rows.first::<SessionRow>()).transpose()?.flatten();
        let (Some(row), Some(definition)) = (row, definition) else {
            GUESSES.with_borrow_mut(|guesses| guesses.remove(&claim.token_hash));
            return Err(Failure::refused(Code::NotSignedIn));
        };
        let schema = definitions::read(&definition)?;
        if let Some(completed) = builtin::completed(&schema) {
            // Definitions of an earlier build: the next turn finds those that follow them.
            claim.db.batch(definitions::follow(&completed, self.now).into()).await?;
            return Ok(());
        }
        SCHEMAS.with_borrow_mut(|schemas| {
            if schemas.len() >= MEMORY {
                schemas.clear();
            }
            schemas.insert(claim.db.workspace(), Rc::new(schema));
        });
        remember(&claim.token_hash, &row, self.now);
        Ok(())
    }

    fn as_session(&self, claim: &Claim, guess: &Guess, schema: Rc<Schema>) -> Session {
        let zone = guess.zone.clone().unwrap_or_else(|| schema.workspace.zone.clone());
        let today = Zones.date(&zone, self.now).or_else(|| self.now.utc_date());
        Session {
            db: Rc::clone(&claim.db),
            shard: claim.shard,
            token_hash: claim.token_hash.clone(),
            actor: Actor { user: guess.user, role: guess.role.clone(), zone },
            name: String::new(),
            email: None,
            language: None,
            schema,
            seq: 0,
            now: self.now,
            // The clock was checked to lie between 1900 and 2200, and so does its day in any zone.
            today: today.unwrap_or_else(|| {
                Date::new(1970, 1, 1).unwrap_or_else(|| unreachable!("a day of the range"))
            }),
        }
    }
}

impl Session {
    /// # Errors
    /// A user whose role is gone may do nothing.
    pub fn role(&self) -> Answer<&Role> {
        self.schema.role(&self.actor.role).ok_or_else(|| Failure::refused(Code::Forbidden))
    }

    /// # Errors
    /// As [`Session::role`].
    pub fn reader(&self) -> Answer<Reader<'_>> {
        Ok(Reader { schema: &self.schema, role: self.role()?, user: self.actor.user })
    }
}

fn schema_of(workspace: Id, revision: u64) -> Option<Rc<Schema>> {
    SCHEMAS
        .with_borrow(|schemas| schemas.get(&workspace).filter(|schema| schema.revision == revision).cloned())
}

fn remember(token_hash: &str, row: &SessionRow, now: Instant) -> Guess {
    let (user, role, zone, _, _, _, revision, _, _, seen_at) = row.clone();
    // What was just prolonged is not prolonged again; the row still tells the time before.
    let seen_at = if now.unix_ms() - seen_at > SEEN_MS { now.unix_ms() } else { seen_at };
    let known = GUESSES.with_borrow(|guesses| guesses.contains_key(token_hash));
    let guess = Guess { user, role, zone, revision, seen_at: if known { seen_at } else { row.9 } };
    GUESSES.with_borrow_mut(|guesses| {
        if guesses.len() >= MEMORY {
            guesses.clear();
        }
        guesses.insert(token_hash.to_owned(), guess.clone());
    });
    guess
}

/// Shard, workspace and token out of a cookie header.
fn read_cookie(header: &str) -> Option<(usize, Id, String)> {
    let value = header.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    let mut parts = value.splitn(3, '.');
    let (shard, workspace, token) = (parts.next()?, parts.next()?, parts.next()?);
    Some((shard.parse().ok()?, workspace.parse().ok()?, token.to_owned()))
}

/// The Set-Cookie of a session, new or prolonged. `Strict`: the page's own calls carry it, a link from elsewhere does not.
#[must_use]
pub fn cookie(shard: usize, workspace: Id, token: &str) -> String {
    let age = accounts::SESSION_MS / 1000;
    format!("{COOKIE}={shard}.{workspace}.{token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}")
}

#[must_use]
pub fn end_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// Unsafe methods that use (or make) a session have to come from our own pages: by fetch metadata where the
/// browser sends it, by Origin otherwise (OWASP, CSRF prevention). So do sockets, which the browser opens from any page
/// and whose messages any page would read; every handshake has an Origin, and not every browser says more.
///
/// # Errors
/// 403 for a request from elsewhere.
pub fn check_origin(request: &Request, method: Method) -> Answer<()> {
    if method == Method::Get {
        return Ok(());
    }
    let headers = request.headers();
    let site = headers.get("sec-fetch-site")?.filter(|_| method != Method::Socket);
    let ours = match (site, headers.get("origin")?) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => request.origin() == origin,
        (None, None) => false,
    };
    if ours { Ok(()) } else { Err(Failure::refused(Code::Forbidden)) }
}
