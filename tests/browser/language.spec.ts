// The page in Russian and in English.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const LOCALES = join(import.meta.dirname, '../../locales');
const DEMOS = ['generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'teach', 'distil', 'align', 'number', 'layer', 'squeezed', 'size', 'models'];
const WAIT = { timeout: 60_000 };

function sentences(language: string): Map<string, string> {
  const rooms = readdirSync(join(LOCALES, language));
  const read = (room: string) => JSON.parse(readFileSync(join(LOCALES, language, room), 'utf8'));
  return new Map(rooms.flatMap((room) => Object.entries<string>(read(room)).map(([key, text]) => [`${room}:${key}`, text])));
}

/** Texts of one language only: whole sentences and labels, without numbers in them. */
function onlyIn(language: string, other: string) {
  const others = new Set(sentences(other).values());
  return [...sentences(language).values()].filter((text) => !others.has(text) && !text.includes('{{') && /\p{L}/u.test(text));
}

/** Returns all text on the page, and all names and hints for screen readers. */
const said = (page: Page) =>
  page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    // index.html has both languages, of which one is shown.
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (parentElement!.checkVisibility()) texts.push(textContent!.trim());
    }
    for (const element of document.querySelectorAll('*')) {
      for (const name of ['aria-label', 'title', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
    }
    return texts.filter((text) => text !== '');
  });

for (const [language, other] of [
  ['ru', 'en'],
  ['en', 'ru'],
]) {
  test(`every page speaks ${language}, and nothing else`, async ({ page, device }) => {
    const title = sentences(language);
    const foreign = new Set(onlyIn(other, language));
    for (const demo of DEMOS) {
      await page.goto(`?demo=${demo}&device=${device}&lang=${language}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(title.get(`shell.json:${demo}_title`)!);
      await expect(page.locator('main .panel').first()).toBeVisible(WAIT);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      // Examples keep the language they are in.
      const texts = (await said(page)).filter((text) => foreign.has(text));
      expect(texts, demo).toEqual([]);
    }
  });
}

test('numbers and plurals are those of the language', async ({ page }) => {
  await page.goto('?demo=size&lang=ru');
  const context = page.locator('output[for="context"]');
  await expect(context).toHaveText('8192 токена');
  await page.getByRole('slider', { name: 'Контекст' }).fill('7');
  await expect(context).toHaveText('128 токенов');
  await expect(page.locator('.size-sum')).toHaveText(/^8 млрд весов × 32 бит = 32,0\sГБ/);
  await page.goto('?demo=size&lang=en');
  await expect(page.locator('.size-sum')).toHaveText(/^8 billion weights × 32 bits = 32\.0\sGB/);
});

test('the switch changes everything at once, and is remembered', async ({ page, device }) => {
  await page.goto(`?demo=generate&device=${device}`);
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled(WAIT);
  await page.getByRole('textbox', { name: 'Prompt' }).fill('The king said');
  await page.getByRole('button', { name: 'Русский' }).click();
  // The model is still loaded, and the typed text is still there.
  await expect(page.getByRole('button', { name: 'Сгенерировать', exact: true })).toBeEnabled();
  await expect(page.getByRole('textbox', { name: 'Промпт' })).toHaveValue('The king said');
  await expect(page).toHaveTitle(/^Генерация/);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('GPT-2 продолжает текст');
  // An address takes precedence over a stored choice.
  await page.goto('?demo=number&lang=en');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Weights become integers');
});

test.describe('in a Russian browser', () => {
  test.use({ locale: 'ru-RU' });

  test('the page is Russian from its first picture on, and so are errors', async ({ page, device }) => {
    await page.goto(`?demo=generate&device=${device}&model=nothing-here`);
    await expect(page.getByRole('navigation').getByRole('link').first()).toHaveText('Перенос');
    await expect(page.getByRole('navigation').getByRole('link').last()).toHaveText('Согласование');
    await expect(page.getByRole('alert')).toContainText(/[а-яё]{4}/i, WAIT);
  });
});
