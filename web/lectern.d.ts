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
 * The source of a model:
 *
 * - a name such as `'stories-en-gpt2'`: a model of the site of lectern.js, in its `models/`; if the site has
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
 * The format of weights in memory. `native`: as in the files, integers as stored and floats in 32 bits; `f32` is its
 * older name. Compared with floats, `f16` takes a half, `int8` a quarter, `int4` about a sixth.
 */
export type Quantization = Exclude<Protocol.Quantization, 'q6_k'>;

/**
 * A quantization scheme; docs/quantization.md has the cost of each. `int8-minmax` is the lecture's; those
 * with `g` have a scale for each group of 32, 64 or 128 values of a row; `q8_0`, `q4_0` and `q4_1` are GGUF's.
 */
export type Scheme = Exclude<Protocol.Scheme, 'q6_k'>;

/** The scheme of a matrix in memory: some GGUF files have `q6_k`, which runs as stored; nothing is quantized to it. */
export type KeptScheme = Protocol.Scheme;

/** The method that determines the scales: a group's range, or the least squared error of its values. */
export type Fit = Protocol.Fit;

/** The choice of a device. `auto`: WebGPU if there is a real adapter, else the CPU. */
export type DeviceChoice = Protocol.DeviceChoice;

/** The progress of a load. `phase` is `retrying` after a connection broke; the load then resumes. */
export type Progress = EventOf<'progress'>;

export interface LoadOptions {
  /** Default `'native'`. */
  quantization?: Quantization;
  /** Default `'range'`. */
  fit?: Fit;
  /** The matrices in more bits: eight instead of four, floats instead of eight. */
  keep?: RequestOf<'load'>['keep'];
  /** Default `'auto'`. */
  device?: DeviceChoice;
  /**
   * Whether to store a model of the Hub or of an address in the browser's own files, and read it from there another
   * time; default true. If that is not possible the model is loaded all the same, and {@link ModelInfo.notKept} has the
   * reason.
   */
  store?: RequestOf<'load'>['store'];
  onProgress?: (progress: Progress) => void;
  /** Aborting it makes `load` throw a {@link LecternError} with the code `cancelled`. */
  signal?: AbortSignal;
}

/**
 * The device, and the reason of its choice. `reason`: `gpuAsked`, `cpuAsked`: you requested it; `realAdapter`: WebGPU
 * gives a real graphics card; and why it is the CPU: `softwareAdapter`: the adapter computes in software, which is
 * slower; `noWebGpu`: this browser has no WebGPU; `noAdapter`: WebGPU gives no adapter, or none that can be set up.
 * (`lostBefore` is the page's: the GPU was lost again and again.)
 */
export type DeviceInfo = Protocol.DeviceInfo;

/** The description of a loaded model. */
export interface ModelInfo extends Readonly<Omit<Protocol.ModelInfo, 'notKept'>> {
  /** The reason if it could not be stored in the browser's files. */
  readonly notKept?: { code: ErrorCode };
}

/**
 * The options of the choice of the next token, with the names of transformers and transformers.js. Here as with all
 * options, null and undefined stand for the default, and a value that is not allowed is refused as `badRequest`.
 */
export interface GenerateOptions extends Partial<Protocol.GenerateOptions> {
  /** Aborting it stops at once; the loop and `result` then throw with the code `cancelled`. */
  signal?: AbortSignal;
}

/** A token of a text, with its id. */
export type TokenText = Protocol.TokenText;

/** A possible next token, with its probability. */
export type Candidate = Protocol.Candidate;

/** A new token: its `id` and `text`, and the fields of its event. */
export interface GeneratedToken extends TokenText, Omit<EventOf<'token'>, 'token'> {}

/**
 * A finished generation. `text` is the whole generated text, without the prompt; `delta` is its end that was in no
 * token's `delta`, because it might have been the start of a stop text.
 */
export interface GenerationResult extends EventOf<'generated'> {
  /** The prompt, cut into tokens. */
  promptTokens: TokenText[];
}

/**
 * A text being generated. It starts at once; iterate over it for the tokens as they are generated. Leaving the loop
 * early stops the generation.
 */
