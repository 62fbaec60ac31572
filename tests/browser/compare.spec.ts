// The lecture's table of BERT and GPT, used as a person would.

import { painted } from './support/maps';
import { needsSentenceEncoder } from './support/models';
import { expect, test } from './support/test';

test('one sentence goes through both: a square and a triangle', async ({ page, device }) => {
  needsSentenceEncoder();
  test.slow();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`?demo=compare&device=${device}`);
  const attention = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^Attention/ }) });
  const [square, triangle] = [0, 1].map((column) => attention.getByRole('cell').nth(column).getByRole('img'));
  await expect.poll(() => painted(square), { timeout: 120_000 }).toEqual({ above: true, below: true });
  await expect.poll(() => painted(triangle), { timeout: 60_000 }).toEqual({ above: false, below: true });

  const task = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Pre-training task' }) });
  await expect(task.getByRole('cell').nth(1).getByRole('listitem').first()).toContainText('%');

  // Another head, another picture.
  const picture = () => square.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await picture();
  await attention.getByRole('combobox', { name: 'Head' }).selectOption('2');
  await expect.poll(picture).not.toBe(before);
  expect(errors).toEqual([]);
});
