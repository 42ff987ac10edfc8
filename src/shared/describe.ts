/**
 * What follows from a network's spec alone: shapes, parameters, operations and memory, layer by layer, without a tensor.
 * Also the one list of parameter names and shapes that building, saving and surgery go by.
 */
import { InputError } from './input-error.ts';
import { childrenOf, sigmaForGain } from './gain.ts';
import type { InputShape, NetworkSpec } from './spec/network.ts';

export type LayerKind = 'conv' | 'primary' | 'conv-capsules' | 'full-capsules' | 'class-capsules' | 'dense';

/** Geometry of a capsule layer with routing. A fully connected layer is one whose window covers the whole map. */
export interface RoutingShape {
  inHeight: number;
  inWidth: number;
  inTypes: number;
  inDim: number;
  outHeight: number;
  outWidth: number;
  outTypes: number;
  outDim: number;
  kernelHeight: number;
  kernelWidth: number;
  stride: number;
  padding: number;
  iterations: number;
}

/** A tensor of the network as it is stored: PyTorch's axis order, float32. */
export interface Parameter {
  name: string;
  shape: number[];
  /** Batch norm's running statistics are saved but not trained. */
  trainable: boolean;
  /** Distribution of the initial values: standard deviation of a normal, bound of a uniform, or a constant. */
  init: { normal: number } | { uniform: number } | { constant: number };
}

export interface LayerDescription {
  name: string;
  kind: LayerKind;
  /** Shape of the output for one image: (height, width, channels) or (height, width, types, dim) or (units). */
  output: number[];
  parameters: Parameter[];
  /** Trainable values. */
  params: number;
  /** Floating-point operations of one image's forward pass; a multiply-add counts as two. Zero padding counts as if it were data. */
  flops: number;
  /** Bytes that training keeps for one image until its backward pass, votes not included. */
  activationBytes: number;
  /** Bytes of this layer's votes û for one image, if they were written to memory. */
  voteBytes: number;
  routing?: RoutingShape;
  /**
   * The layer whose capsules are added to this one's, as routing leaves both: the sums themselves are not added on. After the
   * code of Gugglberger, Peer & Rodríguez-Sánchez 2021 (arXiv 2104.07393): every `residual` layers from the first on, where
   * both have the same shape. Squash does not follow, so that these capsules may be up to twice as long as others.
   */
  shortcut?: string;
}

export interface NetworkDescription {
  layers: LayerDescription[];
  params: number;
  flops: number;
  /** Bytes of all stored tensors as float32. */
  weightBytes: number;
  /** Bytes for training with a batch of this size: weights, gradients, Adam's two moments and the activations kept for the backward pass. */
  trainingBytes: (batch: number) => number;
  /** Bytes of all votes of a batch, which the reference kernel writes to memory and a fused one does not. */
  voteBytes: (batch: number) => number;
}

