// An engine that cannot start, or that crashes: every request ends, and the next load starts another engine.

import type { Page } from '@playwright/test';
import type { LecternError } from '../../web/lectern.js';
import { expect, generate, load, openBlank, test } from './support/test';
import { serve, serveSite } from './support/server';
import { address } from './support/setup';

const MODEL = 'stories-en-gpt2';
const WAIT = { timeout: 60_000 };
/** Timeout after which a request counts as hanging. */
const PATIENCE = { timeout: 20_000 };

/** Replaces the answer for one of the site's files. */
type Answer = { status: number; body?: string; contentType?: string };

const FAILURES: { name: string; file: string; answer: Answer }[] = [
  { name: 'the engine’s program is missing', file: 'worker_bg.wasm', answer: { status: 404 } },
  { name: 'the engine’s module is missing', file: 'worker.js', answer: { status: 404 } },
  { name: 'the worker’s script is missing', file: 'engine-worker.js', answer: { status: 404 } },
  { name: 'the tokenizer’s program is missing', file: 'tokenizer_bg.wasm', answer: { status: 404 } },
  { name: 'the tokenizer’s module is missing', file: 'tokenizer.js', answer: { status: 404 } },
  {
    // As an old browser reports unknown instructions.
    name: 'the browser cannot compile the engine',
    file: 'worker_bg.wasm',
    answer: { status: 200, body: '\0asm\x01\0\0\0\x01\x7f', contentType: 'application/wasm' },
  },
  {
    name: 'the engine’s module traps as it starts',
    file: 'worker.js',
    answer: { status: 200, body: 'export default async () => { throw new WebAssembly.RuntimeError("unreachable"); }', contentType: 'text/javascript' },
  },
];

for (const { name, file, answer } of FAILURES) {
  test(`${name}: a load ends with an error, and works once that is mended`, async ({ blank }) => {
    await blank.route(`**/${file}`, (route) => route.fulfill(answer));
    await expect.poll(async () => (await load(blank, MODEL, { device: 'cpu' }))?.code, PATIENCE).toBe('internal');
    // All other requests fail in the same way.
    expect(await blank.evaluate(() => window.Lectern.memory().then(() => null, (error) => error.code))).toBe('internal');
    await blank.unroute(`**/${file}`);
    expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
    expect((await generate(blank, 'Once', { maxNewTokens: 3 })).tokens).toHaveLength(3);
  });

  test(`${name}: the page says so, and loads again when it is asked to`, async ({ page }) => {
    await page.route(`**/${file}`, (route) => route.fulfill(answer));
    await page.goto('?demo=generate&device=cpu');
    await expect(page.getByRole('alert')).toContainText('Internal error', PATIENCE);
    await page.unroute(`**/${file}`);
    await page.getByRole('button', { name: 'Load again' }).click();
    await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled(WAIT);
  });
}

