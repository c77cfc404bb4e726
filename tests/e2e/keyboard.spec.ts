// A day at a desk without a mouse.
import type { Locator, Page } from "@playwright/test";

import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

/** Tab, forwards or back, until it has the focus; a person would see the ring arrive there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const isBehind = await target.evaluate(
    (element) => !!(element.compareDocumentPosition(document.activeElement ?? document.body) & Node.DOCUMENT_POSITION_FOLLOWING),
  );
  for (let step = 0; step < 120; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expect(target).toBeInViewport();
      return;
    }
    await page.keyboard.press(isBehind ? "Shift+Tab" : "Tab");
  }
  throw new Error(`a hundred and twenty tabs do not lead to ${target}`);
}

async function pressAt(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** By its first letters, as a list that has the focus is searched. */
async function pick(page: Page, list: Locator, text: string): Promise<void> {
  await tabTo(page, list);
  await page.keyboard.type(text);
  await expect(list.locator("option:checked")).toHaveText(text);
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

test("adds a field, puts it first and narrows a role by keyboard @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/fields/account");
  const add = me.button(t("definition.add"));
  await pressAt(page, add);
  const sheet = me.sheet(t("definition.add"));
  await tabTo(page, me.field(t(`definition.label.${me.lang}`), sheet));
  await page.keyboard.type("Fleet");
  await pick(page, me.field(t("definition.type"), sheet), t("field.type.integer"));
  await tabTo(page, me.field(t("definition.max"), sheet));
  await page.keyboard.type("500");
  await pressAt(page, me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect(add).toBeFocused();
  await expect(me.button(/^Fleet/)).toBeVisible();

  await pressAt(page, me.button(t("definition.layout")));
  const grip = me.button(t("definition.order.grip", { name: "Fleet" }));
  await tabTo(page, grip);
  const rows = page.getByRole("listitem");
  const above = (await rows.count()) - 1;
  // The handle keeps the focus all the way up.
  for (let step = 0; step < above; step++) await page.keyboard.press("ArrowUp");
  await expect(rows.first()).toContainText("Fleet");
  await expect(grip).toBeFocused();
  // A button keeps the focus while it can go on, and leaves it to the handle at the end.
  const down = me.button(t("definition.order.down", { name: "Fleet" }));
  await pressAt(page, down);
  await expect(down).toBeFocused();
  const up = me.button(t("definition.order.up", { name: "Fleet" }));
  await pressAt(page, up);
  await expect(rows.first()).toContainText("Fleet");
  await expect(grip).toBeFocused();
  // What saves stands before the rows, however many there are.
  await page.keyboard.press("Shift+Tab");
  await expect(me.button(t("definition.layout.save"))).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(me.button(t("definition.layout"))).toBeFocused();
  await expect(rows.first()).toContainText("Fleet");
  // Arranging begins at the first row, and is saved from wherever one is.
  await page.keyboard.press("Enter");
  await expect(grip).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(rows.nth(1)).toContainText("Fleet");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(me.button(t("definition.layout"))).toBeFocused();
  await expect(rows.nth(1)).toContainText("Fleet");

  await page.goto("/settings/roles/rep");
  const view = page.getByRole("combobox", { name: `Accounts · ${t("roles.act.view")}`, exact: true });
  await tabTo(page, view);
  const before = await view.inputValue();
  await page.keyboard.press("End");
  await expect(view).not.toHaveValue(before);
  await expect(page.getByRole("region", { name: t("effect.title") })).toBeVisible();
  await pressAt(page, me.button(t("action.save")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  await pressAt(page, me.button(t("action.undo")));
  await expect(view).toHaveValue(before);
});

test("builds a filter with a group, and takes a rule out again by keyboard @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.has("account", { name: "Harbor Foods", employees: 40 });
  await me.has("account", { name: "Cedar Mills", employees: 900, website: "cedar.example" });
  await me.has("account", { name: "Blue Whale", employees: 900 });
  await page.goto("/records/account");
  const rows = page.getByRole("link", { name: /Harbor Foods|Cedar Mills|Blue Whale/ });
  await expect(rows).toHaveCount(3);
  const open = page.getByRole("button", { name: new RegExp(`^${t("action.filter")}`) });
  await pressAt(page, open);
  const sheet = me.sheet(t("filter.title"));
  const last = (name: string) => sheet.getByLabel(t(name), { exact: true }).last();
  await pick(page, last("filter.field"), "Employees");
  await pick(page, last("filter.operator"), t("filter.op.at_least"));
  await tabTo(page, last("filter.value"));
  await page.keyboard.type("100");
  await pressAt(page, me.button(t("filter.add_group"), sheet));
  // Whoever adds a rule goes on with it.
  await expect(last("filter.field")).toBeFocused();
  await pick(page, last("filter.field"), me.called("account.website"));
  await pick(page, last("filter.operator"), t("filter.op.filled"));
  await pressAt(page, me.button(t("filter.add"), sheet.getByRole("group", { name: t("filter.group"), exact: true })));
  await expect(last("filter.field")).toBeFocused();
  await tabTo(page, last("filter.value"));
  await page.keyboard.type("Harbor");
  await pressAt(page, me.button(t("filter.apply"), sheet));
  await expect(sheet).toBeHidden();
  await expect(rows).toHaveCount(1);
  await expect(open).toBeFocused();

  const rule = t("filter.remove", { rule: t("filter.says.at_least", { field: "Employees", a: "100" }) });
  await pressAt(page, me.button(rule));
  await expect(rows).toHaveCount(2);
  await pressAt(page, page.getByRole("link", { name: "Cedar Mills" }));
  await me.isOnRecord("Cedar Mills");
});

test("brings a file in and takes it back by keyboard @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/import?entity=account");
  const file = me.page.locator("input[type=file]");
  await expect(file).toBeAttached();
  await tabTo(page, file);
  const asked = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  const buffer = Buffer.from("Company,Phone,Remark\r\nHarbor Foods,021 5888 1234,met at the fair\r\nCedar Mills,by letter only,\r\n");
  await (await asked).setFiles({ name: "accounts.csv", mimeType: "text/csv", buffer });
  await expect(me.heading(t("import.map.columns"))).toBeVisible();
  await pick(page, me.field(t("import.map.field_of", { column: "Company" })), me.called("account.name"));
  await pick(page, me.field(t("import.map.field_of", { column: "Phone" })), me.called("account.phone"));
  await pick(page, me.field(t("import.map.field_of", { column: "Remark" })), me.called("account.note"));
  await pressAt(page, me.button(t("import.preview.start")));
  // The table of rows scrolls by the arrow keys.
  await tabTo(page, page.getByRole("region", { name: t("import.preview.first"), exact: true }));
  await pressAt(page, me.button(t("import.start_rows", { count: 1 })));
  const undo = page.getByRole("button", { name: t("import.undo"), exact: true }).first();
  await expect(undo).toBeVisible();
  expect((await me.list("account")).map((account) => account.values.note)).toEqual(["met at the fair"]);
  await pressAt(page, undo);
  const sure = me.sheet(t("import.undo.title"));
  await pressAt(page, me.button(t("import.undo"), sure));
  await expect(page.getByText(t("import.undone"))).toBeVisible();
  expect(await me.list("account")).toEqual([]);
});

