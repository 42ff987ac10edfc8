/** The studies that there are, kept up to date: they come and go with their runs. */
import type { RunSummary, StudySummary } from '../../shared/contract/index.ts';
import { call, on, onConnection } from '../client/client.ts';
import { attempt } from './messages.ts';
import { workbench } from './workbench.svelte.ts';

/** Milliseconds: a study with all its runs comes in several events. */
const PAUSE = 150;

class Studies {
  /** Newest first; null until they have been read. */
  list = $state.raw<StudySummary[] | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    on('runs', (runs) => {
      const known = new Set(this.list?.flatMap((study) => study.runs));
      if (this.list && runs.some(({ id, study }) => study && !known.has(id))) this.#soon();
    });
    on('runs-removed', () => this.#soon());
    onConnection((connected) => {
      // What happened while there was none was missed.
      if (connected && this.list) this.#soon();
    });
  }

  /** Reads them; a view calls it when it is shown. */
  async read(): Promise<void> {
    this.list = (await attempt(() => call('studies.list'))) ?? this.list ?? [];
  }

  find(id: string): StudySummary | undefined {
    return this.list?.find((study) => study.id === id);
  }

  runsOf(study: StudySummary): RunSummary[] {
    return study.runs.flatMap((id) => workbench.runs.get(id) ?? []);
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), PAUSE);
  }
}

export const studies = new Studies();
