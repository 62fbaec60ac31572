import base from './playwright.config';

/** `cargo xtask record`: recordings for web/recorded, not tests. */
export default {
  ...base,
  testMatch: 'recordings.ts',
  reporter: [['line']],
  projects: base.projects!.filter(({ name }) => name === 'cpu').map((project) => ({ ...project, testIgnore: undefined })),
};
