// The least a Worker can do for the same answer: the session check, the same statements, no checks of what is asked for.
// Plain JavaScript, one file; what the product costs above it is the product's own.

const SESSION =
  "SELECT s.user_id FROM session s JOIN \"user\" u ON u.workspace_id = s.workspace_id AND u.id = s.user_id " +
  "WHERE s.workspace_id = ?1 AND s.token_hash = ?2 AND s.expires_at > ?3 AND u.status = 'active' AND u.deleted_at IS NULL";

const LOG =
  "INSERT INTO change_log (workspace_id, seq, v, command_id, at, user_id, entity, record_id, version, kind, body) " +
  "SELECT workspace_id, seq, 1, ?2, ?3, ?4, 'deal', ?5, ?6, ?7, ?8 FROM workspace WHERE workspace_id = ?1";

const RECEIPT =
  "INSERT INTO receipt (workspace_id, command_id, user_id, at, seq, result, holds) " +
  "SELECT workspace_id, ?2, ?3, ?4, seq + 1, ?5, ?6 FROM workspace WHERE workspace_id = ?1";

const ADVANCE = "UPDATE workspace SET seq = seq + 1 WHERE workspace_id = ?1";

/** The statement that /list runs, as the benchmark saw the product send it. */
let list;
/**
 * What the product saves beside a deal and its entry in the log (its words for the search, its time in the stage), as the
 * benchmark saw it: statements, and the deal and the stage they are about.
 */
const beside = { create: undefined, move: undefined };

const besides = (db, kind, id, stage) => {
  const { statements, ...about } = beside[kind];
  const of = (param) => (typeof param === "string" ? param.replaceAll(about.id, id).replaceAll(`"${about.stage}"`, `"${stage}"`) : param);
  return statements.map(({ sql, params }) => db.prepare(sql).bind(...params.map(of)));
};

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/statement") {
      list = await request.json();
      return new Response("kept");
    }
    if (pathname === "/beside") {
      Object.assign(beside, await request.json());
      return new Response("kept");
    }
    const [shard, workspace, token] = request.headers.get("cookie").split("=")[1].split(".");
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const db = env[`DB_${shard}`];
    const now = Date.now();
    const cx = { db, workspace, now, session: db.prepare(SESSION).bind(workspace, hash, now) };
    switch (pathname) {
      case "/session":
        return sessionOnly(cx);
      case "/list":
        return listed(cx);
      case "/create":
        return create(cx, await request.json());
      case "/move":
        return move(cx, await request.json());
      default:
        return new Response(null, { status: 404 });
    }
  },
};

const user = (session) => session.results[0]?.user_id;
const notSignedIn = () => new Response(null, { status: 401 });
const json = (text) => new Response(text, { headers: { "content-type": "application/json", "cache-control": "no-store" } });

async function sessionOnly({ db, session }) {
  const [who] = await db.batch([session]);
  return user(who) ? json("{}") : notSignedIn();
}

async function listed({ db, session }) {
  const [who, rows] = await db.batch([session, db.prepare(list.sql).bind(...list.params)]);
  if (!user(who)) return notSignedIn();
  return json(`{"records":[${rows.results.map((row) => row.j).join(",")}]}`);
}

async function create({ db, workspace, now, session }, { command, id, name, account, amount, stage, engaged_on, rank }) {
  const [who, done, accounts] = await db.batch([
    session,
    db.prepare("SELECT result FROM receipt WHERE workspace_id = ?1 AND command_id = ?2").bind(workspace, command),
    db.prepare("SELECT * FROM account WHERE workspace_id = ?1 AND id = ?2").bind(workspace, account),
  ]);
  const by = user(who);
  if (!by) return notSignedIn();
  if (done.results.length > 0 || accounts.results.length === 0) return new Response(null, { status: 409 });
  const fields = {
    account: [null, account], amount: [null, { amount, currency: "CNY", base: amount }], engaged_on: [null, engaged_on],
    name: [null, name], owner: [null, by], rank: [null, rank], stage: [null, stage],
  };
  const result = JSON.stringify({ command, seq: 0, records: [{ entity: "deal", record: id, version: 1 }], revision: 1 });
  await db.batch([
    db.prepare(RECEIPT).bind(workspace, command, by, now, result, 1),
    db.prepare(ADVANCE).bind(workspace),
    db
      .prepare(
        "INSERT INTO deal (workspace_id, id, version, name, account_id, amount, amount_currency, amount_base, stage, engaged_on, owner_id, rank, " +
          "created_at, created_by_id, updated_at, updated_by_id, custom, name_key, match_key, stage_since) " +
          "VALUES (?1, ?2, 1, ?3, ?4, ?5, 'CNY', ?5, ?6, ?7, ?8, ?9, ?10, ?8, ?10, ?8, '{}', ?11, ?12, ?10)",
      )
      .bind(workspace, id, name, account, amount, stage, engaged_on, by, rank, now, name.toLowerCase(), name.toLowerCase().replaceAll(" ", "")),
    db.prepare(LOG).bind(workspace, command, now, by, id, 1, "created", JSON.stringify({ fields })),
    ...besides(db, "create", id, stage),
  ]);
  return json(result);
}

async function move({ db, workspace, now, session }, { command, id, from, to, rank }) {
  const [who, done, deals] = await db.batch([
    session,
    db.prepare("SELECT result FROM receipt WHERE workspace_id = ?1 AND command_id = ?2").bind(workspace, command),
    db.prepare("SELECT * FROM deal WHERE workspace_id = ?1 AND id = ?2").bind(workspace, id),
  ]);
  const by = user(who);
  if (!by) return notSignedIn();
  const [deal] = deals.results;
  if (done.results.length > 0 || deal?.stage !== from) return new Response(null, { status: 409 });
  const version = deal.version + 1;
  const fields = { rank: [deal.rank, rank], stage: [from, to] };
  const result = JSON.stringify({ command, seq: 0, records: [{ entity: "deal", record: id, version }], revision: 1 });
  await db.batch([
    db.prepare(RECEIPT.replace("?6", "(SELECT version = ?6 FROM deal WHERE workspace_id = ?1 AND id = ?7)")).bind(workspace, command, by, now, result, deal.version, id),
    db.prepare(ADVANCE).bind(workspace),
    db
      .prepare("UPDATE deal SET stage = ?3, stage_since = ?6, rank = ?4, version = ?5, updated_at = ?6, updated_by_id = ?7 WHERE workspace_id = ?1 AND id = ?2")
      .bind(workspace, id, to, rank, version, now, by),
    db.prepare(LOG).bind(workspace, command, now, by, id, version, "updated", JSON.stringify({ fields })),
    ...besides(db, "move", id, to),
  ]);
  return json(result);
}
