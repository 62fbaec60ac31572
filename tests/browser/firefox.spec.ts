// Firefox, as distributions ship it: Playwright drives only its own, so Puppeteer does. It has no WebGPU on Linux: the
// engine runs on the CPU.

import puppeteer, { type Browser } from 'puppeteer-core';
import { expect, test } from './support/test';
import { address } from './support/setup';

const WAIT = { timeout: 60_000 };
let firefox: Browser;

test.beforeAll(async () => {
  const executablePath = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
  firefox = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
});

test.afterAll(() => firefox.close());

test('Firefox shows the map, writes on with GPT-2 and fills gaps with BERT', async () => {
  const page = await firefox.newPage();
  const errors: unknown[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(`${address}?lang=ru`);
  await page.waitForSelector('.tools .icon', WAIT);
  expect(await page.$eval('#map', (map) => (map as HTMLElement).innerText)).toContain('Трансферное обучение');

  await page.goto(`${address}?demo=generate&lang=ru&seed=7&maxNewTokens=8&autostart=1`);
  const note = await page.waitForFunction(() => document.querySelector('.text .note')?.textContent || null, WAIT);
  await page.waitForFunction(() => /^Остановка/.test(document.querySelector('.text .note')?.textContent ?? ''), WAIT);
  expect(await note.jsonValue()).toBeTruthy();
  expect(await page.$eval('.text', (text) => (text as HTMLElement).innerText)).toMatch(/Жила-была [а-яё]+/);
  expect(await page.$eval('.status-text', (status) => status.textContent)).toContain('CPU');

  await page.goto(`${address}?demo=mask&lang=en`);
  const best = await page.waitForSelector('.fillings li', WAIT);
  expect(await best!.evaluate((item) => item.textContent)).toContain('time');
  expect(errors).toEqual([]);
});
