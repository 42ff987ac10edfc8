/**
 * What is made of images before a network sees them: chosen once per data set, stored with it and with the weights
 * trained on it, and the same in training, testing and use.
 */
import { z } from 'zod';

const side = z.int().min(1).max(4096);

/** How the images are divided: as the data say, or anew, each class in the same proportion. */
export const SplitSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('own') }),
  z.strictObject({
    kind: z.literal('fraction'),
    /** Share of all images that are for testing. */
    test: z.number().gt(0).lt(1),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
  }),
]);
export type SplitSpec = z.infer<typeof SplitSpec>;

const limit = z.int().min(1).nullable().default(null);

/** At most so many images; null: all. */
export const DatasetLimits = z.strictObject({
  /** In all, the first of each class in turn. */
  train: limit,
  test: limit,
  /** Of each class, in training and in testing. */
  perClass: limit,
});
export type DatasetLimits = z.infer<typeof DatasetLimits>;

/**
 * How an image becomes one of another size. `stretch`: resized to it, whatever becomes of its proportions; `crop`: resized
 * until it covers, the rest cut off around the centre; `pad`: resized until it fits, background around it; `centre`: not
 * resized, cut off and padded around the centre.
 */
export const ImageFit = z.enum(['stretch', 'crop', 'pad', 'centre']);
export type ImageFit = z.infer<typeof ImageFit>;

export const ImageColour = z.enum(['own', 'grey', 'rgb']);
export type ImageColour = z.infer<typeof ImageColour>;

/** What is seen where an image is transparent, and around a padded one. */
export const ImageBackground = z.enum(['black', 'white']);
export type ImageBackground = z.infer<typeof ImageBackground>;

export const PreparationSpec = z.strictObject({
  /** Null: their own, which must be one and the same. */
  size: z.strictObject({ height: side, width: side }).nullable().default(null),
  fit: ImageFit.default('pad'),
  colour: ImageColour.default('own'),
  background: ImageBackground.default('black'),
  /** Names of the classes to keep, in the order that they get; null: all. */
  classes: z.array(z.string()).min(2, 'expected at least two classes').nullable().default(null),
  split: SplitSpec.default({ kind: 'own' }),
  limits: DatasetLimits.prefault({}),
  /** Every channel with mean 0 and standard deviation 1 over the training images, instead of values in [0, 1]. */
  standardise: z.boolean().default(false),
});
export type PreparationSpec = z.infer<typeof PreparationSpec>;

/** Images as they are. */
export const unprepared: PreparationSpec = PreparationSpec.parse({});

/** Of the training images' intensities in [0, 1], per channel. A network gets (intensity − mean) / deviation. */
export const Standardisation = z.strictObject({
  mean: z.array(z.number()).min(1),
  deviation: z.array(z.number().positive()).min(1),
});
export type Standardisation = z.infer<typeof Standardisation>;
