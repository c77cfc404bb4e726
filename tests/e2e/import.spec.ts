// Files as they come out of other systems, through the screens.
import { expect, test } from "./fixtures";
import type { Person } from "./steps";

const AGENTS = ["Moses Frase", "Darcel Schlecht", "Anna Snelling", "Cecily Lampkin", "Versie Hillebrand", "Zane Levy"];
const PRODUCTS = ["GTXPro", "GTX Pro", "GTX Basic", "MG Special"];
const COMPANIES = ["Cancity", "Isdom", "Hottechi", "Codehow", "Konex", "Zencorporation", "Bioholding", 'Beta, "Asia" Ltd'];
const ROWS = 300;
/** Its close date is no day of any year. */
const BROKEN = 137;

type Row = { stage: string; account: string; value: number; cells: string[] };

/** A pipeline with everything that is wrong with the real one: spellings, `null`, holes, and one row that cannot be. */
function pipeline(): Row[] {
  const day = (at: number) => `2017-0${1 + (at % 9)}-${String(1 + (at % 28)).padStart(2, "0")}`;
  return Array.from({ length: ROWS }, (_, at) => {
    const stage = ["Won", "Won", "Won", "Won", "Lost", "Lost", "Lost", "Engaging", "Engaging", "Prospecting"][at % 10];
    const over = stage === "Won" || stage === "Lost";
    const account = at % 7 === 3 ? "null" : COMPANIES[at % COMPANIES.length];
    const value = stage === "Won" ? 1000 + at : 0;
    const id = `${at.toString(36).toUpperCase().padStart(4, "0")}I7A6`;
    const engaged = stage === "Prospecting" ? "" : day(at);
    const closed = at === BROKEN ? "2017-02-30" : over ? day(at + 3) : "";
    const cells = [id, AGENTS[at % 6], PRODUCTS[at % 4], account, stage, engaged, closed, over ? String(value) : ""];
    return { stage, account, value, cells };
  });
}

function csv(lines: string[][]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** There is no encoder for it in Node; its decoder turned round. */
function gbk(text: string): Buffer {
  const decoder = new TextDecoder("gbk");
  const codes = new Map<string, number[]>();
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) codes.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
  }
  return Buffer.from([...text].flatMap((letter) => (letter < "\x80" ? [letter.charCodeAt(0)] : (codes.get(letter) ?? [0x3f]))));
}

async function choose(me: Person, name: string, buffer: Buffer): Promise<void> {
  await me.page.goto("/import");
  await expect(me.page.getByText(me.t("import.file.choose"))).toBeVisible();
  await me.page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });
  await expect(me.heading(me.t("import.map.columns"))).toBeVisible();
}

function stat(me: Person, number: number, label: string) {
  return me.page.getByText(new RegExp(`^${number}\\s*${me.t(label)}$`));
}

