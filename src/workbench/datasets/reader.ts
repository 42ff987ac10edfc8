/** Entry of a worker thread: reads files as one data set and keeps it as one file, or shows what preparations make of it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LoadProgress } from '../../datasets/load.ts';
import { Previewer } from '../../datasets/preparation/preview.ts';
import { InputError } from '../../shared/input-error.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import { keepImages, readImages, sameImages, type Part } from './keep.ts';
import type { FromReader, PreviewRequest, ReaderTask, ToReader } from './reader-protocol.ts';

const task = workerData as ReaderTask;
const post = (message: FromReader): void => parentPort!.postMessage(message);
const messageOf = (error: unknown): string => (error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));

/** Milliseconds between two reports of the same stage. */
const interval = 150;

try {
  await (task.task === 'keep' ? keep(task) : answerPreviews(task.reading));
} catch (error) {
  post({ type: 'failed', message: messageOf(error) });
}

async function keep({ from, preparation, folder, resources, decoder, here }: Extract<ReaderTask, { task: 'keep' }>): Promise<void> {
  const { record } = await keepImages({ from, preparation, folder, resources, decoder, onProgress: thinned(), accept: acceptanceOf });
  post({ type: 'kept', record, same: await sameImages(record, here, folder) });
}

function thinned(): (progress: LoadProgress) => void {
  let last = { stage: '', at: 0 };
  return ({ stage, done, total }) => {
    const now = performance.now();
    if (stage === last.stage && now < last.at + interval && done !== total) return;
    last = { stage, at: now };
    post({ type: 'reading', stage, done, total });
  };
}

/** Asks whether what could be read is wanted without the rest. If it is not, this thread is ended from outside. */
function acceptanceOf({ name, train, test, problems }: Part): Promise<void> {
  post({ type: 'partial', name, train, test, problems });
  return new Promise((resolve) => {
    parentPort!.on('message', (message: ToReader) => {
      if (message.type === 'accept') resolve();
    });
  });
}

async function answerPreviews(reading: PreparationSpec['reading']): Promise<void> {
  const requests: PreviewRequest[] = [];
  let answer = (): void => undefined;
  parentPort!.on('message', (message: ToReader) => {
    if (message.type !== 'preview') return;
    requests.push(message);
    answer();
  });
  const previewer = new Previewer(await readImages(task.from, { decoder: task.decoder, resources: task.resources, reading }));
  answer = () => {
    for (const { id, preparation, ...options } of requests.splice(0))
      void previewer.preview(preparation, options).then(
        (preview) => post({ type: 'previewed', id, preview: { ok: true, ...preview } }),
        (error: unknown) => post({ type: 'previewed', id, preview: { ok: false, message: messageOf(error) } }),
      );
  };
  answer();
}
