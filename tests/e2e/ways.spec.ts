// Whom a pipeline is for, what is ticked on a move, how much is too much, and many that move at once.
import { expect, test } from "./fixtures";
import { PASSWORD, type Person } from "./steps";

// A page that is left while its picture loads, and refusals on purpose.
test.use({ expectedErrors: /status of 40[0134]|status of 422/ });

type Stage = { id: string; limit?: number };
type Pipeline = { id: string; stages: Stage[]; teams?: string[]; label: { zh: string; en: string } };
type Schema = { pipelines: Pipeline[] };

const schema = (me: Person) => me.get<Schema>("/api/v1/schema");

/** A second pipeline of three stages. */
async function hasRenewals(me: Person, teams: string[] = []): Promise<void> {
  const stage = (id: string, zh: string, en: string, status: string) => ({ id, label: { zh, en }, status, probability: 50 });
  const stages = [
    stage("s_due", "到期", "Due", "open"),
    stage("s_renewed", "已续约", "Renewed", "won"),
    stage("s_left", "未续约", "Left", "lost"),
  ];
  const pipeline = { id: "p_renewal", entity: "deal", label: { zh: "续约流程", en: "Renewals" }, stages, teams };
  await me.defines({ change: "add_pipeline", pipeline });
}

const named = (me: Person, zh: string, en: string) => (me.lang === "zh" ? zh : en);

test("moves many into the last stage at once: asked once, and who lacks something is named @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const amount = { amount: 12_000_000, currency: "CNY" };
  const full = await me.has("deal", { name: "三号产线检测仪", stage: "proposal", amount });
  const bare = await me.has("deal", { name: "二期扩容", stage: "needs" });
  await page.goto("/records/deal");
  await expect(page.getByText("二期扩容").first()).toBeVisible();
  await me.ticksPage();
  const bar = page.getByRole("region", { name: t("bulk.bar") });
  await me.press(me.button(t("bulk.move"), bar));
  const sheet = me.sheet(t("bulk.move"));
  const row = (stage: string) => me.field(t("bulk.move.from", { stage, count: 1 }), sheet);
  await expect(row(me.called("stage.needs"))).toBeVisible();
  await me.field(t("bulk.move.all"), sheet).selectOption({ label: me.called("stage.signed") });
  await expect(row(me.called("stage.proposal"))).toHaveValue("signed");
  // What the last stage needs, once; only the day is said, so that one of them still lacks its amount.
  await me.field(me.called("deal.close_date"), sheet).fill("2026-11-20");
  await me.press(me.button(t("bulk.move.go", { count: 2 }), sheet));
  const report = me.sheet(t("bulk.title.move", { value: me.called("stage.signed") }));
  await expect(report.getByText(t("bulk.done", { count: 1 }))).toBeVisible();
  await expect(report.getByText(new RegExp(t("problem.process.required")))).toBeVisible();
  expect((await me.record("deal", full)).values).toMatchObject({ stage: "signed", close_date: "2026-11-20" });
  expect((await me.record("deal", bare)).values.stage).toBe("needs");
  await me.press(me.button(t("bulk.undo"), report));
  await expect(report.getByText(t("bulk.undone"))).toBeVisible();
  expect((await me.record("deal", full)).values.stage).toBe("proposal");
});