test("brings in a messy pipeline of three hundred deals, and takes it back @main", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const rows = pipeline();
  const header = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value".split(",");
  await choose(me, "sales_pipeline.csv", Buffer.from(csv([header, ...rows.map((row) => row.cells)])));

  // What the columns mean has been guessed.
  await expect(me.field(t("import.entity"))).toHaveValue("deal");
  const guesses = { sales_agent: "owner", product: "product", account: "account", deal_stage: "stage", engage_date: "engaged_on", close_date: "close_date", close_value: "amount" };
  for (const [column, field] of Object.entries(guesses)) {
    await expect(me.field(t("import.map.field_of", { column }))).toHaveValue(field);
  }
  await expect(page.getByRole("switch", { name: new RegExp(t("import.map.create_missing")) })).toBeChecked();
  await me.press(me.button(t("import.preview.start")));

  // The preview names the row that cannot be.
  await expect(stat(me, ROWS, "import.stat.rows")).toBeVisible();
  await expect(stat(me, ROWS - 1, "import.stat.ready")).toBeVisible();
  await expect(page.getByText("2017-02-30").first()).toBeVisible();

  let release = () => {};
  const held = new Promise<void>((go) => (release = go));
  await page.route("**/api/v1/commands", async (route) => {
    await held;
    await route.continue();
  });
  await me.press(me.button(t("import.start_rows", { count: ROWS - 1 })));
  await expect(page.getByRole("progressbar")).toBeVisible();
  release();
  await expect(me.button(t("import.undo"))).toBeVisible({ timeout: 60_000 });
  await expect(stat(me, ROWS - 1, "import.stat.created")).toBeVisible();
  await expect(stat(me, 1, "import.stat.refused")).toBeVisible();
  // The heading is the first line.
  await expect(page.getByRole("listitem").filter({ hasText: t("import.row", { row: BROKEN + 2 }) })).toContainText("2017-02-30");

  const good = rows.filter((_, at) => at !== BROKEN);
  const deals = await me.list("deal");
  expect(deals.length).toBe(good.length);
  const won = good.filter((row) => row.stage === "Won");
  const sum = won.reduce((sum, row) => sum + row.value, 0);
  const signed = deals.filter((deal) => deal.values.stage === "signed");
  expect(signed.length).toBe(won.length);
  expect(signed.reduce((sum, deal) => sum + (deal.values.amount as { amount: number }).amount, 0)).toBe(sum * 100);
  expect(deals.filter((deal) => deal.values.account === undefined).length).toBe(good.filter((row) => row.account === "null").length);
  expect((await me.list("account")).map((account) => account.values.name).sort()).toEqual([...COMPANIES].sort());
  expect((await me.list("product")).length).toBe(3);
  expect((await me.list("user")).length).toBe(AGENTS.length + 1);

  const report = page.url();
  await me.goTo("board");
  const count = (stage: string) => good.filter((row) => row.stage === stage).length;
  await expect(me.column("stage.signed")).toContainText(t("board.column.count", { count: won.length }));
  const short = (amount: number, unit: string) => `¥${amount.toFixed(1).replace(/\.0$/, "")}${unit}`;
  await expect(me.column("stage.signed")).toContainText(me.lang === "zh" ? short(sum / 10_000, "万") : short(sum / 1000, "K"));
  await expect(me.column("stage.lost")).toContainText(t("board.column.count", { count: count("Lost") }));
  await expect(me.column("stage.negotiation")).toContainText(t("board.column.count", { count: count("Engaging") }));
  await expect(me.column("stage.first_contact")).toContainText(t("board.column.count", { count: count("Prospecting") }));

  await page.goto(report);
  await me.press(page.getByRole("button", { name: /^sales_pipeline\.csv/ }));
  await me.press(me.button(t("import.undo")));
  const sure = me.sheet(t("import.undo.title"));
  await me.press(me.button(t("import.undo"), sure));
  await expect(page.getByText(t("import.undone"))).toBeVisible({ timeout: 60_000 });
  for (const entity of ["deal", "account", "product"]) expect(await me.list(entity), entity).toEqual([]);
  expect((await me.list("user")).length).toBe(1);
  await me.goTo("board");
  await expect(me.heading(t("board.empty.title"))).toBeVisible();
});

test("takes back on one device what was brought in on another", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace();
  const rows = ["蓝鲸科技", "昆仑仪器", "云杉精密"].map((name) => [name, "展会"]);
  await choose(me, "展会名单.csv", Buffer.from(csv([["客户名称", "备注"], ...rows])));
  await me.press(me.button(t("import.preview.start")));
  await me.press(me.button(t("import.start_rows", { count: 3 })));
  await expect(stat(me, 3, "import.stat.created")).toBeVisible({ timeout: 60_000 });
  // One of them is worked with before the mistake is noticed.
  const kept = (await me.list("account")).find((account) => account.values.name === "昆仑仪器");
  await me.edits("account", kept?.id ?? "", kept?.version ?? 0, { note: "已经联系" });

  const later = await another();
  later.email = me.email;
  await later.signIn();
  await later.page.goto("/import");
  // The name of the file is known only where it was read.
  const row = later.page.getByRole("button", { name: new RegExp(`^${t("entity.account.many")}`) });
  await expect(row).toContainText(t("import.past.created", { count: 3 }));
  await later.press(row);
  await expect(stat(later, 3, "import.stat.created")).toBeVisible();
  await later.press(later.button(t("import.undo")));
  await later.press(later.button(t("import.undo"), later.sheet(t("import.undo.title"))));
  await expect(later.page.getByText(t("import.undone_but", { count: 1 }))).toBeVisible({ timeout: 60_000 });
  // Its figures say what stands, not what once was.
  await expect(stat(later, 2, "import.stat.taken_back")).toBeVisible();
  await expect(stat(later, 1, "import.stat.kept")).toBeVisible();
  await expect(later.page.getByText(t("import.stat.created"), { exact: true })).toHaveCount(0);
  expect((await me.list("account")).map((account) => account.values.name)).toEqual(["昆仑仪器"]);

  // Where it was begun it says so, and offers it no second time.
  await page.goto("/import");
  const here = page.getByRole("button", { name: /^展会名单\.csv/ });
  await expect(here).toContainText(t("import.past.undone"));
  await me.press(here);
  await expect(me.heading("展会名单.csv")).toBeVisible();
  await expect(me.button(t("import.undo"))).toHaveCount(0);
});

