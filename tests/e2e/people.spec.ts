// Colleagues come in by a link and see what is theirs; a lost device is shown the door.
import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

// What a link that is used up, or a session that is over, is answered with.
test.use({ expectedErrors: /status of 40[014]/ });

test("invites a rep, who joins by the link and sees only their own customers", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  await me.has("account", { name: "老板的客户" });
  await page.goto("/settings/members");
  await me.press(me.button(t("members.invite")));
  const sheet = me.sheet(t("members.invite"));
  const rep = await another();
  await me.field(t("members.invite.name"), sheet).fill("陈晨");
  await me.field(t("auth.field.email"), sheet).fill(rep.email);
  await me.field(t("members.invite.role"), sheet).selectOption({ label: me.called("role.rep") });
  await me.press(me.button(t("members.invite.create"), sheet));
  const link = await me.field(t("members.invite.link"), sheet).inputValue();

  await rep.page.goto(link);
  await expect(rep.heading(t("auth.join.title", { workspace: "昆仑仪器" }))).toBeVisible();
  await rep.field(t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(t("auth.join.submit")));
  await rep.isOnToday();
  await rep.add("account");
  await rep.field(rep.called("account.name")).fill("陈晨的客户");
  await rep.save();
  await rep.isOnRecord("陈晨的客户");
  await rep.goTo("customers");
  await expect(rep.page.getByRole("link", { name: /陈晨的客户/ })).toBeVisible();
  await expect(rep.page.getByRole("link", { name: /老板的客户/ })).toHaveCount(0);
  // Nor what only an administrator may do.
  await rep.goTo("more");
  await expect(rep.page.getByRole("link", { name: new RegExp(`^${t("settings.sessions")}`) })).toBeVisible();
  await expect(rep.page.getByRole("link", { name: new RegExp(`^${t("settings.fields")}`) })).toHaveCount(0);

  await me.press(me.button(t("action.close"), sheet));
  await me.goTo("customers");
  await expect(page.getByRole("link", { name: /陈晨的客户/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /老板的客户/ })).toBeVisible();

  // The link worked once.
  const late = await another();
  await late.page.goto(link);
  await expect(late.page.getByText(t("auth.join.invalid"))).toBeVisible();
});

test("removes a lost device, which is signed out at once", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace();
  const lost = await another();
  lost.email = me.email;
  await lost.signIn();
  await page.goto("/more/sessions");
  await expect(page.getByText(t("sessions.current"))).toBeVisible();
  await me.press(me.button(new RegExp(`^${t("sessions.revoke")}: `)));
  await expect(me.toast(t("sessions.revoked.toast"))).toBeVisible();
  await expect(me.button(new RegExp(`^${t("sessions.revoke")}: `))).toHaveCount(0);

  await expect(lost.button(t("auth.sign_in.submit"))).toBeVisible();
});
