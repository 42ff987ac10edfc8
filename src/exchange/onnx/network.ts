/**
 * A capsule network as a graph of ONNX operators. Routing is unrolled, and everything that it does is a multiplication of
 * matrices, so that of a layer's votes no more than two copies are in memory at a time.
 */
import { describe, type LayerDescription, type RoutingShape } from '../../shared/describe.ts';
import type { InputShape, NetworkSpec, Squash } from '../../shared/spec/network.ts';
import type { Weights } from '../../shared/weights.ts';
import type { Graph, Value } from './graph.ts';

const SQUASH_EPSILON = 1e-6;
const BATCH_NORM_EPSILON = 1e-5;

export interface NetworkOutputs {
  /** (B, classes, dim). */
  classes: Value;
  /** (B, classes): the longest is the prediction. */
  lengths: Value;
  /** (B, height, width, channels); null without a decoder. */
  reconstruction: Value | null;
}

/** @param images (B, height, width, channels) as the network gets them. */
export function addNetwork(graph: Graph, spec: NetworkSpec, input: InputShape, weights: Weights, images: Value): NetworkOutputs {
  const { layers } = describe(spec, input);
  for (const { name, parameters } of layers)
    // Matrices are laid out where they are used.
    for (const { name: tensor } of parameters)
      if (tensor !== `${name}.weight` || name.startsWith('decoder'))
        graph.tensor(tensor, weights.get(tensor)!.shape, weights.get(tensor)!.data);

  let maps = graph.add('Transpose', [images], { perm: [0, 3, 1, 2] });
  for (const [i, { stride, padding, kernel }] of spec.backbone.entries())
    maps = graph.within(`backbone.${i}`, () => {
      const filtered = graph.add('Conv', [maps, `backbone.${i}.conv.weight`], window(kernel, stride, padding));
      const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `backbone.${i}.bn.${part}`);
      return graph.add('Relu', [graph.add('BatchNormalization', [filtered, ...norm], { epsilon: { float: BATCH_NORM_EPSILON } })]);
    });

  let capsules = graph.within('primary', () => {
    const { kernel, stride, padding, types, dim } = spec.primary;
    const raw = graph.add('Conv', [maps, 'primary.conv.weight', 'primary.conv.bias'], window(kernel, stride, padding));
    const [height, width] = layers.find(({ name }) => name === 'primary')!.output as [number, number];
    // Channels last first: a reshape alone would mix positions.
    return squash(
      graph,
      graph.reshape(graph.add('Transpose', [raw], { perm: [0, 2, 3, 1] }), [-1, height, width, types, dim]),
      spec.squash,
    );
  });

  const routed = new Map<string, Value>();
  for (const layer of layers.filter(({ routing }) => routing))
    capsules = graph.within(layer.name, () => {
      const own = route(graph, layer, spec, weights, capsules);
      routed.set(layer.name, own);
      return layer.shortcut === undefined ? own : graph.add('Add', [own, routed.get(layer.shortcut)!]);
    });

  const classes = graph.within('classes', () => graph.reshape(capsules, [-1, input.classes, spec.classes.dim]));
  const lengths = graph.within('classes', () =>
    graph.reshape(graph.add('Sqrt', [graph.sum(graph.add('Mul', [classes, classes]), -1)]), [-1, input.classes]),
  );
  return { classes, lengths, reconstruction: spec.decoder ? decode(graph, spec, input, classes, lengths) : null };
}

const window = (kernel: number, stride: number, padding: number) => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [padding, padding, padding, padding],
});

/** Of vectors along the last axis. */
function squash(graph: Graph, vectors: Value, kind: Squash): Value {
  const squared = graph.sum(graph.add('Mul', [vectors, vectors]), -1);
  const length = graph.add('Sqrt', [graph.add('Add', [squared, graph.floats(SQUASH_EPSILON)])]);
  const one = graph.floats(1);
  const factor =
    kind === 'squash'
      ? graph.add('Div', [squared, graph.add('Mul', [graph.add('Add', [squared, one]), length])])
      : graph.add('Div', [graph.add('Sub', [one, graph.add('Exp', [graph.add('Neg', [graph.add('Sqrt', [squared])])])]), length]);
  return graph.add('Mul', [vectors, factor]);
}

