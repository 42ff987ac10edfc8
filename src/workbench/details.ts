/** One run in full, as pages and reports show it. */
import type { RunDetail } from '../shared/contract/index.ts';
import { remediesFor } from '../shared/findings/remedies.ts';
import { forecast } from '../shared/forecast/forecast.ts';
import { InputError } from '../shared/input-error.ts';
import type { NetworkSpec } from '../shared/spec/network.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import { begins } from '../store/probes.ts';
import type { Store } from '../store/store.ts';
import { inputOf } from './plan.ts';

export function detailOf(store: Store, id: string): RunDetail {
  const [summary] = store.summaries([id], (problem) => {
    throw new InputError(problem);
  });
  if (!summary) throw new InputError('this run is not here; it may have been deleted');
  const findings = store.findings.of(id);
  const run = store.run(id);
  const { spec, cut, versions, device, choice, dataset } = run;
  const stored = store.dataset(dataset);
  const input = inputOf(stored);
  const look = (network: NetworkSpec, cut: PruningSpec | null) =>
    forecast(network, input, store.probes.of(cut ? { parent: id, pruning: cut } : { dataset, network }));
  return {
    summary,
    spec,
    input,
    classes: stored.classes,
    cut,
    versions,
    device,
    choice,
    epochs: store.results.epochs(id),
    evaluation: store.results.evaluation(id),
    analysis: store.results.final(id)?.analysis ?? null,
    findings,
    remedies: remediesFor({ ...spec, hadTerm: store.lineage(run).some(({ training }) => training.ccm > 0) }, look, findings),
    probe: store.probes.of(begins(run)),
  };
}
