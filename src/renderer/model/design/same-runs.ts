import type { StudySummary } from '../../../shared/contract/index.ts';
import type { StudySpec } from '../../../shared/spec/study.ts';
import { accountOf, type Account } from './account.ts';

/** A study that has begun and plans the very same runs on these images. @param account of the study that is designed. */
export function withSameRuns(
  list: readonly StudySummary[],
  { study, account }: { study: StudySpec; account: Account },
  dataset: string | undefined,
): StudySummary | undefined {
  const planned = ({ plan }: Account) => JSON.stringify(plan.map(({ key, spec: run }) => [key.split('/')[2], { ...run, seed: 0 }]));
  const wanted = planned(account);
  return list.find(
    (one) =>
      one.dataset.fingerprint === dataset &&
      one.runs.length === account.runs &&
      one.spec.seeds.join() === study.seeds.join() &&
      planned(accountOf(one.spec)) === wanted,
  );
}
