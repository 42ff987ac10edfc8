/** Damaged files never hurt: each is read correctly or refused in one sentence, in little time and memory, and nothing is written. */
import { spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpackFixtures } from './fixtures.ts';
import type { FuzzResult } from './fuzz.ts';

let folder: string;
let remove: () => void;
beforeAll(() => {
  const fixtures = unpackFixtures();
  const published = unpackFixtures(fileURLToPath(new URL('./published.bin', import.meta.url)));
  folder = fixtures.folder;
  renameSync(published.folder, join(folder, 'published'));
  remove = fixtures.remove;
});
afterAll(() => remove());

async function fuzz(half: number): Promise<FuzzResult> {
  const script = fileURLToPath(new URL('./fuzz.ts', import.meta.url));
  const child = spawn(process.execPath, ['--max-old-space-size=256', script, folder, join(folder, `fuzz-${half}`), String(half)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    return JSON.parse(output) as FuzzResult;
  } catch {
    throw new Error(`The process ended with ${child.exitCode ?? child.signalCode ?? 'nothing'}: ${errors.slice(-2000)}`);
  }
}

it('of more than 2,000 damaged files, every one is read or refused in one sentence', { timeout: 300_000 }, async () => {
  const halves = await Promise.all([fuzz(0), fuzz(1)]);
  for (const { failures, peakBytes } of halves) {
    expect(failures).toEqual([]);
    expect(peakBytes).toBeLessThan(1.2 * 2 ** 30);
  }
  const files = halves.reduce((sum, half) => sum + half.files, 0);
  const [loaded, refused] = [halves[0].loaded + halves[1].loaded, halves[0].refused + halves[1].refused];
  console.log(
    `${files} damaged files: ${loaded} read, ${refused} refused; slowest ${Math.round(Math.max(...halves.map(({ milliseconds }) => milliseconds)))} ms`,
  );
  expect(files).toBeGreaterThan(2000);
  expect(refused).toBeGreaterThan(files / 4);
  expect(loaded).toBeGreaterThan(files / 20);
});
