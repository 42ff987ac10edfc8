/** What a study can vary by chips: where each stands in the file, what is offered, and how a value reads. */
import { criterionChoices } from '../../../shared/spec/pruning.ts';
import type { NumberKind } from './ranges.ts';

/** A number, a name, or an initial gain. */
export type Value = string | number | boolean | { gain: number };

export type NetworkFactorKey = 'types' | 'dim' | 'depth' | 'kind' | 'iterations' | 'squash' | 'initialisation' | 'bias' | 'residual';
export type PruningFactorKey = 'criterion' | 'backbone' | 'capsules' | 'granularity' | 'capsuleLayers';
export type FactorKey = NetworkFactorKey | PruningFactorKey;

export interface Factor<Key extends FactorKey = FactorKey> {
  key: Key;
  group: 'networks' | 'pruning';
  symbol: string;
  title: string;
  /** Offered whatever is chosen. */
  offered: readonly Value[];
  label: (value: Value) => string;
  help?: (value: Value) => string | undefined;
  /** What can be typed, and what a typed number becomes; null: the offered values are all. */
  typed: (NumberKind & { as: (number: number) => Value }) | null;
}

const asIs = (number: number): Value => number;
const plain = (value: Value): string => (typeof value === 'object' ? String(value.gain) : String(value));
const named =
  (names: Record<string, string>) =>
  (value: Value): string =>
    names[plain(value)] ?? plain(value);

export const networkFactors: readonly Factor<NetworkFactorKey>[] = [
  { key: 'types', group: 'networks', symbol: 'N', title: 'capsule types', offered: [4, 8, 16, 32], label: plain, typed: { whole: true, min: 1, max: 4096, as: asIs } },
  { key: 'dim', group: 'networks', symbol: 'D', title: 'dimensions', offered: [4, 8, 12, 16], label: plain, typed: { whole: true, min: 1, max: 4096, as: asIs } },
  { key: 'depth', group: 'networks', symbol: 'L', title: 'capsule layers', offered: [1, 2, 3, 4, 5, 8], label: plain, typed: { whole: true, min: 0, max: 32, as: asIs } },
  { key: 'kind', group: 'networks', symbol: '', title: 'Kind of layers', offered: ['conv', 'full'], label: named({ conv: 'convolutional', full: 'fully connected' }), typed: null },
  { key: 'iterations', group: 'networks', symbol: '', title: 'Routing iterations', offered: [1, 2, 3, 5], label: plain, typed: { whole: true, min: 1, max: 8, as: asIs } },
  { key: 'squash', group: 'networks', symbol: '', title: 'Squash', offered: ['squash', 'sensitive'], label: plain, help: named({ squash: '|s|² / (1 + |s|²)', sensitive: '1 − e^−|s|, shrinks short capsules less' }), typed: null },
  {
    key: 'initialisation',
    group: 'networks',
    symbol: '',
    title: 'Initial gain',
    offered: ['paper', { gain: 1.6 }],
    label: (value) => (typeof value === 'object' ? String(value.gain) : 'as published'),
    help: (value) => (typeof value === 'object' ? 'every layer begins with this gain' : 'matrices of deviation 0.5; 0.1 in fully connected layers'),
    typed: { whole: false, min: 0.01, max: 100, as: (gain) => ({ gain }) },
  },
  { key: 'bias', group: 'networks', symbol: '', title: 'Capsule bias', offered: [false, true], label: (value) => (value === true ? 'one per type' : 'none'), typed: null },
  { key: 'residual', group: 'networks', symbol: '', title: 'Shortcuts', offered: [0, 2], label: (value) => (value === 0 ? 'none' : `every ${plain(value)} layers`), typed: { whole: true, min: 0, max: 32, as: asIs } },
]; // prettier-ignore

const ratio = { whole: false, min: 0, max: 1, below: true, as: asIs };

export const pruningFactors: readonly Factor<PruningFactorKey>[] = [
  { key: 'criterion', group: 'pruning', symbol: '', title: 'Criterion', offered: ['chip', 'l1', 'ccm', 'activation', 'random'], label: named({ chip: 'CHIP', l1: 'L1', ccm: 'CCM redundancy' }), help: (value) => (criterionChoices as Record<string, { help: string }>)[plain(value)]?.help, typed: null },
  { key: 'backbone', group: 'pruning', symbol: '', title: 'Backbone ratio', offered: [0, 0.25, 0.5, 0.75], label: plain, typed: ratio },
  { key: 'capsules', group: 'pruning', symbol: '', title: 'Capsule ratio', offered: [0, 0.25, 0.5, 0.75], label: plain, typed: ratio },
  { key: 'granularity', group: 'pruning', symbol: '', title: 'Primary lose', offered: ['channel', 'type'], label: named({ channel: 'channels', type: 'whole types' }), typed: null },
  { key: 'capsuleLayers', group: 'pruning', symbol: '', title: 'Layers above', offered: ['reinitialise', 'inherit'], label: named({ reinitialise: 'start afresh', inherit: 'inherit' }), typed: null },
]; // prettier-ignore

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Numbers in their order, what has a name in the order in which it is offered. */
export function inOrder({ offered }: Pick<Factor, 'offered'>, values: readonly Value[]): Value[] {
  const size = (value: Value) => (typeof value === 'number' ? value : typeof value === 'object' ? value.gain : null);
  const place = (value: Value) => {
    const at = offered.findIndex((one) => same(one, value));
    return at < 0 ? offered.length : at;
  };
  return values.toSorted((a, b) => {
    const [x, y] = [size(a), size(b)];
    return x !== null && y !== null ? x - y : place(a) - place(b);
  });
}
