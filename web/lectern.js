// Lectern as a JavaScript module: GPT-2 and BERT in your own page.
//
//   import { Lectern } from './lectern.js';
//   const model = await Lectern.load('tales-gpt2');
//   for await (const token of model.generate('Once upon a time')) console.log(token.delta);
//
// It defines <lectern-demo> too: a whole demo in your page (lectern-demo.js).
//
// The types, with the documentation of every option, are in lectern.d.ts.

import './lectern-demo.js';

/** The engine's `{ name: fields }`, or a name alone, as `[name, fields]`. */
const variant = (value) => (typeof value === 'string' ? [value, {}] : Object.entries(value)[0]);

/** What Lectern throws: `code` says what happened, `data` holds the error's own fields. */
export class LecternError extends Error {
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
 * The sentences of errors that do not come from the engine, as it would say them (locales/): in English, in Russian.
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

const ownError = (kind, error, { detail, detailRu = detail, cause } = {}) => {
  const [message, messageRu] = SENTENCES[kind].map((sentence, language) => {
    const said = [detail, detailRu][language];
    return said ? `${sentence}: ${said}` : sentence;
  });
  return new LecternError({ error, message, messageRu }, { cause });
};

const badRequest = (kind, detail) => ownError(kind, { badRequest: { reason: { kind, ...(detail && { detail }) } } }, { detail });

/** `detail` is what the browser says of it, if anything. */
const internal = (kind, detail = '') => ownError(kind, { internal: { reason: { kind, detail } } }, { detail });

const cancelled = (cause) => ownError('cancelled', 'cancelled', { cause });

/** The options that are given: null and undefined stand for the default. */
const given = (options) => Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value != null));

const isIterable = (value) => typeof value?.[Symbol.iterator] === 'function';

/** For a model whose engine is no more, whatever ended it. */
const engineLost = (cause) => {
  const error = { engineLost: { cause: cause.code } };
  if (cause.code === 'cancelled') return ownError('engineClosed', error, { cause });
  return ownError('engineLost', error, { detail: cause.message, detailRu: cause.messageRu, cause });
};

/** The events that are not a request's last one. */
const STEPS = new Set(['progress', 'prompt', 'token', 'textsDone', 'tokensScored', 'tensorsDone', 'filePiece']);

/** The page's side of one worker: numbers the requests and hands each its own events. */
class Engine {
  #worker;
  #ready;
  #requests = new Map();
  #lastId = 0;

  constructor() {
    this.#ready = new Promise((resolve, reject) => this.#requests.set(0, { event: resolve, fail: reject }));
    // Whoever waits for it hears of a failure; where nobody waits there is nobody to tell.
    this.#ready.catch(() => {});
    try {
      this.#worker = startWorker();
    } catch (cause) {
      // A policy or a frame may forbid workers.
      this.#fail(internal('engineNotStarted', String(cause?.message ?? cause)));
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onmessageerror = () => this.#fail(internal('answerNotRead'));
    // A script that could not be fetched gives a plain event, without a message.
    this.#worker.onerror = (event) => this.#fail(internal(event.message ? 'engineStopped' : 'engineNotStarted', event.message));
  }

  /** Why this engine is of no more use; `null` while it is. */
  failure = null;

  /**
   * Sends a request. `onEvent` gets what comes before the final event; the promise is for that one.
   * An aborted `signal` ends the wait at once, and the engine's work soon after.
   */
  async request(request, { files, paths, onEvent, signal, onId } = {}) {
    if (signal?.aborted) throw cancelled(signal.reason);
    // Its worker is gone, and would never answer.
    if (this.failure) throw engineLost(this.failure);
    const id = ++this.#lastId;
    onId?.(id);
    const { promise, resolve, reject } = withResolvers();
    const abort = () => {
      this.#requests.set(id, { event: (event) => this.#discard(id, event), fail: () => {} });
      this.cancel(id);
      reject(cancelled(signal.reason));
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#requests.set(id, {
      event: (event) => {
        if (STEPS.has(event.type)) {
          onEvent?.(event);
          return;
        }
        this.#requests.delete(id);
        if (event.type === 'error') reject(new LecternError(event));
        else resolve(event);
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

  #post(message) {
    try {
      this.#worker.postMessage(message);
    } catch (cause) {
      // A function among the options, for example: it cannot be sent to a worker.
      throw badRequest('requestNotSent', String(cause?.message ?? cause));
    }
  }

  /** Asks the engine to stop a request, which then ends with its own final event. */
  cancel(target) {
    this.#ready.then(
      () => this.#worker.postMessage({ id: ++this.#lastId, request: { type: 'cancel', target } }),
      () => {},
    );
  }

  /** Ends the worker, and with it every request. */
  close() {
    this.#fail(cancelled());
  }

  /** What comes for a request that nobody waits for any more: a model that was ready all the same is let go. */
  #discard(id, event) {
    if (STEPS.has(event.type)) return;
    this.#requests.delete(id);
    if (event.type !== 'loaded') return;
    this.request({ type: 'dispose', model: event.info.model }).catch(() => {});
  }

  #receive({ id, event: answer }) {
    const [type, fields] = variant(answer);
    const event = { ...fields, type };
    if (id === 0 && event.type === 'error') this.#fail(new LecternError(event));
    else this.#requests.get(id)?.event(event);
  }

