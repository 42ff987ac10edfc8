/** What all test images together say of a network, against what single looks say; and disturbed images. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { disturb } from '../../src/shared/inside/disturb.ts';
import { Inspector } from '../../src/engine/inspection/inspector.ts';
import { LayerLinks, treeDepth, treeKey, TreeTally } from '../../src/engine/inspection/parse-trees.ts';
import { PositionRouter } from '../../src/engine/inspection/position-router.ts';
import { JobStopped } from '../../src/engine/io.ts';
import { atlas } from '../../src/engine/jobs/atlas.ts';
import { robustness } from '../../src/engine/jobs/robustness.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import type { MadeAtlas } from '../../src/shared/inside/atlas.ts';
import type { Look } from '../../src/shared/inside/look.ts';
import { disturbances, type Disturbance, type RobustnessPoint } from '../../src/shared/inside/robustness.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from './blobs.ts';

const dataset = blobs(3, 40);
const input = inputShape(dataset);
const spec = networkOf({ types: 4, dim: 4, depth: 2, squash: 'sensitive', initialisation: { gain: 6 } });
const network = { network: spec, input, weights: initialWeights(spec, input, 1) };
const io = { shouldStop: () => false, onProgress: () => undefined };
const size = input.height * input.width;
const image = (i: number) => dataset.test.images.subarray(i * size, (i + 1) * size);

let engine: Engine;
let made: MadeAtlas;
let looks: Look[];
const told: [number, number][] = [];
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
  const progress = { ...io, onProgress: (done: number, total: number) => void told.push([done, total]) };
  made = await atlas({ network, threshold: 0.01, treeImages: 10 }, dataset, engine, progress);
  const inspector = new Inspector(network, engine.kernels);
  looks = [];
  for (let i = 0; i < 40; i++) looks.push(await inspector.look(image(i), () => 0));
  inspector.dispose();
});
afterAll(() => engine.dispose());

it('finds of every type what excites it most and least, its lengths by class and its usual pose', () => {
  expect(made.layers.map(({ layer }) => layer)).toEqual(['primary', 'capsules.0', 'capsules.1', 'classes']);
  for (const [l, { types }] of made.layers.entries())
    for (const [type, { histogram, byClass, active, most, least, across, pose }] of types.entries()) {
      const longest = looks.map(({ layers }) => Math.max(...layers[l]!.lengths.filter((_, i) => i % layers[l]!.types === type)));
      const sorted = longest.toSorted((a, b) => b - a);
      expect(histogram.reduce((sum, count) => sum + count)).toBe(40);
      for (const [i, { length }] of most.entries()) expect(length).toBeCloseTo(sorted[i]!, 5);
      for (const [i, { length }] of least.entries()) expect(length).toBeCloseTo(sorted[39 - i]!, 5);
      expect(across).toHaveLength(16);
      expect(active).toBe(longest.filter((length) => length > 0.01).length / 40);
      for (const [label, mean] of byClass.entries()) {
        const ofClass = longest.filter((_, i) => dataset.test.labels[i] === label);
        expect(mean).toBeCloseTo(ofClass.reduce((sum, length) => sum + length) / ofClass.length, 5);
      }
      // Where it is said to be the longest, it is.
      const { lengths, width, types: count } = looks[most[0]!.image]!.layers[l]!;
      expect(lengths[(most[0]!.y * width + most[0]!.x) * count + type]).toBeCloseTo(most[0]!.length, 5);
      for (const [d, low] of pose!.low.entries()) {
        expect(low).toBeLessThanOrEqual(pose!.middle[d]!);
        expect(pose!.middle[d]).toBeLessThanOrEqual(pose!.high[d]!);
      }
    }
});

it('averages how decided routing is, and tells how far it is', () => {
  // Spread evenly: every fourth image.
  const followed = looks.filter((_, i) => i % 4 === 0);
  for (const [l, { layer, entropy }] of made.routing.entries()) {
    expect(layer).toBe(looks[0]!.routing[l]!.layer);
    for (const [i, mean] of entropy.entries())
      expect(mean).toBeCloseTo(followed.reduce((sum, { routing }) => sum + routing[l]!.entropy[i]!, 0) / 10, 5);
  }
  expect(made.trees).toMatchObject({ images: 10, tied: 0, layers: 3 });
  expect(made.trees.classes.reduce((sum, { images }) => sum + images, 0)).toBe(10);
  expect(told[0]).toEqual([0, 40 + 80]);
  expect(told.every(([done], i) => i === 0 || done > told[i - 1]![0])).toBe(true);
});

it('a tree is made of what gives most of itself to one parent', () => {
  // Two children of one type under one position, two parents.
  const shape = { inHeight: 1, inWidth: 2, inTypes: 1, inDim: 1, outHeight: 1, outWidth: 1, outTypes: 2, outDim: 1 };
  const window = { kernelHeight: 1, kernelWidth: 2, stride: 1, padding: 0, iterations: 1 };
  const router = new PositionRouter({ shape: { ...shape, ...window }, squash: 'squash', weight: new Float32Array(4), bias: undefined });
  const linksWith = (couplings: number[], lengths = [1, 1]) => {
    router.route(new Float64Array(2), 0, 0);
    router.couplings[0]!.set(couplings);
    const links = new LayerLinks();
    links.add(router, 0, Float64Array.from(lengths), 0.01);
    return links;
  };
  // The second child is the first one's, as a parent, whose own children all belong to its type 0.
  const top = linksWith([0.3, 0.7, 0.9, 0.1]);
  expect([...top.below(new Set([0]))]).toEqual([1]);
  expect([...top.below(new Set([1]))]).toEqual([0]);
  expect(treeKey(router, 0)).toBe('39');
  expect(treeKey(router, 1)).toBe('71');
  expect(treeDepth([linksWith([0.5, 0.5, 0.5, 0.5]), top], 0)).toBe(1);
  expect(treeDepth([linksWith([0.2, 0.8, 0.5, 0.5]), top], 0)).toBe(2);
  expect(treeDepth([linksWith([0.2, 0.8, 0.5, 0.5], [0.001, 1]), top], 0)).toBe(1);
  expect(treeDepth([top, linksWith([0.5, 0.5, 0.5, 0.5])], 0)).toBe(0);

  const tally = new TreeTally(2);
  for (const key of ['a', 'a', 'b', 'c']) tally.add({ label: 1, depth: 2, key });
  tally.add(null);
  expect(tally.result(3)).toEqual({
    images: 5,
    tied: 1,
    depth: 2,
    layers: 3,
    classes: [
      { images: 0, trees: 0, entropy: 0 },
      { images: 4, trees: 3, entropy: 1.5 },
    ],
  });
});

it('disturbs images as it says, and all of them alike for every network', () => {
  const shape = { height: 5, width: 5, channels: 1 };
  const pixels = Uint8Array.from({ length: 25 }, (_, i) => i * 10);
  const split = { images: new Uint8Array([...pixels, ...pixels.toReversed()]), labels: Uint16Array.of(0, 1) };
  const of = (kind: Disturbance, value: number) => [...disturb(split, 0, shape, kind, value).pixels];
  for (const kind of ['move', 'turn', 'scale', 'shear', 'noise'] as const) expect(of(kind, disturbances[kind].none)).toEqual([...pixels]);
  // Clockwise: the left column becomes the top row.
  expect(of('turn', 90).slice(0, 5)).toEqual([200, 150, 100, 50, 0]);
  expect(of('turn', 180)).toEqual([...pixels.toReversed()]);
  expect(of('scale', 2)[12]).toBe(120);
  expect(of('shear', 1).slice(10, 15)).toEqual([...pixels.subarray(10, 15)]);
  expect(of('shear', 1).slice(0, 5)).toEqual([0, 0, 0, 10, 20]);
  expect(of('noise', 0.3)).not.toEqual([...pixels]);
  for (const kind of ['move', 'noise', 'overlay'] as const) expect(of(kind, 2)).toEqual(of(kind, 2));
  const { pixels: overlaid, labels } = disturb(split, 0, shape, 'overlay', 0);
  expect(labels).toEqual([0, 1]);
  expect([...overlaid]).toEqual(Array.from(pixels, (byte, i) => Math.max(byte, pixels[24 - i]!)));
});

it('measures what is still read, undisturbed as a test does', async () => {
  const pointsOf = async (kind: Disturbance, values: number[], shouldStop = () => false) => {
    const points: RobustnessPoint[] = [];
    await robustness({ network, kind, values, images: 40 }, dataset, engine, { shouldStop }, (point) => points.push(point));
    return points;
  };
  const [plain, far] = await pointsOf('move', [0, 30]);
  const hits = looks.filter(({ longest }, i) => longest[0] === dataset.test.labels[i]).length;
  expect(plain).toMatchObject({ value: 0, accuracy: hits / 40 });
  const right = looks.reduce((sum, { layers }, i) => sum + layers.at(-1)!.lengths[dataset.test.labels[i]!]!, 0) / 40;
  expect(plain!.right).toBeCloseTo(right, 5);
  // Black images all look alike.
  const perClass = [0, 1, 2].map((label) => dataset.test.labels.filter((each) => each === label).length / 40);
  expect(perClass.some((share) => Math.abs(share - far!.accuracy) < 1e-9)).toBe(true);
  const [both] = await pointsOf('overlay', [2]);
  expect(both!.accuracy).toBeGreaterThanOrEqual(0);
  expect(both!.accuracy).toBeLessThanOrEqual(1);
  await expect(pointsOf('turn', [10], () => true)).rejects.toThrow(JobStopped);
});
