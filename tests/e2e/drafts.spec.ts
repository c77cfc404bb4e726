// What is typed is not lost: by a reload, another page, a colleague, or a wrong key.
import { expect, test } from "./fixtures";

test("a draft survives a reload and is offered back @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  const website = me.called("account.website");

  await me.openRecord("account", account);
  await me.press(me.button(t("action.edit")));
  await me.field(website).fill("bluewhale.cn");
  await page.reload();
  await expect(me.heading(t("record.timeline"))).toBeVisible();
  const offer = page.getByRole("status").filter({ has: me.button(t("action.continue")) });
  await expect(offer).toBeVisible();
  await expectAccessible();
  await me.press(me.button(t("action.continue"), offer));
  await expect(me.field(website)).toHaveValue("bluewhale.cn");

  // To another page and back, it is there again; saved, it is gone.
  await me.goTo("today");
  await me.isOnToday();
  await me.openRecord("account", account);
  await me.press(me.button(t("action.edit")));
  await expect(me.field(website)).toHaveValue("bluewhale.cn");
  await me.save();
  await expect(me.fact(website)).toHaveText("bluewhale.cn");
  await page.reload();
  await expect(me.heading(t("record.timeline"))).toBeVisible();
  await expect(me.fact(website)).toHaveText("bluewhale.cn");
  await expect(me.button(t("action.continue"))).toHaveCount(0);

  // Given up, and the giving up taken back.
  await me.press(me.button(t("action.edit")));
  await me.field(website).fill("typo");
  await me.press(me.button(t("action.cancel")));
  await me.press(me.button(t("action.undo")));
  await expect(me.field(website)).toHaveValue("typo");

  // A new record's form keeps what is in it as well.
  await page.goto("/records/contact/new");
  await me.field(t("entity.contact") === "联系人" ? "姓名" : "Name").fill("王芳");
  await page.reload();
  await me.press(me.button(t("action.continue")));
  await expect(me.field(t("entity.contact") === "联系人" ? "姓名" : "Name")).toHaveValue("王芳");
  await me.save();
  await me.isOnRecord("王芳");
});

test("a draft that met a colleague's change shows both sides, field by field", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  const [name, website] = (["account.name", "account.website"] as const).map((field) => me.called(field));
  await me.openRecord("account", account);
  await me.press(me.button(t("action.edit")));
  await me.field(name).fill("蓝鲸集团");
  await me.field(website).fill("mine.cn");
  await page.reload();
  await expect(me.button(t("action.continue"))).toBeVisible();
  const body = await me.record("account", account);
  const values = { name: "蓝鲸股份", website: "theirs.cn" };
  await me.page.request.patch(`/api/v1/records/account/${account}`, {
    data: { command: crypto.randomUUID(), base_version: body.version, values },
    headers: { origin: new URL(process.env.ZHIKE_URL ?? "").origin },
  });
  await page.reload();
  await me.press(me.button(t("action.continue")));
  await me.save();
  const sheet = me.sheet(t("conflict.title"));
  await expect(sheet).toContainText("theirs.cn");
  // The name stays as the colleague has it, the website as it was typed here.
  await me.press(sheet.getByRole("radio", { name: /蓝鲸股份/ }));
  await me.press(me.button(t("conflict.keep_chosen"), sheet));
  await me.isOnRecord("蓝鲸股份");
  await expect(me.fact(website)).toHaveText("mine.cn");
  await expect(async () => {
    expect((await me.record("account", account)).values).toMatchObject({ name: "蓝鲸股份", website: "mine.cn" });
  }).toPass();
});

test("edits by keyboard: e begins, Escape gives up, Ctrl+Enter saves @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "Blue Whale", website: "a.example" });
  await me.openRecord("account", account);
  const website = me.field(me.called("account.website"));
  await page.keyboard.press("e");
  await expect(me.field(me.called("account.name"))).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(me.button(t("action.edit"))).toBeVisible();
  await page.keyboard.press("e");
  await website.fill("b.example");
  await page.keyboard.press("Control+Enter");
  await expect(me.fact(me.called("account.website"))).toHaveText("b.example");
  // What is wrong is said when the field is left, before anything is sent.
  await page.keyboard.press("e");
  await me.field(me.called("account.phone")).fill("abc");
  await page.keyboard.press("Tab");
  await expect(page.getByText(t("problem.not_phone"))).toBeVisible();
});

test("reads only the touches of a long history", async ({ me }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  await me.has("touch", { kind: "visit", summary: "看了产线", account });
  await me.has("task", { name: "寄样品", status: "open", account });
  await me.openRecord("account", account);
  await expect(me.timeline().getByText("寄样品")).toBeVisible();
  await me.choose(t("entity.touch.many"), me.timeline());
  await expect(me.timeline().getByText("看了产线")).toBeVisible();
  await expect(me.timeline().getByText("寄样品")).toHaveCount(0);
  await me.choose(t("timeline.filter.changes"), me.timeline());
  await expect(me.timeline().getByRole("listitem")).toHaveCount(1);
  await expect(me.timeline().getByText("看了产线")).toHaveCount(0);
});

test("leaves a form while it is being saved, and stays where they went @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let sent = 0;
  await page.route("**/api/v1/commands", async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  await me.openRecord("account", account);
  await me.press(me.button(t("action.edit")));
  await me.press(page.locator("summary").filter({ hasText: t("record.more_fields") }));
  await me.field(me.called("account.website")).fill("bluewhale.cn");
  await me.save();
  await expect.poll(() => sent).toBe(1);
  await me.goTo("today");
  await me.isOnToday();
  letGo();
  await expect.poll(async () => (await me.record("account", account)).values.website).toBe("bluewhale.cn");
  await expect(page.getByText(t("timeline.waiting"))).toHaveCount(0);
  await me.isOnToday();
  // The app goes on, and what was saved is no draft any more.
  await me.goTo("more");
  await expect(page.getByRole("heading", { level: 1, name: t("more.title"), exact: true })).toBeVisible();
  await me.openRecord("account", account);
  await expect(me.fact(me.called("account.website"))).toHaveText("bluewhale.cn");
  await expect(me.button(t("action.continue"))).toHaveCount(0);
});
