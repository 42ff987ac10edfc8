/** What a job needs from its host, and what it tells it. */
import type { StepProgress } from '../shared/progress.ts';
import type { EpochMetrics } from '../shared/results.ts';
import type { Checkpoint } from './training/checkpoint.ts';

export type { Checkpoint, StoredCheckpoint } from './training/checkpoint.ts';

/** Time, memory and the wish to stop: what every job needs. */
export interface HostIO {
  shouldStop(): boolean;
  /** Milliseconds from any fixed moment. */
  now(): number;
  /** Peak memory of the process in bytes. */
  peakMemory(): number;
}

export interface JobIO extends HostIO {
  onStep(progress: StepProgress): void;
  /** After each epoch: its metrics and the checkpoint that replaces the one before. */
  onEpoch(metrics: EpochMetrics, checkpoint: Checkpoint): void | Promise<void>;
  /** Once, when the job ends because shouldStop() said so. */
  onStop(checkpoint: Checkpoint): void | Promise<void>;
}

/** Thrown by jobs without checkpoints when shouldStop() says so. */
export class JobStopped extends Error {
  override name = 'JobStopped';
}

/** Lets the host's event loop run: signals, messages and timers are handled between steps. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
