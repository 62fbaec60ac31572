// Third-party servers: their answers for missing files, their compression, and addresses as people give them.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, generate, load, test } from './support/test';
import { cases, read, Safetensors } from './support/fixtures';
import { type Running, serve } from './support/server';

const [GPT2] = cases('gpt2');
const [BERT] = cases('bert');
const CPU = { device: 'cpu', store: false } as const;
const WEIGHTS = 'model.safetensors';

type Files = Record<string, Buffer | string>;
const files = (model: string, names: string[]): Files => Object.fromEntries(names.map((name) => [name, read(model, name)]));
const gpt2 = files(GPT2, ['config.json', 'tokenizer.json', WEIGHTS]);
/** As many were published: no tokenizer.json, and no files of sentence-transformers. */
const bert = files(BERT, ['config.json', 'vocab.txt', WEIGHTS]);

/** The same model in two files with an index, and so without a model.safetensors. */
function sharded(): Files {
  const whole = new Safetensors(gpt2[WEIGHTS] as Buffer);
  const names = Object.keys(whole.header).filter((name) => name !== '__metadata__');
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const shardOf = (index: number) => shards[index < names.length / 2 ? 0 : 1];
  const weight_map = Object.fromEntries(names.map((name, index) => [name, shardOf(index)]));
  const made = shards.map((shard) => {
    let end = 0;
    const own = names.filter((name) => weight_map[name] === shard);
    const pieces = own.map((name) => whole.data.subarray(...whole.header[name].data_offsets));
    const data = Buffer.concat(pieces);
    const file = whole.rewritten((header) => {
      for (const name of Object.keys(header)) if (!own.includes(name)) delete header[name];
      own.forEach((name, index) => (header[name].data_offsets = [end, (end += pieces[index].length)]));
    }, data);
    return [shard, file];
  });
  const { [WEIGHTS]: _, ...others } = gpt2;
  return { ...others, ...Object.fromEntries(made), 'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map }) };
}

type Answer = (response: ServerResponse, request: IncomingMessage, name: string) => void;

const notFound: Answer = (response) => response.writeHead(404).end('not found');
const plain = (found: Buffer): Answer => (response) => response.setHeader('Content-Length', found.length).end(found);

/** A server of another site: it answers with `send` for its files and with `lack` for missing ones. */
function serveOther(has: Files, { send = plain, lack = notFound }: { send?: (found: Buffer) => Answer; lack?: Answer } = {}): Promise<Running> {
  return serve((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    const name = decodeURIComponent(new URL(request.url!, 'http://server').pathname).split('/').at(-1)!;
    const found = has[name];
    if (found === undefined) lack(response, request, name);
    else send(Buffer.from(found))(response, request, name);
  });
}

async function runs(page: Page, source: string, model: Files, options: object = CPU) {
  expect(await load(page, source, options), source).toBeNull();
  if (model === bert) {
    const { size, tokens } = await page.evaluate(() => window.model.embed('the king'));
    expect(size).toBeGreaterThan(0);
    expect(tokens).toHaveLength(1);
  } else {
    expect((await generate(page, 'a', { maxNewTokens: 3 })).tokens).toHaveLength(3);
  }
}

const page = (type?: string): Answer => (response) => {
  if (type) response.setHeader('Content-Type', type);
  response.end('<!doctype html><title>The front page</title><p>Welcome, and look around.');
};

const LACKS: [string, Answer][] = [
  ['403, as buckets do that may not be listed', (response) => response.writeHead(403, { 'Content-Type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>')],
  ['401', (response) => response.writeHead(401).end()],
  ['410', (response) => response.writeHead(410).end()],
  ['its front page', page('text/html; charset=utf-8')],
  ['its front page as plain text', page('text/plain')],
  ['its front page without a type', page()],
  ['a sentence', (response) => response.setHeader('Content-Type', 'text/plain').end('Not found')],
  ['nothing', (response) => response.writeHead(200, { 'Content-Length': 0 }).end()],
];

for (const [what, lack] of LACKS) {
  test(`a server that answers ${what} for what it does not have`, async ({ blank }) => {
    for (const model of [bert, gpt2]) {
      await using server = await serveOther(model, { lack });
      await runs(blank, server.address, model);
    }
    if (what === 'nothing') return;
    await using server = await serveOther(sharded(), { lack });
    await runs(blank, server.address, gpt2);
  });
}

test('what a model cannot do without is asked for, and its absence explained as the server does', async ({ blank }) => {
  const { 'config.json': config, ...rest } = gpt2;
  const { [WEIGHTS]: weights, ...light } = gpt2;
  const of = async (has: Files, lack: Answer) => {
    await using server = await serveOther(has, { lack });
    const { code, data } = (await load(blank, server.address, CPU))!;
    return { code, ...data };
  };
  const forbidden: Answer = (response) => response.writeHead(403).end();
  expect(await of(rest, forbidden)).toMatchObject({ code: 'httpStatus', status: 403, url: expect.stringMatching(/config\.json$/) });
  expect(await of(light, forbidden)).toMatchObject({ code: 'httpStatus', status: 403, url: expect.stringMatching(/model\.safetensors$/) });
  expect(await of(rest, page('text/html'))).toMatchObject({ code: 'badFile', file: 'config.json', reason: { kind: expect.stringMatching(/^webPage/) } });
  expect(await of(rest, page('text/plain'))).toMatchObject({ code: 'badFile', file: 'config.json', reason: { kind: expect.stringMatching(/^webPage/) } });
  expect(await of(light, page())).toMatchObject({ code: 'badFile', file: WEIGHTS, reason: { kind: expect.stringMatching(/^webPage/) } });
  expect(await of(rest, notFound)).toMatchObject({ code: 'notFound', file: 'config.json' });
  expect(config).toBeDefined();
  expect(weights).toBeDefined();
});

test('a pointer of Git LFS in the place of the weights is called one', async ({ blank }) => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 12\n';
  await using server = await serveOther({ ...gpt2, [WEIGHTS]: pointer });
  const error = await load(blank, server.address, CPU);
  expect(error).toMatchObject({ code: 'badFile', message: expect.stringMatching(/Git LFS/) });
});

/** Compresses everything, and announces the compressed length; a range request gets the range. */
const packing =
  ({ exposed = '', tag = false, range = false } = {}) =>
  (found: Buffer): Answer =>
  (response, request) => {
    if (exposed) response.setHeader('Access-Control-Expose-Headers', exposed);
    const etag = createHash('sha1').update(found).digest('hex');
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? NaN);
    if (range && start >= found.length) return void response.writeHead(416, { 'Content-Range': `bytes */${found.length}` }).end();
    if (range && !Number.isNaN(start)) {
      if (tag) response.setHeader('ETag', `"${etag}"`);
      response.writeHead(206, { 'Content-Range': `bytes ${start}-${found.length - 1}/${found.length}`, 'Content-Length': found.length - start });
      return void response.end(found.subarray(start));
    }
    const packed = gzipSync(found);
    if (tag) response.setHeader('ETag', `"${etag}-gzip"`);
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length });
    response.end(request.method === 'HEAD' ? undefined : packed);
  };

