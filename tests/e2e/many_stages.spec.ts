// A pipeline of thirty stages: the board, the sheet that moves and the rules of moves, by thumb and by keyboard.
import type { Locator } from "@playwright/test";

import { expect, test } from "./fixtures";
import type { Person } from "./steps";

const STAGES = 30;

/** What a stage is called, in the language of the one who looks. */
function called(me: Person, at: number): string {
  const number = String(at + 1).padStart(2, "0");
  return me.lang === "zh" ? `第 ${number} 步` : `Step ${number}`;
}

/** Twenty-eight open stages, and two in which the way ends, beside the pipeline that every workspace has. */
async function hasThirtyStages(me: Person): Promise<void> {
  const stages = Array.from({ length: STAGES }, (_, at) => {
    const number = String(at + 1).padStart(2, "0");
    const status = at === STAGES - 1 ? "lost" : at === STAGES - 2 ? "won" : "open";
    const probability = status === "won" ? 100 : status === "lost" ? 0 : 50;
    return { id: `s_${at}`, label: { zh: `第 ${number} 步`, en: `Step ${number}` }, status, probability };
  });
  const pipeline = { id: "p_long", entity: "deal", label: { zh: "设备项目", en: "Equipment" }, stages };
  await me.defines({ change: "add_pipeline", pipeline });
}

function column(me: Person, at: number): Locator {
  return me.page.getByRole("region", { name: called(me, at), exact: true });
}

function inStrip(me: Person, at: number): Locator {
  const strip = me.page.getByRole("navigation", { name: me.t("record.stage"), exact: true });
  return strip.getByRole("button", { name: new RegExp(`^${called(me, at)}`) });
}

/** The stages that the sheet of a move offers, in their order. */
function offered(me: Person): Locator {
  return me.sheet(me.t("board.move.title")).getByRole("button", { name: new RegExp(`^${called(me, 0).replace("01", "\\d\\d")}$`) });
}

async function stageOf(me: Person, deal: string): Promise<unknown> {
  return (await me.record("deal", deal)).values.stage;
}

test("goes by thumb through thirty stages to the last, and back by the sheet", async ({ me, page, finger, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await hasThirtyStages(me);
  const deal = await me.has("deal", { name: "三号产线", stage: "s_27", amount: { amount: 1_000_000, currency: "CNY" } });
  await page.goto("/board?pipeline=p_long");
  await expect(column(me, STAGES - 1)).toBeAttached();
  await expect(inStrip(me, 0)).toHaveAttribute("aria-current", "true");
  await expect(inStrip(me, STAGES - 1)).not.toBeInViewport();

  // The strip scrolls under the thumb, and the board goes where it is tapped.
  await expect(async () => {
    const strip = page.getByRole("navigation", { name: t("record.stage"), exact: true });
    await finger.swipe(strip, { x: -280 });
    await expect(inStrip(me, STAGES - 1)).toBeInViewport({ ratio: 0.9, timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await me.press(inStrip(me, 27));
  await expect(column(me, 27)).toBeInViewport({ ratio: 0.9 });
  await expect(inStrip(me, 27)).toHaveAttribute("aria-current", "true");
  const card = column(me, 27).getByRole("article").filter({ hasText: "三号产线" });
  await expect(card).toBeInViewport({ ratio: 1 });
  await expectAccessible();

  // The sheet offers them all, and begins where the deal stands.
  await me.press(me.button(t("board.card.more", { name: "三号产线" }), card));
  await expect(offered(me)).toHaveCount(STAGES);
  await expect(offered(me).nth(27)).toHaveAttribute("aria-pressed", "true");
  await expect(offered(me).nth(27)).toBeInViewport({ ratio: 1 });
  await expect(offered(me).first()).not.toBeInViewport();
  await offered(me).first().scrollIntoViewIfNeeded();
  await me.press(offered(me).first());
  await expect(me.toast(t("board.moved.toast", { stage: called(me, 0) }))).toBeVisible();
  await expect.poll(() => stageOf(me, deal)).toBe("s_0");
  await expect(column(me, 0).getByRole("article").filter({ hasText: "三号产线" })).toBeAttached();
});

test("goes by keyboard to the last of thirty stages @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await hasThirtyStages(me);
  const deal = await me.has("deal", { name: "三号产线", stage: "s_0", amount: { amount: 1_000_000, currency: "CNY" } });
  await page.goto("/board?pipeline=p_long");
  const card = column(me, 0).getByRole("article").filter({ hasText: "三号产线" });
  await expect(card).toBeVisible();
  await me.button(t("board.card.more", { name: "三号产线" }), card).focus();
  await page.keyboard.press("Enter");
  await expect(offered(me)).toHaveCount(STAGES);
  const before = offered(me).nth(27);
  for (let press = 0; press < STAGES && !(await before.evaluate((row) => row === document.activeElement)); press++) {
    await page.keyboard.press("Tab");
  }
  await expect(before).toBeFocused();
  await expect(before).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Enter");
  await expect.poll(() => stageOf(me, deal)).toBe("s_27");
  await column(me, 27).scrollIntoViewIfNeeded();
  await expect(column(me, 27).getByRole("article").filter({ hasText: "三号产线" })).toBeInViewport({ ratio: 1 });
});

test("rules of moves between thirty stages keep their names in sight @desktop @desktop-only", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await hasThirtyStages(me);
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("ways.title")).last());
  const sheet = me.sheet(t("ways.title"));
  const way = (from: number, to: number) => {
    const name = t("ways.way", { from: called(me, from), to: called(me, to) });
    return sheet.getByRole("button", { name: new RegExp(`^${name}`) });
  };
  await way(28, 29).focus();
  await expect(way(28, 29)).toBeInViewport({ ratio: 1 });
  await expect(sheet.getByRole("columnheader", { name: called(me, 29), exact: true })).toBeInViewport({ ratio: 1 });
  await expect(sheet.getByRole("rowheader", { name: called(me, 28), exact: true })).toBeInViewport({ ratio: 1 });
  await expectAccessible();
  // Nor are they in front of what the keyboard comes to on the way back.
  await way(1, 0).focus();
  await expect
    .poll(() =>
      way(1, 0).evaluate((way) => {
        const { x, y, width, height } = way.getBoundingClientRect();
        return way.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      }),
    )
    .toBe(true);
});

test("carries the last of thirty stages to the top: the page goes along at its edge", async ({ me, page, finger }) => {
  const { t } = me;
  await me.hasWorkspace();
  await hasThirtyStages(me);
  await page.goto("/settings/pipelines");
  // Each pipeline has an order of its own, and so have the pipelines among each other.
  await me.press(me.button(t("definition.order")).nth(1));
  const grip = (at: number) => me.button(t("definition.order.grip", { name: called(me, at) }));
  await grip(STAGES - 1).scrollIntoViewIfNeeded();
  await expect(grip(0)).not.toBeInViewport();
  const touch = await finger.touch(grip(STAGES - 1));
  await touch.moveTo(page.getByRole("heading", { level: 1 }));
  await expect(me.button(t("definition.order.up", { name: called(me, STAGES - 1) }))).toBeDisabled();
  await touch.lift();
  await me.press(me.button(t("definition.order.save")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  const { pipelines } = await me.get<{ pipelines: { id: string; stages: { id: string }[] }[] }>("/api/v1/schema");
  const ids = pipelines.find((pipeline) => pipeline.id === "p_long")?.stages.map((stage) => stage.id);
  expect(ids?.slice(0, 2)).toEqual([`s_${STAGES - 1}`, "s_0"]);
});
