// What a business administrator changes, and that it holds for others at once.
import { expect, test } from "./fixtures";
import { PASSWORD } from "./steps";

// What an unused address and an invitation that is over are answered with.
test.use({ expectedErrors: /status of 40[014]/ });

type Field = { id: string; type: string; max?: number; options?: { id: string; retired?: boolean }[] };
type Schema = {
  entities: { id: string; fields: Field[] }[];
  pipelines: { id: string; stages: { id: string }[] }[];
};

test("adds a role, narrows it, and somebody with it sees only their own @main", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  await me.has("account", { name: "老板的客户" });
  await page.goto("/settings/roles");
  await me.press(me.button(t("roles.add")));
  const sheet = me.sheet(t("roles.add"));
  await me.field(t(`definition.label.${me.lang}`), sheet).fill("见习");
  await me.field(t("roles.like"), sheet).selectOption("read_only");
  await me.press(me.button(t("roles.add"), sheet));
  await expect(page.getByRole("heading", { level: 1, name: "见习", exact: true })).toBeVisible();
  const role = page.url().split("/").pop();

  // A person has it before it is narrowed.
  const rep = await another();
  const invitation = await me.post<{ user: string; path: string }>("/api/v1/invitations", {
    name: "陈晨",
    email: rep.email,
    role,
  });
  await rep.page.goto(invitation.path);
  await rep.field(t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(t("auth.join.submit")));
  await rep.isOnToday();
  await me.has("account", { name: "陈晨的客户", owner: invitation.user });
  await rep.goTo("customers");
  await expect(rep.page.getByRole("link", { name: /老板的客户/ })).toBeVisible();

  // What it means is said before it is saved.
  const customers = me.lang === "zh" ? "客户" : "Accounts";
  const view = page.getByRole("combobox", { name: `${customers} · ${t("roles.act.view")}`, exact: true });
  await view.selectOption({ label: t("access.level.own") });
  const meaning = page.getByRole("region", { name: t("effect.title") });
  await expect(meaning).toContainText(t("effect.people", { count: 1 }));
  await expect(meaning).toContainText(t("effect.view.own_only", { entity: customers, before: t("access.level.all") }));
  await me.press(me.button(t("action.save")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  await expect(meaning).toHaveCount(0);

  await rep.page.reload();
  await expect(rep.page.getByRole("link", { name: /陈晨的客户/ })).toBeVisible();
  await expect(rep.page.getByRole("link", { name: /老板的客户/ })).toHaveCount(0);

  // One tap takes it back.
  await me.press(me.button(t("action.undo")));
  await expect(view).toHaveValue("all");
});

test("moves a stage by hand, and takes one away whose deals go elsewhere @desktop", async ({ me, page, finger, hasTouch }) => {
  const { t } = me;
  await me.hasWorkspace();
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  const stages = async () => (await me.get<Schema>("/api/v1/schema")).pipelines[0].stages.map((stage) => stage.id);
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("definition.order")));
  const first = me.called("stage.first_contact");
  const grip = me.button(t("definition.order.grip", { name: first }));
  if (hasTouch) {
    // Past the middle of the next row.
    await finger.drag(grip, me.button(t("definition.order.grip", { name: me.called("stage.proposal") })));
  } else {
    await grip.focus();
    await page.keyboard.press("ArrowDown");
  }
  await me.press(me.button(t("definition.order.save")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  expect((await stages()).slice(0, 2)).toEqual(["needs", "first_contact"]);

  // The deal in it needs a new place.
  await me.press(page.getByRole("button", { name: new RegExp(`^${me.called("stage.needs")}`) }));
  const sheet = me.sheet(me.called("stage.needs"));
  await me.press(me.button(t("definition.stage.remove"), sheet));
  await expect(sheet.getByRole("status")).toContainText("1");
  await me.field(t("definition.stage.remove.target"), sheet).selectOption({ label: me.called("stage.proposal") });
  await me.press(me.button(t("action.remove"), sheet));
  await expect(sheet).toBeHidden();
  expect(await stages()).not.toContain("needs");
  expect((await me.record("deal", deal)).values.stage).toBe("proposal");
  await page.goto("/board");
  await expect(me.card("三号产线检测仪", "stage.proposal")).toBeAttached();
});

test("calls accounts members, and menu, forms and lists follow", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/fields/account");
  await me.press(me.button(t("definition.entity.rename", { name: t("entity.account") })));
  const sheet = me.sheet(t("definition.entity.rename", { name: t("entity.account") }));
  await me.field(t("definition.label.zh"), sheet).fill("会员");
  await me.field(t("definition.label.en"), sheet).fill("Member");
  await me.field(t("definition.entity.plural"), sheet).fill("Members");
  await me.press(me.button(t("action.save"), sheet));
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const [one, many] = me.lang === "zh" ? ["会员", "会员"] : ["Member", "Members"];
  await expect(me.heading(one)).toBeVisible();
  const nav = page.getByRole("navigation", { name: t("nav.main"), exact: true });
  await expect(me.link(many, nav)).toBeVisible();
  await page.goto("/");
  await me.press(me.button(t("nav.add")));
  const kind_account = me.lang === "zh" ? one : one.toLowerCase();
  const row = me.sheet(t("add.title")).getByRole("button", { name: new RegExp(`^${t("add.account", { kind_account })}`) });
  await me.press(row);
  await expect(me.field(me.called("account.name"))).toBeVisible();
  await page.goto("/records/account");
  await expect(me.heading(many)).toBeVisible();
});

