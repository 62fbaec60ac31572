// Reading the fixtures: folders of reference values, and their safetensors files.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { EmbedOptions, Pooling } from '../../../web/lectern.js';
import { fixtures } from './setup';

/** Returns the cases of a kind: the folder's name up to the first `-`. */
export function cases(kind: string): string[] {
  return readdirSync(fixtures).filter((name) => name.split('-')[0] === kind);
}

export interface Expected {
  text: string;
  ids: number[];
  prompt_ids: number[];
  greedy_40: number[];
  eot: number;
}

export function expected(name: string): Expected {
  return JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
}

/** A sentence encoder, and the options of its embeddings: the N-th of `runs` gives the tensor `embeddings.N`. */
export interface Sentences {
  texts: string[];
  pooling: Pooling;
  normalized: boolean;
  size: number;
  context: number;
  runs: Pick<EmbedOptions, 'normalize' | 'prompt' | 'promptName' | 'pooling'>[];
}

export function sentences(name: string): Sentences {
  return JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
}

export function read(name: string, file: string): Buffer {
  return readFileSync(join(fixtures, name, file));
}

/** Fails with the tensor, the index, both values and the largest error. */
export function compare(name: string, found: ArrayLike<number>, reference: Float32Array, tolerance: number) {
  expect(found.length, `${name}: number of values`).toBe(reference.length);
  let [worst, largest] = [0, 0];
  reference.forEach((value, index) => {
    // Written so that a NaN is the largest error.
    if (!(Math.abs(found[index] - value) <= Math.abs(found[worst] - reference[worst]))) worst = index;
    largest = Math.max(largest, Math.abs(value));
  });
  const error = Math.abs(found[worst] - reference[worst]);
  const bound = tolerance * Math.max(1, largest);
  const where = `${name}[${worst}]: ${found[worst]} instead of ${reference[worst]}, the largest error is ${error}`;
  expect(error <= bound, where).toBe(true);
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file: a length, a JSON header, and the tensors' bytes. */
export class Safetensors {
  readonly header: Record<string, Entry>;
  readonly #data: Buffer;

  constructor(file: Buffer) {
    const length = Number(file.readBigUInt64LE(0));
    this.header = JSON.parse(file.toString('utf8', 8, 8 + length));
    this.#data = file.subarray(8 + length);
  }

  floats(name: string): Float32Array {
    const entry = this.header[name];
    if (entry?.dtype !== 'F32') throw new Error(`there are no 32-bit floats named ${name}`);
    const [start, end] = entry.data_offsets;
    return new Float32Array(Uint8Array.from(this.#data.subarray(start, end)).buffer);
  }

  integers(name: string): number[] {
    const entry = this.header[name];
    if (entry?.dtype !== 'I64') throw new Error(`there are no 64-bit integers named ${name}`);
    const [start, end] = entry.data_offsets;
    const integers = new BigInt64Array(Uint8Array.from(this.#data.subarray(start, end)).buffer);
    return Array.from(integers, Number);
  }

  /** Returns the file with a changed header; `data` replaces the tensors' bytes. */
  rewritten(change: (header: Record<string, Entry>) => void, data: Buffer = this.#data): Buffer {
    const header = structuredClone(this.header);
    change(header);
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, data]);
  }

  get data(): Buffer {
    return Buffer.from(this.#data);
  }
}
