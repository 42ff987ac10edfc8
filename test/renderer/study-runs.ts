/** Made-up runs of a study of several networks, for tests of what reads them. Nothing in here was measured. */
import { conclusionOf } from '../../src/shared/conclusion/conclusion.ts';
import { gainOverCritical } from '../../src/shared/forecast/over-critical.ts';
import { verdictOfGains } from '../../src/shared/forecast/verdict.ts';
import type { Arm } from '../../src/shared/spec/arms.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { statisticsOf } from '../../src/shared/statistics/statistics.ts';
import { cutInWords, factorsOf } from '../../src/shared/study-factors.ts';
import type { StudyResults, StudyRun } from '../../src/shared/study-result.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const pruning = PruningSpec.parse({ backbone: 0.25, capsules: 0.5 });
const cut = { name: 'chip b0.25 c0.5', extent: 'b0.25 c0.5', remaining: 'small', afresh: { epochs: 1, of: 3 } };
const arms: Arm[] = ['unpruned', 'ccm', 'pruned', 'scratch', 'random'];

export interface Sizes {
  types: readonly number[];
  dims: readonly number[];
  depths: readonly number[];
  seeds: number;
  arms?: readonly Arm[];
}

/** Below the critical gain nothing is active in an unpruned network; a cut halves the types. The same numbers every time. */
export function studyRuns({ types, dims, depths, seeds, arms: shown = arms }: Sizes): StudyRun[] {
  let state = 7;
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  return types.flatMap((N) =>
    dims.flatMap((D) =>
      depths.flatMap((L) => {
        const network = networkOf({ types: N, dim: D, depth: L });
        const small = networkOf({ types: Math.max(1, N / 2), dim: D, depth: L });
        const training = TrainingSpec.parse({ epochs: 3 });
        const name = `N${N} D${D} L${L}`;
        return shown.flatMap((arm) => {
          const isCut = arm !== 'unpruned' && arm !== 'ccm';
          const overCritical = gainOverCritical(isCut ? small : network, input)!;
          return Array.from({ length: seeds }, (_, i): StudyRun => {
            const dead = overCritical < (arm === 'ccm' ? 0.4 : 0.95 + 0.1 * random());
            const accuracy = dead ? 0.1 + 0.02 * random() : 0.9 + 0.08 * random();
            return {
              ...{ id: `${name} ${arm} ${i + 1}`, network: name, arm, pruning: isCut ? cut.name : null, seed: i + 1 },
              ...{ twin: arm === 'unpruned' ? null : `${name} unpruned ${i + 1}`, status: 'finished', error: null },
              factors: factorsOf({ name, network, pruning: isCut ? pruning : null, training, dataset: 'digits' }),
              ...{ gain: overCritical, overCritical, forecast: verdictOfGains([overCritical]) },
              result: { accuracy, inactiveShare: dead ? 1 : 0, collapsed: dead },
            };
          });
        });
      }),
    ),
  );
}

export function resultsOfRuns(runs: StudyRun[]): StudyResults {
  const forecasts = new Map(runs.flatMap(({ network, arm, forecast }) => (arm === 'unpruned' ? [[network, forecast] as const] : [])));
  const statistics = statisticsOf(
    runs.map(({ id, network, arm, pruning: name, seed, twin, result }) => ({
      ...{ id, network, arm, seed, twin, result },
      forecast: forecasts.get(network) ?? null,
      cut: name === null ? null : cut,
    })),
  );
  const cuts = [{ name: cut.name, words: cutInWords(pruning) }];
  return {
    statistics,
    conclusion: conclusionOf(
      statistics,
      runs.map((run) => ({ ...run, rest: '', basis: 'gains', unsettled: false })),
    ),
    runs,
    cuts,
    kinds: [],
    chance: 0.1,
    testImages: 2000,
  };
}
