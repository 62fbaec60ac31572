// Settings of `cargo xtask test` for this run; the defaults are for `npx playwright test` by hand.

import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

export const port = Number(process.env.LECTERN_PORT ?? 4173);
export const address = `http://127.0.0.1:${port}/`;
export const site = process.env.LECTERN_SITE ?? resolve(root, 'target/tested-site');
export const fixtures = process.env.LECTERN_FIXTURES ?? resolve(root, 'tests/fixtures');
export const server = process.env.LECTERN_SERVER ? `"${process.env.LECTERN_SERVER}"` : 'cargo xtask';
