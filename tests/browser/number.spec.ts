// The page of one row of weights, used as a person would.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const weight = (page: Page, number: number) => page.getByRole('slider', { name: `Weight ${number}`, exact: true });
const number = (text: string) => Number(text.replace('−', '-'));

/** A row of the table: weight, integer, dequantized value, error. */
async function row(page: Page, place: number) {
  const cells = page.locator('.number-table tbody tr').nth(place - 1).getByRole('cell');
  const written = await cells.nth(0).getByRole('spinbutton').inputValue();
  const [integer, back, error] = (await cells.allInnerTexts()).slice(1).map(number);
  return { weight: Number(written), integer, back, error };
}

async function rms(page: Page) {
  const text = await page.locator('.stats').getByText('RMS error').locator('..').innerText();
  return Number(text.match(/[\d.]+$/)![0]);
}

test.beforeEach(async ({ page }) => {
  await page.goto('?demo=number');
  await expect(weight(page, 6)).toBeVisible();
});

test('the lecture’s half does not come back as a half', async ({ page }) => {
  const half = await row(page, 6);
  expect(half.weight).toBe(0.5);
  expect(half.integer).toBe(63);
  expect(half.back).not.toBe(0.5);
  expect(Math.abs(half.back - 0.5)).toBeLessThan(0.004);
  await expect(page.locator('.number-story')).toContainText('not exactly 0.5');
  const [lowest, highest] = [await row(page, 1), await row(page, 8)];
  expect([lowest.integer, highest.integer]).toEqual([-128, 127]);
});

test('a weight moves by keys and by the pointer, and its integer with it', async ({ page }) => {
  await page.getByRole('slider', { name: 'Bits' }).fill('4');
  const before = await row(page, 6);
  await weight(page, 6).focus();
  for (let press = 0; press < 20; press++) await page.keyboard.press('ArrowLeft');
  const moved = await row(page, 6);
  expect(moved.weight).toBeLessThan(before.weight);
  expect(moved.integer).toBeLessThan(before.integer);
  const [from, to] = [(await weight(page, 6).boundingBox())!, (await weight(page, 7).boundingBox())!];
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 });
  await page.mouse.up();
  const [dragged, other] = [await row(page, 6), await row(page, 7)];
  expect(Math.abs(dragged.weight - other.weight)).toBeLessThan(0.02);
  expect(dragged.integer).toBe(other.integer);
});

test('an outlier ruins a row, and groups save it', async ({ page }) => {
  await page.getByRole('button', { name: 'An outlier', exact: true }).click();
  const ruined = await rms(page);
  await page.getByRole('checkbox', { name: /^Groups of 4/ }).check();
  await expect.poll(() => rms(page)).toBeLessThan(ruined * 0.8);
});

test('a constant row comes back, and a range that makes no sense is said', async ({ page }) => {
  await page.getByRole('button', { name: 'Equal weights' }).click();
  expect((await row(page, 1)).error).toBe(0);
  await page.getByRole('combobox', { name: 'Range' }).selectOption('manual');
  await page.getByRole('spinbutton', { name: 'from' }).fill('2');
  await expect(page.locator('.number-story')).toContainText('from a smaller number');
  await page.getByRole('spinbutton', { name: 'from' }).fill('-2');
  await expect(page.locator('.number-story')).toContainText('is stored as');
});
