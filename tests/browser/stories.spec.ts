// The site's own models in the language of the page, as a reader meets them.

import type { Page } from '@playwright/test';
import { expect, openBlank, test } from './support/test';

const WAIT = { timeout: 60_000 };
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** Sentences with gaps, and the words that everybody expects there. */
const GAPS = {
  'Жила-была маленькая [MASK] Маша.': ['девочка'],
  'Жила-была маленькая девочка по [MASK] Маша.': ['имени'],
  'Собачка весело виляла [MASK].': ['хвостом'],
  'Птичка взмахнула [MASK] и [MASK] высоко в небо.': ['крыльями', 'полетела'],
  'Солнышко светило [MASK], и птички пели.': ['ярко'],
  'Они [MASK] лучшими друзьями.': ['стали'],
};

const words = (page: Page, name: string) => page.getByRole('region', { name }).getByRole('listitem');

test('in Russian, the first prompt becomes a Russian story that ends', { tag: '@any-device' }, async ({ page }) => {
  test.slow();
  await page.goto('?demo=generate&lang=ru&device=cpu');
  const generate = page.getByRole('button', { name: 'Сгенерировать', exact: true });
  await expect(generate).toBeEnabled(WAIT);
  await expect(page.getByRole('textbox', { name: 'Промпт' })).toHaveValue('Жила-была');
  await expect(page.getByRole('combobox', { name: 'Модель', exact: true })).toHaveValue('site:stories-ru-gpt2');
  await generate.click();
  await expect(page.getByRole('region', { name: 'Текст', exact: true })).toContainText(/[а-яё]{3}/, WAIT);

  await openBlank(page);
  const texts = await page.evaluate(async (seeds) => {
    const model = await window.Lectern.load('stories-ru-gpt2', { device: 'cpu' });
    const texts = [];
    for (const seed of seeds) {
      const run = model.generate('Жила-была', { seed, maxNewTokens: 240 });
      texts.push({ text: await run.text(), reason: (await run.result).reason });
    }
    return texts;
  }, SEEDS);
  for (const { text } of texts) {
    const letters = [...text].filter((letter) => /\p{L}/u.test(letter));
    const cyrillic = letters.filter((letter) => /[а-яё]/i.test(letter));
    expect(cyrillic.length / letters.length, text).toBeGreaterThan(0.95);
    expect(text).not.toContain('\ufffd');
  }
  const ended = texts.filter(({ text, reason }) => reason === 'endOfText' && /[.!?…»]$/.test(text.trim()));
  expect(ended.length).toBeGreaterThan(5);
});

test('in Russian, the obvious words fill the gaps', { tag: '@any-device' }, async ({ page }) => {
  await page.goto('?demo=mask&lang=ru&device=cpu');
  await expect(page.getByRole('combobox', { name: 'Модель', exact: true })).toHaveValue('site:stories-ru-bert', WAIT);
  await expect(words(page, 'Предсказания BERT').first()).toContainText('любила', WAIT);
  await openBlank(page);
  const found = await page.evaluate(async (texts) => {
    const model = await window.Lectern.load('stories-ru-bert', { device: 'cpu' });
    const filled = [];
    for (const text of texts) filled.push((await model.fillMask(text, { topK: 1 })).masks.map(({ candidates }) => candidates[0].text));
    return filled;
  }, Object.keys(GAPS));
  expect(found).toEqual(Object.values(GAPS));
});

test('another language brings its model, and the reader’s own choice stays', { tag: '@any-device' }, async ({ page }) => {
  await page.goto('?demo=generate&lang=en&device=cpu');
  const model = (name: string) => page.getByRole('combobox', { name, exact: true });
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled(WAIT);
  await expect(model('Model')).toHaveValue('site:tales-gpt2');
  await page.getByRole('button', { name: 'Русский' }).click();
  await expect(model('Модель')).toHaveValue('site:stories-ru-gpt2');
  await expect(page.getByRole('textbox', { name: 'Промпт' })).toHaveValue('Жила-была');
  await expect(page.getByRole('button', { name: 'Сгенерировать', exact: true })).toBeEnabled(WAIT);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(model('Model')).toHaveValue('site:tales-gpt2');
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Once upon a time');
  // What was typed and chosen stays, though it is what Russian readers get anyhow.
  await model('Model').selectOption('stories-ru-gpt2');
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Зайчик');
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Зайчик');
  await expect(model('Model')).toHaveValue('site:stories-ru-gpt2');
});
