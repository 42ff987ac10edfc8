/**
 * The specification of a capsule network: everything that fixes its shape, and nothing about how it is trained.
 * A pruned network is described by the same type with smaller numbers.
 * Defaults are those of Sahu & Altahhan 2024 (arXiv 2410.16908).
 */
import { z } from 'zod';

const count = z.int().min(1).max(4096);
const kernel = z.int().min(1).max(15);
const stride = z.int().min(1).max(8);
const padding = z.int().min(0).max(7);
const iterations = z.int().min(1).max(8);

/** Convolution without bias → batch norm → ReLU. */
export const ConvBlock = z.strictObject({
  channels: count,
  kernel: kernel.default(3),
  stride: stride.default(1),
  padding: padding.default(1),
});

/** Convolution to `types` × `dim` channels → one capsule per type and position → squash. */
export const PrimaryCapsules = z.strictObject({
  types: count,
  dim: count,
  kernel: kernel.default(3),
  stride: stride.default(2),
  padding: padding.default(0),
});

/** Convolutional capsules: every parent routes from the child capsules under its window; transformation matrices are shared over positions. */
export const ConvCapsules = z.strictObject({
  kind: z.literal('conv'),
  types: count,
  dim: count,
  kernel: kernel.default(3),
  stride: stride.default(1),
  padding: padding.default(1),
  iterations: iterations.default(3),
});

/** Fully connected capsules: every parent routes from all capsules of the layer below. */
export const FullCapsules = z.strictObject({
  kind: z.literal('full'),
  types: count,
  dim: count,
  iterations: iterations.default(3),
});

export const IntermediateCapsules = z.discriminatedUnion('kind', [ConvCapsules, FullCapsules]);

export const Squash = z.enum(['squash', 'sensitive']);

export const NetworkSpec = z.strictObject({
  backbone: z.array(ConvBlock).max(32),
  primary: PrimaryCapsules,
  intermediate: z.array(IntermediateCapsules).max(32),
  classes: z.strictObject({ dim: count.default(16), iterations: iterations.default(3) }).prefault({}),
  squash: Squash.default('squash'),
  /** Hidden widths of the reconstruction decoder, or null for none. */
  decoder: z
    .strictObject({ hidden: z.array(count).max(8).default([512, 1024]) })
    .nullable()
    .default(null),
});

export type ConvBlock = z.infer<typeof ConvBlock>;
export type PrimaryCapsules = z.infer<typeof PrimaryCapsules>;
export type IntermediateCapsules = z.infer<typeof IntermediateCapsules>;
export type Squash = z.infer<typeof Squash>;
export type NetworkSpec = z.infer<typeof NetworkSpec>;

/** The paper's family of networks, named by its three numbers. */
export const NetworkFamily = z
  .strictObject({
    /** N: capsule types in the primary and in every intermediate layer. */
    types: count.default(16),
    /** D: dimension of those capsules. */
    dim: count.default(12),
    /** L: intermediate capsule layers. */
    depth: z.int().min(0).max(32).default(3),
    kind: z.enum(['conv', 'full']).default('conv'),
    iterations: iterations.default(3),
    squash: Squash.default('squash'),
    classDim: count.default(16),
    decoder: z.boolean().default(false),
  })
  .superRefine(({ types, dim }, context) => {
    if ((types * dim) % 4 !== 0)
      context.addIssue({
        code: 'custom',
        path: ['types'],
        message: `backbone.0 would have types · dim / 4 = ${(types * dim) / 4} channels; choose types and dim whose product is divisible by 4`,
      });
  });
export type NetworkFamily = z.infer<typeof NetworkFamily>;

/** A backbone of three blocks with ND/4, ND/2 and ND channels, then primary, `depth` intermediate and class capsules (paper, section on the architecture). */
export function networkOf(family: z.input<typeof NetworkFamily> = {}): NetworkSpec {
  const { types, dim, depth, kind, iterations: routing, squash, classDim, decoder } = NetworkFamily.parse(family);
  const channels = types * dim;
  return NetworkSpec.parse({
    backbone: [
      { channels: channels / 4, stride: 1 },
      { channels: channels / 2, stride: 2 },
      { channels, stride: 1 },
    ],
    primary: { types, dim },
    intermediate: Array.from({ length: depth }, () => ({ kind, types, dim, iterations: routing })),
    classes: { dim: classDim, iterations: routing },
    squash,
    decoder: decoder ? {} : null,
  });
}

/** What the data set fixes: the image and the number of classes. */
export const InputShape = z.strictObject({
  height: count,
  width: count,
  channels: z.int().min(1).max(64),
  classes: z.int().min(2).max(100_000),
});
export type InputShape = z.infer<typeof InputShape>;
