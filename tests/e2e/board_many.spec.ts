// The board with many deals, in lanes, and with cards as one wants them.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "./fixtures";
import type { Person } from "./steps";

/** How far down the cards of a stage are. */
function scrolled(column: Locator): Promise<number> {
  return column.evaluate((column) => {
    const cards = [column, ...column.querySelectorAll("*")].find((element) => element.scrollTop > 0);
    return cards?.scrollTop ?? 0;
  });
}

/** The name of the card in the middle of the screen. */
function cardInSight(page: Page): Promise<string> {
  return page.evaluate(() => {
    for (let y = innerHeight / 2; y < innerHeight; y += 10) {
      const name = document.elementFromPoint(innerWidth / 2, y)?.closest("[data-card]")?.querySelector(".deal-card-name");
      if (name?.textContent) return name.textContent;
    }
    return "";
  });
}

function lane(me: Person, name: string): Locator {
  return me.page.getByRole("region", { name, exact: true });
}

function cell(me: Person, owner: string, stage: "stage.needs" | "stage.proposal"): Locator {
  return lane(me, owner).getByRole("group", { name: me.called(stage), exact: true });
}

async function chooses(me: Person, what: (sheet: Locator) => Promise<void>): Promise<void> {
  const sheet = me.sheet(me.t("face.title"));
  await me.press(me.button(me.t("face.title")));
  await what(sheet);
  await me.press(me.button(me.t("action.close"), sheet));
  await expect(sheet).toBeHidden();
}

