/**
 * A study while it is designed: the very object of its file, whatever stands in it. Chips read and change the places they know
 * and leave the rest alone, so that a file comes back from here as it went in.
 */
import { Arm } from '../../../shared/spec/arms.ts';
import { withoutDefaults } from '../../../shared/spec/defaults.ts';
import { NetworkFamily } from '../../../shared/spec/network.ts';
import { PruningSpec } from '../../../shared/spec/pruning.ts';
import { combinationsOf, NetworkGrid, StudySpec } from '../../../shared/spec/study.ts';
import { inOrder, same, type Factor, type NetworkFactorKey, type PruningFactorKey, type Value } from './factors.ts';

export type Raw = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const many = (value: unknown): Value[] => (Array.isArray(value) ? value : [value]) as Value[];
const without = (raw: Raw, key: string): Raw => Object.fromEntries(Object.entries(raw).filter(([name]) => name !== key));
/** One value stands alone. */
const few = (values: readonly Value[]): unknown => (values.length === 1 ? values[0] : values);

const networkDefaults = NetworkGrid.parse({}) as unknown as Record<NetworkFactorKey, Value>;
const pruningDefaults: Record<PruningFactorKey, Value> = {
  criterion: 'chip',
  backbone: 0,
  capsules: 0,
  granularity: 'channel',
  capsuleLayers: 'reinitialise',
};
const usualArms: readonly Arm[] = StudySpec.shape.arms.parse(undefined);
/** What a cut is to begin with. */
const firstCut = { criterion: 'chip', backbone: 0.25, capsules: 0.5 };

export const emptyDraft: Raw = {
  name: 'New study',
  networks: [{ types: 8, dim: 4, depth: 3 }],
  epochs: { train: 5, fineTune: 5 },
  arms: ['unpruned'],
  seeds: [1, 2, 3],
};

/** A study as its author would have written it: without the defaults that were filled in, and where the schema was. */
export function toldStudy(study: StudySpec): Raw {
  return without(orderedAs(withoutDefaults(StudySpec, study), study) as Raw, '$schema');
}

/** The same with its fields in the order of the schema, which what has been parsed has. */
function orderedAs(told: unknown, parsed: unknown): unknown {
  if (Array.isArray(told)) return told.map((item, i) => orderedAs(item, (parsed as unknown[])[i]));
  if (!isObject(told) || !isObject(parsed)) return told;
  return Object.fromEntries(Object.keys(parsed).flatMap((key) => (key in told ? [[key, orderedAs(told[key], parsed[key])]] : [])));
}

const entries = ({ networks }: Raw): unknown[] => (Array.isArray(networks) ? (networks as unknown[]) : []);
const isGrid = (entry: unknown): entry is Raw => isObject(entry) && !('backbone' in entry);

/** Place of the networks that chips describe: the first that is given by numbers; -1: none is. */
const gridAt = (draft: Raw): number => entries(draft).findIndex(isGrid);

/** Networks beside those of the chips, with their places in the file. */
export const singlesOf = (draft: Raw): { at: number; entry: unknown }[] =>
  entries(draft).flatMap((entry, at) => (at === gridAt(draft) ? [] : [{ at, entry }]));

/** Settings of cuts as a grid; null: there is no cut, or they are listed one by one. */
const pruningGrid = ({ pruning }: Raw): Raw | null => (isObject(pruning) ? pruning : null);
export const listedCuts = ({ pruning }: Raw): unknown[] => (Array.isArray(pruning) ? (pruning as unknown[]) : []);
export const hasCut = (draft: Raw): boolean => pruningGrid(draft) !== null || listedCuts(draft).length > 0;

/** Chosen values of a factor, in order; none where the study has no place for it. */
export function valuesOf(draft: Raw, factor: Factor): Value[] {
  if (factor.group === 'networks') {
    const grid = entries(draft)[gridAt(draft)];
    return isObject(grid) ? inOrder(factor, many(grid[factor.key] ?? networkDefaults[factor.key as NetworkFactorKey])) : [];
  }
  const grid = pruningGrid(draft);
  return grid ? inOrder(factor, many(grid[factor.key] ?? pruningDefaults[factor.key as PruningFactorKey])) : [];
}

