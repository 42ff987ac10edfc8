/** Runs in a worker thread: reads files as one data set and keeps it as one file. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { countImages } from '../../datasets/facts.ts';
import { encodeDataset } from '../../datasets/kept.ts';
import { loadPaths } from '../../datasets/load.ts';
import { InputError } from '../../shared/input-error.ts';
import { writeDurably } from '../../store/disk.ts';
import type { FromReader, ReadRequest } from './reader-protocol.ts';

const { paths, folder } = workerData as ReadRequest;
const post = (message: FromReader): void => parentPort!.postMessage(message);

try {
  const dataset = await loadPaths(paths, {}, (done, total) => post({ type: 'reading', done, total }));
  post({ type: 'keeping' });
  const bytes = encodeDataset(dataset);
  const file = `${dataset.fingerprint}.safetensors`;
  writeDurably(join(folder, file), bytes);
  const { name, shape, classes, fingerprint } = dataset;
  post({ type: 'read', file, bytes: bytes.length, facts: { name, shape, classes, fingerprint, ...countImages(dataset) } });
} catch (error) {
  post({ type: 'failed', message: error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)) });
}
