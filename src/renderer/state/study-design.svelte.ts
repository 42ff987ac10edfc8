/** A study that is being designed: one object that chips and text both change, what follows from it, and the draft that is kept. */
import { tick } from 'svelte';
import { z } from 'zod';
import { firstIssue } from '../../shared/issues.ts';
import { repeatedKeys } from '../../shared/repeated-keys.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import { StudySpec } from '../../shared/spec/study.ts';
import type { Steps } from '../../shared/steps.ts';
import type { StudySummary } from '../../shared/contract/index.ts';
import { call } from '../client/client.ts';
import { accountSteps, costSteps, costsTogether, type Account, type Cost } from '../model/design/account.ts';
import { emptyDraft, folded, listOf, toldStudy, type Raw } from '../model/design/draft.ts';
import type { FactorKey, Value } from '../model/design/factors.ts';
import { networksToSee, sightSteps, type Known, type Sights } from '../model/design/sights.ts';
import { spreadSteps, tellingOf, type Spread } from '../model/design/spread.ts';
import { dataInFile, namesImages, withData, withoutImages } from '../model/design/study-data.ts';
import { printStudy } from '../model/design/study-text.ts';
import { known, probe, type Probing } from '../model/probing.ts';
import { attempt, report } from './messages.ts';
import { imagesFor, imagesOf } from './preset-images.ts';
import { takeTurn, takeTurns } from './turns.ts';
import { workbench } from './workbench.svelte.ts';

const Kept = z.object({ text: z.string(), datasets: z.array(z.string()), order: z.enum(['seed', 'network']) });
type Kept = z.infer<typeof Kept>;

/** Milliseconds after the last change until the draft is kept. */
const KEEP = 400;
/** Until the second attempt. */
const KEEP_AGAIN = 5000;
/** Networks that are looked at without being asked for. */
export const MOST_SEEN = 40;

/** What is worked out of a study that can be read. */
export interface Follows {
  draft: Raw;
  study: StudySpec;
  account: Account;
  sights: Sights;
}

export class StudyDesign {
  draft = $state.raw<Raw>(emptyDraft);
  /** The file as it is typed; what chips do is printed into it. */
  text = $state(printStudy(emptyDraft));
  /** What is wrong with the text; the chips show what could last be read. */
  textProblem = $state<string | null>(null);
  /** Fingerprints; a study each. */
  datasets = $state.raw<string[]>([]);
  order = $state<'seed' | 'network'>('seed');
  /** ISO time at which the draft was last kept. */
  kept = $state<string | null>(null);
  /** The chip that is pointed at or focused. */
  lit = $state.raw<{ key: FactorKey | 'arms' | 'seeds' | 'epochs' | 'ccm'; value: Value | null } | null>(null);
  follows = $state.raw<Follows | null>(null);
  /** Keys of planned runs that have been done already, by data set. */
  done = $state.raw<ReadonlyMap<string, ReadonlySet<string>>>(new Map());
  probing = $state.raw<Probing>({ stage: 'unasked' });
  /** What images have last said: what follows is worked out anew when they have, not when they are about to be asked. */
  #said = $state.raw<Probing>({ stage: 'unasked' });

  readonly study: StudySummary | null;
  readonly #key: string;
  #counted: { spec: StudySpec; account: Account } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param study one that has begun and is to get more. */
  constructor(study: StudySummary | null) {
    this.study = study;
    this.#key = study ? `study.${study.id}` : 'study-draft';
    if (study) {
      this.#take(folded(toldStudy(study.spec)));
      this.datasets = [study.dataset.fingerprint];
    }
  }

  readonly parsed = $derived.by((): { spec: StudySpec; problem: null } | { spec: null; problem: string } => {
    const result = StudySpec.safeParse(this.draft);
    return result.success ? { spec: result.data, problem: null } : { spec: null, problem: firstIssue(result.error) };
  });
  readonly dataset = $derived(workbench.datasets.find((one) => one.fingerprint === this.datasets[0]));

