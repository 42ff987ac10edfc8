/** Reads what a finished study of the replication has come to off the database that it was run in. */
import { availableParallelism, totalmem } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { studyIdentity } from '../../src/store/study-identity.ts';
import { begins } from '../../src/store/probes.ts';
import type { Store } from '../../src/store/store.ts';
import type { StoredRun, StoredStudy } from '../../src/store/types.ts';
import { kindsOf } from '../../src/shared/computed-on.ts';
import { countAsMeasured } from '../../src/shared/inactive.ts';
import { forecast } from '../../src/shared/forecast/forecast.ts';
import { bytes, inactiveShare } from '../../src/shared/present/format.ts';
import type { LayerActivity } from '../../src/shared/results.ts';
import type { StudySpec } from '../../src/shared/spec/study.ts';
import type { MeasureSpec } from '../../src/shared/spec/training.ts';
import type { StudyResults, StudyRun } from '../../src/shared/study-result.ts';
import { InputError } from '../../src/shared/input-error.ts';
import { processorHere } from '../../src/workbench/processor.ts';
import type { Made, Replication, ReplicationRun } from './result.ts';

/** A study of the database, finished. */
export interface Finished extends Ended {
  results: StudyResults;
}

interface Ended {
  study: StoredStudy;
  runs: StoredRun[];
}

/** Null where it has not been begun, or not ended; `progress` says how far it is. Throws an InputError where it was run with other settings. */
export function endedStudy(store: Store, spec: StudySpec): { ended: Ended | null; progress: string } {
  const alike = store.studies.list().filter(({ name }) => name === spec.name);
  const identity = (study: StoredStudy, of: StudySpec) => studyIdentity(of, study.dataset, store.studies.engineOf(study.id));
  const study = alike.find((one) => identity(one, one.spec) === identity(one, spec));
  if (!study) {
    if (alike.length > 0) throw new InputError(`${store.path}: the study "${spec.name}" was run with other settings than its file has now`);
    return { ended: null, progress: 'not begun' };
  }
  const runs = store.runs(study.id);
  const done = runs.filter(({ status }) => status === 'finished').length;
  const progress = `${done} of ${runs.length} runs`;
  return { ended: done === runs.length ? { study, runs } : null, progress };
}

/** What does not depend on the question. */
export type Collected = Omit<Replication, 'borrowed' | 'pairings' | 'recounts' | 'borders'>;

export function collect(store: Store, { study, runs, results }: Finished, file: string): Collected {
  const { name, train, test, classes } = store.dataset(study.dataset);
  const { spec } = study;
  return {
    study: spec.name,
    file,
    dataset: { name, train, test, classes: classes.length },
    epochs: spec.epochs,
    validation: spec.training.validation,
    seeds: spec.seeds,
    made: madeOf(runs),
    statistics: withoutRuns(results.statistics),
    conclusion: results.conclusion.map(({ kind, verdict, text }) => ({ kind, verdict, text })),
    runs: results.runs.map((run) => runOf(store, run)),
  };
}

/** Ids say nothing outside the database. */
function withoutRuns({ arms, controls, pooled }: StudyResults['statistics']): StudyResults['statistics'] {
  const bare = <T extends { runs: string[] }>(rows: T[]): T[] => rows.map((row) => ({ ...row, runs: [] }));
  return { arms: bare(arms), controls: bare(controls), pooled: bare(pooled) };
}

function runOf(store: Store, { id, network, arm, pruning, seed, factors, gain, overCritical, forecast, result }: StudyRun): ReplicationRun {
  const run = store.run(id);
  const { measure } = run.spec.training;
  const life = lifeOf(store, run);
  const epochs = life.flatMap((part) => store.results.epochs(part.id).map((epoch) => ({ ...epoch, flops: part.flops })));
  const sum = (of: (epoch: (typeof epochs)[number]) => number) => epochs.reduce((total, epoch) => total + of(epoch), 0);
  return {
    ...{ network, arm, pruning, seed, factors, gain, overCritical, forecast, ...result! },
    vanishesAt: vanishesAt(store, run),
    lastActive: {
      start: activeInLast(store.results.start(id)?.activity ?? [], measure),
      end: activeInLast(store.results.evaluation(id)!.activity, measure),
    },
    ...{ params: run.params, flops: run.flops },
    cost: sum(({ flops }) => flops),
    seconds: sum(({ seconds }) => seconds),
    byEpoch: epochs.map(({ test }) => test.accuracy),
  };
}

/** By the look at the network on images; null too of cuts and where it was not looked at. */
function vanishesAt(store: Store, run: StoredRun): string | null {
  const seen = run.spec.pruning === null ? store.probes.of(begins(run)) : null;
  const { shape, classes } = store.dataset(run.dataset);
  return seen && forecast(run.spec.network, { ...shape, classes: classes.length }, seen).vanishesAt;
}

/** The run that all began with, everything between, and the run itself. */
function lifeOf(store: Store, run: StoredRun): StoredRun[] {
  return run.parent === null ? [run] : [...lifeOf(store, store.run(run.parent)), run];
}

/** Null where no intermediate layer was measured. */
function activeInLast(activity: readonly LayerActivity[], measure: MeasureSpec): number | null {
  const last = countAsMeasured(activity, measure).perLayer.at(-1);
  return last ? 1 - inactiveShare({ total: last.inactive, of: last.of }) : null;
}

const HOUR = 3_600_000;

function madeOf(runs: readonly StoredRun[]): Made {
  const { processor, capscope = manifest.version, ...versions } = runs[0]!.versions;
  const kinds = kindsOf(runs);
  // What is not recorded can be told on the same kind of machine alone.
  const here = processor === processorHere() ? [`${availableParallelism()} cores`, `${bytes(totalmem())} of memory`] : [];
  return {
    capscope,
    versions,
    engine: runs[0]!.engine ?? '',
    machine: [kinds.map(({ name }) => name).join('; '), runs[0]!.device ? `${runs[0]!.device} a run` : '', ...here]
      .filter(Boolean)
      .join(', '),
    runs: runs.length,
    hours: covered(runs.map(({ started, ended }) => [Date.parse(started!), Date.parse(ended!)])) / HOUR,
  };
}

/** Length of all stretches together, what they have in common once: several runs are trained at a time. */
export function covered(stretches: readonly (readonly [from: number, to: number])[]): number {
  let [length, reached] = [0, -Infinity];
  for (const [from, to] of [...stretches].sort(([a], [b]) => a - b)) {
    length += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return length;
}