test("decides field by field what a colleague changed too by keyboard @desktop @desktop-only", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "Blue Whale", website: "a.example" });
  await me.openRecord("account", account);
  const [name, website] = (["account.name", "account.website"] as const).map((field) => me.called(field));
  await page.keyboard.press("e");
  await expect(me.field(name)).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Blue Whale Ltd");
  await tabTo(page, me.field(website));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("mine.example");
  const { version } = await me.record("account", account);
  await me.edits("account", account, version, { name: "Blue Whale Group", website: "theirs.example" });
  await page.keyboard.press("Control+Enter");

  const sheet = me.sheet(t("conflict.title"));
  await expect(sheet).toContainText("Blue Whale Group");
  const theirs = sheet.getByRole("radiogroup", { name, exact: true }).getByRole("radio", { name: /Blue Whale Group/ });
  await tabTo(page, sheet.getByRole("radiogroup", { name, exact: true }).getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowRight");
  await expect(theirs).toBeChecked();
  await pressAt(page, me.button(t("conflict.keep_chosen"), sheet));
  await me.isOnRecord("Blue Whale Group");
  await expect(me.fact(website)).toHaveText("mine.example");
  // And on with the day.
  await page.keyboard.press("e");
  await expect(me.field(name)).toBeFocused();
});
