/** The benchmark commands at their smallest: what they print is what their JSON promises. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { lackOfDesktop } from '../e2e/desktop.ts';
import { lackOfChromium } from '../chromium.ts';
import { needs } from '../needs.ts';

const run = promisify(execFile);

async function json(command: string, ...args: string[]): Promise<unknown> {
  const file = fileURLToPath(new URL(`../../bench/${command}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [file, '--json', ...args]);
  return JSON.parse(stdout);
}

const Capsules = z.object({
  contests: z.array(
    z.object({
      title: z.string(),
      results: z.array(
        z.object({
          style: z.string(),
          threads: z.int(),
          time: z.object({ median: z.number().positive(), quietest: z.number().positive() }),
          peakBytes: z.number().positive().nullable(),
          overTuned: z.null(),
          overOneThread: z.number().positive().nullable(),
        }),
      ),
    }),
  ),
  bars: z.array(z.object({ what: z.string(), measured: z.number().nullable(), met: z.boolean().nullable() })),
});

it('times the fused kernel with one and more threads and the reference op, and leaves bars open that need PyTorch', async () => {
  const { contests, bars } = Capsules.parse(await json('capsules', '--no-pytorch', '--rounds', '1', '--depths', '0', '--threads', '2'));
  expect(contests.map(({ title }) => title.split(',')[0])).toEqual(['One layer', 'Training step of the default network with L = 0: 28×28']);
  for (const { results } of contests)
    expect(results.map(({ style, threads }) => `${style} ${threads}`)).toEqual(['fused 2', 'fused 1', 'reference 2']);
  const open = bars.filter(({ what }) => what.includes('PyTorch'));
  expect(open.map(({ met }) => met)).toEqual([null]);
  expect(bars.find(({ what }) => what.includes('threads'))?.met).not.toBeNull();
});

const Dead = z.object({
  dead: z.array(
    z.object({
      depth: z.int(),
      ratio: z.number().positive(),
      met: z.boolean(),
      deadMilliseconds: z.number().positive(),
      livingMilliseconds: z.number().positive(),
      deadLength: z.number(),
      livingLength: z.number(),
      denormals: z.record(z.string(), z.int()),
      denormalsInAll: z.int(),
    }),
  ),
});

it('times a dead network against a living one of the same size, and finds no denormal number in its tensors', async () => {
  const { dead } = Dead.parse(await json('capsules', '--dead', '--depths', '8', '--rounds', '1'));
  expect(dead.map(({ depth }) => depth)).toEqual([8]);
  for (const { ratio, deadMilliseconds, livingMilliseconds, deadLength, livingLength, denormals, denormalsInAll } of dead) {
    expect(ratio).toBeCloseTo(deadMilliseconds / livingMilliseconds, 10);
    expect(deadLength).toBeLessThan(0.01);
    expect(livingLength).toBeGreaterThan(0.5);
    expect(Object.keys(denormals)).toEqual(expect.arrayContaining(['capsules: u', 'capsules: dv', 'Adam: second', 'op Conv2D: read']));
    expect(denormalsInAll).toBe(0);
  }
});

const Memory = z.object({
  batch: z.literal(4),
  voteBytes: z.number(),
  contestants: z.array(z.object({ peakBytes: z.number().positive(), measured: z.boolean() })).length(2),
  bar: z.object({ met: z.boolean() }),
});

it('measures the memory of a step, and calculates that of the reference op where it cannot run', async () => {
  const { voteBytes, contestants, bar } = Memory.parse(await json('memory', '--no-pytorch', '--batch', '4', '--depth', '0'));
  // 36 · 32 capsules vote for 10 classes of 16 dimensions.
  expect(voteBytes).toBe(4 * 4 * 36 * 32 * 10 * 16);
  expect(contestants[0]!.measured).toBe(true);
  // Memory, unlike time, does not depend on what else the machine does.
  expect(bar.met, `${contestants[0]!.peakBytes} bytes`).toBe(true);
});

const Window = z.object({
  runs: z.literal(30),
  start: z.object({
    window: z.number().positive(),
    windowListed: z.number().positive(),
    serving: z.number().positive(),
    firstPaint: z.number().positive(),
    listed: z.number().positive(),
  }),
  measured: z.array(z.object({ what: z.string(), longest: z.number().positive(), longestCpu: z.number().positive(), overLimit: z.int() })),
  bars: z.array(z.object({ limit: z.number(), measured: z.number().positive(), met: z.boolean() })),
});

it('times the pages with a list of runs and a live curve', { timeout: 240_000, ...needs(lackOfChromium, lackOfDesktop) }, async () => {
  const args = ['--runs', '30', '--epochs', '2', '--points', '300', '--seeds', '1', '--rounds', '1'];
  const { measured, bars } = Window.parse(await json('window', ...args));
  expect(measured.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['scroll from top to end and back', 'points come for two seconds']),
  );
  expect(bars.map(({ limit }) => limit)).toEqual([1500, 50, 50]);
});

const Datasets = z.object({
  standings: z
    .array(z.object({ problem: z.string(), name: z.literal('Capscope'), seconds: z.number().positive(), images: z.int() }))
    .length(7),
  watched: z.object({ longestSilence: z.number().positive(), cancel: z.number().positive(), left: z.array(z.string()) }),
  bars: z.array(z.object({ what: z.string(), measured: z.string().nullable(), met: z.boolean().nullable() })),
});

it('times reading data sets, and leaves bars open that need NumPy and Pillow', async () => {
  const { standings, watched, bars } = Datasets.parse(await json('datasets', '--rounds', '1', '--images', '1200', '--no-peers'));
  expect(standings.map(({ images }) => images)).toEqual([70_000, 1200, 1200, 4, 60_000, 60_000, 70_000]);
  expect(watched.left).toEqual([]);
  for (const { what, measured, met } of bars.filter((bar) => bar.what.startsWith('peak memory:') && bar.measured !== null))
    expect(met, `${what}: ${measured}`).toBe(true);
  expect(bars.filter(({ met }) => met === null).map(({ what }) => what)).toEqual([
    'PNG files: times faster than Pillow',
    'CIFAR-10: times faster than NumPy',
    'JPEG files: Pillow’s speed per core',
    'ZIP of 300,000 files listed',
    'peak memory: ZIP of 300,000 files listed',
    'peak memory beyond what is prepared: NPY of 2.1 GiB, floats',
  ]);
});

const Study = z.object({
  runs: z.literal(2),
  times: z.array(z.object({ way: z.enum(['1', 'auto']), seconds: z.number().positive() })).length(2),
  runsPerHour: z.object({ '1': z.number().positive(), auto: z.number().positive() }),
  gain: z.number().positive(),
  bar: z.literal(1.15),
});

it('times a study one run at a time and several at once, which end with the same weights', async () => {
  const { gain, runsPerHour } = Study.parse(
    await json('study', '--threads', '2', '--runs', '2', '--images', '100', '--epochs', '1', '--rounds', '1'),
  );
  expect(gain).toBeCloseTo(runsPerHour.auto / runsPerHour['1']);
});

const Units = z.object({
  planSeconds: z.number().positive(),
  statusSeconds: z.number().positive(),
  finished: z.int(),
  seconds: z.number().positive(),
  peakBytes: z.number().positive(),
  collected: z.object({ added: z.int(), known: z.int(), failed: z.int(), waiting: z.int() }),
  runs: z.int(),
  met: z.boolean(),
});

it('plans and collects a study of many units', async () => {
  const units = Units.parse(await json('units', '--units', '30', '--epochs', '1'));
  expect(units).toMatchObject({ finished: 30, collected: { added: 30, known: 0, failed: 0, waiting: 0 }, runs: 30 });
});
