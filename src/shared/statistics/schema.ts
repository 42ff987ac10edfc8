/** What the schemas of statistics have in common. */
import { z } from 'zod';

export const Interval = z.tuple([z.number(), z.number()]);
export const probability = z.number().min(0).max(1);

export const measures = ['accuracy', 'inactiveShare'] as const;
export type Measure = (typeof measures)[number];
