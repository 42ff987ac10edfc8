/** Runs as pages ask for them. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Handlers, RunDetail } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { fileName } from '../shared/present/file-name.ts';
import { decodeWeights } from '../shared/safetensors.ts';
import type { Store } from '../store/store.ts';
import type { Background } from './background/background.ts';
import type { Library } from './datasets/library.ts';
import { detailOf } from './details.ts';
import type { Exporting } from './exchange/exporting.ts';
import type { Host } from './host.ts';
import type { Imported, Importing } from './imports/importing.ts';
import { mustBePermitted } from './permitted.ts';
import { readPresets } from './presets.ts';
import type { LiveRuns } from './queue/live-runs.ts';
import type { JobQueue } from './queue/job-queue.ts';

export interface RunsContext {
  store: Store;
  host: Host;
  library: Library;
  live: LiveRuns;
  queue: JobQueue;
  importing: Importing;
  background: Background;
  exporting: Exporting;
}

type RunHandlers = Pick<Handlers, Extract<keyof Handlers, `runs.${string}` | `studies.${string}`>>;

export function runHandlers(context: RunsContext): RunHandlers {
  const { store, host, live, library, queue, importing, background, exporting } = context;
  const changed = (ids: readonly string[]) => {
    const runs = store.summaries(ids);
    host.emit('runs', runs);
    return runs;
  };
  const listed = <T>({ list, problems }: { list: T; problems: string[] }): T => {
    for (const problem of problems) host.emit('notice', { kind: 'error', text: `Left out of the list: ${problem}` });
    return list;
  };
  return {
    'runs.list': async () => listed(await background.ask('allRuns', undefined)),
    'runs.get': async ({ ids }) => {
      const details: RunDetail[] = [];
      for (const id of ids) {
        details.push(detailOf(store, id));
        // Each takes some milliseconds, and whatever comes in meanwhile has its turn.
        await setImmediate();
      }
      return details;
    },
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
    'runs.export': async ({ id }) => host.save(`${fileName(store.run(id).name)}.capscope`, await background.ask('archive', { id })),
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
    'runs.exportAs': (request) => {
      store.mustHave(request.ids);
      return exporting.export(request);
    },
    'runs.cancelExport': async ({ task }) => {
      await exporting.cancel(task);
      return null;
    },
    'runs.report': async ({ title, ids }) => {
      const page = await host.reportPage();
      return host.save(`${fileName(title)}.html`, await background.ask('reportOfRuns', { page, title, ids }));
    },

    'studies.list': async () => listed(await background.ask('studies', undefined)),
    'studies.results': ({ id }) => background.ask('results', { study: id }),
    'studies.done': (start) => background.ask('done', start),
    'studies.stopCollapsed': ({ id, stop }) => {
      store.studies.get(id);
      store.studies.setStopping(id, stop);
      return null;
    },
    'studies.presets': () => readPresets(host.resources),
    'studies.report': async ({ id }) => {
      const page = await host.reportPage();
      return host.save(`${fileName(store.studies.get(id).name)}.html`, await background.ask('reportOfStudy', { page, study: id }));
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
