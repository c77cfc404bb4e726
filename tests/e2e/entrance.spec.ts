// One person in two workspaces, and a password that is forgotten.
import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

// What is asked without a session, and a link that is none, are answered with.
test.use({ expectedErrors: /status of 4(0[014]|22)/ });

test("joins a second workspace with the password one has, and chooses at the entrance @desktop", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  await me.has("account", { name: "蓝鲸科技" });
  const host = await another();
  await host.hasWorkspace("北辰机电");
  const invitation = await host.post<{ path: string }>("/api/v1/invitations", { name: "林小满", email: me.email, role: "rep" });
  await page.context().clearCookies();

  await page.goto(invitation.path);
  await expect(me.heading(t("auth.join.title", { workspace: "北辰机电" }))).toBeVisible();
  await expect(page.getByText(t("auth.join.known"))).toBeVisible();
  await me.field(t("auth.field.password")).fill("not this one");
  await me.press(me.button(t("auth.join.submit")));
  await expect(page.getByRole("alert")).toBeVisible();
  await me.field(t("auth.field.password")).fill(PASSWORD);
  await me.press(me.button(t("auth.join.submit")));
  await me.isOnToday();

  for (const [workspace, customers] of [["昆仑仪器", 1], ["北辰机电", 0]] as const) {
    await me.goTo("more");
    await me.press(me.button(t("auth.sign_out")));
    await me.field(t("auth.field.email")).fill(me.email);
    await me.field(t("auth.field.password")).fill(PASSWORD);
    await me.press(me.button(t("auth.sign_in.submit")));
    // It asks before it shows anything of either.
    const question = page.getByRole("region", { name: t("auth.workspace.choose"), exact: true });
    await expect(question.getByRole("button")).toHaveCount(2);
    await expect(me.heading(t("auth.workspace.choose"))).toBeFocused();
    await expect(me.field(t("auth.field.password"))).toBeHidden();
    await me.press(me.button(workspace, question));
    await me.isOnToday();
    await me.goTo("more");
    await expect(page.getByText(new RegExp(`^${workspace} · `))).toBeVisible();
    expect(await me.list("account")).toHaveLength(customers);
  }
});

test("is told when the link for a new password is over", async ({ me, page }) => {
  const { t } = me;
  await page.goto("/reset/nothing-of-the-kind");
  await me.field(t("auth.field.password")).fill("a new one for me");
  await me.press(me.button(t("auth.reset.submit")));
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(me.button(t("auth.reset.submit"))).toBeVisible();
});
