import { describe, expect, it } from 'vitest';
import { armOf } from './spec/arms.ts';
import { StudySpec } from './spec/study.ts';
import { planStudy, type PlannedRun } from './study-plan.ts';
import { twinFinder, twinKey } from './twins.ts';

const study = StudySpec.parse({
  name: 'two sizes',
  networks: [
    { types: 4, dim: 4, depth: 2 },
    { types: 12, dim: 4, depth: 2 },
  ],
  epochs: { train: 2, fineTune: 1 },
  pruning: [{ backbone: 0.5, capsules: 0.5 }],
  arms: ['unpruned', 'ccm', 'pruned', 'scratch', 'random'],
  seeds: [1, 2],
});

/** The runs of a plan as they would stand in the store. */
function stored(planned: PlannedRun[], name: string | null = 'a', dataset = 'digits') {
  const byKey = new Map(planned.map((run) => [run.key, run]));
  const lineage = ({ parent, spec }: PlannedRun): PlannedRun['spec'][] => [...(parent ? lineage(byKey.get(parent)!) : []), spec];
  return planned.map((run) => ({
    ...run,
    arm: armOf(run),
    id: `${name} ${run.key}`,
    study: name,
    twinKey: twinKey({ dataset, lineage: lineage(run) }),
  }));
}

describe('twins', () => {
  const runs = stored(planStudy(study));

  it('are of the same network before any cut, and of the same seed, though depths are the same', () => {
    const twin = twinFinder(runs);
    for (const run of runs) {
      const family = run.key.slice(0, run.key.lastIndexOf('/'));
      const expected = /unpruned|source/.test(run.key) ? null : `a ${family}/unpruned`;
      expect(twin(run)?.id ?? null, run.key).toBe(expected);
    }
  });

  it('are taken from the own study first, then from any on the same data', () => {
    const other = stored(planStudy(study), 'b');
    const pruned = runs.find(({ key }) => key.endsWith('pruned 0'))!;
    expect(twinFinder([...other, ...runs])(pruned)!.study).toBe('a');
    expect(twinFinder(other)(pruned)!.study).toBe('b');
    expect(twinFinder(stored(planStudy(study), 'c', 'letters'))(pruned)).toBeNull();
  });

  it('are trained in the same way for the same number of epochs in all', () => {
    const pruned = runs.find(({ key }) => key.endsWith('pruned 0'))!;
    const change = (training: object, epochs = study.epochs) => planStudy(StudySpec.parse({ ...study, training, epochs }));
    expect(twinFinder(stored(change({ batch: 16 })))(pruned)).toBeNull();
    expect(twinFinder(stored(change({}, { train: 2, fineTune: 2 })))(pruned)).toBeNull();
    expect(twinFinder(stored(change({ measure: { threshold: 0.1 } })))(pruned)).not.toBeNull();
  });
});
