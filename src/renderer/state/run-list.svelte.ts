/** Every run with its name and its twin: for all views that show several. Worked out when somebody looks. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { parseFilter } from '../model/filter/parse.ts';
import { runFields, type RunRow } from '../model/run-fields.ts';
import { shortNames } from '../model/run-names.ts';
import { byWords, filterTest, rowsOf } from '../model/run-rows.ts';
import { curves } from './curves.svelte.ts';
import { workbench } from './workbench.svelte.ts';

class RunList {
  readonly #names: ReadonlyMap<string, string> = $derived(shortNames([...workbench.runs.values()], workbench.runs));
  /** Oldest first. */
  readonly rows: readonly RunRow[] = $derived(rowsOf(workbench.runs, { get: (id) => curves.all.get(id) }, this.#names));

  /** By which a run can be told from all others. */
  nameOf(run: Pick<RunSummary, 'id' | 'name'>): string {
    return this.#names.get(run.id) ?? run.name;
  }

  /**
   * By what is typed in the language of the list of runs; what cannot be read of it is left out of account. First those with most
   * of the typed words as words of their names, "seed 1" before "seed 16"; of these the newest.
   */
  found(typed: string): RunRow[] {
    const found = this.rows.filter(filterTest(parseFilter(typed, runFields).terms)).reverse();
    return byWords(typed, found);
  }
}

export const runList = new RunList();
