/** A race as a table: how each contestant stands to the peers, and the bars that the fused kernel should clear. */
import { bytes, count, plain } from '../src/shared/present/format.ts';
import { table } from '../src/cli/table.ts';
import { AUTHORS, FUSED, TUNED } from './line-up.ts';
import type { Absence, Result, Standing } from './race.ts';

export interface Compared extends Standing {
  imagesPerSecond: number;
  /** How many times faster than the faster one of the tuned PyTorch peers, and than the authors' way. Null without PyTorch. */
  overTuned: number | null;
  overAuthors: number | null;
  /** How many times faster than with one thread. Null where that was not measured. */
  overOneThread: number | null;
}

export interface Bar {
  what: string;
  /** Times faster or smaller; null where a peer did not run. */
  measured: number | null;
  needed: number;
  met: boolean | null;
}

export const ran = (result: Result): result is Standing => 'time' in result;

const fastest = (results: Standing[]): Standing | null =>
  results.reduce<Standing | null>((best, one) => (best && best.time.quietest <= one.time.quietest ? best : one), null);

/** The fastest PyTorch that ran. */
export const tunedPeer = (results: Result[]): Standing | null => fastest(results.filter(ran).filter(({ style }) => TUNED.includes(style)));

const over = (peer: Standing | null | undefined, one: Standing): number | null => (peer ? peer.time.quietest / one.time.quietest : null);

/** `images` per step. */
export function compare(results: Result[], images: number): (Compared | Absence)[] {
  const standings = results.filter(ran);
  const tuned = tunedPeer(results);
  const authors = standings.find(({ style }) => style === AUTHORS);
  return results.map((result) => {
    if (!ran(result)) return result;
    const single = standings.find(({ style, threads }) => style === result.style && threads === 1);
    return {
      ...result,
      imagesPerSecond: (1000 * images) / result.time.quietest,
      overTuned: over(tuned, result),
      overAuthors: over(authors, result),
      overOneThread: result.threads > 1 ? over(single, result) : null,
    };
  });
}

const times = (ratio: number | null): string => (ratio === null ? '' : `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`);
const milliseconds = (ms: number): string => (ms < 100 ? ms.toFixed(1) : count(ms));

export function comparisonTable(results: (Compared | Absence)[]): string {
  const columns = [
    { head: 'contestant' },
    ...['threads', 'ms', 'median', 'images/s', 'peak memory', 'to tuned', 'to authors', 'to 1 thread'].map((head) => ({
      head,
      align: 'right' as const,
    })),
  ];
  const absent = results.filter((result) => 'failure' in result);
  const rows = results
    .filter((result) => 'time' in result)
    .map(({ name, threads, time, imagesPerSecond, peakBytes, ...ratios }) => [
      name,
      String(threads),
      milliseconds(time.quietest),
      milliseconds(time.median),
      count(imagesPerSecond),
      peakBytes === null ? '' : plain(bytes(peakBytes)),
      times(ratios.overTuned),
      times(ratios.overAuthors),
      times(ratios.overOneThread),
    ]);
  return [table(columns, rows), ...absent.map(({ name, failure }) => `${name} did not run: ${failure}`)].join('\n');
}

export interface Needed {
  /** Times faster than the best tuned PyTorch. */
  overTuned?: number;
  overAuthors?: number;
  overOneThread?: number;
  /** Times less peak memory than the best tuned PyTorch. */
  memory?: number;
}

/** Bars of the fused kernel with most threads. */
export function bars(what: string, compared: (Compared | Absence)[], needed: Needed): Bar[] {
  const fused = compared.find((result): result is Compared => 'time' in result && result.style === FUSED);
  const tuned = tunedPeer(compared);
  const smaller = fused?.peakBytes && tuned?.peakBytes ? tuned.peakBytes / fused.peakBytes : null;
  const all: [keyof Needed, string, number | null | undefined][] = [
    ['overTuned', `${what}: times faster than the best tuned PyTorch`, fused?.overTuned],
    ['overAuthors', `${what}: times faster than PyTorch authors-style`, fused?.overAuthors],
    ['overOneThread', `${what}: times faster with ${fused?.threads ?? 2} threads than with 1`, fused?.overOneThread],
    ['memory', `${what}: times less peak memory than the best tuned PyTorch`, smaller],
  ];
  return all.flatMap(([key, description, measured = null]) => {
    const bar = needed[key];
    return bar === undefined ? [] : [{ what: description, measured, needed: bar, met: measured === null ? null : measured >= bar }];
  });
}

export function barTable(results: Bar[]): string {
  const columns = [
    { head: 'bar' },
    { head: 'needed', align: 'right' as const },
    { head: 'measured', align: 'right' as const },
    { head: 'met' },
  ];
  const verdict = (met: boolean | null) => (met === null ? 'not measured' : met ? 'yes' : 'no');
  return table(
    columns,
    results.map(({ what, measured, needed, met }) => [what, `${needed}×`, times(measured), verdict(met)]),
  );
}
