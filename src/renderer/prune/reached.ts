/** What cuts like one have come to, and how long one will take. */
import type { RunDetail, RunSummary } from '../../shared/contract/index.ts';
import { describe } from '../../shared/describe.ts';
import { percent } from '../../shared/present/format.ts';
import { networkAfter } from '../../shared/pruning-plan.ts';
import type { InputShape, NetworkSpec } from '../../shared/spec/network.ts';
import { backboneRatio, type PruningSpec } from '../../shared/spec/pruning.ts';
import { deviationOf, meanOf } from '../../shared/statistics/moments.ts';
import { epochSeconds } from '../model/estimate.ts';
import type { Control } from '../model/controls.ts';

/** What is about to be cut, in a few words. */
export function aboutRun({ spec, summary: { accuracy, inactive, epoch } }: RunDetail): string {
  const told = [
    spec.training.ccm > 0 ? `CCM ${spec.training.ccm}` : null,
    `${epoch} ${epoch === 1 ? 'epoch' : 'epochs'}`,
    accuracy === null ? null : percent(accuracy, 1),
    inactive ? `${inactive.total} of ${inactive.of} inactive` : null,
  ];
  return told.filter((one) => one !== null).join(', ');
}

export interface Reached {
  mean: number;
  /** Null of one run. */
  sd: number | null;
  runs: number;
  /** Of fine-tuning: the longest. */
  epochs: number;
}

/** Ratios that differ by no more are alike. */
const NEAR = 0.1;

/** Null when nothing like it has been fine-tuned. */
export function reachedBy(pruning: PruningSpec, parent: RunSummary, runs: ReadonlyMap<string, RunSummary>): Reached | null {
  const sizes = ['types', 'dim', 'depth'] as const;
  const near = (a: number | string, b: number | string) =>
    typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= NEAR + 1e-9 : a === b;
  const like = [...runs.values()].filter((run) => {
    const of = runs.get(run.parent ?? '');
    const cut = run.pruning;
    return (
      cut !== null &&
      of !== undefined &&
      run.status === 'finished' &&
      run.accuracy !== null &&
      run.lastEpoch > run.firstEpoch &&
      run.dataset.fingerprint === parent.dataset.fingerprint &&
      sizes.every((size) => of.network[size] === parent.network[size]) &&
      cut.criterion === pruning.criterion &&
      cut.capsuleLayers === pruning.capsuleLayers &&
      near(backboneRatio(cut), backboneRatio(pruning)) &&
      near(cut.capsules, pruning.capsules)
    );
  });
  if (like.length === 0) return null;
  const accuracies = like.map(({ accuracy }) => accuracy!);
  return {
    mean: meanOf(accuracies),
    sd: accuracies.length > 1 ? deviationOf(accuracies) : null,
    runs: accuracies.length,
    epochs: Math.max(...like.map(({ firstEpoch, lastEpoch }) => lastEpoch - firstEpoch)),
  };
}

interface Cost {
  network: NetworkSpec;
  input: InputShape;
  settings: readonly PruningSpec[];
  controls: readonly Control[];
  /** Behind the run, and of fine-tuning. */
  behind: number;
  epochs: number;
  images: number;
  /** Forward operations trained through per second; null when none was measured. */
  rate: number | null;
}

/** Seconds that the cuts and their controls take, if all of them have to be trained; null when there is nothing to go by. */
export function secondsOf({ network, input, settings, controls, behind, epochs, images, rate }: Cost): number | null {
  const ofEpoch = (one: NetworkSpec) => epochSeconds(images, describe(one, input).flops, rate);
  const whole = ofEpoch(network);
  if (whole === null) return null;
  const cuts = settings.map((pruning) => ofEpoch(networkAfter(network, pruning))!);
  const all = cuts.reduce((sum, one) => sum + one, 0);
  const ofControl: Record<Control, number> = {
    unpruned: whole * (behind + epochs),
    ccm: whole * epochs,
    scratch: all * (behind + epochs),
    random: all * epochs,
  };
  return all * epochs + controls.reduce((sum, control) => sum + ofControl[control], 0);
}
