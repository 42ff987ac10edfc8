/** What takes seconds where there are thousands of runs, and so is done in a thread. By the name under which it is asked for. */
import type { StudySummary } from '../../shared/contract/index.ts';
import type { EngineName } from '../../shared/engines.ts';
import { toParts } from '../../shared/in-parts.ts';
import type { StudySpec } from '../../shared/spec/study.ts';
import { archiveOf } from '../../store/archive.ts';
import type { Store } from '../../store/store.ts';
import { exportAs } from '../exchange/export-as.ts';
import { doneAlready, extendStudy, inOrder, openStudy } from '../open-study.ts';
import { resultsOf } from '../outcomes.ts';
import { reportHtml } from '../report.ts';

interface Start {
  spec: StudySpec;
  /** Fingerprint. */
  dataset: string;
  engine: EngineName | null;
}

type Order = 'seed' | 'network';

/** What is in the list, and why something is not. */
function told<T>(list: (leftOut: (problem: string) => void) => T) {
  const problems: string[] = [];
  return { list: list((problem) => problems.push(problem)), problems };
}

export const tasks = {
  runs: (store: Store, { ids }: { ids: readonly string[] }) => store.summaries(ids),

  allRuns: (store: Store) => {
    const { list, problems } = told((leftOut) => store.summaries(undefined, leftOut));
    return { list: toParts({ runs: list }), problems };
  },

  studies: (store: Store) =>
    told((leftOut) => {
      const members = Map.groupBy(store.summaries(), ({ study }) => study?.id);
      const reused = store.studies.reused();
      const stopping = store.studies.stopping();
      return store.studies.list(leftOut).flatMap(({ id, dataset, ...study }): StudySummary[] => {
        // Its own in the order in which they were made, which is the planned one.
        const runs = [...(reused.get(id) ?? []), ...(members.get(id)?.map((run) => run.id) ?? [])];
        const stops = stopping.has(id);
        return runs.length > 0 ? [{ ...study, id, dataset: { fingerprint: dataset, name: store.dataset(dataset).name }, runs, stops }] : [];
      });
    }),

  results: (store: Store, { study }: { study: string }) => toParts(resultsOf(store, store.runs(store.studies.get(study).id))),

  done: (store: Store, start: Start & { study: string | null }) => doneAlready(store, start),

  open: (store: Store, { order, ...start }: Start & { order: Order }) => {
    const { study, runs, added } = openStudy(store, { ...start, fresh: true, reuse: true });
    return { study: study.id, added: inOrder(runs, added, order).map(({ id }) => id), runs: store.summaries(added) };
  },

  extend: (store: Store, { study, spec, order }: { study: string; spec: StudySpec; order: Order }) => {
    const { runs, added } = extendStudy(store, study, spec);
    return { study, added: inOrder(runs, added, order).map(({ id }) => id), runs: store.summaries(added) };
  },

  archive: (store: Store, { id }: { id: string }) => archiveOf(store, store.run(id)),

  reportOfStudy: (store: Store, { page, study }: { page: string; study: string }) => {
    const { name, spec } = store.studies.get(study);
    return reportHtml(store, page, { title: name, runs: store.runs(study), settings: spec });
  },

  reportOfRuns: (store: Store, { page, title, ids }: { page: string; title: string; ids: string[] }) =>
    reportHtml(store, page, { title, runs: ids.map((id) => store.run(id)), settings: null }),

  /** Files for other programs. */
  export: exportAs,
};

export type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
/** What the store is asked, beside itself. */
export type Asked<N extends TaskName> = Parameters<Tasks[N]>[1];
export type Found<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>;
