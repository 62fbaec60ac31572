// ELMo's mixture over layers in the browser, against the reference cases.

import { cases, compare, read, Safetensors } from './support/fixtures';
import { test } from './support/test';

interface Mix {
  scalars: number[];
  gamma: number;
}

for (const name of cases('elmo')) {
  test(`${name}: mixtures are those of the reference`, async ({ blank }) => {
    const { mixes } = JSON.parse(read(name, 'expected.json').toString()) as { mixes: Mix[] };
    const reference = new Safetensors(read(name, 'expected.safetensors'));
    const mask = reference.integers('mask');
    const layers = mixes[0].scalars.map((_, layer) => reference.floats(`elmo.layer.${layer}`));
    const width = layers[0].length / mask.length;
    // Padding may have any value: only real tokens count.
    const kept = (numbers: ArrayLike<number>) =>
      Float32Array.from(Array.from(numbers).filter((_, i) => mask[Math.floor(i / width)] === 1));
    for (const [number, { scalars, gamma }] of mixes.entries()) {
      const found = await blank.evaluate(
        async ([layers, mask, scalars, gamma]) => {
          const { default: start, mixture } = await import(`${location.origin}/checks/checks.js`);
          await start();
          const [all, weights] = [Float32Array.from(layers), Float32Array.from(scalars)];
          return {
            plain: Array.from(mixture(all, undefined, weights, gamma) as Float32Array),
            normalized: Array.from(mixture(all, Uint8Array.from(mask), weights, gamma) as Float32Array),
          };
        },
        [layers.flatMap((layer) => Array.from(layer)), mask, scalars, gamma] as const,
      );
      compare(`mix.${number}`, kept(found.plain), kept(reference.floats(`mix.${number}`)), 1e-5);
      const normalized = kept(reference.floats(`mix_layer_norm.${number}`));
      compare(`mix_layer_norm.${number}`, kept(found.normalized), normalized, 1e-5);
    }
  });
}
