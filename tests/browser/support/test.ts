// The tests' starting point: an empty page of the site with lectern.js, on the project's device.

import { test as base, expect, type Page } from '@playwright/test';
import type * as api from '../../../web/lectern.js';

declare global {
  interface Window {
    Lectern: typeof api.Lectern;
    /** The model that a test loaded. */
    model: api.Model;
  }
}

/** An empty page with `window.Lectern`. */
export const BLANK = `<!doctype html><title>Test</title><script type="module">
  import { Lectern } from './lectern.js';
  window.Lectern = Lectern;
</script>`;

/** Opens an empty page with `window.Lectern`. */
export async function openBlank(page: Page) {
  await page.route('**/blank.html', (route) => route.fulfill({ contentType: 'text/html', body: BLANK }));
  await page.goto('blank.html');
  await page.waitForFunction(() => window.Lectern !== undefined);
}

export const test = base.extend<{ device: 'gpu' | 'cpu'; blank: Page }>({
  device: async ({}, use, info) => use(info.project.metadata.device),
  blank: async ({ page }, use) => {
    await openBlank(page);
    await use(page);
  },
});

export { expect };

/** Shape of a caught `LecternError` outside its page. */
export interface Caught {
  code: string;
  data: Record<string, unknown>;
  message: string;
  messageRu: string;
}

/** Loads a model as `window.model`; returns the error where that fails. */
export async function load(page: Page, source: string, options: api.LoadOptions = {}): Promise<Caught | null> {
  return page.evaluate(
    async ([source, options]) => {
      try {
        window.model = await window.Lectern.load(source, options);
        return null;
      } catch (error) {
        const { code, data, message, messageRu } = error as api.LecternError;
        return { code, data: { ...data }, message, messageRu };
      }
    },
    [source, options] as const,
  );
}

/** Generates with `window.model`. */
export async function generate(page: Page, prompt: string, options: api.GenerateOptions) {
  return page.evaluate(
    async ([prompt, options]) => {
      const tokens = [];
      const generation = window.model.generate(prompt, options);
      for await (const token of generation) tokens.push(token);
      return { tokens, ...(await generation.result) };
    },
    [prompt, options] as const,
  );
}
