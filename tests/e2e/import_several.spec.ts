// Files that hold several kinds of record, and files without headings, through the screens.
import { expect, test } from "./fixtures";
import type { Person } from "./steps";

async function choose(me: Person, name: string, text: string): Promise<void> {
  await me.page.goto("/import");
  await expect(me.page.getByText(me.t("import.file.choose"))).toBeVisible();
  await me.page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await expect(me.heading(me.t("import.map.columns"))).toBeVisible();
}

function stat(me: Person, number: number, label: string) {
  return me.page.getByText(new RegExp(`^${number}\\s*${label}$`));
}

test("brings in customers with their people and deals from one file, and takes it back", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const rows = [
    "客户名称,行业,联系人,手机,商机,金额",
    "恒通物流,零售,王芳,13800138000,扩容,1200",
    "恒通物流,金融,李雷,13900139000,,",
    "云栖仪器,制造业,王芳,13700137000,扩容,300",
  ];
  await choose(me, "客户与商机.csv", rows.join("\r\n"));
  await expect(me.field(t("import.entity"))).toHaveValue("deal");
  const guesses = { 客户名称: "account", 行业: "account.industry", 联系人: "contact", 手机: "contact.phone", 商机: "name", 金额: "amount" };
  for (const [column, field] of Object.entries(guesses)) {
    await expect(me.field(t("import.map.field_of", { column }))).toHaveValue(field);
  }
  await expect(page.getByRole("switch", { name: t("import.file.headed") })).toBeChecked();
  await expect(page.getByRole("switch", { name: new RegExp(t("import.map.by_name")) })).toBeChecked();
  await me.press(me.button(t("import.preview.start")));

  // What there will be is said before anything is sent, and that one industry is not the other.
  await expect(stat(me, 3, t("import.stat.ready"))).toBeVisible();
  await expect(stat(me, 2, t("entity.account.many"))).toBeVisible();
  await expect(stat(me, 3, t("entity.contact.many"))).toBeVisible();
  await expect(stat(me, 2, t("entity.deal.many"))).toBeVisible();
  await expect(page.getByText(t("import.preview.differing", { count: 1 }))).toBeVisible();
  await me.press(me.button(t("import.start_rows", { count: 3 })));
  await expect(me.button(t("import.undo"))).toBeVisible({ timeout: 60_000 });
  const made = (kind: string, count: number) =>
    page.getByRole("listitem").filter({ hasText: t(kind) }).filter({ hasText: t("import.past.created", { count }) });
  await expect(made("entity.account.many", 2)).toBeVisible();
  await expect(made("entity.contact.many", 3)).toBeVisible();
  await expect(made("entity.deal.many", 2)).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: t("import.row", { row: 3 }) })).toContainText(t("problem.kept_another"));

  const accounts = await me.list("account");
  const account = (name: string) => accounts.find((body) => body.values.name === name);
  expect(accounts.length).toBe(2);
  expect(account("恒通物流")?.values.industry).toBe("retail");
  const contacts = await me.list("contact");
  expect(contacts.map((body) => body.values.account).sort()).toEqual(
    [account("恒通物流")?.id, account("恒通物流")?.id, account("云栖仪器")?.id].sort(),
  );
  const deals = await me.list("deal");
  expect(deals.map((body) => body.values.account).sort()).toEqual([account("恒通物流")?.id, account("云栖仪器")?.id].sort());

  await me.press(me.button(t("import.undo")));
  const sure = me.sheet(t("import.undo.title"));
  await me.press(me.button(t("import.undo"), sure));
  await expect(page.getByText(t("import.undone"))).toBeVisible({ timeout: 60_000 });
  for (const entity of ["deal", "contact", "account"]) expect(await me.list(entity), entity).toEqual([]);
});

test("brings in a list without headings, whose columns are known by what they hold", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const rows = ["恒通物流,零售,13800138000", "云栖仪器,制造业,13900139000", "东篱食品,零售,13700137000"];
  await choose(me, "名单.csv", rows.join("\r\n"));
  const headed = page.getByRole("switch", { name: t("import.file.headed") });
  await expect(headed).not.toBeChecked();
  await me.field(t("import.entity")).selectOption("account");
  const column = (letter: string) => me.field(t("import.map.field_of", { column: t("import.map.lettered", { letter }) }));
  await expect(column("A")).toHaveValue("name");
  await expect(column("B")).toHaveValue("industry");
  await expect(column("C")).toHaveValue("phone");
  await expect(page.getByText(t("import.map.guessed"))).toHaveCount(3);
  // Somebody who looked and chose is not told again that it was a guess.
  await column("C").selectOption("");
  await expect(page.getByText(t("import.map.guessed"))).toHaveCount(2);
  await column("C").selectOption("phone");

  // With the first row as headings there is one row less; without, it is one of them.
  await me.press(headed);
  await expect(headed).toBeChecked();
  await expect(me.field(t("import.map.field_of", { column: "恒通物流" }))).toBeVisible();
  await me.press(headed);
  await expect(column("A")).toHaveValue("name");
  await me.press(me.button(t("import.preview.start")));
  await me.press(me.button(t("import.start_rows", { count: 3 })));
  await expect(stat(me, 3, t("import.stat.created"))).toBeVisible({ timeout: 60_000 });
  const names = (await me.list("account")).map((body) => body.values.name);
  expect(names.sort()).toEqual(["恒通物流", "云栖仪器", "东篱食品"].sort());
});
