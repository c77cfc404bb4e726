// A touch is logged and the next one planned in two taps, by the words in which somebody says when.
import { OFFLINE, expect, test } from "./fixtures";
import type { Person } from "./steps";

const DAY = 86_400_000;
/** What is typed, the words of it that name the day, and which day and time they mean in the week after this one. */
const SAID = {
  zh: { text: "下周三下午3点回访", words: "下周三下午3点", weekday: 2, time: "15:00" },
  en: { text: "call back next Friday at 10", words: "next Friday at 10", weekday: 4, time: "10:00" },
};

/** A day of the week after this one, which began on Monday, by the clock of the workspace. */
function ofNextWeek(weekday: number): string {
  const today = new Date(Date.now() + 8 * 3_600_000);
  const monday = today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY;
  return new Date(monday + (7 + weekday) * DAY).toISOString().slice(0, 10);
}

async function nextOf(me: Person, id: string): Promise<unknown> {
  return (await me.record("account", id)).values.next_touch;
}

test("logs from anywhere with whom was looked at, and takes the day that the words name @desktop", async ({ me, page }) => {
  const { t } = me;
  const said = SAID[me.lang];
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  const contact = await me.has("contact", { name: "周颖", account });
  await me.has("account", { name: "红杉机械", next_touch: { date: "2026-01-07" } });
  await me.openRecord("account", account);
  await me.goTo("today");
  await me.isOnToday();

  await me.add("touch");
  const sheet = me.sheet(t("touch.title"));
  const rows = (title: string) => sheet.getByRole("region", { name: t(title), exact: true }).getByRole("button");
  await expect(rows("log.due")).toHaveText([/红杉机械/]);
  const looked = rows("search.recent").filter({ hasText: "蓝鲸科技" });
  expect((await looked.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await me.press(looked);

  await me.field(t("touch.note"), sheet).fill(said.text);
  // It is offered, and not chosen by itself.
  await expect(me.chip(said.words, sheet)).not.toBeChecked();
  await me.choose(said.words, sheet);
  await me.choose("周颖", sheet);
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(() => nextOf(me, account)).toMatchObject({ date: ofNextWeek(said.weekday), time: said.time });
  const [touch] = await me.list("touch");
  expect(touch.values).toMatchObject({ kind: "call", summary: said.text, account, contact });
  await expect(page.getByText(t("timeline.waiting"))).toHaveCount(0);
});

test("follows the words while they change, refuses a day that has passed, and says why nothing is next", async ({ me, page }) => {
  const { t } = me;
  const said = SAID[me.lang];
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  await me.openRecord("account", account);
  await me.press(me.button(t("add.touch")));
  const sheet = me.sheet(t("touch.title"));
  const note = me.field(t("touch.note"), sheet);
  await note.fill(said.text);
  await me.choose(said.words, sheet);
  const later = me.lang === "zh" ? "三天后" : "in 3 days";
  await note.fill(later);
  await expect(me.chip(later, sheet)).toBeChecked();
  await expect(me.chip(said.words, sheet)).toHaveCount(0);
  await note.fill(me.lang === "zh" ? "提了3点建议" : "last Friday");
  await expect(me.chip(later, sheet)).toHaveCount(0);

  await me.choose(t("next.pick"), sheet);
  const day = sheet.getByLabel(t("next.pick"), { exact: true }).and(page.locator("input[type=date]"));
  await day.fill("2026-01-05");
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet.getByText(t("log.next.past"))).toBeVisible();

  await me.choose(t("next.none"), sheet);
  await expect(sheet.getByText(t("log.next.past"))).toBeHidden();
  await me.choose(me.called("touch.no_next.waiting"), sheet);
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.list("touch")).map(({ values }) => values.no_next)).toEqual(["waiting"]);
  expect(await nextOf(me, account)).toBeUndefined();
});

