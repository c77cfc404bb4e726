// Work in a list: finding the right rows, keeping the question, changing many at once, taking them along.
import { readFileSync } from "node:fs";

import type { Locator } from "@playwright/test";

import { expect, test } from "./fixtures";
import type { Person } from "./steps";

const NAMES = ["蓝鲸科技", "昆仑仪器", "Harbor Foods", "北斗物流", "Cedar Mills", "青禾农业"];

/** Customers of which every second has a website, all owned by me. */
async function someCustomers(me: Person): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, name] of NAMES.entries()) {
    const values = { name, employees: (at + 1) * 100, ...(at % 2 ? { website: `w${at}.example` } : {}) };
    ids.push(await me.has("account", values));
  }
  return ids;
}

function rows(me: Person): Locator {
  return me.page.getByRole("link", { name: new RegExp(NAMES.join("|")) });
}

async function openBuilder(me: Person): Promise<Locator> {
  await me.press(me.page.getByRole("button", { name: new RegExp(`^${me.t("action.filter")}`) }));
  const sheet = me.sheet(me.t("filter.title"));
  await expect(sheet).toBeVisible();
  return sheet;
}

/** The last rule of the builder asks about a field. */
async function ask(me: Person, sheet: Locator, field: string, operator: string, value?: string): Promise<void> {
  const { t } = me;
  await sheet.getByLabel(t("filter.field"), { exact: true }).last().selectOption({ label: field });
  await sheet.getByLabel(t("filter.operator"), { exact: true }).last().selectOption({ label: t(`filter.op.${operator}`) });
  if (value !== undefined) await sheet.getByLabel(t("filter.value"), { exact: true }).last().fill(value);
}

test("builds a filter in plain words, shares its link, and takes parts of it out @tablet @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await someCustomers(me);
  const employees = await labelOf(me, "account", "employees");
  await page.goto("/records/account");
  await expect(rows(me)).toHaveCount(6);
  await expect(page.getByText(t("list.count", { count: 6 }))).toBeVisible();

  const sheet = await openBuilder(me);
  await ask(me, sheet, employees, "at_least", "abc");
  await me.press(me.button(t("filter.apply"), sheet));
  // What is no number is said at its place, and the list waits.
  await expect(sheet.getByText(t("problem.not_number"))).toBeVisible();
  await sheet.getByLabel(t("filter.value"), { exact: true }).last().fill("200");
  await me.press(me.button(t("filter.add"), sheet));
  await ask(me, sheet, me.called("account.website"), "filled");
  await me.press(me.button(t("filter.apply"), sheet));
  await expect(sheet).toBeHidden();
  await expect(rows(me)).toHaveCount(3);
  await expect(page.getByText(t("list.count", { count: 3 }))).toBeVisible();
  const sentence = t("filter.says.at_least", { field: employees, a: "200" });
  await expect(me.button(sentence)).toBeVisible();

  // The link shows the same to whoever opens it.
  await page.goto(page.url());
  await expect(rows(me)).toHaveCount(3);
  await me.press(me.button(t("filter.remove", { rule: sentence })));
  await expect(me.button(sentence)).toBeHidden();

  // One tap for the question of every day; a group for the odd one.
  await me.press(me.button(t("filter.clear")).or(me.button(t("filter.remove", { rule: t("filter.says.filled", { field: me.called("account.website") }) }))).first());
  await expect(rows(me)).toHaveCount(6);
  await me.press(me.button(t("filter.quick.no_next_step")));
  await expect(me.button(t("filter.quick.no_next_step"))).toHaveAttribute("aria-pressed", "true");
  await expect(rows(me)).toHaveCount(6);
  await me.press(me.button(t("filter.quick.overdue_touch")));
  await expect(page.getByText(t("list.no_match.title"))).toBeVisible();
  await me.press(me.button(t("list.show_all")));
  await expect(rows(me)).toHaveCount(6);
});

test.describe("a link that is wrong", () => {
  test("says what is wrong and shows the list all the same @desktop", async ({ me, page }) => {
    const { t } = me;
    await me.hasWorkspace();
    await someCustomers(me);
    for (const filter of ['{"', '["frobnicate",1]', '["=",["field","nothing"],1]', "7", '["and"']) {
      await page.goto(`/records/account?filter=${encodeURIComponent(filter)}`);
      await expect(rows(me)).toHaveCount(6);
      await expect(me.button(t("filter.broken.drop"))).toBeVisible();
    }
    await me.press(me.button(t("filter.broken.drop")));
    await expect(me.button(t("filter.broken.drop"))).toBeHidden();
    await page.goto("/records/account?view=nothing&sort=nothing&q=%E8%93%9D%E9%B2%B8");
    await expect(rows(me)).toHaveCount(1);
  });
});

