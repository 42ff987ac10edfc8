/** A trainer in a Worker of a real page, on Chromium's WebGPU over SwiftShader: stopped, resumed, and as good as wasm. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { run, type RunIO } from '../../src/engine/jobs/run.ts';
import type { Dataset, Split } from '../../src/shared/dataset.ts';
import type { EpochMetrics } from '../../src/shared/results.ts';
import type { FinishedRun, RunJob } from '../../src/shared/run-job.ts';
import { decodeNetworkFile } from '../../src/shared/weights-file.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { openBuiltPage, type BuiltPage } from '../built-page.ts';
import { lackOfChromium, webgpuOptions } from '../chromium.ts';
import { blobs } from '../engine/blobs.ts';
import { needs } from '../needs.ts';
import { relativeError } from '../network/golden.ts';
import type { DatasetAsJson } from './page/messages.ts';
import { network, training } from './tiny.ts';

const dataset = blobs(24, 12);
const job: RunJob = {
  spec: { network, training: training({ epochs: 2 }), pruning: null, control: null, seed: 5, firstEpoch: 0 },
  parent: null,
  checkpoint: null,
};

const lists = ({ images, labels }: Split) => ({ images: [...images], labels: [...labels] });
const asJson = ({ train, test, ...facts }: Dataset): DatasetAsJson => ({ ...facts, train: lists(train), test: lists(test) });

/** A message as JSON brings it, with the parts that the test looks at. */
interface Message {
  type: string;
  message?: string;
  device?: { kind: string };
  metrics?: EpochMetrics;
  checkpoint?: number[];
  finished?: { weights: number[] };
}

describe('a trainer in a page', needs(lackOfChromium), () => {
  let built: BuiltPage;
  let engine: Engine;

  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 1 });
    built = await openBuiltPage(new URL('page/', import.meta.url), webgpuOptions);
  });
  afterAll(async () => {
    engine.dispose();
    await built.close();
  });

  const inPage = (checkpoint: number[] | null, stopAfter: number) =>
    built.page.evaluate(([job, dataset, checkpoint, stopAfter]) => globalThis.trainInPage(job, dataset, checkpoint, stopAfter), [
      job,
      asJson(dataset),
      checkpoint,
      stopAfter,
    ] as const) as Promise<Message[]>;

  /** The same on wasm in this process. */
  async function onWasm(): Promise<{ finished: FinishedRun; epochs: EpochMetrics[] }> {
    const epochs: EpochMetrics[] = [];
    let finished: FinishedRun | undefined;
    const io: RunIO = {
      ...{ onStage: () => undefined, onCut: () => undefined, onStep: () => undefined, onStop: () => undefined },
      onEpoch: (metrics) => void epochs.push(metrics),
      onFinish: (result) => void (finished = result),
      shouldStop: () => false,
      now: () => performance.now(),
      peakMemory: () => 0,
    };
    await run(job, dataset, engine, io);
    return { finished: finished!, epochs };
  }

  it('trains, stops with a checkpoint, goes on from it, and ends as on wasm', { timeout: 240_000 }, async () => {
    const begun = await inPage(null, 1);
    const said = (messages: Message[], type: string) => messages.filter((message) => message.type === type);
    expect(begun.at(-1)!.message).toBeUndefined();
    expect(said(begun, 'engine')[0]!.device!.kind).toBe('software');
    expect(begun.at(-1)!.type).toBe('stopped');
    const resumed = await inPage(begun.at(-1)!.checkpoint!, Infinity);
    expect(resumed.at(-1)!.type).toBe('finished');

    const { finished, epochs } = await onWasm();
    const measured = [...said(begun, 'epoch'), ...said(resumed, 'epoch')].map(({ metrics }) => metrics!);
    expect(measured.map(({ epoch }) => epoch)).toEqual([1, 2]);
    for (const [i, { train, peakMemoryBytes }] of measured.entries()) {
      expect(relativeError(Object.values(train), Object.values(epochs[i]!.train))).toBeLessThan(1e-4);
      expect(peakMemoryBytes).toBeGreaterThan(0);
    }
    const { weights } = decodeNetworkFile(Uint8Array.from(resumed.at(-1)!.finished!.weights), 'the page');
    const expected = decodeNetworkFile(finished.weights, 'wasm').weights;
    for (const [name, { data }] of expected) expect(relativeError(weights.get(name)!.data, data), name).toBeLessThan(1e-4);
  });
});
