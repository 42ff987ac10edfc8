/** Entry of a worker thread: reads the images of a data set for a trainer that cannot read files, and hands them over. */
import { parentPort, workerData } from 'node:worker_threads';
import { readKept } from '../../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../../datasets/load.ts';
import { InputError } from '../../shared/input-error.ts';
import type { ImagesRequest, ImagesReply } from './hand-over.ts';

const { path, name, fingerprint, resources } = workerData as ImagesRequest;

async function read(): Promise<ImagesReply> {
  const dataset = path === null ? await loadDataset(SAMPLE, { resources }) : await readKept(path, { checked: true });
  if (dataset.fingerprint !== fingerprint) return { problem: `the images of ${name} are not those that it was opened with; open it again` };
  return { dataset: { ...dataset, name } };
}

const reply = await read().catch((error: unknown): ImagesReply => {
  if (error instanceof InputError) return { problem: error.message };
  throw error;
});
const moved = 'dataset' in reply ? [reply.dataset.train.images.buffer, reply.dataset.test.images.buffer] : [];
parentPort!.postMessage(reply, moved as ArrayBuffer[]);
