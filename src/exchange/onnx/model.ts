/** A run's network as one ONNX file: preparation, standardisation, network and decoder, images in and classes out. */
import type { ImageShape } from '../../datasets/raw.ts';
import { InputError } from '../../shared/input-error.ts';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import type { Weights } from '../../shared/weights.ts';
import { Graph, type Value } from './graph.ts';
import { addNetwork } from './network.ts';
import { addPreparation } from './preparation.ts';
import { encodeModel } from './schema.ts';

/** Operators of this version run in whatever has been released since 2022. */
const OPSET = 17;
const IR_VERSION = 8;
/** A file of Protocol Buffers is shorter than 2 GiB. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;

export interface OnnxOptions {
  /** What the images are: bytes, or intensities in [0, 1]. */
  input: 'uint8' | 'float32';
  /** Of the images; null: of those of the data set as it is in the workbench. */
  size: ImageShape | null;
}

/** Where a network comes from. */
export interface Origin {
  id: string;
  name: string;
  /** By name. */
  versions: Record<string, string>;
}

export function onnxOf(saved: SavedNetwork & { weights: Weights }, origin: Origin, { input, size }: OnnxOptions): Uint8Array {
  const { network, input: own, classes, standardisation, weights } = saved;
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) throw new InputError(`the weights have ${bytes} bytes; an ONNX file holds fewer than 2 GiB`);
  const shape = size ?? own;
  const prepared = shape.height === own.height && shape.width === own.width && shape.channels === own.channels;
  if (input === 'float32' && !prepared)
    throw new InputError(
      `images of another size than ${own.height} × ${own.width} × ${own.channels} are prepared as bytes, not as float32`,
    );

  const graph = new Graph();
  const about =
    input === 'uint8'
      ? 'Images (batch, height, width, channels); 0 is black.'
      : 'Images (batch, height, width, channels); intensities in [0, 1].';
  const raw = graph.input('images', input, ['batch', shape.height, shape.width, shape.channels], about);
  const whole = prepared ? raw : addPreparation(graph, saved, shape, raw);
  const values = graph.within('standardisation', () => {
    const intensities: Value = input === 'uint8' ? graph.add('Div', [graph.add('Cast', [whole], { to: 1 }), graph.floats(255)]) : whole;
    if (!standardisation) return intensities;
    return graph.add('Div', [graph.add('Sub', [intensities, graph.floats(standardisation.mean)]), graph.floats(standardisation.deviation)]);
  });
  const { lengths, reconstruction } = addNetwork(graph, network, own, weights, values);
  graph.output('lengths', 'float32', ['batch', own.classes], 'Lengths of the class capsules. The longest is the prediction.', lengths);
  if (reconstruction !== null)
    graph.output(
      'reconstruction',
      'float32',
      ['batch', own.height, own.width, own.channels],
      'The image that the longest class capsule alone describes; intensities in [0, 1].',
      reconstruction,
    );

  const { capscope = '', ...versions } = origin.versions;
  const metadata = {
    'capscope.run': origin.id,
    'capscope.name': origin.name,
    'capscope.classes': JSON.stringify(classes),
    'capscope.versions': JSON.stringify({ capscope, ...versions }),
    'capscope.network': JSON.stringify({ network, input: own, preparation: saved.preparation, standardisation }),
  };
  return encodeModel({
    ir_version: IR_VERSION,
    producer_name: 'Capscope',
    producer_version: capscope,
    doc_string: `Capsule network ${origin.name}, of run ${origin.id}.`,
    graph: { name: 'capsules', node: graph.nodes, initializer: graph.constants, input: graph.inputs, output: graph.outputs },
    opset_import: [{ domain: '', version: OPSET }],
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
}
