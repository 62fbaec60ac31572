// Measures the engine in Chromium: `cargo xtask bench`. Prints a table, and writes JSON to --out.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { executablePath, WITH_WEBGPU } from './support/chromium.mjs';

const PROMPT_TOKENS = 128;
const NEW_TOKENS = 32;
/** The first run after loading is slower: the browser still compiles. */
const RUNS = 2;
/** A software adapter takes minutes for a model of this size. */
const TIMEOUT = 60 * 60_000;
const MEGABYTE = 1e6;

/** GPT-2 small's shape; its 124 million weights are made in the engine. */
const GPT2_SMALL = {
  model_type: 'gpt2',
  activation_function: 'gelu_new',
  n_layer: 12,
  n_head: 12,
  n_embd: 768,
  n_positions: 1024,
  vocab_size: 50257,
  layer_norm_epsilon: 1e-5,
  eos_token_id: 50256,
};

/** all-MiniLM-L6-v2's shape, a sentence encoder of 23 million weights. */
const MINILM = {
  model_type: 'bert',
  hidden_act: 'gelu',
  num_hidden_layers: 6,
  num_attention_heads: 12,
  hidden_size: 384,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  vocab_size: 30522,
};
/** Token counts of the sentences embedded together, special ones included: 5 to 60, as in a text. */
const MIXED = Array.from({ length: 32 }, (_, i) => 5 + ((i * 23) % 56));
const SHORT = 16;
const EMBED_RUNS = 5;

/** The built-in model that distillation in miniature learns from. */
const TEACHER = 'stories-en-bert';
/** Steps of a training that is measured; the engine measures accuracies in a tenth of them, which are left out. */
const TRAINING_STEPS = 40;
/** The built-in model that reads from both ends, and how often it does. */
const READERS = 'stories-en-elmo';
const READINGS = 30;
/** Hidden tokens among all that the student of a masked model is asked for. */
const MASKED = 0.15;

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    device: { type: 'string', default: 'cpu,gpu' },
    dtype: { type: 'string', default: 'f32,int8,int4' },
    parts: { type: 'string', default: 'texts,sentences,trainings,readers' },
    out: { type: 'string' },
  },
});

