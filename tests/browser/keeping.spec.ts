// Stored models: interrupted downloads, concurrent tabs, full disks.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from '@playwright/test';
import { expect, generate, load, openBlank, test } from './support/test';
import { cases, read } from './support/fixtures';
import { type Served, serveFiles } from './support/server';

const [MODEL] = cases('gpt2');
const WEIGHTS = 'model.safetensors';
const GREEDY = { temperature: 0, maxNewTokens: 4 };
const CPU = { device: 'cpu' } as const;

const good: Record<string, Buffer> = Object.fromEntries(
  ['config.json', 'tokenizer.json', WEIGHTS].map((file) => [file, read(MODEL, file)]),
);
const weights = good[WEIGHTS];
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Answers a request for a file, or for its end, as a server does: `upTo` bytes of it, then `end` is called. */
function answer(
  file: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  upTo = file.length,
  end = (response: ServerResponse) => void response.end(),
) {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = start > 0 && { 'Content-Range': `bytes ${start}-${file.length - 1}/${file.length}` };
  response.setHeader('Access-Control-Expose-Headers', 'Content-Range, ETag');
  response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': file.length - start, ETag: `"${sha256(file)}"`, ...range });
  response.write(file.subarray(start, upTo), () => setTimeout(() => end(response), 300));
}

/** A server whose weights break off after 40 % until it is repaired; records the offsets of the requests for them. */
function fragile() {
  const state = { isBroken: true, ranges: [] as (string | undefined)[] };
  const served: Served = (request, response) => {
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    state.ranges.push(request.headers.range);
    if (!state.isBroken) return answer(weights, request, response);
    if (request.headers.range) return void response.destroy();
    answer(weights, request, response, Math.floor(weights.length * 0.4), () => void response.destroy());
  };
  return { state, files: { ...good, [WEIGHTS]: served } };
}

const kept = (page: Page) => page.evaluate(() => window.Lectern.kept());

/** Stores a model; returns the error's code where that fails. */
const keep = (page: Page, source: string) =>
  page.evaluate((source) => window.Lectern.keep(source).then(() => null, (error) => error.code as string), source);

const file = async (page: Page, name = WEIGHTS) => (await kept(page)).models[0].files.find((it) => it.name === name)!;

test('a download that was cut goes on another day, and is what it should be', async ({ page }) => {
  const { state, files } = fragile();
  const server = await serveFiles(files);
  await openBlank(page);
  expect((await load(page, server.address, CPU))?.code).toBe('unreachable');
  const [part] = (await kept(page)).models;
  expect(part.isComplete).toBe(false);
  const { bytes, total } = await file(page);
  expect(total).toBe(weights.length);
  expect(bytes / total!).toBeGreaterThan(0.3);
  expect(bytes / total!).toBeLessThan(0.41);

  await page.reload();
  await page.waitForFunction(() => window.Lectern !== undefined);
  state.isBroken = false;
  state.ranges = [];
  expect(await load(page, server.address, CPU)).toBeNull();
  expect(state.ranges).toEqual([`bytes=${bytes}-`]);
  const [whole] = (await kept(page)).models;
  expect(whole.isComplete).toBe(true);
  expect(whole.origin).toBe(server.address);
  expect(Date.now() - whole.date).toBeLessThan(60_000);
  for (const { name, sha256: hash, bytes } of whole.files) {
    expect([name, hash, bytes]).toEqual([name, sha256(good[name]), good[name].length]);
  }
  const { text } = await generate(page, 'a', GREEDY);

  // A later visit, without the server.
  await server[Symbol.asyncDispose]();
  await page.reload();
  await page.waitForFunction(() => window.Lectern !== undefined);
  expect(await load(page, server.address, CPU)).toBeNull();
  expect((await generate(page, 'a', GREEDY)).text).toBe(text);
  expect(await page.evaluate(() => window.model.info.notKept)).toBeUndefined();
});