export interface Generation extends AsyncIterable<GeneratedToken> {
  /** The finished generation. */
  readonly result: Promise<GenerationResult>;
  /** Everything that was generated. */
  text(): Promise<string>;
  /** Ends it after the current token; `result` then has the reason `cancelled`. */
  stop(): void;
  [Symbol.asyncIterator](): AsyncGenerator<GeneratedToken, GenerationResult, void>;
}

/**
 * A pooling mode, which makes one vector from those of a text's tokens, special ones included: their mean, the first
 * one's, the maximum of each column, their sum divided by the square root of their number, the mean weighted by
 * position (the n-th counts n times), the last one's.
 */
export type PoolingMode = Protocol.PoolingMode;

/** The pooling of the vectors of a text's tokens; for a list of modes, their vectors are concatenated. */
export type Pooling = Protocol.Pooling;

/**
 * The hidden states that make a vector: layer 0 is the embeddings, layer k the k-th layer's output, and
 * negative indices count from the end. A mixture is ELMo's: γ · Σ softmax(scalars)ₖ · layer k, with a scalar
 * for every layer, the embeddings included.
 */
export type LayerChoice =
  | number
  | { mixture: { scalars: number[]; gamma?: number } }
  | { sum: number[] }
  | { concatenate: number[] };

/**
 * The options of the vectors of texts. The defaults are as the model was trained: its {@link ModelInfo.pooling},
 * whether its vectors are {@link ModelInfo.normalized} (which similarity a model names as its own changes nothing
 * here), the prompt that {@link ModelInfo.defaultPromptName} names, none as a rule (`prompt: ''` for none).
 */
export interface EmbedOptions extends Partial<Omit<Protocol.EmbedOptions, 'layers'>> {
  /**
   * Default -1: the last layer. A model's modules after the pooling (Dense layers and layer norms of
   * sentence-transformers) were trained with the last layer's vectors: for other layers, and for a pooling whose vector
   * has another size, you get the pooled vector itself.
   */
  layer?: LayerChoice;
  /** Called with the number of finished texts, repeatedly for many. */
  onProgress?: (progress: EventOf<'textsDone'>) => void;
  signal?: AbortSignal;
}

/** Texts, or words, as vectors. */
export interface Embeddings extends Omit<EventOf<'embedded'>, 'vectors'> {
  /** One for each text, in order. */
  vectors: Float32Array[];
}

/** A word in its text: from `start` to `end`, in UTF-16 code units. */
export type Occurrence = Protocol.Occurrence;

/** The candidates for masks. */
export interface FilledMasks extends Omit<EventOf<'filled'>, 'fillings'> {
  /** One for each mask, in order; `position` is its index among the tokens. */
  masks: EventOf<'filled'>['fillings'];
}

/** Whether the second text follows the first. */
export type NextSentence = EventOf<'nextSentence'>;

/** The values of a text to return: {@link Inspection} describes them. */
export interface InspectOptions extends Pick<RequestOf<'inspect'>, 'pair' | 'attentions' | 'hiddenStates' | 'logits'> {
  signal?: AbortSignal;
}

/** The inner values of a model for a text. Those that were not requested are empty. */
export type Inspection = EventOf<'inspected'>;

/** The perplexity of a text. `comparison` is null without a reference model. */
export type Perplexity = Omit<EventOf<'perplexity'>, 'isComplete'>;

/** A matrix of a model. */
export type TensorInfo = Protocol.TensorInfo;

/** The errors of dequantized values. */
export type ErrorFigures = Protocol.ErrorFigures;

/** A histogram with bars of equal width. */
export type Histogram = Protocol.Histogram;

/** A section of a matrix. */
export type TensorWindow = Protocol.Window;

/** A matrix before and after quantization. */
export type TensorStudy = Protocol.TensorStudy;

/** The format of a file. */
export type Format = Protocol.Format;

/** A text and the name of its class. */
export interface Example {
  text: string;
  label: string;
}

/** A step of a teaching. */
export type TeachStep = Protocol.TeachStep;

/** A step of a distillation. */
export type DistilStep = Protocol.DistilStep;

/** An instruction and the answer to it. */
export type Instruction = Protocol.Instruction;

/** A step of fine-tuning on instructions. */
export type InstructStep = Protocol.InstructStep;

/** An iteration of an alignment. */
export type AlignStep = Protocol.AlignStep;

