// Keeps the program on the device: the second visit loads no code, and opens without a network. What people work on is
// not kept here; that is IndexedDB's (app/src/state/store.rs). xtask/src/shell.rs defines the three names in capitals
// when it builds: this release's name, the files it consists of, and the paths that only the Worker answers.
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
