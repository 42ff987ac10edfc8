/**
 * The part of TensorBoard's event files that runs fill: github.com/tensorflow/tensorboard, compat/proto/*.proto and
 * plugins/hparams/*.proto. No maintained package writes them.
 */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(
  `syntax = "proto3";
   package tensorboard;
   message Event {
     double wall_time = 1;
     int64 step = 2;
     oneof what { string file_version = 3; Summary summary = 5; }
   }
   message SummaryMetadata {
     message PluginData { string plugin_name = 1; bytes content = 2; }
     PluginData plugin_data = 1;
     string display_name = 2;
     string summary_description = 3;
   }
   message HistogramProto {
     double min = 1;
     double max = 2;
     double num = 3;
     double sum = 4;
     double sum_squares = 5;
     repeated double bucket_limit = 6 [packed = true];
     repeated double bucket = 7 [packed = true];
   }
   message Summary {
     message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
     message Value {
       string tag = 1;
       SummaryMetadata metadata = 9;
       oneof value { float simple_value = 2; Image image = 4; HistogramProto histo = 5; }
     }
     repeated Value value = 1;
   }
   message Value { oneof kind { double number_value = 2; string string_value = 3; bool bool_value = 4; } }
   message MetricName { string group = 1; string tag = 2; }
   message MetricInfo { MetricName name = 1; string display_name = 3; string description = 4; }
   message HParamInfo { string name = 1; string display_name = 2; string description = 3; int32 type = 4; bool differs = 7; }
   message Experiment { repeated HParamInfo hparam_infos = 4; repeated MetricInfo metric_infos = 5; string name = 6; }
   message SessionStartInfo { map<string, Value> hparams = 1; string group_name = 4; double start_time_secs = 5; }
   message SessionEndInfo { int32 status = 1; double end_time_secs = 2; }
   message HParamsPluginData {
     oneof data { Experiment experiment = 2; SessionStartInfo session_start_info = 3; SessionEndInfo session_end_info = 4; }
   }`,
  { keepCase: true },
);

export interface Histogram {
  min: number;
  max: number;
  num: number;
  sum: number;
  sum_squares: number;
  bucket_limit: number[];
  bucket: number[];
}

export interface SummaryValue {
  tag: string;
  metadata?: { plugin_data?: { plugin_name: string; content?: Uint8Array }; display_name?: string; summary_description?: string };
  simple_value?: number;
  image?: { height: number; width: number; colorspace: number; encoded_image_string: Uint8Array };
  histo?: Histogram;
}

export interface Event {
  /** Seconds since 1970. */
  wall_time: number;
  step?: number;
  file_version?: string;
  summary?: { value: SummaryValue[] };
}

const EventType = root.lookupType('tensorboard.Event');
const HParamsType = root.lookupType('tensorboard.HParamsPluginData');

export const encodeEvent = (event: Event): Uint8Array => EventType.encode(event).finish();

/** What an event is about: its step, and the names of its values. */
export function lookAtEvent(bytes: Uint8Array): { step: number; tags: string[] } {
  const { step = 0, summary } = EventType.toObject(EventType.decode(bytes), { longs: Number }) as {
    step?: number;
    summary?: { value?: { tag: string }[] };
  };
  return { step, tags: (summary?.value ?? []).map(({ tag }) => tag) };
}

export type HParam = string | number | boolean;

export interface HParamsData {
  experiment?: {
    name: string;
    hparam_infos: { name: string; type: number; differs: boolean }[];
    metric_infos: { name: { group: string; tag: string }; display_name: string; description: string }[];
  };
  session_start_info?: { hparams: Record<string, HParam>; group_name: string; start_time_secs: number };
  session_end_info?: { status: number; end_time_secs: number };
}

/** TensorBoard's types of hyperparameters. */
export const hparamTypes = { string: 1, boolean: 2, number: 3 } as const;
/** TensorBoard's STATUS_SUCCESS. */
export const sessionFinished = 1;

export function encodeHParams({ session_start_info: start, ...rest }: HParamsData): Uint8Array {
  const valued = (value: HParam) =>
    typeof value === 'number' ? { number_value: value } : typeof value === 'string' ? { string_value: value } : { bool_value: value };
  const hparams = start && Object.fromEntries(Object.entries(start.hparams).map(([name, value]) => [name, valued(value)]));
  return HParamsType.encode({ ...rest, ...(start && { session_start_info: { ...start, hparams } }) }).finish();
}
