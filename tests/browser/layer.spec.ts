// A layer of a real model, used as a person would.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const figure = (page: Page, name: string) => page.locator('.stats').getByText(name).locator('..');

/** Returns the signal to noise ratio that the page shows, in decibels. */
async function decibels(page: Page) {
  const text = await figure(page, 'Signal to noise').innerText();
  return Number(text.match(/([\d.]+)\s*dB/)?.[1] ?? NaN);
}

async function open(page: Page, device: string) {
  await page.goto(`?demo=layer&device=${device}`);
  await expect.poll(() => decibels(page), { timeout: 60_000 }).toBeGreaterThan(0);
}

const choose = (page: Page, name: string, option: string) =>
  page.getByRole('combobox', { name, exact: true }).selectOption(option);

test('fewer bits lose more, and better scales less', async ({ page, device }) => {
  await open(page, device);
  const bars = page.locator('.histogram-after');
  const four = await decibels(page);
  expect(await bars.count()).toBeGreaterThan(3);
  await choose(page, 'Scales', 'by least squares');
  await expect.poll(() => decibels(page)).toBeGreaterThan(four);
  await choose(page, 'Scheme', 'int8-channel');
  await expect.poll(() => decibels(page)).toBeGreaterThan(four + 15);
});

test('a place in the map is shown number by number', async ({ page, device }) => {
  await open(page, device);
  const map = page.getByRole('img', { name: /^The largest error/ });
  const table = page.getByRole('region', { name: 'Weight by weight' }).getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(9);
  await expect(table.getByRole('rowheader').first()).toHaveText('0');
  const box = (await map.boundingBox())!;
  await map.click({ position: { x: box.width * 0.75, y: box.height * 0.5 } });
  await expect.poll(async () => Number(await table.getByRole('rowheader').first().innerText())).toBeGreaterThan(200);
  const [weight, stored, back] = (await table.getByRole('cell').first().innerText()).split(/\s+/);
  expect(Number(stored)).toBeLessThanOrEqual(15);
  const number = (text: string) => Number(text.replace('−', '-'));
  expect(Math.abs(number(weight) - number(back))).toBeLessThan(0.05);
});

test('all matrices are ranked, and a click shows one', async ({ page, device }) => {
  await open(page, device);
  const ranking = page.getByRole('region', { name: 'All matrices, the largest loss first' });
  await ranking.getByRole('button', { name: 'Rank all matrices' }).click();
  const rows = ranking.getByRole('listitem');
  await expect(rows).toHaveCount(25, { timeout: 60_000 });
  const all = (await rows.allInnerTexts()).map((text) => Number(text.match(/([\d.]+)\s*dB/)![1]));
  expect(all).toEqual([...all].sort((a, b) => a - b));
  const name = await rows.first().getByRole('button').innerText();
  await rows.first().getByRole('button').click();
  await expect(page.getByRole('combobox', { name: 'Matrix', exact: true }).locator('option:checked')).toContainText(name);
});
