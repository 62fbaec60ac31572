// Models of the Hub in their full size, with the Hub's own answers; their weights are random.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { LecternError } from '../../web/lectern.js';
import { expect, generate, load, test } from './support/test';
import { executablePath, WITHOUT_WEBGPU } from './support/chromium.mjs';
import { AT_HUB, type HubFiles, serveHub } from './support/hub';
import { bertTensors, gpt2Tensors, type Made, randomSafetensors } from './support/weights';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const read = (file: string) => readFileSync(join(FIXTURES, file));
const field = (model: string, files: string[]) =>
  Object.fromEntries(files.map((file) => [file, read(`field/${model}/${file}`)] as const));

const CPU = { device: 'cpu' } as const;
const GPT2 = 'openai-community/gpt2';
const RUBERT = 'cointegrated/rubert-tiny2';

/** The published GPT-2 with random F16 weights: half of the bytes, to save time. */
function gpt2(): HubFiles {
  const files = field('gpt2', ['config.json', 'generation_config.json', 'tokenizer_config.json']);
  const weights = randomSafetensors('F16', gpt2Tensors(JSON.parse(files['config.json'].toString())));
  return { ...files, 'tokenizer.json': read('tokenizer-gpt2/tokenizer.json'), 'model.safetensors': weights };
}

function rubert(): HubFiles {
  const files = field('rubert-tiny2', [
    'config.json',
    'vocab.txt',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'modules.json',
    'sentence_bert_config.json',
    'config_sentence_transformers.json',
    '1_Pooling/config.json',
  ]);
  return { ...files, 'model.safetensors': randomSafetensors('F32', bertTensors(JSON.parse(files['config.json'].toString()))) };
}

/** A tiny GPT-2 under any id. */
const tiny = (): HubFiles => {
  const files = ['config.json', 'tokenizer.json', 'model.safetensors'];
  return Object.fromEntries(files.map((file) => [file, read(`gpt2-tiny-random/${file}`)]));
};

test.use({ launchOptions: { executablePath, args: [...WITHOUT_WEBGPU, ...AT_HUB] } });

test('GPT-2 in its full size is loaded by its id, and writes', async ({ blank }) => {
  test.setTimeout(300_000);
  await using hub = await serveHub({ [GPT2]: gpt2() });
  const progress = await blank.evaluate(async (id) => {
    const seen: { file: string; loaded: number; total?: number | null }[] = [];
    window.model = await window.Lectern.load(id, {
      device: 'cpu',
      quantization: 'int8',
      store: false,
      onProgress: ({ phase, file, loaded, total }) => phase === 'fetching' && seen.push({ file, loaded, total }),
    });
    return seen;
  }, GPT2);
  const info = await blank.evaluate(() => window.model.info);
  expect(info).toMatchObject({ name: GPT2, architecture: 'gpt2', layers: 12, heads: 12, hiddenSize: 768, context: 1024, vocabulary: 50257 });
  expect(info.parameters).toBe(124_439_808);
  // The bar has a length, though the length of a cross-origin answer is only a hint.
  const [first, last] = [progress[0], progress.at(-1)!];
  expect(first.total).toBeGreaterThan(270e6);
  expect(last).toMatchObject({ file: 'model.safetensors', loaded: first.total, total: first.total });
  const { tokens, promptTokens } = await generate(blank, 'The king said', { maxNewTokens: 1, temperature: 0 });
  expect(promptTokens.map((token) => token.id)).toEqual([464, 5822, 531]);
  expect(tokens).toHaveLength(1);
  expect(hub.log).toContainEqual(`GET huggingface.co/${GPT2}/resolve/main/config.json`);
  expect(hub.log.filter((line) => line.startsWith('GET cas-bridge'))).toHaveLength(1);
});

test('rubert-tiny2 in its full size is kept, and pooled as it says', async ({ blank: page }) => {
  test.setTimeout(300_000);
  await using hub = await serveHub({ [RUBERT]: rubert() });
  expect(await load(page, RUBERT, CPU)).toBeNull();
  const { pooling, notKept, context } = await page.evaluate(() => window.model.info);
  expect({ pooling, notKept, context }).toEqual({ pooling: 'cls', notKept: undefined, context: 2048 });
  const embed = () => page.evaluate(async () => Array.from((await window.model.embed('Король пил йод.')).vectors[0]));
  const vector = await embed();
  expect(vector).toHaveLength(312);
  expect(vector.every(Number.isFinite)).toBe(true);

  // A stored model needs the Hub no more.
  hub.log.length = 0;
  await page.reload();
  await page.waitForFunction(() => window.Lectern !== undefined);
  expect(await load(page, RUBERT, CPU)).toBeNull();
  expect(await embed()).toEqual(vector);
  expect(hub.log).toEqual([]);
});

