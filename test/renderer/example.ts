/** Made-up runs for the tests of the window's models. */
import type { RunDetail, RunSummary } from '../../src/shared/contract/index.ts';
import type { Evaluation } from '../../src/shared/results.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';

type Network = RunSummary['network'];

/** The name of a network follows from its numbers unless it is given. */
export type SummaryChange = Partial<Omit<RunSummary, 'network'>> & { network?: Omit<Network, 'name'> & Partial<Network> };

export function summary(id: string, { network, ...change }: SummaryChange = {}): RunSummary {
  const { types, dim, depth, name = `N${types} D${dim} L${depth}` } = network ?? { types: 4, dim: 4, depth: 2 };
  return {
    id,
    name: `run ${id}`,
    status: 'finished',
    role: 'unpruned',
    arm: change.role ?? 'unpruned',
    twinKey: '',
    parent: null,
    study: null,
    dataset: { fingerprint: 'f', name: 'MNIST' },
    seed: 1,
    pruning: null,
    network: { types, dim, depth, name },
    gain: { value: 2.25, critical: 1.5, verdict: 'stays', basis: 'gains' },
    before: null,
    params: 1000,
    flops: 20_000,
    weightBytes: 4000,
    engine: 'wasm',
    epoch: 2,
    firstEpoch: 0,
    lastEpoch: 2,
    accuracy: 0.5,
    loss: 0.1,
    inactive: { total: 2, of: 4 },
    imagesPerSecond: 100,
    peakMemoryBytes: 1e8,
    created: '2026-01-01T00:00:00.000Z',
    started: null,
    ended: null,
    resumable: false,
    note: '',
    tags: [],
    favourite: false,
    archived: false,
    error: null,
    retries: 0,
    health: null,
    ...change,
  };
}

/** Two classes, two intermediate layers of two types. */
export function evaluation(change: Partial<Evaluation> = {}): Evaluation {
  const layer = (name: string, values: number[]) => ({ layer: name, meanVector: values, meanLength: values, maxLength: values, activationRate: values }); // prettier-ignore
  return {
    loss: 0.2,
    margin: 0.2,
    reconstruction: 0,
    accuracy: 0.75,
    top5: 1,
    confusion: [
      [8, 2],
      [3, 7],
    ],
    activity: [layer('primary', [0.5, 0.5]), layer('capsules.0', [0.2, 0.004]), layer('capsules.1', [0, 0.3])],
    ...change,
  };
}

export function detail(
  id: string,
  change: { summary?: SummaryChange; training?: Partial<TrainingSpec>; evaluation?: Evaluation | null } = {},
): RunDetail {
  return {
    summary: summary(id, change.summary),
    spec: {
      network: networkOf({ types: 4, dim: 4, depth: 2 }),
      training: TrainingSpec.parse({ epochs: 2, ...change.training }),
      pruning: null,
      control: null,
      seed: 1,
      firstEpoch: 0,
    },
    input: { height: 28, width: 28, channels: 1, classes: 2 },
    classes: ['cat', 'dog'],
    cut: null,
    versions: {},
    device: null,
    choice: null,
    epochs: [],
    evaluation: change.evaluation === undefined ? evaluation() : change.evaluation,
    analysis: null,
    findings: [],
    remedies: [],
    probe: null,
  };
}
