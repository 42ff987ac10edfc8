import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

export default defineConfig({
  main: {
    build: { rolldownOptions: { input: 'src/main/index.ts' } },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte()],
    build: { rolldownOptions: { input: resolve('src/renderer/index.html') } },
  },
});
