// What the default models answer to each demo's first requests, into web/recorded (src/app/model/recording.rs). The pages
// themselves ask and train, and what passes between them and their workers is written down.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const FOLDER = join(import.meta.dirname, '../../web/recorded');
const DEMOS = ['generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'layer', 'squeezed', 'teach', 'distil', 'align'];
/** The buttons that begin a demo's trainings. */
const TRAININGS: Record<string, string[]> = {
  teach: ['.teach-task .primary', '.teach-curve header button'],
  readers: ['.readers-learning .primary'],
  distil: ['.distil-students .primary', '.distil-mini .primary:not(:disabled)'],
  align: ['.align-instruct .primary', '.align-rank .primary', '.align-policy .primary'],
};
/** What a training learns from (src/app/model/replay.rs). */
const MATERIAL = ['examples', 'tests', 'texts'];
/** Handles of a training's request other than a model's. */
const HANDLES = ['continuations', 'reward'];
/** Gaps that a recording of two students shows. */
const GAPS = 6;
/** Iterations of an alignment between two whose texts are recorded. */
const SAMPLED = 6;
/** Bytes of a recorded training. */
const LARGEST = 20_000;
/** Requests that a page makes when a text is to be generated. The seeds' texts are worth reading. */
const STARTED: Record<string, Record<string, object>> = {
  generate: { en: { autostart: 1, seed: 3 }, ru: { autostart: 1, seed: 10 } },
  squeezed: { en: { autostart: 1 }, ru: { autostart: 1 } },
};
/** Answers about the engine, not about the model's texts. */
const LEFT_OUT = ['load', 'device', 'memory', 'keptModels', 'cancel', 'dispose'];
/** Milliseconds that a training takes at most, by a trainer that was compiled sooner. */
const LONGEST = 900_000;
/** Significant digits of what is not a whole number. */
const DIGITS = 3;

interface Sent {
  id: number;
  request: { type: string; model?: number; reference?: number; options?: { seed?: number | null } } & Record<string, any>;
}
interface Received {
  id: number;
  final: boolean;
  event: Record<string, any>;
}
interface Log {
  sent: Sent[];
  received: Received[];
}

for (const lang of ['en', 'ru']) {
  for (const demo of DEMOS) {
    test(`${demo}, ${lang}`, async ({ page }) => {
      test.setTimeout(2 * LONGEST);
      await page.route('**/recorded/**', (route) => route.fulfill({ status: 404 }));
      await page.addInitScript(() => {
        const logs = { engine: { sent: [], received: [] } as Log, trainer: { sent: [], received: [] } as Log };
        Object.assign(window, { logs });
        window.Worker = class extends Worker {
          readonly log: Log;
          constructor(...args: ConstructorParameters<typeof Worker>) {
            super(...args);
            this.log = String(args[0]).includes('trainer') ? logs.trainer : logs.engine;
            this.addEventListener('message', ({ data }) => this.log.received.push(data));
          }
          postMessage(message: unknown, ...rest: any[]) {
            this.log.sent.push(message as Sent);
            super.postMessage(message, ...rest);
          }
        };
      });
      const query = new URLSearchParams({ device: 'cpu', lang, demo, ...STARTED[demo]?.[lang] });
      await page.goto(`?${query}`);
      const open = () => page.evaluate(() => {
        const logs = Object.values((window as any).logs as Record<string, Log>);
        const unanswered = ({ sent, received }: Log) => sent.filter(({ id }) => !received.some((it) => it.id === id && it.final));
        return logs.flatMap(unanswered).length + (logs[0].sent.length < 2 ? 1 : 0);
      });
      // The pages wait for a rest in typing before they ask.
      const atRest = () =>
        expect(async () => {
          for (let times = 0; times < 8; times++) {
            expect(await open()).toBe(0);
            await page.waitForTimeout(250);
          }
        }).toPass({ timeout: LONGEST });
      await atRest();
      for (const button of TRAININGS[demo] ?? []) {
        await page.locator(button).first().click({ timeout: 60_000 });
        await atRest();
      }

      const logs: { engine: Log; trainer: Log } = JSON.parse(
        await page.evaluate((digits) => {
          const rounded = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(digits)));
          const plain = (_: string, value: unknown) => {
            if (typeof value === 'bigint') return Number(value);
            if (typeof value === 'number') return rounded(value);
            if (value instanceof Float32Array || value instanceof Int32Array) return { [value.constructor.name]: [...value] };
            return value;
          };
          const written = ({ sent, received }: Log) => `{"sent":${JSON.stringify(sent)},"received":${JSON.stringify(received, plain)}}`;
          const { engine, trainer } = (window as any).logs;
          return `{"engine":${written(engine)},"trainer":${written(trainer)}}`;
        }, DIGITS),
      );
      const { sent, received } = logs.engine;
      const events = (id: number) => received.filter((it) => it.id === id).map(({ event }) => event);
      const models = sent.flatMap(({ id, request }) => {
        if (request.type !== 'load') return [];
        const { info } = events(id).at(-1)!.loaded;
        const answers = new Map<string, object>();
        for (const { id, request: { model, reference, ...request } } of sent) {
          if (model !== info.model || LEFT_OUT.includes(request.type)) continue;
          // The page without a seed in its address asks for any.
          if (demo === 'generate' && request.options) request.options.seed = null;
          const answer = events(id);
          expect(Object.keys(answer.at(-1)!)).not.toContain('error');
          // All logits of a vocabulary would be longer than the rest of the page.
          if (request.type === 'fillMask' && demo === 'distil') continue;
          answers.set(JSON.stringify(request), { request, events: answer });
        }
        return [{ name: request.source.name, quantization: request.quantization, info, answers: [...answers.values()] }];
      });
      const trainings = await trained(page, logs.trainer);
      expect(trainings.length > 0 || models.some(({ answers }) => answers.length)).toBe(true);
      writeFileSync(join(FOLDER, `${demo}.${lang}.json`), `${JSON.stringify({ models, ...(trainings.length ? { trainings } : {}) })}\n`);
    });
  }
}

