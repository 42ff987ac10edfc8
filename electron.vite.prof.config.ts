import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';
import { withoutStyleAttributes } from './scripts/without-style-attributes.mjs';

/** How long the plugins take is none of the person's who starts the program. Warnings of everything else are shown. */
const checks = { bundlerTimings: false };

export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        checks,
        // The main process, and what it starts: trainers as utility processes, the threads that read data sets or import runs, and those that decode images or hand them over.
        input: {
          index: 'src/main/index.ts',
          trainer: 'src/trainer/node/process.ts',
          reader: 'src/workbench/datasets/reader.ts',
          importer: 'src/workbench/imports/importer.ts',
          decoder: 'src/datasets/images/decoder.ts',
          images: 'src/workbench/datasets/images.ts',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script must be one CommonJS file with everything in it, so the two may share no module.
      externalizeDeps: false,
      rolldownOptions: {
        checks,
        input: { index: 'src/preload/index.ts', gpu: 'src/preload/gpu.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [withoutStyleAttributes, svelte()],
    build: { minify: false, rolldownOptions: { checks, input: [resolve('src/renderer/index.html'), resolve('src/renderer/gpu.html')] } },
    worker: { format: 'es' },
  },
});
