/**
 * A study: one data set, one or more networks, and the settings with which each network is pruned and compared with
 * its unpruned twin. What a study file may contain; resources/study.schema.json is generated from here.
 */
import { z } from 'zod';
import { NetworkFamily, NetworkSpec, networkOf } from './network.ts';
import { PreparationSpec } from './preparation.ts';
import { CapsuleLayers, Granularity, PruningCriterion, PruningSpec } from './pruning.ts';
import { TrainingSpec } from './training.ts';

/** Fields that a study sets for all runs; epochs come from `epochs`, α from `ccm`. */
const StudyTraining = TrainingSpec.omit({ epochs: true, ccm: true });

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
    description: 'Use at most this many training images, the first of each class in file order.',
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
    train: z.int().min(1).meta({ title: 'Epochs before pruning', description: 'Epochs before pruning, with the CCM term.' }),
    fineTune: z.int().min(0).meta({
      title: 'Epochs after pruning',
      description: 'Epochs after pruning, without it; the unpruned network gets the sum.',
    }),
  }),
  ccm: z.number().min(0).max(10).default(0.01).meta({
    title: 'CCM weight α',
    description: 'α of the CCM term while training the network that will be pruned.',
  }),
  training: StudyTraining.prefault({}).meta({ title: 'Training', description: 'How the networks are trained and measured.' }),
  pruning: z
    .union([z.array(PruningSpec), PruningGrid])
    .default([])
    .meta({
      title: 'Pruning',
      description: 'A list of settings, or a grid of them; without any, only the unpruned networks run.',
    }),
  seeds: z
    .array(z.int().min(0).max(0xffff_ffff))
    .min(1)
    .default([1])
    .meta({ title: 'Seeds', description: 'Every seed repeats the whole study.' }),
});
export type StudySpec = z.infer<typeof StudySpec>;

/** One run of a study before it has happened. `key` is stable within the study, so that a second start finds it again. */
export interface PlannedRun {
  key: string;
  name: string;
  /** `source`: the network trained with the CCM term, from which the pruned ones are cut. */
  role: 'unpruned' | 'source' | 'pruned';
  /** Key of the run that a pruned one is cut from. */
  parent: string | null;
  /** The network as trained; for a pruned run, the one before the cut. */
  network: NetworkSpec;
  training: TrainingSpec;
  pruning: PruningSpec | null;
  /** Epochs already behind the network, so that all runs of a seed see the same data in the same epoch. */
  firstEpoch: number;
  seed: number;
}

const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The pruning settings of a study, in order. Throws a ZodError when a combination of a grid contradicts itself. */
export function pruningSettings(pruning: StudySpec['pruning']): PruningSpec[] {
  if (Array.isArray(pruning)) return pruning;
  const settings: PruningSpec[] = [];
  for (const criterion of many(pruning.criterion))
    for (const granularity of many(pruning.granularity))
      for (const capsuleLayers of many(pruning.capsuleLayers))
        for (const backbone of many(pruning.backbone))
          for (const capsules of many(pruning.capsules))
            settings.push(PruningSpec.parse({ criterion, backbone, capsules, granularity, capsuleLayers }));
  return settings;
}

/** What tells the pruned runs of one parent apart. */
export function pruningName({ criterion, backbone, capsules, granularity, capsuleLayers }: PruningSpec): string {
  const extras = [granularity === 'type' ? 'types' : '', capsuleLayers === 'inherit' ? 'inherit' : ''].filter(Boolean);
  return ['pruned', criterion, `b${backbone}`, `c${capsules}`, ...extras].join(' ');
}

/** All runs of a study in the order in which they are to be done; a parent always comes before its children. */
export function planStudy(study: StudySpec): PlannedRun[] {
  const settings = pruningSettings(study.pruning);
  const networks = study.networks.map((network) => ('backbone' in network ? network : networkOf(network)));
  const runs: PlannedRun[] = [];
  for (const [n, network] of networks.entries())
    for (const seed of study.seeds) {
      const parts = [networks.length > 1 ? networkLabel(study.networks[n]!, n) : '', study.seeds.length > 1 ? `seed ${seed}` : ''];
      const suffix = parts.filter(Boolean).join(', ');
      const named = (name: string) => (suffix ? `${name} (${suffix})` : name);
      const training = (epochs: number, ccm: number): TrainingSpec => ({ ...study.training, epochs, ccm });
      const base = `network ${n}/seed ${seed}`;
      const total = study.epochs.train + study.epochs.fineTune;
      const common = { network, seed, firstEpoch: 0, parent: null, pruning: null };
      runs.push({ ...common, key: `${base}/unpruned`, name: named('unpruned'), role: 'unpruned', training: training(total, 0) });
      if (settings.length === 0) continue;
      const source = `${base}/source`;
      runs.push({ ...common, key: source, name: named('source'), role: 'source', training: training(study.epochs.train, study.ccm) });
      for (const [p, pruning] of settings.entries())
        runs.push({
          ...common,
          key: `${base}/pruned ${p}`,
          name: named(settings.length > 1 ? pruningName(pruning) : 'pruned'),
          role: 'pruned',
          parent: source,
          pruning,
          training: training(study.epochs.fineTune, 0),
          firstEpoch: study.epochs.train,
        });
    }
  return runs;
}

function networkLabel(network: StudySpec['networks'][number], index: number): string {
  return 'backbone' in network ? `network ${index + 1}` : `N${network.types} D${network.dim} L${network.depth}`;
}
