// The calculator, used as a person would.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const sum = (page: Page) => page.locator('.size-sum');
const row = (page: Page, name: string) => page.locator('.bars .bar').filter({ hasText: name }).first();

test.beforeEach(async ({ page }) => {
  await page.goto('?demo=size');
  await expect(sum(page)).toBeVisible();
});

test('eight billion weights are 32, 8 and 4 gigabytes', async ({ page }) => {
  await expect(sum(page)).toHaveText(/^8 billion weights × 32 bits = 32\.0\sGB, and 1\.07\sGB of cache/);
  await page.getByRole('button', { name: 'int8' }).click();
  await expect(sum(page)).toContainText(/= 8\.00\sGB/);
  await page.getByRole('combobox', { name: 'Stored as' }).selectOption('4 bits and no scales');
  await expect(sum(page)).toContainText(/= 4\.00\sGB/);
  // The size of groups' scales.
  await expect(row(page, 'q4_0')).toContainText(/4\.50\sGB, 4\.5 bits each/);
});

test('what does not fit is said, for every memory', async ({ page }) => {
  const room = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await expect(room('RTX 4090')).toContainText(/9\.07\sGB too much/);
  await expect(room('A100')).toContainText('fits');
  await page.getByRole('button', { name: 'q4_0' }).click();
  await expect(room('RTX 4090')).toContainText(/fits, 18\.4\sGB left/);
  await expect(room('WebAssembly')).toContainText('too much');
  await page.getByRole('button', { name: 'GPT-2', exact: true }).click();
  await expect(room('WebAssembly')).toContainText('fits');
});

test('a longer context costs more cache, and an encoder has none', async ({ page }) => {
  await page.getByRole('slider', { name: 'Context' }).fill('17');
  await expect(sum(page)).toContainText(/17\.2\sGB of cache/);
  await page.getByRole('combobox', { name: 'Cache' }).selectOption('int8');
  await expect(sum(page)).toContainText(/8\.59\sGB of cache/);
  await page.getByRole('button', { name: 'BERT large' }).click();
  await expect(sum(page)).toHaveText(/^336 million weights × 32 bits = 1\.34\sGB$/);
  await page.getByRole('spinbutton', { name: 'Weights, in billions' }).fill('2');
  await expect(sum(page)).toHaveText(/^2 billion weights × 32 bits = 8\.00\sGB$/);
});
