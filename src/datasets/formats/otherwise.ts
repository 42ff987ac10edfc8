/** Readings that every reader leaves open alike: which way images stand, and what their labels are taken from. */
import { DatasetError } from '../errors.ts';
import { imageFolderReader } from '../images/folders.ts';
import type { Problem, RawDataset } from '../raw.ts';
import { take, type Reading, type ReadingOption, type WantedReadings } from '../readings.ts';
import type { Source } from '../sources/source.ts';
import { transpose, transposeAsRead, turnedUpright } from './arrays/upright.ts';
import { listingReader } from './lists/listing.ts';
import type { Reader, ReadOptions } from './reader.ts';

const asStored: ReadingOption = { name: 'stored', label: 'row by row from the top, as stored' };
const turned: ReadingOption = { name: 'turned', label: 'column by column, turned upright' };

/** Turns images that lie in arrays as they are wanted. Their readers have turned them already where that is known to be right. */
export function orient(read: RawDataset, wanted: WantedReadings | undefined): { problems: Problem[]; readings: Reading[] } {
  const arrays = [read.train, read.test].flatMap((split) => (split && split.images.kind !== 'separate' ? [split.images] : []));
  if (arrays.length === 0) return { problems: read.problems, readings: [] };
  const isTurned = read.problems.some(({ message }) => message === turnedUpright);
  const reading = take('orientation', isTurned ? [turned, asStored] : [asStored, turned], wanted, read.train.from.images);
  if ((reading.taken === turned.name) === isTurned) return { problems: read.problems, readings: [reading] };
  for (const images of arrays) {
    if (images.kind === 'uniform') transpose(images);
    else transposeAsRead(images);
  }
  const rest = read.problems.filter(({ message }) => message !== turnedUpright);
  return { problems: isTurned ? rest : [...rest, { file: null, message: turnedUpright }], readings: [reading] };
}

/** Readers that label the same image files differently, and what each goes by. */
const byLabels: [Reader, ReadingOption][] = [
  [listingReader, { name: 'lists', label: 'the lists beside the images' }],
  [imageFolderReader, { name: 'folders', label: 'the folders that the images lie in' }],
];

/** The reader that is asked for by what it goes by comes first. */
export function inWantedOrder(readers: readonly Reader[], wanted: WantedReadings | undefined): readonly Reader[] {
  const first = byLabels.find(([, { name }]) => name === wanted?.labels)?.[0];
  return first ? [first, ...readers.filter((reader) => reader !== first)] : readers;
}

/** What else the labels of these images could be taken from. */
export async function labelReadings(read: RawDataset, reader: Reader, source: Source, options: ReadOptions): Promise<Reading[]> {
  const own = byLabels.find(([one]) => one === reader);
  if (!own) return [];
  const others: ReadingOption[] = [];
  for (const [other, option] of byLabels) {
    if (other === reader || !(await other.looksLike(source, options))) continue;
    const free = { ...options, reading: undefined };
    const differently = await other.read(source, free).catch((error: unknown) => {
      if (error instanceof DatasetError) return undefined;
      throw error;
    });
    if (differently && (differently.classes?.length ?? 0) > 1 && !isSame(read, differently)) others.push(option);
  }
  if (others.length === 0) return [];
  return [take('labels', [own[1], ...others], undefined, source.label)].map((reading) => ({ ...reading, taken: own[1].name }));
}

/** Whether both divide the images alike, whatever they call the classes. */
function isSame(a: RawDataset, b: RawDataset): boolean {
  const signature = ({ train, test }: RawDataset) =>
    [train, test].map((split) => {
      const counts = new Map<number, number>();
      for (const label of split?.labels ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
      return [...counts.values()].sort((x, y) => x - y).join();
    });
  return signature(a).join(';') === signature(b).join(';');
}
