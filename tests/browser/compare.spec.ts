// The lecture's table of BERT and GPT, used as a person would.

import type { Page } from '@playwright/test';
import { painted } from './support/maps';
import { needsSentenceEncoder } from './support/models';
import { expect, test } from './support/test';

const row = (page: Page, name: string | RegExp) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
const cell = (page: Page, name: string | RegExp, column: number) => row(page, name).getByRole('cell').nth(column);
const map = (page: Page, column: number) => cell(page, /^Attention/, column).getByRole('img');

/** Opens the page, and waits for both attention patterns. */
async function open(page: Page, device: string) {
  await page.goto(`?demo=compare&device=${device}`);
  await expect.poll(() => painted(map(page, 0)), { timeout: 120_000 }).toEqual({ above: true, below: true });
  await expect.poll(() => painted(map(page, 1)), { timeout: 60_000 }).toEqual({ above: false, below: true });
}

test('one sentence goes through both: a square and a triangle', async ({ page, device }) => {
  test.slow();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page, device);
  for (const column of [0, 1]) {
    await expect(cell(page, 'Pre-training task', column).getByRole('listitem').first()).toContainText('%');
  }

  // Another head has another pattern.
  const picture = () => map(page, 0).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await picture();
  await row(page, /^Attention/).getByRole('combobox', { name: 'Head' }).selectOption('2');
  await expect.poll(picture).not.toBe(before);
  expect(errors).toEqual([]);
});

test('where no model fills masks, one that reads stands in and says so', async ({ page, device }) => {
  needsSentenceEncoder();
  test.slow();
  await page.route('**/models/index.json', async (route) => {
    const response = await route.fetch();
    const index = await response.json();
    const models = index.models.filter(({ abilities }: { abilities: string[] }) => !abilities.includes('fillMask'));
    await route.fulfill({ response, json: { ...index, models } });
  });
  await open(page, device);
  await expect(cell(page, 'Pre-training task', 0)).toContainText('all-MiniLM-L6-v2');
});
