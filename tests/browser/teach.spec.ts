// The page Teach, used as a person would: classes typed, lanes that learn, a sentence to try, the address.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 90_000 };
const OWN = ['cat: The cat sleeps.', 'cat: A kitten purrs.', 'sea: The ship sails.', 'sea: Waves are high.'].join('\n');

const lane = (page: Page, id: string) => page.locator(`.lane[data-lane="${id}"]`);
const share = async (page: Page, selector: string) => Number.parseFloat(await page.locator(selector).innerText());

/** Opens the page with the small encoder of the site. */
async function open(page: Page, query: Record<string, string> = {}) {
  await page.goto(`?${new URLSearchParams({ demo: 'teach', lang: 'en', device: 'cpu', model: 'stories-en-bert', ...query })}`);
  await expect(page.locator('.status-text').last()).toContainText('layers', WAIT);
}

test('two typed classes are learnt by all lanes, and a sentence is classified', async ({ page }) => {
  await open(page, { steps: '5', layers: '1' });
  await page.getByLabel('Task', { exact: true }).selectOption('Your own sentences');
  await page.getByLabel('Your own examples, one a line').fill(OWN);
  await expect(page.locator('.class-chip')).toHaveText(['cat 2', 'sea 2']);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  for (const id of ['words', 'features', 'tuning']) await expect(lane(page, id).locator('.lane-facts')).toContainText('weights learnt', WAIT);
  // The curve has a point for each of the steps.
  const curve = page.locator('.teach-lanes .step-curve-2').last();
  await expect.poll(async () => (await curve.getAttribute('points'))?.split(' ').length).toBe(5);
  await page.getByRole('textbox', { name: 'Try a sentence' }).fill('The kitten sleeps.');
  await expect(page.locator('.trial-answer').first().locator('.bar-chosen')).toContainText('cat', WAIT);
});

test('a training waits, goes step by step, goes on, and stops', async ({ page }) => {
  await open(page, { task: '1', labels: '1', steps: '120', layers: '1' });
  const steps = async () => (await page.locator('.teach-lanes .step-curve-2').last().getAttribute('points'))?.split(' ').filter(Boolean).length ?? 0;
  await page.getByRole('button', { name: 'One step' }).click();
  await expect.poll(steps, WAIT).toBeGreaterThanOrEqual(1);
  await page.waitForTimeout(1500);
  const before = await steps();
  await page.getByRole('button', { name: 'One step' }).click();
  await expect.poll(steps, WAIT).toBe(before + 1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(steps, WAIT).toBeGreaterThan(before + 2);
  await page.locator('.run-controls').getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('.teach-lanes .note')).toContainText('what was learnt until here is kept', WAIT);
  expect(await steps()).toBeLessThan(120);
});

test('a rate far too high ends at chance, and the similarity is gone', async ({ page }) => {
  await open(page, { task: '1', labels: '2', steps: '15', rate: '-1', layers: '6', headFirst: 'false' });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.teach-lanes .note')).toContainText(/lost|beyond all bounds/, { timeout: 110_000 });
  expect(await share(page, '#kept')).toBeLessThan(35);
  const score = Number.parseFloat(await lane(page, 'tuning').locator('.lane-score').innerText());
  expect(score).toBeLessThan(66);
});

test('the recipe is in the address', async ({ page }) => {
  await open(page);
  await page.getByLabel('Task', { exact: true }).selectOption('Sentiment: positive or negative');
  await page.getByLabel('Labels a class').selectOption('2');
  await page.getByLabel('Shuffle the labels').check();
  await page.getByLabel('Head first, then the rest').uncheck();
  await expect(page).toHaveURL(/task=1/);
  await expect(page).toHaveURL(/shuffled=true/);
  await page.reload();
  await expect(page.getByLabel('Labels a class')).toHaveValue('1');
  await expect(page.getByLabel('Task', { exact: true })).toHaveValue('1');
  await expect(page.getByLabel('Shuffle the labels')).toBeChecked();
  await expect(page.getByLabel('Head first, then the rest')).not.toBeChecked();
  await expect(page.locator('.class-chip')).toHaveText([/ 2$/, / 2$/]);
});
