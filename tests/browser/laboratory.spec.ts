// The quantization laboratory through lectern.js: files written and read back, perplexity, matrices.

import { expect, test } from './support/test';

const TEXT = 'Once upon a time there was a king who had three daughters, and the youngest was fair.';

test('a model written as GGUF in four bits loads back and writes the same', async ({ blank, device }) => {
  const result = await blank.evaluate(async (device) => {
    const options = { maxNewTokens: 20, temperature: 0 } as const;
    const kept = await window.Lectern.load('stories-en-gpt2', { quantization: 'q4_0', device });
    const text = await kept.generate('Once upon a time', options).text();
    let last = 0;
    const written = await kept.export({ onProgress: ({ done, total }) => (last = done / total) });
    const made = await window.Lectern.quantize('stories-en-gpt2', { scheme: 'q4_0' });
    const same = new Uint8Array(await written.arrayBuffer()).every(
      ((bytes) => (byte: number, at: number) => byte === bytes[at])(new Uint8Array(await made.arrayBuffer())),
    );
    const again = await window.Lectern.load(written, { device });
    const tensors = await again.tensors();
    return {
      text,
      again: await again.generate('Once upon a time', options).text(),
      name: written.name,
      size: written.size,
      same: same && written.size === made.size,
      last,
      schemes: [...new Set(tensors.map(({ scheme }) => scheme))],
    };
  }, device);
  expect(result.again).toBe(result.text);
  expect(result.name).toMatch(/\.gguf$/);
  expect(result.same).toBe(true);
  expect(result.last).toBe(1);
  expect(result.size).toBeLessThan(2_400_000);
  expect(result.schemes).toEqual(['q4_0']);
});

test('a safetensors file keeps our own int4', async ({ blank, device }) => {
  const result = await blank.evaluate(
    async ({ device, text }) => {
      const kept = await window.Lectern.load('stories-en-gpt2', { quantization: 'int4-g32-asymmetric', fit: 'leastSquares', device });
      const file = await kept.export({ format: 'safetensors' });
      const folder = new URL('models/stories-en-gpt2/', document.baseURI);
      const beside = await Promise.all(
        ['config.json', 'tokenizer.json'].map(async (name) => new File([await (await fetch(new URL(name, folder))).blob()], name)),
      );
      const again = await window.Lectern.load([file, ...beside], { device });
      const figures = [await kept.perplexity(text), await again.perplexity(text)];
      return { figures: figures.map(({ perplexity }) => perplexity), name: file.name };
    },
    { device, text: TEXT },
  );
  expect(result.name).toMatch(/\.safetensors$/);
  expect(result.figures[1]).toBe(result.figures[0]);
});

test('perplexity, divergence and damage grow as bits fall', async ({ blank, device }) => {
  const result = await blank.evaluate(
    async ({ device, text }) => {
      const exact = await window.Lectern.load('stories-en-gpt2', { device });
      const coarse = await window.Lectern.load('stories-en-gpt2', { quantization: 'int4-g128', device });
      const better = await window.Lectern.load('stories-en-gpt2', { quantization: 'int4-g128', keep: { embedding: true, layers: [0, 1] }, device });
      const compared = [coarse, better, exact].map((model) => model.perplexity(text, { reference: exact }));
      const divergence = (await Promise.all(compared)).map(({ comparison }) => comparison!.meanDivergence);
      const rms = [];
      for (const scheme of ['int8-channel', 'int4-g32', 'int4-g128'] as const) {
        const all = await exact.damage({ scheme });
        rms.push(all.find(({ tensor }) => tensor.name === 'h.0.mlp.c_fc')!.figures.rms);
      }
      const corner = { row: 1, column: 2, rows: 3, columns: 4 };
      const { map, window: part, ...study } = await exact.studyTensor('h.0.mlp.c_fc', {
        scheme: 'int4-g32',
        bars: 20,
        map: [8, 16],
        window: corner,
      });
      const arrays = [map, part!.values, part!.back, part!.stored].map((it) => [it.constructor.name, it.length]);
      return { divergence, rms, study, arrays, largest: Math.max(...map), part: part!.window };
    },
    { device, text: TEXT },
  );
  const [coarse, better, exact] = result.divergence;
  expect(exact).toBe(0);
  expect(better).toBeLessThan(coarse);
  expect(result.rms).toEqual([...result.rms].sort((a, b) => a - b));
  expect(result.study.mapShape).toEqual([8, 16]);
  expect(result.arrays).toEqual([
    ['Float32Array', 128],
    ['Float32Array', 12],
    ['Float32Array', 12],
    ['Int32Array', 12],
  ]);
  expect(result.part).toEqual({ row: 1, column: 2, rows: 3, columns: 4 });
  expect(result.largest).toBeCloseTo(result.study.figures.maximum, 6);
  expect(result.study.figures.rms).toBeCloseTo(result.rms[1], 12);
});
