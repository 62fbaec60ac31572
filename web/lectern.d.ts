/**
 * Lectern as a JavaScript module: GPT-2 and BERT in your own page, on WebGPU or on the CPU, with no server.
 *
 * The engine runs in a worker of its own; nothing here blocks the page.
 *
 * @module
 */

/**
 * Where a model comes from:
 *
 * - a name such as `'tales-gpt2'`: a model of the site that lectern.js came from, in its `models/`; where the site has
 *   none of that name, one of the Hugging Face Hub's oldest, whose ids have no owner, such as `'gpt2'`;
 * - `'owner/name'`: a model of the Hub, such as `'openai-community/gpt2'`; `'owner/name@revision'` names a branch, tag or
 *   commit;
 * - an address that starts with `http://`, `https://`, `/`, `./` or `../`: a folder with config.json,
 *   model.safetensors or else pytorch_model.bin (or the shards of either with their index) and tokenizer.json
 *   (or vocab.json and merges.txt, or vocab.txt).
 *   The address of one of these files means the same folder, that of a GGUF file means this file, and that of a page of
 *   the Hub (`https://huggingface.co/openai-community/gpt2/tree/main`) the model it is about. A server elsewhere must
 *   allow your page to read it (CORS);
 * - those same files themselves, from `<input type="file">` (`webkitdirectory` or not) or dropped on the page. Of files
 *   in folders the outermost folder with a model in it counts; several models side by side are a `badRequest` that lists
 *   them. Who has the files' paths from elsewhere, such as the entries of a drop, gives pairs of a path and a file:
 *   `new Map([['labse/config.json', file], ['labse/1_Pooling/config.json', other], …])`;
 * - one of the objects of {@link Source}.
 */
export type ModelSource = string | File | Iterable<File> | Iterable<readonly [path: string, file: File]> | FileList | Source;

/** A source with its options. */
export type Source =
  | { type: 'builtIn'; name: string }
  | { type: 'hub'; id: string; revision?: string }
  | { type: 'url'; base: string }
  /** Random weights in the shape of a config.json, for measuring; every letter is a token. */
  | { type: 'random'; config: object; seed: number };

/**
 * How weights are kept in memory. `native`: as the files have them, integers as they are and floats in 32 bits; `f32` is
 * its older name. Of floats `f16` keeps half, `int8` a quarter, `int4` about a sixth.
 */
export type Quantization = 'native' | 'f32' | 'f16' | 'int8' | 'int4' | Scheme;

/**
 * How numbers become integers; docs/quantization.md says what each costs. `int8-minmax` is the lecture's; those
 * with `g` have a scale for each group of 32, 64 or 128 numbers of a row; `q8_0`, `q4_0` and `q4_1` are GGUF's.
 */
export type Scheme =
  | 'int8-minmax'
  | 'int8-affine'
  | 'int8-tensor'
  | 'int8-channel'
  | 'int4-g32'
  | 'int4-g64'
  | 'int4-g128'
  | 'int4-g32-asymmetric'
  | 'int4-g64-asymmetric'
  | 'int4-g128-asymmetric'
  | 'q8_0'
  | 'q4_0'
  | 'q4_1'
  | 'f16';

/** How a matrix can be kept: `q6_k` is what some GGUF files have, and runs as it is; nothing is quantized to it. */
export type KeptScheme = Scheme | 'q6_k';

/** How scales are found: by a group's range, or so that the squared error of its numbers is least. */
export type Fit = 'range' | 'leastSquares';

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
  /** Default `'native'`. */
  quantization?: Quantization;
  /** Default `'range'`. */
  fit?: Fit;
  /** What stays in more bits than that: eight where the rest has four, floats where it has eight. */
  keep?: { embedding?: boolean; queryKeyValue?: boolean; layers?: number[] };
  /** Default `'auto'`. */
  device?: DeviceChoice;
  /**
   * Keep a model of the Hub or of an address in the browser's own files, and read it from there another time; default
   * true. Where that cannot be done the model is loaded all the same, and {@link ModelInfo.notKept} says why.
   */
  store?: boolean;
  onProgress?: (progress: Progress) => void;
  /** Aborting it makes `load` throw a {@link LecternError} with the code `cancelled`. */
  signal?: AbortSignal;
}

/** What computes, and why. */
export interface DeviceInfo {
  kind: 'gpu' | 'cpu';
  /** The adapter's name, or what the CPU path is. */
  name: string;
  /**
   * `gpuAsked`, `cpuAsked`: you asked for it; `realAdapter`: WebGPU gives a real graphics card; and why it is the CPU:
   * `softwareAdapter`: the adapter computes in software, which is slower; `noWebGpu`: this browser has no WebGPU;
   * `noAdapter`: WebGPU gives no adapter, or none that can be set up.
   */
  reason: 'gpuAsked' | 'cpuAsked' | 'realAdapter' | 'softwareAdapter' | 'noWebGpu' | 'noAdapter';
}