test("somebody leaves: it says what they own, and they are out at once", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  const rep = await another();
  const invitation = await me.post<{ user: string; path: string }>("/api/v1/invitations", {
    name: "陈晨",
    email: rep.email,
    role: "rep",
  });
  await rep.page.goto(invitation.path);
  await rep.field(t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(t("auth.join.submit")));
  await rep.isOnToday();
  await me.has("account", { name: "陈晨的客户", owner: invitation.user });
  await page.goto("/settings/members");
  await me.press(page.getByRole("button", { name: /陈晨/ }));
  const sheet = me.sheet("陈晨");
  await me.press(me.button(t("members.deactivate"), sheet));
  await expect(sheet.getByRole("listitem")).toHaveText([/1/]);
  await me.press(me.button(t("members.deactivate"), sheet));
  await expect(me.heading(t("members.inactive"))).toBeVisible();
  // Wherever they are, and without a touch of theirs.
  await expect(rep.button(t("auth.sign_in.submit"))).toBeVisible();
});

test("narrows a field that has values, and is told what stands outside @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const schema = () => me.get<Schema>("/api/v1/schema");
  const options = [
    { id: "red", label: { zh: "红", en: "Red" } },
    { id: "blue", label: { zh: "蓝", en: "Blue" } },
  ];
  const fields = [
    { id: "f_cars", label: { zh: "车辆", en: "Cars" }, type: "integer" },
    { id: "f_color", label: { zh: "颜色", en: "Colour" }, type: "choice", options },
  ];
  for (const field of fields) {
    await me.defines({ change: "add_field", entity: "account", field });
  }
  const many = await me.has("account", { name: "大车队", f_cars: 50, f_color: "red" });
  await me.has("account", { name: "小车队", f_cars: 5 });

  await page.goto("/settings/fields/account");
  const called = (field: (typeof fields)[number]) => field.label[me.lang];
  const meaning = page.getByRole("region", { name: t("effect.title") });
  const [cars, color] = fields.map((field) => me.sheet(called(field)));
  await me.press(me.button(new RegExp(`^${called(fields[0])}`)));
  await me.field(t("definition.max"), cars).fill("20");
  await expect(meaning).toContainText(t("effect.excludes", { count: 1 }));
  await me.press(me.button(t("action.save"), cars));
  await expect(cars).toBeHidden();
  const saved = async () => (await schema()).entities.find(({ id }) => id === "account")?.fields.find(({ id }) => id === "f_cars");
  expect((await saved())?.max).toBe(20);
  // What is there stays.
  expect((await me.record("account", many)).values.f_cars).toBe(50);

  await me.press(me.button(new RegExp(`^${called(fields[1])}`)));
  await me.press(me.button(t("definition.option.remove"), color).first());
  const red = options[0].label[me.lang];
  await expect(meaning).toContainText(t("effect.withdraws", { count: 1, option: red }));
  await me.press(me.button(t("action.save"), color));
  await expect(color).toBeHidden();

  // One tap takes back what was done last.
  await me.press(me.button(t("action.undo")).last());
  const offered = async () => {
    const field = (await schema()).entities.find(({ id }) => id === "account")?.fields.find(({ id }) => id === "f_color");
    return field?.options?.filter((option) => !option.retired).length;
  };
  await expect.poll(offered).toBe(2);
});

