// The address holds the page's state: a link restores it.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 60_000 };
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

/** Returns the link of "copy link". */
async function link(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Opens the link as another person. */
async function follow(page: Page, address: string) {
  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  await page.goto(address);
}

test('a text comes back with its prompt, its settings and its seed', async ({ page, device }) => {
  await page.goto(`?demo=generate&device=${device}`);
  await expect(button(page, 'Generate')).toBeEnabled(WAIT);
  await page.getByRole('textbox', { name: 'Prompt' }).fill('The king & “queen” said: 100%');
  await page.getByRole('slider', { name: 'Temperature' }).first().fill('1.2');
  await page.getByRole('slider', { name: 'Max new tokens' }).fill('8');
  await button(page, 'Generate').click();
  const text = page.getByRole('region', { name: 'Text', exact: true });
  await expect(button(page, 'Generate')).toBeEnabled(WAIT);
  const written = await text.getByRole('button').allTextContents();
  expect(written.length).toBeGreaterThan(8);
  await page.getByRole('combobox', { name: 'Layer' }).selectOption({ index: 2 });
  const address = await link(page);
  expect(address).toContain('lang=en');
  await follow(page, address);
  await expect(text.getByRole('button')).toHaveText(written, WAIT);
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('The king & “queen” said: 100%');
  await expect(page.getByRole('combobox', { name: 'Layer' })).toHaveValue('2');
});

test('a sentence comes back with its hidden words and the head that was looked at', async ({ page, device }) => {
  await page.goto(`?demo=mask&device=${device}`);
  await page.getByRole('textbox').fill('The old king loved his daughter.');
  await page.getByRole('button', { name: /king/ }).click();
  await expect(page.locator('.fillings li').first()).toBeVisible(WAIT);
  await page.getByRole('combobox', { name: 'Head' }).selectOption({ index: 3 });
  await follow(page, await link(page));
  await expect(page.getByRole('textbox')).toHaveValue('The old king loved his daughter.');
  await expect(page.getByText('«king» was there')).toBeVisible(WAIT);
  await expect(page.getByRole('combobox', { name: 'Head' })).toHaveValue('3');
});

test('sentences and the word among them come back', async ({ page, device }) => {
  await page.goto(`?demo=words&device=${device}`);
  const word = page.getByRole('textbox').first();
  await word.fill('spring');
  await page.getByRole('textbox').nth(1).fill('The spring was cold & dry');
  const before = await page.getByRole('textbox').evaluateAll((all) => all.map((it) => (it as HTMLInputElement).value));
  await follow(page, await link(page));
  await expect(page.getByRole('textbox')).toHaveCount(before.length);
  const after = await page.getByRole('textbox').evaluateAll((all) => all.map((it) => (it as HTMLInputElement).value));
  expect(after).toEqual(before);
});

test('both models of a comparison come back', async ({ page, device }) => {
  await page.goto(`?demo=compare&device=${device}`);
  await expect(page.locator('.status-text')).toContainText([/M weights as f32/, /M weights as int8/], WAIT);
  await page.locator('#weights').selectOption({ label: 'int8' });
  await page.locator('#weights-masked').selectOption({ label: 'int4' });
  await expect(page.locator('.status-text')).toContainText([/M weights as int8/, /M weights as int4/], WAIT);
  await expect(page).toHaveURL(/weights=int8/);
  await expect(page).toHaveURL(/encoderWeights=int4/);
  await follow(page, `${await link(page)}&encoder=stories-en-bert`);
  await expect(page.locator('.status-text')).toContainText([/M weights as int8/, /M weights as int4/], WAIT);
});

test('the address follows, and what is as it begins is left out', async ({ page }) => {
  await page.goto('?demo=number');
  await page.getByRole('slider', { name: 'Bits' }).fill('3');
  await expect(page).toHaveURL(/\?demo=number&bits=3$/);
  await page.getByRole('slider', { name: 'Bits' }).fill('8');
  await expect(page).toHaveURL(/\?demo=number$/);
  await page.goto('?demo=size&context=10&billions=0.124');
  await expect(page.locator('output[for="context"]')).toHaveText('1024 tokens');
  // Another demo gets none of its parameters.
  await page.getByRole('link', { name: 'One number' }).click();
  await expect(page).toHaveURL(/\?demo=number$/);
  await page.goBack();
  await expect(page.locator('output[for="context"]')).toHaveText('1024 tokens');
});

test('an address that makes no sense opens the page as it begins', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  for (const query of [
    'demo=number&bits=99&weights=[1e999]&ends=nowhere&range=7&picked=-1',
    'demo=number&weights=[]&picked=400',
    'demo=size&context=70&billions=-3&scheme=12345&cache=1',
    'demo=generate&temperature=hot&topK=-1&seed=x&layer=99&head=1e9&autostart=maybe',
    'demo=layer&tensor=<b>&scheme=int99&corner=[1]',
    'demo=squeezed&keep={"layers":"all"}&second=?&fit=9',
    'demo=words&sentences={}&groups=[9,9]&mixture=[]',
    'demo=mask&hidden=[77]&text=%00%FF',
    'demo=nothing',
    'demo=%E0%A4%A',
  ]) {
    await page.goto(`?${query}`);
    await expect(page.getByRole('heading', { level: 1 }), query).not.toBeEmpty();
    await expect(page.getByRole('button', { name: 'Dark colours' }), query).toBeVisible();
  }
  expect(errors).toEqual([]);
});
