// Fields that a business adds for itself: made in the settings, filled in on the form, read on the record.
import { expect, test } from "./fixtures";
import type { Wire } from "./steps";

type Option = { id: string; label: { zh: string; en: string }; color?: string; parent?: string };

function option(id: string, name: string, more: Partial<Option> = {}): Option {
  return { id, label: { zh: name, en: name }, ...more };
}

const COLORS = [option("red", "急", { color: "red" }), option("green", "稳", { color: "green" }), option("none", "缓")];
const TREE = [
  option("make", "制造业"),
  option("machines", "机械", { parent: "make", color: "blue" }),
  option("pumps", "泵", { parent: "machines" }),
  option("trade", "贸易"),
];

/** A field of every type, named by its id. */
const FIELDS: [string, Wire][] = [
  ["勾选", { type: "checkbox" }],
  ["折扣", { type: "percent", scale: 1 }],
  ["主页", { type: "url" }],
  ["评价", { type: "rating", max: 5 }],
  ["工时", { type: "duration" }],
  ["节奏", { type: "choice", options: COLORS }],
  ["特点", { type: "choices", options: COLORS }],
  ["关键词", { type: "tags" }],
  ["赛道", { type: "tree_choice", options: TREE }],
  ["工厂", { type: "address" }],
  ["复检", { type: "instant" }],
  ["编号", { type: "auto_number", format: "KH-{0000}" }],
];

test("fills in a field of every type and reads it back @tablet @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.hasFields("account", FIELDS);
  await me.has("account", { name: "早先", f_7: ["老客户"] });
  await page.goto("/records/account/new");
  await me.field(me.called("account.name")).fill("蓝鲸科技");

  await me.press(page.getByRole("switch", { name: "勾选" }));
  await me.field("折扣").fill("12.5");
  await me.field("主页").fill("Lanjing.cn/about");
  await me.press(page.getByRole("radio", { name: t("field.stars", { count: 4, max: 5 }) }));
  await me.field("工时").fill("1.5h");
  await me.field("节奏").selectOption({ label: "急" });
  const several = page.getByRole("group", { name: "特点" });
  await me.press(several.getByRole("checkbox", { name: "稳" }));
  await me.press(several.getByRole("checkbox", { name: "缓" }));
  await me.field("关键词").fill("重点,展会");
  await me.field("关键词").press("Enter");
  await me.press(me.button("老客户"));
  await me.press(me.button(t("field.tags.remove", { tag: "展会" })));
  await me.press(me.picked("赛道"));
  const tree = me.sheet("赛道");
  await me.press(me.button("制造业", tree));
  await me.press(me.button("机械", tree));
  await expectAccessible();
  await me.press(me.button(t("field.tree.choose", { name: "机械" }), tree));
  const address = page.getByRole("group", { name: "工厂" });
  await me.field(t("field.address.city"), address).fill("深圳市");
  await me.field(t("field.address.street"), address).fill("科技园1号");
  await me.field("复检").fill("2026-05-01T09:30");
  await expectAccessible();
  await me.save();

  await me.isOnRecord("蓝鲸科技");
  const stars = page.getByRole("img", { name: t("field.stars", { count: 4, max: 5 }) });
  await expect(me.fact("评价").locator(stars)).toBeVisible();
  const duration = t("field.duration.hm", { hours: 1, minutes: 30 });
  const line = me.lang === "zh" ? "深圳市科技园1号" : "科技园1号, 深圳市";
  const facts: [string, string | RegExp][] = [
    ["勾选", t("field.yes")],
    ["折扣", "12.5%"],
    ["工时", duration],
    ["节奏", "急"],
    ["特点", "稳缓"],
    ["关键词", "重点老客户"],
    ["赛道", "制造业 / 机械"],
    ["工厂", line],
    ["复检", /30/],
    ["编号", /^KH-000\d$/],
  ];
  for (const [name, text] of facts) await expect(me.fact(name)).toHaveText(text);
  await expect(me.fact("节奏").locator("[data-color=red]")).toBeVisible();
  const home = me.fact("主页").getByRole("link", { name: "lanjing.cn/about" });
  await expect(home).toHaveAttribute("href", "https://lanjing.cn/about");
  await expect(home).toHaveAttribute("rel", "noopener noreferrer");
  await expectAccessible();

  // What was typed comes back as it is typed, and the number cannot be.
  await me.press(me.button(t("action.edit")));
  await expect(me.field("工时")).toHaveValue(duration);
  await expect(me.field("折扣")).toHaveValue("12.5");
  await expect(me.field("编号")).toBeHidden();
  await me.field("工时").fill("soon");
  await me.save();
  await expect(page.getByText(t("problem.not_duration"))).toBeVisible();
  await me.field("工时").fill("45");
  await me.press(me.button(t("action.clear"), page.getByRole("radiogroup", { name: "评价" })));
  await me.save();
  await expect(me.fact("工时")).toHaveText(t("field.duration.m", { minutes: 45 }));
  await expect(me.fact("评价")).toBeHidden();
});

