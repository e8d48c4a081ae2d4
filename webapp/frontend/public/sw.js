/**
 * Opens the installed app when its server is away: the page itself then says so and waits.
 *
 * Pages are asked for anew each time and kept for that case; files under /assets/ carry a hash of
 * their content in their name and never change. Nothing of the API is ever kept.
 */
const CACHE = 'app-1';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add('/')).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('/', response.clone());
    return response.ok ? response : ((await cache.match('/')) ?? response);
  } catch (error) {
    const kept = await cache.match('/');
    if (kept) return kept;
    throw error;
  }
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && !/^\/(api|health|ready|docs|openapi)/.test(pathname)) {
    event.respondWith(page(request));
  } else if (pathname.startsWith('/assets/')) {
    event.respondWith(asset(request));
  }
});
