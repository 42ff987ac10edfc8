import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/out/**', '**/assembly/**'],
    environment: 'node',
    globalSetup: ['scripts/build-kernels.mjs'],
    // Processes, not threads: the engine starts worker threads of its own and keeps one WebAssembly memory per process.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
