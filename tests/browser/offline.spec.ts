// The lecture hall without a network, and the next version of the site.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { serveSite } from './support/server';
import { site } from './support/setup';

const WAIT = { timeout: 60_000 };
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test.use({ serviceWorkers: 'allow' });

/** Returns the stored models: those with the last file that one has, since they are stored in their names' order. */
const models = (page: Page) =>
  page.evaluate(async () => {
    const requests = await (await caches.open('lectern-models')).keys();
    return requests.map(({ url }) => /models\/(.*)\/training\.json/.exec(url)?.[1]).filter(Boolean);
  });

/** Waits until everything is stored: the page and the engine, and the models of its language. */
async function kept(page: Page) {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active!.state !== 'activated') await new Promise((done) => (active!.onstatechange = done));
  });
  await expect.poll(() => models(page), WAIT).toHaveLength(3);
}

test('the page can be installed', async ({ page, baseURL }) => {
  await page.goto('');
  await kept(page);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private profile may not install; the rest of the criteria hold.
  expect(installabilityErrors.map((it) => it.errorId).filter((it) => it !== 'in-incognito')).toEqual([]);
  const manifest = await (await page.request.get(new URL('manifest.webmanifest', baseURL).href)).json();
  const files = [...manifest.icons, ...manifest.shortcuts.flatMap((it: { icons: object[] }) => it.icons)].map((it) => it.src);
  for (const file of new Set<string>(files)) {
    expect((await page.request.get(new URL(file, baseURL).href)).status(), file).toBe(200);
  }
  for (const { url } of manifest.shortcuts) {
    await page.goto(url);
    await expect(page.getByRole('navigation').locator('[aria-current="page"]')).toHaveCount(1);
  }
  expect(manifest.file_handlers[0].accept['application/octet-stream']).toEqual(['.gguf', '.safetensors']);
});

test('loaded once, it works without its server: the map, GPT-2, BERT', async ({ page, context, device }) => {
  const server = await serveSite('/lecture/');
  const address = `${server.address}lecture/`;
  await page.goto(address);
  await kept(page);
  await server[Symbol.asyncDispose]();
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
  await page.goto(`${address}?demo=generate&device=${device}&maxNewTokens=5`);
  await button(page, 'Generate').click(WAIT);
  await expect(page.getByRole('region', { name: 'Text', exact: true }).getByRole('button')).toHaveCount(9, WAIT);
  await page.goto(`${address}?demo=mask&device=${device}`);
  await expect(page.getByRole('region', { name: 'BERT’s predictions' }).getByRole('listitem').first()).toContainText('time', WAIT);
});

test('the models of the page’s language are stored, and no others', async ({ page }) => {
  await page.goto('?lang=ru');
  await kept(page);
  expect((await models(page)).sort()).toEqual(['stories-ru-bert', 'stories-ru-elmo', 'stories-ru-gpt2']);
  await page.goto('?lang=en');
  await expect.poll(async () => (await models(page)).sort(), WAIT).toEqual(['stories-en-bert', 'stories-en-elmo', 'stories-en-gpt2', 'stories-ru-bert', 'stories-ru-elmo', 'stories-ru-gpt2']);
});

test('a new version is offered, taken by all pages at once, and never mixed with the old one', async ({ page, context }) => {
  const changed = new Map<string, string>();
  await using server = await serveSite('/', changed);
  const [index, worker] = await Promise.all(
    ['index.html', 'service-worker.js'].map((file) => readFile(join(site, file), 'utf8')),
  );
  await page.goto(server.address);
  await kept(page);
  const other = await context.newPage();
  await other.goto(`${server.address}?demo=size`);
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('How big is it?');

  changed.set('index.html', index.replace('The lecture with live models', 'The second version'));
  const revised = worker.replace(/"revision":"[0-9a-f]{32}","url":"index\.html"/, `"revision":"${'0'.repeat(32)}","url":"index.html"`);
  expect(revised).not.toBe(worker);
  changed.set('service-worker.js', revised);
  await page.reload();
  // The old version is still used, whole, until the reader accepts the new one.
  await expect(page.locator('#map h1')).toHaveText('The lecture with live models', { useInnerText: true });
  const notice = page.getByRole('status').filter({ hasText: 'There is a new version' });
  await expect(notice).toBeVisible(WAIT);
  await page.reload();
  await expect(page.locator('#map h1')).toHaveText('The lecture with live models', { useInnerText: true });
  await other.evaluate(() => ((window as { isOld?: boolean }).isOld = true));
  await notice.getByRole('button', { name: 'Update' }).click();
  await expect(page.locator('#map h1')).toHaveText('The second version', { useInnerText: true, ...WAIT });
  await expect(notice).toHaveCount(0);
  await expect.poll(() => other.evaluate(() => (window as { isOld?: boolean }).isOld)).toBeUndefined();
});
