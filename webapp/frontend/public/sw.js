/**
 * Opens the installed app when nobody answers at its address: the page itself then says so and waits.
 *
 * The app's page is asked for anew each time and kept for that case; files under assets/ carry a hash
 * of their content in their name and never change. Everything else, of the API, of the guard or of
 * whoever has the address today, is left alone: it is neither kept nor answered for.
 */
const PAGE = new URL('./', location.href).pathname; // '/', or '/media/' where a proxy shows the app there
const CACHE = `app-3 ${PAGE}`; // a new number lets go of all that was kept under the old one
const ADDRESSES = [PAGE, `${PAGE}library`, `${PAGE}subscriptions`];
const ASSETS = `${PAGE}assets/`;
const NOBODY = [502, 503, 504]; // what a gateway answers for a server that is gone

self.addEventListener('install', (event) => {
  event.waitUntil(
    fetch(PAGE)
      .then(keepPage)
      .then(() => self.skipWaiting()),
  );
});

/** Caches belong to all that is at this origin, and other paths of it may be other apps. */
function isOfThisApp(name) {
  return name.startsWith('app-') && (name.endsWith(` ${PAGE}`) || (PAGE === '/' && !name.includes(' ')));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE && isOfThisApp(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

function isHtml(response) {
  return /^text\/html\b/.test(response.headers.get('content-type') ?? '');
}

/** What an older build consisted of, and the page does not name, has served its time. */
async function forgetAssets(cache, text) {
  const kept = await cache.keys();
  const old = kept.filter(({ url }) => {
    const { pathname } = new URL(url);
    return pathname !== PAGE && !text.includes(pathname);
  });
  await Promise.all(old.map((request) => cache.delete(request)));
}

/** Keeps a built page of the app: another page at this address, or a development server's, is none. */
async function keepPage(response) {
  if (!response.ok || !isHtml(response)) return;
  const text = await response.clone().text();
  if (!text.includes(ASSETS)) return;
  const cache = await caches.open(CACHE);
  const before = await (await cache.match(PAGE))?.text();
  if (before === text) return;
  await forgetAssets(cache, text);
  await cache.put(PAGE, response.clone());
}

async function page(request) {
  const kept = async () => (await caches.open(CACHE)).match(PAGE);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const answer = await kept();
    if (answer) return answer;
    throw error;
  }
  // The guard's page says more than ours could, and has the button that helps.
  const byGuard = response.headers.has('X-Guard-Standby');
  if (NOBODY.includes(response.status) && !byGuard) return (await kept()) ?? response;
  await keepPage(response).catch(() => undefined); // no space: the page is shown all the same
  return response;
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  // Some servers answer with the page for a file that they do not have.
  if (response.ok && !isHtml(response)) await cache.put(request, response.clone()).catch(() => undefined);
  return response;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (ADDRESSES.includes(pathname)) event.respondWith(page(request));
  } else if (pathname.startsWith(ASSETS)) {
    event.respondWith(asset(request));
  }
});