test("brings in customers from an old Chinese spreadsheet", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const places = ["深圳", "苏州", "宁波", "成都"];
  const trades = ["蓝鲸科技", "昆仑仪器", "“云杉”精密", "东篱食品", "骐骥物流"];
  const names = Array.from({ length: 20 }, (_, at) => `${places[at % 4]}${trades[at % 5]}有限公司`);
  const lines = names.map((name, at) => [name, at % 2 ? "制造业" : "软件与信息技术", `0755-8888${1000 + at}`, String(50 + at), at % 3 ? "" : "老客户,介绍来的"]);
  await choose(me, "客户.csv", gbk(csv([["客户名称", "行业", "联系电话", "员工人数", "备注"], ...lines])));

  await expect(me.field(t("import.file.encoding"))).toHaveValue(/gb/i);
  await expect(me.field(t("import.entity"))).toHaveValue("account");
  for (const [column, field] of Object.entries({ 客户名称: "name", 行业: "industry", 联系电话: "phone", 员工人数: "employees", 备注: "note" })) {
    await expect(me.field(t("import.map.field_of", { column }))).toHaveValue(field);
  }
  await me.press(me.button(t("import.preview.start")));
  await expect(stat(me, 20, "import.stat.ready")).toBeVisible();
  await me.press(me.button(t("import.start_rows", { count: 20 })));
  await expect(stat(me, 20, "import.stat.created")).toBeVisible({ timeout: 60_000 });
  await me.press(me.link(t("import.open_list", { entity: t("entity.account.many") })));
  await expect(page.getByRole("link", { name: /苏州昆仑仪器有限公司/ })).toBeVisible();
  expect((await me.list("account")).map((account) => account.values.name).sort()).toEqual([...names].sort());
});

