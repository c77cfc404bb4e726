// The app's build of the planner, with the browser's own time zones, decides as this machine's build does.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "./fixtures";

const KINDS: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

test("the browser decides two thousand random commands as the server does @desktop-only @desktop", async ({ page }) => {
  const built = process.env.ZHIKE_PARITY ?? "";
  // A page of its own, so that nothing of the app is in it but what is compared.
  await page.route("**/parity/**", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1) ?? "";
    const contentType = KINDS[name.split(".").at(-1) ?? ""];
    if (!contentType) return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>parity</title>" });
    return route.fulfill({ contentType, body: readFileSync(join(built, name)) });
  });
  await page.goto("/parity/page");
  const said = await page.evaluate(async (table) => {
    const build = await import("/parity/parity.js" as string);
    await build.default({ module_or_path: "/parity/parity_bg.wasm" });
    return build.disagreements(table) as string;
  }, readFileSync(join(built, "cases.json"), "utf8"));
  expect(said.split("\n")[0], said).toMatch(/^[1-9]\d{3} cases, 0 decided otherwise$/);
});
