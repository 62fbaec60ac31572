// Lectern as a JavaScript module: GPT-2 and BERT in your own page.
//
//   import { Lectern } from './lectern.js';
//   const model = await Lectern.load('stories-en-gpt2');
//   for await (const token of model.generate('Once upon a time')) console.log(token.delta);
//
// It defines <lectern-demo> too: a whole demo in your page (lectern-demo.js).
//
// The types, with the documentation of every option, are in lectern.d.ts.

import './lectern-demo.js';

/** @import * as Api from './lectern.js' */
/** @import * as Protocol from './protocol.js' */

/** @typedef {Protocol.Name<Protocol.Event>} EventName */
/**
 * @template {EventName} Name
 * @typedef {Protocol.Fields<Protocol.Event, Name>} EventOf
 */
/** @typedef {{ [Name in EventName]?: (fields: EventOf<Name>) => void }} Listeners Of events, by their names. */

/** @typedef {{ [Code in keyof Api.ErrorData]: { [code in Code]: Api.ErrorData[Code] } }[keyof Api.ErrorData]} DataError */
/** @typedef {DataError | Exclude<Api.ErrorCode, keyof Api.ErrorData>} ErrorOnTheWire As the engine sends errors, and those of this module. */

/**
 * The engine's `{ name: fields }`, or a name alone, as `[name, fields]`.
 *
 * @template {string | object} Union
 * @param {Union} value
 * @returns {[Protocol.Name<Union>, any]}
 */
const variant = (value) => /** @type {any} */ (typeof value === 'string' ? [value, {}] : Object.entries(value)[0]);

/** Lectern's errors: `code` is the type, `data` holds the error's own fields. */
export class LecternError extends Error {
  /**
   * @param {{ error: ErrorOnTheWire, message: string, messageRu: string }} said
   * @param {ErrorOptions} [options]
   */
  constructor({ error, message, messageRu }, options) {
    super(message, options);
    this.name = 'LecternError';
    const [code, data] = variant(error);
    this.code = code;
    this.data = data;
    this.messageRu = messageRu;
  }
}

/**
 * The messages of errors that do not come from the engine, as in locales/: in English, in Russian.
 * Details of the browser's follow after a colon.
 */
const SENTENCES = {
  cancelled: ['cancelled', 'отменено'],
  source: [
    'a model comes from a name, a Hub id, an address, files or a source object',
    'неверный запрос: модель берут по имени, по имени на Hub, по адресу, из файлов или из объекта с источником',
  ],
  layer: [
    'layer must be a number, or { mixture }, { sum } or { concatenate } with lists of numbers',
    'неверный запрос: layer — это число или { mixture }, { sum }, { concatenate } со списками чисел',
  ],
  files: [
    'files must be File objects, or pairs of a path and a File',
    'неверный запрос: файлы — это объекты File или пары из пути и File',
  ],
  requestNotSent: ['the request cannot be sent to the engine', 'неверный запрос: его нельзя передать движку'],
  occurrences: [
    'occurrences must be a list of { text, start, end }',
    'неверный запрос: occurrences — это список из { text, start, end }',
  ],
  engineNotStarted: ['internal error: the engine could not be started', 'внутренняя ошибка: движок не удалось запустить'],
  engineStopped: ['internal error: the engine stopped', 'внутренняя ошибка: движок остановился'],
  answerNotRead: ["internal error: the engine's answer cannot be read", 'внутренняя ошибка: ответ движка не удаётся прочитать'],
  engineClosed: [
    'load the model again: the engine that held it was closed',
    'загрузите модель ещё раз: движок, в котором она была, закрыт',
  ],
  engineLost: [
    'load the model again: the engine that held it has stopped',
    'загрузите модель ещё раз: движок, в котором она была, остановился',
  ],
};

/**
 * @param {keyof typeof SENTENCES} kind
 * @param {ErrorOnTheWire} error
 * @param {{ detail?: string, detailRu?: string, cause?: unknown }} [why]
 */
const ownError = (kind, error, { detail, detailRu = detail, cause } = {}) => {
  const [message, messageRu] = SENTENCES[kind].map((sentence, language) => {
    const said = [detail, detailRu][language];
    return said ? `${sentence}: ${said}` : sentence;
  });
  return new LecternError({ error, message, messageRu }, { cause });
};

/**
 * @param {'source' | 'layer' | 'files' | 'requestNotSent' | 'occurrences'} kind
 * @param {string} [detail] The browser's message.
 */
