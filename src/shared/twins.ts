/**
 * Which unpruned run another one is held against: the same images, the same network before any cut, the same seed, trained in the
 * same way for the same number of epochs in all, without the CCM term. Differences to anything else mix several causes.
 */
import { isMeans, type RunArm } from './spec/arms.ts';
import { withoutDefaults } from './spec/defaults.ts';
import { NetworkSpec } from './spec/network.ts';
import { RunSpec } from './spec/run.ts';
import { TrainingSpec } from './spec/training.ts';

interface Descent {
  /** Fingerprint of the data set, which follows from its images and from how they were prepared. */
  dataset: string;
  /** The specs of the run at the root, of everything between, and of the run itself, in this order. */
  lineage: readonly RunSpec[];
}

const Way = RunSpec.omit({ network: true, training: true, pruning: true, control: true, firstEpoch: true });
const Training = TrainingSpec.omit({ epochs: true, ccm: true, measure: true, stopCollapsed: true });

/**
 * Equal for a run and for what can be its twin. How inactive capsules are counted is left out, which does not change the
 * training, and whether a collapsed one goes on to its end, and so is every default, so that a setting that is added later parts no twins.
 */
export function twinKey({ dataset, lineage }: Descent): string {
  const own = lineage.at(-1)!;
  const network = own.control?.network ?? lineage[0]!.network;
  return JSON.stringify([
    dataset,
    withoutDefaults(NetworkSpec, network),
    own.firstEpoch + own.training.epochs,
    withoutDefaults(Training, own.training),
    withoutDefaults(Way, own),
  ]);
}

export interface Twinned {
  id: string;
  arm: RunArm;
  /** Id of the study it belongs to; null for a run of its own. */
  study: string | null;
  /** Empty where it is not known what the run was trained on. */
  twinKey: string;
}

/**
 * The twin among `runs`, of the run's own study if there is one; null for an unpruned run, which is held against nothing, and
 * when there is none. Runs are grouped once, so that thousands can be asked for theirs.
 */
export function twinFinder<Run extends Twinned>(runs: readonly Run[]): (run: Twinned) => Run | null {
  const unpruned = Map.groupBy(
    runs.filter(({ arm }) => arm === 'unpruned'),
    (run) => run.twinKey,
  );
  return (run) => {
    // A source has been trained for fewer epochs than anything that it could be fairly compared with.
    if (run.arm === 'unpruned' || isMeans(run.arm) || run.twinKey === '') return null;
    const found = unpruned.get(run.twinKey) ?? [];
    return found.find(({ study }) => study === run.study) ?? found[0] ?? null;
  };
}
