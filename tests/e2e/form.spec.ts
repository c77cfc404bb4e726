// A business person makes a form their own, and colleagues have it at once.
import { expect, test } from "./fixtures";

test("renames a field, puts it first and makes it required @main", async ({ me, page }) => {
  const { t } = me;
  await me.hasWorkspace();
  const old = await me.has("account", { name: "蓝鲸科技" });
  const website = me.called("account.website");
  const renamed = me.lang === "zh" ? "公司主页" : "Home page";

  await page.goto("/settings/fields/account");
  await expect(me.heading(t("definition.title"))).toBeVisible();
  await me.press(me.button(new RegExp(`^${website}`)));
  const sheet = me.sheet(website);
  await me.field(t(`definition.label.${me.lang}`), sheet).fill(renamed);
  await me.press(me.button(t("action.save"), sheet));
  await expect(sheet).toBeHidden();
  await expect(me.button(new RegExp(`^${renamed}`))).toBeVisible();
  await expect(me.button(new RegExp(`^${website}`))).toHaveCount(0);

  // Up to the top, step by step, where its button has nothing left to do.
  await me.press(me.button(t("definition.layout")));
  const up = me.button(t("definition.order.up", { name: renamed }));
  const rows = page.getByRole("listitem");
  while (await up.isEnabled()) await me.press(up);
  await expect(rows.first()).toContainText(renamed);
  await me.press(me.button(t("definition.layout.save")));
  await expect(me.button(t("definition.layout"))).toBeVisible();
  await expect(rows.first()).toContainText(renamed);

  const required = page.getByRole("switch", { name: new RegExp(renamed) });
  await expect(required).not.toBeChecked();
  await me.press(required);
  // How many lack it is said first, and until then nothing has changed.
  const asked = me.sheet(t("definition.require.title", { name: renamed }));
  await expect(asked.getByText(t("effect.requires", { count: 1 }))).toBeVisible();
  await me.press(me.button(t("action.cancel"), asked));
  await expect(required).not.toBeChecked();
  await me.press(required);
  await me.press(me.button(t("definition.require"), asked));
  await expect(asked).toBeHidden();
  await expect(required).toBeChecked();

  // The new form: it stands first, and is asked for.
  await page.goto("/records/account/new");
  const name = me.field(me.called("account.name"));
  const first = me.field(renamed);
  await expect(first).toBeVisible();
  // A wide form has two columns: what stands first in a row is read first.
  const place = async (field: typeof first) => {
    const box = await field.boundingBox();
    return box ? [Math.round(box.y), Math.round(box.x)] : [];
  };
  await expect(async () => {
    const [[y, x], [nameY, nameX]] = [await place(first), await place(name)];
    expect(y < nameY || (y === nameY && x < nameX)).toBe(true);
  }).toPass();
  await name.fill("昆仑仪器");
  await me.save();
  await expect(page.getByText(t("problem.required"))).toBeVisible();
  await expect(first).toHaveAttribute("aria-invalid", "true");
  expect((await me.list("account")).length).toBe(1);
  await first.fill("kunlun.example");
  await me.save();
  await me.isOnRecord("昆仑仪器");
  await expect(me.fact(renamed)).toHaveText("kunlun.example");

  // A record from before is not held up by the new rule.
  await me.openRecord("account", old);
  await me.press(me.button(t("action.edit")));
  await me.field(me.called("account.name")).fill("蓝鲸集团");
  await me.save();
  await me.isOnRecord("蓝鲸集团");
  await expect(async () => {
    expect((await me.record("account", old)).values).toMatchObject({ name: "蓝鲸集团" });
  }).toPass();
});

