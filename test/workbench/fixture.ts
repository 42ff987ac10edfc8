/** A workbench over a temporary folder, with real trainer processes and without a screen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Answer, Argument, EventName, Events, MethodName } from '../../src/shared/contract/index.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import type { Host, TrainerProcess } from '../../src/workbench/host.ts';
import { folders, reportPage, startTrainer } from '../../src/workbench/node-host.ts';
import { Workbench } from '../../src/workbench/workbench.ts';

export const network = networkOf({ types: 2, dim: 4, depth: 1 });
export const training = TrainingSpec.parse({ epochs: 2, batch: 32 });

export interface Bench {
  workbench: Workbench;
  call: <M extends MethodName>(method: M, argument?: Argument<M>) => Promise<Answer<M>>;
  /** Resolves at the first such event that satisfies the condition. */
  next: <E extends EventName>(event: E, condition?: (payload: Events[E]) => boolean) => Promise<Events[E]>;
  saved: Map<string, Uint8Array>;
  trainers: TrainerProcess[];
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-workbench-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export async function openBench(folder: string): Promise<Bench> {
  const bench = startBench(folder);
  await bench.prepared;
  return bench;
}

/** One that may still be at its start. */
export function startBench(folder: string): Bench & { prepared: Promise<void> } {
  const waiting = new Set<{ event: string; take: (payload: unknown) => boolean }>();
  const saved = new Map<string, Uint8Array>();
  const trainers: TrainerProcess[] = [];
  const host: Host = {
    mode: 'browser',
    database: join(folder, 'capscope.db'),
    ...folders(),
    reportPage,
    tensorflow: join(folder, 'no-tensorflow'),
    background: new URL('../../src/workbench/background/thread.ts', import.meta.url),
    importer: new URL('../../src/workbench/imports/importer.ts', import.meta.url),
    reader: new URL('../../src/workbench/datasets/reader.ts', import.meta.url),
    startTrainer: () => {
      const trainer = startTrainer();
      trainers.push(trainer);
      return trainer;
    },
    emit: (event, payload) => {
      for (const wait of waiting) if (wait.event === event && wait.take(payload)) waiting.delete(wait);
    },
    save: (name, content) => {
      saved.set(name, content);
      return Promise.resolve({ status: 'saved', path: name });
    },
    pick: () => Promise.resolve(null),
    reveal: () => undefined,
  };
  const workbench = new Workbench(host);
  return {
    workbench,
    prepared: workbench.prepare(),
    saved,
    trainers,
    call: async (method, argument) => {
      const reply = await workbench.call(method, argument);
      if (!reply.ok) throw new Error(reply.message);
      return reply.value as never;
    },
    next: (event, condition = () => true) =>
      new Promise((resolve) => {
        waiting.add({
          event,
          take: (payload) => {
            if (!condition(payload as never)) return false;
            resolve(payload as never);
            return true;
          },
        });
      }),
  };
}
