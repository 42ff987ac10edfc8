/** Looking into networks from the contract's side, on what version 0.1 left: a finished run, one with a checkpoint, one that has not begun. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DatasetImage } from '../../src/shared/contract/index.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { openBench } from './fixture.ts';
import { listRuns } from '../list-runs.ts';

it('opens a network once, answers what is asked, and keeps what it has found out of all images', async () => {
  const folder = thawed();
  const { workbench, call, next, trainers } = await openBench(folder);
  try {
    const runs = await listRuns(call);
    const run = runs.find(({ name }) => name === 'unpruned')!;
    const stopped = runs.find(({ resumable, status }) => resumable && status === 'stopped')!;
    const queued = runs.find(({ status }) => status === 'queued')!;
    const images = (indices: number[]): Promise<DatasetImage[]> =>
      call('datasets.images', { fingerprint: run.dataset.fingerprint, split: 'test', indices });

    const look = await call('inside.look', { run: run.id, image: { split: 'test', index: 1 } });
    const [shown] = await images([1]);
    expect(look.pixels).toEqual(shown!.pixels);
    const { classes } = (await call('runs.get', { ids: [run.id] }))[0]!;
    expect(look.layers.at(-1)).toMatchObject({ layer: 'classes', types: classes.length });
    const drawn = await call('inside.look', { run: run.id, image: { pixels: shown!.pixels.map((byte) => 255 - byte) } });
    expect(drawn.layers[0]!.lengths).not.toEqual(look.layers[0]!.lengths);
    expect(trainers, 'one process answers all').toHaveLength(1);
    await expect(call('inside.look', { run: run.id, image: { pixels: new Uint8Array(3) } })).rejects.toThrow(
      /the image has 3 values, but the network takes \d+ × \d+ × 1/,
    );
    await expect(call('inside.draw', { run: run.id, class: 0, vector: [1] })).rejects.toThrow('has no decoder');
    await expect(call('inside.look', { run: queued.id, image: { split: 'test', index: 0 } })).rejects.toThrow('has no weights yet');
    expect((await call('inside.look', { run: stopped.id, image: { split: 'test', index: 0 } })).layers.length).toBeGreaterThan(2);

    const all = await call('inside.images', { run: run.id, count: 1000 });
    const wrong = await call('inside.images', { run: run.id, wrong: true, class: 1, count: 1 });
    const expected = all.indices.filter((_, i) => all.labels[i] === 1 && all.read![i] !== 1);
    expect(wrong).toMatchObject({ total: expected.length, indices: expected.slice(0, 1) });
    expect(all.read![1]).toBe(look.longest[0]);

    expect(await call('inside.name', { run: run.id, class: 1, dimension: 3, name: 'slant' })).toEqual({ '1.3': 'slant' });
    await call('inside.name', { run: run.id, class: 1, dimension: 4, name: 'width' });
    await call('inside.name', { run: run.id, class: 1, dimension: 3, name: ' ' });
    expect(await call('inside.names', { run: run.id })).toEqual({ '1.4': 'width' });

    const told = next('inside', ({ task, total }) => task === 'a' && total > 0);
    const atlas = (await call('inside.atlas', { task: 'a', run: run.id }))!;
    await told;
    expect(atlas.layers.map(({ layer }) => layer)).toEqual(look.layers.map(({ layer }) => layer));
    expect(atlas.images).toBe(all.total);
    const before = trainers.length;
    expect(await call('inside.atlas', { task: 'b', run: run.id })).toEqual(atlas);
    expect(trainers, 'what is known is not computed again').toHaveLength(before);
    const file = join(folder, 'runs', run.id, 'atlas.json');
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, '{"format":1');
    const cancelled = call('inside.atlas', { task: 'c', run: run.id });
    await call('inside.cancel', { task: 'c' });
    expect(await cancelled).toBeNull();

    const robust = { run: run.id, kind: 'turn', values: [-20, 0], images: 1000 } as const;
    const [turned, plain] = (await call('inside.robustness', { task: 'd', ...robust, values: [...robust.values] }))!;
    expect([turned!.value, plain!.value]).toEqual([-20, 0]);
    expect(plain!.accuracy).toBeCloseTo(run.accuracy!, 6);
    const computed = trainers.length;
    const point = next('robustness', ({ task }) => task === 'e');
    expect(await call('inside.robustness', { task: 'e', ...robust, values: [0] })).toEqual([plain]);
    expect(await point).toEqual({ task: 'e', run: run.id, point: plain });
    expect(trainers).toHaveLength(computed);
    await expect(call('inside.robustness', { task: 'f', run: run.id, kind: 'scale', values: [0] })).rejects.toThrow(
      'a scale is larger than 0',
    );

    const decoder = await call('inside.trainDecoder', { run: run.id, epochs: 1 });
    await next('runs', (changed) => changed.some(({ id, status }) => id === decoder && status === 'finished'));
    expect(await call('inside.trainDecoder', { run: run.id }), 'there is one').toBe(decoder);
    const [listed] = (await listRuns(call)).filter(({ id }) => id === decoder);
    expect(listed).toMatchObject({ arm: 'decoder' });
    const withDecoder = await call('inside.look', { run: run.id, image: { split: 'test', index: 1 } });
    expect(withDecoder.layers).toEqual(look.layers);
    expect(withDecoder.reconstruction!.pixels).toHaveLength(look.pixels.length);
    await expect(call('inside.trainDecoder', { run: decoder })).rejects.toThrow('has a decoder already');
  } finally {
    await workbench.close();
  }
});
