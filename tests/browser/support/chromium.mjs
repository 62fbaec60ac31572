// Options to start Chromium, for the tests and for the benchmark.

/** Options that keep the browser's own services off the network. */
const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU on a software adapter: the same on every machine. */
export const WITH_WEBGPU = [
  ...QUIET,
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** `navigator.gpu` exists all the same, but gives no adapter. */
export const WITHOUT_WEBGPU = [...QUIET, '--disable-gpu', '--disable-features=WebGPU'];

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
