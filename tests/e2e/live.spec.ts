// What others do is seen within seconds, without a reload, and takes nothing out of one's hand.
import type { Locator } from "@playwright/test";

import { expect, test } from "./fixtures";
import { PASSWORD, type Person } from "./steps";

/** Deals in one stage, the last made on top; their ids by name. */
async function deals(me: Person, count: number, stage: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (let at = 1; at <= count; at++) {
    const name = `单子 ${String(at).padStart(2, "0")}`;
    ids.set(name, await me.has("deal", { name, stage, amount: { amount: at * 100_000, currency: "CNY" } }));
  }
  return ids;
}

/** Moves a deal as somebody else at another device does. */
async function moves(me: Person, deal: string, from: string, to: string): Promise<void> {
  await me.sends([{ do: "move_stage", entity: "deal", record: deal, from, to }]);
}

/** How far down the cards of a stage are. */
function scrolled(column: Locator): Promise<number> {
  return column.evaluate((column) => {
    const cards = [column, ...column.querySelectorAll("*")].find((element) => element.scrollTop > 0);
    return cards?.scrollTop ?? 0;
  });
}

/** Somebody at another device of the same person, on the board. */
async function onTheBoard(me: Person, colleague: Person): Promise<void> {
  colleague.email = me.email;
  await colleague.signIn();
  await colleague.page.goto("/board");
  await expect(colleague.column("stage.needs")).toBeAttached();
}

/** Whether the page is still the one it was: a reload would forget it. */
const mark = (who: Person) => who.page.evaluate(() => void Object.assign(window, { still: true }));
const isStill = (who: Person) => who.page.evaluate(() => "still" in window);

test("two browsers see each other on the board, and nobody's place is lost @desktop", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace();
  await deals(me, 18, "needs");
  await me.has("deal", { name: "走得快", stage: "first_contact", amount: { amount: 100_000, currency: "CNY" } });
  const colleague = await another();
  await onTheBoard(me, colleague);
  await colleague.scrollBoardTo("stage.needs");
  const column = colleague.column("stage.needs");
  const card = colleague.card("单子 06", "stage.needs");
  // Only cards near the view are drawn.
  await expect(async () => {
    await column.getByRole("article").last().scrollIntoViewIfNeeded();
    await expect(card).toBeAttached({ timeout: 500 });
  }).toPass();
  await card.scrollIntoViewIfNeeded();
  await expect.poll(() => scrolled(column)).toBeGreaterThan(0);
  const before = { down: await scrolled(column), at: await card.boundingBox() };
  await mark(colleague);

  await page.goto("/board");
  const mine = me.card("走得快", "stage.first_contact");
  await me.press(me.button(t("board.card.more", { name: "走得快" }), mine));
  await me.press(me.button(me.called("stage.proposal"), me.sheet(t("board.move.title"))));
  await expect(me.card("走得快", "stage.proposal")).toBeAttached();

  await expect(colleague.card("走得快", "stage.proposal")).toBeAttached();
  await expect(colleague.card("走得快", "stage.first_contact")).toHaveCount(0);
  await expect(colleague.numbers("stage.proposal")).toContainText(t("board.column.count", { count: 1 }));
  expect(await isStill(colleague)).toBe(true);
  expect(await scrolled(column)).toBe(before.down);
  expect(Math.abs(((await card.boundingBox())?.y ?? 0) - (before.at?.y ?? 0))).toBeLessThan(3);

  // And the other way round: a new name, on a card that stays where it is.
  const deal = (await colleague.list("deal")).find((deal) => deal.values.name === "走得快");
  if (!deal) throw new Error("the deal is gone");
  await mark(me);
  await colleague.edits("deal", deal.id, deal.version, { name: "走得更快" });
  await expect(me.card("走得更快", "stage.proposal")).toBeAttached();
  expect(await isStill(me)).toBe(true);
});

test("without a socket it is asked from time to time", async ({ me, another }) => {
  await me.hasWorkspace();
  const deal = await me.has("deal", { name: "走得慢", stage: "needs" });
  const colleague = await another();
  await colleague.page.routeWebSocket(/\/api\/v1\/live$/, (socket) => socket.close());
  await onTheBoard(me, colleague);
  await expect(colleague.card("走得慢", "stage.needs")).toBeAttached();
  await mark(colleague);
  const asked = colleague.page.waitForResponse(/\/api\/v1\/changes/);
  await moves(me, deal, "needs", "proposal");
  await asked;
  await expect(colleague.card("走得慢", "stage.proposal")).toBeAttached({ timeout: 60_000 });
  expect(await isStill(colleague)).toBe(true);
});

