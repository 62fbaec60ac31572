import { defineConfig } from '@playwright/test';
import { executablePath, WITH_WEBGPU, WITHOUT_WEBGPU } from './support/chromium.mjs';
import { address, fixtures, port, server, site } from './support/setup';

/** Tests that do not depend on the device: once is enough. So are those with this tag in other files. */
const ON_ANY_DEVICE = /(accessibility|align|cases|distil|embedding|engine-failures|field|firefox|folders|hub-models|insecure|keeping|language|layer|lighthouse|map|memory|models|number|offline|options|readers|security|servers|sharing|slides|sources|teach|training-api)\.spec\.ts/;
const ANY_DEVICE = /@any-device/;

export default defineConfig({
  testDir: '.',
  outputDir: 'results/files',
  reporter: [['list'], ['json']],
  // The software adapter uses every core, and time measurements should not wait for another test.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // Every test has a new profile: it would fetch the whole site for itself. offline.spec.ts allows it.
  use: { baseURL: address, trace: 'off', screenshot: 'only-on-failure', serviceWorkers: 'block' },
  projects: [
    {
      name: 'gpu',
      metadata: { device: 'gpu' },
      testIgnore: ON_ANY_DEVICE,
      grepInvert: ANY_DEVICE,
      use: { launchOptions: { executablePath, args: WITH_WEBGPU } },
    },
    {
      name: 'cpu',
      metadata: { device: 'cpu' },
      use: { launchOptions: { executablePath, args: WITHOUT_WEBGPU } },
    },
  ],
  webServer: {
    command: `${server} serve --no-build --dist "${site}" --fixtures "${fixtures}" --port ${port}`,
    url: `${address}lectern.js`,
    timeout: 120_000,
  },
});
