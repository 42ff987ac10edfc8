/** What people call the dimensions of a run's class capsules, by "<class>.<dimension>". They belong to the run, and travel with it. */
import { z } from 'zod';
import type { KeyedValues } from './keyed.ts';

export const DimensionNames = z.record(z.string().regex(/^\d{1,16}\.\d{1,16}$/), z.string().min(1).max(60));
export type DimensionNames = z.infer<typeof DimensionNames>;

interface Kept {
  values: KeyedValues;
}

const keyOf = (run: string): string => `dimensions.${run}`;

export const namesOf = ({ values }: Kept, run: string): DimensionNames => values.get(keyOf(run), DimensionNames) ?? {};

export function keepNames({ values }: Kept, run: string, names: DimensionNames): void {
  values.set(keyOf(run), names);
}