const parts = options.parts.split(',').filter((part) => part === 'texts' || !options.model);
const devices = (part) => (parts.includes(part) ? options.device.split(',') : []);
const rows = [];
for (const device of devices('texts')) {
  for (const quantization of options.dtype.split(',')) {
    const row = await measure(device, quantization);
    rows.push(row);
    console.error(`${device} ${quantization}: ${row.error ?? `${row.tokensPerSecond.toFixed(1)} tokens/s`}`);
  }
}
const embeddings = [];
for (const device of devices('sentences')) {
  for (const quantization of options.dtype.split(',')) {
    const row = await measureEmbeddings(device, quantization);
    embeddings.push(row);
    console.error(`${device} ${quantization}: ${row.error ?? `${row.sentencesPerSecond.toFixed(1)} sentences/s`}`);
  }
}
const trainings = parts.includes('trainings') ? await measureTrainings() : [];
const readers = parts.includes('readers') ? await measureReaders() : undefined;
const report = { machine: await machine(), promptTokens: PROMPT_TOKENS, newTokens: NEW_TOKENS, rows, embeddings, trainings, readers };
console.log(table(report));
if (embeddings.length > 0) console.log(`\n${embeddingsTable(embeddings)}`);
if (trainings.length > 0) console.log(`\n${trainingsTable(trainings)}`);
if (readers) console.log(`\n${readersTable(readers)}`);
if (options.out) writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`);

/** Starts a fresh browser with an empty page of the site. */
async function start() {
  // A separately started browser reports its process id; one that Playwright launches does not.
  const server = await chromium.launchServer({ executablePath, args: WITH_WEBGPU });
  const browser = await chromium.connect(server.wsEndpoint());
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  const blank = '<!doctype html><title>Benchmark</title><input type="file" multiple>';
  await page.route('**/blank.html', (route) => route.fulfill({ contentType: 'text/html', body: blank }));
  await page.goto(`${process.env.LECTERN_ADDRESS}blank.html`);
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { page, pid: server.process().pid, version: browser.version(), close };
}

async function measure(device, quantization) {
  // The memory of a browser with an empty page is not the engine's.
  const empty = await start();
  const baseline = peakBytes(empty.pid);
  await empty.close();

  const { page, pid, close } = await start();
  try {
    if (options.model) {
      const files = readdirSync(options.model).map((file) => join(options.model, file));
      await page.locator('input').setInputFiles(files);
    }
    const source = options.model ? null : { type: 'random', config: GPT2_SMALL, seed: 1 };
    const found = await page.evaluate(inThePage, {
      source,
      device,
      quantization,
      promptTokens: PROMPT_TOKENS,
      newTokens: NEW_TOKENS,
      runs: RUNS,
    });
    const peak = peakBytes(pid);
    return { device, quantization, ...found, browserBytes: peak === null ? null : peak - baseline };
  } catch (error) {
    return { device, quantization, error: error.message.split('\n')[0] };
  } finally {
    await close();
  }
}

/** Embeds sentences with a model of random weights. */
async function measureEmbeddings(device, quantization) {
  const { page, close } = await start();
  try {
    const source = { type: 'random', config: MINILM, seed: 1 };
    const argument = { source, device, quantization, mixed: MIXED, short: SHORT, runs: EMBED_RUNS };
    return { device, quantization, ...(await page.evaluate(embedInThePage, argument)) };
  } catch (error) {
    return { device, quantization, error: error.message.split('\n')[0] };
  } finally {
    await close();
  }
}

/** The trainings of the pages Teach and Distil, on the CPU as they are there. */
async function measureTrainings() {
  const layer = ({ hidden_size: width, intermediate_size: inner }) => 4 * width ** 2 + 2 * width * inner;
  const tokens = 256;
  const train = async (argument) => {
    const { page, close } = await start();
    const seconds = await page.evaluate(trainInThePage, { steps: TRAINING_STEPS, tokens, ...argument });
    await close();
    return { tokens, seconds };
  };
  const rows = [];
  for (const layers of [2, 6]) {
    const found = await train({ source: { type: 'random', config: MINILM, seed: 1 }, layers });
    // Forward two operations a weight and token, backward four; layers that do not learn were computed before.
    rows.push({ name: `fine-tuning, MiniLM's shape, ${layers} layers`, ...found, operations: 6 * tokens * layers * layer(MINILM) });
  }
  const config = await (await fetch(`${process.env.LECTERN_ADDRESS}models/${TEACHER}/config.json`)).json();
  const weights = config.num_hidden_layers * layer(config);
  const head = MASKED * config.hidden_size * config.vocab_size;
  const found = await train({ source: TEACHER });
  rows.push({ name: `distillation, ${TEACHER} to half its layers`, ...found, operations: tokens * (2 * (weights + head) + 6 * (weights / 2 + head)) });
  return rows;
}

/** Runs in the page: the median of a training's steps that measure nothing. */
async function trainInThePage({ source, steps, layers, tokens }) {
  const { Lectern } = await import(new URL('lectern.js', location.href).href);
  const model = await Lectern.train(source);
  // Sentences of 16 tokens in two classes, each letter a token of the random model.
  const teach = () => {
    const length = 16;
    const examples = Array.from({ length: 96 }, (_, index) => ({ text: 'ab'[index % 2].repeat(length - 2), label: 'xy'[index % 2] }));
    return model.teach(examples, { lane: 'fineTuning', layers, steps, batch: tokens / length });
  };
  const distil = async () => {
    const stories = await (await fetch('texts/stories-en-valid.txt')).text();
    const texts = stories.split('\n').filter((line) => line.length > 40).slice(0, 200);
    return model.distil(texts, { steps, tokens });
  };
  const training = layers ? teach() : await distil();
  const seconds = [];
  let last = performance.now();
  for await (const step of training) {
    const now = performance.now();
    if (step.step > 0 && !step.measured && typeof step.accuracy !== 'number') seconds.push((now - last) / 1000);
    last = now;
  }
  seconds.sort((one, other) => one - other);
  return seconds[Math.floor(seconds.length / 2)];
}

/** ELMo's readers on the CPU: a sentence from both ends, and the tasks of the page Two readers. */
async function measureReaders() {
  const { page, close } = await start();
  const found = await page.evaluate(readInThePage, { source: READERS, runs: READINGS });
  await close();
  return found;
}

