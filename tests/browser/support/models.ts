// Models that the site may have beside its default one.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { cases } from './fixtures';
import { address, site } from './setup';

/** Skips, visibly, where the site was built without the real sentence encoder. */
export function needsSentenceEncoder() {
  const folder = join(site, 'models/all-MiniLM-L6-v2');
  test.skip(!existsSync(join(folder, 'model.safetensors')), `all-MiniLM-L6-v2 could not be had: there is no ${folder}`);
}

/** Returns the address of a small BERT with both heads and random weights. */
export const tinyBert = () => `${address}fixtures/${cases('bert')[0]}/`;
