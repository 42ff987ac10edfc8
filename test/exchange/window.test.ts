/** What the window exports: one file each, by a thread that can be ended. */
import { unzipSync } from 'fflate';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { expect, it } from 'vitest';
import { exportNames } from '../../src/shared/export-formats.ts';
import { Store } from '../../src/store/store.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { openBench } from '../workbench/fixture.ts';

it('exports runs in every format, and says how far it is', async () => {
  const home = thawed();
  const store = new Store(join(home, 'capscope.db'));
  const finished = store.runs().filter(({ status, study }) => status === 'finished' && study !== null);
  const ids = finished.map(({ id }) => id);
  store.close();
  const { workbench, call, next, saved } = await openBench(home);
  const progress = next('exporting', ({ task, total }) => task === 'tensorboard' && total === ids.length);
  for (const as of exportNames) {
    const network = as === 'onnx' || as === 'pytorch';
    const name = `as ${as}`;
    expect(await call('runs.exportAs', { task: as, as, ids: network ? ids.slice(0, 1) : ids, name })).toMatchObject({ status: 'saved' });
  }
  expect(await progress).toMatchObject({ done: 0 });
  const namesIn = (file: string) => Object.keys(unzipSync(saved.get(file)!));
  expect(namesIn('as pytorch.zip').sort()).toEqual(['capsnet.py', 'example.py', 'weights.safetensors']);
  const events = namesIn('as tensorboard.zip');
  expect(events).toHaveLength(ids.length);
  for (const [i, { id }] of finished.entries())
    expect(events[i]).toMatch(new RegExp(`^[^/]+/.* ${id}/events\\.out\\.tfevents\\.\\d{10}\\.0$`));
  for (const format of ['csv', 'parquet'])
    expect(namesIn(`as ${format}.zip`)).toEqual([`runs.${format}`, 'runs.dictionary.csv', `epochs.${format}`, 'epochs.dictionary.csv']);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(saved.get('as onnx.onnx')!);
  expect([session.inputNames[0], session.outputNames[0]]).toEqual(['images', 'lengths']);

  await expect(call('runs.exportAs', { task: 'two', as: 'onnx', ids: ids.slice(0, 2), name: 'two' })).rejects.toThrow('holds one network');
  // Ended before its thread has even started.
  const cancelled = call('runs.exportAs', { task: 'late', as: 'csv', ids, name: 'late' });
  await call('runs.cancelExport', { task: 'late' });
  expect(await cancelled).toEqual({ status: 'cancelled' });
  expect([...saved.keys()]).not.toContain('late.zip');
  await workbench.close();
});
