/** Rows of the store as its users see them. */
import type { EngineName } from '../shared/engines.ts';
import type { Evaluation, LayerCut, RunAnalysis, RunStatus } from '../shared/results.ts';
import type { InputShape } from '../shared/spec/network.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import type { PlannedRun } from '../shared/study-plan.ts';

export interface StoredDataset {
  fingerprint: string;
  name: string;
  shape: Omit<InputShape, 'classes'>;
  /** Names. */
  classes: string[];
  /** Numbers of images. */
  train: number;
  test: number;
}

export interface StoredStudy {
  id: string;
  name: string;
  dataset: string;
  spec: StudySpec;
  /** ISO 8601, as all times here. */
  created: string;
}

export interface StoredRun {
  id: string;
  /** Null for an imported run and for a run of its own. */
  study: string | null;
  key: string;
  name: string;
  role: PlannedRun['role'];
  parent: string | null;
  /** Fingerprint. */
  dataset: string;
  status: RunStatus;
  spec: RunSpec;
  cut: LayerCut[] | null;
  params: number;
  flops: number;
  /** Until the run has begun: the one that was asked for, or null. */
  engine: string | null;
  /** What the engine computed on. */
  device: string | null;
  /** Why this engine. */
  choice: string | null;
  versions: Record<string, string>;
  /** Why it failed. */
  error: string | null;
  created: string;
  started: string | null;
  ended: string | null;
}

export interface NewRun {
  /** Null for a run of its own. */
  study: string | null;
  key: string;
  name: string;
  role: PlannedRun['role'];
  parent: string | null;
  dataset: string;
  spec: RunSpec;
  params: number;
  flops: number;
  /** Asked for; null: the best there is when it begins. */
  engine?: EngineName | null;
}

/** What a run is trained with. */
export interface UsedEngine {
  name: string;
  versions: Record<string, string>;
  device: string | null;
  choice: string | null;
}

/** What is known of a network once its run has ended. */
export interface RunResult {
  evaluation: Evaluation;
  analysis: RunAnalysis;
}

export interface EpochSummary {
  /** Number of the last epoch, counted over the network's whole life. */
  last: number;
  /** Mean over the run's epochs. */
  imagesPerSecond: number;
  peakMemoryBytes: number;
}
