/** Inactive capsules told by every criterion and by other limits, from the activity that runs store: nothing is trained again. */
import { countInactive } from '../../src/shared/inactive.ts';
import { criteria, criterionNames, limitOf, type CriterionName } from '../../src/shared/measures/criteria.ts';
import { inactiveShare } from '../../src/shared/present/format.ts';
import { correct, differenceOf, sampleOf } from '../../src/shared/statistics/statistics.ts';
import type { StudyRun } from '../../src/shared/study-result.ts';
import type { Store } from '../../src/store/store.ts';
import type { Recount } from './result.ts';

/** Lengths, and shares of images; the first of each is as little as can be told from nothing. */
const limits = { threshold: [0.001, 0.01, 0.05, 0.1], rate: [0, 0.01, 0.1] } as const;

const ways: readonly [CriterionName, number][] = criterionNames.flatMap((criterion) =>
  limits[criteria[criterion].limit].map((limit): [CriterionName, number] => [criterion, limit]),
);

export function recountsOf(store: Store, runs: readonly StudyRun[]): Recount[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const pruned = runs.filter(({ arm, twin }) => arm === 'pruned' && twin !== null && byId.has(twin));
  const cuts = [...Map.groupBy(pruned, ({ network, pruning }) => JSON.stringify([network, pruning])).values()];
  const activities = new Map(runs.map(({ id }) => [id, store.results.evaluation(id)!.activity]));
  const recounts = cuts.flatMap((cut) =>
    ways.map(([criterion, limit]): Recount => {
      const shares = (ids: string[]) => ids.map((id) => inactiveShare(countInactive(activities.get(id)!, criterion, limit)));
      const [own, twins] = [shares(cut.map(({ id }) => id)), shares(cut.map(({ twin }) => twin!))];
      const { network, pruning, id } = cut[0]!;
      const { measure } = store.run(id).spec.training;
      return {
        ...{ network, pruning: pruning!, criterion, limit },
        own: measure.criterion === criterion && limitOf(measure) === limit,
        ...{ unpruned: sampleOf(twins)!, pruned: sampleOf(own)! },
        difference: differenceOf(own.map((share, i) => share - twins[i]!))!,
      };
    }),
  );
  correct(recounts.map(({ difference }) => ({ accuracy: null, inactiveShare: difference })));
  return recounts;
}
