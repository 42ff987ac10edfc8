/** Engines in the terminal: the option that asks for one, and finding out what this machine has. */
import { Option } from 'commander';
import { engineNames, type EngineDecision, type EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { Engines } from '../workbench/engines.ts';
import { folders, startTrainer } from '../workbench/node-host.ts';

/** "auto" stands for the best there is. */
export type AskedEngine = EngineName | 'auto';

export const engineOption = (): Option =>
  new Option('--engine <engine>', 'what computes; auto: the best there is').choices(['auto', ...engineNames]).default('auto');

/** Engines of this machine, each tried in a process of its own. */
export function enginesHere(threads: number | null): Engines {
  return new Engines({ startTrainer, choice: (name) => ({ name, threads, hands: null, ...folders() }) });
}

export function decideEngine(asked: AskedEngine, threads: number | null): Promise<EngineDecision> {
  if (asked !== 'auto') return Promise.resolve({ name: asked, reason: `--engine ${asked} asks for it` });
  return enginesHere(threads).decide();
}

/** Throws an InputError when the engine that is asked for does not work here. That `wasm` works need not be tried. */
export async function checkEngine(asked: AskedEngine, threads: number | null): Promise<void> {
  if (asked === 'auto' || asked === 'wasm') return;
  const { unavailable } = await enginesHere(threads).report(asked);
  if (unavailable !== null) throw new InputError(`the engine ${asked} cannot be used: ${unavailable}`);
}
