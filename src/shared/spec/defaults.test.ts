import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withoutDefaults } from './defaults.ts';
import { NetworkSpec, networkOf } from './network.ts';
import { PreparationSpec } from './preparation.ts';
import { StudySpec } from './study.ts';
import { TrainingSpec } from './training.ts';

describe('withoutDefaults', () => {
  it('keeps what is required or differs, at every depth, in alphabetical order', () => {
    const spec = TrainingSpec.parse({ shift: 1, epochs: 3, batch: 32, measure: { threshold: 0.02, batch: 128 } });
    expect(JSON.stringify(withoutDefaults(TrainingSpec, spec))).toBe('{"epochs":3,"measure":{"threshold":0.02},"shift":1}');
    expect(withoutDefaults(PreparationSpec, PreparationSpec.parse({}))).toEqual({});
    expect(withoutDefaults(PreparationSpec, PreparationSpec.parse({ size: { width: 2, height: 3 }, limits: { train: 5 } }))).toEqual({
      limits: { train: 5 },
      size: { height: 3, width: 2 },
    });
  });

  it('knows which alternative a value is', () => {
    const { intermediate, decoder } = withoutDefaults(
      NetworkSpec,
      NetworkSpec.parse({
        ...networkOf({ types: 2, dim: 4, depth: 1, kind: 'full' }),
        decoder: {},
      }),
    ) as { intermediate: unknown; decoder: unknown };
    expect(intermediate).toEqual([{ dim: 4, kind: 'full', types: 2 }]);
    // Null by default: that there is one has to be told.
    expect(decoder).toEqual({});
    const study = { name: 'x', networks: [{ depth: 1 }, networkOf({ types: 2 })], epochs: { train: 1, fineTune: 0 } };
    const told = withoutDefaults(StudySpec, StudySpec.parse({ ...study, pruning: { backbone: [0.25, 0.5] } })) as z.input<typeof StudySpec>;
    expect([told.networks[0], told.pruning]).toEqual([{ depth: 1 }, { backbone: [0.25, 0.5] }]);
    expect(StudySpec.parse(told)).toEqual(StudySpec.parse({ ...study, pruning: { backbone: [0.25, 0.5] } }));
  });

  it('is the same with a field more that has a default, and another where that field differs', () => {
    const Longer = TrainingSpec.extend({
      imagined: z.strictObject({ steps: z.int().default(0) }).prefault({}),
      optimiser: z.enum(['adam', 'adamw']).default('adam'),
      early: z.number().nullable().default(null),
    });
    const old = TrainingSpec.parse({ epochs: 3 });
    const text = JSON.stringify(withoutDefaults(TrainingSpec, old));
    expect(JSON.stringify(withoutDefaults(Longer, Longer.parse(old)))).toBe(text);
    expect(withoutDefaults(Longer, Longer.parse({ ...old, imagined: { steps: 5 } }))).toEqual({ epochs: 3, imagined: { steps: 5 } });
  });

  it('tells records by their keys, whatever order these come in', () => {
    const Chosen = z.strictObject({ by: z.record(z.string(), z.string()).optional() });
    expect(withoutDefaults(Chosen, {})).toEqual({});
    expect(JSON.stringify(withoutDefaults(Chosen, { by: { b: '2', a: '1' } }))).toBe('{"by":{"a":"1","b":"2"}}');
  });

  it('refuses what it cannot look into, rather than take it for different', () => {
    expect(() => withoutDefaults(z.strictObject({ by: z.map(z.string(), z.string()) }), { by: new Map() })).toThrow('a value of map');
  });
});
