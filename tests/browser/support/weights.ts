// Weights of full size, generated on the fly instead of stored.

import { Readable } from 'node:stream';

/** A file that is generated while it is sent. */
export interface Made {
  length: number;
  from(start: number): Readable;
}

type Dtype = 'F16' | 'F32';
const BYTES = { F16: 2, F32: 4 };
const BLOCK = 1 << 20;

/** A block of small values, the same for a seed. */
function block(dtype: Dtype, seed: number): Buffer {
  let state = seed;
  // The generator of Numerical Recipes.
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const bytes = Buffer.alloc(BLOCK);
  for (let at = 0; at < BLOCK; at += BYTES[dtype]) {
    const bits = random() >>> 8;
    // F16: any sign and fraction, and an exponent from 2^-8 to 2^-5.
    if (dtype === 'F16') bytes.writeUInt16LE((bits & 0x83ff) | ((7 + ((bits >>> 16) & 3)) << 10), at);
    else bytes.writeFloatLE((bits / 2 ** 24 - 0.5) / 10, at);
  }
  return bytes;
}

/** A safetensors file with random values in tensors of those names and shapes. */
export function randomSafetensors(dtype: Dtype, tensors: [string, number[]][], seed = 1): Made {
  let end = 0;
  const entries = tensors.map(([name, shape]) => {
    const start = end;
    end += shape.reduce((product, size) => product * size, BYTES[dtype]);
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  let json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) });
  json = json.padEnd(Math.ceil(json.length / 8) * 8);
  const head = Buffer.alloc(8 + json.length);
  head.writeBigUInt64LE(BigInt(json.length));
  head.write(json, 8);
  const data = block(dtype, seed);
  const length = head.length + end;
  function* pieces(start: number) {
    if (start < head.length) yield head.subarray(start);
    for (let at = Math.max(0, start - head.length); at < end; ) {
      const piece = data.subarray(at % BLOCK, Math.min(BLOCK, (at % BLOCK) + end - at));
      yield piece;
      at += piece.length;
    }
  }
  return { length, from: (start) => Readable.from(pieces(start)) };
}

/** The tensors of the published GPT-2s, including their attention masks. */
export function gpt2Tensors({ n_layer, n_embd, n_positions, vocab_size }: Record<string, number>): [string, number[]][] {
  const norm = (name: string): [string, number[]][] => [[`${name}.weight`, [n_embd]], [`${name}.bias`, [n_embd]]];
  const linear = (name: string, inputs: number, outputs: number): [string, number[]][] => [
    [`${name}.weight`, [inputs, outputs]],
    [`${name}.bias`, [outputs]],
  ];
  const layers = Array.from({ length: n_layer }, (_, layer): [string, number[]][] => [
    [`h.${layer}.attn.bias`, [1, 1, n_positions, n_positions]],
    ...linear(`h.${layer}.attn.c_attn`, n_embd, 3 * n_embd),
    ...linear(`h.${layer}.attn.c_proj`, n_embd, n_embd),
    ...norm(`h.${layer}.ln_1`),
    ...norm(`h.${layer}.ln_2`),
    ...linear(`h.${layer}.mlp.c_fc`, n_embd, 4 * n_embd),
    ...linear(`h.${layer}.mlp.c_proj`, 4 * n_embd, n_embd),
  ]);
  return [...layers.flat(), ...norm('ln_f'), ['wpe.weight', [n_positions, n_embd]], ['wte.weight', [vocab_size, n_embd]]];
}

/** The tensors of a BERT without heads. */
export function bertTensors(config: Record<string, number>): [string, number[]][] {
  const { hidden_size: size, intermediate_size: inner, num_hidden_layers: count } = config;
  const norm = (name: string): [string, number[]][] => [[`${name}.weight`, [size]], [`${name}.bias`, [size]]];
  const linear = (name: string, inputs: number, outputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const layers = Array.from({ length: count }, (_, layer): [string, number[]][] => {
    const name = (part: string) => `encoder.layer.${layer}.${part}`;
    return [
      ...['query', 'key', 'value'].flatMap((part) => linear(name(`attention.self.${part}`), size, size)),
      ...linear(name('attention.output.dense'), size, size),
      ...norm(name('attention.output.LayerNorm')),
      ...linear(name('intermediate.dense'), size, inner),
      ...linear(name('output.dense'), inner, size),
      ...norm(name('output.LayerNorm')),
    ];
  });
  return [
    ['embeddings.word_embeddings.weight', [config.vocab_size, size]],
    ['embeddings.position_embeddings.weight', [config.max_position_embeddings, size]],
    ['embeddings.token_type_embeddings.weight', [config.type_vocab_size, size]],
    ...norm('embeddings.LayerNorm'),
    ...layers.flat(),
    ...linear('pooler.dense', size, size),
  ];
}
