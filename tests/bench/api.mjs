// The Worker against the floor, and against itself with a hundred times the data. Started by `cargo xtask bench api`
// with a folder of migrated databases; prints its sections as JSON.
import { Client } from "./client.mjs";
import { byTurns, ms, say, spread, times } from "./measure.mjs";
import { HOSTS, start } from "./runtime.mjs";
import { BAND, accountId, dealId, seed, stageOf } from "./seed.mjs";

const [state, wanted = ""] = process.argv.slice(2);
const wants = (row) => wanted === "" || wanted.split(",").some((part) => row.includes(part));
const SMALL = 1_000;
const LARGE = 100_000;
const OPEN = ["first_contact", "needs", "proposal", "negotiation"];

const runtime = await start(state);
say(`seeding ${SMALL} and ${LARGE} deals in one shard`);
const small = await seed(runtime, { name: "small", deals: SMALL, shard: 0 });
const large = await seed(runtime, { name: "large", deals: LARGE, shard: 0 });

const client = (host, workspace, role = "cookie") => new Client(runtime.url, HOSTS[host], workspace[role]);
const uuid = (() => {
  let made = 0;
  const run = Date.now().toString(16).padStart(12, "0");
  return () => `${run.slice(0, 8)}-${run.slice(8)}-7000-9000-${(made++).toString(16).padStart(12, "0")}`;
})();
const commands = (...actions) => ({ commands: [{ v: 1, id: uuid(), actions }] });

/** Sends commands and answers with their time; a command that was not saved measures nothing. */
async function command(sender, body, headers) {
  const reply = await sender.ask("POST", "/api/v1/commands", body, headers);
  const { answers } = headers ? JSON.parse(reply.json.reply) : reply.json;
  if (answers.some((answer) => answer.answer !== "done")) throw new Error(JSON.stringify(answers).slice(0, 800));
  return reply.ms;
}

const RANK = (at) => `7fff${at.toString(16).padStart(8, "0")}0000000080`;
const newDeal = (at) => ({ id: uuid(), name: `Juniper Deal new ${at}`, account: accountId(at % 200), amount: 1_250_000 + at * 100, stage: "first_contact", engaged_on: "2026-05-01" });
const createAction = ({ id, amount, ...values }) => ({ do: "create", entity: "deal", record: id, values: { ...values, amount: { amount, currency: "CNY" } } });

/** What the product sent to its databases for one request. */
async function watch(method, path, body, workspace = small) {
  const watched = client("counted", workspace);
  // The first request of an isolate learns who asks; the second is what all others are like.
  await watched.ask("GET", "/api/v1/session", undefined, { "x-watch": "1" });
  const { json } = await watched.ask(method, path, body, { "x-watch": "1" });
  watched.close();
  if (json.status !== 200) throw new Error(`${method} ${path}: ${json.reply.slice(0, 500)}`);
  return json;
}

/** Tells the floor what the product saves beside a deal and its entry in the log. */
async function tellBeside(floor) {
  const deal = newDeal(0);
  const of = async (action, stage) => {
    const { batches } = await watch("POST", "/api/v1/commands", commands(action));
    const statements = batches.at(-1).filter(({ sql }) => /INTO (stay|search_row|search_index) /.test(sql));
    return { statements, id: deal.id, stage };
  };
  const create = await of(createAction(deal), deal.stage);
  const move = await of({ do: "move_stage", entity: "deal", record: deal.id, from: deal.stage, to: "needs", rank: RANK(0) }, "needs");
  await floor.send("POST", "/beside", { create, move });
}

/** The floor saves the same rows: the same columns of the same tables are filled. */
async function sameRows() {
  const [product, floor] = [client("product", small), client("floor", small)];
  const filled = async (id) => {
    const columns = async (table, key) => {
      const { results } = await small.db.prepare(`SELECT * FROM ${table} WHERE workspace_id = ?1 AND ${key} = ?2 ORDER BY rowid`).bind(small.workspace, id).all();
      return results.map((row) => Object.keys(row).filter((column) => row[column] !== null).join());
    };
    const tables = { deal: "id", change_log: "record_id", stay: "record_id", search_row: "record_id" };
    const rows = await Promise.all(Object.entries(tables).map(([table, key]) => columns(table, key)));
    const words = "SELECT count(*) AS count FROM search_index WHERE rowid IN (SELECT row FROM search_row WHERE workspace_id = ?1 AND record_id = ?2)";
    const { count } = await small.db.prepare(words).bind(small.workspace, id).first();
    return JSON.stringify([...rows, count]);
  };
  const [ours, theirs] = [newDeal(1), newDeal(2)];
  await command(product, commands(createAction(ours)));
  await command(product, commands({ do: "move_stage", entity: "deal", record: ours.id, from: "first_contact", to: "needs", rank: RANK(1) }));
  await floor.ask("POST", "/create", { ...theirs, command: uuid(), rank: RANK(2) });
  await floor.ask("POST", "/move", { command: uuid(), id: theirs.id, from: "first_contact", to: "needs", rank: RANK(3) });
  const [a, b] = [await filled(ours.id), await filled(theirs.id)];
  if (a !== b) throw new Error(`the floor saves other rows than the product:\n${a}\n${b}`);
  product.close();
  floor.close();
}

