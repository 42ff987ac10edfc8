/** A run's settings as a flat list of named values, so that runs can be compared setting by setting. */
import type { RunDetail } from '../../shared/contract/index.ts';
import { armNames } from '../../shared/spec/arms.ts';
import { fieldsIn, fieldsOf, valueAt, type Field } from '../../shared/spec/fields.ts';
import { NetworkSpec } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { TrainingSpec } from '../../shared/spec/training.ts';

export interface Setting {
  label: string;
  value: string | number;
}

const ofNetwork = fieldsOf(NetworkSpec);
const ofTraining = fieldsOf(TrainingSpec);
const ofPruning = fieldsOf(PruningSpec);

/** As forms show it. */
function printed({ choices }: Field, value: unknown): string | number {
  const choice = choices.find((one) => one.value === value);
  return choice?.label ?? (typeof value === 'number' ? value : Array.isArray(value) ? value.join(', ') : String(value));
}

/** What the settings of each layer are, or of all where they are alike; layers of another kind may lack one. */
function list(field: Field, layers: readonly object[]): string | number {
  const values = layers.filter((layer) => field.path.split('.')[0]! in layer).map((layer) => printed(field, valueAt(layer, field.path)));
  return values.length === 0 ? '–' : new Set(values).size === 1 ? values[0]! : values.join(', ');
}

/** "Primary capsules: kernel"; acronyms and symbols stay as they are. */
const within = (group: string, title: string): string =>
  `${group}: ${/^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title}`;

export function networkSettings(network: NetworkSpec): Setting[] {
  const { backbone, primary, intermediate, classes, initialisation, decoder } = network;
  const groups: [string, string, readonly object[]][] = [
    ['Backbone', 'backbone[].', backbone],
    ['Primary capsules', 'primary.', [primary]],
    ['Intermediate capsules', 'intermediate[].', intermediate],
    ['Class capsules', 'classes.', [classes]],
  ];
  // The decoder and the initial gain may be there or not.
  const known = ['decoder', 'initialisation', ...groups.map(([, place]) => place)];
  const ofWhole = ofNetwork.filter(({ path }) => known.every((place) => !path.startsWith(place)));
  return [
    { label: 'Backbone blocks', value: backbone.length },
    { label: 'Intermediate layers', value: intermediate.length },
    ...groups.flatMap(([group, place, layers]) =>
      fieldsIn(ofNetwork, place).map((field) => ({ label: within(group, field.title), value: list(field, layers) })),
    ),
    ...ofWhole.map((field) => ({ label: field.title, value: printed(field, valueAt(network, field.path)) })),
    { label: 'Initial gain', value: initialisation === 'paper' ? 'as in the paper' : initialisation.gain },
    { label: 'Decoder', value: decoder ? decoder.hidden.join(', ') || 'linear' : 'none' },
  ];
}

export const trainingSettings = (training: TrainingSpec): Setting[] =>
  ofTraining.map((field) => ({ label: field.title, value: printed(field, valueAt(training, field.path)) }));

/** A run without a cut has none of these settings, and loses no channels. */
export const pruningSettings = (pruning: PruningSpec | null): Setting[] =>
  pruning
    ? ofPruning.map((field) => ({ label: within('Pruning', field.title), value: printed(field, valueAt(pruning, field.path)) }))
    : [
        { label: within('Pruning', 'Criterion'), value: 'none' },
        { label: within('Pruning', 'Backbone ratio'), value: 0 },
        { label: within('Pruning', 'Primary capsule ratio'), value: 0 },
      ];

export function settingsOf({ summary, spec, device, choice }: RunDetail): Setting[] {
  const { takenUp } = spec;
  return [
    { label: 'Data set', value: summary.dataset.name },
    { label: 'Data fingerprint', value: summary.dataset.fingerprint.slice(0, 12) },
    { label: 'Arm', value: armNames[summary.arm] },
    { label: 'Seed', value: spec.seed },
    { label: 'Epochs before this run', value: spec.firstEpoch },
    ...(takenUp
      ? [
          {
            label: 'Taken up',
            value: `from run ${takenUp.run} after epoch ${takenUp.epoch}, until then at learning rate ${takenUp.learningRate}`,
          },
        ]
      : []),
    ...networkSettings(spec.network),
    ...trainingSettings(spec.training),
    ...pruningSettings(spec.pruning),
    { label: 'Engine', value: summary.engine ?? '–' },
    { label: 'Device', value: device ?? '–' },
    { label: 'Engine chosen because', value: choice ?? '–' },
  ];
}
