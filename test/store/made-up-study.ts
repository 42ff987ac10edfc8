/** A study of several networks that has been done, as far as the store can tell. Nothing in it was measured. */
import { describe } from '../../src/shared/describe.ts';
import { gainOverCritical } from '../../src/shared/forecast/over-critical.ts';
import { networkAfter } from '../../src/shared/pruning-plan.ts';
import type { EpochMetrics, LayerActivity } from '../../src/shared/results.ts';
import type { NetworkSpec } from '../../src/shared/spec/network.ts';
import type { StudySpec } from '../../src/shared/spec/study.ts';
import { planStudy, type PlannedRun } from '../../src/shared/study-plan.ts';
import type { Store } from '../../src/store/store.ts';
import { dataset, engine, evaluation, input, metrics, result } from './fixtures.ts';

/** Lives above the critical gain, and with the CCM term somewhat below it. */
function isDead(network: NetworkSpec, { parent, spec }: PlannedRun): boolean {
  const over = gainOverCritical(network, input) ?? 1;
  return over < (parent !== null && spec.pruning === null ? 0.7 : 1);
}

function activityOf(network: NetworkSpec, dead: boolean): LayerActivity[] {
  const layers: [string, number][] = [
    ['primary', network.primary.types],
    ...network.intermediate.map(({ types }, l): [string, number] => [`capsules.${l}`, types]),
  ];
  return layers.map(([layer, types], l) => {
    const values = Array.from({ length: types }, (_, i) => (dead && l > 0 ? 0.001 : 0.2 + 0.5 * ((i % 3) / 3)));
    return { layer, meanVector: values, meanLength: values, maxLength: values, activationRate: values };
  });
}

/** Answers the id of the study. */
export function finishStudy(store: Store, spec: StudySpec): string {
  store.addDataset(dataset);
  const { id } = store.studies.add(spec, dataset.fingerprint, null);
  const ids = new Map<string, string>();
  for (const planned of planStudy(spec)) {
    const { key, name, role, parent, spec: run } = planned;
    const size = describe(run.network, input);
    const added = store.addRun({
      ...{ study: id, key, name, role, dataset: dataset.fingerprint, spec: run, params: size.params, flops: size.flops },
      parent: parent === null ? null : ids.get(parent)!,
    });
    ids.set(key, added.id);
    store.training.claim(added.id, engine);
    const network = run.pruning ? networkAfter(run.network, run.pruning) : run.network;
    if (run.pruning) {
      const cut = [{ layer: 'primary', scores: [0.1, 0.2], unit: 'channel' as const, kept: [1] }];
      store.training.recordCut(added.id, { network, cut, ...describe(network, input) });
    }
    const dead = isDead(network, planned);
    const accuracy = dead ? 0.5 : 0.9 + 0.01 * (run.seed % 7) - 0.003 * network.intermediate.length;
    const tested = { ...evaluation(accuracy), accuracy, activity: activityOf(network, dead) };
    const epoch: EpochMetrics = { ...metrics(run.firstEpoch + 1), test: tested };
    store.training.recordEpoch(added.id, epoch, new Uint8Array([1]));
    store.training.recordFinish(added.id, {
      ...{ weights: new Uint8Array([1]), activity: new Uint8Array([1]) },
      ...{ ...result(accuracy), evaluation: tested },
    });
  }
  return id;
}
