/** What the workbench tells its pages unasked. Every page gets every event. */
import type { EpochMetrics } from '../results.ts';
import type { RobustnessPoint } from '../inside/robustness.ts';
import type { StepProgress } from '../progress.ts';
import type { Settings } from './app.ts';
import type { ClusterStudy } from './clusters.ts';
import type { DatasetSummary } from './datasets.ts';
import type { LogLine, RunSummary, StepPoint } from './runs.ts';
import type { QueueState } from './queue.ts';
import type { Tried } from '../trial.ts';

/** What a menu item or a shortcut of the system asks of the page. */
export const commands = [
  'open-dataset',
  'import-run',
  'new-run',
  'command-palette',
  'settings',
  'find',
  'view-datasets',
  'view-train',
  'view-runs',
  'view-run',
  'view-compare',
  'view-studies',
] as const;
export type Command = (typeof commands)[number];

export interface Events {
  /** Live curves of the run in progress, at most four times a second; `points` are those since the last event. */
  step: { run: string; points: StepPoint[]; progress: StepProgress };
  /** An epoch has ended and been stored. */
  epoch: { run: string; metrics: EpochMetrics };
  log: { run: string } & LogLine;
  /** Runs are new or have changed. */
  runs: RunSummary[];
  /** Ids. */
  'runs-removed': string[];
  queue: QueueState;
  /** How far studies on other computers are. */
  clusters: ClusterStudy[];
  /** A data set is new or has changed. */
  dataset: DatasetSummary;
  /** Fingerprint. */
  'dataset-removed': string;
  /** `total` is null while it is not known. Units depend on the stage and are for a bar, not for reading. */
  reading: { task: string; stage: string; done: number; total: number | null };
  /** How far `inside.atlas` is. */
  inside: { task: string; done: number; total: number };
  /** A point of `inside.robustness`. */
  robustness: { task: string; run: string; point: RobustnessPoint };
  scoring: { task: string; done: number; total: number };
  exporting: { task: string; done: number; total: number };
  /** What one of the cuts of `pruning.try` leaves. */
  tried: { task: string; cut: number } & Tried;
  settings: Settings;
  command: Command;
  /** `files.opened` has something. */
  'files-opened': null;
  /** Something happened that nobody asked for: the trainer died, a file could not be opened. */
  notice: { kind: 'info' | 'error'; text: string };
}
export type EventName = keyof Events;
