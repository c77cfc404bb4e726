// What is due is done, or moved, by a tap.
import { expect, test } from "./fixtures";

test("does one thing, takes it back, does it again, moves another and calls a third @tablet", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const late = await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });
  const moved = await me.has("task", { name: "发报价", status: "open", due: { date: "2026-01-06", time: "09:30" } });
  const account = await me.has("account", { name: "蓝鲸科技", next_touch: { date: "2026-01-07" } });
  await page.goto("/");
  await me.isOnToday();
  const item = (name: string) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp(name) }) });
  const part = (title: string) => page.getByRole("heading", { name: new RegExp(`^${t(title)}`) });
  const saved = async (entity: string, id: string) => (await me.record(entity, id)).values;
  await expect(part("today.overdue")).toContainText("3");
  await expect(part("today.later")).toHaveCount(0);

  await me.press(me.button(`${t("today.done")}: 寄样品`));
  await expect(item("寄样品")).toHaveCount(0);
  await expect.poll(async () => (await saved("task", late)).status).toBe("done");
  await me.press(me.button(t("action.undo")));
  await expect(item("寄样品")).toBeVisible();
  await expect.poll(async () => (await saved("task", late)).status).toBe("open");
  await me.press(me.button(`${t("today.done")}: 寄样品`));
  await expect(item("寄样品")).toHaveCount(0);
  await expect(part("today.overdue")).toContainText("2");

  // To tomorrow, at the time it had.
  await me.press(me.button(`${t("today.options")}: 发报价`));
  await me.press(me.chip(t("next.tomorrow"), me.sheet("发报价")));
  await expect(me.sheet("发报价")).toBeHidden();
  await expect(part("today.later")).toContainText("1");
  await expect(item("发报价")).toContainText(t("time.tomorrow"));
  await expect(item("发报价")).toContainText("09:30");
  await expect(part("today.overdue")).toContainText("1");

  // A customer is not ticked off but called, and says when next.
  await me.press(me.button(`${t("add.touch")}: 蓝鲸科技`));
  await me.logTouch("call", "tomorrow");
  await expect(part("today.overdue")).toHaveCount(0);
  await expect(part("today.later")).toContainText("2");

  await expect(page.getByText(t("timeline.waiting"))).toHaveCount(0);
  await page.reload();
  await expect(part("today.later")).toContainText("2");
  await expect(part("today.overdue")).toHaveCount(0);
  expect(await saved("task", late)).toMatchObject({ status: "done", due: { date: "2026-01-05" } });
  expect(await saved("task", moved)).toMatchObject({ status: "open", due: { time: "09:30" } });
  expect((await me.list("touch")).map((touch) => touch.values)).toMatchObject([{ kind: "call", account }]);
});

test("leaves a chip for the calendar and has no next day until one is picked", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", next_touch: { date: "2026-01-07" } });
  await page.goto("/");
  await me.isOnToday();
  await me.press(me.button(`${t("add.touch")}: 蓝鲸科技`));
  const sheet = me.sheet(t("touch.title"));
  await me.choose(t("next.tomorrow"), sheet);
  await me.choose(t("next.pick"), sheet);
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect(me.toast(t("touch.saved_no_next.toast"))).toBeVisible();

  await me.openRecord("account", account);
  await me.press(me.button(t("add.touch")));
  await me.choose(t("next.pick"), sheet);
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await sheet.getByLabel(t("next.pick"), { exact: true }).and(page.locator("input[type=date]")).fill(day);
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.record("account", account)).values.next_touch).toMatchObject({ date: day });
});
