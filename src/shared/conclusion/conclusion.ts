/**
 * What a study has shown, in sentences made by rules from its statistics: what holds, what cannot be told apart, and what a
 * control explains. Better and worse are said only where the interval of the difference does not hold 0 and its corrected p is
 * below 5 %; with one seed there is no interval, and nothing is said to hold.
 */
import { accuracy } from '../present/format.ts';
import { armNames, type Arm } from '../spec/arms.ts';
import type { ArmStatistics, ControlStatistics, Difference, StudyStatistics } from '../statistics/statistics.ts';
import { gains, LEVEL, leaningOf, measured, none, said, seeds, shortEffect, signOf, type Finding, type Numbers } from './finding.ts';
import { pooledFindings } from './pooled.ts';
import { unsettledFindings, type Tested } from './unsettled.ts';
import { vanishingFindings, type Uncut } from './vanishing.ts';

/** At most two sentences of many: a claim, one that holds if there is one, and the first control that limits it. */
export function inShort(conclusion: readonly Finding[]): Finding[] {
  const heads = conclusion.filter(({ kind }) => kind === 'claim' || kind === 'series' || kind === 'vanished');
  const head = heads.find(({ verdict }) => verdict === 'holds') ?? heads[0];
  if (!head) return [];
  const early = conclusion.find(({ kind }) => kind === 'unsettled');
  const limit = early ?? conclusion.find((one) => one.verdict === 'caveat' && one.network === head.network && one.pruning === head.pruning);
  return limit ? [head, limit] : [head];
}

/**
 * What puts all of it in doubt; then what holds over networks; then in their order and that of their cuts, the claim of each cut
 * before its controls.
 * @param runs those that the statistics are from
 */
export function conclusionOf({ arms, controls, pooled }: StudyStatistics, runs: readonly (Uncut & Tested)[]): Finding[] {
  const { findings, told } = vanishingFindings(runs);
  return [...unsettledFindings(runs), ...pooledFindings(pooled), ...findings, ...ofNetworks(arms, controls, told)];
}

function ofNetworks(arms: readonly ArmStatistics[], controls: ControlStatistics[], told: ReadonlySet<string>): Finding[] {
  const networks = [...Map.groupBy(arms, ({ network }) => network).values()];
  return networks.flatMap((ofNetwork) => {
    const unpruned = ofNetwork.find(({ arm }) => arm === 'unpruned') ?? null;
    const pruned = ofNetwork.filter(({ arm, n }) => arm === 'pruned' && n > 0);
    // Where there is a claim, it says what became of the unpruned network.
    const alone = unpruned && pruned.length === 0 && !told.has(unpruned.network) ? vanished(unpruned) : [];
    return [...alone, ...pruned.flatMap((row) => ofCut(row, unpruned, ofNetwork, controls))];
  });
}

function vanished(unpruned: ArmStatistics): Finding[] {
  const { network, n, collapsed, accuracy: sample, runs } = unpruned;
  if (n === 0 || collapsed === 0) return [];
  const inSeeds = n === 1 ? 'its one seed' : `${collapsed} of ${n} seeds`;
  const text = `some intermediate layer ended without an active capsule type in ${inSeeds}; mean test accuracy ${accuracy(sample!.mean)}.`;
  return [{ ...none, ...said(network, () => text), verdict: 'holds', kind: 'vanished', network, pruning: null, n, runs }];
}

function ofCut(pruned: ArmStatistics, unpruned: ArmStatistics | null, rows: ArmStatistics[], controls: ControlStatistics[]): Finding[] {
  const claim = claimOf(pruned, unpruned);
  const own = controls.filter(({ network, pruning }) => network === pruned.network && pruning === pruned.pruning);
  const found = own.flatMap((control) => controlFinding(control, pruned, unpruned, rows));
  // A cut that gains nothing needs no explanation.
  const missing = gained(pruned) ? lacking(pruned, own) : [];
  return [claim, ...found, ...missing];
}

/** For certain or as it looks; one seed cannot tell. */
const gained = ({ toTwin: { accuracy: difference } }: ArmStatistics) =>
  difference !== null && (difference.n === 1 ? difference.mean > 0 : gains(difference));

