/** The runs of one network in full, as charts take them: curves over epochs, and numbers layer by layer. */
import type { RunDetail } from '../../../shared/contract/index.ts';
import { countAsMeasured } from '../../../shared/inactive.ts';
import { inactiveShare } from '../../../shared/present/format.ts';
import type { EpochMetrics } from '../../../shared/results.ts';
import { armNames, type RunArm } from '../../../shared/spec/arms.ts';

export interface Curve {
  key: string;
  label: string;
  arm: RunArm;
  points: { x: number; y: number }[];
}

/** Arms and seeds in the order in which they are read: unpruned first, sources, which only lead to others, last. */
const order: readonly RunArm[] = ['unpruned', 'ccm', 'pruned', 'scratch', 'random', 'source', 'decoder'];
export const inOrder = (runs: readonly RunDetail[]): RunDetail[] =>
  [...runs].sort(
    (a, b) =>
      order.indexOf(a.summary.arm) - order.indexOf(b.summary.arm) ||
      a.summary.name.localeCompare(b.summary.name) ||
      a.summary.seed - b.summary.seed,
  );

/** "pruned, seed 2": within one network, what tells its runs apart; with the cut where there are several. */
export function runLabel({ summary: { arm, seed, pruning } }: RunDetail, runs: readonly RunDetail[]): string {
  const cutOf = ({ summary }: RunDetail) => (summary.pruning ? `b${summary.pruning.backbone} c${summary.pruning.capsules}` : '');
  const cuts = new Set(runs.filter(({ summary }) => summary.arm === arm).map(cutOf));
  const criteria = new Set(runs.flatMap(({ summary }) => (summary.arm === 'pruned' ? (summary.pruning?.criterion ?? []) : [])));
  const cut = pruning && cuts.size > 1 ? ` b${pruning.backbone} c${pruning.capsules}` : '';
  const criterion = pruning && arm === 'pruned' && criteria.size > 1 ? ` ${pruning.criterion}` : '';
  return `${armNames[arm]}${criterion}${cut}, seed ${seed}`;
}

const curveOf =
  (runs: readonly RunDetail[]) =>
  (run: RunDetail, points: Curve['points']): Curve => ({ key: run.summary.id, label: runLabel(run, runs), arm: run.summary.arm, points });

export function overEpochs(runs: readonly RunDetail[], value: (epoch: EpochMetrics, run: RunDetail) => number): Curve[] {
  const curve = curveOf(runs);
  return runs.map((run) =>
    curve(
      run,
      run.epochs.map((epoch) => ({ x: epoch.epoch, y: value(epoch, run) })),
    ),
  );
}

/** Counted as the run itself was measured. */
export const inactiveAfter = ({ test }: EpochMetrics, { spec }: RunDetail): number =>
  inactiveShare(countAsMeasured(test.activity, spec.training.measure));

const kinds = ['backbone', 'primary', 'capsules', 'classes', 'decoder'];

/** Layers from the input upwards, as the network names them. */
export function byDepth(a: string, b: string): number {
  const place = (layer: string) => {
    const [kind, index] = layer.split('.');
    return 1000 * kinds.indexOf(kind!) + Number(index ?? 0);
  };
  return place(a) - place(b);
}

export interface LayerCurves {
  layers: string[];
  /** x: index of the layer. */
  curves: Curve[];
}

/** One value per layer; runs without any have no curve. */
export function overLayers(
  runs: readonly RunDetail[],
  values: (run: RunDetail) => readonly { layer: string; value: number }[],
): LayerCurves {
  const curve = curveOf(runs);
  const found = runs.map((run) => ({ run, values: values(run) })).filter((one) => one.values.length > 0);
  const layers = [...new Set(found.flatMap((one) => one.values.map(({ layer }) => layer)))].sort(byDepth);
  return {
    layers,
    curves: found.map((one) =>
      curve(
        one.run,
        one.values.map(({ layer, value }) => ({ x: layers.indexOf(layer), y: value })).sort((a, b) => a.x - b.x),
      ),
    ),
  };
}

/** Images by true and predicted class, of all these runs together. */
export function addedConfusion(runs: readonly RunDetail[]): number[][] | null {
  const [first, ...rest] = runs.flatMap(({ evaluation }) => (evaluation ? [evaluation.confusion] : []));
  if (!first) return null;
  return first.map((row, r) => row.map((n, c) => rest.reduce((sum, matrix) => sum + (matrix[r]?.[c] ?? 0), n)));
}
