// What the scripts of workers find beside what browsers have: for the check of their types (tsconfig.worker.json).

/** The program of this worker, where it is not the engine: wasm-bindgen's script, which starts it. */
declare var lecternProgram: string | undefined;

/** The address of the site, which engine-worker.js tells the engine. */
declare var lecternSite: string;

/** The lists that the build fills in. */
interface WorkerGlobalScope {
  __WB_MANIFEST: { url: string; revision: string }[];
  __LECTERN_MODELS: Record<string, string>;
  __LECTERN_MODELS_OF: Record<string, string[]>;
}

/** The parts of Workbox that service-worker.js uses; importScripts brings them. */
declare const workbox: {
  core: { clientsClaim(): void };
  precaching: {
    cleanupOutdatedCaches(): void;
    precacheAndRoute(
      files: { url: string; revision: string }[],
      options: { ignoreURLParametersMatching: RegExp[]; directoryIndex: string; cleanURLs: boolean },
    ): void;
  };
  routing: {
    registerRoute(
      matches: (asked: { url: URL; request: Request }) => boolean,
      handler: (() => Promise<Response>) | InstanceType<typeof workbox.strategies.CacheFirst>,
    ): void;
  };
  strategies: {
    CacheFirst: new (options: {
      cacheName: string;
      plugins: { cacheKeyWillBeUsed(asked: { request: Request }): Promise<string> }[];
    }) => { handle(options: { request: Request; event: ExtendableEvent }): Promise<Response> };
  };
};
