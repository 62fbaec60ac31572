// A demo embedded in a slide: the frame, the element, the example deck, and senders that must be ignored.

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Frame, Page } from '@playwright/test';
import type { LecternDemoElement } from '../../web/lectern.js';
import { expect, test } from './support/test';
import { serve } from './support/server';
import { address } from './support/setup';

declare global {
  interface Window {
    heard: { type: string; [field: string]: unknown }[];
    /** Values that the frame's output for the bits has shown since it was watched. */
    shown: string[];
    /** Resolves with the last message that a test sends. */
    heardAll: Promise<void>;
  }
}

const DECK = join(import.meta.dirname, '../../docs/deck');
const MODULES = join(import.meta.dirname, 'node_modules');
const WAIT = { timeout: 60_000 };
const TYPES: Record<string, string> = { '.html': 'text/html', '.mjs': 'text/javascript', '.css': 'text/css' };

/** The example deck on a server of its own, another origin than the site's. */
const serveDeck = () =>
  serve(async (request, response) => {
    const path = new URL(request.url!, 'http://deck').pathname;
    const file = path.startsWith('/node_modules/')
      ? join(MODULES, path.slice('/node_modules/'.length))
      : join(DECK, path === '/' ? 'index.html' : path);
    const body = await readFile(file).catch(() => null);
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.writeHead(body ? 200 : 404).end(body ?? 'not found');
  });

