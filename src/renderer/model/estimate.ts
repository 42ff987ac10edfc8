/** How long an epoch will take, from how fast earlier runs were. */
import type { RunSummary } from '../../shared/contract/index.ts';

/** Runs that are looked at: the latest, because machine and engine may have changed. */
const RECENT = 10;

/** Median over recent runs of forward operations trained through per second; null when none was measured. */
export function trainingRate(runs: Iterable<RunSummary>): number | null {
  const measured = [...runs].filter(({ imagesPerSecond, started }) => imagesPerSecond !== null && started !== null);
  measured.sort((a, b) => b.started!.localeCompare(a.started!));
  const rates = measured.slice(0, RECENT).map(({ flops, imagesPerSecond }) => flops * imagesPerSecond!);
  rates.sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)] ?? null;
}

/** Seconds; null when there is nothing to go by. */
export function epochSeconds(images: number, flops: number, rate: number | null): number | null {
  return rate === null ? null : (images * flops) / rate;
}
