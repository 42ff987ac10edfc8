/** What a preparation leaves open, decided by the data: size and colour of mixed images, and a split where there is none. */
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { ImageShape, Problem, RawImages, RawSplit } from '../raw.ts';
import { ScaleFinder, type Scale } from './scale.ts';

/** Shapes of a data set's images, how often each occurs; without alpha channels. */
export type Shapes = { shape: ImageShape; count: number }[];

/** Images that are looked at when each may have a shape of its own. */
const LOOKED_AT = 240;
/** Longest side that images of files get unless somebody asks for more: capsule networks are made for small images. */
const LONGEST_SIDE = 96;
const SHARE_FOR_TESTING = 0.2;

/** Looks at images spread evenly over both splits, for their shapes and the range of their values. */
export async function shapesOf(
  splits: readonly Pick<RawSplit, 'images'>[],
  { signal, onImage }: { signal?: AbortSignal | undefined; onImage?: (() => void) | undefined } = {},
): Promise<{ shapes: Shapes; scale: Scale; problem: Problem | undefined }> {
  const finder = new ScaleFinder();
  let problem: Problem | undefined;
  const counts = new Map<string, Shapes[number]>();
  const add = ({ height, width, channels }: ImageShape, count: number) => {
    const key = [height, width, channels].join();
    const known = counts.get(key);
    if (known) known.count += count;
    else counts.set(key, { shape: { height, width, channels }, count });
  };
  for (const { images } of splits) {
    if (images.kind !== 'separate') add(images, images.count);
    else
      for await (const read of images.read({ indices: spread(images, LOOKED_AT / splits.length), reduce: true, signal })) {
        onImage?.();
        if (!('image' in read)) {
          problem ??= read.problem;
          continue;
        }
        const { channels } = read.image;
        add({ ...read.image, channels: channels > 4 ? channels : channels > 2 ? 3 : 1 }, 1);
        finder.look(read.image);
      }
  }
  return { shapes: [...counts.values()].sort((a, b) => b.count - a.count || compare(a.shape, b.shape)), scale: finder.scale(), problem };
}

const compare = (a: ImageShape, b: ImageShape): number => a.height - b.height || a.width - b.width || a.channels - b.channels;

function spread({ count }: RawImages, wanted: number): number[] {
  const step = Math.max(1, count / wanted);
  return Array.from({ length: Math.min(count, Math.floor(wanted)) }, (_, i) => Math.floor(i * step));
}

export interface Resolved {
  spec: PreparationSpec;
  /** Of the prepared images. */
  height: number;
  width: number;
  /** What was decided, one sentence each. */
  notes: string[];
}

/** @param separate whether the images come from a file each. @param shapes not empty. */
export function resolve(wanted: PreparationSpec, data: { shapes: Shapes; separate: boolean; hasTest: boolean }): Resolved {
  const { shapes, separate, hasTest } = data;
  const notes: string[] = [];
  const spec = { ...wanted };
  const own = typicalSize(shapes);
  const mixed = sizesOf(shapes).length > 1;
  let size = spec.size ?? own;
  if (!spec.size && separate) size = atMost(own, LONGEST_SIDE);
  if (mixed || size.height !== own.height || size.width !== own.width) {
    if (!spec.size) notes.push(sizeNote(mixed, size));
    spec.size = { height: size.height, width: size.width };
  } else spec.size = null;
  const channels = new Set(shapes.map(({ shape }) => shape.channels));
  if (spec.colour === 'own' && channels.size > 1) {
    spec.colour = 'rgb';
    notes.push('Some images are grey and some coloured; all are treated as coloured.');
  }
  if (spec.split.kind === 'own' && !hasTest) {
    spec.split = { kind: 'fraction', test: SHARE_FOR_TESTING, seed: 1 };
    notes.push(`The data do not say which images are for testing; ${100 * SHARE_FOR_TESTING} % of every class are, chosen at random.`);
  }
  return { spec, ...size, notes };
}

const sizeNote = (mixed: boolean, { height, width }: { height: number; width: number }): string =>
  mixed ? `The images differ in size; all are made ${height} × ${width}.` : `The images are large; all are made ${height} × ${width}.`;

function sizesOf(shapes: Shapes): { height: number; width: number; count: number }[] {
  const bySize = Map.groupBy(shapes, ({ shape }) => `${shape.height} ${shape.width}`);
  return [...bySize.values()].map((same) => ({ ...same[0]!.shape, count: same.reduce((sum, { count }) => sum + count, 0) }));
}

/** The size of more than half of the images, or else the medians of height and width. */
function typicalSize(shapes: Shapes): { height: number; width: number } {
  const sizes = sizesOf(shapes).sort((a, b) => b.count - a.count);
  const total = sizes.reduce((sum, { count }) => sum + count, 0);
  const [most] = sizes;
  if (!most) throw new RangeError('There are no images to tell a size from.');
  if (most.count * 2 > total) return { height: most.height, width: most.width };
  const median = (side: 'height' | 'width') => {
    let left = total / 2;
    const ordered = sizes.toSorted((a, b) => a[side] - b[side]);
    return ordered.find(({ count }) => (left -= count) <= 0)![side];
  };
  return { height: median('height'), width: median('width') };
}

function atMost({ height, width }: { height: number; width: number }, longest: number): { height: number; width: number } {
  const scale = Math.min(1, longest / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}
