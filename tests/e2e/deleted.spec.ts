// What was deleted by mistake and noticed later: the toast is long gone, the list of deletions is there.
import { expect, test } from "./fixtures";

test("brings a deleted customer back from the list of deletions @tablet @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  await me.has("contact", { name: "王芳", account });
  await me.has("account", { name: "昆仑仪器" });
  await me.openRecord("account", account);
  await me.press(me.button(t("action.more")));
  await me.press(me.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("action.delete")}`) }));
  await expect(page.getByRole("link", { name: /昆仑仪器/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /蓝鲸科技/ })).toBeHidden();
  // Whoever follows an old link is told, too.
  await page.goto(`/records/account/${account}`);
  await expect(page.getByText(t("deleted.gone.title"))).toBeVisible();

  await me.goTo("customers");
  await me.press(me.button(t("action.more")));
  await me.press(me.sheet(t("action.more")).getByRole("link", { name: new RegExp(`^${t("deleted.title")}`) }));
  const title = t("deleted.title_of", { entity: t("entity.account.many") });
  await expect(page.getByRole("heading", { level: 1, name: title, exact: true })).toBeVisible();
  const row = page.getByRole("listitem").filter({ hasText: "蓝鲸科技" });
  await expect(row).toContainText("林小满");
  await expectAccessible();
  await me.press(me.button(t("deleted.restore", { name: "蓝鲸科技" }), row));
  await expect(row).toHaveCount(0);
  await expect(page.getByText(t("deleted.empty.title"))).toBeVisible();
  await expect(me.toast(t("record.restored.toast", { name: "蓝鲸科技" }))).toBeVisible();

  // With everything it had, and what hangs on it.
  await me.openRecord("account", account);
  await expect(me.fact(me.called("account.website"))).toHaveText("lanjing.cn");
  await expect(page.getByRole("link", { name: /王芳/ })).toBeVisible();
  expect((await me.list("account")).map((body) => body.values.name).sort()).toEqual(["昆仑仪器", "蓝鲸科技"].sort());
});
