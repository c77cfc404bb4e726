// What one is told: the bell in every bar, its page, and how one wants to be told.
import { expect, test } from "./fixtures";
import type { Person } from "./steps";

const TASK = "寄样品给蓝鲸";

/** A task that is due at this minute, after the minute's work has found it. */
async function isTold(me: Person): Promise<string> {
  const soon = new Date(Date.now() + 60_000);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", ...options }).format(soon);
  const date = part({ year: "numeric", month: "2-digit", day: "2-digit" });
  const time = part({ hour: "2-digit", minute: "2-digit" });
  const user = (await me.get<{ user: string }>("/api/v1/session")).user;
  const due = { date, time, zone: "Asia/Shanghai" };
  const task = await me.has("task", { name: TASK, status: "open", owner: user, due });
  await rings(me);
  return task;
}

/** The minute's work, until it has told somebody: other journeys share it. */
async function rings(me: Person): Promise<void> {
  const minute = async () => {
    const answer = await me.page.request.get("/cdn-cgi/local/scheduled");
    expect(answer.ok()).toBe(true);
    return (await me.get<{ unread: number }>("/api/v1/notifications?count_only=true")).unread;
  };
  await expect.poll(minute).toBeGreaterThan(0);
}

function bell(me: Person, unread: number) {
  const name = unread === 0 ? me.t("nav.bell") : me.t("nav.bell.unread", { count: `${unread}` });
  return me.link(name);
}

test("hears of a task, snoozes it from the bell, and has read it @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const task = await isTold(me);
  await page.goto("/");
  await test.step("the bar says how many are unread", async () => {
    await expect(bell(me, 1)).toBeVisible();
    await me.press(bell(me, 1));
    await expect(page.getByRole("heading", { level: 1, name: t("nav.bell"), exact: true })).toBeVisible();
  });
  const row = page.getByRole("listitem").filter({ hasText: TASK });
  await expect(row.getByText(t("bell.unread"), { exact: true })).toBeVisible();
  await test.step("an hour later", async () => {
    await me.press(me.button(`${t("bell.snooze")}: ${TASK}`, row));
    await me.press(me.sheet(t("bell.snooze")).getByRole("button", { name: new RegExp(`^${t("bell.snooze.hour")}`) }));
    await expect(row.getByText(t("bell.unread"), { exact: true })).toBeHidden();
    await expect(async () => {
      const { record } = await me.get<{ record: { values: Record<string, unknown> } }>(`/api/v1/records/task/${task}`);
      expect(record.values.snoozes).toBe(1);
      expect(new Date(`${record.values.snoozed_until}`).getTime()).toBeGreaterThan(Date.now() + 50 * 60_000);
    }).toPass();
  });
  await expect(bell(me, 0)).toBeVisible();
});

test("marks everything as read, by keyboard @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await isTold(me);
  await page.goto("/");
  await expect(bell(me, 1)).toBeVisible();
  await bell(me, 1).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("listitem").filter({ hasText: TASK })).toBeVisible();
  await me.button(t("bell.read_all")).focus();
  await page.keyboard.press("Enter");
  await expect(bell(me, 0)).toBeVisible();
  await expect(me.button(t("bell.read_all"))).toBeHidden();
});

test("has read what was shown once the page is left", async ({ me, page }) => {
  await me.hasWorkspace();
  await isTold(me);
  await page.goto("/notifications");
  await expect(page.getByRole("listitem").filter({ hasText: TASK })).toBeVisible();
  await me.goTo("today");
  await me.isOnToday();
  await expect(bell(me, 0)).toBeVisible();
});

test("says that there is nothing yet", async ({ me, page }) => {
  await me.hasWorkspace();
  await page.goto("/notifications");
  await expect(me.heading(me.t("bell.empty.title"))).toBeVisible();
});

test("keeps how one wants to be reminded @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/more");
  await me.press(page.getByRole("link", { name: new RegExp(`^${t("settings.reminders")}`) }));
  await expect(me.chip(t("reminders.lead.minutes"))).toBeChecked();
  await me.choose(t("reminders.lead.hour"));
  const tasks = page.getByRole("group", { name: t("reminders.kind.task_due"), exact: true });
  const bots = tasks.getByRole("checkbox", { name: t("reminders.channel.bot"), exact: true });
  await bots.check({ force: true });
  await page.getByRole("switch", { name: new RegExp(`^${t("reminders.quiet")}`) }).uncheck({ force: true });
  await expect(me.field(t("reminders.quiet.from"))).toBeHidden();
  await expect(async () => {
    const { settings } = await me.get<{ settings: Record<string, unknown> }>("/api/v1/reminders");
    expect(settings).toMatchObject({ lead_minutes: 60, quiet: null });
    expect((settings.channels as Record<string, string[]>).task_due).toContain("bot");
  }).toPass();
  await page.reload();
  await expect(me.chip(t("reminders.lead.hour"))).toBeChecked();
  await expect(bots).toBeChecked();
});

test("says what a phone needs before it can be woken", async ({ me, browser, baseURL }) => {
  const agent =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
  await me.hasWorkspace();
  const storageState = await me.page.context().storageState();
  const context = await browser.newContext({ baseURL, userAgent: agent, storageState, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto("/more/reminders");
  await expect(page.getByText(me.t("reminders.reach.step_add"))).toBeVisible();
  await expect(page.getByRole("button", { name: me.t("reminders.push.begin"), exact: true })).toBeHidden();
  await context.close();
});

test("shows a reminder that is pushed, and never leaves its own origin @desktop-only", async ({ me, page, context }) => {
  await me.hasWorkspace();
  await context.grantPermissions(["notifications"]);
  await page.goto("/");
  await me.isOnToday();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const devtools = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find((one) => one.scopeURL === `${new URL(page.url()).origin}/`);
      if (ours) resolve(ours.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  const registrationId = await registered;
  const { origin } = new URL(page.url());
  const deliver = (payload: unknown) =>
    devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify(payload) });
  const shown = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const all = await registration.getNotifications();
      return all.map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path as string }));
    });
  const told = { title: TASK, body: "09:00", tag: "t1", unread: 1, path: "/records/task/1", entity: "task", record: "1", kind: "task_due" };
  await deliver(told);
  await expect.poll(shown).toEqual([{ title: TASK, body: "09:00", tag: "t1", path: "/records/task/1" }]);
  await test.step("the same thing replaces itself, and its address stays ours", async () => {
    await deliver({ ...told, body: "10:00", path: "//evil.example/" });
    await expect.poll(shown).toEqual([{ title: TASK, body: "10:00", tag: "t1", path: "/notifications" }]);
  });
});