test("loses many at once: the reason and the day to try again are asked once for all @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const one = await me.has("deal", { name: "三号产线检测仪", stage: "proposal" });
  const two = await me.has("deal", { name: "二期扩容", stage: "needs" });
  await page.goto("/records/deal");
  await expect(page.getByText("二期扩容").first()).toBeVisible();
  await me.ticksPage();
  await me.press(me.button(t("bulk.move"), page.getByRole("region", { name: t("bulk.bar") })));
  const sheet = me.sheet(t("bulk.move"));
  const again = sheet.getByRole("group", { name: new RegExp(named(me, "再次联系", "Get in touch again")) });
  await expect(me.field(t("bulk.move.all"), sheet)).toBeVisible();
  await expect(again).toHaveCount(0);
  await me.field(t("bulk.move.all"), sheet).selectOption({ label: me.called("stage.lost") });
  await me.field(me.called("deal.lost_reason"), sheet).selectOption("price");
  await me.choose(t("next.month"), again);
  await me.press(me.button(t("bulk.move.go", { count: 2 }), sheet));
  const report = me.sheet(t("bulk.title.move", { value: me.called("stage.lost") }));
  await expect(report.getByText(t("bulk.done", { count: 2 }))).toBeVisible();
  const tasks = await me.list("task");
  expect(tasks.map((task) => task.values.deal).sort()).toEqual([one, two].sort());
  expect(new Set(tasks.map((task) => (task.values.due as { date: string }).date)).size).toBe(1);
  await me.press(me.button(t("bulk.undo"), report));
  await expect(report.getByText(t("bulk.undone"))).toBeVisible();
  expect(await me.list("task")).toEqual([]);
});

test("moves many into another pipeline by a table that shows how stages meet @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await hasRenewals(me);
  const open = await me.has("deal", { name: "三号产线检测仪", stage: "first_contact" });
  const lost = await me.has("deal", { name: "二期扩容", stage: "lost", lost_reason: "price" });
  await page.goto("/records/deal?filter=%5B%22and%22%5D");
  await expect(page.getByText("二期扩容").first()).toBeVisible();
  await me.ticksPage();
  await me.press(me.button(t("bulk.move"), page.getByRole("region", { name: t("bulk.bar") })));
  const sheet = me.sheet(t("bulk.move"));
  const renewals = named(me, "续约流程", "Renewals");
  await me.field(t("bulk.move.pipeline"), sheet).selectOption({ label: renewals });
  const row = (stage: string) => me.field(t("bulk.move.from", { stage, count: 1 }), sheet);
  await expect(row(me.called("stage.first_contact"))).toHaveValue("s_due");
  await expect(row(me.called("stage.lost"))).toHaveValue("s_left");
  await row(me.called("stage.lost")).selectOption({ label: named(me, "到期", "Due") });
  await me.press(me.button(t("bulk.move.go", { count: 2 }), sheet));
  await expect(page.getByRole("dialog").getByText(t("bulk.done", { count: 2 }))).toBeVisible();
  expect((await me.record("deal", open)).values.stage).toBe("s_due");
  expect((await me.record("deal", lost)).values.stage).toBe("s_due");
});

test("a stage with more than one's limit turns amber and asks what could wait @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const { pipelines } = await schema(me);
  const stages = pipelines[0].stages.map((stage) => (stage.id === "needs" ? { ...stage, limit: 1 } : stage));
  await me.defines({ change: "set_stages", pipeline: "sales", stages });
  const waiting = await me.has("deal", { name: "二期扩容", stage: "needs" });
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "first_contact" });
  await me.openRecord("deal", deal);
  await me.press(me.button(t("action.move_to")));
  await me.press(me.button(me.called("stage.needs"), me.sheet(t("board.move.title"))));
  const sheet = me.sheet(t("process.park.title"));
  await expect(sheet).toContainText(t("process.park.own", { stage: me.called("stage.needs"), count: 2, limit: 1 }));
  // Nothing was held back.
  await expect.poll(async () => (await me.record("deal", deal)).values.stage).toBe("needs");
  await me.press(me.button(t("process.park.leave"), sheet));
  await expect(sheet).toBeHidden();
  await page.goto("/board");
  const over = t("board.over", { count: 2, limit: 1 });
  await expect(me.column("stage.needs")).toContainText(over);
  await expect(me.column("stage.first_contact")).not.toContainText(over);

  // Once more, and one of them goes elsewhere.
  const third = await me.has("deal", { name: "备件年框", stage: "first_contact" });
  await me.openRecord("deal", third);
  await me.press(me.button(t("action.move_to")));
  await me.press(me.button(me.called("stage.needs"), me.sheet(t("board.move.title"))));
  await me.press(sheet.getByRole("button", { name: /二期扩容/ }));
  await me.press(me.button(me.called("stage.first_contact"), me.sheet(t("board.move.title"))));
  await expect.poll(async () => (await me.record("deal", waiting)).values.stage).toBe("first_contact");
});

