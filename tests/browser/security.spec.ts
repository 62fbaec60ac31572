// Actions that the page must not take, whatever its input.

import type { Page } from '@playwright/test';
import { expect, test } from './support/test';
import { cases, read } from './support/fixtures';

declare global {
  interface Window {
    violations: string[];
    attacked?: boolean;
  }
}

const DEMOS = ['generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'teach', 'distil', 'align', 'number', 'layer', 'squeezed', 'size'];
const WAIT = { timeout: 60_000 };

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    window.violations = [];
    const name = (event: SecurityPolicyViolationEvent) =>
      `${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`;
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(name(event)));
  });
});

const violations = (page: Page) => page.evaluate(() => window.violations);

test('every page keeps to its own strict policy', async ({ page, device }) => {
  for (const demo of DEMOS) {
    await page.goto(`?demo=${demo}&device=${device}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('main .panel').first()).toBeVisible(WAIT);
    expect(await violations(page), demo).toEqual([]);
  }
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/'unsafe-(inline|eval)'/);
});

test('a demo in use keeps to it too: text, bars, heat maps, numbers', async ({ page, device }) => {
  await page.goto(`?demo=generate&device=${device}&seed=1`);
  await page.getByRole('slider', { name: 'Max new tokens' }).fill('6');
  await page.getByRole('button', { name: 'Generate', exact: true }).click(WAIT);
  await expect(page.locator('.note').first()).toContainText(/Stopped|Finished/, WAIT);
  const map = page.getByRole('img', { name: /^Attention/ });
  await map.focus();
  await map.press('ArrowDown');
  await expect(page.locator('.heat-row')).toBeVisible(WAIT);
  const place = (await page.locator('.heat-row').boundingBox())!;
  expect(place.width).toBeGreaterThan(10);
  await page.goto(`?demo=layer&device=${device}`);
  const cell = page.locator('.zoom td').first();
  await expect(cell).toBeVisible(WAIT);
  expect(await cell.evaluate((it) => it.style.getPropertyValue('--error'))).toMatch(/%$/);
  expect(await violations(page)).toEqual([]);
});

test('scripts that got into the page do not run, and nothing is sent elsewhere', async ({ page }) => {
  await page.goto('?demo=number');
  await expect(page.locator('main .panel').first()).toBeVisible();
  const sent = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.attacked = true';
    document.body.append(script);
    const image = document.createElement('div');
    image.innerHTML = '<img src="nothing.png" onerror="window.attacked = true">';
    document.body.append(image);
    await new Promise((done) => setTimeout(done, 300));
    // A port without a listener: the policy must refuse before a connection is tried.
    return fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused');
  });
  expect(sent).toBe('refused');
  expect(await page.evaluate(() => window.attacked)).toBeUndefined();
  const kinds = (await violations(page)).map((violation) => violation.split(':')[0]);
  expect(kinds).toEqual(expect.arrayContaining(['script-src-elem', 'script-src-attr', 'connect-src']));
});

test('a model’s name is text, whatever it says', async ({ page, device }) => {
  const [gpt2] = cases('gpt2');
  const name = '<img src=x onerror="window.attacked=true">';
  await page.goto(`?demo=generate&device=${device}`);
  await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('Files from this computer…');
  const files = ['config.json', 'tokenizer.json'].map((file) => ({
    name: file,
    mimeType: 'application/json',
    buffer: read(gpt2, file),
  }));
  const weights = { name: `${name}.safetensors`, mimeType: 'application/octet-stream', buffer: read(gpt2, 'model.safetensors') };
  await page.getByLabel('Model files').setInputFiles([...files, weights]);
  const picker = page.getByRole('combobox', { name: 'Model', exact: true });
  const problem = page.getByRole('alert');
  await expect(picker.locator('option', { hasText: 'onerror' }).or(problem.filter({ hasText: 'onerror' }))).toHaveCount(1, WAIT);
  expect(await page.evaluate(() => window.attacked)).toBeUndefined();
  await expect(page.locator('img')).toHaveCount(0);
});
