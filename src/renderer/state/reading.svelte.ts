/** Data sets being read, with their progress, and why some could not be. */
import type { DatasetSummary, OpenedDataset } from '../../shared/contract/index.ts';
import { count } from '../../shared/present/format.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import { call, droppedPaths, on, pickPaths } from '../client/client.ts';
import type { Sending } from '../client/transport.ts';
import { newId } from '../client/new-id.ts';
import { attempt, complain, offer, sayWith, withdraw } from './messages.ts';
import { navigation } from './navigation.svelte.ts';
import { workbench } from './workbench.svelte.ts';

export interface Reading {
  task: string;
  /** Name of the first file, and how many more. */
  what: string;
  stage: string;
  done: number;
  total: number | null;
  /** While they are sent to a workbench elsewhere. */
  files?: { done: number; of: number };
}

export interface FailedReading {
  task: string;
  what: string;
  problems: Extract<OpenedDataset, { status: 'failed' }>['problems'];
}

/** Read in part; waits to be told whether that part is wanted. */
export type PartialReading = Extract<OpenedDataset, { status: 'partial' }> & { task: string; what: string };

const archiveEnding = '.capscope';
const baseName = (path: string) => path.split(/[\\/]/).pop() ?? path;
const nameOf = (paths: readonly string[]) => `${baseName(paths[0]!)}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}`;

class ReadingTasks {
  current = $state.raw<Reading[]>([]);
  failed = $state.raw<FailedReading[]>([]);
  partial = $state.raw<PartialReading[]>([]);
  readonly #sending = new Map<string, AbortController>();

  constructor() {
    on('reading', ({ task, stage, done, total }) => {
      this.current = this.current.map((one) => (one.task === task ? { ...one, stage, done, total } : one));
    });
  }

  /** Files, folders and archives with images become a data set, files of runs are imported. */
  async open(paths: string[]): Promise<void> {
    const runs = paths.filter((path) => path.toLowerCase().endsWith(archiveEnding));
    const data = paths.filter((path) => !runs.includes(path));
    if (runs.length > 0) await importRuns(runs);
    if (data.length > 0) await this.openDataset(data);
  }

  async openDropped(data: DataTransfer): Promise<void> {
    const first = data.files[0]?.name;
    await this.openSent(first ?? 'dropped files', (begin) => droppedPaths(data, begin()));
  }

  /** What the system has handed over. */
  async openHandedOver(): Promise<void> {
    const paths = await attempt(() => call('files.opened'));
    if (paths && paths.length > 0) await this.open(paths);
  }

  async pick(purpose: 'dataset' | 'dataset-folder' | 'run'): Promise<void> {
    await this.openSent(purpose === 'dataset-folder' ? 'the folder' : 'the files', (begin) => pickPaths(purpose, begin));
  }

  /** Ends what is being sent or read. */
  cancel(task: string): void {
    const sending = this.#sending.get(task);
    if (sending) sending.abort();
    else void attempt(() => call('datasets.cancel', { task }));
  }

  /** Shows at once that files are on their way, opens them, and says so if there were none. */
  private async openSent(what: string, paths: (begin: () => Sending) => Promise<string[] | null>): Promise<void> {
    const task = newId();
    const stopping = new AbortController();
    const begin = (): Sending => {
      this.#sending.set(task, stopping);
      this.current = [...this.current, { task, what, stage: 'looking for files', done: 0, total: null }];
      return {
        signal: stopping.signal,
        progress: ({ files, of, bytes, ofBytes }) => {
          const now =
            of === null
              ? { stage: `looking for files, ${files} so far`, done: 0, total: null }
              : { stage: 'sending', done: bytes, total: ofBytes, files: { done: files, of } };
          this.current = this.current.map((one) => (one.task === task ? { task, what, ...now } : one));
        },
      };
    };
    const sent = await attempt(async () => {
      try {
        return await paths(begin);
      } catch (error) {
        if (stopping.signal.aborted) return null;
        throw error;
      }
    });
    this.#sending.delete(task);
    this.current = this.current.filter((one) => one.task !== task);
    if (sent?.length === 0) complain('There is nothing to read: the folder is empty.');
    else if (sent) await this.open(sent);
  }

  dismiss(task: string): void {
    this.failed = this.failed.filter((one) => one.task !== task);
  }

  /** The images of a data set, prepared otherwise. */
  async prepare({ fingerprint, name }: DatasetSummary, preparation: PreparationSpec): Promise<void> {
    await this.follow(name, 'preparing images', (task) => call('datasets.prepare', { task, fingerprint, preparation }));
  }

  /** Takes what could be read, or nothing. */
  async answer({ task, what }: PartialReading, wanted: boolean): Promise<void> {
    this.partial = this.partial.filter((one) => one.task !== task);
    if (wanted) await this.follow(what, 'keeping the images', () => call('datasets.accept', { task }), task);
    else await attempt(() => call('datasets.cancel', { task }));
  }

  private async openDataset(paths: string[]): Promise<void> {
    await this.follow(nameOf(paths), 'looking at the files', (task) => call('datasets.open', { task, paths }));
  }

  private async follow(what: string, stage: string, work: (task: string) => Promise<OpenedDataset>, task: string = newId()): Promise<void> {
    this.current = [...this.current, { task, what, stage, done: 0, total: null }];
    const opened = await attempt(() => work(task));
    this.current = this.current.filter((one) => one.task !== task);
    if (opened?.status === 'failed') {
      this.failed = [...this.failed, { task, what, problems: opened.problems }];
      if (navigation.route.view !== 'datasets') sayWith(`${what} could not be read.`, 'Why', () => navigation.go('datasets'));
    }
    if (opened?.status === 'partial') this.partial = [...this.partial, { ...opened, task, what }];
    if (opened?.status === 'opened') {
      const { dataset, known, notes } = opened;
      const text = [known ? `${dataset.name} is here already.` : `${dataset.name} is ready.`, ...notes].join(' ');
      sayWith(text, 'Show', () => navigation.go('datasets', [dataset.fingerprint]));
    }
  }
}

async function importRuns(paths: string[]): Promise<void> {
  const task = newId();
  const cancel = () => call('runs.cancelImport', { task });
  // Most are there at once, and need no words before that.
  const ignore = on('reading', ({ task: of, stage, done, total }) => {
    if (of === task) offer(task, `${stage}, ${count(done)} of ${count(total ?? 0)}`, 'Cancel', cancel);
  });
  const imported = await attempt(() => call('runs.import', { task, paths }));
  ignore();
  withdraw(task);
  if (!imported) return;
  for (const { file, problem } of imported) if (problem !== null) complain(`${file}: ${problem}`);
  const runs = imported.flatMap(({ run }) => run ?? []);
  if (runs.length === 0) return;
  workbench.putRuns(runs);
  const added = imported.filter((one) => one.added).length;
  const text = added > 0 ? `${added} ${added === 1 ? 'run' : 'runs'} imported.` : 'These runs are already here.';
  sayWith(text, 'Show', () => navigation.go('run', [runs[0]!.id]));
}

export const reading = new ReadingTasks();
