// The trainer's worker: like the engine's, with another program.

globalThis.lecternProgram = './trainer.js';
await import('./engine-worker.js');
