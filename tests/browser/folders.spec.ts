// Folders from the disk, picked, dropped and given to lectern.js: the model in them, and all its files.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page, TestInfo } from '@playwright/test';
import type { LecternError } from '../../web/lectern.js';
import { expect, test } from './support/test';
import { cases, read, Safetensors } from './support/fixtures';

const [GPT2] = cases('gpt2');
const [BERT] = cases('bert');
const WEIGHTS = 'model.safetensors';
const WAIT = { timeout: 60_000 };

type Files = Record<string, Buffer | string>;
const below = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, file]) => [`${folder}/${path}`, file]));
const model = (name: string, files: string[]): Files => Object.fromEntries(files.map((file) => [file, read(name, file)]));

const gpt2 = model(GPT2, ['config.json', 'tokenizer.json', WEIGHTS]);
const bert = model(BERT, ['config.json', 'tokenizer.json', WEIGHTS]);

/** As sentence-transformers saves it; pooled by [CLS], which is not the default. */
const sentences: Files = {
  ...bert,
  'modules.json': JSON.stringify([
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  ]),
  '1_Pooling/config.json': JSON.stringify({ word_embedding_dimension: JSON.parse(bert['config.json'].toString()).hidden_size, pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
};

/** The same shapes with other weights: nothing else would show that they were taken for the outer model's. */
function checkpoint(): Files {
  const weights = new Safetensors(gpt2[WEIGHTS] as Buffer);
  const config = JSON.parse(gpt2['config.json'].toString());
  return {
    'config.json': JSON.stringify({ ...config, layer_norm_epsilon: 0.5 }),
    [WEIGHTS]: weights.rewritten(() => {}, Buffer.alloc(weights.data.length)),
    'optimizer.bin': 'not weights',
    'trainer_state.json': '{}',
  };
}

const trained: Files = {
  ...below('checkpoint-500', checkpoint()),
  ...below('checkpoint-1000', checkpoint()),
  ...gpt2,
  'training_args.bin': 'not weights',
  '.git/config.json': '{}',
};

/** Writes files below a folder of that name, and returns the folder's path. */
function onDisk(info: TestInfo, name: string, files: Files): string {
  for (const [path, file] of Object.entries(below(name, files))) {
    const target = info.outputPath('disk', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file);
  }
  return info.outputPath('disk', name);
}

const text = (page: Page) => page.evaluate(async () => window.model.generate('a', { maxNewTokens: 8, temperature: 0 }).text());

/** Loads the picker's files. */
const loadPicked = (page: Page) =>
  page.evaluate(async () => {
    const { files } = document.querySelector('input')!;
    window.model = await window.Lectern.load(files!, { device: 'cpu' });
    return window.model.info;
  });

test('a picked folder keeps its folders', async ({ blank: page }, info) => {
  await page.setContent('<input type="file" webkitdirectory>');
  await page.locator('input').setInputFiles(onDisk(info, 'labse', sentences));
  expect(await loadPicked(page)).toMatchObject({ name: 'labse', architecture: 'bert', pooling: 'cls' });
});

test('of a training run the outer model is taken', async ({ blank: page }, info) => {
  await page.setContent('<input type="file" webkitdirectory>');
  await page.locator('input').setInputFiles(onDisk(info, 'plain', gpt2));
  await loadPicked(page);
  const expected = await text(page);
  await page.locator('input').setInputFiles(onDisk(info, 'run', trained));
  expect((await loadPicked(page)).name).toBe('run');
  expect(await text(page)).toBe(expected);
});

test('lectern.js takes files with paths of their own', async ({ blank: page }, info) => {
  await page.setContent('<input type="file" multiple>');
  const folder = onDisk(info, 'loose', sentences);
  const paths = Object.keys(sentences);
  await page.locator('input').setInputFiles(paths.map((path) => join(folder, path)));
  const pooling = (take: 'paths' | 'names') =>
    page.evaluate(
      async ([paths, take]) => {
        const files = [...document.querySelector('input')!.files!];
        const pairs = new Map(files.map((file, index) => [`labse/${paths[index]}`, file]));
        const model = await window.Lectern.load(take === 'paths' ? pairs : files.slice(0, 3), { device: 'cpu' });
        return model.info.pooling;
      },
      [paths, take] as const,
    );
  expect(await pooling('paths')).toBe('cls');
  expect(await pooling('names')).toBe('mean');
  const code = await page.evaluate(() => window.Lectern.load(['a'] as never).then(() => null, (error: LecternError) => error.code));
  expect(code).toBe('badRequest');
});

test('models side by side are an error that lists them', async ({ blank: page }, info) => {
  await page.setContent('<input type="file" webkitdirectory>');
  await page.locator('input').setInputFiles(onDisk(info, 'models', { ...below('gpt2', gpt2), ...below('bert', bert) }));
  const error = await loadPicked(page).then(() => '', String);
  expect(error).toContain('models/bert, models/gpt2');
});

/** Drops files and folders of the disk, as a person does. */
async function drop(page: Page, files: string[]) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
  }
}

test('a dropped folder keeps its folders, and gives the model its name', async ({ page }, info) => {
  await page.goto('?demo=sentences&device=cpu');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await drop(page, [onDisk(info, 'labse', sentences)]);
  const picker = page.getByRole('combobox', { name: 'Model', exact: true });
  await expect(picker.locator('option:checked')).toHaveText('labse', WAIT);
  await expect(page.getByRole('combobox', { name: 'Pooling' }).locator('option:checked')).toContainText('CLS');
});

test('a dropped training run is its outer model', async ({ page }, info) => {
  await page.goto('?demo=generate&device=cpu');
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled(WAIT);
  await drop(page, [onDisk(info, 'run', trained)]);
  const picker = page.getByRole('combobox', { name: 'Model', exact: true });
  await expect(picker.locator('option:checked')).toHaveText('run', WAIT);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
