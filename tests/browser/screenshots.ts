// Every page, light and dark, on a projector and on a phone, into docs/screenshots.

import { join } from 'node:path';
import { expect, test } from './support/test';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');
const PAGES = ['map', 'generate', 'sentences', 'words', 'mask', 'next', 'compare', 'number', 'layer', 'squeezed', 'size', 'models'];
const SIZES = [
  [1280, 720],
  [390, 844],
];
/** Steps that fill a page before its screenshot. */
const STATES: Record<string, object> = {
  generate: { autostart: 1, seed: 7, maxNewTokens: 40 },
  squeezed: { autostart: 1, seed: 7 },
};

for (const name of PAGES) {
  test(name, async ({ page }) => {
    test.setTimeout(120_000);
    for (const theme of ['light', 'dark']) {
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        const query = new URLSearchParams({ device: 'cpu', lang: 'en', theme, ...(name !== 'map' && { demo: name }), ...STATES[name] });
        await page.goto(`?${query}`);
        await expect(page.getByRole('button', { name: 'Dark colours' })).toBeVisible();
        const status = page.locator('.status-text').last();
        if (name !== 'map' && (await status.count())) await expect(status).not.toContainText(/%|…/, { timeout: 60_000 });
        // The engine has answered, including requests sent after a pause.
        await page.waitForTimeout(name in STATES ? 4000 : 2000);
        await page.screenshot({ path: join(FOLDER, `${name}-${theme}-${width}.png`) });
      }
    }
  });
}
