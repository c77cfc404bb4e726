// A day that is planned: what is due is snoozed, moved and rolled over, on Today and in the calendar.
import type { Page } from "@playwright/test";

import { expect, test } from "./fixtures";
import type { Person } from "./steps";

const DAY_MS = 86_400_000;

/** The reader's day, as the server knows it. */
async function todayOf(me: Person): Promise<string> {
  return (await me.get<{ today: string }>("/api/v1/today")).today;
}

function plus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Another day of the same week from Monday on. */
function beside(day: string): string {
  return plus(day, new Date(`${day}T12:00:00Z`).getUTCDay() === 0 ? -1 : 1);
}

const item = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp(name) }) });
// Not the page's own, which is called Today as well.
const part = (me: Person, title: string) =>
  me.page.getByRole("heading", { level: 2, name: new RegExp(`^${me.t(title)}`) });

test("snoozes from Today, sees it set apart, and takes it back @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const today = await todayOf(me);
  const task = await me.has("task", { name: "寄样品", status: "open", due: { date: today } });
  await page.goto("/");
  await expect(part(me, "today.due")).toContainText("1");

  await me.press(me.button(`${t("today.options")}: 寄样品`));
  const sheet = me.sheet("寄样品");
  await me.press(me.button(t("bell.snooze.tomorrow"), sheet));
  await expect(sheet).toBeHidden();
  await expect(part(me, "today.snoozed")).toContainText("1");
  await expect(part(me, "today.due")).toHaveCount(0);
  await expect(item(page, "寄样品")).toContainText("09:00");
  await expect.poll(async () => (await me.record("task", task)).values).toMatchObject({ snoozes: 1, due: { date: today } });

  await me.press(me.button(t("action.undo")));
  await expect(part(me, "today.due")).toContainText("1");
  await expect(part(me, "today.snoozed")).toHaveCount(0);
  await expect.poll(async () => (await me.record("task", task)).values.snoozed_until ?? null).toBeNull();
});

test("swipes one away as done and another for later", async ({ me, page, finger }) => {
  const { t } = me;
  await me.hasWorkspace();
  const done = await me.has("task", { name: "寄样品", status: "open", due: { date: "2026-01-05" } });
  await me.has("task", { name: "发报价", status: "open", due: { date: "2026-01-06" } });
  await page.goto("/");
  await expect(item(page, "寄样品")).toBeVisible();
  // What swipes come with is fetched after the page is there.
  await expect(async () => {
    if (await item(page, "寄样品").isVisible()) await finger.swipe(item(page, "寄样品"), { x: 220 });
    await expect(item(page, "寄样品")).toHaveCount(0, { timeout: 2_000 });
  }).toPass();
  await expect.poll(async () => (await me.record("task", done)).values.status).toBe("done");

  await finger.swipe(item(page, "发报价"), { x: -220 });
  const sheet = me.sheet("发报价");
  await me.press(me.chip(t("next.tomorrow"), sheet));
  await expect(sheet).toBeHidden();
  await expect(part(me, "today.later")).toContainText("1");
});

test("is told in a friendly way what was moved three times, and why it stands first @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const small = { amount: { amount: 1_000_000, currency: "CNY" }, stage: "needs", next_touch: { date: "2026-01-04" } };
  await me.has("deal", { name: "小单子", ...small });
  const large = { amount: { amount: 90_000_000, currency: "CNY" }, stage: "needs", next_touch: { date: "2026-01-01" } };
  const deal = await me.has("deal", { name: "大单子", ...large });
  for (const [at, date] of ["2026-01-02", "2026-01-03", "2026-01-05"].entries()) {
    await me.edits("deal", deal, at + 1, { next_touch: { date } });
  }
  await page.goto("/");
  await expect(page.getByRole("listitem").filter({ has: page.getByRole("link") })).toHaveText([/大单子/, /小单子/]);
  await expect(item(page, "大单子")).toContainText(t("today.moves", { count: 3 }));

  await me.press(me.button(`${t("today.options")}: 大单子`));
  const sheet = me.sheet("大单子");
  await expect(sheet.getByText(t("day.moved_often", { count: 3 }))).toBeVisible();
  await me.press(sheet.getByText(t("day.why")));
  await expect(sheet.getByText(/900,000 ×/)).toBeVisible();
  // Contact was made, and the next one is agreed: nothing is moved any more.
  await me.press(me.button(t("add.touch"), sheet));
  await me.logTouch("call", "week");
  await expect.poll(async () => (await me.record("deal", deal)).values.times_moved ?? 0).toBe(0);
});

