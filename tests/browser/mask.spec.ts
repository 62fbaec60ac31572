// The page of masked words, used as a person would.

import type { Locator, Page } from '@playwright/test';
import { painted } from './support/maps';
import { tinyBert } from './support/models';
import { expect, test } from './support/test';

const sentence = (page: Page) => page.getByRole('region', { name: 'The sentence' });
const field = (page: Page) => sentence(page).getByRole('textbox');
const fillings = (page: Page) => page.getByRole('region', { name: 'BERT’s predictions' });
const mask = (page: Page, number: number) => fillings(page).locator('section.filling').nth(number - 1);
const map = (page: Page, panel: string) => page.getByRole('region', { name: panel }).getByRole('img');

/** Opens the page with a sentence without hidden words. */
async function open(page: Page, device: string, text: string) {
  await page.goto(`?demo=mask&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await field(page).fill(text);
  const hidden = sentence(page).getByRole('button', { pressed: true });
  while ((await hidden.count()) > 0) await hidden.first().click();
}

const shares = async (list: Locator) =>
  (await list.getByRole('listitem').allInnerTexts()).map((text) => Number(text.match(/[\d.]+(?=\s*%)/)![0]));

test('the built-in model knows how a tale begins', async ({ page, device }) => {
  await page.goto(`?demo=mask&device=${device}`);
  await expect(field(page)).toHaveValue(/^Once upon a/, { timeout: 60_000 });
  await expect(mask(page, 1).getByRole('listitem').first()).toContainText('time', { timeout: 60_000 });
  expect((await shares(mask(page, 1)))[0]).toBeGreaterThan(30);
});

test('words are hidden by a click, and each mask gets its candidates', async ({ page, device }) => {
  await open(page, device, 'the king sees a golden bird');
  await expect(fillings(page)).toContainText('hidden', { timeout: 60_000 });
  await sentence(page).getByRole('button', { name: /king/ }).click();
  await expect(mask(page, 1).getByRole('listitem').first()).toBeVisible({ timeout: 60_000 });
  await expect(mask(page, 1)).toContainText('king');
  const first = await shares(mask(page, 1));
  expect(first.length).toBeGreaterThan(5);
  expect(first).toEqual([...first].sort((a, b) => b - a));

  await sentence(page).getByRole('button', { name: /bird/ }).click();
  await expect(mask(page, 2)).toContainText('bird');
  await sentence(page).getByRole('button', { name: /king/ }).click();
  await expect(mask(page, 1)).toContainText('bird');
  await expect(mask(page, 2)).toHaveCount(0);
});

test('a click on a candidate puts it into the sentence', async ({ page, device }) => {
  await open(page, device, 'the [MASK] sees a bird');
  const candidates = mask(page, 1).getByRole('button').and(page.locator(':enabled'));
  await expect(candidates.first()).toBeVisible({ timeout: 60_000 });
  await candidates.first().click();
  await expect(field(page)).not.toHaveValue(/\[MASK\]/);
  await expect(field(page)).toHaveValue(/^the \S+ sees a bird$/);
});

test('attention goes both ways, and GPT-2’s beside it does not', async ({ page, device }) => {
  test.slow();
  await open(page, device, 'the king sees a golden bird');
  await sentence(page).getByRole('button', { name: /king/ }).click();
  const square = map(page, 'BERT’s attention: both sides');
  await expect.poll(() => painted(square), { timeout: 60_000 }).toEqual({ above: true, below: true });
  await page.getByRole('button', { name: 'Compare with GPT-2' }).click();
  const triangle = map(page, 'GPT-2’s attention: earlier tokens only');
  await expect.poll(() => painted(triangle), { timeout: 60_000 }).toEqual({ above: false, below: true });
});
