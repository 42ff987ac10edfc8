/** Training on the graphics card in the hidden window: a run from beginning to end, and one whose window goes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Argument, MethodName, Reply, RunSummary } from '../../src/shared/contract/index.ts';
import { network, training } from '../webgpu/tiny.ts';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';
import { listRuns } from '../list-runs.ts';

/** Milliseconds; the card is imitated, and compiling for it takes long. */
const PATIENCE = 240_000;

describe(driven('the window that computes on the graphics card'), { timeout: PATIENCE, ...needs(lackOfDesktop) }, () => {
  let folder: string;
  let desktop: Desktop;
  let dataset: string;

  async function call<M extends MethodName>(method: M, argument?: Argument<M>): Promise<Answer<M>> {
    const ask = ([name, value]: [string, unknown]) =>
      (globalThis as unknown as { workbench: { call: (name: string, value: unknown) => Promise<Reply> } }).workbench.call(name, value);
    const reply = await desktop.page.evaluate(ask, [method, argument] as [string, unknown]);
    if (!reply.ok) throw new Error(reply.message);
    return reply.value as Answer<M>;
  }
  const run = async (id: string): Promise<RunSummary> => (await listRuns(call)).find((one) => one.id === id)!;
  const reached = (id: string, satisfied: (run: RunSummary) => boolean) =>
    waitFor(async () => {
      const now = await run(id);
      if (now.status === 'failed') throw new Error(now.error ?? 'failed');
      return satisfied(now) ? now : undefined;
    }, PATIENCE);
  const train = async (name: string, epochs: number): Promise<string> => {
    const [id] = await call('queue.train', { name, dataset, network, training: training({ epochs }), engine: 'webgpu' });
    return id!;
  };

  beforeAll(async () => {
    folder = makeFolder();
    const files = await writeMnist(folder, { train: 24, test: 6 });
    desktop = await openDesktop({ userData: folder, dropFolder: folder, webgpu: true });
    await desktop.drop(files);
    dataset = await waitFor(async () => (await call('datasets.list')).find(({ train: images }) => images === 24)?.fingerprint);
  }, PATIENCE);
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('tells what it computes on', async () => {
    const { device, unavailable } = (await call('app.engines')).find(({ name }) => name === 'webgpu')!;
    expect(unavailable).toBeNull();
    expect(device).not.toBeNull();
  });

  it('trains a run to its end, unseen, and keeps with it what it was trained on', async () => {
    const id = await train('on the card', 1);
    await reached(id, ({ status }) => status === 'finished');
    const [detail] = await call('runs.get', { ids: [id] });
    expect(detail).toMatchObject({ summary: { engine: 'webgpu' }, choice: 'the run asks for it or was begun with it' });
    expect(detail!.device).toBe((await call('app.engines')).find(({ name }) => name === 'webgpu')!.device!.name);
    expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('leaves a run that can go on when its window goes', async () => {
    const id = await train('interrupted', 1000);
    await reached(id, ({ epoch }) => epoch >= 1);
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().at(-1)!.destroy());
    const { resumable, epoch } = await reached(id, ({ status }) => status === 'interrupted');
    expect(resumable).toBe(true);
    await call('queue.resume', { ids: [id] });
    await reached(id, (now) => now.epoch > epoch);
    await call('queue.stop', { id });
    expect(await run(id)).toMatchObject({ status: 'stopped', resumable: true, engine: 'webgpu' });
  });
});
