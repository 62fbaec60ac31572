// Encoders in the browser compared with transformers.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { cases, compare, read, Safetensors } from './support/fixtures';
import { site } from './support/setup';
import { expect, load, test } from './support/test';

/** Tolerance relative to a tensor's largest value. */
const TOLERANCE = 1e-4;
/** The sentence encoder as it was published, where it is available. */
const MINILM = '/originals/all-MiniLM-L6-v2/';
/** Number of sentences that it reads on the GPU. */
const ON_THE_GPU = 6;

type Text = string | [string, string];

interface Batch {
  texts: Text[];
  reference: Safetensors;
  /** Number of tokens of each text, without padding. */
  lengths: number[];
  /** Number of tokens of each row, with padding. */
  padded: number;
}

function batch(name: string): Batch {
  const { texts } = JSON.parse(read(name, 'expected.json').toString()) as { texts: Text[] };
  const reference = new Safetensors(read(name, 'expected.safetensors'));
  const mask = reference.integers('attention_mask');
  const padded = mask.length / texts.length;
  const lengths = texts.map((_, row) => mask.slice(row * padded, (row + 1) * padded).reduce((sum, one) => sum + one, 0));
  return { texts, reference, lengths, padded };
}

/** Returns a text's rows of a padded tensor `[texts, padded, width]`. */
function rows({ reference, lengths, padded, texts }: Batch, name: string, row: number) {
  const numbers = reference.floats(name);
  const width = numbers.length / texts.length / padded;
  const start = row * padded * width;
  return numbers.slice(start, start + lengths[row] * width);
}

/** Returns a text's slice of attention weights `[texts, heads, padded, padded]`. */
function weights({ reference, lengths, padded, texts }: Batch, name: string, row: number) {
  const numbers = reference.floats(name);
  const heads = numbers.length / texts.length / padded / padded;
  const kept: number[] = [];
  for (let head = 0; head < heads; head++) {
    for (let from = 0; from < lengths[row]; from++) {
      const start = ((row * heads + head) * padded + from) * padded;
      kept.push(...numbers.slice(start, start + lengths[row]));
    }
  }
  return Float32Array.from(kept);
}

/** Returns all nested values as plain numbers. */
function inspect(page: Page, text: Text) {
  return page.evaluate(async (text) => {
    const [first, pair] = typeof text === 'string' ? [text, undefined] : text;
    const inside = await window.model.inspect(first, { pair, attentions: true, hiddenStates: true, logits: true });
    return {
      tokens: inside.tokens.map((token) => token.id),
      attentions: inside.attentions.map((numbers) => Array.from(numbers)),
      hiddenStates: inside.hiddenStates.map((numbers) => Array.from(numbers)),
      logits: Array.from(inside.logits),
      pooled: Array.from(inside.pooled),
    };
  }, text);
}

for (const name of [...cases('bert'), ...cases('distilbert')]) {
  test.describe(name, () => {
    test('tokens, hidden states, attentions and heads are those of the reference', async ({ blank, device }) => {
      const case_ = batch(name);
      const { texts, reference, padded } = case_;
      expect(await load(blank, `/fixtures/${name}/`, { device })).toBeNull();
      const info = await blank.evaluate(() => window.model.info);
      expect(info.device.kind).toBe(device);
      expect(info.abilities).toContain('fillMask');
      const hasPooler = info.architecture === 'bert';
      expect(info.abilities.includes('nextSentence')).toBe(hasPooler);
      for (const [row, text] of texts.entries()) {
        const found = await inspect(blank, text);
        const ids = reference.integers('input_ids').slice(row * padded, row * padded + case_.lengths[row]);
        expect(found.tokens).toEqual(ids);
        expect(found.hiddenStates.length).toBe(info.layers + 1);
        found.hiddenStates.forEach((numbers, layer) => {
          compare(`hidden.${layer} of text ${row}`, numbers, rows(case_, `hidden.${layer}`, row), TOLERANCE);
        });
        expect(found.attentions.length).toBe(info.layers);
        found.attentions.forEach((numbers, layer) => {
          compare(`attention.${layer} of text ${row}`, numbers, weights(case_, `attention.${layer}`, row), TOLERANCE);
        });
        compare(`mlm_logits of text ${row}`, found.logits, rows(case_, 'mlm_logits', row), TOLERANCE);
        if (!hasPooler) continue;
        const size = info.hiddenSize;
        const pooled = reference.floats('pooler_output').slice(row * size, (row + 1) * size);
        compare(`pooler_output of text ${row}`, found.pooled, pooled, TOLERANCE);
        if (typeof text === 'string') continue;
        const next = await blank.evaluate(([a, b]) => window.model.nextSentence(a, b), text);
        const logits = reference.floats('nsp_logits').slice(2 * row, 2 * row + 2);
        compare(`nsp_logits of text ${row}`, [...next.logits], logits, TOLERANCE);
        const [follows] = reference.floats('nsp_probs').slice(2 * row);
        expect(Math.abs(next.probability - follows)).toBeLessThan(TOLERANCE);
      }
    });

    test('a text has the same vector alone and in a batch, and layers can be mixed', async ({ blank, device }) => {
      const texts = batch(name).texts.flat();
      expect(await load(blank, `/fixtures/${name}/`, { device })).toBeNull();
      const found = await blank.evaluate(async (texts) => {
        const { model } = window;
        const plain = async (texts: string[], layer: Parameters<typeof model.embed>[1]) =>
          (await model.embed(texts, layer)).vectors.map((vector) => Array.from(vector));
        const done: number[] = [];
        const together = await plain(texts, { onProgress: ({ done: count }) => done.push(count) });
        const alone = [];
        for (const text of texts) alone.push(...(await plain([text], {})));
        const layers = [];
        for (let layer = 0; layer <= model.info.layers; layer++) layers.push(...(await plain([texts[0]], { layer })));
        const scalars = layers.map((_, layer) => layer / 2);
        const [mixed] = await plain([texts[0]], { layer: { mixture: { scalars, gamma: 0.7 } } });
        const [sum] = await plain([texts[0]], { layer: { sum: [0, -1] } });
        return { together, alone, layers, scalars, mixed, sum, done };
      }, texts);
      expect(found.done.at(-1)).toBe(texts.length);
      found.together.forEach((vector, text) => compare(`text ${text}`, vector, Float32Array.from(found.alone[text]), 1e-5));
      const powers = found.scalars.map(Math.exp);
      const total = powers.reduce((sum, power) => sum + power);
      const mixed = found.mixed.map((_, c) => 0.7 * found.layers.reduce((sum, layer, k) => sum + (powers[k] / total) * layer[c], 0));
      compare('the mixture', found.mixed, Float32Array.from(mixed), 1e-5);
      const sum = found.sum.map((_, c) => found.layers[0][c] + found.layers.at(-1)![c]);
      compare('the sum', found.sum, Float32Array.from(sum), 1e-5);
    });
  });
}

