/** What a study has shown of its networks together: of those whose activity may vanish, and of those that stay active anyway. */
import { percent } from '../present/format.ts';
import { LEAST_NETWORKS, type PooledDifference, type PooledStatistics, Regime } from '../statistics/pooled.ts';
import type { Measure } from '../statistics/schema.ts';
import { gains, LEVEL, leaningOf, said, shortEffect, signOf, tested, type Finding, type Numbers, type Sign } from './finding.ts';

const where: Record<Regime, string> = {
  'at-risk': 'Networks whose activity is at risk by the forecast',
  stays: 'Networks forecast to stay active',
  unknown: 'Networks without a forecast',
};
const measureNames: Record<Measure, string> = { accuracy: 'test accuracy', inactiveShare: 'the inactive share' };

/** Networks that may vanish first; of each group what the cuts do, what the loss term does alone, then cuts against their controls. */
function placeOf({ regime, arm, against }: PooledStatistics): number {
  const step = against !== 'unpruned' ? 2 : arm === 'pruned' ? 0 : 1;
  return 3 * Regime.options.indexOf(regime) + step;
}

/** Of each group of networks and each cut: what it does, what the loss term does alone, and what each control leaves of it. */
export function pooledFindings(pooled: readonly PooledStatistics[]): Finding[] {
  const enough = pooled.filter(({ networks }) => networks.length >= LEAST_NETWORKS).sort((a, b) => placeOf(a) - placeOf(b));
  // Of a single cut nobody has to be told which.
  const several = new Set(enough.flatMap(({ arm, pruning }) => (arm === 'pruned' ? (pruning ?? []) : []))).size > 1;
  const cut: CutName = (one, numbers) => {
    const name = ` (${one.pruning ?? ''})`;
    return `pruning${several ? name : numbers(name)}`;
  };
  return enough.flatMap((one) => {
    if (one.against === 'unpruned') return one.arm === 'pruned' || one.arm === 'ccm' ? againstTwin(one, cut) : [];
    return [againstControl(one, enough, cut)];
  });
}

type CutName = (one: PooledStatistics, numbers: Numbers) => string;

const base = ({ pruning, runs }: PooledStatistics, measure: Measure, difference: PooledDifference) => ({
  ...{ network: null, pruning, runs, measure, n: difference.networks },
  ...{ difference: difference.mean, ci95: difference.ci95, p: difference.p },
});

const statistics = (one: PooledStatistics, measure: Measure): string =>
  `${tested(one[measure], 'networks')}, ${one[measure].pairs} pairs of runs`;

/** "+70.8 pp [+65.2, +76.4]", with p and the number of pairs where they do not stand beside it. */
const effect = (one: PooledStatistics, measure: Measure, numbers: Numbers): string =>
  numbers(statistics(one, measure), shortEffect(one[measure], 'networks'));

/** The cut, or the loss term alone, against the unpruned twins: in what may vanish by its activity first. */
function againstTwin(one: PooledStatistics, cut: CutName): Finding[] {
  const measures: Measure[] = one.regime === 'stays' ? ['accuracy'] : ['inactiveShare', 'accuracy'];
  return measures.map((measure): Finding => {
    const difference = one[measure];
    const sign = signOf(difference);
    const text = (numbers: Numbers) => {
      const subject = one.arm === 'ccm' ? controls.ccm.rival : cut(one, numbers);
      return `${subject} ${changed(one, measure)}: ${effect(one, measure, numbers)}.${numbers(tooFew(difference))}`;
    };
    const explains = one.arm === 'ccm' && sign === (measure === 'accuracy' ? 'better' : 'worse');
    const verdict = sign === 'untold' ? 'open' : explains ? 'caveat' : 'holds';
    const sentence = said(where[one.regime], text, difference.networks);
    return { ...base(one, measure, difference), ...sentence, verdict, kind: one.arm === 'ccm' ? 'loss' : 'claim' };
  });
}

function changed(one: PooledStatistics, measure: Measure): string {
  const name = measureNames[measure];
  const [after, before] = one.means[measure];
  const fromTo = `${name} from ${percent(before)} to ${percent(after)}`;
  const words = { better: 'raised', worse: 'lowered' } as const;
  const [sign, leaning] = [signOf(one[measure]), leaningOf(one[measure])];
  if (sign !== 'untold') return `${words[sign]} ${fromTo}`;
  if (leaning !== 'untold') return `may have ${words[leaning]} ${fromTo}`;
  return `had no detectable effect on ${name}`;
}

/** What else might have done it. */
const controls = {
  ccm: { kind: 'loss', rival: 'the CCM loss alone', cause: 'the loss term' },
  scratch: { kind: 'size', rival: 'the small network from scratch', cause: 'the smaller size' },
  random: { kind: 'any-cut', rival: 'a random cut', cause: 'cutting anything at all' },
} as const;

function againstControl(one: PooledStatistics, pooled: readonly PooledStatistics[], cut: CutName): Finding {
  const difference = one.accuracy;
  const { kind, rival, cause } = controls[one.against as keyof typeof controls];
  const claim = pooled.find(
    (other) => other.regime === one.regime && other.arm === 'pruned' && other.against === 'unpruned' && other.pruning === one.pruning,
  );
  // Where a cut gains nothing, nothing is to be explained.
  const gained = claim !== undefined && gains(claim.accuracy);
  const sign = signOf(difference);
  const text = (numbers: Numbers) => {
    const pruning = cut(one, numbers);
    const numbersOf = effect(one, 'accuracy', numbers);
    const words: Record<Sign, string> = {
      better: `${pruning} beat ${rival} in test accuracy: ${numbersOf}`,
      worse: `${rival} beat ${pruning} in test accuracy (pruned: ${numbersOf})${gained ? `: ${cause} explains the gain` : ''}`,
      untold: gained
        ? `${cause} may explain the gain: ${pruning} did not clearly beat ${rival} (${numbersOf})`
        : `${pruning} and ${rival} did not detectably differ in test accuracy: ${numbersOf}`,
    };
    return `${words[sign]}.${numbers(tooFew(difference))}`;
  };
  const limits = gained && sign !== 'better';
  const verdict = limits ? 'caveat' : sign === 'untold' ? 'open' : 'holds';
  return { ...base(one, 'accuracy', difference), ...said(where[one.regime], text, difference.networks), verdict, kind };
}

/** Why nothing is said to hold although the numbers may look like it. */
function tooFew(difference: PooledDifference): string {
  if (leaningOf(difference) === 'untold') return '';
  return difference.p === null
    ? ' It is the same in all networks, so it cannot be tested.'
    : ` After correction for all comparisons over networks, p is not below ${LEVEL}.`;
}
