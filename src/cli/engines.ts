/** Engines in the terminal: the option that asks for one, and finding out what this machine has. */
import { Option } from 'commander';
import { fileURLToPath } from 'node:url';
import { startTrainer } from '../server/trainer.ts';
import { engineNames, type EngineDecision, type EngineName } from '../shared/engines.ts';
import { tensorflowFolder } from '../store/location.ts';
import { Engines } from '../workbench/engines.ts';

/** "auto" stands for the best there is. */
export type AskedEngine = EngineName | 'auto';

export const engineOption = (): Option =>
  new Option('--engine <engine>', 'what computes; auto: the best there is').choices(['auto', ...engineNames]).default('auto');

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Engines of this machine, each tried in a process of its own. */
export function enginesHere(threads: number | null): Engines {
  const folders = { kernels: root('out/kernels'), resources: root('resources'), tensorflow: tensorflowFolder() };
  return new Engines({ startTrainer, choice: (name) => ({ name, threads, ...folders }) });
}

export function decideEngine(asked: AskedEngine, threads: number | null): Promise<EngineDecision> {
  if (asked !== 'auto') return Promise.resolve({ name: asked, reason: `--engine ${asked} asks for it` });
  return enginesHere(threads).decide();
}
