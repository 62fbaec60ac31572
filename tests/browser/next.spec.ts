// The page of next sentence prediction, used as a person would.

import type { Page } from '@playwright/test';
import { tinyBert } from './support/models';
import { expect, test } from './support/test';

const first = (page: Page) => page.getByRole('textbox', { name: /^A, the first/ });
const second = (page: Page) => page.getByRole('textbox', { name: /^B, the sentence/ });
const tokens = (page: Page) => page.getByRole('region', { name: 'The model’s input' }).getByRole('listitem');

/** Returns the two shares of the verdict, in percent. */
async function shares(page: Page) {
  const text = await page.getByRole('region', { name: 'Does B follow A?' }).locator('strong').allInnerTexts();
  return text.map((share) => Number.parseFloat(share.replace('–', 'NaN')));
}

async function open(page: Page, device: string) {
  await page.goto(`?demo=next&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await first(page).fill('the king sees a golden bird');
  await second(page).fill('my brother walked to the river');
  await expect(tokens(page).filter({ hasText: 'brother' })).toHaveCount(1, { timeout: 60_000 });
}

test('two shares make a whole, and swapping the sentences asks again', async ({ page, device }) => {
  await open(page, device);
  const before = await shares(page);
  expect(before[0] + before[1]).toBeGreaterThan(99);
  expect(before[0] + before[1]).toBeLessThan(101);
  const order = async () => (await tokens(page).allInnerTexts()).join(' ');
  const sequence = await order();
  await page.getByRole('button', { name: 'Swap the two sentences' }).click();
  await expect(first(page)).toHaveValue('my brother walked to the river');
  await expect.poll(order).not.toBe(sequence);
  expect((await order()).indexOf('brother')).toBeLessThan((await order()).indexOf('king'));
});

test('the pair is shown as the model reads it', async ({ page, device }) => {
  await open(page, device);
  await expect(tokens(page).filter({ hasText: '[CLS]' })).toHaveCount(1);
  await expect(tokens(page).filter({ hasText: '[SEP]' })).toHaveCount(2);
  const types = await tokens(page).evaluateAll((all) => all.map((token) => (token as HTMLElement).dataset.type));
  expect(types[0]).toBe('0');
  expect(types.at(-1)).toBe('1');
  expect(types).toEqual([...types].sort());
});

test('a model without that head says so, and the page goes on', async ({ page, device }) => {
  const distilbert = tinyBert().replace(/fixtures\/.*$/, 'fixtures/distilbert-tiny-random/');
  await page.goto(`?demo=next&device=${device}&model=${encodeURIComponent(distilbert)}&weights=f32`);
  await expect(page.getByRole('status').filter({ has: page.getByRole('heading') })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Fill the mask' }).click();
  await expect(page.getByRole('region', { name: 'BERT’s predictions' })).toBeVisible();
});
