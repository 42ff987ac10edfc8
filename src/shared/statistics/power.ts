/** How small a difference so many seeds can tell apart. */
import jStat from 'jstat';

const LEVEL = 0.95;
const POWER = 0.8;
const STEPS = 400;

/**
 * The difference of means that in four of five studies has a 95 % interval without 0 (paired t), where the differences from seed to
 * seed have this standard deviation; null with fewer than two seeds, which have no interval. Checked against SciPy.
 */
export function smallestDifference(deviation: number, seeds: number): number | null {
  return seeds < 2 ? null : deviation * inDeviations(seeds);
}

const known = new Map<number, number>();

function inDeviations(seeds: number): number {
  const before = known.get(seeds);
  if (before !== undefined) return before;
  // The power rises with the difference.
  let [low, high] = [0, 100];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (powerOf(middle, seeds) < POWER) low = middle;
    else high = middle;
  }
  known.set(seeds, high);
  return high;
}

/** Of a difference in standard deviations: the chance of |t| beyond its quantile, over what the measured deviation may be (Simpson). */
function powerOf(difference: number, seeds: number): number {
  const freedom = seeds - 1;
  const critical = jStat.studentt.inv(1 - (1 - LEVEL) / 2, freedom);
  const shift = difference * Math.sqrt(seeds);
  // By s, the measured deviation over the true one: freedom · s² has a χ² distribution. Its density in s is smooth from 0 on.
  const constant = Math.log(2) + (freedom / 2) * Math.log(freedom / 2) - jStat.gammaln(freedom / 2);
  const density = (s: number) =>
    s === 0 ? Number(freedom === 1) * Math.exp(constant) : Math.exp(constant + (freedom - 1) * Math.log(s) - (freedom * s * s) / 2);
  const chance = (s: number) => jStat.normal.cdf(shift - critical * s, 0, 1) + jStat.normal.cdf(-shift - critical * s, 0, 1);
  const top = 1 + 9 / Math.sqrt(freedom);
  let sum = 0;
  for (let i = 0; i <= STEPS; i++) {
    const s = (top * i) / STEPS;
    sum += (i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2) * density(s) * chance(s);
  }
  return (sum * top) / STEPS / 3;
}