test("makes a section, puts one field under more, hides another and finds it again @desktop", async ({ me, page, expectAccessible }) => {
  const { t } = me;
  await me.hasWorkspace();
  const old = await me.has("account", { name: "蓝鲸科技", website: "bluewhale.example", phone: "+862158881234" });
  const [website, phone] = [me.called("account.website"), me.called("account.phone")];
  const heading = me.lang === "zh" ? "联系方式" : "How to reach them";

  await page.goto("/settings/fields/account");
  await me.press(me.button(t("definition.layout")));
  await me.press(me.button(t("definition.layout.section.add")));
  const naming = me.sheet(t("definition.layout.section.add"));
  // A section needs a name.
  await me.press(me.button(t("action.done"), naming));
  await expect(naming.getByText(t("problem.required"))).toBeVisible();
  await me.field(t(`definition.label.${me.lang}`), naming).fill(heading);
  await me.press(me.button(t("action.done"), naming));
  await expect(naming).toBeHidden();

  await me.press(me.button(t("definition.layout.field.edit", { name: phone })));
  const place = me.sheet(phone);
  await me.press(me.button(heading, place));
  await expect(me.button(heading, place)).toHaveAttribute("aria-pressed", "true");
  await me.press(me.button(t("definition.standing.more"), place));
  await me.press(me.button(t("action.close"), place));
  await expect(page.getByRole("listitem").last()).toContainText(phone);

  await me.press(me.button(t("definition.layout.field.edit", { name: website })));
  const other = me.sheet(website);
  await me.press(me.button(t("definition.standing.hidden"), other));
  await me.press(me.button(t("action.close"), other));
  // The focus follows what was hidden, to where it can be shown again, and back.
  const hidden = page.getByRole("listitem").filter({ hasText: website });
  await expect(me.button(new RegExp(`^${t("definition.hidden.show")}: `), hidden)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(me.button(t("definition.order.grip", { name: website }))).toBeFocused();
  await me.press(me.button(t("definition.layout.field.edit", { name: website })));
  await me.press(me.button(t("definition.standing.hidden"), other));
  await me.press(me.button(t("action.close"), other));
  await expect(me.button(new RegExp(`^${t("definition.hidden.show")}: `), hidden)).toBeFocused();
  // A required field can be moved, not hidden.
  await me.press(me.button(t("definition.layout.field.edit", { name: me.called("account.name") })));
  const fixed = me.sheet(me.called("account.name"));
  await expect(fixed.getByText(t("definition.standing.required"))).toBeVisible();
  await expect(me.button(t("definition.standing.hidden"), fixed)).toHaveCount(0);
  await me.press(me.button(t("action.close"), fixed));

  // What it means is said before it is saved.
  const meaning = page.getByRole("region", { name: t("effect.title") });
  await expect(meaning).toContainText(t("effect.conceals", { field: website, count: 1 }));
  await expectAccessible();
  await me.press(me.button(t("definition.layout.save")));
  await expect(me.toast(t("definition.saved.toast"))).toBeVisible();
  await expect(me.heading(heading)).toBeVisible();
  await expect(me.heading(t("definition.hidden"))).toBeVisible();

  // A new form has the section under "more", and nothing of what is hidden.
  await page.goto("/records/account/new");
  const name = me.field(me.called("account.name"));
  await name.fill("昆仑仪器");
  await expect(me.field(website)).toHaveCount(0);
  await expect(me.field(phone)).toBeHidden();
  const more = page.locator("summary").filter({ hasText: t("record.more_fields") });
  await me.press(more);
  await expect(me.heading(heading)).toBeVisible();
  await me.field(phone).fill("no number");
  await me.press(more);
  await expect(me.field(phone)).toBeHidden();
  // What is wrong opens what is closed around it.
  await me.save();
  await expect(me.field(phone)).toBeVisible();
  await expect(me.field(phone)).toHaveAttribute("aria-invalid", "true");
  await me.field(phone).fill("+862158885678");
  await me.save();
  await me.isOnRecord("昆仑仪器");

  // On the page of a record from before the section is shown, and the hidden field is not, although it has a value.
  await me.openRecord("account", old);
  await expect(me.heading(heading)).toBeVisible();
  await expect(me.fact(website)).toHaveCount(0);
  expect((await me.record("account", old)).values).toMatchObject({ website: "bluewhale.example" });

  // It is found in a list of its own and comes back; one tap undoes that.
  await page.goto("/settings/fields/account");
  await me.press(me.button(new RegExp(`^${t("definition.hidden.show")}: `), hidden));
  await expect(me.heading(t("definition.hidden"))).toHaveCount(0);
  await me.press(me.button(t("action.undo")));
  await expect(me.heading(t("definition.hidden"))).toBeVisible();
  await me.press(me.button(new RegExp(`^${t("definition.hidden.show")}: `), hidden));
  await expect(me.heading(t("definition.hidden"))).toHaveCount(0);
  await me.openRecord("account", old);
  await expect(me.fact(website)).toHaveText("bluewhale.example");
});
