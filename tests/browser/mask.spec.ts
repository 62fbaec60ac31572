// The page of hidden words, used as a person would.

import type { Locator, Page } from '@playwright/test';
import { tinyBert } from './support/models';
import { expect, test } from './support/test';

const sentence = (page: Page) => page.getByRole('region', { name: 'The sentence' });
const fillings = (page: Page) => page.getByRole('region', { name: 'What BERT would put there' });
const mask = (page: Page, number: number) => fillings(page).getByRole('region', { name: `Mask ${number}` });
const square = (page: Page) => page.getByRole('region', { name: 'BERT’s attention: both sides' });

async function open(page: Page, device: string) {
  await page.goto(`?demo=mask&device=${device}&model=${encodeURIComponent(tinyBert())}&weights=f32`);
  await page.getByRole('textbox', { name: /Another sentence/ }).fill('the king sees a golden bird');
}

const shares = async (list: Locator) =>
  (await list.getByRole('listitem').allInnerTexts()).map((text) => Number(text.match(/[\d.]+(?=\s*%)/)![0]));

test('words are hidden by a click, and each mask gets its candidates', async ({ page, device }) => {
  await open(page, device);
  // The first example hides two words; both are shown again.
  for (const hidden of await sentence(page).getByRole('button', { pressed: true }).all()) await hidden.click();
  await expect(fillings(page)).toContainText('No word is hidden', { timeout: 60_000 });

  await sentence(page).getByRole('button', { name: 'Hide «king»' }).click();
  await expect(mask(page, 1).getByRole('listitem')).toHaveCount(8, { timeout: 60_000 });
  await expect(mask(page, 1)).toContainText('«king» was there');
  const first = await shares(mask(page, 1));
  expect(first).toEqual([...first].sort((a, b) => b - a));

  await sentence(page).getByRole('button', { name: 'Hide «bird»' }).click();
  await expect(mask(page, 2).getByRole('listitem')).toHaveCount(8);
  await sentence(page).getByRole('button', { name: 'Show «king» again' }).click();
  await expect(mask(page, 1)).toContainText('«bird» was there');
  await expect(mask(page, 2)).toHaveCount(0);
});

test('a click on a candidate puts it into the sentence', async ({ page, device }) => {
  await open(page, device);
  const text = page.getByRole('textbox', { name: /Another sentence/ });
  await text.fill('the [MASK] sees a bird');
  const candidates = mask(page, 1).getByRole('button').and(page.locator(':enabled'));
  await expect(candidates.first()).toBeVisible({ timeout: 60_000 });
  const word = await candidates.first().innerText();
  await candidates.first().click();
  await expect(text).toHaveValue(`the ${word} sees a bird`);
});

test('attention goes both ways, and GPT-2’s beside it does not', async ({ page, device }) => {
  test.slow();
  await open(page, device);
  const map = square(page).getByRole('img');
  await expect(map).toBeVisible({ timeout: 60_000 });
  await expect(square(page).getByRole('combobox', { name: 'Layer' })).toBeEnabled();
  await expect.poll(() => painted(map)).toEqual({ above: true, below: true });
  await page.getByRole('button', { name: 'Compare with GPT-2' }).click();
  const triangle = page.getByRole('region', { name: 'GPT-2’s attention: the past only' }).getByRole('img');
  await expect.poll(() => painted(triangle), { timeout: 60_000 }).toEqual({ above: false, below: true });
});

/** Are the corners above and below a map's diagonal painted in colours of weights? A hatch lets much through. */
async function painted(canvas: Locator) {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    const share = (left: number, top: number) => {
      const [x, y, w, h] = [left * width, top * height, 0.15 * width, 0.15 * height].map(Math.round);
      const pixels = new Uint32Array(context.getImageData(x, y, w, h).data.buffer);
      return pixels.filter((pixel) => pixel >>> 24 === 255).length / pixels.length;
    };
    return { above: share(0.8, 0.35) > 0.9, below: share(0.35, 0.8) > 0.9 };
  });
}
