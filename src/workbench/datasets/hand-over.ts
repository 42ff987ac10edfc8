/** Images of a data set for a trainer that cannot read files, read in a thread so that nothing waits. */
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../../shared/dataset.ts';
import { InputError } from '../../shared/input-error.ts';
import type { DatasetSource } from '../../shared/trainer-protocol.ts';

export interface ImagesRequest extends DatasetSource {
  /** Folder with the bundled sample. */
  resources: string;
}

export type ImagesReply = { dataset: Dataset } | { problem: string };

/** @param script compiled images.ts. Rejects with an InputError when the images cannot be read or are not those of the data set. */
export function imagesOf(script: string | URL, request: ImagesRequest): Promise<Dataset> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: request });
    thread.once('message', (reply: ImagesReply) => {
      if ('dataset' in reply) resolve(reply.dataset);
      else reject(new InputError(reply.problem));
    });
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`The thread that reads images ended with code ${code}.`)));
  });
}
