/**
 * A trained network to be looked into, one image at a time. Backbone and primary capsules are the engine's; from there on it goes
 * by the formulas, in double precision and position by position, so that no more than one position's votes are in memory.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerDescription } from '../../shared/describe.ts';
import { InputError } from '../../shared/input-error.ts';
import { SHORTEST, type Drawings, type LayerLook, type Look, type RoutingLook } from '../../shared/inside/look.ts';
import { layerName } from '../../shared/present/layer-name.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import type { Standardisation } from '../../shared/spec/preparation.ts';
import { longestClasses } from '../../shared/ties.ts';
import type { Weights } from '../../shared/weights.ts';
import { CapsNet } from '../network/capsnet.ts';
import type { Kernels } from '../ops/kernels.ts';
import { readBack } from '../ops/read-back.ts';
import { networkValues } from '../training/network-values.ts';
import { LayerLinks, treeDepth, treeKey, type Tree } from './parse-trees.ts';
import { PositionRouter } from './position-router.ts';
import { normsOf, RoutingMeter } from './routing-look.ts';
import { strongestPaths, type RoutedLayer } from './strongest-path.ts';

export interface InspectedNetwork {
  network: NetworkSpec;
  input: InputShape;
  weights: Weights;
  /** Of the images that it was trained on. */
  standardisation?: Standardisation | undefined;
}

/** What a layer leaves behind: its capsules, with what a shortcut adds. */
interface Capsules {
  layer: LayerDescription;
  vectors: Float64Array;
  lengths: Float64Array;
}

interface Pass {
  /** From the primary capsules up to the classes. */
  all: Capsules[];
  routed: RoutedLayer[];
}

export class Inspector {
  readonly #net: CapsNet;
  readonly #weights: Weights;
  readonly #values: Float32Array;
  readonly #routers: ReadonlyMap<string, PositionRouter>;

  /** Throws when the weights do not fit the network, and an InputError when some are no numbers. */
  constructor({ network, input, weights, standardisation }: InspectedNetwork, kernels: Kernels) {
    for (const [name, { data }] of weights)
      if (!data.every(Number.isFinite))
        throw new InputError(
          `${name} holds weights that are no finite numbers: the training has diverged, and there is nothing to be seen`,
        );
    this.#net = new CapsNet(network, input, kernels, weights);
    this.#weights = weights;
    this.#values = networkValues({ shape: input, standardisation });
    this.#routers = new Map(this.#net.routedLayers().map((layer) => [layer.name, this.#routerOf(layer)]));
  }

