/** A run as events of TensorBoard: what it was trained with, what every epoch has measured, and how it ended. */
import { measures, type Measure } from '../../shared/measures/catalogue.ts';
import { criteria, limitOf } from '../../shared/measures/criteria.ts';
import type { EpochAccuracy, Measured } from '../../shared/measures/measured.ts';
import type { EpochMetrics, LayerActivity } from '../../shared/results.ts';
import type { RunSpec } from '../../shared/spec/run.ts';
import { lateValues, valuesOfEpoch, type EpochValue } from '../epoch-values.ts';
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
  const events: Event[] = [];
  for (const { epoch, values } of valuesOfEpoch(run, metrics, before)) {
    const fresh = epoch < metrics.epoch;
    const activity = fresh ? metrics.start!.activity : metrics.test.activity;
    events.push({
      wall_time: fresh ? time - metrics.seconds : time,
      step: epoch,
      summary: { value: [...values.map(scalar), ...(await activityOf(run, activity))] },
    });
  }
  return events;
}

export function endEvents(measured: Measured & { epochs: number }, time: number): Event[] {
  const end = hparams(endTag, { session_end_info: { status: sessionFinished, end_time_secs: time } });
  return [{ wall_time: time, step: measured.epochs, summary: { value: [...lateValues(measured).map(scalar), end] } }];
}

function scalar({ group, name, layer, value, label, about }: EpochValue): SummaryValue {
  const tag = layer === null ? `${group}/${name}` : group === 'measures' ? `${group}/${name}.${layer}` : `${group}/${layer}`;
  const metadata = { plugin_data: { plugin_name: 'scalars' }, display_name: label, summary_description: about };
  return { tag, simple_value: value, metadata };
}

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
