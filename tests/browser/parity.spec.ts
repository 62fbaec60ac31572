// The engine's results in the browser compared with transformers.

import { cases, compare, expected, read, Safetensors, sentences } from './support/fixtures';
import { expect, generate, load, test } from './support/test';

const LOGITS = 1e-3;
const STATES = 1e-4;

for (const name of cases('gpt2')) {
  test.describe(name, () => {
    test('tokens, hidden states, attentions and logits are those of the reference', async ({ blank, device }) => {
      const { text, ids } = expected(name);
      const reference = new Safetensors(read(name, 'expected.safetensors'));
      expect(await load(blank, `/fixtures/${name}/`, { device })).toBeNull();
      const found = await blank.evaluate(async (text) => {
        const { model } = window;
        const inside = await model.inspect(text, { attentions: true, hiddenStates: true, logits: true });
        return {
          device: model.info.device.kind,
          tokens: inside.tokens.map((token) => token.id),
          attentions: inside.attentions.map((numbers) => Array.from(numbers)),
          hiddenStates: inside.hiddenStates.map((numbers) => Array.from(numbers)),
          logits: Array.from(inside.logits),
        };
      }, text);
      expect(found.device).toBe(device);
      expect(found.tokens).toEqual(ids);
      const { header } = reference;
      const count = (start: string) => Object.keys(header).filter((name) => name.startsWith(start)).length;
      expect(found.hiddenStates.length, 'hidden states').toBe(count('hidden.'));
      expect(found.attentions.length, 'attentions').toBe(count('attention.'));
      found.hiddenStates.forEach((numbers, layer) => {
        compare(`hidden.${layer}`, numbers, reference.floats(`hidden.${layer}`), STATES);
      });
      found.attentions.forEach((numbers, layer) => {
        compare(`attention.${layer}`, numbers, reference.floats(`attention.${layer}`), STATES);
      });
      const logits = reference.floats('logits');
      const scale = Math.max(1, logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
      compare('logits', found.logits, logits, LOGITS / scale);
    });

    test('the greedy continuation is that of the reference, token for token', async ({ blank, device }) => {
      const { text, prompt_ids, greedy_40, eot } = expected(name);
      expect(await load(blank, `/fixtures/${name}/`, { device })).toBeNull();
      const prompt = await blank.evaluate(
        async ([text, count]) => {
          const { tokens } = await window.model.inspect(text);
          return tokens.slice(0, count).map((token) => token.text).join('');
        },
        [text, prompt_ids.length] as const,
      );
      const found = await generate(blank, prompt, { temperature: 0, maxNewTokens: greedy_40.length });
      expect(found.promptTokens.map((token) => token.id)).toEqual(prompt_ids);
      const end = greedy_40.indexOf(eot);
      const before = found.tokens.map((token) => token.id).filter((id) => id !== eot);
      expect(before).toEqual(end < 0 ? greedy_40 : greedy_40.slice(0, end));
    });
  });
}

for (const name of cases('sentences')) {
  test(`${name}: the vectors are those of sentence-transformers`, async ({ blank, device }) => {
    const { texts, pooling, normalized, size, context, runs } = sentences(name);
    const reference = new Safetensors(read(name, 'expected.safetensors'));
    expect(await load(blank, `/fixtures/${name}/`, { device })).toBeNull();
    const info = await blank.evaluate(() => window.model.info);
    expect(info).toMatchObject({ pooling, normalized, context, embeddingSize: size });
    for (const [number, options] of runs.entries()) {
      const found = await blank.evaluate(
        async ([texts, options]) => {
          const { vectors, size } = await window.model.embed(texts, options);
          return { numbers: vectors.flatMap((vector) => Array.from(vector)), size };
        },
        [texts, options] as const,
      );
      expect(found.size).toBe(size);
      const run = `embeddings.${number}`;
      compare(run, found.numbers, reference.floats(run), STATES);
    }
  });
}
