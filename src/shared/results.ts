/** What a run measures: plain data that is stored, sent between processes and shown. */
import type { InactivityCriterion } from './spec/training.ts';

/** Activity of one capsule layer's types over a set of images. Every array has one entry per capsule type. Definitions: engine/analysis/activity.ts. */
export interface LayerActivity {
  layer: string;
  /** Length of the mean capsule vector (the paper's activation). */
  meanVector: number[];
  meanLength: number[];
  maxLength: number[];
  /** Share of images on which the type is longer than the run's threshold somewhere in the map. */
  activationRate: number[];
}

/** One value per layer in training order of the network, e.g. "backbone.0", "primary", "capsules.0", "classes". */
export interface LayerGradient {
  layer: string;
  /** L2 norm of the gradient of the layer's weights, mean over the sampled steps of the epoch. */
  norm: number;
  /** The same per capsule type; empty for backbone blocks. */
  perType: number[];
}

export interface Evaluation {
  /** Total loss as trained (margin + weighted reconstruction), and its parts; means over images. */
  loss: number;
  margin: number;
  reconstruction: number;
  /** Shares in [0, 1]. */
  accuracy: number;
  top5: number;
  /** Images by [true class][predicted class]; fractions where class capsules tie, see shared/ties.ts. */
  confusion: number[][];
  /** Primary capsules first, then intermediate layers in order. */
  activity: LayerActivity[];
}

export interface EpochMetrics {
  /** 1-based, counted over the network's whole life: a pruned run goes on where its parent stopped. */
  epoch: number;
  train: { loss: number; margin: number; reconstruction: number; ccm: number; accuracy: number };
  test: Evaluation;
  gradients: LayerGradient[];
  /** Training images per second of this epoch, evaluation not counted. */
  imagesPerSecond: number;
  seconds: number;
  peakMemoryBytes: number;
}

/** Routing dynamics of one layer: how decided the coupling coefficients are. Definitions: engine/analysis/coupling.ts. */
export interface LayerCoupling {
  layer: string;
  /** Entropy of c over the parents, divided by log(parents): 1 is undecided, 0 is one parent takes all. Mean over children. */
  entropy: number;
  /** Standard deviation of c over parents, mean over children. */
  spread: number;
}

/** Correlation of the feature maps of one layer; see engine/training/ccm.ts. */
export interface LayerCorrelation {
  layer: string;
  /** (channels, channels), row-major. */
  matrix: number[][];
  meanAbsolute: number;
}

/** What pruning did to one layer. */
export interface LayerCut {
  layer: string;
  /** One score per unit of the network before the cut; the lowest go first. */
  scores: number[];
  unit: 'channel' | 'type';
  /** Indices that stay, ascending. */
  kept: number[];
}

export interface InactiveLayer {
  layer: string;
  inactive: number;
  of: number;
  /** The value that was compared with the threshold, per capsule type. */
  activations: number[];
}

export interface InactiveSummary {
  total: number;
  of: number;
  threshold: number;
  criterion: InactivityCriterion;
  /** Intermediate capsule layers only. */
  perLayer: InactiveLayer[];
}

export type RunStatus = 'queued' | 'running' | 'stopped' | 'interrupted' | 'failed' | 'finished';

/** What analysis adds once a run has ended. */
export interface RunAnalysis {
  coupling: LayerCoupling[];
  correlation: LayerCorrelation[];
  cut: LayerCut[] | null;
  /** Capsule types per layer that are never longer than the threshold on any test image. */
  dead: { layer: string; dead: number; of: number }[];
}

/** One run as `study --json` and `compare --json` print it. */
export interface RunRecord {
  id: string;
  name: string;
  role: 'unpruned' | 'source' | 'pruned';
  /** Id of the run that this one was cut from. */
  parent: string | null;
  status: RunStatus;
  seed: number;
  pruning: { criterion: string; backbone: number; capsules: number } | null;
  params: number;
  /** Of one image's forward pass. */
  flops: number;
  /** Epochs in the network's whole life, its parent's included. */
  epochs: number;
  accuracy: number;
  top5: number;
  loss: number;
  inactive: InactiveSummary;
  /** Mean over the epochs of this run. */
  imagesPerSecond: number;
  peakMemoryBytes: number;
  weightBytes: number;
  /** Path of the .safetensors file. */
  weights: string;
}

/** What `study --json` prints. */
export interface StudyResult {
  study: string;
  engine: string;
  dataset: { name: string; train: number; test: number };
  runs: RunRecord[];
  /** Path of the HTML report. */
  report: string;
}