/** A file that compression makes longer, beside one that it makes much shorter. */
const tinyJson = { '1_Pooling/config.json': '{}' };

for (const [what, how] of [
  ['without a word', {}],
  ['and allows pages to see it', { exposed: 'Content-Encoding' }],
  ['and allows pages to see everything', { exposed: '*' }],
  ['with tags and parts', { exposed: 'ETag, Content-Range', tag: true, range: true }],
] as const) {
  test(`a server of another site that packs ${what}`, async ({ blank }) => {
    for (const model of [gpt2, { ...bert, ...tinyJson } as Files]) {
      await using server = await serveOther(model, { send: packing(how) });
      const start = Date.now();
      await runs(blank, server.address, model === gpt2 ? gpt2 : bert);
      // Nothing was tried again.
      expect(Date.now() - start).toBeLessThan(8000);
    }
  });
}

test('a model from a server that packs is kept, and known again', async ({ blank }) => {
  const asked: string[] = [];
  const send = packing({ exposed: 'ETag', tag: true });
  await using server = await serveOther(gpt2, {
    send: (found) => (response, request, name) => {
      asked.push(`${request.method} ${name}`);
      send(found)(response, request, name);
    },
  });
  expect(await load(blank, server.address, { device: 'cpu' })).toBeNull();
  const [kept] = (await blank.evaluate(() => window.Lectern.kept())).models;
  expect(kept.isComplete).toBe(true);
  for (const { name, bytes, total } of kept.files) expect([name, bytes, total]).toEqual([name, gpt2[name].length, gpt2[name].length]);
  asked.length = 0;
  await blank.reload();
  await blank.waitForFunction(() => window.Lectern !== undefined);
  await runs(blank, server.address, gpt2, { device: 'cpu' });
  expect(asked.filter((line) => !line.startsWith('HEAD'))).toEqual([]);
});

