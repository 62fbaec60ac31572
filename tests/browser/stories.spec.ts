// The site's own models in the language of the page, as a reader meets them.

import type { Page } from '@playwright/test';
import { expect, openBlank, test } from './support/test';

const WAIT = { timeout: 60_000 };
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

interface Reader {
  gpt2: string;
  bert: string;
  letters: RegExp;
  /** Names on the page. */
  names: { model: string; prompt: string; generate: string; text: string; fillings: string };
  prompt: string;
  /** A word that fills the gap of the page's first sentence. */
  first: string;
  /** Sentences with gaps, and the words that everybody expects there. */
  gaps: Record<string, string[]>;
  /** What is said first; what may follow; what belongs to another story. */
  pairs: [string, string, string][];
}

const READERS: Record<string, Reader> = {
  en: {
    gpt2: 'stories-en-gpt2',
    bert: 'stories-en-bert',
    letters: /[a-z]/i,
    names: { model: 'Model', prompt: 'Prompt', generate: 'Generate', text: 'Text', fillings: 'BERT’s predictions' },
    prompt: 'Once upon a time',
    first: 'time',
    gaps: {
      'Once upon a time, there was a little girl [MASK] Lily.': ['named'],
      'The dog barked and wagged its [MASK].': ['tail'],
      'One day, they went to the [MASK] to play on the swings.': ['park'],
      'They played together and became best [MASK].': ['friends'],
      'Lily hugged her mom and [MASK], "Thank you!"': ['said'],
      'Lily was sad and started to [MASK].': ['cry'],
    },
    pairs: [
      ['Lily had a red ball. She loved to play with it in the park.', 'One day the ball rolled into the pond, and Lily was very sad.', 'The fish swam away and hid behind a rock.'],
      ['Tom was very hungry. He went to the kitchen.', 'His mom gave him a bowl of hot soup and some bread.', 'The princess thanked the dragon, and they flew to the castle.'],
      ['A little bird fell out of its nest. Anna saw it.', 'She picked up the bird and put it back into the nest.', 'The farmer washed his old truck until it was clean.'],
      ['Max the dog found a big bone in the garden.', 'He dug a hole and hid the bone in it.', 'Sara put on her pink dress and went to the party.'],
      ['The children were playing outside when it started to rain.', 'They got wet and ran home to their mom.', 'The old frog told the cat a funny story about a king.'],
    ],
  },
  ru: {
    gpt2: 'stories-ru-gpt2',
    bert: 'stories-ru-bert',
    letters: /[а-яё]/i,
    names: { model: 'Модель', prompt: 'Промпт', generate: 'Сгенерировать', text: 'Текст', fillings: 'Предсказания BERT' },
    prompt: 'Жила-была',
    first: 'любила',
    gaps: {
      'Жила-была маленькая [MASK] Маша.': ['девочка'],
      'Жила-была маленькая девочка по [MASK] Маша.': ['имени'],
      'Собачка весело виляла [MASK].': ['хвостом'],
      'Птичка взмахнула [MASK] и [MASK] высоко в небо.': ['крыльями', 'полетела'],
      'Солнышко светило [MASK], и птички пели.': ['ярко'],
      'Они [MASK] лучшими друзьями.': ['стали'],
    },
    pairs: [
      ['У Маши был красный мячик. Она любила играть с ним в парке.', 'Однажды мячик упал в воду, и Маша очень расстроилась.', 'Рыбка уплыла и спряталась за камнем.'],
      ['Саша был очень голоден. Он пошёл на кухню.', 'Мама налила ему тарелку супа и дала хлеб.', 'Принцесса поблагодарила дракона, и они полетели в замок.'],
      ['Маленькая птичка выпала из гнезда. Аня увидела её.', 'Она подняла птичку и положила обратно в гнездо.', 'Старый трактор громко загудел и поехал по дороге.'],
      ['Собачка Шарик нашла большую косточку.', 'Шарик выкопал ямку и спрятал в ней косточку.', 'Даша надела розовое платье и пошла на праздник.'],
      ['Дети играли на улице, когда начался дождь.', 'Они промокли и побежали домой к маме.', 'Старая черепаха рассказала зайчику смешную историю про короля.'],
    ],
  },
};

const words = (page: Page, name: string) => page.getByRole('region', { name }).getByRole('listitem');

