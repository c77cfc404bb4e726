// The pictures of docs/pictures, taken of the demo workspace: node take.mjs, started by `cargo xtask pictures`, which
// says where the server, the browser and the folder are and who may sign in.
import { mkdir } from "node:fs/promises";
import path from "node:path";

import { chromium } from "@playwright/test";

function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: take the pictures with cargo xtask pictures`);
  return value;
}

const url = needed("ZHIKE_URL");
const folder = needed("ZHIKE_PICTURES");
const credentials = { email: needed("ZHIKE_EMAIL"), password: needed("ZHIKE_PASSWORD") };

const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const tablet = { viewport: { width: 820, height: 1180 }, isMobile: true, hasTouch: true };
const desktop = { viewport: { width: 1440, height: 900 } };

/** The address of the first record of a list. */
const first = (entity, filter) => async (page) => {
  const query = filter ? `&filter=${encodeURIComponent(JSON.stringify(filter))}` : "";
  const reply = await page.request.get(`${url}/api/v1/records/${entity}?limit=1&sort=-last_touch_at${query}`);
  return `/records/${entity}/${(await reply.json()).records[0].id}`;
};
const ours = ["=", ["field", "stage"], "proposal"];

/** @type {{ name: string, on: object, locale: string, dark?: boolean, at: string | Function, then?: Function }[]} */
const pictures = [
  { name: "today-phone", on: phone, locale: "zh-CN", at: "/" },
  { name: "board-phone", on: phone, locale: "zh-CN", at: "/board" },
  { name: "deal-phone", on: phone, locale: "en-US", dark: true, at: first("deal", ours) },
  {
    name: "touch-phone",
    on: phone,
    locale: "zh-CN",
    at: first("account"),
    then: (page) => page.locator(".record-action").first().tap(),
  },
  { name: "beside-tablet", on: tablet, locale: "zh-CN", at: first("deal", ours) },
  { name: "list-desktop", on: desktop, locale: "en-US", at: "/records/deal" },
  { name: "board-desktop", on: desktop, locale: "zh-CN", dark: true, at: "/board" },
  { name: "roles-desktop", on: desktop, locale: "en-US", at: "/settings/roles" },
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: needed("ZHIKE_CHROMIUM"),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
for (const { name, on, locale, dark, at, then } of pictures) {
  const colorScheme = dark ? "dark" : "light";
  const context = await browser.newContext({
    ...on,
    locale,
    colorScheme,
    reducedMotion: "reduce",
    timezoneId: "Asia/Shanghai",
  });
  const page = await context.newPage();
  const signedIn = await page.request.post(`${url}/api/v1/auth/sign-in`, {
    data: credentials,
    headers: { origin: url },
  });
  if (!signedIn.ok()) throw new Error(`signing in gave ${signedIn.status()}`);
  await page.goto(url + (typeof at === "string" ? at : await at(page)));
  // What is looked for has come, and nothing else is still on its way.
  await page.waitForFunction(() => {
    const main = document.querySelector("main");
    return main && main.innerText.length > 80 && !main.querySelector("[class*=skeleton]");
  });
  await then?.(page);
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running"));
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(`  ${name}.png`);
  await context.close();
}
await browser.close();