const badRequest = (kind, detail) => ownError(kind, { badRequest: { reason: { kind, ...(detail && { detail }) } } }, { detail });

/**
 * @param {'engineNotStarted' | 'engineStopped' | 'answerNotRead'} kind
 * @param {string} [detail] The browser's message, if any.
 */
const internal = (kind, detail = '') => ownError(kind, { internal: { reason: { kind, detail } } }, { detail });

/** @param {unknown} [cause] */
const cancelled = (cause) => ownError('cancelled', 'cancelled', { cause });

/**
 * The options that are given: null and undefined stand for the default.
 *
 * @template {object} Options
 * @param {Options | null} [options]
 * @returns {{ [Name in keyof Options]: NonNullable<Options[Name]> }}
 */
const given = (options) =>
  /** @type {any} */ (Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value != null)));

/**
 * @param {any} value
 * @returns {value is Iterable<any>}
 */
const isIterable = (value) => typeof value?.[Symbol.iterator] === 'function';

/**
 * The error for a model whose engine has ended.
 *
 * @param {LecternError} cause
 */
const engineLost = (cause) => {
  const error = { engineLost: { cause: cause.code } };
  if (cause.code === 'cancelled') return ownError('engineClosed', error, { cause });
  return ownError('engineLost', error, { detail: cause.message, detailRu: cause.messageRu, cause });
};

/**
 * A listener to a request's events.
 *
 * @typedef {object} Waiting
 * @property {(name: EventName, fields: any, isFinal: boolean) => void} event
 * @property {(error: LecternError) => void} fail
 */

/** The page's side of one worker: numbers the requests and hands each its own events. */
class Engine {
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Promise<void>} */
  #ready;
  /** @type {Map<number, Waiting>} */
  #requests = new Map();
  #lastId = 0;

  /** @param {string} script The worker's, beside this module. */
  constructor(script) {
    this.#ready = new Promise((resolve, reject) => this.#requests.set(0, { event: () => resolve(), fail: reject }));
    // A failure is reported to those that wait for it; without them it is ignored.
    this.#ready.catch(() => {});
    try {
      this.#worker = startWorker(script);
    } catch (cause) {
      // A policy or a frame may forbid workers.
      this.#fail(internal('engineNotStarted', said(cause)));
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onmessageerror = () => this.#fail(internal('answerNotRead'));
    // A script that could not be fetched gives a plain event, without a message.
    this.#worker.onerror = (event) => this.#fail(internal(event.message ? 'engineStopped' : 'engineNotStarted', event.message));
  }

  /**
   * The error that ended this engine; `null` while it runs.
   *
   * @type {LecternError | null}
   */
  failure = null;

  /**
   * Sends a request. `on` gets the events that come before the final one; the promise is for that one's fields.
   * An aborted `signal` ends the wait at once, and the engine's work soon after.
   *
   * @template {EventName} Answer
   * @param {Protocol.Request} request
   * @param {Answer} answer The name of the final event.
   * @param {{ files?: File[], paths?: string[], on?: Listeners, signal?: AbortSignal, onId?: (id: number) => void }} [options]
   * @returns {Promise<EventOf<Answer>>}
   */
  async request(request, answer, { files, paths, on, signal, onId } = {}) {
    if (signal?.aborted) throw cancelled(signal.reason);
    // Its worker is gone, and would never answer.
    if (this.failure) throw engineLost(this.failure);
    const id = ++this.#lastId;
    onId?.(id);
    const { promise, resolve, reject } = /** @type {Resolvers<EventOf<Answer>>} */ (withResolvers());
    const abort = () => {
      this.#requests.set(id, { event: (name, fields, isFinal) => this.#discard(id, name, fields, isFinal), fail: () => {} });
      this.cancel(id);
      reject(cancelled(signal?.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#requests.set(id, {
      event: (name, fields, isFinal) => {
        if (!isFinal) {
          on?.[name]?.(fields);
          return;
        }
        this.#requests.delete(id);
        if (name === 'error') reject(new LecternError(fields));
        else if (name === answer) resolve(fields);
        else reject(internal('answerNotRead', name));
      },
      fail: reject,
    });
    try {
      this.#ready.then(() => this.#post({ id, request, files, paths })).catch((error) => {
        this.#requests.delete(id);
        reject(error);
      });
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @param {Protocol.ToWorker & { files?: File[], paths?: string[] }} message */
  #post(message) {
    try {
      this.#worker?.postMessage(message);
    } catch (cause) {
      // A function among the options, for example: it cannot be sent to a worker.
      throw badRequest('requestNotSent', said(cause));
    }
  }

  /**
   * Asks the engine to stop a request, which then ends with its own final event.
   *
   * @param {number} target
   */
  cancel(target) {
    this.#ready.then(
      () => this.#post({ id: ++this.#lastId, request: { type: 'cancel', target } }),
      () => {},
    );
  }

  /** Ends the worker, and with it every request. */
  close() {
    this.#fail(cancelled());
  }

  /**
   * Handles an event of a request that nobody waits for any more: a model that was loaded meanwhile is released.
   *
   * @param {number} id
   * @param {EventName} name
   * @param {any} fields
   * @param {boolean} isFinal
   */
  #discard(id, name, fields, isFinal) {
    if (!isFinal) return;
    this.#requests.delete(id);
    if (name !== 'loaded') return;
    this.request({ type: 'dispose', model: fields.info.model }, 'done').catch(() => {});
  }

  /** @param {Protocol.FromWorker} message */
  #receive({ id, event, final: isFinal }) {
    const [name, fields] = variant(event);
    if (id === 0 && name === 'error') this.#fail(new LecternError(fields));
    else this.#requests.get(id)?.event(name, fields, isFinal);
  }

  /** @param {LecternError} error */
  #fail(error) {
    if (this.failure) return;
    this.failure = error;
    this.#worker?.terminate();
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const request of requests) request.fail(error);
  }
}

