// Every kind of screen, light and dark, against the rules that can be checked by a machine.
import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test.describe("at the entrance", () => {
      // What links that are over are answered with.
      test.use({ expectedErrors: /status of 4(0[014]|22)/ });

      test("reads every screen at the entrance @desktop", async ({ me, page, another, expectAccessible }) => {
        const { t } = me;
        const password = me.field(t("auth.field.password"));
        for (const path of ["/sign-in", "/sign-up", "/reset/over"]) {
          await page.goto(path);
          await expect(password).toBeVisible();
          await expectAccessible();
        }
        await test.step("a link that is over", async () => {
          await password.fill(PASSWORD);
          await me.press(me.button(t("auth.reset.submit")));
          await expect(page.getByRole("alert")).toBeVisible();
          await expectAccessible();
          await page.goto("/join/over");
          await expect(page.getByText(t("auth.join.invalid"))).toBeVisible();
          await expectAccessible();
        });
        await test.step("an invitation", async () => {
          await me.hasWorkspace();
          const host = await another();
          await host.hasWorkspace("北辰机电");
          const invitation = await host.post<{ path: string }>("/api/v1/invitations", { name: "林小满", email: me.email, role: "rep" });
          await page.context().clearCookies();
          await page.goto(invitation.path);
          await expect(me.heading(t("auth.join.title", { workspace: "北辰机电" }))).toBeVisible();
          await expectAccessible();
          await password.fill(PASSWORD);
          await me.press(me.button(t("auth.join.submit")));
          await me.isOnToday();
        });
        await test.step("the choice between workspaces", async () => {
          await page.context().clearCookies();
          await page.goto("/sign-in");
          await me.field(t("auth.field.email")).fill(me.email);
          await password.fill(PASSWORD);
          await me.press(me.button(t("auth.sign_in.submit")));
          await expect(me.button("北辰机电")).toBeVisible();
          await expectAccessible();
        });
      });
    });

    test("reads every screen of the app @desktop", async ({ me, page, expectAccessible }) => {
      const { t } = me;
      await me.hasWorkspace();
      const account = await me.has("account", { name: "蓝鲸科技", phone: "0755 8888 6666", industry: "software" });
      const deal = await me.has("deal", { name: "三号产线检测仪", account, stage: "needs", amount: { amount: 12_000_000, currency: "CNY" } });
      const lead = await me.has("lead", { name: "王芳", company: "海豚电子", phone: "138 0013 8000" });
      await me.isWithout("account", await me.has("account", { name: "早先的客户" }));
      await me.has("team", { name: "华东" });
      await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });
      const screens: [string, () => Promise<void>][] = [
        ["/", () => expect(page.getByRole("link", { name: /寄样品/ })).toBeVisible()],
        ["/calendar?view=week", () => expect(me.button(t("calendar.after"))).toBeVisible()],
        ["/calendar?view=month&day=2026-01-05", () => expect(page.getByText(t("calendar.nothing")).or(page.getByRole("button", { name: /寄样品/ }).first())).toBeVisible()],
        ["/board", () => expect(me.card("三号产线检测仪", "stage.needs")).toBeAttached()],
        ["/records/account", () => expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible()],
        [`/records/deal/${deal}`, () => me.isOnRecord("三号产线检测仪")],
        ["/records/account/deleted", () => expect(me.button(t("deleted.restore", { name: "早先的客户" }))).toBeVisible()],
        ["/records/deal/new", () => expect(me.field(me.called("deal.name"))).toBeVisible()],
        ["/search?q=%E8%93%9D%E9%B2%B8", () => expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible()],
        ["/more", () => expect(me.heading(t("more.records"))).toBeVisible()],
        ["/more/appearance", () => expect(me.chip(t("settings.theme.dark"))).toBeVisible()],
        ["/more/reminders", () => expect(me.heading(t("reminders.kinds"))).toBeVisible()],
        ["/notifications", () => expect(me.heading(t("bell.empty.title"))).toBeVisible()],
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
    });

    test("reads every sheet and every step of the app @desktop", async ({ me, page, expectAccessible }) => {
      const { t } = me;
      await me.hasWorkspace();
      const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn", industry: "software" });
      const deal = await me.has("deal", { name: "三号产线检测仪", account, stage: "needs", amount: { amount: 12_000_000, currency: "CNY" } });
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
        await me.ticksPage();
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
        await me.field(t("import.map.field_of", { column: "电话" })).selectOption("phone");
        await me.press(me.button(t("import.preview.start")));
        await expect(page.getByText(new RegExp(`^2\\s*${t("import.stat.rows")}$`))).toBeVisible();
        await expectAccessible();
        await me.press(me.button(t("import.start_rows", { count: 1 })));
        const undo = me.button(t("import.undo"));
        await expect(undo.first()).toBeVisible();
        await expectAccessible();
        await me.press(undo.first());
        const sure = me.sheet(t("import.undo.title"));
        await expect(sure).toBeVisible();
        await expectAccessible();
        await me.press(me.button(t("import.undo"), sure));
        await expect(page.getByText(t("import.undone"))).toBeVisible();
        await expectAccessible();
        await page.goto("/import");
        await expect(page.getByRole("button", { name: /^accounts\.csv/ })).toBeVisible();
        await expectAccessible();
      });
      await test.step("the sheet of a conflict", async () => {
        const { version } = await me.record("account", account);
        const name = me.field(me.called("account.name"));
        const website = me.field(me.called("account.website"));
        const sheet = me.sheet(t("conflict.title"));
        // One field is shown side by side, several are chosen one by one.
        for (const [at, mine, theirs] of [
          [0, { name: "蓝鲸集团" }, { name: "蓝鲸股份" }],
          [1, { name: "蓝鲸控股", website: "mine.cn" }, { name: "蓝鲸国际", website: "theirs.cn" }],
        ] as const) {
          await me.openRecord("account", account);
          await me.press(me.button(t("action.edit")));
          await name.fill(mine.name);
          if ("website" in mine) await website.fill(mine.website);
          await me.edits("account", account, version + at, theirs);
          await me.save();
          await expect(sheet).toContainText(theirs.name);
          await expectAccessible();
          await me.press(me.button(t(at === 0 ? "conflict.keep_theirs" : "conflict.keep_all_theirs"), sheet));
          await me.isOnRecord(theirs.name);
        }
      });
    });
  });
}
