/**
 * What a run measures: plain data that is stored, sent between processes and shown. The schemas are what is read again from a
 * database or an exported run; a field that is added gets a default, so that what was stored before stays readable.
 */
import { z } from 'zod';
import type { Finding } from './findings/finding.ts';
import type { Measured } from './measures/measured.ts';
import type { RunArm } from './spec/arms.ts';
import type { InactivityCriterion } from './spec/training.ts';

const name = z.string().min(1).max(1000);
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const numbers = z.array(z.number());

/** Activity of one capsule layer's types over a set of images. Every array has one entry per capsule type. Definitions: engine/analysis/activity.ts. */
export const LayerActivity = z.strictObject({
  layer: name,
  /** Length of the mean capsule vector (the paper's activation). */
  meanVector: numbers,
  meanLength: numbers,
  maxLength: numbers,
  /** Share of images on which the type is longer than the run's threshold somewhere in the map. */
  activationRate: numbers,
  /** Mean length before squash: how far into saturation. Absent in what earlier versions have measured. */
  preSquash: numbers.optional(),
});
export type LayerActivity = z.infer<typeof LayerActivity>;

/** One value per layer in training order of the network, e.g. "backbone.0", "primary", "capsules.0", "classes". */
export const LayerGradient = z.strictObject({
  layer: name,
  /** L2 norm of the gradient of the layer's weights, mean over the sampled steps of the epoch. */
  norm: z.number(),
  /** The same per capsule type; empty for backbone blocks. */
  perType: numbers,
});
export type LayerGradient = z.infer<typeof LayerGradient>;

/** L2 norms of the weights of a layer, and of what one step changes of them; means over the sampled steps of the epoch. */
export const LayerUpdate = z.strictObject({ layer: name, norm: z.number(), update: z.number() });
export type LayerUpdate = z.infer<typeof LayerUpdate>;

export const Evaluation = z.strictObject({
  /** Total loss as trained (margin + weighted reconstruction), and its parts; means over images. */
  loss: z.number(),
  margin: z.number(),
  reconstruction: z.number(),
  accuracy: share,
  top5: share,
  /** Images by [true class][predicted class]; fractions where class capsules tie, see shared/ties.ts. */
  confusion: z.array(z.array(z.number().min(0))),
  /** Primary capsules first, then intermediate layers in order. */
  activity: z.array(LayerActivity),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** What a test says in single numbers. */
export const Scores = Evaluation.omit({ confusion: true, activity: true });
export type Scores = z.infer<typeof Scores>;

export function scoresOf({ loss, margin, reconstruction, accuracy, top5 }: Scores): Scores {
  return { loss, margin, reconstruction, accuracy, top5 };
}

/** Routing dynamics of one layer: how decided the coupling coefficients are. Definitions: engine/analysis/coupling.ts. */
export const LayerCoupling = z.strictObject({
  layer: name,
  /** Entropy of c over the parents, divided by log(parents): 1 is undecided, 0 is one parent takes all. Mean over children. */
  entropy: z.number(),
  /** Standard deviation of c over parents, mean over children. */
  spread: z.number(),
  /** Standard deviation of c over images, mean over positions, children and parents. Absent in what earlier versions have measured. */
  betweenImages: z.number().optional(),
});
export type LayerCoupling = z.infer<typeof LayerCoupling>;

/** A network before its first step of a run: fresh, or as the cut has left it. */
export const StartMetrics = Evaluation.omit({ confusion: true }).extend({ coupling: z.array(LayerCoupling) });
export type StartMetrics = z.infer<typeof StartMetrics>;

export const EpochMetrics = z.strictObject({
  /** 1-based, counted over the network's whole life: a pruned run goes on where its parent stopped. */
  epoch: z.int().min(1),
  train: z.strictObject({ loss: z.number(), margin: z.number(), reconstruction: z.number(), ccm: z.number(), accuracy: share }),
  test: Evaluation,
  /** On the training images that were held out; absent when none were. */
  validation: Scores.optional(),
  gradients: z.array(LayerGradient),
  // Absent in what earlier versions have measured.
  updates: z.array(LayerUpdate).optional(),
  /** On fewer images than in the analysis at the end. */
  coupling: z.array(LayerCoupling).optional(),
  /** Of a run's first epoch alone: what it began with, its epoch 0. */
  start: StartMetrics.optional(),
  /** Training images per second of this epoch, evaluation not counted. */
  imagesPerSecond: z.number().min(0),
  seconds: z.number().min(0),
  peakMemoryBytes: count,
});
export type EpochMetrics = z.infer<typeof EpochMetrics>;

/** Correlation of the feature maps of one layer; see engine/training/ccm.ts. */
export const LayerCorrelation = z.strictObject({
  layer: name,
  /** (channels, channels), row-major. */
  matrix: z.array(numbers),
  meanAbsolute: z.number(),
});
export type LayerCorrelation = z.infer<typeof LayerCorrelation>;

/** What pruning did to one layer. */
export const LayerCut = z.strictObject({
  layer: name,
  /** One score per unit of the network before the cut; the lowest go first. */
  scores: numbers,
  unit: z.enum(['channel', 'type']),
  /** Indices that stay, ascending. */
  kept: z.array(count),
});
export type LayerCut = z.infer<typeof LayerCut>;

/** What analysis adds once a run has ended. */
export const RunAnalysis = z.strictObject({
  coupling: z.array(LayerCoupling),
  correlation: z.array(LayerCorrelation),
  cut: z.array(LayerCut).nullable(),
  /** Capsule types per layer that are never longer than the threshold on any test image. */
  dead: z.array(z.strictObject({ layer: name, dead: count, of: count })),
});
export type RunAnalysis = z.infer<typeof RunAnalysis>;

export const RunStatus = z.enum(['queued', 'running', 'stopped', 'interrupted', 'failed', 'finished']);
export type RunStatus = z.infer<typeof RunStatus>;

/** As people are told: a run that was stopped and still waits in a queue is paused, and goes on by itself when the queue does. */
export type ShownStatus = RunStatus | 'paused';

/** What a run is to the others of its study: `source` is trained with the CCM term, and `pruned` ones are cut from it. */
export const RunRole = z.enum(['unpruned', 'source', 'pruned']);
export type RunRole = z.infer<typeof RunRole>;

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

/** One run as `study --json` and `compare --json` print it; what is measured is described where measures read it. */
export interface RunRecord extends Measured {
  id: string;
  name: string;
  role: RunRole;
  arm: RunArm;
  /** Id of the run that this one was cut from, or goes on from. */
  parent: string | null;
  /** Id of the unpruned run that it is held against; see twins.ts. */
  twin: string | null;
  status: RunStatus;
  seed: number;
  /** `blocks`: where the backbone's blocks have ratios of their own. */
  pruning: { criterion: string; backbone: number; blocks?: number[]; capsules: number } | null;
  // A run is a record once it has been tested.
  epochs: number;
  accuracy: number;
  top5: number;
  loss: number;
  inactive: InactiveSummary;
  /** Mean length of the capsules of every capsule layer before the first step, "primary" first; empty where it was not measured. */
  activityAtStart: number[];
  imagesPerSecond: number;
  peakMemoryBytes: number;
  /** What it has found out about itself, worst first. */
  findings: Finding[];
  /** Path of the .safetensors file. */
  weights: string;
}