test('a download can be paused and goes on', async ({ blank: page }) => {
  let requests = 0;
  const ranges: (string | undefined)[] = [];
  await using server = await serveFiles({
    ...good,
    [WEIGHTS]: (request, response) => {
      if (request.method === 'HEAD') return void response.end();
      ranges.push(request.headers.range);
      // The first one hangs.
      answer(weights, request, response, requests++ === 0 ? Math.floor(weights.length * 0.4) : weights.length, (response) => {
        if (requests > 1) response.end();
      });
    },
  });
  const code = await page.evaluate(async (source) => {
    const stop = new AbortController();
    const onProgress = ({ loaded }: { loaded: number }) => loaded > 0 && setTimeout(() => stop.abort(), 1000);
    return window.Lectern.keep(source, { signal: stop.signal, onProgress }).then(() => null, (error) => error.code as string);
  }, server.address);
  expect(code).toBe('cancelled');
  await expect.poll(async () => (await kept(page)).models[0]?.isComplete).toBe(false);
  const { bytes } = await file(page);
  expect(bytes).toBeGreaterThan(0);
  expect(await keep(page, server.address)).toBeNull();
  expect(ranges).toEqual([undefined, `bytes=${bytes}-`]);
  expect((await file(page)).sha256).toBe(sha256(weights));
});

test('what has come of one version is not joined with another', async ({ blank: page }) => {
  const { state, files } = fragile();
  const changing: Record<string, Served> = { ...files };
  await using server = await serveFiles(changing);
  expect(await keep(page, server.address)).toBe('unreachable');
  const { bytes } = await file(page);
  expect(bytes).toBeGreaterThan(0);
  changing['config.json'] = Buffer.concat([good['config.json'], Buffer.from(' \n')]);
  state.isBroken = false;
  state.ranges = [];
  expect(await keep(page, server.address)).toBeNull();
  expect(state.ranges).toEqual([undefined]);
  expect((await file(page, 'config.json')).bytes).toBe(good['config.json'].length + 2);
  expect((await file(page)).sha256).toBe(sha256(weights));
});

test('two loads of one model in a tab fetch it once', async ({ blank: page }) => {
  let requests = 0;
  await using server = await serveFiles({
    ...good,
    [WEIGHTS]: (request, response) => {
      if (request.method === 'HEAD') return void response.end();
      requests++;
      answer(weights, request, response);
    },
  });
  const notKept = await page.evaluate(async (source) => {
    const models = await Promise.all([1, 2].map(() => window.Lectern.load(source, { device: 'cpu' })));
    return models.map((model) => model.info.notKept?.code ?? null);
  }, server.address);
  expect(notKept).toEqual([null, null]);
  expect(requests).toBe(1);
});

test('two tabs that load one model do not disturb each other', async ({ blank: page, context }) => {
  let release = () => {};
  let requests = 0;
  await using server = await serveFiles({
    ...good,
    [WEIGHTS]: (request, response) => {
      if (request.method === 'HEAD') return void response.end();
      if (requests++ > 0) return answer(weights, request, response);
      answer(weights, request, response, Math.floor(weights.length * 0.4), (response) => {
        release = () => response.end(weights.subarray(Math.floor(weights.length * 0.4)));
      });
    },
  });
  const first = load(page, server.address, CPU);
  await expect.poll(() => requests).toBe(1);
  const second = await context.newPage();
  await openBlank(second);
  expect(await keep(second, server.address)).toBe('inUse');
  expect(await load(second, server.address, CPU)).toBeNull();
  expect(await second.evaluate(() => window.model.info.notKept?.code)).toBe('inUse');
  expect((await generate(second, 'a', GREEDY)).tokens).toHaveLength(4);
  // Nor can one tab delete files that the other is writing.
  const [model] = (await kept(second)).models;
  expect(await second.evaluate((it) => window.Lectern.forget(it).catch((error) => error.code), model)).toBe('inUse');
  release();
  expect(await first).toBeNull();
  expect(await page.evaluate(() => window.model.info.notKept)).toBeUndefined();
  expect((await file(page)).sha256).toBe(sha256(weights));
  // By now the other tab reads the files that the first has stored.
  const before = requests;
  expect(await load(second, server.address, CPU)).toBeNull();
  expect(requests).toBe(before);
});