export function withValues(draft: Raw, factor: Factor, values: readonly Value[]): Raw {
  const ordered = few(inOrder(factor, values));
  if (factor.group === 'pruning') return { ...draft, pruning: { ...(pruningGrid(draft) ?? firstCut), [factor.key]: ordered } };
  const at = gridAt(draft);
  const grid = isObject(entries(draft)[at]) ? (entries(draft)[at] as Raw) : { types: 8, dim: 4, depth: 3 };
  const isDefault = same(ordered, networkDefaults[factor.key as NetworkFactorKey]) && !['types', 'dim', 'depth'].includes(factor.key);
  const next = isDefault ? without(grid, factor.key) : { ...grid, [factor.key]: ordered };
  return { ...draft, networks: at < 0 ? [next, ...entries(draft)] : entries(draft).with(at, next) };
}

/** Chooses a value or leaves it out. The last one stays: a network has some number of types. */
export function toggled(draft: Raw, factor: Factor, value: Value): Raw {
  const values = valuesOf(draft, factor);
  const others = values.filter((one) => !same(one, value));
  if (others.length === values.length) return withValues(draft, factor, [...values, value]);
  return others.length === 0 ? draft : withValues(draft, factor, others);
}

export function added(draft: Raw, factor: Factor, more: readonly Value[]): Raw {
  const values = valuesOf(draft, factor);
  return withValues(draft, factor, [...values, ...more.filter((value) => !values.some((one) => same(one, value)))]);
}

/** Without a cut there is nothing to compare. */
export const withoutCut = (draft: Raw): Raw => ({ ...without(draft, 'pruning'), ...('arms' in draft && { arms: ['unpruned'] }) });

/** With the arms that a study has by default: a cut that no arm trains would cut nothing. */
export function withCut(draft: Raw): Raw {
  if (hasCut(draft)) return draft;
  const arms = listOf(draft, 'arms', usualArms);
  return { ...draft, pruning: firstCut, arms: Arm.options.filter((arm) => arms.includes(arm) || usualArms.includes(arm)) };
}
export const withoutListedCut = (draft: Raw, at: number): Raw => ({ ...draft, pruning: listedCuts(draft).toSpliced(at, 1) });

export const withSingle = (draft: Raw, entry: unknown): Raw =>
  entries(draft).some((one) => same(one, entry)) ? draft : { ...draft, networks: [...entries(draft), entry] };
export const withoutEntry = (draft: Raw, at: number): Raw =>
  entries(draft).length > 1 ? { ...draft, networks: entries(draft).toSpliced(at, 1) } : draft;

/** Combinations of N and D that no backbone can be built for: ND/4 channels have to be a whole number. */
export function impossible(draft: Raw): { types: number; dim: number }[] {
  const grid = entries(draft)[gridAt(draft)];
  if (!isObject(grid)) return [];
  const numbers = (key: NetworkFactorKey) => many(grid[key] ?? networkDefaults[key]).filter((value) => typeof value === 'number');
  return numbers('types').flatMap((types) => numbers('dim').flatMap((dim) => ((types * dim) % 4 === 0 ? [] : [{ types, dim }])));
}

/** The possible networks one by one instead of every combination. */
export function withoutImpossible(draft: Raw): Raw {
  const at = gridAt(draft);
  const grid = entries(draft)[at] as Raw;
  const factors = Object.fromEntries(
    Object.keys(networkDefaults).map((key) => [key, grid[key] ?? networkDefaults[key as NetworkFactorKey]]),
  );
  const possible = combinationsOf(factors as unknown as NetworkGrid).filter(({ types, dim }) => (types * dim) % 4 === 0);
  return { ...draft, networks: entries(draft).toSpliced(at, 1, ...possible.map(told)) };
}

const told = (family: NetworkFamily): Raw => {
  const { types, dim, depth } = family;
  return { types, dim, depth, ...(withoutDefaults(NetworkFamily, family) as Raw) };
};

/**
 * With as many networks as possible told by lists of their numbers, and cuts as well: as chips show them. It is the same study
 * whose networks may come in another order.
 */
export function folded(draft: Raw): Raw {
  return foldedCuts(foldedNetworks(draft));
}

function foldedNetworks(draft: Raw): Raw {
  const list = entries(draft);
  const at = gridAt(draft);
  const families: NetworkFamily[] = [];
  for (const entry of list.slice(at)) {
    const parsed = isGrid(entry) ? NetworkFamily.safeParse(entry) : null;
    if (!parsed?.success) break;
    families.push(parsed.data);
  }
  for (let count = families.length; count > 1; count--) {
    const grid = productOf(families.slice(0, count));
    if (grid) return { ...draft, networks: list.toSpliced(at, count, grid) };
  }
  return draft;
}

