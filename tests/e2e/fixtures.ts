// What every journey has: a page that may not complain, a real finger, and the accessibility check.
import { randomInt } from "node:crypto";

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type BrowserContextOptions, type CDPSession, type Locator, type Page } from "@playwright/test";

import { Person } from "./steps";
import type { Lang } from "./words";

export { expect };

/** What the browser itself says on the console while it is offline, also of a service worker it was about to fetch. */
export const OFFLINE = /net::ERR_(INTERNET_DISCONNECTED|FAILED)|unknown error occurred when fetching the script/;

type Fixtures = {
  /** Console errors this journey causes on purpose (a refused save, being offline). */
  expectedErrors: RegExp;
  finger: Finger;
  /** The one who makes the journey, in the language of their browser. */
  me: Person;
  /** Somebody else at a device of their own, watched for complaints as well. */
  another: (lang?: Lang) => Promise<Person>;
  /** Fails on any WCAG 2.2 AA rule that axe can check on the page as it is now. */
  expectAccessible: () => Promise<void>;
};

export const test = base.extend<Fixtures>({
  expectedErrors: [/^$/, { option: true }],

  // Attempts to come in are counted by address: each journey has one of its own, as its people would.
  extraHTTPHeaders: async ({}, use) => {
    const part = () => randomInt(256);
    await use({ "cf-connecting-ip": `10.${part()}.${part()}.${part()}` });
  },

  // A journey fails when the page throws, logs an error or breaks its own security policy, even if it looks right.
  page: async ({ page, expectedErrors }, use) => {
    const complaints = listen(page);
    await use(page);
    expectQuiet(complaints, expectedErrors);
  },

  me: async ({ page, locale, hasTouch }, use) => {
    await use(new Person(page, langOf(locale), hasTouch));
  },

  another: async (
    { browser, locale, hasTouch, viewport, isMobile, deviceScaleFactor, timezoneId, extraHTTPHeaders, expectedErrors },
    use,
  ) => {
    const device: BrowserContextOptions = {
      hasTouch,
      viewport,
      isMobile,
      deviceScaleFactor,
      timezoneId,
      locale,
      extraHTTPHeaders,
    };
    const closing: (() => Promise<void>)[] = [];
    await use(async (lang = langOf(locale)) => {
      const context = await browser.newContext({ ...device, locale: lang === "zh" ? "zh-CN" : "en-US" });
      const page = await context.newPage();
      const complaints = listen(page);
      closing.push(async () => {
        await context.close();
        expectQuiet(complaints, expectedErrors);
      });
      return new Person(page, lang, hasTouch);
    });
    for (const close of closing) await close();
  },

  finger: async ({ page }, use) => {
    await use(new Finger(page));
  },

  expectAccessible: async ({ page }, use) => {
    await use(async () => {
      const { violations } = await new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
        .analyze();
      const found = violations.map(
        (v) => `${v.id}: ${v.help}\n    ${v.nodes.map((node) => node.target.join(" ")).join("\n    ")}`,
      );
      expect(found).toEqual([]);
    });
  },
});

function langOf(locale: string | undefined): Lang {
  return locale?.startsWith("zh") ? "zh" : "en";
}

/** Collects what a page complains about from now on. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`);
  });
  return complaints;
}

export function expectQuiet(complaints: string[], expectedErrors: RegExp): void {
  const unexpected = complaints.filter((text) => !expectedErrors.test(text));
  expect(unexpected, "the page complained").toEqual([]);
}

/**
 * Touch as the browser gets it from a screen. Synthetic DOM events skip what goes wrong in the hand:
 * scrolling that takes over, pointer capture, long press.
 */
export class Finger {
  constructor(private readonly page: Page) {}

  /** Puts the finger down, rests until the thing has been taken up, moves in small steps, and lifts it. */
  async drag(from: Locator, to: Locator, takenUp?: () => Promise<void>): Promise<void> {
    const touch = await this.touch(from);
    await takenUp?.();
    await touch.moveTo(to);
    await touch.lift();
  }

  /**
   * Moves over the glass at once and lets go while moving: what scrolls a page and turns to the next one. Sideways the
   * middle of the way is the middle of the thing, so that there is room for a long one.
   */
  async swipe(from: Locator, by: { x?: number; y?: number }): Promise<void> {
    const touch = await this.touch(from, -(by.x ?? 0) / 2);
    await touch.throwBy(by);
    await touch.lift();
  }

  /** Puts the finger down, in the middle or beside it. */
  async touch(on: Locator, beside = 0): Promise<Touch> {
    const cdp = await this.page.context().newCDPSession(this.page);
    const { x, y } = await centre(on);
    const touch = new Touch(this.page, cdp, { x: x + beside, y });
    await touch.send("touchStart");
    return touch;
  }
}

type Point = { x: number; y: number };

/** A finger that is on the glass. */
export class Touch {
  private others: Point[] = [];

  constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
    private at: Point,
  ) {}

  async moveTo(target: Locator): Promise<void> {
    await this.glide(await centre(target));
    await this.rest();
  }

  async moveBy(by: { x?: number; y?: number }): Promise<void> {
    await this.throwBy(by);
    await this.rest();
  }

  /** Without coming to rest. */
  async throwBy(by: { x?: number; y?: number }): Promise<void> {
    await this.glide({ x: this.at.x + (by.x ?? 0), y: this.at.y + (by.y ?? 0) });
  }

  /** A second finger comes down somewhere. */
  async second(on: Locator): Promise<void> {
    this.others = [await centre(on)];
    await this.send("touchStart");
  }

  async lift(): Promise<void> {
    await this.cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await this.cdp.detach();
  }

  async send(type: "touchStart" | "touchMove"): Promise<void> {
    const touchPoints = [this.at, ...this.others].map((point, id) => ({ ...point, id }));
    await this.cdp.send("Input.dispatchTouchEvent", { type, touchPoints });
  }

  private async glide(end: Point): Promise<void> {
    const start = this.at;
    const steps = 20;
    for (let step = 1; step <= steps; step++) {
      const at = (a: number, b: number) => a + ((b - a) * step) / steps;
      this.at = { x: at(start.x, end.x), y: at(start.y, end.y) };
      await this.send("touchMove");
      await this.page.waitForTimeout(16);
    }
  }

  private async rest(): Promise<void> {
    // It rests before it lets go: otherwise it would be a throw, and the next tap would only stop what glides.
    for (let frame = 0; frame < 4; frame++) {
      await this.send("touchMove");
      await this.page.waitForTimeout(16);
    }
  }
}

/** The middle of what can be seen of it: a finger does not reach beyond the glass. */
async function centre(target: Locator): Promise<Point> {
  const glass = target.page().viewportSize();
  let box = await target.boundingBox();
  // Between finding it and measuring it, it may be drawn anew.
  await expect(async () => {
    box = await target.boundingBox();
    expect(box, `${target} is on the page`).not.toBeNull();
  }).toPass({ timeout: 15_000 });
  if (!box || !glass) throw new Error(`${target} is not on the page`);
  const middle = (from: number, size: number, end: number) => (Math.max(from, 0) + Math.min(from + size, end)) / 2;
  const at = { x: middle(box.x, box.width, glass.width), y: middle(box.y, box.height, glass.height) };
  if (at.x < 0 || at.y < 0 || at.x > glass.width || at.y > glass.height) throw new Error(`${target} is not in sight`);
  return at;
}
