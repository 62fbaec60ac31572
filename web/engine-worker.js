// The engine's worker: a module worker that starts the WebAssembly modules beside it, which are the engine's, or the
// trainer's where trainer-worker.js says so, and the tokenizer's, which both of them call.

/** @import { FromWorker } from './protocol.js' */

// The address of the site. A worker that imports this from another origin has another address.
globalThis.lecternSite = new URL('./', import.meta.url).href;

/**
 * Tells the page that the engine has failed, in the protocol's form: an error with the id 0 belongs to all
 * open requests. The page ends them, and starts a new worker when it needs one.
 *
 * @param {any} cause
 */
function fail(cause) {
  const detail = String(cause?.message || cause || '');
  const said = detail && `: ${detail}`;
  const message = `internal error: the engine stopped${said}`;
  const messageRu = `внутренняя ошибка: движок остановился${said}`;
  /** @type {FromWorker} */
  const told = {
    id: 0,
    event: { error: { error: { internal: { reason: { kind: 'engineStopped', detail } } }, message, messageRu } },
    final: true,
  };
  postMessage(told);
}

// A trap in the engine's asynchronous code belongs to no call that could catch it: it ends up here, as an error where a
// task met it, as a rejection where a promise did.
addEventListener('error', (event) => fail(event.error ?? event.message));
addEventListener('unhandledrejection', (event) => fail(event.reason));

try {
  const [{ default: startTokenizer }, { default: start, serve }] = await Promise.all([
    import('./tokenizer.js'),
    import(globalThis.lecternProgram ?? './worker.js'),
  ]);
  // Both are fetched at the same time.
  await Promise.all([startTokenizer(), start()]);
  serve();
} catch (cause) {
  fail(cause);
}