/** Runs in the page: the least milliseconds of a reading of 20 words, with and without the words that are expected. */
async function readInThePage({ source, runs }) {
  const { Lectern } = await import(new URL('lectern.js', location.href).href);
  const model = await Lectern.load(source, { device: 'cpu' });
  const text = 'Once upon a time there was a little girl who went to the river with her dog and saw fish';
  const least = async (count) => {
    let milliseconds = Infinity;
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await model.read(text, { count });
      milliseconds = Math.min(milliseconds, performance.now() - started);
    }
    return milliseconds;
  };
  const found = { source, words: text.split(' ').length, vectors: await least(0), expected: await least(3) };
  // A sentence a line, a class at every word.
  const lines = (await (await fetch('lessons/parts-en.txt')).text()).trim().split('\n');
  const texts = [];
  const sets = { words: [], tests: [] };
  let set = sets.words;
  for (const line of lines) {
    if (line.startsWith('#')) {
      set = sets.tests;
      continue;
    }
    let text = '';
    for (const pair of line.split(' ')) {
      const [word, label] = pair.split('/');
      text += text ? ' ' : '';
      set.push({ text: texts.length, start: text.length, end: text.length + word.length, label });
      text += word;
    }
    texts.push(text);
  }
  const trainable = await Lectern.train(source);
  const learnt = await trainable.mix(texts, sets.words, { tests: sets.tests }).result;
  return { ...found, learnt };
}

/** Runs in the page; each letter is a token of the random model. */
async function embedInThePage({ source, device, quantization, mixed, short, runs }) {
  const { Lectern } = await import(new URL('lectern.js', location.href).href);
  const model = await Lectern.load(source, { device, quantization });
  const sentence = (tokens) => 'a'.repeat(tokens - 2);
  const best = async (texts) => {
    let seconds = Infinity;
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await model.embed(texts, { normalize: true });
      seconds = Math.min(seconds, (performance.now() - started) / 1000);
    }
    return seconds;
  };
  const together = await best(mixed.map(sentence));
  const before = (await Lectern.memory()).launches;
  const latency = await best([sentence(short)]);
  const launches = ((await Lectern.memory()).launches - before) / runs;
  const tokens = mixed.reduce((sum, length) => sum + length);
  return {
    sentencesPerSecond: mixed.length / together,
    tokensPerSecond: tokens / together,
    latencySeconds: latency,
    launches,
    weightBytes: model.info.weightBytes,
  };
}

/** Runs in the page; all its inputs are in its argument. */
async function inThePage({ source, device, quantization, promptTokens, newTokens, runs }) {
  const { Lectern } = await import(new URL('lectern.js', location.href).href);
  const started = performance.now();
  const model = await Lectern.load(source ?? document.querySelector('input').files, { device, quantization });
  const loadSeconds = (performance.now() - started) / 1000;
  const afterLoad = await Lectern.memory();
  const { info } = model;
  // A random model has a token for each letter; a real one has a token for this word.
  const prompt = source ? 'a'.repeat(promptTokens) : Array(promptTokens).fill('the').join(' ');
  let stats;
  for (let run = 0; run < runs; run++) {
    const generation = model.generate(prompt, { maxNewTokens: newTokens, temperature: 0 });
    const result = await generation.result;
    if (!stats || result.stats.tokensPerSecond > stats.tokensPerSecond) stats = result.stats;
  }
  const memory = await Lectern.memory();
  const cacheBytes = info.cacheBytesPerToken * (stats.promptTokens + stats.newTokens);
  const kept = memory.weightBytes + cacheBytes;
  return {
    deviceName: info.device.name,
    parameters: info.parameters,
    loadSeconds,
    promptTokens: stats.promptTokens,
    newTokens: stats.newTokens,
    timeToFirstToken: stats.timeToFirstToken,
    prefillTokensPerSecond: stats.promptTokens / stats.timeToFirstToken,
    tokensPerSecond: stats.tokensPerSecond,
    launchesPerToken: stats.launchesPerToken,
    microsecondsPerLaunch: stats.microsecondsPerLaunch,
    weightBytes: memory.weightBytes,
    cacheBytes,
    wasmBytesAfterLoad: afterLoad.wasmBytes,
    wasmBytes: memory.wasmBytes,
    memoryRatio: memory.wasmBytes / kept,
  };
}

