// The page Distil, used as a person would: soft labels, the hidden word, a student that opens in another page.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 90_000 };

const open = (page: Page, query: Record<string, string> = {}) =>
  page.goto(`?${new URLSearchParams({ demo: 'distil', lang: 'en', device: 'cpu', ...query })}`);
const percent = (text: string) => Number.parseFloat(text.replace(',', '.'));

test('a temperature softens the labels, and the entropy says so', async ({ page }) => {
  await open(page);
  const first = page.locator('.soft-row .bar-value').first();
  await expect(first).toBeVisible(WAIT);
  const entropy = async () => Number.parseFloat(await page.locator('#entropy').innerText());
  const slider = page.locator('#temperature');
  const seen = [];
  for (const power of ['-2', '0', '4']) {
    await slider.fill(power);
    await page.waitForTimeout(200);
    seen.push([percent(await first.innerText()), await entropy()]);
  }
  expect(seen[0][0]).toBeGreaterThan(seen[1][0]);
  expect(seen[1][0]).toBeGreaterThan(seen[2][0]);
  expect(seen[0][1]).toBeLessThan(seen[1][1]);
  expect(seen[1][1]).toBeLessThan(seen[2][1]);
  // Hard labels alone pull one word up and the others down.
  await page.locator('#alpha').fill('0');
  await expect(page.locator('.soft-row .pull:not(.pull-down)')).toHaveCount(1);
});

for (const lang of ['en', 'ru']) {
  test(`only the student of soft labels names a word that neither saw (${lang})`, async ({ page }) => {
    await open(page, { lang });
    const panel = page.locator('.distil-students');
    await panel.locator('.run-controls .primary').click();
    const note = page.locator('#students-note');
    await expect(note).toContainText('%', WAIT);
    const [hard, soft] = [...(await note.innerText()).matchAll(/(\d+(?:[.,]\d+)?)\s?%/g)].map(([, share]) => percent(share));
    expect(hard).toBeLessThan(1);
    expect(soft).toBeGreaterThan(5);
    // Deaf to its teacher, the second student is as the first.
    await panel.locator('#students-alpha').fill('0');
    await panel.locator('.run-controls .primary').click();
    await expect(note).toHaveText('');
    await expect(note).toContainText('%', WAIT);
    const shares = [...(await note.innerText()).matchAll(/(\d+(?:[.,]\d+)?)\s?%/g)].map(([, share]) => percent(share));
    expect(shares[1]).toBeLessThan(1);
    await expect(panel.locator('.gap-answer')).toHaveCount(3);
  });
}

test('a student of half the layers opens in Fill the mask', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, { distilSteps: '10' });
  const panel = page.locator('.distil-mini');
  await expect(panel.locator('.run-controls .primary')).toBeEnabled(WAIT);
  await panel.locator('.run-controls .primary').click();
  await expect(page.locator('#student-facts')).toContainText('in 3 layers instead of', { timeout: 180_000 });
  await expect(page.locator('#probe .bar').first()).toBeVisible();
  const loss = panel.locator('.step-legend').first();
  await expect(loss).toContainText('loss');
  await panel.getByRole('button', { name: 'Open in Fill the mask' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('BERT fills the gap', WAIT);
  await expect(page.locator('.status-text').last()).toContainText('layers: 3', WAIT);
});
