/** How a network is trained and measured. Defaults are the paper's where it names one. */
import { z } from 'zod';
import { criteria, criterionNames } from '../measures/criteria.ts';

/** The four ways to call a capsule type inactive; see engine/analysis/activity.ts. */
export const InactivityCriterion = z.enum(criterionNames).meta({ choices: criteria });

export type InactivityCriterion = z.infer<typeof InactivityCriterion>;

export const MeasureSpec = z.strictObject({
  batch: z.int().min(1).max(4096).default(128).meta({
    title: 'Test batch',
    description: 'Images per batch when testing; the paper’s activation is averaged over these batches.',
    unit: 'images',
  }),
  threshold: z.number().min(0).max(1).default(0.01).meta({
    title: 'Threshold',
    description:
      'A capsule type is inactive if its length, rounded to three decimals, is at most this. Runs can be compared by another one later; only the activation rate and dead capsules stick to this.',
  }),
  criterion: InactivityCriterion.default('mean-vector').meta({
    title: 'Inactive by',
    description: 'What is compared with the threshold.',
  }),
  rate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .meta({
      title: 'Activation rate',
      description:
        'By activation rate, a capsule type is inactive if it is longer than the threshold on at most this share of the test images. Other criteria do without it.',
      choices: { null: { label: 'as the threshold' } },
    }),
});
export type MeasureSpec = z.infer<typeof MeasureSpec>;

const seed = z.int().min(0).max(0xffff_ffff).nullable().default(null);

export const TrainingSpec = z.strictObject({
  epochs: z.int().min(0).max(100_000).meta({ title: 'Epochs', description: 'How often every training image is seen.' }),
  batch: z.int().min(1).max(4096).default(32).meta({
    title: 'Batch size',
    description: 'Images per step. Larger batches need more memory.',
    unit: 'images',
  }),
  learningRate: z.number().positive().max(1).default(1e-3).meta({
    title: 'Learning rate',
    description: 'Adam’s step size. The paper takes 0.001.',
  }),
  learningRateDecay: z.number().positive().max(1).default(1).meta({
    title: 'Learning rate decay',
    description: 'Factor by which the learning rate falls after every epoch; 1 keeps it.',
    advanced: true,
  }),
  warmUp: z.int().min(0).max(1_000_000).default(0).meta({
    title: 'Warm-up',
    description:
      'Steps at the beginning of a run over which the learning rate rises evenly from 0. After a cut it begins anew, as Adam does.',
    unit: 'steps',
    advanced: true,
  }),
  weightDecay: z.number().min(0).max(1).default(2e-7).meta({
    title: 'Weight decay',
    description: 'By how much weights are drawn towards zero.',
    advanced: true,
  }),
  weightDecayKind: z
    .enum(['l2', 'decoupled'])
    .default('l2')
    .meta({
      title: 'Kind of weight decay',
      description:
        'Where it acts. Adam divides an L2 term by the size of the gradient: where that is nearly 0, decay alone makes full steps.',
      choices: {
        l2: { label: 'L2 term', help: 'Added to the gradient, as PyTorch’s Adam does.' },
        decoupled: { label: 'decoupled', help: 'Beside the step, by learning rate × decay, as PyTorch’s AdamW does.' },
      },
      advanced: true,
    }),
  reconstruction: z.number().min(0).default(0.0005).meta({
    title: 'Reconstruction weight',
    description: 'Weight of the mean squared error of the reconstructed image in the loss. Without a decoder it has no effect.',
  }),
  ccm: z.number().min(0).max(10).default(0).meta({
    title: 'CCM weight α',
    description:
      'Above 0 the network is a source for pruning: correlated feature maps are rewarded, so that more can be cut (Wang et al. 2023). The paper takes 0.01 for these, and 0 for the unpruned network.',
  }),
  shift: z.int().min(0).max(16).default(2).meta({
    title: 'Random shift',
    description: 'Largest random shift of a training image along each axis.',
    unit: 'pixels',
  }),
  validation: z.number().min(0).max(0.5).default(0).meta({
    title: 'Validation share',
    description:
      'Share of the training images that is held out, the same in every run on the same data. The best epoch and every other choice are made on it, so that the test images have the last word only.',
  }),
  weightSeed: seed.meta({
    title: 'Seed of initial weights',
    description: 'Of the weights that a network, or a layer that starts afresh after a cut, begins with.',
    choices: { null: { label: 'that of the run' } },
    advanced: true,
  }),
  dataSeed: seed.meta({
    title: 'Seed of the order of images',
    description: 'Of the order and the random shifts of training images, and of those that channels are judged on.',
    choices: { null: { label: 'that of the run' } },
    advanced: true,
  }),
  stopCollapsed: z
    .boolean()
    .default(false)
    .meta({
      title: 'Stop when collapsed',
      description:
        'Ends a run after two epochs with all capsule types of a layer inactive and class capsules of zero; it counts at chance.',
      choices: { false: { label: 'train on' }, true: { label: 'stop' } },
      advanced: true,
    }),
  measure: MeasureSpec.prefault({}),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;

/** What random numbers of a run follow from: initial weights, images, and all else. */
export interface Seeds {
  own: number;
  weights: number;
  data: number;
}

/** One seed sets all, unless a training says otherwise. */
export function seedsOf(own: number, { weightSeed = null, dataSeed = null }: Partial<TrainingSpec> = {}): Seeds {
  return { own, weights: weightSeed ?? own, data: dataSeed ?? own };
}
