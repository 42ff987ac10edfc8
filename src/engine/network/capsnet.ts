/** A capsule network built from its spec: variables, forward pass and decoder. How it is trained is elsewhere. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, type LayerDescription, type NetworkDescription } from '../../shared/describe.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import type { Weights } from '../../shared/weights.ts';
import type { LayerShape } from '../ops/capsule-kernel.ts';
import { capsuleLayer, type CapsuleParameters } from '../ops/routing.ts';
import { squash } from '../ops/squash.ts';
import type { Kernels } from '../ops/kernels.ts';
import { BATCH_NORM_MOMENTUM, batchNormRelu, normaliseRelu } from '../ops/batch-norm.ts';
import { valuesOf } from '../ops/read-back.ts';
import { toFileLayout, toTensorLayout } from './layout.ts';

/** `train`: batch statistics, running statistics move. `test`: running statistics. */
export type Mode = 'train' | 'test';

export interface Forward {
  /** After ReLU of every backbone block, and before squash of the primary capsules: (B, H, W, channels). */
  featureMaps: { layer: string; maps: tf.Tensor4D }[];
  /** Primary capsules and every intermediate layer, with what a shortcut adds: (B, H, W, types, dim). */
  capsules: { layer: string; vectors: tf.Tensor5D }[];
  /** Class capsules: (B, classes, dim). */
  classes: tf.Tensor3D;
}

export class CapsNet {
  readonly spec: NetworkSpec;
  readonly input: InputShape;
  readonly description: NetworkDescription;
  readonly kernels: Kernels;
  readonly #variables = new Map<string, tf.Variable>();

  /** Throws when `weights` lacks a tensor or has one of another shape. */
  constructor(spec: NetworkSpec, input: InputShape, kernels: Kernels, weights: Weights) {
    this.spec = spec;
    this.input = input;
    this.description = describe(spec, input);
    this.kernels = kernels;
    for (const { name, shape, trainable } of this.description.layers.flatMap((layer) => layer.parameters)) {
      const stored = weights.get(name);
      if (!stored) throw new Error(`The weights lack the tensor ${name}, which the network needs as (${shape.join(', ')}).`);
      if (stored.shape.join() !== shape.join())
        throw new Error(`The tensor ${name} has the shape (${stored.shape.join(', ')}); the network needs (${shape.join(', ')}).`);
      const { shape: layout, data } = toTensorLayout(name, stored);
      const initial = tf.tensor(data, layout, 'float32');
      this.#variables.set(name, tf.variable(initial, trainable));
      initial.dispose();
    }
  }

  /** Variables by parameter name, in layer order. Convolutions are (height, width, in, out), linear layers (in, out). */
  get variables(): ReadonlyMap<string, tf.Variable> {
    return this.#variables;
  }