/** A spec that cannot be built. The message names the layer and the reason. */
export class NetworkSpecError extends InputError {
  override name = 'NetworkSpecError';
  readonly layer: string;
  constructor(layer: string, reason: string) {
    super(`${layer}: ${reason}`);
    this.layer = layer;
  }
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function outputSize(layer: string, size: number, kernel: number, stride: number, padding: number): number {
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  if (out < 1)
    throw new NetworkSpecError(
      layer,
      `a ${kernel}×${kernel} window with padding ${padding} does not fit the ${size}×${size} map below; use a smaller kernel, more padding or smaller strides before it`,
    );
  if (padding >= kernel)
    throw new NetworkSpecError(layer, `padding ${padding} must be smaller than the kernel ${kernel}, or the border sees only zeros`);
  return out;
}

function parameter(name: string, shape: number[], init: Parameter['init'], trainable = true): Parameter {
  return { name, shape, init, trainable };
}

function finish(
  layer: Pick<LayerDescription, 'name' | 'kind' | 'output' | 'parameters' | 'flops' | 'activationBytes'> & {
    voteBytes?: number;
    routing?: RoutingShape;
    shortcut?: string;
  },
): LayerDescription {
  const params = layer.parameters.filter((p) => p.trainable).reduce((sum, p) => sum + product(p.shape), 0);
  return { voteBytes: 0, ...layer, params };
}

/** Where a capsule bias starts, in every component, as in the code of Peer et al. */
const FIRST_BIAS = 0.1;

/**
 * Describes a network on an input, layer by layer from the image up.
 * Throws NetworkSpecError when a map shrinks to nothing or a window makes no sense.
 */
export function describe(spec: NetworkSpec, input: InputShape): NetworkDescription {
  const layers: LayerDescription[] = [];
  let { height, width, channels } = input;

  const convolve = (name: string, kernel: number, stride: number, padding: number) => {
    // Both axes are checked with the size that fails, so the message shows the right number.
    height = outputSize(name, height, kernel, stride, padding);
    width = outputSize(name, width, kernel, stride, padding);
  };

  for (const [i, block] of spec.backbone.entries()) {
    const name = `backbone.${i}`;
    const fanIn = channels * block.kernel ** 2;
    convolve(name, block.kernel, block.stride, block.padding);
    const c = block.channels;
    const elements = height * width * c;
    layers.push(
      finish({
        name,
        kind: 'conv',
        output: [height, width, c],
        parameters: [
          parameter(`${name}.conv.weight`, [c, channels, block.kernel, block.kernel], { uniform: 1 / Math.sqrt(fanIn) }),
          parameter(`${name}.bn.weight`, [c], { constant: 1 }),
          parameter(`${name}.bn.bias`, [c], { constant: 0 }),
          parameter(`${name}.bn.running_mean`, [c], { constant: 0 }, false),
          parameter(`${name}.bn.running_var`, [c], { constant: 1 }, false),
        ],
        // Batch norm is a multiply-add, ReLU a comparison.
        flops: 2 * fanIn * elements + 3 * elements,
        activationBytes: 2 * 4 * elements,
      }),
    );
    channels = c;
  }

  const { primary } = spec;
  {
    const fanIn = channels * primary.kernel ** 2;
    convolve('primary', primary.kernel, primary.stride, primary.padding);
    const c = primary.types * primary.dim;
    const elements = height * width * c;
    const bound = 1 / Math.sqrt(fanIn);
    layers.push(
      finish({
        name: 'primary',
        kind: 'primary',
        output: [height, width, primary.types, primary.dim],
        parameters: [
          parameter('primary.conv.weight', [c, channels, primary.kernel, primary.kernel], { uniform: bound }),
          parameter('primary.conv.bias', [c], { uniform: bound }),
        ],
        flops: 2 * fanIn * elements + elements + 4 * elements,
        activationBytes: 2 * 4 * elements,
      }),
    );
  }

  let [types, dim] = [primary.types, primary.dim];
  /** `deviation`: the paper's, of matrices. */
  const route = (name: string, kind: LayerKind, deviation: number, routing: RoutingShape, shortcut?: string) => {
    const { outHeight, outWidth, outTypes, outDim, inDim, iterations } = routing;
    const children = childrenOf(routing);
    const votes = outHeight * outWidth * children * outTypes * outDim;
    const elements = outHeight * outWidth * outTypes * outDim;
    layers.push(
      finish({
        name,
        kind,
        output: kind === 'class-capsules' ? [outTypes, outDim] : [outHeight, outWidth, outTypes, outDim],
        parameters: [
          parameter(`${name}.weight`, [children, outTypes, outDim, inDim], { normal: sigmaOf(spec.initialisation, routing, deviation) }),
          ...(spec.bias ? [parameter(`${name}.bias`, [outTypes, outDim], { constant: FIRST_BIAS })] : []),
        ],
        // Votes, one weighted sum per iteration, one agreement per iteration but the last, bias, squash, shortcut.
        flops:
          2 * votes * inDim +
          2 * votes * iterations +
          2 * votes * (iterations - 1) +
          (spec.bias ? 5 : 4) * elements * iterations +
          (shortcut === undefined ? 0 : elements),
        activationBytes: 4 * elements * (iterations + 1),
        voteBytes: 4 * votes,
        routing,
        ...(shortcut !== undefined && { shortcut }),
      }),
    );
    [height, width, types, dim] = [outHeight, outWidth, outTypes, outDim];
  };
  const below = () => ({ inHeight: height, inWidth: width, inTypes: types, inDim: dim });
  const wholeMap = () => ({ kernelHeight: height, kernelWidth: width, stride: 1, padding: 0, outHeight: 1, outWidth: 1 });

  for (const [l, layer] of spec.intermediate.entries()) {
    const name = `capsules.${l}`;
    const out = { outTypes: layer.types, outDim: layer.dim, iterations: layer.iterations };
    /** The layer that a shortcut to this one comes from, if its capsules have the shape of this one's. */
    const shortcutTo = (outHeight: number, outWidth: number): string | undefined => {
      if (l === 0 || !(spec.residual > 0) || l % spec.residual > 0) return undefined;
      const from = layers.find((other) => other.name === `capsules.${l - spec.residual}`)!;
      return from.output.join() === [outHeight, outWidth, layer.types, layer.dim].join() ? from.name : undefined;
    };
    if (layer.kind === 'full') {
      route(name, 'full-capsules', 0.1, { ...below(), ...wholeMap(), ...out }, shortcutTo(1, 1));
    } else {
      const { kernel, stride, padding } = layer;
      const window = { kernelHeight: kernel, kernelWidth: kernel, stride, padding };
      const size = {
        outHeight: outputSize(name, height, kernel, stride, padding),
        outWidth: outputSize(name, width, kernel, stride, padding),
      };
      route(name, 'conv-capsules', 0.5, { ...below(), ...window, ...size, ...out }, shortcutTo(size.outHeight, size.outWidth));
    }
  }
  if (spec.residual > 0 && !layers.some(({ shortcut }) => shortcut !== undefined))
    throw new NetworkSpecError(
      'residual',
      `shortcuts over ${spec.residual} layers would join nothing: counted from the first of the ${spec.intermediate.length} intermediate layers, no two that lie ${spec.residual} apart have the same types, dimension and map`,
    );
  const { dim: outDim, iterations } = spec.classes;
  route('classes', 'class-capsules', 0.1, { ...below(), ...wholeMap(), outTypes: input.classes, outDim, iterations });

  if (spec.decoder) {
    let units = input.classes * outDim;
    const widths = [...spec.decoder.hidden, input.height * input.width * input.channels];
    for (const [i, out] of widths.entries()) {
      const name = `decoder.${i}`;
      const bound = 1 / Math.sqrt(units);
      layers.push(
        finish({
          name,
          kind: 'dense',
          output: [out],
          parameters: [parameter(`${name}.weight`, [out, units], { uniform: bound }), parameter(`${name}.bias`, [out], { uniform: bound })],
          flops: 2 * units * out + 2 * out,
          activationBytes: 4 * out,
        }),
      );
      units = out;
    }
  }

  const sum = (pick: (layer: LayerDescription) => number) => layers.reduce((total, layer) => total + pick(layer), 0);
  const params = sum((l) => l.params);
  const weightBytes = 4 * sum((l) => l.parameters.reduce((total, p) => total + product(p.shape), 0));
  const image = 4 * input.height * input.width * input.channels + sum((l) => l.activationBytes);
  return {
    layers,
    params,
    flops: sum((l) => l.flops),
    weightBytes,
    trainingBytes: (batch) => weightBytes + 3 * 4 * params + batch * image,
    voteBytes: (batch) => batch * sum((l) => l.voteBytes),
  };
}

/** Standard deviation of a layer's initial matrices. */
function sigmaOf(initialisation: NetworkSpec['initialisation'], routing: RoutingShape, ofPaper: number): number {
  return typeof initialisation === 'object' ? sigmaForGain(routing, initialisation.gain) : ofPaper;
}

/** Every stored tensor of the network, in layer order. */
export function parametersOf(spec: NetworkSpec, input: InputShape): Parameter[] {
  return describe(spec, input).layers.flatMap((layer) => layer.parameters);
}