async function againstFloor() {
  const rows = [];
  const [product, floor] = [client("product", small), client("floor", small)];
  const compare = async (what, bar, contenders, options) => {
    if (!wants(what)) return;
    say(what);
    const [own, least] = await byTurns(contenders, options);
    const ratio = own.median / least.median;
    rows.push({ cells: [what, spread(own), spread(least), times(ratio), `≤ ${bar} ×`], holds: ratio <= bar });
  };
  const { batches } = await watch("GET", "/api/v1/records/deal");
  await floor.send("POST", "/statement", batches[0][1]);
  await tellBeside(floor);
  await sameRows();
  await compare("list of 50 deals", 1.5, [
    async () => (await product.ask("GET", "/api/v1/records/deal")).ms,
    async () => (await floor.ask("GET", "/list")).ms,
  ], { rounds: 400 });
  await compare("create a deal", 1.5, [
    (at) => command(product, commands(createAction(newDeal(at)))),
    async (at) => (await floor.ask("POST", "/create", { ...newDeal(at), command: uuid(), rank: RANK(at) })).ms,
  ]);
  // Each contender has a card of its own that goes to and fro.
  const cards = [0, 1].map((at) => ({ id: dealId(at * 7 + 3), stage: stageOf(at * 7 + 3) }));
  const step = (card, at) => {
    const from = card.stage;
    card.stage = OPEN[(OPEN.indexOf(from) + 1) % OPEN.length];
    return { from, to: card.stage, rank: RANK(at) };
  };
  await compare("move a deal to another stage", 1.5, [
    (at) => command(product, commands({ do: "move_stage", entity: "deal", record: cards[0].id, ...step(cards[0], at) })),
    async (at) => (await floor.ask("POST", "/move", { command: uuid(), id: cards[1].id, ...step(cards[1], at) })).ms,
  ]);
  product.close();
  floor.close();
  return { title: "Worker against a minimal JavaScript Worker", columns: ["request (1,000 deals stored)", "product, p10 / median / p95 ms", "floor, p10 / median / p95 ms", "ratio", "bar"], rows };
}

async function growth() {
  const rows = [];
  const by = { administrator: "cookie", "manager of one team in four": "manager" };
  const requests = [
    ["list, newest change first", "/api/v1/records/deal"],
    ["list, by name, page in the middle", "/api/v1/records/deal?sort=name", "middle"],
    ["list of one stage, by rank", `/api/v1/records/deal?sort=rank&filter=${encodeURIComponent('["=",["field","stage"],"needs"]')}`],
    ["list by a field of the workspace's own, every twentieth has it", ofBand(7)],
    ["list by a field of the workspace's own, nobody has it", ofBand(99), "whole"],
    ["board, 20 cards a stage", "/api/v1/board/sales"],
    ["search, one deal has it", "/api/v1/search?q=deal000777"],
    ["search, a word of every twentieth", "/api/v1/search?q=garnet"],
    ["search, nothing has it", "/api/v1/search?q=zzyzx"],
    ["one lane of the board, of an account", `/api/v1/board/sales?limit=30&filter=${encodeURIComponent(JSON.stringify(["=", ["field", "account"], accountId(3)]))}`],
    ["totals of the board", "/api/v1/totals/deal?group=stage&sum=amount", "totals"],
    ["totals of its lanes, by owner", "/api/v1/totals/deal?group=owner&sum=amount", "totals"],
  ];
  for (const [role, cookie] of Object.entries(by)) {
    const [few, many] = [client("product", small, cookie), client("product", large, cookie)];
    for (const [what, path, kind] of requests) {
      const name = `${what} (${role})`;
      if (!wants(name)) continue;
      say(name);
      const paths = kind === "middle" ? [await middle(few, path, 4), await middle(many, path, 40)] : [path, path];
      const turn = (sender, at) => async () => (await sender.ask("GET", paths[at])).ms;
      const [one, hundred] = await byTurns([turn(few, 0), turn(many, 1)], { warm: 10, rounds: 120 });
      const ratio = hundred.median / one.median;
      // Exact totals have to look at every row; their bar is another one, below. So has a filter on what no index knows,
      // where nothing fits.
      const bar = kind === "totals" || kind === "whole" ? "" : "≤ 1.3 ×";
      rows.push({ cells: [name, spread(one), spread(hundred), times(ratio), bar], holds: bar ? ratio <= 1.3 : null });
    }
    few.close();
    many.close();
  }
  return { title: "100,000 deals against 1,000", columns: ["request", "1,000 deals, p10 / median / p95 ms", "100,000 deals, p10 / median / p95 ms", "ratio", "bar"], rows };
}

/** The list of the deals of a band (`BAND`). */
function ofBand(band) {
  return `/api/v1/records/deal?filter=${encodeURIComponent(JSON.stringify(["=", ["field", BAND], band]))}`;
}