  #routerOf({ name, routing }: LayerDescription): PositionRouter {
    return new PositionRouter({
      shape: routing!,
      squash: this.#net.spec.squash,
      weight: this.#weights.get(`${name}.weight`)!.data,
      bias: this.#weights.get(`${name}.bias`)?.data,
    });
  }

  /** Whether it can draw. */
  get draws(): boolean {
    return this.#net.spec.decoder !== null;
  }

  /** `pixels` (height, width, channels) of one image. */
  async look(pixels: Uint8Array, now: () => number): Promise<Look> {
    const started = now();
    const meters = this.#net.routedLayers().map(({ name }) => new RoutingMeter(this.#routers.get(name)!));
    const { all, routed } = await this.#pass(pixels, (l, lengths) => meters[l]!.add(lengths));
    const classes = all.at(-1)!;
    const longest = longestOf(classes);
    const paths = strongestPaths(routed, classes.lengths, longest[0]!);
    const drawn = this.draws ? await this.#draw([classVector(classes, longest[0]!)], longest[0]!) : null;
    const reconstruction = drawn && { pixels: drawn, error: meanSquare(drawn, pixels) };
    const routing = meters.map((meter, l) => meter.result(all[l + 1]!.layer.name));
    return { pixels, layers: all.map(told), routing, longest, paths, reconstruction, took: now() - started };
  }

  /** How an image was routed, by layer and iteration, and its parse tree; null where class capsules tie. */
  async tree(pixels: Uint8Array, threshold: number): Promise<{ routing: RoutingLook[]; tree: Tree | null }> {
    const routers = this.#net.routedLayers().map(({ name }) => this.#routers.get(name)!);
    const meters = routers.map((router) => new RoutingMeter(router));
    const links = routers.map(() => new LayerLinks());
    const { all } = await this.#pass(pixels, (l, lengths, position) => {
      meters[l]!.add(lengths);
      links[l]!.add(routers[l]!, position, lengths, threshold);
    });
    const [label, another] = longestOf(all.at(-1)!);
    // The class capsules were routed last, so that their couplings are still there.
    const tree = another === undefined ? { label: label!, depth: treeDepth(links, label!), key: treeKey(routers.at(-1)!, label!) } : null;
    return { routing: meters.map((meter, l) => meter.result(all[l + 1]!.layer.name)), tree };
  }

  /** All capsules of a batch of images, by the engine's own kernels: by layer, (B, height, width, types, dim). */
  async capsules(pixels: Uint8Array): Promise<Map<string, Float32Array>> {
    const { height, width, channels } = this.#net.input;
    const layers: string[] = [];
    const values = await readBack(() => {
      const batch = pixels.length / (height * width * channels);
      const { capsules, classes } = this.#net.forward(tf.tensor4d(this.#valuesOf(pixels), [batch, height, width, channels]), 'test');
      layers.push(...capsules.map(({ layer }) => layer), 'classes');
      return [...capsules.map(({ vectors }) => vectors), classes];
    });
    return new Map(layers.map((layer, l) => [layer, values[l]!]));
  }

  /** Lengths of the class capsules of a batch of images, by the engine's own kernels: (B, classes). */
  async classLengths(pixels: Uint8Array): Promise<Float32Array> {
    const { height, width, channels } = this.#net.input;
    const batch = pixels.length / (height * width * channels);
    const [lengths] = await readBack(() => {
      const images = tf.tensor4d(this.#valuesOf(pixels), [batch, height, width, channels]);
      return [tf.norm(this.#net.forward(images, 'test').classes, 'euclidean', 2)];
    });
    return lengths!;
  }

  /** Calls `each` after every position of every layer with routing, with the lengths of the capsules below. */
  async #pass(pixels: Uint8Array, each: (layer: number, lengths: Float64Array, position: number) => void): Promise<Pass> {
    const all: Capsules[] = [finite(await this.#primary(pixels))];
    const routed: RoutedLayer[] = [];
    /** As routing leaves them: what shortcuts start from. */
    const bare = new Map<string, Float64Array>();
    for (const [l, layer] of this.#net.routedLayers().entries()) {
      const { vectors: below, lengths } = all.at(-1)!;
      const router = this.#routers.get(layer.name)!;
      const vectors = routeAll(router, below, (position) => each(l, lengths, position));
      bare.set(layer.name, vectors);
      all.push(finite(capsulesOf(layer, layer.shortcut === undefined ? vectors : sum(vectors, bare.get(layer.shortcut)!))));
      routed.push({ router, below, lengths });
    }
    return { all, routed };
  }

  /**
   * What the decoder makes of a capsule of this class, and of the same with each dimension changed by up to `range` in so many
   * steps; 0 steps: of none.
   */
  async draw(label: number, vector: readonly number[], { range, steps }: { range: number; steps: number }): Promise<Drawings> {
    const offsets = Array.from({ length: steps }, (_, i) => (steps === 1 ? 0 : range * ((2 * i) / (steps - 1) - 1)));
    const changed = vector.flatMap((_, d) => offsets.map((offset) => vector.map((value, i) => (i === d ? value + offset : value))));
    const drawn = await this.#draw([vector, ...changed], label);
    const size = drawn.length / (changed.length + 1);
    const strips = drawn.slice(size);
    const effect = vector.map((_, d) => {
      if (steps === 0) return 0;
      const [first, last] = [d * steps * size, ((d + 1) * steps - 1) * size];
      let difference = 0;
      for (let i = 0; i < size; i++) difference += Math.abs(strips[first + i]! - strips[last + i]!);
      return difference / size;
    });
    return { pixels: drawn.slice(0, size), strips, offsets, effect };
  }

  dispose(): void {
    this.#net.dispose();
  }

  async #primary(pixels: Uint8Array): Promise<Capsules> {
    const { height, width, channels } = this.#net.input;
    const [vectors] = await readBack(() => [
      this.#net.features(tf.tensor4d(this.#valuesOf(pixels), [1, height, width, channels]), 'test').primary,
    ]);
    const layer = this.#net.description.layers.find(({ name }) => name === 'primary')!;
    return capsulesOf(layer, Float64Array.from(vectors!));
  }

  #valuesOf(pixels: Uint8Array): Float32Array {
    const { channels } = this.#net.input;
    return Float32Array.from(pixels, (byte, i) => this.#values[(i % channels) * 256 + byte]!);
  }

  async #draw(vectors: readonly (readonly number[])[], label: number): Promise<Float32Array> {
    const { classes } = this.#net.input;
    const dim = vectors[0]!.length;
    const values = new Float32Array(vectors.length * classes * dim);
    for (const [i, vector] of vectors.entries()) values.set(vector, (i * classes + label) * dim);
    const [drawn] = await readBack(() => {
      const chosen = tf.fill<tf.Rank.R1>([vectors.length], label, 'int32');
      return [this.#net.decode(tf.tensor3d(values, [vectors.length, classes, dim]), chosen)];
    });
    return drawn!.slice();
  }
}

/** Capsules of a layer, before any shortcut. */
function routeAll(router: PositionRouter, below: Float64Array, each: (position: number) => void): Float64Array {
  const { outHeight, outWidth, outTypes, outDim } = router.shape;
  const vectors = new Float64Array(outHeight * outWidth * outTypes * outDim);
  for (let y = 0, start = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++, start += outTypes * outDim) {
      router.route(below, y, x);
      vectors.set(router.outputs.at(-1)!, start);
      each(y * outWidth + x);
    }
  return vectors;
}

/** By single precision, so that what ties for the engine ties here. */
const longestOf = ({ lengths }: Capsules): number[] =>
  longestClasses(Float32Array.from(lengths, (length) => (length < SHORTEST ? 0 : length)));

const capsulesOf = (layer: LayerDescription, vectors: Float64Array): Capsules => ({
  layer,
  vectors,
  lengths: normsOf(vectors, layer.output.at(-1)!),
});

/** Sums of large weights may be too large for a number. */
function finite(capsules: Capsules): Capsules {
  if (capsules.lengths.every(Number.isFinite)) return capsules;
  throw new InputError(`on this image, capsules of ${layerName(capsules.layer.name)} are no finite numbers: the weights are too large`);
}

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!);

function classVector({ layer, vectors }: Capsules, label: number): number[] {
  const dim = layer.output.at(-1)!;
  return [...vectors.subarray(label * dim, (label + 1) * dim)];
}

function told({ layer: { name, output }, vectors, lengths }: Capsules): LayerLook {
  const [types, dim] = output.slice(-2) as [number, number];
  const [height, width] = output.length === 4 ? (output as [number, number]) : [1, 1];
  return { layer: name, height, width, types, dim, vectors: Float32Array.from(vectors), lengths: Float32Array.from(lengths) };
}

function meanSquare(drawn: Float32Array, pixels: Uint8Array): number {
  let squares = 0;
  for (const [i, value] of drawn.entries()) squares += (value - pixels[i]! / 255) ** 2;
  return squares / drawn.length;
}
