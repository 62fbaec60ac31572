// Every page in both languages, light and dark, on a projector and on a phone, into docs/screenshots.

import { join } from 'node:path';
import { expect, test } from './support/test';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');
const PAGES = ['map', 'generate', 'sentences', 'readers', 'words', 'mask', 'next', 'compare', 'teach', 'distil', 'align', 'number', 'layer', 'squeezed', 'size', 'models'];
/** Language, theme, width and height. */
const LOOKS = [
  ['en', 'light', 1280, 720],
  ['en', 'dark', 1280, 720],
  ['en', 'light', 390, 844],
  ['en', 'dark', 390, 844],
  ['ru', 'light', 1280, 720],
  ['ru', 'dark', 390, 844],
] as const;
/** Steps that fill a page before its screenshot. */
const STATES: Record<string, object> = {
  generate: { autostart: 1, seed: 7, maxNewTokens: 40 },
  squeezed: { autostart: 1, seed: 7 },
};

for (const name of PAGES) {
  test(name, async ({ page }) => {
    test.setTimeout(180_000);
    for (const [lang, theme, width, height] of LOOKS) {
      await page.setViewportSize({ width, height });
      const query = new URLSearchParams({ device: 'cpu', lang, theme, ...(name !== 'map' && { demo: name }), ...STATES[name] });
      await page.goto(`?${query}`);
      await expect(page.locator('.topbar .tools button').first()).toBeVisible();
      const status = page.locator('.status-text').last();
      if (name !== 'map' && (await status.count())) await expect(status).not.toContainText(/%|…/, { timeout: 60_000 });
      // The engine has answered, including requests sent after a pause.
      await page.waitForTimeout(name in STATES ? 4000 : 2000);
      await page.screenshot({ path: join(FOLDER, `${name}${lang === 'en' ? '' : '-ru'}-${theme}-${width}.png`) });
    }
  });
}
