/** What is cut, by which criterion, and what becomes of the capsule layers above. Defaults are the paper's. */
import { z } from 'zod';
import type { Choice } from './fields.ts';

/** What each is called and means. */
export const criterionChoices = {
  chip: {
    label: 'channel independence (CHIP)',
    help: 'How much the nuclear norm of the layer’s feature maps falls without the channel. The least independent channels go (the paper’s choice).',
  },
  l1: { label: 'L1 norm of filters', help: 'Sum of the absolute weights of the channel’s filter.' },
  random: { label: 'random', help: 'Chance, from the run’s seed. What any criterion has to beat.' },
  ccm: { label: 'CCM redundancy', help: 'Mean absolute correlation with the other channels; the most redundant go.' },
  activation: { label: 'activation norm', help: 'Norm of the channel’s feature maps over the judged images.' },
} satisfies Record<string, Choice>;

/** How the importance of a channel is judged; see engine/pruning/importance/. */
export const PruningCriterion = z.enum(['chip', 'l1', 'random', 'ccm', 'activation']).meta({ choices: criterionChoices });
export type PruningCriterion = z.infer<typeof PruningCriterion>;

const ratio = z.number().min(0).lt(1);
const slid = { slider: true, step: 0.05 };

export const Granularity = z.enum(['channel', 'type']).meta({
  choices: {
    channel: { label: 'single channels (the paper’s)', help: 'The channels that stay are regrouped into capsules in their order.' },
    type: { label: 'whole capsule types', help: 'The types that stay keep what each of them means.' },
  },
});

export const CapsuleLayers = z.enum(['reinitialise', 'inherit']).meta({
  choices: {
    reinitialise: { label: 'start afresh (the paper’s)' },
    inherit: { label: 'inherit their weights', help: 'Types that stay keep their weights. Needs primary capsules that lose whole types.' },
  },
});

export const PruningSpec = z
  .strictObject({
    criterion: PruningCriterion.default('chip').meta({ title: 'Criterion', description: 'How the importance of a channel is judged.' }),
    backbone: ratio.default(0).meta({
      ...slid,
      title: 'Backbone ratio',
      description: 'Share of channels that every backbone block loses.',
    }),
    blocks: z
      .array(ratio)
      .min(1)
      .nullable()
      .default(null)
      .meta({
        title: 'Ratios per block',
        description: 'Share of channels that each backbone block loses, from the image up, instead of one ratio for all.',
        choices: { null: { label: 'as the backbone ratio' } },
      }),
    capsules: ratio.default(0).meta({
      ...slid,
      title: 'Primary capsule ratio',
      description: 'Share of channels that the primary capsules lose; what stays is a multiple of their dimension.',
    }),
    granularity: Granularity.default('channel').meta({
      title: 'Primary capsules lose',
      description: 'Single channels are regrouped into capsules in order; whole types keep what each capsule means.',
    }),
    capsuleLayers: CapsuleLayers.default('reinitialise').meta({
      title: 'Capsule layers above',
      description: 'What becomes of the weights of the capsule layers above the cut.',
    }),
    intermediate: z
      .strictObject({
        types: z
          .int()
          .min(1)
          .nullable()
          .default(null)
          .meta({
            title: 'Intermediate types',
            description: 'Types per intermediate layer after the cut, where capsule layers start afresh.',
            choices: { null: { label: 'as the primary capsules' } },
          }),
        ratio: ratio.default(0).meta({
          ...slid,
          title: 'Intermediate ratio',
          description: 'Share of types that every intermediate layer loses, where capsule layers inherit their weights.',
        }),
        by: z
          .enum(['activation', 'chip'])
          .default('activation')
          .meta({
            title: 'Intermediate types go by',
            description: 'Which types those are: the ones with the lowest activation, or with the least independent maps.',
            choices: { activation: { label: 'lowest activation' }, chip: { label: 'lowest independence' } },
          }),
      })
      .prefault({}),
    batches: z.int().min(1).max(1000).default(5).meta({
      title: 'Batches judged',
      description: 'Batches of training images over which importance is averaged.',
      advanced: true,
    }),
    batch: z.int().min(1).max(4096).default(128).meta({
      title: 'Batch size',
      description: 'Images in each of these batches.',
      unit: 'images',
      advanced: true,
    }),
  })
  .superRefine((spec, context) => {
    if (spec.blocks !== null && spec.backbone > 0)
      context.addIssue({
        code: 'custom',
        path: ['blocks'],
        message: `the blocks have ratios of their own, and "backbone" is ${spec.backbone}; expected one or the other`,
      });
    if (spec.capsuleLayers === 'inherit' && spec.capsules > 0 && spec.granularity !== 'type')
      context.addIssue({
        code: 'custom',
        path: ['granularity'],
        message:
          'inheriting capsule weights needs whole capsule types (granularity "type"), because regrouped channels change what a capsule means',
      });
    if (spec.capsuleLayers === 'reinitialise' && spec.intermediate.ratio > 0)
      context.addIssue({
        code: 'custom',
        path: ['intermediate', 'ratio'],
        message: 'pruning intermediate types by ratio needs capsuleLayers "inherit"; with "reinitialise" set intermediate.types',
      });
    if (spec.capsuleLayers === 'inherit' && spec.intermediate.types !== null)
      context.addIssue({
        code: 'custom',
        path: ['intermediate', 'types'],
        message: 'a new number of intermediate types needs capsuleLayers "reinitialise"; with "inherit" set intermediate.ratio',
      });
  });
export type PruningSpec = z.infer<typeof PruningSpec>;

/** What backbone blocks lose: one ratio, or as words those of all blocks. */
export const backboneRatio = ({ backbone, blocks }: Pick<PruningSpec, 'backbone' | 'blocks'>): number | string =>
  blocks === null ? backbone : blocks.join('/');