test('the real sentence encoder gives the reference’s embeddings', async ({ blank, device }) => {
  test.slow();
  const there = existsSync(join(site, MINILM, 'model.safetensors'));
  test.skip(!there, `all-MiniLM-L6-v2 could not be had: there is no ${MINILM} in the site`);
  for (const name of cases('minilm')) {
    const { sentences: all, max_tokens: maxTokens } = JSON.parse(read(name, 'expected.json').toString());
    const embeddings = new Safetensors(read(name, 'expected.safetensors')).floats('embeddings');
    const size = embeddings.length / all.length;
    // A software adapter takes a minute for all of them.
    const sentences = device === 'gpu' ? all.slice(0, ON_THE_GPU) : all;
    const reference = embeddings.slice(0, size * sentences.length);
    const vectors = async (source: string, quantization: 'f32' | 'int8' | 'int4') => {
      expect(await load(blank, source, { device, quantization })).toBeNull();
      return blank.evaluate(
        async ([sentences, maxTokens]) => {
          const { vectors } = await window.model.embed(sentences, { normalize: true, maxTokens });
          await window.model.dispose();
          return vectors.map((vector) => Array.from(vector));
        },
        [sentences as string[], maxTokens as number] as const,
      );
    };
    const cosine = (a: number[], b: ArrayLike<number>) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const exact = await vectors(MINILM, 'f32');
    compare('embeddings', exact.flat(), reference, TOLERANCE);
    exact.forEach((vector, i) => {
      expect(cosine(vector, reference.slice(i * size, (i + 1) * size))).toBeGreaterThan(0.99999);
    });
    // The site's own model is quantized already.
    for (const [source, bits, least] of [['/models/all-MiniLM-L6-v2/', 'int8', 0.99], [MINILM, 'int4', 0.95]] as const) {
      const packed = await vectors(source, bits);
      const lowest = Math.min(...packed.map((vector, i) => cosine(vector, exact[i])));
      console.log(`MiniLM ${bits} on the ${device}: lowest cosine with f32 ${lowest.toFixed(4)}`);
      expect(lowest).toBeGreaterThan(least);
    }
  }
});

test('what a model lacks is said, and it goes on working', async ({ blank, device }) => {
  const [bert] = cases('distilbert');
  expect(await load(blank, `/fixtures/${bert}/`, { device })).toBeNull();
  const found = await blank.evaluate(async () => {
    const code = async (attempt: () => Promise<unknown>) => {
      try {
        await attempt();
        return 'none';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const { model } = window;
    return {
      next: await code(() => model.nextSentence('a', 'b')),
      generate: await code(() => model.generate('a').text()),
      noMask: await code(() => model.fillMask('the king')),
      layer: await code(() => model.embed('a', { layer: 99 })),
      word: await code(() => model.embedWords([{ text: 'the king', start: 90, end: 95 }])),
      empty: (await model.embed([])).vectors.length,
      filled: (await model.fillMask('the [MASK] and the [MASK]', { topK: 3 })).masks.map(({ candidates }) => candidates.length),
    };
  });
  expect(found).toEqual({
    next: 'missingHead', generate: 'missingHead', noMask: 'badRequest', layer: 'badRequest', word: 'badRequest',
    empty: 0, filled: [3, 3],
  });
});
