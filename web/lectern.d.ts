/**
 * Lectern as a JavaScript module: GPT-2 and BERT in your own page, on WebGPU or on the CPU, with no server.
 *
 * The engine runs in a worker of its own; nothing here blocks the page.
 *
 * @module
 */

import type * as Protocol from './protocol.js';

/** The fields of one of the engine's events. */
type EventOf<Name extends Protocol.Name<Protocol.Event>> = Protocol.Fields<Protocol.Event, Name>;

/** One of the requests to the engine. */
type RequestOf<Type extends Protocol.Request['type']> = Extract<Protocol.Request, { type: Type }>;

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

/**
 * A source with its options. `random`: random weights in the shape of a config.json, for measuring; every letter is a
 * token.
 */
export type Source = Exclude<Protocol.Source, { type: 'files' }>;

/**
 * How weights are kept in memory. `native`: as the files have them, integers as they are and floats in 32 bits; `f32` is
 * its older name. Of floats `f16` keeps half, `int8` a quarter, `int4` about a sixth.
 */
export type Quantization = Exclude<Protocol.Quantization, 'q6_k'>;

/**
 * How numbers become integers; docs/quantization.md says what each costs. `int8-minmax` is the lecture's; those
 * with `g` have a scale for each group of 32, 64 or 128 numbers of a row; `q8_0`, `q4_0` and `q4_1` are GGUF's.
 */
export type Scheme = Exclude<Protocol.Scheme, 'q6_k'>;

/** How a matrix can be kept: `q6_k` is what some GGUF files have, and runs as it is; nothing is quantized to it. */
export type KeptScheme = Protocol.Scheme;

/** How scales are found: by a group's range, or so that the squared error of its numbers is least. */
export type Fit = Protocol.Fit;

/** `auto`: WebGPU where there is a real adapter, else the CPU. */
export type DeviceChoice = Protocol.DeviceChoice;

/** How far a load is. `phase` is `retrying` where a connection broke, and the load goes on from where it was. */
export type Progress = EventOf<'progress'>;

export interface LoadOptions {
  /** Default `'native'`. */
  quantization?: Quantization;
  /** Default `'range'`. */
  fit?: Fit;
  /** What stays in more bits than that: eight where the rest has four, floats where it has eight. */
  keep?: RequestOf<'load'>['keep'];
  /** Default `'auto'`. */
  device?: DeviceChoice;
  /**
   * Keep a model of the Hub or of an address in the browser's own files, and read it from there another time; default
   * true. Where that cannot be done the model is loaded all the same, and {@link ModelInfo.notKept} says why.
   */
  store?: RequestOf<'load'>['store'];
  onProgress?: (progress: Progress) => void;
  /** Aborting it makes `load` throw a {@link LecternError} with the code `cancelled`. */
  signal?: AbortSignal;
}

/**
 * What computes, and why. `reason`: `gpuAsked`, `cpuAsked`: you asked for it; `realAdapter`: WebGPU gives a real graphics
 * card; and why it is the CPU: `softwareAdapter`: the adapter computes in software, which is slower; `noWebGpu`: this
 * browser has no WebGPU; `noAdapter`: WebGPU gives no adapter, or none that can be set up. (`lostBefore` is the page's:
 * the GPU was lost again and again.)
 */
export type DeviceInfo = Protocol.DeviceInfo;

/** What is known of a loaded model. */
export interface ModelInfo extends Readonly<Omit<Protocol.ModelInfo, 'notKept'>> {
  /** Why it is not kept in the browser's files, where it should have been. */
  readonly notKept?: { code: ErrorCode };
}

/**
 * How the next token is chosen. The names are those of transformers and transformers.js. Here as with all options,
 * null and undefined stand for the default, and what an option cannot be is refused as `badRequest`.
 */
export interface GenerateOptions extends Partial<Protocol.GenerateOptions> {
  /** Aborting it stops at once; the loop and `result` then throw with the code `cancelled`. */
  signal?: AbortSignal;
}

