// What a page shows until its model has loaded: recordings of the model's own answers (`cargo xtask record`).

import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 60_000 };
/** Every demo with a model, and where its answer is written. */
const ANSWERS: Record<string, string> = {
  generate: '.text .tokens',
  sentences: '.pairs',
  words: '.mixed-means, .mixer',
  mask: '.filling',
  next: '.verdict-sides',
  compare: '.cell-bars',
  layer: '.stats',
  squeezed: '.copy-text',
};
/** Demos whose texts are asked for by a button: their recordings stay until it is pressed. */
const ON_DEMAND = ['generate', 'squeezed'];

const mark = (page: Page, lang: string) => page.locator('.recorded').filter({ hasText: lang === 'ru' ? 'запись' : 'recorded' });
const numbers = (text: string) => [...text.matchAll(/\d+(?:[.,]\d+)?(?=\s?%|$|\s)/gm)].map(([number]) => Number(number.replace(',', '.')));

/** Opens a page whose models' weights do not come before `release` is called. */
async function open(page: Page, query: Record<string, string>) {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/models/**/*.safetensors*', (route) => released.then(() => route.continue()));
  await page.goto(`?${new URLSearchParams({ device: 'cpu', ...query })}`);
  return release;
}

/** Counts how often an element has no text from now on. */
async function watchForEmptiness(answer: Locator) {
  await answer.first().evaluate((element) => {
    const panel = element.closest('main')!;
    const selector = [...element.classList].map((name) => `.${name}`).join('');
    new MutationObserver(() => {
      if (!panel.querySelector(selector)?.textContent?.trim()) panel.setAttribute('data-was-empty', '');
    }).observe(panel, { childList: true, subtree: true, characterData: true });
  });
}

for (const lang of ['ru', 'en']) {
  for (const [demo, selector] of Object.entries(ANSWERS)) {
    test(`${demo} in ${lang} shows a recording until its model answers`, { tag: '@any-device' }, async ({ page }) => {
      const release = await open(page, { demo, lang });
      await expect(mark(page, lang).first()).toBeVisible();
      const answer = page.locator(selector);
      const before = await answer.allInnerTexts();
      expect(before.join('').length).toBeGreaterThan(5);
      await watchForEmptiness(answer);
      release();
      if (ON_DEMAND.includes(demo)) {
        const button = page.getByRole('button', { name: /^(Сгенерировать|Generate|Запустить все три|Generate with all three)$/ });
        await expect(button).toBeEnabled(WAIT);
        await expect(mark(page, lang).first()).toBeVisible();
        expect(await answer.allInnerTexts()).toEqual(before);
        await button.click();
      }
      await expect(mark(page, lang)).toHaveCount(0, WAIT);
      if (ON_DEMAND.includes(demo)) return;
      // The same model, so the same answer, but for what rounding and a sum in another order change.
      await expect.poll(async () => {
        const now = numbers((await answer.allInnerTexts()).join('\n'));
        const then = numbers(before.join('\n'));
        return now.length === then.length && now.every((value, index) => Math.abs(value - then[index]) <= 0.02 * Math.max(1, Math.abs(then[index])));
      }).toBe(true);
      await expect(page.locator('main:visible')).not.toHaveAttribute('data-was-empty');
    });
  }
}

