// Models as they are published, in the browser: the cases of tests/field.rs by lectern.js.

import { cases, compare, read } from './support/fixtures';
import { type Caught, expect, generate, load, test } from './support/test';
import type { Page } from '@playwright/test';
import type * as api from '../../web/lectern.js';

interface Operation {
  op: string;
  text?: string;
  texts?: string[];
  pair?: string;
  ids?: unknown;
  values?: number[];
  /** Number of values in all, where only the last are stored. */
  of?: number;
  tolerance?: number;
  size?: number;
  options?: Record<string, unknown>;
  reason?: string;
  reads?: string;
  codes?: string[];
  call?: string;
  key?: string;
  value?: unknown;
}

interface Case {
  id: string;
  title: string;
  model: string;
  ops: Operation[];
}

const inspect = (page: Page, text: string, options: api.InspectOptions) =>
  page.evaluate(
    async ([text, options]) => {
      const { tokens, hiddenStates, logits } = await window.model.inspect(text, options);
      return { ids: tokens.map(({ id }) => id), hidden: Array.from(hiddenStates.at(-1) ?? []), logits: Array.from(logits) };
    },
    [text, options] as const,
  );

const thrown = (page: Page, { call, text, options }: Operation) =>
  page.evaluate(
    async ([call, text, options]) => {
      try {
        if (call === 'generate') await window.model.generate(text, options).result;
        else await window.model.inspect(text, options);
        return null;
      } catch (error) {
        return (error as api.LecternError).code;
      }
    },
    [call, text!, options] as const,
  );

/** An operation's result, beside the expected one. */
async function check(page: Page, operation: Operation, refused: Caught | null) {
  const { op, text = '', pair, values, of, tolerance = 0 } = operation;
  const numbers = (found: number[]) => {
    expect(found.length, 'how many numbers').toBe(of ?? values!.length);
    compare(op, found.slice(-values!.length), Float32Array.from(values!), tolerance);
  };
  if (op === 'refuse') return expect(operation.codes).toContain(refused?.code);
  expect(refused?.message, 'it loads').toBeUndefined();
  switch (op) {
    case 'tokens':
      return expect((await inspect(page, text, {})).ids).toEqual(operation.ids);
    case 'logits':
      return numbers((await inspect(page, text, { logits: true })).logits);
    case 'hidden':
      return numbers((await inspect(page, text, { pair, hiddenStates: true })).hidden);
    case 'prompt': {
      const { promptTokens } = await generate(page, text, { maxNewTokens: 0 });
      return expect(promptTokens.map(({ id }) => id)).toEqual(operation.ids);
    }
    case 'greedy': {
      const found = await generate(page, text, operation.options!);
      expect(found.tokens.map(({ id }) => id)).toEqual(operation.ids);
      if (operation.reason) expect(found.reason).toBe(operation.reason);
      if (operation.reads) expect(found.text).toBe(operation.reads);
      return;
    }
    case 'embed': {
      const found = await page.evaluate(async (texts) => {
        const { vectors, size } = await window.model.embed(texts, { normalize: true });
        return { vectors: vectors.flatMap((vector) => Array.from(vector)), size };
      }, operation.texts!);
      expect(found.size).toBe(operation.size);
      return numbers(found.vectors);
    }
    case 'mask': {
      const fill = async (text: string) => (await window.model.fillMask(text, { topK: 5 })).masks;
      const masks = await page.evaluate(fill, text);
      return expect(masks.map(({ candidates }) => candidates.map(({ id }) => id))).toEqual(operation.ids);
    }
    case 'next': {
      const follow = async ([first, second]: string[]) => (await window.model.nextSentence(first, second)).logits;
      return numbers([...(await page.evaluate(follow, [text, pair!]))]);
    }
    case 'info': {
      const field = (key: string) => (window.model.info as unknown as Record<string, unknown>)[key];
      return expect(await page.evaluate(field, operation.key!)).toEqual(operation.value);
    }
    case 'throws':
      return expect(operation.codes).toContain(await thrown(page, operation));
    default:
      throw new Error(`unknown operation ${op}`);
  }
}

for (const fixture of cases('cases')) {
  test(`${fixture}: every model gives what its reference gives`, async ({ blank, device }) => {
    test.setTimeout(600_000);
    const failures: string[] = [];
    for (const { id, model, ops } of JSON.parse(read(fixture, 'cases.json').toString()) as Case[]) {
      const address = `/fixtures/${fixture}/${model}${/\.gguf$/.test(model) ? '' : '/'}`;
      const refused = await load(blank, address, { device, store: false });
      for (const operation of ops) {
        await check(blank, operation, refused).catch((error: Error) => {
          failures.push(`${id}: ${operation.op} ${operation.text ?? ''}: ${error.message}`);
        });
      }
      if (!refused) await blank.evaluate(() => window.model.dispose());
    }
    expect(failures).toEqual([]);
  });
}
