// The page of stored models, as a lecturer uses it the evening before.

import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { cases, read } from './support/fixtures';
import { serveFiles, serveSite } from './support/server';

const [MODEL] = cases('gpt2');
const good: Record<string, Buffer> = Object.fromEntries(
  ['config.json', 'tokenizer.json', 'model.safetensors'].map((file) => [file, read(MODEL, file)]),
);
const weights = good['model.safetensors'];
const WAIT = { timeout: 60_000 };
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

test('a model is downloaded, paused, resumed, verified, used and deleted', async ({ page }) => {
  let requests = 0;
  await using server = await serveFiles({
    ...good,
    'model.safetensors': (request, response) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = start > 0 && { 'Content-Range': `bytes ${start}-${weights.length - 1}/${weights.length}` };
      response.setHeader('Access-Control-Expose-Headers', 'Content-Range');
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': weights.length - start, ...range });
      // The first request hangs after two fifths.
      if (request.method === 'GET' && requests++ === 0) response.write(weights.subarray(0, Math.floor(weights.length * 0.4)));
      else response.end(weights.subarray(start));
    },
  });
  const name = new URL(server.address).host;
  await page.goto('?demo=models');
  const elsewhere = page.getByRole('region', { name: 'Other models' });
  await expect(elsewhere.getByText('Nothing yet')).toBeVisible(WAIT);
  await elsewhere.getByRole('combobox').fill(server.address);
  await button(page, 'Download').click();
  const row = elsewhere.getByRole('listitem').filter({ hasText: name });
  await button(page, `Pause ${name}`).click();
  await expect(button(page, `Resume ${name}`)).toBeVisible();
  await expect(row).toContainText(/ of .*· from 127\.0\.0\.1/);
  await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuenow', /^[34]\d$/);

  // The next day.
  await page.reload();
  await button(page, `Resume ${name}`).click(WAIT);
  await expect(page.getByRole('status').filter({ hasText: 'has been downloaded' })).toBeVisible();
  await expect(row.getByRole('progressbar')).toHaveCount(0);
  await row.getByText('3 files, SHA-256').click();
  for (const [file, bytes] of Object.entries(good)) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    await expect(row.getByRole('row', { name: file })).toContainText(hash);
  }
  await button(page, `Verify ${name}`).click();
  await expect(page.getByRole('status').filter({ hasText: 'all files are intact' })).toBeVisible();

  const deletion = button(page, `Delete ${name}`);
  page.once('dialog', (dialog) => dialog.dismiss());
  await deletion.click();
  await expect(row).toBeVisible();
  page.once('dialog', (dialog) => dialog.accept());
  await deletion.click();
  await expect(elsewhere.getByText('Nothing yet')).toBeVisible();
});

test('what cannot be downloaded is explained', async ({ page }) => {
  await using server = await serveFiles({});
  await page.goto('?demo=models');
  await page.getByRole('combobox').fill(server.address);
  await button(page, 'Download').click();
  await expect(page.getByRole('alert')).toContainText('config.json');
  await expect(page.getByText('Nothing yet')).toBeVisible();
});

test.describe('with a service worker', () => {
  test.use({ serviceWorkers: 'allow' });

  test('the whole lecture is made available offline', async ({ page, context, device }) => {
    const server = await serveSite('/lecture/');
    const address = `${server.address}lecture/`;
    await page.goto(address);
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active!.state !== 'activated') await new Promise((done) => (active!.onstatechange = done));
    });
    await page.goto(`${address}?demo=models&device=${device}`);
    const own = page.getByRole('region', { name: 'Models of this site' });
    const models = own.getByRole('listitem');
    await expect(models.filter({ hasText: 'stories-en-gpt2' })).toContainText(/(?<!not )downloaded/, WAIT);
    const all = button(page, 'Make this lecture available offline');
    const last = models.filter({ hasText: 'all-MiniLM-L6-v2' });
    await expect(last).toContainText('not downloaded yet');
    await all.click();
    await expect(own.getByText('This lecture is available offline.')).toBeVisible(WAIT);
    await expect(last).not.toContainText('not downloaded yet');
    await server[Symbol.asyncDispose]();
    await context.setOffline(true);
    await page.goto(`${address}?demo=sentences&device=${device}`);
    await expect(page.locator('.status-text').first()).toContainText('22.7 M weights', WAIT);
  });
});
