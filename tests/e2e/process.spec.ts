// The process of a pipeline: a move asks for what is missing and nothing else, says what is not open, and keeps why.
import { expect, test } from "./fixtures";
import { PASSWORD, type Person } from "./steps";

// A page that is left while its picture loads, and refusals on purpose.
test.use({ expectedErrors: /status of 40[0134]|status of 422/ });

type Edge = { from?: string; to: string; closed?: boolean; note?: boolean; roles?: string[]; required?: string[] };
type Schema = { pipelines: { id: string; edges?: Edge[]; stages: { id: string; required?: string[] }[] }[] };

const schema = (me: Person) => me.get<Schema>("/api/v1/schema");

async function rules(me: Person, edges: Edge[]): Promise<void> {
  await me.defines({ change: "set_edges", pipeline: "sales", edges });
}

/** From the page of a deal to the choice of a stage. */
async function moveFromPage(me: Person, deal: string, to: Parameters<Person["called"]>[0]): Promise<void> {
  await me.openRecord("deal", deal);
  await me.press(me.button(me.t("action.move_to")));
  const row = me.sheet(me.t("board.move.title")).getByRole("button", { name: new RegExp(`^${me.called(to)}`) });
  await me.press(row);
}

test("signs a deal: the sheet has only what is missing, cancel leaves it, filled in it moves @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const amount = { amount: 12_000_000, currency: "CNY" };
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "negotiation", amount });
  await moveFromPage(me, deal, "stage.signed");
  const sheet = me.sheet(t("process.move_to", { stage: me.called("stage.signed") }));
  await expect(me.field(me.called("deal.close_date"), sheet)).toBeVisible();
  await expect(me.field(me.called("deal.amount"), sheet)).toHaveCount(0);
  await me.press(me.button(t("action.close"), sheet));
  await expect(sheet).toBeHidden();
  expect((await me.record("deal", deal)).values.stage).toBe("negotiation");

  await moveFromPage(me, deal, "stage.signed");
  await me.field(me.called("deal.close_date"), sheet).fill("2026-11-20");
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet).toBeHidden();
  await expect(me.toast(t("board.moved.toast", { stage: me.called("stage.signed") }))).toBeVisible();
  await expect.poll(async () => (await me.record("deal", deal)).values).toMatchObject({ stage: "signed", close_date: "2026-11-20" });
  await page.goto("/board");
  await expect(me.card("三号产线检测仪", "stage.signed")).toBeAttached();
});

test("loses a deal from its card: another reason needs words, and a day to try again is a task @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const deal = await me.has("deal", { name: "二期扩容", stage: "first_contact" });
  await page.goto("/board");
  const card = me.card("二期扩容", "stage.first_contact");
  await me.press(me.button(t("board.card.more", { name: "二期扩容" }), card));
  await me.press(me.button(me.called("stage.lost"), me.sheet(t("board.move.title"))));
  const sheet = me.sheet(t("process.move_to", { stage: me.called("stage.lost") }));
  // Nothing goes without a reason.
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet.getByText(t("problem.required")).or(sheet.getByText(t("problem.process.required"))).first()).toBeVisible();
  await expect(card).toBeAttached();
  await me.field(me.called("deal.lost_reason"), sheet).selectOption("other");
  await expect(me.field(me.called("deal.lost_note"), sheet)).toBeVisible();
  await me.field(me.called("deal.lost_note"), sheet).fill("对接人离职");
  await me.choose(t("next.month"), sheet);
  await me.press(me.button(t("process.move"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.record("deal", deal)).values).toMatchObject({ stage: "lost", lost_reason: "other", lost_note: "对接人离职" });
  const tasks = await me.list("task");
  expect(tasks.map((task) => task.values.deal)).toEqual([deal]);
});

test("a way that is closed says who may, and those who may go it with a reason @desktop", async ({ me, page, another }) => {
  const { t } = me;
  await me.hasWorkspace("昆仑仪器");
  await rules(me, [{ from: "needs", to: "negotiation", closed: true }]);
  const rep = await another();
  const invitation = await me.post<{ user: string; path: string }>("/api/v1/invitations", { name: "陈晨", email: rep.email, role: "rep" });
  await rep.page.goto(invitation.path);
  await rep.field(t("auth.field.password")).fill(PASSWORD);
  await rep.press(rep.button(t("auth.join.submit")));
  await rep.isOnToday();
  const deal = await me.has("deal", { name: "三号产线检测仪", stage: "needs", owner: invitation.user });

  await moveFromPage(rep, deal, "stage.negotiation");
  const title = t("process.move_to", { stage: me.called("stage.negotiation") });
  const roles = [me.called("role.administrator"), me.called("role.manager")].join(me.lang === "zh" ? "、" : ", ");
  await expect(rep.sheet(title)).toContainText(t("problem.process.closed", { roles }));
  await expect(rep.button(t("process.exception.move"), rep.sheet(title))).toHaveCount(0);

  await moveFromPage(me, deal, "stage.negotiation");
  const sheet = me.sheet(title);
  await me.field(t("process.exception"), sheet).fill("总监同意");
  await me.press(me.button(t("process.exception.move"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.record("deal", deal)).values).toMatchObject({ stage: "negotiation", stage_exception: "总监同意" });
  await page.reload();
  await expect(me.timeline()).toContainText("总监同意");
});

test("an administrator closes a way and asks for a field, is told what it means, and takes it back @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  await page.goto("/settings/pipelines");
  await me.press(me.button(t("ways.title")));
  const [from, to] = [me.called("stage.needs"), me.called("stage.signed")];
  const way = t("ways.way", { from, to });
  const wide = (page.viewportSize()?.width ?? 0) >= 768;
  if (wide) {
    await me.press(me.button(new RegExp(`^${way}`)));
  } else {
    await me.press(page.getByText(t("ways.from", { stage: from }), { exact: true }));
    const rules = page.getByRole("group").filter({ hasText: t("ways.from", { stage: from }) });
    await me.press(rules.getByRole("button", { name: new RegExp(`^${to}`) }));
  }
  const sheet = me.sheet(way);
  await me.press(sheet.getByRole("switch", { name: new RegExp(`^${t("ways.open")}`) }));
  await expect(page.getByRole("region", { name: t("effect.title") })).toContainText(t("effect.bars", { count: 1, stage: from, to }));
  await me.press(me.button(t("action.save"), sheet));
  await expect.poll(async () => (await schema(me)).pipelines[0].edges).toEqual([{ from: "needs", to: "signed", closed: true }]);
  await me.press(me.button(t("action.close"), me.sheet(t("ways.title"))));

  // The stage's own sheet.
  await me.press(page.getByRole("button", { name: new RegExp(`^${from}`) }));
  const stage = me.sheet(from);
  const required = stage.getByRole("group", { name: t("definition.stage.required"), exact: true });
  await me.press(required.getByRole("checkbox", { name: me.called("deal.amount"), exact: true }));
  await expect(page.getByRole("region", { name: t("effect.title") })).toContainText(
    t("effect.lacks", { count: 1, stage: from, field: me.called("deal.amount") }),
  );
  await me.press(me.button(t("action.save"), stage));
  await expect(stage).toBeHidden();
  expect((await schema(me)).pipelines[0].stages[1].required).toEqual(["amount"]);
  await me.press(me.button(t("action.undo")).last());
  await expect.poll(async () => (await schema(me)).pipelines[0].stages[1].required).toBeUndefined();
});
