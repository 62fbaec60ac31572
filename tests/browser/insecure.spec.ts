// An insecure page, as in a classroom without HTTPS: it has no storage, and works all the same.

import { BLANK, expect, generate, load, test } from './support/test';
import { executablePath, WITHOUT_WEBGPU } from './support/chromium.mjs';
import { cases, read } from './support/fixtures';
import { serveFiles, serveSite } from './support/server';

const [MODEL] = cases('gpt2');
const FILES = ['config.json', 'tokenizer.json', 'model.safetensors'];

// A name of this machine that browsers do not trust.
const args = [...WITHOUT_WEBGPU, '--host-resolver-rules=MAP classroom.test 127.0.0.1'];
test.use({ launchOptions: { executablePath, args } });

test('a page that is not secure runs models without keeping them', async ({ page }) => {
  // From the server itself: browsers let no page of unknown origin access this machine.
  await using server = await serveSite('/', new Map([['blank.html', BLANK]]));
  await using models = await serveFiles(Object.fromEntries(FILES.map((file) => [file, read(MODEL, file)])));
  const address = server.address.replace('127.0.0.1', 'classroom.test');
  await page.goto(`${address}blank.html`);
  await page.waitForFunction(() => window.Lectern !== undefined);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  const source = models.address.replace('127.0.0.1', 'classroom.test');
  expect(await load(page, source, { device: 'cpu' })).toBeNull();
  expect(await page.evaluate(() => window.model.info.notKept?.code)).toBe('noStorage');
  expect((await generate(page, 'a', { temperature: 0, maxNewTokens: 4 })).tokens).toHaveLength(4);
  const keep = (source: string) => window.Lectern.keep(source).catch((error) => error.code);
  expect(await page.evaluate(keep, source)).toBe('noStorage');
  await page.goto(`${address}?demo=models`);
  await expect(page.getByRole('alert')).toContainText('cannot save files');
  await expect(page.getByText('Nothing yet')).toBeVisible();
});