function claimOf(pruned: ArmStatistics, unpruned: ArmStatistics | null): Finding {
  const { network, pruning, n, accuracy: sample } = pruned;
  const cut = `${network}, ${pruning}`;
  const base = {
    kind: 'claim' as const,
    measure: 'accuracy' as const,
    network,
    pruning,
    runs: [...(unpruned?.runs ?? []), ...pruned.runs],
  };
  const difference = pruned.toTwin.accuracy;
  if (!difference || !unpruned?.accuracy) {
    const text = `${accuracy(sample!.mean)} test accuracy over ${seeds(n)}, with no unpruned twin to compare with.`;
    return { ...none, ...base, ...said(cut, () => text), verdict: 'open', n };
  }
  const means = `${accuracy(sample!.mean)} test accuracy against ${accuracy(unpruned.accuracy.mean)}`;
  const dead = `${collapsedOf(pruned)} ${pruned.n === 1 ? 'seed' : 'seeds'} against ${collapsedOf(unpruned)}`;
  const data = { n: difference.n, difference: difference.mean, ci95: difference.ci95, p: difference.p };
  if (difference.n === 1) {
    const text = `${means}; collapsed in ${dead}; this is one seed, which shows only that such a difference can happen.`;
    return { ...base, ...data, ...said(cut, () => text), verdict: 'open' };
  }
  const sign = signOf(difference);
  const leaning = leaningOf(difference);
  if (leaning !== 'untold') {
    const text = (numbers: Numbers) =>
      `the pruned network looks ${leaning} than its unpruned twin: ${means}${effect(difference, numbers)}; collapsed in ${dead}.${numbers(` ${tooFew(difference)}`)}`;
    return { ...base, ...data, ...said(cut, text), verdict: 'open' };
  }
  const words = {
    better: `the pruned network is better than its unpruned twin`,
    worse: `the pruned network is worse than its unpruned twin`,
    untold: `the pruned network does not detectably differ from its unpruned twin`,
  }[sign];
  const text = (numbers: Numbers) => `${words}: ${means}${effect(difference, numbers)}; collapsed in ${dead}.`;
  return { ...base, ...data, ...said(cut, text), verdict: sign === 'untold' ? 'open' : 'holds' };
}

/** What a control is a control for, and what it says when it does as well as the pruned network. */
const explanations = {
  scratch: { kind: 'size', rival: 'the same small network trained from scratch', cause: 'the smaller size explains the gain, not the cut' },
  ccm: { kind: 'loss', rival: 'the network trained with the CCM loss and not cut', cause: 'the loss term explains the gain, not the cut' },
  random: { kind: 'any-cut', rival: 'the network cut at random', cause: 'any cut explains the gain, whatever the criterion' },
} as const;

function controlFinding(
  control: ControlStatistics,
  pruned: ArmStatistics,
  unpruned: ArmStatistics | null,
  rows: ArmStatistics[],
): Finding[] {
  const { network, pruning, runs, difference: differences } = control;
  const difference = differences.accuracy;
  if (!difference) return [];
  const { kind, rival, cause } = explanations[control.control];
  const row = rows.find((other) => other.arm === control.control && other.runs.every((id) => runs.includes(id)))!;
  const measure = 'accuracy' as const;
  const base = {
    kind,
    measure,
    network,
    pruning,
    runs,
    n: difference.n,
    difference: difference.mean,
    ci95: difference.ci95,
    p: difference.p,
  };
  const reached = `${rival} reached ${accuracy(row.accuracy!.mean)}`;
  const alive = awake(row, unpruned) ? ` It does not collapse${pruned.collapsed === 0 ? ' either' : ''} (${collapsedOf(row)}).` : '';
  const fell = fallen(row, pruned);
  // Where a cut has gained nothing, nothing is to be explained.
  const gainless = pruned.toTwin.accuracy !== null && !gained(pruned);
  const ofPruned = (numbers: Numbers) => ` (pruned: ${numbers(measured(difference), shortEffect(difference, 'seeds'))})`;
  const cut = `${network}, ${pruning}`;
  if (difference.n === 1) {
    const text = `${reached}${headStart(control)}, pruned ${accuracy(pruned.accuracy!.mean)}; one seed cannot tell the two apart.${alive}${fell}`;
    return [{ ...base, ...said(cut, () => text), verdict: 'open' }];
  }
  if (row.n > 0 && row.collapsed === row.n && pruned.collapsed === 0 && signOf(difference) === 'untold') {
    const text = `${reached}${headStart(control)} and collapsed as well (${collapsedOf(row)}; pruned ${collapsedOf(pruned)})${gainless ? '' : ': it does not explain the gain'}.`;
    return [{ ...base, ...said(cut, () => text), verdict: gainless ? 'open' : 'holds' }];
  }
  const leaning = leaningOf(difference);
  if (leaning !== 'untold') {
    const compared = leaning === 'worse' ? 'better' : 'worse';
    const possible = leaning === 'worse' && !gainless ? ` Perhaps ${cause}.` : '';
    const text = (numbers: Numbers) =>
      `${reached}${numbers(headStart(control))}, which looks ${compared} than pruned${ofPruned(numbers)}.${possible}${alive}${fell}`;
    return [{ ...base, ...said(cut, text), verdict: (leaning === 'worse' && !gainless) || alive ? 'caveat' : 'open' }];
  }
  switch (signOf(difference)) {
    case 'better': {
      const rest = alive ? `, but ${stillAlive(row, control.control)}` : gainless ? '' : ', so that it does not explain the gain';
      const text = (numbers: Numbers) => `${reached}${numbers(headStart(control))}, less than pruned${ofPruned(numbers)}${rest}.${fell}`;
      return [{ ...base, ...said(cut, text), verdict: alive ? 'caveat' : 'holds' }];
    }
    case 'worse': {
      const text = (numbers: Numbers) =>
        `${reached}${numbers(headStart(control))}, more than pruned${ofPruned(numbers)}${gainless ? '' : `: ${cause}`}.${alive}${fell}`;
      return [{ ...base, ...said(cut, text), verdict: gainless && !alive ? 'holds' : 'caveat' }];
    }
    case 'untold': {
      const possible = gainless ? '' : `: perhaps ${cause}`;
      const text = (numbers: Numbers) => `${reached}, not detectably different from pruned${ofPruned(numbers)}${possible}.${alive}${fell}`;
      return [{ ...base, ...said(cut, text), verdict: gainless && !alive ? 'open' : 'caveat' }];
    }
  }
}

