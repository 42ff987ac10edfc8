/** Looking into a trained network, image by image. */
import { z } from 'zod';
import type { Atlas } from '../inside/atlas.ts';
import type { Drawings, Look } from '../inside/look.ts';
import { Disturbance, type RobustnessPoint } from '../inside/robustness.ts';
import { Path, RunId, TaskId } from './common.ts';
import { method } from './method.ts';

/** Bytes (height, width, channels) in the shape that the run's network takes: of an image of its data set, changed by hand or not. */
const Pixels = z.instanceof(Uint8Array).refine(({ length }) => length > 0 && length <= 2 ** 24, 'expected the pixels of one image');

/** An image of the run's own data set, one that is drawn, or a file, which goes through the run's own preparation. */
export const LookedAt = z.union([
  z.strictObject({ split: z.enum(['train', 'test']), index: z.int().min(0) }),
  z.strictObject({ pixels: Pixels }),
  z.strictObject({ file: Path }),
]);
export type LookedAt = z.infer<typeof LookedAt>;

/** Test images that were asked for. */
export interface FoundImages {
  /** How many there are in all; the rest is about those in between `from` and `from + count`. */
  total: number;
  indices: number[];
  labels: Uint16Array;
  /** What the network reads; null before the run has finished. */
  read: Uint16Array | null;
}

const vector = z.array(z.number()).min(1).max(4096);

export const insideMethods = {
  /** Everything that one image makes of the network: of a run that has finished, or of the latest checkpoint of one in training. */
  'inside.look': method<Look>()(z.strictObject({ run: RunId, image: LookedAt })),
  /** What the decoder draws of a class capsule, and of the same with each of its dimensions changed in `steps` steps by up to `range`. */
  'inside.draw': method<Drawings>()(
    z.strictObject({
      run: RunId,
      class: z.int().min(0),
      vector,
      range: z.number().positive().max(10).default(0.25),
      steps: z.int().min(0).max(21).default(0),
    }),
  ),
  /** Test images by what they are and whether the network reads them wrongly, in their order. */
  'inside.images': method<FoundImages>()(
    z.strictObject({
      run: RunId,
      wrong: z.boolean().default(false),
      class: z.int().min(0).nullable().default(null),
      from: z.int().min(0).default(0),
      count: z.int().min(1).max(1000).default(100),
    }),
  ),
  /**
   * What all test images together say of the capsules of a finished run: computed once, then known. Progress comes as `inside`
   * events of this task. Null when cancelled.
   */
  'inside.atlas': method<Atlas | null>()(z.strictObject({ task: TaskId, run: RunId })),
  /**
   * What the network of a finished run reads of test images that are disturbed, one point per value, in their order. Each comes as a
   * `robustness` event of this task, too. Null when cancelled.
   */
  'inside.robustness': method<RobustnessPoint[] | null>()(
    z
      .strictObject({
        task: TaskId,
        run: RunId,
        kind: Disturbance,
        values: z.array(z.number().min(-1000).max(1000)).min(1).max(100),
        images: z.int().min(1).max(100_000).default(1000),
      })
      .refine(({ kind, values }) => kind !== 'scale' || values.every((value) => value > 0), 'a scale is larger than 0')
      .refine(({ kind, values }) => kind !== 'noise' || values.every((value) => value >= 0), 'a standard deviation is at least 0'),
  ),
  /** Of `inside.atlas` or `inside.robustness`. */
  'inside.cancel': method<null>()(z.strictObject({ task: TaskId })),
  /**
   * Trains a decoder on the capsules of a finished run that has none, as a run of its own, which is queued unless there is one; answers
   * its id. Once it has finished, `inside.look` and `inside.draw` draw of the first run, too.
   */
  'inside.trainDecoder': method<string>()(z.strictObject({ run: RunId, epochs: z.int().min(1).max(1000).default(3) })),
  /** What people call the dimensions of class capsules, by "<class>.<dimension>". */
  'inside.names': method<Record<string, string>>()(z.strictObject({ run: RunId })),
  /** An empty name takes one back. Answers all. */
  'inside.name': method<Record<string, string>>()(
    z.strictObject({ run: RunId, class: z.int().min(0), dimension: z.int().min(0), name: z.string().trim().max(60) }),
  ),
};
