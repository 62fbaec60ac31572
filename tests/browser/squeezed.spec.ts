// The model in fewer bits, side by side, used as a person would.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 120_000 };
const copy = (page: Page, place: number) => page.locator('.copy').nth(place);
const writeButton = (page: Page) => page.getByRole('button', { name: 'Generate with all three' });

/** Returns the figures of a line of the table, as text. */
async function line(page: Page, name: string) {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  return row.getByRole('cell').allInnerTexts();
}

const numbers = (texts: string[]) => texts.map((text) => Number(text.match(/[\d.]+/)?.[0] ?? NaN));

async function open(page: Page, device: string, parameters = '') {
  await page.goto(`?demo=squeezed&device=${device}${parameters}`);
  await expect(writeButton(page)).toBeEnabled(WAIT);
}

async function write(page: Page) {
  await writeButton(page).click();
  for (const place of [0, 1, 2]) await expect(copy(page, place).locator('.bar')).toHaveCount(6, WAIT);
}

test('three copies write on with the same seed, and are compared token by token', async ({ page, device }) => {
  await open(page, device);
  const [full, eight, four] = numbers(await line(page, 'Weights'));
  expect(full / eight).toBeGreaterThan(3);
  expect(eight).toBeGreaterThan(four);
  await page.getByRole('slider', { name: 'Max new tokens' }).fill('12');
  await write(page);
  const texts = await page.locator('.copy-text').allInnerTexts();
  for (const text of texts) expect(text).toMatch(/^Once upon a time/);
  for (const speed of numbers(await line(page, 'Speed'))) expect(speed).toBeGreaterThan(0);
  // At the first new token all copies have the same context.
  const divergence = async (place: number) =>
    Number((await copy(page, place).locator('.copy-divergence').innerText()).match(/[\d.]+/)![0]);
  await expect(copy(page, 0).locator('.copy-divergence')).toHaveText('The other two are compared with this one.');
  expect(await divergence(2)).toBeGreaterThan(await divergence(1));
  expect(await divergence(2)).toBeLessThan(0.1);
  // Another token has another distribution.
  const before = await copy(page, 0).locator('.bars').innerText();
  await page.getByRole('slider', { name: 'Token to compare' }).fill('2');
  await expect.poll(() => copy(page, 0).locator('.bars').innerText()).not.toBe(before);
});

test('the same weights write the same text, and a switch makes a copy write anew', async ({ page, device }) => {
  await open(page, device, '&prompt=The king had');
  await page.getByRole('slider', { name: 'Max new tokens' }).fill('6');
  await copy(page, 1).getByRole('combobox', { name: 'Weights' }).selectOption('f32');
  await expect.poll(async () => numbers(await line(page, 'Bits per weight'))[1], WAIT).toBe(32);
  await expect(writeButton(page)).toBeEnabled(WAIT);
  await write(page);
  await expect(copy(page, 1).locator('.note')).toHaveText('The same text, token for token.');
  await expect(copy(page, 1).locator('.copy-divergence')).toHaveText(/ 0\.000/);
  await copy(page, 2).getByRole('combobox', { name: 'Weights' }).selectOption('int4-g32');
  await expect(copy(page, 2).getByRole('heading').first()).toHaveText('int4-g32');
  await expect(copy(page, 2).locator('.bar')).toHaveCount(6, WAIT);
  const bits = async () => numbers(await line(page, 'Bits per weight'))[2];
  await expect.poll(bits, WAIT).toBeLessThan(7);
  const plain = await bits();
  await page.getByRole('checkbox', { name: 'layer 1' }).check();
  await expect.poll(bits, WAIT).toBeGreaterThan(plain);
  await expect(copy(page, 2).locator('.bar')).toHaveCount(6, WAIT);
  await expect(copy(page, 2).locator('.copy-text')).toContainText('The king had');
});

test('perplexity is measured on a text of one’s own, beside the first copy', { tag: '@any-device' }, async ({ page, device }) => {
  await open(page, device);
  const scoring = page.getByRole('region', { name: 'Perplexity on a text' });
  await scoring.getByRole('combobox', { name: 'Text' }).selectOption('my own text');
  await expect(scoring.getByRole('button', { name: 'Measure' })).toBeDisabled();
  const text = 'Tom had a red ball. He played with it in the park every day with his friend Lily. '.repeat(6);
  await scoring.getByRole('textbox', { name: 'A text of your own' }).fill(text);
  await scoring.getByRole('button', { name: 'Measure' }).click();
  await expect.poll(async () => numbers(await line(page, 'Top-1 agreement'))[2], WAIT).toBeGreaterThan(50);
  const [full, eight, four] = numbers(await line(page, 'Perplexity'));
  expect(full).toBeGreaterThan(1);
  expect(Math.abs(eight / full - 1)).toBeLessThan(0.01);
  expect(Math.abs(four / full - 1)).toBeLessThan(0.05);
  const divergences = numbers(await line(page, 'Mean KL divergence'));
  expect(divergences[2]).toBeGreaterThan(divergences[1]);
  expect((await line(page, 'Perplexity'))[1]).toMatch(/\([+−]\d+\.\d+\s%\)/);
});

test('measuring all stories is stopped, and what was read counts', { tag: '@any-device' }, async ({ page, device }) => {
  await open(page, device);
  const scoring = page.getByRole('region', { name: 'Perplexity on a text' });
  await scoring.getByRole('combobox', { name: 'Text' }).selectOption('all unseen stories (minutes)');
  await scoring.getByRole('button', { name: 'Measure' }).click();
  const progress = scoring.locator('output').first();
  await expect(progress).toHaveText(/^\d+ of 7\d{4} tokens/, WAIT);
  await scoring.getByRole('button', { name: 'Stop' }).click();
  await expect(scoring.getByRole('button', { name: 'Measure' })).toBeEnabled(WAIT);
  const [full, eight] = await line(page, 'Perplexity');
  expect(Number(full)).toBeGreaterThan(1);
  expect(eight).toBe('–');
});

test('a copy is downloaded as GGUF, and opens again', { tag: '@any-device' }, async ({ page, device }) => {
  await open(page, device);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    copy(page, 2).getByRole('button', { name: 'GGUF, q4_1' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^stories-en-gpt2-.*\.gguf$/);
  const path = test.info().outputPath(download.suggestedFilename());
  await download.saveAs(path);
  await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('Files from this computer…');
  await page.getByLabel('Model files').setInputFiles(path);
  // Its own tokenizer, its own four bits.
  await expect.poll(async () => numbers(await line(page, 'Bits per weight'))[0], WAIT).toBeLessThan(8);
  await expect(writeButton(page)).toBeEnabled(WAIT);
  await page.getByRole('slider', { name: 'Max new tokens' }).fill('4');
  await write(page);
  await expect(copy(page, 0).locator('.copy-text')).toContainText('Once upon a time');
});
