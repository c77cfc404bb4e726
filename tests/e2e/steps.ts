// What a person does on the screens, in either language, by thumb, mouse or keyboard. Journeys are made of these.
import { randomBytes } from "node:crypto";

import { expect, type APIResponse, type Locator, type Page } from "@playwright/test";

import { builtIn, wordsOf, type BuiltIn, type Lang, type Words } from "./words";

export type { Lang } from "./words";

export const PASSWORD = "walks home at noon";

export type Wire = Record<string, unknown>;
export type Body = { entity: string; id: string; version: number; values: Wire };

/** Sortable and unique, as the app makes them (UUIDv7). */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** One person at one screen. */
export class Person {
  readonly t: Words;
  email = `${randomBytes(6).toString("hex")}@example.com`;

  constructor(
    readonly page: Page,
    public lang: Lang,
    private readonly touches: boolean,
  ) {
    this.t = (key, args) => wordsOf(this.lang)(key, args);
  }

  /** The name of a built-in field or stage. */
  called(name: BuiltIn): string {
    return builtIn(this.lang, name);
  }

  /** The same person at another page. */
  at(page: Page): Person {
    const other = new Person(page, this.lang, this.touches);
    other.email = this.email;
    return other;
  }

  async press(target: Locator): Promise<void> {
    await (this.touches ? target.tap() : target.click());
  }

  button(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole("button", { name, exact: true });
  }

