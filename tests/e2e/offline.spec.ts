// A visit logged in a lift: it is on the device before it is on the screen, and on the server exactly once.
import type { BrowserContext } from "@playwright/test";

import { OFFLINE, expect, expectQuiet, listen, test } from "./fixtures";
import type { Person } from "./steps";

const FAULT = /the server responded with a status of 500/;
test.use({ expectedErrors: OFFLINE });

const SERVER = "**/api/**";
const SAID = "电梯里记的";

async function atACustomer(me: Person): Promise<string> {
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  await me.openRecord("account", account);
  return account;
}

async function logsAVisit(me: Person): Promise<void> {
  await me.press(me.button(me.t("add.touch")));
  await me.logTouch("visit", "week", SAID);
  await expect(me.timeline().getByText(SAID)).toBeVisible();
  await expect(me.timeline().getByText(me.t("timeline.waiting"))).toBeVisible();
  await expect(me.tray(me.t("outbox.waiting", { count: 1 }))).toBeVisible();
}

/** What waits, opened while the server is still away: with it there, it may be gone before a finger comes to it. */
async function seesWhatWaits(me: Person): Promise<void> {
  await me.press(me.tray(me.t("outbox.waiting", { count: 1 })));
  await expect(me.button(me.t("outbox.retry"), me.sheet(me.t("outbox.title")))).toBeVisible();
}

/** Presses "Sync now", unless the app was faster. */
async function syncsNow(me: Person): Promise<void> {
  const sheet = me.sheet(me.t("outbox.title"));
  await expect(async () => {
    if (await sheet.getByText(me.t("outbox.empty")).isVisible()) return;
    await me.button(me.t("outbox.retry"), sheet).click({ timeout: 1_000 });
  }).toPass();
}

/** On the server and on the screen, once, and nothing waits any more. */
async function isThereOnce(me: Person): Promise<void> {
  await expect(me.sheet(me.t("outbox.title")).getByText(me.t("outbox.empty"))).toBeVisible();
  const touches = await me.list("touch");
  expect(touches.map((touch) => touch.values.summary)).toEqual([SAID]);
  await me.press(me.button(me.t("action.close"), me.sheet(me.t("outbox.title"))));
  await expect(me.timeline().getByText(SAID)).toHaveCount(1);
  await expect(me.timeline().getByText(me.t("timeline.waiting"))).toHaveCount(0);
}

/** A tab whose app came from the browser's cache while the server stays away. */
async function openStranded(me: Person, context: BrowserContext, account: string): Promise<Person> {
  await context.route(SERVER, (route) => route.abort());
  await context.setOffline(false);
  const again = me.at(await context.newPage());
  await again.page.goto(`/records/account/${account}`);
  await expect(again.tray(me.t("outbox.waiting", { count: 1 }))).toBeVisible();
  await expect(again.timeline().getByText(SAID)).toBeVisible();
  return again;
}

test("logs a visit offline, loses the tab, and it is there exactly once @tablet", async ({ me, page, context }) => {
  const account = await atACustomer(me);
  await context.setOffline(true);
  await logsAVisit(me);
  await page.close();

  const again = await openStranded(me, context, account);
  const complaints = listen(again.page);
  await seesWhatWaits(again);
  await context.unroute(SERVER);
  await syncsNow(again);
  await isThereOnce(again);
  expectQuiet(complaints, OFFLINE);
});

test("opens without a network, and loads no code again with one", async ({ me, page, context }) => {
  const account = await atACustomer(me);
  // Ready means that everything the app consists of is on the device.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));

  await context.setOffline(true);
  await page.goto("/board");
  await expect(me.heading(me.t("board.title"))).toBeVisible();
  await page.goto(`/records/account/${account}`);
  await expect(page.getByText("蓝鲸科技").first()).toBeVisible();
  await logsAVisit(me);

  await context.setOffline(false);
  const fetched: string[] = [];
  page.on("response", (response) => {
    if (!response.fromServiceWorker() && !response.url().includes("/api/")) fetched.push(response.url());
  });
  await page.reload();
  await expect(me.timeline().getByText(SAID)).toBeVisible();
  expect(fetched.filter((url) => /\.(wasm|js|css)$/.test(url) && !url.endsWith("/sw.js"))).toEqual([]);
});

test("sends a visit from two tabs at once, and it is there exactly once", async ({ me, page, context }) => {
  const account = await atACustomer(me);
  await context.setOffline(true);
  await logsAVisit(me);
  const second = await openStranded(me, context, account);

  await seesWhatWaits(second);
  await context.unroute(SERVER);
  await Promise.all([page.evaluate(() => dispatchEvent(new Event("online"))), syncsNow(second)]);
  await isThereOnce(second);
  await page.bringToFront();
  await expect(me.timeline().getByText(me.t("timeline.waiting"))).toHaveCount(0);
  await expect(me.timeline().getByText(SAID)).toHaveCount(1);
});

test("never hears the answer, sends again, and it is there exactly once", async ({ me, page }) => {
  await atACustomer(me);
  let heard = 0;
  await page.route("**/api/v1/commands", async (route) => {
    heard += 1;
    await route.fetch();
    await route.abort();
  });
  await logsAVisit(me);
  await expect.poll(() => heard).toBeGreaterThan(0);
  await seesWhatWaits(me);
  await page.unrouteAll({ behavior: "wait" });
  await syncsNow(me);
  await isThereOnce(me);
});

test.describe("a change the server always fails on", () => {
  test.use({ expectedErrors: FAULT });

  test("is set aside, those behind it go on, and it is sent again by hand", async ({ me, page }) => {
    await atACustomer(me);
    await page.route("**/api/v1/commands", async (route) => {
      if (!route.request().postData()?.includes(SAID)) return route.continue();
      await route.fulfill({ status: 500, json: { code: "fault", text: "fault", request_id: "r" } });
    });
    await logsAVisit(me);
    await me.press(me.button(me.t("add.touch")));
    await me.logTouch("call", "week", "之后打的电话");

    const held = me.tray(me.t("outbox.refused", { count: 1 }));
    await expect(held).toBeVisible({ timeout: 40_000 });
    await expect.poll(async () => (await me.list("touch")).map((touch) => touch.values.summary)).toEqual(["之后打的电话"]);

    await page.unrouteAll({ behavior: "wait" });
    const sheet = me.sheet(me.t("outbox.title"));
    await me.press(held);
    await expect(sheet.getByText(me.t("outbox.stuck"))).toBeVisible();
    await me.press(me.button(me.t("action.retry"), sheet));
    await expect(sheet.getByText(me.t("outbox.empty"))).toBeVisible();
    expect(await me.list("touch")).toHaveLength(2);
  });
});
