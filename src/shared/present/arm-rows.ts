/** Statistics of a study as rows to read: terminal, report and window print the same. */
import { signOf } from '../conclusion/finding.ts';
import { armNames, type Arm } from '../spec/arms.ts';
import type { ArmStatistics, Difference, Sample } from '../statistics/statistics.ts';
import { accuracy, percent, points } from './format.ts';

export interface ArmRow {
  network: string;
  arm: Arm;
  /** Name of the arm, with that of its cut where the network has several. */
  name: string;
  /** Seeds. */
  n: string;
  /** Mean, and the range over seeds. */
  accuracy: string;
  inactive: string;
  /** "1 of 2" */
  collapsed: string;
  /** Accuracy against the run's own twin, with its interval; empty for the twin itself. */
  difference: string;
  p: string;
  /** Null where the interval of the difference holds 0, its p is not below 5 %, or there is one seed only. */
  verdict: 'better' | 'worse' | null;
  /** Ids. */
  runs: readonly string[];
}

export interface NetworkRows {
  network: string;
  /** The cut, where all that are cut are cut in the same way. */
  cut: string | null;
  rows: ArmRow[];
}

/** By network, in the order of the statistics. */
export function armRows(arms: readonly ArmStatistics[]): NetworkRows[] {
  return [...Map.groupBy(arms, ({ network }) => network)].map(([network, ofNetwork]) => {
    const cuts = new Set(ofNetwork.filter(({ arm }) => arm !== 'random').flatMap(({ pruning }) => pruning ?? []));
    const one = cuts.size === 1;
    return { network, cut: one ? [...cuts][0]! : null, rows: ofNetwork.map((row) => rowOf(row, one)) };
  });
}

function rowOf(
  { network, arm, pruning, n, missing, collapsed, accuracy: sample, inactiveShare, toTwin, runs }: ArmStatistics,
  oneCut: boolean,
): ArmRow {
  const difference = toTwin.accuracy;
  const sign = difference ? signOf(difference) : 'untold';
  return {
    ...{ network, arm, runs },
    name: pruning === null || oneCut ? armNames[arm] : `${armNames[arm]}, ${pruning}`,
    n: missing > 0 ? `${n} of ${n + missing}` : String(n),
    accuracy: sample ? sampleText(sample, accuracy) : '–',
    inactive: inactiveShare ? percent(inactiveShare.mean) : '–',
    collapsed: n > 0 ? `${collapsed} of ${n}` : '–',
    difference: difference ? differenceText(difference) : arm === 'unpruned' ? '' : 'no twin',
    p: difference ? pText(difference.p) : '',
    verdict: sign === 'untold' ? null : sign,
  };
}

/** "88.90 % (86.20 to 91.60)", without a range where all are the same. */
function sampleText({ mean, range: [low, high] }: Sample, print: (share: number) => string): string {
  return low === high ? print(mean) : `${print(mean)} (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

/** "+67.20 pp (+63.4 to +71.0)", or that there is one seed. */
export function differenceText({ n, mean, ci95 }: Difference): string {
  const text = points(mean, 2);
  if (n === 1 || !ci95) return `${text}, one seed`;
  const [low, high] = ci95.map((bound) => points(bound).replace(/\s*pp$/, ''));
  return ci95[0] === ci95[1] ? `${text}, all alike` : `${text} (${low} to ${high})`;
}

function pText(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** What the columns mean, and what images the numbers are from. */
export const armNotes: readonly string[] = [
  'Accuracy: on the test images after the last epoch, mean and range over seeds. Inactive: share of the intermediate capsule types. Collapsed: seeds in which a whole intermediate layer is inactive.',
  'Against the twin: accuracy minus that of the unpruned network with the same seed, mean with its 95 % interval (Student’s t); p of the paired t test, corrected for all tests of the study (Holm).',
];