  #variable(name: string): tf.Tensor {
    return this.#variables.get(name)!;
  }

  /** Runs the network on images (B, height, width, channels) in [0, 1]. The caller tidies. */
  forward(images: tf.Tensor4D, mode: Mode): Forward {
    const { featureMaps, primary } = this.features(images, mode);
    const capsules: Forward['capsules'] = [{ layer: 'primary', vectors: primary }];
    let vectors = primary;
    const routed = new Map<string, tf.Tensor5D>();
    for (const layer of this.routedLayers()) {
      vectors = this.#route(layer, vectors);
      routed.set(layer.name, vectors);
      if (layer.shortcut !== undefined) vectors = tf.add(vectors, routed.get(layer.shortcut)!);
      if (layer.name !== 'classes') capsules.push({ layer: layer.name, vectors });
    }
    const [batch, , , classes, dim] = vectors.shape;
    return { featureMaps, capsules, classes: tf.reshape(vectors, [batch, classes, dim]) };
  }

  /** The part below the routing: backbone and primary capsules. The caller tidies. */
  features(images: tf.Tensor4D, mode: Mode): Pick<Forward, 'featureMaps'> & { primary: tf.Tensor5D } {
    const featureMaps: Forward['featureMaps'] = [];
    let maps = images;
    for (const [i, block] of this.spec.backbone.entries()) {
      const layer = `backbone.${i}`;
      const filtered = tf.conv2d(maps, this.#variable(`${layer}.conv.weight`) as tf.Tensor4D, block.stride, block.padding);
      maps = this.#normalise(layer, filtered, mode);
      filtered.dispose(); // The gradient has its own hold on it.
      featureMaps.push({ layer, maps });
    }
    const { types, dim, stride, padding } = this.spec.primary;
    const filtered = tf.conv2d(maps, this.#variable('primary.conv.weight') as tf.Tensor4D, stride, padding);
    const raw: tf.Tensor4D = tf.add(filtered, this.#variable('primary.conv.bias'));
    featureMaps.push({ layer: 'primary', maps: raw });
    const [batch, height, width] = raw.shape;
    return { featureMaps, primary: squash(tf.reshape(raw, [batch, height, width, types, dim]), this.spec.squash, this.kernels.squash) };
  }

  /** Layers with routing: the intermediate ones in order, then the class capsules. */
  routedLayers(): LayerDescription[] {
    return this.description.layers.filter((layer) => layer.routing);
  }

  /** Kernel arguments of a layer with routing. */
  layerShape(layer: LayerDescription, batch: number): LayerShape {
    return { ...layer.routing!, batch, squash: this.spec.squash };
  }

  /** What a layer with routing has learnt. */
  capsuleParameters({ name }: LayerDescription): CapsuleParameters {
    const weight = this.#variable(`${name}.weight`) as tf.Tensor4D;
    return { weight, bias: this.#variables.get(`${name}.bias`) as tf.Tensor2D | undefined };
  }

  #route(layer: LayerDescription, below: tf.Tensor5D): tf.Tensor5D {
    return capsuleLayer(below, this.capsuleParameters(layer), this.layerShape(layer, below.shape[0]), this.kernels.capsules);
  }

  #normalise(name: string, x: tf.Tensor4D, mode: Mode): tf.Tensor4D {
    const gamma = this.#variable(`${name}.bn.weight`);
    const beta = this.#variable(`${name}.bn.bias`);
    const runningMean = this.#variables.get(`${name}.bn.running_mean`)!;
    const runningVariance = this.#variables.get(`${name}.bn.running_var`)!;
    const { batchNorm } = this.kernels;
    if (mode === 'test') return normaliseRelu(x, gamma, beta, { mean: runningMean, variance: runningVariance }, batchNorm);
    const moments = batchNorm.moments(x);
    const count = x.size / x.shape[3];
    tf.tidy(() => {
      const move = (running: tf.Variable, batch: tf.Tensor) =>
        running.assign(tf.add(tf.mul(running, 1 - BATCH_NORM_MOMENTUM), tf.mul(batch, BATCH_NORM_MOMENTUM)));
      move(runningMean, moments.mean);
      move(runningVariance, tf.mul(moments.variance, count / Math.max(1, count - 1))); // unbiased, as PyTorch stores it
    });
    return batchNormRelu(x, gamma, beta, moments, batchNorm);
  }

  /**
   * Images (B, height, width, channels) reconstructed from class capsules (B, classes, dim) of which all but the chosen
   * class's are masked (Sabour et al. 2017, section 4.1). `chosen`: (B) class indices.
   */
  decode(classes: tf.Tensor3D, chosen: tf.Tensor1D): tf.Tensor4D {
    if (!this.spec.decoder) throw new Error('This network has no decoder.');
    const [batch, count, dim] = classes.shape;
    const mask = tf.expandDims(tf.cast(tf.oneHot(tf.cast(chosen, 'int32'), count), 'float32'), 2);
    let units: tf.Tensor2D = tf.reshape(tf.mul(classes, mask), [batch, count * dim]);
    const last = this.spec.decoder.hidden.length;
    for (let i = 0; i <= last; i++) {
      const weight = this.#variable(`decoder.${i}.weight`) as tf.Tensor2D;
      const sum: tf.Tensor2D = tf.add(tf.matMul(units, weight), this.#variable(`decoder.${i}.bias`));
      units = i < last ? tf.relu(sum) : tf.sigmoid(sum);
    }
    return tf.reshape(units, [batch, this.input.height, this.input.width, this.input.channels]);
  }

  /** All stored tensors, running statistics included, in stored axis order. */
  async weights(): Promise<Weights> {
    const variables = [...this.#variables];
    const values = await valuesOf(variables.map(([, variable]) => variable));
    return new Map(variables.map(([name, { shape }], i) => [name, toFileLayout(name, { shape: [...shape], data: values[i]!.slice() })]));
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
  }
}
