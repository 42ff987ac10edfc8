/** One choice of runs, made in any panel and followed by all of them. */
import { factorNames, factors, factorText, type FactorName, type FactorValue } from '../../../shared/study-factors.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { once } from './once.ts';

export interface Brush {
  /** What was chosen, as its chip says. */
  label: string;
  ids: ReadonlySet<string>;
}

/** Values of a factor, ascending: numbers first. */
export const valuesOf = once(
  (runs: readonly StudyRun[], factor: FactorName): readonly FactorValue[] => {
    const found = new Set<FactorValue>();
    for (const { factors: values } of runs) if (values[factor] !== undefined) found.add(values[factor]);
    return [...found].sort((a, b) =>
      typeof a === 'number' && typeof b === 'number'
        ? a - b
        : typeof a === typeof b
          ? String(a).localeCompare(String(b))
          : typeof a === 'number'
            ? -1
            : 1,
    );
  },
  (factor) => factor,
);

/** Factors in which these runs differ. */
export const varying = (runs: readonly StudyRun[]): FactorName[] => factorNames.filter((name) => valuesOf(runs, name).length > 1);

/** A run without the factor, as an unpruned one among cuts, belongs to every value of it. */
export const hasValue = (run: StudyRun, factor: FactorName, value: FactorValue): boolean =>
  run.factors[factor] === undefined || run.factors[factor] === value;

export const valueText = (factor: FactorName, value: FactorValue): string => `${factors[factor].symbol} = ${factorText(factor, value)}`;

/** How many of how many, as the chip says it. */
export const brushText = ({ label, ids }: Brush, of: number): string => `${label}: ${ids.size} of ${of}`;

export const isDimmed = (brush: Brush | null, ids: readonly string[]): boolean => brush !== null && !ids.some((id) => brush.ids.has(id));