test("keeps more decimals of a number that is there, and is told what has no room in fewer @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const field = { id: "f_size", label: { zh: "面积", en: "Floor space" }, type: "decimal", scale: 2 };
  await me.defines({ change: "add_field", entity: "account", field });
  const account = await me.has("account", { name: "昆仑仪器", f_size: "12.50" });

  await page.goto("/settings/fields/account");
  const name = field.label[me.lang];
  const sheet = me.sheet(name);
  const meaning = page.getByRole("region", { name: t("effect.title") });
  await me.press(me.button(new RegExp(`^${name}`)));
  await expect(me.field(t("definition.decimals"), sheet)).toHaveValue("2");
  await me.field(t("definition.decimals"), sheet).selectOption("3");
  await expect(meaning).toContainText(t("effect.rescales", { count: 1, decimals: 3 }));
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  const saved = await me.record("account", account);
  expect(saved.values.f_size).toBe("12.500");

  await me.edits("account", account, saved.version, { f_size: "12.505" });
  await me.press(me.button(new RegExp(`^${name}`)));
  await me.field(t("definition.decimals"), sheet).selectOption("2");
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet.getByText(t("problem.definition.decimals_do_not_fit", { count: 1 }))).toBeVisible();
});

test("tells who will see more and what a person loses, before they move", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  const east = await me.has("team", { name: "华东" });
  const colleague = await me.has("user", { name: "李雷", role: "rep", status: "inactive" });
  const manager = await another();
  const invitation = await me.post<{ user: string; path: string }>("/api/v1/invitations", {
    name: "陈晨",
    email: manager.email,
    role: "manager",
    team: east,
  });
  await manager.page.goto(invitation.path);
  await manager.field(t("auth.field.password")).fill(PASSWORD);
  await manager.press(manager.button(t("auth.join.submit")));
  await manager.isOnToday();
  await me.has("account", { name: "李雷的客户", owner: colleague });

  await page.goto("/settings/teams");
  await me.press(page.getByRole("button", { name: /^华东/ }));
  const team = me.sheet("华东");
  await me.field(t("teams.put_in"), team).selectOption({ label: "李雷" });
  const meaning = page.getByRole("region", { name: t("effect.title") });
  const entity = t("entity.account.many");
  await expect(meaning).toContainText(t("effect.uncovers", { people: "陈晨", owners: "李雷", count: 1, entity }));
  await me.press(me.button(t("action.save"), team));
  await expect(team).toBeHidden();

  await page.goto("/settings/members");
  await me.press(page.getByRole("button", { name: /陈晨/ }));
  const person = me.sheet("陈晨");
  await me.field(t("members.invite.role"), person).selectOption({ label: me.called("role.rep") });
  await expect(meaning).toContainText(t("effect.person", { name: "陈晨" }));
  await expect(meaning).toContainText(t("effect.forbids", { what: t("roles.may.export") }));
});