test("scrolls a long column by thumb, opens a card far down, and comes back to it", async ({ me, page, finger }) => {
  test.slow();
  const { t } = me;
  await me.hasWorkspace();
  const many = Array.from({ length: 200 }, (_, at) => ({ name: `单子 ${String(at).padStart(3, "0")}`, stage: "needs" }));
  await me.hasMany("deal", many);
  await page.goto("/board");
  await me.scrollBoardTo("stage.needs");
  const column = me.column("stage.needs");
  await expect(column.getByRole("article").first()).toBeVisible();
  await expect(column.getByRole("article").first()).toHaveAttribute("aria-setsize", "200");
  // Past the cards that the board came with: the next page comes by itself.
  await expect(async () => {
    await finger.swipe(column, { y: -380 });
    expect(await scrolled(column)).toBeGreaterThan(7_000);
  }).toPass({ timeout: 90_000 });
  let last = -1;
  await expect.poll(async () => {
    const [before, now] = [last, await scrolled(column)];
    last = now;
    return before === now;
  }).toBe(true);
  // Only what is near is on the page.
  expect(await column.getByRole("article").count()).toBeLessThan(70);

  const name = await cardInSight(page);
  expect(name).not.toBe("");
  const card = me.card(name, "stage.needs");
  await expect(card).toHaveAttribute("aria-posinset", /^\d+$/);
  const before = await card.boundingBox();
  await me.press(card.getByRole("link"));
  await me.isOnRecord(name);
  await me.press(me.button(t("action.back")));
  await expect(card).toBeInViewport({ ratio: 0.9 });
  await expect.poll(async () => Math.abs(((await card.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(3);
  expect(await column.getByRole("article").count()).toBeLessThan(90);
});

test("hands a deal to a colleague by dragging it into their lane @desktop @desktop-only", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const colleague = await me.has("user", { name: "陈晨", role: "rep", status: "inactive" });
  const money = { amount: 1_000_000, currency: "CNY" };
  const mine = await me.has("deal", { name: "交出去的", stage: "needs", amount: money });
  await me.has("deal", { name: "陈晨的", stage: "proposal", amount: money, owner: colleague });
  await page.goto("/board");
  await expect(me.card("交出去的", "stage.needs")).toBeVisible();

  await chooses(me, (sheet) => me.choose(me.called("deal.owner"), sheet));
  await expect(page).toHaveURL(/lanes=owner/);
  const card = cell(me, "林小满", "stage.needs").getByRole("article").filter({ hasText: "交出去的" });
  await expect(card).toBeVisible();
  await expect(lane(me, "陈晨").getByRole("link", { name: new RegExp(t("lane.list")) }).first()).toContainText(/^1 /);
  await expectAccessible();

  // Into the next stage and the other lane at once.
  await card.hover();
  await page.mouse.down();
  // The stage under the pointer takes it, not the one in the middle.
  const beside = cell(me, "陈晨", "stage.needs");
  await beside.hover();
  await expect(beside).toHaveAttribute("data-over", "true");
  const target = cell(me, "陈晨", "stage.proposal");
  await target.hover();
  await expect(target).toHaveAttribute("data-over", "true");
  await page.mouse.up();
  await expect(target.getByRole("article").filter({ hasText: "交出去的" })).toBeVisible();
  await expect.poll(async () => (await me.record("deal", mine)).values).toMatchObject({ owner: colleague, stage: "proposal" });
  await expect(lane(me, "陈晨").getByRole("link", { name: new RegExp(t("lane.list")) }).first()).toContainText(/^2 /);

  // Folded up it keeps its numbers.
  const fold = lane(me, "陈晨").getByRole("button", { name: "陈晨", exact: true });
  await me.press(fold);
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  await expect(target).toBeHidden();
});

test("a card held at the edge of a lane's stage moves its cards along @desktop", async ({ me, page, finger, hasTouch }) => {
  await me.hasWorkspace();
  const many = Array.from({ length: 14 }, (_, at) => ({ name: `单子 ${String(at).padStart(2, "0")}`, stage: "needs" }));
  const ids = await me.hasMany("deal", many);
  // Lanes are for wide screens, and some of those are touched.
  if (hasTouch) await page.setViewportSize({ width: 1180, height: 820 });
  await page.goto("/board?lanes=owner");
  const needs = cell(me, "林小满", "stage.needs");
  const card = needs.getByRole("article").first();
  await expect(card).toBeVisible();
  const name = await card.locator(".deal-card-name").innerText();
  const held = page.locator("[data-dragging]");
  const boxes = [await card.boundingBox(), await needs.boundingBox()];
  const [from, all] = boxes.map((box) => box ?? { x: 0, y: 0, width: 0, height: 0 });
  const middle = { x: from.x + from.width / 2, y: from.y + from.height / 2 };
  const edge = Math.min(all.y + all.height, page.viewportSize()?.height ?? 0) - 12;
  expect(edge - middle.y).toBeGreaterThan(100);

  if (hasTouch) {
    const touch = await finger.touch(card);
    await expect(held).toHaveCount(1);
    await touch.moveBy({ y: edge - middle.y });
    await expect.poll(() => scrolled(needs)).toBeGreaterThan(200);
    await touch.lift();
  } else {
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x, edge, { steps: 12 });
    await expect(held).toHaveCount(1);
    await expect.poll(() => scrolled(needs)).toBeGreaterThan(200);
    await page.mouse.up();
  }
  await expect(held).toHaveCount(0);
  // It is dropped where it was carried to: behind others.
  const dropped = needs.getByRole("article").filter({ hasText: name });
  await expect(dropped).toHaveAttribute("aria-posinset", /^([3-9]|1\d)$/);
  const moved = async () => {
    const found = await Promise.all(ids.map((id) => me.record("deal", id)));
    return found.filter(({ version, values }) => version > 1 && values.name === name && values.stage === "needs").length;
  };
  await expect.poll(moved).toBe(1);
});

test("hands a deal to a colleague by keyboard, and hears whose lane it is @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const colleague = await me.has("user", { name: "陈晨", role: "rep", status: "inactive" });
  // The newest is on top.
  await me.has("deal", { name: "人家的", stage: "needs", owner: colleague });
  await me.has("deal", { name: "留下来的", stage: "needs" });
  const mine = await me.has("deal", { name: "交出去的", stage: "needs" });
  await page.goto("/board?lanes=owner");
  const [needs, proposal] = [me.called("stage.needs"), me.called("stage.proposal")];
  await expect(cell(me, "陈晨", "stage.needs").getByRole("article")).toBeVisible();
  const names = cell(me, "林小满", "stage.needs").getByRole("article");
  await expect(names).toHaveText([/交出去的/, /留下来的/]);
  await names.first().getByRole("link").focus();
  const hears = (key: string, args: Record<string, string | number>) =>
    expect(page.getByRole("status").filter({ hasText: t(key, args) })).toBeAttached();

  await page.keyboard.press("Space");
  await hears("board.carry.taken", { name: "交出去的", stage: needs, at: 1, of: 2 });
  // There is no lane above one's own.
  await page.keyboard.press("ArrowUp");
  await hears("board.carry.over", { stage: needs, at: 1, of: 2 });
  await page.keyboard.press("ArrowDown");
  await hears("board.carry.over", { stage: needs, at: 2, of: 2 });
  await page.keyboard.press("ArrowDown");
  await hears("lane.carry.over", { lane: "陈晨", stage: needs, at: 1, of: 2 });
  // Up again it is one's own, behind the other one, and Escape leaves everything as it was.
  await page.keyboard.press("ArrowUp");
  await hears("lane.carry.over", { lane: "林小满", stage: needs, at: 2, of: 2 });
  await page.keyboard.press("ArrowDown");
  await hears("lane.carry.over", { lane: "陈晨", stage: needs, at: 1, of: 2 });
  await page.keyboard.press("Escape");
  await hears("board.carry.back", { name: "交出去的" });
  expect((await me.record("deal", mine)).values).toMatchObject({ stage: "needs", owner: (await me.list("user")).find((user) => user.id !== colleague)?.id });

  // Into another's lane and the next stage, with the focus.
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await hears("board.carry.over", { stage: proposal, at: 1, of: 1 });
  await page.keyboard.press("Space");
  await hears("lane.carry.dropped", { name: "交出去的", lane: "陈晨", stage: proposal, at: 1, of: 1 });
  await expect(cell(me, "陈晨", "stage.proposal").getByRole("article").getByRole("link")).toBeFocused();
  await expect.poll(async () => (await me.record("deal", mine)).values).toMatchObject({ owner: colleague, stage: "proposal" });
});

test("a card stays in the lane of its account, by mouse and by keyboard @desktop @desktop-only", async ({ me, page }) => {
  await me.hasWorkspace();
  const [one, other] = [await me.has("account", { name: "恒通" }), await me.has("account", { name: "远大" })];
  const deal = await me.has("deal", { name: "仓储", stage: "needs", account: one });
  await me.has("deal", { name: "物流", stage: "needs", account: other });
  // The lane with more deals stands above the other.
  await me.has("deal", { name: "备件", stage: "proposal", account: one });
  await page.goto("/board?lanes=account");
  const card = cell(me, "恒通", "stage.needs").getByRole("article").filter({ hasText: "仓储" });
  await expect(card).toBeVisible();
  await card.hover();
  await page.mouse.down();
  await cell(me, "远大", "stage.proposal").hover();
  await page.mouse.up();
  await expect(me.toast(me.t("lane.account.stays"))).toBeVisible();
  await expect(card).toBeVisible();
  expect((await me.record("deal", deal)).values).toMatchObject({ account: one, stage: "needs" });

  await card.getByRole("link").focus();
  await page.keyboard.press("Space");
  const says = (text: string) => expect(page.getByRole("status").filter({ hasText: text })).toBeAttached();
  await says(me.t("board.carry.taken", { name: "仓储", stage: me.called("stage.needs"), at: 1, of: 1 }));
  await page.keyboard.press("ArrowDown");
  await says(me.t("lane.account.stays"));
  await page.keyboard.press("Escape");
  await says(me.t("board.carry.back", { name: "仓储" }));

  // Lanes of another field are drawn anew.
  await chooses(me, (sheet) => me.choose(me.called("deal.owner"), sheet));
  await expect(page).toHaveURL(/lanes=owner/);
  await expect(cell(me, "林小满", "stage.needs").getByRole("article")).toHaveCount(2);
});

test("the wheel goes on from lane to lane, and their names stay when the board goes sideways @desktop @desktop-only", async ({ me, page }) => {
  await me.hasWorkspace();
  const names = ["恒通", "远大", "云栖"];
  // Whoever has more stands higher.
  for (const [at, name] of names.entries()) {
    const values = { stage: "needs", account: await me.has("account", { name }), amount: { amount: 3_000 - at * 1_000, currency: "CNY" } };
    await me.hasMany("deal", Array.from({ length: 8 }, (_, at) => ({ name: `${name} ${at}`, ...values })));
  }
  await page.setViewportSize({ width: 1100, height: 800 });
  await page.goto("/board?lanes=account");
  const cells = names.map((name) => cell(me, name, "stage.needs"));
  for (const each of cells) await expect(each).toBeAttached();
  const [first, last] = [lane(me, names[0]), lane(me, names[2])];
  await expect(cells[0].getByRole("article").first()).toBeVisible();
  await cells[0].hover();
  await expect(async () => {
    await page.mouse.wheel(0, 600);
    await expect(last).toBeInViewport({ timeout: 300 });
  }).toPass({ timeout: 30_000 });

  const fold = last.getByRole("button", { name: names[2], exact: true });
  await fold.scrollIntoViewIfNeeded();
  await page.mouse.wheel(3_000, 0);
  await expect(page.getByRole("heading", { name: me.called("stage.lost"), exact: true })).toBeInViewport({ ratio: 1 });
  await expect(fold).toBeInViewport({ ratio: 1 });
  await expect(first).toBeAttached();
});

test("says how many deals no lane has room for, and leads to the list of all @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "恒通" });
  await me.has("deal", { name: "仓储", stage: "needs", account });
  await me.has("deal", { name: "物流", stage: "needs" });
  // As the server answers where a thousand others have more.
  await page.route(/\/api\/v1\/totals\/deal\?.*group=account/, async (route) => {
    const response = await route.fetch();
    const reply = (await response.json()) as { groups: Record<string, unknown>[] };
    const [own] = reply.groups.filter(({ group }) => group === account);
    const others = Array.from({ length: 999 }, (_, at) => ({ ...own, count: 0, group: `00000000-0000-7000-8000-${String(at).padStart(12, "0")}` }));
    await route.fulfill({ response, json: { ...reply, groups: [own, ...others] } });
  });
  await page.goto("/board?lanes=account");
  const number = new Intl.NumberFormat(me.lang === "zh" ? "zh-CN" : "en").format(1_000);
  await expect(page.getByText(t("lane.limit", { count: number, left: 1 }))).toBeVisible();
  await me.press(me.link(t("lane.limit.list")));
  await expect(page.getByText(t("list.count", { count: 2 }))).toBeVisible();
});

