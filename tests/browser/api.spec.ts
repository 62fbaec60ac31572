// The JavaScript API, with the built-in model.

import type { Page } from '@playwright/test';
import type { LecternError } from '../../web/lectern.js';
import { expect, generate, load, test } from './support/test';

const MODEL = 'stories-en-gpt2';
const PROMPT = 'Once upon a time';

test.beforeEach(async ({ blank, device }) => {
  expect(await load(blank, MODEL, { device })).toBeNull();
});

test('a loaded model says what it is', async ({ blank, device }) => {
  const info = await blank.evaluate(() => window.model.info);
  expect(info).toMatchObject({
    name: MODEL,
    architecture: 'gpt2',
    quantization: 'f32',
    layers: 6,
    heads: 6,
    hiddenSize: 192,
    context: 256,
    vocabulary: 4096,
    device: { kind: device, reason: `${device}Asked` },
  });
  expect(info.weightBytes).toBeGreaterThan(4 * 1_000_000);
});

test('without being asked it runs on the CPU, where WebGPU is missing or software', async ({ blank, device }) => {
  const chosen = await blank.evaluate(() => window.Lectern.device());
  const reasons = device === 'gpu' ? ['softwareAdapter'] : ['noWebGpu', 'noAdapter'];
  expect(chosen.kind).toBe('cpu');
  expect(reasons).toContain(chosen.reason);
});

test('tokens stream with their candidates', async ({ blank }) => {
  const options = { maxNewTokens: 12, seed: 1, candidates: 5 };
  const { tokens, text, delta, reason, promptTokens, stats } = await generate(blank, PROMPT, options);
  expect(reason).toBe('maxNewTokens');
  expect(tokens.length).toBe(12);
  expect(tokens.map((token) => token.delta).join('') + delta).toBe(text);
  expect(promptTokens.map((token) => token.text).join('')).toBe(PROMPT);
  expect(stats).toMatchObject({ promptTokens: promptTokens.length, newTokens: 12, seed: 1 });
  for (const { candidates, probability } of tokens) {
    const probabilities = candidates.map((candidate) => candidate.probability);
    expect(probabilities.length).toBe(5);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(probability).toBeGreaterThan(0);
    expect(probabilities[0]).toBeLessThanOrEqual(1);
  }
});

test('a seed gives the same text again, and another seed another', async ({ blank }) => {
  const of = async (seed: number) => (await generate(blank, PROMPT, { maxNewTokens: 16, temperature: 1, topK: 0, seed })).text;
  const first = await of(7);
  expect(await of(7)).toBe(first);
  expect(await of(8)).not.toBe(first);
});

test('a stop text ends the text and is not part of it', async ({ blank }) => {
  const options = { maxNewTokens: 16, temperature: 0 };
  const whole = (await generate(blank, PROMPT, options)).text;
  const stop = whole.slice(8, 12);
  const { tokens, text, delta, reason } = await generate(blank, PROMPT, { ...options, stop: [stop] });
  expect(reason).toBe('stopText');
  expect(text).toBe(whole.slice(0, whole.indexOf(stop)));
  expect(tokens.map((token) => token.delta).join('') + delta).toBe(text);
});

test('leaving the loop stops the generation, and the next one works', async ({ blank }) => {
  const found = await blank.evaluate(async (prompt) => {
    const generation = window.model.generate(prompt, { maxNewTokens: 200, temperature: 1 });
    let count = 0;
    for await (const _ of generation) if (++count === 3) break;
    const { reason, stats } = await generation.result;
    return { reason, newTokens: stats.newTokens };
  }, PROMPT);
  expect(found.reason).toBe('cancelled');
  expect(found.newTokens).toBeLessThan(100);
  expect((await generate(blank, PROMPT, { maxNewTokens: 3 })).tokens.length).toBe(3);
});

test('an aborted signal ends the generation at once', async ({ blank }) => {
  const found = await blank.evaluate(async (prompt) => {
    const abort = new AbortController();
    const generation = window.model.generate(prompt, { maxNewTokens: 200, signal: abort.signal });
    let tokens = 0;
    try {
      for await (const _ of generation) {
        tokens++;
        abort.abort();
      }
      return null;
    } catch (error) {
      return { code: (error as LecternError).code, tokens };
    }
  }, PROMPT);
  expect(found?.code).toBe('cancelled');
  // The tokens generated before the stop are returned.
  expect(found?.tokens).toBeLessThan(100);
  expect((await generate(blank, PROMPT, { maxNewTokens: 3 })).tokens.length).toBe(3);
});

