// Letters twice as large, as somebody sets them who could not read otherwise: nothing runs out of the page, and what one
// came for stays in reach.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "./fixtures";
import { PASSWORD, type Person } from "./steps";

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.fontSize = "200%";
    });
  });
});

/** A finger would arrive on it and on nothing above it. */
async function isInReach(target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  await target.tap({ trial: true });
}

async function isWithinThePage(page: Page): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  const [inner, scrolled] = await page.evaluate(() => [window.innerWidth, document.documentElement.scrollWidth]);
  expect([inner, scrolled], "as wide as the screen").toEqual([width, width]);
}

/** A sheet scrolls down, not sideways. */
async function isWithin(sheet: Locator): Promise<void> {
  const beyond = await sheet.locator(".sheet-body").evaluate((body) => body.scrollWidth - body.clientWidth);
  expect(beyond, "as wide as its sheet").toBe(0);
}

function link(me: Person, name: string): Locator {
  return me.page.getByRole("link", { name: new RegExp(name) }).first();
}

test("reads and works with letters twice as large", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "深圳市蓝鲸智能科技股份有限公司", phone: "0755 8888 6666", industry: "software" });
  const deal = await me.has("deal", { name: "三号产线检测仪", account, stage: "needs", amount: { amount: 12_000_000, currency: "CNY" } });
  await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });

  const lead = await me.has("lead", { name: "王芳", company: "海豚电子科技有限责任公司", email: "wang.fang@dolphin-electronics.example" });
  await me.has("team", { name: "华东" });
  await me.isWithout("account", await me.has("account", { name: "早先的客户" }));

  const screens: [string, Locator, Locator[]][] = [
    ["/", link(me, "寄样品"), [me.button(t("nav.add"))]],
    ["/board", me.column("stage.needs"), [me.button(t("nav.add"))]],
    ["/records/account", link(me, "深圳市蓝鲸"), [link(me, "深圳市蓝鲸"), me.button(t("action.more"))]],
    [`/records/deal/${deal}`, me.heading(t("record.timeline")), [me.button(t("add.touch"))]],
    ["/records/account/new", me.field(me.called("account.name")), [me.field(me.called("account.name")), me.button(t("action.save"))]],
    ["/search", me.field(t("search.placeholder")), [me.field(t("search.placeholder"))]],
    ["/more", me.heading(t("more.records")), [link(me, t("settings.sessions"))]],
    ["/settings/fields/account", me.heading(t("definition.title")), [me.button(t("definition.add"))]],
    ["/settings/roles/manager", me.heading(t("roles.hidden")), []],
    ["/settings/roles", page.locator('a[href="/settings/roles/manager"]'), [me.button(t("roles.add"))]],
    ["/settings/pipelines", page.getByText(me.called("stage.needs")), [me.button(t("definition.order"))]],
    ["/settings/teams", me.button(t("teams.add_below", { name: "华东" })), [me.button(t("teams.add_below", { name: "华东" }))]],
    ["/settings/members", me.heading(t("members.active")), [me.button(t("members.invite"))]],
    ["/settings/workspace", me.heading(t("rates.title")), []],
    ["/more/appearance", me.chip(t("settings.theme.dark")), [me.chip(t("settings.theme.dark"))]],
    ["/more/sessions", page.getByText(t("sessions.current")), []],
    ["/more/password", me.field(t("settings.password.old")), [me.field(t("settings.password.old"))]],
    [`/records/lead/${lead}/convert`, page.getByRole("region", { name: t("convert.carried"), exact: true }), [me.button(t("convert.action"))]],
    ["/records/account/deleted", page.getByText("早先的客户"), [me.button(t("deleted.restore", { name: "早先的客户" }))]],
  ];
  for (const [path, shown, buttons] of screens) {
    await test.step(path, async () => {
      await page.goto(path);
      await expect(shown).toBeVisible();
      await isWithinThePage(page);
      for (const button of buttons) await isInReach(button);
      await expectAccessible();
    });
  }
  await test.step("the sheet of a touch", async () => {
    await me.openRecord("deal", deal);
    await me.press(me.button(t("add.touch")));
    const sheet = me.sheet(t("touch.title"));
    await expect(me.chip(t("touch.kind.visit"), sheet)).toBeVisible();
    await isWithinThePage(page);
    await isInReach(me.field(t("touch.note"), sheet));
    await isInReach(me.button(t("touch.save"), sheet));
    await expectAccessible();
  });
});

