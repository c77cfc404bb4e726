// A day at a desk without a mouse.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

/** Tab, until it has the focus; a person would see the ring arrive there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 60; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expect(target).toBeInViewport();
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`sixty tabs do not lead to ${target}`);
}

test("signs in, opens a deal from the board, moves it and logs a touch by keyboard @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.has("deal", { name: "Line 3 inspection", stage: "first_contact" });
  await page.context().clearCookies();

  await page.goto("/sign-in");
  await expect(me.field(t("auth.field.email"))).toBeVisible();
  await tabTo(page, me.field(t("auth.field.email")));
  await page.keyboard.type(me.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await me.isOnToday();

  await tabTo(page, me.link(t("nav.board")));
  await page.keyboard.press("Enter");
  const menu = me.button(t("board.card.more", { name: "Line 3 inspection" }));
  await expect(menu).toBeVisible();
  await tabTo(page, menu);
  await page.keyboard.press("Enter");
  const stages = me.sheet(t("board.move.title"));
  await tabTo(page, me.button(me.called("stage.needs"), stages));
  await page.keyboard.press("Enter");
  await expect(stages).toBeHidden();
  await expect(me.card("Line 3 inspection", "stage.needs")).toBeVisible();

  await tabTo(page, me.card("Line 3 inspection", "stage.needs").getByRole("link"));
  await page.keyboard.press("Enter");
  await me.isOnRecord("Line 3 inspection");
  await tabTo(page, me.button(t("add.touch")));
  await page.keyboard.press("Enter");
  const sheet = me.sheet(t("touch.title"));
  await tabTo(page, sheet.getByRole("radio", { checked: true }).first());
  await page.keyboard.press("ArrowRight");
  await expect(me.chip(t("touch.kind.visit"), sheet)).toBeChecked();
  await tabTo(page, me.field(t("touch.note"), sheet));
  await page.keyboard.type("Saw the line");
  await tabTo(page, me.button(t("touch.save"), sheet));
  await page.keyboard.press("Enter");
  await expect(sheet).toBeHidden();
  await expect(me.timeline().getByText("Saw the line")).toBeVisible();
  // The focus is back where it was.
  await expect(me.button(t("add.touch"))).toBeFocused();
});
