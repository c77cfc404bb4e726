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
      const lead = await me.has("lead", { name: "王芳", company: "海豚电子", phone: "138 0013 8000" });
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
        ["/more/password", () => expect(me.field(t("settings.password.old"))).toBeVisible()],
        [`/records/lead/${lead}/convert`, () => expect(page.getByRole("region", { name: t("convert.carried"), exact: true })).toBeVisible()],
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
      await test.step("the palette", async () => {
        await page.goto("/board");
        await expect(me.card("三号产线检测仪", "stage.needs")).toBeAttached();
        await page.keyboard.press("Control+k");
        const palette = me.sheet(t("palette.title"));
        await expect(palette.getByRole("option").first()).toBeVisible();
        await expectAccessible();
      });
      await test.step("the filter builder", async () => {
        await page.goto("/records/account");
        await expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible();
        await me.press(page.getByRole("button", { name: new RegExp(`^${t("action.filter")}`) }));
        await expect(me.sheet(t("filter.title")).getByLabel(t("filter.field"), { exact: true })).toBeVisible();
        await expectAccessible();
      });
      await test.step("the bar of ticked rows", async () => {
        await page.goto("/records/account");
        await expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible();
        if ((page.viewportSize()?.width ?? 0) < 1024) {
          await me.press(me.button(t("action.more")));
          await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("bulk.start")}`) }));
          await me.press(me.button(t("bulk.page")));
        } else {
          await page.getByRole("checkbox", { name: t("bulk.page") }).check();
        }
        const bar = page.getByRole("region", { name: t("bulk.bar") });
        await expect(bar.getByText(t("bulk.ticked", { count: 1 }))).toBeVisible();
        await expectAccessible();
      });
      await test.step("the steps of an import", async () => {
        await page.goto("/import");
        await expect(page.getByText(t("import.file.choose"))).toBeVisible();
        const buffer = Buffer.from("客户名称,电话,备注\r\n鲸云网络,0755 1234 5678,展会\r\n海豚电子,没有电话,\r\n");
        await page.locator("input[type=file]").setInputFiles({ name: "accounts.csv", mimeType: "text/csv", buffer });
        await expect(me.heading(t("import.map.columns"))).toBeVisible();
        await expectAccessible();
        await me.press(me.button(t("import.preview.start")));
        await expect(page.getByText(new RegExp(`^2\\s*${t("import.stat.rows")}$`))).toBeVisible();
        await expectAccessible();
      });
    });
  });
}
