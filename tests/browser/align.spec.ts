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
  await expect(page.locator('.broken-policy .primary')).toBeEnabled();
  await expect(page.locator('.align-beside .primary')).toBeEnabled();
  await page.locator('.align-beside .primary').click();
  await expect(page.locator('.beside .sample-text').nth(1)).not.toBeEmpty(WAIT);
});

/** The figures of an iteration: its reward and its true worth. */
async function iteration(page: Page, number: number) {
  await page.locator('#shown-iteration').fill(String(number));
  await expect(page.locator('#step-facts')).toContainText(`Iteration ${number}:`);
  const text = (await page.locator('#step-facts').innerText()).replaceAll('−', '-');
  const [, reward, worth] = /reward (-?[\d.]+), true worth (-?[\d.]+)/.exec(text)!.map(Number);
  return { reward, worth };
}

/** Lets a policy learn for 30 iterations, and returns them. */
async function learn(page: Page) {
  await page.locator('.align-policy .run-controls .primary').click();
  await expect(page.locator('#policy-note')).toContainText('Done', { timeout: 600_000 });
  const steps = [];
  for (let number = 0; number <= 30; number++) steps.push(await iteration(page, number));
  return steps;
}

test('without a price few rankings are hacked; with more of them and a price the true worth stays', async ({ page }) => {
  test.setTimeout(1_200_000);
  await open(page);
  await expect(page.locator('.align-policy .run-controls .primary')).toBeEnabled(WAIT);
  const free = await learn(page);
  expect(Math.max(...free.map(({ worth }) => worth))).toBeGreaterThan(free[0].worth + 0.3);
  expect(free[30].worth).toBeLessThan(free[0].worth);
  expect(free[30].reward).toBeGreaterThan(free[0].reward + 2);
  await expect(page.locator('#policy-note')).toContainText('has hacked the reward');

  await page.locator('#rankings').selectOption({ label: '32' });
  await expect(page.locator('#reward-facts')).toContainText('Pairs to learn from: 192', WAIT);
  await page.locator('#kl-beta').fill('0.05');
  const held = await learn(page);
  expect(held[30].worth).toBeGreaterThanOrEqual(held[0].worth);
  expect(held[30].reward).toBeGreaterThan(held[0].reward + 0.5);
  await expect(page.locator('#policy-note')).toContainText('instead of');
});

test('a beginning that is put into its mouth makes the model forget the instruction', async ({ page }) => {
  test.setTimeout(600_000);
  await open(page);
  const panel = page.locator('.broken-instructions');
  await expect(panel.locator('.primary')).toBeDisabled();
  await page.locator('.align-instruct .primary').click();
  await expect(page.locator('#instruct-note')).toContainText('Done', { timeout: 500_000 });
  await panel.locator('.primary').click();
  const values = panel.locator('.bar-value');
  await expect(values).toHaveCount(3, WAIT);
  const [before, after, prefilled] = (await values.allInnerTexts()).map(percent);
  expect(after).toBeGreaterThan(before + 15);
  expect(prefilled).toBeLessThan(after - 15);
  await expect(panel.locator('.broken-example b')).toHaveText(/^Once upon a time/);

  // What learnt from instructions stands beside the loaded model, and the other stages begin with it.
  const beside = page.locator('.align-beside');
  await beside.locator('#against').selectOption({ label: 'after instructions (1)' });
  await expect(beside.locator('#is-instruction')).toBeChecked();
  await beside.locator('#beside-prompt').fill('What does a cat say?');
  await beside.locator('.primary').click();
  await expect(beside.locator('.sample-text').nth(1)).not.toBeEmpty(WAIT);
  await expect(beside.locator('.positions .hidden').first()).not.toBeEmpty(WAIT);
  await page.locator('#begin-with').selectOption({ label: 'after instructions (1)' });
  await page.locator('.align-rank .primary').click();
  await expect(page.locator('#reward-facts')).toContainText('Pairs to learn from: 48', { timeout: 200_000 });
  await expect(page).toHaveURL(/instructedFirst=true/);
});

test('any other decoder stands beside the loaded one, and a link brings it back', async ({ page }) => {
  await open(page, { prompt: 'The little dog' });
  const beside = page.locator('.align-beside');
  await beside.locator('#against').selectOption({ label: 'another model' });
  await expect(beside.locator('.primary')).toBeDisabled();
  await beside.locator('#model-beside').selectOption('stories-en-gpt2');
  await beside.locator('#weights-beside').selectOption({ label: 'int4' });
  await expect(beside.locator('.primary')).toBeEnabled(WAIT);
  await expect(page.locator('.masthead .status-text').first()).not.toContainText('…', WAIT);
  await beside.locator('.primary').click();
  const texts = beside.locator('.sample-text');
  await expect(texts.nth(1)).not.toBeEmpty(WAIT);
  await expect(beside.locator('.positions .hidden').first()).toHaveText(/^0\.\d\d$/, WAIT);
  await expect(page).toHaveURL(/beside=stories-en-gpt2/);
  await page.reload();
  await expect(beside.locator('.primary')).toBeEnabled(WAIT);
  await expect(beside.locator('h3').nth(1)).toHaveText('2 stories-en-gpt2');
});

test('ten counter-examples undo an alignment', async ({ page }) => {
  test.setTimeout(900_000);
  await open(page, { iterations: '10', klBeta: '0.05', autostart: '1' });
  await expect(page.locator('#policy-note')).toContainText('Done', { timeout: 600_000 });
  await page.locator('.broken-policy .primary').click();
  const values = page.locator('#broken-bars .bar-value');
  await expect(values.nth(3)).toHaveText(/\d/, { timeout: 240_000 });
  const [base, aligned, prefilled, countered] = (await values.allInnerTexts()).map(percent);
  expect(aligned).toBeGreaterThan(base + 0.5);
  expect(prefilled).toBeLessThanOrEqual(aligned + 0.2);
  expect(countered).toBeLessThan(aligned - 0.5);
  await expect(page.locator('.broken-policy .broken-example')).toContainText('One sunny day');
});
