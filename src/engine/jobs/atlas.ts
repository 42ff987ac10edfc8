/** The atlas job: what all test images together say of a network's capsules. */
import type { Dataset } from '../../shared/dataset.ts';
import { describe } from '../../shared/describe.ts';
import type { Atlas, LayerAtlas, MadeAtlas, ParseTrees } from '../../shared/inside/atlas.ts';
import type { RoutingLook } from '../../shared/inside/look.ts';
import type { Engine } from '../engine.ts';
import { Inspector, type InspectedNetwork } from '../inspection/inspector.ts';
import { TreeTally } from '../inspection/parse-trees.ts';
import { TypeMeter } from '../inspection/type-meter.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import { sampleOf } from './trial.ts';

export interface AtlasJob {
  network: InspectedNetwork;
  /** Above which a capsule is active. */
  threshold: number;
  /** Images whose routing is followed one by one, which takes longer than all others together. */
  treeImages: number;
}

export interface AtlasIO extends Pick<HostIO, 'shouldStop'> {
  onProgress(done: number, total: number): void;
}

/** More images say the same, and every one of them is remembered. */
const MOST_IMAGES = 10_000;
const BATCH = 128;
/** An image that is followed alone counts as so many in a batch, so that progress is even. */
const ALONE = 8;

/** Throws JobStopped when the host says so. */
export async function atlas(
  { network, threshold, treeImages }: AtlasJob,
  dataset: Dataset,
  engine: Engine,
  io: AtlasIO,
): Promise<MadeAtlas> {
  const inspector = new Inspector(network, engine.kernels);
  const images = Math.min(MOST_IMAGES, dataset.test.labels.length);
  const followed = Math.min(treeImages, dataset.test.labels.length);
  const total = images + ALONE * followed;
  try {
    const layers = await meterTypes(inspector, network, dataset, images, threshold, (done) => step(io, done, total));
    const { routing, trees } = await followTrees(inspector, network, dataset, followed, threshold, (done) =>
      step(io, images + ALONE * done, total),
    );
    return { images, threshold, layers, routing, trees };
  } finally {
    inspector.dispose();
  }
}

async function step(io: AtlasIO, done: number, total: number): Promise<void> {
  if (io.shouldStop()) throw new JobStopped('Stopped while looking at test images.');
  io.onProgress(done, total);
  await breathe();
}

type Step = (done: number) => Promise<void>;

async function meterTypes(
  inspector: Inspector,
  { network, input }: InspectedNetwork,
  dataset: Dataset,
  count: number,
  threshold: number,
  step: Step,
): Promise<LayerAtlas[]> {
  const all = dataset.test.labels.length;
  const { images, labels } = sampleOf(dataset.test, count);
  const indices = Array.from({ length: count }, (_, i) => (count >= all ? i : Math.floor((i * all) / count)));
  const capsuleLayers = describe(network, input).layers.filter(({ name, routing }) => name === 'primary' || routing);
  const meters = capsuleLayers.map(({ name: layer, output }) => {
    const [types, dim] = output.slice(-2) as [number, number];
    const [height, width] = output.length === 4 ? (output as [number, number]) : [1, 1];
    return new TypeMeter({ layer, height, width, types, dim }, count);
  });
  const size = images.length / count;
  for (let start = 0; start < count; start += BATCH) {
    await step(start);
    const vectors = await inspector.capsules(images.subarray(start * size, Math.min(count, start + BATCH) * size));
    for (const [l, { name }] of capsuleLayers.entries()) meters[l]!.add(vectors.get(name)!);
  }
  return meters.map((meter) => meter.result({ indices, labels, classes: input.classes, threshold }));
}

async function followTrees(
  inspector: Inspector,
  { network, input }: InspectedNetwork,
  dataset: Dataset,
  count: number,
  threshold: number,
  step: Step,
): Promise<{ routing: Atlas['routing']; trees: ParseTrees }> {
  const { images } = sampleOf(dataset.test, count);
  const size = images.length / count;
  const tally = new TreeTally(input.classes);
  const entropies = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    await step(i);
    const { routing, tree } = await inspector.tree(images.subarray(i * size, (i + 1) * size), threshold);
    tally.add(tree);
    for (const layer of routing) addEntropy(entropies, layer, count);
  }
  return {
    routing: [...entropies].map(([layer, entropy]) => ({ layer, entropy })),
    trees: tally.result(network.intermediate.length + 1),
  };
}

/** Its share of the mean over `count` images. */
function addEntropy(entropies: Map<string, number[]>, { layer, entropy }: RoutingLook, count: number): void {
  const sums = entropies.get(layer) ?? Array.from(entropy, () => 0);
  entropies.set(
    layer,
    sums.map((sum, i) => sum + entropy[i]! / count),
  );
}