/** One command of a bulk change: so many deals at once, of few and of many. */
async function bulkChange() {
  const COUNT = 200;
  const what = `${COUNT} deals changed by one command of a bulk change`;
  const rows = [];
  if (!wants(what)) return { title: "Many at once", columns: ["change"], rows };
  say(what);
  const senders = [client("product", small), client("product", large)];
  // Deals that nothing else here changes, from the far end.
  const ids = [small, large].map(({ deals }) => Array.from({ length: COUNT }, (_, at) => dealId(deals - 1 - at)));
  const turn = (which) => (round) => {
    const change = (id) => ({ do: "update", entity: "deal", record: id, base_version: round + 1, values: { note: `round ${round}` } });
    return command(senders[which], commands(...ids[which].map(change)));
  };
  const [one, hundred] = await byTurns([turn(0), turn(1)], { warm: 2, rounds: 12 });
  const ratio = hundred.median / one.median;
  rows.push({ cells: [what, spread(one), spread(hundred), times(ratio), "≤ 1.3 ×"], holds: ratio <= 1.3 });
  senders.forEach((sender) => sender.close());
  return { title: "Many at once", columns: ["change", "1,000 deals, p10 / median / p95 ms", "100,000 deals, p10 / median / p95 ms", "ratio", "bar"], rows };
}

/** The address of a page some pages on. */
async function middle(sender, path, pages) {
  let next = "";
  for (let page = 0; page < pages; page++) {
    const { json } = await sender.ask("GET", path + next);
    next = `&after=${encodeURIComponent(json.next)}`;
  }
  return path + next;
}

async function exactTotals() {
  const rows = [];
  for (const [role, cookie] of [["administrator", "cookie"], ["manager of one team in four", "manager"]]) {
    const name = `exact totals of the board (${role})`;
    if (!wants(name)) continue;
    say(name);
    const [product, floor] = [client("product", large, cookie), client("floor", large, cookie)];
    const [own, least] = await byTurns([
      async () => (await product.ask("GET", "/api/v1/totals/deal?group=stage&sum=amount")).ms,
      async () => (await floor.ask("GET", "/session")).ms,
    ], { warm: 10, rounds: 120 });
    const above = own.median - least.median;
    rows.push({ cells: [name, spread(own), spread(least), `${ms(above)} ms`, "≤ 25 ms"], holds: above <= 25 });
    product.close();
    floor.close();
  }
  return { title: "Exact totals at 100,000 deals", columns: ["request", "product, p10 / median / p95 ms", "floor (session check alone), p10 / median / p95 ms", "above the floor", "bar"], rows };
}

async function roundTrips() {
  const rows = [];
  const deal = newDeal(9);
  const touch = { do: "log_touch", record: uuid(), entity: "deal", subject: dealId(5), values: { kind: "call" }, next_touch: { date: "2030-01-02" } };
  const hot = [
    ["list", 1, "GET", "/api/v1/records/deal"],
    ["board", 1, "GET", "/api/v1/board/sales"],
    ["totals", 1, "GET", "/api/v1/totals/deal?group=stage&sum=amount"],
    ["a further page of a column", 1, "GET", `/api/v1/records/deal?sort=rank&limit=200&filter=${encodeURIComponent('["in",["field","stage"],["needs"]]')}`],
    ["one lane of the board", 1, "GET", `/api/v1/board/sales?limit=30&filter=${encodeURIComponent(JSON.stringify(["=", ["field", "account"], accountId(3)]))}`],
    ["totals of the lanes", 1, "GET", "/api/v1/totals/deal?group=owner&sum=amount"],
    ["Today", 1, "GET", "/api/v1/today"],
    ["a month of the calendar", 1, "GET", "/api/v1/agenda?from=2030-01-01&to=2030-01-31"],
    ["search", 1, "GET", "/api/v1/search?q=garnet"],
    ["one record", 1, "GET", `/api/v1/records/deal/${dealId(5)}`],
    ["timeline", 1, "GET", `/api/v1/records/deal/${dealId(5)}/timeline`],
    ["changes since", 1, "GET", "/api/v1/changes?after=0"],
    ["create a deal", 2, "POST", "/api/v1/commands", commands(createAction(deal))],
    ["move it", 2, "POST", "/api/v1/commands", commands({ do: "move_stage", entity: "deal", record: deal.id, from: "first_contact", to: "needs" })],
    ["log a touch", 2, "POST", "/api/v1/commands", commands(touch)],
  ];
  for (const [what, bar, method, path, body] of hot) {
    const { batches } = await watch(method, path, body);
    const statements = batches.map((batch) => batch.length).join(" + ");
    rows.push({ cells: [what, String(batches.length), statements, `${bar}`], holds: batches.length <= bar });
  }
  return { title: "Round trips to the database", columns: ["path", "round trips", "statements in each", "bar"], rows };
}

const sections = [];
if (wants("round trips")) sections.push(await roundTrips());
sections.push(await againstFloor(), await growth(), await bulkChange(), await exactTotals());
await runtime.stop();
console.log(JSON.stringify({ sections: sections.filter((section) => section.rows.length > 0) }));
