// Workspaces of a given size. Their first rows come from signing up; the many rows are made inside the database, because
// a hundred thousand commands would take longer than everything that is measured.
import { Client } from "./client.mjs";
import { HOSTS } from "./runtime.mjs";

const PASSWORD = "only in the benchmark";
const WORDS = [
  "Harbour", "Meadow", "Quarry", "Lantern", "Orchard", "Saddle", "Timber", "Velvet", "Willow", "Anchor",
  "Beacon", "Copper", "Dynamo", "Ember", "Falcon", "Garnet", "Hollow", "Island", "Juniper", "Kettle",
];
const USERS = 20;
const TEAMS = 4;
/** Rows of one statement: far below what one may take, and enough to be quick. */
const CHUNK = 10_000;

/** Ids of seeded rows say what they are and which one. */
export const seeded = (kind, at) => `0190000${kind}-0000-7000-8000-${at.toString(16).padStart(12, "0")}`;
const KINDS = { user: 1, team: 2, account: 3, contact: 4, deal: 5 };
export const accountId = (at) => seeded(KINDS.account, at);
export const dealId = (at) => seeded(KINDS.deal, at);
/** The stage that a seeded deal stands in. */
export const stageOf = (at) => {
  const part = (at * 37) % 100;
  return part < 24 ? "first_contact" : part < 44 ? "needs" : part < 60 ? "proposal" : part < 70 ? "negotiation" : part < 88 ? "signed" : "lost";
};

const idSql = (kind, number) => `'0190000${kind}-0000-7000-8000-' || printf('%012x', ${number})`;
// Numbers arrive as doubles; a series of them would print as 0.0, 1.0.
const SERIES = "WITH RECURSIVE n(i) AS (SELECT cast(?2 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?3)";
const COMMON = "created_at, created_by_id, updated_at, updated_by_id";
const STAGE = "CASE WHEN p < 24 THEN 'first_contact' WHEN p < 44 THEN 'needs' WHEN p < 60 THEN 'proposal' WHEN p < 70 THEN 'negotiation' WHEN p < 88 THEN 'signed' ELSE 'lost' END";

/**
 * Signs up until the workspace lies in the wanted shard: which one is chance.
 */
async function signUp(runtime, name, shard) {
  for (let attempt = 0; attempt < 40; attempt++) {
    const client = new Client(runtime.url, HOSTS.product);
    const workspace = { name, language: "en", zone: "Asia/Shanghai", currency: "CNY" };
    const email = `${name}.${attempt}.${process.pid}@zhike.example`;
    const reply = await client.ask("POST", "/api/v1/auth/sign-up", { workspace, name: "Bench", email, password: PASSWORD });
    client.close();
    const cookie = reply.headers["set-cookie"][0].split(";")[0];
    if (cookie.split("=")[1].startsWith(`${shard}.`)) return { cookie, ...reply.json };
  }
  throw new Error(`forty workspaces, and none in shard ${shard}`);
}

/** A manager of one of the four teams, joined by an invitation. */
async function inviteManager(runtime, cookie, name) {
  const client = new Client(runtime.url, HOSTS.product, cookie);
  const email = `manager.${name}.${process.pid}@zhike.example`;
  const { json } = await client.ask("POST", "/api/v1/invitations", { name: "Manager", email, role: "manager", team: seeded(KINDS.team, 1) });
  const token = json.path.split("/").pop();
  const reply = await client.ask("POST", `/api/v1/invitations/${token}/accept`, { password: PASSWORD });
  client.close();
  return reply.headers["set-cookie"][0].split(";")[0];
}

/** The rows came in past the Worker, so that search does not know them yet. */
async function index(runtime, cookie) {
  const client = new Client(runtime.url, HOSTS.product, cookie);
  let from;
  do {
    const { json } = await client.ask("POST", "/api/v1/search/rebuild", from === undefined ? {} : { from });
    from = json.next;
  } while (from !== undefined);
  client.close();
}

/** A field that the workspace added to its deals: a number that twenty in a row share, whoever owns them. */
export const BAND = "f_band";

async function addBand(runtime, cookie) {
  const client = new Client(runtime.url, HOSTS.product, cookie);
  const field = { id: BAND, label: { zh: "档次", en: "Band" }, type: "integer" };
  const change = { do: "change_definition", base_revision: 1, change: { change: "add_field", entity: "deal", field } };
  const { json } = await client.ask("POST", "/api/v1/commands", { commands: [{ v: 1, id: seeded(9, 1), actions: [change] }] });
  if (json.answers[0].answer !== "done") throw new Error(JSON.stringify(json).slice(0, 500));
  client.close();
}

