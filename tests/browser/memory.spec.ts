// Memory: a model that does not fit is refused before its weights are fetched, and unloaded memory is free again.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveFiles } from './support/server';
import { expect, generate, load, test } from './support/test';

const GPT2_XL = { model_type: 'gpt2', n_embd: 1600, n_head: 25, n_layer: 48, n_positions: 1024, vocab_size: 50257 };
/** The sizes of all-MiniLM-L6-v2: 22.7 million weights, 91 MB. */
const MINILM = {
  model_type: 'bert',
  hidden_size: 384,
  num_attention_heads: 12,
  num_hidden_layers: 6,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  vocab_size: 30522,
  type_vocab_size: 2,
};
const MEGABYTE = 1 << 20;

test('GPT-2 XL in floats is refused within a second, and the model loaded before goes on', async ({ blank }) => {
  expect(await load(blank, 'stories-en-gpt2', { device: 'cpu' })).toBeNull();
  const before = await generate(blank, 'Once', { maxNewTokens: 8, temperature: 0 });
  const refused = await blank.evaluate(async (config) => {
    const start = performance.now();
    const error = await window.Lectern.load({ type: 'random', config, seed: 1 }, { device: 'cpu' }).catch((it) => it);
    const { limit } = await window.Lectern.memory();
    return { code: error.code, bytes: error.data?.bytes, limit, seconds: (performance.now() - start) / 1000 };
  }, GPT2_XL);
  expect(refused.code).toBe('outOfMemory');
  expect(refused.bytes).toBeGreaterThan(6.2e9);
  expect(refused.bytes).toBeGreaterThan(refused.limit!);
  expect(refused.seconds).toBeLessThan(1);
  expect((await generate(blank, 'Once', { maxNewTokens: 8, temperature: 0 })).text).toBe(before.text);
});

test('a model from an address is refused before its weights are asked for', async ({ blank }) => {
  let weights = 0;
  await using server = await serveFiles({
    'config.json': JSON.stringify(GPT2_XL),
    'tokenizer.json': readFileSync(join(import.meta.dirname, '../fixtures/tokenizer-gpt2/tokenizer.json')),
    'model.safetensors': (_, response) => {
      weights++;
      response.writeHead(404).end();
    },
  });
  const code = async (quantization: 'native' | 'int8') =>
    (await load(blank, server.address, { device: 'cpu', quantization, store: false }))?.code;
  expect(await code('native')).toBe('outOfMemory');
  expect(weights).toBe(0);
  // A model that fits is accepted, and its weights are fetched.
  expect(await code('int8')).toBe('notFound');
  expect(weights).toBeGreaterThan(0);
});

test('a model of which one matrix is larger than all memory is refused', async ({ blank }) => {
  const code = await blank.evaluate(async (xl) => {
    const config = { ...xl, n_layer: 1, n_embd: 4096, n_head: 32, vocab_size: 400000 };
    const error = await window.Lectern.load({ type: 'random', config, seed: 1 }, { device: 'cpu' }).catch((it) => it);
    return error.code;
  }, GPT2_XL);
  expect(code).toBe('outOfMemory');
});

test('twenty loads and disposals leave no more than the second one did', async ({ blank }) => {
  test.setTimeout(300_000);
  const session = await blank.context().newCDPSession(blank);
  await session.send('Performance.enable');
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
  };
  const wasm: number[] = [];
  const script: number[] = [];
  for (let round = 0; round < 20; round++) {
    wasm.push(
      await blank.evaluate(async (config) => {
        const source = { type: 'random', config, seed: 1 } as const;
        const model = await window.Lectern.load(source, { quantization: 'f32', device: 'cpu' });
        await model.embed('a b c');
        await model.dispose();
        return (await window.Lectern.memory()).wasmBytes;
      }, MINILM),
    );
    script.push(await heap());
  }
  console.log(`wasm MB: ${wasm.map((bytes) => Math.round(bytes / MEGABYTE)).join(' ')}`);
  console.log(`script MB: ${script.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(' ')}`);
  expect(wasm[19] - wasm[1]).toBeLessThanOrEqual(10 * MEGABYTE);
  expect(script[19] - script[1]).toBeLessThanOrEqual(10 * MEGABYTE);
});
