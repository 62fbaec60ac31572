import base from './playwright.config';

/** `cargo xtask screenshots`: pictures for docs/screenshots, not tests. */
export default {
  ...base,
  testMatch: 'screenshots.ts',
  reporter: [['line']],
  projects: base.projects!.filter(({ name }) => name === 'cpu').map((project) => ({ ...project, testIgnore: undefined })),
};
