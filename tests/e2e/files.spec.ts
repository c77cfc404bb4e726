// Files and photos of a record: brought while the form is open, seen and fetched on the record.
import { OFFLINE, expect, test } from "./fixtures";
import type { Wire } from "./steps";

const PDF = Buffer.from("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj\n<<>>\nendobj\n", "latin1");
/** One red dot. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
const pdf = { name: "采购合同.pdf", mimeType: "application/pdf", buffer: PDF };
const photo = { name: "现场.png", mimeType: "image/png", buffer: PNG };

const FIELDS: [string, Wire][] = [
  ["合同", { type: "file", max: 2 }],
  ["照片", { type: "file", max: 3, photos_only: true }],
];

test.describe("with a server that refuses", () => {
  // A refused file, and the connection that goes on purpose.
  test.use({ expectedErrors: new RegExp(`${OFFLINE.source}|422|Failed to load resource`) });

  test("adds a contract and a photo, and fetches the contract again @tablet @desktop", async ({ me, page, context, expectAccessible }) => {
    const { t } = me;
    await me.hasWorkspace();
    await me.hasFields("account", FIELDS);
    await page.goto("/records/account/new");
    await me.field(me.called("account.name")).fill("蓝鲸科技");
    const contracts = page.getByRole("group", { name: "合同", exact: true });
    const photos = page.getByRole("group", { name: "照片", exact: true });
    const add = me.field(t("field.files.add"), contracts);

    // What is not what it says does not come in, and says so.
    await add.setInputFiles({ ...pdf, name: "假.pdf", buffer: PNG });
    const problem = t("problem.file_lies", { extension: "pdf" });
    await expect(contracts.getByText(t("field.files.no", { name: "假.pdf", problem }))).toBeVisible();
    await expect(contracts.getByRole("listitem")).toHaveCount(0);

    await add.setInputFiles([pdf, { ...pdf, name: "附件.pdf" }]);
    await expect(me.link(pdf.name, contracts)).toBeVisible();
    await expect(me.link("附件.pdf", contracts)).toBeVisible();
    await expect(add).toBeDisabled();
    await expect(contracts.getByText(t("field.files.full", { max: 2 }))).toBeVisible();
    await me.press(me.button(t("field.files.remove", { name: "附件.pdf" }), contracts));
    await expect(add).toBeEnabled();
    await me.field(t("field.files.add_photo"), photos).setInputFiles(photo);
    await expect(me.link(photo.name, photos)).toBeVisible();
    await expectAccessible();
    await me.save();

    await me.isOnRecord("蓝鲸科技");
    const contract = me.fact("合同");
    await expect(me.link(pdf.name, contract)).toHaveAttribute("href", /^\/api\/v1\/files\//);
    await expect(contract).toContainText("1 KB");
    await expect(me.fact("照片").locator("img")).toHaveJSProperty("naturalWidth", 1);
    await expectAccessible();
    const fetched = page.waitForEvent("download");
    await me.press(me.link(t("field.files.save", { name: pdf.name }), contract));
    expect((await fetched).suggestedFilename()).toBe(pdf.name);

    // Without a connection everything but files can be changed.
    await me.press(me.button(t("action.edit")));
    await context.setOffline(true);
    await expect(contracts.getByText(t("field.files.offline"))).toBeVisible();
    await expect(add).toBeDisabled();
    await me.press(me.button(t("field.files.remove", { name: pdf.name }), contracts));
    await context.setOffline(false);
    await expect(add).toBeEnabled();
    await me.save();
    await expect(me.fact("合同")).toBeHidden();
    await expect(me.fact("照片").locator("img")).toBeVisible();
  });
});

test("gives the workspace a logo, and takes it away again @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/workspace");
  await me.field(t("settings.logo.add")).setInputFiles(photo);
  const shown = page.getByRole("img", { name: t("settings.logo"), exact: true });
  await expect(shown).toHaveJSProperty("naturalWidth", 1);
  await expectAccessible();
  const mark = page.locator(".nav-brand img");
  if ((page.viewportSize()?.width ?? 0) >= 1024) await expect(mark).toHaveJSProperty("naturalWidth", 1);
  await me.press(me.button(t("settings.logo.remove")));
  await expect(shown).toBeHidden();
  await expect(mark).toHaveCount(0);
  await me.press(me.button(t("action.undo")).last());
  await expect(shown).toBeVisible();
});

test("brings a photo from a visit, seen in the timeline and among the files @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  await me.openRecord("account", account);
  await me.press(me.button(t("add.touch")));
  const sheet = me.sheet(t("touch.title"));
  await me.choose(t("touch.kind.visit"), sheet);
  const files = sheet.getByRole("group", { name: me.called("touch.files"), exact: true });
  await me.field(t("field.files.add"), files).setInputFiles(photo);
  await expect(me.link(photo.name, files)).toBeVisible();
  await expectAccessible();
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();

  const tile = me.link(photo.name, me.timeline());
  await expect(tile).toHaveAttribute("href", /^\/api\/v1\/files\//);
  await expect(tile.locator("img")).toHaveJSProperty("naturalWidth", 1);
  await me.choose(t("timeline.filter.files"), me.timeline());
  const fetch = me.link(t("field.files.save", { name: photo.name }), me.timeline());
  await expect(fetch).toBeVisible();
  await expect(me.timeline()).toContainText("林小满");
  await expectAccessible();
  // The device remembers what is shown.
  await page.reload();
  await expect(fetch).toBeVisible();
  await expect(me.chip(t("timeline.filter.files"), me.timeline())).toBeChecked();
});

test("makes a field for photos in the settings @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/fields/account");
  await me.press(me.button(t("definition.add")));
  const sheet = me.sheet(t("definition.add"));
  await me.field(t(`definition.label.${me.lang}`), sheet).fill("门头照");
  await me.field(t("definition.type"), sheet).selectOption("file");
  await me.press(sheet.getByRole("switch", { name: t("definition.files.photos") }));
  await me.field(t("definition.files.max"), sheet).selectOption("3");
  await expectAccessible();
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  type Entity = { id: string; fields: { label: { zh: string }; type: string; max?: number; photos_only?: boolean }[] };
  const { entities } = await me.get<{ entities: Entity[] }>("/api/v1/schema");
  const field = entities.find((entity) => entity.id === "account")?.fields.find((field) => field.label.zh === "门头照");
  expect(field).toMatchObject({ type: "file", max: 3, photos_only: true });
});
