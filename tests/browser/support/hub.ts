// A stand-in for the Hugging Face Hub: its files, its errors, and large files on another host.

import { createHash } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { cert, key } from './certificate';
import type { Made } from './weights';
import { port } from './setup';

const HUB = 'huggingface.co';
/** Host of large files. */
const STORE = 'cas-bridge.xethub.hf.co';
/** The browser is configured before a server runs, so the port is fixed. */
const PORT = port + 1;
const COMMIT = '607a30d783dfa663caf39e06633721c8d4cfcd7e';
/** Headers that the Hub exposes to pages of other sites. Content-Encoding is not among them. */
const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

/** Options for Chromium: the Hub's hosts are this server, whose certificate is self-signed. */
export const AT_HUB = [
  `--host-resolver-rules=MAP ${HUB} 127.0.0.1:${PORT}, MAP ${STORE} 127.0.0.1:${PORT}`,
  '--ignore-certificate-errors',
];

/** A model of the Hub: small files as they are, large ones generated on the fly. */
export type HubFiles = Record<string, Buffer | string | Made>;

/** Requests that the server received, as `GET host/path` and, for ranges, ` bytes=…`. */
export interface Hub extends AsyncDisposable {
  log: string[];
}

/** Serves these models; those that are `'gated'` as the Hub does to users who have not agreed to their terms. */
export async function serveHub(models: Record<string, HubFiles | 'gated'>): Promise<Hub> {
  const log: string[] = [];
  const stored = new Map<string, Made>();
  const server = createServer({ key, cert }, (request, response) => {
    const { host = '' } = request.headers;
    const path = decodeURIComponent(new URL(request.url!, `https://${host}`).pathname);
    log.push([request.method, `${host}${path}`, request.headers.range].filter(Boolean).join(' '));
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', host === STORE ? 'ETag,Accept-Ranges,Content-Range' : EXPOSED);
    if (request.method === 'OPTIONS') response.setHeader('Access-Control-Allow-Headers', '*').writeHead(204).end();
    else if (host === STORE) sendStored(stored.get(path), path, request, response);
    else if (host === HUB) resolve(models, stored, path, request, response);
    else response.writeHead(421).end();
  });
  await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve));
  return {
    log,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string, message: string) {
  response.writeHead(status, { 'X-Error-Code': code, 'X-Error-Message': message, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(message);
}

/** `/{id}/resolve/{revision}/{file}` of the Hub itself. */
function resolve(
  models: Record<string, HubFiles | 'gated'>,
  stored: Map<string, Made>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const cached = /^\/api\/resolve-cache\/models\/(.+?)\/[0-9a-f]{40}\/(.+)$/.exec(path);
  const [, id, revision, file] = cached ? [...cached.slice(0, 2), COMMIT, cached[2]] : /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const model = id === undefined ? undefined : models[id];
  if (model === undefined) return refuse(response, 401, 'RepoNotFound', 'Invalid username or password.');
  if (model === 'gated') return refuse(response, 401, 'GatedRepo', `Access to model ${id} is restricted.`);
  if (![COMMIT, 'main'].includes(revision)) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  const found = model[file];
  response.setHeader('X-Repo-Commit', COMMIT);
  if (found === undefined) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
  if (typeof found !== 'string' && !Buffer.isBuffer(found)) {
    const hash = createHash('sha256').update(`${id}/${file}`).digest('hex');
    const place = `/xet-bridge-us/${hash}`;
    stored.set(place, found);
    response.writeHead(302, {
      Location: `https://${STORE}${place}?response-content-disposition=inline&Expires=1`,
      'X-Linked-Size': found.length,
      'X-Linked-ETag': `"${hash}"`,
      'Accept-Ranges': 'bytes',
    });
    return response.end();
  }
  if (!cached) {
    return response.writeHead(307, { Location: `/api/resolve-cache/models/${id}/${COMMIT}/${encodeURIComponent(file)}` }).end();
  }
  const body = Buffer.from(found);
  const isPacked = /gzip/.test(String(request.headers['accept-encoding'])) && !request.headers.range;
  const packed = isPacked ? gzipSync(body) : body;
  response.writeHead(200, {
    ETag: `${isPacked ? 'W/' : ''}"${createHash('sha1').update(body).digest('hex')}"`,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': packed.length,
    ...(isPacked && { 'Content-Encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : packed);
}

/** Sends a large file, or the end of it. */
function sendStored(file: Made | undefined, path: string, request: IncomingMessage, response: ServerResponse) {
  if (file === undefined) return void response.writeHead(403, { 'Content-Type': 'application/xml' }).end('<Error/>');
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const { length } = file;
  if (start >= length) return void response.writeHead(416, { 'Content-Range': `bytes */${length}` }).end();
  const range = request.headers.range && { 'Content-Range': `bytes ${start}-${length - 1}/${length}` };
  response.writeHead(range ? 206 : 200, {
    ETag: `"${path.split('/').at(-1)}"`,
    'Accept-Ranges': 'bytes',
    'Content-Type': 'binary/octet-stream',
    'Content-Length': length - start,
    ...range,
  });
  if (request.method === 'HEAD') return void response.end();
  const body: Readable = file.from(start);
  let left = length - start;
  response.on('close', () => body.destroy());
  body.on('data', (piece: Buffer) => (left -= piece.length));
  // A file that ends too soon is a broken connection.
  body.on('end', () => (left === 0 ? response.end() : setTimeout(() => response.destroy(), 300)));
  body.pipe(response, { end: false });
}
