/** Runs as pages ask for them. */
import { basename } from 'node:path';
import type { Handlers } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { fileName } from '../shared/present/file-name.ts';
import { decodeWeights } from '../shared/safetensors.ts';
import { archiveOf } from '../store/archive.ts';
import type { Store } from '../store/store.ts';
import type { Library } from './datasets/library.ts';
import { detailOf } from './details.ts';
import type { Host } from './host.ts';
import type { Imported, Importing } from './imports/importing.ts';
import { resultsOf } from './outcomes.ts';
import { mustBePermitted } from './permitted.ts';
import { doneAlready } from './open-study.ts';
import { readPresets } from './presets.ts';
import type { LiveRuns } from './queue/live-runs.ts';
import type { JobQueue } from './queue/job-queue.ts';
import { reportHtml } from './report.ts';

export interface RunsContext {
  store: Store;
  host: Host;
  library: Library;
  live: LiveRuns;
  queue: JobQueue;
  importing: Importing;
}

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `runs.${string}` | `studies.${string}`>>;

export function runHandlers(context: RunsContext): RunHandlers {
  const { store, host, live, library, queue, importing } = context;
  const changed = (ids: readonly string[]) => {
    const runs = store.summaries(ids);
    host.emit('runs', runs);
    return runs;
  };
  const leftOut = (problem: string) => host.emit('notice', { kind: 'error', text: `Left out of the list: ${problem}` });
  return {
    'runs.list': () => store.summaries(undefined, leftOut),
    'runs.get': ({ ids }) => ids.map((id) => detailOf(store, id)),
    'runs.epochs': ({ id, from }) => {
      store.mustHave([id]);
      return store.results.epochs(id).filter(({ epoch }) => epoch >= from);
    },
    'runs.curves': ({ ids }) => store.results.curves(ids),
    'runs.live': ({ id }) => live.of(id),
    'runs.predictions': async ({ id }) => predictions(context, id, await library.testLabels(store.run(id).dataset)),
    'runs.edit': ({ ids, ...change }) => {
      store.mustHave(ids);
      // By its name it is known where it is trained; notes and tags are this side's own.
      if (change.name !== undefined) queue.leaveToOthers(ids);
      store.notes.edit(ids, change);
      return changed(ids);
    },
    'runs.remove': ({ ids }) => {
      store.mustHave(ids);
      if (ids.some((id) => queue.isRunning(id))) throw new InputError('a run that is being trained cannot be deleted; stop it first');
      // In one, so that no other process begins with one of them in between.
      store.atomically(() => {
        queue.leaveToOthers(ids);
        store.notes.remove(ids);
      });
      // Takes them out of the queue as it is shown, too.
      queue.remove(ids);
      host.emit('runs-removed', ids);
      return null;
    },
    'runs.restore': ({ ids }) => {
      store.mustHave(ids);
      store.notes.restore(ids);
      return changed(ids);
    },
    'runs.export': ({ id }) => {
      const run = store.run(id);
      return host.save(`${fileName(run.name)}.capscope`, archiveOf(store, run));
    },
    'runs.exportWeights': ({ id }) => {
      const file = store.files.find(id, 'weights');
      if (!file) throw new InputError('this run has no weights: it has not finished, or they are not here');
      return host.save(`${fileName(store.run(id).name)}.safetensors`, store.files.read(file));
    },
    'runs.import': async ({ task, paths }) => {
      mustBePermitted(host, paths);
      return (await importing.import(task, paths)).map((imported) => shown(context, imported));
    },
    'runs.cancelImport': ({ task }) => {
      importing.cancel(task);
      return null;
    },
    'runs.report': ({ title, ids }) =>
      host.save(
        `${fileName(title)}.html`,
        reportHtml(store, host.reportPage(), { title, runs: ids.map((id) => store.run(id)), settings: null }),
      ),

    'studies.list': () => {
      const runs = Map.groupBy(store.summaries(), ({ study }) => study?.id);
      const reused = store.studies.reused();
      return store.studies.list(leftOut).flatMap(({ id, dataset, ...study }) => {
        // Its own in the order in which they were made, which is the planned one.
        const members = [...(reused.get(id) ?? []), ...(runs.get(id)?.map((run) => run.id) ?? [])];
        return members.length > 0
          ? [{ ...study, id, dataset: { fingerprint: dataset, name: store.dataset(dataset).name }, runs: members }]
          : [];
      });
    },
    'studies.results': ({ id }) => resultsOf(store, store.runs(store.studies.get(id).id)),
    'studies.done': (start) => doneAlready(store, start),
    'studies.presets': () => readPresets(host.resources),
    'studies.report': ({ id }) => {
      const { name, spec } = store.studies.get(id);
      return host.save(
        `${fileName(name)}.html`,
        reportHtml(store, host.reportPage(), { title: name, runs: store.runs(id), settings: spec }),
      );
    },
  };
}

function predictions({ store }: RunsContext, id: string, labels: Uint16Array) {
  const file = store.files.find(id, 'activity');
  const lengths = file ? decodeWeights(store.files.read(file), store.files.path(file)).weights.get('classes') : undefined;
  if (!lengths) return null;
  const [images] = lengths.shape;
  if (images !== labels.length) throw new InputError('the images of the data set are not those that this run was tested on');
  return { labels, lengths: lengths.data };
}

/** What came of a file, as a page shows it. */
function shown({ store, host }: RunsContext, { path, id, added, problem }: Imported) {
  const file = basename(path);
  if (id === null) return { file, run: null, added, problem: problem && (host.named?.(problem) ?? problem) };
  const ancestors: string[] = [];
  for (let run = store.run(id); run.parent !== null; run = store.run(run.parent)) ancestors.push(run.parent);
  const runs = store.summaries([id, ...ancestors]);
  host.emit('runs', runs);
  return { file, run: runs.find((run) => run.id === id) ?? null, added, problem };
}
