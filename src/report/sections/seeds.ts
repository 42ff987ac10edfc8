/** The same setting with several seeds: means with their spread. */
import { measuresIn, type Measure } from '../../shared/measures/catalogue.ts';
import { seedGroups } from '../../shared/measures/seed-groups.ts';
import { markup, type Html } from '../markup.ts';
import type { RunView } from '../runs.ts';

/** Groups of at least two finished runs, each with the name that its runs share. */
export function groupsOf(runs: readonly RunView[], dataset: string): { name: string; runs: RunView[] }[] {
  const finished = runs.filter(({ record }) => record.status === 'finished');
  return seedGroups(finished, ({ record: { arm }, lineage }) => ({ arm, dataset, lineage }))
    .filter((group) => group.length > 1)
    .map((group) => ({ name: nameWithoutSeed(group[0]!.record.name), runs: group }));
}

/** Study runs carry the seed in their name: "pruned (seed 2)", "pruned (N16 D12 L3, seed 2)". */
const nameWithoutSeed = (name: string): string => name.replace(/ \(seed \d+\)$|, seed \d+(?=\)$)/, '');

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

const columns = measuresIn('table').filter(({ better }) => better !== null);

function cell({ of, printNumber, printSpread }: Measure, runs: readonly RunView[]): string {
  const values = runs.flatMap(({ record }) => of(record) ?? []);
  if (values.length < 2) return '–';
  const { mean, deviation } = spread(values);
  // Sizes that are all the same have no spread worth printing.
  return new Set(values).size === 1 ? printNumber(mean) : `${printNumber(mean)} ± ${printSpread(deviation)}`;
}

export function seeds(runs: readonly RunView[], dataset: string): Html | false {
  const groups = groupsOf(runs, dataset);
  if (groups.length === 0) return false;
  return markup`<h3>Over seeds</h3><p class="note">Mean and sample standard deviation of runs on the same data whose network, training and pruning, those of the runs that they were cut from included, are the same; they differ in the seed only, and each seed counts once.</p><div class="scroll" role="region" tabindex="0" aria-label="Results over seeds"><table class="results"><thead><tr><th scope="col">Setting</th><th scope="col">Seeds</th>${columns.map(
    ({ head, label }) => markup`<th scope="col" title="${label}">${head}</th>`,
  )}</tr></thead><tbody>${groups.map(
    ({ name, runs: same }) =>
      markup`<tr><th scope="row">${name}</th><td>${same.map(({ record }) => record.seed).join(', ')}</td>${columns.map((measure) => markup`<td>${cell(measure, same)}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
