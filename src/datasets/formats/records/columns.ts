/** Which columns of a table hold the images and the labels: as Hugging Face's description says, or by type and name. */
import { DatasetError } from '../../errors.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import { isLabelName } from '../csv/table.ts';
import { saysSplit } from '../lists/split-column.ts';

export interface Column {
  name: string;
  type: 'image' | 'label' | 'other';
}

export interface Chosen {
  image: string;
  label: string;
  /** What its rows are for, perhaps. */
  split: string | undefined;
  /** Names of the label's classes. */
  classes: string[] | undefined;
  reading: Reading | undefined;
}

interface Feature {
  _type?: string;
  names?: unknown;
}

/** What Hugging Face writes beside the columns. */
export function featuresOf(metadata: string | null | undefined): Record<string, Feature> {
  try {
    const { info } = JSON.parse(metadata ?? '') as { info?: { features?: Record<string, Feature> } };
    return info?.features ?? {};
  } catch {
    return {};
  }
}

/** Undefined when there is no column of images, or none of labels. */
export function chooseColumns(
  columns: readonly Column[],
  features: Record<string, Feature>,
  { wanted, place }: { wanted: WantedReadings | undefined; place: string },
): Chosen | undefined {
  const images = columns.filter(({ type }) => type === 'image').map(({ name }) => name);
  const image =
    images.find((name) => features[name]?._type === 'Image') ?? images.find((name) => /^(?:image|img)/i.test(name)) ?? images[0];
  const labels = columns.filter(({ type }) => type === 'label').map(({ name }) => name);
  const isClass = (name: string) => Number(features[name]?._type === 'ClassLabel');
  const isFine = (name: string) => Number(!/coarse|super/i.test(name));
  const candidates = labels
    .filter((name) => isClass(name) || isLabelName(name))
    .sort((a, b) => isClass(b) - isClass(a) || Number(b === 'label') - Number(a === 'label') || isFine(b) - isFine(a));
  const free = labels.filter((name) => !saysSplit(name.trim()));
  const [only, ...others] = free.length > 0 ? free : labels;
  if (candidates.length === 0 && only !== undefined && others.length === 0) candidates.push(only);
  if (image === undefined || candidates.length === 0) return undefined;
  const options = candidates.map((name) => ({ name, label: `the column ${name}` }));
  const reading = candidates.length > 1 ? take('column', options, wanted, place) : undefined;
  const label = reading?.taken ?? candidates[0]!;
  const names = features[label]?.names;
  const classes = Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  const splits = labels.filter((name) => name !== label && saysSplit(name.trim()));
  const split = splits.find((name) => /split|train/i.test(name)) ?? splits[0];
  return { image, label, split, classes, reading };
}

/** Whatever a row has for an image: its bytes, or a record of bytes and path. */
export function imageBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'object' && value !== null && 'bytes' in value) return imageBytes(value.bytes);
  return Array.isArray(value) && value.every((byte) => typeof byte === 'number') ? Uint8Array.from(value) : undefined;
}

/** What a library says of a file, on one line; what it stumbles over in a damaged one says nothing. */
export function reasonOf(error: unknown): string {
  const line = (error as Error).message
    .split('\n')[0]!
    .replace(/^parquet /, '')
    .slice(0, 200);
  if (/footer != PAR1/.test(line)) return 'it does not end as it begins, with PAR1; expected a whole file';
  if (/codec "LZ4_FRAME"/.test(line)) return 'it is compressed with LZ4; expected Zstandard, or no compression';
  return /undefined|Cannot read|is not a function|\[object|timed out/.test(line)
    ? 'its structure cannot be followed'
    : line || 'no reason given';
}

/** Why none of the columns were chosen, as the end of a sentence: what is missing, and what there is. */
export function lackOf(columns: readonly Column[]): string {
  const isThere = (wanted: Column['type']) => columns.some(({ type }) => type === wanted);
  const lacking = [...(isThere('image') ? [] : ['encoded images (PNG, JPEG, …)']), ...(isThere('label') ? [] : ['labels'])];
  const names = columns.slice(0, 8).map(({ name }) => name);
  const found = names.join(', ') + (columns.length > 8 ? ', …' : '');
  return `no column of ${lacking.join(' and none of ') || 'labels that is called so'}; expected images and labels; found ${found || 'no columns'}`;
}

/** A label as a number or a name; undefined: none. */
export function labelOf(value: unknown): string | number | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/** Undefined where a row has none. Throws a DatasetError where it is something else. */
export function rowLabel(value: unknown, row: number, column: string, place: string): string | number | undefined {
  if (value === null || value === undefined) return undefined;
  const label = labelOf(value);
  if (label === undefined) throw new DatasetError(place, `row ${row} has no label in ${column}; expected a number or a name`);
  return label;
}