  #fail(error) {
    if (this.failure) return;
    this.failure = error;
    this.#worker?.terminate();
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const request of requests) request.fail(error);
  }
}

/** A promise with its two ends: `Promise.withResolvers`, which not every browser with WebGPU has. */
function withResolvers() {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
}

function startWorker() {
  const script = new URL('./engine-worker.js', import.meta.url);
  // Not `location.origin`: a frame with `sandbox="allow-scripts"` has an address, but no origin.
  if (script.origin === self.origin) return new Worker(script, { type: 'module' });
  // Browsers start workers of the page's own origin only; one that imports the other's module is.
  const source = `import ${JSON.stringify(script.href)};`;
  // In a frame without an origin Chromium starts none out of a blob.
  if (self.origin === 'null') {
    return new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: 'module' });
  }
  const local = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  return new Worker(local, { type: 'module' });
}

let current;

/** The engine, started when it is first needed and after a failure. */
function engine() {
  if (!current || current.failure) current = new Engine();
  if (current.failure) throw current.failure;
  return current;
}

/** An address from here on; what is none goes as it is, and the engine says what is wrong with it. */
function absolute(address) {
  try {
    return new URL(address, document.baseURI).href;
  } catch {
    return address;
  }
}

/** Turns what `load` takes into the protocol's source. */
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
  if (source?.[Symbol.iterator]) return readFiles(source);
  if (source?.type) return { source };
  throw badRequest('source');
}

/** Files, or pairs of a path and a file: a file's path within its folder is lost on the way to the worker. */
function readFiles(list) {
  const pairs = Array.from(list, (item) => (Array.isArray(item) ? item : [item?.webkitRelativePath || item?.name, item]));
  if (!pairs.every(([path, file]) => typeof path === 'string' && file instanceof File)) {
    throw badRequest('files');
  }
  return { source: { type: 'files' }, paths: pairs.map(([path]) => path), files: pairs.map(([, file]) => file) };
}

const floats = (numbers) => (numbers instanceof Float32Array ? numbers : Float32Array.from(numbers));

/** The engine's words for a choice of layers. */
function layers(choice) {
  const { mixture, sum, concatenate } = Object(choice);
  if (typeof choice === 'number') return { type: 'one', layer: choice };
  if (isIterable(mixture?.scalars)) return { type: 'mixture', scalars: [...mixture.scalars], gamma: mixture.gamma ?? 1 };
  if (isIterable(sum)) return { type: 'sum', layers: [...sum] };
  if (isIterable(concatenate)) return { type: 'concatenation', layers: [...concatenate] };
  throw badRequest('layer');
}