/** What favours a network from scratch: its capsule layers learn from the first epoch on, those above a cut often only after it. */
function headStart({ control, afresh }: ControlStatistics): string {
  if (control !== 'scratch' || !afresh) return '';
  const rest = afresh.epochs === 0 ? 'and trains them no further' : `for its last ${afresh.epochs}`;
  return ` (its capsule layers train for all ${afresh.of} epochs; the cut starts them afresh, ${rest})`;
}

/** Whether the control lives where the unpruned network died: then it explains the living, whatever the accuracies. */
function awake(control: ArmStatistics, unpruned: ArmStatistics | null): boolean {
  return unpruned !== null && unpruned.collapsed > 0 && control.collapsed === 0;
}

/** A mean over seeds of which some collapsed says little: in how many, where the pruned network did in more or fewer. */
const fallen = (control: ArmStatistics, pruned: ArmStatistics): string =>
  control.collapsed > 0 && control.collapsed * pruned.n !== pruned.collapsed * control.n
    ? ` It collapsed in ${collapsedOf(control)}, pruned in ${collapsedOf(pruned)}.`
    : '';

function stillAlive(row: ArmStatistics, control: Arm): string {
  const what = { scratch: 'so small a size', ccm: 'the loss term', random: 'any cut' }[control as keyof typeof explanations];
  return `it does not collapse (${collapsedOf(row)}): ${what} is enough to keep it active`;
}

function lacking(pruned: ArmStatistics, own: ControlStatistics[]): Finding[] {
  const { network, pruning, n, runs } = pruned;
  const there = new Set<Arm>(own.filter(({ difference }) => difference.accuracy).map(({ control }) => control));
  const absent = (['ccm', 'scratch'] as const).filter((arm) => !there.has(arm));
  if (absent.length === 0) return [];
  const causes = absent.map((arm) => ({ ccm: 'the loss term', scratch: 'the smaller size' })[arm]).join(' or ');
  const arms = absent.map((arm) => `"${armNames[arm]}"`).join(' and ');
  const text = `without ${arms} as a control, the effect of the cut cannot be told from that of ${causes}.`;
  return [{ ...none, ...said(`${network}, ${pruning}`, () => text), verdict: 'caveat', kind: 'no-control', network, pruning, n, runs }];
}

/** ", +67.2 pp [+63.4, +71.0]": with p and the number of seeds where they do not stand beside it. */
const effect = (difference: Difference, numbers: Numbers): string => `, ${numbers(measured(difference), shortEffect(difference, 'seeds'))}`;

/** Why a difference whose interval does not hold 0 is not said to be there. */
function tooFew({ n, p }: Difference): string {
  // As of few test images, or of seeds that do not matter because those of weights and images are fixed.
  if (p === null) return `The same in all seeds, it leaves no spread to test with.`;
  return `${n} seeds are too few: after correction for all tests of the study, p is not below ${LEVEL}.`;
}

const collapsedOf = ({ collapsed, n }: ArmStatistics) => `${collapsed} of ${n}`;
