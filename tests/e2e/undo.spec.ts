// A slip of the thumb is taken back from the toast.
import { expect, test } from "./fixtures";

test("takes back an edit, and a customer deleted by mistake @tablet", async ({ me }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  await me.openRecord("account", account);

  const website = me.called("account.website");
  await me.press(me.button(t("action.edit")));
  await me.field(website).fill("wrong.example");
  await me.save();
  await expect(me.fact(website)).toHaveText("wrong.example");
  await me.press(me.button(t("action.undo")));
  await expect(me.fact(website)).toHaveText("lanjing.cn");
  expect((await me.record("account", account)).values.website).toBe("lanjing.cn");

  await me.press(me.button(t("action.more")));
  const sheet = me.sheet(t("action.more"));
  await me.press(sheet.getByRole("button", { name: new RegExp(`^${t("action.delete")}`) }));
  await expect(me.heading(t("entity.account.many"))).toBeVisible();
  await expect(me.page.getByRole("link", { name: /蓝鲸科技/ })).toBeHidden();
  await me.press(me.button(t("action.undo")));
  await expect(me.page.getByRole("link", { name: /蓝鲸科技/ })).toBeVisible();
  expect((await me.list("account")).map((body) => body.values.name)).toEqual(["蓝鲸科技"]);
});