for (const [lang, { gpt2, bert, letters, names, prompt, first, gaps, pairs }] of Object.entries(READERS)) {
  test(`${lang}: the first prompt becomes a story that ends`, { tag: '@any-device' }, async ({ page }) => {
    test.slow();
    await page.goto(`?demo=generate&lang=${lang}&device=cpu`);
    const generate = page.getByRole('button', { name: names.generate, exact: true });
    await expect(generate).toBeEnabled(WAIT);
    await expect(page.getByRole('textbox', { name: names.prompt })).toHaveValue(prompt);
    await expect(page.getByRole('combobox', { name: names.model, exact: true })).toHaveValue(`site:${gpt2}`);
    await generate.click();
    await expect(page.getByRole('region', { name: names.text, exact: true })).toContainText(new RegExp(`${prompt}.*(${letters.source}){3}`, 'i'), WAIT);

    await openBlank(page);
    const texts = await page.evaluate(
      async ([name, prompt, seeds]) => {
        const model = await window.Lectern.load(name, { device: 'cpu' });
        const texts = [];
        for (const seed of seeds) {
          const run = model.generate(prompt, { seed, maxNewTokens: 240 });
          texts.push({ text: await run.text(), reason: (await run.result).reason });
        }
        return texts;
      },
      [gpt2, prompt, SEEDS] as const,
    );
    for (const { text } of texts) {
      const all = [...text].filter((letter) => /\p{L}/u.test(letter));
      const own = all.filter((letter) => letters.test(letter));
      expect(own.length / all.length, text).toBeGreaterThan(0.95);
      expect(text).not.toContain('\ufffd');
    }
    const ended = texts.filter(({ text, reason }) => reason === 'endOfText' && /[.!?…»"]$/.test(text.trim()));
    expect(ended.length).toBeGreaterThan(5);
  });

  test(`${lang}: the obvious words fill the gaps`, { tag: '@any-device' }, async ({ page }) => {
    await page.goto(`?demo=mask&lang=${lang}&device=cpu`);
    await expect(page.getByRole('combobox', { name: names.model, exact: true })).toHaveValue(`site:${bert}`, WAIT);
    await expect(words(page, names.fillings).first()).toContainText(first, WAIT);
    await openBlank(page);
    const found = await page.evaluate(
      async ([name, texts]) => {
        const model = await window.Lectern.load(name, { device: 'cpu' });
        const filled = [];
        for (const text of texts) filled.push((await model.fillMask(text, { topK: 1 })).masks.map(({ candidates }) => candidates[0].text));
        return filled;
      },
      [bert, Object.keys(gaps)] as const,
    );
    expect(found).toEqual(Object.values(gaps));
  });

  test(`${lang}: what follows is told from another story's sentence`, { tag: '@any-device' }, async ({ page }) => {
    await page.goto(`?demo=next&lang=${lang}&device=cpu`);
    await expect(page.getByRole('combobox', { name: names.model, exact: true })).toHaveValue(`site:${bert}`, WAIT);
    await openBlank(page);
    const told = await page.evaluate(
      async ([name, pairs]) => {
        const model = await window.Lectern.load(name, { device: 'cpu' });
        const told = [];
        for (const [first, follows, foreign] of pairs) {
          told.push([(await model.nextSentence(first, follows)).probability, (await model.nextSentence(first, foreign)).probability]);
        }
        return told;
      },
      [bert, pairs] as const,
    );
    const right = told.flatMap(([follows, foreign]) => [follows > 0.5, foreign < 0.5]).filter(Boolean);
    expect(right.length, JSON.stringify(told)).toBeGreaterThanOrEqual(8);
  });
}

test('another language brings its model, and the reader’s own choice stays', { tag: '@any-device' }, async ({ page }) => {
  await page.goto('?demo=generate&lang=en&device=cpu');
  const model = (name: string) => page.getByRole('combobox', { name, exact: true });
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled(WAIT);
  await expect(model('Model')).toHaveValue('site:stories-en-gpt2');
  await page.getByRole('button', { name: 'Русский' }).click();
  await expect(model('Модель')).toHaveValue('site:stories-ru-gpt2');
  await expect(page.getByRole('textbox', { name: 'Промпт' })).toHaveValue('Жила-была');
  await expect(page.getByRole('button', { name: 'Сгенерировать', exact: true })).toBeEnabled(WAIT);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(model('Model')).toHaveValue('site:stories-en-gpt2');
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Once upon a time');
  // What was typed and chosen stays, though it is what Russian readers get anyhow.
  await model('Model').selectOption('stories-ru-gpt2');
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Зайчик');
  await page.getByRole('button', { name: 'Русский' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveValue('Зайчик');
  await expect(model('Model')).toHaveValue('site:stories-ru-gpt2');
});
