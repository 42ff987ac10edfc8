/** A run as events of TensorBoard: what it was trained with, what every epoch has measured, and how it ended. */
import { countAsMeasured } from '../../shared/inactive.ts';
import { layerMeasures, measures, type Measure } from '../../shared/measures/catalogue.ts';
import { criteria, limitOf } from '../../shared/measures/criteria.ts';
import { bestEpoch, type EpochAccuracy, type Measured } from '../../shared/measures/measured.ts';
import type { EpochMetrics, LayerActivity, LayerCoupling } from '../../shared/results.ts';
import type { RunSpec } from '../../shared/spec/run.ts';
import { settings, type SettingValue } from '../settings.ts';
import { heatMap } from './heat-map.ts';
import { histogramOf } from './histogram.ts';
import { encodeHParams, hparamTypes, sessionFinished, type Event, type HParamsData, type SummaryValue } from './schema.ts';

export interface EventRun {
  id: string;
  name: string;
  spec: RunSpec;
  /** What is known of a run beside its spec: arm, study, data set. */
  about: Record<string, SettingValue>;
  params: number;
  flops: number;
  /** Seconds since 1970. */
  began: number;
}

/** The tags that a run begins and ends with; TensorBoard knows them by name. */
const experimentTag = '_hparams_/experiment';
const startTag = '_hparams_/session_start_info';
export const endTag = '_hparams_/session_end_info';

const rare = new Set(settings.filter(({ advanced }) => advanced).map(({ id }) => id));

const hparams = (tag: string, data: HParamsData): SummaryValue => ({
  tag,
  metadata: { plugin_data: { plugin_name: 'hparams', content: encodeHParams(data) } },
});

const tagOf = ({ id }: Pick<Measure, 'id'>): string => `measures/${id}`;

/** Settings and measures, so that runs can be told apart and sorted by them. */
export function startEvents({ id, name, spec, about, began }: EventRun): Event[] {
  const values = [...Object.entries(about), ...settings.map((setting) => [setting.id, setting.of(spec)] as const)];
  const known = values.filter((entry): entry is [string, string | number | boolean] => entry[1] !== null);
  return [
    { wall_time: began, file_version: 'brain.Event:2' },
    {
      wall_time: began,
      summary: {
        value: [
          hparams(experimentTag, {
            experiment: {
              name,
              hparam_infos: known.map(([key, value]) => ({
                name: key,
                type: hparamTypes[typeof value as keyof typeof hparamTypes],
                // What others rarely differ in has no column of its own at first.
                differs: !rare.has(key),
              })),
              metric_infos: measures.map((measure) => ({
                name: { group: '', tag: tagOf(measure) },
                display_name: measure.label,
                description: measure.unit,
              })),
            },
          }),
          hparams(startTag, { session_start_info: { hparams: Object.fromEntries(known), group_name: id, start_time_secs: began } }),
        ],
      },
    },
  ];
}

/** @param before accuracies of the epochs before, for the best one. */
export async function epochEvents(run: EventRun, metrics: EpochMetrics, before: readonly EpochAccuracy[], time: number): Promise<Event[]> {
  const { epoch, train, test, validation, gradients, updates = [], coupling = [], start } = metrics;
  const { measure } = run.spec.training;
  const measured: Measured = {
    params: run.params,
    flops: run.flops,
    weightBytes: 0,
    epochs: epoch,
    accuracy: test.accuracy,
    top5: test.top5,
    best: bestEpoch([...before, { epoch, test: test.accuracy, validation: validation?.accuracy ?? null }]),
    loss: test.loss,
    inactive: countAsMeasured(test.activity, measure),
    imagesPerSecond: metrics.imagesPerSecond,
    peakMemoryBytes: metrics.peakMemoryBytes,
  };
  const value = [
    ...scalarsOf(measured),
    ...partsOf('train', train),
    ...partsOf('test', { margin: test.margin, reconstruction: test.reconstruction }),
    ...(validation ? partsOf('validation', validation) : []),
    ...gradients.map(({ layer, norm }) => scalar(`gradient/${layer}`, norm, 'Norm of the gradient of the layer’s weights.')),
    ...updates.map(({ layer, norm, update }) =>
      scalar(`update/${layer}`, norm > 0 ? update / norm : 0, 'What a step changes of the layer’s weights, over their norm.'),
    ),
    ...couplingOf(coupling),
    ...(await activityOf(run, test.activity)),
  ];
  const events: Event[] = [{ wall_time: time, step: epoch, summary: { value } }];
  if (!start) return events;
  const first = [
    ...partsOf('test', { margin: start.margin, reconstruction: start.reconstruction }),
    ...measures
      .filter(({ id }) => ['accuracy', 'top5', 'loss'].includes(id))
      .flatMap((one) => measureScalar(one, { ...measured, ...start })),
    ...couplingOf(start.coupling),
    ...(await activityOf(run, start.activity)),
  ];
  return [{ wall_time: time - metrics.seconds, step: epoch - 1, summary: { value: first } }, ...events];
}

/** What is known only when a run has finished. */
export function endEvents(measured: Measured & { epochs: number }, time: number): Event[] {
  const late = measures.filter(({ id }) => ['dead', 'weights'].includes(id));
  const end = hparams(endTag, { session_end_info: { status: sessionFinished, end_time_secs: time } });
  return [{ wall_time: time, step: measured.epochs, summary: { value: [...late.flatMap((one) => measureScalar(one, measured)), end] } }];
}

function scalar(tag: string, value: number, about: string, label = ''): SummaryValue {
  return {
    tag,
    simple_value: value,
    metadata: { plugin_data: { plugin_name: 'scalars' }, display_name: label, summary_description: about },
  };
}

function measureScalar(measure: Measure, run: Measured): SummaryValue[] {
  const value = measure.of(run);
  return value === null ? [] : [scalar(tagOf(measure), value, measure.unit, measure.label)];
}

const scalarsOf = (run: Measured): SummaryValue[] => [...measures, ...layerMeasures([run])].flatMap((one) => measureScalar(one, run));

const partsOf = (group: string, parts: Record<string, number>): SummaryValue[] =>
  Object.entries(parts).map(([name, value]) => scalar(`${group}/${name}`, value, ''));

const couplingOf = (layers: readonly LayerCoupling[]): SummaryValue[] =>
  layers.map(({ layer, entropy }) =>
    scalar(`coupling/${layer}`, entropy, 'Entropy of coupling: 1 is undecided, 0 is one parent takes all.'),
  );

/** Of every layer the activation of its capsule types, and of all of them a picture. */
async function activityOf({ spec }: EventRun, activity: readonly LayerActivity[]): Promise<SummaryValue[]> {
  const { measure } = spec.training;
  const { reads, unit } = criteria[measure.criterion];
  const rows = activity.map((layer) => ({ layer: layer.layer, values: layer[reads] }));
  const { height, width, png } = await heatMap(rows, limitOf(measure));
  return [
    ...rows.map(({ layer, values }) => ({
      tag: `activation/${layer}`,
      histo: histogramOf(values),
      metadata: { plugin_data: { plugin_name: 'histograms' }, summary_description: unit },
    })),
    {
      tag: 'activation',
      image: { height, width, colorspace: 3, encoded_image_string: png },
      metadata: {
        plugin_data: { plugin_name: 'images' },
        summary_description: `A row per layer, from the input upwards, a column per capsule type: ${unit}; crossed out where inactive.`,
      },
    },
  ];
}
