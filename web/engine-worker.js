// The engine's worker: a module worker that starts the WebAssembly module beside it.

/** Tells the page of a failure that belongs to no request: `id` 0. The page then starts a new worker. */
function fail(cause) {
  const reason = String(cause?.message ?? cause);
  postMessage({
    id: 0,
    event: {
      type: 'error',
      error: { code: 'internal', reason },
      message: `the engine failed: ${reason}`,
      messageRu: `сбой движка: ${reason}`,
    },
  });
}

// A trap in the engine's asynchronous code ends up here, not at the request that met it.
addEventListener('unhandledrejection', (event) => fail(event.reason));

try {
  const { default: start } = await import('./worker.js');
  await start();
} catch (cause) {
  fail(cause);
}
