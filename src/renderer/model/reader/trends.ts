/** Each arm along one number in which the networks differ, its depth first of all: means with their bands. */
import type { Arm } from '../../../shared/spec/arms.ts';
import { factors, type FactorName } from '../../../shared/study-factors.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { inArmOrder } from './arms.ts';
import { valuesOf, varying } from './brush.ts';
import { shownOf, summaryOf, type RunsById, type ShownName, type Summary } from './values.ts';

const along: FactorName[] = ['depth', 'ratio', 'types', 'dim', 'iterations', 'initialisation', 'capsules', 'backbone', 'residual'];

/** What a trend can be drawn along: factors with several numbers. */
export const trendFactors = (runs: readonly StudyRun[]): FactorName[] => {
  const there = varying(runs);
  return along.filter((name) => there.includes(name) && valuesOf(runs, name).filter((value) => typeof value === 'number').length > 1);
};

export interface Trend {
  arm: Arm;
  points: ({ x: number; runs: StudyRun[] } & Summary)[];
}

/** Runs without a number of the factor have no place on its axis, but for those that every cut is held against. */
export function trendsOf(runs: readonly StudyRun[], all: RunsById, factor: FactorName, name: ShownName): Trend[] {
  const shown = shownOf(name);
  const xs = valuesOf(runs, factor).filter((value) => typeof value === 'number');
  return inArmOrder(runs.map(({ arm }) => arm)).flatMap((arm): Trend[] => {
    const ofArm = runs.filter((run) => run.arm === arm);
    const points = xs.flatMap((x) => {
      const there = ofArm.flatMap((run) => {
        const value = run.factors[factor] === undefined || run.factors[factor] === x ? shown.of(run, all) : null;
        return value === null ? [] : [{ network: run.network, seed: run.seed, value, run }];
      });
      const summary = summaryOf(there, shown);
      return summary ? [{ x, runs: there.map(({ run }) => run), ...summary }] : [];
    });
    return points.length > 0 && !(shown.difference && arm === 'unpruned') ? [{ arm, points }] : [];
  });
}

export const trendTitle = (factor: FactorName, name: ShownName): string =>
  `${shownOf(name).label} against ${factor === 'depth' ? 'depth' : factors[factor].symbol}`;