/** (B, H, W, types, dim) below → (B, H', W', types', dim'). P stands for the parents' positions of all images, K for the children under a window. */
function route(graph: Graph, { name, routing }: LayerDescription, spec: NetworkSpec, weights: Weights, below: Value): Value {
  const shape = routing!;
  const { outTypes: types, outDim: dim, inDim, iterations } = shape;
  const children = shape.kernelHeight * shape.kernelWidth * shape.inTypes;
  const matrices = weights.get(`${name}.weight`)!;
  const laidOut = graph.tensor(`${name}.weight`, [children, inDim, types * dim], transposed(matrices.data, children, types * dim, inDim));

  // (P, K, dim below) → (K, P, dim below) · (K, dim below, types · dim) → (P, types, K, dim)
  const inputs = graph.add('Transpose', [graph.reshape(childrenOf(graph, below, shape), [-1, children, inDim])], { perm: [1, 0, 2] });
  const products = graph.reshape(graph.add('MatMul', [inputs, laidOut]), [children, -1, types, dim]);
  const votes = graph.add('Transpose', [products], { perm: [1, 2, 0, 3] });

  let capsules = '';
  /** (P, types, K, 1). */
  let logits: Value | null = null;
  for (let iteration = 0; iteration < iterations; iteration++) {
    // At first, every child gives all parents the same.
    const weighted: Value = logits
      ? graph.add('MatMul', [graph.reshape(graph.add('Softmax', [logits], { axis: 1 }), [-1, types, 1, children]), votes])
      : graph.add('Mul', [graph.sum(votes, 2), graph.floats(1 / types)]);
    const sum: Value = graph.reshape(weighted, [-1, types, dim]);
    capsules = squash(graph, spec.bias ? graph.add('Add', [sum, `${name}.bias`]) : sum, spec.squash);
    if (iteration === iterations - 1) break;
    const agreement = graph.add('MatMul', [votes, graph.reshape(capsules, [-1, types, dim, 1])]);
    logits = logits ? graph.add('Add', [logits, agreement]) : agreement;
  }
  return graph.reshape(capsules, [-1, shape.outHeight, shape.outWidth, types, dim]);
}

/** The capsules under every window, (B, H', W', K, dim); child k = (ky · width + kx) · types + type. */
function childrenOf(graph: Graph, below: Value, shape: RoutingShape): Value {
  const { inHeight, inWidth, kernelHeight, kernelWidth, outHeight, outWidth, stride, padding } = shape;
  if (kernelHeight === inHeight && kernelWidth === inWidth && padding === 0) return below;
  const padded = padding === 0 ? below : graph.add('Pad', [below, graph.integers([0, padding, padding, 0, 0, 0, padding, padding, 0, 0])]);
  const parts: Value[] = [];
  for (let y = 0; y < kernelHeight; y++)
    for (let x = 0; x < kernelWidth; x++)
      parts.push(
        graph.add('Slice', [
          padded,
          graph.integers([y, x]),
          graph.integers([y + (outHeight - 1) * stride + 1, x + (outWidth - 1) * stride + 1]),
          graph.integers([1, 2]),
          graph.integers([stride, stride]),
        ]),
      );
  return parts.length === 1 ? parts[0]! : graph.add('Concat', parts, { axis: 3 });
}

/** The image that the longest class capsule alone says, as in Sabour et al. 2017, section 4.1. */
function decode(graph: Graph, spec: NetworkSpec, input: InputShape, classes: Value, lengths: Value): Value {
  return graph.within('decoder', () => {
    const chosen = graph.add('ArgMax', [lengths], { axis: 1, keepdims: 1 });
    const all = graph.tensor(
      'decoder/indices',
      [1, input.classes],
      BigInt64Array.from({ length: input.classes }, (_, i) => BigInt(i)),
    );
    const mask = graph.add('Cast', [graph.add('Equal', [chosen, all])], { to: 1 });
    const kept = graph.add('Mul', [classes, graph.reshape(mask, [-1, input.classes, 1])]);
    let units = graph.reshape(kept, [-1, input.classes * spec.classes.dim]);
    const last = spec.decoder!.hidden.length;
    for (let i = 0; i <= last; i++) {
      const sum = graph.add('Gemm', [units, `decoder.${i}.weight`, `decoder.${i}.bias`], { transB: 1 });
      units = graph.add(i < last ? 'Relu' : 'Sigmoid', [sum]);
    }
    return graph.reshape(units, [-1, input.height, input.width, input.channels]);
  });
}

/** (K, rows, columns) → (K, columns, rows). */
function transposed(data: Float32Array, matrices: number, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(data.length);
  for (let k = 0, i = 0; k < matrices; k++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, i++) result[(k * columns + column) * rows + row] = data[i]!;
  return result;
}
