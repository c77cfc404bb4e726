// Every kind of screen, light and dark, against the rules that can be checked by a machine.
import { expect, test } from "./fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("reads every screen at the entrance @desktop", async ({ me, page, expectAccessible }) => {
      for (const path of ["/sign-in", "/sign-up"]) {
        await page.goto(path);
        await expect(me.field(me.t("auth.field.password"))).toBeVisible();
        await expectAccessible();
      }
    });

    test("reads every screen of the app @desktop", async ({ me, page, expectAccessible }) => {
      const { t } = me;
      await me.hasWorkspace();
      const account = await me.has("account", { name: "蓝鲸科技", phone: "0755 8888 6666", industry: "software" });
      const deal = await me.has("deal", { name: "三号产线检测仪", account, stage: "needs", amount: { amount: 12_000_000, currency: "CNY" } });
      await me.has("team", { name: "华东" });
      await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });
      const screens: [string, () => Promise<void>][] = [
        ["/", () => expect(page.getByRole("link", { name: /寄样品/ })).toBeVisible()],
        ["/board", () => expect(me.card("三号产线检测仪", "stage.needs")).toBeAttached()],
        ["/records/account", () => expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible()],
        [`/records/deal/${deal}`, () => me.isOnRecord("三号产线检测仪")],
        ["/records/deal/new", () => expect(me.field(me.called("deal.name"))).toBeVisible()],
        ["/search?q=%E8%93%9D%E9%B2%B8", () => expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible()],
        ["/more", () => expect(me.heading(t("more.records"))).toBeVisible()],
        ["/more/appearance", () => expect(me.chip(t("settings.theme.dark"))).toBeVisible()],
        ["/more/sessions", () => expect(page.getByText(t("sessions.current"))).toBeVisible()],
        ["/settings/members", () => expect(me.heading(t("members.active"))).toBeVisible()],
        ["/settings/fields/deal", () => expect(me.heading(t("definition.title"))).toBeVisible()],
        ["/settings/pipelines", () => expect(page.getByText(me.called("stage.needs"))).toBeVisible()],
        ["/settings/roles", () => expect(page.locator('a[href="/settings/roles/manager"]')).toBeVisible()],
        ["/settings/roles/manager", () => expect(me.heading(t("roles.hidden"))).toBeVisible()],
        ["/settings/teams", () => expect(me.button(t("teams.add_below", { name: "华东" }))).toBeVisible()],
        ["/settings/workspace", () => expect(me.heading(t("rates.title"))).toBeVisible()],
        ["/import", () => expect(page.getByText(t("import.file.choose"))).toBeVisible()],
      ];
      for (const [path, shown] of screens) {
        await test.step(path, async () => {
          await page.goto(path);
          await shown();
          await expectAccessible();
        });
      }
      await test.step("the sheet of a touch", async () => {
        await me.openRecord("deal", deal);
        await me.press(me.button(t("add.touch")));
        await expect(me.chip(t("touch.kind.visit"))).toBeVisible();
        await expectAccessible();
      });
    });
  });
}