/** A piece of text as the model sees it. */
export type TokenText = Protocol.TokenText;

/** A token that might have come. */
export type Candidate = Protocol.Candidate;

/** A new token: its `id` and `text`, and what came with it. */
export interface GeneratedToken extends TokenText, Omit<EventOf<'token'>, 'token'> {}

/**
 * A finished generation. `text` is everything that was generated, without the prompt; `delta` is the end of it that no
 * token's `delta` held, because it might have been the start of a stop text.
 */
export interface GenerationResult extends EventOf<'generated'> {
  /** The prompt, cut into tokens. */
  promptTokens: TokenText[];
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
export type PoolingMode = Protocol.PoolingMode;

/** How the vectors of a text's tokens become one; of a list, the vectors of its ways one after the other. */
export type Pooling = Protocol.Pooling;

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

/**
 * How texts become vectors. What is not given is as the model was trained: its {@link ModelInfo.pooling}, whether its
 * vectors are {@link ModelInfo.normalized} (which similarity a model names as its own changes nothing here), the prompt
 * that {@link ModelInfo.defaultPromptName} names, none as a rule (`prompt: ''` for none).
 */
export interface EmbedOptions extends Partial<Omit<Protocol.EmbedOptions, 'layers'>> {
  /**
   * Default -1: the last layer. What a model does with the pooled vector (Dense layers and layer norms of
   * sentence-transformers) it was trained to do with the last layer's: of others, and of a pooling that gives more
   * or fewer numbers than the trained one, you get the pooled vector itself.
   */
  layer?: LayerChoice;
  /** How many texts are done; called many times where there are many. */
  onProgress?: (progress: EventOf<'textsDone'>) => void;
  signal?: AbortSignal;
}

/** Texts, or words, as vectors. */
export interface Embeddings extends Omit<EventOf<'embedded'>, 'vectors'> {
  /** One for each text, in order. */
  vectors: Float32Array[];
}

/** A word where it stands: from `start` to `end` in the text, as JavaScript counts. */
export type Occurrence = Protocol.Occurrence;

/** Masks, filled. */
export interface FilledMasks extends Omit<EventOf<'filled'>, 'fillings'> {
  /** One for each mask, in order; `position` is its place among the tokens. */
  masks: EventOf<'filled'>['fillings'];
}

/** Does the second text follow the first? */
export type NextSentence = EventOf<'nextSentence'>;

/** What to report of a text: {@link Inspection} says what each is. */
export interface InspectOptions extends Pick<RequestOf<'inspect'>, 'pair' | 'attentions' | 'hiddenStates' | 'logits'> {
  signal?: AbortSignal;
}

/** What is inside a model while it reads a text. What was not asked for is empty. */
export type Inspection = EventOf<'inspected'>;

/** How well a model foretells a text. `comparison` is null where no reference model was given. */
export type Perplexity = Omit<EventOf<'perplexity'>, 'isComplete'>;

/** A matrix of a model. */
export type TensorInfo = Protocol.TensorInfo;

/** How far what comes back is from what was there. */
export type ErrorFigures = Protocol.ErrorFigures;

/** How many numbers fall into each of some bars of equal width. */
export type Histogram = Protocol.Histogram;

/** A part of a matrix. */
export type TensorWindow = Protocol.Window;

/** A matrix, before and after. */
export type TensorStudy = Protocol.TensorStudy;

/** What kind of file. */
export type Format = Protocol.Format;

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
  fillMask(text: string, options?: { topK?: RequestOf<'fillMask'>['topK']; signal?: AbortSignal }): Promise<FilledMasks>;
  /** How probable it is that `second` follows `first`. */
  nextSentence(first: string, second: string, options?: { signal?: AbortSignal }): Promise<NextSentence>;
  /** Runs a text through the model and reports what is inside. */
  inspect(text: string, options?: InspectOptions): Promise<Inspection>;
  /** How well the model foretells a text; beside `reference`, a model of the same vocabulary. */
  perplexity(
    text: string,
    options?: {
      reference?: Model;
      onProgress?: (progress: EventOf<'tokensScored'>) => void;
      signal?: AbortSignal;
    },
  ): Promise<Perplexity>;
  /** Its matrices, in the order of their use. */
  tensors(): Promise<TensorInfo[]>;
  /** One matrix, as it is and as a scheme would have it. `bars`, `map` and `window` say how much to report. */
  studyTensor(
    tensor: string,
    options: { scheme: Scheme; signal?: AbortSignal } & Pick<RequestOf<'studyTensor'>, 'fit' | 'window'> &
      Partial<Pick<RequestOf<'studyTensor'>, 'bars' | 'map'>>,
  ): Promise<TensorStudy>;
  /** What a scheme would do to each matrix. */
  damage(options: {
    scheme: Scheme;
    fit?: Fit;
    onProgress?: (progress: EventOf<'tensorsDone'>) => void;
    signal?: AbortSignal;
  }): Promise<EventOf<'damaged'>['tensors']>;
  /**
   * Writes the model into a file: as it is kept, or in `scheme`. GGUF holds f32, f16, q8_0, q4_0 and q4_1, and q6_k
   * where that is what a matrix is kept in.
   */
  export(options?: {
    /** Default `'gguf'`. */
    format?: Format;
    scheme?: Scheme;
    fit?: Fit;
    onProgress?: (progress: Pick<EventOf<'filePiece'>, 'done' | 'total'>) => void;
    signal?: AbortSignal;
  }): Promise<File>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/**
 * The codes of {@link LecternError}. `engineLost` is of lectern.js itself: the engine that held the model has stopped: it
 * failed, or was closed. Load the model again.
 */
export type ErrorCode = Protocol.Name<Protocol.LecternError> | 'engineLost';

/**
 * Why something is wrong: `kind` says it, and its own fields stand beside it, as in
 * `{ kind: 'truncated', received: 1000, missing: 24 }`. `message` and `messageRu` of the error are the whole sentence,
 * so that programs need the kinds only where they act on one; new ones may come with any version. Those of each code
 * are in {@link ErrorData}.
 */
export interface Reason {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The errors of the engine's that have fields. */
type DataError = Exclude<Protocol.LecternError, string>;

/** Why lectern.js itself cannot make a request of what it was given. */
type UnusableReason = { kind: 'source' | 'layer' | 'files' | 'requestNotSent' | 'occurrences'; detail?: string };

/** `data` of a {@link LecternError}, by its code; those that are not here have none. Sizes are in bytes. */
export interface ErrorData
  extends Omit<{ [Code in Protocol.Name<DataError>]: Protocol.Fields<DataError, Code> }, 'badRequest'> {
  /**
   * `reason.kind`: `option` for an option with a value that it cannot have, with its name `option`, the value `given`
   * as JavaScript writes it, and what is `allowed`; or `emptyText`, `noMask`, `noSuchLayer` …
   */
  badRequest: { reason: Protocol.BadRequestReason | UnusableReason };
  /** The code of the error that ended the engine: `cancelled` where it was closed. */
  engineLost: { cause: ErrorCode };
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
export type Memory = EventOf<'memory'>;

/** A model in the browser's own files, or the part of it that has come. `source` is what `load` and `keep` take. */
export type KeptModel = Protocol.KeptModel;

/** What the browser has room for, in bytes. */
export type Space = Protocol.Space;

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
  kept(): Promise<EventOf<'keptModels'>>;
  /**
   * Reads a kept model's files again and compares their SHA-256. Gives the names of those that are not what they were;
   * they are removed, and `keep` or `load` brings them again.
   */
  verify(
    model: Pick<KeptModel, 'key'>,
    options?: { onProgress?: (progress: Pick<Progress, 'loaded' | 'total'>) => void; signal?: AbortSignal },
  ): Promise<EventOf<'verified'>['damaged']>;
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