test('a download of the Hub that breaks goes on where it was', async ({ blank: page }) => {
  const files = tiny();
  const whole = files['model.safetensors'] as Buffer;
  let requests = 0;
  const breaking: Made = {
    length: whole.length,
    // The first time half of it, and then the connection is closed.
    from: (start) => Readable.from([requests++ === 0 ? whole.subarray(start, whole.length / 2) : whole.subarray(start)]),
  };
  await using hub = await serveHub({ 'owner/tiny': { ...files, 'model.safetensors': breaking } });
  expect(await load(page, 'owner/tiny', CPU)).toBeNull();
  expect((await generate(page, 'a', { maxNewTokens: 2 })).tokens).toHaveLength(2);
  expect(hub.log.some((line) => /bytes=\d+-$/.test(line))).toBe(true);
});

test('a name that the site does not have is one of the Hub’s oldest', async ({ blank: page }) => {
  await using hub = await serveHub({ gpt2: tiny() });
  expect(await load(page, 'gpt2', CPU)).toBeNull();
  expect(await page.evaluate(() => window.model.info.name)).toBe('gpt2');
  expect((await generate(page, 'a', { maxNewTokens: 2 })).tokens).toHaveLength(2);
  const { models } = await page.evaluate(() => window.Lectern.kept());
  expect(models.map(({ source, isComplete }) => [source, isComplete])).toEqual([['gpt2', true]]);
  hub.log.length = 0;
  // The site's own models take precedence.
  expect(await load(page, 'stories-en-gpt2', CPU)).toBeNull();
  expect(hub.log).toEqual([]);
  const error = await load(page, 'gpt7', CPU);
  expect(error?.code).toBe('notFound');
  for (const place of ['gpt7', '/models/gpt7/', 'https://huggingface.co/gpt7']) expect(error?.message).toContain(place);
});

test('pages of the Hub, revisions and what is not there', async ({ blank: page }) => {
  await using hub = await serveHub({ 'owner/tiny': tiny(), 'owner/gated': 'gated' });
  for (const source of [
    'owner/tiny@main',
    ' owner/tiny ',
    'huggingface.co/owner/tiny',
    'https://huggingface.co/owner/tiny',
    'https://huggingface.co/owner/tiny/tree/main',
    'https://huggingface.co/owner/tiny/blob/main/config.json',
    'https://huggingface.co/owner/tiny/resolve/main/model.safetensors?download=true',
    'https://hf.co/owner/tiny',
  ]) {
    expect(await load(page, source, { ...CPU, store: false }), source).toBeNull();
    expect(await page.evaluate(() => window.model.info.name)).toBe('owner/tiny');
  }
  hub.log.length = 0;
  const failure = async (source: string) => {
    const error = await load(page, source, CPU);
    return [error?.code, error?.message, error?.messageRu] as const;
  };
  for (const source of ['owner/gated', 'owner/nothing']) {
    const [code, message, messageRu] = await failure(source);
    expect(code).toBe('httpStatus');
    expect(message).toMatch(/Hugging Face Hub.*no such model.*private.*gated/);
    expect(messageRu).toMatch(/Hugging Face Hub.*закрытая/);
  }
  // Nothing else is requested for a gated model.
  expect(hub.log.filter((line) => line.includes('gated'))).toHaveLength(1);
  expect((await failure('owner/tiny@nothing'))[0]).toBe('notFound');
  for (const source of ['owner/a b', 'владелец/модель', 'owner/a%20b', 'https://huggingface.co/datasets/a/b', 'a/b/c']) {
    expect((await failure(source))[0], source).toBe('badRequest');
  }
  const kept = await page.evaluate(() => window.Lectern.kept().catch((error: LecternError) => error));
  expect(kept).toMatchObject({ models: [] });
});
