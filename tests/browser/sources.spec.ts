// Invalid models: each gets its error, and the model loaded before goes on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { englishIn } from './support/russian';
import { expect, generate, load, test } from './support/test';
import { cases, read, Safetensors } from './support/fixtures';
import { type Served, serveFiles } from './support/server';

declare global {
  interface Window {
    cancel: () => void;
    /** The error code with which the load ends. */
    cancelled: Promise<string>;
  }
}

const [MODEL] = cases('gpt2');
const GREEDY = { temperature: 0, maxNewTokens: 4 };

const good: Record<string, Buffer> = Object.fromEntries(
  ['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => [file, read(MODEL, file)]),
);
const weights = new Safetensors(good['model.safetensors']);
const tensor = (end: string) => Object.keys(weights.header).find((name) => name.endsWith(end))!;
const config = JSON.parse(good['config.json'].toString());

/** Files of torch.save, the project's own. */
const pytorch = (file: string) => readFileSync(join(import.meta.dirname, '../fixtures/pytorch', file));

function withNaN(): Buffer {
  const data = weights.data;
  data.writeFloatLE(NaN, weights.header[tensor('h.1.mlp.c_fc.weight')].data_offsets[0] + 4 * 7);
  return weights.rewritten(() => {}, data);
}

function withHeaderLength(length: bigint): Buffer {
  const bytes = Buffer.from(good['model.safetensors']);
  bytes.writeBigUInt64LE(length);
  return bytes;
}

const html = '<!doctype html><title>Sign in</title>';

const asWebPage: Served = (_, response) => response.setHeader('Content-Type', 'text/html').end(html);

const tenGigabytes: Served = (_, response) => {
  response.setHeader('Content-Length', 10_000_000_000);
  response.write(good['model.safetensors']);
};

interface Bad {
  name: string;
  files: Record<string, Served>;
  code: string;
}

const BAD: Bad[] = [
  { name: 'a folder that is not there', files: {}, code: 'notFound' },
  { name: 'a folder without weights', files: { ...good, 'model.safetensors': notThere }, code: 'notFound' },
  { name: 'a web page for config.json', files: { ...good, 'config.json': asWebPage }, code: 'badFile' },
  { name: 'a web page that says it is JSON', files: { ...good, 'config.json': html }, code: 'badFile' },
  { name: 'a web page for the weights', files: { ...good, 'model.safetensors': html }, code: 'badFile' },
  {
    name: 'a PyTorch file that would run a program',
    files: { ...good, 'model.safetensors': notThere, 'pytorch_model.bin': pytorch('bad-exec.bin') },
    code: 'unsupportedModel',
  },
  {
    name: 'a PyTorch file of another model',
    files: { ...good, 'model.safetensors': notThere, 'pytorch_model.bin': pytorch('zip.bin') },
    code: 'missingTensor',
  },
  {
    name: 'a model of another architecture',
    files: { ...good, 'config.json': JSON.stringify({ ...config, model_type: 'llama' }) },
    code: 'unsupportedModel',
  },
  { name: 'a damaged tokenizer', files: { ...good, 'tokenizer.json': '{"version":"1.0"' }, code: 'badFile' },
  {
    name: 'a truncated file',
    files: { ...good, 'model.safetensors': good['model.safetensors'].subarray(0, -1000) },
    code: 'badFile',
  },
  {
    name: 'a header of an absurd length',
    files: { ...good, 'model.safetensors': withHeaderLength(1n << 60n) },
    code: 'badFile',
  },
  {
    name: 'a header that points beyond the file',
    files: { ...good, 'model.safetensors': weights.rewritten((header) => (header[tensor('wte.weight')].data_offsets[1] += 1 << 30)) },
    code: 'badFile',
  },
  {
    name: 'a missing tensor',
    files: {
      ...good,
      'model.safetensors': weights.rewritten((header) => {
        const name = tensor('h.1.mlp.c_fc.weight');
        header['something.else'] = header[name];
        delete header[name];
      }),
    },
    code: 'missingTensor',
  },
  {
    name: 'a tensor of the wrong shape',
    files: { ...good, 'model.safetensors': weights.rewritten((header) => header[tensor('wte.weight')].shape.reverse()) },
    code: 'shapeMismatch',
  },
  { name: 'a weight that is no number', files: { ...good, 'model.safetensors': withNaN() }, code: 'notFinite' },
  {
    name: 'a file of ten gigabytes',
    files: { ...good, 'model.safetensors': tenGigabytes },
    code: 'outOfMemory',
  },
];

function notThere(_: unknown, response: Parameters<Exclude<Served, Buffer | string>>[1]) {
  response.writeHead(404).end();
}

for (const { name, files, code } of BAD) {
  test(`${name} gets its error, and the model loaded before goes on`, async ({ blank, device }) => {
    await using server = await serveFiles(files);
    expect(await load(blank, `/fixtures/${MODEL}/`, { device })).toBeNull();
    const before = await generate(blank, 'Once', GREEDY);
    const error = await load(blank, server.address, { device });
    expect(error?.code).toBe(code);
    expect(error!.message).not.toBe('');
    expect(error!.messageRu).toMatch(/[а-я]/);
    expect(englishIn(error!)).toEqual([]);
    expect((await generate(blank, 'Once', GREEDY)).text).toBe(before.text);
  });
}

test('a server that other sites may not read is unreachable', async ({ blank, device }) => {
  await using server = await serveFiles(good, { cors: false });
  expect((await load(blank, server.address, { device }))?.code).toBe('unreachable');
});

test('a download that breaks off goes on where it was', async ({ blank, device }) => {
  const file = good['model.safetensors'];
  const ranges: (string | undefined)[] = [];
  const breaking: Served = (request, response) => {
    const range = request.headers.range;
    ranges.push(range);
    const start = Number(range?.match(/bytes=(\d+)-/)?.[1] ?? 0);
    const headers = { 'Content-Length': file.length - start, ETag: '"one"' };
    response.setHeader('Access-Control-Expose-Headers', 'Content-Range, ETag');
    if (start > 0) {
      response.writeHead(206, { ...headers, 'Content-Range': `bytes ${start}-${file.length - 1}/${file.length}` });
      response.end(file.subarray(start));
    } else {
      response.writeHead(200, headers);
      response.write(file.subarray(0, file.length / 2), () => setTimeout(() => response.destroy(), 300));
    }
  };
  await using server = await serveFiles({ ...good, 'model.safetensors': breaking });
  const phases = await blank.evaluate(
    async ([address, device]) => {
      const phases = new Set<string>();
      window.model = await window.Lectern.load(address, { device, onProgress: ({ phase }) => phases.add(phase) });
      return [...phases];
    },
    [server.address, device] as const,
  );
  expect(phases).toContain('retrying');
  expect(ranges.length).toBe(2);
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  expect((await generate(blank, 'Once', GREEDY)).tokens.length).toBe(4);
});

/** Moments of a load: the file at which the server stops responding, and the bytes sent by then; none: not even a header. */
const MOMENTS: [string, string, number?][] = [
  ['before there is an answer', 'config.json', undefined],
  ['in its configuration', 'config.json', 10],
  ['in its tokenizer', 'tokenizer.json', 1000],
  ['before its weights', 'model.safetensors', undefined],
  ['in the header of its weights', 'model.safetensors', 100],
  ['in its weights', 'model.safetensors', good['model.safetensors'].length >> 1],
  ['at its last byte', 'model.safetensors', good['model.safetensors'].length - 1],
];

for (const [moment, file, bytes] of MOMENTS) {
  test(`a download can be cancelled ${moment}, and the model loaded before stays`, async ({ blank, device }) => {
    let isSilent = false;
    let isClosed = false;
    const stalling: Served = (_, response) => {
      response.on('close', () => (isClosed = true));
      if (bytes === undefined) return void (isSilent = true);
      response.setHeader('Content-Length', good[file].length);
      response.write(good[file].subarray(0, bytes), () => (isSilent = true));
    };
    await using server = await serveFiles({ ...good, [file]: stalling });
    expect(await load(blank, `/fixtures/${MODEL}/`, { device })).toBeNull();
    await blank.evaluate(
      ([address, device]) => {
        const abort = new AbortController();
        const load = window.Lectern.load(address, { device, store: false, signal: abort.signal });
        window.cancelled = load.then(() => 'loaded', (error) => error.code as string);
        window.cancel = () => abort.abort();
      },
      [server.address, device] as const,
    );
    await expect.poll(() => isSilent).toBe(true);
    const code = await blank.evaluate(() => {
      window.cancel();
      return window.cancelled;
    });
    expect(code).toBe('cancelled');
    // The engine itself gives up too, long before a silent server counts as gone.
    await expect.poll(() => isClosed, { timeout: 5_000 }).toBe(true);
    expect((await generate(blank, 'Once', GREEDY)).tokens.length).toBe(4);
  });
}

test('a load is cancelled or done whenever it is cancelled, and the model loaded before stays', async ({ blank, device }) => {
  await load(blank, `/fixtures/${MODEL}/`, { device });
  const codes = await blank.evaluate(async (device) => {
    const codes: string[] = [];
    for (let delay = 0; delay < 40; delay += 2) {
      const abort = new AbortController();
      if (delay > 0) setTimeout(() => abort.abort(), delay);
      const attempt = window.Lectern.load('stories-en-gpt2', { device, signal: abort.signal });
      if (delay === 0) abort.abort();
      codes.push(await attempt.then(async (model) => (await model.dispose(), 'loaded'), (error) => error.code));
    }
    return codes;
  }, device);
  expect(codes[0]).toBe('cancelled');
  expect(codes.filter((code) => !['cancelled', 'loaded'].includes(code))).toEqual([]);
  expect((await generate(blank, 'Once', GREEDY)).tokens.length).toBe(4);
});

test('files of the reader’s own are a model too', async ({ blank, device }) => {
  await blank.setContent('<input type="file" multiple>');
  const files = Object.entries(good).map(([name, buffer]) => ({ name, buffer, mimeType: 'application/octet-stream' }));
  await blank.locator('input').setInputFiles(files);
  const layers = await blank.evaluate(async (device) => {
    const { files } = document.querySelector('input')!;
    window.model = await window.Lectern.load(files!, { device });
    return window.model.info.layers;
  }, device);
  expect(layers).toBe(config.n_layer);
});
