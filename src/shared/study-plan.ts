/** From a study's spec to its runs: every network, with every seed, in every arm. */
import { networkAfter } from './pruning-plan.ts';
import type { Arm } from './spec/arms.ts';
import { NetworkFamily, networkOf, NetworkSpec } from './spec/network.ts';
import { backboneRatio, PruningSpec } from './spec/pruning.ts';
import type { RunSpec } from './spec/run.ts';
import { networksOf, type StudySpec, type PruningGrid } from './spec/study.ts';
import type { TrainingSpec } from './spec/training.ts';
import { inOneGo, type Steps } from './steps.ts';

/** One run of a study before it has happened. */
export interface PlannedRun {
  /** Stable within the study, so that a second start finds it again. */
  key: string;
  name: string;
  /** `source`: the network trained with the CCM term, from which the pruned ones are cut. What arm a run is of: spec/arms.ts. */
  role: 'unpruned' | 'source' | 'pruned';
  /** Key of the run that this one is cut from, or whose training it goes on with. */
  parent: string | null;
  spec: RunSpec;
}

const many = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The pruning settings of a study, in order. Throws a ZodError when a combination of a grid contradicts itself. */
export function pruningSettings(pruning: StudySpec['pruning']): PruningSpec[] {
  if (Array.isArray(pruning)) return pruning;
  const settings: PruningSpec[] = [];
  for (const criterion of many(pruning.criterion))
    for (const granularity of many(pruning.granularity))
      for (const capsuleLayers of many(pruning.capsuleLayers))
        for (const backbone of backbonesOf(pruning))
          for (const capsules of many(pruning.capsules))
            settings.push(PruningSpec.parse({ criterion, ...backbone, capsules, granularity, capsuleLayers }));
  return settings;
}

/** What a grid takes from the backbone: a ratio for all blocks, or one for each. */
const backbonesOf = ({ backbone, blocks }: PruningGrid): Partial<PruningSpec>[] =>
  blocks.length > 0 ? blocks.map((ratios) => ({ blocks: ratios })) : many(backbone).map((ratio) => ({ backbone: ratio }));

/** What tells the pruned runs of one parent apart. */
export function pruningName(pruning: PruningSpec): string {
  return `pruned ${pruning.criterion} ${extentOf(pruning)}`;
}

/** How much goes, and how, whatever the criterion. */
export function extentOf(pruning: Pick<PruningSpec, 'backbone' | 'blocks' | 'capsules' | 'granularity' | 'capsuleLayers'>): string {
  const { capsules, granularity, capsuleLayers } = pruning;
  const extras = [granularity === 'type' ? 'types' : '', capsuleLayers === 'inherit' ? 'inherit' : ''].filter(Boolean);
  return [`b${backboneRatio(pruning)}`, `c${capsules}`, ...extras].join(' ');
}

/**
 * All runs of a study in the order in which they are to be done; a parent always comes before its children. What is listed
 * twice is done once, under the number that it has first.
 */
export const planStudy = (study: StudySpec): PlannedRun[] => inOneGo(planSteps(study));

/** The same, network by network. */
export function* planSteps(study: StudySpec): Steps<PlannedRun[]> {
  const settings = pruningSettings(study.pruning);
  const networks = distinct(networksOf(study.networks), networkOfStudy);
  const seeds = [...new Set(study.seeds)];
  const plan: PlannedRun[] = [];
  for (const [n, entry] of networks) {
    for (const seed of seeds) {
      const parts = [networks.length > 1 ? networkLabel(entry, n) : '', seeds.length > 1 ? `seed ${seed}` : ''];
      const suffix = parts.filter(Boolean).join(', ');
      for (const { key, name, parent, ...run } of planFamily(study, settings, networkOfStudy(entry), seed))
        plan.push({
          ...run,
          key: `network ${n}/seed ${seed}/${key}`,
          name: suffix ? `${name} (${suffix})` : name,
          parent: parent && `network ${n}/seed ${seed}/${parent}`,
        });
    }
    yield;
  }
  return plan;
}

/** Why a study has no runs, for one that has none. */
export function nothingToRun({ arms, ccm }: StudySpec): string {
  const why = ccm === 0 && arms.includes('ccm') ? 'without "pruning", or at "ccm": 0,' : 'without "pruning"';
  return `arms: ${why} only the arm "unpruned" runs, and "arms" does not name it; expected "pruning" or the arm "unpruned"`;
}