test.describe("a list that cannot be read", () => {
  test.use({ expectedErrors: /Failed to load resource/ });

  test("says why a list cannot be read, and reads it at the next try @desktop", async ({ me, page }) => {
    const { t } = me;
    await me.hasWorkspace();
    await someCustomers(me);
    await page.route(/\/api\/v1\/records\/account(\?|$)/, (route) => route.abort());
    await page.goto("/records/account");
    const said = page.getByRole("alert").filter({ hasText: t("error.panel") });
    await expect(said).toContainText(t("error.offline"));
    await page.unroute(/\/api\/v1\/records\/account(\?|$)/);
    await me.press(me.button(t("action.retry"), said));
    await expect(rows(me).first()).toBeVisible();
    await expect(said).toHaveCount(0);
  });
});

test("saves what is shown as a view, shares it, and finds it again @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await someCustomers(me);
  const condition = JSON.stringify([">=", ["field", "employees"], 300]);
  await page.goto(`/records/account?filter=${encodeURIComponent(condition)}`);
  await expect(rows(me)).toHaveCount(4);
  await me.press(me.button(t("view.button", { name: t("list.filter.all") })));
  await me.press(me.button(t("view.new"), me.sheet(t("view.title"))));
  const form = me.sheet(t("view.new"));
  await me.field(t("view.name"), form).fill("三百人以上");
  await me.choose(t("view.who.everybody"), form);
  await me.press(me.button(t("action.save"), form));
  await expect(form).toBeHidden();
  await expect(me.button(t("view.button", { name: "三百人以上" }))).toBeVisible();

  await page.goto("/records/account?view=all");
  await expect(rows(me)).toHaveCount(6);
  await me.press(me.button(t("view.button", { name: t("list.filter.all") })));
  await me.press(me.sheet(t("view.title")).getByRole("button", { name: /三百人以上/ }));
  await expect(rows(me)).toHaveCount(4);
  const saved = (await me.list("saved_view")).map((body) => [body.values.name, body.values.shared]);
  expect(saved).toEqual([["三百人以上", "team"]]);

  // It can go, and come back.
  await me.press(me.button(t("view.button", { name: "三百人以上" })));
  await me.press(me.button(t("view.edit", { name: "三百人以上" }), me.sheet(t("view.title"))));
  await me.press(me.button(t("action.delete"), me.sheet(t("view.change"))));
  await expect(rows(me)).toHaveCount(6);
  // The toast of the deletion, not the one of the saving before it.
  await expect(me.toast(t("record.deleted.toast", { name: "三百人以上" }))).toBeVisible();
  await me.press(me.button(t("action.undo")).last());
  await expect(async () => expect(await me.list("saved_view")).toHaveLength(1)).toPass();
});

test("shares a view with a team of the tree @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await someCustomers(me);
  const sales = await me.has("team", { name: "销售部" });
  const east = await me.has("team", { name: "华东", parent: sales });
  await page.goto("/records/account?view=all");
  await me.press(me.button(t("view.button", { name: t("list.filter.all") })));
  await me.press(me.button(t("view.new"), me.sheet(t("view.title"))));
  const form = me.sheet(t("view.new"));
  await me.field(t("view.name"), form).fill("华东的客户");
  await me.choose(t("view.who.teams"), form);
  await me.press(me.button(t("action.save"), form));
  await expect(form.getByText(t("problem.view.no_team"))).toBeVisible();
  await me.press(form.getByRole("checkbox", { name: "销售部 / 华东", exact: true }));
  await me.press(me.button(t("action.save"), form));
  await expect(form).toBeHidden();
  await expect(me.button(t("view.button", { name: "华东的客户" }))).toBeVisible();
  const saved = async () => (await me.list("saved_view")).map(({ values }) => [values.shared, values.teams]);
  await expect.poll(saved).toEqual([["teams", east]]);

  // Whoever removes the team is told what ends with it.
  await page.goto("/settings/teams");
  await me.press(page.getByRole("button", { name: /^华东/ }));
  await expect(me.sheet("华东").getByText(t("effect.unshares", { count: 1 }))).toBeVisible();
});

