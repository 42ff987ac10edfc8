import { expect, it } from 'vitest';
import { networkOf } from '../../src/shared/spec/network.ts';
import { network, openBench, temporaryFolder, training } from './fixture.ts';
import { listRuns } from '../list-runs.ts';

it('forecasts a network from images of a data set, one at a time', async () => {
  const { workbench, call } = await openBench(temporaryFolder());
  try {
    const [sample] = await call('datasets.list');
    const dataset = sample!.fingerprint;
    const dying = networkOf({ types: 16, dim: 4, depth: 4 });
    const options = { draws: 2, images: 8 };
    const [before, after] = await Promise.all([
      call('forecast', { network, dataset, options }),
      call('forecast', { network: dying, dataset, options }),
    ]);
    expect(before).toBeNull();
    expect(after).toMatchObject({ verdict: 'vanishes', vanishesAt: 'capsules.2', basis: 'probe' });
    expect(after!.layers.map(({ probe }) => probe !== null)).toEqual([true, true, true, true, true]);

    const impossible = { ...network, primary: { ...network.primary, kernel: 15 } };
    await expect(call('forecast', { network: impossible, dataset })).rejects.toThrow(
      'the network cannot be built: primary: a 15×15 window',
    );
    await expect(call('forecast', { network, dataset: '0'.repeat(64) })).rejects.toThrow('there is no data set 000000000000…');
  } finally {
    await workbench.close();
  }
});

it('keeps what it has seen, by which runs of that network are told of from then on', async () => {
  const folder = temporaryFolder();
  const first = await openBench(folder);
  const [sample] = await first.call('datasets.list');
  const dataset = sample!.fingerprint;
  const [run] = await first.call('queue.train', { name: 'a', dataset, network, training: { ...training, epochs: 0 } });
  const list = async ({ call }: typeof first) => (await listRuns(call)).find(({ id }) => id === run)!.gain!;
  expect((await list(first)).basis).toBe('gains');
  const told = first.next('runs', (runs) => runs.some(({ id, gain }) => id === run && gain?.basis === 'probe'));
  const found = (await first.call('forecast', { network, dataset }))!;
  await told;
  await first.workbench.close();

  const second = await openBench(folder);
  try {
    const { verdict, basis } = found;
    expect(await list(second)).toMatchObject({ verdict, basis });
    const before = second.trainers.length;
    expect(await second.call('forecast', { network, dataset })).toEqual(found);
    expect(second.trainers, 'what is known is not looked at again').toHaveLength(before);
  } finally {
    await second.workbench.close();
  }
});