/** A loaded model. */
class Model {
  #engine;

  constructor(engine, info) {
    this.#engine = engine;
    const notKept = info.notKept && { code: variant(info.notKept)[0] };
    this.info = Object.freeze({ ...info, ...(notKept && { notKept }) });
  }

  generate(prompt, options) {
    return new Generation(this.#engine, this.info.model, prompt, given(options));
  }

  async embed(texts, options) {
    const { pooling, normalize, layer = -1, prompt, promptName, maxTokens, onProgress, signal } = given(options);
    // What is no list at all the engine names.
    const list = typeof texts === 'string' ? [texts] : isIterable(texts) ? [...texts] : texts;
    const how = given({ pooling, normalize, layers: layers(layer), prompt, promptName, maxTokens });
    const request = { type: 'embed', model: this.info.model, texts: list, options: how };
    return this.#embedded(request, onProgress, signal);
  }

  async embedWords(occurrences, options) {
    const { layer = -1, onProgress, signal } = given(options);
    if (!isIterable(occurrences)) throw badRequest('occurrences');
    const words = Array.from(occurrences, (word) => {
      const { text, start, end } = Object(word);
      return { text, start, end };
    });
    const request = { type: 'embedWords', model: this.info.model, occurrences: words, layers: layers(layer) };
    return this.#embedded(request, onProgress, signal);
  }

  async #embedded(request, onProgress, signal) {
    const onEvent = ({ done, total }) => onProgress?.({ done, total });
    const { vectors, size, tokens, cut } = await this.#engine.request(request, { signal, onEvent });
    const numbers = floats(vectors);
    return {
      vectors: tokens.map((_, text) => numbers.slice(text * size, (text + 1) * size)),
      size,
      tokens,
      cut,
    };
  }

  async fillMask(text, options) {
    const { topK = 5, signal } = given(options);
    const request = { type: 'fillMask', model: this.info.model, text, topK };
    const { tokens, fillings, cut } = await this.#engine.request(request, { signal });
    return { tokens, masks: fillings, cut };
  }

  async nextSentence(first, second, options) {
    const { signal } = given(options);
    const request = { type: 'nextSentence', model: this.info.model, first, second };
    const { probability, logits, tokens, cut } = await this.#engine.request(request, { signal });
    return { probability, logits, tokens, cut };
  }

  async inspect(text, options) {
    const { signal, pair, attentions, hiddenStates, logits } = given(options);
    const wanted = given({ pair, attentions, hiddenStates, logits });
    const request = { type: 'inspect', model: this.info.model, text, ...wanted };
    const event = await this.#engine.request(request, { signal });
    return {
      tokens: event.tokens,
      attentions: event.attentions.map(floats),
      hiddenStates: event.hiddenStates.map(floats),
      logits: floats(event.logits),
      pooled: floats(event.pooled),
      cut: event.cut,
    };
  }

