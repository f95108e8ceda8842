// Keeps the page and its numbers on the device, so that they open without a network. A working network comes first.

const CACHE = "blina-__VERSION__";
const FILES = "__FILES__";
const WAIT = 3_000; // milliseconds for a network that swallows what is sent

self.addEventListener("install", (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("blina-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const path = url.pathname === "/chat/" ? "/chat" : url.pathname;
  if (request.method !== "GET" || url.origin !== location.origin || !FILES.includes(path)) return;
  event.respondWith(answer(request, path));
});

async function answer(request, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, WAIT, kept));
  const fresh = fetch(request).then((found) => (found.ok || found.status === 304 ? found : kept), () => kept);
  return Promise.race([fresh, late]);
}
