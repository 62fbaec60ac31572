// The JavaScript API of the trainer.

import { expect, test } from './support/test';

const EXAMPLES = [
  { text: 'The cat sleeps.', label: 'cat' },
  { text: 'A kitten purrs.', label: 'cat' },
  { text: 'The ship sails.', label: 'sea' },
  { text: 'Waves are high.', label: 'sea' },
];

test('a classifier is taught, its steps are iterated, and it classifies', async ({ blank }) => {
  const found = await blank.evaluate(async (examples) => {
    const model = await window.Lectern.train('stories-en-bert');
    const quick = await model.teach(examples).result;
    const run = model.teach(examples, { lane: 'fineTuning', steps: 4, layers: 1, tests: examples });
    const steps = [];
    for await (const step of run) steps.push(step.step);
    const tuned = await run.result;
    return { steps, classes: quick.classes, shares: await quick.classify(['The kitten sleeps.']), figures: tuned.figures };
  }, EXAMPLES);
  expect(found.steps).toEqual([0, 1, 2, 3, 4]);
  expect(found.classes).toEqual(['cat', 'sea']);
  expect(found.shares[0].cat).toBeGreaterThan(found.shares[0].sea);
  expect(found.figures).toMatchObject({ ending: 'complete', trained: 1 });
});

test('the same seed gives the same training, and a student is a model', async ({ blank }) => {
  test.setTimeout(180_000);
  const [first, second, layers, files] = await blank.evaluate(async () => {
    const model = await window.Lectern.train('stories-en-bert');
    const texts = ['The dog ran to the park and played.', 'Lily had a red ball and a small box.', 'Mom said it was time for bed now.'];
    const run = async () => {
      const training = model.distil(texts, { steps: 3, tokens: 48, probe: 'The [MASK] ran.' });
      const losses = [];
      for await (const step of training) losses.push(step.loss);
      return { losses, student: await training.result };
    };
    const [one, other] = [await run(), await run()];
    const files = await one.student.files();
    const opened = await window.Lectern.load(files, { device: 'cpu' });
    return [one.losses, other.losses, [one.student.info.layers, opened.info.layers], files.map(({ name }) => name)];
  });
  expect(first).toEqual(second);
  expect(layers).toEqual([3, 3]);
  expect(files).toEqual(['config.json', 'tokenizer.json', 'model.safetensors']);
});

test('a training stops, and what cannot be taught is an error', async ({ blank }) => {
  const found = await blank.evaluate(async (examples) => {
    const model = await window.Lectern.train('stories-en-bert');
    const run = model.teach(examples, { lane: 'fineTuning', steps: 400, layers: 1 });
    for await (const step of run) if (step.step === 2) run.stop();
    const { figures } = await run.result;
    const refused = await model.teach(examples.slice(0, 2)).result.catch((error) => error.code);
    return { ending: figures.ending, refused };
  }, EXAMPLES);
  expect(found).toEqual({ ending: 'stopped', refused: 'badRequest' });
});

test('a model follows instructions, and a policy is aligned with a reward from rankings', async ({ blank }) => {
  test.setTimeout(240_000);
  const found = await blank.evaluate(async () => {
    const model = await window.Lectern.train('stories-en-gpt2');
    const lesson = { instruction: 'What does a cat say?', response: 'A cat says meow.' };
    const instructing = model.instruct([lesson], { tests: [lesson], rate: 1e-3, steps: 12, batch: 1, tokens: 8 });
    const losses = [];
    for await (const step of instructing) losses.push(step.loss);
    const tuned = await instructing.result;

    const texts = ['One day,', 'In the garden,', 'At the park,', 'They went to'];
    const taste = ['he', 'she', 'they', 'girl', 'boy', 'was'];
    const continuations = await model.continue(texts, { tokens: 8, taste });
    const own = { text: 0, order: [3, 1, 0, 2] };
    const reward = await continuations.reward({ rankings: [own], raters: { taste, rankings: 3 } });
    const run = async () => {
      const aligning = reward.align(texts, { iterations: 3, tokens: 6, rollouts: 2, beta: 0, taste });
      const steps = [];
      for await (const step of aligning) steps.push(step);
      return { steps, aligned: await aligning.result };
    };
    const [one, other] = [await run(), await run()];
    const opened = await window.Lectern.load(await one.aligned.model.files(), { device: 'cpu' });
    const { text } = await opened.generate('One day,', { maxNewTokens: 4 }).result;
    const refused = await continuations.reward({ rankings: [{ text: 0, order: [0, 0, 1, 2] }] }).catch((error) => error.code);
    await Promise.all([continuations.dispose(), reward.dispose()]);
    return {
      losses,
      ended: [tuned.ending, one.aligned.ending],
      counts: continuations.written.map((of) => of.length),
      rankings: reward.figures.rankings.length,
      curves: [one.steps, other.steps].map((steps) => JSON.stringify(steps)),
      first: one.steps[0],
      last: one.steps[3],
      text,
      refused,
    };
  });
  expect(found.losses.at(-1)).toBeLessThan(found.losses[0] / 2);
  expect(found.ended).toEqual(['complete', 'complete']);
  expect(found.counts).toEqual([4, 4, 4, 4]);
  expect(found.rankings).toBe(3);
  expect(found.curves[0]).toBe(found.curves[1]);
  expect(found.first.divergence).toBeLessThan(1e-4);
  expect(found.last.divergence).toBeGreaterThan(found.first.divergence);
  expect(found.last.byPosition).toHaveLength(6);
  expect(found.text).not.toBe('');
  expect(found.refused).toBe('badRequest');
});
