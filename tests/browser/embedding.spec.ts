// Sites that are not at a server's root: a folder, another origin, a frame.

import { expect, test } from './support/test';
import { serve, serveSite } from './support/server';
import { address } from './support/setup';

const MODULE = (from: string) => `<!doctype html><title>A slide</title><script type="module">
  import { Lectern } from '${from}lectern.js';
  const model = await Lectern.load('stories-en-gpt2');
  document.title = await model.generate('Once upon a time', { maxNewTokens: 5, temperature: 0 }).text();
</script>`;

test('the site works in a folder', async ({ page }) => {
  await using server = await serveSite('/courses/nlp/');
  const missing: string[] = [];
  page.on('response', (response) => response.status() === 404 && missing.push(response.url()));
  await page.goto(`${server.address}courses/nlp/`);
  await page.getByRole('link', { name: 'Generate' }).first().click();
  await expect(page.getByRole('button', { name: 'Generate' })).toBeEnabled({ timeout: 60_000 });
  expect(missing.filter((url) => !url.endsWith('favicon.ico'))).toEqual([]);
});

test('a slide of another origin can use lectern.js', async ({ page }) => {
  await using server = await serve((_, response) => response.setHeader('Content-Type', 'text/html').end(MODULE(address)));
  await page.goto(server.address);
  await expect.poll(() => page.title(), { timeout: 60_000 }).toMatch(/^(?!A slide).*\w/);
});

test('the page works in a frame of another origin', async ({ page }) => {
  const frame = `<!doctype html><iframe src="${address}?demo=generate" title="Lectern" width="1200" height="700"></iframe>`;
  await using server = await serve((_, response) => response.setHeader('Content-Type', 'text/html').end(frame));
  await page.goto(server.address);
  const generate = page.frameLocator('iframe').getByRole('button', { name: 'Generate' });
  await expect(generate).toBeEnabled({ timeout: 60_000 });
});