/** Returns the model's logits over the prompt. */
const logits = (page: Page) =>
  page.evaluate(async (prompt) => Array.from((await window.model.inspect(prompt, { logits: true })).logits), PROMPT);

/** Returns the error of values relative to the spread of the expected ones. */
function deviation(found: number[], expected: number[]) {
  const mean = expected.reduce((sum, x) => sum + x) / expected.length;
  const squares = (of: (x: number, index: number) => number) => expected.reduce((sum, x, index) => sum + of(x, index) ** 2, 0);
  return Math.sqrt(squares((x, index) => found[index] - x) / squares((x) => x - mean));
}

// The model's own figures are 0.00017, 0.0047 and 0.034: they cannot be confused.
for (const [quantization, least, most] of [
  ['f16', 0, 0.00001],
  ['int8', 0.001, 0.015],
  ['int4', 0.015, 0.1],
] as const) {
  test(`weights can be kept as ${quantization}`, async ({ blank, device }) => {
    const whole = await blank.evaluate(() => window.model.info.weightBytes);
    const expected = await logits(blank);
    expect(await load(blank, MODEL, { device, quantization })).toBeNull();
    const { info } = await blank.evaluate(() => ({ info: window.model.info }));
    expect(info.quantization).toBe(quantization);
    expect(info.weightBytes).toBeLessThan(0.6 * whole);
    const found = await logits(blank);
    expect(found.length).toBe(expected.length);
    expect(deviation(found, expected)).toBeGreaterThanOrEqual(least);
    expect(deviation(found, expected)).toBeLessThan(most);
    expect((await generate(blank, PROMPT, { maxNewTokens: 8, temperature: 0 })).tokens.length).toBe(8);
  });
}

test('what makes no sense is refused, and the model goes on', async ({ blank }) => {
  const codes = await blank.evaluate(async () => {
    const { model, Lectern } = window;
    const code = (attempt: Promise<unknown>) => attempt.then(() => 'none', (error) => error.code);
    return {
      negative: await code(model.generate('Once', { temperature: -1 }).result),
      long: await code(model.generate('Once '.repeat(300)).result),
      source: await code(Lectern.load({} as never)),
      signal: await code(model.inspect('Once', { signal: AbortSignal.abort() })),
    };
  });
  expect(codes).toEqual({ negative: 'badRequest', long: 'contextFull', source: 'badRequest', signal: 'cancelled' });
  expect((await generate(blank, PROMPT, { maxNewTokens: 3 })).tokens.length).toBe(3);
});

test('a text goes on to the last position, and says so', async ({ blank, device }) => {
  test.skip(device === 'gpu', 'a software adapter is too slow for a whole context');
  const { reason, stats } = await generate(blank, PROMPT, { maxNewTokens: 1000, temperature: 1, topK: 0, seed: 3 });
  expect(['contextFull', 'endOfText']).toContain(reason);
  if (reason === 'contextFull') expect(stats.promptTokens + stats.newTokens).toBeGreaterThanOrEqual(256);
});

test('a model that was let go is gone, and its memory too', async ({ blank }) => {
  const found = await blank.evaluate(async () => {
    const before = (await window.Lectern.memory()).weightBytes;
    await window.model.dispose();
    const after = (await window.Lectern.memory()).weightBytes;
    const code = await window.model.generate('Once').result.then(() => 'none', (error) => error.code);
    return { before, after, code };
  });
  expect(found.before).toBeGreaterThan(0);
  expect(found.after).toBe(0);
  expect(found.code).toBe('badRequest');
});

test('after the engine was closed the next load starts another', async ({ blank, device }) => {
  await blank.evaluate(() => window.Lectern.close());
  expect(await load(blank, MODEL, { device })).toBeNull();
  expect((await generate(blank, PROMPT, { maxNewTokens: 3 })).tokens.length).toBe(3);
});
