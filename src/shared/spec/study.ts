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

/** Every combination of the listed values. A single value stands for a list of one. */
export const PruningGrid = z.strictObject({
  criterion: list(PruningCriterion).default('chip'),
  backbone: list(z.number().min(0).lt(1)).default(0),
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
    .array(z.union([NetworkFamily, NetworkSpec]))
    .min(1)
    .meta({
      title: 'Networks',
      description: 'List of networks, each by the paper’s three numbers or written out layer by layer.',
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
