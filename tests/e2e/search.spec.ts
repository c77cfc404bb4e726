// Finding something: in one box on a phone, and over any page at a desk.
import { expect, test } from "./fixtures";

test("finds a customer by pinyin, by the end of a phone number and by what was open before", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const id = await me.has("account", { name: "上海知客科技有限公司", phone: "13800138000" });
  await me.has("account", { name: "Juniper Works" });
  await page.goto("/");
  await me.isOnToday();
  await me.goTo("search");
  // Nothing was looked at yet, so there is what changed lately.
  await expect(me.heading(t("search.changed"))).toBeVisible();
  const box = me.field(t("search.placeholder"));
  for (const typed of ["zhk", "zhike", "知客", "8000"]) {
    await box.fill(typed);
    await expect(page.getByRole("link", { name: "上海知客科技有限公司" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Juniper Works" })).toBeHidden();
  }
  await expect(page.getByText("+8613800138000")).toBeVisible();
  await expectAccessible();
  await box.fill("Jumiper");
  await expect(page.getByText(t("search.near"))).toBeVisible();
  await expect(page.getByRole("link", { name: "Juniper Works" })).toBeVisible();
  await me.openRecord("account", id);
  await me.goTo("search");
  await expect(me.heading(t("search.recent"))).toBeVisible();
  await expect(page.getByRole("link", { name: "上海知客科技有限公司" })).toBeVisible();
});

test("finds a customer and corrects what is wrong with it @main", async ({ me, page }) => {
  const { t, lang } = me;
  await me.hasWorkspace();
  const name = lang === "zh" ? "深圳市蓝鲸科技有限公司" : "Blue Whale Robotics";
  const account = await me.has("account", { name, website: "wrong.example" });
  await me.has("account", { name: lang === "zh" ? "昆仑仪器" : "Cedar Mills" });
  await page.goto("/");
  await me.isOnToday();
  await me.goTo("search");
  await me.field(t("search.placeholder")).fill(lang === "zh" ? "蓝鲸" : "whale");
  await me.press(page.getByRole("link", { name }));
  await me.isOnRecord(name);
  const [website, phone] = (["account.website", "account.phone"] as const).map((field) => me.called(field));
  await me.press(me.button(t("action.edit")));
  await me.field(website).fill("whale.example");
  // What cannot be is said at its place and not saved.
  await me.field(phone).fill("abc");
  await me.save();
  await expect(page.getByText(t("problem.not_phone"))).toBeVisible();
  await me.field(phone).fill("0755 8888 6666");
  await me.save();
  await expect(me.fact(website)).toHaveText("whale.example");
  await expect(me.fact(phone)).toContainText("8888");
  await expect(async () => {
    expect((await me.record("account", account)).values.website).toBe("whale.example");
  }).toPass();
});

test("opens records and starts new ones from the palette @desktop @desktop-only", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.has("account", { name: "上海知客科技有限公司" });
  await me.has("deal", { name: "知客二期" });
  await page.goto("/board");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await page.keyboard.press("Control+k");
  const palette = me.sheet(t("palette.title"));
  const box = palette.getByRole("combobox", { name: t("palette.title") });
  await expect(box).toBeFocused();
  await expect(palette.getByRole("option", { name: t("palette.go", { place: t("nav.board") }) })).toBeVisible();
  await expectAccessible();

  await page.keyboard.type("zhike");
  const [account, deal] = ["上海知客科技有限公司", "知客二期"].map((name) => palette.getByRole("option", { name }));
  // The name that begins with it comes first.
  await expect(deal).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(account).toHaveAttribute("aria-selected", "true");
  await expect(box).toHaveAttribute("aria-activedescendant", (await account.getAttribute("id")) ?? "");
  await page.keyboard.press("ArrowDown");
  await expect(deal).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await expectAccessible();
  await page.keyboard.press("Enter");
  await me.isOnRecord("上海知客科技有限公司");

  await page.keyboard.press("Control+k");
  // What was opened is at hand.
  await expect(account).toHaveAttribute("aria-selected", "true");
  await page.keyboard.type(t("palette.new", { kind: "deal" }).slice(0, 6));
  await expect(palette.getByRole("option").first()).toContainText(t("palette.new", { kind: "" }).trim());
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();

  // As fast as one likes: closed and opened again is open, and empty.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("zhike");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(box).toBeFocused();
  await expect(box).toHaveValue("");

  await page.keyboard.type(t("palette.go", { place: t("nav.board") }));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/board$/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("qqqq");
  await expect(palette.getByText(t("search.none.title", { query: "qqqq" }))).toBeVisible();
  await expect(palette.getByRole("option")).toHaveCount(0);
});
