// The page Align, used as a person would: the best policy over eight answers, rankings, a policy that is stopped and
// read, what undoes it.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 90_000 };

const open = (page: Page, query: Record<string, string> = {}) =>
  page.goto(`?${new URLSearchParams({ demo: 'align', lang: 'en', device: 'cpu', ...query })}`);
const percent = (text: string) => Number.parseFloat(text.replace(',', '.'));

test('a price of distance leads from the model to the best-paid answer', async ({ page }) => {
  await open(page);
  const rows = page.locator('.eight-row');
  await expect(rows).toHaveCount(8);
  const after = (row: number) => rows.nth(row).locator('.bar-value').nth(1);
  const before = (row: number) => rows.nth(row).locator('.bar-value').nth(0);
  await expect(after(2)).toHaveText(/%/, WAIT);
  const share = async (row: number, of: typeof after) => percent(await of(row).innerText());
  // Flattery, the third, is paid best.
  await page.locator('#beta').fill('-2');
  await expect.poll(() => share(2, after)).toBeGreaterThan(99);
  await page.locator('#beta').fill('1');
  await expect.poll(async () => Math.abs((await share(2, after)) - (await share(2, before)))).toBeLessThan(2);
  await page.locator('#beta').fill('-2');
  await page.locator('#reward-2').fill('-2');
  await page.locator('#reward-0').fill('2');
  await expect.poll(() => share(0, after)).toBeGreaterThan(99);
  await expect(page.locator('#eight-figures')).toContainText('2.00');
  await expect(page).toHaveURL(/beta=-2/);
});

test('the reader ranks with keys, the raters the rest, and words are tinted by their share', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, { rankings: '0' });
  const panel = page.locator('.align-rank');
  await expect(panel.locator('.primary')).toBeEnabled(WAIT);
  await panel.locator('.primary').click();
  await expect(page.locator('#reward-facts')).toContainText('Pairs to learn from: 12', { timeout: 200_000 });
  const ranked = panel.locator('.ranked');
  await expect(ranked).toHaveCount(4);
  await expect(panel.locator('.tinted').first()).toBeVisible();
  const last = await ranked.nth(3).locator('.ranked-text').innerText();
  await ranked.nth(3).focus();
  await page.keyboard.press('1');
  await expect(ranked.nth(0).locator('.ranked-text')).toHaveText(last);
  for (let time = 0; time < 3; time++) await panel.getByRole('button', { name: 'Keep this order, next' }).click();
  await expect(page.locator('#own-rankings')).toHaveText('Your rankings: 3');
  // Three of the reader's, and none of the raters' two.
  await expect(page.locator('#reward-facts')).toContainText('Pairs to learn from: 18', WAIT);
});

test('a policy learns and is stopped; a place on its curve shows its texts; a link begins it again', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, { iterations: '3', klBeta: '0', rankings: '1' });
  const panel = page.locator('.align-policy');
  await expect(panel.locator('.run-controls .primary')).toBeEnabled(WAIT);
  await panel.locator('.run-controls .primary').click();
  await expect(page.locator('#step-facts')).toContainText('Iteration 1', { timeout: 240_000 });
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('#policy-note')).toContainText('Stopped', { timeout: 10_000 });
  await expect(panel.locator('.sample .tinted').first()).toBeVisible();
  const now = await panel.locator('.sample-text').first().innerText();
  await page.locator('#shown-iteration').fill('0');
  await expect(page.locator('#step-facts')).toContainText('Iteration 0');
  expect(await panel.locator('.sample-text').first().innerText()).not.toBe('');
  expect(now).not.toBe('');
  await expect(page).toHaveURL(/autostart=1/);
  await expect(page.locator('.align-broken .primary')).toBeEnabled();
  await expect(page.locator('.align-beside .primary')).toBeEnabled();
  await page.locator('.align-beside .primary').click();
  await expect(page.locator('.beside .sample-text').nth(1)).not.toBeEmpty(WAIT);
});

test('ten counter-examples undo an alignment', async ({ page }) => {
  test.setTimeout(900_000);
  await open(page, { iterations: '10', klBeta: '0.05', autostart: '1' });
  await expect(page.locator('#policy-note')).toContainText('Done', { timeout: 600_000 });
  await page.locator('.align-broken .primary').click();
  const values = page.locator('#broken-bars .bar-value');
  await expect(values.nth(3)).toHaveText(/\d/, { timeout: 240_000 });
  const [base, aligned, prefilled, countered] = (await values.allInnerTexts()).map(percent);
  expect(aligned).toBeGreaterThan(base + 0.5);
  expect(prefilled).toBeLessThanOrEqual(aligned + 0.2);
  expect(countered).toBeLessThan(aligned - 0.5);
  await expect(page.locator('.broken-example')).toContainText('One sunny day');
});
