/** Where the line of a cut runs through a layer, and what to try to see what it takes. */
import type { PruningScores } from '../../shared/contract/index.ts';
import { lossOf, sumByType } from '../../shared/pruning-plan.ts';
import { ranking } from '../../shared/present/ranking.ts';
import type { LayerCut } from '../../shared/results.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import type { PruningSpec } from '../../shared/spec/pruning.ts';
import type { TrialCut } from '../../shared/trial.ts';

/** A layer whose line can be moved. */
export interface Line {
  /** As it is cut now; what loses nothing keeps all. */
  cut: LayerCut;
  /** Units that stay or go together: a primary capsule's channels. */
  step: number;
  /** Of the channels that go, whatever the unit is. */
  gone: number[];
}

/** Backbone blocks, the primary capsules, and capsule layers that keep their weights, as this setting cuts them. `cuts`: of the layers that lose something. */
export function linesOf(
  network: NetworkSpec,
  { granularity, capsuleLayers }: PruningSpec,
  scores: PruningScores['scores'],
  cuts: readonly LayerCut[],
): Line[] {
  const { dim } = network.primary;
  const above = capsuleLayers === 'inherit' ? network.intermediate.map((_, l) => `capsules.${l}`) : [];
  const names = [...network.backbone.map((_, i) => `backbone.${i}`), 'primary', ...above];
  return names.flatMap((layer) => {
    const judged = scores[layer];
    if (!judged) return [];
    const byType = layer === 'primary' && granularity === 'type';
    const values = byType ? sumByType(judged, dim) : judged;
    const cut = cuts.find((one) => one.layer === layer) ?? {
      layer,
      scores: values,
      unit: byType || isCapsules(layer) ? 'type' : 'channel',
      kept: values.map((_, i) => i),
    };
    const kept = new Set(cut.kept);
    const units = values.flatMap((_, i) => (kept.has(i) ? [] : [i]));
    return [{ cut, step: layer === 'primary' && !byType ? dim : 1, gone: byType ? channelsOf(units, dim) : units }];
  });
}

/** Intermediate capsules: their channels are no feature maps that could be silenced. */
export const isCapsules = (layer: string) => layer.startsWith('capsules.');

const channelsOf = (types: readonly number[], dim: number) =>
  types.flatMap((type) => Array.from({ length: dim }, (_, d) => type * dim + d));

/** Units that may stay: whole steps, and never none. */
export function snapped({ cut, step }: Line, stay: number): number {
  const steps = cut.scores.length / step;
  return step * Math.min(steps, Math.max(1, Math.round(stay / step)));
}

/** The shortest ratio at which so many units stay. */
export function ratioOf({ cut }: Line, stay: number): number {
  const count = cut.scores.length;
  const lost = count - stay;
  for (let digits = 2; digits < 12; digits++) {
    const ratio = Math.ceil((lost / count) * 10 ** digits - 1e-6) / 10 ** digits;
    if (ratio < 1 && lossOf(ratio, count) === lost) return ratio;
  }
  return lost / count;
}

/** The setting with another ratio for this layer; `each`: other blocks keep theirs. Intermediate layers have one ratio. */
export function withRatio(pruning: PruningSpec, network: NetworkSpec, layer: string, ratio: number, each: boolean): PruningSpec {
  if (layer === 'primary') return { ...pruning, capsules: ratio };
  if (isCapsules(layer)) return { ...pruning, intermediate: { ...pruning.intermediate, ratio } };
  if (!each) return { ...pruning, backbone: ratio, blocks: null };
  const blocks = pruning.blocks ?? network.backbone.map(() => pruning.backbone);
  return { ...pruning, backbone: 0, blocks: blocks.map((one, i) => (`backbone.${i}` === layer ? ratio : one)) };
}

export interface CurvePoint {
  layer: string;
  /** Units that stay. */
  stay: number;
  cut: TrialCut;
}

/** Points of each layer's curve. */
const POINTS = 9;

/** Cuts of one layer alone, everything else as it was trained: those that say most about a curve first. */
export function curvePoints(lines: readonly Line[], dim: number): CurvePoint[] {
  const ofLayers = lines
    .filter(({ cut }) => !isCapsules(cut.layer))
    .map((line) => {
      const { cut, step } = line;
      const order = ranking(cut);
      const count = cut.scores.length;
      const wanted = Array.from({ length: POINTS }, (_, i) => snapped(line, ((i + 1) * count) / POINTS));
      return [...new Set(wanted)]
        .filter((stay) => stay < count)
        .map((stay): CurvePoint => {
          const units = order.slice(stay).sort((a, b) => a - b);
          const channels = cut.unit === 'type' && step === 1 ? channelsOf(units, dim) : units;
          return { layer: cut.layer, stay, cut: { kind: 'silent', channels: { [cut.layer]: channels } } };
        });
    });
  // Halves before quarters, over all layers.
  const order = (i: number, of: number) => [2, 1, 3].map((quarter) => Math.floor((quarter * of) / 4)).indexOf(i);
  const places = ofLayers.flatMap((points) =>
    points.map((point, i) => {
      const place = order(i, points.length);
      return { point, place: place < 0 ? 3 : place };
    }),
  );
  return places.sort((a, b) => a.place - b.place).map(({ point }) => point);
}

/** What is tried of the cut as a whole: the cut as it would be made, nothing at all, and its channels alone where more is made anew. */
export function wholeCuts(pruning: PruningSpec, lines: readonly Line[]): TrialCut[] {
  const channels = Object.fromEntries(
    lines.filter(({ cut, gone }) => gone.length > 0 && !isCapsules(cut.layer)).map(({ cut, gone }) => [cut.layer, gone]),
  );
  return [
    { kind: 'cut', pruning },
    { kind: 'silent', channels: {} },
    ...(pruning.capsuleLayers === 'reinitialise' ? [{ kind: 'silent' as const, channels }] : []),
  ];
}
