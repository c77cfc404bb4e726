// Letters twice as large, as somebody sets them who could not read otherwise: nothing runs out of the page, and what one
// came for stays in reach.
import type { Locator } from "@playwright/test";

import { expect, test } from "./fixtures";

test("reads and works with letters twice as large", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await page.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.fontSize = "200%";
    });
  });
  await me.hasWorkspace();
  const account = await me.has("account", { name: "深圳市蓝鲸智能科技股份有限公司", phone: "0755 8888 6666", industry: "software" });
  const deal = await me.has("deal", { name: "三号产线检测仪", account, stage: "needs", amount: { amount: 12_000_000, currency: "CNY" } });
  await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });

  /** A finger would arrive on it and on nothing above it. */
  const isInReach = async (target: Locator) => {
    await target.scrollIntoViewIfNeeded();
    await target.tap({ trial: true });
  };
  const isWithinThePage = async () => {
    const width = page.viewportSize()?.width ?? 0;
    const [inner, scrolled] = await page.evaluate(() => [window.innerWidth, document.documentElement.scrollWidth]);
    expect([inner, scrolled], "as wide as the screen").toEqual([width, width]);
  };
  const row = (name: string) => page.getByRole("link", { name: new RegExp(name) }).first();

  const screens: [string, Locator, Locator[]][] = [
    ["/", row("寄样品"), [me.button(t("nav.add"))]],
    ["/board", me.column("stage.needs"), [me.button(t("nav.add"))]],
    ["/records/account", row("深圳市蓝鲸"), [row("深圳市蓝鲸"), me.button(t("action.more"))]],
    [`/records/deal/${deal}`, me.heading(t("record.timeline")), [me.button(t("add.touch"))]],
    ["/records/account/new", me.field(me.called("account.name")), [me.field(me.called("account.name")), me.button(t("action.save"))]],
    ["/search", me.field(t("search.placeholder")), [me.field(t("search.placeholder"))]],
    ["/more", me.heading(t("more.records")), [row(t("settings.sessions"))]],
    ["/settings/fields/account", me.heading(t("definition.title")), [me.button(t("definition.add"))]],
    ["/settings/roles/manager", me.heading(t("roles.hidden")), []],
  ];
  for (const [path, shown, buttons] of screens) {
    await test.step(path, async () => {
      await page.goto(path);
      await expect(shown).toBeVisible();
      await isWithinThePage();
      for (const button of buttons) await isInReach(button);
      await expectAccessible();
    });
  }
  await test.step("the sheet of a touch", async () => {
    await me.openRecord("deal", deal);
    await me.press(me.button(t("add.touch")));
    const sheet = me.sheet(t("touch.title"));
    await expect(me.chip(t("touch.kind.visit"), sheet)).toBeVisible();
    await isWithinThePage();
    await isInReach(me.field(t("touch.note"), sheet));
    await isInReach(me.button(t("touch.save"), sheet));
    await expectAccessible();
  });
});
