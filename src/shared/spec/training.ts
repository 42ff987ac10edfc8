/** How a network is trained and measured. Defaults are the paper's where it names one. */
import { z } from 'zod';

/** The four ways to call a capsule type inactive; see engine/analysis/activity.ts. */
export const InactivityCriterion = z.enum(['mean-vector', 'mean-length', 'max-length', 'activation-rate']);
export type InactivityCriterion = z.infer<typeof InactivityCriterion>;

export const MeasureSpec = z.strictObject({
  /** Images per batch when testing; the paper's activation is averaged over these batches. */
  batch: z.int().min(1).max(4096).default(128),
  threshold: z.number().min(0).max(1).default(0.01),
  criterion: InactivityCriterion.default('mean-vector'),
});
export type MeasureSpec = z.infer<typeof MeasureSpec>;

export const TrainingSpec = z.strictObject({
  epochs: z.int().min(0).max(100_000),
  batch: z.int().min(1).max(4096).default(32),
  /** Adam's step size. */
  learningRate: z.number().positive().max(1).default(1e-3),
  /** Factor by which the step size falls after every epoch. */
  learningRateDecay: z.number().positive().max(1).default(1),
  /** L2 term added to the gradient, as torch.optim.Adam does. */
  weightDecay: z.number().min(0).max(1).default(2e-7),
  /** Weight of the mean squared reconstruction error; without a decoder it has no effect. */
  reconstruction: z.number().min(0).default(0.0005),
  /** α of the CCM term, subtracted from the loss (Wang et al. 2023). 0 turns it off. */
  ccm: z.number().min(0).max(10).default(0),
  /** Largest random shift of a training image, in pixels, along each axis. */
  shift: z.int().min(0).max(16).default(2),
  measure: MeasureSpec.prefault({}),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;
