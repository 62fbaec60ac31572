// The page of similar sentences, used as a person would.

import type { Page } from '@playwright/test';
import { needsSentenceEncoder, tinyBert } from './support/models';
import { expect, test } from './support/test';

const fields = (page: Page) => page.getByRole('textbox', { name: /^Sentence \d+$/ });
const pairs = (page: Page) => page.getByRole('region', { name: 'Nearest pairs' });
const flatMap = (page: Page) => page.getByRole('region', { name: 'Map of meanings' });
const matrix = (page: Page) => page.getByRole('region', { name: 'Similarity', exact: true });

/** Replaces the sentences. */
async function write(page: Page, sentences: string[]) {
  while ((await fields(page).count()) > sentences.length) {
    await page.getByRole('button', { name: /^Remove sentence \d+$/ }).last().click();
  }
  for (const [index, sentence] of sentences.entries()) {
    await page.getByRole('textbox', { name: `Sentence ${index + 1}`, exact: true }).fill(sentence);
  }
}

test('the nearest pair is the right one, and the map and the matrix show it', async ({ page, device }) => {
  needsSentenceEncoder();
  test.slow();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`?demo=sentences&device=${device}`);
  await expect(page.getByText(`Runs on the ${device.toUpperCase()}`)).toBeVisible({ timeout: 90_000 });
  await write(page, [
    'A cat is sleeping on the sofa.',
    'The stock market fell sharply today.',
    'A kitten naps on the couch.',
    'He repaired the engine of his car.',
  ]);
  const nearest = pairs(page).getByRole('listitem').first();
  await expect(nearest).toContainText('A cat is sleeping on the sofa.');
  await expect(nearest).toContainText('A kitten naps on the couch.');
  await expect(pairs(page).getByRole('listitem')).toHaveCount(5);
  const cosine = (await nearest.innerText()).match(/0\.\d+|1\.00/g)!.map(Number).at(-1)!;
  expect(cosine).toBeGreaterThan(0.5);

  // The points of the two cats are nearer to each other than either is to the others.
  const dots = flatMap(page).locator('circle');
  await expect(dots).toHaveCount(4);
  // They glide to their positions.
  const nearerThanOthers = async () => {
    const places = await dots.evaluateAll((all) => all.map((dot) => dot.getBoundingClientRect()).map(({ x, y }) => [x, y]));
    const distance = (a: number, b: number) => Math.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]);
    return distance(0, 2) / Math.min(distance(0, 1), distance(0, 3), distance(2, 1), distance(2, 3));
  };
  await expect.poll(nearerThanOthers).toBeLessThan(1);

  // The matrix in words agrees with its cells' colours.
  await matrix(page).getByRole('img').hover();
  await expect(matrix(page)).toContainText(/\d\.\d\d: «/);
  expect(errors).toEqual([]);
});

test('what is typed changes the pairs, and layers and pooling can be chosen', async ({ page, device }) => {
  await page.goto(`?demo=sentences&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await expect(pairs(page).getByRole('listitem').first()).toBeVisible({ timeout: 60_000 });
  await write(page, ['the king', 'the golden bird', 'the king']);
  const nearest = pairs(page).getByRole('listitem').first();
  await expect(nearest).toContainText('1.00');
  await expect(nearest).toContainText('the king');
  const values = async () => (await pairs(page).getByRole('listitem').allInnerTexts()).join('|');
  const before = await values();
  await page.getByRole('combobox', { name: 'Pooling' }).selectOption({ index: 1 });
  await expect.poll(values).not.toBe(before);
  const pooled = await values();
  await page.getByRole('combobox', { name: /Layer|Vector/ }).first().selectOption({ index: 1 });
  await expect.poll(values).not.toBe(pooled);
});

test('a sentence beyond the model’s limit is cut, and the page says so', async ({ page, device }) => {
  await page.goto(`?demo=sentences&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await expect(pairs(page).getByRole('listitem').first()).toBeVisible({ timeout: 60_000 });
  await write(page, ['the king '.repeat(60), 'the golden bird']);
  await expect(page.getByRole('status').filter({ hasText: /tokens/ })).toBeVisible();
});
