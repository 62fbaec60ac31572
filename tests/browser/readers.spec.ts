// The page of ELMo's two readers, as a person uses it.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const WAIT = { timeout: 60_000 };

async function open(page: Page, query: Record<string, string> = {}) {
  await page.goto(`?${new URLSearchParams({ demo: 'readers', lang: 'en', device: 'cpu', ...query })}`);
  await expect(page.locator('.readers-belts .recorded')).toHaveCount(0, WAIT);
  await expect(page.locator('.belt-word')).not.toHaveCount(0, WAIT);
}

/** The table's cells, a row for each layer and the mixture: forward, backward, both. */
const cosines = (page: Page) =>
  page.locator('.likenesses tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll('td')].map((cell) => ({ value: cell.childNodes[0].textContent, same: cell.dataset.same === 'true' }))),
  );

test('to the forward reader a word before its clue is the same, bit by bit', async ({ page }) => {
  await open(page);
  await expect(page.locator('.readers-pair .subject')).toHaveText('bank');
  await expect(page.locator('.likenesses tbody tr')).toHaveCount(4);
  const rows = await cosines(page);
  // The words' characters alone are the same to both.
  expect(rows[0].map(({ same }) => same)).toEqual([true, true, true]);
  for (const row of rows.slice(1)) expect(row.map(({ same }) => same)).toEqual([true, false, false]);
  expect(rows.map(([{ value }]) => value)).toEqual(['1.00', '1.00', '1.00', '1.00']);
  await expect(page.locator('.readers-pair .finding')).toContainText('bit by bit');
  // A clue before the word: now the forward reader tells them apart too.
  await page.getByLabel('Second sentence').fill('With his money he went to the bank.');
  await expect(async () => {
    const [, first] = await cosines(page);
    expect(first.map(({ same }) => same)).toEqual([false, false, false]);
  }).toPass();
});

test('γ changes no cosine, and a slider takes one layer', async ({ page }) => {
  await open(page);
  await expect(page.locator('.likenesses tbody tr')).toHaveCount(4);
  const before = await cosines(page);
  await page.getByLabel('γ, the scale').fill('5');
  await expect(page.locator('output[for="gamma"]')).toHaveText('5.0');
  expect(await cosines(page)).toEqual(before);
  await page.locator('#scalar-0').fill('6');
  await page.locator('#scalar-1').fill('-6');
  await page.locator('#scalar-2').fill('-6');
  await expect(page.locator('.likenesses tbody tr').last().locator('td').last()).toHaveText(/^1\.00/);
  await expect(page).toHaveURL(/mixture/);
  await page.reload();
  await expect(page.locator('#scalar-0')).toHaveValue('6', WAIT);
});

test('the belts show what either reader has read, and a step goes on to the next word', async ({ page }) => {
  await open(page, { text: 'Once upon a time there was a cat.', word: '0' });
  const [forward, backward] = [page.locator('.reader.forward'), page.locator('.reader.backward')];
  await expect(forward.locator('.has-read')).toHaveText('Once');
  await expect(backward.locator('.has-read')).toHaveText('Once upon a time there was a cat .');
  await expect(forward.locator('.bar-name').first()).toHaveText('upon');
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(forward.locator('.has-read')).toHaveText('Once upon');
  // The reader from the end comes to «upon»: before it stands «Once».
  await expect(backward.locator('.bar-name').first()).toHaveText('Once');
  await expect(page.locator('.belt-word .gates:first-child.is-read')).toHaveCount(2);
  await page.locator('#word-1').focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('#word-2')).toBeFocused();
  await expect(forward.locator('.note')).toContainText('Gates: input');
});

test('a state forgets a word, attention does not', async ({ page }) => {
  await open(page);
  const panel = page.locator('.readers-memory');
  await expect(panel.locator('.recorded')).toHaveCount(0, WAIT);
  await expect(panel.locator('polyline')).toHaveCount(2);
  const figures = async () => {
    const text = await panel.locator('.finding').innerText();
    return [...text.matchAll(/(\d+)\s?%/g)].map(([, number]) => Number(number));
  };
  await expect.poll(async () => (await figures()).length, WAIT).toBe(4);
  const [near, far, attentionNear, attentionFar] = await figures();
  expect(far).toBeLessThan(near);
  expect(far / near).toBeLessThan(attentionFar / attentionNear);
  // Another word is replaced; after the last one there is nothing to see.
  await panel.getByRole('button', { name: 'bird', exact: true }).click();
  await expect(panel.locator('.finding')).toContainText('“bird”');
  await expect(page).toHaveURL(/rememberedWord=8/);
  await panel.locator('input').fill('Short.');
  await expect(panel.locator('.finding')).toBeEmpty();
});

