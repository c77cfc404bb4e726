// Browser journeys: few, named by what a person does, finding things by role and label.
// Started by `cargo xtask test e2e`, which says where the server and the browser are.
import { defineConfig } from "@playwright/test";

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the journeys with cargo xtask test e2e`);
  return value;
}

const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: "zh-CN",
  timezoneId: "Asia/Shanghai",
};

const DESKTOP = {
  viewport: { width: 1440, height: 900 },
  locale: "en-US",
  timezoneId: "America/New_York",
};

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  fullyParallel: true,
  // A journey that passes only the second time has found something.
  retries: 0,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  reporter: [["list"]],
  use: {
    baseURL: needed("ZHIKE_URL"),
    browserName: "chromium",
    actionTimeout: 20_000,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: needed("ZHIKE_CHROMIUM"),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  // Every journey runs on the phone. One tagged @tablet or @desktop runs there too; one tagged
  // @desktop-only needs what a phone does not have. One tagged @main is what every newcomer does: it runs on the phone
  // and at the desk, in both languages.
  projects: [
    { name: "phone", grepInvert: /@desktop-only/, use: PHONE },
    { name: "phone in English", grep: /@main/, use: { ...PHONE, locale: "en-GB", timezoneId: "Europe/London" } },
    {
      name: "tablet",
      grep: /@tablet/,
      use: {
        viewport: { width: 820, height: 1180 },
        deviceScaleFactor: 2,
        isMobile: true,
        hasTouch: true,
        locale: "en-GB",
        timezoneId: "Europe/London",
      },
    },
    { name: "desktop", grep: /@desktop|@main/, use: DESKTOP },
    { name: "desktop in Chinese", grep: /@main/, use: { ...DESKTOP, locale: "zh-CN", timezoneId: "Asia/Shanghai" } },
  ],
});
