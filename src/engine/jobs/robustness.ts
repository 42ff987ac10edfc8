/** The robustness job: test images that are disturbed more and more, and what a network still reads of them. */
import type { Dataset } from '../../shared/dataset.ts';
import { disturb } from '../../shared/inside/disturb.ts';
import type { Disturbance, RobustnessPoint } from '../../shared/inside/robustness.ts';
import type { Engine } from '../engine.ts';
import { Inspector, type InspectedNetwork } from '../inspection/inspector.ts';
import { breathe, JobStopped, type HostIO } from '../io.ts';
import { sampleOf } from './trial.ts';

export interface RobustnessJob {
  network: InspectedNetwork;
  kind: Disturbance;
  values: readonly number[];
  /** Test images that are looked at, spread evenly. */
  images: number;
}

const BATCH = 128;

/** Tells one point after the other. Throws JobStopped when the host says so. */
export async function robustness(
  { network, kind, values, images }: RobustnessJob,
  dataset: Dataset,
  engine: Engine,
  io: Pick<HostIO, 'shouldStop'>,
  tell: (point: RobustnessPoint) => void,
): Promise<void> {
  const inspector = new Inspector(network, engine.kernels);
  const split = sampleOf(dataset.test, images);
  const { classes, height, width, channels } = network.input;
  const count = split.labels.length;
  try {
    for (const value of values) {
      const tally = { hits: 0, right: 0, wrong: 0 };
      for (let start = 0; start < count; start += BATCH) {
        if (io.shouldStop()) throw new JobStopped('Stopped while disturbing images.');
        const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, i) =>
          disturb(split, start + i, network.input, kind, value),
        );
        const pixels = new Uint8Array(batch.length * height * width * channels);
        for (const [i, image] of batch.entries()) pixels.set(image.pixels, i * image.pixels.length);
        const lengths = await inspector.classLengths(pixels);
        for (const [i, { labels }] of batch.entries()) add(tally, lengths.subarray(i * classes, (i + 1) * classes), labels);
        await breathe();
      }
      tell({ value, accuracy: tally.hits / count, right: tally.right / count, wrong: tally.wrong / count });
    }
  } finally {
    inspector.dispose();
  }
}

/** The chance that the longest class capsules are just these; where lengths tie, it is decided by chance, as in a test. */
function chanceOf(present: ReadonlySet<number>, lengths: Float32Array): number {
  const shortest = Math.min(...[...present].map((label) => lengths[label]!));
  let [within, tied] = [0, 0];
  for (const [label, length] of lengths.entries()) {
    if (!present.has(label) && length > shortest) return 0;
    if (length !== shortest) continue;
    if (present.has(label)) within += 1;
    else tied += 1;
  }
  // As many of them as there are places, of all that tie.
  let chance = 1;
  for (let place = 1; place <= within; place++) chance *= place / (tied + place);
  return chance;
}

function add(tally: { hits: number; right: number; wrong: number }, lengths: Float32Array, labels: readonly number[]): void {
  const present = new Set(labels);
  tally.hits += chanceOf(present, lengths);
  tally.right += labels.reduce((sum, label) => sum + lengths[label]!, 0) / labels.length;
  tally.wrong += lengths.reduce((most, length, label) => (present.has(label) ? most : Math.max(most, length)), 0);
}
