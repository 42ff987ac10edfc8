/** The same setting with several seeds: means with their spread. */
import { count, inactiveShare, percent } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import type { RunView } from '../runs.ts';

export interface SeedGroup {
  name: string;
  runs: RunView[];
}

/** Finished runs that differ in nothing but the seed; groups of one are left out. Two pruned runs agree if their sources do. */
export function seedGroups(runs: readonly RunView[]): SeedGroup[] {
  const groups = new Map<string, SeedGroup>();
  for (const run of runs) {
    if (run.record.status !== 'finished') continue;
    const origin = runs.find(({ record }) => record.id === run.record.parent) ?? run;
    const key = JSON.stringify([run.record.role, origin.network, run.training, run.pruning]);
    // Study runs carry the seed in their name: "pruned (seed 2)", "pruned (N16 D12 L3, seed 2)".
    const name = run.record.name.replace(/ \(seed \d+\)$|, seed \d+(?=\)$)/, '');
    const group = groups.get(key) ?? { name, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return [...groups.values()].filter((group) => group.runs.length > 1);
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

export function seeds(runs: readonly RunView[]): Html | false {
  const groups = seedGroups(runs);
  if (groups.length === 0) return false;
  const cell = (values: number[], digits: number) => {
    const { mean, deviation } = spread(values);
    return `${percent(mean, digits)} ± ${(100 * deviation).toFixed(digits)}`;
  };
  return markup`<h3>Over seeds</h3><p class="note">Mean and sample standard deviation of the runs that differ in nothing but the seed.</p><div class="scroll" role="region" tabindex="0" aria-label="Results over seeds"><table class="results"><thead><tr>${['Setting', 'Seeds', 'Parameters', 'Test accuracy', 'Inactive capsules'].map((h) => markup`<th scope="col">${h}</th>`)}</tr></thead><tbody>${groups.map(
    ({ name, runs: same }) =>
      markup`<tr><th scope="row">${name}</th><td>${same.length}</td><td>${[...new Set(same.map(({ record }) => count(record.params)))].join(', ')}</td><td>${cell(
        same.map(({ record }) => record.accuracy),
        2,
      )}</td><td>${cell(
        same.map(({ record }) => inactiveShare(record.inactive)),
        1,
      )}</td></tr>`,
  )}</tbody></table></div>`;
}