/** What is known of a loaded model. */
export interface ModelInfo {
  /** The engine's number for it. */
  readonly model: number;
  readonly name: string;
  readonly architecture: 'gpt2' | 'bert' | 'distilbert';
  /** What it can do. */
  readonly abilities: readonly ('generate' | 'embed' | 'fillMask' | 'nextSentence')[];
  /** The head that it was published with and that is not run: the model works without it. */
  readonly unusedHead?: 'sequenceClassification' | 'tokenClassification' | 'questionAnswering' | 'multipleChoice';
  /** How it was trained to make one vector of a text. */
  readonly pooling: Pooling;
  /** Was it trained to divide that vector by its length? */
  readonly normalized: boolean;
  /** Numbers in that vector. */
  readonly embeddingSize: number;
  /** What it was trained to have before texts of a kind, by the kind's name, such as `query`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Which of them `embed` puts before every text, unless it is told another. */
  readonly defaultPromptName?: string | null;
  /** What stands for a masked word in a text, `[MASK]` as a rule. */
  readonly maskToken?: string | null;
  /** Number of weights. */
  readonly parameters: number;
  /** Bytes the weights take as they are kept. */
  readonly weightBytes: number;
  /** Bytes of key/value cache a token; 0 for an encoder. */
  readonly cacheBytesPerToken: number;
  /** What the weights are: as you asked, or, of `native` ones, what most of them are (`f32`, or a scheme). */
  readonly quantization: Exclude<Quantization, 'native'> | KeptScheme;
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
  /** Why it is not kept in the browser's files, where it should have been. */
  readonly notKept?: { code: ErrorCode };
}

/**
 * How the next token is chosen. The names are those of transformers and transformers.js. Here as with all options,
 * null and undefined stand for the default, and what an option cannot be is refused as `badRequest`.
 */
