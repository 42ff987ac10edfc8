/**
 * Everything that is measured of a run: what it is called, how it is printed, which way is better, and how it is read off
 * a run. Tables of the terminal, the window and the report and all exports are made from this list and from nothing else.
 * A new measure is an entry here, and its value in Measured where the run has none of that kind yet.
 */
import { accuracy, bytes, change, count, percent, points, portionAndShare, quantity, real, signed, span } from '../present/format.ts';
import { layerName } from '../present/layer-name.ts';
import type { Measured } from './measured.ts';

/** The narrowest place in which a measure is shown: a list of runs, a table with a line per run, or a page with a line per measure. */
export type Room = 'list' | 'table' | 'page';
const rooms: readonly Room[] = ['list', 'table', 'page'];

export interface Measure {
  /** Stands for the measure in files. */
  id: string;
  label: string;
  /** The same where a column is narrow. */
  head: string;
  /** Of the number, where the label does not say it. */
  unit: string;
  better: 'more' | 'fewer' | null;
  room: Room;
  /** The number itself, to be compared, sorted and averaged; null where it is not known. */
  of: (run: Measured) => number | null;
  print: (run: Measured) => string;
  /** A number like those that `of` gives, a mean of them for example. */
  printNumber: (value: number) => string;
  /** How far such numbers spread: what stands behind a ±. */
  printSpread: (value: number) => string;
  /** What changed from the baseline to the run, as text; null where one of them has no number. */
  difference: (run: Measured, baseline: Measured) => string | null;
  /** Whether the change is for the better; null too where it is printed as none. */
  verdict: (run: Measured, baseline: Measured) => 'better' | 'worse' | null;
  /** What a reader must know who sees these runs side by side. */
  note: (runs: readonly Measured[]) => string | null;
}

interface Kind {
  unit: string;
  print: (value: number) => string;
  /** If not printed as the number is. */
  spread?: (value: number) => string;
  difference: (value: number, baseline: number) => string;
}

const relative = (value: number, baseline: number) => change(baseline, value);

const kinds: Record<'accuracy' | 'share' | 'real' | 'count' | 'size' | 'quantity' | 'bytes', Kind> = {
  accuracy: {
    unit: 'share',
    print: accuracy,
    spread: (value) => span(value, 2),
    difference: (value, baseline) => points(value - baseline, 2),
  },
  share: {
    unit: 'share',
    print: (value) => percent(value),
    spread: (value) => span(value),
    difference: (value, baseline) => points(value - baseline),
  },
  real: { unit: '', print: (value) => real(value), difference: (value, baseline) => signed(value - baseline, (size) => real(size, 3)) },
  count: { unit: '', print: count, difference: (value, baseline) => signed(value - baseline, count) },
  size: { unit: '', print: count, difference: relative },
  quantity: { unit: '', print: quantity, difference: relative },
  bytes: { unit: 'bytes', print: bytes, difference: relative },
};

interface Definition extends Pick<Measure, 'id' | 'label' | 'head' | 'better' | 'room'> {
  kind: keyof typeof kinds;
  value: (run: Measured) => number | null | undefined;
  /** Where the number alone does not say it. */
  print?: (run: Measured) => string | null;
  difference?: (run: Measured, baseline: Measured) => string;
  /** Whether the numbers of these two can be better or worse than each other at all. */
  comparable?: (run: Measured, baseline: Measured) => boolean;
  note?: (runs: readonly Measured[]) => string | null;
}

function measure({ kind, value, comparable, note, ...rest }: Definition): Measure {
  const { unit, print, spread = print, difference } = kinds[kind];
  const of = (run: Measured) => {
    const number = value(run) ?? null;
    return number === null || !Number.isFinite(number) ? null : number;
  };
  const pair = (run: Measured, baseline: Measured): [number, number] | null => {
    const [to, from] = [of(run), of(baseline)];
    return to === null || from === null ? null : [to, from];
  };
  const { id, label, head, better, room } = rest;
  return {
    id,
    label,
    head,
    unit,
    better,
    room,
    of,
    print: (run) => {
      const number = of(run);
      return rest.print?.(run) ?? (number === null ? '–' : print(number));
    },
    printNumber: print,
    printSpread: spread,
    difference: (run, baseline) => {
      const values = pair(run, baseline);
      return values && (rest.difference?.(run, baseline) ?? difference(...values));
    },
    verdict: (run, baseline) => {
      const values = pair(run, baseline);
      if (!values || better === null || comparable?.(run, baseline) === false) return null;
      if (!/[1-9]/.test(difference(...values))) return null;
      return values[0] > values[1] === (better === 'more') ? 'better' : 'worse';
    },
    note: note ?? (() => null),
  };
}

type PortionOf = (run: Measured) => { total: number; of: number } | null | undefined;