test("fills in the fields that the business added to touches", async ({ me }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.hasFields("touch", [["人数", { type: "integer", required: true }], ["备忘", { type: "text", max: 20 }]]);
  await me.openRecord("account", await me.has("account", { name: "蓝鲸科技" }));
  await me.press(me.button(t("add.touch")));
  const sheet = me.sheet(t("touch.title"));
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet.getByText(t("problem.required"))).toBeVisible();
  await me.field("人数", sheet).fill("3");
  await me.field("备忘", sheet).fill("长".repeat(21));
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet.getByText(t("problem.too_long", { max: 20 }))).toBeVisible();
  await me.field("备忘", sheet).fill("在食堂");
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.list("touch")).map(({ values }) => [values.f_0, values.f_1])).toEqual([[3, "在食堂"]]);
});

test("adds a choice with colours, a tree and a number in the settings @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  const [name, required] = [t(`definition.label.${me.lang}`), t("definition.required.help")];
  await me.hasWorkspace();
  await page.goto("/settings/fields/account");
  const sheet = me.sheet(t("definition.add"));
  const begin = async (called: string, type: string) => {
    await me.press(me.button(t("definition.add")));
    await me.field(name, sheet).fill(called);
    await me.field(t("definition.type"), sheet).selectOption(type);
  };
  const write = async (number: number, text: string) => {
    await me.press(me.button(t("definition.option.add"), sheet));
    await me.field(t("definition.option", { number }), sheet).fill(text);
  };
  const unfold = (text: string) => me.press(me.button(t("definition.option.more", { name: text }), sheet));
  const save = async () => {
    await me.press(me.button(t("action.save"), sheet));
    await expect(sheet).toBeHidden();
  };
  type Kind = { id: string; options?: Option[]; format?: string; start?: number; label: { zh: string } };
  const saved = async (called: string) => {
    const { entities } = await me.get<{ entities: { id: string; fields: Kind[] }[] }>("/api/v1/schema");
    return entities.find((entity) => entity.id === "account")?.fields.find((field) => field.label.zh === called);
  };

  await begin("节奏", "choices");
  await write(1, "急");
  await write(2, "稳");
  await unfold("稳");
  await me.press(sheet.getByRole("radio", { name: t("definition.option.color.green") }));
  await expectAccessible();
  await me.press(me.button(t("action.up"), sheet));
  await save();
  const options = (await saved("节奏"))?.options?.map((option) => [option.label.zh, option.color]);
  expect(options).toEqual([["稳", "green"], ["急", undefined]]);

  await begin("赛道", "tree_choice");
  await write(1, "制造业");
  await write(2, "机械");
  await unfold("机械");
  await me.press(me.button(t("definition.option.in"), sheet));
  await write(3, "贸易");
  await unfold("贸易");
  await me.press(sheet.getByRole("listitem").filter({ has: me.field(t("definition.option", { number: 3 })) }).getByRole("button", { name: t("definition.option.out"), exact: true }));
  await save();
  const tree = (await saved("赛道"))?.options ?? [];
  expect(tree.map((option) => [option.label.zh, tree.find((above) => above.id === option.parent)?.label.zh])).toEqual([
    ["制造业", undefined],
    ["机械", "制造业"],
    ["贸易", undefined],
  ]);

  await begin("合同号", "auto_number");
  await expect(sheet.getByText(required)).toBeHidden();
  await me.field(t("definition.number.format"), sheet).fill("HT-{month}");
  await me.press(me.button(t("action.save"), sheet));
  const words = { number: "{0000}", year: "{year}", month: "{month}" };
  await expect(sheet.getByText(t("problem.definition.bad_number_format", words))).toBeVisible();
  await me.field(t("definition.number.format"), sheet).fill("HT-{0000}");
  await me.field(t("definition.number.start"), sheet).fill("20");
  await expect(sheet.getByText(t("definition.number.example", { number: "HT-0020" }))).toBeVisible();
  await save();
  expect(await saved("合同号")).toMatchObject({ format: "HT-{0000}", start: 20 });
});