test("brings in people with their offices, then customers with a misspelt sector and a mother company @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const team = [
    ["Anna Snelling", "Dustin Brinkmann", "Central"],
    ["Cecily Lampkin", "Dustin Brinkmann", "Central"],
    ["Zane Levy", "Summer Sewald", "West"],
    ["Moses Frase", "Dustin Brinkmann", "Central"],
  ];
  const means = (column: string, field: string) => me.field(t("import.map.field_of", { column })).selectOption(field);
  await choose(me, "sales_teams.csv", Buffer.from(csv([["sales_agent", "manager", "regional_office"], ...team])));
  await me.field(t("import.entity")).selectOption("user");
  await means("sales_agent", "name");
  await means("manager", "manager");
  await means("regional_office", "team");
  await me.press(me.button(t("import.preview.start")));
  await expect(stat(me, team.length, "import.stat.ready")).toBeVisible();
  await me.press(me.button(t("import.start_rows", { count: team.length })));
  await expect(stat(me, team.length, "import.stat.created")).toBeVisible({ timeout: 60_000 });

  const users = await me.list("user");
  const user = (name: string) => users.find((body) => body.values.name === name);
  const teams = new Map((await me.list("team")).map((body) => [body.values.name, body.id]));
  expect([...teams.keys()].sort()).toEqual(["Central", "West"]);
  // The two managers came in as people too; nobody can sign in before an invitation.
  expect(users.length).toBe(1 + team.length + 2);
  for (const [name, manager, office] of team) {
    expect(user(name)?.values).toMatchObject({ status: "inactive", team: teams.get(office), manager: user(manager)?.id });
  }

  const accounts = [
    ["Acme Corporation", "technolgy", "1996", "1100.04", "2822", "United States", ""],
    ["Bluth Company", "technolgy", "1993", "1242.32", "3027", "United States", "Acme Corporation"],
    ["Betatech", "medical", "1986", "647.18", "1185", "Kenya", ""],
    ["Bubba Gump", "software", "2002", "987.39", "2253", "United States", "Inity"],
    ["Inity", "marketing", "1986", "2403.58", "8801", "United States", ""],
  ];
  const header = "account,sector,year_established,revenue,employees,office_location,subsidiary_of".split(",");
  await choose(me, "accounts.csv", Buffer.from(csv([header, ...accounts])));
  await expect(me.field(t("import.entity"))).toHaveValue("account");
  await means("sector", "industry");
  await means("revenue", "revenue");
  await means("employees", "employees");
  await means("subsidiary_of", "parent");
  // A column that nothing stands for yet becomes a field.
  await means("year_established", "+");
  await expect(me.field(t("import.map.field_of", { column: "year_established" }))).toHaveValue(/^f_/);
  // The misspelt word has been understood; a person may see and change how.
  await expect(me.field(t("import.words.word", { word: "technolgy", count: 2 }))).toHaveValue("software");
  await me.press(me.button(t("import.preview.start")));
  await expect(stat(me, accounts.length, "import.stat.ready")).toBeVisible();
  await me.press(me.button(t("import.start_rows", { count: accounts.length })));
  await expect(stat(me, accounts.length, "import.stat.created")).toBeVisible({ timeout: 60_000 });

  const found = await me.list("account");
  expect(found.length).toBe(accounts.length);
  const account = (name: string) => found.find((body) => body.values.name === name);
  for (const [name, sector, year, revenue, employees, , mother] of accounts) {
    const values = account(name)?.values ?? {};
    const own = Object.entries(values).find(([field]) => field.startsWith("f_"));
    expect(own?.[1], name).toBe(Number(year));
    expect(values).toMatchObject({
      industry: sector === "technolgy" ? "software" : sector,
      employees: Number(employees),
      revenue: { amount: Math.round(Number(revenue) * 100) },
    });
    // The mother may stand further down in the file.
    expect(values.parent, name).toBe(mother ? account(mother)?.id : undefined);
  }
  await me.press(me.link(t("import.open_list", { entity: t("entity.account.many") })));
  await expect(page.getByRole("link", { name: /Bluth Company/ })).toBeVisible();
});

test("brings in since when deals stand in their stage, as the preview shows, and what stood too long is known at once", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const rows = [
    ["商机名称", "阶段", "进入阶段"],
    ["三号产线检测仪", "商务谈判", "2025-01-06"],
    ["二期扩容", "商务谈判", ""],
  ];
  await choose(me, "商机.csv", Buffer.from(csv(rows)));
  await me.field(t("import.entity")).selectOption("deal");
  await expect(me.field(t("import.map.field_of", { column: "进入阶段" }))).toHaveValue("stage_since");
  await me.press(me.button(t("import.preview.start")));
  await expect(page.getByRole("columnheader", { name: "进入阶段", exact: true })).toBeVisible();
  await expect(page.getByRole("cell", { name: "2025-01-06", exact: true })).toBeVisible();
  await me.press(me.button(t("import.start_rows", { count: 2 })));
  await expect(stat(me, 2, "import.stat.created")).toBeVisible({ timeout: 60_000 });

  await page.goto("/board");
  await me.press(me.button(t("filter.quick.rotting")));
  await expect(me.column("stage.negotiation")).toContainText(t("board.column.count", { count: 1 }));
  await expect(me.card("三号产线检测仪", "stage.negotiation")).toBeAttached();
  await expect(me.card("二期扩容", "stage.negotiation")).toHaveCount(0);
});
