/** What an epoch has measured, number by number: measures of the catalogue under their own names, and what only epochs have. */
import { countAsMeasured } from '../shared/inactive.ts';
import { layerMeasures, measures, type Measure } from '../shared/measures/catalogue.ts';
import { bestEpoch, type EpochAccuracy, type Measured } from '../shared/measures/measured.ts';
import type { EpochMetrics, LayerCoupling } from '../shared/results.ts';
import type { RunSpec } from '../shared/spec/run.ts';

export interface EpochValue {
  group: 'measures' | 'train' | 'test' | 'validation' | 'gradient' | 'update' | 'coupling';
  /** Of a measure its id. */
  name: string;
  /** Null of what is said of the whole network. */
  layer: string | null;
  value: number;
  label: string;
  about: string;
}

export interface MeasuredRun {
  spec: RunSpec;
  params: number;
  flops: number;
}

/** The epoch itself and, of a run's first one, what it began with. @param before accuracies of the epochs before, for the best one. */
export function valuesOfEpoch(
  run: MeasuredRun,
  metrics: EpochMetrics,
  before: readonly EpochAccuracy[],
): { epoch: number; values: EpochValue[] }[] {
  const { epoch, train, test, validation, gradients, updates = [], coupling = [], start } = metrics;
  const measured: Measured = {
    params: run.params,
    flops: run.flops,
    weightBytes: 0,
    epochs: epoch,
    accuracy: test.accuracy,
    top5: test.top5,
    best: bestEpoch([...before, { epoch, test: test.accuracy, validation: validation?.accuracy ?? null }]),
    loss: test.loss,
    inactive: countAsMeasured(test.activity, run.spec.training.measure),
    imagesPerSecond: metrics.imagesPerSecond,
    peakMemoryBytes: metrics.peakMemoryBytes,
  };
  const values = [
    ...catalogued(measured),
    ...parts('train', train),
    ...parts('test', { margin: test.margin, reconstruction: test.reconstruction }),
    ...(validation ? parts('validation', validation) : []),
    ...gradients.map(({ layer, norm }) => ofLayer('gradient', layer, norm, 'Norm of the gradient of the layer’s weights.')),
    ...updates.map(({ layer, norm, update }) =>
      ofLayer('update', layer, norm > 0 ? update / norm : 0, 'What a step changes of the layer’s weights, over their norm.'),
    ),
    ...couplings(coupling),
  ];
  if (!start) return [{ epoch, values }];
  const { accuracy, top5, loss, activity, margin, reconstruction } = start;
  const fresh: Measured = {
    ...{ accuracy, top5, loss, inactive: countAsMeasured(activity, run.spec.training.measure) },
    // Said of the epoch itself.
    ...{ params: NaN, flops: NaN, weightBytes: 0, imagesPerSecond: null, peakMemoryBytes: null },
  };
  const first = [...catalogued(fresh), ...parts('test', { margin, reconstruction }), ...couplings(start.coupling)];
  return [
    { epoch: epoch - 1, values: first },
    { epoch, values },
  ];
}

/** What is known only when a run has finished. */
export const lateValues = (run: Measured): EpochValue[] =>
  measures.filter(({ id }) => ['dead', 'weights'].includes(id)).flatMap((measure) => measuredValue(measure, run, measure.id, null));

function catalogued(run: Measured): EpochValue[] {
  const layers = run.inactive?.perLayer ?? [];
  return [
    ...measures.flatMap((measure) => measuredValue(measure, run, measure.id, null)),
    ...layerMeasures([run]).flatMap((measure, l) => measuredValue(measure, run, 'inactive', layers[l]!.layer)),
  ];
}

function measuredValue(measure: Measure, run: Measured, name: string, layer: string | null): EpochValue[] {
  const value = measure.of(run);
  return value === null ? [] : [{ group: 'measures', name, layer, value, label: measure.label, about: measure.unit }];
}

const parts = (group: EpochValue['group'], of: Record<string, number>): EpochValue[] =>
  Object.entries(of).map(([name, value]) => ({ group, name, layer: null, value, label: '', about: '' }));

const ofLayer = (group: EpochValue['group'], layer: string, value: number, about: string): EpochValue => ({
  ...{ group, name: group, layer, value, label: '', about },
});

const couplings = (layers: readonly LayerCoupling[]): EpochValue[] =>
  layers.map(({ layer, entropy }) =>
    ofLayer('coupling', layer, entropy, 'Entropy of coupling: 1 is undecided, 0 is one parent takes all.'),
  );
