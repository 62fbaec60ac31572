// The page of words in their contexts, used as a person would.

import type { Page } from '@playwright/test';
import { needsSentenceEncoder, tinyBert } from './support/models';
import { expect, test } from './support/test';

const curves = (page: Page) => page.getByRole('region', { name: 'Similarity over the layers' });
const mixer = (page: Page) => page.getByRole('region', { name: 'Layer mixer' });

/** The mean similarities of each layer, as in the table beside the chart: same meaning, other meaning. */
async function table(page: Page) {
  const rows = await curves(page).getByRole('table').getByRole('row').all();
  const cells = await Promise.all(rows.map((row) => row.getByRole('cell').allTextContents()));
  return cells.filter((row) => row.length === 2).map((row) => row.map((text) => Number(text.replace('−', '-'))));
}

test('a word’s meanings part on the way up, in a real model', async ({ page, device }) => {
  needsSentenceEncoder();
  test.slow();
  await page.goto(`?demo=words&device=${device}`);
  await expect(curves(page).getByRole('table')).toBeAttached({ timeout: 90_000 });
  await expect.poll(async () => (await table(page)).length).toBe(7);
  const layers = await table(page);
  // In the embeddings a word differs only by its position; in higher layers its meanings separate.
  const gap = ([same, other]: number[]) => same - other;
  expect(Math.abs(gap(layers[0]))).toBeLessThan(0.03);
  expect(gap(layers.at(-1)!)).toBeGreaterThan(gap(layers[0]) + 0.03);
  await expect(page.getByText('They sat on the bank of the river and fished.').locator('mark')).toHaveText('bank');
});

test('the mixer’s sliders change the mixture at once', async ({ page, device }) => {
  await page.goto(`?demo=words&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await page.getByRole('textbox', { name: 'Word' }).fill('king');
  const fields = page.getByRole('textbox', { name: /^Sentence \d+$/ });
  await expect(fields.first()).toBeVisible();
  for (const [index, text] of ['the king sees a bird', 'a golden king', 'my brother the king', 'king of the river'].entries()) {
    await fields.nth(index).fill(text);
  }
  await expect(mixer(page).getByRole('slider').first()).toBeVisible({ timeout: 60_000 });
  const outcome = () => mixer(page).locator('dl').innerText();
  await expect.poll(outcome).toMatch(/\d/);
  await mixer(page).getByRole('button', { name: 'Last layer' }).click();
  const last = await outcome();
  await mixer(page).getByRole('button', { name: 'All equal' }).click();
  await expect.poll(outcome).not.toBe(last);
  const gamma = mixer(page).getByRole('slider', { name: /γ/ });
  const equal = await outcome();
  await gamma.focus();
  await gamma.press('ArrowRight');
  await expect.poll(outcome).not.toBe(equal);
});

test('a sentence without the word says so', async ({ page, device }) => {
  await page.goto(`?demo=words&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await page.getByRole('textbox', { name: 'Word' }).fill('wolf');
  await expect(page.getByRole('status').filter({ hasText: 'wolf' }).first()).toBeVisible();
});
