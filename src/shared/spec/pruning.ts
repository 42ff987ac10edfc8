/** What is cut, by which criterion, and what becomes of the capsule layers above. Defaults are the paper's. */
import { z } from 'zod';

/** How the importance of a channel is judged; see engine/pruning/importance/. */
export const PruningCriterion = z.enum(['chip', 'l1', 'random', 'ccm', 'activation']);
export type PruningCriterion = z.infer<typeof PruningCriterion>;

const ratio = z.number().min(0).lt(1);

export const PruningSpec = z
  .strictObject({
    criterion: PruningCriterion.default('chip'),
    /** Share of channels that every backbone block loses. */
    backbone: ratio.default(0),
    /** Share of channels that the primary capsules lose; the count kept is a multiple of their dimension. */
    capsules: ratio.default(0),
    /** Primary capsules lose single channels and are regrouped (the paper's), or lose whole capsule types. */
    granularity: z.enum(['channel', 'type']).default('channel'),
    /** Capsule layers above the cut start afresh (the paper's) or keep the weights of the types that stay. */
    capsuleLayers: z.enum(['reinitialise', 'inherit']).default('reinitialise'),
    intermediate: z
      .strictObject({
        /** With `reinitialise`: types per intermediate layer; null means as many as the primary capsules keep. */
        types: z.int().min(1).nullable().default(null),
        /** With `inherit`: share of types that every intermediate layer loses. */
        ratio: ratio.default(0),
        /** With `inherit`: the types to lose are those with the lowest activation, or the lowest CI of their maps. */
        by: z.enum(['activation', 'chip']).default('activation'),
      })
      .prefault({}),
    /** Batches of training images over which importance is averaged, and their size. */
    batches: z.int().min(1).max(1000).default(5),
    batch: z.int().min(1).max(4096).default(128),
  })
  .superRefine((spec, context) => {
    if (spec.capsuleLayers === 'inherit' && spec.capsules > 0 && spec.granularity !== 'type')
      context.addIssue({
        code: 'custom',
        path: ['granularity'],
        message: 'inheriting capsule weights needs granularity "type", because regrouped channels change what a capsule means',
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