/**
 * The browser's message of something that it threw.
 *
 * @param {unknown} cause
 */
const said = (cause) => String(cause instanceof Error ? cause.message : cause);

/**
 * @template Value
 * @typedef {object} Resolvers
 * @property {Promise<Value>} promise
 * @property {(value: Value) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/**
 * A promise with its two ends: `Promise.withResolvers`, which not every browser with WebGPU has.
 *
 * @template Value
 * @returns {Resolvers<Value>}
 */
function withResolvers() {
  /** @type {Partial<Resolvers<Value>>} */
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return /** @type {Resolvers<Value>} */ (resolvers);
}

/** @param {string} name */
function startWorker(name) {
  const script = new URL(name, import.meta.url);
  // Not `location.origin`: a frame with `sandbox="allow-scripts"` has an address, but no origin.
  if (script.origin === self.origin) return new Worker(script, { type: 'module' });
  // Browsers start workers of the page's own origin only; one that imports the other's module is.
  const source = `import ${JSON.stringify(script.href)};`;
  // In a frame without an origin Chromium starts none from a blob.
  if (self.origin === 'null') {
    return new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: 'module' });
  }
  const local = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(local, { type: 'module' });
}

/** The engine and the trainer, by their scripts. @type {Map<string, Engine>} */
const workers = new Map();

/**
 * A worker, started when it is first needed and after a failure.
 *
 * @param {string} script
 */
function worker(script) {
  let current = workers.get(script);
  if (!current || current.failure) {
    current = new Engine(script);
    workers.set(script, current);
  }
  if (current.failure) throw current.failure;
  return current;
}

const engine = () => worker('./engine-worker.js');
const trainer = () => worker('./trainer-worker.js');

/**
 * The absolute address; anything else is passed on unchanged, and the engine reports what is wrong with it.
 *
 * @param {string} address
 */
function absolute(address) {
  try {
    return new URL(address, document.baseURI).href;
  } catch {
    return address;
  }
}

/**
 * Converts the argument of `load` to the protocol's source.
 *
 * @param {Api.ModelSource} source
 * @returns {{ source: Protocol.Source, paths?: string[], files?: File[] }}
 */
function readSource(source) {
  if (typeof source === 'string') {
    const text = source.trim();
    if (/^(https?:|\.{0,2}\/)/i.test(text)) return { source: { type: 'url', base: absolute(text) } };
    if (!text.includes('/')) return { source: { type: 'builtIn', name: text } };
    const at = text.indexOf('@');
    if (at < 0) return { source: { type: 'hub', id: text } };
    return { source: { type: 'hub', id: text.slice(0, at), revision: text.slice(at + 1) } };
  }
  if (source instanceof File) return readFiles([source]);
  if (isIterable(source)) return readFiles(source);
  if (source?.type) return { source };
  throw badRequest('source');
}

/**
 * Files, or pairs of a path and a file: a file's path within its folder is lost on the way to the worker.
 *
 * @param {Iterable<File | readonly [path: string, file: File]>} list
 * @returns {{ source: Protocol.Source, paths: string[], files: File[] }}
 */
