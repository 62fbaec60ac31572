// What learns, against the reference cases: the native tests' checks in the browser.

import { cases, read } from './support/fixtures';
import { expect, test } from './support/test';

for (const name of ['distill', 'elmomix', 'head', 'train'].flatMap(cases)) {
  test(`${name}: losses, gradients and weights are those of the reference`, async ({ blank }) => {
    const said: string[] = [];
    blank.on('console', (message) => said.push(message.text()));
    const checked = blank.evaluate(
      async (name) => {
        const { default: start, files, run } = await import(`${location.origin}/checks/cases.js`);
        await start();
        const [names, bytes]: [string[], Uint8Array[]] = [[], []];
        for (const file of files()) {
          const response = await fetch(`/fixtures/${name}/${file}`);
          if (!response.ok) continue;
          names.push(file);
          bytes.push(new Uint8Array(await response.arrayBuffer()));
        }
        await run(name, names, bytes);
        return names.length;
      },
      name,
    );
    // Without the message in the console, all that is known of a wrong number is "unreachable".
    const count = await checked.catch((error: Error) => Promise.reject(new Error(said.join('\n') || error.message)));
    expect(count).toBeGreaterThanOrEqual(2);
  });
}

test('a wrong number is found', async ({ blank }) => {
  const name = cases('head')[0];
  const expected = JSON.parse(read(name, 'expected.json').toString());
  expected.loss *= 1.001;
  const failed = blank.evaluate(
    async ([name, expected]) => {
      const { default: start, run } = await import(`${location.origin}/checks/cases.js`);
      await start();
      const tensors = await (await fetch(`/fixtures/${name}/expected.safetensors`)).arrayBuffer();
      const bytes = [new TextEncoder().encode(expected), new Uint8Array(tensors)];
      await run(name, ['expected.json', 'expected.safetensors'], bytes);
    },
    [name, JSON.stringify(expected)] as const,
  );
  await expect(failed).rejects.toThrow();
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
