// The line everything hangs on: from signing up to a deal that has moved on, by thumb or by mouse.
import { expect, test } from "./fixtures";

test("signs up, wins a customer, logs a visit and moves the deal on @main", async ({ me, page, finger, hasTouch }) => {
  const { t, lang } = me;
  await me.signUp(lang === "zh" ? "昆仑仪器" : "Kunlun Instruments");

  const account = lang === "zh" ? "深圳市蓝鲸科技有限公司" : "Blue Whale Robotics";
  await me.add("account");
  await me.field(me.called("account.name")).fill(account);
  await me.save();
  await me.isOnRecord(account);

  const deal = lang === "zh" ? "三号产线检测仪" : "Line 3 inspection";
  await me.press(me.link(t("add.deal")));
  await me.field(me.called("deal.name")).fill(deal);
  await expect(me.picked(me.called("deal.account"))).toHaveText(account);
  await me.field(me.called("deal.amount")).fill("120000");
  await me.save();
  await me.isOnRecord(deal);
  const { pathname } = new URL(page.url());

  // A visit, and the next one tomorrow: two taps and the button.
  await me.press(me.button(t("add.touch")));
  await me.logTouch("visit", "tomorrow");
  await expect(me.timeline().getByText(t("touch.kind.visit"))).toBeVisible();
  await expect(me.timeline().getByText(t("timeline.waiting"))).toBeHidden();

  await me.goTo("today");
  await expect(page.getByRole("heading", { name: new RegExp(`^${t("today.later")}`) })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: deal })).toContainText(t("time.tomorrow"));

  // To the next stage by the menu of its card, and to the one after by hand.
  await me.goTo("board");
  await expect(me.card(deal, "stage.first_contact")).toBeVisible();
  await me.press(me.button(t("board.card.more", { name: deal })));
  const asked = page.waitForResponse(/\/api\/v1\/board\//);
  await me.press(me.button(me.called("stage.needs"), me.sheet(t("board.move.title"))));
  await expect(me.card(deal, "stage.needs")).toBeAttached();
  await asked;
  await me.scrollBoardTo("stage.needs");
  await expect(me.card(deal, "stage.needs").getByText(t("timeline.waiting"))).toHaveCount(0);
  await expect(me.card(deal, "stage.needs")).toBeInViewport({ ratio: 1 });
  const held = me.card(deal, "stage.needs");
  if (hasTouch) {
    await finger.drag(held, me.inStrip("stage.proposal"), () => expect(held).toHaveAttribute("data-dragging", "true"));
  } else {
    await held.dragTo(me.column("stage.proposal"));
  }
  await expect(me.card(deal, "stage.proposal")).toBeAttached();
  await expect(me.card(deal, "stage.needs")).toHaveCount(0);

  const sum = lang === "zh" ? "¥12万" : "¥120K";
  await expect(page.getByText(t("board.total", { count: 1, sum }))).toBeVisible();
  await expect(me.column("stage.proposal")).toContainText(t("board.column.count", { count: 1 }));
  await expect(me.column("stage.proposal")).toContainText(sum);
  await expect(me.column("stage.needs")).toContainText(t("board.column.count", { count: 0 }));
  const saved = await me.record("deal", pathname.split("/").at(-1) ?? "");
  expect(saved.values).toMatchObject({ stage: "proposal", amount: { amount: 12_000_000, currency: "CNY" } });

  // A field of one's own, and there it is on the form and on the record.
  await me.goTo("more");
  await me.press(page.getByRole("link", { name: new RegExp(`^${t("settings.fields")}`) }));
  await me.choose(t("entity.deal"));
  await me.press(me.button(t("definition.add")));
  const sheet = me.sheet(t("definition.add"));
  const own = lang === "zh" ? "竞争对手" : "Competitor";
  await me.field(t(`definition.label.${lang}`), sheet).fill(own);
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect(me.button(new RegExp(`^${own}`))).toBeVisible();

  await me.goTo("board");
  await me.scrollBoardTo("stage.proposal");
  await me.press(me.card(deal, "stage.proposal").getByRole("link"));
  await me.isOnRecord(deal);
  await me.press(me.button(t("action.edit")));
  await me.field(own).fill("Acme");
  await me.save();
  await expect(me.fact(own)).toHaveText("Acme");

  // The other language, at once and everywhere.
  await me.goTo("more");
  await me.press(me.link(t("settings.appearance")));
  me.lang = lang === "zh" ? "en" : "zh";
  await me.choose(me.t(`settings.language.${me.lang}`));
  await expect(me.heading(me.t("settings.appearance"))).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", me.lang === "zh" ? /^zh/ : /^en/);
  await me.goTo("board");
  await expect(me.column("stage.proposal")).toContainText(deal);
});
