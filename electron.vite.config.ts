import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

export default defineConfig({
  main: {
    build: { rolldownOptions: { input: 'src/main/index.ts' } },
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
