/** Where networks stand between vanishing and staying: places in the diagram of gain against layer. */
import { MARGIN } from '../../../shared/forecast/verdict.ts';
import { forecastOf } from '../remedies.ts';
import { networkOf, type InputShape } from '../../../shared/spec/network.ts';
import { gainRatio } from '../../../shared/forecast/forecast.ts';
import { weakestOf } from '../../../shared/forecast/sentence.ts';
import type { NetworkSight, Sights } from './sights.ts';

/** The ends of the axis, gain over critical gain. */
const FIRST = 0.2;
const LAST = 5;

/** Of everything that is shown, with room beside it; logarithmic. */
export function axisOf(sights: Sights): [low: number, high: number] {
  const ratios = sights.networks.flatMap(({ built, after }) => [built, ...after]).flatMap((sight) => sight?.ratio ?? []);
  return [Math.min(FIRST, ...ratios.map((ratio) => ratio / 1.3)), Math.max(LAST, ...ratios.map((ratio) => ratio * 1.3))];
}

/** In [0, 1] along the axis. */
export const onAxis = (ratio: number, [low, high]: readonly [number, number]): number => Math.log(ratio / low) / Math.log(high / low);
export const fromAxis = (place: number, [low, high]: readonly [number, number]): number => low * (high / low) ** place;

/** Gains within the margin of the critical one leave the question open. */
export const openBand: readonly [number, number] = [1 / (1 + MARGIN), 1 / (1 - MARGIN)];

/** Layers that the diagram has: as deep as the deepest network, and a few at least. */
export const layersOf = ({ networks }: Sights): number => Math.max(4, ...networks.map(({ depth }) => depth));

/** Networks that stand at the same gain, and so above each other: named once. */
export interface Column {
  ratio: number;
  names: string[];
  /** Mean length by layer before training, from the deepest of them that was looked at. */
  lengths: (number | null)[];
}

export function columnsOf({ networks }: Sights): Column[] {
  const columns = new Map<string, Column>();
  for (const { built, column } of networks) {
    if (!built || built.ratio === null) continue;
    // Depth does not change a gain, only how often it acts.
    const key = built.ratio.toFixed(3);
    const known = columns.get(key) ?? { ratio: built.ratio, names: [], lengths: [] };
    if (!known.names.includes(column)) known.names.push(column);
    if (built.basis === 'probe' && built.lengths.length > known.lengths.length) known.lengths = built.lengths;
    columns.set(key, known);
  }
  return [...columns.values()].sort((a, b) => a.ratio - b.ratio);
}

/** "N16 D4" as short as a label over a column has room for: "16×4". */
export const shortName = (column: string): string => column.replace(/^N(\d+) D(\d+)/, '$1×$2');

const sizes = [2, 4, 6, 8, 12, 16, 24, 32];

/** N and D whose gain over the critical one is nearest to this, with as few numbers that are not chosen yet as can be. */
export function sizeNear(
  ratio: number,
  input: InputShape,
  chosen: { types: readonly number[]; dim: readonly number[] },
): { types: number; dim: number } {
  let best = { types: 8, dim: 4, distance: Number.POSITIVE_INFINITY };
  for (const types of sizes)
    for (const dim of sizes) {
      if ((types * dim) % 4 !== 0 || types * dim > 512) continue;
      const forecast = forecastOf(networkOf({ types, dim, depth: 3 }), input);
      const weakest = forecast && weakestOf(forecast);
      if (!weakest) continue;
      const news = Number(!chosen.types.includes(types)) + Number(!chosen.dim.includes(dim));
      const distance = Math.abs(Math.log(gainRatio(weakest) / ratio)) + 0.02 * news;
      if (distance < best.distance - 1e-9) best = { types, dim, distance };
    }
  return { types: best.types, dim: best.dim };
}

/** Of the strip: as many groups beside each other as there is room for, at least one. */
export function inLines<Group>(groups: readonly Group[], widthOf: (group: Group) => number, room: number): Group[][] {
  const lines: Group[][] = [];
  let left = 0;
  for (const group of groups) {
    const width = widthOf(group);
    const line = lines.at(-1);
    if (line && width <= left) line.push(group);
    else {
      lines.push([group]);
      left = room;
    }
    left -= width;
  }
  return lines;
}

/** Groups of the strip: networks that differ in their depth alone, by depth. */
export function stripOf({ networks }: Sights): { name: string; networks: NetworkSight[] }[] {
  const groups = Map.groupBy(networks, ({ column }) => column);
  return [...groups].map(([name, members]) => ({ name, networks: members.toSorted((a, b) => a.depth - b.depth) }));
}
