/** What all test images together say of a network's capsules. Kept beside the run; computed anew when it cannot be read. */
import { z } from 'zod';

const count = z.int().min(0);
const numbers = z.array(z.number());

/** Where a capsule type is the longest on an image. */
const Excited = z.strictObject({ image: count, y: count, x: count, length: z.number() });
export type Excited = z.infer<typeof Excited>;

/** The length of a capsule type on an image is that of the longest of its capsules, over all positions. */
const TypeAtlas = z.strictObject({
  /** Images by length, in bins of equal width over the layer's scale. */
  histogram: z.array(count),
  /** Mean length on the images of every class; null for a class without images. */
  byClass: z.array(z.number().nullable()),
  /** Share of images on which it is longer than the threshold. */
  active: z.number(),
  /** Images that excite it most and least, and as many evenly across its lengths, longest first. */
  most: z.array(Excited),
  least: z.array(Excited),
  across: z.array(Excited),
  /** Of its vector where it is longest, on the images on which it is active: tenth, middle and ninetieth hundredth per dimension. */
  pose: z.strictObject({ low: numbers, middle: numbers, high: numbers }).nullable(),
});
export type TypeAtlas = z.infer<typeof TypeAtlas>;

const LayerAtlas = z.strictObject({
  /** "primary" to "classes". */
  layer: z.string(),
  /** Of its histograms; where the layer has vanished, of the decimal logarithm of length. */
  scale: z.strictObject({ log: z.boolean(), from: z.number(), to: z.number() }),
  types: z.array(TypeAtlas),
});
export type LayerAtlas = z.infer<typeof LayerAtlas>;

const LayerRouting = z.strictObject({
  layer: z.string(),
  /** Mean entropy of couplings over its largest possible value, by iteration. */
  entropy: numbers,
});

/** Measures of parse trees; defined in docs/inside.md. */
const ParseTrees = z.strictObject({
  /** Images that were looked at, and those of them whose class capsules tie, which have no tree. */
  images: count,
  tied: count,
  /** Mean number of layers below the classes that the tree reaches, and how many there are. */
  depth: z.number().nullable(),
  layers: count,
  /** Per class that is read: images, distinct trees by the couplings with the class, quantised, and the entropy over them in bits. */
  classes: z.array(z.strictObject({ images: count, trees: count, entropy: z.number() })),
});
export type ParseTrees = z.infer<typeof ParseTrees>;

export const Atlas = z.strictObject({
  format: z.literal(1),
  /** Of the weights file that it is of. */
  weights: z.string(),
  images: count,
  threshold: z.number(),
  layers: z.array(LayerAtlas),
  routing: z.array(LayerRouting),
  trees: ParseTrees,
});
export type Atlas = z.infer<typeof Atlas>;

/** As it comes from a trainer. */
export type MadeAtlas = Omit<Atlas, 'format' | 'weights'>;

/** Images shown of each kind. */
export const SHOWN = 16;
/** Bins of a histogram. */
export const BINS = 30;
/** Levels of couplings when trees are told apart, as in the code of REM (Renzulli et al., arXiv 2204.01298). */
export const LEVELS = 11;