test('the loaded model knows about a recorded text', { tag: '@any-device' }, async ({ page }) => {
  const release = await open(page, { demo: 'generate', lang: 'en' });
  const candidates = page.getByRole('region', { name: 'Candidates' });
  const attention = page.getByRole('region', { name: 'Attention' });
  await expect(mark(page, 'en')).toBeVisible();
  await expect(attention.getByRole('listitem').first()).toBeVisible();
  // No recording has the other heads.
  await attention.getByRole('combobox', { name: 'Head' }).selectOption({ index: 1 });
  await expect(attention.getByRole('listitem')).toHaveCount(0);
  release();
  await expect(attention.getByRole('listitem').first()).toBeVisible(WAIT);
  await expect(mark(page, 'en')).toBeVisible();
  const first = candidates.getByRole('listitem').first();
  const before = await first.innerText();
  await candidates.getByRole('slider').fill('0.1');
  await expect(first).not.toHaveText(before);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('another text than the recorded one waits for the model', { tag: '@any-device' }, async ({ page }) => {
  const release = await open(page, { demo: 'mask', lang: 'ru' });
  await expect(mark(page, 'ru')).toBeVisible();
  await page.getByRole('textbox').first().fill('Птичка взмахнула [MASK].');
  await expect(mark(page, 'ru')).toHaveCount(0);
  await expect(page.locator('.filling')).toHaveCount(0);
  release();
  await expect(page.locator('.filling').getByRole('listitem').first()).toContainText('крыльями', WAIT);
});

test('a model or a text of the address has no recording', { tag: '@any-device' }, async ({ page }) => {
  for (const query of [{ demo: 'generate', lang: 'ru', seed: '5' }, { demo: 'generate', lang: 'ru', weights: 'int4' }, { demo: 'mask', lang: 'ru', text: 'Маша спала.', hidden: '[0]' }]) {
    await open(page, query);
    await expect(page.locator('.status').first()).toBeVisible();
    await page.waitForTimeout(800);
    await expect(mark(page, 'ru')).toHaveCount(0);
  }
});

test.describe('trainings', { tag: '@any-device' }, () => {
  for (const lang of ['ru', 'en']) {
    test(`Teach in ${lang} shows a recorded run until one runs`, async ({ page }) => {
      const release = await open(page, { demo: 'teach', lang });
      const scores = page.locator('.lane-score');
      await expect(mark(page, lang)).toHaveCount(3);
      for (const score of await scores.all()) await expect(score).toHaveText(/^\d+\s?%$/);
      await expect(page.locator('.class-dot')).toHaveCount(32);
      // Nothing can be asked of a classifier that is not there.
      await expect(page.locator('.trial-answer').getByRole('listitem')).toHaveCount(0);
      const before = await page.locator('[data-lane=features] .lane-score').innerText();
      release();
      await page.locator('#steps').fill('5');
      await page.locator('.teach-task .primary').click();
      await expect(mark(page, lang)).toHaveCount(1, WAIT);
      await expect(page.locator('.trial-answer').first().getByRole('listitem').first()).toBeVisible(WAIT);
      // The head of a frozen encoder has one optimum.
      await expect(page.locator('[data-lane=features] .lane-score')).toHaveText(before, WAIT);
    });

    test(`Two readers in ${lang} shows a recorded reading and run until its model answers`, async ({ page }) => {
      const release = await open(page, { demo: 'readers', lang });
      await expect(mark(page, lang)).toHaveCount(2);
      // Bit by bit the same, in the recording too: three layers and the mixture, and both readers' layer of characters.
      await expect(page.locator('.likenesses [data-same]')).toHaveCount(6);
      await expect(page.locator('.reader .bar')).toHaveCount(6);
      await expect(page.locator('#lane-elmo .bar')).toHaveCount(4);
      await expect(page.locator('#lane-bert .bar')).toHaveCount(8);
      const before = await page.locator('.likenesses').innerText();
      release();
      await expect(mark(page, lang)).toHaveCount(1, WAIT);
      await expect.poll(async () => {
        const [now, then] = [numbers(await page.locator('.likenesses').innerText()), numbers(before)];
        return now.length === then.length && now.every((value, index) => Math.abs(value - then[index]) <= 0.02);
      }).toBe(true);
    });

    test(`Distil in ${lang} shows recorded runs until one runs`, async ({ page }) => {
      const release = await open(page, { demo: 'distil', lang });
      await expect(mark(page, lang)).toHaveCount(2);
      await expect(page.locator('#students-note')).toHaveText(/\d/);
      await expect(page.locator('#student-facts')).toHaveText(/\d/);
      await expect(page.locator('.distil-mini .options').last().getByRole('button').last()).toBeDisabled();
      const note = await page.locator('#students-note').innerText();
      release();
      await page.locator('.distil-students .primary').click();
      await expect(mark(page, lang)).toHaveCount(1);
      // The same seed, so the same end; the first number is the seconds.
      await expect.poll(async () => numbers(await page.locator('#students-note').innerText()).slice(-2), WAIT).toEqual(numbers(note).slice(-2));
    });

    test(`Align in ${lang} shows recorded stages: the reward rises, and what it stands for falls below its start`, async ({ page }) => {
      await open(page, { demo: 'align', lang });
      // The eight answers, the three stages.
      await expect(mark(page, lang)).toHaveCount(4);
      await expect(page.locator('.eight-row .bar-value').first()).toHaveText(/%/);
      await expect(page.locator('.answers dd').first()).not.toBeEmpty();
      await expect(page.locator('.ranked')).toHaveCount(4);
      await expect(page.locator('#reward-facts')).toHaveText(/48/);
      await expect(page.locator('#policy-note')).toHaveText(lang === 'ru' ? /взломала вознаграждение/ : /has hacked the reward/);
      const figures = async (iteration: string) => {
        await page.locator('#shown-iteration').fill(iteration);
        await expect(page.locator('#step-facts')).toHaveText(new RegExp(`^\\S+ ${iteration}:`));
        return [...(await page.locator('#step-facts').innerText()).matchAll(/[−-]?\d+[.,]\d+/g)].map(([it]) => Number(it.replace(',', '.').replace('−', '-')));
      };
      const [first, last] = [await figures('0'), await figures('30')];
      expect(last[0]).toBeGreaterThan(first[0] + 2);
      expect(last[1]).toBeLessThan(first[1]);
      // Nothing can be asked of a recorded policy.
      await expect(page.locator('.broken-instructions .primary')).toBeDisabled();
      await expect(page.locator('.broken-policy .primary')).toBeDisabled();
      await expect(page.locator('.align-beside .primary')).toBeDisabled();
    });
  }

  test('another task has no recording', async ({ page }) => {
    await open(page, { demo: 'teach', lang: 'en' });
    await expect(mark(page, 'en')).toHaveCount(3);
    await page.getByRole('combobox', { name: 'Labels a class' }).selectOption({ index: 1 });
    await expect(mark(page, 'en')).toHaveCount(0);
    await expect(page.locator('.lane-score').first()).toHaveText('–');
  });
});
