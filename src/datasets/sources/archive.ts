/** What all archives share: which names are let in, how much may come out, and telling archives by their first bytes. */
import { DatasetError } from '../errors.ts';
import type { Problem } from '../raw.ts';
import { isClutter, maxDepth, maxFiles } from './source.ts';

/** Real data shrink to a hundredth at most; archives that grow beyond this are made to fill a machine. */
const maxGrowth = 200;

/** The most bytes that are accepted out of an archive of so many bytes. */
export const unpackedLimit = (packed: number): number => Math.max(2 ** 30, maxGrowth * packed);

export function tooMuch(place: string, packed: number): DatasetError {
  return new DatasetError(
    place,
    `it has ${packed} bytes and would unpack to more than ${unpackedLimit(packed)}; expected at most ${maxGrowth} times its size`,
  );
}

/**
 * The path of an archive's entry inside the source; undefined when the entry is to be left out, silently or with a
 * problem. Nothing is ever written under these names; they only have to be unambiguous.
 */
export class EntryNames {
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  accept(raw: string): string | undefined {
    const parts = raw
      .normalize('NFC')
      .replaceAll('\\', '/')
      .split('/')
      .filter((part, i) => part !== '.' && (part !== '' || i === 0));
    const path = parts.join('/');
    if (isClutter(path)) return undefined;
    const problem = this.#problemWith(parts, path);
    if (problem !== undefined) {
      this.leaveOut(raw, problem);
      return undefined;
    }
    if (this.#seen.size >= maxFiles)
      throw new DatasetError(this.#place, `it holds more than ${maxFiles} files; expected the archive of one data set`);
    this.#seen.add(path);
    return path;
  }

  #problemWith(parts: readonly string[], path: string): string | undefined {
    if (parts[0] === '' || /^[a-z]:/i.test(path) || parts.includes('..'))
      return 'its name leads out of the archive; expected a name inside it';
    // eslint-disable-next-line no-control-regex
    if (path === '' || /[\0-\x1f\x7f]/.test(path)) return 'its name is empty or has control characters in it';
    if (parts.length > maxDepth + 1) return `it lies more than ${maxDepth} folders deep`;
    if (this.#seen.has(path)) return 'another file in the archive has the same name; the first one is read';
    return undefined;
  }

  leaveOut(name: string, message: string): void {
    this.problems.push({ file: `${this.#place}/${printable(name)}`, message });
  }
}

/** A name as it can be shown on one line. */
// eslint-disable-next-line no-control-regex
const printable = (name: string): string => name.replaceAll(/[\0-\x1f\x7f]/g, '\uFFFD').slice(0, 200);

export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/** A header block whose checksum is right; the magic is missing in the oldest dialect. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < 512 || head[0] === 0) return false;
  const declared = Number.parseInt(Buffer.from(head.subarray(148, 156)).toString('latin1'), 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < 512; i++) if (i < 148 || i >= 156) sum += head[i]!;
  return declared === sum;
}
