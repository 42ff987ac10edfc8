/** What a study has shown of its networks together: of those that may go out, and of those that live anyway. */
import { percent } from '../present/format.ts';
import { armNames } from '../spec/arms.ts';
import { LEAST_NETWORKS, type PooledDifference, type PooledStatistics, Regime } from '../statistics/pooled.ts';
import type { Measure } from '../statistics/schema.ts';
import { LEVEL, leaningOf, said, signOf, tested, type Finding, type Numbers, type Sign } from './finding.ts';

const where: Record<Regime, (networks: number) => string> = {
  'at-risk': (n) => `Where activity may go out by the forecast (${n} networks)`,
  stays: (n) => `Where activity is forecast to stay (${n} networks)`,
  unknown: (n) => `Over ${n} networks of which nothing is forecast`,
};
const measureNames: Record<Measure, string> = { accuracy: 'test accuracy', inactiveShare: 'the share of inactive capsules' };

/** Networks that may go out first; of each group what the cuts do, what the loss term does alone, then cuts against their controls. */
function placeOf({ regime, arm, against }: PooledStatistics): number {
  const step = against !== 'unpruned' ? 2 : arm === 'pruned' ? 0 : 1;
  return 3 * Regime.options.indexOf(regime) + step;
}

/** Of each group of networks and each cut: what it does, what the loss term does alone, and what each control leaves of it. */
export function pooledFindings(pooled: readonly PooledStatistics[]): Finding[] {
  const enough = pooled.filter(({ networks }) => networks.length >= LEAST_NETWORKS).sort((a, b) => placeOf(a) - placeOf(b));
  return enough.flatMap((one) => {
    if (one.against === 'unpruned') return one.arm === 'pruned' || one.arm === 'ccm' ? againstTwin(one) : [];
    return [againstControl(one, enough)];
  });
}

const base = ({ pruning, runs }: PooledStatistics, measure: Measure, difference: PooledDifference) => ({
  ...{ network: null, pruning, runs, measure, n: difference.networks },
  ...{ difference: difference.mean, ci95: difference.ci95, p: difference.p },
});

const shares = (one: PooledStatistics, measure: Measure): string =>
  `${percent(one.means[measure][0])} against ${percent(one.means[measure][1])}`;

const statistics = (one: PooledStatistics, measure: Measure): string =>
  `, ${tested(one[measure], 'networks')}, ${one[measure].pairs} pairs of runs`;

/** The cut, or the loss term alone, against the unpruned twins: in what may go out by its activity first. */
function againstTwin(one: PooledStatistics): Finding[] {
  const measures: Measure[] = one.regime === 'stays' ? ['accuracy'] : ['inactiveShare', 'accuracy'];
  return measures.map((measure): Finding => {
    const difference = one[measure];
    const sign = signOf(difference);
    const subject = one.arm === 'ccm' ? `"${armNames.ccm}"` : `the cut ${one.pruning ?? ''}`;
    const text = (numbers: Numbers) =>
      `${subject} ${changed(difference, measure)}: ${shares(one, measure)}${numbers(statistics(one, measure))}.${numbers(tooFew(difference))}`;
    const explains = one.arm === 'ccm' && sign === (measure === 'accuracy' ? 'better' : 'worse');
    const verdict = sign === 'untold' ? 'open' : explains ? 'caveat' : 'holds';
    const sentence = said(where[one.regime](difference.networks), text);
    return { ...base(one, measure, difference), ...sentence, verdict, kind: one.arm === 'ccm' ? 'loss' : 'claim' };
  });
}

function changed(difference: PooledDifference, measure: Measure): string {
  const name = measureNames[measure];
  const words = { better: ['raised', 'raise'], worse: ['lowered', 'lower'] } as const;
  const [sign, leaning] = [signOf(difference), leaningOf(difference)];
  if (sign !== 'untold') return `${words[sign][0]} ${name}`;
  if (leaning !== 'untold') return `seems to ${words[leaning][1]} ${name}`;
  return `cannot be told to change ${name}`;
}

/** What else might have done it, and what then is to be said. */
const controls = {
  ccm: { kind: 'loss', rival: '"CCM alone"', cause: 'the loss term does it, not the cut' },
  scratch: { kind: 'size', rival: 'the small network from scratch', cause: 'a network that small does it, not the cut' },
  random: { kind: 'any-cut', rival: 'a random cut', cause: 'any cut does it, whatever the criterion' },
} as const;

function againstControl(one: PooledStatistics, pooled: readonly PooledStatistics[]): Finding {
  const difference = one.accuracy;
  const { kind, rival, cause } = controls[one.against as keyof typeof controls];
  const claim = pooled.find(
    (other) => other.regime === one.regime && other.arm === 'pruned' && other.against === 'unpruned' && other.pruning === one.pruning,
  );
  // Where a cut gains nothing, nothing is to be explained.
  const gains = claim !== undefined && claim.accuracy.mean > 0;
  const sign = signOf(difference);
  const words: Record<Sign, string> = {
    better: `the cut ${one.pruning ?? ''} is better than ${rival}`,
    worse: `${rival} is better than the cut ${one.pruning ?? ''}${gains ? `: ${cause}` : ''}`,
    untold: `the cut ${one.pruning ?? ''} cannot be told from ${rival}${gains ? `: it may be that ${cause}` : ''}`,
  };
  const text = (numbers: Numbers) =>
    `${words[sign]}; test accuracy ${shares(one, 'accuracy')}${numbers(statistics(one, 'accuracy'))}.${numbers(tooFew(difference))}`;
  const limits = gains && sign !== 'better';
  const verdict = limits ? 'caveat' : sign === 'untold' ? 'open' : 'holds';
  return { ...base(one, 'accuracy', difference), ...said(where[one.regime](difference.networks), text), verdict, kind };
}

/** Why nothing is said to hold although the numbers may look like it. */
function tooFew(difference: PooledDifference): string {
  if (leaningOf(difference) === 'untold') return '';
  return difference.p === null
    ? ' The same in all networks, it cannot be tested.'
    : ` Corrected for all that is compared over networks, p is not below ${LEVEL}.`;
}