test("a stage with very many says how many there are, shows the first and leads to all @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const { pipelines } = await schema(me);
  const stages = pipelines[0].stages.map((stage) => (stage.id === "needs" ? { ...stage, limit: 2 } : stage));
  await me.defines({ change: "set_stages", pipeline: "sales", stages });
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "first_contact" });
  const many = Array.from({ length: 54 }, (_, at) => ({ name: `单子 ${String(at).padStart(2, "0")}`, stage: "needs" }));
  await me.hasMany("deal", many);
  await me.openRecord("deal", deal);
  await me.press(me.button(t("action.move_to")));
  await me.press(me.button(me.called("stage.needs"), me.sheet(t("board.move.title"))));
  const sheet = me.sheet(t("process.park.title"));
  await expect(sheet).toContainText(t("process.park.own", { stage: me.called("stage.needs"), count: 55, limit: 2 }));
  await expect(sheet.getByRole("button", { name: /单子/ })).toHaveCount(50);
  await expect(sheet).toContainText(t("process.park.first", { shown: 50, further: 4 }));
  await me.press(me.link(t("process.park.all"), sheet));
  await expect(sheet).toBeHidden();
  await expect(page.getByText(t("list.count", { count: 55 }))).toBeVisible();
});

test("a move with a checklist waits for every tick, and the timeline keeps them @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const check = (id: string, zh: string, en: string) => ({ id, label: { zh, en } });
  const checks = [check("k_seen", "看过现场", "Seen the site"), check("k_price", "报价已核", "Price checked")];
  await me.defines({ change: "set_edges", pipeline: "sales", edges: [{ from: "needs", to: "proposal", checks }] });
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  await me.openRecord("deal", deal);
  await me.press(me.button(t("action.move_to")));
  await me.press(me.button(me.called("stage.proposal"), me.sheet(t("board.move.title"))));
  const sheet = me.sheet(t("process.move_to", { stage: me.called("stage.proposal") }));
  const point = (zh: string, en: string) => sheet.getByRole("checkbox", { name: named(me, zh, en), exact: true });
  await point("看过现场", "Seen the site").check();
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet.getByText(t("problem.required"))).toBeVisible();
  await point("报价已核", "Price checked").check();
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet).toBeHidden();
  const kept = named(me, "看过现场\n报价已核", "Seen the site\nPrice checked");
  await expect.poll(async () => (await me.record("deal", deal)).values).toMatchObject({ stage: "proposal", stage_checked: kept });
  await page.reload();
  await expect(me.timeline()).toContainText(named(me, "看过现场", "Seen the site"));
});

test("a move that lacks nothing asks the day of an action that has none @desktop", async ({ me }) => {
  const { t } = me;
  await me.hasWorkspace();
  const { pipelines } = await schema(me);
  const steps = [{ id: "visit", label: { zh: "上门拜访", en: "Visit" } }];
  const stages = pipelines[0].stages.map((stage) => (stage.id === "needs" ? { ...stage, steps } : stage));
  await me.defines({ change: "set_stages", pipeline: "sales", stages });
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "first_contact" });
  await me.openRecord("deal", deal);
  await me.press(me.button(t("action.move_to")));
  await me.press(me.button(me.called("stage.needs"), me.sheet(t("board.move.title"))));
  const sheet = me.sheet(t("process.move_to", { stage: me.called("stage.needs") }));
  await me.choose(t("next.week"), sheet);
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.record("deal", deal)).values.stage).toBe("needs");
  expect((await me.list("task")).map((task) => [task.values.name, task.values.deal])).toEqual([[named(me, "上门拜访", "Visit"), deal]]);
});

