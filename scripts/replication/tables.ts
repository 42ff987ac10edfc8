/** Tables that several sections have. */
import { verdictGlyphs } from '../../src/shared/forecast/words.ts';
import { percent, real } from '../../src/shared/present/format.ts';
import { layerName } from '../../src/shared/present/layer-name.ts';
import { armNames } from '../../src/shared/spec/arms.ts';
import { meanOf } from '../../src/shared/statistics/moments.ts';
import type { ArmStatistics } from '../../src/shared/statistics/statistics.ts';
import { factors, factorText, type FactorName } from '../../src/shared/study-factors.ts';
import type { Replication, ReplicationRun } from './result.ts';
import { cellOf, differenceCell, shareOf, type Table } from './words.ts';

export const unprunedOf = ({ statistics: { arms } }: Replication): ArmStatistics[] => arms.filter(({ arm }) => arm === 'unpruned');

/** Of a row of the statistics. */
export const runsOf = ({ runs }: Pick<Replication, 'runs'>, row: Pick<ArmStatistics, 'network' | 'arm' | 'pruning'>): ReplicationRun[] =>
  runs.filter(({ network, arm, pruning }) => network === row.network && arm === row.arm && pruning === row.pruning);

const meanShare = (values: readonly (number | null)[]): string =>
  values.some((value) => value === null) ? '–' : percent(meanOf(values as number[]));

/** Unpruned networks, by what they differ in, in the order of these values: runs may have been done, or taken over, in another. */
export function networkTable(result: Replication, names: readonly FactorName[]): Table {
  const networks = unprunedOf(result)
    .map((row) => ({ row, runs: runsOf(result, row) }))
    .toSorted((a, b) => names.map((name) => byValue(a.runs[0]!.factors[name], b.runs[0]!.factors[name])).find(Boolean) ?? 0);
  const overCritical = networks.map(({ runs }) => (runs[0]!.overCritical === null ? '–' : real(runs[0]!.overCritical, 3)));
  // What is the same everywhere is no column.
  const gains = new Set(overCritical).size > 1;
  return {
    head: [
      ...names.map((name) => factors[name].symbol),
      ...(gains ? ['Gain ÷ critical'] : []),
      ...['Forecast on images', 'Test accuracy, %', 'Inactive types, %', 'Collapsed', 'Last layer active, first step → end'],
    ],
    rows: networks.map(({ row, runs }, n) => [
      ...names.map((name) => factorText(name, runs[0]!.factors[name]!)),
      ...(gains ? [overCritical[n]!] : []),
      ...[forecastOf(runs[0]!), cellOf(row, 'accuracy'), cellOf(row, 'inactiveShare')],
      shareOf(row.collapsed, row.n),
      `${meanShare(runs.map(({ lastActive }) => lastActive.start))} → ${meanShare(runs.map(({ lastActive }) => lastActive.end))}`,
    ]),
  };
}

/** What is no number stays where it is. */
function byValue(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0;
}

/** "✕ Capsules 5": where activity is said to have ended. */
function forecastOf({ forecast, vanishesAt }: ReplicationRun): string {
  if (forecast === null) return '–';
  return vanishesAt === null ? verdictGlyphs[forecast] : `${verdictGlyphs[forecast]} ${layerName(vanishesAt)}`;
}

/** Every arm over its seeds. */
export function armTable(result: Replication): Table {
  const { arms } = result.statistics;
  const several = new Set(arms.map(({ network }) => network)).size > 1;
  return {
    head: [
      ...(several ? ['Network'] : []),
      ...['Arm', 'Cut', 'Test accuracy, %', 'sd', 'Inactive types, %', 'Collapsed', 'Accuracy to its twin, pp'],
    ],
    rows: arms.map((row) => [
      ...(several ? [row.network] : []),
      ...[armNames[row.arm], row.pruning ?? '', cellOf(row, 'accuracy')],
      typeof row.accuracy?.sd === 'number' ? percent(row.accuracy.sd, 2) : '–',
      ...[cellOf(row, 'inactiveShare'), shareOf(row.collapsed, row.n)],
      row.arm === 'unpruned' ? '' : differenceCell(row.toTwin.accuracy),
    ]),
  };
}

/** Accuracy of every cut against each of its controls. */
export function controlTable({ statistics: { arms, controls } }: Replication): Table {
  const several = new Set(arms.map(({ network }) => network)).size > 1;
  const kinds = (['ccm', 'scratch', 'random'] as const).filter((kind) => controls.some(({ control }) => control === kind));
  const pruned = arms.filter(({ arm }) => arm === 'pruned');
  return {
    head: [...(several ? ['Network'] : []), 'Cut', ...kinds.map((kind) => `Pruned against ${armNames[kind]}, pp`)],
    rows: pruned.map(({ network, pruning }) => [
      ...(several ? [network] : []),
      pruning!,
      ...kinds.map((kind) => {
        const found = controls.find((one) => one.network === network && one.pruning === pruning && one.control === kind);
        return differenceCell(found?.difference.accuracy ?? null);
      }),
    ]),
  };
}