test('a packed download that breaks goes on unpacked', async ({ blank }) => {
  const weights = gpt2[WEIGHTS] as Buffer;
  const tag = `"${createHash('sha1').update(weights).digest('hex')}"`;
  const ranges: (string | undefined)[] = [];
  await using server = await serveOther(gpt2, {
    send: (found) => (response, request, name) => {
      if (name !== WEIGHTS) return plain(found)(response, request, name);
      ranges.push(request.headers.range);
      response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range');
      if (request.headers.range) return packing({ exposed: 'ETag, Content-Range', tag: true, range: true })(found)(response, request, name);
      const packed = gzipSync(found, { level: 1 });
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length, ETag: `W/${tag}` });
      response.write(packed.subarray(0, packed.length / 2), () => setTimeout(() => response.destroy(), 300));
    },
  });
  await runs(blank, server.address, gpt2);
  expect(ranges).toHaveLength(2);
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
});

test('a server that calls everything a web page', async ({ blank }) => {
  await using server = await serveOther(gpt2, {
    send: (found) => (response) => response.setHeader('Content-Type', 'text/html').end(found),
    lack: page('text/html'),
  });
  await runs(blank, server.address, gpt2);
});

test('the address of a file means the model that it belongs to', async ({ blank }) => {
  await using server = await serveOther(gpt2);
  for (const path of [
    'm',
    'm/',
    'm/config.json',
    'm/tokenizer.json?x=1#y',
    `m/${WEIGHTS}`,
    `m/${WEIGHTS}.index.json`,
    'my model/config.json',
    'my%20model/',
    'модель/v1/config.json',
    '100%25/',
  ]) {
    await runs(blank, `${server.address}${path}`, gpt2);
  }
  expect(await blank.evaluate(() => window.model.info.name)).toBe('100%');
  await using other = await serveOther({ 'config.json': gpt2['config.json'], 'tokenizer.json': gpt2['tokenizer.json'], 'fp32.safetensors': gpt2[WEIGHTS] });
  await runs(blank, `${other.address}m/fp32.safetensors`, gpt2);
  expect(await blank.evaluate(() => window.model.info.name)).toBe('m');
});

test('addresses that are none, and names that no model has, are errors of their own', async ({ blank }) => {
  for (const source of ['http://', 'https://x/?a=b', 'моя модель', '', 'a\\b']) {
    expect((await load(blank, source, CPU))?.code, source).toBe('badRequest');
  }
  await blank.route('https://huggingface.co/**', (route) => route.abort());
  const error = await load(blank, 'stories-gpt3', CPU);
  expect(error?.code).toBe('notFound');
  for (const place of ['stories-gpt3', '/models/stories-gpt3/', 'https://huggingface.co/stories-gpt3']) {
    expect(error?.message).toContain(place);
    expect(error?.messageRu).toContain(place);
  }
});

test('a number in an index that no file can have does not end a load', async ({ blank }) => {
  const files = sharded();
  const index = JSON.parse(files['model.safetensors.index.json'] as string);
  const json = JSON.stringify({ ...index, metadata: { total_size: 0 } }).replace('"total_size":0', '"total_size":18446744073709551615');
  await using server = await serveOther({ ...files, 'model.safetensors.index.json': json });
  await runs(blank, server.address, gpt2);
});
