import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

export default defineConfig({
  test: {
    environment: 'node',
    reporters: ['default', './test/skip-reporter.ts'],
    // Processes, not threads: the engine starts worker threads of its own and keeps one WebAssembly memory per process.
    pool: 'forks',
    // Many files wait for processes of their own, so that two at once are quicker even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    // As src/cli/start.mjs has it: what tests start would otherwise take the types away from every module at every start.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/capscope', import.meta.url)) },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a page shows comes a moment after what was done.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
          // Faults are waited for: while they are, there is room for others.
          exclude: ['**/node_modules/**', '**/out/**', '**/assembly/**', 'test/e2e/!(faults).test.ts'],
          globalSetup: ['scripts/build-kernels.mjs', 'test/e2e/build.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/e2e/!(faults).test.ts'],
          globalSetup: ['scripts/build-kernels.mjs', 'test/e2e/build.ts'],
          // After the others, and one after another: they train, and wait for what is drawn.
          sequence: { groupOrder: 2 },
          fileParallelism: false,
        },
      },
    ],
  },
});
