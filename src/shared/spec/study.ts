/**
 * A study: one data set, one or more networks, and the settings with which each network is pruned and compared with
 * its unpruned twin. What a study file may contain; resources/study.schema.json is generated from here.
 */
import { z } from 'zod';
import { Arm } from './arms.ts';
import { NetworkFamily, NetworkSpec } from './network.ts';
import { PreparationSpec } from './preparation.ts';
import { CapsuleLayers, Granularity, PruningCriterion, PruningSpec } from './pruning.ts';
import { TrainingSpec } from './training.ts';

/** Fields that a study sets for all runs; epochs come from `epochs`, the others from what is named as they are. */
const StudyTraining = TrainingSpec.omit({ epochs: true, ccm: true, stopCollapsed: true });

const paths = z.string().min(1);

export const DataSpec = z.strictObject({
  path: z
    .union([paths, z.array(paths).min(1)])
    .default('sample')
    .meta({
      title: 'Images',
      description: 'File, folder or archive, or a list of them, relative to the study file; "sample" is the bundled sample of MNIST.',
    }),
  limitTrain: z.int().min(1).optional().meta({
    title: 'Training images at most',
    description: 'The first of each class in file order.',
  }),
  limitTest: z.int().min(1).optional().meta({ title: 'Test images at most', description: 'The same for test images.' }),
  preparation: PreparationSpec.optional().meta({
    title: 'Preparation',
    description: 'What is made of the images before a network sees them.',
  }),
  skipBad: z.boolean().optional().meta({ title: 'Skip bad files', description: 'Go on without the files that cannot be read.' }),
});
export type DataSpec = z.infer<typeof DataSpec>;

const list = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
/** A setting that may be a list, with the default that it has alone. */
const listed = <T extends z.ZodType>(setting: z.ZodDefault<T>) => list(setting.unwrap()).default(setting.def.defaultValue as never);
const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const { types, dim, depth, kind, iterations, squash, initialisation, bias, residual } = NetworkFamily.shape;

/** Which of the listed combinations a message is about. */
const listedAs = (types: unknown, dim: unknown, n: number, d: number): string =>
  Array.isArray(types) || Array.isArray(dim) ? `with types ${n} and dim ${d}, ` : '';

/** Every combination of the listed values, each a network of the paper's family. A single value stands for a list of one. */
export const NetworkGrid = z
  .strictObject({
    ...NetworkFamily.shape,
    types: listed(types),
    dim: listed(dim),
    depth: listed(depth),
    kind: listed(kind),
    iterations: listed(iterations),
    squash: listed(squash),
    initialisation: listed(initialisation),
    bias: listed(bias),
    residual: listed(residual),
  })
  .superRefine(({ types, dim }, context) => {
    for (const n of many(types))
      for (const d of many(dim)) {
        // What is wrong with a single network is said as it is of one; what is wrong with a field, the field says.
        const wrong = NetworkFamily.safeParse({ types: n, dim: d }).error?.issues[0];
        if (wrong?.code === 'custom')
          context.addIssue({ code: 'custom', path: wrong.path, message: listedAs(types, dim, n, d) + wrong.message });
      }
  });
export type NetworkGrid = z.infer<typeof NetworkGrid>;

/** Every combination of the listed values. A single value stands for a list of one. */
export const PruningGrid = z.strictObject({
  criterion: list(PruningCriterion).default('chip'),
  backbone: list(z.number().min(0).lt(1)).default(0),
  /** Each a cut whose blocks have ratios of their own; where there are some, `backbone` has nothing to add. */
  blocks: z.array(z.array(z.number().min(0).lt(1)).min(1)).default([]),
  capsules: list(z.number().min(0).lt(1)).default(0),
  granularity: list(Granularity).default('channel'),
  capsuleLayers: list(CapsuleLayers).default('reinitialise'),
});
export type PruningGrid = z.infer<typeof PruningGrid>;

export const StudySpec = z.strictObject({
  $schema: z.string().optional().meta({ description: 'For editors: where the JSON schema is. Ignored.' }),
  name: z.string().min(1).max(200).meta({ title: 'Name', description: 'Heading of the report.' }),
  data: DataSpec.prefault({}),
  networks: z
    .array(z.union([NetworkGrid, NetworkSpec]))
    .min(1)
    .meta({
      title: 'Networks',
      description:
        'List of networks, each by the paper’s three numbers or written out layer by layer. Lists of numbers stand for every combination of them.',
    }),
  epochs: z.strictObject({
    train: z.int().min(1).meta({ title: 'Epochs before pruning', description: 'With the CCM term.' }),
    fineTune: z.int().min(0).meta({
      title: 'Epochs after pruning',
      description: 'Without it; the unpruned network gets the sum.',
    }),
  }),
  ccm: z.number().min(0).max(10).default(0.01).meta({
    title: 'CCM weight α',
    description: 'Of the CCM term while training the network that will be pruned.',
  }),
  training: StudyTraining.prefault({}).meta({ title: 'Training', description: 'How the networks are trained and measured.' }),
  pruning: z
    .union([z.array(PruningSpec), PruningGrid])
    .default([])
    .meta({
      title: 'Pruning',
      description: 'A list of settings, or a grid of them; without any, only the unpruned networks run.',
    }),
  arms: z.array(Arm).min(1).default(['unpruned', 'ccm', 'pruned', 'scratch']).meta({
    title: 'Arms',
    description:
      'What is trained and compared. The pruned networks are the claim; each of the others rules out one other reason for what they show.',
  }),
  stopCollapsed: TrainingSpec.shape.stopCollapsed,
  seeds: z
    .array(z.int().min(0).max(0xffff_ffff))
    .min(1)
    .default([1])
    .meta({ title: 'Seeds', description: 'Every seed repeats the whole study.' }),
});
export type StudySpec = z.infer<typeof StudySpec>;

/** The networks of a study one by one, in the order in which its runs name them. */
export function networksOf(networks: StudySpec['networks']): (NetworkFamily | NetworkSpec)[] {
  return networks.flatMap((network): (NetworkFamily | NetworkSpec)[] => ('backbone' in network ? [network] : combinationsOf(network)));
}

/** The first factor changes slowest. */
export function combinationsOf({ classDim, decoder, ...factors }: NetworkGrid): NetworkFamily[] {
  let combined: object[] = [{}];
  for (const [name, values] of Object.entries(factors))
    combined = combined.flatMap((before) => many(values as unknown).map((value) => ({ ...before, [name]: value })));
  return combined.map((one) => ({ ...one, classDim, decoder }) as NetworkFamily);
}
