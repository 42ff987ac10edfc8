/** What a newcomer is shown: a card on what vanishes, and a first study to its end. Dismissed once, it stays away. */
import { z } from 'zod';
import { call } from '../client/client.ts';
import { attempt, sayWith } from './messages.ts';
import { navigation } from './navigation.svelte.ts';
import { imagesFor } from './preset-images.ts';
import { workbench } from './workbench.svelte.ts';

const key = 'first-use';
const Kept = z.object({
  dismissed: z.boolean(),
  study: z.string().nullable(),
  /** That the study has ended has been said. */
  told: z.boolean().default(false),
});
/** Whose figures the README tells. */
const PRESET = 'quick';
const nothingYet: z.infer<typeof Kept> = { dismissed: false, study: null, told: false };

class FirstUse {
  #kept = $state.raw<z.infer<typeof Kept> | null>(null);

  /** The runs of the guided study that are left; empty before it and after it. */
  readonly #runs = $derived([...workbench.runs.values()].filter(({ study }) => study !== null && study.id === this.#kept?.study));
  /** Of them: trained, or failed, which nobody waits for. */
  readonly done: number = $derived(this.#runs.filter(({ status }) => status === 'finished' || status === 'failed').length);
  readonly of: number = $derived(this.#runs.length);
  /** The study that was begun from the card and is still there. */
  readonly study: string | null = $derived(this.#runs.length > 0 ? this.#kept!.study : null);
  /** For who has no runs yet, or none but those of the guided study. */
  readonly shown: boolean = $derived(this.#kept?.dismissed === false && workbench.runs.size === this.#runs.length);

  async start(): Promise<void> {
    const value = await call('app.viewState', { key }).catch(() => null);
    this.#kept = Kept.catch(nothingYet).parse(value);
  }

  dismiss(): void {
    this.#keep({ dismissed: true });
  }

  /** Queues the quick study on the sample that comes with Capscope, and shows how it goes. */
  async begin(): Promise<void> {
    await attempt(async () => {
      const presets = await call('studies.presets');
      const preset = presets.find(({ name }) => name === PRESET);
      const sample = workbench.datasets.find(({ bundled }) => bundled);
      if (!preset || !sample) throw new Error(`there is no preset “${PRESET}”, or no sample`);
      const [dataset] = await imagesFor(preset.spec, [sample.fingerprint]);
      const study = await call('queue.study', { spec: preset.spec, dataset: dataset! });
      this.#keep({ study, told: false });
      navigation.go('studies', [study], 'progress');
    });
  }

  /** To be called when runs have changed: says once that the study has ended, and where its results are. */
  look(): void {
    const { study } = this;
    if (this.#kept?.told !== false || study === null || this.done < this.of) return;
    this.#keep({ told: true });
    if (navigation.route.view === 'studies' && navigation.route.part === 'results') return;
    sayWith('Your first study has ended.', 'See what it shows', () => navigation.go('studies', [study], 'results'));
  }

  #keep(change: Partial<z.infer<typeof Kept>>): void {
    this.#kept = { ...nothingYet, ...this.#kept, ...change };
    call('app.keepViewState', { key, value: this.#kept }).catch(() => undefined);
  }
}

export const firstUse = new FirstUse();