test('a policy that forbids workers is said at once', async ({ page }) => {
  const policy = '<meta http-equiv="Content-Security-Policy" content="worker-src \'none\'">';
  const body = `<!doctype html>${policy}<script type="module">
    import { Lectern } from './lectern.js';
    window.Lectern = Lectern;
  </script>`;
  await page.route('**/strict.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto('strict.html');
  await page.waitForFunction(() => window.Lectern !== undefined);
  await expect.poll(async () => (await load(page, MODEL))?.code, PATIENCE).toBe('internal');
});

/** Failures inside the engine's worker. */
const STOPS: [string, () => void][] = [
  ['an uncaught error', () => void setTimeout(() => { throw new Error('boom'); })],
  ['an unhandled rejection', () => void Promise.reject(new Error('boom'))],
  [
    'a trap',
    () =>
      void setTimeout(() => {
        // (func (export "f") unreachable)
        const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
        (exports.f as () => void)();
      }),
  ],
];

const engineOf = (page: Page) => page.workers().find((worker) => /engine-worker/.test(worker.url()))!;

for (const [name, stop] of STOPS) {
  test(`${name} ends what was asked, and models loaded before say that they are gone`, async ({ blank }) => {
    expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
    const ended = blank.evaluate(async () => {
      const code = (attempt: Promise<unknown>) => attempt.then(() => 'none', (error: LecternError) => error.code);
      const generation = window.model.generate('Once', { maxNewTokens: 1_000_000 });
      for await (const _ of generation) break;
      const other = window.model.generate('Once', { maxNewTokens: 1_000_000 });
      const never = window.Lectern.load('/never/');
      document.title = 'asked';
      return Promise.all([code(other.result), code(never)]);
    });
    await blank.route('**/never/**', () => {});
    await expect.poll(() => blank.title()).toBe('asked');
    await engineOf(blank).evaluate(stop);
    expect(await ended).toEqual(['internal', 'internal']);
    const gone = await blank.evaluate(async () => {
      const { model, Lectern } = window;
      const start = performance.now();
      const failure = (attempt: Promise<unknown>) =>
        attempt.then(() => null, (error: LecternError) => ({ code: error.code, message: error.message, messageRu: error.messageRu }));
      const lost = [
        await failure(model.generate('Once').result),
        await failure(model.embed('Once')),
        await failure(model.tensors()),
      ];
      await model.dispose();
      const seconds = (performance.now() - start) / 1000;
      const next = await Lectern.load('stories-en-gpt2', { device: 'cpu' });
      const mixed = await failure(next.perplexity('Once upon a time', { reference: model }));
      window.model = next;
      return { lost, mixed, seconds };
    });
    expect(gone.seconds).toBeLessThan(2);
    for (const lost of [...gone.lost, gone.mixed]) {
      expect(lost?.code).toBe('engineLost');
      expect(lost?.message).toMatch(/load the model again/);
      expect(lost?.messageRu).toMatch(/загрузите/);
    }
    expect((await generate(blank, 'Once', { maxNewTokens: 3 })).tokens).toHaveLength(3);
  });

  test(`${name} in the page’s engine loads the model again`, async ({ page }) => {
    await page.goto('?demo=generate&device=cpu');
    const start = page.getByRole('button', { name: 'Generate', exact: true });
    await expect(start).toBeEnabled(WAIT);
    await engineOf(page).evaluate(stop);
    await expect(page.getByRole('alert')).toContainText('loaded again', PATIENCE);
    await expect(start).toBeEnabled(WAIT);
  });
}

test('a trap in the tokenizer ends what was asked, and the next load starts another engine', async ({ blank }) => {
  await blank.route('**/tokenizer.js', async (route) => {
    const response = await route.fetch();
    const trap = 'Tokenizer.prototype.encode = () => { throw new WebAssembly.RuntimeError("unreachable"); };';
    await route.fulfill({ response, body: `${await response.text()}\n${trap}` });
  });
  expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
  const code = await blank.evaluate(() => window.model.generate('Once').result.then(() => null, (error) => error.code));
  expect(code).toBe('internal');
  await blank.unroute('**/tokenizer.js');
  expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
  expect((await generate(blank, 'Once', { maxNewTokens: 3 })).tokens).toHaveLength(3);
});

test('a closed engine’s models say so', async ({ blank }) => {
  expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
  const error = await blank.evaluate(async () => {
    window.Lectern.close();
    return window.model.generate('Once').result.then(() => null, ({ code, message }) => ({ code, message }));
  });
  expect(error?.code).toBe('engineLost');
  expect(error?.message).toContain('closed');
});

test('options that cannot be sent are refused, and the engine goes on', async ({ blank }) => {
  expect(await load(blank, MODEL, { device: 'cpu' })).toBeNull();
  const code = await blank.evaluate(() =>
    window.model.generate('Once', { temperature: (() => 1) as never }).result.then(() => null, (error) => error.code),
  );
  expect(code).toBe('badRequest');
  expect((await generate(blank, 'Once', { maxNewTokens: 3 })).tokens).toHaveLength(3);
});

test('a page that cannot start a worker says so, and no download hangs', async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { Worker: class { constructor() { throw new Error('no workers here'); } } });
  });
  await page.goto('?demo=models');
  const elsewhere = page.getByRole('region', { name: 'Other models' });
  await elsewhere.getByRole('combobox').fill('openai-community/gpt2');
  await page.getByRole('button', { name: 'Download' }).click();
  await expect(page.getByRole('alert')).toContainText('no workers here');
  await expect(elsewhere.getByRole('progressbar')).toHaveCount(0);
});

test.describe('in a frame without an origin', () => {
  const frame = (attributes: string) =>
    `<!doctype html><title>A slide</title><iframe sandbox="allow-scripts" ${attributes} width="1200" height="700"></iframe>`;
  const serveFrame = (attributes: string) =>
    serve((_, response) => response.setHeader('Content-Type', 'text/html').end(frame(attributes)));

  test('the page runs a model of the site', async ({ page }) => {
    await using server = await serveFrame(`src="${address}?demo=generate&device=cpu&seed=1"`);
    await page.goto(server.address);
    const demo = page.frameLocator('iframe');
    await demo.getByRole('slider', { name: 'Max new tokens' }).fill('6');
    await demo.getByRole('button', { name: 'Generate', exact: true }).click(WAIT);
    await expect(demo.locator('.note').first()).toContainText(/Stopped|Finished/, WAIT);
  });

  const slide = (from: string) => `<!doctype html><output></output><script type="module">
    import { Lectern } from '${from}lectern.js';
    const told = document.querySelector('output');
    try {
      const model = await Lectern.load('stories-en-gpt2', { device: 'cpu' });
      const { tokens } = await model.inspect('Once upon a time');
      told.value = self.origin + ' ' + tokens.length;
    } catch (error) {
      told.value = error;
    }
  </script>`;

  for (const [where, from] of [['of the site', './'], ['of another site', address]] as const) {
    test(`a slide ${where} uses lectern.js`, async ({ page }) => {
      // From the server itself: browsers let no page of unknown origin access this machine.
      const pages = new Map([['slide.html', slide(from)], ['frame.html', frame('src="slide.html"')]]);
      await using server = await serveSite('/', pages);
      await page.goto(`${server.address}frame.html`);
      await expect(page.frameLocator('iframe').locator('output')).toHaveText(/^null [1-9]/, WAIT);
    });
  }
});

test('a page of the site is not disturbed by all this', async ({ page }) => {
  await openBlank(page);
  expect(await load(page, MODEL, { device: 'cpu' })).toBeNull();
  expect(page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual(['/engine-worker.js']);
});
