// Invalid options: the error names them, with the given and the allowed values, in both languages.

import { englishIn } from './support/russian';
import { type Caught, expect, load, test } from './support/test';

const GPT2 = 'stories-en-gpt2';
const BERT = 'stories-en-bert';

/** Returns the error of a call; `null` without one. `Infinity` and NaN are no JSON: they are passed as texts. */
type Attempt = { call: string; option: string; given: string; allowed: { kind: string } };

const count = { kind: 'wholeBetween' };
const share = { kind: 'between' };

const OF_GPT2: Attempt[] = [
  { call: "generate('Once', { maxNewTokens: 2.5 }).result", option: 'maxNewTokens', given: '2.5', allowed: count },
  { call: "generate('Once', { maxNewTokens: -1 }).result", option: 'maxNewTokens', given: '-1', allowed: count },
  { call: "generate('Once', { maxNewTokens: 1e12 }).result", option: 'maxNewTokens', given: '1000000000000', allowed: count },
  { call: "generate('Once', { maxNewTokens: '0.5' }).result", option: 'maxNewTokens', given: '"0.5"', allowed: count },
  { call: "generate('Once', { maxNewTokens: Infinity }).result", option: 'maxNewTokens', given: 'Infinity', allowed: count },
  { call: "generate('Once', { temperature: '0.5' }).result", option: 'temperature', given: '"0.5"', allowed: { kind: 'atLeast' } },
  { call: "generate('Once', { temperature: -1 }).result", option: 'temperature', given: '-1', allowed: { kind: 'atLeast' } },
  { call: "generate('Once', { temperature: NaN }).result", option: 'temperature', given: 'NaN', allowed: { kind: 'atLeast' } },
  { call: "generate('Once', { topK: 2.5 }).result", option: 'topK', given: '2.5', allowed: count },
  { call: "generate('Once', { topP: 2.5 }).result", option: 'topP', given: '2.5', allowed: share },
  { call: "generate('Once', { minP: -1 }).result", option: 'minP', given: '-1', allowed: share },
  { call: "generate('Once', { repetitionPenalty: 0 }).result", option: 'repetitionPenalty', given: '0', allowed: { kind: 'above' } },
  { call: "generate('Once', { seed: -1 }).result", option: 'seed', given: '-1', allowed: count },
  { call: "generate('Once', { stop: '.' }).result", option: 'stop', given: '"."', allowed: { kind: 'texts' } },
  { call: 'generate(5).result', option: 'prompt', given: '5', allowed: { kind: 'text' } },
  { call: "damage({ scheme: 'int3' })", option: 'scheme', given: '"int3"', allowed: { kind: 'oneOf' } },
  { call: 'damage()', option: 'scheme', given: 'null', allowed: { kind: 'oneOf' } },
  { call: "studyTensor('wte', { scheme: 'q8_0', bars: 0 })", option: 'bars', given: '0', allowed: count },
];

const OF_BERT: Attempt[] = [
  { call: "fillMask('a [MASK]', { topK: 2.5 })", option: 'topK', given: '2.5', allowed: count },
  { call: "fillMask('a [MASK]', { topK: '5' })", option: 'topK', given: '"5"', allowed: count },
  { call: 'fillMask(7)', option: 'text', given: '7', allowed: { kind: 'text' } },
  { call: "embed('a', { maxTokens: 2 })", option: 'maxTokens', given: '2', allowed: count },
  { call: "embed('a', { maxTokens: 1e12 })", option: 'maxTokens', given: '1000000000000', allowed: count },
  { call: "embed('a', { layer: 0.5 })", option: 'layer', given: '0.5', allowed: { kind: 'whole' } },
  { call: "embed('a', { layer: { sum: [1, '2'] } })", option: 'layer', given: '[1, "2"]', allowed: { kind: 'wholeNumbers' } },
  { call: "embed('a', { pooling: 'best' })", option: 'pooling', given: '"best"', allowed: { kind: 'someOf' } },
  { call: "embed('a', { normalize: 'yes' })", option: 'normalize', given: '"yes"', allowed: { kind: 'flag' } },
  { call: 'embed([1, 2])', option: 'texts', given: '[1, 2]', allowed: { kind: 'texts' } },
  { call: 'embed(5)', option: 'texts', given: '5', allowed: { kind: 'texts' } },
];

for (const [model, attempts] of [[GPT2, OF_GPT2], [BERT, OF_BERT]] as const) {
  test(`what an option of ${model} cannot be is said by its name`, async ({ blank }) => {
    expect(await load(blank, model, { device: 'cpu' })).toBeNull();
    for (const { call, option, given, allowed } of attempts) {
      const caught = (await blank.evaluate(async (call) => {
        try {
          await new Function('model', `return model.${call}`)(window.model);
          return null;
        } catch (error) {
          const { code, data, message, messageRu } = error as Caught;
          return { code, data, message, messageRu };
        }
      }, call)) as Caught | null;
      expect(caught?.code, call).toBe('badRequest');
      expect(caught!.data.reason, call).toMatchObject({ kind: 'option', option, given, allowed });
      for (const sentence of [caught!.message, caught!.messageRu]) {
        expect(sentence, call).toContain(option);
        expect(sentence, call).toContain(given);
      }
      expect(caught!.messageRu, call).toMatch(/[а-я]/);
      expect(englishIn(caught!), call).toEqual([]);
    }
  });
}

test('null and undefined stand for the default, and topP may be 0', async ({ blank }) => {
  expect(await load(blank, GPT2, { device: 'cpu', quantization: null, keep: null } as never)).toBeNull();
  const texts = await blank.evaluate(async () => {
    const { model } = window;
    const text = (options: object) => model.generate('Once upon a time', options).text();
    const nothing = { maxNewTokens: null, temperature: undefined, topK: null, topP: null, seed: 5, stop: null };
    return {
      default: await text({ seed: 5 }),
      nothing: await text(nothing),
      certain: await text({ topP: 0, maxNewTokens: 8, seed: 1 }),
      greedy: await text({ temperature: 0, maxNewTokens: 8 }),
    };
  });
  expect(texts.nothing).toBe(texts.default);
  expect(texts.certain).toBe(texts.greedy);
});

test('a source that is none, and a model of the wrong options, say so in both languages', async ({ blank }) => {
  const caught = (source: string, options: string) =>
    blank.evaluate(
      async ([source, options]) => {
        try {
          await window.Lectern.load(new Function(`return ${source}`)(), new Function(`return ${options}`)());
          return null;
        } catch (error) {
          const { code, data, message, messageRu } = error as Caught;
          return { code, data, message, messageRu };
        }
      },
      [source, options],
    ) as Promise<Caught | null>;
  for (const [source, options, kind] of [
    ['5', '{}', 'source'],
    ["({ type: 'hub' })", '{}', 'missingField'],
    ["({ type: 'shop', id: 'a/b' })", '{}', 'option'],
    [`'${GPT2}'`, "({ quantization: 'int3' })", 'option'],
    [`'${GPT2}'`, "({ device: 'tpu' })", 'option'],
    [`'${GPT2}'`, '({ keep: { layers: [-1] } })', 'option'],
  ]) {
    const error = await caught(source, options);
    expect(error?.code, source).toBe('badRequest');
    expect(error!.data.reason, source).toMatchObject({ kind });
    expect(error!.messageRu, source).toMatch(/[а-я]/);
    expect(englishIn(error!), source).toEqual([]);
  }
});
