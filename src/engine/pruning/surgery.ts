/**
 * Structural surgery: the weights of the smaller network, copied from the larger one. A cut channel leaves the outputs
 * of its own layer and the inputs of the next; nothing is masked.
 *
 * A channel of the backbone or a type of the primary capsules that is cut is the same as one whose output is zero. A cut
 * type of an intermediate layer is more than that: it also leaves the softmax over parents in which it took part.
 */
import { describe, type LayerDescription } from '../../shared/describe.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import type { HostTensor, Weights } from '../../shared/weights.ts';
import type { PruningPlan } from '../../shared/pruning-plan.ts';

export interface Surgery {
  /** The network before the cut, and its weights. */
  spec: NetworkSpec;
  weights: Weights;
  input: InputShape;
  plan: PruningPlan;
  /** Initial weights of `plan.network`, for capsule layers that start afresh; with `inherit` they are not looked at. */
  fresh: Weights;
}

/**
 * Weights of `plan.network`. Backbone and primary capsules are sliced, with batch norm's statistics and affine terms;
 * intermediate and class capsules are sliced (`inherit`) or taken from `fresh` (`reinitialise`); the decoder is copied.
 * The arrays are new. Throws when a tensor is missing or does not have the shape that its network needs.
 */
export function cutWeights({ spec, weights, input, plan, fresh }: Surgery): Weights {
  const before = describe(spec, input).layers;
  const after = describe(plan.network, input).layers;
  checkShapes(weights, before, 'The weights before the cut');
  const result: Weights = new Map();
  /** What stays in the layer below: channels, from the primary capsules on capsule types. */
  let below = range(input.channels);
  for (const layer of before) {
    const { name } = layer;
    const cut = plan.cuts.find((entry) => entry.layer === name);
    // One list of indices per axis, from the first on; further axes stay whole.
    const slice = (parameter: string, ...kept: number[][]) => {
      const tensor = weights.get(`${name}.${parameter}`)!;
      result.set(`${name}.${parameter}`, kept.reduce(take, tensor));
    };
    switch (layer.kind) {
      case 'conv': {
        const kept = cut?.kept ?? range(layer.output[2]!);
        slice('conv.weight', kept, below);
        for (const parameter of ['bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var']) slice(parameter, kept);
        below = kept;
        break;
      }
      case 'primary': {
        const [types, dim] = layer.output.slice(2) as [number, number];
        const keptTypes = cut?.unit === 'type' ? cut.kept : range(types);
        const channels = cut?.unit === 'channel' ? cut.kept : keptTypes.flatMap((type) => range(dim).map((d) => type * dim + d));
        slice('conv.weight', channels, below);
        slice('conv.bias', channels);
        below = keptTypes;
        break;
      }
      case 'conv-capsules':
      case 'full-capsules':
      case 'class-capsules': {
        const { kernelHeight, kernelWidth, inTypes, outTypes } = layer.routing!;
        if (plan.capsuleLayers === 'reinitialise') {
          for (const { name: parameter } of layer.parameters) copyTensor(fresh, parameter, result);
        } else {
          const children = range(kernelHeight * kernelWidth).flatMap((cell) => below.map((type) => cell * inTypes + type));
          const kept = cut?.kept ?? range(outTypes);
          slice('weight', children, kept);
          if (spec.bias) slice('bias', kept);
          below = kept;
        }
        break;
      }
      case 'dense':
        for (const { name: parameter } of layer.parameters) copyTensor(weights, parameter, result);
        break;
      default:
        layer.kind satisfies never;
    }
  }
  checkShapes(result, after, 'The weights after the cut');
  return result;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Keeps these indices along an axis, in their order. The result is a new array. */
function take({ shape, data }: HostTensor, kept: number[], axis: number): HostTensor {
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const size = shape[axis]!;
  const result = new Float32Array(outer * kept.length * inner);
  for (let o = 0; o < outer; o++)
    for (const [i, index] of kept.entries()) {
      const from = (o * size + index) * inner;
      result.set(data.subarray(from, from + inner), (o * kept.length + i) * inner);
    }
  return { shape: shape.with(axis, kept.length), data: result };
}

function copyTensor(from: Weights, name: string, to: Weights): void {
  const tensor = from.get(name);
  if (!tensor) throw new Error(`The initial weights of the smaller network lack the tensor ${name}.`);
  to.set(name, { shape: [...tensor.shape], data: tensor.data.slice() });
}

function checkShapes(weights: Weights, layers: LayerDescription[], what: string): void {
  for (const { name, shape } of layers.flatMap((layer) => layer.parameters)) {
    const tensor = weights.get(name);
    if (!tensor) throw new Error(`${what} lack the tensor ${name}, which the network needs as (${shape.join(', ')}).`);
    if (tensor.shape.join() !== shape.join())
      throw new Error(`${what} hold ${name} as (${tensor.shape.join(', ')}); the network needs (${shape.join(', ')}).`);
  }
}
