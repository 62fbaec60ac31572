// The page, used as a person would: found by role and name, with a clean profile each time.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, generate as generateByApi, load, openBlank, test } from './support/test';
import { cases } from './support/fixtures';
import { fixtures } from './support/setup';

const NEW_TOKENS = 12;
const [TINY] = cases('gpt2');

/** Opens the page and waits for its model. */
async function open(page: Page, query = '') {
  await page.goto(`?demo=generate&${query.replace('?', '')}`);
  await expect(button(page, 'Generate')).toBeEnabled({ timeout: 60_000 });
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const text = (page: Page) => page.getByRole('region', { name: 'Text', exact: true });
const tokens = (page: Page) => text(page).getByRole('button');
const candidates = (page: Page) => page.getByRole('region', { name: 'Candidates' });
const attention = (page: Page) => page.getByRole('region', { name: 'Attention' });
const map = (page: Page) => attention(page).getByRole('img');

/** Generates from the prompt, and waits for the end. */
async function generate(page: Page, prompt: string, newTokens = NEW_TOKENS) {
  await page.getByRole('textbox', { name: 'Prompt' }).fill(prompt);
  await setNewTokens(page, newTokens);
  await button(page, 'Generate').click();
  await finished(page);
}

async function setNewTokens(page: Page, count: number) {
  await page.getByRole('slider', { name: 'Max new tokens' }).fill(String(count));
}

async function finished(page: Page) {
  await expect(text(page)).toContainText(/Stopped|Finished|Context full/);
}

/** Returns the opaque share of a canvas region, and its number of colours. */
async function painted(canvas: Locator, left: number, top: number) {
  return canvas.evaluate(
    (element, [left, top]) => {
      const { width, height } = element as HTMLCanvasElement;
      const context = (element as HTMLCanvasElement).getContext('2d')!;
      const part = [left * width, top * height, 0.2 * width, 0.2 * height].map(Math.round);
      const { data } = context.getImageData(part[0], part[1], part[2], part[3]);
      const pixels = new Uint32Array(data.buffer);
      const opaque = pixels.filter((pixel) => pixel >>> 24 === 255);
      return { share: opaque.length / pixels.length, colours: new Set(opaque).size };
    },
    [left, top] as const,
  );
}

test('it writes on, and shows the text, the bars and the map', async ({ page, device }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page, `?device=${device}`);
  await expect(page.getByText(`Runs on the ${device.toUpperCase()}`)).toBeVisible();
  await generate(page, 'Once upon a time there was a king');

  await expect(text(page)).toContainText(/Once\s*upon\s*a\s*time/);
  const count = await tokens(page).count();
  expect(count).toBeGreaterThan(NEW_TOKENS);
  await tokens(page).nth(count - 2).click();
  const bars = candidates(page).getByRole('listitem');
  await expect(bars.filter({ hasText: 'chosen' }).or(candidates(page).getByText('not among'))).toBeVisible();
  await expect(bars.filter({ hasText: 'everything else' })).toBeVisible();
  const shares = (await bars.allInnerTexts()).map((bar) => parseFloat(bar.match(/([\d.]+)\s*%/)![1]));
  expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(100, -1);

  const past = await painted(map(page), 0.35, 0.72);
  const future = await painted(map(page), 0.75, 0.25);
  expect(past.share).toBeGreaterThan(0.9);
  expect(past.colours).toBeGreaterThan(3);
  expect(future.share).toBeLessThan(0.6);
  expect(errors).toEqual([]);
});

test('each layer and head has its own map', async ({ page, device }) => {
  await open(page, `?device=${device}&seed=1`);
  await generate(page, 'Once upon a time there was a king');
  const picture = () => map(page).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const first = await picture();
  await attention(page).getByLabel('Layer').selectOption({ index: 2 });
  await expect.poll(picture).not.toBe(first);
  const second = await picture();
  // Changed again before the answer: the last choice counts, and no error is shown.
  await attention(page).getByLabel('Head').selectOption({ index: 1 });
  await attention(page).getByLabel('Head').selectOption({ index: 3 });
  await expect.poll(picture).not.toBe(second);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the bars follow their temperature', async ({ page, device }) => {
  await open(page, `?device=${device}&seed=1`);
  await generate(page, 'Once upon a time');
  await tokens(page).last().click();
  const largest = async () => {
    const bars = await candidates(page).getByRole('listitem').allInnerTexts();
    return parseFloat(bars[0]?.match(/([\d.]+)\s*%/)?.[1] ?? '0');
  };
  const slider = candidates(page).getByRole('slider');
  await expect.poll(largest).toBeGreaterThan(0);
  const drawn = await largest();
  await slider.fill('2');
  await expect.poll(largest).toBeLessThan(drawn);
  const flat = await largest();
  await slider.fill('0.3');
  await expect.poll(largest).toBeGreaterThan(flat);
});