test("hands a filtered list over in one go and takes it back whole @main", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const colleague = await me.has("user", { name: "陈晨", role: "rep", status: "inactive" });
  const ids = await someCustomers(me);
  for (let at = 0; at < 60; at++) ids.push(await me.has("account", { name: `${NAMES[at % 6]} ${at}`, employees: 1000 }));
  const owner = (await me.record("account", ids[0])).values.owner;
  const owners = async () => (await me.list("account")).filter((body) => body.values.owner === colleague).length;
  const condition = JSON.stringify([">=", ["field", "employees"], 300]);
  await page.goto(`/records/account?filter=${encodeURIComponent(condition)}`);
  await expect(page.getByText(t("list.count", { count: 64 }))).toBeVisible();
  if ((page.viewportSize()?.width ?? 0) < 1024) {
    await me.press(me.button(t("action.more")));
    await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("bulk.start")}`) }));
  } else {
    await page.getByRole("checkbox", { name: t("bulk.tick", { name: `${NAMES[5]} 59` }), exact: true }).check();
  }
  const bar = page.getByRole("region", { name: t("bulk.bar") });
  await me.press(me.button(t("bulk.page"), bar));
  await me.press(me.button(t("bulk.all", { count: 64 }), bar));
  await expect(bar.getByText(t("bulk.ticked", { count: 64 }))).toBeVisible();
  await me.press(me.button(t("bulk.assign"), bar));
  await me.press(me.sheet(t("record.assign")).getByRole("button", { name: /陈晨/ }));
  const report = me.sheet(t("bulk.title.assign", { name: "陈晨" }));
  await expect(report.getByText(t("bulk.done", { count: 64 }))).toBeVisible();
  expect(await owners()).toBe(64);

  await me.press(me.button(t("bulk.undo"), report));
  await expect(report.getByText(t("bulk.undone"))).toBeVisible();
  await expect(report.getByText(t("bulk.stat.taken_back"), { exact: true })).toBeVisible();
  await expect(report.getByText(t("bulk.stat.changed"), { exact: true })).toHaveCount(0);
  expect(await owners()).toBe(0);
  expect((await me.record("account", ids[2])).values.owner).toBe(owner);
});

test("names the rows that somebody else was faster with, and changes the others @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const ids = await someCustomers(me);
  // A socket that says nothing: the page does not hear of it in time.
  await page.routeWebSocket(/\/api\/v1\/live$/, () => {});
  await page.goto("/records/account");
  await expect(rows(me)).toHaveCount(6);
  // Between what the page has read and what it sends, a colleague sets the same field of one of them.
  const body = await me.record("account", ids[0]);
  await me.edits("account", ids[0], body.version, { source: "phone" });
  await me.ticksPage();
  await me.press(me.button(t("bulk.edit")));
  const sheet = me.sheet(t("bulk.edit"));
  const source = await labelOf(me, "account", "source");
  await sheet.getByLabel(t("bulk.field"), { exact: true }).selectOption({ label: source });
  await sheet.getByLabel(source, { exact: true }).selectOption({ index: 1 });
  await me.press(me.button(t("bulk.apply", { count: 6 }), sheet));
  const report = page.getByRole("dialog");
  await expect(report.getByText(t("bulk.done", { count: 5 }))).toBeVisible();
  await expect(report.getByText(t("bulk.changed_meanwhile"))).toBeVisible();
  expect((await me.record("account", ids[0])).values.source).toBe("phone");
});

test("exports the list as the file that its count promised @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await someCustomers(me);
  await me.has("account", { name: "=1+1", employees: 400 });
  const condition = JSON.stringify([">=", ["field", "employees"], 300]);
  await page.goto(`/records/account?filter=${encodeURIComponent(condition)}`);
  await expect(page.getByText(t("list.count", { count: 5 }))).toBeVisible();
  await me.press(me.button(t("action.more")));
  await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("export.title")}`) }));
  const sheet = me.sheet(t("export.title"));
  const coming = page.waitForEvent("download");
  await me.press(me.button(t("export.start", { count: 5 }), sheet));
  const file = await (await coming).path();
  const text = readFileSync(file, "utf8");
  expect(text.startsWith("\ufeff")).toBe(true);
  const lines = text.trimEnd().split("\r\n");
  expect(lines).toHaveLength(6);
  expect(lines.some((line) => line.startsWith("'=1+1"))).toBe(true);
  await expect(me.toast(t("export.done", { count: 5 }))).toBeVisible();
  const traces = await me.get<{ exports: { rows: number }[] }>("/api/v1/exports");
  expect(traces.exports.map((trace) => trace.rows)).toEqual([5]);
});

