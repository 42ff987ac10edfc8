/** A run as a job: plain data, so that it can be handed to whichever process computes, and what comes back of it. */
import type { Evaluation, LayerCut, RunAnalysis } from './results.ts';
import type { NetworkSpec } from './spec/network.ts';
import type { RunSpec } from './spec/run.ts';

export interface RunJob {
  spec: RunSpec;
  /** Weights file of the run that this one is cut from, or whose training it goes on with; null when it needs none (any more). */
  parent: Uint8Array | null;
  /** Checkpoint file to go on from; null to begin. */
  checkpoint: Uint8Array | null;
}

/** What pruning made of the parent's network. */
export interface CutNetwork {
  network: NetworkSpec;
  cut: LayerCut[];
  params: number;
  flops: number;
}

/** What a run leaves behind. */
export interface FinishedRun {
  /** Safetensors files: the weights with their spec, and the longest length of every capsule type on every test image. */
  weights: Uint8Array;
  activity: Uint8Array;
  evaluation: Evaluation;
  analysis: Omit<RunAnalysis, 'cut'>;
}

export type RunStage = 'judging channels' | 'training' | 'analysing';