test('the keyboard is enough', async ({ page, device }) => {
  await open(page, `?device=${device}`);
  await setNewTokens(page, NEW_TOKENS);
  await page.getByRole('textbox', { name: 'Prompt' }).focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('The fox said');
  await page.keyboard.press('Control+Enter');
  await finished(page);
  await expect(text(page)).toContainText(/The\s*fox\s*said/);
  await tokens(page).last().focus();
  await page.keyboard.press('ArrowLeft');
  const count = await tokens(page).count();
  await expect(tokens(page).nth(count - 2)).toBeFocused();
  await expect(candidates(page).getByRole('listitem').first()).toBeVisible();
});

test('Stop stops at once', async ({ page, device }) => {
  await open(page, `?device=${device}`);
  await setNewTokens(page, 240);
  // So small a model finishes in a fraction of a second: the button is pressed as soon as possible.
  await button(page, 'Stop').evaluate((stop: HTMLButtonElement) => {
    new MutationObserver(() => !stop.disabled && stop.click()).observe(stop, { attributes: true });
  });
  await button(page, 'Generate').click();
  await expect(text(page)).toContainText('Stopped by you');
  expect(await tokens(page).count()).toBeLessThan(200);
  await expect(button(page, 'Generate')).toBeEnabled();
});

test('another way to keep the weights is a choice away', async ({ page, device }) => {
  const prompt = 'The king said';
  // The JavaScript API's text for either format: so few bits change the text, if not its likeliest words.
  const newTokens = 40;
  const written: Record<string, string> = {};
  await openBlank(page);
  for (const quantization of ['f32', 'int4'] as const) {
    expect(await load(page, 'stories-en-gpt2', { device, quantization })).toBeNull();
    written[quantization] = (await generateByApi(page, prompt, { maxNewTokens: newTokens, temperature: 1.5, seed: 3 })).text;
  }
  expect(written.int4).not.toBe(written.f32);

  const bare = (text: string) => text.replaceAll(/[\s↵␣]/g, '');
  const shown = async () => bare((await tokens(page).allTextContents()).join(''));
  await open(page, `?device=${device}&weights=f32&temperature=1.5&seed=3`);
  await generate(page, prompt, newTokens);
  await expect.poll(shown).toBe(bare(prompt + written.f32));
  await page.getByLabel('Weights', { exact: true }).selectOption('int4');
  await expect(page.getByText('weights as int4')).toBeVisible();
  await generate(page, prompt, newTokens);
  await expect.poll(shown).toBe(bare(prompt + written.int4));
});

test('a broken file is explained, and a good one then works', async ({ page, device }, info) => {
  await open(page, `?device=${device}`);
  const broken = info.outputPath('model.safetensors');
  await writeFile(broken, 'this is no model');
  await drop(page, [join(fixtures, TINY, 'config.json'), join(fixtures, TINY, 'tokenizer.json'), broken]);
  await expect(page.getByRole('alert')).toContainText('model.safetensors');
  await button(page, 'Dismiss').click();
  await generate(page, 'Once upon a time');

  await drop(page, ['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => join(fixtures, TINY, file)));
  await expect(page.getByText('layers: 3')).toBeVisible();
  await expect(button(page, 'Generate')).toBeEnabled();
  await generate(page, 'Once');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a lost GPU is said, and the model is loaded again', async ({ page, device }) => {
  test.skip(device !== 'gpu', 'there is no GPU to lose');
  // The engine's worker, with a way to lose its device.
  await page.route('**/engine-worker.js', async (route) => {
    const response = await route.fetch();
    const body = `
      const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...options) {
        const device = await request.apply(this, options);
        new BroadcastChannel('lose').onmessage = () => device.destroy();
        return device;
      };
      ${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await open(page, `?device=${device}`);
  await generate(page, 'Once upon a time');
  await page.evaluate(() => new BroadcastChannel('lose').postMessage(null));
  await button(page, 'Generate').click();
  await expect(page.getByRole('alert')).toContainText('GPU was lost');
  await expect(button(page, 'Generate')).toBeEnabled({ timeout: 60_000 });
  await generate(page, 'The king said');
  await expect(text(page)).toContainText(/The\s*king\s*said/);
});

test('it fits a projector and a phone', async ({ page, device }) => {
  await open(page, `?device=${device}`);
  for (const size of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${size.width} pixels wide`).toBeLessThanOrEqual(0);
    await expect(button(page, 'Generate')).toBeInViewport();
  }
});

/** Drops files from the disk on the middle of the page, as the browser sees a real drop. */
async function drop(page: Page, files: string[]) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  }
  await session.detach();
}
