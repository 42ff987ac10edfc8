/** The HTML report of stored runs. */
import { renderReport, type ReportRun } from '../report/report.ts';
import { InputError } from '../shared/input-error.ts';
import { recordOf } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { resultsOf } from './outcomes.ts';

export interface ReportRequest {
  title: string;
  runs: StoredRun[];
  /** What the report prints as the settings of the study; null for a comparison of single runs. */
  settings: unknown;
}

/** Throws an InputError when the runs are on different data sets. */
export function reportHtml(store: Store, { title, runs, settings }: ReportRequest): Uint8Array {
  const { shape, classes, ...dataset } = store.dataset(runs[0]!.dataset);
  if (runs.some((run) => run.dataset !== dataset.fingerprint)) throw new InputError('a report needs runs on the same data set');
  const html = renderReport({
    title,
    date: new Date().toISOString(),
    engine: [...new Set(runs.map(({ engine }) => engine))].filter((name) => name !== null).join(', '),
    versions: Object.assign({}, ...runs.map(({ versions }) => versions)) as Record<string, string>,
    dataset: { ...dataset, classes, input: { ...shape, classes: classes.length } },
    runs: runs.flatMap((run) => reportRun(store, run) ?? []),
    results: resultsOf(store, runs),
    settings,
  });
  return new TextEncoder().encode(html);
}

function reportRun(store: Store, run: StoredRun): ReportRun | null {
  const record = recordOf(store, run);
  if (!record) return null;
  const { network, training, pruning } = run.spec;
  return {
    record,
    network,
    training,
    pruning,
    lineage: store.lineage(run),
    epochs: store.results.epochs(run.id),
    evaluation: store.results.evaluation(run.id),
    analysis: store.results.final(run.id)?.analysis ?? null,
  };
}
