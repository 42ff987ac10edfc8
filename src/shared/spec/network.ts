/**
 * The specification of a capsule network: everything that fixes its shape, and nothing about how it is trained.
 * A pruned network is described by the same type with smaller numbers.
 * Defaults are those of Sahu & Altahhan 2024 (arXiv 2410.16908).
 */
import { z } from 'zod';

const count = z.int().min(1).max(4096);
const types = count.meta({ title: 'Types', description: 'Capsule types at every position.' });
const dim = count.meta({ title: 'Dimension', description: 'Length of the vector of each capsule.' });
const kernel = z.int().min(1).max(15).meta({ title: 'Kernel', description: 'Side of the square window, in positions.' });
const stride = z.int().min(1).max(8).meta({ title: 'Stride', description: 'Positions from one window to the next.' });
const padding = z.int().min(0).max(7).meta({
  title: 'Padding',
  description: 'Zeros on every side of the map, fewer than the kernel is wide.',
});
const iterations = z.int().min(1).max(8).meta({
  title: 'Routing iterations',
  description: 'How often votes are weighed by agreement. The paper takes 3.',
});

const kind = { title: 'Kind', description: 'What a capsule of the layer gets votes from.' };

/** Convolution without bias → batch norm → ReLU. */
export const ConvBlock = z.strictObject({
  channels: count.meta({ title: 'Channels', description: 'Of one block: convolution without bias, batch norm, ReLU.' }),
  kernel: kernel.default(3),
  stride: stride.default(1),
  padding: padding.default(1),
});

/** Convolution to `types` × `dim` channels → one capsule per type and position → squash. */
export const PrimaryCapsules = z.strictObject({
  types,
  dim,
  kernel: kernel.default(3),
  stride: stride.default(2),
  padding: padding.default(0),
});

/** Convolutional capsules: every parent routes from the child capsules under its window; transformation matrices are shared over positions. */
export const ConvCapsules = z.strictObject({
  kind: z.literal('conv').meta({
    ...kind,
    choices: { conv: { label: 'convolutional', help: 'Every parent routes from the capsules under its window.' } },
  }),
  types,
  dim,
  kernel: kernel.default(3),
  stride: stride.default(1),
  padding: padding.default(1),
  iterations: iterations.default(3),
});

/** Fully connected capsules: every parent routes from all capsules of the layer below. */
export const FullCapsules = z.strictObject({
  kind: z.literal('full').meta({
    ...kind,
    choices: { full: { label: 'fully connected', help: 'Every parent routes from all capsules below; positions end here.' } },
  }),
  types,
  dim,
  iterations: iterations.default(3),
});

export const IntermediateCapsules = z.discriminatedUnion('kind', [ConvCapsules, FullCapsules]);

export const Squash = z.enum(['squash', 'sensitive']).meta({
  title: 'Squash',
  description: 'What brings the length of a capsule below 1. The sensitive one shrinks short capsules less.',
  choices: {
    squash: { label: 'squash', help: '|s|² / (1 + |s|²)' },
    sensitive: { label: 'sensitive squash', help: '1 − e^−|s|' },
  },
});

const decoder = {
  title: 'Decoder',
  description: 'Reconstructs the image from the class capsule, which regularises training.',
  choices: { null: { label: 'none' }, false: { label: 'none' }, true: { label: '512 → 1024 → pixels' } },
};

/** How the matrices of layers with routing are drawn; see gain.ts. */
export const Initialisation = z
  .union([
    z.literal('paper'),
    z.strictObject({
      gain: z.number().positive().max(100).meta({
        title: 'Initial gain',
        description:
          'Squared length of a capsule before squash, over that of the capsules it is made of. Just above the critical gain a fresh network stays awake; far above it, routing saturates.',
        step: 0.1,
      }),
    }),
  ])
  .meta({
    title: 'Initial weights',
    description:
      'How wide the matrices of capsule layers are drawn: as the paper does, with the deviation 0.5, or 0.1 in fully connected layers; or such that each layer has the gain that is given.',
  });
export type Initialisation = z.infer<typeof Initialisation>;

const remedies = {
  initialisation: Initialisation.default('paper'),
  /** s = Σ c û + b in every routing iteration (Peer et al., code of "Limitation of capsule networks"). */
  bias: z
    .boolean()
    .default(false)
    .meta({
      title: 'Capsule bias',
      description:
        'A learnt vector per capsule type, added to its votes before every squash: a capsule that gets nothing from below does not vanish.',
      choices: { false: { label: 'none' }, true: { label: 'one per type and dimension' } },
    }),
  /** After Gugglberger, Peer & Rodríguez-Sánchez 2021 (arXiv 2104.07393); see `shortcut` in describe.ts. */
  residual: z.int().min(0).max(32).default(0).meta({
    title: 'Residual distance',
    description:
      'Every so many intermediate layers, an identity shortcut adds the capsules from that many layers below, where types, dimension and map are the same. 0: none; 2: as in the paper on residual capsule networks.',
    unit: 'layers',
  }),
};

export const NetworkSpec = z.strictObject({
  backbone: z.array(ConvBlock).max(32),
  primary: PrimaryCapsules,
  intermediate: z.array(IntermediateCapsules).max(32),
  classes: z
    .strictObject({
      dim: dim.default(16).meta({
        title: 'Dimension',
        description: 'Length of the vector of each class capsule; there are as many as the data have classes.',
      }),
      iterations: iterations.default(3),
    })
    .prefault({}),
  squash: Squash.default('squash'),
  ...remedies,
  decoder: z
    .strictObject({
      hidden: z
        .array(count)
        .max(8)
        .default([512, 1024])
        .meta({ title: 'Hidden layers', description: 'Widths of the decoder’s hidden layers.' }),
    })
    .nullable()
    .default(null)
    .meta(decoder),
});

export type ConvBlock = z.infer<typeof ConvBlock>;
export type PrimaryCapsules = z.infer<typeof PrimaryCapsules>;
export type IntermediateCapsules = z.infer<typeof IntermediateCapsules>;
export type Squash = z.infer<typeof Squash>;
export type NetworkSpec = z.infer<typeof NetworkSpec>;

/** The paper's family of networks, named by its three numbers. */
export const NetworkFamily = z
  .strictObject({
    types: count.default(16).meta({
      title: 'N, capsule types',
      description: 'Of the primary and of every intermediate layer. The paper’s backbone follows: ND/4, ND/2 and ND channels.',
    }),
    dim: count.default(12).meta({
      title: 'D, dimension',
      description: 'Length of the vector of each of these capsules. Larger ones keep more capsules active.',
    }),
    depth: z.int().min(0).max(32).default(3).meta({
      title: 'L, intermediate layers',
      description: 'The more of them, the more the deeper ones starve: what the paper is about.',
    }),
    kind: z
      .enum(['conv', 'full'])
      .default('conv')
      .meta({
        title: 'Kind',
        description: 'Of the intermediate layers.',
        choices: { conv: { label: 'convolutional' }, full: { label: 'fully connected' } },
      }),
    iterations: iterations.default(3),
    squash: Squash.default('squash'),
    ...remedies,
    classDim: count.default(16).meta({ title: 'Class dimension', description: 'Length of the vector of each class capsule.' }),
    decoder: z.boolean().default(false).meta(decoder),
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
  const { types, dim, depth, kind, iterations: routing, classDim, decoder, ...rest } = NetworkFamily.parse(family);
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
    ...rest,
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
