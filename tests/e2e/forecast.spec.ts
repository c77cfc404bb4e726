// Numbers that are true: the forecast above the board, and the time in each stage on a deal's page.
import { expect, test } from "./fixtures";

type Forecast = { month: { from: string; to: string } };

test("reads the forecast, what each number means, and opens the list of what it counts @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const { month } = await me.get<Forecast>("/api/v1/forecast/sales");
  const amount = { amount: 1_000_000, currency: "CNY" };
  await me.has("deal", { name: "三号产线检测仪", stage: "needs", amount, close_date: month.to, own_probability: 80 });
  await me.has("deal", { name: "没有日子", stage: "needs", amount });
  await page.goto("/board");
  const line = me.button(new RegExp(`^${t("forecast.title")}`));
  await expect(line).toContainText(t("forecast.month"));
  await expect(line).toContainText(me.lang === "zh" ? "¥3000" : "¥3K");
  await me.press(line);
  const sheet = me.sheet(t("forecast.title"));
  const part = sheet.getByRole("region", { name: new RegExp(`^${t("forecast.month")}`) });
  const number = (key: string) => part.getByRole("link", { name: new RegExp(`^${t(key)}`) });
  await expect(number("forecast.by_stage")).toContainText("¥3,000");
  await expect(number("forecast.by_own")).toContainText("¥8,000");
  await expect(number("forecast.by_own")).toContainText(t("forecast.own.help", { count: 1, of: 1 }));
  // Nothing was decided yet: it says so, and shows no number.
  await expect(number("forecast.by_history")).toHaveCount(0);
  await expect(part.getByText(t("forecast.too_little"))).toBeVisible();
  await expect(sheet.getByText(t("forecast.undated", { count: 1 }))).toBeVisible();
  await expectAccessible();

  await me.press(number("forecast.by_own"));
  await expect(page).toHaveURL(/\/records\/deal\?filter=/);
  await expect(page.getByRole("link", { name: /^三号产线检测仪/ }).first()).toBeVisible();
  await expect(page.getByText("没有日子", { exact: true })).toHaveCount(0);
  await expect(page.getByText(t("list.count", { count: 1 }))).toBeVisible();
});

test("the forecast follows the filter of the board @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const { month } = await me.get<Forecast>("/api/v1/forecast/sales");
  const money = (amount: number) => ({ amount: amount * 100, currency: "CNY" });
  const next_touch = { date: "2030-01-05" };
  await me.has("deal", { name: "约好了", stage: "proposal", amount: money(8_000), close_date: month.to, next_touch });
  await me.has("deal", { name: "没有下一步", stage: "proposal", amount: money(2_000), close_date: month.from });
  await page.goto("/board");
  const line = me.button(new RegExp(`^${t("forecast.title")}`));
  await expect(line).toContainText(me.lang === "zh" ? "¥5000" : "¥5K");
  await me.press(me.button(t("filter.quick.no_next_step")));
  await expect(line).toContainText(me.lang === "zh" ? "¥1000" : "¥1K");
});

test("sees how long a deal stood in each stage, and from when to when @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const deal = await me.has("deal", { name: "三号产线检测仪" });
  await me.openRecord("deal", deal);
  const times = page.getByRole("group").filter({ hasText: t("process.spent") });
  await expect(times).toContainText(t("process.spent.none"));
  await me.press(me.button(t("action.move_to")));
  await me.press(me.sheet(t("board.move.title")).getByRole("button", { name: new RegExp(`^${me.called("stage.needs")}`) }));
  await expect(me.toast(t("board.moved.toast", { stage: me.called("stage.needs") }))).toBeVisible();

  // Closed it says the days of each stage; opened the dates too.
  const rows = times.getByRole("listitem");
  await expect(rows.first()).toBeHidden();
  await expect(async () => {
    if (!(await rows.first().isVisible())) await me.press(page.getByText(t("process.spent"), { exact: true }));
    await expect(rows).toHaveCount(2, { timeout: 500 });
  }).toPass();
  await expect(rows.first()).toContainText(me.called("stage.first_contact"));
  await expect(rows.last()).toContainText(me.called("stage.needs"));
  const since = t("process.spent.since", { from: "" }).trim();
  await expect(rows.last()).toContainText(since);
  await expectAccessible();

  // Of one that was over when it came in there is no time to tell, only since when.
  await me.openRecord("deal", await me.has("deal", { name: "去年签的", stage: "signed" }));
  await expect(times).toContainText(since);
  await expect(times).not.toContainText(t("process.spent.none"));
});
