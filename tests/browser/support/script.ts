import base from '../playwright.config';

/** A script that drives the pages on the CPU, and is no test: `cargo xtask screenshots`, `cargo xtask record`. */
export const script = (testMatch: string) => ({
  ...base,
  testMatch,
  reporter: [['line']],
  projects: base.projects!.filter(({ name }) => name === 'cpu').map((project) => ({ ...project, testIgnore: undefined })),
});
