/** Activity of every capsule type over a network's whole life as pictures: one pixel per type and epoch. */
import { isCounted, isInactive } from '../../../shared/inactive.ts';
import type { Criterion } from '../../../shared/measures/criteria.ts';
import type { LayerActivity } from '../../../shared/results.ts';
import type { Stretch } from './history.ts';

type Reads = Criterion['reads'];

/** One run's part of one layer: what it began with, then its epochs. */
export interface Patch {
  /** Of the columns; that of the state before the first step is `start`. */
  columns: { epoch: number; start: boolean }[];
  /** By row and column; null where it was not measured. */
  values: (number | null)[][];
  /** Type in each row, the most active at the end first. */
  types: number[];
}

export interface MapLayer {
  layer: string;
  patches: Patch[];
  /** Rows that the layer takes: types of the run that has most. */
  rows: number;
}

export function mapLayers(stretches: readonly Stretch[], reads: Reads): MapLayer[] {
  const layers = [...new Set(stretches.flatMap(({ epochs }) => epochs.at(-1)?.test.activity.map(({ layer }) => layer) ?? []))];
  return layers.map((layer) => {
    const patches = stretches.map((stretch) => patchOf(stretch, layer, reads));
    return { layer, patches, rows: Math.max(1, ...patches.map(({ types }) => types.length)) };
  });
}

function patchOf({ run, epochs }: Stretch, layer: string, reads: Reads): Patch {
  const of = (activity: readonly LayerActivity[] | undefined) => activity?.find((one) => one.layer === layer)?.[reads];
  const start = epochs[0]?.start;
  const measured = [
    ...(start ? [{ epoch: run.spec.firstEpoch, start: true, values: of(start.activity) }] : []),
    ...epochs.map(({ epoch, test }) => ({ epoch, start: false, values: of(test.activity) })),
  ];
  const last = measured.at(-1)?.values ?? [];
  const types = last.map((_, type) => type).sort((a, b) => last[b]! - last[a]! || a - b);
  return {
    columns: measured.map(({ epoch, start: isStart }) => ({ epoch, start: isStart })),
    values: types.map((type) => measured.map(({ values }) => values?.[type] ?? null)),
    types,
  };
}

/** Largest value, and never below the threshold: top of the colour scale. */
export const mapTop = (layers: readonly MapLayer[], limit: number): number =>
  layers.reduce(
    (top, { patches }) => patches.reduce((most, { values }) => values.flat().reduce<number>((max, v) => Math.max(max, v ?? 0), most), top),
    Math.max(limit, 1e-6),
  );

/** Runs of inactive cells in a row, in columns: what is hatched. */
export function inactiveStretches(layer: string, row: readonly (number | null)[], limit: number): { from: number; to: number }[] {
  if (!isCounted(layer)) return [];
  const found: { from: number; to: number }[] = [];
  for (const [column, value] of row.entries()) {
    if (value === null || !isInactive(value, limit)) continue;
    const last = found.at(-1);
    if (last?.to === column) last.to = column + 1;
    else found.push({ from: column, to: column + 1 });
  }
  return found;
}

/** The columns [from, to) of a patch as a picture. */
export function pictureOf({ values }: Patch, from: number, to: number, colour: (value: number) => string): string {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.max(1, to - from), Math.max(1, values.length)];
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (const [y, row] of values.entries())
    for (let x = from; x < to; x++) {
      const value = row[x];
      if (value === null || value === undefined) continue;
      // Colour scales answer "rgb(0, 34, 78)".
      const channels = colour(value).match(/\d+/g)!.map(Number);
      pixels.data.set([...channels, 255], 4 * (y * canvas.width + x - from));
    }
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL();
}
