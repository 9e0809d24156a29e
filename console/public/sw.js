/* The report form opens without a connection. What the hub says is never kept: a status is either fresh or absent. */
const SHELL = "shell-1";
const PAGE = "/report";

async function refresh() {
  const page = await fetch(PAGE, { cache: "no-cache" });
  if (!page.ok) return;
  const html = await page.clone().text();
  const cache = await caches.open(SHELL);
  const before = await cache.match(PAGE);
  if (before && (await before.text()) === html) return;
  const parts = [...html.matchAll(/(?:src|href)="(\/(?:assets\/[^"]+|icon\.svg|manifest\.webmanifest))"/g)].map((found) => found[1]);
  await cache.addAll(parts);
  await cache.put(PAGE, page);
  // another release: the parts of the former one would stay for ever
  const gone = (await cache.keys()).filter(({ url }) => ![PAGE, ...parts].includes(new URL(url).pathname));
  await Promise.all(gone.map((part) => cache.delete(part)));
}

self.addEventListener("install", (event) => event.waitUntil(refresh().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function page(request) {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) refresh().catch(() => null);
    return fresh;
  } catch {
    return (await caches.match(PAGE)) ?? Response.error();
  }
}

/* built parts carry their content's hash in their name, so that one kept is as good as a new one */
async function part(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) (await caches.open(SHELL)).put(request, fresh.clone());
  return fresh;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(page(request));
  else if (address.pathname.startsWith("/assets/") || address.pathname === "/icon.svg") event.respondWith(part(request));
});