test('a probe learns: the word alone tells less than its context, for ELMo and for BERT', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, { task: '1' });
  await page.locator('.readers-learning .primary').click();
  const shares = async (lane: string) => {
    const texts = await page.locator(`${lane} .bar-value`).allTextContents();
    return texts.map((text) => Number.parseFloat(text));
  };
  await expect(page.locator('#lane-elmo .bar')).toHaveCount(4, { timeout: 120_000 });
  await expect(page.locator('#lane-bert .bar')).toHaveCount(8, { timeout: 120_000 });
  for (const lane of ['#lane-elmo', '#lane-bert']) {
    const [characters, ...others] = await shares(lane);
    // Two meanings of every word, and nothing but the word: half of them are right.
    expect(characters).toBeLessThanOrEqual(55);
    expect(Math.max(...others)).toBeGreaterThan(characters + 10);
    await expect(page.locator(`${lane} .share-part`).first()).toBeVisible();
  }
  await expect(page.locator('#lane-elmo .note')).toContainText('tested with 40 words');
});

test('a strong penalty keeps the shares equal', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, { task: '1', l2: '3' });
  await page.locator('.readers-learning .primary').click();
  await expect(page.locator('#lane-elmo .bar')).toHaveCount(4, { timeout: 120_000 });
  const widths = await page.locator('#lane-elmo .share-part').evaluateAll((parts) => parts.map((part) => Number.parseFloat((part as HTMLElement).style.width)));
  for (const width of widths) expect(Math.abs(width - 100 / 3)).toBeLessThan(2);
});

test('JavaScript reads a text from both ends, and learns a mixture', async ({ blank }) => {
  test.setTimeout(120_000);
  const found = await blank.evaluate(async () => {
    const model = await window.Lectern.load('stories-en-elmo', { device: 'cpu' });
    const [first, second] = await Promise.all(
      ['He went to the bank of the river.', 'He went to the bank and asked for money.'].map((text) => model.read(text)),
    );
    const at = first.words.findIndex(({ text }) => text === 'bank');
    const half = (reading: typeof first, layer: number, half: number) => {
      const start = at * reading.size + (half * reading.size) / 2;
      return [...reading.layers[layer].slice(start, start + reading.size / 2)];
    };
    const equal = [0, 1, 2].map((layer) => [0, 1].map((part) => half(first, layer, part).join() === half(second, layer, part).join()));
    const { words: measured, layers } = await model.influence('The old king saw a bird, and ran.', 2, ['dog', 'girl']);
    const trainable = await window.Lectern.train('stories-en-elmo');
    const texts = ['The cat ran.', 'A dog sat.', 'The bird flew.', 'A fish swam.'];
    const word = (text: number, start: number, end: number, label: string) => ({ text, start, end, label });
    const words = [word(0, 4, 7, 'noun'), word(0, 8, 11, 'verb'), word(1, 2, 5, 'noun'), word(1, 6, 9, 'verb')];
    const tests = [word(2, 4, 8, 'noun'), word(2, 9, 13, 'verb'), word(3, 2, 6, 'noun'), word(3, 7, 11, 'verb')];
    const run = trainable.mix(texts, words, { tests, steps: 30 });
    let steps = 0;
    for await (const _ of run) steps += 1;
    const { ending, mixture, alone, classes } = await run.result;
    const refused = await trainable.mix(texts, [word(0, 5, 7, 'noun')], { tests }).result.catch((error) => error.code);
    const influence = layers.map((layer) => layer.map((change) => change > 0));
    return { measured, influence, equal, steps, ending, layers: alone.length, accuracy: mixture.accuracy, classes, refused, seconds: first.seconds };
  });
  expect(found.measured).toEqual([[0, 3], [4, 7], [8, 12], [13, 16], [17, 18], [19, 23], [25, 28], [29, 32]]);
  expect(found.influence).toEqual([0, 1, 2].map((layer) => found.measured.map((_, word) => layer > 0 || word === 2)));
  expect(found.equal).toEqual([[true, true], [true, false], [true, false]]);
  expect(found).toMatchObject({ ending: 'complete', layers: 3, classes: ['noun', 'verb'], refused: 'badRequest' });
  expect(found.steps).toBeGreaterThan(20);
  expect(found.accuracy).toBeGreaterThan(0.7);
  console.log(`8 words were read in ${(1000 * found.seconds).toFixed(1)} ms`);
});
