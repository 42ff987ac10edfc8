/** How wide the columns of the matrix of runs are, and how the names above them stand. In rem. */
import { isMeans, type RunArm } from '../../../shared/spec/arms.ts';
import { shortNames } from '../reader/arms.ts';
import type { Matrix } from './matrix.ts';

export const armName = (arm: RunArm): string => (isMeans(arm) ? arm : shortNames[arm]);

/** What stands beside the cells, and between the arms and cuts. */
const BESIDE = 12.75;
const BETWEEN = 0.75;
const NARROWEST = 0.8;
const WIDEST = 5.5;
/** Cells that stand for all seeds: there are few, and a wide window has room. */
const WIDEST_OF_MANY = 12;
/** As wide as this where no name needs more. */
const USUAL = 1.5;
/** Before the name of an arm. */
export const MARKER = 1.25;

/** Of a name above some columns. */
const widthOf = (name: string): number => 0.45 * name.length;

/** All columns are equally wide: as wide as the names above them need, within reason and as far as there is room. */
export function widthOfColumns({ arms, heads, columns, aggregated }: Matrix, width: number): number {
  const room = (width - BESIDE - BETWEEN * heads.length) / Math.max(1, columns.length);
  const wanted = [
    ...arms.map((one) => (MARKER + widthOf(armName(one.arm))) / one.columns),
    ...heads.map((one) => (0.5 + widthOf(one.cut)) / one.columns),
  ];
  if (aggregated) return Math.min(Math.max(NARROWEST, room), WIDEST_OF_MANY);
  return Math.min(Math.max(NARROWEST, room), WIDEST, Math.max(USUAL, ...wanted));
}

/** Names that are longer than their columns are wide stand upright: what is cut off tells nothing. @param beside what stands before it. */
export const isUpright = (name: string, columns: number, place: number, beside = 0): boolean =>
  beside + widthOf(name) > columns * place + 0.25;
