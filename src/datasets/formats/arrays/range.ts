/** What black and white are in arrays of numbers. */
import type { UniformImages } from '../../raw.ts';
import type { Numbers } from './numbers.ts';

type Values = UniformImages['values'];

/** What the values of one part are. */
export interface Extremes {
  low: number;
  high: number;
  whole: boolean;
  /** Stored as floats. */
  floats: boolean;
}

/** What black and white are, and how the values are best kept. */
export interface Range {
  range: readonly [black: number, white: number];
  /** Floats are kept as they are unless they have to be cut off. */
  as: 'bytes' | 'words' | 'singles' | 'floats' | 'cut';
}

/** Resizing with cubic curves goes so far beyond black and white, as a part of the range. */
const overshoot = 0.15;
/** What cameras, scanners and counts give that fill no bytes. */
const depths = [15, 16, 1023, 4095, 16_383] as const;

/**
 * The values of all parts as numbers of one kind, and what black and white are: bytes and 16 bits for whole numbers,
 * floats for everything else. Whole numbers that are all 0 or 1 are black and white.
 * @param reject makes the error for an array's element that is not finite.
 * @param say is told what is not as usual.
 */
export function valueRange(
  arrays: readonly Numbers[],
  reject: (array: number, element: number, value: number) => Error,
  say: (note: string) => void,
): { values: Values[]; range: readonly [number, number] } {
  const parts = arrays.map((data, a) => extremesOf(data, (element, value) => reject(a, element, value)));
  const scales = scalesOf(parts, say);
  if (scales)
    return valueRange(
      arrays.map((data, a) => (scales[a] === 1 ? data : copy(data, new Float32Array(data.length), scales[a]!))),
      reject,
      say,
    );
  const { range, as } = rangeOf(parts, say);
  if (as === 'bytes' || as === 'words') {
    // Of 0 and 1 alone, 1 is white.
    const scale = range[1] === 1 ? 255 : 1;
    const type = as === 'bytes' ? Uint8Array : Uint16Array;
    const values = arrays.map((data) => (data instanceof type && scale === 1 ? data : copy(data, new type(data.length), scale)));
    return { values, range: scale === 1 ? range : [0, 255] };
  }
  if (as === 'singles') return { values: arrays.map((data) => copy(data, new Float32Array(data.length), 1)), range };
  const values = arrays.map((data) =>
    data instanceof Float32Array || data instanceof Float64Array ? data : copy(data, new Float64Array(data.length), 1),
  );
  if (as === 'floats') return { values, range };
  const [from, to] = range;
  return { values: values.map((data) => data.map((value) => Math.min(Math.max(value, from), to)) as Values), range };
}

/** What black and white are in values of these extremes. @param say is told what is not as usual. */
export function rangeOf(parts: readonly Extremes[], say: (note: string) => void): Range {
  const low = Math.min(...parts.map((part) => part.low));
  const high = Math.max(...parts.map((part) => part.high));
  const floats = parts.some((part) => part.floats);
  const depth = parts.every(({ whole }) => whole) && low >= 0 ? depths.find((most) => high <= most && high > most / 2) : undefined;
  if (depth !== undefined) {
    say(`Range: whole numbers of 0 to ${high} are read as 0, black, to ${depth}, white.`);
    return { range: [0, depth], as: depth < 255 ? 'singles' : 'words' };
  }
  if (!floats && low >= 0 && high <= 1) {
    say('Range: 0 is black, 1 white.');
    return { range: [0, 1], as: 'bytes' };
  }
  if (!floats && low >= 0 && high <= 65535) return high <= 255 ? { range: [0, 255], as: 'bytes' } : { range: [0, 65535], as: 'words' };
  const usual = [
    [0, 1],
    [-1, 1],
    [0, 255],
  ] as const;
  // Digits of 0 to 16, say, are not as dark as they would be between 0 and 255.
  const holds = ([from, to]: readonly [number, number], beyond: number) => from - beyond <= low && high <= to + beyond;
  const range = usual.find((one) => holds(one, 0) && (one[1] === 1 || high > 127));
  const nearly = usual.find((one) => {
    const beyond = overshoot * (one[1] - one[0]);
    return holds(one, beyond) && high > (one[0] + one[1]) / 2 + beyond;
  });
  // A little below 0 is a resized image of 0 to 1, not one of -1 to 1.
  if (range && !(nearly?.[0] === 0 && range[0] < 0)) return { range, as: 'floats' };
  if (nearly) {
    say(`Range: values of ${round(low)} to ${round(high)} are cut off at ${nearly[0]}, black, and ${nearly[1]}, white.`);
    return { range: nearly, as: 'cut' };
  }
  say(`Range: the lowest value, ${round(low)}, is black and the highest, ${round(high)}, white.`);
  return { range: [low, high], as: 'floats' };
}

/** Factors that bring parts with different ranges together: one in bytes, the other divided by 255. Undefined: they have the same. */
export function scalesOf(parts: readonly Extremes[], say: (note: string) => void): number[] | undefined {
  const isUnit = ({ low, high, whole }: Extremes) => !whole && low >= -overshoot && high <= 1 + overshoot;
  const isByte = ({ low, high }: Extremes) => low >= -overshoot * 255 && high > 16 && high <= (1 + overshoot) * 255;
  if (!parts.some(isUnit) || !parts.some(isByte) || !parts.every((part) => isUnit(part) || isByte(part))) return undefined;
  say('Range: one part of the images is of 0 to 1 and another of 0 to 255; each is read in its own.');
  return parts.map((part) => (isUnit(part) ? 255 : 1));
}

const round = (value: number): string => String(Number(value.toPrecision(4)));

function copy<T extends Values>(data: Numbers, target: T, scale: number): T {
  for (let i = 0; i < data.length; i++) target[i] = scale * Number(data[i]);
  return target;
}

export function extremesOf(data: Numbers, reject: (element: number, value: number) => Error): Extremes {
  let low = Infinity;
  let high = -Infinity;
  let whole = true;
  const floats = data instanceof Float32Array || data instanceof Float64Array;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (value < low) low = value;
    if (value > high) high = value;
    if (!floats) continue;
    if (!Number.isFinite(value)) throw reject(i, value);
    whole &&= Number.isInteger(value);
  }
  return { low, high, whole, floats };
}

/** Whether bytes can only be of 0 to 255, whatever the others are. */
export const areFullBytes = (data: Numbers, { high }: Extremes): boolean => data instanceof Uint8Array && high > depths[1];