function readFiles(list) {
  /** @type {(readonly [path: string, file: File])[]} */
  const pairs = Array.from(list, (/** @type {any} */ item) =>
    Array.isArray(item) ? /** @type {any} */ (item) : [item?.webkitRelativePath || item?.name, item],
  );
  if (!pairs.every(([path, file]) => typeof path === 'string' && file instanceof File)) {
    throw badRequest('files');
  }
  return { source: { type: 'files' }, paths: pairs.map(([path]) => path), files: pairs.map(([, file]) => file) };
}

/**
 * Converts a choice of layers to the protocol's.
 *
 * @param {Api.LayerChoice} choice
 * @returns {Protocol.Layers}
 */
function layers(choice) {
  if (typeof choice === 'number') return { type: 'one', layer: choice };
  const { mixture, sum, concatenate } = Object(choice);
  if (isIterable(mixture?.scalars)) return { type: 'mixture', scalars: [...mixture.scalars], gamma: mixture.gamma ?? 1 };
  if (isIterable(sum)) return { type: 'sum', layers: [...sum] };
  if (isIterable(concatenate)) return { type: 'concatenation', layers: [...concatenate] };
  throw badRequest('layer');
}

/**
 * A loaded model.
 *
 * @implements {Api.Model}
 */
class Model {
  #engine;

  /**
   * @param {Engine} engine
   * @param {Protocol.ModelInfo} info
   */
  constructor(engine, { notKept, ...info }) {
    this.#engine = engine;
    /** @type {Api.ModelInfo} */
    this.info = Object.freeze({ ...info, ...(notKept && { notKept: { code: variant(notKept)[0] } }) });
  }

  /**
   * @param {string} prompt
   * @param {Api.GenerateOptions} [options]
   */
  generate(prompt, options) {
    return new Generation(this.#engine, this.info.model, prompt, given(options));
  }

  /**
   * @param {string | Iterable<string>} texts
   * @param {Api.EmbedOptions} [options]
   */
  async embed(texts, options) {
    const { pooling, normalize, layer = -1, prompt, promptName, maxTokens, onProgress, signal } = given(options);
    // The engine reports a value that is not a list.
    const list = typeof texts === 'string' ? [texts] : isIterable(texts) ? [...texts] : texts;
    const how = given({ pooling, normalize, layers: layers(layer), prompt, promptName, maxTokens });
    return this.#embedded({ type: 'embed', model: this.info.model, texts: list, options: how }, onProgress, signal);
  }

  /**
   * @param {Iterable<Api.Occurrence>} occurrences
   * @param {Pick<Api.EmbedOptions, 'layer' | 'onProgress' | 'signal'>} [options]
   */
  async embedWords(occurrences, options) {
    const { layer = -1, onProgress, signal } = given(options);
    if (!isIterable(occurrences)) throw badRequest('occurrences');
    const words = Array.from(occurrences, (word) => {
      const { text, start, end } = Object(word);
      return { text, start, end };
    });
    const request = { occurrences: words, layers: layers(layer), model: this.info.model };
    return this.#embedded({ type: 'embedWords', ...request }, onProgress, signal);
  }

  /**
   * @param {Protocol.Request} request
   * @param {Api.EmbedOptions['onProgress']} onProgress
   * @param {AbortSignal} [signal]
   */
  async #embedded(request, onProgress, signal) {
    const options = { signal, on: { textsDone: onProgress } };
    const { vectors, size, tokens, cut } = await this.#engine.request(request, 'embedded', options);
    return {
      vectors: tokens.map((_, text) => vectors.slice(text * size, (text + 1) * size)),
      size,
      tokens,
      cut,
    };
  }

  /**
   * @param {string} text
   * @param {Parameters<Api.Model['fillMask']>[1]} [options]
   */
  async fillMask(text, options) {
    const { topK = 5, signal } = given(options);
    const { model } = this.info;
    const { fillings, ...found } = await this.#engine.request({ type: 'fillMask', model, text, topK }, 'filled', { signal });
    return { ...found, masks: fillings };
  }

  /**
   * @param {string} first
   * @param {string} second
   * @param {Parameters<Api.Model['nextSentence']>[2]} [options]
   */
  async nextSentence(first, second, options) {
    const { signal } = given(options);
    const { model } = this.info;
    return this.#engine.request({ type: 'nextSentence', model, first, second }, 'nextSentence', { signal });
  }

  /**
   * @param {string} text
   * @param {Parameters<Api.Model['read']>[1]} [options]
   */
  async read(text, options) {
    const { count = 3, signal } = given(options);
    const { model } = this.info;
    const { reading } = await this.#engine.request({ type: 'read', model, text, count }, 'read', { signal });
    return reading;
  }

