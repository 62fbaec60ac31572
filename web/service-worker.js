// Lectern without a network: the page, the engine and the small models of the visitor's language are kept by the browser,
// one version at a time. The build fills in the lists (xtask/src/offline.rs).
//
// Workbox does the caching: a new version is fetched whole, beside the old one, and takes over only when the reader
// asks for it (or when no page of the old version is open any more). So no page ever sees files of two versions.

importScripts(
  './workbox/workbox-core.prod.js',
  './workbox/workbox-routing.prod.js',
  './workbox/workbox-strategies.prod.js',
  './workbox/workbox-precaching.prod.js',
);

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const { clientsClaim } = workbox.core;
const { cleanupOutdatedCaches, precacheAndRoute } = workbox.precaching;
const { registerRoute } = workbox.routing;
const { CacheFirst } = workbox.strategies;

/** The files that every visitor gets: `{ url, revision }`. */
const PRECACHED = self.__WB_MANIFEST;
/** The models' files with their revisions: cached once they were used. */
const MODELS = self.__LECTERN_MODELS;
/** The folders of the models that visitors of a language get, by language. */
const MODELS_OF = self.__LECTERN_MODELS_OF;

const MODEL_CACHE = 'lectern-models';

cleanupOutdatedCaches();
// The parameters of an address are the page's business: its file is the same.
precacheAndRoute(PRECACHED, { ignoreURLParametersMatching: [/.*/], directoryIndex: 'index.html', cleanURLs: false });

/**
 * A file's path below the site; undefined for other addresses.
 *
 * @param {URL} url
 */
const path = (url) =>
  url.href.startsWith(scope.registration.scope) ? url.href.slice(scope.registration.scope.length).split('?')[0] : '';

/**
 * The folder of a model of the site.
 *
 * @param {string} file
 */
const model = (file) => /^models\/[^/]+\//.exec(file)?.[0];

const FILES = new Set([...PRECACHED.map(({ url }) => url), ...Object.keys(MODELS)]);
const MODEL_FOLDERS = new Set([...FILES].map(model).filter(Boolean));

// The engine requests some files that a model may lack: their absence is known without a network.
registerRoute(
  ({ url }) => MODEL_FOLDERS.has(model(path(url))) && !FILES.has(path(url)),
  async () => new Response('not found', { status: 404 }),
);

registerRoute(
  // Requests that resume a download go to the network.
  ({ url, request }) => path(url) in MODELS && !request.headers.has('Range'),
  new CacheFirst({
    cacheName: MODEL_CACHE,
    plugins: [{ cacheKeyWillBeUsed: async ({ request }) => key(new URL(request.url)) }],
  }),
);

/**
 * A new version of a model is another entry.
 *
 * @param {URL} url
 */
const key = (url) => `${url.origin}${url.pathname}?${MODELS[path(url)]}`;

scope.addEventListener('activate', (event) => event.waitUntil(forgetOldModels()));

async function forgetOldModels() {
  const cache = await caches.open(MODEL_CACHE);
  const known = new Set(Object.keys(MODELS).map((file) => key(new URL(file, scope.registration.scope))));
  for (const { url } of await cache.keys()) if (!known.has(url)) await cache.delete(url);
}

scope.addEventListener('message', (event) => {
  const { data } = event;
  // The page has shown its notice, and the reader wants the new version.
  if (data?.type === 'takeOver') scope.skipWaiting();
  if (data?.type === 'keepModels') event.waitUntil(keepModels(MODELS_OF[data.language] ?? []));
});

/**
 * Caches models before they are used.
 *
 * @param {string[]} folders
 */
async function keepModels(folders) {
  const cache = await caches.open(MODEL_CACHE);
  for (const file of Object.keys(MODELS)) {
    const url = new URL(file, scope.registration.scope);
    if (!folders.some((folder) => file.startsWith(folder)) || (await cache.match(key(url)))) continue;
    const response = await fetch(url);
    if (response.ok) await cache.put(key(url), response);
  }
}

// The first visit's page is served from now on as well.
clientsClaim();