/** So many of a total. Networks of different sizes have different totals, so that shares say which is better: 32 of 32 is no better than 64 of 64. */
function portionMeasure(definition: Omit<Definition, 'kind' | 'value' | 'print' | 'difference'>, portion: PortionOf): Measure {
  const share = (run: Measured) => {
    const found = portion(run);
    return found && found.of > 0 ? found.total / found.of : null;
  };
  return measure({
    ...definition,
    kind: 'share',
    value: share,
    print: (run) => {
      const found = portion(run);
      return found ? portionAndShare(found) : null;
    },
    difference: (run, baseline) => {
      const [to, from] = [portion(run)!, portion(baseline)!];
      const shares = points(share(run)! - share(baseline)!);
      return to.of === from.of ? `${signed(to.total - from.total, count)}, ${shares}` : shares;
    },
  });
}

/** What such a network computes has lost its worth, however fast it is. */
const allInactive = ({ inactive }: Measured): boolean => !!inactive && inactive.of > 0 && inactive.total === inactive.of;

export const measures: readonly Measure[] = [
  measure({
    id: 'accuracy',
    label: 'Test accuracy',
    head: 'Test acc.',
    kind: 'accuracy',
    better: 'more',
    room: 'list',
    value: (run) => run.accuracy,
  }),
  measure({
    id: 'best',
    label: 'Test accuracy of the best epoch',
    head: 'Best epoch',
    kind: 'accuracy',
    better: 'more',
    room: 'table',
    value: (run) => run.best?.accuracy,
    print: ({ best }) => (best ? `${accuracy(best.accuracy)} (epoch ${best.epoch})` : null),
    note: (runs) =>
      runs.some(({ best }) => best?.chosenOn === 'test')
        ? 'Best epoch: chosen on the test images, which flatters it. With a validation share it is chosen on images held out of training.'
        : null,
  }),
  measure({ id: 'top5', label: 'Top-5 accuracy', head: 'Top 5', kind: 'accuracy', better: 'more', room: 'page', value: (run) => run.top5 }),
  measure({ id: 'loss', label: 'Test loss', head: 'Test loss', kind: 'real', better: 'fewer', room: 'page', value: (run) => run.loss }),
  portionMeasure({ id: 'inactive', label: 'Inactive capsules', head: 'Inactive', better: 'fewer', room: 'list' }, (run) => run.inactive),
  portionMeasure({ id: 'dead', label: 'Dead capsules', head: 'Dead', better: 'fewer', room: 'table' }, (run) => run.dead),
  measure({
    id: 'params',
    label: 'Parameters',
    head: 'Parameters',
    kind: 'size',
    better: 'fewer',
    room: 'list',
    value: (run) => run.params,
  }),
  measure({
    id: 'flops',
    label: 'FLOPs per image',
    head: 'FLOPs',
    kind: 'quantity',
    better: 'fewer',
    room: 'table',
    value: (run) => run.flops,
  }),
  measure({
    id: 'weights',
    label: 'Size of weights',
    head: 'Weights',
    kind: 'bytes',
    better: 'fewer',
    room: 'table',
    // 0 stands for none yet.
    value: (run) => run.weightBytes || null,
  }),
  measure({
    id: 'speed',
    label: 'Training images per second',
    head: 'Images/s',
    kind: 'size',
    better: 'more',
    room: 'list',
    value: (run) => run.imagesPerSecond || null,
    comparable: (run, baseline) => !allInactive(run) && !allInactive(baseline),
    note: (runs) =>
      runs.length > 1 && runs.some(allInactive)
        ? 'Images per second: among these is a network without one active intermediate capsule. That it trains faster or slower than another is neither a gain nor a loss.'
        : null,
  }),
  measure({
    id: 'memory',
    label: 'Peak memory',
    head: 'Memory',
    kind: 'bytes',
    better: 'fewer',
    room: 'page',
    value: (run) => run.peakMemoryBytes || null,
  }),
  measure({
    id: 'epochs',
    label: 'Epochs in its life',
    head: 'Epochs',
    kind: 'count',
    better: null,
    room: 'table',
    value: (run) => run.epochs,
  }),
];

/** Inactive capsules of each intermediate layer that any of the runs has, from the input upwards. */
export function layerMeasures(runs: readonly Measured[]): Measure[] {
  return layersOf(runs).map((layer) =>
    portionMeasure(
      { id: `inactive.${layer}`, label: `Inactive in ${layerName(layer)}`, head: layerName(layer), better: 'fewer', room: 'page' },
      (run) => {
        const found = run.inactive?.perLayer?.find((one) => one.layer === layer);
        return found && { total: found.inactive, of: found.of };
      },
    ),
  );
}

/** Names of the intermediate layers that any of the runs has, from the input upwards. */
export function layersOf(runs: readonly Pick<Measured, 'inactive'>[]): string[] {
  const names = new Set(runs.flatMap(({ inactive }) => inactive?.perLayer?.map(({ layer }) => layer) ?? []));
  return [...names].sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
}

/** What a place of this width shows, in order. */
export function measuresIn(room: Room): Measure[] {
  return measures.filter((one) => rooms.indexOf(one.room) <= rooms.indexOf(room));
}

export function measureOf(id: string): Measure {
  const found = measures.find((one) => one.id === id);
  if (!found) throw new Error(`there is no measure "${id}"`);
  return found;
}

/** What must be said below a table that shows these measures of these runs. */
export function notesOn(shown: readonly Measure[], runs: readonly Measured[]): string[] {
  return shown.flatMap(({ note }) => note(runs) ?? []);
}