/** The grid whose combinations are these networks and no other; null: there is none. */
function productOf(families: readonly NetworkFamily[]): Raw | null {
  const lists = Object.keys(networkDefaults).map((key) => {
    const values = families.map((family) => family[key as keyof NetworkFamily] as Value);
    return [key, values.filter((value, i) => values.findIndex((one) => same(one, value)) === i)] as const;
  });
  if (lists.some(([key, values]) => (key === 'classDim' || key === 'decoder') && values.length > 1)) return null;
  const distinct = new Set(families.map((family) => JSON.stringify(told(family))));
  const size = lists.reduce((product, [, values]) => product * values.length, 1);
  if (distinct.size !== families.length || size !== families.length) return null;
  const parsed = NetworkGrid.safeParse(Object.fromEntries(lists.map(([key, values]) => [key, few(values)])));
  if (!parsed.success) return null;
  const { types, dim, depth } = parsed.data;
  return { types, dim, depth, ...(withoutDefaults(NetworkGrid, parsed.data) as Raw) };
}

/** A list of one cut, or of all combinations, that sets nothing but what a grid can say. */
function foldedCuts(draft: Raw): Raw {
  const cuts = listedCuts(draft).map((cut) => PruningSpec.safeParse(cut));
  if (cuts.length === 0 || cuts.some(({ success }) => !success)) return draft;
  const keys = Object.keys(pruningDefaults) as PruningFactorKey[];
  const plain = cuts.map(({ data }) => withoutDefaults(PruningSpec, data) as Raw);
  if (plain.some((cut) => Object.keys(cut).some((key) => !keys.includes(key as PruningFactorKey)))) return draft;
  const lists = keys.map((key) => {
    const values = cuts.map(({ data }) => data![key] as Value);
    return [key, values.filter((value, i) => values.indexOf(value) === i)] as const;
  });
  const size = lists.reduce((product, [, values]) => product * values.length, 1);
  const distinct = new Set(plain.map((cut) => JSON.stringify(cut)));
  if (size !== cuts.length || distinct.size !== cuts.length) return draft;
  const shown = lists.filter(
    ([key, values]) => ['criterion', 'backbone', 'capsules'].includes(key) || !same(few(values), pruningDefaults[key]),
  );
  return { ...draft, pruning: Object.fromEntries(shown.map(([key, values]) => [key, few(values)])) };
}

export const listOf = <T>(draft: Raw, key: 'arms' | 'seeds', otherwise: readonly T[]): T[] => {
  const value = draft[key];
  return Array.isArray(value) ? (value as T[]) : [...otherwise];
};

const ownPlaces: readonly string[] = ['name', 'networks', 'pruning', 'arms', 'seeds', 'epochs', 'ccm', 'stopCollapsed', '$schema', 'data'];

/** Steps over which the learning rate rises. */
export const warmUpOf = ({ training }: Raw): number =>
  isObject(training) && typeof training['warmUp'] === 'number' ? training['warmUp'] : 0;

export function withWarmUp(draft: Raw, steps: number): Raw {
  const others = without(isObject(draft['training']) ? draft['training'] : {}, 'warmUp');
  const training = steps === 0 ? others : { ...others, warmUp: steps };
  return Object.keys(training).length === 0 ? without(draft, 'training') : { ...draft, training };
}

export const withStop = (draft: Raw, stop: boolean): Raw => (stop ? { ...draft, stopCollapsed: true } : without(draft, 'stopCollapsed'));

/** Settings of the file that no chip shows, as "training.validation: 0.1". */
export function alsoSet(draft: Raw): { path: string; value: string }[] {
  const rest = Object.entries(draft).filter(([key]) => !ownPlaces.includes(key));
  const leaves = (path: string, value: unknown): { path: string; value: string }[] =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, inner]) => leaves(`${path}.${key}`, inner))
      : [{ path, value: JSON.stringify(value) }];
  const grid = entries(draft)[gridAt(draft)];
  const ofGrid = isObject(grid)
    ? ['classDim', 'decoder'].filter((key) => key in grid).map((key) => ({ path: key, value: JSON.stringify(grid[key]) }))
    : [];
  const cut = Object.entries(pruningGrid(draft) ?? {}).filter(([key]) => !(key in pruningDefaults));
  return [
    ...ofGrid,
    ...cut.flatMap(([key, value]) => leaves(`pruning.${key}`, value)),
    ...rest.flatMap(([key, value]) => leaves(key, value)).filter(({ path }) => path !== 'training.warmUp'),
  ];
}
