/** test/goldens/pruning.json, which write_pruning.py makes with PyTorch in float64. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const numbers = z.array(z.number());

const PruningGolden = z.object({
  chip: z.array(
    z.object({ channels: z.int(), positions: z.int(), maps: z.array(numbers), scores: numbers, ratio: z.number(), kept: numbers }),
  ),
  ccm: z.object({
    shape: z.tuple([z.int(), z.int(), z.int(), z.int()]),
    maps: numbers,
    matrix: numbers,
    value: z.number(),
    gradient: numbers,
  }),
  activity: z.object({
    shapes: z.array(z.tuple([z.int(), z.int(), z.int(), z.int(), z.int()])),
    batches: z.array(numbers),
    threshold: z.number(),
    meanVector: numbers,
    meanLength: numbers,
    maxLength: numbers,
    activationRate: numbers,
    imageLengths: numbers,
  }),
  coupling: z.object({
    shape: z.object({
      inHeight: z.int(),
      inWidth: z.int(),
      inTypes: z.int(),
      outTypes: z.int(),
      kernel: z.int(),
      padding: z.int(),
    }),
    dims: z.tuple([z.int(), z.int(), z.int()]),
    coupling: numbers,
    entropy: z.number(),
    spread: z.number(),
  }),
});

export const golden = PruningGolden.parse(JSON.parse(readFileSync(new URL('../goldens/pruning.json', import.meta.url), 'utf8')));
