/** What somebody who reads a study has chosen: the same for all its panels. */
import type { Arm } from '../../../shared/spec/arms.ts';
import type { Steps } from '../../../shared/steps.ts';
import type { StudyResults, StudyRun } from '../../../shared/study-result.ts';
import { inArmOrder } from '../../model/reader/arms.ts';
import { varying, type Brush } from '../../model/reader/brush.ts';
import { defaultFactors, pivotOf, type PivotFactors } from '../../model/reader/pivot.ts';
import { once } from '../../model/reader/once.ts';
import { runsById, shownMeasures, shownOf, type RunsById, type ShownName } from '../../model/reader/values.ts';

/** Where a run or a comparison can be opened; nowhere in a report. */
export interface Ways {
  run: (id: string) => void;
  compare: (ids: string[]) => void;
  /** How many can be compared at once. */
  mostCompared: number;
}

/** The same for all panels, those that follow included. */
const ofArms = once(
  (runs: readonly StudyRun[], hidden: ReadonlySet<Arm>): readonly StudyRun[] =>
    hidden.size === 0 ? runs : runs.filter(({ arm }) => !hidden.has(arm)),
  (hidden) => [...hidden].sort().join(),
);
const factorsOf = once(defaultFactors, () => '');
/** @param all the study's, whose runs these are. */
const pivotFor = once(pivotOf, (_all, { rows, columns }, name) => `${rows} ${columns} ${name}`);

type Chosen = Pick<Reading, 'results' | 'shown' | 'picked' | 'brush' | 'hidden'>;

export class Reading {
  readonly title: string;
  readonly ways: Ways | null;
  results = $state.raw<StudyResults>()!;
  shown = $state<ShownName>('inactive');
  /** Null: what there is to see first. */
  picked = $state.raw<PivotFactors | null>(null);
  brush = $state.raw<Brush | null>(null);
  hidden = $state.raw<ReadonlySet<Arm>>(new Set());
  #hover = $state<string | null>(null);

  constructor(title: string, results: StudyResults, ways: Ways | null) {
    this.title = title;
    this.ways = ways;
    this.results = results;
    // Where nothing is inactive anywhere, there is more to see in the accuracies.
    if (results.runs.every(({ result }) => !result || result.inactiveShare === 0)) this.shown = 'accuracy';
  }

  /** Id of the run that is pointed at. */
  get hover(): string | null {
    return this.#hover;
  }
  set hover(id: string | null) {
    this.#hover = id;
  }

  readonly all: RunsById = $derived.by(() => runsById(this.results.runs));
  readonly arms = $derived.by(() => inArmOrder(this.results.runs.map(({ arm }) => arm)));
  /** Of the arms that are not hidden. */
  readonly runs: readonly StudyRun[] = $derived.by(() => ofArms(this.results.runs, this.hidden));
  /** Of these, those of the brush. */
  readonly brushed: readonly StudyRun[] = $derived.by(() => {
    const { brush } = this;
    return brush ? this.runs.filter(({ id }) => brush.ids.has(id)) : this.runs;
  });
  readonly factors: PivotFactors = $derived.by(() => this.picked ?? factorsOf(this.results.runs));
  readonly pivot = $derived.by(() => pivotFor(this.runs, this.all, this.factors, this.shown));
  readonly measure = $derived.by(() => shownOf(this.shown));
  readonly seeds = $derived.by(() => new Set(this.results.runs.map(({ seed }) => seed)).size);
  readonly finished = $derived.by(() => this.results.runs.filter(({ result }) => result !== null).length);
  readonly measures = $derived.by(() => {
    const paired = this.results.runs.some(({ twin }) => twin !== null && this.all.has(twin));
    return (Object.keys(shownMeasures) as ShownName[]).filter((name) => paired || !shownOf(name).difference);
  });

  /** All that panels go by. */
  get chosen(): Chosen {
    const { results, shown, picked, brush, hidden } = this;
    return { results, shown, picked, brush, hidden };
  }

  set(factors: Partial<PivotFactors>): void {
    this.picked = { ...this.factors, ...factors };
  }

  /** The same choice again takes it back. */
  choose(label: string, ids: Iterable<string>): void {
    const chosen = new Set(ids);
    const same = this.brush?.label === label && this.brush.ids.size === chosen.size;
    this.brush = same || chosen.size === 0 ? null : { label, ids: chosen };
  }

  toggle(arm: Arm): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(arm)) hidden.add(arm);
    // Without any, there would be nothing to bring them back by.
    this.hidden = hidden.size < this.arms.length ? hidden : new Set();
  }

  /** The run that is pointed at, its twin, and what is held against it. */
  readonly lit: ReadonlySet<string> = $derived.by(() => {
    const run = this.hover === null ? undefined : this.all.get(this.hover);
    return new Set(run ? [run.id, ...(run.twin === null ? [] : [run.twin])] : []);
  });
}

/** What has been chosen in another reading, once there was time for it; what is chosen here is chosen there. */
export class Follower extends Reading {
  readonly #leader: Reading;

  constructor(leader: Reading) {
    super(leader.title, leader.results, leader.ways);
    this.#leader = leader;
    this.follow(leader.chosen);
  }

  follow({ results, shown, picked, brush, hidden }: Chosen): void {
    this.results = results;
    this.shown = shown;
    this.picked = picked;
    this.brush = brush;
    this.hidden = hidden;
  }

  override get hover(): string | null {
    return this.#leader.hover;
  }
  override set hover(id: string | null) {
    this.#leader.hover = id;
  }

  override set(factors: Partial<PivotFactors>): void {
    this.#leader.set(factors);
  }

  override choose(label: string, ids: Iterable<string>): void {
    this.#leader.choose(label, ids);
  }

  override toggle(arm: Arm): void {
    this.#leader.toggle(arm);
  }
}

/** What all panels begin with, one thing at a time. */
export function* workedOut(reading: Reading): Steps<Reading> {
  for (const look of [() => reading.arms, () => varying(reading.results.runs), () => reading.factors, () => reading.pivot]) {
    look();
    yield;
  }
  return reading;
}
