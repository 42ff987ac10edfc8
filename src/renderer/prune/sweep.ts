/** Cuts of one run as a study: the same network from its first step, over seeds, with what the cuts are held against. */
import type { RunDetail } from '../../shared/contract/index.ts';
import type { PruningSpec } from '../../shared/spec/pruning.ts';
import { StudySpec } from '../../shared/spec/study.ts';
import type { TrainingSpec } from '../../shared/spec/training.ts';
import type { Control } from '../model/controls.ts';

interface Cuts {
  settings: readonly PruningSpec[];
  /** Of fine-tuning. */
  training: TrainingSpec;
  controls: readonly Control[];
}

export function sweepStudy({ spec, summary }: RunDetail, { settings, training, controls }: Cuts): StudySpec {
  const { ccm, epochs, stopCollapsed, ...source } = spec.training;
  return StudySpec.parse({
    name: `Cuts of ${summary.name}`.slice(0, 200),
    networks: [spec.network],
    epochs: { train: spec.firstEpoch + epochs, fineTune: training.epochs },
    ccm,
    training: source,
    stopCollapsed,
    pruning: settings,
    arms: ['unpruned', ...controls.filter((control) => control !== 'unpruned'), 'pruned'],
    seeds: [spec.seed, spec.seed + 1, spec.seed + 2].map((seed) => seed % 2 ** 32),
  });
}
