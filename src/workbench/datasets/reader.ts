/** Entry of a worker thread: reads files as one data set and keeps it as one file, or shows what preparations make of it. */
import { parentPort, workerData } from 'node:worker_threads';
import { readKept } from '../../datasets/kept.ts';
import { prepareRaw, loadRaw, SAMPLE, type Loaded, type LoadOptions } from '../../datasets/load.ts';
import { Previewer } from '../../datasets/preparation/preview.ts';
import { rawOf } from '../../datasets/raw-dataset.ts';
import type { RawDataset } from '../../datasets/raw.ts';
import { InputError } from '../../shared/input-error.ts';
import { DatasetCache, signatureOf, type KeptRecord } from './cache.ts';
import type { FromReader, PreviewRequest, ReaderTask, ToReader } from './reader-protocol.ts';

const task = workerData as ReaderTask;
const post = (message: FromReader): void => parentPort!.postMessage(message);
const messageOf = (error: unknown): string => (error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));

/** Milliseconds between two reports of the same stage. */
const interval = 150;

try {
  await (task.task === 'keep' ? keep(task) : answerPreviews());
} catch (error) {
  post({ type: 'failed', message: messageOf(error) });
}

async function read(options: LoadOptions): Promise<RawDataset & { format: string }> {
  const { from, resources } = task;
  if (from.kind === 'kept') return { ...rawOf(await readKept(from.path, { checked: true })), format: from.format };
  return loadRaw(from.kind === 'sample' ? [SAMPLE] : from.paths, { ...options, resources });
}

async function keep({ from, preparation, folder, decoder }: Extract<ReaderTask, { task: 'keep' }>): Promise<void> {
  const cache = new DatasetCache(folder);
  const paths = from.kind === 'files' ? from.paths : null;
  const onProgress = thinned();
  const signature = paths && signatureOf(paths, (done) => onProgress({ stage: 'looking at the files', done, total: null }));
  const known = paths && cache.find(paths, preparation, signature);
  if (known) {
    if (known.problems.length > 0) await acceptanceOf(known);
    post({ type: 'kept', record: known });
    return;
  }
  const options: LoadOptions = { preparation, decoder, onProgress };
  const { format, ...raw } = await read(options);
  const loaded: Loaded = { ...(await prepareRaw(raw, options)), format };
  const { dataset, problems } = loaded;
  if (problems.length > 0)
    await acceptanceOf({ name: dataset.name, train: dataset.train.labels.length, test: dataset.test.labels.length, problems });
  post({ type: 'reading', stage: 'keeping the images', done: 0, total: null });
  post({ type: 'kept', record: cache.keep(loaded, paths && { paths, wanted: preparation, signature }) });
}

function thinned(): (progress: { stage: string; done: number; total: number | null }) => void {
  let last = { stage: '', at: 0 };
  return ({ stage, done, total }) => {
    const now = performance.now();
    if (stage === last.stage && now < last.at + interval && done !== total) return;
    last = { stage, at: now };
    post({ type: 'reading', stage, done, total });
  };
}

/** Asks whether what could be read is wanted without the rest. If it is not, this thread is ended from outside. */
function acceptanceOf({ name, train, test, problems }: Pick<KeptRecord, 'name' | 'train' | 'test' | 'problems'>): Promise<void> {
  post({ type: 'partial', name, train, test, problems });
  return new Promise((resolve) => {
    parentPort!.on('message', (message: ToReader) => {
      if (message.type === 'accept') resolve();
    });
  });
}

async function answerPreviews(): Promise<void> {
  const requests: PreviewRequest[] = [];
  let answer = (): void => undefined;
  parentPort!.on('message', (message: ToReader) => {
    if (message.type !== 'preview') return;
    requests.push(message);
    answer();
  });
  const previewer = new Previewer(await read({ decoder: task.decoder }));
  answer = () => {
    for (const { id, preparation, ...options } of requests.splice(0))
      void previewer.preview(preparation, options).then(
        (preview) => post({ type: 'previewed', id, preview: { ok: true, ...preview } }),
        (error: unknown) => post({ type: 'previewed', id, preview: { ok: false, message: messageOf(error) } }),
      );
  };
  answer();
}
