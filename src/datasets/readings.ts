/** What files leave open: where two readings of them fit, the better one is taken, and the other can be asked for by name. */
import { DatasetError } from './errors.ts';

export interface ReadingOption {
  /** What it is asked for by. */
  name: string;
  /** What it means, as the end of a sentence. */
  label: string;
}

export interface Reading {
  /** What is open, e.g. "classes". */
  about: string;
  /** Name of the option that was taken. */
  taken: string;
  /** The likelier first. */
  options: ReadingOption[];
}

/** What a person wants, by what is open. */
export type WantedReadings = Readonly<Record<string, string>>;

/** The option that is wanted, or else the first. Throws a DatasetError when there is none of this name. */
export function take(about: string, options: readonly ReadingOption[], wanted: WantedReadings | undefined, place: string): Reading {
  const name = wanted?.[about] ?? options[0]!.name;
  if (!options.some((option) => option.name === name)) throw noSuch(about, name, options, place);
  return { about, taken: name, options: options.slice(0, 50) };
}

const noSuch = (about: string, name: string, options: readonly ReadingOption[], place: string): DatasetError =>
  new DatasetError(
    place,
    `its ${about} cannot be read as "${name.slice(0, 60)}"; expected ${options.map((option) => option.name).join(' or ')}`,
  );

/** Throws a DatasetError when something is asked for that this data set does not leave open, or that no file of it has. */
export function checkWanted(readings: readonly Reading[], wanted: WantedReadings | undefined, place: string): void {
  for (const [about, name] of Object.entries(wanted ?? {})) {
    const own = readings.filter((reading) => reading.about === about);
    if (own.length === 0)
      throw new DatasetError(
        place,
        `there is no choice of ${about} here${readings.length > 0 ? `; there is one of ${readings.map((one) => one.about).join(', ')}` : ''}`,
      );
    if (!own.some(({ taken }) => taken === name)) throw noSuch(about, name, own[0]!.options, place);
  }
}

/** A reading in a line: what was taken, and what else there is. */
export function readingLine({ about, taken, options }: Reading): string {
  const label = options.find(({ name }) => name === taken)!.label;
  const others = options.filter(({ name }) => name !== taken).map((option) => `"${option.name}" (${option.label})`);
  return `Choice of ${about}: "${taken}" (${label}) is taken; ${others.slice(0, 4).join(', ')}${others.length > 4 ? ', …' : ''} would fit too.`;
}
