/** Whether a bar counts as met, by figures written down here: what a bench measures differs from machine to machine. */
import { expect, it } from 'vitest';
import { bars, compare } from '../../bench/comparison.ts';
import { barsOf, type Standing as Reading } from '../../bench/datasets/bars.ts';
import { AUTHORS, FUSED, TUNED } from '../../bench/line-up.ts';
import type { Standing } from '../../bench/race.ts';
import { windowBars } from '../../bench/window/bars.ts';

/** @param ms of the quietest round; the median is far worse, and does not count. */
const contestant = (style: string, threads: number, ms: number, peakBytes: number): Standing => ({
  name: style,
  style,
  threads,
  description: '',
  time: { quietest: ms, median: 100 * ms, steps: 1 },
  peakBytes,
  gpuBytes: null,
});
const verdicts = (all: readonly { met: boolean | null }[]) => all.map(({ met }) => met);

it('compares the fused kernel with the faster of the tuned peers, the authors’ way, and itself on one thread', () => {
  const results = [
    contestant(FUSED, 2, 10, 100),
    contestant(FUSED, 1, 18, 100),
    contestant(TUNED[0]!, 2, 60, 500),
    contestant(TUNED[1]!, 2, 80, 9000),
    contestant(AUTHORS, 2, 130, 9000),
  ];
  const needed = { overTuned: 6, overAuthors: 13, overOneThread: 1.8, memory: 5 };
  const found = bars('step', compare(results, 32), needed);
  expect(found.map(({ measured }) => measured)).toEqual([6, 13, 1.8, 5]);
  expect(verdicts(found)).toEqual([true, true, true, true]);
  const more = { overTuned: 6.1, overAuthors: 13.1, overOneThread: 1.9, memory: 5.1 };
  expect(verdicts(bars('step', compare(results, 32), more))).toEqual([false, false, false, false]);
});

it('leaves a bar open whose peer did not run', () => {
  const absent = { name: 'PyTorch', style: TUNED[0]!, threads: 2, failure: 'it ran out of memory' };
  const results = compare([contestant(FUSED, 2, 10, 100), contestant(FUSED, 1, 18, 100), absent], 32);
  expect(verdicts(bars('layer', results, { overTuned: 6, overOneThread: 1.8 }))).toEqual([null, true]);
});

it('holds the window to 1500 ms until its first content and to 50 ms in its longest task', () => {
  expect(verdicts(windowBars(1500, [{ longestCpu: 3 }, { longestCpu: 50 }]))).toEqual([true, true]);
  expect(verdicts(windowBars(1501, [{ longestCpu: 50.1 }, { longestCpu: 3 }]))).toEqual([false, false]);
});

it('holds reading to its speeds, to the memory of the data and 200 MB, and to leaving nothing behind', () => {
  const reading = (problem: string, name: string, seconds: number, images: number, peakBytes: number): Reading => ({
    problem,
    name,
    seconds,
    images,
    peakBytes,
    check: [0, 0],
  });
  const standings = (factor: number, spare: number) => [
    reading('MNIST, IDX in gzip', 'Capscope', 0.49 * factor, 70_000, 70_000 * 784 + spare),
    reading('1,200 PNG files', 'Capscope', 0.4 * factor, 1200, 1200 * 784 + spare),
    reading('1,200 PNG files', 'Pillow, 2 processes', 0.8, 1200, 0),
    reading('1,200 JPEG files', 'Capscope', 1.6 * factor, 1200, 0),
    reading('1,200 JPEG files', 'Pillow, 2 processes', 0.8, 1200, 0),
    reading('24 photos of 24 megapixels', 'Capscope', 2, 24, 100e6 + spare),
    reading('ZIP of 300,000 files', 'Capscope', 9.9 * factor, 300_000, 100e6 + spare),
    reading('NPY of 2.1 GiB, floats', 'Capscope', 20, 140_000, 140_000 * 64 * 64 + 100e6 + spare),
    reading('CIFAR-10 binary, arrays', 'Capscope', 1 * factor, 60_000, 60_000 * 3072 + spare),
    reading('CIFAR-10 binary, arrays', 'NumPy', 1, 60_000, 0),
    reading('MNIST, opened again', 'Capscope', 0.099 * factor, 70_000, 0),
  ];
  const good = barsOf(standings(1, 200e6), { seconds: 1, longestSilence: 0.5, cancel: 0.2, left: [] }, 1200);
  expect(verdicts(good)).toEqual(Array(15).fill(true));
  const bad = barsOf(standings(1.1, 200e6 + 1), { seconds: 1, longestSilence: 0.51, cancel: 0.2, left: ['part'] }, 1200);
  expect(verdicts(bad)).toEqual(Array(15).fill(false));
});
