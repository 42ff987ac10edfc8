/** Units killed with -9, again and again. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RandomStream } from '../../src/shared/random.ts';
import { startCapscope } from '../cli/capscope.ts';

export const startUnit = (folder: string, unit: number, ownThreads = '1') =>
  startCapscope(['unit', folder, String(unit), '--threads', ownThreads]);

/** How many lines of this type a unit's journal has. */
export function count(folder: string, number: number, type: string): number {
  const path = join(folder, 'units', `${number}.jsonl`);
  return existsSync(path) ? readFileSync(path, 'utf8').split(`{"type":"${type}"`).length - 1 : 0;
}

/** Resolves once it has one more than now. */
export async function added(folder: string, number: number, type: string): Promise<void> {
  const before = count(folder, number, type);
  while (count(folder, number, type) === before) await pause(10);
}

/** Until each of the units has been killed so often, or has finished before; all at once. Answers the kills, and the units that ended otherwise. */
export async function killUnits(
  folder: string,
  units: readonly number[],
  kills: number,
  random: RandomStream,
): Promise<{ kills: number; crashes: number }> {
  let [killed, crashes] = [0, 0];
  const killOne = async (unit: number): Promise<void> => {
    for (let k = 0; k < kills; k++) {
      const { child, ended } = startUnit(folder, unit);
      // While it still starts, while its trainer does, and behind an epoch: in the middle of the next, or of what is written after it.
      const [at, within] = k % 5 === 0 ? [null, 300] : k % 5 < 3 ? ['start', 900] : ['epoch', 300];
      const wait = random.int(0, within);
      if (at) await Promise.race([added(folder, unit, at), ended]);
      await pause(wait);
      child.kill('SIGKILL');
      const { code } = await ended;
      if (code === 0) return;
      if (code === null) killed++;
      else crashes++;
    }
  };
  await Promise.all(units.map(killOne));
  return { kills: killed, crashes };
}