  /**
   * @param {string} text
   * @param {number} word
   * @param {string[]} instead
   * @param {Parameters<Api.Model['influence']>[3]} [options]
   */
  async influence(text, word, instead, options) {
    const { signal, words: spans } = given(options);
    const found = spans ?? [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map((it) => [it.index, it.index + it[0].length]);
    const words = /** @type {[number, number][]} */ (found);
    const request = { type: /** @type {const} */ ('influence'), model: this.info.model, text, words, word, instead };
    const { layers } = await this.#engine.request(request, 'influence', { signal });
    return { words, layers };
  }

  /**
   * @param {string} text
   * @param {Api.InspectOptions} [options]
   */
  async inspect(text, options) {
    const { signal, pair, attentions, hiddenStates, logits } = given(options);
    const wanted = given({ pair, attentions, hiddenStates, logits });
    const { model } = this.info;
    return this.#engine.request({ type: 'inspect', model, text, ...wanted }, 'inspected', { signal });
  }

  /**
   * @param {string} text
   * @param {Parameters<Api.Model['perplexity']>[1]} [options]
   */
  async perplexity(text, options) {
    const { reference, onProgress, signal } = given(options);
    const other = /** @type {Model | undefined} */ (reference);
    // Another engine's handles mean other models.
    if (other && other.#engine !== this.#engine) {
      throw engineLost(other.#engine.failure ?? this.#engine.failure ?? cancelled());
    }
    const { model } = this.info;
    const { tokens, perplexity, comparison } = await this.#engine.request(
      { type: 'perplexity', model, text, reference: other?.info.model },
      'perplexity',
      { signal, on: { tokensScored: onProgress } },
    );
    return { tokens, perplexity, comparison };
  }

  async tensors() {
    return (await this.#engine.request({ type: 'tensors', model: this.info.model }, 'tensors')).tensors;
  }

  /**
   * @param {string} tensor
   * @param {Parameters<Api.Model['studyTensor']>[1]} options
   */
  async studyTensor(tensor, options) {
    const { scheme, fit = 'range', bars = 100, map = [64, 64], window, signal } = given(options);
    const { model } = this.info;
    const { study } = await this.#engine.request(
      { type: 'studyTensor', model, tensor, scheme, fit, bars, map, window },
      'tensorStudied',
      { signal },
    );
    return study;
  }

  /** @param {Parameters<Api.Model['damage']>[0]} options */
  async damage(options) {
    const { scheme, fit = 'range', onProgress, signal } = given(options);
    const { model } = this.info;
    const { tensors } = await this.#engine.request({ type: 'damage', model, scheme, fit }, 'damaged', {
      signal,
      on: { tensorsDone: onProgress },
    });
    return tensors;
  }

  /** @param {Parameters<Api.Model['export']>[0]} [options] */
  async export(options) {
    const { format = 'gguf', scheme, fit = 'range', onProgress, signal } = given(options);
    const { model } = this.info;
    /** @type {BlobPart[]} */
    const pieces = [];
    const { file } = await this.#engine.request({ type: 'export', model, format, scheme, fit }, 'exported', {
      signal,
      on: {
        filePiece: ({ bytes, done, total }) => {
          pieces.push(/** @type {Uint8Array<ArrayBuffer>} */ (bytes));
          onProgress?.({ done, total });
        },
      },
    });
    return new File(pieces, file, { type: 'application/octet-stream' });
  }

  async dispose() {
    if (!this.#engine.failure) await this.#engine.request({ type: 'dispose', model: this.info.model }, 'done');
  }
}

/**
 * A text being generated: iterate over it for its tokens, or wait for `result` or `text()`.
 *
 * @implements {Api.Generation}
 */
class Generation {
  #engine;
  /** @type {number | undefined} */
  #id;
  /** @type {Api.GeneratedToken[]} */
  #tokens = [];
  #over = false;
  /** @type {Resolvers<void>} */
  #change = withResolvers();

  /**
   * @param {Engine} engine
   * @param {number} model
   * @param {string} prompt
   * @param {Api.GenerateOptions} options
   */
  constructor(engine, model, prompt, { signal, ...options }) {
    this.#engine = engine;
    this.result = this.#run({ type: 'generate', model, prompt, options }, signal);
    // A caller that iterates gets the error there, and need not await `result` as well.
    this.result.catch(() => {});
  }