export interface GenerateOptions {
  /** How many tokens to add at most; default 64. */
  maxNewTokens?: number;
  /** Default 0.8; 0 always takes the most probable token. */
  temperature?: number;
  /** Keep the k most probable tokens; default 50, 0 keeps all. */
  topK?: number;
  /**
   * Keep the smallest set of tokens whose probabilities sum to this, from 0 to 1; default 1, which keeps all. 0 keeps
   * only the most probable one.
   */
  topP?: number;
  /** Drop tokens less probable than this times the most probable one, from 0 to 1; default 0, which keeps all. */
  minP?: number;
  /** Above 1, makes tokens that are already there less probable; default 1, which changes nothing. */
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

/**
 * One way to make a vector of a text's tokens, the special ones included: their mean, the first one's, the largest
 * number of each column, their sum divided by the square root of their number, the mean weighted by place (the
 * n-th counts n times), the last one's.
 */
export type PoolingMode = 'mean' | 'cls' | 'max' | 'meanSqrtLength' | 'weightedMean' | 'lastToken';

/** How the vectors of a text's tokens become one; of a list, the vectors of its ways one after the other. */
export type Pooling = PoolingMode | PoolingMode[];

/**
 * Of which hidden states a vector is made: layer 0 is the embeddings, layer k the k-th layer's output, and
 * negative numbers count from the end. A mixture is ELMo's: γ · Σ softmax(scalars)ₖ · layer k, with a scalar
 * for every layer, the embeddings included.
 */
export type LayerChoice =
  | number
  | { mixture: { scalars: number[]; gamma?: number } }
  | { sum: number[] }
  | { concatenate: number[] };

export interface EmbedOptions {
  /** Default: as the model was trained, {@link ModelInfo.pooling}. */
  pooling?: Pooling;
  /**
   * Divide each vector by its length, so that a dot product is a cosine. Default: as the model was trained,
   * {@link ModelInfo.normalized}. (Which similarity a model names as its own changes nothing here.)
   */
  normalize?: boolean;
  /**
   * Default -1: the last layer. What a model does with the pooled vector (Dense layers and layer norms of
   * sentence-transformers) it was trained to do with the last layer's: of others, and of a pooling that gives more
   * or fewer numbers than the trained one, you get the pooled vector itself.
   */
  layer?: LayerChoice;
  /** What is put before each text; default: the prompt that `promptName` names. `''` for none. */
  prompt?: string;
  /** One of {@link ModelInfo.prompts}; default: {@link ModelInfo.defaultPromptName}, none as a rule. */
  promptName?: string;
  /** The longest text, in tokens; default and most: the model's context. */
  maxTokens?: number;
  /** How many texts are done; called many times where there are many. */
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
}

/** Texts, or words, as vectors. */
export interface Embeddings {
  /** One for each text, in order. */
  vectors: Float32Array[];
  /** Numbers in a vector. */
  size: number;
  /** Each text's number of tokens, special ones included. */
  tokens: number[];
  /** How many tokens of each text were cut off at the model's limit. */
  cut: number[];
}

/** A word where it stands: from `start` to `end` in the text, as JavaScript counts. */
export interface Occurrence {
  text: string;
  start: number;
  end: number;
}

/** Masks, filled. */
export interface FilledMasks {
  /** The text's tokens, special ones included. */
  tokens: TokenText[];
  /** One for each mask, in order; `position` is its place among the tokens. */
  masks: { position: number; candidates: Candidate[] }[];
  /** Tokens cut off at the model's limit. */
  cut: number;
}

/** Does the second text follow the first? */
export interface NextSentence {
  /** The probability that it does. */
  probability: number;
  /** Of "follows" and of "does not follow". */
  logits: [number, number];
  /** The pair's tokens, special ones included. */
  tokens: TokenText[];
  /** Tokens cut off at the model's limit, of both texts together. */
  cut: number;
}

export interface InspectOptions {
  /** A second text, after `[SEP]`; for encoders only. */
  pair?: string;
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
  /** Row-major `[tokens, vocabulary]`: what comes next, or of BERT what might stand in each place. */
  logits: Float32Array;
  /** The output of BERT's pooler, `[hiddenSize]`. */
  pooled: Float32Array;
  /** Tokens cut off at the model's limit; only encoders cut. */
  cut: number;
}

/** How well a model foretells a text. */
export interface Perplexity {
  /** Tokens scored. */
  tokens: number;
  /** exp of the mean of −ln p(token). */
  perplexity: number;
  /** Beside the reference model, if one was given. */
  comparison: {
    /** Mean of Σ p·ln(p/q), p being the reference's distribution, in nats. */
    meanDivergence: number;
    largestDivergence: number;
    /** The share of tokens for which both hold the same one to be the most probable. */
    agreement: number;
    referencePerplexity: number;
  } | null;
}

/** A matrix of a model. */
export interface TensorInfo {
  name: string;
  /** Outputs. */
  rows: number;
  /** Inputs. */
  columns: number;
  /** How it is kept; null: 32-bit floats. */
  scheme: KeptScheme | null;
  bytes: number;
}

/** How far what comes back is from what was there. */
export interface ErrorFigures {
  maximum: number;
  mean: number;
  rms: number;
  /** Signal to quantization noise in decibels; null where nothing was lost. */
  snr: number | null;
}

/** How many numbers fall into each of some bars of equal width. */
export interface Histogram {
  minimum: number;
  maximum: number;
  counts: number[];
}

/** A part of a matrix. */
export interface TensorWindow {
  row: number;
  column: number;
  rows: number;
  columns: number;
}

/** A matrix, before and after. */
export interface TensorStudy {
  rows: number;
  columns: number;
  before: Histogram;
  /** With the bars of `before`. */
  after: Histogram;
  errors: Histogram;
  figures: ErrorFigures;
  /** Bytes of it in a file. */
  bytes: number;
  /** Cells of the map, down and across. */
  mapShape: [number, number];
  /** The largest error of each cell, row-major. */
  map: number[];
  /** The part that was asked for, number by number. */
  window: { window: TensorWindow; values: number[]; stored: number[]; back: number[] } | null;
}

/** What kind of file. */
export type Format = 'gguf' | 'safetensors';

/** A loaded model. */
export interface Model {
  readonly info: ModelInfo;
  /** Continues a text. */
  generate(prompt: string, options?: GenerateOptions): Generation;
  /** Turns texts into vectors. */
  embed(texts: string | Iterable<string>, options?: EmbedOptions): Promise<Embeddings>;
  /** The vectors of words in their contexts: the mean over each one's tokens. */
  embedWords(
    occurrences: Iterable<Occurrence>,
    options?: Pick<EmbedOptions, 'layer' | 'onProgress' | 'signal'>,
  ): Promise<Embeddings>;
  /** What the model would put in the place of each {@link ModelInfo.maskToken} of a text. */
  fillMask(text: string, options?: { topK?: number; signal?: AbortSignal }): Promise<FilledMasks>;
  /** How probable it is that `second` follows `first`. */
  nextSentence(first: string, second: string, options?: { signal?: AbortSignal }): Promise<NextSentence>;
  /** Runs a text through the model and reports what is inside. */
  inspect(text: string, options?: InspectOptions): Promise<Inspection>;
  /** How well the model foretells a text; beside `reference`, a model of the same vocabulary. */
  perplexity(
    text: string,
    options?: {
      reference?: Model;
      onProgress?: (progress: { done: number; total: number; perplexity: number }) => void;
      signal?: AbortSignal;
    },
  ): Promise<Perplexity>;
  /** Its matrices, in the order of their use. */
  tensors(): Promise<TensorInfo[]>;
  /** One matrix, as it is and as a scheme would have it. `bars`, `map` and `window` say how much to report. */
  studyTensor(
    tensor: string,
    options: {
      scheme: Scheme;
      fit?: Fit;
      bars?: number;
      map?: [number, number];
      window?: TensorWindow;
      signal?: AbortSignal;
    },
  ): Promise<TensorStudy>;
  /** What a scheme would do to each matrix. */
  damage(options: {
    scheme: Scheme;
    fit?: Fit;
    onProgress?: (progress: { done: number; total: number }) => void;
    signal?: AbortSignal;
  }): Promise<{ tensor: TensorInfo; figures: ErrorFigures; bytes: number }[]>;
  /**
   * Writes the model into a file: as it is kept, or in `scheme`. GGUF holds f32, f16, q8_0, q4_0 and q4_1, and q6_k
   * where that is what a matrix is kept in.
   */
  export(options?: {
    /** Default `'gguf'`. */
    format?: Format;
    scheme?: Scheme;
    fit?: Fit;
    onProgress?: (progress: { done: number; total: number }) => void;
    signal?: AbortSignal;
  }): Promise<File>;
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
  | 'missingHead'
  | 'notFound'
  | 'httpStatus'
  | 'unreachable'
  | 'offline'
  | 'quota'
  | 'inUse'
  | 'noStorage'
  | 'outOfMemory'
  | 'noAdapter'
  | 'deviceLost'
  /** The engine that held the model has stopped: it failed, or was closed. Load the model again. */
  | 'engineLost'
  | 'contextFull'
  | 'badRequest'
  | 'cancelled'
  | 'internal';

/**
 * Why something is wrong: `kind` says it, and its own fields stand beside it, as in
 * `{ kind: 'truncated', received: 1000, missing: 24 }`. `message` and `messageRu` of the error are the whole sentence,
 * so that programs need the kinds only where they act on one; new ones may come with any version.
 */
export interface Reason {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** `data` of a {@link LecternError}, by its code; those that are not here have none. Sizes are in bytes. */
export interface ErrorData {
  /** `reason.kind`: `webPage`, `lfsPointer`, `notJson`, `truncated`, `missingKey` … */
  badFile: { file: string; reason: Reason };
  missingTensor: { name: string; lookedFor: string[] };
  shapeMismatch: { tensor: string; expected: number[]; found: number[] };
  notFinite: { tensor: string; index: number };
  /** `reason.kind`: `architecture`, `dtype`, `ggufType`, `activation` … */
  unsupportedModel: { reason: Reason };
  /** `head.kind`: `maskedLanguage`, `nextSentence`, `encoder` or `decoder`. */
  missingHead: { model: string; head: Reason };
  notFound: { file: string };
  httpStatus: { url: string; status: number };
  unreachable: { url: string };
  offline: { url: string };
  quota: { needed: number };
  /** `reason.kind`: `notSecure`, `notWritable` or `refused`. */
  noStorage: { reason: Reason };
  /** `what.kind`: what the memory was for, such as `file` or `answer`. */
  outOfMemory: { what: Reason; bytes: number };
  /** `reason.kind`: `noWebGpu`, `noAdapter` or `refused`. */
  noAdapter: { reason: Reason };
  deviceLost: { detail: string };
  contextFull: { tokens: number; limit: number };
  /**
   * `reason.kind`: `option` for an option with a value that it cannot have, with its name `option`, the value `given`
   * as JavaScript writes it, and what is `allowed`; or `emptyText`, `noMask`, `noSuchLayer` …
   */
  badRequest: { reason: Reason };
  /** The code of the error that ended the engine: `cancelled` where it was closed. */
  engineLost: { cause: ErrorCode };
  /** `reason.kind`: `engineStopped`, `outputNotANumber` … */
  internal: { reason: Reason };
}

/**
 * What Lectern throws. What was loaded before goes on working, unless the engine itself has failed (`internal`, or
 * `deviceLost`): then every open request ends with that error, the models it held say `engineLost`, and the next `load`
 * starts a new engine.
 */
export class LecternError extends Error {
  readonly code: ErrorCode;
  /** The error's own fields: see {@link ErrorData}. */
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
  /** Bytes that one model could have if no other was loaded. */
  limit: number | null;
}

/** A model in the browser's own files, or the part of it that has come. */
export interface KeptModel {
  /** The name of its directory. */
  key: string;
  name: string;
  /** Its Hub id or address, for `load` and `keep`. */
  source: string;
  /** Where it is from. */
  origin: string;
  /** When something of it was written last, in milliseconds since 1970. */
  date: number;
  /** Is everything here that it needs? */
  isComplete: boolean;
  /** Where a config.json says so. */
  architecture: string | null;
  files: {
    name: string;
    /** How many bytes are here. */
    bytes: number;
    /** How many there are, where that is known. */
    total: number | null;
    /** Of the whole file, in hexadecimal digits, once it is here. */
    sha256: string | null;
  }[];
}

/** What the browser has room for, in bytes. */
export interface Space {
  /** Of all kinds, for this origin. */
  used: number;
  quota: number;
  /** Has the browser promised not to clear it by itself? */
  isPersistent: boolean;
}

export const Lectern: {
  /**
   * Loads a model. Models loaded before stay loaded. One that needs more memory than there is beside them is refused with
   * the code `outOfMemory` before its weights are fetched; `data.bytes` says how much it needs.
   */
  load(source: ModelSource, options?: LoadOptions): Promise<Model>;
  /** Writes a model into a file of fewer bits: `load` as floats, `export`, `dispose`. */
  quantize(
    source: ModelSource,
    options: {
      scheme: Scheme;
      /** Default `'gguf'`. */
      format?: Format;
      fit?: Fit;
      onProgress?: (progress: Progress) => void;
      signal?: AbortSignal;
    },
  ): Promise<File>;
  /**
   * Downloads a model into the browser's own files, or goes on where that broke off; nothing is run. An aborted
   * `signal` leaves what has come. `null` for a model of Lectern's own site, which the service worker keeps.
   */
  keep(
    source: ModelSource,
    options?: { onProgress?: (progress: Progress) => void; signal?: AbortSignal },
  ): Promise<KeptModel | null>;
  /** The models in the browser's own files, and the room that is left. */
  kept(): Promise<{ models: KeptModel[]; space: Space }>;
  /**
   * Reads a kept model's files again and compares their SHA-256. Gives the names of those that are not what they were;
   * they are removed, and `keep` or `load` brings them again.
   */
  verify(
    model: Pick<KeptModel, 'key'>,
    options?: { onProgress?: (progress: { loaded: number; total: number }) => void; signal?: AbortSignal },
  ): Promise<string[]>;
  /** Removes a model from the browser's own files. */
  forget(model: Pick<KeptModel, 'key'>): Promise<void>;
  /** Says which device a choice leads to, and why. */
  device(device?: DeviceChoice): Promise<DeviceInfo>;
  /** Measures the engine. */
  memory(): Promise<Memory>;
  /** Ends the engine and frees everything; its models then say `engineLost`, and the next `load` starts a new engine. */
  close(): void;
};

export default Lectern;

/** What `<lectern-demo>` tells, as the `detail` of its events. */
export interface LecternDemoEvents {
  /** The demo is there, and listens. */
  'lectern-ready': CustomEvent<object>;
  /** The parameters of its address changed: those that are not as they begin. */
  'lectern-state': CustomEvent<{ parameters: Record<string, string> }>;
  /** Something came out. */
  'lectern-result': CustomEvent<{
    result:
      | { text: string; tokens: number; seed: number }
      | { fillings: { text: string; probability: number }[][] }
      | { probability: number };
  }>;
  /** Something went wrong; the sentence that the page shows. */
  'lectern-error': CustomEvent<{ message: string }>;
}

/** `<lectern-demo demo="generate" prompt="…">`: a demo in an iframe. Its attributes are parameters of the demo's address. */
export interface LecternDemoElement extends HTMLElement {
  /** The address of the demo, with what the attributes say. */
  readonly address: string;
  /** Is the demo there? */
  readonly ready: boolean;
  /** Let it run; it waits for its model where that is still coming. */
  run(): void;
  /** Stop what runs. */
  stop(): void;
  /** Set parameters of its address; `null` takes one back to how it begins. */
  set(parameters: Record<string, string | number | boolean | null>): void;
  addEventListener<K extends keyof LecternDemoEvents>(type: K, listener: (event: LecternDemoEvents[K]) => void): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'lectern-demo': LecternDemoElement;
  }
}
