// What learns, against the reference cases: the native tests' checks in the browser.

import type { Page } from '@playwright/test';
import { cases, read } from './support/fixtures';
import { expect, test } from './support/test';

/** Checks a case, or one whose expected.json is another; a wrong number is an error. Returns the number of its files. */
async function check(page: Page, name: string, expected?: string): Promise<number> {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  // A wrong number ends the program, which says in the console which one it was.
  const failed = new Promise<never>((_, reject) => {
    page.once('pageerror', () => setTimeout(() => reject(new Error(said.join('\n'))), 100));
  });
  const checked = page.evaluate(
    async ([name, expected]) => {
      const { default: start, files, run } = await import(`${location.origin}/checks/cases.js`);
      await start();
      const [names, bytes]: [string[], Uint8Array[]] = [[], []];
      for (const file of files()) {
        const response = await fetch(`/fixtures/${name}/${file}`);
        if (!response.ok) continue;
        names.push(file);
        const isOther = expected !== undefined && file === 'expected.json';
        bytes.push(isOther ? new TextEncoder().encode(expected) : new Uint8Array(await response.arrayBuffer()));
      }
      await run(name, names, bytes);
      return names.length;
    },
    [name, expected] as const,
  );
  return Promise.race([checked, failed]);
}

for (const name of ['distill', 'elmo', 'elmomix', 'head', 'ppo', 'reward', 'train'].flatMap(cases)) {
  test(`${name}: losses, gradients and weights are those of the reference`, async ({ blank }) => {
    expect(await check(blank, name)).toBeGreaterThanOrEqual(2);
  });
}

test('a wrong number is found', async ({ blank }) => {
  const name = cases('head')[0];
  const expected = JSON.parse(read(name, 'expected.json').toString());
  expected.loss *= 1.001;
  await expect(check(blank, name, JSON.stringify(expected))).rejects.toThrow(`${name}: loss`);
});

test("every operation's gradient is its slope", async ({ blank }) => {
  const results = await blank.evaluate(async () => {
    const { default: start, slopes } = await import(`${location.origin}/checks/cases.js`);
    await start();
    const results: { name: string; error?: string }[] = [];
    slopes((name: string, error?: string) => results.push({ name, error }));
    return results;
  });
  expect(results.filter(({ error }) => error)).toEqual([]);
  expect(results.length).toBeGreaterThan(30);
});
