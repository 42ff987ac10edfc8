/**
 * From scores to a smaller network: which channels and capsule types stay. What becomes of the weights is
 * engine/pruning/surgery.ts; a page previews a cut with this alone.
 */
import { describe, NetworkSpecError } from './describe.ts';
import type { LayerCut } from './results.ts';
import type { InputShape, NetworkSpec } from './spec/network.ts';
import type { PruningSpec } from './spec/pruning.ts';

export interface PruningPlan {
  /** The smaller network. */
  network: NetworkSpec;
  /** One entry per layer that was judged. Layers without one lose nothing, unless capsule layers are initialised afresh. */
  cuts: LayerCut[];
  capsuleLayers: PruningSpec['capsuleLayers'];
}

/** Scores by layer name: per channel for "backbone.<i>" and "primary", per type for "capsules.<l>". */
export type Scores = ReadonlyMap<string, number[]>;

/** Guards the product of ratio and count against rounding: 0.29 · 100 is 28.999… in floating point. */
const ROUNDING = 1e-9;

/** How many of `count` go at this ratio: floor(ratio · count), but never all. */
export function lossOf(ratio: number, count: number): number {
  return Math.min(Math.floor(ratio * count + ROUNDING), count - 1);
}

/** Indices that stay when the `lost` lowest scores go, ascending. Of equal scores, that with the lower index goes first. */
function keepBest(scores: number[], lost: number): number[] {
  const ascending = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  return ascending.slice(lost).sort((a, b) => a - b);
}

/**
 * Plans the cut of `spec`. Layers whose ratio is 0 are left as they are and need no scores.
 *
 * The primary capsules keep a multiple of their dimension (at least one type): the count left by the ratio, rounded down.
 * With `reinitialise`, intermediate layers get `intermediate.types` types, or as many as the primary capsules keep if
 * they had more. With `inherit` they lose `intermediate.ratio` of their types; layers joined by shortcuts lose the same ones.
 *
 * Throws when the scores of a layer that loses channels are missing, of the wrong number or not numbers, and
 * NetworkSpecError when the smaller network cannot be built.
 */
export function planPruning(spec: NetworkSpec, pruning: PruningSpec, scores: Scores, input: InputShape): PruningPlan {
  const plan = select(spec, pruning, scores, joinedLayers(spec, input));
  describe(plan.network, input); // refuses what cannot be built
  return plan;
}

/** The network that such a cut leaves: how many channels and types stay does not depend on which. */
export function networkAfter(spec: NetworkSpec, pruning: PruningSpec): NetworkSpec {
  const none = (count: number) => new Array<number>(count).fill(0);
  const scores = new Map([
    ...spec.backbone.map(({ channels }, i) => [`backbone.${i}`, none(channels)] as const),
    ['primary', none(spec.primary.types * spec.primary.dim)],
    ...spec.intermediate.map(({ types }, l) => [`capsules.${l}`, none(types)] as const),
  ]);
  return select(spec, pruning, scores, new Map()).network;
}

/** What each backbone block loses. Throws NetworkSpecError when there are other ratios than blocks. */
function blockRatios({ backbone }: NetworkSpec, pruning: PruningSpec): number[] {
  const { blocks } = pruning;
  if (blocks && blocks.length !== backbone.length)
    throw new NetworkSpecError(
      'backbone',
      `the cut has ratios for ${blocks.length} blocks (blocks: ${blocks.join(', ')}), and the network has ${backbone.length}; expected one for each`,
    );
  return blocks ?? backbone.map(() => pruning.backbone);
}

/** `joined`: by its name, the layers that lose the same types as this one, itself included; those alone may be missing. */
function select(spec: NetworkSpec, pruning: PruningSpec, scores: Scores, joined: ReadonlyMap<string, string[]>): PruningPlan {
  const network = structuredClone(spec);
  const cuts: LayerCut[] = [];
  const cut = (layer: string, unit: LayerCut['unit'], values: number[], lost: number) => {
    const kept = keepBest(values, lost);
    cuts.push({ layer, scores: values, unit, kept });
    return kept.length;
  };

  const ratios = blockRatios(spec, pruning);
  for (const [i, block] of network.backbone.entries()) {
    if (ratios[i] === 0) continue;
    const name = `backbone.${i}`;
    const values = scoresOf(scores, name, 'channel', block.channels);
    block.channels = cut(name, 'channel', values, lossOf(ratios[i]!, block.channels));
  }

  const { primary } = network;
  if (pruning.capsules > 0) {
    const channels = primary.types * primary.dim;
    const values = scoresOf(scores, 'primary', 'channel', channels);
    const types = Math.max(1, Math.floor((channels - lossOf(pruning.capsules, channels)) / primary.dim));
    if (pruning.granularity === 'type') cut('primary', 'type', sumByType(values, primary.dim), primary.types - types);
    else cut('primary', 'channel', values, channels - types * primary.dim);
    primary.types = types;
  }

  for (const [l, layer] of network.intermediate.entries()) {
    const { types, ratio } = pruning.intermediate;
    const name = `capsules.${l}`;
    if (pruning.capsuleLayers === 'inherit') {
      if (ratio === 0) continue;
      // Joined layers have as many types as each other.
      const ofAll = (joined.get(name) ?? [name]).map((other) => scoresOf(scores, other, 'type', layer.types));
      layer.types = cut(name, 'type', ofAll.length > 1 ? commonScores(ofAll) : ofAll[0]!, lossOf(ratio, layer.types));
    } else if (types !== null) layer.types = types;
    else if (pruning.capsules > 0) layer.types = Math.min(layer.types, primary.types);
  }

  return { network, cuts, capsuleLayers: pruning.capsuleLayers };
}

/** By the name of each layer with a shortcut, all layers whose types are added to its own, itself included, in order. */
function joinedLayers(spec: NetworkSpec, input: InputShape): ReadonlyMap<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name, shortcut } of describe(spec, input).layers) {
    if (shortcut === undefined) continue;
    const group = groups.get(shortcut) ?? [shortcut];
    group.push(name);
    groups.set(shortcut, group).set(name, group);
  }
  return groups;
}

/**
 * What types of several layers are judged by together: the mean over layers of the score as a share of its layer's mean, so
 * that a layer with large values does not decide alone (normalisation and reduction as in Fang et al. 2023, DepGraph). A layer
 * whose scores are all zero has no say.
 */
function commonScores(ofLayers: number[][]): number[] {
  const shares = ofLayers.map((scores) => {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return mean > 0 ? scores.map((score) => score / mean) : scores.map(() => 0);
  });
  return ofLayers[0]!.map((_, type) => shares.reduce((sum, scores) => sum + scores[type]!, 0) / shares.length);
}

function scoresOf(scores: Scores, layer: string, unit: LayerCut['unit'], count: number): number[] {
  const values = scores.get(layer);
  if (!values) throw new Error(`${layer}: there are no scores to prune by; expected one per ${unit}, ${count} in all.`);
  if (values.length !== count) throw new Error(`${layer}: there are ${values.length} scores; expected one per ${unit}, ${count} in all.`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new Error(`${layer}: the score of ${unit} ${bad} is ${values[bad]!}; expected a finite number.`);
  return values;
}

/** Scores of capsule types: the sums of their channels' scores. Channel = type · dim + d. */
export function sumByType(scores: number[], dim: number): number[] {
  const types = Array.from({ length: scores.length / dim }, (_, type) => scores.slice(type * dim, (type + 1) * dim));
  return types.map((channels) => channels.reduce((sum, score) => sum + score, 0));
}
