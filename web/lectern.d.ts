/**
 * Lectern as a JavaScript module: GPT-2 in your own page, on WebGPU or on the CPU, with no server.
 *
 * The engine runs in a worker of its own; nothing here blocks the page.
 *
 * @module
 */

/**
 * Where a model comes from:
 *
 * - a name such as `'tales-gpt2'`: a model of the site that lectern.js came from, in its `models/`;
 * - `'owner/name'`: a model of the Hugging Face Hub, such as `'openai-community/gpt2'`; `'owner/name@revision'`
 *   names a branch, tag or commit;
 * - an address that starts with `http://`, `https://`, `/`, `./` or `../`: a folder with config.json,
 *   model.safetensors (or its shards with their index) and tokenizer.json (or vocab.json and merges.txt);
 *   a server elsewhere must allow your page to read it (CORS);
 * - those same files themselves, from `<input type="file">` or dropped on the page;
 * - one of the objects of {@link Source}.
 */
export type ModelSource = string | File | Iterable<File> | FileList | Source;

/** A source with its options. */
export type Source =
  | { type: 'builtIn'; name: string }
  | { type: 'hub'; id: string; revision?: string }
  | { type: 'url'; base: string }
  /** Random weights in the shape of a GPT-2 config.json; its tokens are numbers: `'5 17 3'`. */
  | { type: 'random'; config: object; seed: number };

/** How weights are kept in memory: `f16` halves them, `int8` quarters them, `int4` keeps about a sixth. */
export type Quantization = 'f32' | 'f16' | 'int8' | 'int4';

/** `auto`: WebGPU where there is a real adapter, else the CPU. */
export type DeviceChoice = 'auto' | 'gpu' | 'cpu';

/** How far a load is. */
export interface Progress {
  /** `retrying`: a connection broke, and the load goes on from where it was. */
  phase: 'fetching' | 'retrying' | 'preparing';
  /** The file at hand. */
  file: string;
  /** Bytes that have arrived. */
  loaded: number;
  /** Bytes in all, where the server says. */
  total?: number | null;
}

export interface LoadOptions {
  /** Default `'f32'`. */
  quantization?: Quantization;
  /** Default `'auto'`. */
  device?: DeviceChoice;
  onProgress?: (progress: Progress) => void;
  /** Aborting it makes `load` throw a {@link LecternError} with the code `cancelled`. */
  signal?: AbortSignal;
}

/** What computes, and why. */
export interface DeviceInfo {
  kind: 'gpu' | 'cpu';
  /** The adapter's name, or what the CPU path is. */
  name: string;
  reason: 'asked' | 'real-adapter' | 'no-webgpu' | 'no-adapter' | 'software-adapter';
}

/** What is known of a loaded model. */
export interface ModelInfo {
  /** The engine's number for it. */
  readonly model: number;
  readonly name: string;
  readonly architecture: string;
  /** Number of weights. */
  readonly parameters: number;
  /** Bytes the weights take as they are kept. */
  readonly weightBytes: number;
  /** Bytes of key/value cache a token. */
  readonly cacheBytesPerToken: number;
  readonly quantization: Quantization;
  readonly layers: number;
  /** Attention heads a layer. */
  readonly heads: number;
  readonly hiddenSize: number;
  /** The longest text in tokens, prompt included. */
  readonly context: number;
  /** Tokens in the vocabulary. */
  readonly vocabulary: number;
  readonly device: DeviceInfo;
  readonly loadSeconds: number;
}

/** How the next token is chosen. The names are those of transformers and transformers.js. */
export interface GenerateOptions {
  /** How many tokens to add at most; default 64. */
  maxNewTokens?: number;
  /** Default 0.8; 0 always takes the most probable token. */
  temperature?: number;
  /** Keep the k most probable tokens; default 50, 0 keeps all. */
  topK?: number;
  /** Keep the smallest set of tokens whose probabilities sum to this; default 1, which keeps all. */
  topP?: number;
  /** Drop tokens less probable than this times the most probable one; default 0, which keeps all. */
  minP?: number;
  /** Make tokens that are already there less probable; default 1, which changes nothing. */
  repetitionPenalty?: number;
  /** The same seed gives the same text on the same device and quantization. */
  seed?: number;
  /** Texts that end the generation; they are not part of it. */
  stop?: string[];
  /** How many candidates to report with every token; default 0. */
  candidates?: number;
  /** Aborting it stops at once; the loop and `result` then throw with the code `cancelled`. */
  signal?: AbortSignal;
}

