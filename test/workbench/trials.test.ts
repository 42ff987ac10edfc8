import { expect, it } from 'vitest';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import type { TrialCut } from '../../src/shared/trial.ts';
import { network, openBench, temporaryFolder, training } from './fixture.ts';

it('tries cuts of a finished run, each once, and tells them one by one', async () => {
  const { workbench, call, next, trainers } = await openBench(temporaryFolder());
  try {
    const [sample] = await call('datasets.list');
    const [run] = await call('queue.train', {
      name: 'a',
      dataset: sample!.fingerprint,
      network,
      training: { ...training, epochs: 0 },
    });
    await next('runs', (runs) => runs.some(({ id, status }) => id === run && status === 'finished'));
    const { scores, maps } = (await call('pruning.scores', { task: 's', run: run!, criterion: 'l1', batches: 1, batch: 32 }))!;
    expect(maps.map(({ layer, channels }) => [layer, channels])).toEqual([
      ['backbone.0', 2],
      ['backbone.1', 4],
      ['backbone.2', 8],
      ['primary', 8],
    ]);
    for (const { channels, data } of maps) expect(data.length % channels).toBe(0);

    const half: TrialCut = { kind: 'cut', pruning: PruningSpec.parse({ backbone: 0.5, capsules: 0.5 }) };
    const nothing: TrialCut = { kind: 'silent', channels: { primary: [0, 1, 2, 3, 4, 5, 6, 7] } };
    const ask = { run: run!, scores, images: 50 };
    const before = trainers.length;
    const second = next('tried', ({ task, cut }) => task === 't' && cut === 1);
    const tried = (await call('pruning.try', { task: 't', ...ask, cuts: [half, nothing] }))!;
    expect(await second).toMatchObject(tried[1]!);
    // All classes are as long as each other.
    expect(tried[1]!.accuracy).toBeCloseTo(0.1, 12);
    expect(tried[1]!.forecast).toBeNull();
    expect(tried[0]!.lengths!.map(({ layer }) => layer)).toEqual(['primary', 'capsules.0', 'classes']);
    expect(tried[0]!.forecast).toMatchObject({ basis: 'cut', layers: [{ layer: 'capsules.0' }, { layer: 'classes' }] });
    expect(trainers).toHaveLength(before + 1);
    expect(await call('pruning.try', { task: 'u', ...ask, cuts: [nothing, half] })).toEqual([tried[1], tried[0]]);
    expect(trainers, 'what is known is not computed again').toHaveLength(before + 1);

    // The run that begins with this cut is told of by what was seen of it.
    const [child] = await call('queue.prune', {
      ...{ parent: run!, name: 'b', settings: [half.pruning], controls: [] },
      training: { ...training, epochs: 0 },
    });
    const [detail] = await call('runs.get', { ids: [child!] });
    expect(detail!.summary.gain).toMatchObject({ verdict: tried[0]!.forecast!.verdict, basis: 'cut' });
    expect(detail!.probe!.layers[1]!.mean).toBe(tried[0]!.forecast!.layers[0]!.probe!.mean);

    const cancelled = call('pruning.try', { task: 'v', ...ask, images: 2000, cuts: [half] });
    await call('pruning.cancel', { task: 'v' });
    expect(await cancelled).toBeNull();
    const blocks = { ...half, pruning: PruningSpec.parse({ blocks: [0.5] }) };
    await expect(call('pruning.try', { task: 'w', ...ask, cuts: [blocks] })).rejects.toThrow('ratios for 1 blocks');
  } finally {
    await workbench.close();
  }
});
