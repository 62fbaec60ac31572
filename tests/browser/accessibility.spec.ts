// WCAG 2.2 AA as far as a program can check it: axe-core on every page with content, in both languages and themes.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './support/test';

const DEMOS = ['', 'generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'teach', 'distil', 'align', 'number', 'layer', 'squeezed', 'size', 'models'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function problems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
}

/** Waits until a demo shows its model's answer; demos without a model show theirs at once. */
async function filled(page: Page, demo: string) {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('html:not([data-waiting]) .topbar .tools button').first()).toBeVisible();
  const status = page.locator('.status-text').first();
  if (demo && (await status.count())) await expect(status).not.toContainText(/%|…/, { timeout: 60_000 });
}

for (const lang of ['en', 'ru']) {
  for (const theme of ['light', 'dark']) {
    test(`axe finds nothing, ${lang}, ${theme}`, async ({ page, device }) => {
      test.setTimeout(240_000);
      for (const demo of DEMOS) {
        const query = new URLSearchParams({ ...(demo && { demo }), lang, theme, device, autostart: '1', maxNewTokens: '8' });
        await page.goto(`?${query}`);
        await filled(page, demo);
        expect(await problems(page), demo || 'the map').toEqual([]);
      }
    });
  }
}

test('axe finds nothing in dialogs, alerts and frames', async ({ page, device }) => {
  await page.goto(`?demo=generate&model=nothing-here&device=${device}`);
  await expect(page.getByRole('alert')).toBeVisible({ timeout: 60_000 });
  expect(await problems(page)).toEqual([]);
  await page.goto('?demo=number');
  await page.getByRole('button', { name: 'For your slides' }).click();
  expect(await problems(page)).toEqual([]);
  await page.goto('?demo=number&embed=1');
  await expect(page.getByRole('slider', { name: 'Bits' })).toBeVisible();
  expect(await problems(page)).toEqual([]);
});

test('nothing moves for those who asked for that', async ({ page, device }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`?demo=generate&device=${device}`);
  await expect(page.getByRole('button', { name: 'Generate', exact: true })).toBeVisible();
  const moving = await page.evaluate(
    () => [...document.querySelectorAll('*')].filter((it) => {
      const { animationName, transitionDuration } = getComputedStyle(it);
      return animationName !== 'none' || transitionDuration.split(', ').some((time) => Number.parseFloat(time) > 0);
    }).length,
  );
  expect(moving).toBe(0);
});
