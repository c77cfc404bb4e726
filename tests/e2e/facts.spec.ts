// The facts of a record's page, each edited where it stands.
import { expect, test } from "./fixtures";

test("edits facts where they stand, by their pencils and by pressing on them @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", phone: "0755 8888 6666", note: "老客户" });
  const [phone, note, website] = (["account.phone", "account.note", "account.website"] as const).map((field) => me.called(field));
  const pencil = (field: string) => me.button(t("record.fact.edit", { name: field }));
  await me.openRecord("account", account);

  // A tap on a number calls it; its pencil edits it, and says what is wrong while it is typed.
  await expect(me.fact(phone).getByRole("link")).toHaveAttribute("href", /^tel:/);
  await me.press(pencil(phone));
  await expect(me.field(phone)).toBeFocused();
  await me.field(phone).fill("abc");
  await expect(page.getByText(t("problem.not_phone"))).toBeVisible();
  await expectAccessible();
  await me.field(phone).fill("0755 8888 1234");
  await expect(page.getByText(t("problem.not_phone"))).toHaveCount(0);
  await me.save();
  await expect(me.fact(phone)).toContainText("1234");
  await expect(pencil(phone)).toBeFocused();

  // Whoever leaves it has saved it.
  await me.press(me.fact(note));
  await me.field(note).fill("周五再谈");
  await me.press(me.heading(t("record.timeline")));
  await expect(me.fact(note)).toHaveText("周五再谈");
  await expect(me.field(note)).toHaveCount(0);

  // Given up, and the giving up taken back.
  await me.press(pencil(note));
  await me.field(note).fill("typo");
  await page.keyboard.press("Escape");
  await expect(me.fact(note)).toHaveText("周五再谈");
  await me.press(me.button(t("action.undo")));
  await expect(me.field(note)).toHaveValue("typo");
  await me.press(me.button(t("action.cancel")));
  await expect(me.fact(note)).toHaveText("周五再谈");

  // What is empty is filled in from below.
  await me.press(page.getByText(new RegExp(`^${t("record.blank_fields", { count: "\\d+" }).replace(/[()]/g, "\\$&")}`)));
  await me.press(me.button(t("record.fact.add", { name: website })));
  await me.field(website).fill("lanjing.cn");
  await page.keyboard.press("Enter");
  await expect(me.fact(website)).toHaveText("lanjing.cn");
  await expect(async () => {
    const { values } = await me.record("account", account);
    expect(values).toMatchObject({ note: "周五再谈", website: "lanjing.cn" });
    expect(values.phone).toContain("1234");
  }).toPass();
});

test("edits a fact by keyboard: e or Enter begins, Ctrl+Enter saves @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "Blue Whale", note: "met at a fair" });
  await me.openRecord("account", account);
  const note = me.called("account.note");
  const pencil = me.button(t("record.fact.edit", { name: note }));
  await pencil.focus();
  await page.keyboard.press("e");
  await expect(me.field(note)).toBeFocused();
  // The key was the fact's: the form of the whole record is closed.
  await expect(me.button(t("action.edit"))).toBeVisible();
  await me.field(note).fill("met at the fair of May");
  await page.keyboard.press("Control+Enter");
  await expect(me.fact(note)).toHaveText("met at the fair of May");
  await expect(pencil).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(me.field(note)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(pencil).toBeFocused();
});

test("an unsaved fact is offered back after a reload, and goes on in the form", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", phone: "0755 8888 6666" });
  const phone = me.called("account.phone");
  await me.openRecord("account", account);
  await me.press(me.button(t("record.fact.edit", { name: phone })));
  await me.field(phone).fill("0755 12");
  await page.reload();
  await me.press(me.button(t("action.continue")));
  await expect(me.field(phone)).toHaveValue("0755 12");
});

test("a fact that a colleague changed meanwhile shows both sides", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", note: "老客户" });
  const note = me.called("account.note");
  await me.openRecord("account", account);
  await me.press(me.button(t("record.fact.edit", { name: note })));
  const { version } = await me.record("account", account);
  await page.request.patch(`/api/v1/records/account/${account}`, {
    data: { command: crypto.randomUUID(), base_version: version, values: { note: "他们的" } },
    headers: { origin: new URL(process.env.ZHIKE_URL ?? "").origin },
  });
  await me.field(note).fill("我的");
  await me.save();
  const sheet = me.sheet(t("conflict.title"));
  await expect(sheet).toContainText("他们的");
  await me.press(me.button(t("conflict.keep_mine"), sheet));
  await expect(me.fact(note)).toHaveText("我的");
  await expect(async () => {
    expect((await me.record("account", account)).values.note).toBe("我的");
  }).toPass();
});
