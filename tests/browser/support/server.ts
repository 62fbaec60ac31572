// Servers with the behaviour that tests need.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { site } from './setup';

/** A running server. */
export interface Running extends AsyncDisposable {
  /** Address with a trailing slash. */
  address: string;
}

export async function serve(listener: RequestListener): Promise<Running> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A file's bytes, or a custom answer. */
export type Served = Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void);

/** Serves files by name, with CORS headers for every site if `cors` is set. */
export function serveFiles(files: Record<string, Served>, { cors = true } = {}): Promise<Running> {
  return serve((request, response) => {
    if (cors) response.setHeader('Access-Control-Allow-Origin', '*');
    const file = files[request.url!.slice(1)];
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Headers', '*').end();
    } else if (file === undefined) {
      response.writeHead(404).end('not found');
    } else if (typeof file === 'function') {
      file(request, response);
    } else {
      response.setHeader('Content-Length', Buffer.byteLength(file)).end(file);
    }
  });
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Serves the site below a path, with some of its files changed. */
export function serveSite(path: string, changed: Map<string, string> = new Map()): Promise<Running> {
  return serve(async (request, response) => {
    const url = new URL(request.url!, 'http://server');
    // As docs/hosting.md requires.
    response.setHeader('Access-Control-Allow-Origin', '*');
    try {
      if (!url.pathname.startsWith(path)) throw new Error('outside the site');
      const name = url.pathname.slice(path.length) || 'index.html';
      const body = changed.get(name) ?? (await readFile(join(site, name)));
      response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end('not found');
    }
  });
}