/** The trainings of a log: their requests and their events, as much of them as the page shows of a finished one. */
async function trained(page: Page, { sent, received }: Log) {
  const loaded = new Map<number, [string, string]>();
  const places = await dots(page);
  const trainings: object[] = [];
  for (const { id, request: { model, ...request } } of sent) {
    // How far the reading of a training's texts has come is nothing to see afterwards.
    const events = received.filter((it) => it.id === id && !it.event.textsDone).map(({ event }) => event);
    const last = events.at(-1)!;
    expect(Object.keys(last)).not.toContain('error');
    if (request.type === 'load') loaded.set(last.loaded.info.model, [request.source.name, request.quantization]);
    if (!['teach', 'learningCurves', 'students', 'distil', 'learnMixture', 'instruct', 'continue', 'reward', 'align'].includes(request.type)) continue;
    for (const name of [...MATERIAL, ...HANDLES]) delete request[name];
    shorten(events, request.options?.lane === 'fineTuning' ? places : [], request.options?.hidden);
    const training = { model: model === undefined ? null : loaded.get(model), answer: { request, events } };
    expect(JSON.stringify(training).length, request.type).toBeLessThan(LARGEST);
    trainings.push(training);
  }
  return trainings;
}

/** The places of the sentences on their map. */
const dots = (page: Page) =>
  page.locator('.class-dot').evaluateAll((all) =>
    all.flatMap((dot) => [...(dot as SVGElement).style.transform.matchAll(/-?[\d.]+(?=px)/g)].map(([number]) => Number(number))),
  );

/** Leaves of events that a later one overtakes what the page shows of the last one only. */
function shorten(events: Record<string, any>[], dots: number[], hidden?: number) {
  const measured = events.map((it) => it.teachStep?.step.measured).filter(Boolean);
  for (const step of measured) Object.assign(step, { vectors: { Float32Array: [] }, size: 0 });
  // The map is drawn by two principal components: of its places these are the places again.
  if (dots.length) Object.assign(measured.at(-1), { vectors: { Float32Array: dots }, size: 2 });

  const probed = events.map((it) => it.distilStep?.step).filter((step) => step?.probe.length);
  for (const step of probed.slice(1, -1)) step.probe = [];

  const answered = events.map((it) => it.instructStep?.step).filter((step) => step?.answers.length);
  for (const step of answered.slice(1, -1)) step.answers = [];
  // The first text is the one that is to be ranked.
  for (const { continued } of events) continued?.written.splice(1);
  for (const { rewarded } of events) rewarded?.rewarded.shares.splice(1);
  const aligned = events.flatMap((it) => (it.alignStep ? [it.alignStep.step] : []));
  for (const step of aligned.filter(({ step }) => step % SAMPLED)) Object.assign(step, { samples: [], byPosition: [] });

  const lesson = events.find((it) => it.lesson)?.lesson;
  if (!lesson) return;
  const order = lesson.shown.map((_: object, index: number) => index);
  order.sort((one: number, other: number) => Number(lesson.shown[other].word === hidden) - Number(lesson.shown[one].word === hidden));
  const kept: number[] = order.slice(0, GAPS);
  lesson.shown = kept.map((index) => lesson.shown[index]);
  const words = lesson.words.length;
  const scored = events.flatMap((it) => (it.studentsStep ? [it.studentsStep.step] : []));
  for (const step of scored) {
    for (const student of step.students) {
      const all: number[] = student.shown;
      const rows = step === scored.at(-1) ? kept.flatMap((index) => all.slice(index * words, (index + 1) * words)) : [];
      student.shown = rows;
    }
  }
}
