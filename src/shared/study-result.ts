/** What the runs of a study have come to, and how `study --json` prints it. */
import type { Kind } from './computed-on.ts';
import type { Finding } from './conclusion/finding.ts';
import type { Verdict } from './forecast/verdict.ts';
import type { RunRecord, RunStatus } from './results.ts';
import type { Arm } from './spec/arms.ts';
import type { ArmStatistics, ControlStatistics, StudyStatistics } from './statistics/statistics.ts';
import type { PooledStatistics } from './statistics/pooled.ts';
import type { FactorValues } from './study-factors.ts';

/** A run of a study as its reader needs it: small, because there may be thousands. Sources, which are no arm, are not among them. */
export interface StudyRun {
  id: string;
  /** As in the statistics. */
  network: string;
  arm: Arm;
  /** Name of the cut. */
  pruning: string | null;
  seed: number;
  /** Id of the unpruned run that it is held against. */
  twin: string | null;
  status: RunStatus;
  /** Why it failed. */
  error: string | null;
  /** Of the network before any cut, and of the cut. */
  factors: FactorValues;
  /** Of the network as trained, after the cut: gain of its weakest layer, and gain over critical gain; null where there are none. */
  gain: number | null;
  overCritical: number | null;
  forecast: Verdict | null;
  /** Null for a run that has failed, or has not ended. */
  result: { accuracy: number; inactiveShare: number; collapsed: boolean } | null;
}

export interface StudyResults {
  statistics: StudyStatistics;
  conclusion: Finding[];
  runs: StudyRun[];
  /** What the names of cuts stand for. */
  cuts: { name: string; words: string }[];
  /** What the runs were computed on. */
  kinds: Kind[];
  /** Accuracy of guessing, and number of test images: null where the runs are on several data sets. */
  chance: number | null;
  testImages: number | null;
}

/** What `study --json` prints. */
export interface StudyResult {
  study: string;
  engine: string;
  dataset: { name: string; train: number; test: number };
  runs: RunRecord[];
  /** A row per network, arm and cut. */
  statistics: ArmStatistics[];
  /** Every cut against each of its controls. */
  controls: ControlStatistics[];
  /** Both over several networks. */
  pooled: PooledStatistics[];
  conclusion: string[];
  /** What the runs were computed on. */
  kinds: Kind[];
  /** Path of the HTML report. */
  report: string;
}
