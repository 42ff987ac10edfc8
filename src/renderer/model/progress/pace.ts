/** How fast a study goes, when it will have ended, and how sure that is. */
import type { DatasetSummary, RunSummary } from '../../../shared/contract/index.ts';
import { moment } from '../../../shared/present/time.ts';
import { durationOf, measuredSpeed, workOf } from '../design/account.ts';

export interface Pace {
  /** Points of the number of finished runs over time, in milliseconds; the first has those that were reused. */
  points: { time: number; finished: number }[];
  total: number;
  /** Milliseconds; null while nothing is known, and when all has ended. */
  end: number | null;
  range: [earliest: number, latest: number] | null;
  /** Finished runs a minute, over the last of them. */
  perMinute: number | null;
}

/** Runs over which the pace is taken. */
const RECENT = 20;

/**
 * What is left, over the speed of the runs of this study that have ended, else of all that have ended here.
 * @param shares how much is done of each run that is being trained. @param atOnce so many are trained at a time.
 */
export function paceOf(
  runs: readonly RunSummary[],
  others: Iterable<RunSummary>,
  {
    study,
    datasets,
    shares,
    atOnce,
    now,
  }: { study: string; datasets: readonly DatasetSummary[]; shares: ReadonlyMap<string, number>; atOnce: number; now: number },
): Pace {
  const own = runs.filter((run) => run.study?.id === study);
  const finished = runs.filter(({ status }) => status === 'finished');
  const ends = own
    .flatMap(({ status, ended }) => (status === 'finished' && ended !== null ? [Date.parse(ended)] : []))
    .sort((a, b) => a - b);
  const starts = own.flatMap(({ started }) => (started === null ? [] : [Date.parse(started)]));
  const reused = finished.length - ends.length;
  const first = Math.min(...starts, ...ends, now);
  const points = [{ time: first, finished: reused }, ...ends.map((time, i) => ({ time, finished: reused + i + 1 }))];
  const speed = measuredSpeed(own, datasets, 0) ?? measuredSpeed(others, datasets);
  const images = new Map(datasets.map(({ fingerprint, train, test }) => [fingerprint, { train, test }]));
  const left = runs
    .filter(({ status }) => status !== 'finished' && status !== 'failed')
    .reduce((sum, run) => {
      const of = images.get(run.dataset.fingerprint);
      const epochs = run.lastEpoch - run.firstEpoch;
      return of ? sum + (1 - (shares.get(run.id) ?? doneOf(run))) * workOf(run.flops, epochs, of.train, of.test) : sum;
    }, 0);
  const recent = ends.slice(-RECENT);
  const perMinute =
    recent.length > 2 && recent.at(-1)! > recent[0]! ? (60_000 * (recent.length - 1)) / (recent.at(-1)! - recent[0]!) : null;
  const base = { points, total: runs.length, perMinute };
  if (!speed || left === 0) return { ...base, end: null, range: null };
  const { seconds, range } = durationOf(left / Math.max(1, atOnce), speed);
  return { ...base, end: now + 1000 * seconds, range: [now + 1000 * range[0], now + 1000 * range[1]] };
}

/** Of a run that is trained elsewhere, or was stopped: whole epochs. */
export const doneOf = ({ firstEpoch, epoch, lastEpoch }: RunSummary): number =>
  lastEpoch === firstEpoch ? 0 : (epoch - firstEpoch) / (lastEpoch - firstEpoch);

/** When it will have ended, between these times. */
export function endText([earliest, latest]: readonly [number, number]): string {
  // Of today the time is enough.
  const [from, to] = [earliest, latest].map((time) => moment(new Date(time).toISOString()).replace('today, ', ''));
  return from === to ? `about ${to!}` : `${from!} to ${to!}`;
}
