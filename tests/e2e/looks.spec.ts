// A customer in one look: what happened with its deals and people, what colleagues say, and who was just there.
import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

const HOUR = 60 * 60 * 1000;

test("reads a customer in one look and moves the next touch @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", {
    name: "蓝鲸科技",
    next_touch: { date: "2020-01-01", zone: "Asia/Shanghai" },
  });
  const contact = await me.has("contact", { name: "李总", account });
  const deal = await me.has("deal", { name: "仓储二期", account, stage: "needs", amount: { amount: 120000, currency: "CNY" } });
  await me.has("touch", { kind: "visit", summary: "看了产线", deal });
  await me.has("touch", { kind: "call", summary: "问了预算", contact });
  const colleague = await me.has("user", { name: "王伟", role: "rep", status: "inactive" });
  const yesterday = new Date(Date.now() - 24 * HOUR).toISOString();
  await me.has("touch", { kind: "call", summary: "报过价", account, owner: colleague, happened_at: yesterday });
  await me.openRecord("account", account);

  // What belongs to it is told with it, and says what it is about.
  await expect(me.timeline().getByText("看了产线")).toBeVisible();
  await expect(me.link(/仓储二期/, me.timeline())).toHaveAttribute("href", `/records/deal/${deal}`);
  await expect(me.timeline().getByRole("heading", { name: t("time.today"), exact: true })).toBeVisible();
  await expectAccessible();

  // The colleague who was there is no secret, neither here nor where one is about to log a touch.
  const facts = page.getByRole("list", { name: t("look.title"), exact: true });
  await expect(page.getByText(t("look.warning", { name: "王伟", when: t("time.yesterday") }))).toBeVisible();
  await expect(facts).toContainText(t("look.deals.count", { count: 1 }));
  await expect(facts).toContainText("李总");
  await expect(facts).toContainText(t("look.late"));
  await me.press(me.button(t("add.touch")));
  const sheet = me.sheet(t("touch.title"));
  await expect(sheet.getByText(t("look.warning", { name: "王伟", when: t("time.yesterday") }))).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  // Moved from where it stands.
  await me.press(me.button(new RegExp(t("look.late")), facts));
  const moving = me.sheet(t("next.title"));
  await me.choose(t("next.tomorrow"), moving);
  await me.press(me.button(t("action.save"), moving));
  await expect(moving).toBeHidden();
  await expect(facts).toContainText(t("time.tomorrow"));
  await expect(facts).not.toContainText(t("look.late"));

  // Whose it was, and what is the customer's own.
  await me.field(t("look.by"), me.timeline()).selectOption({ label: "王伟" });
  await expect(me.timeline().getByText("报过价")).toBeVisible();
  await expect(me.timeline().getByText("看了产线")).toHaveCount(0);
  await me.field(t("look.by"), me.timeline()).selectOption({ label: t("look.everybody") });
  await expect(me.timeline().getByText("看了产线")).toBeVisible();
  await me.press(me.timeline().getByRole("switch", { name: t("look.related") }));
  await expect(me.timeline().getByText("看了产线")).toHaveCount(0);
  await expect(me.timeline().getByText("报过价")).toBeVisible();
  // The device remembers that.
  await page.reload();
  await expect(me.timeline().getByText("报过价")).toBeVisible();
  await expect(me.timeline().getByRole("switch", { name: t("look.related") })).not.toBeChecked();
  await expect(me.timeline().getByText("看了产线")).toHaveCount(0);
});

test("says something beside a deal, changes it and takes it back @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  const deal = await me.has("deal", { name: "仓储二期", account, stage: "needs" });
  await me.openRecord("deal", deal);
  const box = me.field(t("comment.write"), me.timeline()).first();
  await box.fill("价格再谈谈 @没有这个人");
  await expect(me.timeline().getByText(t("comment.people.none"))).toBeVisible();
  await expectAccessible();
  await page.keyboard.press("Escape");
  await expect(me.timeline().getByText(t("comment.people.none"))).toHaveCount(0);
  await box.fill("价格再谈谈");
  await me.press(me.button(t("comment.send"), me.timeline()));
  const said = me.timeline().getByRole("listitem").filter({ hasText: t("comment.badge") });
  await expect(said).toContainText("价格再谈谈");
  await expect(said.getByText(t("timeline.waiting"))).toHaveCount(0);
  await expect(box).toHaveValue("");

  await me.press(me.button(t("comment.edit"), said));
  const again = me.field(t("comment.write"), said);
  await expect(again).toHaveValue("价格再谈谈");
  await again.fill("价格周五再谈");
  await me.press(me.button(t("action.save"), said));
  await expect(said).toContainText("价格周五再谈");
  await expect(said).toContainText(t("comment.edited"));
  await expectAccessible();

  // The customer's page has it too, and says which deal it is about.
  await me.openRecord("account", account);
  await me.choose(t("comment.badge"), me.timeline());
  await expect(me.timeline().getByText("价格周五再谈")).toBeVisible();
  await expect(me.link(/仓储二期/, me.timeline())).toBeVisible();
  await me.press(me.button(t("comment.delete"), said));
  await expect(said).toHaveCount(0);
});

test("names a colleague, who hears of it @desktop", async ({ me, another, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const colleague = await another();
  const invited = await me.post<{ path: string }>("/api/v1/invitations", { name: "王伟", email: colleague.email, role: "rep" });
  await colleague.page.goto(invited.path);
  await colleague.field(colleague.t("auth.field.password")).fill(PASSWORD);
  await colleague.press(colleague.button(colleague.t("auth.join.submit")));
  await colleague.isOnToday();
  const [wei] = (await me.list("user")).filter((user) => user.values.name === "王伟");
  const account = await me.has("account", { name: "蓝鲸科技", owner: wei.id });
  await me.openRecord("account", account);
  const box = me.field(t("comment.write"), me.timeline());
  await box.pressSequentially("@王");
  await me.press(me.button("王伟", page.getByRole("group", { name: t("comment.people"), exact: true })));
  await expect(box).toHaveValue("@王伟 ");
  await expect(box).toBeFocused();
  await box.pressSequentially("看下");
  await me.press(me.button(t("comment.send"), me.timeline()));
  await expect(me.timeline().getByText("@王伟")).toBeVisible();
  const heard = async (): Promise<number> => {
    const reply = await colleague.get<{ notifications: { kind: string }[] }>("/api/v1/notifications");
    return reply.notifications.filter((told) => told.kind === "mentioned").length;
  };
  await expect.poll(heard).toBe(1);
});
