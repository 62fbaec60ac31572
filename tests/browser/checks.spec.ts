// The kernels' checks against f64 references, in the browser.

import { expect, test } from './support/test';

test('every kernel agrees with f64', async ({ blank, device }) => {
  test.setTimeout(1_500_000);
  const results = await blank.evaluate(async (device) => {
    const { default: start, run } = await import(`${location.origin}/checks/checks.js`);
    await start();
    const results: { name: string; error?: string }[] = [];
    await run(device, (name: string, error?: string) => results.push({ name, error }));
    return results;
  }, device);
  expect(results.filter(({ error }) => error)).toEqual([]);
  expect(results.length).toBeGreaterThan(150);
});
