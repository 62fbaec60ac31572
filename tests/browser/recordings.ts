// What the default models answer to each demo's first requests, into web/recorded (src/app/model/recording.rs). The pages
// themselves ask, and what passes between them and the engine is written down.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/test';

const FOLDER = join(import.meta.dirname, '../../web/recorded');
const DEMOS = ['generate', 'sentences', 'words', 'mask', 'next', 'compare', 'layer', 'squeezed'];
/** Requests that a page makes when a text is to be generated. The seeds' texts are worth reading. */
const STARTED: Record<string, Record<string, object>> = {
  generate: { en: { autostart: 1, seed: 3 }, ru: { autostart: 1, seed: 10 } },
  squeezed: { en: { autostart: 1 }, ru: { autostart: 1 } },
};
/** Answers about the engine, not about the model's texts. */
const LEFT_OUT = ['load', 'device', 'memory', 'keptModels', 'cancel', 'dispose'];
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

for (const lang of ['en', 'ru']) {
  for (const demo of DEMOS) {
    test(`${demo}, ${lang}`, async ({ page }) => {
      await page.route('**/recorded/**', (route) => route.fulfill({ status: 404 }));
      await page.addInitScript(() => {
        const log: { sent: unknown[]; received: unknown[] } = { sent: [], received: [] };
        Object.assign(window, { log });
        window.Worker = class extends Worker {
          constructor(...args: ConstructorParameters<typeof Worker>) {
            super(...args);
            this.addEventListener('message', ({ data }) => log.received.push(data));
          }
          postMessage(message: unknown, ...rest: any[]) {
            log.sent.push(message);
            super.postMessage(message, ...rest);
          }
        };
      });
      const query = new URLSearchParams({ device: 'cpu', lang, demo, ...STARTED[demo]?.[lang] });
      await page.goto(`?${query}`);
      const open = () => page.evaluate(() => {
        const { sent, received } = (window as any).log as { sent: Sent[]; received: Received[] };
        return sent.filter(({ id }) => !received.some((it) => it.id === id && it.final)).length + (sent.length < 2 ? 1 : 0);
      });
      // The pages wait for a rest in typing before they ask.
      await expect(async () => {
        for (let times = 0; times < 8; times++) {
          expect(await open()).toBe(0);
          await page.waitForTimeout(250);
        }
      }).toPass({ timeout: 60_000 });

      const { sent, received }: { sent: Sent[]; received: Received[] } = JSON.parse(
        await page.evaluate((digits) => {
          const rounded = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(digits)));
          const plain = (_: string, value: unknown) => {
            if (typeof value === 'bigint') return Number(value);
            if (typeof value === 'number') return rounded(value);
            if (value instanceof Float32Array || value instanceof Int32Array) return { [value.constructor.name]: [...value] };
            return value;
          };
          const { sent, received } = (window as any).log;
          return `{"sent":${JSON.stringify(sent)},"received":${JSON.stringify(received, plain)}}`;
        }, DIGITS),
      );
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
          answers.set(JSON.stringify(request), { request, events: answer });
        }
        return [{ name: request.source.name, quantization: request.quantization, info, answers: [...answers.values()] }];
      });
      expect(models.some(({ answers }) => answers.length)).toBe(true);
      writeFileSync(join(FOLDER, `${demo}.${lang}.json`), `${JSON.stringify({ models })}\n`);
    });
  }
}
