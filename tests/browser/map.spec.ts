// The home page, the lecture's map: links to every demo, and the page's appearance.

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/test';

const STOPS = [
  'Transfer learning',
  'ELMo',
  'Two strategies',
  'BERT',
  'GPT-2',
  'Comparison',
  'Distillation',
  'Quantization',
  'Conclusions',
  'Alignment',
];
/** Stops without demos of their own: they lead to those of others. */
const LEADING = ['Two strategies', 'Conclusions'];

/** Returns only visible text: index.html has both languages. */
const SHOWN = { useInnerText: true };

const map = (page: Page) => page.getByRole('main');
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('the map has the stops of the lecture, each with a sentence, a picture and its demos', async ({ page }) => {
  await page.goto('');
  await expect(heading(page)).toHaveText('The lecture with live models', SHOWN);
  await expect(map(page).getByRole('heading', { level: 2 })).toHaveText(STOPS, SHOWN);
  const stops = map(page).locator('ol > li');
  for (const [place, name] of STOPS.entries()) {
    const stop = stops.nth(place);
    await expect(stop.locator('svg'), name).toBeVisible();
    await expect(stop.locator('p').first(), name).toHaveText(/\w+.*\.$/);
    expect(await stop.getByRole('link').count(), name).toBeGreaterThan(0);
  }
});

test('every link of the map and of the bar opens its page', async ({ page }) => {
  await page.goto('');
  const stops = map(page).locator('ol > li');
  const addressesOf = (of: Locator) =>
    of.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
  const addresses = [...new Set(await addressesOf(map(page)))];
  expect(addresses.length).toBe(15);
  // No demo has two stops.
  const own = stops.filter({ hasNotText: new RegExp(LEADING.join('|')) });
  expect((await addressesOf(own)).length).toBe(14);
  const titles = new Set<string>();
  for (const address of addresses) {
    await page.goto(address);
    await expect(page.locator('.topbar [aria-current="page"]')).toHaveCount(1);
    titles.add((await heading(page).textContent())!);
  }
  expect(titles.size).toBe(addresses.length);
});

test('from the map to a demo and back the page is not loaded again', async ({ page }) => {
  await page.goto('?theme=dark');
  await expect(page.getByRole('button', { name: 'Dark colours' })).toBeVisible();
  await page.evaluate(() => ((window as { isSame?: boolean }).isSame = true));
  await map(page).getByRole('link', { name: 'How big?' }).click();
  await expect(heading(page)).toHaveText('How big is it?');
  await expect(page).toHaveURL(/\?theme=dark&demo=size$/);
  await expect(page).toHaveTitle('How big? · Lectern');
  await page.goBack();
  await expect(heading(page)).toHaveText('The lecture with live models', SHOWN);
  await page.goForward();
  await expect(heading(page)).toHaveText('How big is it?');
  await page.getByRole('link', { name: 'Lectern' }).click();
  await expect(map(page).getByRole('heading', { level: 2 }).first()).toBeVisible();
  expect(await page.evaluate(() => (window as { isSame?: boolean }).isSame)).toBe(true);
});

test('the map starts no engine', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const ofEngine = () => fetched.filter((path) => /worker|models\/.*\.safetensors/.test(path));
  await page.goto('');
  await expect(page.getByRole('button', { name: 'Dark colours' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(ofEngine()).toEqual([]);
  // A demo that needs it does.
  await map(page).getByRole('link', { name: 'Generate', exact: true }).first().click();
  await expect.poll(ofEngine).not.toEqual([]);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the map can be read', async ({ page }) => {
    await page.goto('');
    await expect(page.getByRole('heading', { name: 'Alignment' })).toBeVisible();
  });
});

for (const scheme of ['light', 'dark'] as const) {
  test(`a ${scheme} system gives a ${scheme} page, the switch another one, which stays`, async ({ page }) => {
    const other = scheme === 'light' ? 'dark' : 'light';
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto('?demo=size');
    const html = page.locator('html');
    await expect(html).toHaveAttribute('data-theme', scheme);
    await page.emulateMedia({ colorScheme: other });
    await expect(html).toHaveAttribute('data-theme', other);
    await page.emulateMedia({ colorScheme: scheme });
    await expect(html).toHaveAttribute('data-theme', scheme);
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await expect(html).toHaveAttribute('data-theme', other);
    await page.reload();
    await expect(html).toHaveAttribute('data-theme', other);
    // Back to the system's theme, which is followed again.
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.emulateMedia({ colorScheme: other });
    await expect(html).toHaveAttribute('data-theme', other);
  });
}

test('the projector gets larger type, and an address says it louder than a choice', async ({ page }) => {
  const size = () => page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  await page.goto('?demo=size');
  const button = page.getByRole('button', { name: 'Large type for the projector' });
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  const usual = await size();
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  expect(await size()).toBeGreaterThan(1.15 * usual);
  await page.reload();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await page.goto('?demo=size&projector=0');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  expect(await size()).toBe(usual);
});
