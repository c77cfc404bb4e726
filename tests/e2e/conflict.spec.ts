// Two people at the same record.
import { OFFLINE, expect, test } from "./fixtures";

// The browser itself says on the console that it is offline.
test.use({ expectedErrors: OFFLINE });

test("two edit the same customer: different fields merge, the same field is decided @desktop", async ({ me, another }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  const colleague = await another();
  colleague.email = me.email;
  await colleague.signIn();

  const [name, website, phone] = (["account.name", "account.website", "account.phone"] as const).map((field) => me.called(field));
  const edit = async (who: typeof me) => {
    await who.openRecord("account", account);
    await who.press(who.button(t("action.edit")));
    await expect(who.field(name)).toHaveValue(/蓝鲸/);
  };

  // Both have the form open; each changes something else.
  await edit(me);
  await edit(colleague);
  await me.field(website).fill("bluewhale.cn");
  await me.save();
  await expect(me.fact(website)).toHaveText("bluewhale.cn");
  await colleague.field(phone).fill("0755 8888 6666");
  await colleague.save();
  await expect(colleague.fact(website)).toHaveText("bluewhale.cn");
  await expect(colleague.fact(phone)).toContainText("8888");

  // Both change the name: the second sees both and keeps the colleague's.
  await edit(me);
  await edit(colleague);
  await me.field(name).fill("蓝鲸科技股份");
  await me.save();
  await me.isOnRecord("蓝鲸科技股份");
  await colleague.field(name).fill("蓝鲸集团");
  await colleague.save();
  const sheet = colleague.sheet(t("conflict.title"));
  await expect(sheet).toContainText("蓝鲸科技股份");
  await expect(sheet).toContainText("蓝鲸集团");
  await colleague.press(colleague.button(t("conflict.keep_theirs"), sheet));
  await colleague.isOnRecord("蓝鲸科技股份");

  // Once more, and this time insists.
  await edit(me);
  await edit(colleague);
  await me.field(name).fill("蓝鲸控股");
  await me.save();
  await me.isOnRecord("蓝鲸控股");
  await colleague.field(name).fill("蓝鲸国际");
  await colleague.save();
  await colleague.press(colleague.button(t("conflict.keep_mine"), colleague.sheet(t("conflict.title"))));
  await colleague.isOnRecord("蓝鲸国际");
  await expect(async () => {
    expect((await me.record("account", account)).values).toMatchObject({ name: "蓝鲸国际", website: "bluewhale.cn" });
  }).toPass();
  await expect(colleague.page.getByRole("button", { name: t("outbox.waiting", { count: 1 }) })).toBeHidden();
});

test("decides later about what was typed underground, from the sign in the bar @tablet", async ({ me, page, context, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn", phone: "0755 8888 6666" });
  const [name, website] = (["account.name", "account.website"] as const).map((field) => me.called(field));
  const { version } = await me.record("account", account);
  await me.openRecord("account", account);
  await me.press(me.button(t("action.edit")));
  await context.setOffline(true);
  await me.field(name).fill("蓝鲸集团");
  await me.field(website).fill("mine.cn");
  await me.save();
  await expect(me.tray(t("outbox.waiting", { count: 1 }))).toBeVisible();
  await expect(me.fact(website)).toHaveText("mine.cn");
  await me.edits("account", account, version, { name: "蓝鲸股份", website: "theirs.cn" });
  await context.setOffline(false);

  const held = me.tray(t("outbox.refused", { count: 1 }));
  await expect(held).toBeVisible();
  await me.press(held);
  await me.press(me.button(t("conflict.decide"), me.sheet(t("outbox.title"))));
  const sheet = me.sheet(t("conflict.title"));
  const sides = (field: string) => sheet.getByRole("radiogroup", { name: field, exact: true });
  await expect(sides(name).getByRole("radio", { name: /蓝鲸集团/ })).toBeChecked();
  await me.press(sides(website).getByRole("radio", { name: /theirs\.cn/ }));
  await expect(sides(website).getByRole("radio", { name: /theirs\.cn/ })).toBeChecked();
  await expectAccessible();
  await me.press(me.button(t("conflict.keep_chosen"), sheet));
  await expect(sheet).toBeHidden();
  await expect(me.sheet(t("outbox.title")).getByText(t("outbox.empty"))).toBeVisible();
  await me.press(me.button(t("action.close"), me.sheet(t("outbox.title"))));
  await me.isOnRecord("蓝鲸集团");
  await expect(me.fact(website)).toHaveText("theirs.cn");
  await expect(async () => {
    expect((await me.record("account", account)).values).toMatchObject({ name: "蓝鲸集团", website: "theirs.cn" });
  }).toPass();
});
