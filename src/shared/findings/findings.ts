/** The findings of a run, worst first. */
import { Severity, type Finding } from './finding.ts';
import {
  diverged,
  falling,
  inactive,
  lossStuck,
  noGradient,
  routingStatic,
  routingUniform,
  stoppedEarly,
  woken,
  type Observed,
} from './rules.ts';

const rules = [inactive, lossStuck, diverged, noGradient, falling, routingUniform, routingStatic, woken, stoppedEarly];

export function findingsOf(observed: Observed): Finding[] {
  const rank = ({ severity }: Finding) => Severity.options.indexOf(severity);
  return rules.flatMap((rule) => rule(observed)).sort((a, b) => rank(a) - rank(b));
}