  /** Images as the file has them: those that it names itself, else those of the first data set; null: it cannot name them. */
  readonly imagesInFile = $derived.by((): Raw | null => {
    if (!this.study && namesImages(this.draft)) return this.draft['data'] as Raw;
    return this.dataset ? dataInFile(this.draft, this.dataset) : null;
  });
  /** What is saved: the text with the images, so that a terminal computes the same study. */
  readonly file = $derived(this.textProblem === null ? printStudy(withData(this.draft, this.imagesInFile)) : this.text);

  /** What its seeds can tell apart, by how far runs on these images have scattered so far. */
  #spread = $state.raw<Spread | null>(null);
  readonly telling = $derived.by(() => tellingOf(this.#spread, listOf<number>(this.draft, 'seeds', [1]).length));

  /** What was kept of it, unless there is a `first`. Answers what was kept, where that is more than an empty study. */
  async restore(first: { draft: Raw; datasets: string[] } | null): Promise<Kept | null> {
    const kept = Kept.safeParse(await call('app.viewState', { key: this.#key }).catch(() => null)).data;
    if (kept && !first) this.take(kept);
    else if (first) {
      this.datasets = first.datasets;
      this.set(first.draft);
    }
    const available = workbench.datasets.filter(({ available }) => available).map(({ fingerprint }) => fingerprint);
    if (!this.study) {
      this.datasets = this.datasets.filter((fingerprint) => available.includes(fingerprint));
      if (this.datasets.length === 0) this.datasets = available.slice(0, 1);
    }
    return kept && ![printStudy(emptyDraft), first && printStudy(first.draft)].includes(kept.text) ? kept : null;
  }

  /** A draft as it was kept. */
  take({ text, datasets, order }: Kept): void {
    this.type(text);
    this.order = order;
    if (!this.study) this.datasets = datasets;
  }

  /** By chips: the text follows. */
  set(draft: Raw): void {
    performance.mark('study-change');
    this.#take(draft);
    this.keep();
  }

  /** In the text: chips follow as soon as it can be read. */
  type(text: string): void {
    this.text = text;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object in braces');
      performance.mark('study-change');
      this.draft = value as Raw;
      const [twice] = repeatedKeys(text);
      this.textProblem = twice === undefined ? null : `${twice} is given twice; expected each field once`;
    } catch (error) {
      this.textProblem = `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.keep();
  }

  /** By chips: they have the last word on what the file says of images. */
  chooseDatasets(datasets: string[]): void {
    if (namesImages(this.draft)) this.set(withoutImages(this.draft));
    this.setDatasets(datasets);
  }

  setDatasets(datasets: string[]): void {
    performance.mark('study-change');
    this.datasets = datasets;
    this.keep();
  }

  /** On as many images as the preset is meant for. */
  async asPreset(preset: Raw): Promise<void> {
    this.setDatasets((await attempt(() => imagesFor(preset, this.datasets))) ?? this.datasets);
  }

  /** What a file that is opened says of images, told by chips where they are here; else it stays in the file. */
  async open(draft: Raw): Promise<void> {
    const found = await attempt(() => imagesOf(draft));
    this.set(found ? withoutImages(draft) : draft);
    if (found) this.setDatasets([found]);
  }

  keep(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), KEEP);
  }

  /** A database that another process holds for a moment is no news: that is said only when it does not let go. */
  #save(first = true): void {
    const value = { text: this.text, datasets: this.datasets, order: this.order };
    call('app.keepViewState', { key: this.#key, value })
      .then(() => (this.kept = new Date().toISOString()))
      .catch((error: unknown) => {
        if (first) this.#timer = setTimeout(() => this.#save(false), KEEP_AGAIN);
        else report(error);
      });
  }

  /** Works out what follows, after the chip itself has been drawn. Call it in an effect. */
  follow(): () => void {
    const { spec } = this.parsed;
    const { dataset, draft } = this;
    const { stage } = this.#said;
    if (!spec || !dataset) {
      this.follows = null;
      return () => undefined;
    }
    const seen = stage === 'failed' ? () => null : (network: NetworkSpec) => known(network, dataset.fingerprint);
    return takeTurns(this.#following(draft, spec, dataset.input, seen), (follows) => {
      this.follows = follows;
      // The diagram and the strip take their turns first.
      void tick().then(() => takeTurn(() => requestAnimationFrame(tellHowLong)));
    });
  }

  *#following(draft: Raw, spec: StudySpec, input: InputShape, seen: Known): Steps<Follows | null> {
    const account = yield* this.#accountOf(spec);
    return account && { draft, study: spec, account, sights: yield* sightSteps(spec, input, seen) };
  }

  /** The last one is kept: what images say changes nothing of it. Null where a combination of a grid of cuts contradicts itself. */
  *#accountOf(spec: StudySpec): Steps<Account | null> {
    if (this.#counted?.spec === spec) return this.#counted.account;
    try {
      const account = yield* accountSteps(spec);
      this.#counted = { spec, account };
      return account;
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return null;
    }
  }

  /** Looks how far runs have scattered. Call it in an effect. */
  lookAtSpread(): () => void {
    return takeTurns(
      spreadSteps(workbench.runs.values(), this.datasets[0] ?? '', this.dataset?.test ?? null),
      (spread) => (this.#spread = spread),
    );
  }

  /** Asks what has been done already. Call it in an effect. */
  askDone(): () => void {
    const { follows, datasets } = this;
    // A run that ends may be one of these.
    if (!follows || workbench.runs.size === 0) return () => undefined;
    let ended = false;
    const timer = setTimeout(() => {
      const ask = async (dataset: string) =>
        [dataset, new Set(await call('studies.done', { spec: follows.study, dataset, study: this.study?.id ?? null }))] as const;
      Promise.all(datasets.map(ask)).then((found) => (ended ? undefined : (this.done = new Map(found))), report);
    }, 20);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }

  /** What images could be looked at for: told as text, so that the same networks are not asked for again. */
  readonly toSee = $derived(JSON.stringify(this.follows ? networksToSee(this.follows.sights) : []));
  readonly countToSee = $derived((JSON.parse(this.toSee) as unknown[]).length);

  /** Looks at images for every network, one after the other. Call it in an effect. @param asked also where there are many. */
  look(asked: boolean): () => void {
    const networks = JSON.parse(this.toSee) as NetworkSpec[];
    const wanted = networks.length <= MOST_SEEN || asked ? networks : null;
    return probe(wanted, this.datasets[0] ?? '', call, (probing) => {
      const ended = this.probing.stage === 'looking' && probing.stage !== 'looking';
      this.probing = probing;
      if (ended) this.#said = probing;
    });
  }

  /** On all data sets; null where none can be told. */
  *costSteps(): Steps<Cost | null> {
    const { follows, datasets } = this;
    if (!follows || follows.sights.networks.some(({ problem }) => problem !== null)) return null;
    const costs: Cost[] = [];
    for (const fingerprint of datasets) {
      const dataset = workbench.dataset(fingerprint);
      if (!dataset) continue;
      const { input, train, test, classes } = dataset;
      const images = { input, train, test, classes: classes.length };
      costs.push(yield* costSteps(follows.account, follows.study, images, this.doneOn(fingerprint)));
    }
    return costsTogether(costs);
  }

  doneOn(fingerprint: string): ReadonlySet<string> {
    return this.done.get(fingerprint) ?? new Set();
  }

  #take(draft: Raw): void {
    this.draft = draft;
    this.text = printStudy(draft);
    this.textProblem = null;
  }
}

/** From the last change until all that follows is drawn. */
function tellHowLong(): void {
  if (performance.getEntriesByName('study-change').length > 0) performance.measure('study-follows', 'study-change');
  performance.clearMarks('study-change');
}