test("a card in the hand stays there, and who lets it go second is told who was first @desktop @desktop-only", async ({ me, another }) => {
  await me.hasWorkspace();
  const ids = await deals(me, 2, "needs");
  const colleague = await another();
  const { t, page } = colleague;
  await onTheBoard(me, colleague);
  const card = colleague.card("单子 01", "stage.needs");
  const goal = colleague.column("stage.proposal");
  await card.hover();
  await page.mouse.down();
  await goal.hover();
  await expect(goal).toHaveAttribute("data-over", "true");

  const heard = page.waitForResponse(/\/api\/v1\/changes/);
  await moves(me, ids.get("单子 01") ?? "", "needs", "negotiation");
  await heard;
  // Known by now, and shown once the hand is free.
  await expect(card).toHaveAttribute("data-dragging", "true");
  await expect(colleague.card("单子 01", "stage.negotiation")).toHaveCount(0);
  await page.mouse.up();

  const told = t("live.moved_by.toast", { who: "林小满", name: "单子 01", stage: colleague.called("stage.negotiation") });
  await expect(colleague.toast(told)).toBeVisible();
  await expect(colleague.card("单子 01", "stage.negotiation")).toBeAttached();
  await expect(colleague.card("单子 01", "stage.proposal")).toHaveCount(0);
  // What one wanted is kept until one decides.
  await colleague.press(colleague.tray(t("outbox.refused", { count: 1 })));
  await expect(colleague.button(t("conflict.decide"), colleague.sheet(t("outbox.title")))).toBeVisible();
});

test("a record that others change is seen to change, and what is being typed stays", async ({ me, another }) => {
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", website: "lanjing.cn" });
  const colleague = await another();
  colleague.email = me.email;
  await colleague.signIn();
  await colleague.openRecord("account", account);
  await me.edits("account", account, 1, { website: "bluewhale.cn" });
  await expect(colleague.fact(colleague.called("account.website"))).toHaveText("bluewhale.cn");

  await colleague.press(colleague.button(colleague.t("action.edit")));
  const name = colleague.field(colleague.called("account.name"));
  await name.fill("蓝鲸集");
  const heard = colleague.page.waitForResponse(/\/api\/v1\/changes/);
  await me.edits("account", account, 2, { name: "蓝鲸股份", website: "whale.cn" });
  await heard;
  await expect(name).toHaveValue("蓝鲸集");
  await name.fill("蓝鲸集团");
  await colleague.save();
  await expect(colleague.sheet(colleague.t("conflict.title"))).toContainText("蓝鲸股份");
});

test("what goes to somebody else is gone from the screen, and nothing is said of it", async ({ me, another }) => {
  await me.hasWorkspace();
  const { id: own } = (await me.list("user"))[0];
  const rep = await another();
  // Somebody who sees their own records only.
  const invited = await me.post<{ user: string; path: string }>("/api/v1/invitations", { name: "陈晨", email: rep.email, role: "rep" });
  await rep.page.goto(invited.path);
  await rep.field(rep.t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(rep.t("auth.join.submit")));
  await rep.isOnToday();
  const deal = await me.has("deal", { name: "要交出去", stage: "needs", owner: invited.user });
  await rep.page.goto("/board");
  await expect(rep.card("要交出去", "stage.needs")).toBeAttached();
  await mark(rep);
  await me.sends([{ do: "assign", entity: "deal", record: deal, old_owner: invited.user, owner: own }]);
  await expect(rep.card("要交出去", "stage.needs")).toHaveCount(0);
  expect(await isStill(rep)).toBe(true);
});

test("a row that others change keeps the focus, also when it comes to stand elsewhere @desktop", async ({ me, another }) => {
  await me.hasWorkspace();
  const account = await me.has("account", { name: "Alpha Foods" });
  for (const name of ["Beta Mills", "Gamma Tools"]) await me.has("account", { name });
  const colleague = await another();
  colleague.email = me.email;
  await colleague.signIn();
  await colleague.page.goto("/records/account?sort=name");
  const row = (name: string) => colleague.page.getByRole("link", { name: new RegExp(name) });
  await row("Alpha Foods").focus();
  await me.edits("account", account, 1, { name: "Alpine Foods" });
  await expect(row("Alpine Foods")).toBeFocused();
  await expect(row("Alpha Foods")).toHaveCount(0);
  // Behind the others.
  await me.edits("account", account, 2, { name: "Zulu Foods" });
  await expect(row("Zulu Foods")).toBeFocused();
  const below = async () => ((await row("Zulu Foods").boundingBox())?.y ?? 0) - ((await row("Gamma Tools").boundingBox())?.y ?? 0);
  await expect.poll(below).toBeGreaterThan(0);
  await expect(row("Zulu Foods")).toBeFocused();
});

test("a cell in which somebody types stays open while others change its row and the next @desktop @desktop-only", async ({ me, another }) => {
  await me.hasWorkspace();
  const account = await me.has("account", { name: "Alpha Foods" });
  const next = await me.has("account", { name: "Beta Mills" });
  const colleague = await another();
  colleague.email = me.email;
  await colleague.signIn();
  await colleague.page.goto("/records/account?sort=name");
  const cell = colleague.page.locator(`td[data-record="${account}"][data-field="phone"]`);
  await cell.dblclick();
  const editor = cell.getByRole("textbox");
  await expect(editor).toBeFocused();
  await editor.fill("021 5888 1234");
  await me.edits("account", account, 1, { name: "Zulu Foods" });
  await me.edits("account", next, 1, { name: "Bravo Mills" });
  await expect(colleague.page.getByRole("link", { name: "Bravo Mills", exact: true })).toBeVisible();
  await expect(editor).toBeFocused();
  await expect(editor).toHaveValue("021 5888 1234");
  await colleague.page.keyboard.press("Enter");
  await expect(cell).toHaveText("02158881234");
  // Now the row says what else became of it.
  await expect(colleague.page.getByRole("link", { name: "Zulu Foods", exact: true })).toBeVisible();
  await expect.poll(async () => (await me.record("account", account)).values).toMatchObject({ name: "Zulu Foods", phone: "02158881234" });
});