test("counts the touches that came to nothing, and warns at the third", async ({ me }) => {
  const { t } = me;
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技" });
  await me.has("touch", { kind: "call", outcome: "no_answer", account, happened_at: "2026-01-05T01:00:00Z" });
  await me.openRecord("account", account);
  const sheet = me.sheet(t("touch.title"));
  await me.press(me.button(t("add.touch")));
  await expect(sheet.getByText(t("log.fruitless", { count: 2 }))).toHaveCount(0);
  await me.choose(me.called("touch.outcome.no_answer"), sheet);
  await expect(sheet.getByText(t("log.fruitless", { count: 2 }))).toBeVisible();
  await me.logTouch("call");
  await expect(me.timeline().getByText(t("timeline.waiting"))).toHaveCount(0);

  await me.press(me.button(t("add.touch")));
  await me.choose(me.called("touch.outcome.no_answer"), sheet);
  await expect(sheet.getByText(t("log.fruitless.many", { count: 3 }))).toBeVisible();
});

test("reaches a contact by every way there is, and is offered to log the call afterwards", async ({ me, page, context }) => {
  const { t } = me;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await me.hasWorkspace();
  const account = await me.has("account", { name: "蓝鲸科技", address: "深圳市 南山区 1 号" });
  const contact = await me.has("contact", {
    name: "周颖",
    account,
    phone: "13800138000",
    email: "zhou@example.com",
    wechat: "zhouying88",
  });
  await me.openRecord("account", account);
  await expect(me.link(t("log.reach.way"))).toHaveAttribute("href", /[=]%E6%B7%B1%E5%9C%B3/);
  await expect(me.link(`${t("record.call")}: 周颖`)).toHaveAttribute("href", /^tel:\+?\d+$/);

  await me.openRecord("contact", contact);
  await expect(me.link(t("record.call"))).toHaveAttribute("href", /^tel:\+?\d+$/);
  await expect(me.link(t("record.mail"))).toHaveAttribute("href", "mailto:zhou@example.com");
  await me.press(me.button(t("log.reach.wechat")));
  await expect(me.toast(t("log.reach.copied"))).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("zhouying88");

  // The call itself belongs to the device: here only the page is left for 90 seconds.
  await page.evaluate(() => {
    document.addEventListener("click", (event) => event.preventDefault(), { once: true });
  });
  await me.press(me.link(t("record.call")));
  await page.evaluate(() => {
    const sees = (hidden: boolean) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    };
    const now = Date.now;
    sees(true);
    Date.now = () => now() + 90_000;
    sees(false);
    Date.now = now;
  });
  await me.press(me.button(t("log.call.log")));
  const sheet = me.sheet(t("touch.title"));
  await expect(me.chip(t("touch.kind.call"), sheet)).toBeChecked();
  await expect(me.field(me.called("touch.duration"), sheet)).toHaveValue(t("field.duration.m", { minutes: 2 }));
  await me.press(me.button(t("touch.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect.poll(async () => (await me.list("touch")).map(({ values }) => values.duration)).toEqual([2]);
});

test.describe("without a network", () => {
  test.use({ expectedErrors: OFFLINE });

  test("keeps the touch and its next one on the device until there is one", async ({ me, context }) => {
    const { t } = me;
    const said = SAID[me.lang];
    await me.hasWorkspace();
    const account = await me.has("account", { name: "蓝鲸科技" });
    await me.openRecord("account", account);
    await context.setOffline(true);
    await me.press(me.button(t("add.touch")));
    const sheet = me.sheet(t("touch.title"));
    await me.field(t("touch.note"), sheet).fill(said.text);
    await me.choose(said.words, sheet);
    await me.press(me.button(t("touch.save"), sheet));
    await expect(me.timeline().getByText(said.text)).toBeVisible();
    await expect(me.tray(t("outbox.waiting", { count: 1 }))).toBeVisible();

    await context.setOffline(false);
    await expect(me.tray(t("outbox.waiting", { count: 1 }))).toBeHidden();
    await expect.poll(() => nextOf(me, account)).toMatchObject({ date: ofNextWeek(said.weekday), time: said.time });
    expect(await me.list("touch")).toHaveLength(1);
  });
});