test("walks through the table with the arrow keys and edits a cell in place @desktop @desktop-only", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const ids = await someCustomers(me);
  await page.goto("/records/account?sort=name");
  const table = page.getByRole("grid");
  await expect(table).toBeVisible();
  await expectAccessible();

  const phone = table.getByRole("columnheader", { name: me.called("account.phone"), exact: true });
  await me.press(phone.getByRole("button"));
  await expect(phone).toHaveAttribute("aria-sort", "ascending");
  const cell = page.locator(`td[data-record="${ids[4]}"][data-field="phone"]`);
  // The new order may come while one is on the way, and takes the row along.
  await expect(async () => {
    await page.getByRole("link", { name: /Cedar Mills/ }).focus();
    for (let step = 0; step < 10 && !(await cell.evaluate((one) => one === document.activeElement)); step++) {
      await page.keyboard.press("ArrowRight");
    }
    await expect(cell).toBeFocused({ timeout: 1_000 });
  }).toPass();
  await page.keyboard.press("Enter");
  const editor = cell.getByRole("textbox");
  await expect(editor).toBeFocused();
  await editor.fill("12");
  await page.keyboard.press("Enter");
  await expect(cell.getByText(t("problem.not_phone"))).toBeVisible();
  await editor.fill("021 5888 1234");
  await page.keyboard.press("Enter");
  await expect(cell.getByRole("textbox")).toBeHidden();
  await expect(cell).toHaveText("02158881234");
  await expect(async () => expect((await me.record("account", ids[4])).values.phone).toBe("02158881234")).toPass();

  // Columns are chosen once and stay.
  await me.press(me.button(t("action.more")));
  await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("list.columns")}`) }));
  const sheet = me.sheet(t("list.columns"));
  await sheet.getByRole("checkbox", { name: me.called("account.phone"), exact: true }).uncheck();
  await me.choose(t("list.density.compact"), sheet);
  await me.press(me.button(t("action.close"), sheet));
  await expect(phone).toBeHidden();
  await page.reload();
  await expect(table).toBeVisible();
  await expect(phone).toBeHidden();
});

/** The name of a built-in field as the definitions have it. */
async function labelOf(me: Person, entity: string, field: string): Promise<string> {
  type Schema = { entities: { id: string; fields: { id: string; label: Record<string, string> }[] }[] };
  const schema = await me.get<Schema>("/api/v1/schema");
  const found = schema.entities.find((one) => one.id === entity)?.fields.find((one) => one.id === field);
  return found?.label[me.lang] ?? field;
}

test("keeps the list beside the record while one record after another is read @tablet @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await someCustomers(me);
  const condition = JSON.stringify([">=", ["field", "employees"], 300]);
  await page.goto(`/records/account?filter=${encodeURIComponent(condition)}`);
  await expect(page.getByText(t("list.count", { count: 4 }))).toBeVisible();
  const open = rows(me).first();
  await expect(open).toBeVisible();
  await me.press(open);
  const beside = page.getByRole("complementary", { name: t("entity.account.many"), exact: true });
  const inside = beside.getByRole("link", { name: new RegExp(NAMES.join("|")) });
  // The list as it was filtered, and where one is in it.
  await expect(inside).toHaveCount(4);
  await expect(beside.locator("[aria-current]")).toHaveCount(1);
  for (const at of [2, 0, 3]) {
    const text = (await inside.nth(at).innerText()).split("\n")[0];
    await me.press(inside.nth(at));
    await me.isOnRecord(text);
    await expect(inside).toHaveCount(4);
    await expect(inside.nth(at)).toHaveAttribute("aria-current", "page");
  }
  // Back leads through what was read, and the list stays.
  await page.goBack();
  await expect(beside).toBeVisible();
  await expect(inside).toHaveCount(4);
});

test("puts a tag on many customers that keep their own, and takes another off @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const ids = await someCustomers(me);
  const tagged = await me.has("account", { name: `${NAMES[0]} 2`, tags: ["老客户"] });
  const tags = async (id: string) => (await me.record("account", id)).values.tags;
  const field = await labelOf(me, "account", "tags");
  const tagAll = async (how: "add" | "remove", word: string, changed: number) => {
    await page.goto("/records/account");
    await expect(rows(me)).toHaveCount(7);
    await me.ticksPage();
    await me.press(me.button(t("bulk.edit")));
    const sheet = me.sheet(t("bulk.edit"));
    await sheet.getByLabel(t("bulk.field"), { exact: true }).selectOption({ label: field });
    await me.choose(t(`bulk.how.${how}`), sheet);
    await me.field(field, sheet).fill(word);
    await me.field(field, sheet).press("Enter");
    await me.press(me.button(t("bulk.apply", { count: 7 }), sheet));
    const report = me.sheet(t(`bulk.title.${how}`, { field, value: word }));
    await expect(report.getByText(t("bulk.done", { count: changed }))).toBeVisible();
  };
  await tagAll("add", "展会", 7);
  expect(await tags(tagged)).toEqual(["老客户", "展会"]);
  expect(await tags(ids[0])).toEqual(["展会"]);
  await tagAll("remove", "老客户", 1);
  expect(await tags(tagged)).toEqual(["展会"]);
  expect(await tags(ids[0])).toEqual(["展会"]);
});
