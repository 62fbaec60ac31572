// The script of the tokenizer's program, which wasm-bindgen writes: as far as engine-worker.js uses it.

/** Fetches the program and starts it. */
export default function start(): Promise<unknown>;
