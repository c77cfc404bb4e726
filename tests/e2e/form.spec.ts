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
  await me.press(me.button(t("definition.order")));
  const up = me.button(t("definition.order.up", { name: renamed }));
  const rows = page.getByRole("listitem");
  while (await up.isEnabled()) await me.press(up);
  await expect(rows.first()).toContainText(renamed);
  await me.press(me.button(t("definition.order.save")));
  await expect(me.button(t("definition.order"))).toBeVisible();
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
