/**
 * What contestants compute: one capsule layer, or training steps of a network on images of the bundled sample. Written to
 * a safetensors file that each of them reads, so all start from the same numbers.
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { LayerShape } from '../src/engine/ops/capsule-kernel.ts';
import { initialWeights } from '../src/engine/network/initialise.ts';
import { randomStream } from '../src/shared/random.ts';
import { plainBatch } from '../src/engine/training/batches.ts';
import { inputShape, type Dataset } from '../src/shared/dataset.ts';
import { describe, type NetworkDescription } from '../src/shared/describe.ts';
import { encodeSafetensors, type StoredTensor } from '../src/shared/safetensors.ts';
import { InputShape, networkOf, NetworkSpec, type NetworkFamily } from '../src/shared/spec/network.ts';
import { TrainingSpec } from '../src/shared/spec/training.ts';

const SEED = 1;

/** Metadata of a problem's file, as JSON by key. */
export const StepMetadata = z.object({ spec: NetworkSpec, input: InputShape, training: TrainingSpec });

const float32 = (shape: number[], data: Float32Array): StoredTensor => ({ dtype: 'F32', shape, data });

function write(file: string, tensors: Map<string, StoredTensor>, metadata: Record<string, unknown>): void {
  const texts = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]));
  writeFileSync(file, encodeSafetensors({ tensors, metadata: texts }));
}

/** A convolutional capsule layer, 3×3 windows, as the default network's intermediate ones: `types` → `types` capsules of `dim` dimensions. */
export function layerShape(types: number, dim: number, batch = 32, size = 6): LayerShape {
  const window = { kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1, iterations: 3 };
  const maps = { inHeight: size, inWidth: size, outHeight: size, outWidth: size };
  return { batch, ...maps, inTypes: types, inDim: dim, outTypes: types, outDim: dim, ...window, squash: 'squash' };
}

/** Capsules `u`, weights `w` and the gradient `dv` of the layer's output; shapes as in CapsuleKernel. */
export function writeLayerProblem(file: string, shape: LayerShape): void {
  const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
  const normal = (name: string, sizes: number[], deviation: number): [string, StoredTensor] => {
    const random = randomStream(SEED, 'layer', name);
    const count = sizes.reduce((a, b) => a * b, 1);
    return [
      name,
      float32(
        sizes,
        Float32Array.from({ length: count }, () => deviation * random.normal()),
      ),
    ];
  };
  const tensors = new Map([
    normal('u', [batch, inHeight, inWidth, inTypes, inDim], 0.3),
    normal('w', [kernelHeight * kernelWidth * inTypes, outTypes, outDim, inDim], 0.5),
    normal('dv', [batch, outHeight, outWidth, outTypes, outDim], 1),
  ]);
  write(file, tensors, { shape });
}

/** Writes initial weights, those of routed layers times `gain`, and `batches` batches of images (of the bundled sample by default), and tells what follows from the network's spec. */
export async function writeStepProblem(
  file: string,
  family: z.input<typeof NetworkFamily>,
  { batch, batches, gain = 1, dataset: given }: { batch: number; batches: number; gain?: number; dataset?: Dataset },
): Promise<NetworkDescription> {
  const dataset = given ?? (await sample());
  const [spec, input] = [networkOf(family), inputShape(dataset)];
  const description = describe(spec, input);
  const weights = initialWeights(spec, input, SEED);
  for (const layer of description.layers.filter(({ routing }) => routing)) {
    const { data } = weights.get(`${layer.name}.weight`)!;
    data.forEach((value, i) => (data[i] = gain * value));
  }
  const tensors = new Map([...weights].map(([name, { shape, data }]) => [name, float32(shape, data)]));
  const { images, labels } = plainBatch(dataset, 'train', 0, batch * batches);
  tensors.set('images', float32([batches, batch, input.height, input.width, input.channels], images));
  tensors.set('labels', { dtype: 'I32', shape: [batches, batch], data: labels });
  write(file, tensors, { spec, input, training: TrainingSpec.parse({ epochs: 1, batch }) });
  return description;
}

/** Loaded only where it is wanted: the readers of data sets are more than a bundle carries. */
async function sample(): Promise<Dataset> {
  const { loadDataset, SAMPLE } = await import('../src/datasets/load.ts');
  return loadDataset(SAMPLE);
}