  async perplexity(text, options) {
    const { reference, onProgress, signal } = given(options);
    // Another engine's numbers mean other models.
    if (reference && reference.#engine !== this.#engine) {
      throw engineLost(reference.#engine.failure ?? this.#engine.failure);
    }
    const request = { type: 'perplexity', model: this.info.model, text, reference: reference?.info.model };
    const onEvent = ({ done, total, perplexity }) => onProgress?.({ done, total, perplexity });
    const event = await this.#engine.request(request, { signal, onEvent });
    return { tokens: event.tokens, perplexity: event.perplexity, comparison: event.comparison ?? null };
  }

  async tensors() {
    return (await this.#engine.request({ type: 'tensors', model: this.info.model })).tensors;
  }

  async studyTensor(tensor, options) {
    const { scheme, fit = 'range', bars = 100, map = [64, 64], window, signal } = given(options);
    const request = { type: 'studyTensor', model: this.info.model, tensor, scheme, fit, bars, map, window };
    return (await this.#engine.request(request, { signal })).study;
  }

  async damage(options) {
    const { scheme, fit = 'range', onProgress, signal } = given(options);
    const request = { type: 'damage', model: this.info.model, scheme, fit };
    const onEvent = ({ done, total }) => onProgress?.({ done, total });
    return (await this.#engine.request(request, { signal, onEvent })).tensors;
  }

  async export(options) {
    const { format = 'gguf', scheme, fit = 'range', onProgress, signal } = given(options);
    const request = { type: 'export', model: this.info.model, format, scheme, fit };
    const pieces = [];
    const onEvent = ({ bytes, done, total }) => {
      pieces.push(bytes);
      onProgress?.({ done, total });
    };
    const { file } = await this.#engine.request(request, { signal, onEvent });
    return new File(pieces, file, { type: 'application/octet-stream' });
  }

  async dispose() {
    if (!this.#engine.failure) await this.#engine.request({ type: 'dispose', model: this.info.model });
  }
}

/** A text being generated: iterate over it for its tokens, or wait for `result` or `text()`. */
class Generation {
  #engine;
  #id;
  #tokens = [];
  #over = false;
  #change = withResolvers();

  constructor(engine, model, prompt, { signal, ...options }) {
    this.#engine = engine;
    this.result = this.#run({ type: 'generate', model, prompt, options }, signal);
    // Who iterates meets the error there, and need not look at `result` as well.
    this.result.catch(() => {});
  }

  async #run(request, signal) {
    let promptTokens = [];
    const onEvent = (event) => {
      if (event.type === 'prompt') {
        promptTokens = event.tokens;
      } else if (event.type === 'token') {
        const { token, delta, probability, candidates } = event;
        this.#tokens.push({ ...token, delta, probability, candidates });
        this.#changed();
      }
    };
    try {
      const onId = (id) => (this.#id = id);
      const event = await this.#engine.request(request, { signal, onEvent, onId });
      const { reason, text, delta, stats } = event;
      return { reason, text, delta, stats, promptTokens };
    } finally {
      this.#over = true;
      this.#changed();
    }
  }

  /** Wakes whoever iterates. */
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

export const Lectern = {
  async load(source, options) {
    const { quantization, fit, keep, device, store, onProgress, signal } = given(options);
    const { source: from, files, paths } = readSource(source);
    const chosen = engine();
    const how = given({ quantization, fit, keep: keep && given(keep), device, store });
    const request = { type: 'load', source: from, ...how };
    const { info } = await chosen.request(request, {
      files,
      paths,
      signal,
      onEvent: ({ phase, file, loaded, total }) => onProgress?.({ phase, file, loaded, total }),
    });
    return new Model(chosen, info);
  },

  async quantize(source, options) {
    const { scheme, format, fit, onProgress, signal } = given(options);
    // The file is made of numbers alone: which device computes them makes no difference to it.
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
    const onEvent = ({ phase, file, loaded, total }) => onProgress?.({ phase, file, loaded, total });
    const { models } = await engine().request({ type: 'keepModel', source: from }, { signal, onEvent });
    return models[0] ?? null;
  },

  async kept() {
    const { models, space } = await engine().request({ type: 'keptModels' });
    return { models, space };
  },

  async verify({ key }, options) {
    const { onProgress, signal } = given(options);
    const onEvent = ({ loaded, total }) => onProgress?.({ loaded, total });
    return (await engine().request({ type: 'verifyModel', key }, { signal, onEvent })).damaged;
  },

  async forget({ key }) {
    await engine().request({ type: 'forgetModel', key });
  },

  async device(device) {
    return (await engine().request({ type: 'device', device: device ?? 'auto' })).device;
  },

  async memory() {
    const { wasmBytes, weightBytes, launches, limit } = await engine().request({ type: 'memory' });
    return { wasmBytes, weightBytes, launches, limit: limit ?? null };
  },

  close() {
    current?.close();
    current = undefined;
  },
};

export default Lectern;
