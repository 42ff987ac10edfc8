/** What a report shows. Built from stored runs alone, so a report can be made again at any time. */
import type { EpochMetrics, Evaluation, RunAnalysis, RunRecord } from '../shared/results.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import type { TrainingSpec } from '../shared/spec/training.ts';
import type { StudyResults } from '../shared/study-result.ts';

export interface ReportRun {
  record: RunRecord;
  /** The network as trained; for a pruned run, the one after the cut. */
  network: NetworkSpec;
  training: TrainingSpec;
  pruning: PruningSpec | null;
  /** Specs of the runs that it was cut from, beginning with the first, and its own. */
  lineage: RunSpec[];
  /** The run's own epochs in order; a pruned run's begin where its parent's ended. May be empty. */
  epochs: EpochMetrics[];
  /** The network as it is now; null for a run that never got as far as a test. */
  evaluation: Evaluation | null;
  /** Null while a run has not ended. */
  analysis: RunAnalysis | null;
}

export interface ReportData {
  /** Name of the study, or of the comparison. */
  title: string;
  /** ISO 8601. */
  date: string;
  /** Engine that ran the study, e.g. "wasm (2 threads)". */
  engine: string;
  /** Versions worth knowing to repeat the study, by name: capscope, node, tfjs, … */
  versions: Record<string, string>;
  dataset: { name: string; train: number; test: number; classes: string[]; input: InputShape; fingerprint: string };
  runs: ReportRun[];
  /** Over the seeds. */
  results: StudyResults;
  /** The study file after defaults were filled in, as it will be printed; null for a comparison of single runs. */
  settings: unknown;
}
