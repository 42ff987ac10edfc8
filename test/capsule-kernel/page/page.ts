/** Hands layers from the test to a Worker, where the kernel and its threads run. */
import type { LayerResults } from './layer.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

globalThis.runLayer = (layer) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LayerResults>) => {
      resolve(data);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage(layer);
  });
