/** Where the maps of a network stand: layers from left to right, the types of a layer below each other, and in several columns where they are many. */

export interface Box {
  x: number;
  y: number;
  side: number;
}

export interface Column {
  /** Of its middle. */
  centre: number;
  cells: Box[];
  /** Whether there is space for a number under each. */
  labelled: boolean;
}

const LABEL = 12;
const LARGEST = 88;
const READABLE = 20;
/** Between maps side by side. */
const GAP = 4;
/** Of the space between two layers, for the edges. */
const EDGES = 0.42;

/** @param types numbers of types, from the primary capsules up to the last layer before the classes */
export function columnsOf(
  types: readonly number[],
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Column[] {
  const pitch = width / Math.max(1, types.length);
  return types.map((count, l) => {
    const { side, across, labelled } = fitting(count, pitch * (1 - EDGES), height);
    const rows = Math.ceil(count / across);
    const rowHeight = height / rows;
    // The first layer stands at the left edge, and the space for edges is to the right of each.
    const start = left + l * pitch;
    const step = side + GAP;
    const cells = Array.from({ length: count }, (_, t) => ({
      x: start + (t % across) * step,
      y: top + Math.floor(t / across) * rowHeight + (rowHeight - side - (labelled ? LABEL : 0)) / 2,
      side,
    }));
    return { centre: start + (across * step - GAP) / 2, cells, labelled };
  });
}

/** In as few columns as leave the maps large enough to be read; if none does, in those that make them largest. */
function fitting(count: number, width: number, height: number) {
  let best = { side: 0, across: 1, labelled: false };
  for (let across = 1; across <= Math.min(count, 12) && best.side < READABLE; across++) {
    const rowHeight = height / Math.ceil(count / across);
    const labelled = rowHeight >= 34;
    const side = Math.floor(Math.min(LARGEST, width / across - GAP, rowHeight - (labelled ? LABEL + 4 : GAP)));
    if (side > best.side) best = { side, across, labelled };
  }
  return { ...best, side: Math.max(2, best.side) };
}

/** A line from one map to another that leaves and arrives level. */
export function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const middle = ((from.x + to.x) / 2).toFixed(1);
  return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}C${middle} ${from.y.toFixed(1)} ${middle} ${to.y.toFixed(1)} ${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
}

/** Of a letter in names of classes, about. */
const LETTER = 7.2;
/** Room for them takes no more of a drawing's width than this. */
const MOST_NAMES = 0.16;

/** Of the names of classes before their bars: of the longest, as far as there is room. */
export function nameWidthOf(width: number, classes: readonly string[]): number {
  const longest = classes.reduce((most, name) => Math.max(most, name.length), 0);
  return Math.max(34, Math.min(longest * LETTER, width * MOST_NAMES));
}

/** As much of a name as there is room for. */
export function fitted(name: string, width: number, letter = LETTER): string {
  const most = Math.max(2, Math.floor(width / letter + 1e-9));
  return name.length <= most ? name : `${name.slice(0, most - 1).trimEnd()}…`;
}

/** Of the classes beside the maps. */
export const classWidthOf = (width: number, classes: readonly string[]): number =>
  Math.min(98, Math.max(50, width * 0.15 - 34)) + nameWidthOf(width, classes);

export const TREE_LEFT = 6;
export const TREE_TITLE = 20;
const TREE_TILE = 72;

/** Of the parse tree below the maps, in `room` for both: what its capsules see, and smaller what the runners-up do. */
export function treeSizes(width: number, room: number, steps: number, classes: readonly string[]) {
  const classWidth = classWidthOf(width, classes);
  const pitch = (width - TREE_LEFT - classWidth) / Math.max(1, steps);
  const tile = Math.max(8, Math.min(TREE_TILE, pitch * 0.58, room * 0.1));
  const small = tile * 0.55;
  return { classWidth, pitch, tile, small, height: TREE_TITLE + tile + 18 + small + 22 };
}
