// A task that repeats: its steps are ticked where they stand, and when it is done the next one is there.
import { expect, test } from "./fixtures";

test("makes a weekly task with steps, ticks one, finishes it and finds the next @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const [name, due, repeat, checklist, priority] = (
    ["task.name", "task.due", "task.repeat", "task.checklist", "task.priority"] as const
  ).map((field) => me.called(field));
  const box = (step: string) => page.getByRole("checkbox", { name: step, exact: true });
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  await page.goto("/records/task/new");
  await me.field(name).fill("周报");
  await me.field(due).fill(day(2));
  await me.press(page.locator("summary").filter({ hasText: t("record.more_fields") }));
  await me.choose(t("field.repeat.weekly"), page.getByRole("group", { name: repeat, exact: true }));
  const steps = me.field(checklist);
  await steps.fill("收集数据");
  await steps.press("Enter");
  await steps.fill("发出");
  await steps.press("Enter");
  await expect(box("发出")).toBeVisible();
  // A step too many goes again.
  await steps.fill("多余");
  await steps.press("Enter");
  await me.press(me.button(t("field.steps.remove", { name: "多余" })));
  await expect(box("多余")).toHaveCount(0);
  await expectAccessible();
  await me.save();
  await me.isOnRecord("周报");
  await expect(me.fact(repeat)).toContainText(t("field.repeat.weekly"));

  // One tap, and nothing opens.
  await me.press(box("收集数据"));
  await expect(box("收集数据")).toBeChecked();
  await expect(me.button(t("action.save"))).toHaveCount(0);
  await expect.poll(async () => (await me.list("task"))[0].values.checklist).toEqual(["[x] 收集数据", "[ ] 发出"]);
  await expectAccessible();

  const [task] = await me.list("task");
  await page.goto("/");
  await me.isOnToday();
  await me.press(me.button(`${t("today.done")}: 周报`));
  await expect.poll(async () => (await me.record("task", task.id)).values.status).toBe("done");
  const open = async () => (await me.list("task")).filter((body) => body.values.status === "open");
  await expect.poll(async () => (await open()).length).toBe(1);
  const [next] = await open();
  expect(next.values).toMatchObject({
    name: "周报",
    due: { date: day(9) },
    repeat: "FREQ=WEEKLY",
    checklist: ["[ ] 收集数据", "[ ] 发出"],
  });
  expect((await me.record("task", task.id)).values.repeat ?? null).toBeNull();
  await page.reload();
  await expect(page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /周报/ }) })).toHaveCount(1);

  // What matters most says so in the list.
  await me.edits("task", next.id, next.version, { priority: "high" });
  await me.openRecord("task", next.id);
  await expect(me.fact(priority)).toContainText(me.called("priority.high"));
  await expect(box("收集数据")).not.toBeChecked();
});