/** A language model that learned. */
export interface Tuned extends Omit<Protocol.Tuned, 'info'> {
  /** The model; the one that it learned from stays as it was. */
  readonly model: Trainable;
}

/** What a model wrote after some texts, for rankings. */
export interface Continuations {
  /** The continuations of each text. */
  readonly written: Protocol.Continuation[][];
  /**
   * Fits a linear reward to rankings of the continuations (all pairs, Bradley–Terry): `rankings` by people, and then by
   * `raters` with a rule until there are so many. There must be one at least.
   */
  reward(options?: {
    rankings?: readonly Protocol.Ranking[];
    raters?: Partial<Protocol.Raters>;
    /** The penalty of large weights; 0.01 if absent. */
    l2?: number;
  }): Promise<Reward>;
  /** Frees their memory. */
  dispose(): Promise<void>;
}

/** A reward that was learnt from rankings. */
export interface Reward {
  /** The rankings, how many of their pairs it puts in the right order, and what every token adds to its text's reward. */
  readonly figures: Omit<Protocol.Rewarded, 'reward'>;
  /**
   * Aligns the model with the reward, by reinforcement learning (PPO): a policy begins as the model, which stays its
   * reference, and continues `texts`.
   */
  align(
    texts: readonly string[],
    options?: Partial<Protocol.AlignOptions> & { signal?: AbortSignal },
  ): Training<AlignStep, Tuned>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** A training: iterate over it for its steps, or wait for its result. To leave the loop stops it. */
export interface Training<Step, Result> extends AsyncIterable<Step> {
  /** What was learnt: by all steps, or by those until it was stopped. */
  readonly result: Promise<Result>;
  /** Stops it; `result` has what was learnt until then. */
  stop(): void;
  /** Lets it wait after the current step. */
  pause(): void;
  /** Lets it go on by itself. */
  resume(): void;
  /** Lets it do one step, and wait. */
  step(): void;
}

/** A classifier that was taught. */
export interface Classifier {
  /** Names of the classes, in the order of their first examples. */
  readonly classes: string[];
  /** How the training ended, what the classifier can do, and what it took. */
  readonly figures: Omit<Protocol.Taught, 'classifier' | 'model'>;
  /** The probability of each class, by its name, for each text. */
  classify(texts: readonly string[]): Promise<Record<string, number>[]>;
  /** Frees its memory. */
  dispose(): Promise<void>;
}

/** A text that was read from both ends. */
export type Reading = Protocol.Reading;
/** A step of a mixture. */
export type MixtureStep = Protocol.MixtureStep;
/** What a mixture has learnt. */
export type MixtureLearnt = Protocol.MixtureLearnt;
/** A word of one of the texts, by its place in UTF-16 code units, with its class. */
export interface MixtureWord {
  /** Index of the text. */
  text: number;
  start: number;
  end: number;
  label: string;
}

/** A model in the trainer, a worker of its own: it can be taught beside doing all that a model does. */
export interface Trainable extends Model {
  /**
   * Teaches two classes or more: by a linear head on its vectors, or as `lane` says. `tests` are measured and not learnt
   * from; those of other classes are left out.
   */
  teach(
    examples: readonly Example[],
    options?: Partial<Protocol.TeachOptions> & { tests?: readonly Example[]; signal?: AbortSignal },
  ): Training<TeachStep, Classifier>;
  /** Distils it to half its layers, with texts to learn from. `probe` is a text with masks, for which the steps tell the student's answers. */
  distil(
    texts: readonly string[],
    options?: Partial<Protocol.DistilOptions> & { probe?: string; signal?: AbortSignal },
  ): Training<DistilStep, Trainable>;
  /**
   * Learns a mixture of an ELMo's or an encoder's layers with a linear probe on it. `words` are places in `texts` with a
   * class each; of `tests` it is told which are answered rightly, by the mixture and by each layer alone.
   */
  mix(
    texts: readonly string[],
    words: readonly MixtureWord[],
    options: Partial<Protocol.MixtureOptions> & { tests: readonly MixtureWord[]; signal?: AbortSignal },
  ): Training<MixtureStep, MixtureLearnt & { classes: string[] }>;
  /** Fine-tunes a decoder on instructions: the answers' tokens are learnt. `tests` are measured and not learnt from. */
  instruct(
    examples: readonly Instruction[],
    options?: Partial<Protocol.InstructOptions> & { tests?: readonly Instruction[]; signal?: AbortSignal },
  ): Training<InstructStep, Tuned>;
  /** Lets a decoder continue each of the texts several times, at temperature 1. */
  continue(
    texts: readonly string[],
    options?: Partial<Protocol.ContinueOptions> & { signal?: AbortSignal },
  ): Promise<Continuations>;
  /** Its config.json, tokenizer.json and model.safetensors, as `Lectern.load` takes them. */
  files(): Promise<File[]>;
}

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
  /** The model's candidates for each {@link ModelInfo.maskToken} of a text. */
  fillMask(text: string, options?: { topK?: RequestOf<'fillMask'>['topK']; signal?: AbortSignal }): Promise<FilledMasks>;
  /** The probability that `second` follows `first`. */
  nextSentence(first: string, second: string, options?: { signal?: AbortSignal }): Promise<NextSentence>;
  /**
   * Reads a text from both ends, as an ELMo does; `count` likely words after each step. The vectors of a layer are
   * row-major `[words, size]`, the forward reader's half first.
   */
  read(text: string, options?: { count?: number; signal?: AbortSignal }): Promise<Reading>;
  /**
   * How far the vectors of a text's words depend on the one with the index `word`: for each layer and word the mean of
   * ‖h − h′‖ / ‖h‖ over the words that stand in its place. `words` are start and end of each word in UTF-16 code units; by
   * default all runs of letters and digits. Of an ELMo that half counts whose reader has read the word by then.
   */
  influence(
    text: string,
    word: number,
    instead: string[],
    options?: { words?: [number, number][]; signal?: AbortSignal },
  ): Promise<{ words: [number, number][]; layers: number[][] }>;
  /** Runs a text through the model and returns inner values. */
  inspect(text: string, options?: InspectOptions): Promise<Inspection>;
  /** The perplexity of a text; with a comparison to `reference`, a model of the same vocabulary. */
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
  /** One matrix before and after quantization by a scheme. `bars`, `map` and `window` are the sizes of the answer. */
  studyTensor(
    tensor: string,
    options: { scheme: Scheme; signal?: AbortSignal } & Pick<RequestOf<'studyTensor'>, 'fit' | 'window'> &
      Partial<Pick<RequestOf<'studyTensor'>, 'bars' | 'map'>>,
  ): Promise<TensorStudy>;
  /** The errors of a scheme in each matrix. */
  damage(options: {
    scheme: Scheme;
    fit?: Fit;
    onProgress?: (progress: EventOf<'tensorsDone'>) => void;
    signal?: AbortSignal;
  }): Promise<EventOf<'damaged'>['tensors']>;
  /**
   * Writes the model to a file: in its own format, or in `scheme`. GGUF has f32, f16, q8_0, q4_0 and q4_1, and q6_k for
   * matrices that are q6_k in memory.
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
 * The codes of {@link LecternError}. `engineLost` is of lectern.js itself: the engine of the model failed or was
 * closed. Load the model again.
 */
export type ErrorCode = Protocol.Name<Protocol.LecternError> | 'engineLost';

/**
 * The reason of an error: `kind` is its type, beside its own fields, as in
 * `{ kind: 'truncated', received: 1000, missing: 24 }`. `message` and `messageRu` of the error are the whole sentence,
 * so that programs need the kinds only to act on one; new ones may come with any version. Those of each code
 * are in {@link ErrorData}.
 */
export interface Reason {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The engine's errors with fields. */
type DataError = Exclude<Protocol.LecternError, string>;

/** The reason if lectern.js itself cannot build a request. */
type UnusableReason = { kind: 'source' | 'layer' | 'files' | 'requestNotSent' | 'occurrences'; detail?: string };

/** `data` of a {@link LecternError}, by its code; other codes have none. Sizes are in bytes. */
export interface ErrorData
  extends Omit<{ [Code in Protocol.Name<DataError>]: Protocol.Fields<DataError, Code> }, 'badRequest'> {
  /**
   * `reason.kind`: `option` for an option with a value that is not allowed, with its name `option`, the value `given`
   * as JavaScript writes it, and the `allowed` ones; or `emptyText`, `noMask`, `noSuchLayer` …
   */
  badRequest: { reason: Protocol.BadRequestReason | UnusableReason };
  /** The code of the error that ended the engine: `cancelled` if it was closed. */
  engineLost: { cause: ErrorCode };
}

/**
 * Lectern's errors. Loaded models go on working, unless the engine itself has failed (`internal`, or `deviceLost`):
 * then every open request ends with that error, its models throw `engineLost`, and the next `load` starts a new engine.
 */
export class LecternError extends Error {
  readonly code: ErrorCode;
  /** The error's own fields: see {@link ErrorData}. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The message in Russian. */
  readonly messageRu: string;
}

/** The engine's memory and number of launches. */
export type Memory = EventOf<'memory'>;

/** A model in the browser's own files, complete or not. `source` is an argument for `load` and `keep`. */
export type KeptModel = Protocol.KeptModel;

/** The browser's space, in bytes. */
export type Space = Protocol.Space;

export const Lectern: {
  /**
   * Loads a model. Models loaded before stay loaded. One that needs more memory than is left is refused with the code
   * `outOfMemory` before its weights are fetched; `data.bytes` is its size.
   */
  load(source: ModelSource, options?: LoadOptions): Promise<Model>;
  /** Loads a model into the trainer, on the CPU: it can learn there while the engine answers beside it. */
  train(source: ModelSource, options?: Omit<LoadOptions, 'device'>): Promise<Trainable>;
  /** Writes a model to a quantized file: `load` as floats, `export`, `dispose`. */
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
   * Downloads a model into the browser's own files, or resumes that; nothing is run. An aborted `signal` leaves the
   * bytes received so far. `null` for a model of Lectern's own site, which the service worker keeps.
   */
  keep(
    source: ModelSource,
    options?: { onProgress?: (progress: Progress) => void; signal?: AbortSignal },
  ): Promise<KeptModel | null>;
  /** The models in the browser's own files, and the space. */
  kept(): Promise<EventOf<'keptModels'>>;
  /**
   * Reads a stored model's files again and compares their SHA-256. Returns the names of those that changed; they are
   * removed, and `keep` or `load` downloads them again.
   */
  verify(
    model: Pick<KeptModel, 'key'>,
    options?: { onProgress?: (progress: Pick<Progress, 'loaded' | 'total'>) => void; signal?: AbortSignal },
  ): Promise<EventOf<'verified'>['damaged']>;
  /** Removes a model from the browser's own files. */
  forget(model: Pick<KeptModel, 'key'>): Promise<void>;
  /** Returns the device of a choice, and the reason. */
  device(device?: DeviceChoice): Promise<DeviceInfo>;
  /** Measures the engine. */
  memory(): Promise<Memory>;
  /** Ends the engine and frees everything; its models then throw `engineLost`, and the next `load` starts a new engine. */
  close(): void;
};

export default Lectern;

/** The `detail` of the events of `<lectern-demo>`. */
export interface LecternDemoEvents {
  /** The demo is ready. */
  'lectern-ready': CustomEvent<object>;
  /** The parameters of its address changed: those without their default. */
  'lectern-state': CustomEvent<{ parameters: Record<string, string> }>;
  /** A result. */
  'lectern-result': CustomEvent<{
    result:
      | { text: string; tokens: number; seed: number }
      | { fillings: { text: string; probability: number }[][] }
      | { probability: number };
  }>;
  /** An error, with the message that the page shows. */
  'lectern-error': CustomEvent<{ message: string }>;
}

/** `<lectern-demo demo="generate" prompt="…">`: a demo in an iframe. Its attributes are parameters of the demo's address. */
export interface LecternDemoElement extends HTMLElement {
  /** The address of the demo, with the attributes as parameters. */
  readonly address: string;
  /** Whether the demo is ready. */
  readonly ready: boolean;
  /** Run it; it waits until its model is loaded. */
  run(): void;
  /** Stop the run. */
  stop(): void;
  /** Set parameters of its address; `null` resets one to its default. */
  set(parameters: Record<string, string | number | boolean | null>): void;
  addEventListener<K extends keyof LecternDemoEvents>(type: K, listener: (event: LecternDemoEvents[K]) => void): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'lectern-demo': LecternDemoElement;
  }
}