/** The sum of the peaks of a process and all its descendants; shared pages count more than once. */
function peakBytes(root) {
  if (process.platform !== 'linux') return null;
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map();
  for (const pid of processes) {
    const parent = /^PPid:\s*(\d+)/m.exec(status(pid))?.[1];
    if (parent) parents.set(pid, parent);
  }
  const isBelow = (pid) => pid !== undefined && (pid === String(root) || isBelow(parents.get(pid)));
  return processes
    .filter(isBelow)
    .map((pid) => 1024 * Number(/^VmHWM:\s*(\d+)/m.exec(status(pid))?.[1] ?? 0))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A process's status; empty where it has ended meanwhile. */
function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

async function machine() {
  const { page, version, close } = await start();
  const adapter = await page.evaluate(async () => {
    const info = (await navigator.gpu?.requestAdapter())?.info;
    return info ? [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') : 'none';
  });
  await close();
  return {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()}`,
    browser: `Chromium ${version}`,
    adapter,
  };
}

function table({ machine, rows }) {
  const megabytes = (bytes) => (bytes === null ? '–' : (bytes / MEGABYTE).toFixed(0));
  const heads = ['device', 'weights', 'load s', 'first token s', 'tokens/s', 'launches/token', 'µs/launch'];
  heads.push('weights MB', 'cache MB', 'engine MB', 'engine / kept', 'browser MB');
  const lines = rows.map((row) =>
    row.error
      ? [row.device, row.quantization, row.error, ...Array(heads.length - 3).fill('')]
      : [
          row.device,
          row.quantization,
          row.loadSeconds.toFixed(1),
          row.timeToFirstToken.toFixed(2),
          row.tokensPerSecond.toFixed(1),
          row.launchesPerToken > 0 ? row.launchesPerToken.toFixed(0) : '–',
          row.launchesPerToken > 0 ? row.microsecondsPerLaunch.toFixed(0) : '–',
          megabytes(row.weightBytes),
          megabytes(row.cacheBytes),
          megabytes(row.wasmBytes),
          row.memoryRatio.toFixed(2),
          megabytes(row.browserBytes),
        ],
  );
  const memory = (machine.memoryBytes / 2 ** 30).toFixed(0);
  return [
    `${machine.cpu}, ${machine.cores} cores, ${memory} GiB; ${machine.system}; ${machine.browser}; adapter: ${machine.adapter}`,
    '',
    ...[heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function embeddingsTable(rows) {
  const heads = ['device', 'weights', 'sentences/s', 'tokens/s', 'one sentence ms', 'launches', 'weights MB'];
  const lines = rows.map((row) =>
    row.error
      ? [row.device, row.quantization, row.error, ...Array(heads.length - 3).fill('')]
      : [
          row.device,
          row.quantization,
          row.sentencesPerSecond.toFixed(1),
          row.tokensPerSecond.toFixed(0),
          (1000 * row.latencySeconds).toFixed(1),
          row.launches > 0 ? row.launches.toFixed(0) : '–',
          (row.weightBytes / MEGABYTE).toFixed(0),
        ],
  );
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function readersTable({ source, words, vectors, expected, learnt }) {
  const heads = [source, ''];
  const lines = [
    [`${words} words read`, `${vectors.toFixed(1)} ms`],
    ['the same, with the words expected after each', `${expected.toFixed(1)} ms`],
    ['220 sentences read for a task', `${learnt.readingSeconds.toFixed(2)} s`],
    ['mixture and four probes learnt', `${learnt.seconds.toFixed(2)} s`],
    ['parts of speech told, by the mixture', `${(100 * learnt.mixture.accuracy).toFixed(1)} %`],
    ['by each layer alone', learnt.alone.map((share) => `${(100 * share).toFixed(1)} %`).join(', ')],
  ];
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function trainingsTable(rows) {
  const heads = ['training', 'tokens a step', 's a step', 'GFLOP a step', 'GFLOP/s'];
  const lines = rows.map(({ name, tokens, seconds, operations }) => [
    name,
    tokens,
    seconds.toFixed(3),
    (operations / 1e9).toFixed(1),
    (operations / 1e9 / seconds).toFixed(1),
  ]);
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
