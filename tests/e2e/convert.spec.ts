// A lead becomes a customer, and what stands around a deal.
import { expect, test } from "./fixtures";

test("converts a lead, undoes it and converts it into a customer that is there @main", async ({ me, page, expectAccessible }) => {
  const { t, lang } = me;
  await me.hasWorkspace();
  const company = lang === "zh" ? "蓝鲸科技" : "Blue Whale Robotics";
  const lead = await me.has("lead", {
    name: "王芳", company, phone: "138 0013 8000", email: "wang@example.com", source: "referral", note: "要三台",
    external_id: "L-7",
  });
  await me.openRecord("lead", lead);
  await me.press(me.button(t("add.touch")));
  await me.logTouch("visit", "tomorrow", "看了产线");
  await expect(me.timeline().getByText("看了产线")).toBeVisible();

  await me.press(me.link(t("convert.action")));
  const carried = page.getByRole("region", { name: t("convert.carried"), exact: true });
  await expect(carried).toContainText(company);
  await expect(carried).toContainText("wang@example.com");
  await expect(carried.getByText(t("convert.stays.no_place"))).toHaveCount(1);
  // What the buttons below cover is out of reach until it is scrolled up.
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expectAccessible();
  const deal = page.getByRole("region", { name: t("entity.deal"), exact: true });
  await me.field(me.called("deal.name"), deal).fill(lang === "zh" ? "三号产线检测仪" : "Line 3 inspection");
  await me.field(me.called("deal.amount"), deal).fill("120000");
  await me.press(me.button(t("convert.action")));
  await me.isOnRecord(lang === "zh" ? "三号产线检测仪" : "Line 3 inspection");
  await expect(me.toast(t("record.converted.toast"))).toBeVisible();
  // The history came along, the plan too.
  await expect(me.timeline().getByText("看了产线")).toBeVisible();
  const [made] = await me.list("deal");
  expect(made.values).toMatchObject({ amount: { amount: 12_000_000 }, source: "referral" });
  expect(made.values.next_touch).toBeTruthy();

  // Both ways: the lead says what it became, the customer where it came from.
  await me.openRecord("lead", lead);
  await expect(page.getByRole("region", { name: t("convert.became"), exact: true }).getByRole("link")).toHaveCount(3);
  await expect(me.link(t("convert.action"))).toHaveCount(0);
  await me.openRecord("account", String(made.values.account));
  await expect(page.getByRole("link", { name: /王芳/ })).toHaveCount(2);

  // The same company once more: it is offered, chosen, and keeps its name.
  const again = await me.has("lead", { name: "李雷", company: lang === "zh" ? "蓝鲸 科技" : "blue whale robotics" });
  await page.goto(`/records/lead/${again}/convert`);
  const account = page.getByRole("region", { name: t("entity.account"), exact: true });
  await expect(account.getByRole("button", { name: new RegExp(`^${company}`), pressed: true })).toBeVisible();
  await me.press(page.getByRole("switch", { name: t("convert.deal.make") }));
  await expect(carried.getByText(t("convert.stays.taken"))).toHaveCount(1);
  await me.press(me.button(t("convert.action")));
  await me.isOnRecord(company);
  expect(await me.list("account")).toHaveLength(1);

  // One tap takes all of it back.
  await me.press(me.button(t("action.undo")));
  await expect(async () => {
    expect((await me.record("lead", again)).values).toMatchObject({ status: "new" });
    expect(await me.list("contact")).toHaveLength(1);
  }).toPass();
});

test("says who decides on a deal and finds the deal from the person @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  const contact = await me.has("contact", { name: "王芳", account });
  const deal = await me.has("deal", { name: "三号产线检测仪", account });
  await me.openRecord("deal", deal);
  const people = page.getByRole("region", { name: me.called("deal_contact.many"), exact: true });
  await me.press(me.button(t("standing.add", { entity: t("entity.contact") }), people));
  const adding = me.sheet(t("standing.add", { entity: t("entity.contact") }));
  await me.press(adding.getByRole("button", { name: /^王芳/ }).first());
  const sheet = me.sheet("王芳");
  await me.field(me.called("deal_contact.role"), sheet).selectOption({ label: me.called("role.decision_maker") });
  await me.field(me.called("deal_contact.attitude"), sheet).selectOption({ label: me.called("attitude.supports") });
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect(people).toContainText(me.called("role.decision_maker"));
  await expect(people).toContainText(me.called("attitude.supports"));
  await expectAccessible();

  await me.openRecord("contact", contact);
  const deals = page.getByRole("region", { name: t("standing.deals.contact"), exact: true });
  await expect(deals).toContainText("三号产线检测仪");

  // Removed, and back by the way everything comes back.
  await me.openRecord("deal", deal);
  await me.press(people.getByRole("button", { name: /王芳/ }));
  await me.press(me.button(t("standing.remove"), me.sheet("王芳")));
  await expect(people.getByRole("button", { name: /王芳/ })).toHaveCount(0);
  await me.press(me.button(t("action.undo")));
  await expect(people.getByRole("button", { name: /王芳/ })).toBeVisible();
});

test("adds to a customer from its page, and sees all there is when it is much @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  for (const at of [1, 2, 3, 4, 5, 6, 7]) await me.has("contact", { name: `联系人 ${at}`, account });
  await me.has("contact", { name: "别处的人" });
  await me.openRecord("account", account);
  await expect(page.getByRole("heading", { name: new RegExp(`^${t("entity.contact.many")} ?7$`) })).toBeVisible();
  await me.press(me.link(t("related.all", { count: 7 })));
  await expect(page.getByRole("link", { name: /^联系人 \d/ })).toHaveCount(7);
  await expect(page.getByText("别处的人")).toHaveCount(0);
  await page.goBack();
  await me.press(me.link(t("list.new", { entity: t("entity.contact") })));
  await expect(me.picked(t("entity.account"))).toHaveText("蓝鲸科技");
});