test("imports, filters and decides a conflict with letters twice as large", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "深圳市蓝鲸智能科技股份有限公司", website: "lanjing.cn" });
  await test.step("the filter builder", async () => {
    await page.goto("/records/account");
    await expect(link(me, "深圳市蓝鲸")).toBeVisible();
    await me.press(page.getByRole("button", { name: new RegExp(`^${t("action.filter")}`) }));
    const sheet = me.sheet(t("filter.title"));
    await me.press(me.button(t("filter.add_group"), sheet));
    await isWithinThePage(page);
    await isWithin(sheet);
    await isInReach(sheet.getByLabel(t("filter.value"), { exact: true }).last());
    await isInReach(me.button(t("filter.apply"), sheet));
  });
  await test.step("the bar of ticked rows", async () => {
    await page.goto("/records/account");
    await me.press(me.button(t("action.more")));
    await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("bulk.start")}`) }));
    await me.press(me.button(t("bulk.page")));
    await isWithinThePage(page);
    await isInReach(me.button(t("bulk.assign")));
    await isInReach(me.button(t("bulk.edit")));
  });
  await test.step("the steps of an import", async () => {
    await page.goto("/import");
    await expect(page.getByText(t("import.file.choose"))).toBeVisible();
    await isWithinThePage(page);
    const buffer = Buffer.from("客户名称,电话,备注\r\n鲸云网络,0755 1234 5678,展会\r\n海豚电子,没有电话,\r\n");
    await page.locator("input[type=file]").setInputFiles({ name: "accounts.csv", mimeType: "text/csv", buffer });
    await expect(me.heading(t("import.map.columns"))).toBeVisible();
    await isWithinThePage(page);
    await isInReach(me.field(t("import.map.field_of", { column: "备注" })));
    await me.field(t("import.map.field_of", { column: "电话" })).selectOption("phone");
    await me.press(me.button(t("import.preview.start")));
    const start = me.button(t("import.start_rows", { count: 1 }));
    await expect(start).toBeVisible();
    await isWithinThePage(page);
    await me.press(start);
    await expect(me.button(t("import.undo")).first()).toBeVisible();
    await isWithinThePage(page);
    await expectAccessible();
    await me.press(me.button(t("import.undo")).first());
    await isInReach(me.button(t("import.undo"), me.sheet(t("import.undo.title"))));
  });
  await test.step("the sheet of a conflict", async () => {
    await me.openRecord("account", account);
    await me.press(me.button(t("action.edit")));
    await me.field(me.called("account.name")).fill("蓝鲸集团");
    await me.field(me.called("account.website")).fill("mine.whale-robotics.example");
    const { version } = await me.record("account", account);
    await me.edits("account", account, version, { name: "蓝鲸股份", website: "theirs.whale-robotics.example" });
    await me.save();
    const sheet = me.sheet(t("conflict.title"));
    await expect(sheet).toContainText("蓝鲸股份");
    await isWithinThePage(page);
    await isWithin(sheet);
    await isInReach(sheet.getByRole("radio").last());
    await isInReach(me.button(t("conflict.keep_all_theirs"), sheet));
    await isInReach(me.button(t("conflict.keep_chosen"), sheet));
    await expectAccessible();
  });
});

test.describe("at the entrance", () => {
  // What is asked without a session is answered with.
  test.use({ expectedErrors: /status of 401/ });

  test("comes in with letters twice as large", async ({ me, page, another, expectAccessible }) => {
    const { t } = me;
    await me.hasWorkspace("深圳市昆仑精密仪器股份有限公司");
    const host = await another();
    await host.hasWorkspace("North Star Electromechanical Company");
    const invitation = await host.post<{ path: string }>("/api/v1/invitations", { name: "林小满", email: me.email, role: "rep" });
    await page.context().clearCookies();
    const password = me.field(t("auth.field.password"));
    for (const [path, submit] of [
      ["/sign-up", "auth.sign_up.submit"],
      ["/reset/over", "auth.reset.submit"],
      [invitation.path, "auth.join.submit"],
    ]) {
      await page.goto(path);
      await expect(password).toBeVisible();
      await isWithinThePage(page);
      await isInReach(password);
      await isInReach(me.button(t(submit)));
      await expectAccessible();
    }
    await password.fill(PASSWORD);
    await me.press(me.button(t("auth.join.submit")));
    await me.isOnToday();
    await page.context().clearCookies();
    await page.goto("/sign-in");
    await me.field(t("auth.field.email")).fill(me.email);
    await password.fill(PASSWORD);
    await me.press(me.button(t("auth.sign_in.submit")));
    const workspace = me.button("North Star Electromechanical Company");
    await expect(workspace).toBeVisible();
    await isWithinThePage(page);
    await isInReach(workspace);
    await expectAccessible();
  });
});