/** A piece of text as the model sees it. */
export interface TokenText {
  /** Its number in the vocabulary. */
  id: number;
  /** Its text, never half a character. */
  text: string;
}

/** A token that might have come. */
export interface Candidate extends TokenText {
  /** Under softmax at the asked temperature, over the whole vocabulary. */
  probability: number;
  logit: number;
}

/** A new token. */
export interface GeneratedToken extends TokenText {
  /** Text that is complete now: append it to what is shown. */
  delta: string;
  /** Its probability at the asked temperature. */
  probability: number;
  /** The most probable tokens there, most probable first, as many as `candidates` asked for. */
  candidates: Candidate[];
}

/** A finished generation. */
export interface GenerationResult {
  reason: 'maxNewTokens' | 'endOfText' | 'stopText' | 'contextFull' | 'cancelled';
  /** Everything that was generated, without the prompt. */
  text: string;
  /** The end of it that no token's `delta` held, because it might have been the start of a stop text. */
  delta: string;
  /** The prompt, cut into tokens. */
  promptTokens: TokenText[];
  stats: {
    promptTokens: number;
    newTokens: number;
    /** Seconds. */
    timeToFirstToken: number;
    /** After the first one. */
    tokensPerSecond: number;
    /** The seed that was used. */
    seed: number;
    /** Kernel launches a decoded token; 0 on the CPU. */
    launchesPerToken: number;
    /** Microseconds the engine's thread needed to enqueue a launch while decoding; 0 on the CPU. */
    microsecondsPerLaunch: number;
  };
}

/**
 * A text being generated. It starts at once; iterate over it for the tokens as they come. Leaving the loop
 * early stops the generation.
 */
export interface Generation extends AsyncIterable<GeneratedToken> {
  /** How it ended. */
  readonly result: Promise<GenerationResult>;
  /** Everything that was generated. */
  text(): Promise<string>;
  /** Ends it after the token at hand; `result` then has the reason `cancelled`. */
  stop(): void;
  [Symbol.asyncIterator](): AsyncGenerator<GeneratedToken, GenerationResult, void>;
}

export interface InspectOptions {
  attentions?: boolean;
  hiddenStates?: boolean;
  logits?: boolean;
  signal?: AbortSignal;
}

/** What is inside a model while it reads a text. What was not asked for is empty. */
export interface Inspection {
  tokens: TokenText[];
  /** A layer each: row-major `[heads, tokens, tokens]`; row i says how much token i attends to each. */
  attentions: Float32Array[];
  /** The embeddings, then a layer each: row-major `[tokens, hiddenSize]`. */
  hiddenStates: Float32Array[];
  /** Row-major `[tokens, vocabulary]`. */
  logits: Float32Array;
}

/** A loaded model. */
export interface Model {
  readonly info: ModelInfo;
  /** Continues a text. */
  generate(prompt: string, options?: GenerateOptions): Generation;
  /** Runs a text through the model and reports what is inside. */
  inspect(text: string, options?: InspectOptions): Promise<Inspection>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** The codes of {@link LecternError}. */
export type ErrorCode =
  | 'badFile'
  | 'missingTensor'
  | 'shapeMismatch'
  | 'notFinite'
  | 'unsupportedModel'
  | 'notFound'
  | 'httpStatus'
  | 'unreachable'
  | 'offline'
  | 'quota'
  | 'outOfMemory'
  | 'noAdapter'
  | 'deviceLost'
  | 'contextFull'
  | 'badRequest'
  | 'cancelled'
  | 'internal';

/** What Lectern throws. What was loaded before goes on working. */
export class LecternError extends Error {
  readonly code: ErrorCode;
  /** The error's own fields: `file` and `reason` of a `badFile`, for example. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The message in Russian. */
  readonly messageRu: string;
}

/** The engine's memory and work. */
export interface Memory {
  /** Bytes of WebAssembly memory: it never shrinks, so this is its peak. */
  wasmBytes: number;
  /** Bytes of the weights of all loaded models. */
  weightBytes: number;
  /** Kernel launches since the engine started. */
  launches: number;
}

export const Lectern: {
  /** Loads a model. Models loaded before stay loaded. */
  load(source: ModelSource, options?: LoadOptions): Promise<Model>;
  /** Says which device a choice leads to, and why. */
  device(device?: DeviceChoice): Promise<DeviceInfo>;
  /** Measures the engine. */
  memory(): Promise<Memory>;
  /** Ends the engine and frees everything; the next `load` starts a new one. */
  close(): void;
};

export default Lectern;