/** Opens a page of another origin with this in its body. */
const servePage = (body: string) =>
  serve((_, response) => response.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>A slide</title>${body}`));

const frameOf = (page: Page): Frame => page.frames().find((frame) => frame.url().startsWith(address))!;

test('the deck: to the demo, let it write, and on with the arrow keys', async ({ page, device }) => {
  await using server = await serveDeck();
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto(`${server.address}?site=${encodeURIComponent(address)}`);
  await expect(page.locator('html')).toHaveAttribute('data-ready', 'true');
  await page.waitForLoadState('networkidle');
  // Nothing heavy is loaded for hidden slides.
  const heavy = () => fetched.filter((url) => /\.wasm|safetensors/.test(url));
  expect(heavy()).toEqual([]);

  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/#\/generate$/);
  const demo = page.locator('lectern-demo');
  await demo.evaluate((demo: LecternDemoElement, device) => demo.set({ device }), device);
  await page.getByRole('button', { name: 'Write' }).click();
  await expect(page.locator('output')).toHaveText(/\w+/, WAIT);
  expect(heavy()).not.toEqual([]);
  const inside = page.frameLocator('lectern-demo >> iframe');
  await expect(inside.getByRole('textbox', { name: 'Prompt' })).toHaveValue('The king said');
  await expect(inside.getByRole('button', { name: ' said', exact: true })).toBeVisible();

  // A field keeps its keys; the rest of the demo forwards them to the deck.
  const prompt = inside.getByRole('textbox', { name: 'Prompt' });
  await prompt.click();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/#\/generate$/);
  await inside.getByRole('heading', { level: 1 }).click();
  await inside.locator('body').press('ArrowRight');
  await expect(page).toHaveURL(/#\/mask$/);

  // A plain frame, unknown to the deck, forwards them as well.
  const mask = page.frameLocator('iframe[data-demo]');
  await expect(mask.getByRole('heading', { level: 1 })).toHaveText('BERT fills the gap', WAIT);
  await mask.locator('body').press('ArrowLeft');
  await expect(page).toHaveURL(/#\/generate$/);
});

test('a frame fits its box: no bar, no scroll bars, nothing wider than the box', async ({ page, device }) => {
  for (const demo of ['generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'teach', 'distil', 'align', 'number', 'layer', 'squeezed', 'size']) {
    for (const [width, height] of [
      [480, 270],
      [960, 540],
      [1280, 720],
    ]) {
      await page.setViewportSize({ width, height });
      await page.goto(`?demo=${demo}&embed=1&device=${device}`);
      await expect(page.locator('#page main'), demo).toBeVisible();
      await expect(page.getByRole('navigation')).toHaveCount(0);
      const bars = await page.evaluate(() => [innerWidth - document.documentElement.clientWidth, innerHeight - document.documentElement.clientHeight]);
      expect(bars, demo).toEqual([0, 0]);
      const wide = await page.locator('#page .panel').evaluateAll((all) => all.map((panel) => panel.getBoundingClientRect().right));
      expect(Math.max(...wide), `${demo} at ${width}`).toBeLessThanOrEqual(width);
    }
  }
});

test('the poster waits for a click where the frame cannot be seen', async ({ page }) => {
  await using server = await servePage(
    `<div style="height: 300vh"></div><iframe title="Lectern" src="${address}?demo=number&embed=1" width="640" height="360"></iframe>`,
  );
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto(server.address);
  const inside = page.frameLocator('iframe');
  const poster = inside.getByRole('button', { name: 'Weights become integers' });
  await expect(poster).toHaveCount(1);
  await page.waitForLoadState('networkidle');
  const programs = () => fetched.filter((url) => url.endsWith('.wasm'));
  expect(programs()).toEqual([]);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await expect(inside.getByRole('slider', { name: 'Bits' })).toBeVisible();
  expect(programs()).not.toEqual([]);
  await expect(poster).toBeHidden();
});

test('autostart does not wait to be seen', async ({ page, device }) => {
  await using server = await servePage(
    `<script type="module" src="${address}lectern.js"></script>
    <lectern-demo demo="generate" autostart="1" seed="3" max-new-tokens="5" device="${device}"></lectern-demo>
    <script>window.heard = []; addEventListener('lectern-result', ({ detail }) => heard.push(detail.result))</script>`,
  );
  await page.goto(server.address);
  await expect.poll(() => page.evaluate(() => window.heard.length), WAIT).toBe(1);
  const [result] = await page.evaluate(() => window.heard);
  expect(result).toMatchObject({ tokens: 5, seed: 3 });
});

test('the element tells its state, and takes parameters', async ({ page }) => {
  await using server = await servePage(
    `<script type="module" src="${address}lectern.js"></script><lectern-demo demo="number" bits="3" lang="ru"></lectern-demo>
    <script>window.heard = []; addEventListener('lectern-state', ({ detail }) => heard.push(detail.parameters))</script>`,
  );
  await page.goto(server.address);
  const inside = page.frameLocator('lectern-demo >> iframe');
  await expect(inside.getByRole('heading', { level: 1 })).toHaveText('Веса становятся целыми');
  await expect(inside.locator('output[for="bits"]')).toHaveText('3');
  await inside.getByRole('slider', { name: 'бит' }).or(inside.locator('#bits')).first().fill('5');
  await expect.poll(() => page.evaluate(() => window.heard.at(-1))).toMatchObject({ demo: 'number', bits: '5' });
  await page.locator('lectern-demo').evaluate((demo: LecternDemoElement) => demo.set({ bits: 2, grouped: true }));
  await expect(inside.locator('output[for="bits"]')).toHaveText('2');
  await page.locator('lectern-demo').evaluate((demo: LecternDemoElement) => demo.set({ bits: null, demo: 'size' }));
  await expect(inside.getByRole('heading', { level: 1 })).toHaveText('Сколько нужно памяти?');
});

test('a run that is asked for while another model is loading waits for that one', async ({ page, device }) => {
  await using server = await servePage(
    `<script type="module" src="${address}lectern.js"></script>
    <lectern-demo demo="generate" prompt="The king said" device="${device}" seed="7" max-new-tokens="5" weights="f32"></lectern-demo>
    <script>window.heard = []; addEventListener('lectern-result', ({ detail }) => heard.push(detail.result))</script>`,
  );
  await page.goto(server.address);
  const inside = page.frameLocator('lectern-demo >> iframe');
  const generate = inside.getByRole('button', { name: 'Generate' });
  await expect(generate).toBeEnabled(WAIT);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route('**/stories-en-gpt2/model.safetensors*', (route) => arrived.then(() => route.continue()));
  const asked = page.waitForRequest('**/stories-en-gpt2/model.safetensors*');
  await page.locator('lectern-demo').evaluate((demo: LecternDemoElement) => {
    demo.set({ weights: 'int4' });
    demo.run();
  });
  await asked;
  // The first model could write now, and its text would be gone as soon as the second one is there.
  await page.waitForTimeout(1_000);
  expect(await page.evaluate(() => window.heard)).toEqual([]);
  arrive();
  await expect.poll(() => page.evaluate(() => window.heard.length), WAIT).toBe(1);
  await expect(generate).toBeEnabled();
  await expect(inside.getByRole('button', { name: ' said', exact: true })).toBeVisible();
});

const HOSTILE: unknown[] = [
  null,
  'run',
  42,
  [],
  { type: 'set', parameters: { bits: 2 } },
  { lectern: 2, type: 'set', parameters: { bits: 2 } },
  { lectern: '1', type: 'set', parameters: { bits: 2 } },
  { lectern: 1, type: 'set', parameters: { bits: 2 }, more: true },
  { lectern: 1, type: 'set', parameters: { bits: { toString: 2 } } },
  { lectern: 1, type: 'set', parameters: [['bits', 2]] },
  { lectern: 1, type: 'set' },
  { lectern: 1, type: 'eval', code: 'document.body.remove()' },
  { lectern: 1, type: 'set', parameters: { bits: 2, prompt: 'x'.repeat(200_000) } },
  '{"lectern":1,"type":"set","parameters":{"bits":2}',
];

test('a hostile message changes nothing', async ({ page }) => {
  await using server = await servePage(
    `<iframe title="Lectern" src="${address}?demo=number&bits=6&embed=1" width="900" height="500"></iframe>
    <script>window.heard = []; addEventListener('message', ({ data }) => heard.push(data))</script>`,
  );
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(server.address);
  const bits = page.frameLocator('iframe').locator('output[for="bits"]');
  await expect(bits).toHaveText('6');
  await frameOf(page).evaluate(() => {
    window.shown = [];
    const output = document.querySelector('output[for="bits"]')!;
    const note = () => window.shown.push(output.textContent!);
    new MutationObserver(note).observe(output, { characterData: true, childList: true, subtree: true });
    window.heardAll = new Promise((done) => addEventListener('message', ({ data }) => data === 'the end' && done()));
  });
  await page.evaluate((all) => all.forEach((data) => frames[0].postMessage(data, '*')), HOSTILE);
  await page.evaluate(() => {
    const round: Record<string, unknown> = { lectern: 1, type: 'set', parameters: { bits: 2 } };
    round.self = round;
    frames[0].postMessage(round, '*');
    frames[0].postMessage(new Map([['lectern', 1]]), '*');
  });
  // Messages of other windows than the parent are ignored.
  await frameOf(page).evaluate(() => postMessage({ lectern: 1, type: 'set', parameters: { bits: 2 } }, '*'));
  // Messages arrive in order: once the last one is here, those before it were handled, and their changes are rendered.
  await page.evaluate(() => frames[0].postMessage('the end', '*'));
  await frameOf(page).evaluate(async () => {
    await window.heardAll;
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
  await expect(bits).toHaveText('6');
  expect(errors).toEqual([]);
  // No host said hello, so only "ready" was sent.
  expect((await page.evaluate(() => window.heard)).map(({ type }) => type)).toEqual(['ready']);
  // The same channel accepts valid messages.
  await page.evaluate(() => frames[0].postMessage({ lectern: 1, type: 'set', parameters: { bits: 4 } }, '*'));
  await expect(bits).toHaveText('4');
  const shown = await frameOf(page).evaluate(() => window.shown);
  expect(shown).toContain('4');
  expect(shown).not.toContain('2');
});

test('the button for slides gives what works when it is pasted', async ({ page }) => {
  await page.goto('?demo=number&bits=3&theme=dark');
  await page.getByRole('button', { name: 'For your slides' }).click();
  const dialog = page.getByRole('dialog', { name: 'For your slides' });
  const snippet = dialog.getByRole('textbox', { name: 'What to paste' });
  const pasted: Record<string, string> = {};
  for (const name of await dialog.getByRole('combobox').locator('option').allTextContents()) {
    await dialog.getByRole('combobox').selectOption(name);
    pasted[name] = await snippet.inputValue();
    expect(pasted[name], name).toMatch(/number/);
  }
  expect(Object.keys(pasted).length).toBe(6);
  expect(pasted['Slidev']).toContain('layout: iframe');
  expect(pasted['Quarto']).toContain('background-iframe=');
  for (const name of ['HTML', 'HTML, with messages', 'reveal.js']) {
    await using server = await servePage(pasted[name]);
    const other = await page.context().newPage();
    await other.goto(server.address);
    const inside = other.frameLocator(name.includes('messages') ? 'lectern-demo >> iframe' : 'iframe');
    await expect(inside.locator('output[for="bits"]'), name).toHaveText('3');
    await expect(inside.locator('html')).toHaveAttribute('data-theme', 'dark');
    await other.close();
  }
});