test('on a full disk a model runs all the same, and nothing is left of it', async ({ blank: page }) => {
  await using server = await serveFiles(good);
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const { space } = await kept(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: space.used + weights.length / 2 });
  expect(await load(page, server.address, CPU)).toBeNull();
  expect(await page.evaluate(() => window.model.info.notKept?.code)).toBe('quota');
  expect((await generate(page, 'a', GREEDY)).tokens).toHaveLength(4);
  expect((await kept(page)).models).toEqual([]);
  // Without loading, it is an error, and the downloaded bytes are kept until there is more space.
  expect(await keep(page, server.address)).toBe('quota');
  expect((await kept(page)).models[0].isComplete).toBe(false);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await keep(page, server.address)).toBeNull();
  expect((await file(page)).sha256).toBe(sha256(weights));
});

test('a disk that fails at the last moment does not end a load', async ({ blank: page }) => {
  await using server = await serveFiles(good);
  // The worker exists before its disk fails.
  await kept(page);
  await page.workers()[0].evaluate((length) => {
    const { prototype } = Reflect.get(globalThis, 'FileSystemSyncAccessHandle');
    const { flush } = prototype;
    prototype.flush = function () {
      // Only for the weights, the last file: by then the model has all the others.
      if (this.getSize() >= length) throw new DOMException('no room', 'QuotaExceededError');
      return flush.call(this);
    };
  }, weights.length);
  expect(await load(page, server.address, CPU)).toBeNull();
  expect(await page.evaluate(() => window.model.info.notKept?.code)).toBe('quota');
  expect((await generate(page, 'a', GREEDY)).tokens).toHaveLength(4);
  expect((await kept(page)).models).toEqual([]);
  // Without loading, it is an error.
  expect(await keep(page, server.address)).toBe('quota');
});

test('what was damaged is found, and comes again', async ({ blank: page }) => {
  await using server = await serveFiles(good);
  expect(await keep(page, server.address)).toBeNull();
  const verify = () =>
    page.evaluate(async () => {
      const { models } = await window.Lectern.kept();
      return window.Lectern.verify(models[0]);
    });
  expect(await verify()).toEqual([]);
  await page.evaluate(async (name) => {
    const { models } = await window.Lectern.kept();
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('models')).getDirectoryHandle(models[0].key);
    const writable = await (await folder.getFileHandle(name)).createWritable({ keepExistingData: true });
    await writable.write({ type: 'write', position: 5000, data: new Uint8Array(100).fill(7) });
    await writable.close();
  }, WEIGHTS);
  expect(await verify()).toEqual([WEIGHTS]);
  expect((await kept(page)).models[0].isComplete).toBe(false);
  expect(await load(page, server.address, CPU)).toBeNull();
  expect((await file(page)).sha256).toBe(sha256(weights));
  await page.evaluate(async () => window.Lectern.forget((await window.Lectern.kept()).models[0]));
  expect((await kept(page)).models).toEqual([]);
});

test('a model that changed at its address is not what was kept', async ({ blank: page }) => {
  const files: Record<string, Served> = { ...good };
  await using server = await serveFiles(files);
  expect(await load(page, server.address, CPU)).toBeNull();
  const config = JSON.parse(good['config.json'].toString());
  files['config.json'] = JSON.stringify({ ...config, model_type: 'llama', more: 'than before' });
  expect((await load(page, server.address, CPU))?.code).toBe('unsupportedModel');
  expect((await kept(page)).models, 'what cannot be run is not kept').toEqual([]);
  files['config.json'] = good['config.json'];
  expect(await load(page, server.address, { ...CPU, store: false })).toBeNull();
  expect((await kept(page)).models, 'nor what is not to be').toEqual([]);
});