test("an administrator gives a pipeline to a team; others are told who may @desktop", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  await hasRenewals(me);
  const team = await me.has("team", { name: "北区" });
  const rep = await another();
  const invitation = await me.post<{ user: string; path: string }>("/api/v1/invitations", { name: "陈晨", email: rep.email, role: "rep" });
  await rep.page.goto(invitation.path);
  await rep.field(t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(t("auth.join.submit")));
  await rep.isOnToday();
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("pipelines.audience")).last());
  const sheet = me.sheet(t("pipelines.audience"));
  await sheet.getByRole("checkbox", { name: "北区", exact: true }).check();
  const renewals = named(me, "续约流程", "Renewals");
  const plural = t("entity.deal.many");
  await expect(page.getByRole("region", { name: t("effect.title") })).toContainText(
    t("effect.admits", { teams: "北区", pipeline: renewals, entity: plural, count: 0 }),
  );
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  expect((await schema(me)).pipelines[1].teams).toEqual([team]);
  await expect(page.getByText(t("pipelines.for", { names: "北区" }))).toBeVisible();

  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "needs", owner: invitation.user });
  await rep.openRecord("deal", deal);
  await rep.press(rep.button(t("action.move_to")));
  const choice = rep.sheet(t("board.move.title"));
  await rep.press(choice.getByRole("button", { name: new RegExp(`^${renewals}`) }));
  const due = named(me, "到期", "Due");
  await rep.press(choice.getByRole("button", { name: new RegExp(`^${due}`) }));
  const roles = [me.called("role.administrator"), me.called("role.manager")].join(me.lang === "zh" ? "、" : ", ");
  await expect(rep.sheet(t("process.move_to", { stage: due }))).toContainText(t("problem.process.team", { roles }));
  expect((await me.record("deal", deal)).values.stage).toBe("needs");
});

test("a pipeline begins without stages, gets its first ones, and goes with its deals sent elsewhere @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("pipelines.add")));
  const sheet = me.sheet(t("pipelines.add"));
  await me.field(t(`definition.label.${me.lang}`), sheet).fill("续约流程");
  await me.field(t("pipelines.like"), sheet).selectOption({ label: t("pipelines.like.none") });
  await me.press(me.button(t("pipelines.add"), sheet));
  await expect(sheet).toBeHidden();
  const { id } = (await schema(me)).pipelines[1];
  await page.goto(`/board?pipeline=${id}`);
  await expect(page.getByRole("heading", { name: t("board.no_stages.title") })).toBeVisible();
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("pipelines.empty.begin")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  const [open, , lost] = (await schema(me)).pipelines[1].stages;
  const going = await me.has("deal", { name: "三号产线检测仪", stage: open.id });
  const gone = await me.has("deal", { name: "二期扩容", stage: lost.id });

  await me.press(me.button(t("pipelines.remove_named", { name: "续约流程" })));
  const removing = me.sheet(t("pipelines.remove"));
  const row = (stage: string) => me.field(t("definition.stage.remove.from", { stage, count: 1 }), removing);
  await expect(row(t("outcome.lost"))).toHaveValue("lost");
  await row(t("outcome.open")).selectOption("proposal");
  await me.press(me.button(t("action.remove"), removing));
  await expect(removing).toBeHidden();
  expect((await schema(me)).pipelines).toHaveLength(1);
  expect((await me.record("deal", going)).values.stage).toBe("proposal");
  expect((await me.record("deal", gone)).values.stage).toBe("lost");
});

test("shows what is one's team's, on the board and in the list @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const stranger = await me.has("user", { name: "陈晨", role: "rep", status: "inactive" });
  await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  await me.has("deal", { name: "二期扩容", stage: "needs", owner: stranger });
  await page.goto("/board");
  await expect(me.card("二期扩容", "stage.needs")).toBeAttached();
  await me.press(me.button(t("filter.quick.my_team")));
  await expect(me.card("二期扩容", "stage.needs")).toHaveCount(0);
  await expect(me.card("三号产线检测仪", "stage.needs")).toBeAttached();
  // No list of people stands in the address.
  expect(decodeURIComponent(page.url())).toContain('["my_team",["field","owner"]]');
  await page.goto(`/records/deal?filter=${encodeURIComponent('["my_team",["field","owner"]]')}`);
  await expect(page.getByText("三号产线检测仪").first()).toBeVisible();
  await expect(page.getByText("二期扩容")).toHaveCount(0);
});
