// Keeps the program on the device: the second visit loads no code, and opens without a network. What people work on is
// not kept here; that is IndexedDB's (app/src/state/store.rs). xtask/src/shell.rs defines the names in capitals
// when it builds: this release's name, the files it consists of, and the paths that only the Worker answers; WORDS are its
// sentences in each language, out of messages/. Reminders arrive here too, and are dealt with where they are shown.
const OURS = "zhike-";
const NAME = OURS + RELEASE;
const PAGE = "/";

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      // Files named by their content come out of the browser's own cache; the page has to be the one of this release.
      await Promise.all([cache.addAll(FILES), cache.add(new Request(PAGE, { cache: "reload" }))]);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      // The release before stays: a tab that began with it may still want one of its parts.
      const earlier = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== NAME);
      await Promise.all(earlier.slice(0, -1).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (FILES.includes(pathname)) return event.respondWith(kept(pathname, request, NAME));
  if (WORKER.some((prefix) => pathname.startsWith(prefix))) return;
  // Every address of the app is the same page.
  if (request.mode === "navigate") return event.respondWith(kept(PAGE, request, NAME));
  // Perhaps a part of the release before.
  event.respondWith(kept(pathname, request));
});

async function kept(path, request, cacheName) {
  return (await caches.match(path, { cacheName })) ?? fetch(request);
}

// Reminders (Web Push). The text of a message is made by the Worker, in the language of whoever reads it.

const HOUR_MS = 3_600_000;
const NOTIFICATIONS = "/notifications";
const UNSENT = "#unsent";

self.addEventListener("push", (event) => event.waitUntil(tell(event.data)));

async function tell(data) {
  const told = read(data);
  const known = typeof told.title === "string" && told.title !== "";
  // A browser takes the permission away from whoever is woken and shows nothing.
  const title = known ? told.title : words(navigator.language).news;
  const { entity, record, kind } = told;
  await self.registration.showNotification(title, {
    body: typeof told.body === "string" ? told.body : "",
    // The same thing once more replaces itself.
    tag: typeof told.tag === "string" ? told.tag : "",
    icon: "/icon-192.png",
    data: { title, path: ownPath(told.path), entity, record, kind, tag: told.tag },
    actions: Array.isArray(told.actions) ? told.actions : [],
  });
  await Promise.all([badge(told.unread), sayToTabs({ zhike: "told" })]);
}

function read(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

/** The sentences in the language that a text is written in. */
function words(text) {
  return /[\u4e00-\u9fff]|^zh/.test(text) ? WORDS.zh : WORDS.en;
}

/** A path below our own origin, whatever a message says. */
function ownPath(path) {
  if (typeof path !== "string" || !/^\/(?![/\\])/.test(path)) return NOTIFICATIONS;
  const url = new URL(path, self.location.origin);
  return url.origin === self.location.origin ? url.pathname + url.search : NOTIFICATIONS;
}

async function badge(unread) {
  if (typeof unread !== "number") return;
  try {
    await navigator.setAppBadge?.(unread);
  } catch {
    // Where the app is not installed there is no icon to write on.
  }
}

async function tabs() {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

async function sayToTabs(message) {
  for (const tab of await tabs()) tab.postMessage(JSON.stringify(message));
}

self.addEventListener("notificationclick", (event) => {
  const { action, notification } = event;
  notification.close();
  event.waitUntil(answer(action, notification.data ?? {}));
});

async function answer(action, data) {
  const path = ownPath(data.path);
  if (action !== "done" && action !== "snooze") return open(path);
  let sent = false;
  try {
    sent = action === "done" ? await finish(data) : await snooze(data);
  } catch {
    // No network: it is done in the app, which keeps what it cannot send.
  }
  if (!sent) return open(path + UNSENT);
  const { title, tag } = data;
  const said = words(title);
  await self.registration.showNotification(title, {
    body: action === "done" ? said.done : said.snoozed,
    tag: tag ?? "",
    icon: "/icon-192.png",
    silent: true,
    data,
  });
}

function snooze({ entity, record }) {
  const until = new Date(Date.now() + HOUR_MS).toISOString();
  return command({ do: "snooze", entity, record, until });
}

/** Only a task is done by a press; what is followed up is done by saying how it went. */
async function finish({ entity, record }) {
  if (entity !== "task") return false;
  const reply = await fetch(`/api/v1/records/task/${encodeURIComponent(record)}`);
  if (!reply.ok) return false;
  const { record: task } = await reply.json();
  const old = task.values.status;
  if (old === "done") return true;
  return command({
    do: "update",
    entity,
    record,
    base_version: task.version,
    old: old === undefined ? {} : { status: old },
    values: { status: "done" },
  });
}

/** Sends one action as a command of format v1 (domain/src/command), and says whether it was saved. */
async function command(action) {
  const reply = await post("/api/v1/commands", { commands: [{ v: 1, id: newId(), actions: [action] }] });
  if (!reply.ok) return false;
  const { answers } = await reply.json();
  return answers[0]?.answer === "done";
}

function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(body),
  });
}

/** A UUID of version 7 (RFC 9562): the moment, then chance. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  const now = Date.now();
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Brings a tab that is there to the path, or opens one. */
async function open(path) {
  const all = await tabs();
  const tab = all.find((tab) => tab.focused) ?? all.find((tab) => tab.visibilityState === "visible") ?? all[0];
  if (!tab) return self.clients.openWindow(path);
  try {
    await tab.focus();
  } catch {
    // Some browsers let only the notification itself come to the front.
  }
  if (await follows(tab, path)) return;
  // A tab without the app, or one whose app is still on its way.
  await (tab.navigate?.(path).catch(() => self.clients.openWindow(path)) ?? self.clients.openWindow(path));
}

/** Whether the app in a tab says in time that it goes there (app/src/state/live/bell.rs): what is typed there stays. */
function follows(tab, path) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), 1000);
    tab.postMessage(JSON.stringify({ go: path }), [port2]);
  });
}

// The browser has given this device another address: the old one wakes nobody any more.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const reply = await fetch("/api/v1/reminders");
  // Nobody is signed in: there is nobody to remind. The app looks again when somebody is.
  if (!reply.ok) return;
  const { push_key, channels } = await reply.json();
  const options = { userVisibleOnly: true, applicationServerKey: push_key };
  const made = newSubscription ?? (await self.registration.pushManager.subscribe(options));
  const { endpoint, keys } = made.toJSON();
  const added = await post("/api/v1/push", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  if (!added.ok || !oldSubscription || oldSubscription.endpoint === endpoint) return;
  const hash = await hashed(oldSubscription.endpoint);
  const old = channels.find((channel) => channel.endpoint_hash === hash);
  if (old) await fetch(`/api/v1/channels/${encodeURIComponent(old.id)}`, { method: "DELETE" });
}

async function hashed(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const chars = String.fromCharCode(...new Uint8Array(digest));
  return btoa(chars).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