test("chooses what the cards show, sees what they lack, and keeps it as a view @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.has("deal", { name: "仓储二期", stage: "needs", close_date: "2030-01-05", amount: { amount: 1_234_500, currency: "CNY" } });
  await me.has("deal", { name: "没有金额", stage: "signed" });
  await page.goto("/board");
  await expect(me.card("仓储二期", "stage.needs")).toBeAttached();
  await expect(me.card("没有金额", "stage.signed")).toContainText(me.called("deal.amount"));
  await me.scrollBoardTo("stage.needs");
  const card = me.card("仓储二期", "stage.needs");
  await expect(card).not.toContainText(me.called("deal.close_date"));

  await chooses(me, (sheet) => me.press(sheet.getByRole("checkbox", { name: me.called("deal.close_date"), exact: true })));
  await expect(card).toContainText(me.called("deal.close_date"));
  await expectAccessible();

  await me.press(me.button(t("view.button", { name: t("list.filter.all") })));
  await me.press(me.button(t("view.new"), me.sheet(t("view.title"))));
  const form = me.sheet(t("view.new"));
  await me.field(t("view.name"), form).fill("看日期");
  await me.press(me.button(t("action.save"), form));
  await expect(form).toBeHidden();
  await expect(me.button(t("view.button", { name: "看日期" }))).toBeVisible();
  const [saved] = await me.list("saved_view");
  expect(String(saved.values.card).split(",")).toContain("close_date");

  // A link to the view shows the same.
  const id = saved.id;
  await page.goto(`/board?view=${id}`);
  await expect(card).toContainText(me.called("deal.close_date"));
});