  link(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole("link", { name, exact: true });
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, exact: true });
  }

  sheet(name: string): Locator {
    return this.page.getByRole("dialog", { name, exact: true });
  }

  field(name: string, within: Page | Locator = this.page): Locator {
    return within.getByLabel(name, { exact: true });
  }

  /** A field that is chosen from a sheet: its name, then what is chosen. */
  picked(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole("button", { name: new RegExp(`^${name}`) });
  }

  /** A chip by its name; one that stands for a day may say which day behind it. */
  chip(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole("radio", { name: new RegExp(`^${name}( ·|$)`) });
  }

  async choose(name: string, within: Page | Locator = this.page): Promise<void> {
    await this.press(this.chip(name, within));
    await expect(this.chip(name, within)).toBeChecked();
  }

  toast(text: string | RegExp): Locator {
    return this.page.getByRole("region", { name: this.t("toast.region") }).getByText(text);
  }

  /** The sign in the bar that says what waits. */
  tray(text: string): Locator {
    return this.page.getByRole("button", { name: text, exact: true });
  }

  // Coming in

  async signUp(workspace = "Kunlun"): Promise<void> {
    const { t } = this;
    await this.page.goto("/sign-up");
    await this.field(t("auth.field.workspace")).fill(workspace);
    await this.field(t("auth.field.name")).fill("林小满");
    await this.field(t("auth.field.email")).fill(this.email);
    await this.field(t("auth.field.password")).fill(PASSWORD);
    await this.press(this.button(t("auth.sign_up.submit")));
    await this.isOnToday();
  }

  /** A workspace of one's own without the screens, for journeys about something else. */
  async hasWorkspace(workspace = "Kunlun"): Promise<void> {
    await this.post("/api/v1/auth/sign-up", {
      workspace: { name: workspace, language: this.lang, zone: "Asia/Shanghai", currency: "CNY" },
      name: "林小满",
      email: this.email,
      password: PASSWORD,
    });
  }

  async signIn(): Promise<void> {
    const { t } = this;
    await this.page.goto("/sign-in");
    await this.field(t("auth.field.email")).fill(this.email);
    await this.field(t("auth.field.password")).fill(PASSWORD);
    await this.press(this.button(t("auth.sign_in.submit")));
    await this.isOnToday();
  }

  async isOnToday(): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name: this.t("today.title"), exact: true })).toBeVisible();
  }

  // Going about

  async goTo(entry: "today" | "board" | "customers" | "search" | "more"): Promise<void> {
    const nav = this.page.getByRole("navigation", { name: this.t("nav.main"), exact: true });
    await this.press(this.link(this.t(`nav.${entry}`), nav));
  }

  /** From + to the form, or to the sheet of a touch. */
  async add(kind: "touch" | "lead" | "account" | "deal"): Promise<void> {
    const { t } = this;
    await this.press(this.button(t("nav.add")));
    // The row carries its explanation too.
    const row = this.sheet(t("add.title")).getByRole("button", { name: new RegExp(`^${t(`add.${kind}`)}`) });
    await this.press(row);
  }

  async save(): Promise<void> {
    await this.press(this.button(this.t("action.save")));
  }

  /** The record's page is open and says its name. */
  async isOnRecord(name: string): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1, name, exact: true })).toBeVisible();
    await expect(this.heading(this.t("record.timeline"))).toBeVisible();
  }

  async openRecord(entity: string, id: string): Promise<void> {
    await this.page.goto(`/records/${entity}/${id}`);
    await expect(this.heading(this.t("record.timeline"))).toBeVisible();
  }

  /** A fact of a record's page, by the name of its field. */
  fact(name: string): Locator {
    const facts = this.page.getByRole("region", { name: this.t("record.details"), exact: true });
    return facts.locator("div").filter({ has: this.page.getByRole("term").filter({ hasText: name }) }).getByRole("definition");
  }

  timeline(): Locator {
    return this.page.getByRole("region", { name: this.t("record.timeline"), exact: true });
  }

  /** With the sheet of a touch open on its subject: what it was, when the next one is. */
  async logTouch(how: string, next?: string, note?: string): Promise<void> {
    const { t } = this;
    const sheet = this.sheet(t("touch.title"));
    await this.choose(t(`touch.kind.${how}`), sheet);
    if (note) await this.field(t("touch.note"), sheet).fill(note);
    if (next) await this.choose(t(`next.${next}`), sheet);
    await this.press(this.button(t("touch.save"), sheet));
    await expect(sheet).toBeHidden();
  }

  /** Ticks every row on the page of a list. */
  async ticksPage(): Promise<void> {
    const { page, t } = this;
    if ((page.viewportSize()?.width ?? 0) < 1024) {
      await this.press(this.button(t("action.more")));
      await this.press(this.sheet(t("action.more")).getByRole("button", { name: new RegExp(`^${t("bulk.start")}`) }));
      await this.press(this.button(t("bulk.page")));
    } else {
      await page.getByRole("checkbox", { name: t("bulk.page") }).check();
    }
  }

  // Board

  column(stage: BuiltIn): Locator {
    return this.page.getByRole("region", { name: this.called(stage), exact: true });
  }

  /** A stage in the strip above the board, on a phone. */
  inStrip(stage: BuiltIn): Locator {
    const strip = this.page.getByRole("navigation", { name: this.t("record.stage"), exact: true });
    return strip.getByRole("button", { name: new RegExp(`^${this.called(stage)}`) });
  }

  /** By the strip of stages above it on a phone; a wide board has most of its columns in sight. */
  async scrollBoardTo(stage: BuiltIn): Promise<void> {
    await expect(this.column(stage)).toBeAttached();
    if (await this.inStrip(stage).isVisible()) await this.press(this.inStrip(stage));
    else await this.column(stage).scrollIntoViewIfNeeded();
    await expect(this.column(stage)).toBeInViewport({ ratio: 0.9 });
  }

  /** What a stage counts and adds up; it leads to the list of it. */
  numbers(stage: BuiltIn): Locator {
    return this.column(stage).getByRole("link", { name: new RegExp(this.t("board.column.list")) });
  }

  card(name: string, stage: BuiltIn): Locator {
    return this.column(stage).getByRole("article").filter({ hasText: name });
  }

  // The server, asked directly: for what has to stand before a journey begins and for what must be true after it

  async get<Reply>(path: string): Promise<Reply> {
    return this.reply(await this.page.request.get(path));
  }

  async post<Reply>(path: string, data: unknown): Promise<Reply> {
    const origin = new URL(process.env.ZHIKE_URL ?? "").origin;
    return this.reply(await this.page.request.post(path, { data, headers: { origin } }));
  }

  private async reply<Reply>(answer: APIResponse): Promise<Reply> {
    expect(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer.json();
  }

  /** Actions as one command, which has to be saved. */
  async sends(actions: Wire[]): Promise<void> {
    const commands = [{ v: 1, id: newId(), actions }];
    const { answers } = await this.post<{ answers: { answer: string }[] }>("/api/v1/commands", { commands });
    expect(answers, JSON.stringify(actions)).toMatchObject([{ answer: "done" }]);
  }

  /** Changes the definitions as they are now. */
  async defines(change: Wire): Promise<void> {
    const { revision } = await this.get<{ revision: number }>("/api/v1/session");
    await this.sends([{ do: "change_definition", base_revision: revision, change }]);
  }

  /** Fields of one's own, each by its name and its type: `f_0`, `f_1` and on. */
  async hasFields(entity: string, fields: [string, Wire][]): Promise<void> {
    for (const [at, [name, kind]] of fields.entries()) {
      await this.defines({ change: "add_field", entity, field: { id: `f_${at}`, label: { zh: name, en: name }, ...kind } });
    }
  }

  async has(entity: string, values: Wire): Promise<string> {
    const id = newId();
    await this.post(`/api/v1/records/${entity}`, { id, values });
    return id;
  }

  /** Many records at once, in commands as a bulk change sends them. */
  async hasMany(entity: string, all: Wire[]): Promise<string[]> {
    const ids = all.map(() => newId());
    for (let first = 0; first < all.length; first += 100) {
      const part = all.slice(first, first + 100);
      const actions = part.map((values, at) => ({ do: "create", entity, record: ids[first + at], values }));
      await this.sends(actions);
    }
    return ids;
  }

  /** Changes a record as it was at a version, as somebody else at another device does. */
  async edits(entity: string, id: string, version: number, values: Wire): Promise<void> {
    const actions = [{ do: "update", entity, record: id, base_version: version, values }];
    await this.sends(actions);
  }

  /** Deletes a record. */
  async isWithout(entity: string, id: string): Promise<void> {
    const { version } = await this.record(entity, id);
    const actions = [{ do: "delete", entity, record: id, base_version: version }];
    await this.sends(actions);
  }

  async list(entity: string): Promise<Body[]> {
    const found: Body[] = [];
    let after = "";
    do {
      const page = await this.get<{ records: Body[]; next?: string }>(`/api/v1/records/${entity}?limit=200${after}`);
      found.push(...page.records);
      after = page.next ? `&after=${encodeURIComponent(page.next)}` : "";
    } while (after);
    return found;
  }

  async record(entity: string, id: string): Promise<Body> {
    return (await this.get<{ record: Body }>(`/api/v1/records/${entity}/${id}`)).record;
  }
}
