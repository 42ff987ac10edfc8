/** A run's settings as a flat list of named values, so that runs can be compared setting by setting. */
import type { RunDetail } from '../../shared/contract/index.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { PruningSpec } from '../../shared/spec/pruning.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import { criteria } from '../../shared/measures/criteria.ts';
import { criterionNames } from './names.ts';

export interface Setting {
  label: string;
  value: string | number;
}

/** One value where all are alike, else all in order. */
function list(values: readonly (string | number)[]): string | number {
  return new Set(values).size === 1 ? values[0]! : values.length > 0 ? values.join(', ') : '–';
}

export function networkSettings({ backbone, primary, intermediate, classes, squash, decoder }: NetworkSpec): Setting[] {
  const convolutions = intermediate.filter((layer) => layer.kind === 'conv');
  return [
    { label: 'Backbone channels', value: backbone.map(({ channels }) => channels).join(', ') || '–' },
    { label: 'Backbone kernels', value: list(backbone.map(({ kernel }) => kernel)) },
    { label: 'Backbone strides', value: list(backbone.map(({ stride }) => stride)) },
    { label: 'Backbone padding', value: list(backbone.map(({ padding }) => padding)) },
    { label: 'Primary capsule types', value: primary.types },
    { label: 'Primary capsule dimension', value: primary.dim },
    { label: 'Primary kernel, stride, padding', value: `${primary.kernel}, ${primary.stride}, ${primary.padding}` },
    { label: 'Intermediate layers', value: intermediate.length },
    { label: 'Intermediate kind', value: list(intermediate.map(({ kind }) => (kind === 'conv' ? 'convolutional' : 'fully connected'))) },
    { label: 'Intermediate types', value: list(intermediate.map(({ types }) => types)) },
    { label: 'Intermediate dimension', value: list(intermediate.map(({ dim }) => dim)) },
    { label: 'Intermediate kernels', value: list(convolutions.map(({ kernel }) => kernel)) },
    { label: 'Intermediate strides', value: list(convolutions.map(({ stride }) => stride)) },
    { label: 'Intermediate padding', value: list(convolutions.map(({ padding }) => padding)) },
    { label: 'Routing iterations', value: list([...intermediate.map((layer) => layer.iterations), classes.iterations]) },
    { label: 'Class capsule dimension', value: classes.dim },
    { label: 'Squash', value: squash === 'squash' ? 'squash' : 'sensitive squash' },
    { label: 'Decoder', value: decoder ? decoder.hidden.join(', ') || 'linear' : 'none' },
  ];
}

export function trainingSettings(training: TrainingSpec): Setting[] {
  return [
    { label: 'Epochs', value: training.epochs },
    { label: 'Batch size', value: training.batch },
    { label: 'Learning rate', value: training.learningRate },
    { label: 'Learning rate decay', value: training.learningRateDecay },
    { label: 'Weight decay', value: training.weightDecay },
    { label: 'Reconstruction weight', value: training.reconstruction },
    { label: 'CCM weight α', value: training.ccm },
    { label: 'Random shift (pixels)', value: training.shift },
    { label: 'Test batch', value: training.measure.batch },
    { label: 'Measured criterion', value: criteria[training.measure.criterion].label },
    { label: 'Measured threshold', value: training.measure.threshold },
    { label: 'Measured activation rate', value: training.measure.rate ?? 'as threshold' },
  ];
}

export function pruningSettings(pruning: PruningSpec | null): Setting[] {
  if (!pruning)
    return [
      { label: 'Pruning criterion', value: 'none' },
      { label: 'Backbone ratio', value: 0 },
      { label: 'Primary capsule ratio', value: 0 },
    ];
  return [
    { label: 'Pruning criterion', value: criterionNames[pruning.criterion] },
    { label: 'Backbone ratio', value: pruning.backbone },
    { label: 'Primary capsule ratio', value: pruning.capsules },
    { label: 'Granularity', value: pruning.granularity === 'channel' ? 'channels' : 'capsule types' },
    { label: 'Capsule layers', value: pruning.capsuleLayers === 'inherit' ? 'inherit' : 'start afresh' },
    { label: 'Intermediate types after the cut', value: pruning.intermediate.types ?? 'as primary' },
    { label: 'Intermediate ratio', value: pruning.intermediate.ratio },
    { label: 'Intermediate types judged by', value: pruning.intermediate.by },
    { label: 'Judged on batches', value: `${pruning.batches} × ${pruning.batch}` },
  ];
}

export function settingsOf({ summary, spec, device, choice }: RunDetail): Setting[] {
  return [
    { label: 'Data set', value: summary.dataset.name },
    { label: 'Data fingerprint', value: summary.dataset.fingerprint.slice(0, 12) },
    { label: 'Role', value: summary.role },
    { label: 'Seed', value: spec.seed },
    { label: 'Epochs before this run', value: spec.firstEpoch },
    ...networkSettings(spec.network),
    ...trainingSettings(spec.training),
    ...pruningSettings(spec.pruning),
    { label: 'Engine', value: summary.engine ?? '–' },
    { label: 'Device', value: device ?? '–' },
    { label: 'Engine chosen because', value: choice ?? '–' },
  ];
}