test("rolls over what is left, alone and all together, and takes it back in one go @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const today = await todayOf(me);
  const names = ["寄样品", "发报价", "约拜访"];
  const tasks: string[] = [];
  for (const name of names) tasks.push(await me.has("task", { name, status: "open", due: { date: today } }));
  const dueOf = async (id: string) => ((await me.record("task", id)).values.due as { date: string }).date;
  await page.goto("/");
  await me.press(me.button(t("today.left", { count: 3 })));
  const sheet = me.sheet(t("day.rest.title"));
  await me.press(me.button(`${t("today.move")}: 寄样品`, sheet));
  await expect(sheet.getByRole("listitem")).toHaveCount(2);
  await expect.poll(async () => (await dueOf(tasks[0])) > today).toBe(true);

  await me.press(sheet.getByRole("button", { name: new RegExp(`^${t("day.rest.all", { date: "" })}`) }));
  await expect(sheet).toBeHidden();
  await expect(part(me, "today.due")).toHaveCount(0);
  await expect.poll(async () => (await dueOf(tasks[1])) > today && (await dueOf(tasks[2])) > today).toBe(true);
  const toast = page.getByRole("region", { name: t("toast.region") }).getByRole("button", { name: t("action.undo"), exact: true });
  await me.press(toast.last());
  await expect(part(me, "today.due")).toContainText("2");
  await expect.poll(async () => [await dueOf(tasks[1]), await dueOf(tasks[2])]).toEqual([today, today]);
  expect((await dueOf(tasks[0])) > today).toBe(true);
});

test("goes through the week by keyboard, and moves what is planned without dragging @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const today = await todayOf(me);
  const next = beside(today);
  const task = await me.has("task", { name: "寄样品", status: "open", due: { date: next, time: "10:00" } });
  await page.goto("/");
  await me.press(me.link(t("nav.calendar")));
  await expect(page.getByRole("heading", { level: 1, name: t("calendar.title"), exact: true })).toBeVisible();
  const cell = (day: string) => page.locator(`[data-day="${day}"]`);
  const date = (day: string) => cell(day).locator(".calendar-date");
  await expect(cell(next).getByRole("button", { name: /寄样品/ })).toBeVisible();

  await date(today).focus();
  await page.keyboard.press(next > today ? "ArrowRight" : "ArrowLeft");
  await expect(date(next)).toBeFocused();
  await expect(date(next)).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Enter");
  await expect(cell(next).getByRole("button", { name: /寄样品/ })).toBeFocused();
  await page.keyboard.press("Enter");
  const sheet = me.sheet("寄样品");
  await me.press(me.chip(t("next.month"), sheet));
  await expect(sheet).toBeHidden();
  await expect(cell(next).getByRole("button", { name: /寄样品/ })).toHaveCount(0);
  await expect
    .poll(async () => (await me.record("task", task)).values.due as { date: string; time: string })
    .toMatchObject({ time: "10:00", date: expect.stringMatching(/^\d{4}/) });

  // Beyond the week: the next one comes, and the focus with it.
  await date(next).focus();
  await page.keyboard.press("PageDown");
  await expect(date(plus(next, 7))).toBeFocused();
});

test("drags something to another day @desktop", async ({ me, page, finger, hasTouch }) => {
  const { t } = me;
  await me.hasWorkspace();
  const today = await todayOf(me);
  const to = beside(today);
  const task = await me.has("task", { name: "寄样品", status: "open", due: { date: today, time: "10:00" } });
  await page.goto(`/calendar?view=month&day=${today}`);
  const cell = (day: string) => page.locator(`[data-day="${day}"]`);
  const chosen = page.locator(".calendar-chosen").getByRole("button", { name: /寄样品/ });
  await expect(chosen).toBeVisible();
  if (hasTouch) {
    await finger.drag(chosen, cell(to), () => expect(page.locator(".drag-ghost")).toBeVisible());
  } else {
    await cell(today).getByRole("button", { name: /寄样品/ }).dragTo(cell(to));
  }
  await expect(chosen).toHaveCount(0);
  await expect(page.getByText(t("calendar.nothing"))).toBeVisible();
  await expect.poll(async () => (await me.record("task", task)).values.due).toMatchObject({ date: to, time: "10:00" });
  await me.press(cell(to).locator(".calendar-date"));
  await expect(chosen).toBeVisible();
});

test("a manager looks at the week of somebody else @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const today = await todayOf(me);
  await me.has("task", { name: "我的事", status: "open", due: { date: today } });
  const colleague = await me.post<{ user: string }>("/api/v1/invitations", { name: "王芳", email: "wang@example.com", role: "rep" });
  await me.has("task", { name: "王芳的事", status: "open", due: { date: today }, owner: colleague.user });
  await page.goto(`/calendar?view=week&day=${today}`);
  await expect(page.getByRole("button", { name: /我的事/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /王芳的事/ })).toHaveCount(0);
  await me.press(me.button(`${t("calendar.whose")}: ${t("calendar.mine")}`));
  await me.press(me.sheet(t("calendar.whose")).getByRole("button", { name: /王芳/ }));
  await expect(page.getByRole("button", { name: /王芳的事/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /我的事/ })).toHaveCount(0);
});
