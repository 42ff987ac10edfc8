/** The settings of a run as columns of a table and hyperparameters of an experiment, read off their schemas. */
import { fieldsOf, type Field } from '../shared/spec/fields.ts';
import { NetworkFamily, type NetworkSpec } from '../shared/spec/network.ts';
import { PruningSpec } from '../shared/spec/pruning.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import { TrainingSpec } from '../shared/spec/training.ts';
import { networkName } from '../shared/study-plan.ts';

export type SettingValue = string | number | boolean | null;

export interface Setting {
  id: string;
  label: string;
  description: string;
  unit: string;
  kind: 'number' | 'text' | 'truth';
  /** Seldom changed. */
  advanced: boolean;
  /** Null where it does not apply, or stands for something that follows from others. */
  of: (spec: RunSpec) => SettingValue;
}

function settingOf(group: string, field: Field, value: (spec: RunSpec) => unknown): Setting {
  const truth = field.choices.length > 0 && field.choices.every((choice) => typeof choice.value === 'boolean');
  return {
    id: `${group}.${field.path}`,
    label: field.title,
    description: field.description,
    unit: field.unit ?? '',
    kind: truth ? 'truth' : field.kind === 'integer' || field.kind === 'number' ? 'number' : 'text',
    advanced: field.advanced || field.path.startsWith('measure.'),
    of: (spec) => plain(value(spec)),
  };
}

function plain(value: unknown): SettingValue {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as SettingValue);
}

/** "measure.threshold" of an object. */
const at = (path: string, value: unknown): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);

/** What of a network is one number or one word; of layers that differ, there is none. */
function familyValue(path: string, network: NetworkSpec): unknown {
  const same = (values: unknown[]) => (new Set(values).size === 1 ? values[0] : null);
  const { primary, intermediate, classes, decoder } = network;
  if (path === 'types' || path === 'dim') return primary[path];
  if (path === 'depth') return intermediate.length;
  if (path === 'kind') return same(intermediate.map(({ kind }) => kind));
  if (path === 'iterations') return same([...intermediate, classes].map(({ iterations }) => iterations));
  if (path === 'classDim') return classes.dim;
  if (path === 'decoder') return decoder !== null;
  return at(path, network);
}

const single = ({ path }: Field) => !path.includes('[]');

export const settings: readonly Setting[] = [
  {
    id: 'network',
    label: 'Network',
    description: 'As lists call it: N capsule types of D dimensions in L intermediate layers. Of a cut network, what the cut has left.',
    unit: '',
    kind: 'text',
    advanced: false,
    of: ({ network }) => networkName(network),
  },
  ...fieldsOf(NetworkFamily)
    .filter(single)
    .map((field) => settingOf('network', field, ({ network }) => familyValue(field.path, network))),
  ...fieldsOf(TrainingSpec)
    .filter(single)
    .map((field) => settingOf('training', field, ({ training }) => at(field.path, training))),
  ...fieldsOf(PruningSpec)
    .filter(single)
    .map((field) => settingOf('pruning', field, ({ pruning }) => at(field.path, pruning))),
  {
    id: 'seed',
    label: 'Seed',
    description: 'What all random numbers of the run follow from.',
    unit: '',
    kind: 'number',
    advanced: false,
    of: ({ seed }) => seed,
  },
];
