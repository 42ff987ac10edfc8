import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        // The main process, and what it starts: trainers as utility processes, and the thread that reads data sets.
        input: { index: 'src/main/index.ts', trainer: 'src/trainer/node/process.ts', reader: 'src/workbench/datasets/reader.ts' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script must be one CommonJS file with everything in it.
      externalizeDeps: false,
      rolldownOptions: { input: 'src/preload/index.ts', output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte()],
    build: { rolldownOptions: { input: resolve('src/renderer/index.html') } },
  },
});