/** The runs of one network and seed. Keys and names are those within it. */
function planFamily(study: StudySpec, settings: PruningSpec[], network: NetworkSpec, seed: number): PlannedRun[] {
  const { train, fineTune } = study.epochs;
  // Without a cut there is nothing that a control could be a control of.
  const has = (arm: Arm) => study.arms.includes(arm) && (arm === 'unpruned' || settings.length > 0);
  const training = (epochs: number, ccm = 0): TrainingSpec => ({
    ...study.training,
    epochs,
    ccm,
    stopCollapsed: study.stopCollapsed,
  });
  const whole: RunSpec = { network, training: training(train + fineTune), pruning: null, control: null, seed, firstEpoch: 0 };
  const cuts = distinct(settings, (pruning) => pruning);
  const named = (control: string, pruning: PruningSpec) => (cuts.length > 1 ? `${control} ${extentOf(pruning)}` : control);

  const unpruned: PlannedRun = { key: 'unpruned', name: 'unpruned', role: 'unpruned', parent: null, spec: whole };
  const source: PlannedRun = {
    ...unpruned,
    key: 'source',
    name: 'source',
    role: 'source',
    spec: { ...whole, training: training(train, study.ccm) },
  };
  const later = { ...whole, training: training(fineTune), firstEpoch: train };
  // With α = 0 it would be the unpruned network again.
  const ccm: PlannedRun[] =
    has('ccm') && study.ccm > 0 ? [{ key: 'ccm', name: 'CCM alone', role: 'unpruned', parent: source.key, spec: later }] : [];
  const cut = (key: string, name: string, pruning: PruningSpec): PlannedRun => ({
    key,
    name,
    role: 'pruned',
    parent: source.key,
    spec: { ...later, pruning },
  });
  const pruned = has('pruned')
    ? cuts.map(([p, pruning]) => cut(`pruned ${p}`, cuts.length > 1 ? pruningName(pruning) : 'pruned', pruning))
    : [];
  const random = has('random')
    ? randomCuts(settings, pruned.length > 0).map(([p, pruning]) => cut(`random ${p}`, named('random cut', pruning), pruning))
    : [];
  const scratch = has('scratch')
    ? distinctCuts(settings, network).map(([p, pruning]): PlannedRun => {
        const small = { ...whole, network: networkAfter(network, pruning), control: { network, pruning } };
        return { ...unpruned, key: `scratch ${p}`, name: named('from scratch', pruning), spec: small };
      })
    : [];
  const fromSource = [...ccm, ...pruned, ...random];
  return [...(has('unpruned') ? [unpruned] : []), ...(fromSource.length > 0 ? [source] : []), ...fromSource, ...scratch];
}

/** The settings with chance as their criterion, one of each, but for those that are cut by chance anyway. */
export function randomCuts(settings: PruningSpec[], withPruned: boolean): [number, PruningSpec][] {
  const byChance = (pruning: PruningSpec): PruningSpec => ({ ...pruning, criterion: 'random' });
  const planned = new Set(settings.filter(({ criterion }) => withPruned && criterion === 'random').map((one) => JSON.stringify(one)));
  return distinct(settings.map(byChance), (one) => one).filter(([, one]) => !planned.has(JSON.stringify(one)));
}

/** One setting for every network that the cuts leave, with its index: what is to be trained from scratch. */
export function distinctCuts(settings: PruningSpec[], network: NetworkSpec): [number, PruningSpec][] {
  return distinct(settings, (pruning) => networkAfter(network, pruning));
}

/** The first of every kind, with its index. */
function distinct<T>(items: readonly T[], kind: (item: T) => unknown): [number, T][] {
  return [...Map.groupBy(items.entries(), ([, item]) => JSON.stringify(kind(item))).values()].map(([first]) => first!);
}

/** A network of a study, written out layer by layer. */
export function networkOfStudy(network: NetworkFamily | NetworkSpec): NetworkSpec {
  return 'backbone' in network ? network : networkOf(network);
}

/** What tells the networks of a study apart. */
export function networkLabel(network: NetworkFamily | NetworkSpec, index: number): string {
  if ('backbone' in network) return `network ${index + 1}`;
  const { types, dim, depth, kind, iterations, squash, initialisation, bias, residual } = network;
  const extras = [
    kind === 'full' && 'fully connected',
    iterations !== 3 && `${iterations} iteration${iterations > 1 ? 's' : ''}`,
    squash === 'sensitive' && 'sensitive squash',
    typeof initialisation === 'object' && `gain ${initialisation.gain}`,
    bias && 'bias',
    residual > 0 && `residual ${residual}`,
  ].filter((extra) => extra !== false);
  return [`N${types} D${dim} L${depth}`, ...extras].join(', ');
}

/** The same of a network that is written out layer by layer: by its family where it is of one, else by its three numbers. */
export function networkName(network: NetworkSpec): string {
  const family = familyOfNetwork(network);
  const { primary, intermediate } = network;
  return family ? networkLabel(family, 0) : `N${primary.types} D${primary.dim} L${intermediate.length}, own layers`;
}

/** The family that a network is of; null where it has layers of its own. */
export function familyOfNetwork(network: NetworkSpec): NetworkFamily | null {
  const { primary, intermediate, classes, squash, initialisation, bias, residual, decoder } = network;
  const { kind = 'conv', iterations = classes.iterations } = intermediate[0] ?? {};
  const family = NetworkFamily.safeParse({
    ...{ types: primary.types, dim: primary.dim, depth: intermediate.length },
    ...{ kind, iterations, squash, initialisation, bias, residual },
    ...{ classDim: classes.dim, decoder: decoder !== null },
  });
  return family.success && JSON.stringify(networkOf(family.data)) === JSON.stringify(NetworkSpec.parse(network)) ? family.data : null;
}