  /**
   * @param {Protocol.Request} request
   * @param {AbortSignal} [signal]
   * @returns {Promise<Api.GenerationResult>}
   */
  async #run(request, signal) {
    /** @type {Api.TokenText[]} */
    let promptTokens = [];
    try {
      const generated = await this.#engine.request(request, 'generated', {
        signal,
        on: {
          prompt: ({ tokens }) => (promptTokens = tokens),
          token: ({ token, ...rest }) => {
            this.#tokens.push({ ...token, ...rest });
            this.#changed();
          },
        },
        onId: (id) => (this.#id = id),
      });
      return { ...generated, promptTokens };
    } finally {
      this.#over = true;
      this.#changed();
    }
  }

  /** Wakes the iterators. */
  #changed() {
    this.#change.resolve();
    this.#change = withResolvers();
  }

  stop() {
    if (!this.#over && this.#id !== undefined) this.#engine.cancel(this.#id);
  }

  async text() {
    return (await this.result).text;
  }

  /** @returns {AsyncGenerator<Api.GeneratedToken, Api.GenerationResult, void>} */
  async *[Symbol.asyncIterator]() {
    let next = 0;
    try {
      for (;;) {
        while (next < this.#tokens.length) yield this.#tokens[next++];
        if (this.#over) return await this.result;
        await this.#change.promise;
      }
    } finally {
      this.stop();
    }
  }
}

/**
 * A model in the trainer.
 *
 * @implements {Api.Trainable}
 */
class Trainable extends Model {
  #trainer;

  /**
   * @param {Engine} trainer
   * @param {Protocol.ModelInfo} info
   */
  constructor(trainer, info) {
    super(trainer, info);
    this.#trainer = trainer;
  }

  /**
   * @param {readonly Api.Example[]} examples
   * @param {Parameters<Api.Trainable['teach']>[1]} [options]
   * @returns {Api.Training<Api.TeachStep, Api.Classifier>}
   */
  teach(examples, options) {
    const { tests = [], signal, ...how } = given(options);
    const classes = [...new Set(examples.map(({ label }) => label))];
    /** @param {readonly Api.Example[]} all */
    const numbered = (all) => all.map(({ text, label }) => ({ text, label: classes.indexOf(label) }));
    const known = tests.filter(({ label }) => classes.includes(label));
    const request = { type: /** @type {const} */ ('teach'), model: this.info.model, classes: classes.length };
    return new Training(
      this.#trainer,
      { ...request, examples: numbered(examples), tests: numbered(known), options: how },
      'teachStep',
      'taught',
      ({ taught }) => new Classifier(this.#trainer, classes, taught),
      signal,
    );
  }

  /**
   * @param {readonly string[]} texts
   * @param {Parameters<Api.Trainable['distil']>[1]} [options]
   * @returns {Api.Training<Api.DistilStep, Api.Trainable>}
   */
  distil(texts, options) {
    const { probe = '', signal, ...how } = given(options);
    const request = { type: /** @type {const} */ ('distil'), model: this.info.model, texts: [...texts], probe, options: how };
    const student = (/** @type {EventOf<'loaded'>} */ { info }) => new Trainable(this.#trainer, info);
    return new Training(this.#trainer, request, 'distilStep', 'loaded', student, signal);
  }

  /**
   * @param {readonly string[]} texts
   * @param {readonly Api.MixtureWord[]} words
   * @param {Parameters<Api.Trainable['mix']>[2]} options
   * @returns {Api.Training<Api.MixtureStep, Api.MixtureLearnt & { classes: string[] }>}
   */
  mix(texts, words, options) {
    const { tests = [], signal, ...how } = given(options);
    const classes = [...new Set([...words, ...tests].map(({ label }) => label))];
    /** @param {readonly Api.MixtureWord[]} all */
    const numbered = (all) => all.map(({ label, ...place }) => ({ ...place, label: classes.indexOf(label) }));
    const request = {
      type: /** @type {const} */ ('learnMixture'),
      model: this.info.model,
      texts: [...texts],
      examples: numbered(words),
      tests: numbered(tests),
      classes: classes.length,
      options: how,
    };
    const read = (/** @type {EventOf<'mixtureLearnt'>} */ { learnt }) => ({ ...learnt, classes });
    return new Training(this.#trainer, request, 'mixtureStep', 'mixtureLearnt', read, signal);
  }

  /**
   * @param {readonly Api.Instruction[]} examples
   * @param {Parameters<Api.Trainable['instruct']>[1]} [options]
   * @returns {Api.Training<Api.InstructStep, Api.Tuned>}
   */
  instruct(examples, options) {
    const { tests = [], signal, ...how } = given(options);
    const request = { type: /** @type {const} */ ('instruct'), model: this.info.model, options: how };
    const material = { examples: [...examples], tests: [...tests] };
    return new Training(this.#trainer, { ...request, ...material }, 'instructStep', 'tuned', tuned(this.#trainer), signal);
  }

  /**
   * @param {readonly string[]} texts
   * @param {Parameters<Api.Trainable['continue']>[1]} [options]
   */
  async continue(texts, options) {
    const { signal, ...how } = given(options);
    const request = { type: /** @type {const} */ ('continue'), model: this.info.model, texts: [...texts], options: how };
    const { continuations, written } = await this.#trainer.request(request, 'continued', { signal });
    return new Continuations(this.#trainer, continuations, written);
  }

  async files() {
    const { config, tokenizer } = await this.#trainer.request({ type: 'modelFiles', model: this.info.model }, 'modelFiles');
    const json = { type: 'application/json' };
    return [
      new File([config], 'config.json', json),
      new File([tokenizer], 'tokenizer.json', json),
      await this.export({ format: 'safetensors' }),
    ];
  }
}

/**
 * A classifier that was taught.
 *
 * @implements {Api.Classifier}
 */
class Classifier {
  #trainer;
  #handle;

  /**
   * @param {Engine} trainer
   * @param {string[]} classes
   * @param {Protocol.Taught} taught
   */
  constructor(trainer, classes, { classifier, model, ...figures }) {
    this.#trainer = trainer;
    this.#handle = classifier;
    this.classes = classes;
    this.figures = figures;
  }

  /** @param {readonly string[]} texts */
  async classify(texts) {
    const request = { type: /** @type {const} */ ('classify'), classifier: this.#handle, texts: [...texts] };
    const { probabilities } = await this.#trainer.request(request, 'classified');
    const count = this.classes.length;
    return texts.map((_, text) => {
      const shares = [...probabilities.subarray(text * count, (text + 1) * count)];
      return Object.fromEntries(this.classes.map((name, index) => [name, shares[index]]));
    });
  }

  async dispose() {
    if (!this.#trainer.failure) await this.#trainer.request({ type: 'dispose', model: this.#handle }, 'done');
  }
}

/**
 * Reads a language model that learned.
 *
 * @param {Engine} trainer
 */
function tuned(trainer) {
  return (/** @type {EventOf<'tuned'>} */ { tuned: { info, ...rest } }) => ({ model: new Trainable(trainer, info), ...rest });
}

/**
 * What a model wrote after some texts.
 *
 * @implements {Api.Continuations}
 */
class Continuations {
  #trainer;
  #handle;

  /**
   * @param {Engine} trainer
   * @param {number} handle
   * @param {Protocol.Continuation[][]} written
   */
  constructor(trainer, handle, written) {
    this.#trainer = trainer;
    this.#handle = handle;
    this.written = written;
  }

  /** @param {Parameters<Api.Continuations['reward']>[0]} [options] */
  async reward(options) {
    const { rankings = [], ...how } = given(options);
    const material = { continuations: this.#handle, rankings: [...rankings] };
    const request = { type: /** @type {const} */ ('reward'), ...material, ...how };
    const { rewarded } = await this.#trainer.request(request, 'rewarded');
    return new Reward(this.#trainer, rewarded);
  }

  async dispose() {
    if (!this.#trainer.failure) await this.#trainer.request({ type: 'dispose', model: this.#handle }, 'done');
  }
}

/**
 * A reward that was learnt from rankings.
 *
 * @implements {Api.Reward}
 */
class Reward {
  #trainer;
  #handle;

  /**
   * @param {Engine} trainer
   * @param {Protocol.Rewarded} rewarded
   */
  constructor(trainer, { reward, ...figures }) {
    this.#trainer = trainer;
    this.#handle = reward;
    this.figures = figures;
  }

  /**
   * @param {readonly string[]} texts
   * @param {Parameters<Api.Reward['align']>[1]} [options]
   * @returns {Api.Training<Api.AlignStep, Api.Tuned>}
   */
  align(texts, options) {
    const { signal, ...how } = given(options);
    const request = { type: /** @type {const} */ ('align'), reward: this.#handle, texts: [...texts], options: how };
    return new Training(this.#trainer, request, 'alignStep', 'tuned', tuned(this.#trainer), signal);
  }

  async dispose() {
    if (!this.#trainer.failure) await this.#trainer.request({ type: 'dispose', model: this.#handle }, 'done');
  }
}

/**
 * A training: iterate over it for its steps, or wait for `result`.
 *
 * @template Step, Result
 * @implements {Api.Training<Step, Result>}
 */
class Training {
  #trainer;
  /** @type {number | undefined} */
  #id;
  /** @type {Step[]} */
  #steps = [];
  #over = false;
  /** @type {Resolvers<void>} */
  #change = withResolvers();

  /**
   * @param {Engine} trainer
   * @param {Protocol.Request} request
   * @param {EventName} step The name of its steps' events.
   * @param {EventName} answer The name of its last event.
   * @param {(fields: any) => Result} read
   * @param {AbortSignal} [signal]
   */
  constructor(trainer, request, step, answer, read, signal) {
    this.#trainer = trainer;
    const on = {
      [step]: (/** @type {any} */ fields) => {
        this.#steps.push(fields.step);
        this.#changed();
      },
    };
    const end = () => {
      this.#over = true;
      this.#changed();
    };
    this.result = trainer.request(request, answer, { signal, on, onId: (id) => (this.#id = id) }).then(read).finally(end);
    // A caller that iterates gets the error there, and need not await `result` as well.
    this.result.catch(() => {});
  }

  /** Wakes the iterators. */
  #changed() {
    this.#change.resolve();
    this.#change = withResolvers();
  }

  stop() {
    if (!this.#over && this.#id !== undefined) this.#trainer.cancel(this.#id);
  }

  pause() {
    this.#steer(0);
  }

  resume() {
    this.#steer(null);
  }

  step() {
    this.#steer(1);
  }

  /** @param {number | null} steps */
  #steer(steps) {
    if (this.#over || this.#id === undefined) return;
    this.#trainer.request({ type: 'steer', target: this.#id, steps }, 'done').catch(() => {});
  }

  /** @returns {AsyncGenerator<Step, Result, void>} */
  async *[Symbol.asyncIterator]() {
    let next = 0;
    try {
      for (;;) {
        while (next < this.#steps.length) yield this.#steps[next++];
        if (this.#over) return await this.result;
        await this.#change.promise;
      }
    } finally {
      this.stop();
    }
  }
}

/**
 * Loads a model into a worker.
 *
 * @param {Engine} chosen
 * @param {Api.ModelSource} source
 * @param {Api.LoadOptions} [options]
 */
async function loadInto(chosen, source, options) {
  const { quantization, fit, keep, device, store, onProgress, signal } = given(options);
  const { source: from, files, paths } = readSource(source);
  const how = given({ quantization, fit, keep: keep && given(keep), device, store });
  const { info } = await chosen.request({ type: 'load', source: from, ...how }, 'loaded', {
    files,
    paths,
    signal,
    on: { progress: onProgress },
  });
  return info;
}

/** @type {typeof Api.Lectern} */
export const Lectern = {
  async load(source, options) {
    const chosen = engine();
    return new Model(chosen, await loadInto(chosen, source, options));
  },

  async train(source, options) {
    const chosen = trainer();
    return new Trainable(chosen, await loadInto(chosen, source, { ...options, device: 'cpu' }));
  },

  async quantize(source, options) {
    const { scheme, format, fit, onProgress, signal } = given(options);
    // The file does not depend on the device that computes it.
    const model = await this.load(source, { device: 'cpu', onProgress, signal });
    try {
      return await model.export({ scheme, format, fit, signal });
    } finally {
      await model.dispose();
    }
  },

  async keep(source, options) {
    const { onProgress, signal } = given(options);
    const { source: from } = readSource(source);
    const { models } = await engine().request({ type: 'keepModel', source: from }, 'keptModels', {
      signal,
      on: { progress: onProgress },
    });
    return models[0] ?? null;
  },

  async kept() {
    return engine().request({ type: 'keptModels' }, 'keptModels');
  },

  async verify({ key }, options) {
    const { onProgress, signal } = given(options);
    const { damaged } = await engine().request({ type: 'verifyModel', key }, 'verified', {
      signal,
      on: { progress: ({ loaded, total }) => onProgress?.({ loaded, total }) },
    });
    return damaged;
  },

  async forget({ key }) {
    await engine().request({ type: 'forgetModel', key }, 'done');
  },

  async device(device) {
    return (await engine().request({ type: 'device', device: device ?? 'auto' }, 'device')).device;
  },

  async memory() {
    return engine().request({ type: 'memory' }, 'memory');
  },

  close() {
    for (const current of workers.values()) current.close();
    workers.clear();
  },
};

export default Lectern;