/** @returns the workspace's cookies, ids and size */
export async function seed(runtime, { name, deals, shard }) {
  const { cookie, workspace, user } = await signUp(runtime, name, shard);
  await addBand(runtime, cookie);
  const db = await runtime.shard(shard);
  const now = Date.now();
  const rows = async (count, sql, ...params) => {
    for (let first = 0; first < count; first += CHUNK) {
      await db.prepare(sql).bind(workspace, first, Math.min(count, first + CHUNK) - 1, ...params).run();
    }
  };
  const accounts = Math.ceil(deals / 5);
  const words = JSON.stringify(WORDS);
  const word = "json_extract(?6, '$[' || (i % 20) || ']')";
  await rows(
    TEAMS,
    `${SERIES} INSERT INTO team (workspace_id, id, version, name, ${COMMON}, name_key, match_key)
     SELECT ?1, ${idSql(KINDS.team, "i")}, 1, 'Team ' || i, ?4, ?5, ?4, ?5, 'team ' || i, 'team' || i FROM n`,
    now, user,
  );
  await rows(
    USERS,
    `${SERIES} INSERT INTO "user" (workspace_id, id, version, name, role, team_id, status, ${COMMON}, name_key, match_key)
     SELECT ?1, ${idSql(KINDS.user, "i")}, 1, 'Rep ' || i, 'rep', ${idSql(KINDS.team, `i % ${TEAMS}`)}, 'inactive', ?4, ?5, ?4, ?5, 'rep ' || i, 'rep' || i FROM n`,
    now, user,
  );
  await rows(
    accounts,
    `${SERIES} INSERT INTO account (workspace_id, id, version, name, grade, status, industry, source, phone, owner_id, ${COMMON}, name_key, match_key)
     SELECT ?1, ${idSql(KINDS.account, "i")}, 1, ${word} || ' Works ' || i, 'c', 'prospect', 'manufacturing', 'partner', '+1415555' || printf('%04d', i % 10000),
       ${idSql(KINDS.user, `i % ${USERS}`)}, ?4 - i * 1000, ?5, ?4 - i * 1000, ?5, lower(${word}) || ' works ' || i, lower(${word}) || 'works' || i FROM n`,
    now, user, words,
  );
  await rows(
    accounts * 2,
    `${SERIES} INSERT INTO contact (workspace_id, id, version, name, account_id, position, phone, email, owner_id, ${COMMON}, name_key, match_key)
     SELECT ?1, ${idSql(KINDS.contact, "i")}, 1, ${word} || ' Person ' || i, ${idSql(KINDS.account, `i % ${accounts}`)}, 'Buyer', '+1212555' || printf('%04d', i % 10000),
       'person' || i || '@example.com', ${idSql(KINDS.user, `i % ${USERS}`)}, ?4 - i * 700, ?5, ?4 - i * 700, ?5, lower(${word}) || ' person ' || i, lower(${word}) || 'person' || i FROM n`,
    now, user, words,
  );
  await rows(
    deals,
    `${SERIES}, d(i, p) AS (SELECT i, (i * 37) % 100 FROM n)
     INSERT INTO deal (workspace_id, id, version, name, account_id, contact_id, amount, amount_currency, amount_base, stage, engaged_on, close_date, source,
       owner_id, rank, custom, ${COMMON}, name_key, match_key)
     SELECT ?1, ${idSql(KINDS.deal, "i")}, 1, ${word} || ' Deal ' || printf('%06d', i), ${idSql(KINDS.account, `i % ${accounts}`)},
       ${idSql(KINDS.contact, `i % ${accounts * 2}`)}, (1000 + (i * 7919) % 900000) * 100, 'CNY', (1000 + (i * 7919) % 900000) * 100, ${STAGE},
       date(?4 / 1000 - (i % 300) * 86400, 'unixepoch'), date(?4 / 1000 + (i % 120) * 86400, 'unixepoch'), 'partner', ${idSql(KINDS.user, `i % ${USERS}`)},
       printf('%012x', 70368744177664 + i) || printf('%08x', i) || '80', json_object('${BAND}', i / 20 % 20), ?4 - i * 500, ?5, ?4 - i * 500, ?5,
       lower(${word}) || ' deal ' || printf('%06d', i), lower(${word}) || 'deal' || printf('%06d', i) FROM d`,
    now, user, words,
  );
  await index(runtime, cookie);
  const manager = await inviteManager(runtime, cookie, name);
  return { name, deals, shard, workspace, user, cookie, manager, db };
}
