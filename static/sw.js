// Without a network: the page that says so, instead of the browser's own. `OFFLINE` is put before this by the server.
// Pages are always fetched anew and never kept: they are private. Everything else goes its usual way.
"use strict";

const CACHE = `offline-${OFFLINE.version}`;

self.addEventListener("install", (event) => {
  // Without cookies: what is kept belongs to nobody.
  const fetches = OFFLINE.shell.map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(
    caches
    .open(CACHE)
    .then((kept) => kept.addAll(fetches))
    .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE.page)));
  } else if (url.origin === location.origin && OFFLINE.shell.includes(url.pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(url.pathname)));
  }
});
