/** One run in full, as pages and reports show it. */
import type { RunDetail } from '../shared/contract/index.ts';
import { remediesFor } from '../shared/findings/remedies.ts';
import { InputError } from '../shared/input-error.ts';
import type { Store } from '../store/store.ts';
import { inputOf } from './plan.ts';

export function detailOf(store: Store, id: string): RunDetail {
  const [summary] = store.summaries([id], (problem) => {
    throw new InputError(problem);
  });
  if (!summary) throw new InputError('this run is not here; it may have been deleted');
  const findings = store.findings.of(id);
  const { spec, cut, versions, device, choice, dataset } = store.run(id);
  const stored = store.dataset(dataset);
  const input = inputOf(stored);
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
    remedies: remediesFor(spec, input, findings),
  };
}
