// What rots: the signals of a card say so, a pause with a reason lets it rest, and only a touch makes it fresh again.
import { expect, test } from "./fixtures";
import { newId, type Person } from "./steps";

/** A touch of so many days ago, and the day of the next one. */
async function touched(me: Person, deal: string, days: number, next?: string): Promise<void> {
  const happened_at = new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();
  await me.sends([{ do: "log_touch", record: newId(), entity: "deal", subject: deal, values: { kind: "call", happened_at }, next_touch: next && { date: next } }]);
}

test("finds what rots, lets it rest with a reason, and makes it fresh by a touch @desktop", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const old = await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  const fresh = await me.has("deal", { name: "仓储二期", stage: "needs" });
  await touched(me, old, 60);
  await touched(me, fresh, 0, "2030-01-05");
  const says = new RegExp(`^${t("signal.rotting", { contact: "" })}`);

  await page.goto("/board");
  const [rotten, other] = [me.card("三号产线检测仪", "stage.needs"), me.card("仓储二期", "stage.needs")];
  await expect(rotten).toBeAttached();
  if (await me.inStrip("stage.needs").isVisible()) await me.scrollBoardTo("stage.needs");
  await expect(rotten.getByText(says)).toBeAttached();
  await expect(rotten.getByText(t("signal.in_stage.expected", { count: 0, expected: 10 }))).toBeAttached();
  await expect(rotten.getByText(t("filter.quick.no_next_step"), { exact: true })).toBeAttached();
  await expect(other.getByText(t("signal.contact.now"))).toBeAttached();
  await expect(other.getByText(says)).toHaveCount(0);
  await expect(other.getByText(t("filter.quick.no_next_step"), { exact: true })).toHaveCount(0);

  const quick = me.button(t("filter.quick.rotting"));
  await me.press(quick);
  await expect(quick).toHaveAttribute("aria-pressed", "true");
  await expect(other).toHaveCount(0);
  await expect(me.numbers("stage.needs")).toContainText(t("board.column.count", { count: 1 }));

  await me.press(rotten.getByRole("link"));
  await me.isOnRecord("三号产线检测仪");
  const standing = page.getByRole("region", { name: t("signal.title"), exact: true });
  await expect(standing.getByText(says)).toBeVisible();
  await me.press(me.button(t("pause.begin"), standing));
  const sheet = me.sheet(t("pause.title"));
  await me.choose(t("next.week"), sheet);
  await me.press(me.button(t("pause.begin"), sheet));
  await expect(sheet.getByText(t("problem.required"))).toBeVisible();
  await me.field(t("pause.reason"), sheet).fill("客户等预算批复");
  await me.press(me.button(t("pause.begin"), sheet));
  await expect(sheet).toBeHidden();
  await expect(standing.getByText(/客户等预算批复/)).toBeVisible();
  await expect(standing.getByText(says)).toHaveCount(0);
  await expect.poll(async () => (await me.record("deal", old)).values).toMatchObject({ pause_reason: "客户等预算批复" });

  await page.goBack();
  await expect(quick).toHaveAttribute("aria-pressed", "true");
  await expect(rotten).toHaveCount(0);
  await expect(me.numbers("stage.needs")).toContainText(t("board.column.count", { count: 0 }));
  // The stage is not empty, the filter lets nothing through.
  await expect(me.column("stage.needs").getByText(t("list.no_match.title"), { exact: true })).toBeAttached();

  await me.openRecord("deal", old);
  await me.press(me.button(t("pause.end"), standing));
  await expect(standing.getByText(says)).toBeVisible();
  await me.press(me.button(t("add.touch")));
  await me.logTouch("call");
  await expect(standing.getByText(t("signal.contact.now"))).toBeVisible();
  await expect(standing.getByText(says)).toHaveCount(0);
});

test("asks the list what rots", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const old = await me.has("deal", { name: "三号产线检测仪", stage: "needs" });
  await me.has("deal", { name: "仓储二期", stage: "needs" });
  await touched(me, old, 60);
  await page.goto("/records/deal");
  await expect(page.getByRole("link", { name: /仓储二期/ }).first()).toBeVisible();
  await me.press(me.button(t("filter.quick.rotting")));
  await expect(page.getByRole("link", { name: /仓储二期/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /三号产线检测仪/ }).first()).toBeVisible();
  await expect(page.getByText(t("list.count", { count: 1 }))).toBeVisible();
});

test("takes over the holidays of a year, with the Saturdays that are worked for them", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  await page.goto("/settings/workspace");
  const take = me.button(t("definition.holidays.take", { year: 2026 }));
  await me.press(take);
  await expect(take).toHaveCount(0);
  await me.save();
  await expect(me.button(t("action.save"))).toHaveCount(0);
  type Schema = { workspace: { work?: { days?: Record<string, boolean> } } };
  const { workspace } = await me.get<Schema>("/api/v1/schema");
  expect(workspace.work?.days).toMatchObject({ "2026-02-14": true, "2026-02-23": false, "2026-05-09": true, "2026-10-10": true });
});
